//! Delivers the mails that are due.

use super::Desk;
use crate::form::Occasion;
use crate::mail::{Envelope, MailError, Mailer};
use crate::render::{InvitationMail, invitation_mail};
use crate::store::{Fate, LinkUse, Mail, MailKind, OutboxMail, StoreError};
use crate::text::{Language, Messages, told_date};
use jiff::{Timestamp, ToSpan};
use std::time::Duration;

/// Minutes for which a server keeps the few mails it has taken; longer than their deadlines together.
const LEASE_MINUTES: i64 = 30;
/// Minutes to wait after each failed try, about three days in all; after the last the mail is dead and shown as such.
const WAITS: [i64; 7] = [1, 5, 30, 120, 480, 1440, 2160];
/// Minutes for which the other mails wait when none could be delivered.
const PAUSE_MINUTES: i64 = 1;
/// So many mails in a row without an answer, and the next are not tried in vain.
const SILENT: usize = 2;
/// How often, and after how long each time, it is tried to write down what became of a mail: one that went out and
/// is not known to have done so goes out again.
const SETTLE_TRIES: usize = 10;
const SETTLE_AGAIN: Duration = Duration::from_secs(1);
/// Hours after which a mail that still waits is told of.
const LATE_HOURS: i64 = 1;

/// What became of the mails that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliverySummary {
    /// Delivered.
    pub delivered: usize,
    /// To be tried again.
    pub again: usize,
    /// Given up.
    pub dead: usize,
    /// True when the rest was put off: the server takes no mail.
    pub paused: bool,
}

/// Why a mail is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResendError {
    /// Nobody need be asked any more.
    #[error("its invitation was answered")]
    Answered,
    /// It was taken back.
    #[error("its invitation was taken back")]
    Revoked,
    /// It has ended.
    #[error("its invitation has expired; `palaute invite CASE --mail ADDRESS` opens it again")]
    Expired,
    /// Only what was given up is sent again.
    #[error("it was not given up: only dead mails are sent again")]
    NotDead,
    /// There is nowhere to send it.
    #[error("its address is gone; `palaute invite CASE --mail ADDRESS` makes a new mail")]
    NoAddress,
}

