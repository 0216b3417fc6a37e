//! Opens a way in to an invitation.

use super::token::normalised;
use super::{Desk, token_hash};
use crate::case::{CaseFile, CaseNumber};
use crate::cube::{Codebook, Fact};
use crate::form::{Collect, Form, Occasion, Party};
use crate::store::{Channel, Contact, Invitation, LinkUse, MailKind, NewInvitation, NewMail, StoreError};
use crate::text::Language;
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

/// Whether the mail of an invitation was queued with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mailed {
    WithIt,
    NotYet,
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
    /// The form is only printed.
    #[error("{0} is only printed: nobody can be invited to answer it on the web. `palaute form print {0}` prints it")]
    OnPaper(String),
    /// Which colleague's paper it is must be told.
    #[error("every colleague is invited alone: say which paper it is, with --code and the code that is printed on it")]
    NeedsCode,
    /// The code is on no paper of this form and case.
    #[error("`{0}` is the code of no open paper of this form and case; it looks like ABCD-EFGH-JKMN")]
    NoPaper(String),
    /// The invitation was answered.
    #[error("the invitation of case {0} to this form is answered already")]
    Answered(CaseNumber),
    /// There is nothing to take back.
    #[error("case {case} has no open invitation to {form}: nobody was invited, or it was answered or taken back")]
    NothingOpen {
        /// The case.
        case: CaseNumber,
        /// The form.
        form: String,
    },
    /// The client did not agree that colleagues are asked.
    #[error("the client of case {0} has not agreed that colleagues are asked; nobody of the workplace can be invited")]
    NoConsent(CaseNumber),
    /// Only a workplace shares a link.
    #[error("only colleagues are several: {0} is answered by one person; leave --shared and --separate away")]
    NotShared(String),
    /// So few or many places are no shared link.
    #[error("a shared link has {least} to {most} places, not {asked}")]
    Places {
        /// How many were asked for.
        asked: u32,
        /// The fewest.
        least: u32,
        /// The most.
        most: u32,
    },
    /// No form asks the party when a coaching has ended.
    #[error("nobody is asked as `{0}` when a coaching has ended; contacts are client, employer, community or coach")]
    AsksNobody(&'static str),
    /// The case has as many contacts as it may have.
    #[error("case {case} has {most} contacts already; nobody more can be added")]
    TooManyContacts {
        /// The case.
        case: CaseNumber,
        /// The most.
        most: usize,
    },
    /// Staff answer for nobody else.
    #[error("`{0}` is the address of one of the staff; name where the party itself is reached")]
    OfStaff(String),
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
        Ok(self.link_to(&invitation.id, invitation.expires_at, LinkUse::default()).await?)
    }

    /// Makes a link at which somebody keys in what was written on paper: it leads to the whole form on one
    /// screen, and what is sent there is marked as having come on paper. `code` is the one on the paper; of a workplace,
    /// where every colleague is invited alone, it tells whose paper it is.
    ///
    /// # Errors
    /// See [`InviteError`].
    pub async fn open_keying(
        &self,
        case: CaseNumber,
        form: &str,
        code: Option<&str>,
    ) -> Result<OpenedLink, InviteError> {
        let party = self.form(form).map(Form::party);
        let invitation = match code {
            None if party == Some(Party::Community) => return Err(InviteError::NeedsCode),
            None => self.open_invitation(case, form).await?,
            Some(code) => {
                let unknown = || InviteError::NoPaper(code.to_owned());
                let token = normalised(code.trim()).ok_or_else(unknown)?;
                let found = self.store.invitation_by_token(&token_hash(&token)).await?;
                let found = found.filter(|i| i.case == case && i.form == form && !i.revoked).ok_or_else(unknown)?;
                if found.answered {
                    return Err(InviteError::Answered(case));
                }
                found
            }
        };
        let (token, hash) = self.fresh_token();
        // Behind a code that several share each paper takes a free place.
        let usage = LinkUse { channel: Channel::Paper, shared: invitation.shared, draft_owner: None };
        self.store.open_link(hash, &invitation.id, usage, self.now()).await?;
        Ok(OpenedLink { address: self.link(&token), token, expires_at: invitation.expires_at })
    }

    /// Puts a mail with a link into the outbox; a new invitation and its mail are one transaction. The address becomes
    /// the party's contact, in that language where the form has it.
    ///
    /// # Errors
    /// See [`InviteError`].
    pub async fn mail_link(
        &self,
        case: CaseNumber,
        form: &str,
        address: &str,
        language: Option<Language>,
    ) -> Result<(), InviteError> {
        let party = self.form(form).ok_or_else(|| InviteError::NoForm(form.to_owned()))?.party();
        let contact = self.contact(case, party, address, language).await?;
        let (invitation, mailed) = self.open_invitation_to(case, form, Some(&contact)).await?;
        if mailed == Mailed::NotYet {
            let (id, kind) = (self.fresh_id(), MailKind::Invitation);
            self.store.queue_mail(NewMail { id, invitation: invitation.id, kind, contact }, self.now()).await?;
        }
        Ok(())
    }

    /// The invitation of a case to a form. One that has expired unanswered is opened again, and its
    /// earlier links stay dead. Employers, colleagues and officers are invited when this is asked for;
    /// clients and coaches by the system, when the coaching ends.
    pub(super) async fn open_invitation(&self, case: CaseNumber, form: &str) -> Result<Invitation, InviteError> {
        Ok(self.open_invitation_to(case, form, None).await?.0)
    }

    /// The same; when it is new and there is a contact, its mail is queued with it.
    async fn open_invitation_to(
        &self,
        case: CaseNumber,
        form: &str,
        contact: Option<&Contact>,
    ) -> Result<(Invitation, Mailed), InviteError> {
        let asked_form = self.form(form).ok_or_else(|| InviteError::NoForm(form.to_owned()))?;
        if asked_form.collect() == Collect::Never {
            return Err(InviteError::OnPaper(form.to_owned()));
        }
        let party = asked_form.party();
        let in_time = self.is_time_for(asked_form, case).await?;
        let by_the_system = form == self.instance.closing_form.value || self.is_report(asked_form);
        let all = self.store.invitations_of(case).await?;
        let now = self.now();
        let file = self.store.case(case).await?;
        let reported = file.as_ref().is_some_and(CaseFile::reported);
        if party == Party::Community && self.consents_to_community(case).await? == Some(false) {
            return Err(InviteError::NoConsent(case));
        }
        // The system invites once. What was taken back can be made anew, but not for somebody who took an answer back.
        let taken_back = all.iter().any(|i| i.form == form && i.revoked)
            && file.is_some_and(|c| c.parties().get(&party).is_none_or(|state| state.withdrawn == 0));
        if !in_time || (party == Party::Purchaser && !reported) {
            return Err(InviteError::TooEarly { case, form: form.to_owned() });
        }
        // A report that is corrected has an answered invitation and an open one.
        let asked = all.into_iter().filter(|i| i.form == form && !i.revoked);
        let found = match (asked.min_by_key(|i| i.answered), party) {
            // Each colleague has a link of their own, so every one is a new invitation.
            (_, Party::Community) => return Ok(self.invite_to(case, asked_form, contact).await?),
            (Some(found), _) => found,
            (None, _) if !by_the_system || taken_back => return Ok(self.invite_to(case, asked_form, contact).await?),
            (None, _) => return Err(InviteError::NoInvitation { case, form: form.to_owned() }),
        };
        if found.answered {
            return Err(InviteError::Answered(case));
        }
        if found.expires_at > now {
            return Ok((found, Mailed::NotYet));
        }
        let expires_at = self.invitation_end(now);
        self.store.renew_invitation(&found.id, expires_at, now).await?;
        Ok((Invitation { expires_at, ..found }, Mailed::NotYet))
    }

    /// Makes an invitation of a form's party to it on a case, with the mail that carries it when there is a contact.
    pub(super) async fn invite_to(
        &self,
        case: CaseNumber,
        form: &Form,
        contact: Option<&Contact>,
    ) -> Result<(Invitation, Mailed), StoreError> {
        let (new, now) = (self.new_invitation(case, form, contact), self.now());
        let made = Invitation {
            id: new.id.clone(),
            case,
            party: new.party,
            form: new.form.clone(),
            expires_at: new.expires_at,
            revoked: false,
            answered: false,
            counted: new.fact.is_some(),
            channel: Channel::Web,
            contact: contact.map(|c| c.id.clone()),
            gate: None,
            shared: false,
            draft_owner: None,
        };
        if !self.store.invite(new, now).await? {
            // Somebody was quicker.
            let all = self.store.invitations_of(case).await?;
            let known = self.store.contacts_of(case).await?;
            let there = |c: &Contact| contact.is_some_and(|new| c.address.eq_ignore_ascii_case(&new.address));
            let reached: Vec<String> = known.into_iter().filter(there).map(|c| c.id).collect();
            // Of several colleagues the one who is reached there.
            let theirs = |i: &Invitation| {
                i.party != Party::Community || i.contact.as_ref().is_some_and(|id| reached.contains(id))
            };
            if let Some(theirs) = all.into_iter().find(|i| i.form == form.id() && !i.revoked && theirs(i)) {
                return Ok((theirs, Mailed::NotYet));
            }
        }
        Ok((made, if contact.is_some() { Mailed::WithIt } else { Mailed::NotYet }))
    }

    /// An invitation to be made, with the mail that carries it when there is a contact.
    pub(super) fn new_invitation(&self, case: CaseNumber, form: &Form, contact: Option<&Contact>) -> NewInvitation {
        let (now, party, counted) = (self.now(), form.party(), form.occasion() == Occasion::Closing);
        let (id, kind) = (self.fresh_id(), MailKind::Invitation);
        let mail = contact.map(|c| NewMail { id: self.fresh_id(), invitation: id.clone(), kind, contact: c.clone() });
        NewInvitation {
            id,
            case,
            party,
            form: form.id().to_owned(),
            expires_at: self.invitation_end(now),
            fact: counted.then(|| Fact::of_invitation(party, now.to_zoned(self.instance.zone()).date())),
            codebook: Codebook::of_invitations(),
            gate: None,
            mail,
        }
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
    pub async fn link_to(
        &self,
        invitation: &str,
        expires_at: Timestamp,
        usage: LinkUse,
    ) -> Result<OpenedLink, StoreError> {
        let (token, hash) = self.fresh_token();
        self.store.open_link(hash, invitation, usage, self.now()).await?;
        Ok(OpenedLink { address: self.link(&token), token, expires_at })
    }
}
