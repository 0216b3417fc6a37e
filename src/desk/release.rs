//! Makes a release.

use super::Desk;
use crate::cube::{self, Cube};
use crate::release::{Difference, Release, ReleaseId, differences};
use crate::store::StoreError;
use jiff::ToSpan;
use jiff::civil::Date;

/// A new release and what it shows beside earlier ones.
#[derive(Clone, Debug)]
pub struct ReleaseOutcome {
    /// The release.
    pub release: Release,
    /// Figures that differ from an earlier release by fewer people than the threshold.
    pub differences: Vec<Difference>,
}

impl Desk {
    /// The day a release is about unless told: the last reporting date that has passed, or the last
    /// month end.
    #[must_use]
    pub fn reporting_day(&self) -> Date {
        let today = self.now().to_zoned(self.instance.zone()).date();
        let declared = self.instance.reporting_dates.iter().map(|d| d.value).filter(|d| *d < today).max();
        declared.unwrap_or_else(|| today.first_of_month().checked_sub(1.day()).unwrap_or(today))
    }

    /// Takes the facts since the last release into the cube, saves it, and lets disclosure control
    /// make a release of its tables.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn release(&self, as_of: Date, earlier: &[Release]) -> Result<ReleaseOutcome, StoreError> {
        let stored = self.store.cube().await?;
        let mut cube = if stored.is_current() { stored } else { Cube::default() };
        for (sequence, fact, book) in self.store.facts_since(cube.watermark).await? {
            cube.fold(sequence, &fact, &book);
        }
        self.store.save_cube(cube.clone()).await?;
        let ids: Vec<ReleaseId> = earlier.iter().map(|r| r.id().clone()).collect();
        let id = ReleaseId::next(as_of, &ids);
        let today = self.now().to_zoned(self.instance.zone()).date();
        let tables = cube::tables(&cube, &self.instance, &self.forms, as_of, today);
        let release = Release::control(tables, &self.instance, id, self.now());
        let differences = differences(&release, earlier);
        Ok(ReleaseOutcome { release, differences })
    }
}
