//! One mail through one connection. Connections are not kept: one that was given up in the middle would take the late answer
//! to one mail for the answer to the next.

use super::message::message;
use super::{Envelope, MailError, Step};
use crate::instance::{MailTls, SmtpSettings};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::{Address, Message};
use std::error::Error as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longest wait for the answer to a goodbye, when all is said.
const GOODBYE: Duration = Duration::from_secs(1);
/// Codes that ask for another way in: the fault is not the mail's, whenever they come.
const NOT_LET_IN: [u16; 5] = [530, 534, 535, 538, 523];

/// A server that takes mails.
pub struct SmtpServer {
    host: String,
    port: u16,
    from: Address,
    reply_to: Option<Address>,
    login: Option<Credentials>,
    encryption: Encryption,
    deadline: Duration,
}

/// How the connection is encrypted, and whose certificate is trusted.
enum Encryption {
    None,
    /// Asked for before anything is told; without it nothing is.
    StartTls(TlsParameters),
    FirstByte(TlsParameters),
}

impl std::fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpServer").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// What went wrong, and at which step.
type Failed = (Step, Error);

impl SmtpServer {
    pub(super) fn new(
        settings: &SmtpSettings,
        login: Option<(String, String)>,
        authority: Option<&[u8]>,
    ) -> Result<Self, MailError> {
        let address = |text: &str| text.parse::<Address>().map_err(MailError::unsendable);
        let trusted = || {
            let builder = TlsParameters::builder(settings.host.clone());
            let builder = match authority {
                None => builder,
                // Who names an authority trusts no other.
                Some(pem) => builder
                    .certificate_store(CertificateStore::None)
                    .add_root_certificate(Certificate::from_pem(pem).map_err(MailError::unsendable)?),
            };
            builder.build().map_err(MailError::unsendable)
        };
        Ok(Self {
            host: settings.host.clone(),
            port: settings.port,
            from: address(&settings.from.value)?,
            reply_to: settings.reply_to.as_deref().map(address).transpose()?,
            login: login.map(|(user, password)| Credentials::new(user, password)),
            encryption: match settings.tls {
                MailTls::None => Encryption::None,
                MailTls::Starttls => Encryption::StartTls(trusted()?),
                MailTls::Tls => Encryption::FirstByte(trusted()?),
            },
            deadline: Duration::from_secs(u64::from(settings.seconds)),
        })
    }

    pub(super) async fn deliver(&self, envelope: &Envelope) -> Result<(), MailError> {
        let message = message(envelope, &self.from, self.reply_to.as_ref())?;
        let step = Mutex::new(Step::Reach);
        let delivery = async {
            let mut connection = self.connect(&step).await?;
            let sent = send(&mut connection, &message, &step).await;
            Ok::<_, Failed>((connection, sent))
        };
        // The library's own deadline is for connecting only.
        let (mut connection, sent) = match tokio::time::timeout(self.deadline, delivery).await {
            Err(_) => return Err(MailError::TimedOut(*step.lock().unwrap_or_else(PoisonError::into_inner))),
            Ok(Err((step, error))) => return Err(told(step, error)),
            Ok(Ok(talked)) => talked,
        };
        // What became of the mail is known; the server may forget to answer.
        let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
        sent.map_err(|(step, error)| told(step, error))
    }

    async fn connect(&self, step: &Mutex<Step>) -> Result<AsyncSmtpConnection, Failed> {
        let us = ClientId::default();
        let from_first_byte = match &self.encryption {
            Encryption::FirstByte(trusted) => Some(trusted.clone()),
            Encryption::None | Encryption::StartTls(_) => None,
        };
        let server = (self.host.as_str(), self.port);
        let reached =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.deadline), &us, from_first_byte, None).await;
        let mut connection = reached.map_err(at(Step::Reach))?;
        if let Encryption::StartTls(trusted) = &self.encryption {
            enter(step, Step::Encrypt);
            connection.starttls(trusted.clone(), &us).await.map_err(at(Step::Encrypt))?;
        }
        if let Some(login) = &self.login {
            enter(step, Step::SignIn);
            let signed_in = connection.auth(&[Mechanism::Plain, Mechanism::Login], login).await;
            signed_in.map_err(at(Step::SignIn))?;
        }
        enter(step, Step::Sender);
        Ok(connection)
    }
}

fn enter(step: &Mutex<Step>, next: Step) {
    *step.lock().unwrap_or_else(PoisonError::into_inner) = next;
}

fn at(step: Step) -> impl FnOnce(Error) -> Failed {
    move |error| (step, error)
}

