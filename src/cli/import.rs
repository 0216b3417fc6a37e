//! `palaute import`.

use super::clock;
use super::folder::Folder;
use super::run::Outcome;
use super::terminal::{say, warn};
use crate::desk::{Desk, ImportSummary};
use crate::ledger::{check_rows, read_sheet};
use jiff::Timestamp;
use std::path::Path;

pub(super) async fn import(dir: &Path, now: Option<Timestamp>, file: &Path, partial: bool) -> Outcome {
    let (desk, _) = Folder::read(dir)?.desk(clock::clock(now)).await?;
    let summary = import_file(&desk, file, partial).await?;
    desk.store.close().await;
    say(format_args!("Opened {}, updated {}, unchanged {}.", summary.opened, summary.updated, summary.unchanged));
    if summary.invited > 0 {
        say(format_args!(
            "Invited {} client(s) whose coaching has ended; `palaute invite CASE` gives a link.",
            summary.invited
        ));
    }
    Ok(())
}

/// Imports a sheet into the desk's store; tells faults and warnings on the terminal.
pub(super) async fn import_file(
    desk: &Desk,
    file: &Path,
    partial: bool,
) -> Result<ImportSummary, Box<dyn std::error::Error>> {
    let sheet = read_sheet(file)?;
    let (rows, faults, warnings) = check_rows(&sheet, &desk.instance, desk.now().to_zoned(desk.instance.zone()).date());
    for warning in &warnings {
        warn(format_args!("warning: {warning}"));
    }
    for fault in &faults {
        warn(format_args!("{fault}"));
    }
    if !faults.is_empty() && !partial {
        let text = format!(
            "{} fault(s); nothing was taken. Correct them, or take the {} good row(s) with --partial",
            faults.len(),
            rows.len()
        );
        return Err(text.into());
    }
    if !faults.is_empty() {
        warn(format_args!("{} fault(s); their rows were left out", faults.len()));
    }
    let summary = desk.import(&rows).await?;
    if !summary.erased.is_empty() {
        warn(format_args!(
            "warning: these rows are of cases that were erased, and were left out; remove them from the sheet, or give another person another number: {}",
            summary.erased.join(", ")
        ));
    }
    if !summary.unreached.is_empty() {
        warn(format_args!(
            "warning: the addresses of these rows could not be kept, so no mail goes there: {}",
            summary.unreached.join(", ")
        ));
    }
    if !summary.kept.is_empty() {
        warn(format_args!(
            "warning: these rows say otherwise than the closing report that the coach has sent, whose hours, meetings, outcome and subsidy were kept: {}",
            summary.kept.join(", ")
        ));
    }
    Ok(summary)
}
