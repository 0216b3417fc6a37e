//! Pairs of self-assessments: how far the same client's answers moved from the start of the coaching to its end.
//!
//! Enters: both submissions of a case, and what the cube has counted of them. Leaves: a [`Fact`] of the change in tenths of a
//! step, and the table of its mean. Refuses, as no pair, answers whose respondents were not told that the change is published.

use super::blocks::codes_of;
use super::case_tables::statistic_axis;
use super::cohorts::{Cut, of_answers};
use super::counters::Cube;
use super::fact::{Codebook, Column, Columns, Fact, RECEIVED_ON};
use super::people::{Attribute, Cohort, People, Reading, Whose};
use super::respondents::RECEIVED;
use super::table::{Basis, Cell, Class, MEAN, Table};
use crate::form::{Form, Kind, Question};
use crate::report::SELF_ASSESSMENTS;
use crate::statistics::IndicatorSpec;
use crate::submission::{Answer, Answers};
use crate::text::{Figure, Text, divide_rounded};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The measure of an indicator that tells of pairs.
const MEASURE: &str = "self_assessment_change";
/// Subject of the codebook of pairs, and their counter: by the day on which the second was received and by the change. No
/// form's id has a space.
pub(super) const PAIRS: &str = "pairs of self-assessments";
/// Column of the change.
pub(super) const CHANGE: &str = "change";
/// The block of people with a pair; it tells nothing of them but how many there are.
const BLOCK: &str = "change";
/// The turn of the table: after those of other indicators.
const TURN: u32 = 4900;
/// Steps of a scale whose answers are compared, and tenths of a step between its ends.
const STEPS: usize = 5;
const FARTHEST: i64 = 40;
/// Pairs that an interval needs.
const FOR_INTERVAL: i64 = 30;
/// Millionths: the quantile of the normal distribution at 97.5 %, and what turns it into that of Student's t, by the powers of
/// the degrees of freedom. Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
const QUANTILE: [i128; 3] = [1_959_964, 2_372_271, 2_822_499];
const MILLION: i128 = 1_000_000;

impl Codebook {
    /// The codebook of pairs: when the second was received, and the change in tenths of a step.
    #[must_use]
    pub fn of_pairs() -> Self {
        let changes = (-FARTHEST..=FARTHEST).map(|tenths| tenths.to_string()).collect();
        let columns = vec![
            Column { name: RECEIVED_ON.to_owned(), values: Columns::Number },
            Column { name: CHANGE.to_owned(), values: Columns::Place(changes) },
        ];
        Self { subject: PAIRS.to_owned(), columns }
    }
}

impl Fact {
    /// What is countable of two self-assessments of a case, each as its form was then: the mean change of the statements that
    /// were answered in both. None where nothing was, or where a form did not say that the change is published.
    #[must_use]
    pub fn of_pair(start: (&Form, &Answers), closing: (&Form, &Answers), received_on: i64) -> Option<Self> {
        let ((first, before), (last, after)) = (start, closing);
        if !(first.counts_change() && last.counts_change()) || last.pair_of() != Some(first.id()) {
            return None;
        }
        let moved = |q: &Question| {
            let asked = first.question(&q.id)?;
            Some(step(q, after.get(&q.id)?)? - step(asked, before.get(&q.id)?)?)
        };
        let moves: Vec<i64> = last.questions().filter_map(moved).collect();
        if moves.is_empty() {
            return None;
        }
        let statements = i128::try_from(moves.len()).unwrap_or(1);
        let tenths = divide_rounded(i128::from(moves.iter().sum::<i64>()) * 10, statements);
        let codes = vec![received_on, tenths.clamp(-FARTHEST, FARTHEST) + FARTHEST];
        Some(Self { sign: 1, codebook: Codebook::of_pairs().fingerprint(), codes })
    }
}

/// The step that was chosen on a scale of five, the best the highest; of other questions and of ways out none.
fn step(question: &Question, answer: &Answer) -> Option<i64> {
    let Answer::One(code) = answer else { return None };
    let steps: Vec<&str> = question.choices.iter().filter(|c| !c.apart).map(|c| c.code.as_str()).collect();
    let place = steps.iter().position(|own| own == code).filter(|_| steps.len() == STEPS)?;
    let place = i64::try_from(place).ok()?;
    match question.kind {
        // Agreement begins with the best.
        Kind::Agreement(_) => Some(-place),
        Kind::Grade => Some(place),
        _ => None,
    }
}

/// The pairs as the cube has counted them, and how they are cut by the day on which the second was received.
pub(super) struct Pairs {
    pub(super) cut: Cut,
    /// In the place of each cohort how many moved how far, in tenths of a step.
    changes: Vec<BTreeMap<i64, i64>>,
}

/// The indicator that tells of pairs.
pub(super) fn told_by<'s>(mut indicators: impl Iterator<Item = &'s IndicatorSpec>) -> Option<&'s IndicatorSpec> {
    indicators.find(|spec| spec.measure.as_ref().is_some_and(|m| m.value == MEASURE))
}

