//! `palaute mail`: what waits to be sent, what was given up, and sending it.

use super::arguments::MailCommand;
use super::clock;
use super::folder::{Folder, read};
use super::run::Outcome;
use super::terminal::{say, warn};
use crate::desk::{Desk, ResendError};
use crate::instance::{MailSettings, MailTls};
use crate::mail::{Mailer, is_address};
use crate::store::{Fate, OutboxMail};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::Path;

/// Letters of an id that are shown, if that is enough to tell it from the others.
const SHORT_ID: usize = 8;
const HEADINGS: [&str; 9] = ["NUMBER", "KIND", "CASE", "FORM", "STATE", "TRIES", "NEXT TRY", "TROUBLE", "ADDRESS"];

pub(super) async fn mail(dir: &Path, now: Option<Timestamp>, command: &MailCommand) -> Outcome {
    let folder = Folder::read(dir)?;
    let mailer = way_out(dir, &folder.instance.mail)?;
    let (desk, _) = folder.desk(clock::clock(now)).await?;
    let done = match command {
        MailCommand::List { dead, waiting } => list(&desk, *dead, *waiting).await,
        MailCommand::Resend { id, .. } => resend(&desk, id.as_deref()).await,
        MailCommand::Test { address } => test(&desk, &mailer, address).await,
        MailCommand::Send => send(&desk, &mailer).await,
    };
    desk.store.close().await;
    done
}

/// The way out that the settings name.
pub(super) fn way_out(dir: &Path, settings: &MailSettings) -> Result<Mailer, Box<dyn std::error::Error>> {
    let smtp = match settings {
        MailSettings::Folder => return Ok(Mailer::Folder(dir.join("mail"))),
        MailSettings::Smtp(smtp) => smtp,
    };
    let login = match &smtp.secret_file {
        None => None,
        Some(file) => {
            let text = read(&dir.join(file))?;
            let parts = text.trim().split_once(':').map(|(u, p)| (u.to_owned(), p.to_owned()));
            Some(parts.ok_or_else(|| format!("{file} must hold user:password"))?)
        }
    };
    let authority = match &smtp.certificate_file {
        None => None,
        Some(file) => {
            let text = read(&dir.join(file))?;
            if !text.contains("-----BEGIN CERTIFICATE-----") {
                return Err(format!("{file} holds no certificate: it begins with -----BEGIN CERTIFICATE-----").into());
            }
            Some(text.into_bytes())
        }
    };
    let mailer = Mailer::smtp(smtp, login, authority.as_deref());
    mailer.map_err(|error| {
        let cause = std::error::Error::source(&error).map_or_else(String::new, |c| format!(": {c}"));
        format!("`mail.smtp` of palaute.yaml names an address, host or certificate that is none{cause}").into()
    })
}

async fn list(desk: &Desk, dead: bool, waiting: bool) -> Outcome {
    let all = desk.store.mails().await?;
    let wanted = |m: &&OutboxMail| match m.fate {
        Fate::Dead => !waiting,
        Fate::Waiting => !dead,
        Fate::Delivered | Fate::Obsolete => false,
    };
    let shown: Vec<&OutboxMail> = all.iter().filter(wanted).collect();
    let count = |fate| all.iter().filter(|m| m.fate == fate).count();
    if shown.is_empty() {
        say(match (dead, waiting) {
            (true, false) => "No mail was given up.",
            (false, true) => "No mail waits.",
            _ => "No mail waits, and none was given up.",
        });
    } else {
        let zone = desk.instance.zone();
        let length = unique_length(&all);
        let rows: Vec<[String; 9]> = shown.iter().map(|m| row(m, length, &zone)).collect();
        table(&rows);
    }
    say(format_args!(
        "{} wait, {} given up, {} delivered, {} not sent because the invitation or sign-in had ended.",
        count(Fate::Waiting),
        count(Fate::Dead),
        count(Fate::Delivered),
        count(Fate::Obsolete)
    ));
    if count(Fate::Dead) > 0 && !waiting {
        say("`palaute mail resend NUMBER` or `--all-dead` lets what was given up go out again.");
    }
    Ok(())
}

fn row(mail: &OutboxMail, length: usize, zone: &TimeZone) -> [String; 9] {
    let next = match mail.fate {
        Fate::Waiting => mail.next_try.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
        _ => "-".to_owned(),
    };
    let nothing = || "-".to_owned();
    [
        mail.id.chars().take(length).collect(),
        mail.kind.code().to_owned(),
        mail.case.map_or_else(nothing, |case| case.to_string()),
        if mail.form.is_empty() { nothing() } else { mail.form.clone() },
        mail.fate.code().to_owned(),
        mail.tries.to_string(),
        next,
        mail.trouble.clone().unwrap_or_else(nothing),
        mail.address.clone().unwrap_or_else(nothing),
    ]
}

