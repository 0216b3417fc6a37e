//! The cases as the cube has counted them: what is known together of so many.

use super::counters::{CASES, Cube, EQUALS};
use super::fact::day_number;
use jiff::ToSpan;
use jiff::civil::Date;

/// So many cases of which the same is known. Codes and numbers by name, rising; what is missing is not there.
pub(super) struct CaseRow<'c> {
    values: Vec<(&'c str, &'c str)>,
    /// How many.
    pub(super) n: i64,
}

impl<'c> CaseRow<'c> {
    /// The code or number of that name.
    pub(super) fn get(&self, name: &str) -> Option<&'c str> {
        self.values.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }

    /// The number of that name.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }
}

/// Every case.
pub(super) fn rows(cube: &Cube) -> Vec<CaseRow<'_>> {
    let entries = cube.entries(CASES);
    entries
        .map(|(key, n)| CaseRow { values: key.into_iter().filter_map(|p| p.split_once(EQUALS)).collect(), n })
        .collect()
}

/// The day of that number.
pub(super) fn day_of(number: i64) -> Option<Date> {
    let first = Date::constant(1970, 1, 1);
    let day = first.checked_add(i32::try_from(number).ok()?.days()).ok()?;
    (day_number(day) == number).then_some(day)
}
