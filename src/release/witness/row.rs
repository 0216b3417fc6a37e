//! Rows in integers: what a population comes to on one, and which kinds they rule out.

use super::Row;

/// From here on a limit of a row is none.
const NONE: i64 = i64::MAX / 4;

impl Row {
    /// A row that says how many people there are in a set.
    #[must_use]
    pub fn count(set: &[u32], people: i64) -> Self {
        Self { terms: set.iter().map(|kind| (*kind, 1)).collect(), low: people, high: people }
    }

    /// What a population comes to; none if that is beyond every number.
    #[must_use]
    pub fn value(&self, population: &[i64]) -> Option<i64> {
        self.terms.iter().try_fold(0_i64, |sum, (kind, coefficient)| {
            let people = population.get(*kind as usize).copied().unwrap_or_default();
            sum.checked_add(coefficient.checked_mul(people)?)
        })
    }

    /// True when a population agrees with it.
    #[must_use]
    pub fn holds(&self, population: &[i64]) -> bool {
        self.value(population).is_some_and(|value| value >= self.low && value <= self.high)
    }

    /// The least value if there is one.
    pub(super) fn at_least(&self) -> Option<i64> {
        (self.low > -NONE).then_some(self.low)
    }

    /// The greatest value if there is one.
    pub(super) fn at_most(&self) -> Option<i64> {
        (self.high < NONE).then_some(self.high)
    }
}

/// How many people of a population are in a set.
pub(super) fn people(population: &[i64], set: &[u32]) -> i64 {
    set.iter().map(|kind| population.get(*kind as usize).copied().unwrap_or_default()).sum()
}

/// True when nobody is counted below zero and every row holds.
pub(super) fn agrees<'a>(population: &[i64], rows: impl IntoIterator<Item = &'a Row>) -> bool {
    population.iter().all(|people| *people >= 0) && rows.into_iter().all(|row| row.holds(population))
}
