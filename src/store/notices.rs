//! Mails to staff: they say that something is there, never what, and lead to a case or carry a sign-in.

use super::{Engine, Staff, Store, StoreError, attempting, mails, staff, writer};
use crate::case::CaseNumber;
use crate::text::Language;
use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

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

/// A mail to staff that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id, also the left part of its Message-ID.
    pub id: String,
    /// What it is for.
    pub kind: NoticeKind,
    /// The case it is about; none of a sign-in.
    pub case: Option<CaseNumber>,
    /// The sign-in that it carries.
    pub sign_in: Option<String>,
    /// True when it would let nobody in any more.
    pub ended: bool,
    /// The language in which the sign-in was asked, else in which its receiver read last.
    pub language: Option<Language>,
    /// Where it goes.
    pub address: String,
    /// Times it was tried before.
    pub tries: u32,
}

impl Store {
    /// Takes the mails to staff that are due, sign-ins first, as `claim_mails` does others.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_notices(&self, now: Timestamp, lease: Timestamp) -> Result<Vec<Notice>, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::ClaimNotices { now, lease, reply }).await
    }

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

macro_rules! due {
    ($lock:literal) => {
        concat!(
            "SELECT o.id, o.kind, o.case_number, o.sign_in, o.address, o.tries, s.ends_at,
                    coalesce(s.language, t.language) AS language
             FROM outbox o JOIN staff t ON t.id = o.staff LEFT JOIN sign_ins s ON s.id = o.sign_in
             WHERE o.state = 'waiting' AND o.next_try <= $1
             ORDER BY CASE WHEN o.sign_in IS NULL THEN 1 ELSE 0 END, o.tries, o.queued_at, o.id LIMIT 10",
            $lock
        )
    };
}

/// Nobody need look at a sign-in that was given up once it would let nobody in any more; its address goes.
async fn let_dead_rest(connection: &mut AnyConnection, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE outbox SET state = 'obsolete', address = NULL, settled_at = $1
         WHERE state = 'dead' AND sign_in IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM sign_ins s WHERE s.id = outbox.sign_in AND s.ends_at > $1)",
    )
    .bind(now.to_string())
    .execute(connection)
    .await
    .map_err(attempting("let dead mails rest"))?;
    Ok(())
}

/// Rows that another server is taking are passed over, not waited for.
pub(super) async fn claim(
    connection: &mut AnyConnection,
    engine: Engine,
    now: Timestamp,
    lease: Timestamp,
) -> Result<Vec<Notice>, StoreError> {
    let_dead_rest(&mut *connection, now).await?;
    let due = match engine {
        Engine::Sqlite => due!(""),
        Engine::Postgres => due!(" FOR UPDATE OF o SKIP LOCKED"),
    };
    let rows = sqlx::query(due).bind(now.to_string()).fetch_all(&mut *connection).await;
    let mut notices = Vec::new();
    for row in &rows.map_err(attempting("read the outbox"))? {
        let id: String = row.get("id");
        match read(row, now) {
            Some(notice) => {
                mails::take(&mut *connection, &id, lease).await?;
                notices.push(notice);
            }
            // It would be taken again and again: somebody must look at it.
            None => {
                let dead = mails::Outcome::Dead { trouble: "cannot be read".to_owned() };
                mails::settle(&mut *connection, &id, &dead, now).await?;
            }
        }
    }
    Ok(notices)
}

fn read(row: &sqlx::any::AnyRow, now: Timestamp) -> Option<Notice> {
    let number: Option<String> = row.get("case_number");
    let sign_in: Option<String> = row.get("sign_in");
    let ends_at: Option<Timestamp> = match row.get::<Option<String>, _>("ends_at") {
        Some(at) => Some(at.parse().ok()?),
        None => None,
    };
    Some(Notice {
        kind: NoticeKind::from_code(&row.get::<String, _>("kind"))?,
        case: match number {
            Some(number) => Some(number.parse().ok()?),
            None => None,
        },
        ended: sign_in.is_some() && ends_at.is_none_or(|at| at <= now),
        sign_in,
        language: staff::language(row),
        address: row.get::<Option<String>, _>("address")?,
        tries: u32::try_from(row.get::<i64, _>("tries")).unwrap_or(u32::MAX),
        id: row.get("id"),
    })
}
