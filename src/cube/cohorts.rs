//! How time is cut: no person is in two cohorts, and none has fewer people than the threshold.

use super::fact::day_number;
use super::people::Cohort;
use super::rows::day_of;
use crate::statistics::Cohorts;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The cohorts of one kind: those that were released stay as they were, later ones come after them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cut {
    /// All of them, the oldest first.
    pub(super) all: Vec<Cohort>,
    /// How many of them were released before.
    pub(super) released: usize,
    /// The one that is counted again, in place of new ones.
    pub(super) again: Option<usize>,
}

impl Cut {
    /// Those that are new.
    pub(super) fn fresh(&self) -> &[Cohort] {
        let places = self.again.map_or(self.released..self.all.len(), |at| at..at + 1);
        self.all.get(places).unwrap_or_default()
    }

    /// Counts a released cohort again; nothing where none ends that day.
    pub(super) fn again(&mut self, until: Date) {
        self.again = Some(self.all.iter().position(|c| c.until == until).unwrap_or(self.all.len()));
    }

    /// The new ones, or the last released where nothing is new.
    pub(super) fn newest(&self) -> &[Cohort] {
        if self.fresh().is_empty() {
            self.all.get(self.all.len().saturating_sub(1)..).unwrap_or_default()
        } else {
            self.fresh()
        }
    }

    /// The codes of their attribute: their last days, then [`LATER`].
    pub(super) fn codes(&self) -> Vec<String> {
        let untils = self.all.iter().map(|c| c.until.to_string());
        untils.chain([LATER.to_owned()]).collect()
    }

    /// The place of a day among the codes; of no day the last.
    pub(super) fn place(&self, day: Option<i64>) -> usize {
        let fits = |c: &Cohort| day.is_some_and(|d| d <= day_number(c.until));
        self.all.iter().position(fits).unwrap_or(self.all.len())
    }

    fn released_of(of: &str, released: &[Cohort]) -> Self {
        let mut all: Vec<Cohort> = released.iter().filter(|c| c.of == of).cloned().collect();
        all.sort_by_key(|c| c.until);
        Self { released: all.len(), all, again: None }
    }

    fn last_day(&self) -> Option<Date> {
        self.all.last().map(|c| c.until)
    }

    fn close(&mut self, of: &str, until: Date) {
        let from = self.last_day().and_then(|last| last.tomorrow().ok());
        self.all.push(Cohort { of: of.to_owned(), from, until });
    }
}

/// Code of the people who are in no cohort yet.
pub(super) const LATER: &str = "later";

/// Cohorts of cases by the day of their start or end: they end where the instance says, by `as_of`, and one that would have
/// fewer than `k` people goes into the next.
pub(super) fn of_cases(
    of: &str,
    days: &BTreeMap<i64, i64>,
    spec: &Cohorts,
    k: i64,
    as_of: Date,
    released: &[Cohort],
) -> Cut {
    let mut cut = Cut::released_of(of, released);
    let after = cut.last_day().map_or(i64::MIN, day_number);
    let mut people = 0;
    let mut later = days.iter().filter(|(day, _)| **day > after).peekable();
    let first = later.peek().and_then(|(day, _)| day_of(**day));
    let mut day = first;
    while let Some(end) = day.filter(|d| *d <= as_of) {
        if spec.is_end(end) {
            while let Some((_, n)) = later.next_if(|(day, _)| **day <= day_number(end)) {
                people += n;
            }
            if people >= k.max(1) {
                cut.close(of, end);
                people = 0;
            }
        }
        day = end.tomorrow().ok();
    }
    cut
}

/// The answers to a form that are ready to be counted: days are taken in batches of at least `k` answers, so that two
/// looks never differ by fewer.
pub(super) fn of_answers(of: &str, days: &BTreeMap<i64, i64>, k: i64, until: Date, released: &[Cohort]) -> Cut {
    let mut cut = Cut::released_of(of, released);
    let after = cut.last_day().map_or(i64::MIN, day_number);
    let (mut batch, mut full) = (0, None);
    for (day, n) in days.iter().filter(|(day, _)| **day > after && **day <= day_number(until)) {
        batch += n;
        if batch >= k.max(1) {
            full = day_of(*day);
            batch = 0;
        }
    }
    if let Some(full) = full {
        cut.close(of, full);
    }
    cut
}

