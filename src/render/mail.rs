//! The words of mails. A mail carries a link, never an answer, a report or client data.

use super::{RenderError, Renderer};
use crate::form::Party;
use crate::text::{Language, Messages};
use serde::Serialize;
use serde_json::Value;

/// Subject and body of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// What an invitation by mail tells.
#[derive(Clone, Copy, Debug)]
pub struct InvitationMail<'a> {
    /// Who is invited.
    pub party: Party,
    /// True when it is about the end of a coaching: feedback, or the closing report.
    pub closing: bool,
    /// What the site is called.
    pub site_name: &'a str,
    /// The address of the form.
    pub link: &'a str,
    /// Minutes that answering takes.
    pub minutes: u32,
    /// Until when, in words.
    pub open_until: &'a str,
    /// Whom to ask.
    pub contact: &'a str,
    /// The same address in the other languages.
    pub others: &'a [(Language, String)],
    /// Label of a model.
    pub notice: Option<&'a str>,
}

#[derive(Serialize)]
struct View<'a> {
    subject: String,
    site_name: &'a str,
    lead: &'static str,
    minutes: String,
    link: &'a str,
    open_until: String,
    contact: &'a str,
    /// The same form in the other languages, each told in its own.
    others: Vec<String>,
    /// Said to those who may decline: a report is the coach's duty.
    voluntary: Option<&'static str>,
    notice: Option<&'a str>,
    t: &'static Value,
}

/// The mail that invites a party to a form.
///
/// # Errors
/// When a template of the instance names something the mail does not have.
pub fn invitation_mail(
    renderer: &Renderer,
    mail: &InvitationMail<'_>,
    language: Language,
) -> Result<MailText, RenderError> {
    let m = Messages::of(language);
    let asked = if mail.closing { mail.party.code() } else { "form" };
    let view = View {
        subject: m.fill(&format!("mail.{asked}_subject"), &[("site", mail.site_name)]),
        site_name: mail.site_name,
        lead: m.get(&format!("mail.{asked}")),
        minutes: m.fill("mail.minutes", &[("minutes", &mail.minutes.to_string())]),
        link: mail.link,
        open_until: m.fill("mail.open_until", &[("date", mail.open_until)]),
        contact: mail.contact,
        others: mail.others.iter().map(|(other, link)| in_language(*other, link)).collect(),
        voluntary: (mail.party != Party::Coach).then(|| m.get("mail.voluntary")),
        notice: mail.notice,
        t: m.tree(),
    };
    let subject = renderer.fill("mail/invitation-subject.txt", &view)?;
    let body = renderer.fill("mail/invitation-body.txt", &view)?;
    Ok(MailText { subject: subject.trim().to_owned(), body: body.trim_start().to_owned() })
}

fn in_language(language: Language, link: &str) -> String {
    Messages::of(language).fill("mail.other_language", &[("language", language.own_name()), ("link", link)])
}
