//! Makes a release.

use super::Desk;
use crate::cube::{self, Cohort, Counted, Cube};
use crate::release::{
    Before, Controlled, Ledger, PublishedTable, Refusal, Release, ReleaseId, Witnesses, explain, published_elsewhere,
};
use crate::store::{KnownRelease, StoreError, ToCount};
use crate::text::Fingerprint;
use jiff::ToSpan;
use jiff::civil::Date;
use std::sync::Arc;

/// Everything published so far.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The releases, oldest first.
    pub releases: Vec<Release>,
    /// Their internal files.
    pub witnesses: Vec<Witnesses>,
    /// Every figure, those that `published.yaml` names included.
    pub ledger: Ledger,
}

/// A new release, its proof and what it adds to the ledger.
#[derive(Clone, Debug)]
pub struct ReleaseOutcome {
    /// The release.
    pub release: Release,
    /// Its internal file, never public.
    pub witnesses: Witnesses,
    /// The ledger with what it publishes.
    pub ledger: Ledger,
    /// What is withheld and why, for those who publish.
    pub explanation: String,
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
    /// Releases that were made are not among those that are reckoned with.
    #[error(
        "these releases were made and are not in releases/: {0}. Bring the folder back from a copy: what readers have already must be reckoned with"
    )]
    Lost(String),
    /// Disclosure control refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
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

    /// Takes the facts since the last release into the cube, saves it, and lets disclosure control make a release: of cohorts
    /// that have ended by `as_of`, of answers until yesterday.
    ///
    /// # Errors
    /// See [`ReleaseError`].
    pub async fn release(&self, as_of: Date, past: &Past) -> Result<ReleaseOutcome, ReleaseError> {
        self.refuse_early(as_of)?;
        let cube = self.counted().await?;
        self.controlled(&cube, as_of, past).await
    }

    /// What a release for that day would show; nothing is written.
    ///
    /// # Errors
    /// See [`ReleaseError`].
    pub async fn try_release(&self, as_of: Date, past: &Past) -> Result<ReleaseOutcome, ReleaseError> {
        self.refuse_early(as_of)?;
        let ToCount { mut cube, facts, .. } = self.store.to_count().await?;
        for (sequence, fact, book) in facts {
            cube.fold(sequence, &fact, &book);
        }
        self.controlled(&cube, as_of, past).await
    }

    /// The same. The sums so far are kept, so that the next look need not count everything again.
    pub(super) async fn previewed(&self, as_of: Date, past: &Past) -> Result<Release, ReleaseError> {
        self.refuse_early(as_of)?;
        let ToCount { cube, facts, .. } = self.store.to_count().await?;
        let cube = if facts.is_empty() { cube } else { self.counted().await? };
        Ok(self.controlled(&cube, as_of, past).await?.release)
    }

    fn refuse_early(&self, as_of: Date) -> Result<(), ReleaseError> {
        if as_of >= self.today() { Err(ReleaseError::NotOver(as_of)) } else { Ok(()) }
    }

    /// What there is to count beside cohorts that were released.
    pub(super) fn count(&self, cube: &Cube, as_of: Date, released: &[Cohort]) -> Counted {
        let yesterday = self.today().yesterday().unwrap_or(self.today());
        cube::count(cube, &self.instance, &self.statistics, &self.forms, as_of, yesterday, released)
    }

    async fn controlled(&self, cube: &Cube, as_of: Date, past: &Past) -> Result<ReleaseOutcome, ReleaseError> {
        let unknown = cube::unknown_categories(cube, &self.instance);
        if let Some((dimension, code)) = unknown.into_iter().next() {
            return Err(ReleaseError::UnknownCategory { dimension, code });
        }
        let earlier = &past.releases;
        let id = self.release_id(as_of, past).await?;
        let counted = self.count(cube, as_of, &cohorts(earlier));
        let released: Vec<PublishedTable> =
            earlier.last().into_iter().flat_map(|r| r.tables().iter().chain(r.earlier())).cloned().collect();
        let mut ledger = past.ledger.clone();
        let mut elsewhere = published_elsewhere(&self.published, &counted, &released)?;
        ledger.add(std::mem::take(&mut elsewhere.entries));
        let before = Before { earlier, witnesses: &past.witnesses, ledger: &ledger };
        let (instance, watermark, now) = (Arc::clone(&self.instance), cube.watermark, self.now());
        let controlled = Release::control(&counted, &before, &instance, (id, now), watermark)?;
        let mut outcome = ReleaseOutcome::of(&counted, controlled.noting(&elsewhere.notes), ledger);
        outcome.explanation.push_str(&elsewhere.told());
        Ok(outcome)
    }

    /// The next id for that day.
    ///
    /// # Errors
    /// When a release that was made is not among the past ones.
    pub(super) async fn release_id(&self, as_of: Date, past: &Past) -> Result<ReleaseId, ReleaseError> {
        let ids: Vec<ReleaseId> = past.releases.iter().map(|r| r.id().clone()).collect();
        let known = self.store.known_releases().await?;
        let is_there = |id: &String| ids.iter().any(|there| there.to_string() == *id);
        let lost: Vec<String> = known.into_iter().map(|(id, _)| id).filter(|id| !is_there(id)).collect();
        if lost.is_empty() { Ok(ReleaseId::next(as_of, &ids)) } else { Err(ReleaseError::Lost(lost.join(", "))) }
    }
}

impl ReleaseOutcome {
    /// What was made, explained, with what it adds to the ledger.
    pub(super) fn of(counted: &Counted, controlled: Controlled, mut ledger: Ledger) -> Self {
        let explanation = explain(counted, &controlled);
        let Controlled { release, witnesses, entries } = controlled;
        ledger.add(entries);
        Self { release, witnesses, ledger, explanation }
    }
}

/// The cohorts that stand in releases.
pub(super) fn cohorts(releases: &[Release]) -> Vec<Cohort> {
    let tables = releases.last().into_iter().flat_map(|r| r.tables().iter().chain(r.earlier()));
    let mut found: Vec<Cohort> = tables.filter_map(|t| t.cohort.clone()).collect();
    found.sort();
    found.dedup();
    found
}
