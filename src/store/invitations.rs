//! Invitations and the links that lead to them.

use super::{NewMail, Store, StoreError, attempting, audit_log, cases, facts, mails, places, writer};
use crate::case::{CaseEvent, CaseNumber};
use crate::cube::{Codebook, Fact};
use crate::form::Party;
use crate::text::Fingerprint;
use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

/// Id of an invitation.
pub type InvitationId = String;

/// An invitation as a link finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The case it is about.
    pub case: CaseNumber,
    /// Who is invited.
    pub party: Party,
    /// To which form.
    pub form: String,
    /// Until when.
    pub expires_at: Timestamp,
    /// True when it was taken back.
    pub revoked: bool,
    /// True when it was answered.
    pub answered: bool,
    /// True when it stands among the responses: to feedback or a closing report.
    pub counted: bool,
    /// How the link that led to it is used.
    pub channel: Channel,
    /// Id of the contact that it is mailed to.
    pub contact: Option<String>,
    /// The group of places to which it belongs, when several share one link.
    pub gate: Option<String>,
    /// True when the link that led to it is shared: whoever answers takes a free place of the group.
    pub shared: bool,
    /// Who owns drafts written at the link that led to it; the link itself unless told.
    pub draft_owner: Option<String>,
}

/// How answers come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// The respondent answers on the web.
    #[default]
    Web,
    /// Somebody keys in what the respondent wrote on paper.
    Paper,
}

impl Channel {
    /// Its code in the store.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Paper => "paper",
        }
    }

    fn from_code(code: &str) -> Self {
        if code == "paper" { Self::Paper } else { Self::Web }
    }
}

/// How a link is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkUse {
    /// How answers come in through it.
    pub channel: Channel,
    /// True when several people are given the same link.
    pub shared: bool,
    /// Who owns the drafts written at it, when that is not the link alone: the contact that it is mailed to, or the staff who
    /// opened it at a desk.
    pub draft_owner: Option<String>,
}

/// An invitation to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The case it is about.
    pub case: CaseNumber,
    /// Who is invited.
    pub party: Party,
    /// To which form.
    pub form: String,
    /// Until when.
    pub expires_at: Timestamp,
    /// How it is counted; none when it stands not among the responses.
    pub fact: Option<Fact>,
    /// Explains the fact.
    pub codebook: Codebook,
    /// The group of places behind one shared link, if it is one of them.
    pub gate: Option<String>,
    /// The mail that carries it, queued in the same transaction.
    pub mail: Option<NewMail>,
}

impl Store {
    /// Makes an invitation and records it on the case; false when the case has an open one to that form
    /// already. Of the workplace community several are invited.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invite(&self, new: NewInvitation, at: Timestamp) -> Result<bool, StoreError> {
        self.invite_all(vec![new], at).await.map(|made| made == 1)
    }

    /// Makes several invitations, all or none; how many were made, as [`Store::invite`] has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invite_all(&self, new: Vec<NewInvitation>, at: Timestamp) -> Result<usize, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::Invite(new, at, reply)).await
    }

    /// Takes open invitations of a case back: their links open nothing, nobody is reminded, and they are not counted.
    /// Those that were answered, or taken back before, stay as they are; how many were taken back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke(&self, invitations: Vec<InvitationId>, at: Timestamp) -> Result<usize, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::Revoke { invitations, at, reply }).await
    }

    /// Opens a way in to an invitation: the token itself is never stored. False, and nothing is opened, when it is a link
    /// to be mailed and the invitation was answered or taken back meanwhile, or its contact replaced.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_link(
        &self,
        token_hash: Fingerprint,
        invitation: &str,
        usage: LinkUse,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let invitation = invitation.to_owned();
        writer::submit(self.writer(), |reply| writer::Job::OpenLink { token_hash, invitation, usage, at, reply }).await
    }

    /// Opens an expired invitation again until `expires_at`. Its earlier links are removed, so that no
    /// old token comes back to life.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew_invitation(&self, id: &str, expires_at: Timestamp, at: Timestamp) -> Result<(), StoreError> {
        let invitation = id.to_owned();
        writer::submit(self.writer(), |reply| writer::Job::Renew { invitation, expires_at, at, reply }).await
    }

    /// The invitation behind the hash of a token.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invitation_by_token(&self, token_hash: &Fingerprint) -> Result<Option<Invitation>, StoreError> {
        let row = sqlx::query(
            "SELECT i.id, i.case_number, i.party, i.form, i.expires_at, i.revoked_at, i.counted, i.contact, i.gate,
                    l.channel, l.shared, l.owner,
                    CASE WHEN l.shared = 1
                         THEN CASE WHEN EXISTS (SELECT 1 FROM invitations p WHERE p.gate = i.gate AND p.revoked_at IS NULL
                              AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = p.id)) THEN 0 ELSE 1 END
                         WHEN EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id) THEN 1 ELSE 0 END AS answered
             FROM links l JOIN invitations i ON i.id = l.invitation WHERE l.token_hash = $1",
        )
        .bind(token_hash.as_str())
        .fetch_optional(self.readers());
        let row = self.read("find an invitation", row).await?;
        Ok(row.as_ref().and_then(read))
    }

    /// The invitations of a case.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invitations_of(&self, case: CaseNumber) -> Result<Vec<Invitation>, StoreError> {
        let rows = sqlx::query(
            "SELECT i.id, i.case_number, i.party, i.form, i.expires_at, i.revoked_at, i.counted, i.contact, i.gate,
                    'web' AS channel, CAST(0 AS BIGINT) AS shared, NULL AS owner,
                    CASE WHEN EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id) THEN 1 ELSE 0 END AS answered
             FROM invitations i WHERE i.case_number = $1 ORDER BY i.id",
        )
        .bind(case.to_string())
        .fetch_all(self.readers());
        let rows = self.read("read the invitations of a case", rows).await?;
        Ok(rows.iter().filter_map(read).collect())
    }
}

