//! What the coach's closing report takes from the case beforehand, and what it settles on it.

use crate::case::{CaseEvent, CaseFile, LEFT_OPEN, Settled};
use crate::form::{Form, Kind};
use crate::instance::{Dimension, Instance};
use crate::submission::{Answer, Answers, Fault, Mistake};
use std::collections::{BTreeMap, BTreeSet};

/// Dimensions that the case knows by itself.
const OF_CASES: [&str; 5] = ["gender", "origin", "age_group", "outcome", "provider"];
/// The dimension whose categories are the phases of the coaching.
const PHASES: &str = "phase";
/// The group of goals; of these the first counts, that was agreed at the start.
const GOALS: &str = "r_goals";

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
    let outcome_on = match answers.get("r_outcome_on") {
        Some(Answer::Date(day)) => Some(*day),
        _ => None,
    };
    let described = described(form, answers, instance);
    let settled = Settled { hours_tenths, meetings, outcome, pay_subsidy, outcome_on, described };
    Ok(CaseEvent::Reported { settled })
}

/// What the report says of the dimensions that no case knows by itself: `r_<dimension>`, or `r_goal_type` for the goal.
fn described(form: &Form, answers: &Answers, instance: &Instance) -> BTreeMap<String, BTreeSet<String>> {
    let dimensions = instance.dimensions.iter().map(|d| &d.value).filter(|d| !OF_CASES.contains(&d.id.as_str()));
    dimensions.filter_map(|d| Some((d.id.clone(), codes_of(d, form, answers)?))).collect()
}

/// The codes of one dimension; none where the form does not ask for it.
fn codes_of(dimension: &Dimension, form: &Form, answers: &Answers) -> Option<BTreeSet<String>> {
    let left_open = || BTreeSet::from([LEFT_OPEN.to_owned()]);
    let codes = |answer: Option<&Answer>| match answer {
        Some(Answer::One(code)) => BTreeSet::from([code.clone()]),
        Some(Answer::Many(codes)) => codes.clone(),
        _ => left_open(),
    };
    if dimension.id == PHASES {
        return phases(dimension, form, answers).map(|used| used.unwrap_or_else(left_open));
    }
    let question = match dimension.id.as_str() {
        "profile" => "r_profiles".to_owned(),
        "goal" => "r_goal_type".to_owned(),
        id => format!("r_{id}"),
    };
    if form.asked(&question).is_some() {
        return Some(codes(answers.get(&question)));
    }
    form.asked(&format!("{GOALS}.1.{question}"))?;
    let first = match answers.get(GOALS) {
        Some(Answer::Items(goals)) => goals.first(),
        _ => None,
    };
    Some(codes(first.and_then(|goal| goal.get(&question))))
}

/// The phases of which there was something; the inner none where all was left open.
fn phases(dimension: &Dimension, form: &Form, answers: &Answers) -> Option<Option<BTreeSet<String>>> {
    let field = |code: &str| format!("r_{code}_amount");
    let asked: Vec<&str> =
        dimension.categories.iter().map(|c| c.code.as_str()).filter(|c| form.asked(&field(c)).is_some()).collect();
    if asked.is_empty() {
        return None;
    }
    let amount = |code: &&str| match answers.get(&field(code)) {
        Some(Answer::One(amount)) => Some(amount.as_str()),
        _ => None,
    };
    if asked.iter().all(|code| amount(code).is_none()) {
        return Some(None);
    }
    let used = asked.iter().filter(|code| amount(code).is_some_and(|a| a == "some" || a == "a_lot"));
    Some(Some(used.map(|code| (*code).to_owned()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn said(answers: &[(&str, Answer)]) -> BTreeMap<String, BTreeSet<String>> {
        let instance = Instance::read("palaute.yaml", include_str!("../../demo/palaute.yaml")).unwrap();
        let text = fs::read_to_string(format!("{}/forms/closing-report.yaml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let form = Form::read("closing-report", &text, Some(&instance)).unwrap();
        let answers = answers.iter().map(|(id, answer)| ((*id).to_owned(), answer.clone())).collect();
        described(&form, &answers, &instance)
    }

    fn one(code: &str) -> Answer {
        Answer::One(code.to_owned())
    }

    fn set(codes: &[&str]) -> BTreeSet<String> {
        codes.iter().map(|c| (*c).to_owned()).collect()
    }

    #[test]
    fn the_report_describes_its_case_by_its_profiles_its_first_goal_and_the_phases_that_there_were() {
        let goal = |kind: &str, reached: &str| {
            Answers::from([("r_goal_type".to_owned(), one(kind)), ("r_goal_reached".to_owned(), one(reached))])
        };
        let said = said(&[
            ("r_profiles", Answer::Many(set(&["immigrant", "long_absent"]))),
            ("r_unemployment", one("dont_know")),
            ("r_goals", Answer::Items(vec![goal("step_by_step", "partly"), goal("keep_job", "fully")])),
            ("r_direct_amount", one("a_lot")),
            ("r_find_amount", one("none")),
        ]);
        assert_eq!(said["profile"], set(&["immigrant", "long_absent"]));
        assert_eq!(said["unemployment"], set(&["dont_know"]));
        assert_eq!((&said["goal"], &said["goal_reached"]), (&set(&["step_by_step"]), &set(&["partly"])));
        assert_eq!(said["phase"], set(&["direct"]));
        assert!(!said.contains_key("gender") && !said.contains_key("outcome"), "the case knows these by itself");
    }

    #[test]
    fn what_is_left_open_is_told_from_what_does_not_apply() {
        let nothing = said(&[]);
        for dimension in ["profile", "phase", "unemployment", "goal", "goal_reached"] {
            assert_eq!(nothing[dimension], set(&[LEFT_OPEN]), "{dimension}");
        }
        assert_eq!(said(&[("r_find_amount", one("none"))])["phase"], set(&[]), "no phase at all is an answer");
    }
}
