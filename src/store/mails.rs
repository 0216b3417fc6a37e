//! The outbox: mails that wait, were delivered or died.

use super::{Contact, Engine, NoticeKind, Store, StoreError, attempting, contacts, writer};
use crate::case::CaseNumber;
use crate::text::Language;
use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

/// What a mail is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MailKind {
    /// It invites.
    #[default]
    Invitation,
    /// It reminds of an invitation that is still open.
    Reminder,
    /// It goes to staff and carries no invitation.
    Notice(NoticeKind),
}

impl MailKind {
    /// Its code in the store.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reminder => "reminder",
            Self::Notice(kind) => kind.code(),
        }
    }

    pub(super) fn from_code(code: &str) -> Self {
        match NoticeKind::from_code(code) {
            Some(kind) => Self::Notice(kind),
            None if code == "reminder" => Self::Reminder,
            None => Self::Invitation,
        }
    }
}

/// A mail with an invitation to be queued, with the contact it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMail {
    /// Its id, also the left part of its Message-ID.
    pub id: String,
    /// The invitation it carries.
    pub invitation: String,
    /// What it is for.
    pub kind: MailKind,
    /// Where it goes; kept with the case if it is new.
    pub contact: Contact,
}

/// A mail with an invitation that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its id, also the left part of its Message-ID.
    pub id: String,
    /// The invitation it carries.
    pub invitation: String,
    /// The case of the invitation.
    pub case: CaseNumber,
    /// The form of the invitation.
    pub form: String,
    /// Until when the invitation is open.
    pub expires_at: Timestamp,
    /// True when the invitation was answered or taken back meanwhile: nothing is to be sent.
    pub obsolete: bool,
    /// True when the invitation has expired by the clock.
    pub expired: bool,
    /// What it is for.
    pub kind: MailKind,
    /// The contact it goes to; a mail from before there were contacts has none.
    pub contact: Option<String>,
    /// The language its receiver asked for.
    pub language: Option<Language>,
    /// Where it goes.
    pub address: String,
    /// Times it was tried before.
    pub tries: u32,
}

/// How many mails are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailState {
    /// Waiting for their time.
    pub waiting: u32,
    /// Delivered.
    pub delivered: u32,
    /// Given up; somebody must look.
    pub dead: u32,
}

/// What became of a try. Troubles are a few words without an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Delivered,
    Again { next: Timestamp, trouble: String },
    Dead { trouble: String },
    Obsolete,
}

/// Mails that are put off without a try.
pub(crate) struct PutOff {
    pub(super) taken: Vec<String>,
    pub(super) now: Timestamp,
    pub(super) until: Timestamp,
    pub(super) trouble: String,
}

impl Store {
    /// Puts the mail of an invitation into the outbox; from then on the invitation is its contact's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue_mail(&self, mail: NewMail, at: Timestamp) -> Result<(), StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::QueueMail { mail: Box::new(mail), at, reply }).await
    }

    /// Takes the mails with invitations that are due, those first that were tried least, then the oldest: until `lease` nobody else gets them, and afterwards they
    /// are due again, should whoever took them have died.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_mails(&self, now: Timestamp, lease: Timestamp) -> Result<Vec<Mail>, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::ClaimMails { now, lease, reply }).await
    }

    /// Records that a mail was delivered; its address is removed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mail_delivered(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        self.settle(id, Outcome::Delivered, at).await
    }

    /// Records a failed try and what it came to: again at `next`, or never.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mail_failed(
        &self,
        id: &str,
        next: Option<Timestamp>,
        trouble: String,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let outcome = match next {
            Some(next) => Outcome::Again { next, trouble },
            None => Outcome::Dead { trouble },
        };
        self.settle(id, outcome, at).await
    }

    /// Records that a mail is not sent because its invitation is closed; its address is removed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mail_obsolete(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        self.settle(id, Outcome::Obsolete, at).await
    }

    async fn settle(&self, id: &str, outcome: Outcome, at: Timestamp) -> Result<(), StoreError> {
        let id = id.to_owned();
        writer::submit(self.writer(), |reply| writer::Job::SettleMail { id, outcome, at, reply }).await
    }

    /// Puts mails that were taken, and all that are due, off until then without a try, because of a trouble that is not
    /// theirs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_mails_off(
        &self,
        taken: Vec<String>,
        now: Timestamp,
        until: Timestamp,
        trouble: String,
    ) -> Result<(), StoreError> {
        let put_off = PutOff { taken, now, until, trouble };
        writer::submit(self.writer(), |reply| writer::Job::PutMailsOff(Box::new(put_off), reply)).await
    }

    /// How many mails are in each state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mail_state(&self) -> Result<MailState, StoreError> {
        let rows = sqlx::query("SELECT state, count(*) AS n FROM outbox GROUP BY state").fetch_all(self.readers());
        let mut state = MailState::default();
        for row in self.read("count the outbox", rows).await? {
            let n = u32::try_from(row.get::<i64, _>("n")).unwrap_or(u32::MAX);
            match row.get::<String, _>("state").as_str() {
                "waiting" => state.waiting = n,
                "delivered" => state.delivered = n,
                "dead" => state.dead = n,
                _ => {}
            }
        }
        Ok(state)
    }
}

