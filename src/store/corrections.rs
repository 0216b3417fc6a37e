//! A sent report is opened again to be corrected, and closed when nothing is to be corrected after all.

use super::cases::{self, CaseChange};
use super::{NewInvitation, Store, StoreError, attempting, invitations, writer};
use crate::case::CaseEvent;
use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

/// A correction that begins.
#[derive(Clone, Debug)]
pub struct NewCorrection {
    /// What the case notes of it.
    pub change: CaseChange,
    /// The coach's new invitation to the form, which is counted nowhere.
    pub invitation: NewInvitation,
}

/// A correction that is given up.
#[derive(Clone, Debug)]
pub struct DroppedCorrection {
    /// What the case notes of it.
    pub change: CaseChange,
    /// The case, by its number.
    pub case: String,
    /// The form whose open invitation is taken back, with its draft.
    pub form: String,
}

impl Store {
    /// Opens the form of a sent report again; false, and nothing happens, when it is open already.
    ///
    /// # Errors
    /// When the database fails, or the case has no report that was sent.
    pub async fn begin_correction(&self, new: NewCorrection, at: Timestamp) -> Result<bool, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::BeginCorrection(Box::new(new), at, reply)).await
    }

    /// Gives a correction up; false when there is none, as when it was sent meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_correction(&self, dropped: DroppedCorrection, at: Timestamp) -> Result<bool, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::DropCorrection(Box::new(dropped), at, reply)).await
    }
}

/// The open invitation of a case to a form.
async fn open(connection: &mut AnyConnection, case: &str, form: &str) -> Result<Option<String>, StoreError> {
    let row = sqlx::query(
        "SELECT i.id FROM invitations i WHERE i.case_number = $1 AND i.form = $2 AND i.revoked_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id) ORDER BY i.id LIMIT 1",
    )
    .bind(case.to_owned())
    .bind(form.to_owned())
    .fetch_optional(connection)
    .await
    .map_err(attempting("find an invitation"))?;
    Ok(row.map(|row| row.get("id")))
}

pub(super) async fn begin(
    connection: &mut AnyConnection,
    new: &NewCorrection,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let invitation = &new.invitation;
    if open(connection, &invitation.case.to_string(), &invitation.form).await?.is_some() {
        return Ok(false);
    }
    let year = at.to_zoned(jiff::tz::TimeZone::UTC).year();
    cases::change(connection, std::slice::from_ref(&new.change), year, at).await?;
    sqlx::query(
        "INSERT INTO invitations (id, case_number, party, form, expires_at, counted) VALUES ($1, $2, $3, $4, $5, 0)",
    )
    .bind(&invitation.id)
    .bind(invitation.case.to_string())
    .bind(invitation.party.code())
    .bind(&invitation.form)
    .bind(invitation.expires_at.to_string())
    .execute(&mut *connection)
    .await
    .map_err(attempting("make an invitation"))?;
    let asked = CaseEvent::Asked { party: invitation.party, form: invitation.form.clone() };
    cases::append(connection, invitation.case, &[asked], at).await?;
    Ok(true)
}

pub(super) async fn abandon(
    connection: &mut AnyConnection,
    dropped: &DroppedCorrection,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let Some(invitation) = open(connection, &dropped.case, &dropped.form).await? else { return Ok(false) };
    invitations::revoke(connection, &[invitation], at).await?;
    let year = at.to_zoned(jiff::tz::TimeZone::UTC).year();
    cases::change(connection, std::slice::from_ref(&dropped.change), year, at).await?;
    Ok(true)
}
