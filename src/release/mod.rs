//! Disclosure control: the gate between exact tables and what anybody may see.
//!
//! Enters: the cube's [`Table`]s and the policy; earlier releases to compare with. Leaves: a [`Release`], which exists
//! only through [`Release::control`] or by reading back the file that one wrote. Refuses: files that
//! were changed by hand.
//!
//! The rule until the witness method comes is plain: over the categories that the instance declares,
//! a sensitive table with a cell of 1..k-1 is published with its total only; a mean needs five people.
//! What a party answered is withheld whole while few of the invited did not answer.

mod control;
mod difference;
mod file;
mod response;

pub use difference::{Difference, differences};
pub use file::{ReleaseId, UnreadableRelease};

use crate::cube::{Axis, Class, Table};
use crate::instance::Instance;
use crate::text::{Figure, Fingerprint, Text};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A frozen, disclosure-controlled set of tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    id: ReleaseId,
    as_of: Date,
    published_at: Timestamp,
    threshold: u32,
    mean_threshold: i64,
    threshold_reason: Option<Text>,
    notice: Option<Text>,
    licence: String,
    tables: Vec<PublishedTable>,
    withheld: Vec<Withheld>,
    /// Fingerprint of everything above.
    fingerprint: Fingerprint,
}

/// A table as it is published; `None` is a withheld figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedTable {
    /// Its id, also its address.
    pub id: String,
    /// What it is about.
    pub title: Text,
    /// How its figures are to be understood.
    pub definition: Text,
    /// How it was protected.
    pub class: Class,
    /// The day at whose end its figures hold.
    pub as_of: Date,
    /// Where its figures come from.
    pub source: Text,
    /// Its axes.
    pub axes: Vec<Axis>,
    /// Its figures, the last axis running fastest.
    pub cells: Vec<Option<Figure>>,
}

impl PublishedTable {
    /// The figure at these category codes, one for each axis.
    #[must_use]
    pub fn figure(&self, codes: &[&str]) -> Option<Figure> {
        if codes.len() != self.axes.len() {
            return None;
        }
        let mut at = 0;
        for (axis, code) in self.axes.iter().zip(codes) {
            at = at * axis.categories.len() + axis.categories.iter().position(|c| c.code == *code)?;
        }
        self.cells.get(at).copied().flatten()
    }

    /// The category codes of the cell at `at`, one for each axis.
    #[must_use]
    pub fn codes_at(&self, at: usize) -> Vec<&str> {
        let mut rest = at;
        let mut codes: Vec<&str> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let n = axis.categories.len();
                let code = axis.categories[rest % n].code.as_str();
                rest /= n;
                code
            })
            .collect();
        codes.reverse();
        codes
    }

    /// True when some figure is withheld.
    #[must_use]
    pub fn has_withheld(&self) -> bool {
        self.cells.iter().any(Option::is_none)
    }
}

/// Why figures are withheld. Coarse on purpose: the reason must not narrow the figure down further
/// than the published rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The table has a group of fewer people than the threshold.
    SmallGroup,
    /// A mean rests on too few people, is so extreme that it tells the single grades, or would tell
    /// with other figures how few gave none.
    MeanRule,
    /// The size of the group is not published anywhere.
    GroupSizeNotPublished,
    /// The figure together with those beside it would give the sizes of the groups.
    WouldGiveGroupSizes,
    /// Few were invited, or few cases closed without an invitation.
    FewInvitations,
    /// Few answered, or few of the invited did not: the numbers of the others would tell how many.
    FewResponses,
}

/// Which figures of a table are withheld and why; never their values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withheld {
    /// The table.
    pub table: String,
    /// The category codes of each withheld cell.
    pub cells: Vec<Vec<String>>,
    /// Why.
    pub reason: Reason,
}

impl Release {
    /// Applies disclosure control to every table.
    #[must_use]
    pub fn control(tables: Vec<Table>, instance: &Instance, id: ReleaseId, published_at: Timestamp) -> Self {
        let policy = &instance.policy.value;
        let (tables, withheld) = control::control(tables, policy);
        let mut release = Self {
            as_of: id.as_of(),
            id,
            published_at,
            threshold: policy.threshold,
            mean_threshold: policy.mean_threshold(),
            threshold_reason: policy.threshold_reason.clone(),
            notice: instance.notice.clone(),
            licence: instance.licence.clone(),
            tables,
            withheld,
            fingerprint: Fingerprint::of(b""),
        };
        release.fingerprint = release.own_fingerprint();
        release
    }

    /// Its id, such as `2025-11-30.1`.
    #[must_use]
    pub fn id(&self) -> &ReleaseId {
        &self.id
    }

    /// The day at whose end the figures hold.
    #[must_use]
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// When it was released.
    #[must_use]
    pub fn published_at(&self) -> Timestamp {
        self.published_at
    }

    /// The threshold k.
    #[must_use]
    pub fn threshold(&self) -> u32 {
        self.threshold
    }

    /// People a mean needs.
    #[must_use]
    pub fn mean_threshold(&self) -> i64 {
        self.mean_threshold
    }

    /// Why the threshold is below five, if it is.
    #[must_use]
    pub fn threshold_reason(&self) -> Option<&Text> {
        self.threshold_reason.as_ref()
    }

    /// The label that must stand on every page.
    #[must_use]
    pub fn notice(&self) -> Option<&Text> {
        self.notice.as_ref()
    }

    /// Licence of the open data.
    #[must_use]
    pub fn licence(&self) -> &str {
        &self.licence
    }

    /// The tables in order.
    #[must_use]
    pub fn tables(&self) -> &[PublishedTable] {
        &self.tables
    }

    /// The table of that id.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&PublishedTable> {
        self.tables.iter().find(|t| t.id == id)
    }

    /// What is withheld and why.
    #[must_use]
    pub fn withheld(&self) -> &[Withheld] {
        &self.withheld
    }
}