async fn send(connection: &mut AsyncSmtpConnection, message: &Message, step: &Mutex<Step>) -> Result<(), Failed> {
    let text = message.formatted();
    let mut wishes = Vec::new();
    let envelope = message.envelope();
    let addresses = envelope.from().into_iter().chain(envelope.to());
    if addresses.into_iter().any(|a| !AsRef::<str>::as_ref(a).is_ascii())
        && connection.server_info().supports_feature(Extension::SmtpUtfEight)
    {
        wishes.push(MailParameter::SmtpUtfEight);
    }
    if !text.is_ascii() {
        wishes.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let sender = Mail::new(envelope.from().cloned(), wishes);
    connection.command(sender).await.map_err(at(Step::Sender))?;
    for to in envelope.to() {
        enter(step, Step::Recipient);
        connection.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(at(Step::Recipient))?;
    }
    enter(step, Step::Data);
    connection.command(Data).await.map_err(at(Step::Data))?;
    enter(step, Step::Text);
    connection.message(&text).await.map_err(at(Step::Text))?;
    Ok(())
}

/// Whose fault it is, in words that hold nothing of what the server wrote.
fn told(step: Step, error: Error) -> MailError {
    let code = error.status().map(u16::from);
    let of_the_mail = step >= Step::Recipient;
    let words = match code {
        Some(code) if step == Step::SignIn || NOT_LET_IN.contains(&code) => format!("sign-in refused {code}"),
        Some(code) if code >= 500 => format!("refused {code} at {step}"),
        Some(code) => format!("deferred {code} at {step}"),
        None if error.is_timeout() => return MailError::TimedOut(step),
        None => without_code(step, &error).to_owned(),
    };
    let cause = Box::new(error);
    match code {
        // 421: the server is closing down.
        Some(code) if !of_the_mail || code == 421 || NOT_LET_IN.contains(&code) => MailError::Server(words, cause),
        Some(code) if code >= 500 => MailError::Refused(words, cause),
        None if !of_the_mail => MailError::Server(words, cause),
        _ => MailError::Later(words, cause),
    }
}

fn without_code(step: Step, error: &Error) -> &'static str {
    if is_about_certificate(error) {
        return "certificate not trusted";
    }
    match step {
        Step::Encrypt if error.is_client() => "no encryption offered",
        Step::Encrypt => "no encrypted connection",
        Step::SignIn if error.is_client() => "no sign-in offered",
        Step::Reach if !error.is_response() => "not reached",
        Step::Reach => "connection lost at EHLO",
        Step::SignIn => "connection lost at AUTH",
        Step::Sender => "connection lost at MAIL",
        Step::Recipient => "connection lost at RCPT",
        Step::Data => "connection lost at DATA",
        Step::Text => "connection lost at end of text",
    }
}