/// What is told of several kinds together, such as responses: one each time that something is new.
pub(super) fn of_looks(of: &str, something_new: bool, until: Date, released: &[Cohort]) -> Option<Cohort> {
    let mut cut = Cut::released_of(of, released);
    let advances = cut.last_day().is_none_or(|last| last < until);
    (something_new && advances).then(|| {
        cut.close(of, until);
        cut.all.pop()
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn spec(yaml: &str) -> Cohorts {
        crate::text::read_yaml("statistics.yaml", yaml).unwrap()
    }

    fn days(list: &[(Date, i64)]) -> BTreeMap<i64, i64> {
        list.iter().map(|(day, n)| (day_number(*day), *n)).collect()
    }

    fn untils(cut: &Cut) -> Vec<Date> {
        cut.fresh().iter().map(|c| c.until).collect()
    }

    #[test]
    fn a_period_with_too_few_people_goes_into_the_next_and_no_period_is_cut_before_it_is_over() {
        let ended = days(&[(date(2025, 3, 3), 5), (date(2025, 9, 1), 2), (date(2026, 2, 1), 3), (date(2026, 8, 1), 9)]);
        let cut = of_cases("ended", &ended, &spec("every: half_year"), 5, date(2026, 11, 30), &[]);
        assert_eq!(untils(&cut), [date(2025, 6, 30), date(2026, 6, 30)]);
        assert_eq!(cut.all[1].from, Some(date(2025, 7, 1)));
        assert_eq!(cut.codes(), ["2025-06-30", "2026-06-30", LATER]);
        assert_eq!((cut.place(Some(day_number(date(2025, 9, 1)))), cut.place(None)), (1, 2));
    }

    #[test]
    fn the_first_cohorts_end_where_the_instance_says_and_released_ones_stay_as_they_are() {
        let spec = spec("{ends: [2025-11-30], every: month}");
        let started = days(&[(date(2025, 1, 5), 3), (date(2025, 12, 8), 3), (date(2026, 1, 8), 4)]);
        let first = of_cases("started", &started, &spec, 3, date(2025, 12, 30), &[]);
        assert_eq!(untils(&first), [date(2025, 11, 30)]);
        let other = Cohort { of: "ended".into(), from: None, until: date(2026, 1, 31) };
        let released: Vec<Cohort> = first.all.iter().cloned().chain([other]).collect();
        let second = of_cases("started", &started, &spec, 3, date(2026, 1, 31), &released);
        assert_eq!((second.released, untils(&second)), (1, vec![date(2025, 12, 31), date(2026, 1, 31)]));
        // Whoever is entered later for a day of a released cohort moves no boundary.
        let more = days(&[(date(2025, 1, 5), 1), (date(2025, 12, 8), 3), (date(2026, 1, 8), 4)]);
        assert_eq!(of_cases("started", &more, &spec, 3, date(2026, 1, 31), &released), second);
    }

    #[test]
    fn two_looks_at_answers_never_differ_by_fewer_than_the_threshold() {
        let day = |n: i64| day_of(day_number(date(2025, 12, 1)) + n).unwrap();
        let answers: BTreeMap<i64, i64> = (0..60).map(|n| (day_number(day(n)), n % 3)).collect();
        let of_window = |c: &Cohort| -> i64 {
            let from = c.from.map_or(i64::MIN, day_number);
            answers.range(from..=day_number(c.until)).map(|(_, n)| n).sum()
        };
        let looks = |step: usize| {
            let mut released: Vec<Cohort> = Vec::new();
            for n in (0..60).step_by(step) {
                let cut = of_answers("f", &answers, 5, day(n), &released);
                assert!(cut.fresh().iter().all(|c| of_window(c) >= 5 && c.until <= day(n)), "{cut:?}");
                released = cut.all;
            }
            released
        };
        // Whoever looks every day and whoever looks seldom find cuts of the same row.
        let (daily, weekly) = (looks(1), looks(7));
        assert!(weekly.len() > 3 && weekly.iter().all(|c| daily.iter().any(|d| d.until == c.until)), "{weekly:?}");
    }
}
