//! Places behind a shared link: each is an invitation of its own, and the link leads to one of them.

use super::invitations::{self, LinkUse, NewInvitation};
use super::{InvitationId, Store, StoreError, attempting, writer};
use crate::case::CaseNumber;
use crate::text::Fingerprint;
use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

/// A shared link to be opened.
#[derive(Clone, Debug)]
pub struct NewPlaces {
    /// The case.
    pub case: CaseNumber,
    /// To which form.
    pub form: String,
    /// An invitation for each place; as many of them are made as places are missing.
    pub places: Vec<NewInvitation>,
    /// Of the link.
    pub token_hash: Fingerprint,
}

impl Store {
    /// Opens a shared link with so many places; behind one that is open already it leads to the same places, of which
    /// none is taken away. The place it leads to, and until when.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_places(&self, new: NewPlaces, at: Timestamp) -> Result<(InvitationId, Timestamp), StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::OpenPlaces(Box::new(new), at, reply)).await
    }
}

pub(super) async fn open(
    connection: &mut AnyConnection,
    new: &NewPlaces,
    at: Timestamp,
) -> Result<(InvitationId, Timestamp), StoreError> {
    // Of a group of which a place was taken back no link comes to life again.
    let open = sqlx::query(
        "SELECT i.gate, count(*) AS there, max(i.expires_at) AS until FROM invitations i
         WHERE i.case_number = $1 AND i.form = $2 AND i.gate IS NOT NULL GROUP BY i.gate
         HAVING count(i.revoked_at) = 0 AND min(i.expires_at) > $3 ORDER BY i.gate LIMIT 1",
    )
    .bind(new.case.to_string())
    .bind(&new.form)
    .bind(at.to_string())
    .fetch_optional(&mut *connection)
    .await
    .map_err(attempting("find places"))?;
    let first = new.places.first().map(|place| (place.id.clone(), place.expires_at));
    let (gate, there, until) = match (open, first) {
        (Some(row), _) => {
            let until = row.get::<String, _>("until").parse().unwrap_or(at);
            (row.get::<String, _>("gate"), usize::try_from(row.get::<i64, _>("there")).unwrap_or(0), until)
        }
        (None, Some((id, until))) => (id, 0, until),
        (None, None) => return Err(StoreError::Closed),
    };
    for place in new.places.iter().take(new.places.len().saturating_sub(there)) {
        let place = NewInvitation { gate: Some(gate.clone()), expires_at: until, ..place.clone() };
        invitations::invite(connection, &place, at).await?;
    }
    // The group is named after its first place, to which every link of it leads.
    let usage = LinkUse { shared: true, ..LinkUse::default() };
    invitations::open_link(connection, &new.token_hash, &gate, &usage, at).await?;
    Ok((gate, until))
}

/// The other place behind the shared link of an invitation `$1` to which the link can lead.
macro_rules! other_place {
    () => {
        "(SELECT min(o.id) FROM invitations o JOIN invitations i ON i.gate = o.gate
          WHERE i.id = $1 AND o.id <> $1 AND o.revoked_at IS NULL)"
    };
}

/// Drafts that would meet one of the same owner, then the others, then the links.
const HAND_ON: [&str; 3] = [
    concat!(
        "DELETE FROM drafts WHERE invitation = $1 AND owner_hash IN
         (SELECT d.owner_hash FROM drafts d WHERE d.invitation = ",
        other_place!(),
        ")"
    ),
    concat!(
        "UPDATE drafts SET invitation = ",
        other_place!(),
        " WHERE invitation = $1 AND ",
        other_place!(),
        " IS NOT NULL AND EXISTS (SELECT 1 FROM links l WHERE l.invitation = $1 AND l.shared = 1)"
    ),
    concat!(
        "UPDATE links SET invitation = ",
        other_place!(),
        " WHERE invitation = $1 AND shared = 1 AND ",
        other_place!(),
        " IS NOT NULL"
    ),
];

/// What colleagues behind the same shared link have and write stays theirs when one place is erased.
pub(super) async fn hand_on(connection: &mut AnyConnection, invitation: &str) -> Result<(), StoreError> {
    for statement in HAND_ON {
        run(connection, statement, invitation).await?;
    }
    Ok(())
}

/// The shared links of a group lead to a place that was taken back, so that they say so.
pub(super) async fn take_back(connection: &mut AnyConnection, invitation: &str) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM drafts WHERE invitation IN (SELECT l.invitation FROM links l JOIN invitations p ON p.id = l.invitation
           WHERE l.shared = 1 AND p.gate = (SELECT i.gate FROM invitations i WHERE i.id = $1))",
        "UPDATE links SET invitation = $1 WHERE shared = 1 AND invitation IN
           (SELECT p.id FROM invitations p WHERE p.gate = (SELECT i.gate FROM invitations i WHERE i.id = $1))",
    ] {
        run(connection, statement, invitation).await?;
    }
    Ok(())
}

async fn run(connection: &mut AnyConnection, statement: &'static str, invitation: &str) -> Result<(), StoreError> {
    let done = sqlx::query(statement).bind(invitation.to_owned()).execute(&mut *connection).await;
    done.map_err(attempting("change where a shared link leads"))?;
    Ok(())
}
