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
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long the places may be waited for after an erasure, and when a later command tries again.
const WIPE_WITHIN: Duration = Duration::from_secs(30);
pub(super) const WIPE_AGAIN_WITHIN: Duration = Duration::from_secs(2);
/// Most cases that are told one by one.
const TOLD: usize = 50;

pub(super) async fn erase(dir: &Path, now: Option<Timestamp>, options: &Erase) -> Outcome {
    let folder = Folder::read(dir)?;
    refuse_copy(&folder)?;
    let (database, beside) = (folder.database()?, folder.database_file());
    let (desk, _) = folder.desk(clock::clock(now)).await?;
    let plan = match (&options.case, &options.receipt) {
        (Some(case), _) => desk.plan_erasing_case(case).await?,
        (None, Some(receipt)) => desk.plan_erasing_answer(receipt).await?,
        (None, None) => return Err("name a case, or an answer with --receipt".into()),
    };
    let what = match &plan.named {
        Some((number, sheet)) => {
            let sheet = sheet.as_ref().map(|s| format!(", {s} in the sheet")).unwrap_or_default();
            format!("case {number}{sheet}: {}", takes(&plan.takes))
        }
        None => format!(
            "the answers of one person ({}), and the officer's editions of the report that tell them",
            plan.whose
        ),
    };
    if !options.yes {
        say(format_args!("This would erase {what}."));
        say("Nothing was erased. It cannot be undone; add --yes to do it.");
        desk.store.close().await;
        return Ok(());
    }
    carry_out(dir, desk, &database, plan).await?;
    say(format_args!("Erased {what}."));
    tell_the_rest(&beside);
    say("Published figures stay as they are; the next release counts without it.");
    Ok(())
}

pub(super) async fn purge(dir: &Path, now: Option<Timestamp>, options: &Purge) -> Outcome {
    let folder = Folder::read(dir)?;
    refuse_copy(&folder)?;
    let (database, beside) = (folder.database()?, folder.database_file());
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
        if let Err(doubt @ (EraseError::Clock(_) | EraseError::Quiet { .. })) =
            desk.allow_purge(&plan, due, false).await
        {
            warn(format_args!("But {doubt}: look at the clock first; when it is right, add --trust-clock"));
        }
        return Ok(());
    };
    match desk.allow_purge(&plan, at_most, options.trust_clock).await {
        Err(doubt @ (EraseError::Clock(_) | EraseError::Quiet { .. })) => {
            let remedy = "Set the clock, or say --trust-clock when it is right";
            return Err(format!("{doubt}. Nothing was erased. {remedy}").into());
        }
        allowed => allowed?,
    }
    let erased = carry_out(dir, desk, &database, plan).await?;
    say(format_args!("Erased, because the coaching ended on {by} or before: {}.", takes(&erased)));
    tell_the_rest(&beside);
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
    let in_folder = matches!(desk.instance.mail, MailSettings::Folder) && dir.join("mail").is_dir();
    desk.store.close().await;
    let erased = erased?;
    wipe(database, WIPE_WITHIN).await;
    if in_folder {
        warn("mail/ holds the mails that were written there, with addresses and links; remove those of this person");
    }
    Ok(erased)
}

/// An instance's folder has one list of erasures. A copy of its database that is named for one command would have it
/// erased in the database of the settings, too.
fn refuse_copy(folder: &Folder) -> Outcome {
    match folder.passed_over() {
        Some(path) if path.exists() && !moved(&path) => Err(format!(
            "PALAUTE_DATABASE names another database than palaute.yaml does, and {} exists: what is erased here would be erased there, too, by the list of this folder. Give a copy a folder of its own",
            path.display()
        )
        .into()),
        _ => Ok(()),
    }
}

fn moved(path: &Path) -> bool {
    Store::moved_marker(path).exists()
}

/// Writes over what was erased, as far as that can be done now. Nobody waits for it: what could not be done is told and
/// done by a later command.
pub(super) async fn wipe(database: &Database, within: Duration) {
    match Store::wipe(database, within).await {
        Ok(wiped) if wiped.log => {}
        Ok(_) => warn(
            "The log of the PostgreSQL server, its archive or a standby may still hold what was erased: see docs/personal-data.md",
        ),
        Err(error) => {
            let cause = error.source().map(|c| format!(" ({c})")).unwrap_or_default();
            warn(format_args!(
                "What was erased is gone from every table, but the places where it stood could not be written over now: {error}{cause}. The next command tries again"
            ));
        }
    }
}

fn takes(erased: &Erased) -> String {
    let Erased { cases, submissions, reports, mails } = erased;
    format!("{cases} case(s) with {submissions} answer(s), {reports} closing report(s) and {mails} mail(s)")
}

/// Where it may still be, outside the database.
fn tell_the_rest(folder_database: &(PathBuf, bool)) {
    say(
        "Backups made before still hold it: what was erased is erased again when one is restored, as long as the present erasures.jsonl is in the instance's folder: copy it away after every erasure. Remove old backups, and the files that `palaute report`, `export` and `migrate-store` left.",
    );
    for copy in copies(folder_database) {
        warn(format_args!("{} may still hold it; remove that file", copy.display()));
    }
}

/// Files that restoring or an interrupted command left beside the database file in use, and files that were moved to a
/// PostgreSQL.
fn copies((path, in_use): &(PathBuf, bool)) -> Vec<PathBuf> {
    let Some(name) = path.file_name().map(|n| n.to_string_lossy().into_owned()) else { return Vec::new() };
    let entries = path.parent().and_then(|folder| std::fs::read_dir(folder).ok());
    let mut found: Vec<PathBuf> = entries.into_iter().flatten().filter_map(|e| Some(e.ok()?.path())).collect();
    found.retain(|p| {
        let left = p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(&format!("{name}.")));
        p.is_file() && (moved(p) || (*in_use && left))
    });
    found.sort();
    found
}
