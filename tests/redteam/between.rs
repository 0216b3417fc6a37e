//! What one release tells beside another: a difference, a correction, an erasure, a cohort that grows; and what the two
//! limits of a share tell beside each other. Each is told first as a careless publisher would, which is found, and then as
//! the program tells it.

use crate::attack::Reader;
use crate::emitted::{Cell, cell, count, problems, site, whose};
use crate::releases::{Past, attack};
use crate::rule::{Block, DAY, PLAIN, instance};
use jiff::civil::{Date, date};
use palaute::cube::Counted;
use palaute::release::witness::Row;
use palaute::release::{Controlled, Correction, Refusal, Release};
use palaute::text::Text;
use serde_json::json;

const NEXT: Date = date(2026, 6, 30);

/// Coaching periods that ended in two halves of a year, by outcome.
const ENDED: &[(&str, &[&str])] = &[("ended", &["one", "two"]), ("outcome", &["job", "studies", "trial", "returned"])];

/// Counts of a table by outcome: its name, whom it counts, what is shown.
fn table(name: &str, of: &str, shown: [&str; 5]) -> Vec<Cell> {
    let outcomes = ENDED[1].1.iter().map(|code| ((*code).to_owned(), format!("{of} outcome={code}")));
    let all = outcomes.chain([("total".to_owned(), of.to_owned())]);
    all.zip(shown).map(|((code, only), shown)| count(&format!("{name} {code}"), &only, shown)).collect()
}

fn found(tables: [Vec<Cell>; 2]) -> String {
    problems(&site("outcomes", 5, ENDED, &tables.into_iter().flatten().collect::<Vec<_>>()))
}

#[test]
fn a_release_less_the_one_before_tells_who_came_between() {
    let first = table("first", "ended=one", ["6", "6", "...", "...", "21"]);
    let so_far = table("so_far", "", ["7", "12", "...", "...", "29"]);
    let new = || table("new", "ended=two", ["..."; 5]);
    let told = problems(&site("outcomes", 5, ENDED, &first.into_iter().chain(so_far).chain(new()).collect::<Vec<_>>()));
    assert!(told.contains("new_job is withheld, and other figures add up to 1"), "{told}");
    assert!(told.contains("new_total is withheld, and other figures add up to 8"), "{told}");
    assert_eq!(found([table("first", "ended=one", ["6", "6", "...", "...", "21"]), new()]), "", "periods on their own");
}

/// Known answer: alone 0 to 7 and 0 to 8, together 2 or 3 trials.
#[test]
fn a_cohort_that_grows_tells_what_neither_release_tells_alone() {
    let first = || table("first", "ended=one", ["5", "5", "...", "...", "17"]);
    let second = || table("second", "", ["6", "...", "...", "5", "19"]);
    assert_eq!(found([first(), Vec::new()]), "");
    assert_eq!(found([Vec::new(), second()]), "");
    let told = found([first(), second()]);
    assert!(told.contains("first_trial is withheld, and it can only be 2 to 3"), "{told}");
}

const OUTCOMES: Block<'_> =
    Block { id: "cases.outcome", attributes: &[("outcome", &["job", "studies", "trial", "returned"])], ..PLAIN };

fn counted(outcomes: [i64; 4]) -> Counted {
    OUTCOMES.counted(&outcomes, false)
}

/// The release of these outcomes at a threshold of three.
fn released(outcomes: [i64; 4]) -> Past {
    let mut past = Past::default();
    let made = Release::control(&counted(outcomes), &past.before(), &instance(3), past.next(DAY), 1).unwrap();
    past.take(made);
    past
}

fn corrected(from: [i64; 4], to: [i64; 4], past: &Past) -> Result<Controlled, Refusal> {
    let (before, now) = (counted(from), counted(to));
    let reason = Text::finnish("Keksitty virhe");
    let correction = Correction { cohort: DAY, reason, on: NEXT, before: &before, now: &now };
    Release::correct(&correction, &past.before(), &instance(3), past.next(DAY), 2)
}

