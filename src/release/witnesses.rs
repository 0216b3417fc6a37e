//! The internal file beside a release: for each sensitive set two populations that fit everything published.
//!
//! It is never public. None of its populations is the true one; whoever audits a site with it adds up and need not trust
//! whoever found them.

use crate::cube::{Attribute, Whose};
use serde::{Deserialize, Serialize};

/// Two populations of a block, each as places of kinds with their numbers of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessPair {
    /// The sensitive set.
    pub whose: Whose,
    /// With fewer people in the set.
    pub low: Vec<(usize, i64)>,
    /// With at least k more there.
    pub high: Vec<(usize, i64)>,
}

/// The witnesses of one block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessBlock {
    /// The block.
    pub id: String,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
    /// The kinds of people that were thought of, as places of codes.
    pub kinds: Vec<Vec<usize>>,
    /// The sensitive sets with their witnesses.
    pub pairs: Vec<WitnessPair>,
    /// Sensitive sets that figures published elsewhere had opened before.
    pub lost: Vec<Whose>,
}

/// People by start and end, so that the blocks of one release fit together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Joint {
    /// Cohort of the start.
    pub started: String,
    /// Cohort of the end.
    pub ended: String,
    /// People.
    pub n: i64,
}

/// Everything internal to a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witnesses {
    /// The release.
    pub release: String,
    /// The threshold k.
    pub threshold: u32,
    /// Sequence number of the last fact that was counted.
    pub watermark: i64,
    /// People by start and end.
    pub joint: Vec<Joint>,
    /// The blocks.
    pub blocks: Vec<WitnessBlock>,
}

impl Witnesses {
    /// The file's text.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// Reads the file back.
    ///
    /// # Errors
    /// When the text is none.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}
