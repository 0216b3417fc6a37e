//! Delivers a mail to staff: it says that something is there, or lets somebody in, and never what is there.

use super::DeliverySummary;
use crate::desk::{Desk, SIGN_IN_WITHIN};
use crate::mail::{Envelope, MailError, Mailer};
use crate::render::{Letting, NoticeMail, notice_mail};
use crate::store::{Notice, NoticeKind, StoreError};

impl Desk {
    /// Tries a mail to staff and writes down what became of it; the failure, if it was one.
    pub(super) async fn settle_notice(
        &self,
        mailer: &Mailer,
        notice: &Notice,
        summary: &mut DeliverySummary,
    ) -> Result<Option<MailError>, StoreError> {
        if notice.ended {
            self.store.mail_obsolete(&notice.id, self.now()).await?;
            return Ok(None);
        }
        let letting = match &notice.sign_in {
            None => None,
            Some(sign_in) => {
                // Made now, so that no secret waits in the store.
                let (code, hash) = self.fresh_secret();
                if !self.store.seal_sign_in(sign_in, hash, self.now()).await? {
                    self.store.mail_obsolete(&notice.id, self.now()).await?;
                    return Ok(None);
                }
                Some(code)
            }
        };
        let sent = self.deliver_notice(mailer, notice, letting.as_deref()).await;
        self.note_outcome(&notice.id, notice.tries, sent, summary).await
    }

    async fn deliver_notice(&self, mailer: &Mailer, notice: &Notice, code: Option<&str>) -> Result<(), MailError> {
        let spoken = |l| self.instance.languages.value.contains(&l);
        let language = notice.language.filter(|l| spoken(*l)).unwrap_or_else(|| self.instance.language());
        let link = format!("{}{}", self.instance.base_url.value, path_of(notice, code));
        let minutes = SIGN_IN_WITHIN.as_mins().to_string();
        let told = NoticeMail {
            site_name: self.instance.name.value.in_language(language),
            link: &link,
            letting: code.map(|code| Letting { code, minutes: &minutes }),
            contact: self.instance.contact.in_language(language),
            notice: self.instance.notice.as_ref().map(|n| n.in_language(language)),
        };
        let text = notice_mail(&self.renderer, &told, language);
        let text = text.map_err(|error| MailError::Unsendable(Box::new(error)))?;
        let envelope = Envelope {
            message_id: notice.id.clone(),
            sender_name: self.sender_name(language),
            to: notice.address.clone(),
            language,
            subject: text.subject,
            body: text.body,
            html: text.html,
            at: self.now(),
        };
        mailer.deliver(&envelope).await
    }
}

/// Where a mail leads: the sign-in, or what there is to read, which stands behind it.
fn path_of(notice: &Notice, code: Option<&str>) -> String {
    match (notice.kind, notice.case, code) {
        (_, _, Some(code)) => format!("/desk/sign-in/{code}"),
        (NoticeKind::Completion | NoticeKind::Read, Some(case), _) => format!("/desk/cases/{case}"),
        (_, Some(case), _) => format!("/desk/reports/{case}"),
        (_, None, _) => "/desk".to_owned(),
    }
}
