//! Where a case's parties are reached, and who is invited there by the system.

use super::{Desk, InviteError};
use crate::case::CaseNumber;
use crate::form::{Form, Occasion, Party};
use crate::mail::is_address;
use crate::store::{Contact, Invitation, MailKind, NewMail};
use crate::submission::Answer;
use crate::text::{Language, is_email};

/// Most contacts of one case: nobody has more colleagues to ask, and no form becomes a way to send mail around.
const MOST_CONTACTS: usize = 20;
/// Form and question in which the client says whether colleagues may be asked.
const COMMUNITY_CONSENT: (&str, &str) = ("case-opening", "o_consent_community");

/// What came of adding a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// A mail is in the outbox.
    Invited,
    /// The coaching goes on: the mail goes out when it has ended.
    AtTheEnd,
    /// The party has answered, or has a mail on its way there already.
    NothingToSend,
}

impl Desk {
    /// Keeps where a party is reached, and invites it there if it is time. Adding the same again sends nothing twice.
    ///
    /// # Errors
    /// When the text is no address, the case has too many, or as [`Desk::mail_link`].
    pub async fn add_contact(
        &self,
        case: CaseNumber,
        party: Party,
        address: &str,
        language: Option<Language>,
    ) -> Result<Added, InviteError> {
        if party == Party::Purchaser {
            return Err(InviteError::AsksNobody(party.code()));
        }
        let contact = self.contact(case, party, address, language).await?;
        let file = self.store.case(case).await?.ok_or_else(|| InviteError::NoCase(case.to_string()))?;
        if party == Party::Community && self.consents_to_community(case).await? == Some(false) {
            return Err(InviteError::NoConsent(case));
        }
        if file.ending().is_none() {
            self.store.keep_contact(contact, self.now()).await?;
            return Ok(Added::AtTheEnd);
        }
        let Some(form) = self.closing_form_of(party) else {
            return Err(InviteError::AsksNobody(party.code()));
        };
        self.invite_contact(case, form, contact).await
    }

    /// Invites a contact of an ended case unless that was done, or its party has answered.
    async fn invite_contact(&self, case: CaseNumber, form: &Form, contact: Contact) -> Result<Added, InviteError> {
        let all = self.store.invitations_of(case).await?;
        let of_form = || all.iter().filter(|i| i.form == form.id());
        let there = |i: &Invitation| i.contact.as_deref() == Some(contact.id.as_str());
        // An expired or revoked invitation is not made anew by the system: somebody decides that.
        if of_form().any(there) || (form.party() != Party::Community && of_form().any(|i| i.answered || i.revoked)) {
            self.store.keep_contact(contact, self.now()).await?;
            return Ok(Added::NothingToSend);
        }
        let open = of_form().find(|i| form.party() != Party::Community && i.expires_at > self.now());
        match open {
            Some(open) => {
                let (id, invitation) = (self.fresh_id(), open.id.clone());
                let mail = NewMail { id, invitation, kind: MailKind::Invitation, contact };
                self.store.queue_mail(mail, self.now()).await?;
            }
            None => drop(self.invite_to(case, form, Some(&contact)).await?),
        }
        Ok(Added::Invited)
    }

    /// Invites whoever is to be invited when a coaching has ended: the client, to whichever address is known, the coach
    /// to report, and the contacts of employer and workplace. Done again, it invites nobody twice; how many were invited.
    ///
    /// # Errors
    /// See [`InviteError`].
    pub async fn invite_parties(&self, case: CaseNumber) -> Result<usize, InviteError> {
        let Some(file) = self.store.case(case).await?.filter(|c| c.ending().is_some()) else { return Ok(0) };
        let mut invited = 0;
        let contacts = self.store.contacts_of(case).await?;
        for (party, form) in [(Party::Client, self.feedback_form()), (Party::Coach, self.report_form())] {
            let Some(form) = form.filter(|_| !file.parties().contains_key(&party)) else { continue };
            self.invite_to(case, form, contacts.iter().find(|c| c.party == party)).await?;
            invited += 1;
        }
        let colleagues = contacts.iter().any(|c| c.party == Party::Community);
        let consented = colleagues && self.consents_to_community(case).await? != Some(false);
        for contact in contacts {
            let form = match contact.party {
                Party::Community if !consented => None,
                Party::Client | Party::Coach | Party::Purchaser => None,
                party => self.closing_form_of(party),
            };
            let Some(form) = form else { continue };
            invited += usize::from(self.invite_contact(case, form, contact).await? == Added::Invited);
        }
        Ok(invited)
    }

    /// The contact of a party at that address: the one that is known, else a new one that is not kept yet.
    ///
    /// # Errors
    /// When the text is no address, or the case has as many contacts as it may have.
    pub(super) async fn contact(
        &self,
        case: CaseNumber,
        party: Party,
        address: &str,
        language: Option<Language>,
    ) -> Result<Contact, InviteError> {
        let address = address.trim();
        if !is_email(address) || !is_address(address) {
            return Err(InviteError::NoAddress(address.to_owned()));
        }
        let known = self.store.contacts_of(case).await?;
        if let Some(contact) =
            known.iter().find(|c| c.party == party && c.address.eq_ignore_ascii_case(address)).cloned()
        {
            return Ok(Contact { language: language.or(contact.language), ..contact });
        }
        if known.len() >= MOST_CONTACTS {
            return Err(InviteError::TooManyContacts { case, most: MOST_CONTACTS });
        }
        Ok(Contact { id: self.fresh_id(), case, party, address: address.to_owned(), language })
    }

    /// What the client said when the case opened about asking colleagues; none when nobody has asked.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn consents_to_community(&self, case: CaseNumber) -> Result<Option<bool>, crate::store::StoreError> {
        self.consent(case, &[COMMUNITY_CONSENT]).await
    }

    /// The last yes or no to one of these questions, each of a form, the first named before the others.
    pub(super) async fn consent(
        &self,
        case: CaseNumber,
        questions: &[(&str, &str)],
    ) -> Result<Option<bool>, crate::store::StoreError> {
        let submissions = self.store.submissions_of(case).await?;
        let said = |(form, question): &(&str, &str)| {
            let of_form = submissions.iter().rev().filter(|s| s.form.id() == *form);
            of_form.filter_map(|s| s.answers.get(*question)).find_map(|answer| match answer {
                Answer::One(code) if code == "yes" => Some(true),
                Answer::One(code) if code == "no" => Some(false),
                _ => None,
            })
        };
        Ok(questions.iter().find_map(said))
    }

    /// The form that clients are asked at the end.
    fn feedback_form(&self) -> Option<&Form> {
        self.form(&self.instance.closing_form.value)
    }

    /// The coach's part of the closing report.
    fn report_form(&self) -> Option<&Form> {
        self.instance.report_form.as_ref().and_then(|f| self.form(&f.value))
    }

    /// The form that a party is asked at the end of a coaching.
    #[must_use]
    pub fn closing_form_of(&self, party: Party) -> Option<&Form> {
        match party {
            Party::Client => self.feedback_form(),
            Party::Coach => self.report_form(),
            _ => self.forms.iter().find(|f| f.party() == party && f.occasion() == Occasion::Closing),
        }
    }
}
