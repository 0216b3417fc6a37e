//! Delivers rendered mails: through SMTP, into a folder, or into memory.
//!
//! Enters: an [`Envelope`] with its texts. Leaves: a delivered mail or a [`MailError`] that says whether the mail is at fault
//! or the server. Refuses: addresses that are none, and a server that does not encrypt where encryption was asked for.

mod error;
mod message;
mod smtp;

pub use error::{MailError, Step};
pub use smtp::SmtpServer;

use crate::instance::SmtpSettings;
use crate::text::Language;
use jiff::Timestamp;
use lettre::{Address, AsyncFileTransport, AsyncTransport, Tokio1Executor};
use message::{NOBODY, message};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// What goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Stays the same when a mail is sent again, so that a reader's program can drop the double.
    pub message_id: String,
    /// In whose name it is sent.
    pub sender_name: String,
    /// Where it goes.
    pub to: String,
    /// The language of its texts.
    pub language: Language,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The same as HTML.
    pub html: String,
    /// When it goes out.
    pub at: Timestamp,
}

/// The ways out.
#[derive(Clone, Debug)]
pub enum Mailer {
    /// An SMTP server.
    Smtp(Arc<SmtpServer>),
    /// `.eml` files in a folder; nothing leaves the machine.
    Folder(PathBuf),
    /// A list in memory.
    Memory(Arc<Mutex<Vec<Envelope>>>),
}

impl Mailer {
    /// An SMTP server; `login` is a user and a password, `authority` the PEM text of who signed its certificate.
    ///
    /// # Errors
    /// When an address, the host or the certificate cannot be one.
    pub fn smtp(
        settings: &SmtpSettings,
        login: Option<(String, String)>,
        authority: Option<&[u8]>,
    ) -> Result<Self, MailError> {
        Ok(Self::Smtp(Arc::new(SmtpServer::new(settings, login, authority)?)))
    }

    /// Delivers one mail. It ends within the deadline of the settings, whatever the server does.
    ///
    /// # Errors
    /// See [`MailError`].
    pub async fn deliver(&self, envelope: &Envelope) -> Result<(), MailError> {
        match self {
            Self::Smtp(server) => server.deliver(envelope).await,
            Self::Folder(folder) => {
                let from = NOBODY.parse().map_err(MailError::unsendable)?;
                let message = message(envelope, &from, None)?;
                let later = |e: std::io::Error| MailError::folder(e);
                tokio::fs::create_dir_all(folder).await.map_err(later)?;
                let sent = AsyncFileTransport::<Tokio1Executor>::new(folder).send(message).await;
                sent.map(|_| ()).map_err(MailError::folder)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_mail_is_written_into_a_folder_with_its_stable_id_and_both_texts() {
        let folder = tempfile::tempdir().unwrap();
        Mailer::Folder(folder.path().join("mail")).deliver(&message::tests::envelope()).await.unwrap();
        let file = std::fs::read_dir(folder.path().join("mail")).unwrap().next().unwrap().unwrap().path();
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains("Message-ID: <m1@localhost.invalid>"), "{text}");
        assert!(text.contains("To: client@example.invalid"), "{text}");
        assert!(text.contains("text/plain") && text.contains("text/html"), "{text}");
    }
}