/// So many letters of an id tell each mail from all others.
fn unique_length(mails: &[OutboxMail]) -> usize {
    let mut ids: Vec<&str> = mails.iter().map(|m| m.id.as_str()).collect();
    ids.sort_unstable();
    let alike = |pair: &[&str]| pair[0].chars().zip(pair[1].chars()).take_while(|(a, b)| a == b).count();
    ids.windows(2).map(|pair| alike(pair) + 1).max().unwrap_or(0).max(SHORT_ID)
}

fn table(rows: &[[String; 9]]) {
    let mut widths = HEADINGS.map(|h| h.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; 9]| {
        let cells: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        say(cells.join("  ").trim_end());
    };
    line(HEADINGS);
    for row in rows {
        line(row.each_ref().map(String::as_str));
    }
}

/// The mail of that id or of its beginning.
fn named<'m>(mails: &'m [OutboxMail], id: &str) -> Result<&'m OutboxMail, String> {
    let found: Vec<&OutboxMail> = mails.iter().filter(|m| !id.is_empty() && m.id.starts_with(id)).collect();
    match found.as_slice() {
        [mail] => Ok(mail),
        [] => Err(format!("there is no mail {id}; `palaute mail list` shows those that wait or were given up")),
        several => several
            .iter()
            .find(|m| m.id == id)
            .copied()
            .ok_or_else(|| format!("{} mails begin with {id}: write more of the number", several.len())),
    }
}

/// One mail, or all that were given up.
async fn resend(desk: &Desk, id: Option<&str>) -> Outcome {
    let all = desk.store.mails().await?;
    if let Some(id) = id {
        let mail = named(&all, id)?;
        desk.resend(mail).await?.map_err(|refused| format!("mail {id} is not sent again: {refused}"))?;
        say("The mail waits again; `palaute serve` delivers it, or `palaute mail send` does so now.");
        return Ok(());
    }
    let dead: Vec<&OutboxMail> = all.iter().filter(|m| m.fate == Fate::Dead).collect();
    let (length, mut again) = (unique_length(&all), 0);
    for mail in &dead {
        match desk.resend(mail).await? {
            Ok(()) => again += 1,
            Err(ResendError::NotDead) => {}
            Err(refused) => {
                let number: String = mail.id.chars().take(length).collect();
                warn(format_args!("mail {number} is not sent again: {refused}"));
            }
        }
    }
    say(match (dead.len(), again) {
        (0, _) => "No mail was given up.".to_owned(),
        (_, 0) => "None of the mails that were given up can be sent again.".to_owned(),
        (_, n) => format!("{n} mail(s) wait again; `palaute serve` delivers them, or `palaute mail send` does so now."),
    });
    Ok(())
}

async fn test(desk: &Desk, mailer: &Mailer, address: &str) -> Outcome {
    if !is_address(address) {
        return Err(format!("`{address}` is no address").into());
    }
    let through = match (&desk.instance.mail, mailer) {
        (MailSettings::Smtp(smtp), _) => {
            let how = match smtp.tls {
                MailTls::Starttls => "STARTTLS",
                MailTls::Tls => "TLS",
                MailTls::None => "no encryption",
            };
            let signed_in = if smtp.secret_file.is_some() { "signed in" } else { "not signed in" };
            format!("through {}:{}, {how}, {signed_in}", smtp.host, smtp.port)
        }
        (MailSettings::Folder, Mailer::Folder(folder)) => format!("into the folder {}", folder.display()),
        (MailSettings::Folder, _) => "into a folder".to_owned(),
    };
    say(format_args!("Sending a test mail to {address} {through}."));
    let id = desk.deliver_test(mailer, address).await?;
    say(format_args!(
        "It was taken; its Message-ID begins with {id}. Look whether it arrives, and not among the spam."
    ));
    Ok(())
}

async fn send(desk: &Desk, mailer: &Mailer) -> Outcome {
    let done = desk.deliver(mailer).await?;
    if done.delivered + done.again + done.dead == 0 {
        say("No mail was due.");
    } else {
        say(format_args!("{} delivered, {} to be tried again, {} given up.", done.delivered, done.again, done.dead));
    }
    if done.paused {
        warn("The mail server takes no mail now; the others wait for a minute. `palaute mail list` shows why.");
    }
    if let Some(warning) = desk.outbox_warning().await? {
        warn(warning);
    }
    Ok(())
}
