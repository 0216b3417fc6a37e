//! Delivers a mail that invites somebody, or reminds him of it.

use super::DeliverySummary;
use crate::desk::Desk;
use crate::form::Occasion;
use crate::mail::{Envelope, MailError, Mailer};
use crate::render::{InvitationMail, invitation_mail};
use crate::store::{LinkUse, Mail, MailKind, StoreError};
use crate::text::{Language, told_date};

impl Desk {
    /// Tries a mail with an invitation and writes down what became of it; the failure, if it was one.
    pub(super) async fn settle_invitation(
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
        self.note_outcome(&mail.id, mail.tries, sent, summary).await
    }

    /// What came of sending it; none when there is nothing to send any more, which is looked at together with making its
    /// link.
    pub(super) async fn deliver_one(
        &self,
        mailer: &Mailer,
        mail: &Mail,
    ) -> Result<Option<Result<(), MailError>>, StoreError> {
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
            reading: form.is_reading(),
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
}
