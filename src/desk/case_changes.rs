//! What a coach changes on a case: notes, details, its end, a problem that the officer should know.

use super::{Desk, InviteError};
use crate::case::{CaseEvent, CaseFile, CaseRefusal, Ending, Note, Opening};
use crate::store::{NoticeKind, StoreError, Subject};
use jiff::civil::Date;

/// Why a case was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It does not fit what has happened to the case.
    #[error("this does not fit the case")]
    Unfit(#[from] CaseRefusal),
    /// What the closing report has settled stays.
    #[error("the closing report was sent; what it settles is corrected there")]
    Reported,
    /// The case has changed, but not everybody was invited.
    #[error("the case has ended, but not everybody could be invited")]
    Invitations(#[source] Box<InviteError>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// Records what happened to a case, if it fits.
    async fn happens(&self, case: &CaseFile, events: Vec<CaseEvent>) -> Result<CaseFile, ChangeError> {
        let mut tried = case.clone();
        for event in &events {
            tried.apply(event)?;
        }
        if events.is_empty() {
            return Ok(tried);
        }
        let now = self.now();
        let year = now.to_zoned(self.instance.zone()).year();
        let change = self.change(Subject::Known(case.number()), events);
        let changed = self.store.record(vec![change], year, now).await?;
        Ok(changed.into_iter().next().unwrap_or(tried))
    }

    /// Notes what was done.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn note(&self, case: &CaseFile, note: Note) -> Result<CaseFile, ChangeError> {
        self.happens(case, vec![CaseEvent::Noted { note }]).await
    }

    /// Takes a note away.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn remove_note(&self, case: &CaseFile, note: u32) -> Result<CaseFile, ChangeError> {
        self.happens(case, vec![CaseEvent::NoteRemoved { note }]).await
    }

    /// Ends the coaching, or corrects how it ended. Whoever the system invites is invited, as after an import.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn end_case(&self, case: &CaseFile, ending: Ending) -> Result<CaseFile, ChangeError> {
        if case.reported() {
            return Err(ChangeError::Reported);
        }
        let ended = if case.ending() == Some(&ending) {
            case.clone()
        } else {
            self.happens(case, vec![CaseEvent::Ended { ending }]).await?
        };
        let told = |error| ChangeError::Invitations(Box::new(error));
        self.invite_parties(case.number()).await.map_err(told)?;
        Ok(ended)
    }

    /// The coaching has not ended after all.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn reopen_case(&self, case: &CaseFile) -> Result<CaseFile, ChangeError> {
        if case.reported() {
            return Err(ChangeError::Reported);
        }
        self.happens(case, vec![CaseEvent::Reopened]).await
    }

    /// Corrects what was told at the opening, and names the officer.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn change_details(
        &self,
        case: &CaseFile,
        opening: Opening,
        officer: Option<String>,
    ) -> Result<CaseFile, ChangeError> {
        let mut events = Vec::new();
        if case.opening() != &opening {
            events.push(CaseEvent::OpeningCorrected { opening });
        }
        if case.officer() != officer.as_deref() {
            events.push(CaseEvent::OfficerNamed { officer });
        }
        self.happens(case, events).await
    }

    /// Tells the officers of a case of a problem.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn note_problem(&self, case: &CaseFile, on: Date, problem: String) -> Result<CaseFile, ChangeError> {
        let told = self.happens(case, vec![CaseEvent::ProblemNoted { on, problem }]).await?;
        self.tell_officers(&told, NoticeKind::Problem).await?;
        Ok(told)
    }
}
