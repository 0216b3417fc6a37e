//! Why a mail was not delivered, in words that hold no address and nothing that a server wrote.

use std::fmt;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// How far a delivery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Connecting, up to the answer to EHLO.
    Reach,
    /// Beginning to encrypt.
    Encrypt,
    /// Signing in.
    SignIn,
    /// Telling the sender, which is the same for every mail.
    Sender,
    /// Telling the receiver.
    Recipient,
    /// Asking to send the text.
    Data,
    /// Waiting until the text is taken.
    Text,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reach => "EHLO",
            Self::Encrypt => "STARTTLS",
            Self::SignIn => "AUTH",
            Self::Sender => "MAIL",
            Self::Recipient => "RCPT",
            Self::Data => "DATA",
            Self::Text => "end of text",
        })
    }
}

/// Why a mail was not delivered. What the server wrote is in the causes, for the terminal only: it may name an address.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Trying again cannot help: the mail cannot be written.
    #[error("the mail cannot be sent as it is")]
    Unsendable(#[source] Cause),
    /// The server refused this mail for good.
    #[error("the mail server refused the mail for good: {0}")]
    Refused(String, #[source] Cause),
    /// This mail was not taken now; later it may be.
    #[error("the mail was not taken now: {0}")]
    Later(String, #[source] Cause),
    /// The server did not answer in time.
    #[error("the mail server did not answer in time at {0}")]
    TimedOut(Step),
    /// No mail can be delivered at present: the server is not reached or not trusted, or does not let us in.
    #[error("the mail server takes no mail now: {0}")]
    Server(String, #[source] Cause),
}

impl MailError {
    pub(super) fn unsendable(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unsendable(Box::new(error))
    }

    pub(super) fn folder(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Later("not written".to_owned(), Box::new(error))
    }

    /// A few words for lists and logs, such as `refused 550 at RCPT`; no address, and nothing that the server wrote.
    #[must_use]
    pub fn trouble(&self) -> String {
        match self {
            Self::Unsendable(_) => "cannot be written".to_owned(),
            Self::TimedOut(step) => format!("no answer in time at {step}"),
            Self::Refused(trouble, _) | Self::Later(trouble, _) | Self::Server(trouble, _) => trouble.clone(),
        }
    }

    /// True when trying again cannot help.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Unsendable(_) | Self::Refused(..))
    }

    /// True when the next mail would fare no better now.
    #[must_use]
    pub fn is_of_the_server(&self) -> bool {
        match self {
            Self::Server(..) => true,
            Self::TimedOut(step) => *step < Step::Recipient,
            Self::Unsendable(_) | Self::Refused(..) | Self::Later(..) => false,
        }
    }
}
