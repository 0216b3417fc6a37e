//! What the coach's closing report takes from the case beforehand, and what it settles on it.

use crate::case::{CaseEvent, CaseFile, Settled};
use crate::form::{Form, Kind};
use crate::instance::Instance;
use crate::submission::{Answer, Answers, Fault, Mistake};

/// What a form lacks that the program reads from a closing report, each with its remedy.
#[must_use]
pub fn contract(form: &Form) -> Vec<(String, String)> {
    let mut broken = Vec::new();
    let mut demand = |id: &str, fits: &dyn Fn(&Kind) -> bool, remedy: &str| {
        if !form.asked(id).is_some_and(|q| fits(&q.kind)) {
            broken.push((format!("the closing report has no question `{id}` of the right type"), remedy.to_owned()));
        }
    };
    let number = |most: u8| move |k: &Kind| matches!(k, Kind::Number { decimals, .. } if *decimals <= most);
    demand("r_hours", &number(1), "ask for it: type number with at most one decimal");
    demand("r_meetings", &number(0), "ask for it: type number without decimals");
    demand("r_outcome", &|k| *k == Kind::One, "ask for it: type one, choices_from outcome, dont_know false");
    demand("r_over_cap_reason", &|k| matches!(k, Kind::Text(_)), "ask for it: type text, not required");
    if form.asked("r_outcome").is_some_and(|q| q.choice("dont_know").is_some()) {
        broken.push((
            "an outcome that the coach cannot say cannot be counted".to_owned(),
            "set dont_know: false on r_outcome".to_owned(),
        ));
    }
    broken
}

/// The event by which a closing report settles hours, meetings, outcome and subsidy.
///
/// # Errors
/// Hours over the cap without a reason.
pub fn settles(
    case: &CaseFile,
    form: &Form,
    answers: &Answers,
    instance: &Instance,
) -> Result<CaseEvent, Vec<Mistake>> {
    let hours_tenths = match answers.get("r_hours") {
        Some(Answer::Number(figure)) if figure.decimals == 0 => Some(figure.scaled * 10),
        Some(Answer::Number(figure)) => Some(figure.scaled),
        _ => case.work().hours_tenths,
    };
    let over = hours_tenths.is_some_and(|h| h > i64::from(instance.hour_cap) * 10);
    if over && !answers.contains_key("r_over_cap_reason") {
        let fault = Fault::NoReason { cap: instance.hour_cap };
        return Err(vec![Mistake { question: "r_over_cap_reason".to_owned(), fault }]);
    }
    let meetings = match answers.get("r_meetings") {
        Some(Answer::Number(figure)) => u32::try_from(figure.scaled).ok(),
        _ => case.work().meetings,
    };
    let outcome = match answers.get("r_outcome") {
        Some(Answer::One(code)) => code.clone(),
        _ => case.ending().map_or_else(String::new, |e| e.outcome.clone()),
    };
    let pay_subsidy = match answers.get("r_subsidies") {
        Some(Answer::Many(codes)) => Some(codes.contains("pay_subsidy")),
        // What was asked and left open is not known, whatever the sheet says.
        _ if form.asked("r_subsidies").is_some() => None,
        _ => case.ending().and_then(|e| e.pay_subsidy),
    };
    Ok(CaseEvent::Reported { settled: Settled { hours_tenths, meetings, outcome, pay_subsidy } })
}