/// The library that looks at certificates is not ours to name; it says so in every such error.
fn is_about_certificate(error: &Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.downcast_ref::<std::io::Error>().is_some_and(|e| e.to_string().contains("certificate")) {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::{Instance, MailSettings};
    use crate::mail::Mailer;
    use crate::mail::message::tests::envelope;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    fn settings(line: &str) -> SmtpSettings {
        let source = include_str!("../../palaute.yaml");
        let before = source.lines().find(|l| l.starts_with("mail:")).unwrap();
        let instance =
            Instance::read("palaute.yaml", &source.replace(before, &format!("mail: {{ smtp: {{ {line} }} }}")));
        let MailSettings::Smtp(smtp) = instance.unwrap().mail else { panic!("{line}") };
        *smtp
    }

    /// A server that answers each line with the next of `answers`, and a goodbye in between, and then keeps quiet; what it
    /// heard.
    async fn deliver_to(answers: &'static [&'static str], more: &str) -> (Result<(), MailError>, Vec<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            let mut heard = Vec::new();
            for answer in answers {
                write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
                // After the go-ahead for the text, the answer is due when the text ends.
                loop {
                    let Ok(Some(line)) = lines.next_line().await else { return heard };
                    if line == "QUIT" {
                        write.write_all(b"221 bye\r\n").await.unwrap();
                    }
                    heard.push(line);
                    if !answer.starts_with("354") || heard.last().is_some_and(|l| l == ".") {
                        break;
                    }
                }
            }
            while let Ok(Some(line)) = lines.next_line().await {
                heard.push(line);
            }
            heard
        });
        let smtp =
            settings(&format!("host: 127.0.0.1, port: {port}, from: palaute@sender.example, seconds: 1, {more}"));
        let login = smtp.secret_file.as_ref().map(|_| ("user".to_owned(), "geheim".to_owned()));
        let delivered = Mailer::smtp(&smtp, login, None).unwrap().deliver(&envelope()).await;
        (delivered, heard.await.unwrap())
    }

    const PLAIN: &str = "tls: none";
    const SIGNED_IN: &str = "tls: none, secret_file: x";

    #[tokio::test]
    async fn a_mail_that_is_taken_is_delivered_even_when_the_goodbye_is_not_answered() {
        let (delivered, heard) =
            deliver_to(&["220 hi", "250 hi", "250 ok", "250 ok", "354 go", "250 taken"], PLAIN).await;
        delivered.unwrap();
        assert!(heard.iter().any(|l| l == "RCPT TO:<client@example.invalid>"), "{heard:?}");
        assert!(heard.iter().any(|l| l == "Message-ID: <m1@sender.example>"), "{heard:?}");
    }

    #[tokio::test]
    async fn what_a_server_says_is_told_as_the_mails_fault_or_the_servers_and_without_its_words() {
        let cases: [(&[&str], &str, &str, bool, bool); 14] = [
            (&["554 client@example.invalid go away"], PLAIN, "refused 554 at EHLO", false, true),
            (&["220 hi", "550 no"], PLAIN, "refused 550 at EHLO", false, true),
            (&["220 hi", "250-hi\r\n250 AUTH PLAIN", "535 no"], SIGNED_IN, "sign-in refused 535", false, true),
            (&["220 hi", "250 hi"], SIGNED_IN, "no sign-in offered", false, true),
            (&["220 hi", "250 hi", "553 not yours"], PLAIN, "refused 553 at MAIL", false, true),
            (
                &["220 hi", "250 hi", "250 ok", "550 no <client@example.invalid>"],
                PLAIN,
                "refused 550 at RCPT",
                true,
                false,
            ),
            (&["220 hi", "250 hi", "250 ok", "451 later"], PLAIN, "deferred 451 at RCPT", false, false),
            (&["220 hi", "250 hi", "250 ok", "530 sign in"], PLAIN, "sign-in refused 530", false, true),
            (&["220 hi", "250 hi", "250 ok", "421 closing"], PLAIN, "deferred 421 at RCPT", false, true),
            (&["220 hi", "250 hi", "250 ok", "250 ok", "554 no"], PLAIN, "refused 554 at DATA", true, false),
            (
                &["220 hi", "250 hi", "250 ok", "250 ok", "354 go", "552 no"],
                PLAIN,
                "refused 552 at end of text",
                true,
                false,
            ),
            (&["220 hi"], PLAIN, "no answer in time at EHLO", false, true),
            (&["220 hi", "250 hi", "250 ok"], PLAIN, "no answer in time at RCPT", false, false),
            (
                &["220 hi", "250 hi", "250 ok", "250 ok", "354 go"],
                PLAIN,
                "no answer in time at end of text",
                false,
                false,
            ),
        ];
        for (answers, more, trouble, last, of_the_server) in cases {
            let error = deliver_to(answers, more).await.0.unwrap_err();
            assert_eq!(error.trouble(), trouble, "{answers:?}");
            assert_eq!((error.is_final(), error.is_of_the_server()), (last, of_the_server), "{trouble}");
            assert!(!error.to_string().contains("client@"), "{error}");
        }
    }

    #[tokio::test]
    async fn nobody_hears_of_the_mail_or_the_password_without_encryption_unless_that_was_chosen() {
        for server in
            [&["220 hi", "250 hi"][..], &["220 hi", "250-hi\r\n250-STARTTLS\r\n250 AUTH PLAIN", "220 go", "x"]]
        {
            let (delivered, heard) = deliver_to(server, "secret_file: x").await;
            let error = delivered.unwrap_err();
            let expected = if server.len() == 2 { "no encryption offered" } else { "no encrypted connection" };
            assert_eq!((error.trouble().as_str(), error.is_of_the_server()), (expected, true));
            let told = heard.join("\n");
            for secret in ["AUTH ", "MAIL FROM", "client@example.invalid", "geheim"] {
                assert!(!told.contains(secret), "{told}");
            }
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_told_as_such_and_no_password_is_shown() {
        let smtp = settings("host: 127.0.0.1, port: 1, from: palaute@sender.example, tls: none, seconds: 5");
        let mailer = Mailer::smtp(&smtp, Some(("user".into(), "geheim".into())), None).unwrap();
        let error = mailer.deliver(&envelope()).await.unwrap_err();
        assert_eq!((error.trouble().as_str(), error.is_of_the_server()), ("not reached", true));
        assert!(!format!("{mailer:?}").contains("geheim"));
    }
}
