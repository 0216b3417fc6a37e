//! What the coach's closing report takes from the case beforehand, and what it settles on it.

use crate::case::{CaseEvent, CaseFile, Ending, Work};
use crate::form::Form;
use crate::instance::Instance;
use crate::submission::{Answer, Answers, Fault, Mistake, RawAnswers};
use crate::text::{Figure, finnish_date};

/// What stands on the case already, in the fields of the coach's form that ask for it.
#[must_use]
pub fn prefilled(case: &CaseFile, form: &Form) -> RawAnswers {
    let mut raw = RawAnswers::new();
    let mut put = |id: &str, value: Option<String>| {
        if let Some(value) = value
            && form.asked(id).is_some()
        {
            raw.insert(id.to_owned(), vec![value]);
        }
    };
    put("r_hours", case.work().hours_tenths.map(|t| Figure::tenths(t).plain().replace('.', ",")));
    put("r_meetings", case.work().meetings.map(|n| n.to_string()));
    put("r_outcome", case.ending().map(|e| e.outcome.clone()));
    put("r_outcome_on", case.ending().map(|e| finnish_date(e.on)));
    let subsidy = case.ending().and_then(|e| e.pay_subsidy).filter(|granted| *granted);
    put("r_subsidies", subsidy.map(|_| "pay_subsidy".to_owned()));
    raw
}

/// The event by which a closing report settles hours, meetings and outcome; none before the coaching
/// has ended.
///
/// # Errors
/// Hours over the cap without a reason.
pub fn settles(case: &CaseFile, answers: &Answers, instance: &Instance) -> Result<Option<CaseEvent>, Vec<Mistake>> {
    let Some(before) = case.ending() else { return Ok(None) };
    let hours = match answers.get("r_hours") {
        Some(Answer::Number(figure)) if figure.decimals == 1 => Some(figure.scaled),
        Some(Answer::Number(figure)) if figure.decimals == 0 => Some(figure.scaled * 10),
        _ => case.work().hours_tenths,
    };
    let over = hours.is_some_and(|h| h > i64::from(instance.hour_cap) * 10);
    if over && !answers.contains_key("r_over_cap_reason") {
        return Err(vec![Mistake { question: "r_over_cap_reason".to_owned(), fault: Fault::Missing }]);
    }
    let meetings = match answers.get("r_meetings") {
        Some(Answer::Number(figure)) => u32::try_from(figure.scaled).ok(),
        _ => case.work().meetings,
    };
    let outcome = match answers.get("r_outcome") {
        Some(Answer::One(code)) => code.clone(),
        _ => before.outcome.clone(),
    };
    let pay_subsidy = match answers.get("r_subsidies") {
        Some(Answer::Many(codes)) => Some(codes.contains("pay_subsidy")),
        _ => before.pay_subsidy,
    };
    let work = Work { hours_tenths: hours, meetings, ..case.work().clone() };
    Ok(Some(CaseEvent::Reported { work, ending: Ending { outcome, pay_subsidy, ..before.clone() } }))
}
