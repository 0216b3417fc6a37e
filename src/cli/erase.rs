//! `palaute erase` and `palaute purge`.

use super::arguments::{Erase, Purge};
use super::clock;
use super::erasures::ErasureList;
use super::folder::Folder;
use super::run::Outcome;
use super::terminal::{say, warn};
use crate::desk::{Desk, EraseError, ErasurePlan};
use crate::instance::MailSettings;
use crate::store::{Database, Erased, Store};
use jiff::Timestamp;
use std::path::Path;

/// Most cases that are told one by one.
const TOLD: usize = 50;

pub(super) async fn erase(dir: &Path, now: Option<Timestamp>, options: &Erase) -> Outcome {
    let folder = Folder::read(dir)?;
    let database = folder.database()?;
    let (desk, _) = folder.desk(clock::clock(now)).await?;
    let plan = match (&options.case, &options.receipt) {
        (Some(case), _) => desk.plan_erasing_case(case).await?,
        (None, Some(receipt)) => desk.plan_erasing_answer(receipt).await?,
        (None, None) => return Err("name a case, or an answer with --receipt".into()),
    };
    let what = match &options.case {
        Some(_) => format!("case {}: {}", plan.erasures[0].subject, takes(&plan.takes)),
        None => "the answers of one person, and the officer's editions of the report that tell them".to_owned(),
    };
    if !options.yes {
        say(format_args!("This would erase {what}."));
        say("Nothing was erased. It cannot be undone; add --yes to do it.");
        desk.store.close().await;
        return Ok(());
    }
    carry_out(dir, desk, &database, plan).await?;
    say(format_args!("Erased {what}."));
    tell_the_rest(&database);
    say("Published figures stay as they are; the next release counts without it.");
    Ok(())
}

pub(super) async fn purge(dir: &Path, now: Option<Timestamp>, options: &Purge) -> Outcome {
    let folder = Folder::read(dir)?;
    let database = folder.database()?;
    let (desk, _) = folder.desk(clock::clock(now)).await?;
    let plan = match desk.plan_purge().await {
        Err(error @ EraseError::NoRetention) => {
            say(format_args!("{error}. Set it to the days for which a case may be kept after its end, such as 1095."));
            return Ok(());
        }
        planned => planned?,
    };
    let by = plan.ended_by.map(|day| day.to_string()).unwrap_or_default();
    if plan.erasures.is_empty() {
        say(format_args!("Nothing is due: no coaching ended on {by} or before."));
        return Ok(());
    }
    let due = plan.erasures.len();
    let Some(at_most) = options.at_most else {
        say(format_args!("Due, because the coaching ended on {by} or before: {}.", takes(&plan.takes)));
        let told: Vec<&str> = plan.erasures.iter().take(TOLD).map(|e| e.subject.as_str()).collect();
        let more = if due > TOLD { format!(" and {} more", due - TOLD) } else { String::new() };
        say(format_args!("{}{more}", told.join(", ")));
        say(format_args!(
            "Nothing was erased. It cannot be undone; `palaute purge --at-most {due}` does it. The figures of these cases stay counted, without anything that names them."
        ));
        return Ok(());
    };
    match desk.allow_purge(&plan, at_most, options.trust_clock).await {
        Err(EraseError::Clock(doubt)) => {
            return Err(
                format!("{doubt}. Nothing was erased. Set the clock, or say --trust-clock when it is right").into()
            );
        }
        allowed => allowed?,
    }
    let erased = carry_out(dir, desk, &database, plan).await?;
    say(format_args!("Erased, because the coaching ended on {by} or before: {}.", takes(&erased)));
    tell_the_rest(&database);
    Ok(())
}

/// Erases, and writes over the places where it stood.
async fn carry_out(
    dir: &Path,
    desk: Desk,
    database: &Database,
    plan: ErasurePlan,
) -> Result<Erased, Box<dyn std::error::Error>> {
    let list = ErasureList::of(dir);
    let erased = desk.erase(plan, |erasures| list.add(erasures)).await;
    let in_folder = desk.instance.mail == MailSettings::Folder && dir.join("mail").is_dir();
    desk.store.close().await;
    let erased = erased?;
    wipe(database).await?;
    if in_folder {
        warn("mail/ holds the mails that were written there, with addresses and links; remove those of this person");
    }
    Ok(erased)
}

/// Writes over what was erased.
pub(super) async fn wipe(database: &Database) -> Outcome {
    if !Store::wipe(database).await?.log {
        warn(
            "The log of the PostgreSQL server still holds what was erased until the server reuses it, because this user may not cut it off: run CHECKPOINT as its administrator",
        );
    }
    Ok(())
}

fn takes(erased: &Erased) -> String {
    let Erased { cases, submissions, reports, mails } = erased;
    format!("{cases} case(s) with {submissions} answer(s), {reports} closing report(s) and {mails} mail(s)")
}

/// Where it may still be, outside the database.
fn tell_the_rest(database: &Database) {
    say(
        "Backups made before still hold it: what was erased is erased again when one is restored, as long as erasures.jsonl is in the instance's folder. Remove old backups, and the files that `palaute report` wrote.",
    );
    if let Database::File(path) = database {
        let mut kept = path.as_os_str().to_owned();
        kept.push(".before-restore");
        if Path::new(&kept).exists() {
            warn(format_args!("{} still holds it; remove that file", Path::new(&kept).display()));
        }
    }
}