/// Whoever knows that a published six became four knows what two corrected records said; so nothing is corrected before at
/// least as many records changed as the threshold.
#[test]
fn a_correction_of_few_records_tells_what_they_said() {
    // With work and without: records that stayed, were taken away, were brought.
    let row = |kinds: &[u32], n| Row::count(kinds, n);
    let (was, is) = ([row(&[0, 2], 6), row(&[0, 1, 2, 3], 17)], [row(&[0, 4], 4), row(&[0, 1, 4, 5], 17)]);
    let reader = Reader::new(6, &[&was[..], &is, &[row(&[2, 3], 2)]].concat());
    assert_eq!((reader.bounds(&[2]), reader.bounds(&[4])), ((2, 2), (0, 0)));

    let from = [6, 5, 3, 3];
    let refused = corrected(from, [4, 7, 3, 3], &released(from)).unwrap_err();
    assert!(matches!(refused, Refusal::TooFewChanged { changed: 2, threshold: 3, .. }), "{refused}");
}

#[test]
fn a_correction_of_enough_records_tells_neither_what_they_said_nor_what_the_others_do() {
    let (from, to) = ([9, 8, 2, 2], [5, 8, 6, 2]);
    let mut past = released(from);
    let made = corrected(from, to, &past).unwrap();
    past.take(made);
    assert!(attack(&past, &counted(to), 0) > 0, "something is sensitive");
}

/// What is published of the people who are left, beside what was published of all, tells what the erased one had said.
#[test]
fn an_erased_person_is_told_by_a_table_that_is_counted_again() {
    let row = |kinds: &[u32], n| Row::count(kinds, n);
    // With work and without, of those who are left and of the one who is erased.
    let before = [row(&[0, 2], 6), row(&[0, 1, 2, 3], 17)];
    let after = [row(&[0], 5), row(&[0, 1], 16)];
    assert_eq!(Reader::new(4, &before).bounds(&[2]), (0, 6));
    assert_eq!(Reader::new(4, &[before, after].concat()).bounds(&[2]), (1, 1));

    let mut past = released([6, 5, 3, 3]);
    let left = Counted { tables: Vec::new(), ..counted([5, 5, 3, 3]) };
    let made = Release::control(&left, &past.before(), &instance(3), past.next(NEXT), 1).unwrap();
    assert_eq!(made.entries, [], "nothing is told that was not told before");
    let of = |release: &Release| release.table("table").unwrap().cells.clone();
    assert_eq!(of(&made.release), of(&past.releases[0]), "what was told stays as it was told");
    past.take(made);
    attack(&past, &counted([6, 5, 3, 3]), 0);
}

/// A third at least and three fifths at most can only be 5 and 9 of 15, where fewer than 30 were asked.
#[test]
fn two_limits_of_a_share_tell_together_what_neither_tells_alone() {
    let answers: &[(&str, &[&str])] = &[("f", &["yes", "no", "silent", "not_due"])];
    let due = || whose("f=yes,no,silent");
    let limit = |name: &str, codes: &str, shown: &str| {
        cell(name, json!({"share": {"part": whose(&format!("f={codes}")), "whole": due()}}), shown)
    };
    let told = |low: &str, high: &str| {
        let cells = [
            count("closed", "", "29"),
            count("due", "f=yes,no,silent", "..."),
            count("working", "f=yes", "..."),
            limit("low", "yes", low),
            limit("high", "yes,silent", high),
        ];
        problems(&site("followed-up", 5, answers, &cells))
    };
    let both = told("33.3", "60.0");
    assert!(both.contains("due is withheld, and it can only be 15"), "{both}");
    assert!(both.contains("working is withheld, and it can only be 5"), "{both}");
    assert_eq!((told("33.3", "...").as_str(), told("...", "60.0").as_str()), ("", ""));
}