impl Pairs {
    pub(super) fn new(cube: &Cube, k: i64, until: Date, released: &[Cohort]) -> Self {
        let number = |part: Option<&&str>| part.and_then(|n| n.parse::<i64>().ok());
        let entries = || {
            let read = |(key, n): (Vec<&str>, i64)| Some((number(key.first())?, number(key.get(1))?, n));
            cube.entries(PAIRS).filter_map(read).collect::<Vec<_>>()
        };
        let mut days: BTreeMap<i64, i64> = BTreeMap::new();
        for (day, _, n) in entries() {
            *days.entry(day).or_default() += n;
        }
        let cut = of_answers(SELF_ASSESSMENTS[1], &days, k, until, released);
        let mut changes = vec![BTreeMap::new(); cut.all.len() + 1];
        for (day, change, n) in entries() {
            *changes[cut.place(Some(day))].entry(change).or_default() += n;
        }
        Self { cut, changes }
    }

    /// The people behind the table: told apart by their cohort only, because nothing else is published of them.
    pub(super) fn block(&self) -> People {
        let received = Attribute { id: RECEIVED.to_owned(), codes: self.cut.codes() };
        let counted = self.changes.iter().map(|changes| changes.values().sum::<i64>()).enumerate();
        let kinds = counted.filter(|(_, n)| *n != 0).map(|(place, n)| (vec![place], n)).collect();
        People { id: block_id(), attributes: vec![received], kinds, structural_zeros: Vec::new() }
    }

    /// The table of each new cohort; one of nobody while there is none.
    pub(super) fn tables(&self, spec: &IndicatorSpec, source: &Text, as_of: Date) -> Vec<Table> {
        let cohorts: Vec<Option<&Cohort>> =
            if self.cut.all.is_empty() { vec![None] } else { self.cut.fresh().iter().map(Some).collect() };
        let table = |cohort: Option<&Cohort>| {
            let (cells, reads) = self.figures(cohort);
            Table {
                id: super::indicators::table_id(spec),
                title: spec.title(),
                definition: spec.definition(),
                axes: vec![statistic_axis(&["n", MEAN, "lower", "upper"])],
                cells,
                hangs_on: Vec::new(),
                class: Class::Groups,
                as_of: cohort.map_or(as_of, |c| c.until),
                source: spec.source.as_ref().unwrap_or(source).clone(),
                responses: Vec::new(),
                reads,
                cohort: cohort.cloned(),
                priority: TURN,
            }
        };
        cohorts.into_iter().map(table).collect()
    }

    /// Pairs, their mean change and its interval.
    fn figures(&self, cohort: Option<&Cohort>) -> (Vec<Cell>, Vec<Reading>) {
        let place = cohort.and_then(|c| self.cut.all.iter().position(|own| own == c));
        let none = BTreeMap::new();
        let changes = place.and_then(|at| self.changes.get(at)).unwrap_or(&none);
        let of = Spread::of(changes);
        let cells = vec![
            Cell { figure: Figure::count(of.people), basis: Basis::Count },
            of.cell(of.mean(), 0),
            of.cell(of.limit(-1), FOR_INTERVAL),
            of.cell(of.limit(1), FOR_INTERVAL),
        ];
        let Some(cohort) = cohort else { return (cells, vec![Reading::Plain; 4]) };
        let only = BTreeMap::from([(RECEIVED.to_owned(), codes_of(std::slice::from_ref(cohort)))]);
        let whose = Whose { block: block_id(), only };
        let measured = || Reading::Measured(whose.clone());
        (cells, vec![Reading::Count(whose.clone()), measured(), measured(), measured()])
    }
}

fn block_id() -> String {
    format!("{}.{BLOCK}", SELF_ASSESSMENTS[1])
}

/// Changes in tenths of a step, added up.
struct Spread {
    people: i64,
    sum: i64,
    squares: i64,
    /// How many different changes there are.
    different: usize,
}

impl Spread {
    fn of(changes: &BTreeMap<i64, i64>) -> Self {
        let total = |of: fn(i64) -> i64| changes.iter().map(|(change, n)| of(*change) * n).sum();
        Self { people: total(|_| 1), sum: total(|c| c), squares: total(|c| c * c), different: changes.len() }
    }

    fn mean(&self) -> i64 {
        divide_rounded(i128::from(self.sum), i128::from(self.people.max(1)))
    }

    /// The lower (-1) or upper (1) limit of the 95 % interval of the mean, by Student's t.
    fn limit(&self, side: i128) -> i64 {
        let (n, sum) = (i128::from(self.people), i128::from(self.sum));
        if n < 2 {
            return self.mean();
        }
        let free = n - 1;
        let t = QUANTILE[0] + QUANTILE[1] / free + QUANTILE[2] / (free * free);
        let scattered = n * i128::from(self.squares) - sum * sum;
        let half = (t * t * scattered / (n * n * free)).isqrt();
        divide_rounded(sum * MILLION + side * half * n, n * MILLION)
    }

    /// True when everybody moved equally far, or so nearly that an interval would say so.
    fn is_alike(&self) -> bool {
        self.different < 2 || (self.people >= FOR_INTERVAL && self.limit(-1) == self.limit(1))
    }

    fn cell(&self, tenths: i64, needed: i64) -> Cell {
        let basis = Basis::Change { people: self.people, needed, sum: self.sum, alike: self.is_alike() };
        Cell { figure: Figure::tenths(tenths), basis }
    }
}

#[cfg(test)]
#[path = "tests/pairs.rs"]
mod tests;
