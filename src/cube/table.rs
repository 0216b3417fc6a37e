//! A table before disclosure control.

use super::people::{Cohort, Reading};
use crate::text::{Figure, Text};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Code of the category that holds everybody.
pub const TOTAL: &str = "total";
/// Code of the category of respondents who left the question open.
pub const NO_ANSWER: &str = "no_answer";
/// Code of the category of those who were not asked: a condition, or an earlier version of the form, left the question out.
pub const NOT_ASKED: &str = "not_asked";
/// Code of the category that holds a mean.
pub const MEAN: &str = "mean";

/// What an axis is, as JSON-stat names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A classification.
    Classification,
    /// Days.
    Time,
    /// Different measures side by side.
    Metric,
}

/// A category of an axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisCategory {
    /// Code.
    pub code: String,
    /// What readers see.
    pub label: Text,
}

/// One direction of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// Code.
    pub id: String,
    /// What readers see.
    pub label: Text,
    /// What it is.
    pub role: Role,
    /// Its categories in order.
    pub categories: Vec<AxisCategory>,
}

/// What a figure rests on, which decides the rule it must pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The figure counts people.
    Count,
    /// A sum over so many people.
    Sum(i64),
    /// A sum or a mean of amounts such as hours.
    Amount {
        /// People.
        people: i64,
        /// What the amounts add up to.
        sum: i64,
        /// The two largest of them.
        largest: [i64; 2],
    },
    /// A share: so many of so many.
    Share {
        /// Who counts.
        part: i64,
        /// Of how many.
        whole: i64,
    },
    /// A mean or an extreme of durations over so many people.
    Duration(i64),
    /// A mean of grades 1 to 5: how many gave one and what they add up to.
    Rating {
        /// People who gave a grade.
        people: i64,
        /// Sum of the grades.
        sum: i64,
        /// True when all gave the same.
        alike: bool,
    },
    /// A mean of changes of self-assessments, or a limit of its interval.
    Change {
        /// People of whom both are known.
        people: i64,
        /// People that such a figure needs, beside what every mean needs.
        needed: i64,
        /// Sum of the changes in tenths of a step.
        sum: i64,
        /// True when all changed equally, or nearly so.
        alike: bool,
    },
    /// Not about persons, such as a target.
    Plain,
}

/// Tenths of a step from one end of a scale of five to the other: farther nobody's self-assessment can change.
const FARTHEST: i64 = 40;
/// Tenths of two steps, for which there must be room at both ends.
const ROOM: i64 = 20;

impl Basis {
    /// True when one or two people make most of a sum, so that one of them could tell the other's amount from it: they have
    /// nine tenths of it, or the rest is less than a tenth of the largest.
    #[must_use]
    pub fn is_dominated(self) -> bool {
        match self {
            Self::Amount { sum, largest: [first, second], .. } => {
                (first + second) * 10 > sum * 9 || (sum - first - second) * 10 < first
            }
            _ => false,
        }
    }

    /// True when a mean of changes tells nobody's change: enough people, not all alike, and at both ends room for two steps,
    /// as for grades.
    #[must_use]
    pub fn is_fit_change(self, at_least: i64) -> bool {
        match self {
            Self::Change { people, needed, sum, alike } => {
                people >= at_least.max(needed) && !alike && people * FARTHEST - sum.abs() >= ROOM
            }
            _ => false,
        }
    }
}

/// One figure and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The exact figure.
    pub figure: Figure,
    /// What it rests on.
    pub basis: Basis,
}

/// How a table is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Not sensitive: published as it is.
    Open,
    /// Counts over one sensitive axis with its total last.
    Counts,
    /// One row of measures for each group, the total last.
    Groups,
    /// One row for each party: closed cases, people invited, people who answered.
    Responses,
}

/// How many of a party were invited and answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response {
    /// Cases that have ended.
    pub closed: i64,
    /// Invitations, each to one person.
    pub invited: i64,
    /// People who answered.
    pub answered: i64,
    /// True for parties that a case has one of, so that `closed - invited` are cases without an invitation.
    pub one_a_case: bool,
}

/// A table with exact figures, the last axis running fastest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its id, also its address.
    pub id: String,
    /// What it is about.
    pub title: Text,
    /// How the figures are to be understood: the definition behind "where does this number come from".
    pub definition: Text,
    /// Its axes.
    pub axes: Vec<Axis>,
    /// Its figures.
    pub cells: Vec<Cell>,
    /// Tables of the questions on whose answers it hangs whether this one was asked: who was not asked is a part of
    /// them.
    pub hangs_on: Vec<String>,
    /// How it is protected.
    pub class: Class,
    /// The day at whose end its figures hold.
    pub as_of: Date,
    /// Where its figures come from.
    pub source: Text,
    /// How the parties behind the figures responded: one for each row of the table of responses, one
    /// for a table of answers, none for tables of cases. It is never published itself.
    pub responses: Vec<Response>,
    /// What each figure tells of people, as many as cells; empty where the table is open.
    pub reads: Vec<Reading>,
    /// The days whose people it counts; none where it counts everything so far.
    pub cohort: Option<Cohort>,
    /// Its turn: tables with a lower one are decided first.
    pub priority: u32,
}

impl Table {
    /// The category codes of the cell at `at`, one for each axis.
    #[must_use]
    pub fn codes_at(&self, at: usize) -> Vec<&str> {
        let mut rest = at;
        let place = |axis: &Axis| {
            let n = axis.categories.len();
            let place = rest % n;
            rest /= n;
            place
        };
        let places: Vec<usize> = self.axes.iter().rev().map(place).collect();
        self.axes.iter().zip(places.into_iter().rev()).map(|(axis, at)| axis.categories[at].code.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_dominated(hours: &[i64]) -> bool {
        let mut largest = hours.to_vec();
        largest.sort_by_key(|h| -h);
        let people = i64::try_from(hours.len()).unwrap();
        Basis::Amount { people, sum: hours.iter().sum(), largest: [largest[0], largest[1]] }.is_dominated()
    }

    #[test]
    fn two_people_dominate_a_sum_when_they_have_more_than_nine_tenths_of_it() {
        assert!(!is_dominated(&[450, 450, 25, 25, 50]));
        assert!(is_dominated(&[451, 450, 25, 25, 49]));
        assert!(is_dominated(&[800, 5, 5, 34, 40]), "the second knows the first to within a tenth");
        assert!(!is_dominated(&[80; 5]));
    }
}
