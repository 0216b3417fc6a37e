//! How a version of a report was sent, and what it corrects.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A form that a version draws on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormUsed {
    /// Its id.
    pub id: String,
    /// The fingerprint of everything it said when it was answered.
    pub version: String,
}

/// A line of the report that is otherwise than in the version that was sent before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Title of its section.
    pub section: String,
    /// What the line is called.
    pub line: String,
    /// What it said; `null` where there was no such line.
    pub before: Option<String>,
    /// What it says now; `null` where there is no such line any more.
    pub after: Option<String>,
}

/// That a version was sent to the office. It is never changed afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// How many times the coach had sent the form by then.
    pub times: usize,
    /// The forms that it draws on, the coach's first.
    pub forms: Vec<FormUsed>,
    /// Why the version before was corrected; `null` of the first that was sent.
    pub reason: Option<String>,
    /// What was corrected.
    pub changes: Vec<Difference>,
}