macro_rules! due {
    ($lock:literal) => {
        concat!(
            "SELECT o.id, o.invitation, i.case_number, i.form, i.expires_at, o.address, o.tries, o.kind, o.contact,
                    (SELECT c.language FROM contacts c WHERE c.id = o.contact) AS language,
                    CASE WHEN i.revoked_at IS NOT NULL
                              OR EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id)
                         THEN 1 ELSE 0 END AS closed
             FROM outbox o JOIN invitations i ON i.id = o.invitation
             WHERE o.state = 'waiting' AND o.next_try <= $1 ORDER BY o.tries, o.queued_at, o.id LIMIT 10",
            $lock
        )
    };
}

/// Nobody need look at a mail that was given up once its invitation was answered or taken back; its address goes.
async fn let_dead_rest(connection: &mut AnyConnection, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE outbox SET state = 'obsolete', address = NULL, settled_at = $1
         WHERE state = 'dead' AND invitation IN
           (SELECT i.id FROM invitations i WHERE i.revoked_at IS NOT NULL
               OR EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id))",
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
) -> Result<Vec<Mail>, StoreError> {
    let_dead_rest(&mut *connection, now).await?;
    let due = match engine {
        Engine::Sqlite => due!(""),
        Engine::Postgres => due!(" FOR UPDATE OF o SKIP LOCKED"),
    };
    let rows = sqlx::query(due).bind(now.to_string()).fetch_all(&mut *connection).await;
    let rows = rows.map_err(attempting("read the outbox"))?;
    let mut mails = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: String = row.get("id");
        let Some(mail) = read(row, now) else {
            // It would be taken again and again: somebody must look at it.
            settle(&mut *connection, &id, &Outcome::Dead { trouble: "cannot be read".to_owned() }, now).await?;
            continue;
        };
        take(&mut *connection, &id, lease).await?;
        mails.push(mail);
    }
    Ok(mails)
}

/// Until `lease` nobody else gets it.
pub(super) async fn take(connection: &mut AnyConnection, id: &str, lease: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE outbox SET next_try = $2 WHERE id = $1")
        .bind(id)
        .bind(lease.to_string())
        .execute(connection)
        .await
        .map_err(attempting("take a mail"))?;
    Ok(())
}

fn read(row: &sqlx::any::AnyRow, now: Timestamp) -> Option<Mail> {
    let expires_at: Timestamp = row.get::<String, _>("expires_at").parse().ok()?;
    Some(Mail {
        obsolete: row.get::<i64, _>("closed") == 1,
        expired: expires_at <= now,
        id: row.get("id"),
        invitation: row.get("invitation"),
        case: row.get::<String, _>("case_number").parse().ok()?,
        form: row.get("form"),
        expires_at,
        kind: MailKind::from_code(&row.get::<String, _>("kind")),
        contact: row.get("contact"),
        language: row.get::<Option<String>, _>("language").and_then(|code| Language::from_code(&code)),
        address: row.get::<Option<String>, _>("address")?,
        tries: u32::try_from(row.get::<i64, _>("tries")).unwrap_or(u32::MAX),
    })
}

