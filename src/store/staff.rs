//! Who works with the system: name, address and role.

use super::{Store, StoreError, attempting, audit_log, writer};
use crate::case::CaseNumber;
use crate::text::{Fingerprint, Language};
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Delivers the coaching; sees the cases that carry his or her name.
    Coach,
    /// Looks after the provider's work; sees no case, only sums.
    Manager,
    /// Receives the reports.
    Officer,
    /// Makes releases and builds the public site.
    Publisher,
    /// Adds and removes staff; may also do what managers and publishers do.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Coach, Self::Manager, Self::Officer, Self::Publisher, Self::Admin];

    /// Its code in the store and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Coach => "coach",
            Self::Manager => "manager",
            Self::Officer => "officer",
            Self::Publisher => "publisher",
            Self::Admin => "admin",
        }
    }

    /// The role of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }
}

/// One of the staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Id.
    pub id: String,
    /// E-mail, in lower case.
    pub address: String,
    /// Name; of a coach as it stands on the cases.
    pub name: String,
    /// What he or she may do.
    pub role: Role,
}

impl Store {
    /// Adds somebody, or gives somebody who was removed a place again; false when the address is in use, or another
    /// coach has the name, for a coach sees the cases that carry it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_staff(&self, staff: Staff, at: Timestamp) -> Result<bool, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::AddStaff(staff, at, reply)).await
    }

    /// Removes somebody: the sessions end, and what asked to be let in opens nothing. False when there is nobody of that id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_staff(&self, id: &str, at: Timestamp) -> Result<bool, StoreError> {
        let id = id.to_owned();
        writer::submit(self.writer(), |reply| writer::Job::RemoveStaff { id, at, reply }).await
    }

    /// All staff, by role and name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn staff(&self) -> Result<Vec<Staff>, StoreError> {
        let rows =
            sqlx::query("SELECT id, address, name, role FROM staff WHERE removed_at IS NULL ORDER BY role, name, id")
                .fetch_all(self.readers());
        Ok(self.read("read the staff", rows).await?.iter().filter_map(read).collect())
    }

    /// Who has that address, in lower case.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn staff_at(&self, address: &str) -> Result<Option<Staff>, StoreError> {
        let row = sqlx::query("SELECT id, address, name, role FROM staff WHERE address = $1 AND removed_at IS NULL")
            .bind(address.to_owned())
            .fetch_optional(self.readers());
        Ok(self.read("find staff", row).await?.as_ref().and_then(read))
    }

    /// The one of that id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn staff_of(&self, id: &str) -> Result<Option<Staff>, StoreError> {
        let row = sqlx::query("SELECT id, address, name, role FROM staff WHERE id = $1 AND removed_at IS NULL")
            .bind(id.to_owned())
            .fetch_optional(self.readers());
        Ok(self.read("find staff", row).await?.as_ref().and_then(read))
    }

    /// The names of coaches that stand on cases, with how many cases carry each.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn coaches_on_cases(&self) -> Result<Vec<(String, u32)>, StoreError> {
        let rows =
            sqlx::query("SELECT coach, count(*) AS n FROM cases WHERE coach <> '' GROUP BY coach ORDER BY coach")
                .fetch_all(self.readers());
        let count = |row: &AnyRow| u32::try_from(row.get::<i64, _>("n")).unwrap_or(u32::MAX);
        Ok(self.read("read the cases", rows).await?.iter().map(|row| (row.get("coach"), count(row))).collect())
    }

    /// The cases of an officer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cases_of_officer(&self, id: &str) -> Result<Vec<CaseNumber>, StoreError> {
        let rows = sqlx::query("SELECT number FROM cases WHERE officer = $1 ORDER BY number")
            .bind(id.to_owned())
            .fetch_all(self.readers());
        let rows = self.read("read the cases", rows).await?;
        Ok(rows.iter().filter_map(|row| row.get::<String, _>("number").parse().ok()).collect())
    }
}

pub(super) fn read(row: &AnyRow) -> Option<Staff> {
    let role = Role::from_code(&row.get::<String, _>("role"))?;
    Some(Staff { id: row.get("id"), address: row.get("address"), name: row.get("name"), role })
}

/// The language of that code, where one is kept.
pub(super) fn language(row: &AnyRow) -> Option<Language> {
    row.get::<Option<String>, _>("language").and_then(|code| Language::from_code(&code))
}

pub(super) async fn add(connection: &mut AnyConnection, staff: &Staff, at: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO staff (id, address, name, role, added_at)
         SELECT $1, $2, $3, $4, $5
         WHERE $4 <> 'coach' OR NOT EXISTS (SELECT 1 FROM staff s WHERE s.role = 'coach' AND s.name = $3
                                             AND s.removed_at IS NULL)
         ON CONFLICT (address) DO UPDATE SET name = $3, role = $4, added_at = $5, removed_at = NULL
         WHERE staff.removed_at IS NOT NULL",
    )
    .bind(&staff.id)
    .bind(&staff.address)
    .bind(&staff.name)
    .bind(staff.role.code())
    .bind(at.to_string())
    .execute(&mut *connection)
    .await
    .map_err(attempting("add staff"))?;
    let added = done.rows_affected() == 1;
    if added {
        // Of somebody who comes back the id is the former one.
        note(connection, at, "staff-added", &staff.address, staff.role.code()).await?;
    }
    Ok(added)
}

pub(super) async fn remove(connection: &mut AnyConnection, id: &str, at: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE staff SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL")
        .bind(id)
        .bind(at.to_string())
        .execute(&mut *connection)
        .await
        .map_err(attempting("remove staff"))?;
    for statement in [
        "DELETE FROM sessions WHERE staff = $1",
        "DELETE FROM sign_ins WHERE staff = $1",
        "UPDATE outbox SET state = 'obsolete', address = NULL WHERE staff = $1 AND state IN ('waiting', 'dead')",
    ] {
        sqlx::query(statement).bind(id).execute(&mut *connection).await.map_err(attempting("remove staff"))?;
    }
    let removed = done.rows_affected() == 1;
    if removed {
        audit_log::note(connection, at, "staff-removed", id, &Fingerprint::of(id)).await?;
    }
    Ok(removed)
}

/// The audit log tells who was added as what, by id.
async fn note(
    connection: &mut AnyConnection,
    at: Timestamp,
    verb: &'static str,
    address: &str,
    role: &str,
) -> Result<(), StoreError> {
    let row = sqlx::query("SELECT id FROM staff WHERE address = $1").bind(address).fetch_one(&mut *connection).await;
    let id: String = row.map_err(attempting("add staff"))?.get("id");
    audit_log::note(connection, at, verb, &id, &Fingerprint::of(format!("{id} {role}"))).await
}