/// A row that no longer fits its types is no invitation.
fn read(row: &sqlx::any::AnyRow) -> Option<Invitation> {
    Some(Invitation {
        id: row.get("id"),
        case: row.get::<String, _>("case_number").parse().ok()?,
        party: serde_json::from_value(serde_json::Value::String(row.get("party"))).ok()?,
        form: row.get("form"),
        expires_at: row.get::<String, _>("expires_at").parse().ok()?,
        revoked: row.get::<Option<String>, _>("revoked_at").is_some(),
        answered: row.get::<i64, _>("answered") == 1,
        counted: row.get::<i64, _>("counted") == 1,
        channel: Channel::from_code(&row.get::<String, _>("channel")),
        contact: row.get("contact"),
        gate: row.get("gate"),
        shared: row.get::<i64, _>("shared") == 1,
        draft_owner: row.get("owner"),
    })
}

pub(super) async fn invite_all(
    connection: &mut AnyConnection,
    new: &[NewInvitation],
    at: Timestamp,
) -> Result<usize, StoreError> {
    let mut made = 0;
    for one in new {
        made += usize::from(invite(connection, one, at).await?);
    }
    Ok(made)
}

pub(super) async fn invite(
    connection: &mut AnyConnection,
    new: &NewInvitation,
    at: Timestamp,
) -> Result<bool, StoreError> {
    if let (Party::Community, Some(mail)) = (new.party, &new.mail) {
        // Asked twice at once: a colleague has one invitation.
        let there = sqlx::query(
            "SELECT i.id FROM invitations i JOIN contacts c ON c.id = i.contact
             WHERE i.case_number = $1 AND i.form = $2 AND i.revoked_at IS NULL AND i.expires_at > $3
               AND lower(c.address) = $4",
        )
        .bind(new.case.to_string())
        .bind(&new.form)
        .bind(at.to_string())
        .bind(mail.contact.address.to_ascii_lowercase())
        .fetch_optional(&mut *connection)
        .await
        .map_err(attempting("find an invitation"))?;
        if there.is_some() {
            return Ok(false);
        }
    }
    if new.party != Party::Community {
        let open =
            sqlx::query("SELECT id FROM invitations WHERE case_number = $1 AND form = $2 AND revoked_at IS NULL")
                .bind(new.case.to_string())
                .bind(&new.form)
                .fetch_optional(&mut *connection)
                .await
                .map_err(attempting("find an invitation"))?;
        if open.is_some() {
            return Ok(false);
        }
    }
    sqlx::query(
        "INSERT INTO invitations (id, case_number, party, form, expires_at, counted, gate)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&new.id)
    .bind(new.case.to_string())
    .bind(new.party.code())
    .bind(&new.form)
    .bind(new.expires_at.to_string())
    .bind(i64::from(new.fact.is_some()))
    .bind(new.gate.as_deref())
    .execute(&mut *connection)
    .await
    .map_err(attempting("make an invitation"))?;
    let form = new.form.clone();
    let party = new.party;
    let event = if new.fact.is_some() { CaseEvent::Invited { party, form } } else { CaseEvent::Asked { party, form } };
    cases::append(connection, new.case, &[event], at).await?;
    if let Some(fact) = &new.fact {
        facts::replace(connection, &new.id, fact, &new.codebook).await?;
    }
    if let Some(mail) = &new.mail {
        mails::queue(connection, mail, at).await?;
    }
    Ok(true)
}

pub(super) async fn revoke(
    connection: &mut AnyConnection,
    invitations: &[InvitationId],
    at: Timestamp,
) -> Result<usize, StoreError> {
    let mut taken = 0;
    for id in invitations {
        let row = sqlx::query(
            "UPDATE invitations SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = invitations.id)
             RETURNING case_number, party, counted",
        )
        .bind(id)
        .bind(at.to_string())
        .fetch_optional(&mut *connection)
        .await
        .map_err(attempting("take an invitation back"))?;
        let Some(row) = row else { continue };
        taken += 1;
        places::take_back(connection, id).await?;
        sqlx::query("DELETE FROM drafts WHERE invitation = $1")
            .bind(id)
            .execute(&mut *connection)
            .await
            .map_err(attempting("take an invitation back"))?;
        if row.get::<i64, _>("counted") == 1 {
            let unreadable = |source| StoreError::Unreadable { what: "invitation", source };
            let word = |column: &str| serde_json::Value::String(row.get(column));
            let party: Party = serde_json::from_value(word("party")).map_err(unreadable)?;
            let case: CaseNumber = serde_json::from_value(word("case_number")).map_err(unreadable)?;
            cases::append(connection, case, &[CaseEvent::Revoked { party }], at).await?;
            facts::take_back(connection, id).await?;
        }
        audit_log::note(connection, at, "revoke", id, &Fingerprint::of(at.to_string())).await?;
    }
    Ok(taken)
}

pub(super) async fn open_link(
    connection: &mut AnyConnection,
    token_hash: &Fingerprint,
    invitation: &str,
    usage: &LinkUse,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let opened = sqlx::query(
        "INSERT INTO links (token_hash, invitation, made_at, channel, shared, owner)
         SELECT $1, i.id, $3, $4, $5, $6 FROM invitations i WHERE i.id = $2
           AND ($7 = 0 OR (i.revoked_at IS NULL AND EXISTS (SELECT 1 FROM contacts c WHERE c.id = $6)
                AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id)))",
    )
    .bind(token_hash.as_str())
    .bind(invitation)
    .bind(at.to_string())
    .bind(usage.channel.code())
    .bind(i64::from(usage.shared))
    .bind(usage.draft_owner.as_deref())
    // A contact may have been replaced meanwhile; staff who have left cannot sign in.
    .bind(i64::from(usage.draft_owner.as_ref().is_some_and(|owner| !owner.starts_with("staff:"))))
    .execute(&mut *connection)
    .await
    .map_err(attempting("open a link"))?;
    if opened.rows_affected() == 0 {
        return Ok(false);
    }
    audit_log::note(connection, at, "link", invitation, token_hash).await?;
    Ok(true)
}

pub(super) async fn renew(
    connection: &mut AnyConnection,
    invitation: &str,
    expires_at: Timestamp,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM links WHERE invitation = $1")
        .bind(invitation)
        .execute(&mut *connection)
        .await
        .map_err(attempting("remove old links"))?;
    sqlx::query("UPDATE invitations SET expires_at = $2 WHERE id = $1")
        .bind(invitation)
        .bind(expires_at.to_string())
        .execute(&mut *connection)
        .await
        .map_err(attempting("renew an invitation"))?;
    audit_log::note(connection, at, "renew", invitation, &Fingerprint::of(expires_at.to_string())).await
}
