//! Invented cases on which forms are rehearsed and previewed. They belong to nobody and are stored nowhere.

use crate::case::{CaseEvent, CaseFile, CaseNumber, CaseRefusal, Ending, Opening, Work};
use crate::instance::Instance;
use jiff::civil::{Date, date};

/// The day on which the invented coachings end.
pub const SAMPLE_DAY: Date = date(2025, 1, 31);

/// A case whose coaching has ended as the first outcome of the instance, one that ended otherwise with little known, and
/// one that goes on; each with what it is called.
///
/// # Errors
/// Never for an instance that was checked.
pub fn sample_cases(instance: &Instance) -> Result<Vec<(&'static str, CaseFile)>, CaseRefusal> {
    let codes = |id: &str| instance.dimension(id).map(|d| d.categories.iter().map(|c| c.code.clone()).collect());
    let codes = |id: &str| -> Vec<String> { codes(id).unwrap_or_default() };
    let outcomes = codes("outcome");
    let opening = Opening {
        office: instance.office.code.clone(),
        provider: instance.provider.code.clone(),
        coach: "N. N.".to_owned(),
        municipality: None,
        gender: codes("gender").first().cloned(),
        origin: codes("origin").first().cloned(),
        age_group: codes("age_group").first().cloned(),
        client_since: date(2024, 6, 3),
        coaching_started: date(2024, 9, 2),
        language: None,
    };
    let opened = || CaseEvent::Opened { imported_number: None, opening: opening.clone() };
    let work = Work { hours_tenths: Some(175), meetings: Some(6), work_trials: Some(1) };
    let ended = |outcome: Option<&String>, subsidy| CaseEvent::Ended {
        ending: Ending {
            on: SAMPLE_DAY,
            outcome: outcome.cloned().unwrap_or_default(),
            field: None,
            pay_subsidy: subsidy,
        },
    };
    let recorded = CaseEvent::WorkRecorded { work };
    let number = |n| CaseNumber::new(2025, n);
    Ok(vec![
        (
            "coaching ended, everything known",
            CaseFile::fold(number(1), &[opened(), recorded, ended(outcomes.first(), Some(true))])?,
        ),
        (
            "coaching ended otherwise, little known",
            CaseFile::fold(number(2), &[opened(), ended(outcomes.get(1), None)])?,
        ),
        ("coaching goes on", CaseFile::fold(number(3), &[opened()])?),
    ])
}
