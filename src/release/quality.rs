//! How complete a release is: figures that stand on its methods page.

use super::Release;
use serde::{Deserialize, Serialize};

/// Quality figures of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// Tables, earlier cohorts included.
    pub tables: usize,
    /// Figures in them.
    pub figures: usize,
    /// Figures that are withheld.
    pub withheld: usize,
}

impl Release {
    /// How many figures it has and how many of them are withheld.
    #[must_use]
    pub fn quality(&self) -> Quality {
        let all = || self.tables.iter().chain(&self.earlier);
        Quality {
            tables: all().count(),
            figures: all().map(|t| t.cells.len()).sum(),
            withheld: all().flat_map(|t| &t.cells).filter(|c| c.is_none()).count(),
        }
    }
}