pub(super) async fn queue(connection: &mut AnyConnection, mail: &NewMail, at: Timestamp) -> Result<(), StoreError> {
    let contact = contacts::keep(connection, &mail.contact, at).await?;
    let waiting = sqlx::query(
        "SELECT id FROM outbox WHERE invitation = $1 AND contact = $2 AND kind = $3 AND state = 'waiting' AND tries = 0",
    )
    .bind(&mail.invitation)
    .bind(&contact)
    .bind(mail.kind.code())
    .fetch_optional(&mut *connection)
    .await
    .map_err(attempting("queue a mail"))?;
    if waiting.is_some() {
        // Asked twice at once: one mail says it.
        return Ok(());
    }
    sqlx::query("UPDATE invitations SET contact = $2 WHERE id = $1")
        .bind(&mail.invitation)
        .bind(&contact)
        .execute(&mut *connection)
        .await
        .map_err(attempting("queue a mail"))?;
    sqlx::query(
        "INSERT INTO outbox (id, invitation, address, queued_at, next_try, state, kind, contact)
         VALUES ($1, $2, $3, $4, $4, 'waiting', $5, $6) ON CONFLICT (id) DO NOTHING",
    )
    .bind(&mail.id)
    .bind(&mail.invitation)
    .bind(&mail.contact.address)
    .bind(at.to_string())
    .bind(mail.kind.code())
    .bind(&contact)
    .execute(connection)
    .await
    .map_err(attempting("queue a mail"))?;
    Ok(())
}

pub(super) async fn settle(
    connection: &mut AnyConnection,
    id: &str,
    outcome: &Outcome,
    at: Timestamp,
) -> Result<(), StoreError> {
    let at = at.to_string();
    let query = match outcome {
        Outcome::Delivered => sqlx::query(
            "UPDATE outbox SET state = 'delivered', address = NULL, trouble = NULL, settled_at = $2
             WHERE id = $1 AND state = 'waiting'",
        )
        .bind(id)
        .bind(at),
        Outcome::Obsolete => sqlx::query(
            "UPDATE outbox SET state = 'obsolete', address = NULL, settled_at = $2 WHERE id = $1 AND state = 'waiting'",
        )
        .bind(id)
        .bind(at),
        Outcome::Dead { trouble } => sqlx::query(
            "UPDATE outbox SET state = 'dead', tries = tries + 1, settled_at = $2, trouble = $3
             WHERE id = $1 AND state = 'waiting'",
        )
        .bind(id)
        .bind(at)
        .bind(trouble),
        Outcome::Again { next, trouble } => sqlx::query(
            "UPDATE outbox SET tries = tries + 1, next_try = $2, trouble = $3 WHERE id = $1 AND state = 'waiting'",
        )
        .bind(id)
        .bind(next.to_string())
        .bind(trouble),
    };
    query.execute(connection).await.map_err(attempting("settle a mail"))?;
    Ok(())
}

pub(super) async fn put_off(connection: &mut AnyConnection, mails: &PutOff) -> Result<(), StoreError> {
    for id in &mails.taken {
        sqlx::query("UPDATE outbox SET next_try = $2, trouble = $3 WHERE id = $1 AND state = 'waiting'")
            .bind(id)
            .bind(mails.until.to_string())
            .bind(&mails.trouble)
            .execute(&mut *connection)
            .await
            .map_err(attempting("put a mail off"))?;
    }
    sqlx::query("UPDATE outbox SET next_try = $2, trouble = $3 WHERE state = 'waiting' AND next_try <= $1")
        .bind(mails.now.to_string())
        .bind(mails.until.to_string())
        .bind(&mails.trouble)
        .execute(connection)
        .await
        .map_err(attempting("put mails off"))?;
    Ok(())
}
