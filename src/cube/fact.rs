//! Facts: what is counted, as integers that a codebook explains.

use crate::case::CaseFile;
use crate::form::{Form, Kind, Party};
use crate::instance::Instance;
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
    /// The codebook of cases under the instance's present categories.
    #[must_use]
    pub fn of_cases(instance: &Instance) -> Self {
        let place = |id: &str| {
            let codes = instance.dimension(id).map(|d| d.categories.iter().map(|c| c.code.clone()).collect());
            Column { name: id.to_owned(), values: Columns::Place(codes.unwrap_or_default()) }
        };
        let number = |name: &str| Column { name: name.to_owned(), values: Columns::Number };
        let columns = vec![
            place("gender"),
            place("origin"),
            number("started_on"),
            number("days_before"),
            place("outcome"),
            number("ended_on"),
            number("days_total"),
            number("work_trials"),
        ];
        Self { subject: CASE.to_owned(), columns }
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
    pub fn of_case(case: &CaseFile, instance: &Instance) -> Self {
        let place = |id: &str, code: Option<&str>| {
            code.and_then(|c| instance.dimension(id).and_then(|d| d.place(c))).unwrap_or(-1)
        };
        let (opening, ending) = (case.opening(), case.ending());
        let codes = vec![
            place("gender", opening.gender.as_deref()),
            place("origin", opening.origin.as_deref()),
            day_number(opening.coaching_started),
            case.days_before_coaching(),
            place("outcome", ending.map(|e| e.outcome.as_str())),
            ending.map_or(-1, |e| day_number(e.on)),
            case.days_as_client().unwrap_or(-1),
            case.work().work_trials.map_or(-1, i64::from),
        ];
        Self { sign: 1, codebook: Codebook::of_cases(instance).fingerprint(), codes }
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

/// What stands in a fact for a question that was not asked; -1 stands for no answer.
pub(super) const NOT_ASKED_CODE: i64 = -2;

/// Days since 1.1.1970.
pub(super) fn day_number(date: Date) -> i64 {
    i64::from((date - Date::constant(1970, 1, 1)).get_days())
}

/// True when the day of a key is `as_of` or before it.
pub(super) fn not_after(day: &str, as_of: Date) -> bool {
    day.parse::<i64>().is_ok_and(|d| d <= day_number(as_of))
}
