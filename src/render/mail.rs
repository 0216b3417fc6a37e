//! The words of mails. A mail carries a link, never an answer, a report or client data.

use super::{RenderError, Renderer};
use serde::Serialize;

/// Subject and body of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

#[derive(Serialize)]
struct Invitation<'a> {
    site_name: &'a str,
    link: &'a str,
    minutes: u32,
    open_until: &'a str,
    notice: Option<&'a str>,
}

/// The mail that invites a party to a form.
///
/// # Errors
/// When a template of the instance names something the mail does not have.
pub fn invitation_mail(
    renderer: &Renderer,
    site_name: &str,
    link: &str,
    minutes: u32,
    open_until: &str,
    notice: Option<&str>,
) -> Result<MailText, RenderError> {
    let context = Invitation { site_name, link, minutes, open_until, notice };
    let subject = renderer.fill("mail/invitation-subject.txt", &context)?;
    let body = renderer.fill("mail/invitation-body.txt", &context)?;
    Ok(MailText { subject: subject.trim().to_owned(), body: body.trim_start().to_owned() })
}