impl Desk {
    /// Delivers every mail that is due. The link is made now, so that no token waits in the store. When the server takes
    /// no mail, the others are put off for a moment instead of being tried in vain, one deadline after the other.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn deliver(&self, mailer: &Mailer) -> Result<DeliverySummary, StoreError> {
        let mut summary = DeliverySummary::default();
        let mut silent = 0;
        loop {
            let now = self.now();
            let lease = now.checked_add(LEASE_MINUTES.minutes()).unwrap_or(now);
            let mut taken = self.store.claim_mails(now, lease).await?.into_iter();
            if taken.len() == 0 {
                return Ok(summary);
            }
            while let Some(mail) = taken.next() {
                let failure = self.settle(mailer, &mail, &mut summary).await?;
                silent = if matches!(failure, Some(MailError::TimedOut(_))) { silent + 1 } else { 0 };
                if let Some(error) = failure
                    && (error.is_of_the_server() || silent >= SILENT)
                {
                    let now = self.now();
                    let until = now.checked_add(PAUSE_MINUTES.minutes()).unwrap_or(now);
                    let rest = taken.map(|m| m.id).collect();
                    self.store.put_mails_off(rest, now, until, error.trouble()).await?;
                    return Ok(DeliverySummary { paused: true, ..summary });
                }
            }
        }
    }

    /// Tries one mail and writes down what became of it; the failure, if it was one.
    async fn settle(
        &self,
        mailer: &Mailer,
        mail: &Mail,
        summary: &mut DeliverySummary,
    ) -> Result<Option<MailError>, StoreError> {
        if mail.expired && !mail.obsolete && (self.clock_doubt().await?.is_some() || self.quiet().await?.is_some()) {
            // By a clock that may have jumped nothing is given up.
            return Ok(None);
        }
        if mail.kind == MailKind::Reminder && !self.is_daytime() {
            // It waited for a server that was away; nobody is reminded by night.
            return Ok(None);
        }
        if mail.obsolete || mail.expired {
            self.store.mail_obsolete(&mail.id, self.now()).await?;
            return Ok(None);
        }
        let waits = match self.form(&mail.form) {
            Some(form) => !self.is_time_for(form, mail.case).await?,
            None => false,
        };
        if waits {
            // The coaching goes on after all: the mail waits for its end.
            return Ok(None);
        }
        let Some(sent) = self.deliver_one(mailer, mail).await? else {
            // Answered, taken back or replaced since it was taken.
            self.store.mail_obsolete(&mail.id, self.now()).await?;
            return Ok(None);
        };
        match sent {
            Ok(()) => {
                self.note_delivered(&mail.id).await?;
                summary.delivered += 1;
                Ok(None)
            }
            Err(error) => {
                let now = self.now();
                let next = next_try(&error, mail.tries, now);
                let trouble = error.trouble();
                // The address is personal data, and a server's answer may name it: the log has neither.
                tracing::warn!(mail = %mail.id, trouble, dead = next.is_none(), "a mail was not delivered");
                self.store.mail_failed(&mail.id, next, trouble, now).await?;
                match next {
                    Some(_) => summary.again += 1,
                    None => summary.dead += 1,
                }
                Ok(Some(error))
            }
        }
    }

    async fn note_delivered(&self, id: &str) -> Result<(), StoreError> {
        let mut tries = 1;
        loop {
            match self.store.mail_delivered(id, self.now()).await {
                Err(error) if tries < SETTLE_TRIES => {
                    tracing::warn!(mail = id, %error, "a mail was delivered and this could not be written down yet");
                    tries += 1;
                    tokio::time::sleep(SETTLE_AGAIN).await;
                }
                settled => return settled,
            }
        }
    }

    /// What came of sending it; none when there is nothing to send any more, which is looked at together with making its
    /// link.
    async fn deliver_one(&self, mailer: &Mailer, mail: &Mail) -> Result<Option<Result<(), MailError>>, StoreError> {
        let Some(form) = self.form(&mail.form) else {
            return Ok(Some(Err(MailError::Unsendable("the form of the invitation is gone".into()))));
        };
        let usage = LinkUse { draft_owner: mail.contact.clone(), ..LinkUse::default() };
        let (token, hash) = self.fresh_token();
        if !self.store.open_link(hash, &mail.invitation, usage, self.now()).await? {
            return Ok(None);
        }
        let link = self.link(&token);
        let asked = mail.language.filter(|l| form.languages(&self.instance).contains(l));
        let language = match asked {
            Some(language) => language,
            None => self.language_of(mail.case, form).await?,
        };
        let until = told_date(mail.expires_at.to_zoned(self.instance.zone()).date(), language);
        let others = form.languages(&self.instance);
        let others = others.iter().filter(|l| **l != language);
        let others: Vec<(Language, String)> = others.map(|l| (*l, self.in_language(link.clone(), *l))).collect();
        let told = InvitationMail {
            party: form.party(),
            closing: form.occasion() == Occasion::Closing,
            reminder: mail.kind == MailKind::Reminder,
            site_name: self.instance.name.value.in_language(language),
            link: &self.in_language(link, language),
            minutes: form.minutes(),
            open_until: &until,
            contact: self.instance.contact.in_language(language),
            others: &others,
            notice: self.instance.notice.as_ref().map(|n| n.in_language(language)),
        };
        let text = match invitation_mail(&self.renderer, &told, language) {
            Ok(text) => text,
            Err(error) => return Ok(Some(Err(MailError::Unsendable(Box::new(error))))),
        };
        let envelope = Envelope {
            message_id: mail.id.clone(),
            sender_name: self.sender_name(language),
            to: mail.address.clone(),
            language,
            subject: text.subject,
            body: text.body,
            html: text.html,
            at: self.now(),
        };
        Ok(Some(mailer.deliver(&envelope).await))
    }

    fn sender_name(&self, language: Language) -> String {
        let name = self.instance.mail.from_name().unwrap_or(&self.instance.name.value);
        name.in_language(language).to_owned()
    }

    /// Sends a mail that says nothing, now, and gives its id.
    ///
    /// # Errors
    /// See [`MailError`].
    pub async fn deliver_test(&self, mailer: &Mailer, address: &str) -> Result<String, MailError> {
        let language = self.instance.language();
        let (m, site) = (Messages::of(language), self.instance.name.value.in_language(language));
        let said = [m.get("mail.hello"), m.get("mail.test"), m.get("mail.regards"), site];
        // The site's name is the only text here that somebody else wrote.
        let escaped = said.map(|line| line.replace('&', "&amp;").replace('<', "&lt;"));
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"{}\"><body><p>{}</p></body></html>\n",
            language.code(),
            escaped.join("</p>\n<p>")
        );
        let message_id = self.fresh_id();
        let envelope = Envelope {
            message_id: message_id.clone(),
            sender_name: self.sender_name(language),
            to: address.to_owned(),
            language,
            subject: m.fill("mail.test_subject", &[("site", site)]),
            body: said.join("\n\n") + "\n",
            html,
            at: self.now(),
        };
        mailer.deliver(&envelope).await?;
        Ok(message_id)
    }

    /// Lets a dead mail go out again, with all its tries.
    ///
    /// # Errors
    /// [`ResendError`] within, when nothing is to be sent; without, when the store fails.
    pub async fn resend(&self, mail: &OutboxMail) -> Result<Result<(), ResendError>, StoreError> {
        let now = self.now();
        let refused = if mail.answered {
            Some(ResendError::Answered)
        } else if mail.revoked {
            Some(ResendError::Revoked)
        } else if mail.expires_at <= now {
            Some(ResendError::Expired)
        } else if mail.fate != Fate::Dead {
            Some(ResendError::NotDead)
        } else if mail.address.is_none() {
            Some(ResendError::NoAddress)
        } else {
            None
        };
        if let Some(refused) = refused {
            return Ok(Err(refused));
        }
        let again = self.store.resend_mail(&mail.id, now).await?;
        Ok(if again { Ok(()) } else { Err(ResendError::NotDead) })
    }

    /// What somebody should be told of the outbox, if anything.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn outbox_warning(&self) -> Result<Option<String>, StoreError> {
        let now = self.now();
        let alarm = self.store.outbox_alarm(now.checked_sub(LATE_HOURS.hours()).unwrap_or(now)).await?;
        let dead = (alarm.dead > 0).then(|| {
            format!(
                "{} mail(s) could not be delivered and were given up: `palaute mail list --dead` shows them, `palaute mail resend` sends them again",
                alarm.dead
            )
        });
        let late = (alarm.late > 0).then(|| {
            format!(
                "{} mail(s) have waited for more than an hour to be delivered: `palaute mail list --waiting` shows why, `palaute mail test ADDRESS` tries the server",
                alarm.late
            )
        });
        let told: Vec<String> = dead.into_iter().chain(late).collect();
        Ok((!told.is_empty()).then(|| told.join("; ")))
    }
}

