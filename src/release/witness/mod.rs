//! Greedy publication with witnesses: which counts may be shown so that no sensitive one can be told.
//!
//! Enters: a [`Problem`], integers only. Leaves: a [`Solution`]: what is published, and for every sensitive set two
//! integer populations that fit everything published and differ there by at least k. Whoever finds the populations need
//! not be trusted: a pair proves safety by adding up. Refuses nothing; what is open already is named in `lost`.
//!
//! Source: `disclosure.md`, section 2.

mod greedy;
#[cfg(test)]
mod known_answers;
mod program;
mod row;
mod verify;

pub use greedy::{anchor, publish};
pub use program::bounds;
pub use verify::{Broken, verify};

/// Something known: `low <= sum of coefficient * people of that kind <= high`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Kind and coefficient, kinds rising, no coefficient zero.
    pub terms: Vec<(u32, i64)>,
    /// Least possible value.
    pub low: i64,
    /// Greatest possible value.
    pub high: i64,
}

/// One block of people and what may become known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// People of each kind as they are.
    pub truth: Vec<i64>,
    /// What is known already: everything ever published, and what must hold.
    pub known: Vec<Row>,
    /// The sensitive sets, each as kinds in rising order.
    pub sensitive: Vec<Vec<u32>>,
    /// What could be published, in its fixed order; the rows of one candidate are decided together.
    pub candidates: Vec<Vec<Row>>,
    /// The threshold.
    pub k: i64,
}

/// Two populations that fit everything published and differ by at least k on one sensitive set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// People of each kind.
    pub low: Vec<i64>,
    /// People of each kind; more of them are in the set, at least k.
    pub high: Vec<i64>,
}

/// What disclosure control decided on one block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Solution {
    /// For each candidate whether it is published.
    pub published: Vec<bool>,
    /// For each sensitive set its witnesses; none for those in `lost`. No population is the true one.
    pub pairs: Vec<Option<Pair>>,
    /// Sensitive sets that what is known opens already, before anything is published.
    pub lost: Vec<usize>,
}
