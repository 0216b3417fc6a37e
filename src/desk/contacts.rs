//! Where a case's parties are reached, and who is invited there by the system.

use super::invite::Mailed;
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
    /// The party has answered, has a mail on its way there already, or its invitation has expired or was taken back.
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
        // A revoked invitation is not made anew by the system, nor is an expired one: somebody decides that.
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
            None => {
                let (_, mailed) = self.invite_to(case, form, Some(&contact)).await?;
                if mailed == Mailed::NotYet {
                    // There is one, and it has expired.
                    self.store.keep_contact(contact, self.now()).await?;
                    return Ok(Added::NothingToSend);
                }
            }
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

    /// The contact of a party at that address: the one that is known, else a new one that is not kept yet and will stand in
    /// the place of an earlier one, but of colleagues.
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
        if party != Party::Coach && self.store.staff_at(&address.to_lowercase()).await?.is_some() {
            return Err(InviteError::OfStaff(address.to_owned()));
        }
        let known = self.store.contacts_of(case).await?;
        if let Some(contact) =
            known.iter().find(|c| c.party == party && c.address.eq_ignore_ascii_case(address)).cloned()
        {
            return Ok(Contact { language: language.or(contact.language), ..contact });
        }
        let replaces = party != Party::Community && known.iter().any(|c| c.party == party);
        if known.len() >= MOST_CONTACTS && !replaces {
            return Err(InviteError::TooManyContacts { case, most: MOST_CONTACTS });
        }
        Ok(Contact { id: self.fresh_id(), case, party, address: address.to_owned(), language })
    }

    /// What the client said about asking colleagues: when the case opened, else to the coach later; none when nobody has
    /// asked.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn consents_to_community(&self, case: CaseNumber) -> Result<Option<bool>, crate::store::StoreError> {
        if let Some(said) = self.consent(case, &[COMMUNITY_CONSENT]).await? {
            return Ok(Some(said));
        }
        let noted = self.store.case(case).await?.and_then(|c| c.consented_on());
        Ok(noted.map(|_| true))
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
    pub(super) fn report_form(&self) -> Option<&Form> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::pilot::desk;
    use crate::desk::{Arrival, Closed};
    use crate::mail::{Envelope, Mailer};
    use std::sync::{Arc, Mutex};

    fn memory() -> (Mailer, Arc<Mutex<Vec<Envelope>>>) {
        let sent = Arc::new(Mutex::new(Vec::new()));
        (Mailer::Memory(Arc::clone(&sent)), sent)
    }

    fn token(mail: &Envelope) -> String {
        mail.body.split("/f/").nth(1).unwrap().split(['?', '\n']).next().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_corrected_address_takes_the_place_of_the_first_and_what_went_there_opens_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _now) = desk(folder.path()).await;
        let (mailer, sent) = memory();
        let case = desk.find_case("V-001").await.unwrap();
        let add = |address: &'static str| desk.add_contact(case, Party::Client, address, None);
        assert_eq!(add("wrong@example.invalid").await.unwrap(), Added::Invited);
        desk.deliver(&mailer).await.unwrap();
        assert_eq!(add("waiting@example.invalid").await.unwrap(), Added::Invited);
        assert_eq!(add("Right@example.invalid").await.unwrap(), Added::Invited);
        assert_eq!(add("right@example.invalid").await.unwrap(), Added::NothingToSend, "it waits already");
        desk.deliver(&mailer).await.unwrap();
        let mails = sent.lock().unwrap().clone();
        let to: Vec<&str> = mails.iter().map(|m| m.to.as_str()).collect();
        assert_eq!(to, ["wrong@example.invalid", "Right@example.invalid"]);
        assert!(matches!(desk.arrive(&token(&mails[0])).await.unwrap(), Arrival::Nowhere));
        let Arrival::Open(invitation, _) = desk.arrive(&token(&mails[1])).await.unwrap() else { panic!("open") };
        let contacts = desk.store.contacts_of(case).await.unwrap();
        assert_eq!(contacts.len(), 1);
        assert_eq!(invitation.draft_owner.as_deref(), Some(contacts[0].id.as_str()));
        desk.store.verify().await.unwrap();
    }

    #[tokio::test]
    async fn what_is_asked_twice_at_once_is_done_once() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _now) = desk(folder.path()).await;
        let (mailer, sent) = memory();
        let case = desk.find_case("V-001").await.unwrap();
        let colleague = || desk.add_contact(case, Party::Community, "a@example.invalid", None);
        let (one, other) = tokio::join!(colleague(), colleague());
        one.unwrap();
        other.unwrap();
        let shared = || desk.open_shared(case, "community-feedback", 3);
        let (one, other) = tokio::join!(shared(), shared());
        let (one, other) = (one.unwrap(), other.unwrap());
        for link in [one, other] {
            assert!(matches!(desk.arrive(&link.token).await.unwrap(), Arrival::Open(..)));
        }
        desk.deliver(&mailer).await.unwrap();
        assert_eq!(sent.lock().unwrap().len(), 1);
        let file = desk.store.case(case).await.unwrap().unwrap();
        assert_eq!(file.parties()[&Party::Community].invited, 4, "a colleague and three places");
        assert_eq!(desk.store.contacts_of(case).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn nothing_goes_out_after_it_was_taken_back_although_it_was_taken_to_be_sent() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _now) = desk(folder.path()).await;
        let (mailer, sent) = memory();
        let case = desk.find_case("V-001").await.unwrap();
        desk.add_contact(case, Party::Client, "a@example.invalid", None).await.unwrap();
        let lease = desk.now().checked_add(jiff::SignedDuration::from_mins(30)).unwrap();
        let taken = desk.store.claim_mails(desk.now(), lease).await.unwrap();
        desk.revoke(case, "client-feedback").await.unwrap();
        assert!(!taken[0].obsolete, "it was open when it was taken");
        let usage = crate::store::LinkUse { draft_owner: taken[0].contact.clone(), ..Default::default() };
        let (_, hash) = desk.fresh_token();
        assert!(!desk.store.open_link(hash, &taken[0].invitation, usage, desk.now()).await.unwrap());
        desk.deliver(&mailer).await.unwrap();
        assert_eq!(sent.lock().unwrap().len(), 0);
    }

    #[tokio::test]
    async fn a_clock_that_jumps_ahead_gives_no_address_and_no_mail_up() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        let (mailer, sent) = memory();
        let case = desk.find_case("V-001").await.unwrap();
        desk.add_contact(case, Party::Client, "a@example.invalid", None).await.unwrap();
        let before = *now.lock().unwrap();
        *now.lock().unwrap() = "2036-06-02T09:00:00Z".parse().unwrap();
        desk.make_rounds().await.unwrap();
        desk.deliver(&mailer).await.unwrap();
        assert_eq!(desk.store.contacts_of(case).await.unwrap().len(), 1);
        *now.lock().unwrap() = before.checked_add(jiff::SignedDuration::from_hours(1)).unwrap();
        assert_eq!(sent.lock().unwrap().len(), 0);
        let state = desk.store.mail_state().await.unwrap();
        assert_eq!((state.waiting, state.dead), (1, 0), "it waits for a clock that is right");
    }

    #[tokio::test]
    async fn an_answered_invitation_is_not_taken_back_and_a_revoked_shared_link_stays_dead() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _now) = desk(folder.path()).await;
        let case = desk.find_case("V-001").await.unwrap();
        let form = "community-feedback";
        let link = desk.open_shared(case, form, 3).await.unwrap();
        let Arrival::Open(place, asked) = desk.arrive(&link.token).await.unwrap() else { panic!("open") };
        let raw = crate::submission::RawAnswers::from([("w_overall".to_owned(), vec!["4".to_owned()])]);
        desk.receive(&place, asked, "nonce", &raw).await.unwrap();
        let answered = desk.store.invitations_of(case).await.unwrap();
        let answered: Vec<String> = answered.into_iter().filter(|i| i.answered).map(|i| i.id).collect();
        assert_eq!(answered.len(), 1);
        assert_eq!(desk.store.revoke(answered, desk.now()).await.unwrap(), 0);
        assert_eq!(desk.revoke(case, form).await.unwrap(), 2);
        let revoked = |arrival: Arrival<'_>| matches!(arrival, Arrival::Closed(Closed::Revoked, ..));
        assert!(revoked(desk.arrive(&link.token).await.unwrap()));
        let anew = desk.open_shared(case, form, 3).await.unwrap();
        assert!(matches!(desk.arrive(&anew.token).await.unwrap(), Arrival::Open(..)));
        assert!(revoked(desk.arrive(&link.token).await.unwrap()), "the old link stays dead");
        let file = desk.store.case(case).await.unwrap().unwrap();
        assert_eq!(file.parties()[&Party::Community].invited, 4, "one who answered and three new places");
        desk.store.verify().await.unwrap();
    }
}
