//! A coach opens a case.

use super::{Desk, InviteError};
use crate::case::{CaseEvent, CaseFile, CaseNumber, CaseRefusal, Opening};
use crate::form::Party;
use crate::store::{StoreError, Subject};

/// What a coach tells of a new case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCase {
    /// Its number in the coach's own sheet.
    pub own_number: Option<String>,
    /// What is known.
    pub opening: Opening,
    /// The officer who is to receive the reports, by id; all of them where nobody is named.
    pub officer: Option<String>,
    /// Where the client is reached.
    pub email: Option<String>,
}

/// Why no case was opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenCaseError {
    /// Another case has that number in the sheet.
    #[error("another case has that number in the sheet")]
    Taken(CaseNumber),
    /// It looks like one of our numbers, so that nobody would know which case is meant.
    #[error("a number of the sheet must not look like one of ours")]
    LooksLikeOurs,
    /// The case of that number was erased.
    #[error("the case of that number was erased")]
    Erased,
    /// The days do not fit each other.
    #[error("the days do not fit each other")]
    Unfit(#[from] CaseRefusal),
    /// The text is no address.
    #[error("the text is no e-mail address")]
    NoAddress,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// Opens a case. Nothing is stored when something does not fit.
    ///
    /// # Errors
    /// See [`OpenCaseError`].
    pub async fn open_case(&self, new: NewCase) -> Result<CaseFile, OpenCaseError> {
        if let Some(own) = &new.own_number {
            if own.parse::<CaseNumber>().is_ok() {
                return Err(OpenCaseError::LooksLikeOurs);
            }
            if let Some(other) = self.store.case_of_sheet(own).await? {
                return Err(OpenCaseError::Taken(other));
            }
            if self.store.erasures().await?.iter().any(|e| e.is_of_imported(own)) {
                return Err(OpenCaseError::Erased);
            }
        }
        if new.email.as_deref().is_some_and(|a| !crate::text::is_email(a) || !crate::mail::is_address(a)) {
            return Err(OpenCaseError::NoAddress);
        }
        let mut events = vec![CaseEvent::Opened { imported_number: new.own_number, opening: new.opening }];
        events.extend(new.officer.map(|id| CaseEvent::OfficerNamed { officer: Some(id) }));
        CaseFile::fold(CaseNumber::new(0, 0), &events)?;
        let now = self.now();
        let year = now.to_zoned(self.instance.zone()).year();
        let change = self.change(Subject::New(self.fresh_id()), events);
        let opened = self.store.record(vec![change], year, now).await?;
        let Some(case) = opened.into_iter().next() else { return Err(StoreError::Closed.into()) };
        if let Some(address) = &new.email {
            match self.add_contact(case.number(), Party::Client, address, None).await {
                Ok(_) => {}
                Err(InviteError::Store(error)) => return Err(error.into()),
                // The case is open; the address can be added on its page.
                Err(error) => tracing::warn!(cause = error.to_string(), "an address was not kept"),
            }
        }
        Ok(case)
    }
}
