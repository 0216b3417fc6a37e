//! The outbox: mails that wait, were delivered or died.

use super::{Invitation, Store, StoreError, attempting, writer};
use crate::case::CaseNumber;
use jiff::Timestamp;
use sqlx::{Row, SqliteConnection};

/// A mail that is due.
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
    /// True when the invitation was answered, taken back or has expired meanwhile: nothing is to be sent.
    pub obsolete: bool,
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

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Delivered,
    Again(Timestamp),
    Dead,
    Obsolete,
}

impl Store {
    /// Puts the mail of an invitation into the outbox.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue_mail(
        &self,
        id: &str,
        invitation: &Invitation,
        address: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, invitation, address) = (id.to_owned(), invitation.id.clone(), address.to_owned());
        writer::submit(self.writer(), |reply| writer::Job::QueueMail { id, invitation, address, at, reply }).await
    }

    /// The mails that are due, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn due_mails(&self, now: Timestamp) -> Result<Vec<Mail>, StoreError> {
        let rows = sqlx::query(
            "SELECT o.id, o.invitation, i.case_number, i.form, i.expires_at, o.address, o.tries,
                    i.revoked_at IS NOT NULL OR EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id) AS closed
             FROM outbox o
             JOIN invitations i ON i.id = o.invitation
             WHERE o.state = 'waiting' AND o.next_try <= $1 ORDER BY o.queued_at, o.id LIMIT 100",
        )
        .bind(now.to_string())
        .fetch_all(self.readers())
        .await
        .map_err(attempting("read the outbox"))?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let expires_at: Timestamp = row.get::<String, _>("expires_at").parse().ok()?;
            Some(Mail {
                obsolete: row.get::<bool, _>("closed") || expires_at <= now,
                id: row.get("id"),
                invitation: row.get("invitation"),
                case: row.get::<String, _>("case_number").parse().ok()?,
                form: row.get("form"),
                expires_at,
                address: row.get::<Option<String>, _>("address")?,
                tries: row.get("tries"),
            })
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    /// Records that a mail was delivered; its address is removed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mail_delivered(&self, id: &str) -> Result<(), StoreError> {
        self.settle(id, Outcome::Delivered).await
    }

    /// Records a failed try: again at `next`, or never.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mail_failed(&self, id: &str, next: Option<Timestamp>) -> Result<(), StoreError> {
        self.settle(id, next.map_or(Outcome::Dead, Outcome::Again)).await
    }

    /// Records that a mail is not sent because its invitation is closed; its address is removed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mail_obsolete(&self, id: &str) -> Result<(), StoreError> {
        self.settle(id, Outcome::Obsolete).await
    }

    async fn settle(&self, id: &str, outcome: Outcome) -> Result<(), StoreError> {
        let id = id.to_owned();
        writer::submit(self.writer(), |reply| writer::Job::SettleMail { id, outcome, reply }).await
    }

    /// How many mails are in each state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mail_state(&self) -> Result<MailState, StoreError> {
        let rows =
            sqlx::query("SELECT state, count(*) AS n FROM outbox GROUP BY state").fetch_all(self.readers()).await;
        let mut state = MailState::default();
        for row in rows.map_err(attempting("count the outbox"))? {
            match row.get::<String, _>("state").as_str() {
                "waiting" => state.waiting = row.get("n"),
                "delivered" => state.delivered = row.get("n"),
                "dead" => state.dead = row.get("n"),
                _ => {}
            }
        }
        Ok(state)
    }
}

pub(super) async fn queue(
    connection: &mut SqliteConnection,
    id: &str,
    invitation: &str,
    address: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO outbox (id, invitation, address, queued_at, next_try, state) VALUES ($1, $2, $3, $4, $4, 'waiting')",
    )
    .bind(id)
    .bind(invitation)
    .bind(address)
    .bind(at.to_string())
    .execute(connection)
    .await
    .map_err(attempting("queue a mail"))?;
    Ok(())
}

pub(super) async fn settle(connection: &mut SqliteConnection, id: &str, outcome: &Outcome) -> Result<(), StoreError> {
    let query = match outcome {
        Outcome::Delivered => {
            sqlx::query("UPDATE outbox SET state = 'delivered', address = NULL WHERE id = $1").bind(id)
        }
        Outcome::Obsolete => sqlx::query("UPDATE outbox SET state = 'obsolete', address = NULL WHERE id = $1").bind(id),
        Outcome::Dead => sqlx::query("UPDATE outbox SET state = 'dead', tries = tries + 1 WHERE id = $1").bind(id),
        Outcome::Again(next) => sqlx::query("UPDATE outbox SET tries = tries + 1, next_try = $2 WHERE id = $1")
            .bind(id)
            .bind(next.to_string()),
    };
    query.execute(connection).await.map_err(attempting("settle a mail"))?;
    Ok(())
}
