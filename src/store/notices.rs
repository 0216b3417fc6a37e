//! Mails to staff: they say that something is there, never what, and lead to a case or carry a sign-in.

use super::{Staff, Store, StoreError, attempting, writer};
use crate::case::CaseNumber;
use jiff::Timestamp;
use sqlx::AnyConnection;

/// What a mail to staff is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// It lets somebody in.
    SignIn,
    /// To an officer: a report was sent.
    Report,
    /// To an officer: a sent report was corrected.
    Correction,
    /// To an officer: an interim report was sent.
    Interim,
    /// To an officer: the feedback annex of a report has closed.
    Annex,
    /// To an officer: a coach tells of a problem.
    Problem,
    /// To a coach: an officer asks for completion.
    Completion,
    /// To a coach: the client has read the report.
    Read,
}

impl NoticeKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::SignIn,
        Self::Report,
        Self::Correction,
        Self::Interim,
        Self::Annex,
        Self::Problem,
        Self::Completion,
        Self::Read,
    ];

    /// Its code in the store and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Report => "report",
            Self::Correction => "correction",
            Self::Interim => "interim",
            Self::Annex => "annex",
            Self::Problem => "problem",
            Self::Completion => "completion",
            Self::Read => "read",
        }
    }

    /// The kind of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }
}

/// A mail to staff, to be queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// Its id, also the left part of its Message-ID.
    pub id: String,
    /// What it is for.
    pub kind: NoticeKind,
    /// Who gets it.
    pub staff: Staff,
    /// The case it is about; none of a sign-in.
    pub case: Option<CaseNumber>,
    /// The sign-in that it carries.
    pub sign_in: Option<String>,
}

impl Store {
    /// Queues mails to staff, all or none. One of the same kind about the same case that was not tried yet says it already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue_notices(&self, notices: Vec<NewNotice>, at: Timestamp) -> Result<(), StoreError> {
        if notices.is_empty() {
            return Ok(());
        }
        writer::submit(self.writer(), |reply| writer::Job::QueueNotices(notices, at, reply)).await
    }
}

pub(super) async fn queue(
    connection: &mut AnyConnection,
    notices: &[NewNotice],
    at: Timestamp,
) -> Result<(), StoreError> {
    for notice in notices {
        sqlx::query(
            "INSERT INTO outbox (id, staff, case_number, sign_in, address, queued_at, next_try, state, kind)
             SELECT $1, $2, $3, $4, $5, $6, $6, 'waiting', $7
             WHERE $4 IS NOT NULL OR NOT EXISTS
               (SELECT 1 FROM outbox o WHERE o.staff = $2 AND o.case_number = $3 AND o.kind = $7
                                         AND o.state = 'waiting' AND o.tries = 0)",
        )
        .bind(&notice.id)
        .bind(&notice.staff.id)
        .bind(notice.case.map(|c| c.to_string()))
        .bind(&notice.sign_in)
        .bind(&notice.staff.address)
        .bind(at.to_string())
        .bind(notice.kind.code())
        .execute(&mut *connection)
        .await
        .map_err(attempting("queue a mail"))?;
    }
    Ok(())
}
