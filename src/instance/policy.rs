//! Disclosure policy as an instance declares it.

use crate::text::Text;
use schemars::JsonSchema;
use serde::Deserialize;

/// The threshold below which an installation needs a recorded reason (`disclosure control`, primary rule).
pub(super) const DEFAULT_THRESHOLD: u32 = 5;

/// What may be published from small counts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Counts of 1 to `threshold - 1` people are never published in a sensitive table.
    pub threshold: u32,
    /// Why the threshold is lower than five; shown on the methods page.
    #[serde(default)]
    pub threshold_reason: Option<Text>,
    /// Withhold a sensitive table in which everybody is in one category, because it tells what each
    /// of them is or said. On unless switched off.
    #[serde(default = "on")]
    pub withhold_unanimous: bool,
}

fn on() -> bool {
    true
}

impl Policy {
    /// People a mean needs: five, or the threshold where that is higher.
    #[must_use]
    pub fn mean_threshold(&self) -> i64 {
        i64::from(self.threshold.max(DEFAULT_THRESHOLD))
    }
}
