//! Facts: what is counted, as integers that a codebook explains.

use crate::case::{CaseFile, LEFT_OPEN};
use crate::form::{Form, Kind, Party};
use crate::instance::{Instance, PROVIDER};
use crate::statistics::Areas;
use crate::submission::{Answer, Submission};
use crate::text::Fingerprint;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What the integers of one column mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Columns {
    /// The place in this list of codes; -1 is missing.
    Place(Vec<String>),
    /// A bit for each of these codes; 0 is none.
    Bits(Vec<String>),
    /// The number itself; -1 is missing.
    Number,
}

/// One column of facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name: an attribute of cases or a question id.
    pub name: String,
    /// What its integers mean.
    pub values: Columns,
}

/// Explains the integers of the facts that carry its fingerprint, so that a form or a list of
/// categories can change without making earlier facts unreadable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Codebook {
    /// `case`, or the id of a form.
    pub subject: String,
    /// The columns in the order of the integers.
    pub columns: Vec<Column>,
}

/// Column of the day on which a submission was received. No question id begins with a sign.
pub(super) const RECEIVED_ON: &str = "-received_on";
/// Columns of the codebook of cases beside the instance's dimensions. The day on which the coaching started.
pub(super) const STARTED_ON: &str = "started_on";
/// The day on which it ended.
pub(super) const ENDED_ON: &str = "ended_on";
/// Days from becoming a client to the start.
pub(super) const DAYS_BEFORE: &str = "days_before";
/// Days from becoming a client to the end.
pub(super) const DAYS_TOTAL: &str = "days_total";
/// Work trials.
pub(super) const WORK_TRIALS: &str = "work_trials";
/// Tenths of hours of coaching.
pub(super) const HOURS_TENTHS: &str = "hours_tenths";
/// The day on which the job, education or other outcome began; that of the end where none was told.
pub(super) const OUTCOME_ON: &str = "outcome_on";
/// The client's municipality.
pub(super) const MUNICIPALITY: &str = "municipality";
/// What a coach may say where a dimension has one code.
pub(super) const NON_ANSWERS: [&str; 3] = ["dont_know", "rather_not_say", "not_applicable"];
/// Subject of the codebook of cases.
pub(super) const CASE: &str = "case";
/// Subject of the codebook of invitations.
pub(super) const INVITATION: &str = "invitation";
/// Columns of the codebook of invitations.
pub(super) const INVITED_PARTY: &str = "party";
/// The day of the invitation.
pub(super) const INVITED_ON: &str = "invited_on";
/// Everybody who can be invited, in the order that facts store.
const PARTIES: [Party; 5] = [Party::Client, Party::Employer, Party::Community, Party::Purchaser, Party::Coach];

impl Codebook {
    /// The codebook of cases under the instance's present categories and areas.
    #[must_use]
    pub fn of_cases(instance: &Instance, areas: Option<&Areas>) -> Self {
        let columns = case_columns(None, instance, areas).into_iter().map(|(column, _)| column);
        Self { subject: CASE.to_owned(), columns: columns.collect() }
    }

    /// The codebook of invitations: who was invited and when.
    #[must_use]
    pub fn of_invitations() -> Self {
        let parties = PARTIES.iter().map(|p| p.code().to_owned()).collect();
        let columns = vec![
            Column { name: INVITED_PARTY.to_owned(), values: Columns::Place(parties) },
            Column { name: INVITED_ON.to_owned(), values: Columns::Number },
        ];
        Self { subject: INVITATION.to_owned(), columns }
    }

    /// The codebook of a form's countable questions.
    #[must_use]
    pub fn of_form(form: &Form) -> Self {
        let received = Column { name: RECEIVED_ON.to_owned(), values: Columns::Number };
        let columns = form.questions().filter(|q| q.statistics).map(|q| {
            let codes = q.choices.iter().map(|c| c.code.clone()).collect();
            let values = if q.kind == Kind::Many { Columns::Bits(codes) } else { Columns::Place(codes) };
            Column { name: q.id.clone(), values }
        });
        Self { subject: form.id().to_owned(), columns: std::iter::once(received).chain(columns).collect() }
    }

    /// Its name.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// Something countable: added when it becomes known, taken away when it is corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// +1 or -1.
    pub sign: i8,
    /// Explains the integers.
    pub codebook: Fingerprint,
    /// One integer for each column.
    pub codes: Vec<i64>,
}

impl Fact {
    /// What is countable about a case.
    #[must_use]
    pub fn of_case(case: &CaseFile, instance: &Instance, areas: Option<&Areas>) -> Self {
        let codes = case_columns(Some(case), instance, areas).into_iter().map(|(_, code)| code);
        let codes = codes.collect();
        Self { sign: 1, codebook: Codebook::of_cases(instance, areas).fingerprint(), codes }
    }

    /// What is countable about an invitation of a party on that day.
    #[must_use]
    pub fn of_invitation(party: Party, invited_on: Date) -> Self {
        let place = PARTIES.iter().position(|p| *p == party).and_then(|at| i64::try_from(at).ok());
        Self {
            sign: 1,
            codebook: Codebook::of_invitations().fingerprint(),
            codes: vec![place.unwrap_or(-1), day_number(invited_on)],
        }
    }

