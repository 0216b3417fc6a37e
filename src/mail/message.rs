//! A mail as it travels. Headers are set through typed builders only, so no text can add one.

use super::{Envelope, MailError};
use crate::text::Language;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use std::error::Error;
use std::time::SystemTime;

/// Sender where no server is configured.
pub(super) const NOBODY: &str = "palaute@localhost.invalid";

/// Tells programs that answer mails by themselves to keep quiet.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The language of the texts.
#[derive(Clone)]
struct ContentLanguage(Language);

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(code: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Language::from_code(code).map(Self).ok_or_else(|| "no language".into())
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.code().to_owned())
    }
}

pub(super) fn message(envelope: &Envelope, from: &Address, reply_to: Option<&Address>) -> Result<Message, MailError> {
    let to = envelope.to.parse::<Address>().map_err(MailError::unsendable)?;
    let mut builder = Message::builder()
        .from(Mailbox::new(Some(one_line(&envelope.sender_name)), from.clone()))
        .to(Mailbox::new(None, to))
        .subject(one_line(&envelope.subject))
        .message_id(Some(message_id(&envelope.message_id, from)))
        .date(SystemTime::from(envelope.at))
        .header(AutoSubmitted)
        .header(ContentLanguage(envelope.language));
    if let Some(address) = reply_to {
        builder = builder.reply_to(Mailbox::new(None, address.clone()));
    }
    let texts = MultiPart::alternative_plain_html(envelope.body.clone(), envelope.html.clone());
    builder.multipart(texts).map_err(MailError::unsendable)
}

/// The same for every try: the row of the outbox at the sender's domain.
fn message_id(row: &str, from: &Address) -> String {
    format!("<{row}@{}>", from.domain())
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use jiff::Timestamp;

    pub(in crate::mail) fn envelope() -> Envelope {
        Envelope {
            message_id: "m1".into(),
            sender_name: "Palaute, työ".into(),
            to: "client@example.invalid".into(),
            language: Language::Sv,
            subject: "Otsikko".into(),
            body: "Hyvää päivää\n".into(),
            html: "<p>Hyvää päivää</p>\n".into(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn written(envelope: &Envelope) -> String {
        let from = "palaute@sender.example".parse().unwrap();
        let reply_to = "office@sender.example".parse().unwrap();
        String::from_utf8(message(envelope, &from, Some(&reply_to)).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_mail_says_who_sends_it_in_which_language_and_that_a_program_wrote_it() {
        let text = written(&envelope());
        for header in [
            "Message-ID: <m1@sender.example>",
            "Auto-Submitted: auto-generated",
            "Content-Language: sv",
            "Reply-To: office@sender.example",
            "Content-Type: multipart/alternative;",
            "Date: Thu, 01 Jan 1970",
        ] {
            assert!(text.lines().any(|l| l.starts_with(header)), "{header} is missing: {text}");
        }
        let from = text.lines().find(|l| l.starts_with("From: ")).unwrap();
        assert!(from.ends_with("<palaute@sender.example>") && !from.contains("Palaute, työ"), "it is encoded: {from}");
    }

    #[test]
    fn no_text_can_add_a_header_and_a_false_address_is_refused() {
        let sly = Envelope { subject: "a\r\nBcc: x@example.invalid".into(), ..envelope() };
        let named = Envelope { sender_name: "a\r\nBcc: x@example.invalid".into(), ..envelope() };
        for text in [written(&sly), written(&named)] {
            assert!(!text.lines().any(|l| l.starts_with("Bcc:")), "{text}");
        }
        let wrong = Envelope { to: "a@b\r\nBcc: x@example.invalid".into(), ..envelope() };
        let from = NOBODY.parse().unwrap();
        assert!(matches!(message(&wrong, &from, None), Err(MailError::Unsendable(_))));
    }
}
