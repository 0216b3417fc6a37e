//! Durations in months. A month is 365.25 / 12 days.

use crate::text::divide_rounded;

/// Days of the mean Julian year times a hundred: 36 525.
pub const DAYS_IN_YEAR_TIMES_100: i128 = 36_525;

/// `days` as tenths of a month, rounded half up: 158 days are 52, that is 5.2 months.
#[must_use]
pub fn months_tenths(days: i64) -> i64 {
    mean_months_tenths(days, 1)
}

/// The mean of durations that add up to `days` over `people`, in tenths of a month; `people` is positive.
#[must_use]
pub fn mean_months_tenths(days: i64, people: i64) -> i64 {
    // days / (365.25 / 12) * 10 = days * 12 * 10 * 100 / 36525
    divide_rounded(i128::from(days) * 12_000, DAYS_IN_YEAR_TIMES_100 * i128::from(people.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_a_twelfth_of_365_and_a_quarter_days() {
        assert_eq!(months_tenths(7), 2);
        assert_eq!(months_tenths(365), 120);
        assert_eq!(mean_months_tenths(731, 2), 120);
    }
}