fn next_try(error: &MailError, tries: u32, now: Timestamp) -> Option<Timestamp> {
    if error.is_final() {
        return None;
    }
    let minutes = WAITS.get(usize::try_from(tries).ok()?)?;
    now.checked_add(minutes.minutes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::pilot::{desk, pass};
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
        assert_eq!(
            desk.deliver(&memory).await.unwrap(),
            DeliverySummary { delivered: 1, ..DeliverySummary::default() }
        );
        assert_eq!(desk.deliver(&memory).await.unwrap(), DeliverySummary::default());
        let body = sent.lock().unwrap()[0].body.clone();
        let links: Vec<&str> = body.lines().filter(|l| l.contains("http://127.0.0.1:8080/f/")).collect();
        let languages: Vec<&str> = links.iter().filter_map(|l| l.split("?lang=").nth(1)).collect();
        assert_eq!(languages, ["fi", "sv", "en"], "the receiver chooses the language: {body}");

        desk.mail_link(second, "client-feedback", "client@example.invalid", None).await.unwrap();
        pass(&desk, &now, "2026-12-01T07:00:00Z").await;
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
            assert_eq!(
                desk.deliver(&broken).await.unwrap(),
                DeliverySummary { again: 1, ..DeliverySummary::default() }
            );
            assert_eq!(desk.deliver(&broken).await.unwrap(), DeliverySummary::default(), "not before its time");
            let later = now.lock().unwrap().checked_add(minutes.minutes()).unwrap();
            *now.lock().unwrap() = later;
        }
        assert_eq!(desk.deliver(&broken).await.unwrap(), DeliverySummary { dead: 1, ..DeliverySummary::default() });
        assert_eq!(desk.store.mail_state().await.unwrap().dead, 1);
    }

    /// A server that listens and never says a word; how often somebody called.
    async fn silent_server() -> (Mailer, Arc<Mutex<usize>>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let calls = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&calls);
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok(called) = listener.accept().await {
                *counted.lock().unwrap() += 1;
                open.push(called);
            }
        });
        (smtp(port), calls)
    }

    fn smtp(port: u16) -> Mailer {
        let source = include_str!("../../demo/palaute.yaml");
        let before = source.lines().find(|l| l.starts_with("mail:")).unwrap();
        let after = format!(
            "mail: {{ smtp: {{ host: 127.0.0.1, port: {port}, from: a@sender.example, tls: none, seconds: 1 }} }}"
        );
        let instance = crate::instance::Instance::read("palaute.yaml", &source.replace(before, &after)).unwrap();
        let crate::instance::MailSettings::Smtp(smtp) = &instance.mail else { panic!("a server") };
        Mailer::smtp(smtp, None, None).unwrap()
    }

    async fn queue(desk: &Desk, cases: &[&str]) {
        for case in cases {
            let case = desk.find_case(case).await.unwrap();
            desk.mail_link(case, "client-feedback", "client@example.invalid", None).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_server_that_keeps_silent_is_asked_once_and_the_other_mails_wait_a_minute_without_a_try() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        let (mailer, calls) = silent_server().await;
        queue(&desk, &["V-001", "V-002", "V-003"]).await;
        let done = desk.deliver(&mailer).await.unwrap();
        assert_eq!(done, DeliverySummary { again: 1, paused: true, ..DeliverySummary::default() });
        assert_eq!(*calls.lock().unwrap(), 1);
        let mails = desk.store.mails().await.unwrap();
        let mut tries: Vec<u32> = mails.iter().map(|m| m.tries).collect();
        tries.sort_unstable();
        assert_eq!(tries, [0, 0, 1]);
        assert!(mails.iter().all(|m| m.trouble.as_deref() == Some("no answer in time at EHLO")), "{mails:?}");
        assert_eq!(desk.deliver(&mailer).await.unwrap(), DeliverySummary::default(), "not before a minute has gone");
        // The one that was not tried goes first.
        let later = now.lock().unwrap().checked_add(1.minutes()).unwrap();
        *now.lock().unwrap() = later;
        assert_eq!(desk.deliver(&smtp(1)).await.unwrap().again, 1);
        let mut tries: Vec<u32> = desk.store.mails().await.unwrap().iter().map(|m| m.tries).collect();
        tries.sort_unstable();
        assert_eq!(tries, [0, 1, 1]);
        let sent = Arc::new(Mutex::new(Vec::new()));
        let later = now.lock().unwrap().checked_add(1.hours()).unwrap();
        *now.lock().unwrap() = later;
        assert_eq!(desk.deliver(&Mailer::Memory(Arc::clone(&sent))).await.unwrap().delivered, 3);
        let ids: Vec<String> = sent.lock().unwrap().iter().map(|e: &Envelope| e.message_id.clone()).collect();
        assert!(mails.iter().all(|m| ids.contains(&m.id)), "the same Message-ID as at the first try");
    }

    #[tokio::test]
    async fn a_dead_mail_can_be_sent_again_unless_its_invitation_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        queue(&desk, &["V-001"]).await;
        let mail = desk.store.mails().await.unwrap().remove(0);
        assert_eq!(desk.resend(&mail).await.unwrap(), Err(ResendError::NotDead));
        desk.store.mail_failed(&mail.id, None, "refused 550 at RCPT".to_owned(), desk.now()).await.unwrap();
        let dead = desk.store.mails().await.unwrap().remove(0);
        assert_eq!((dead.fate, dead.trouble.as_deref()), (Fate::Dead, Some("refused 550 at RCPT")));
        assert!(dead.address.is_some(), "who looks at it must know whom it was for");
        assert!(desk.outbox_warning().await.unwrap().unwrap().contains("1 mail(s) could not be delivered"));
        assert_eq!(
            desk.resend(&OutboxMail { answered: true, ..dead.clone() }).await.unwrap(),
            Err(ResendError::Answered)
        );
        assert_eq!(
            desk.resend(&OutboxMail { revoked: true, ..dead.clone() }).await.unwrap(),
            Err(ResendError::Revoked)
        );
        assert_eq!(desk.resend(&dead).await.unwrap(), Ok(()));
        let again = desk.store.mails().await.unwrap().remove(0);
        assert_eq!((again.fate, again.tries, again.trouble), (Fate::Waiting, 0, None));
        assert_eq!(desk.outbox_warning().await.unwrap(), None);

        let later = now.lock().unwrap().checked_add(2.hours()).unwrap();
        *now.lock().unwrap() = later;
        assert!(desk.outbox_warning().await.unwrap().unwrap().contains("waited for more than an hour"));
        *now.lock().unwrap() = dead.expires_at;
        assert_eq!(desk.resend(&dead).await.unwrap(), Err(ResendError::Expired));
    }

    #[tokio::test]
    async fn who_dies_between_delivering_and_writing_it_down_sends_that_mail_once_more_with_the_same_id() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        queue(&desk, &["V-001", "V-002"]).await;
        let sent = Arc::new(Mutex::new(Vec::new()));
        let memory = Mailer::Memory(Arc::clone(&sent));
        let lease = desk.now().checked_add(LEASE_MINUTES.minutes()).unwrap();
        let taken = desk.store.claim_mails(desk.now(), lease).await.unwrap();
        desk.deliver_one(&memory, &taken[0]).await.unwrap().unwrap().unwrap();
        assert_eq!(desk.deliver(&memory).await.unwrap(), DeliverySummary::default(), "they are taken");
        *now.lock().unwrap() = lease;
        assert_eq!(desk.deliver(&memory).await.unwrap().delivered, 2);
        let ids: Vec<String> = sent.lock().unwrap().iter().map(|e: &Envelope| e.message_id.clone()).collect();
        let count = |id: &String| ids.iter().filter(|i| *i == id).count();
        assert_eq!((count(&taken[0].id), count(&taken[1].id)), (2, 1));
    }

    #[tokio::test]
    async fn a_reminder_says_so_in_the_language_its_receiver_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _) = desk(folder.path()).await;
        queue(&desk, &["V-001"]).await;
        let invitation = desk.store.claim_mails(desk.now(), desk.now()).await.unwrap().remove(0);
        let sent = Arc::new(Mutex::new(Vec::new()));
        let memory = Mailer::Memory(Arc::clone(&sent));
        let reminder = Mail { kind: MailKind::Reminder, language: Some(Language::Sv), ..invitation.clone() };
        desk.deliver_one(&memory, &invitation).await.unwrap().unwrap().unwrap();
        desk.deliver_one(&memory, &reminder).await.unwrap().unwrap().unwrap();
        let mails = sent.lock().unwrap();
        assert_eq!((mails[0].language, mails[1].language), (Language::Fi, Language::Sv));
        assert!(!mails[0].subject.contains("muistutus") && mails[1].subject.contains("påminnelse"), "{mails:?}");
        assert_eq!(mails[1].sender_name, desk.instance.name.value.in_language(Language::Sv));
    }
}
