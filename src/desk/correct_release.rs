//! Corrects the figures of a released cohort, or tells readers why they stay.

use super::release::{Past, cohorts};
use super::{Desk, ReleaseError, ReleaseOutcome};
use crate::cube::{self, Cohort, Cube};
use crate::release::{Before, Correction, Note, PublishedTable, Refusal, Release, ReleaseId};
use crate::text::Text;
use jiff::civil::Date;

impl Desk {
    /// Counts the closed cases of a released cohort again and puts the tables in the place of the first ones, with a note.
    ///
    /// # Errors
    /// When no such cohort was released, too few records have changed, or a sensitive figure could be told.
    pub async fn correct_release(
        &self,
        cohort: Date,
        reason: &Text,
        past: &Past,
    ) -> Result<ReleaseOutcome, ReleaseError> {
        let has = |r: &&Release| r.tables().iter().chain(r.earlier()).any(|t| is_of(t, cohort));
        let first = past.releases.iter().find(has).ok_or(Refusal::NoCohort(cohort))?;
        let id = first.id().to_string();
        let made = past.witnesses.iter().find(|w| w.release == id).ok_or(Refusal::NoProof(id))?;
        let (mut then, mut now) = (Cube::default(), Cube::default());
        for (sequence, fact, book) in self.store.facts_since(0).await? {
            if sequence <= made.watermark {
                then.fold(sequence, &fact, &book);
            }
            now.fold(sequence, &fact, &book);
        }
        let released: Vec<Cohort> = cohorts(&past.releases);
        let recount = |cube| cube::recount(cube, &self.instance, &self.statistics, cohort, &released);
        let (before_tables, now_tables) = (recount(&then), recount(&now));
        let correction =
            Correction { cohort, reason: reason.clone(), on: self.today(), before: &before_tables, now: &now_tables };
        let before = Before { earlier: &past.releases, witnesses: &past.witnesses, ledger: &past.ledger };
        let made = (self.next_release(past).await?, self.now());
        let controlled = Release::correct(&correction, &before, &self.instance, made, now.watermark)?;
        Ok(ReleaseOutcome::of(&now_tables, controlled, past.ledger.clone()))
    }

    /// A release with the figures as they are and a note for readers on one cohort.
    ///
    /// # Errors
    /// When no such cohort was released.
    pub async fn note_release(&self, cohort: Date, reason: &Text, past: &Past) -> Result<ReleaseOutcome, ReleaseError> {
        let last = past.releases.last().ok_or(Refusal::NoCohort(cohort))?;
        if !last.tables().iter().chain(last.earlier()).any(|t| t.cohort.as_ref().is_some_and(|c| c.until == cohort)) {
            return Err(Refusal::NoCohort(cohort).into());
        }
        let id = last.id().to_string();
        let kept = past.witnesses.iter().rev().find(|w| w.release == id).ok_or(Refusal::NoProof(id))?;
        let note = Note { on: self.today(), cohort, text: reason.clone() };
        let controlled = last.noted(note, kept, (self.next_release(past).await?, self.now()), &past.ledger);
        Ok(ReleaseOutcome::of(&cube::Counted::default(), controlled, past.ledger.clone()))
    }

    /// The id after that of the last release: a correction holds for the same day.
    async fn next_release(&self, past: &Past) -> Result<ReleaseId, ReleaseError> {
        let as_of = past.releases.last().map_or_else(|| self.reporting_day(), Release::as_of);
        self.release_id(as_of, past).await
    }
}

fn is_of(table: &PublishedTable, cohort: Date) -> bool {
    table.cohort.as_ref().is_some_and(|c| c.until == cohort && c.of == "ended")
}
