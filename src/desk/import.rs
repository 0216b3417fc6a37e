//! Takes a follow-up sheet in.

use super::{Desk, InviteError};
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
    /// Numbers of rows whose address was not kept.
    pub unreached: Vec<String>,
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
    Invitations(#[source] Box<InviteError>),
}

impl Desk {
    /// Opens and updates cases from checked rows, all or none, and invites every client whose
    /// coaching has ended to the closing form. Importing the same rows again changes nothing.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub async fn import(&self, rows: &[LedgerRow]) -> Result<ImportSummary, ImportError> {
        let (mut summary, changes) = self.plan(rows).await?;
        let reached: Vec<(&str, &str)> =
            rows.iter().filter_map(|row| Some((row.number.as_str(), row.email.as_deref()?))).collect();
        let now = self.now();
        let year = now.to_zoned(self.instance.zone()).year();
        self.store.record(changes, year, now).await?;
        let told = |error| ImportError::Invitations(Box::new(error));
        summary.unreached = self.keep_addresses(&reached).await.map_err(told)?;
        summary.invited = self.invite_ended().await.map_err(told)?;
        Ok(summary)
    }

    /// What an import of these rows would do, which is not done.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub async fn try_import(&self, rows: &[LedgerRow]) -> Result<ImportSummary, ImportError> {
        Ok(self.plan(rows).await?.0)
    }

    /// Rows that do not fit what has happened to their cases, by their place among `rows`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unfit(&self, rows: &[LedgerRow]) -> Result<Vec<usize>, StoreError> {
        let known = self.store.cases().await?;
        let by_number: BTreeMap<&str, &CaseFile> =
            known.iter().filter_map(|c| Some((c.imported_number()?, c))).collect();
        let unfit = |row: &LedgerRow| by_number.get(row.number.as_str()).is_some_and(|c| events_for(c, row).is_err());
        Ok(rows.iter().enumerate().filter(|(_, row)| unfit(row)).map(|(at, _)| at).collect())
    }

    /// What an import does, and the changes that do it.
    async fn plan(&self, rows: &[LedgerRow]) -> Result<(ImportSummary, Vec<CaseChange>), ImportError> {
        let (closing, report) = (&self.instance.closing_form, self.instance.report_form.as_ref());
        for form in std::iter::once(closing).chain(report).map(|f| &f.value) {
            self.form(form).ok_or_else(|| ImportError::NoForm(form.clone()))?;
        }
        let known = self.store.cases().await?;
        let erasures = self.store.erasures().await?;
        let by_number = by_number(&known);
        let mut summary = ImportSummary::default();
        let mut changes = Vec::new();
        for row in rows {
            let (subject, events) = match by_number.get(&row.number) {
                Some(case) => {
                    if case.contradicts(&row.work, row.ending.as_ref()) {
                        summary.kept.push(row.number.clone());
                    }
                    (Subject::Known(case.number()), events_for(case, row)?)
                }
                None if erasures.iter().any(|e| e.is_of_imported(&row.number) || e.subject == row.number) => {
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
        Ok((summary, changes))
    }

    /// Keeps where the sheet says that clients are reached, by the sheet's numbers, unless they are reached elsewhere
    /// already, for an address that somebody corrected here stays, or nothing more is asked of them. The numbers of rows whose
    /// address could not be kept.
    async fn keep_addresses(&self, reached: &[(&str, &str)]) -> Result<Vec<String>, InviteError> {
        let mut unreached = Vec::new();
        if reached.is_empty() {
            return Ok(unreached);
        }
        let cases = self.store.cases().await?;
        let by_number = by_number(&cases);
        for (number, address) in reached {
            let Some(case) = by_number.get(*number) else { continue };
            let known = self.store.contacts_of(case.number()).await?;
            if known.iter().any(|c| c.party == Party::Client) || self.is_done_with_client(case).await? {
                continue;
            }
            let kept = if case.parties().contains_key(&Party::Client) {
                // Invited before there was an address: the mail goes out now, if nobody has answered.
                self.add_contact(case.number(), Party::Client, address, None).await.map(drop)
            } else {
                match self.contact(case.number(), Party::Client, address, None).await {
                    Ok(contact) => Ok(self.store.keep_contact(contact, self.now()).await?),
                    Err(error) => Err(error),
                }
            };
            match kept {
                Ok(()) => {}
                Err(InviteError::NoAddress(_) | InviteError::TooManyContacts { .. }) => {
                    unreached.push((*number).to_owned());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(unreached)
    }

    /// True when a client was invited, no invitation is open, and no follow-up is to come.
    async fn is_done_with_client(&self, case: &CaseFile) -> Result<bool, InviteError> {
        if !case.parties().contains_key(&Party::Client) {
            return Ok(false);
        }
        let (all, now) = (self.store.invitations_of(case.number()).await?, self.now());
        let open = all.iter().any(|i| i.party == Party::Client && !i.revoked && !i.answered && i.expires_at > now);
        Ok(!open && !self.waits_for_follow_up(case.number(), Party::Client).await?)
    }

    /// How a case changes and is counted afterwards.
    pub(super) fn change(&self, subject: Subject, events: Vec<CaseEvent>) -> CaseChange {
        let (instance, statistics) = (Arc::clone(&self.instance), Arc::clone(&self.statistics));
        CaseChange {
            subject,
            events,
            codebook: Codebook::of_cases(&self.instance, self.statistics.areas.as_ref()),
            fact_of: Arc::new(move |case| Fact::of_case(case, &instance, statistics.areas.as_ref())),
            notices: Vec::new(),
        }
    }

    /// All clients of ended cases are invited by the system, not by anybody's choice, all coaches to report, and whoever
    /// of employer and workplace can be reached. How many clients.
    async fn invite_ended(&self) -> Result<usize, InviteError> {
        let (mut clients, reached) = (0, self.store.cases_with_contacts().await?);
        let reports = self.instance.report_form.is_some();
        for case in self.store.cases().await? {
            let is_new = !case.parties().contains_key(&Party::Client);
            let unreported = reports && !case.parties().contains_key(&Party::Coach);
            let wanted = is_new || unreported || reached.contains(&case.number().to_string());
            if wanted && case.ending().is_some() {
                self.invite_parties(case.number()).await?;
                clients += usize::from(is_new);
            }
        }
        Ok(clients)
    }
}

/// The cases by what stands in a sheet for them: a case without a number there stands under ours.
fn by_number(cases: &[CaseFile]) -> BTreeMap<String, &CaseFile> {
    let number = |c: &CaseFile| c.imported_number().map_or_else(|| c.number().to_string(), str::to_owned);
    cases.iter().map(|c| (number(c), c)).collect()
}

/// What a row changes about its case. A row that tells no language leaves the case's own, and so does one without a
/// provider.
fn events_for(case: &CaseFile, row: &LedgerRow) -> Result<Vec<CaseEvent>, ImportError> {
    let language = row.opening.language.or(case.opening().language);
    let mut opening = Opening { language, ..row.opening.clone() };
    if row.provider.is_none() {
        opening.provider.clone_from(&case.opening().provider);
    }
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