    /// What is countable about a submission to `form` that was received on that day.
    #[must_use]
    pub fn of_submission(submission: &Submission, form: &Form, received_on: Date) -> Self {
        let codes = form.questions().filter(|q| q.statistics).map(|q| match submission.answer(&q.id) {
            _ if !submission.was_asked(&q.id) => NOT_ASKED_CODE,
            Some(Answer::One(code)) => q.place(code).unwrap_or(-1),
            Some(Answer::Many(codes)) => codes.iter().filter_map(|c| q.place(c)).fold(0, |bits, p| bits | (1 << p)),
            Some(Answer::Text(_) | Answer::Number(_) | Answer::Date(_) | Answer::Month(_) | Answer::Items(_)) => -1,
            None if q.kind == Kind::Many => 0,
            None => -1,
        });
        Self {
            sign: 1,
            codebook: Codebook::of_form(form).fingerprint(),
            codes: std::iter::once(day_number(received_on)).chain(codes).collect(),
        }
    }
}

/// The columns of cases, each with what stands there for this case.
fn case_columns(case: Option<&CaseFile>, instance: &Instance, areas: Option<&Areas>) -> Vec<(Column, i64)> {
    let ending = case.and_then(CaseFile::ending);
    let settled = case.and_then(CaseFile::settled);
    let work = case.map(CaseFile::work);
    let mut columns: Vec<(Column, i64)> = Vec::new();
    let mut add = |name: &str, values: Columns, code: i64| {
        columns.push((Column { name: name.to_owned(), values }, code));
    };
    let mut number = |name: &str, n: Option<i64>| add(name, Columns::Number, n.unwrap_or(-1));
    number(STARTED_ON, case.map(|c| day_number(c.opening().coaching_started)));
    number(DAYS_BEFORE, case.map(CaseFile::days_before_coaching));
    number(ENDED_ON, ending.map(|e| day_number(e.on)));
    number(DAYS_TOTAL, case.and_then(CaseFile::days_as_client));
    number(WORK_TRIALS, work.and_then(|w| w.work_trials).map(i64::from));
    number(HOURS_TENTHS, work.and_then(|w| w.hours_tenths));
    let outcome_on = settled.and_then(|s| s.outcome_on).or_else(|| ending.map(|e| e.on));
    number(OUTCOME_ON, outcome_on.filter(|_| ending.is_some()).map(day_number));

    let opening = case.map(CaseFile::opening);
    let places: Vec<String> =
        areas.map_or_else(Vec::new, |a| a.municipalities.iter().map(|m| m.code.value.clone()).collect());
    let named = opening.and_then(|o| o.municipality.as_deref());
    let municipality = named.zip(areas).and_then(|(name, areas)| areas.municipality(name));
    let municipality = municipality.and_then(|m| places.iter().position(|code| *code == m.code.value));
    let municipality = municipality.and_then(|place| i64::try_from(place).ok());
    add(MUNICIPALITY, Columns::Place(places), municipality.unwrap_or(-1));
    if instance.dimension(PROVIDER).is_none() {
        let own = opening.filter(|o| o.provider == instance.provider.code).map_or(-1, |_| 0);
        add(PROVIDER, Columns::Place(vec![instance.provider.code.clone()]), own);
    }
    for dimension in instance.dimensions.iter().map(|d| &d.value) {
        let own = |code: Option<&str>| code.and_then(|c| dimension.place(c)).unwrap_or(-1);
        let mut codes: Vec<String> = dimension.categories.iter().map(|c| c.code.clone()).collect();
        let known = match dimension.id.as_str() {
            "gender" => Some(own(opening.and_then(|o| o.gender.as_deref()))),
            "origin" => Some(own(opening.and_then(|o| o.origin.as_deref()))),
            "age_group" => Some(own(opening.and_then(|o| o.age_group.as_deref()))),
            PROVIDER => Some(own(opening.map(|o| o.provider.as_str()))),
            "outcome" => Some(own(ending.map(|e| e.outcome.as_str()))),
            _ => None,
        };
        if let Some(code) = known {
            add(&dimension.id, Columns::Place(codes), code);
            continue;
        }
        let multiple = dimension.multiple;
        if !multiple {
            codes.extend(NON_ANSWERS.map(str::to_owned));
        }
        let told = settled.and_then(|s| s.described.get(&dimension.id));
        let at = |code: &String| codes.iter().position(|c| c == code).and_then(|p| i64::try_from(p).ok());
        let code = match told {
            None => NOT_ASKED_CODE,
            Some(told) if told.contains(LEFT_OPEN) => -1,
            Some(told) if multiple && told.iter().any(|c| NON_ANSWERS.contains(&c.as_str())) => -1,
            Some(told) if multiple => told.iter().filter_map(at).fold(0, |bits, place| bits | (1 << place)),
            Some(told) => told.first().and_then(at).unwrap_or(-1),
        };
        add(&dimension.id, if multiple { Columns::Bits(codes) } else { Columns::Place(codes) }, code);
    }
    columns
}

/// What stands in a fact for a question that was not asked; -1 stands for no answer.
pub(super) const NOT_ASKED_CODE: i64 = -2;

/// Days since 1.1.1970.
pub(super) fn day_number(date: Date) -> i64 {
    i64::from((date - Date::constant(1970, 1, 1)).get_days())
}
