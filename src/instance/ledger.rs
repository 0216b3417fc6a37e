//! How the columns and words of a follow-up sheet map to the terms of the product.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The heading of each column, as it stands in the sheet.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LedgerColumns {
    /// The sheet's own number of the client; identifies the row when it is imported again.
    pub number: String,
    /// Coach, as a role or code, never a person's name in published data.
    pub coach: String,
    /// Municipality of the client.
    pub municipality: String,
    /// Category of `gender`.
    pub gender: String,
    /// Category of `origin`.
    pub origin: String,
    /// Category of `age_group`.
    pub age_group: String,
    /// Date on which the person became a client of the project.
    pub client_since: String,
    /// Date on which the coaching started.
    pub coaching_started: String,
    /// Date on which the coaching ended; empty while it goes on.
    pub ended_on: String,
    /// Category of `outcome`; empty while the coaching goes on.
    pub outcome: String,
    /// Field of the work or education, free words.
    pub field: String,
    /// Number of work trials.
    pub work_trials: String,
    /// Coaching hours, at most one decimal.
    pub hours: String,
    /// Number of meetings.
    pub meetings: String,
    /// Yes or no.
    pub pay_subsidy: String,
    /// Which provider coaches, a category of `provider`; may be missing. Where nothing stands, the installation's own does.
    #[serde(default)]
    pub provider: Option<String>,
    /// The language of the case's reports: a language's code or name; may be missing.
    #[serde(default)]
    pub language: Option<String>,
    /// The client's e-mail address, to which the system sends the invitation; may be missing.
    #[serde(default)]
    pub email: Option<String>,
}

/// Columns and words of a follow-up sheet.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LedgerMap {
    /// Headings.
    pub columns: LedgerColumns,
    /// For each dimension, and for `pay_subsidy`, the sheet's word and the code it stands for.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
}
