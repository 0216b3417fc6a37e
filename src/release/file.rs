//! A release as a file.

use super::Release;
use crate::text::Fingerprint;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Name of a release: the day its figures hold for and a running number, `2025-11-30.1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ReleaseId {
    as_of: Date,
    running: u32,
}

impl ReleaseId {
    /// The first release for that day, or the one after the last of `known`.
    #[must_use]
    pub fn next(as_of: Date, known: &[ReleaseId]) -> Self {
        let last = known.iter().filter(|id| id.as_of == as_of).map(|id| id.running).max();
        Self { as_of, running: last.unwrap_or(0) + 1 }
    }

    /// The day at whose end the figures hold.
    #[must_use]
    pub fn as_of(&self) -> Date {
        self.as_of
    }
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.as_of, self.running)
    }
}

impl FromStr for ReleaseId {
    type Err = UnreadableRelease;

    fn from_str(text: &str) -> Result<Self, UnreadableRelease> {
        let parts = text.split_once('.').and_then(|(d, n)| Some((d.parse().ok()?, n.parse().ok()?)));
        parts.map(|(as_of, running)| Self { as_of, running }).ok_or_else(|| UnreadableRelease::NoId(text.to_owned()))
    }
}

impl From<ReleaseId> for String {
    fn from(id: ReleaseId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for ReleaseId {
    type Error = UnreadableRelease;

    fn try_from(text: String) -> Result<Self, UnreadableRelease> {
        text.parse()
    }
}

/// Why a file is no release.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableRelease {
    /// The name is not a day and a number.
    #[error("`{0}` is no release: a release is named by its day and number, such as 2025-11-30.1")]
    NoId(String),
    /// The file is no JSON of a release.
    #[error("the file is not a release of this version of Palaute")]
    Shape(#[source] serde_json::Error),
    /// The file was changed after it was written.
    #[error("the release {0} was changed after it was written; make a new release instead of editing one")]
    Changed(ReleaseId),
}

impl Release {
    pub(super) fn own_fingerprint(&self) -> Fingerprint {
        let bare = Self { fingerprint: Fingerprint::of(b""), ..self.clone() };
        Fingerprint::of(serde_json::to_vec(&bare).unwrap_or_default())
    }

    /// The file's text, the same for the same release.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a release back.
    ///
    /// # Errors
    /// When the text is none, or was changed by hand: then disclosure control has not seen it.
    pub fn from_json(text: &str) -> Result<Self, UnreadableRelease> {
        let release: Self = serde_json::from_str(text).map_err(UnreadableRelease::Shape)?;
        if release.own_fingerprint() == release.fingerprint {
            Ok(release)
        } else {
            Err(UnreadableRelease::Changed(release.id))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cube::Counted;
    use crate::instance::Instance;
    use crate::release::{Before, Ledger};
    use jiff::civil::date;

    fn release() -> Release {
        let instance = Instance::read("palaute.yaml", include_str!("../../demo/palaute.yaml")).unwrap();
        let id =
            ReleaseId::next(date(2025, 11, 30), &["2025-11-30.4".parse().unwrap(), "2025-10-31.9".parse().unwrap()]);
        let nothing = Before { earlier: &[], witnesses: &[], ledger: &Ledger::default() };
        let made = (id, "2025-12-01T07:00:00Z".parse().unwrap());
        Release::control(&Counted::default(), &nothing, &instance, made, 0).unwrap().release
    }

    #[test]
    fn a_release_takes_the_next_number_of_its_day() {
        assert_eq!(release().id().to_string(), "2025-11-30.5");
    }

    #[test]
    fn a_release_edited_by_hand_is_refused() {
        let text = release().to_json();
        assert_eq!(Release::from_json(&text).unwrap(), release());
        let edited = text.replace("\"threshold\": 3", "\"threshold\": 2");
        assert!(matches!(Release::from_json(&edited), Err(UnreadableRelease::Changed(_))));
    }
}
