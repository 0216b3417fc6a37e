//! The number of a case.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A case's own number, such as `2025-000123`: the year it was opened in the system and a running number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CaseNumber {
    year: i16,
    running: u32,
}

impl CaseNumber {
    /// The `running`th case of `year`.
    #[must_use]
    pub fn new(year: i16, running: u32) -> Self {
        Self { year, running }
    }
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:06}", self.year, self.running)
    }
}

/// The text is no case number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a case number looks like 2025-000123")]
pub struct NotACaseNumber;

impl FromStr for CaseNumber {
    type Err = NotACaseNumber;

    fn from_str(text: &str) -> Result<Self, NotACaseNumber> {
        let (year, running) = text.split_once('-').ok_or(NotACaseNumber)?;
        let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(running, 6) {
            return Err(NotACaseNumber);
        }
        let parsed = year.parse().ok().zip(running.parse().ok());
        parsed.map(|(year, running)| Self { year, running }).ok_or(NotACaseNumber)
    }
}

impl From<CaseNumber> for String {
    fn from(number: CaseNumber) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for CaseNumber {
    type Error = NotACaseNumber;

    fn try_from(text: String) -> Result<Self, NotACaseNumber> {
        text.parse()
    }
}
