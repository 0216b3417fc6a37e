//! Who may be reminded, who is to be asked later, and how far each invitation of a case has come.

use super::{Contact, Store, StoreError};
use crate::case::CaseNumber;
use crate::form::Party;
use crate::text::Language;
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::Row;
use sqlx::any::AnyRow;

/// An open invitation that was mailed and not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// The invitation.
    pub invitation: String,
    /// Its form.
    pub form: String,
    /// Where its mail went.
    pub contact: Contact,
    /// When its first mail was delivered.
    pub mailed_at: Timestamp,
    /// When its last mail was delivered.
    pub last_at: Timestamp,
    /// Reminders so far.
    pub reminded: usize,
}

/// How far one invitation has come. Says nothing of answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Who is invited.
    pub party: Party,
    /// To which form.
    pub form: String,
    /// Until when.
    pub expires_at: Timestamp,
    /// True when it was taken back.
    pub revoked: bool,
    /// When its answer arrived; whoever shows this tells the day at the earliest.
    pub received_at: Option<Timestamp>,
    /// The group of places of a shared link.
    pub gate: Option<String>,
    /// The contact it was mailed to.
    pub contact: Option<String>,
    /// The state of its last mail: `waiting`, `delivered`, `obsolete` or `dead`.
    pub mail: Option<String>,
    /// Reminders so far.
    pub reminded: u32,
}

impl Store {
    /// Invitations that are open at `now`, were mailed with success, have no mail waiting and no answer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unanswered(&self, now: Timestamp) -> Result<Vec<Unanswered>, StoreError> {
        let rows = sqlx::query(
            "SELECT i.id, i.form, c.id AS contact, c.case_number, c.party, c.address, c.language,
                    o.mailed_at, o.last_at, o.reminded
             FROM invitations i JOIN contacts c ON c.id = i.contact
             JOIN (SELECT invitation, contact, min(coalesce(settled_at, queued_at)) AS mailed_at,
                          max(coalesce(settled_at, queued_at)) AS last_at,
                          CAST(sum(CASE WHEN kind = 'reminder' THEN 1 ELSE 0 END) AS BIGINT) AS reminded,
                          sum(CASE WHEN state IN ('waiting', 'dead') THEN 1 ELSE 0 END) AS pending
                   FROM outbox WHERE state <> 'obsolete' GROUP BY invitation, contact) o
               ON o.invitation = i.id AND o.contact = i.contact
             WHERE i.revoked_at IS NULL AND i.expires_at > $1 AND o.pending = 0
               AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id)
             ORDER BY o.mailed_at, i.id",
        )
        .bind(now.to_string())
        .fetch_all(self.readers());
        let rows = self.read("find whom to remind", rows).await?;
        Ok(rows.iter().filter_map(unanswered).collect())
    }

    /// How many reminders were queued for an address since then, of whatever case.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reminders_since(&self, address: &str, since: Timestamp) -> Result<i64, StoreError> {
        let row = sqlx::query(
            "SELECT count(*) AS n FROM outbox o JOIN contacts c ON c.id = o.contact
             WHERE lower(c.address) = lower($1) AND o.kind = 'reminder' AND o.queued_at > $2",
        )
        .bind(address.to_owned())
        .bind(since.to_string())
        .fetch_one(self.readers());
        Ok(self.read("count reminders", row).await?.get("n"))
    }

    /// Cases that ended on these days, the last included, and of which nobody was asked that form.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ended_and_not_asked(
        &self,
        from: Date,
        until: Date,
        form: &str,
    ) -> Result<Vec<CaseNumber>, StoreError> {
        let rows = sqlx::query(
            "SELECT c.number FROM cases c WHERE c.ended_on >= $1 AND c.ended_on <= $2
             AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.case_number = c.number AND i.form = $3)
             ORDER BY c.ended_on, c.number",
        )
        .bind(from.to_string())
        .bind(until.to_string())
        .bind(form.to_owned())
        .fetch_all(self.readers());
        let rows = self.read("find whom to ask", rows).await?;
        Ok(rows.iter().filter_map(|row| row.get::<String, _>("number").parse().ok()).collect())
    }

    /// How far the invitations of a case have come.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn progress_of(&self, case: CaseNumber) -> Result<Vec<Progress>, StoreError> {
        let rows = sqlx::query(
            "SELECT i.party, i.form, i.expires_at, i.revoked_at, i.gate, i.contact, s.received_at,
                    (SELECT o.state FROM outbox o WHERE o.invitation = i.id ORDER BY o.queued_at DESC, o.id DESC LIMIT 1)
                      AS mail,
                    (SELECT count(*) FROM outbox o WHERE o.invitation = i.id AND o.kind = 'reminder') AS reminded
             FROM invitations i LEFT JOIN submissions s ON s.invitation = i.id
             WHERE i.case_number = $1 ORDER BY i.form, i.expires_at, i.id",
        )
        .bind(case.to_string())
        .fetch_all(self.readers());
        let rows = self.read("read how far invitations have come", rows).await?;
        Ok(rows.iter().filter_map(progress).collect())
    }
}

fn party(row: &AnyRow) -> Option<Party> {
    serde_json::from_value(serde_json::Value::String(row.get("party"))).ok()
}

fn unanswered(row: &AnyRow) -> Option<Unanswered> {
    Some(Unanswered {
        invitation: row.get("id"),
        form: row.get("form"),
        contact: Contact {
            id: row.get("contact"),
            case: row.get::<String, _>("case_number").parse().ok()?,
            party: party(row)?,
            address: row.get("address"),
            language: row.get::<Option<String>, _>("language").and_then(|code| Language::from_code(&code)),
        },
        mailed_at: row.get::<String, _>("mailed_at").parse().ok()?,
        last_at: row.get::<String, _>("last_at").parse().ok()?,
        reminded: usize::try_from(row.get::<i64, _>("reminded")).ok()?,
    })
}

fn progress(row: &AnyRow) -> Option<Progress> {
    Some(Progress {
        party: party(row)?,
        form: row.get("form"),
        expires_at: row.get::<String, _>("expires_at").parse().ok()?,
        revoked: row.get::<Option<String>, _>("revoked_at").is_some(),
        received_at: row.get::<Option<String>, _>("received_at").and_then(|at| at.parse().ok()),
        gate: row.get("gate"),
        contact: row.get("contact"),
        mail: row.get("mail"),
        reminded: u32::try_from(row.get::<i64, _>("reminded")).ok()?,
    })
}
