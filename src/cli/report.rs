//! `palaute report`.

use super::clock;
use super::folder::Folder;
use super::init::write;
use super::run::Outcome;
use super::terminal::say;
use crate::case::CaseNumber;
use crate::desk::Desk;
use jiff::Timestamp;
use std::path::Path;

pub(super) async fn report(dir: &Path, now: Option<Timestamp>, case: Option<&str>, out: &Path) -> Outcome {
    let (desk, _) = Folder::read(dir)?.desk(clock::clock(now)).await?;
    let numbers = match case {
        Some(case) => vec![desk.find_case(case).await?],
        None => ended_cases(&desk).await?,
    };
    let (mut written, mut new) = (0, 0);
    for number in numbers {
        new += usize::from(write_report(&desk, number, out).await?);
        written += 1;
    }
    desk.store.close().await;
    say(format_args!("Wrote {written} report(s) to {}; {new} of them new.", out.display()));
    Ok(())
}

/// Writes the report of every case whose coaching has ended; how many there are.
pub(super) async fn write_reports(desk: &Desk, out: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let numbers = ended_cases(desk).await?;
    for number in &numbers {
        write_report(desk, *number, out).await?;
    }
    Ok(numbers.len())
}

/// The cases whose coaching has ended.
async fn ended_cases(desk: &Desk) -> Result<Vec<CaseNumber>, crate::store::StoreError> {
    Ok(desk.store.cases().await?.iter().filter(|c| c.ending().is_some()).map(crate::case::CaseFile::number).collect())
}

/// Writes one report as HTML and JSON; true when it is a new version.
async fn write_report(desk: &Desk, number: CaseNumber, out: &Path) -> Result<bool, Box<dyn std::error::Error>> {
    let report = desk.write_report(number).await?;
    write(&out.join(format!("{}.html", report.name)), &report.html)?;
    write(&out.join(format!("{}.json", report.name)), &report.json)?;
    Ok(report.new)
}
