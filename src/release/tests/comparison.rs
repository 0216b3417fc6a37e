//! What is told of several providers, release after release.

use super::*;
use crate::cube::COMPARISON;

const PROVIDERS: [&str; 2] = ["a", "b"];
const ORIGINS: [&str; 2] = ["native", "immigrant"];
const RESULTS: [&str; 2] = ["job", "education"];
const BLOCK: &str = "cases.origin.outcome.provider";

/// People of two providers by cohort of their end, origin and outcome; so many of each.
fn providers(numbers: &[(&str, i64)]) -> People {
    let (first, second) = (DAY.to_string(), NEXT.to_string());
    let ended = [first.as_str(), second.as_str(), "later"];
    let mut kinds: Vec<(Vec<&str>, i64)> = Vec::new();
    for (cohort, n) in numbers {
        for provider in PROVIDERS {
            for origin in ORIGINS {
                for outcome in RESULTS {
                    let more = i64::from(provider == "b") + i64::from(origin == "native") + i64::from(outcome == "job");
                    kinds.push((vec![cohort, origin, outcome, provider], n + more));
                }
            }
        }
    }
    let kinds: Vec<(&[&str], i64)> = kinds.iter().map(|(k, n)| (k.as_slice(), *n)).collect();
    let attributes: [(&str, &[&str]); 4] =
        [("ended", &ended), ("origin", &ORIGINS), ("outcome", &RESULTS), ("provider", &PROVIDERS)];
    people(BLOCK, &attributes, &kinds)
}

/// Outcomes by origin of the newest cohort, and what the comparison counts of all of them.
fn tables(people: &People, until: Date) -> Vec<Table> {
    let all = if until == DAY { DAY.to_string() } else { format!("{DAY}+{NEXT}") };
    let by_origin =
        counts("outcomes-by-origin", people, ("ended", until), &[("origin", &ORIGINS), ("outcome", &RESULTS)]);
    let reads: Vec<Reading> = PROVIDERS
        .iter()
        .flat_map(|p| {
            let closed = whose(BLOCK, &[("ended", &all), ("provider", p)]);
            let observed = whose(BLOCK, &[("ended", &all), ("provider", p), ("outcome", "job")]);
            [Reading::Count(closed), Reading::Count(observed)]
        })
        .collect();
    let count = |r: &Reading| if let Reading::Count(w) = r { people.count(w) } else { 0 };
    let compared = Table {
        id: COMPARISON.to_owned(),
        axes: vec![axis("provider", &PROVIDERS), axis("statistic", &["closed", "observed"])],
        cells: reads.iter().map(|r| Cell { figure: Figure::count(count(r)), basis: Basis::Count }).collect(),
        reads,
        class: Class::Groups,
        cohort: Some(Cohort { of: COMPARISON.to_owned(), from: None, until }),
        priority: 4_900,
        ..by_origin.clone()
    };
    vec![by_origin, compared]
}

fn past_of(made: Controlled) -> (Vec<Release>, Vec<Witnesses>, Ledger) {
    let mut ledger = Ledger::default();
    ledger.add(made.entries);
    (vec![made.release], vec![made.witnesses], ledger)
}

/// The second release, when so many more are in one kind of the first cohort than were at the first release.
fn second_release(more: i64) -> Controlled {
    let first = providers(&[("2025-11-30", 8)]);
    let past = past_of(released(&counted(tables(&first, DAY), vec![first]), 5, &nothing(), DAY).unwrap());
    let mut second = providers(&[("2025-11-30", 8), ("2026-06-30", 9)]);
    let changed = second.kinds.keys().next().unwrap().clone();
    *second.kinds.get_mut(&changed).unwrap() += more;
    released(&counted(tables(&second, NEXT), vec![second]), 5, &past, NEXT).unwrap()
}

#[test]
fn an_erased_record_or_a_late_one_of_a_released_cohort_empties_nothing_of_the_next() {
    let plain = second_release(0);
    assert!(
        shown(&plain, "outcomes-by-origin").iter().all(Option::is_some),
        "{:?}",
        shown(&plain, "outcomes-by-origin")
    );
    for more in [-1, 1] {
        let made = second_release(more);
        assert_eq!(shown(&made, "outcomes-by-origin"), shown(&plain, "outcomes-by-origin"), "{more}");
        assert_eq!(shown(&made, COMPARISON), shown(&plain, COMPARISON), "what was told and who is new: {more}");
    }
}
