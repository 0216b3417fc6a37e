//! Takes a follow-up sheet in.

use super::Desk;
use crate::case::{CaseEvent, CaseFile, CaseRefusal, Opening};
use crate::cube::{Codebook, Fact};
use crate::form::Party;
use crate::ledger::LedgerRow;
use crate::store::{CaseChange, StoreError, Subject};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// Cases opened.
    pub opened: usize,
    /// Cases that changed.
    pub updated: usize,
    /// Cases that were the same.
    pub unchanged: usize,
    /// Clients invited because their coaching has ended.
    pub invited: usize,
    /// Numbers of rows of cases that were erased; they were left out.
    pub erased: Vec<String>,
    /// Numbers of rows that say otherwise than the closing report, which was kept.
    pub kept: Vec<String>,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The instance names a form that is not there.
    #[error("the form `{0}` that palaute.yaml names is not among the forms")]
    NoForm(String),
    /// A row does not fit what has happened to its case.
    #[error("the row of {number} does not fit its case, so nothing was taken; correct the row's days")]
    Unfit {
        /// The row's number in the sheet.
        number: String,
        /// Why.
        #[source]
        source: CaseRefusal,
    },
    /// The store failed before anything was taken.
    #[error("the import could not be stored; nothing was taken")]
    Store(#[from] StoreError),
    /// The cases are stored, but not all invitations.
    #[error("the cases were taken, but not every client could be invited; import the sheet again")]
    Invitations(#[source] StoreError),
}

impl Desk {
    /// Opens and updates cases from checked rows, all or none, and invites every client whose
    /// coaching has ended to the closing form. Importing the same rows again changes nothing.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub async fn import(&self, rows: &[LedgerRow]) -> Result<ImportSummary, ImportError> {
        let (closing, report) = (&self.instance.closing_form, self.instance.report_form.as_ref());
        for form in std::iter::once(closing).chain(report).map(|f| &f.value) {
            self.form(form).ok_or_else(|| ImportError::NoForm(form.clone()))?;
        }
        let known = self.store.cases().await?;
        let erasures = self.store.erasures().await?;
        let by_number: BTreeMap<&str, &CaseFile> =
            known.iter().filter_map(|c| Some((c.imported_number()?, c))).collect();
        let mut summary = ImportSummary::default();
        let mut changes = Vec::new();
        for row in rows {
            let (subject, events) = match by_number.get(row.number.as_str()) {
                Some(case) => {
                    if case.contradicts(&row.work, row.ending.as_ref()) {
                        summary.kept.push(row.number.clone());
                    }
                    (Subject::Known(case.number()), events_for(case, row)?)
                }
                None if erasures.iter().any(|e| e.is_of_imported(&row.number)) => {
                    summary.erased.push(row.number.clone());
                    continue;
                }
                None => (Subject::New(self.fresh_id()), first_events(row)),
            };
            match (&subject, events.is_empty()) {
                (_, true) => summary.unchanged += 1,
                (Subject::New(_), false) => summary.opened += 1,
                (Subject::Known(_), false) => summary.updated += 1,
            }
            if !events.is_empty() {
                changes.push(self.change(subject, events));
            }
        }
        let now = self.now();
        let year = now.to_zoned(self.instance.zone()).year();
        self.store.record(changes, year, now).await?;
        summary.invited = self.invite_ended(Party::Client, &closing.value).await.map_err(ImportError::Invitations)?;
        if let Some(report) = report {
            self.invite_ended(Party::Coach, &report.value).await.map_err(ImportError::Invitations)?;
        }
        Ok(summary)
    }

    /// How a case changes and is counted afterwards.
    pub(super) fn change(&self, subject: Subject, events: Vec<CaseEvent>) -> CaseChange {
        let instance = Arc::clone(&self.instance);
        CaseChange {
            subject,
            events,
            codebook: Codebook::of_cases(&self.instance),
            fact_of: Arc::new(move |case| Fact::of_case(case, &instance)),
        }
    }

    /// All clients of ended cases are invited by the system, not by anybody's choice, and all coaches
    /// to report.
    async fn invite_ended(&self, party: Party, form: &str) -> Result<usize, StoreError> {
        let Some(form) = self.form(form) else { return Ok(0) };
        let mut invited = 0;
        for case in self.store.cases().await? {
            if case.ending().is_none() || case.parties().contains_key(&party) {
                continue;
            }
            self.invite(case.number(), form).await?;
            invited += 1;
        }
        Ok(invited)
    }
}

/// What a row changes about its case. A row that tells no language leaves the case's own.
fn events_for(case: &CaseFile, row: &LedgerRow) -> Result<Vec<CaseEvent>, ImportError> {
    let language = row.opening.language.or(case.opening().language);
    let opening = Opening { language, ..row.opening.clone() };
    let events = case.changes(&opening, &row.work, row.ending.as_ref());
    let mut tried = case.clone();
    for event in &events {
        tried.apply(event).map_err(|source| ImportError::Unfit { number: row.number.clone(), source })?;
    }
    Ok(events)
}

fn first_events(row: &LedgerRow) -> Vec<CaseEvent> {
    let opened = CaseEvent::Opened { imported_number: Some(row.number.clone()), opening: row.opening.clone() };
    let mut events = vec![opened, CaseEvent::WorkRecorded { work: row.work.clone() }];
    events.extend(row.ending.clone().map(|ending| CaseEvent::Ended { ending }));
    events
}
