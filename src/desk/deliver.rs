//! Delivers the mails that are due.

use super::Desk;
use crate::mail::{Envelope, MailError, Mailer};
use crate::render::invitation_mail;
use crate::store::{Mail, StoreError};
use crate::text::finnish_date;
use jiff::{Timestamp, ToSpan};

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
        for mail in self.store.due_mails(self.now()).await? {
            if mail.obsolete {
                self.store.mail_obsolete(&mail.id).await?;
                continue;
            }
            match self.deliver_one(mailer, &mail).await? {
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
        }
        Ok(summary)
    }

    async fn deliver_one(&self, mailer: &Mailer, mail: &Mail) -> Result<Result<(), MailError>, StoreError> {
        let Some(form) = self.form(&mail.form) else {
            return Ok(Err(MailError::Unsendable("the form of the invitation is gone".into())));
        };
        let link = self.link_to(&mail.invitation, mail.expires_at).await?;
        let language = self.instance.language();
        let until = finnish_date(mail.expires_at.to_zoned(self.instance.zone()).date());
        let notice = self.instance.notice.as_ref().map(|n| n.in_language(language));
        let name = self.instance.name.value.in_language(language);
        let text = match invitation_mail(&self.renderer, name, &link.address, form.minutes(), &until, notice) {
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
