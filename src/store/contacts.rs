//! Where the parties of a case are reached by mail.

use super::{Store, StoreError, attempting, writer};
use crate::case::CaseNumber;
use crate::form::Party;
use crate::text::{Fingerprint, Language};
use jiff::Timestamp;
use sqlx::{AnyConnection, Row};
use std::collections::BTreeSet;

/// An address of a party of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Its id, random; drafts that are written at links mailed here belong to it.
    pub id: String,
    /// The case.
    pub case: CaseNumber,
    /// Who is reached.
    pub party: Party,
    /// E-mail.
    pub address: String,
    /// The language of the mails; the case's own unless told.
    pub language: Option<Language>,
}

impl Store {
    /// Keeps a contact, or what has changed about it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_contact(&self, contact: Contact, at: Timestamp) -> Result<(), StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::KeepContact { contact, at, reply }).await
    }

    /// The contacts of a case in the order in which they were added.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contacts_of(&self, case: CaseNumber) -> Result<Vec<Contact>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, case_number, party, address, language FROM contacts WHERE case_number = $1 ORDER BY added_at, id",
        )
        .bind(case.to_string())
        .fetch_all(self.readers());
        let rows = self.read("read the contacts of a case", rows).await?;
        Ok(rows.iter().filter_map(read).collect())
    }

    /// Contacts of cases that have ended, to whom no invitation is open at `now`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn closed_contacts(&self, now: Timestamp) -> Result<Vec<Contact>, StoreError> {
        let rows = sqlx::query(
            "SELECT c.id, c.case_number, c.party, c.address, c.language FROM contacts c
             WHERE EXISTS (SELECT 1 FROM cases k WHERE k.number = c.case_number AND k.ended_on IS NOT NULL)
               AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.contact = c.id AND i.revoked_at IS NULL
                     AND i.expires_at > $1
                     AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id))
             ORDER BY c.added_at, c.id",
        )
        .bind(now.to_string())
        .fetch_all(self.readers());
        let rows = self.read("find contacts that are done with", rows).await?;
        Ok(rows.iter().filter_map(read).collect())
    }

    /// Removes contacts, and the addresses of their mails that could not be delivered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_contacts(&self, ids: Vec<String>) -> Result<(), StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::RemoveContacts { ids, reply }).await
    }

    /// Takes a contact away that somebody says is wrong: what waits to be sent there is not sent, and links that were
    /// mailed there, and what was written at them, go.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_contact(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        let id = id.to_owned();
        writer::submit(self.writer(), |reply| writer::Job::DropContact { id, at, reply }).await
    }

    /// The numbers of the cases that have contacts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cases_with_contacts(&self) -> Result<BTreeSet<String>, StoreError> {
        let rows = sqlx::query("SELECT DISTINCT case_number FROM contacts").fetch_all(self.readers());
        let rows = self.read("read the contacts", rows).await?;
        Ok(rows.iter().map(|row| row.get("case_number")).collect())
    }
}

/// A row that no longer fits its types is no contact.
fn read(row: &sqlx::any::AnyRow) -> Option<Contact> {
    Some(Contact {
        id: row.get("id"),
        case: row.get::<String, _>("case_number").parse().ok()?,
        party: serde_json::from_value(serde_json::Value::String(row.get("party"))).ok()?,
        address: row.get("address"),
        language: row.get::<Option<String>, _>("language").and_then(|code| Language::from_code(&code)),
    })
}

pub(super) async fn remove(connection: &mut AnyConnection, ids: &[String]) -> Result<(), StoreError> {
    for id in ids {
        run(connection, "UPDATE outbox SET address = NULL WHERE state = 'dead' AND contact = $1", id).await?;
        run(connection, "DELETE FROM contacts WHERE id = $1", id).await?;
    }
    Ok(())
}

/// Keeps a contact; its id, which is the earlier one where that address is known. A client, an employer and a coach are
/// reached in one place: whatever waits to be sent to an earlier one is not sent, and links that were mailed there, and what
/// was written at them, go.
pub(super) async fn keep(
    connection: &mut AnyConnection,
    contact: &Contact,
    at: Timestamp,
) -> Result<String, StoreError> {
    let known = sqlx::query(
        "SELECT id, lower(address) AS address FROM contacts WHERE case_number = $1 AND party = $2 ORDER BY added_at, id",
    )
    .bind(contact.case.to_string())
    .bind(contact.party.code())
    .fetch_all(&mut *connection)
    .await
    .map_err(attempting("read the contacts of a case"))?;
    let same = |row: &&sqlx::any::AnyRow| row.get::<String, _>("address") == contact.address.to_ascii_lowercase();
    let own = known.iter().find(same).map(|row| row.get::<String, _>("id"));
    let id = own.clone().unwrap_or_else(|| contact.id.clone());
    if contact.party != Party::Community {
        for earlier in known.iter().map(|row| row.get::<String, _>("id")).filter(|other| *other != id) {
            replace(connection, &earlier, at).await?;
        }
    }
    sqlx::query(
        "INSERT INTO contacts (id, case_number, party, address, language, added_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET language = coalesce(excluded.language, contacts.language)",
    )
    .bind(&id)
    .bind(contact.case.to_string())
    .bind(contact.party.code())
    .bind(&contact.address)
    .bind(contact.language.map(Language::code))
    .bind(at.to_string())
    .execute(connection)
    .await
    .map_err(attempting("keep a contact"))?;
    Ok(id)
}

/// Takes a contact away, with everything on its way there.
pub(super) async fn replace(connection: &mut AnyConnection, id: &str, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE outbox SET state = 'obsolete', address = NULL, settled_at = $2
         WHERE contact = $1 AND state IN ('waiting', 'dead')",
    )
    .bind(id.to_owned())
    .bind(at.to_string())
    .execute(&mut *connection)
    .await
    .map_err(attempting("replace a contact"))?;
    sqlx::query("DELETE FROM drafts WHERE owner_hash = $1")
        .bind(Fingerprint::of(id).as_str().to_owned())
        .execute(&mut *connection)
        .await
        .map_err(attempting("replace a contact"))?;
    for statement in [
        "DELETE FROM links WHERE owner = $1",
        "UPDATE invitations SET contact = NULL WHERE contact = $1",
        "DELETE FROM contacts WHERE id = $1",
    ] {
        run(connection, statement, id).await?;
    }
    Ok(())
}

async fn run(connection: &mut AnyConnection, statement: &'static str, id: &str) -> Result<(), StoreError> {
    sqlx::query(statement).bind(id.to_owned()).execute(connection).await.map_err(attempting("remove a contact"))?;
    Ok(())
}
