//! Delivers the mails that are due.

use super::Desk;
use crate::form::Occasion;
use crate::mail::{Envelope, MailError, Mailer};
use crate::render::{InvitationMail, invitation_mail};
use crate::store::{LinkUse, Mail, StoreError};
use crate::text::{Language, told_date};
use jiff::{Timestamp, ToSpan};

/// Minutes for which a server keeps the few mails it has taken; longer than their deadlines together.
const LEASE_MINUTES: i64 = 30;

/// What became of the mails that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliverySummary {
    /// Delivered.
    pub delivered: usize,
    /// To be tried again.
    pub again: usize,
    /// Given up.
    pub dead: usize,
}

/// Minutes to wait after each failed try; after the last the mail is dead and shown as such.
const WAITS: [i64; 6] = [1, 5, 30, 120, 720, 1440];

impl Desk {
    /// Delivers every mail that is due. The link is made now, so that no token waits in the store.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn deliver(&self, mailer: &Mailer) -> Result<DeliverySummary, StoreError> {
        let mut summary = DeliverySummary::default();
        loop {
            let now = self.now();
            let lease = now.checked_add(LEASE_MINUTES.minutes()).unwrap_or(now);
            let taken = self.store.claim_mails(now, lease).await?;
            if taken.is_empty() {
                return Ok(summary);
            }
            for mail in taken {
                self.settle(mailer, &mail, &mut summary).await?;
            }
        }
    }

    async fn settle(&self, mailer: &Mailer, mail: &Mail, summary: &mut DeliverySummary) -> Result<(), StoreError> {
        if mail.obsolete {
            return self.store.mail_obsolete(&mail.id).await;
        }
        let waits = match self.form(&mail.form) {
            Some(form) => !self.is_time_for(form, mail.case).await?,
            None => false,
        };
        if waits {
            // The coaching goes on after all: the mail waits for its end.
            return Ok(());
        }
        match self.deliver_one(mailer, mail).await? {
            Ok(()) => {
                self.store.mail_delivered(&mail.id).await?;
                summary.delivered += 1;
            }
            Err(error) => {
                let next = next_try(&error, mail.tries, self.now());
                // The address is personal data: the log names the mail only.
                tracing::warn!(mail = %mail.id, %error, dead = next.is_none(), "a mail was not delivered");
                self.store.mail_failed(&mail.id, next).await?;
                if next.is_some() { summary.again += 1 } else { summary.dead += 1 }
            }
        }
        Ok(())
    }

    async fn deliver_one(&self, mailer: &Mailer, mail: &Mail) -> Result<Result<(), MailError>, StoreError> {
        let Some(form) = self.form(&mail.form) else {
            return Ok(Err(MailError::Unsendable("the form of the invitation is gone".into())));
        };
        let usage = LinkUse { draft_owner: mail.contact.clone(), ..LinkUse::default() };
        let link = self.link_to(&mail.invitation, mail.expires_at, usage).await?;
        let asked = mail.language.filter(|l| form.languages(&self.instance).contains(l));
        let language = match asked {
            Some(language) => language,
            None => self.language_of(mail.case, form).await?,
        };
        let until = told_date(mail.expires_at.to_zoned(self.instance.zone()).date(), language);
        let others = form.languages(&self.instance);
        let others = others.iter().filter(|l| **l != language);
        let others: Vec<(Language, String)> =
            others.map(|l| (*l, self.in_language(link.address.clone(), *l))).collect();
        let told = InvitationMail {
            party: form.party(),
            closing: form.occasion() == Occasion::Closing,
            site_name: self.instance.name.value.in_language(language),
            link: &self.in_language(link.address, language),
            minutes: form.minutes(),
            open_until: &until,
            contact: self.instance.contact.in_language(language),
            others: &others,
            notice: self.instance.notice.as_ref().map(|n| n.in_language(language)),
        };
        let text = match invitation_mail(&self.renderer, &told, language) {
            Ok(text) => text,
            Err(error) => return Ok(Err(MailError::Unsendable(Box::new(error)))),
        };
        let (message_id, to) = (mail.id.clone(), mail.address.clone());
        let envelope = Envelope { message_id, to, subject: text.subject, body: text.body, at: self.now() };
        Ok(mailer.deliver(&envelope).await)
    }
}

fn next_try(error: &MailError, tries: u32, now: Timestamp) -> Option<Timestamp> {
    if matches!(error, MailError::Unsendable(_)) {
        return None;
    }
    let minutes = WAITS.get(usize::try_from(tries).ok()?)?;
    now.checked_add(minutes.minutes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::pilot::desk;
    use crate::store::MailState;
    use std::sync::{Arc, Mutex};

    #[tokio::test]
    async fn a_mail_goes_out_once_with_a_link_and_not_at_all_when_its_invitation_has_ended_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        let sent = Arc::new(Mutex::new(Vec::new()));
        let memory = Mailer::Memory(Arc::clone(&sent));
        let (first, second) = (desk.find_case("V-001").await.unwrap(), desk.find_case("V-002").await.unwrap());
        desk.mail_link(first, "client-feedback", "client@example.invalid", None).await.unwrap();
        assert_eq!(desk.deliver(&memory).await.unwrap(), DeliverySummary { delivered: 1, again: 0, dead: 0 });
        assert_eq!(desk.deliver(&memory).await.unwrap(), DeliverySummary::default());
        let body = sent.lock().unwrap()[0].body.clone();
        let links: Vec<&str> = body.lines().filter(|l| l.contains("http://127.0.0.1:8080/f/")).collect();
        let languages: Vec<&str> = links.iter().filter_map(|l| l.split("?lang=").nth(1)).collect();
        assert_eq!(languages, ["fi", "sv", "en"], "the receiver chooses the language: {body}");

        desk.mail_link(second, "client-feedback", "client@example.invalid", None).await.unwrap();
        *now.lock().unwrap() = "2026-12-01T07:00:00Z".parse().unwrap();
        assert_eq!(desk.deliver(&memory).await.unwrap(), DeliverySummary::default());
        assert_eq!(sent.lock().unwrap().len(), 1, "the invitation has expired");
        let state = desk.store.mail_state().await.unwrap();
        assert_eq!(state, MailState { waiting: 0, delivered: 1, dead: 0 });
    }

    #[tokio::test]
    async fn a_mail_that_fails_is_tried_again_later_and_dead_and_visible_in_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        // A file stands where the folder should be.
        let broken = Mailer::Folder(folder.path().join("test.sqlite"));
        let case = desk.find_case("V-001").await.unwrap();
        desk.mail_link(case, "client-feedback", "client@example.invalid", None).await.unwrap();
        for minutes in WAITS {
            assert_eq!(desk.deliver(&broken).await.unwrap(), DeliverySummary { delivered: 0, again: 1, dead: 0 });
            assert_eq!(desk.deliver(&broken).await.unwrap(), DeliverySummary::default(), "not before its time");
            let later = now.lock().unwrap().checked_add(minutes.minutes()).unwrap();
            *now.lock().unwrap() = later;
        }
        assert_eq!(desk.deliver(&broken).await.unwrap(), DeliverySummary { delivered: 0, again: 0, dead: 1 });
        assert_eq!(desk.store.mail_state().await.unwrap().dead, 1);
    }
}
