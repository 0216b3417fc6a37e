//! How mail leaves the installation.

use crate::text::{Position, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Spanned;

/// How mail leaves the installation.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum MailSettings {
    /// Written as `.eml` files into `mail/` of the instance; nothing is sent.
    #[default]
    Folder,
    /// Sent through an SMTP server.
    Smtp(Box<SmtpSettings>),
}

/// An SMTP server that takes the mails, and in whose name they go out.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// Host name; the server's certificate must be for it.
    pub host: String,
    /// Port: 587 for STARTTLS, 465 for TLS from the first byte.
    pub port: u16,
    /// Sender address.
    #[schemars(with = "String")]
    pub from: Spanned<String>,
    /// Sender's name; that of the instance unless told.
    #[serde(default)]
    pub from_name: Option<Text>,
    /// Where answers to a mail go, if not to the sender.
    #[serde(default)]
    pub reply_to: Option<String>,
    /// File with `user:password`, outside the configuration; none for a server that asks for neither.
    #[serde(default)]
    pub secret_file: Option<String>,
    /// How the connection is encrypted.
    #[serde(default)]
    pub tls: MailTls,
    /// PEM file of the authority that alone may have signed the server's certificate; the well-known ones unless told.
    #[serde(default)]
    pub certificate_file: Option<String>,
    /// Seconds that one delivery may take.
    #[serde(default = "default_seconds")]
    pub seconds: u32,
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Before anything is told; a server that does not offer it gets nothing.
    #[default]
    Starttls,
    /// From the first byte.
    Tls,
    /// Not at all: for a server on the same machine.
    None,
}

/// Seconds that one delivery may take at most: the few mails that are taken together are done before others may take them.
const LONGEST: u32 = 150;

fn default_seconds() -> u32 {
    60
}

impl MailSettings {
    /// The name in which mails go out, if it is not the instance's.
    #[must_use]
    pub fn from_name(&self) -> Option<&Text> {
        match self {
            Self::Folder => None,
            Self::Smtp(smtp) => smtp.from_name.as_ref(),
        }
    }

    /// What is wrong with the settings: where, what, and how to mend it.
    pub(super) fn mistakes(&self) -> Vec<(Position, String, &'static str)> {
        let Self::Smtp(smtp) = self else { return Vec::new() };
        let mut found = Vec::new();
        let at = Position::of(&smtp.from);
        for (what, address) in
            [("from", Some(&smtp.from.value)), ("reply_to", smtp.reply_to.as_ref())].into_iter().filter_map(given)
        {
            if !looks_like_address(address) {
                let problem = format!("`{address}` after `{what}:` is no address");
                found.push((at, problem, "write it as name@host; the name that is shown stands after from_name"));
            }
        }
        if !(1..=LONGEST).contains(&smtp.seconds) {
            let problem = format!("a delivery cannot take {} seconds", smtp.seconds);
            found.push((at, problem, "write 1 to 150 seconds after `seconds:`, or leave it out: 60"));
        }
        if smtp.host.trim().is_empty() || smtp.host.contains(|c: char| c.is_whitespace() || "/:@".contains(c)) {
            let problem = format!("`{}` after `host:` is no host name", smtp.host);
            found.push((at, problem, "write the name alone, such as smtp.example.com; the port stands after `port:`"));
        }
        if smtp.tls == MailTls::None && smtp.secret_file.is_some() && !is_this_machine(&smtp.host) {
            let problem = format!("the password would travel to {} without encryption", smtp.host);
            found.push((at, problem, "take `tls: none` out, or name a server on this machine"));
        }
        if smtp.tls == MailTls::None && smtp.certificate_file.is_some() {
            let problem = "`certificate_file` says whom to trust, but `tls: none` asks for no certificate".to_owned();
            found.push((at, problem, "take one of them out"));
        }
        found
    }
}

fn given<'a>((what, address): (&'static str, Option<&'a String>)) -> Option<(&'static str, &'a String)> {
    address.map(|address| (what, address))
}

fn is_this_machine(host: &str) -> bool {
    ["localhost", "127.0.0.1", "::1"].contains(&host)
}

/// Enough to find a mistake of typing; the mail itself is written by who knows every rule.
fn looks_like_address(text: &str) -> bool {
    let strange = |c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c);
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
        && !text.contains(strange)
}

#[cfg(test)]
mod tests {
    use crate::instance::Instance;

    fn told(mail: &str) -> Vec<String> {
        let source = include_str!("../../palaute.yaml");
        let before = source.lines().find(|l| l.starts_with("mail:")).unwrap();
        match Instance::read("palaute.yaml", &source.replace(before, mail)) {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes.0.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_mail_server_needs_little_and_mistakes_about_it_are_told() {
        let good = "mail: { smtp: { host: smtp.example.com, port: 587, from: palaute@example.com } }";
        assert_eq!(told(good), [""; 0]);
        let all = "mail: { smtp: { host: localhost, port: 25, from: a@b.fi, from_name: { fi: Palaute, sv: Respons, \
                   en: Feedback }, reply_to: c@b.fi, secret_file: smtp.secret, tls: none, seconds: 20 } }";
        assert_eq!(told(all), [""; 0]);
        for (wrong, problem) in [
            ("from: Palaute <a@b.fi>", "no address"),
            ("from: a@b.fi, reply_to: nobody", "no address"),
            ("from: a@b.fi, seconds: 0", "cannot take 0 seconds"),
            ("from: a@b.fi, seconds: 600", "cannot take 600 seconds"),
            ("from: a@b.fi, tls: none, secret_file: x", "without encryption"),
            ("from: a@b.fi, tls: none, certificate_file: x", "asks for no certificate"),
            ("from: a@b.fi, tls: sometimes", "sometimes"),
            ("from: a@b.fi, plain_text: true", "plain_text"),
            ("from: a@b.fi, from_name: { fi: Palaute }", "Swedish"),
        ] {
            let told = told(&format!("mail: {{ smtp: {{ host: smtp.example.com, port: 587, {wrong} }} }}"));
            assert!(told.iter().any(|t| t.contains(problem)), "{wrong}: {told:?}");
        }
        let host = told("mail: { smtp: { host: \"smtp.example.com:25\", port: 25, from: a@b.fi } }");
        assert!(host.iter().any(|t| t.contains("no host name")), "{host:?}");
    }
}
