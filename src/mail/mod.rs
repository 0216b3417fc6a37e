//! Delivers rendered mails: through SMTP, into a folder, or into memory.
//!
//! Enters: an [`Envelope`] with its texts. Leaves: a delivered mail or a [`MailError`]. Refuses:
//! addresses that are none. Headers are set through the typed builder only, so no text can add one.

use jiff::Timestamp;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

/// Longest time one delivery may take; the library's own timeout covers connecting only.
const DEADLINE: Duration = Duration::from_secs(60);

/// What goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Stays the same when a mail is sent again, so that a reader's program can drop the double.
    pub message_id: String,
    /// Where it goes.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// When it goes out.
    pub at: Timestamp,
}

/// Why a mail was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Trying again cannot help.
    #[error("the mail cannot be sent as it is")]
    Unsendable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Trying again later may help.
    #[error("the mail could not be delivered now")]
    Later(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server did not answer in time.
    #[error("the mail server did not answer in time")]
    TimedOut,
}

/// The ways out.
#[derive(Clone, Debug)]
pub enum Mailer {
    /// An SMTP server.
    Smtp {
        /// The connection pool.
        transport: AsyncSmtpTransport<Tokio1Executor>,
        /// Sender.
        from: String,
    },
    /// `.eml` files in a folder; nothing leaves the machine.
    Folder(PathBuf),
    /// A list in memory.
    Memory(Arc<Mutex<Vec<Envelope>>>),
}

/// Sender where no server is configured.
const NOBODY: &str = "palaute@localhost.invalid";

impl Mailer {
    /// An SMTP server; `login` is a user and a password.
    ///
    /// # Errors
    /// When the host name cannot be one.
    pub fn smtp(
        host: &str,
        port: u16,
        from: &str,
        login: Option<(String, String)>,
        plain_text: bool,
    ) -> Result<Self, MailError> {
        type Smtp = AsyncSmtpTransport<Tokio1Executor>;
        let builder =
            if plain_text { Smtp::builder_dangerous(host) } else { Smtp::starttls_relay(host).map_err(unsendable)? };
        let builder = builder.port(port).timeout(Some(DEADLINE));
        let builder = match login {
            Some((user, password)) => builder.credentials(Credentials::new(user, password)),
            None => builder,
        };
        Ok(Self::Smtp { transport: builder.build(), from: from.to_owned() })
    }

    /// Delivers one mail.
    ///
    /// # Errors
    /// See [`MailError`].
    pub async fn deliver(&self, envelope: &Envelope) -> Result<(), MailError> {
        let from = if let Self::Smtp { from, .. } = self { from } else { NOBODY };
        let message = message(envelope, from)?;
        match self {
            Self::Smtp { transport, .. } => match tokio::time::timeout(DEADLINE, transport.send(message)).await {
                Err(_) => Err(MailError::TimedOut),
                Ok(Err(e)) if e.is_permanent() => Err(unsendable(e)),
                Ok(Err(e)) => Err(MailError::Later(Box::new(e))),
                Ok(Ok(_)) => Ok(()),
            },
            Self::Folder(folder) => {
                let later = |e: std::io::Error| MailError::Later(Box::new(e));
                tokio::fs::create_dir_all(folder).await.map_err(later)?;
                let sent = AsyncFileTransport::<Tokio1Executor>::new(folder).send(message).await;
                sent.map(|_| ()).map_err(|e| MailError::Later(Box::new(e)))
            }
            Self::Memory(sent) => {
                sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(envelope.clone());
                Ok(())
            }
        }
    }
}

/// True when a mail can be addressed to `text`.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

fn unsendable(error: impl std::error::Error + Send + Sync + 'static) -> MailError {
    MailError::Unsendable(Box::new(error))
}

fn message(envelope: &Envelope, from: &str) -> Result<Message, MailError> {
    let mailbox = |text: &str| text.parse::<Address>().map(|a| Mailbox::new(None, a)).map_err(unsendable);
    let builder: MessageBuilder = Message::builder()
        .from(mailbox(from)?)
        .to(mailbox(&envelope.to)?)
        .subject(envelope.subject.replace(['\r', '\n'], " "))
        .message_id(Some(format!("<{}@palaute.invalid>", envelope.message_id)))
        .date(SystemTime::from(envelope.at))
        .header(ContentType::TEXT_PLAIN);
    builder.body(envelope.body.clone()).map_err(unsendable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope() -> Envelope {
        Envelope {
            message_id: "m1".into(),
            to: "client@example.invalid".into(),
            subject: "Otsikko".into(),
            body: "Hyvää päivää\n".into(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[tokio::test]
    async fn a_mail_is_written_into_a_folder_with_its_stable_id() {
        let folder = tempfile::tempdir().unwrap();
        Mailer::Folder(folder.path().join("mail")).deliver(&envelope()).await.unwrap();
        let file = std::fs::read_dir(folder.path().join("mail")).unwrap().next().unwrap().unwrap().path();
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains("Message-ID: <m1@palaute.invalid>"), "{text}");
        assert!(text.contains("To: client@example.invalid"), "{text}");
    }

    #[tokio::test]
    async fn a_subject_cannot_add_a_header_and_a_false_address_is_refused() {
        let sly = Envelope { subject: "a\r\nBcc: x@example.invalid".into(), ..envelope() };
        let text = String::from_utf8(message(&sly, NOBODY).unwrap().formatted()).unwrap();
        assert!(!text.lines().any(|l| l.starts_with("Bcc:")), "{text}");
        let wrong = Envelope { to: "a@b\r\nBcc: x@example.invalid".into(), ..envelope() };
        assert!(matches!(message(&wrong, NOBODY), Err(MailError::Unsendable(_))));
    }
}
