//! Who answered a form: cohorts by the day on which answers were received, and a block for each question.

use super::answers::published_code;
use super::cohorts::{Cut, of_answers};
use super::counters::{Cube, UNASKED, answers_to, respondents};
use super::fact::day_number;
use super::people::{Attribute, Cohort, People, Whose};
use super::table::{NO_ANSWER, NOT_ASKED};
use crate::form::{Form, Kind, Question};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Attribute of the cohorts of answers.
pub(super) const RECEIVED: &str = "received";
/// Attribute of what was answered.
pub(super) const ANSWER: &str = "answer";
/// Those who were to be asked and did not answer, in blocks that tell of them.
pub const NOT_ANSWERED: &str = "not_answered";

/// Chose it, in the block of a choice among several.
pub const CHOSEN: &str = "chosen";
/// Chose others, but not it nor what excludes all others.
pub const NOT_CHOSEN: &str = "not_chosen";

/// The answers to one form and how they are cut.
pub(super) struct Respondents<'a> {
    pub(super) form: &'a Form,
    pub(super) cut: Cut,
    cube: &'a Cube,
    /// Questions whose blocks tell also of those who did not answer: how many in the place of each cohort.
    silent: BTreeMap<String, Vec<i64>>,
}

impl<'a> Respondents<'a> {
    pub(super) fn new(cube: &'a Cube, form: &'a Form, k: i64, until: Date, released: &[Cohort]) -> Self {
        let mut days: BTreeMap<i64, i64> = BTreeMap::new();
        for (key, n) in cube.entries(&respondents(form.id())) {
            if let Some(day) = key.first().and_then(|d| d.parse().ok()) {
                *days.entry(day).or_default() += n;
            }
        }
        let cut = of_answers(form.id(), &days, k, until, released);
        Self { form, cut, cube, silent: BTreeMap::new() }
    }

    /// Makes the block of a question tell of those who did not answer as well: `due` are to be asked by the end of each
    /// cohort, all cohorts before it included.
    pub(super) fn with_silent(&mut self, question: &str, due: &dyn Fn(Date) -> i64) {
        let places = self.cut.all.len() + 1;
        let mut silent = vec![0; places];
        let mut so_far = 0;
        for (place, cohort) in self.cut.all.iter().enumerate() {
            let (by_then, answered) = (due(cohort.until), self.received_by(cohort.until));
            // Whoever was due before and has not answered since was counted with the earlier cohort.
            silent[place] = (by_then - answered - so_far).max(0);
            so_far += silent[place];
        }
        self.silent.insert(question.to_owned(), silent);
    }

    /// How many answered by the end of that day.
    fn received_by(&self, day: Date) -> i64 {
        let entries = self.cube.entries(&respondents(self.form.id())).collect::<Vec<_>>();
        let in_time =
            |key: &[&str]| key.first().and_then(|d| d.parse::<i64>().ok()).is_some_and(|d| d <= day_number(day));
        entries.iter().filter(|(key, _)| in_time(key)).map(|(_, n)| n).sum()
    }

    /// How many answered in each place of the cohorts.
    pub(super) fn everybody(&self) -> Vec<i64> {
        let mut all = vec![0; self.cut.all.len() + 1];
        for (key, n) in self.cube.entries(&respondents(self.form.id())) {
            all[self.cut.place(key.first().and_then(|d| d.parse().ok()))] += n;
        }
        all
    }

    /// Whether a form with this question can have been answered without it: by a condition, or because it is asked no longer.
    pub(super) fn can_be_left_out(&self, question: &Question) -> bool {
        question.retired || self.form.is_conditional(&question.id)
    }

    /// The id of a question's block; of several choices each has one, but for those that exclude all others: every block
    /// tells of them.
    pub(super) fn block_id(&self, question: &Question, code: Option<&str>) -> String {
        let [together, _] = several(question);
        let own = code.filter(|code| together.contains(code)).or_else(|| together.first().copied());
        match own.filter(|_| question.kind == Kind::Many) {
            Some(code) => format!("{}.{}.{code}", self.form.id(), question.id),
            None => format!("{}.{}", self.form.id(), question.id),
        }
    }

    /// How many by cohort and value: the code, or empty for no answer.
    fn values(&self, question: &Question) -> BTreeMap<(usize, &str), i64> {
        let mut values: BTreeMap<(usize, &str), i64> = BTreeMap::new();
        for (key, n) in self.cube.entries(&answers_to(self.form.id(), &question.id)) {
            let place = self.cut.place(key.first().and_then(|d| d.parse().ok()));
            let value = key.get(1).copied().unwrap_or_default();
            if value != UNASKED {
                *values.entry((place, value)).or_default() += n;
            }
        }
        values
    }

    /// How many in the place of each cohort were not asked the question, those who answered before it was added to the form
    /// among them.
    fn not_asked(&self, question: &Question) -> Vec<i64> {
        let mut not_asked = self.everybody();
        for ((place, _), n) in self.values(question) {
            not_asked[place] -= n;
        }
        not_asked
    }

    /// Whether somebody was not asked the question or could have been. A reader sees it: where everybody was asked, people
    /// who were not may not be reckoned with.
    fn some_unasked(&self, question: &Question) -> bool {
        self.can_be_left_out(question) || self.not_asked(question).iter().any(|n| *n != 0)
    }

    /// How many of these cohorts were not asked the question.
    pub(super) fn unasked_in(&self, question: &Question, cohorts: &[Cohort]) -> i64 {
        let places = cohorts.iter().filter_map(|cohort| self.cut.all.iter().position(|c| c.until == cohort.until));
        let not_asked = self.not_asked(question);
        places.filter_map(|place| not_asked.get(place)).sum()
    }

