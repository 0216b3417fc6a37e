//! Who stands behind counts: people by kind, and which of them a cell counts.

use super::attributes::YES;
use super::respondents::{ANSWER, CHOSEN, NOT_ANSWERED, NOT_CHOSEN, RECEIVED};
use super::response_tables::{ANSWERED, RESPONSES_OF};
use super::table::NO_ANSWER;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An attribute of people with every code that it can have, in a fixed order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Its id: a dimension, `started` or `ended` (cohorts by their last day, `later` for what is in none), `profile.<code>`
    /// (`yes`, `no`), or `answer`.
    pub id: String,
    /// Its codes. `unknown` is one of them where it can be missing.
    pub codes: Vec<String>,
}

/// A block: people whose tables are linked by more than their number. Between two blocks nothing is published that tells
/// who of one is who of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct People {
    /// Its id, such as `cases.gender.outcome` or `client-feedback.c_overall`.
    pub id: String,
    /// What tells kinds apart.
    pub attributes: Vec<Attribute>,
    /// How many there are of each kind that somebody is of: places of codes, one for each attribute.
    pub kinds: BTreeMap<Vec<usize>, i64>,
    /// Combinations that cannot be, by attribute and code.
    pub structural_zeros: Vec<BTreeMap<String, String>>,
}

/// Which people of a block a cell counts: those whose code is among these, for each attribute that is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    /// The block.
    pub block: String,
    /// The codes by attribute; an attribute that is not named may have any.
    pub only: BTreeMap<String, BTreeSet<String>>,
}

/// Days whose people a table counts, both days included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohort {
    /// Whose days: `started`, `ended`, or the form whose answers were received.
    pub of: String,
    /// First day; none for the first cohort.
    pub from: Option<jiff::civil::Date>,
    /// Last day.
    pub until: jiff::civil::Date,
}

impl Whose {
    /// True for everybody who answered a form in these days, whatever they said.
    fn is_everybody_who_answered(&self) -> bool {
        match (self.only.get(ANSWER), self.only.get(ANSWERED)) {
            // No table counts some of the answers together with those who gave none.
            (Some(codes), _) => codes.contains(NO_ANSWER) && codes.len() > 1 && !codes.contains(NOT_ANSWERED),
            (None, Some(answered)) => answered.len() == 1 && answered.contains(YES),
            (None, None) => self.only.contains_key(RECEIVED) && !self.block.ends_with(RESPONSES_OF),
        }
    }
}

impl People {
    /// How many people a cell counts.
    #[must_use]
    pub fn count(&self, whose: &Whose) -> i64 {
        let fits: Vec<Option<Vec<bool>>> = self
            .attributes
            .iter()
            .map(|a| whose.only.get(&a.id).map(|codes| a.codes.iter().map(|code| codes.contains(code)).collect()))
            .collect();
        let counted = |kind: &[usize]| {
            kind.iter().zip(&fits).all(|(at, fits)| fits.as_ref().is_none_or(|f| f.get(*at).copied().unwrap_or(false)))
        };
        self.kinds.iter().filter(|(kind, _)| counted(kind)).map(|(_, n)| n).sum()
    }

    /// The same people as this block tells of them, if it does: blocks of cases share the cohorts; blocks of a form share
    /// everybody who answered and, where several choices are allowed, whoever did not answer the question, was not asked or chose
    /// what excludes all others.
    /// What is published of one is then known of the other.
    #[must_use]
    pub fn also_tells(&self, whose: &Whose) -> Option<Whose> {
        if whose.block == self.id {
            return Some(whose.clone());
        }
        let parts = |id: &str| id.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
        let (own, other) = (parts(&self.id), parts(&whose.block));
        if own.first() != other.first() {
            return None;
        }
        let told = |only| Some(Whose { block: self.id.clone(), only });
        let Some(received) = whose.only.get(RECEIVED) else {
            let known = |id: &String| self.attributes.iter().any(|a| a.id == *id);
            return told(whose.only.clone()).filter(|_| whose.only.keys().all(known));
        };
        let mut only = BTreeMap::from([(RECEIVED.to_owned(), received.clone())]);
        if whose.is_everybody_who_answered() {
            let has = |id: &str| self.attributes.iter().find(|a| a.id == id);
            let silent = has(ANSWER).filter(|a| a.codes.iter().any(|code| code == NOT_ANSWERED));
            if let Some(answer) = silent {
                let codes = answer.codes.iter().filter(|code| *code != NOT_ANSWERED).cloned().collect();
                only.insert(ANSWER.to_owned(), codes);
            } else if has(ANSWERED).is_some() {
                only.insert(ANSWERED.to_owned(), BTreeSet::from([YES.to_owned()]));
            }
            return told(only);
        }
        let codes = whose.only.get(ANSWER).filter(|_| own == other)?;
        let has = |code: &String| self.attributes.iter().any(|a| a.id == ANSWER && a.codes.contains(code));
        let own = [CHOSEN, NOT_CHOSEN];
        only.insert(ANSWER.to_owned(), codes.clone());
        told(only).filter(|_| codes.iter().all(|code| has(code) && !own.contains(&code.as_str())))
    }

    /// True when a kind is among those that a cell counts.
    #[must_use]
    pub fn holds(&self, kind: &[usize], whose: &Whose) -> bool {
        self.attributes.iter().zip(kind).all(|(attribute, place)| match whose.only.get(&attribute.id) {
            Some(codes) => attribute.codes.get(*place).is_some_and(|code| codes.contains(code)),
            None => true,
        })
    }
}

/// What a figure tells of people: by it disclosure control and the audit know what a reader learns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reading {
    /// Nothing that could be anybody's: a plain count of clients by month, a target.
    Plain,
    /// How many people these are.
    Count(Whose),
    /// The share of `part` in `whole` in tenths of a per cent, half up.
    Share {
        /// Who counts.
        part: Whose,
        /// Of whom.
        whole: Whose,
    },
    /// The mean of grades in tenths, half up: each grade with those who gave it.
    Grades(Vec<(i64, Whose)>),
    /// Something measured on these people that their number alone does not give: a mean of months, a sum of hours.
    Measured(Whose),
}

/// Everything that a release may choose from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    /// Tables with exact figures. Those of a cohort that was released before are not among them; an id is there once for
    /// each new cohort, the oldest first.
    pub tables: Vec<super::Table>,
    /// The blocks behind them.
    pub people: Vec<People>,
    /// The cohorts that are new.
    pub cohorts: Vec<Cohort>,
    /// The fair comparison with all its figures.
    pub comparison: Vec<crate::comparison::Standing>,
}
