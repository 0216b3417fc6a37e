//! The officer accepts a report, and says that a problem was seen.

use super::Desk;
use crate::case::{CaseEvent, CaseFile, CaseRefusal};
use crate::store::{CaseChange, NewNotice, StoreError, Subject};

/// Why nothing was done about a report.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// No report was sent.
    #[error("no report of this case was sent")]
    NotSent,
    /// The coach has sent a newer version than the one that was read.
    #[error("version {last} was sent meanwhile")]
    Outdated {
        /// The last version.
        last: u32,
    },
    /// What is asked for cannot be taken.
    #[error("the question cannot be taken")]
    Question(QuestionFault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is wrong with a question to the coach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionFault {
    /// There is none.
    Empty,
    /// It has too many characters.
    TooLong,
    /// It holds an identity code.
    IdentityCode,
}

impl Desk {
    /// Accepts a version of a case's report: the one that the officer has read, so only the last one that was sent. To take
    /// it back is to ask for completion.
    ///
    /// # Errors
    /// See [`HandleError`].
    pub async fn accept(&self, case: &CaseFile, version: u32) -> Result<(), HandleError> {
        self.is_last(case, version).await?;
        self.handle_version(case, CaseEvent::Accepted { version }, Vec::new()).await
    }

    /// Says that an officer has seen the problem of a case; once is enough.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn see_problem(&self, case: &CaseFile) -> Result<(), StoreError> {
        let unseen = case.handling().problem.as_ref().is_some_and(|p| !p.seen);
        if unseen { self.handle(case, CaseEvent::ProblemSeen).await } else { Ok(()) }
    }

    /// Refuses a version that is not the last one that was sent.
    pub(super) async fn is_last(&self, case: &CaseFile, version: u32) -> Result<(), HandleError> {
        let sent = self.store.sent_versions(case.number()).await?;
        match sent.last() {
            None => Err(HandleError::NotSent),
            Some(last) if last.version != version => Err(HandleError::Outdated { last: last.version }),
            Some(_) if !case.reported() => Err(HandleError::NotSent),
            Some(_) => Ok(()),
        }
    }

    /// Records what an officer does about a version. Whether it is still the last is looked at once more together with
    /// writing it down.
    pub(super) async fn handle_version(
        &self,
        case: &CaseFile,
        event: CaseEvent,
        notices: Vec<NewNotice>,
    ) -> Result<(), HandleError> {
        let change = CaseChange { notices, ..self.change(Subject::Known(case.number()), vec![event]) };
        match self.store.record(vec![change], self.today().year(), self.now()).await {
            Ok(_) => Ok(()),
            Err(StoreError::Case { source: CaseRefusal::NotThisVersion, .. }) => {
                let last = self.store.sent_versions(case.number()).await?.last().map_or(0, |sent| sent.version);
                Err(HandleError::Outdated { last })
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn handle(&self, case: &CaseFile, event: CaseEvent) -> Result<(), StoreError> {
        let change = self.change(Subject::Known(case.number()), vec![event]);
        self.store.record(vec![change], self.today().year(), self.now()).await.map(drop)
    }
}
