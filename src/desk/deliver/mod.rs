//! Delivers the mails that are due.

mod invitation;
mod notice;
mod outbox;

pub use outbox::ResendError;

use super::Desk;
use crate::mail::{Envelope, MailError, Mailer};
use crate::store::{Mail, Notice, StoreError};
use crate::text::{Language, Messages};
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

/// A mail that is due, of whatever kind.
enum Due {
    Invitation(Box<Mail>),
    Notice(Box<Notice>),
}

impl Due {
    fn id(self) -> String {
        match self {
            Self::Invitation(mail) => mail.id,
            Self::Notice(notice) => notice.id,
        }
    }
}

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
            let mut taken = self.due(now, lease).await?.into_iter();
            if taken.len() == 0 {
                return Ok(summary);
            }
            while let Some(mail) = taken.next() {
                let failure = match &mail {
                    Due::Invitation(mail) => self.settle_invitation(mailer, mail, &mut summary).await?,
                    Due::Notice(notice) => self.settle_notice(mailer, notice, &mut summary).await?,
                };
                silent = if matches!(failure, Some(MailError::TimedOut(_))) { silent + 1 } else { 0 };
                if let Some(error) = failure
                    && (error.is_of_the_server() || silent >= SILENT)
                {
                    let now = self.now();
                    let until = now.checked_add(PAUSE_MINUTES.minutes()).unwrap_or(now);
                    let rest = taken.map(Due::id).collect();
                    self.store.put_mails_off(rest, now, until, error.trouble()).await?;
                    return Ok(DeliverySummary { paused: true, ..summary });
                }
            }
        }
    }

    /// The next few mails: those to staff first, for somebody may wait for a sign-in.
    async fn due(&self, now: Timestamp, lease: Timestamp) -> Result<Vec<Due>, StoreError> {
        let notices = self.store.claim_notices(now, lease).await?;
        if !notices.is_empty() {
            return Ok(notices.into_iter().map(|notice| Due::Notice(Box::new(notice))).collect());
        }
        let mails = self.store.claim_mails(now, lease).await?;
        Ok(mails.into_iter().map(|mail| Due::Invitation(Box::new(mail))).collect())
    }

    /// Writes down what came of a try; the failure, if it was one.
    async fn note_outcome(
        &self,
        id: &str,
        tries: u32,
        sent: Result<(), MailError>,
        summary: &mut DeliverySummary,
    ) -> Result<Option<MailError>, StoreError> {
        match sent {
            Ok(()) => {
                self.note_delivered(id).await?;
                summary.delivered += 1;
                Ok(None)
            }
            Err(error) => {
                let now = self.now();
                let next = next_try(&error, tries, now);
                let trouble = error.trouble();
                // The address is personal data, and a server's answer may name it: the log has neither.
                tracing::warn!(mail = id, trouble, dead = next.is_none(), "a mail was not delivered");
                self.store.mail_failed(id, next, trouble, now).await?;
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
}

fn next_try(error: &MailError, tries: u32, now: Timestamp) -> Option<Timestamp> {
    if error.is_final() {
        return None;
    }
    let minutes = WAITS.get(usize::try_from(tries).ok()?)?;
    now.checked_add(minutes.minutes()).ok()
}

#[cfg(test)]
mod tests;
