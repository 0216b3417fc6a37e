//! `palaute report`.

use super::clock;
use super::folder::Folder;
use super::init::write;
use super::run::Outcome;
use super::terminal::say;
use crate::case::CaseNumber;
use crate::desk::{Desk, WrittenReport};
use jiff::Timestamp;
use jiff::civil::Date;
use std::path::Path;

pub(super) async fn report(dir: &Path, now: Option<Timestamp>, case: Option<&str>, out: &Path) -> Outcome {
    let (desk, _) = Folder::read(dir)?.desk(clock::clock(now)).await?;
    let numbers = match case {
        Some(case) => vec![desk.find_case(case).await?],
        None => ended_cases(&desk).await?,
    };
    let (mut new, mut open) = (0, Vec::new());
    let written = numbers.len();
    for number in numbers {
        let report = write_report(&desk, number, out).await?;
        new += usize::from(report.new);
        open.extend(report.annex_closes_on);
    }
    desk.store.close().await;
    say(format_args!("Wrote {written} report(s) to {}; {new} of them new.", out.display()));
    say_open(&open);
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

/// How many annexes still wait for answers, and until when.
fn say_open(open: &[Date]) {
    if let Some(last) = open.iter().max() {
        let n = open.len();
        say(format_args!("The feedback annex of {n} report(s) is open; the last closes on {last} at the latest."));
    }
}

/// Writes both editions of one report as HTML, JSON and PDF.
pub(super) async fn write_report(
    desk: &Desk,
    number: CaseNumber,
    out: &Path,
) -> Result<WrittenReport, Box<dyn std::error::Error>> {
    let report = desk.write_report(number).await?;
    write(&out.join(format!("{}.html", report.name)), &report.html)?;
    write(&out.join(format!("{}.json", report.name)), &report.json)?;
    write(&out.join(format!("{}.pdf", report.name)), &report.pdf)?;
    if let Some(officer) = &report.officer {
        write(&out.join(format!("{}-annex.html", report.name)), &officer.html)?;
        write(&out.join(format!("{}-annex.json", report.name)), &officer.json)?;
        write(&out.join(format!("{}-annex.pdf", report.name)), &officer.pdf)?;
    }
    Ok(report)
}
