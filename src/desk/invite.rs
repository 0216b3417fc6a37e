//! Opens a way in to an invitation.

use super::Desk;
use crate::case::{CaseFile, CaseNumber};
use crate::cube::{Codebook, Fact};
use crate::form::Party;
use crate::mail::is_address;
use crate::store::{Invitation, NewInvitation, StoreError};
use jiff::{Timestamp, ToSpan};

/// A link that somebody can answer at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedLink {
    /// Its address; it exists nowhere else.
    pub address: String,
    /// The secret part of the address.
    pub token: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Why no link was opened.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// There is no such case.
    #[error("there is no case `{0}`; name it by its number, such as 2025-000123, or by its number in the sheet")]
    NoCase(String),
    /// Two cases have that number.
    #[error(
        "`{number}` is our number of one case and the sheet's number of case {other}: name the first by its number in the sheet, the second as {other}"
    )]
    Ambiguous {
        /// The number.
        number: String,
        /// The case that has it in the sheet.
        other: CaseNumber,
    },
    /// There is no such form.
    #[error("there is no form `{0}`")]
    NoForm(String),
    /// Nobody is invited to that form on the case.
    #[error("case {case} has no open invitation to {form}; a client is invited when the coaching has ended")]
    NoInvitation {
        /// The case.
        case: CaseNumber,
        /// The form.
        form: String,
    },
    /// There is nothing to ask about yet.
    #[error("case {case} is not ready for {form}: its coaching has not ended, or its closing report was not sent")]
    TooEarly {
        /// The case.
        case: CaseNumber,
        /// The form.
        form: String,
    },
    /// The invitation was answered.
    #[error("the invitation of case {0} to this form is answered already")]
    Answered(CaseNumber),
    /// The text is no address.
    #[error("`{0}` is no e-mail address")]
    NoAddress(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// The case of a number, ours or the sheet's it came from.
    ///
    /// # Errors
    /// When there is no such case, the number is ours of one case and the sheet's of another, or the store fails.
    pub async fn find_case(&self, number: &str) -> Result<CaseNumber, InviteError> {
        let ours = number.parse::<CaseNumber>().ok();
        let cases = self.store.cases().await?;
        let by_ours = cases.iter().find(|c| Some(c.number()) == ours).map(CaseFile::number);
        let by_sheet = cases.iter().find(|c| c.imported_number() == Some(number)).map(CaseFile::number);
        match (by_ours, by_sheet) {
            (Some(one), Some(other)) if one != other => {
                Err(InviteError::Ambiguous { number: number.to_owned(), other })
            }
            // The case that had this number of ours was erased: whoever names it does not mean another.
            (None, Some(other))
                if ours.is_some() && self.store.erasures().await?.iter().any(|e| e.subject == number) =>
            {
                Err(InviteError::Ambiguous { number: number.to_owned(), other })
            }
            (one, other) => one.or(other).ok_or_else(|| InviteError::NoCase(number.to_owned())),
        }
    }

    /// Makes a new link to the invitation of a case to a form, to be handed over.
    ///
    /// # Errors
    /// See [`InviteError`].
    pub async fn open_link(&self, case: CaseNumber, form: &str) -> Result<OpenedLink, InviteError> {
        let invitation = self.open_invitation(case, form).await?;
        let link = self.link_to(&invitation.id, invitation.expires_at).await?;
        Ok(link)
    }

    /// Puts a mail with a link into the outbox.
    ///
    /// # Errors
    /// See [`InviteError`].
    pub async fn mail_link(&self, case: CaseNumber, form: &str, address: &str) -> Result<(), InviteError> {
        if !is_address(address) {
            return Err(InviteError::NoAddress(address.to_owned()));
        }
        let invitation = self.open_invitation(case, form).await?;
        self.store.queue_mail(&self.fresh_id(), &invitation, address, self.now()).await?;
        Ok(())
    }

    /// The invitation of a case to a form. One that has expired unanswered is opened again, and its
    /// earlier links stay dead. Employers, colleagues and officers are invited when this is asked for;
    /// clients and coaches by the system, when the coaching ends.
    async fn open_invitation(&self, case: CaseNumber, form: &str) -> Result<Invitation, InviteError> {
        let party = self.form(form).ok_or_else(|| InviteError::NoForm(form.to_owned()))?.party();
        let all = self.store.invitations_of(case).await?;
        let now = self.now();
        let file = self.store.case(case).await?;
        let (ended, reported) = file.map_or((false, false), |c| (c.ending().is_some(), c.reported()));
        if !ended || (party == Party::Purchaser && !reported) {
            return Err(InviteError::TooEarly { case, form: form.to_owned() });
        }
        let mut asked = all.into_iter().filter(|i| i.form == form && !i.revoked);
        let found = match (asked.next(), party) {
            // Each colleague has a link of their own, so every one is a new invitation.
            (_, Party::Community) | (None, Party::Employer | Party::Purchaser) => {
                return Ok(self.invite(case, party, form).await?);
            }
            (Some(found), _) => found,
            (None, _) => return Err(InviteError::NoInvitation { case, form: form.to_owned() }),
        };
        if found.answered {
            return Err(InviteError::Answered(case));
        }
        if found.expires_at > now {
            return Ok(found);
        }
        let expires_at = self.invitation_end(now);
        self.store.renew_invitation(&found.id, expires_at, now).await?;
        Ok(Invitation { expires_at, ..found })
    }

    /// Makes an invitation of a party to a form on a case.
    pub(super) async fn invite(&self, case: CaseNumber, party: Party, form: &str) -> Result<Invitation, StoreError> {
        let now = self.now();
        let (id, expires_at) = (self.fresh_id(), self.invitation_end(now));
        let new = NewInvitation {
            id: id.clone(),
            case,
            party,
            form: form.to_owned(),
            expires_at,
            fact: Fact::of_invitation(party, now.to_zoned(self.instance.zone()).date()),
            codebook: Codebook::of_invitations(),
        };
        if !self.store.invite(new, now).await? {
            // Somebody was quicker.
            let all = self.store.invitations_of(case).await?;
            if let Some(theirs) = all.into_iter().find(|i| i.form == form && !i.revoked) {
                return Ok(theirs);
            }
        }
        Ok(Invitation { id, case, party, form: form.to_owned(), expires_at, revoked: false, answered: false })
    }

    /// When an invitation made now ends: with the last of its days.
    pub(super) fn invitation_end(&self, now: Timestamp) -> Timestamp {
        let zone = self.instance.zone();
        let days = i64::from(self.instance.invitation_days.value) + 1;
        let after = now.to_zoned(zone.clone()).date().checked_add(days.days());
        let midnight = after.ok().and_then(|day| day.to_zoned(zone).ok());
        midnight.and_then(|z| z.timestamp().checked_sub(1.second()).ok()).unwrap_or(now)
    }

    /// A new link to an invitation, open as long as that is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn link_to(&self, invitation: &str, expires_at: Timestamp) -> Result<OpenedLink, StoreError> {
        let (token, hash) = self.fresh_token();
        self.store.open_link(hash, invitation, self.now()).await?;
        Ok(OpenedLink { address: self.link(&token), token, expires_at })
    }
}