    /// The blocks of a question.
    pub(super) fn blocks(&self, question: &Question) -> Vec<People> {
        let (values, not_asked) = (self.values(question), self.not_asked(question));
        let unasked = self.some_unasked(question).then(|| NOT_ASKED.to_owned());
        if question.kind == Kind::Many {
            let [together, alone] = several(question);
            let own = [CHOSEN, NOT_CHOSEN].into_iter().chain(alone.iter().copied()).chain([NO_ANSWER]);
            let codes: Vec<String> = own.map(str::to_owned).chain(unasked).collect();
            let block = |code: &str| {
                let of = |value: &str| {
                    let chosen = || value.split('+');
                    match alone.iter().position(|a| chosen().any(|c| c == *a)) {
                        _ if value.is_empty() => 2 + alone.len(),
                        Some(at) => 2 + at,
                        None => usize::from(!chosen().any(|c| c == code)),
                    }
                };
                self.block((question, Some(code)), codes.clone(), &values, &of, &not_asked)
            };
            return together.into_iter().map(block).collect();
        }
        let codes = published_codes(question);
        let no_answer = codes.len();
        let of = |value: &str| match value {
            "" => no_answer,
            code => codes.iter().position(|c| c == published_code(question, code)).unwrap_or(no_answer),
        };
        let silent = self.silent.get(&question.id).map(|_| NOT_ANSWERED.to_owned());
        let all = codes.iter().cloned().chain([NO_ANSWER.to_owned()]).chain(unasked).chain(silent).collect();
        vec![self.block((question, None), all, &values, &of, &not_asked)]
    }

    fn block(
        &self,
        (question, chosen): (&Question, Option<&str>),
        codes: Vec<String>,
        values: &BTreeMap<(usize, &str), i64>,
        place_of: &dyn Fn(&str) -> usize,
        not_asked: &[i64],
    ) -> People {
        let mut kinds: BTreeMap<Vec<usize>, i64> = BTreeMap::new();
        let mut add = |cohort: usize, answer: usize, n: i64| {
            if n != 0 {
                *kinds.entry(vec![cohort, answer]).or_default() += n;
            }
        };
        for ((cohort, value), n) in values {
            add(*cohort, place_of(value), *n);
        }
        let place = |code: &str| codes.iter().position(|c| c == code).unwrap_or(0);
        for (cohort, n) in not_asked.iter().enumerate() {
            add(cohort, place(NOT_ASKED), *n);
        }
        for (cohort, n) in self.silent.get(&question.id).into_iter().flatten().enumerate() {
            add(cohort, place(NOT_ANSWERED), *n);
        }
        kinds.retain(|_, n| *n != 0);
        let received = Attribute { id: RECEIVED.to_owned(), codes: self.cut.codes() };
        let in_all = |cohort: &usize| not_asked.get(*cohort).is_some_and(|n| *n == 0);
        let asks_all = codes.iter().any(|c| c == NOT_ASKED) && !self.can_be_left_out(question);
        let zero = |cohort: usize| {
            let code = |id: &str, code: &str| (id.to_owned(), code.to_owned());
            BTreeMap::from([code(RECEIVED, &received.codes[cohort]), code(ANSWER, NOT_ASKED)])
        };
        let structural_zeros = (0..self.cut.all.len()).filter(|_| asks_all).filter(in_all).map(zero).collect();
        let answer = Attribute { id: ANSWER.to_owned(), codes };
        let id = self.block_id(question, chosen);
        People { id, attributes: vec![received, answer], kinds, structural_zeros }
    }

    /// The people of these cohorts who gave one of these answers; none of them stands for everybody who answered the form.
    pub(super) fn whose(&self, question: &Question, cohorts: &[Cohort], answers: &[&str]) -> Whose {
        let is_several = question.kind == Kind::Many;
        let chosen = answers.first().filter(|code| is_several && several(question)[0].contains(*code));
        let mut only = BTreeMap::from([(RECEIVED.to_owned(), super::blocks::codes_of(cohorts))]);
        let mut codes: BTreeSet<String> = answers.iter().map(|c| (*c).to_owned()).collect();
        if chosen.is_some() {
            codes = BTreeSet::from([CHOSEN.to_owned()]);
        } else if answers.is_empty() && self.silent.contains_key(&question.id) {
            codes = published_codes(question).into_iter().collect();
            codes.extend([NO_ANSWER, NOT_ASKED].map(str::to_owned));
        }
        if !self.some_unasked(question) {
            codes.remove(NOT_ASKED);
        }
        if !codes.is_empty() {
            only.insert(ANSWER.to_owned(), codes);
        }
        Whose { block: self.block_id(question, chosen.copied()), only }
    }
}

/// The codes of a question as they are published, in order.
pub(super) fn published_codes(question: &Question) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for choice in &question.choices {
        let code = published_code(question, &choice.code);
        if codes.iter().all(|c| c != code) {
            codes.push(code.to_owned());
        }
    }
    codes
}

/// Choices that can be chosen together, and those that exclude all others. Where all do, none is told apart.
fn several(question: &Question) -> [Vec<&str>; 2] {
    let of = |apart: bool| question.choices.iter().filter(move |c| c.apart == apart).map(|c| c.code.as_str()).collect();
    let [together, alone]: [Vec<&str>; 2] = [of(false), of(true)];
    if together.is_empty() { [alone, together] } else { [together, alone] }
}
