//! The outbox as whoever looks after it sees it: every mail with what became of it, and dead ones sent again.

use super::{MailKind, Store, StoreError, attempting, writer};
use crate::case::CaseNumber;
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It waits for its next try.
    Waiting,
    /// It was delivered.
    Delivered,
    /// It was given up; somebody must look.
    Dead,
    /// Its invitation ended before it was sent.
    Obsolete,
}

impl Fate {
    /// Its code in the store.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Obsolete => "obsolete",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::Dead, Self::Obsolete].into_iter().find(|fate| fate.code() == code)
    }
}

/// A mail of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMail {
    /// Its id, also the left part of its Message-ID.
    pub id: String,
    /// What it is for.
    pub kind: MailKind,
    /// The case of its invitation, or that it leads to; none of a sign-in.
    pub case: Option<CaseNumber>,
    /// The form of its invitation; empty of a mail to staff.
    pub form: String,
    /// What became of it.
    pub fate: Fate,
    /// Times it was tried.
    pub tries: u32,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When it is due, while it waits.
    pub next_try: Timestamp,
    /// What the last try came to.
    pub trouble: Option<String>,
    /// Where it goes; gone as soon as nothing more is to be sent there.
    pub address: Option<String>,
    /// Somebody answered what it invites to.
    pub answered: bool,
    /// Its invitation was taken back.
    pub revoked: bool,
    /// Until when its invitation or sign-in is open; without end of other mails to staff.
    pub expires_at: Timestamp,
}

/// What somebody should be told of the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxAlarm {
    /// Mails that were given up.
    pub dead: u32,
    /// Mails that should have gone out long ago and still wait.
    pub late: u32,
}

impl Store {
    /// Every mail, in the order in which they were queued.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mails(&self) -> Result<Vec<OutboxMail>, StoreError> {
        let rows = sqlx::query(
            "SELECT o.id, o.kind, coalesce(i.case_number, o.case_number) AS case_number, coalesce(i.form, '') AS form,
                    o.state, o.tries, o.queued_at, o.next_try, o.trouble, o.address,
                    CASE WHEN o.sign_in IS NULL THEN i.expires_at ELSE coalesce(a.ends_at, o.queued_at) END AS expires_at,
                    CASE WHEN i.revoked_at IS NULL THEN 0 ELSE 1 END AS revoked,
                    CASE WHEN EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id) THEN 1 ELSE 0 END AS answered
             FROM outbox o LEFT JOIN invitations i ON i.id = o.invitation LEFT JOIN sign_ins a ON a.id = o.sign_in
             ORDER BY o.queued_at, o.id",
        )
        .fetch_all(self.readers());
        let rows = self.read("read the outbox", rows).await?;
        Ok(rows.iter().filter_map(read).collect())
    }

    /// What is wrong with the outbox: the dead, and those that were to go out before `long_ago` and have not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outbox_alarm(&self, long_ago: Timestamp) -> Result<OutboxAlarm, StoreError> {
        let row = sqlx::query(
            "SELECT coalesce(sum(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), 0) AS dead,
                    coalesce(sum(CASE WHEN state = 'waiting'
                                       AND (next_try <= $1 OR (trouble IS NOT NULL AND queued_at <= $1))
                                      THEN 1 ELSE 0 END), 0) AS late
             FROM outbox WHERE state IN ('dead', 'waiting')",
        )
        .bind(long_ago.to_string())
        .fetch_one(self.readers());
        let row = self.read("look at the outbox", row).await?;
        let count = |name| u32::try_from(row.get::<i64, _>(name)).unwrap_or(u32::MAX);
        Ok(OutboxAlarm { dead: count("dead"), late: count("late") })
    }

    /// Lets a dead mail wait again as if it were new; false when it is not dead or has no address any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn resend_mail(&self, id: &str, at: Timestamp) -> Result<bool, StoreError> {
        let id = id.to_owned();
        writer::submit(self.writer(), |reply| writer::Job::ResendMail { id, at, reply }).await
    }
}

/// A row that no longer fits its types is left to `verify`.
fn read(row: &AnyRow) -> Option<OutboxMail> {
    let instant = |name: &str| row.get::<String, _>(name).parse::<Timestamp>().ok();
    Some(OutboxMail {
        id: row.get("id"),
        kind: MailKind::from_code(&row.get::<String, _>("kind")),
        case: match row.get::<Option<String>, _>("case_number") {
            Some(number) => Some(number.parse().ok()?),
            None => None,
        },
        form: row.get("form"),
        fate: Fate::from_code(&row.get::<String, _>("state"))?,
        tries: u32::try_from(row.get::<i64, _>("tries")).unwrap_or(u32::MAX),
        queued_at: instant("queued_at")?,
        next_try: instant("next_try")?,
        trouble: row.get("trouble"),
        address: row.get("address"),
        answered: row.get::<i64, _>("answered") == 1,
        revoked: row.get::<i64, _>("revoked") == 1,
        expires_at: match row.get::<Option<String>, _>("expires_at") {
            Some(at) => at.parse().ok()?,
            None => Timestamp::MAX,
        },
    })
}

pub(super) async fn resend(connection: &mut AnyConnection, id: &str, at: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE outbox SET state = 'waiting', tries = 0, next_try = $2, trouble = NULL, settled_at = NULL
         WHERE id = $1 AND state = 'dead' AND address IS NOT NULL",
    )
    .bind(id)
    .bind(at.to_string())
    .execute(connection)
    .await
    .map_err(attempting("send a mail again"))?;
    Ok(done.rows_affected() == 1)
}
