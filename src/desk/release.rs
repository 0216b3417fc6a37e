//! Makes a release.

use super::Desk;
use crate::cube::{self, Cube};
use crate::release::{Difference, Release, ReleaseId, differences};
use crate::store::{KnownRelease, StoreError, ToCount};
use crate::text::Fingerprint;
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

/// Why there is no release.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The day goes on.
    #[error("{0} is not over yet; figures are released for a day that has ended")]
    NotOver(Date),
    /// Cases have a category that was renamed or removed.
    #[error(
        "stored cases have the category `{code}` of `{dimension}`, which palaute.yaml no longer declares; put it back"
    )]
    UnknownCategory {
        /// The dimension.
        dimension: &'static str,
        /// The code.
        code: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// Remembers a release whose file is written, so that `verify` can tell when it is missing or another.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn know_release(&self, release: &Release) -> Result<(), StoreError> {
        let known = KnownRelease {
            id: release.id().to_string(),
            fingerprint: Fingerprint::of(release.to_json()),
            as_of: release.as_of(),
            made_at: release.published_at(),
        };
        self.store.know_release(known).await
    }

    /// The day a release is about unless told: the last reporting date that has passed, or the last
    /// month end.
    #[must_use]
    pub fn reporting_day(&self) -> Date {
        let today = self.today();
        let declared = self.instance.reporting_dates.iter().map(|d| d.value).filter(|d| *d < today).max();
        declared.unwrap_or_else(|| today.first_of_month().checked_sub(1.day()).unwrap_or(today))
    }

    /// The cube with every fact so far, saved. Counted anew when something is erased meanwhile.
    async fn counted(&self) -> Result<Cube, StoreError> {
        loop {
            let ToCount { mut cube, facts, erasures } = self.store.to_count().await?;
            for (sequence, fact, book) in facts {
                cube.fold(sequence, &fact, &book);
            }
            if self.store.save_cube(cube.clone(), erasures).await? {
                return Ok(cube);
            }
        }
    }

    /// Takes the facts since the last release into the cube, saves it, and lets disclosure control
    /// make a release of its tables.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn release(&self, as_of: Date, earlier: &[Release]) -> Result<ReleaseOutcome, ReleaseError> {
        self.refuse_early(as_of)?;
        let cube = self.counted().await?;
        self.controlled(&cube, as_of, self.today(), earlier).await
    }

    /// What a release for that day would show, with answers until `answers_until`; nothing is written.
    ///
    /// # Errors
    /// See [`ReleaseError`].
    pub async fn try_release(
        &self,
        as_of: Date,
        answers_until: Date,
        earlier: &[Release],
    ) -> Result<ReleaseOutcome, ReleaseError> {
        self.refuse_early(as_of)?;
        let ToCount { mut cube, facts, .. } = self.store.to_count().await?;
        for (sequence, fact, book) in facts {
            cube.fold(sequence, &fact, &book);
        }
        self.controlled(&cube, as_of, answers_until, earlier).await
    }

    /// The same beside no other release. The sums so far are kept, so that the next look need not count everything again.
    pub(super) async fn previewed(&self, as_of: Date, answers_until: Date) -> Result<Release, ReleaseError> {
        self.refuse_early(as_of)?;
        let ToCount { cube, facts, .. } = self.store.to_count().await?;
        let cube = if facts.is_empty() { cube } else { self.counted().await? };
        Ok(self.controlled(&cube, as_of, answers_until, &[]).await?.release)
    }

    fn refuse_early(&self, as_of: Date) -> Result<(), ReleaseError> {
        if as_of >= self.today() { Err(ReleaseError::NotOver(as_of)) } else { Ok(()) }
    }

    async fn controlled(
        &self,
        cube: &Cube,
        as_of: Date,
        answers_until: Date,
        earlier: &[Release],
    ) -> Result<ReleaseOutcome, ReleaseError> {
        let unknown = cube::unknown_categories(cube, &self.instance);
        if let Some((dimension, code)) = unknown.into_iter().next() {
            return Err(ReleaseError::UnknownCategory { dimension, code });
        }
        // A release whose file was lost keeps its name.
        let lost = self.store.known_releases().await?;
        let ids = earlier.iter().map(|r| r.id().clone()).chain(lost.iter().filter_map(|(id, _)| id.parse().ok()));
        let ids: Vec<ReleaseId> = ids.collect();
        let id = ReleaseId::next(as_of, &ids);
        let tables = cube::tables(cube, &self.instance, &self.forms, as_of, answers_until);
        let release = Release::control(tables, &self.instance, id, self.now());
        let differences = differences(&release, earlier);
        Ok(ReleaseOutcome { release, differences })
    }
}
