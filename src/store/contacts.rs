//! Where the parties of a case are reached by mail.

use super::{Store, StoreError, attempting, writer};
use crate::case::CaseNumber;
use crate::form::Party;
use crate::text::Language;
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

    /// Contacts to whom an invitation was mailed, and none is open at `now`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn closed_contacts(&self, now: Timestamp) -> Result<Vec<Contact>, StoreError> {
        let rows = sqlx::query(
            "SELECT c.id, c.case_number, c.party, c.address, c.language FROM contacts c
             WHERE EXISTS (SELECT 1 FROM invitations i WHERE i.contact = c.id)
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
        for statement in [
            "UPDATE outbox SET address = NULL WHERE state = 'dead'
             AND invitation IN (SELECT i.id FROM invitations i WHERE i.contact = $1)",
            "DELETE FROM contacts WHERE id = $1",
        ] {
            let done = sqlx::query(statement).bind(id).execute(&mut *connection).await;
            done.map_err(attempting("remove a contact"))?;
        }
    }
    Ok(())
}

pub(super) async fn keep(connection: &mut AnyConnection, contact: &Contact, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO contacts (id, case_number, party, address, language, added_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET address = excluded.address, language = excluded.language",
    )
    .bind(&contact.id)
    .bind(contact.case.to_string())
    .bind(contact.party.code())
    .bind(&contact.address)
    .bind(contact.language.map(Language::code))
    .bind(at.to_string())
    .execute(connection)
    .await
    .map_err(attempting("keep a contact"))?;
    Ok(())
}
