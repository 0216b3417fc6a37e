//! What an instance's folder says of its statistics: `statistics.yaml`, `areas.yaml` and `published.yaml`.

use super::folder::{FolderError, keep, read, shown};
use crate::form::Form;
use crate::instance::Instance;
use crate::statistics::{Areas, Published, Statistics};
use crate::text::Diagnostic;
use std::path::Path;

/// What the files of an instance say of its statistics.
pub(super) struct StatisticsFiles {
    pub(super) statistics: Statistics,
    pub(super) published: Published,
    pub(super) count: usize,
}

impl StatisticsFiles {
    /// Reads `areas.yaml`, `statistics.yaml` and `published.yaml`; each may be missing. Where a mistake stands, what is usual
    /// takes the place of the file, so that the others are checked, too.
    pub(super) fn read(
        dir: &Path,
        instance: &Instance,
        forms: &[Form],
        found: &mut Vec<Diagnostic>,
    ) -> Result<Self, FolderError> {
        let mut count = 0;
        let mut source = |name: &str| -> Result<Option<String>, FolderError> {
            let path = dir.join(name);
            if !path.exists() {
                return Ok(None);
            }
            count += 1;
            read(&path).map(Some)
        };
        let areas = match source("areas.yaml")? {
            None => Ok(None),
            // Without its areas, tables by area would be told as mistakes that are none.
            Some(text) => match keep(Areas::read(&shown(dir, "areas.yaml"), &text, instance), found) {
                Some(areas) => Ok(Some(areas)),
                None => Err(()),
            },
        };
        let (declared, elsewhere) = (source("statistics.yaml")?, source("published.yaml")?);
        let usual = || Statistics::usual(instance, forms);
        let statistics = match (declared, areas) {
            (_, Err(())) => None,
            (None, Ok(areas)) => Some(Statistics { areas, ..usual() }),
            (Some(text), Ok(areas)) => {
                keep(Statistics::read(&shown(dir, "statistics.yaml"), &text, instance, forms, areas), found)
            }
        };
        let published = match (elsewhere, &statistics) {
            (Some(text), Some(statistics)) => {
                keep(Published::read(&shown(dir, "published.yaml"), &text, statistics, instance), found)
            }
            _ => None,
        };
        Ok(Self { statistics: statistics.unwrap_or_else(usual), published: published.unwrap_or_default(), count })
    }
}
