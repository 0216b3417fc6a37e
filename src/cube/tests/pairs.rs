//! Pairs beside what pencil and paper say of them.

use super::*;
use crate::form::{Circumstances, FormFile, FormSet};
use crate::submission::{RawAnswers, Submission};
use crate::text::Messages;

const STATEMENTS: [&str; 10] = [
    "a_ready",
    "a_direction",
    "a_strengths",
    "a_search",
    "a_confidence",
    "a_stamina",
    "a_daily",
    "a_people",
    "a_language",
    "a_digital",
];

/// Both forms; with `without` taken from the first.
fn forms(without: &str) -> [Form; 2] {
    let file = |name: &str, source: &str| FormFile {
        file: format!("forms/{name}.yaml"),
        source: source.replace(without, ""),
        translations: Vec::new(),
    };
    let start = file("self-assessment-start", include_str!("../../../forms/self-assessment-start.yaml"));
    let closing = file("self-assessment-closing", include_str!("../../../forms/self-assessment-closing.yaml"));
    let set = FormSet::read(&[start, closing], None, None);
    SELF_ASSESSMENTS.map(|id| set.form(id).unwrap_or_else(|| panic!("{:?}", set.found)).clone())
}

/// Answers to the first statements, by the letters of the scale from the best to the worst; `?` cannot say.
fn answers(form: &Form, letters: &str) -> Submission {
    let code = |letter: char| match letter {
        'A' => "fully_agree",
        'B' => "rather_agree",
        'C' => "neither",
        'D' => "rather_disagree",
        'E' => "fully_disagree",
        _ => "dont_know",
    };
    let given = STATEMENTS.iter().zip(letters.chars()).filter(|(_, letter)| *letter != '.');
    let raw: RawAnswers = given.map(|(id, letter)| ((*id).to_owned(), vec![code(letter).to_owned()])).collect();
    Submission::parse(&raw, form, &Circumstances::default()).unwrap()
}

/// The change in tenths of a step.
fn change([first, last]: &[Form; 2], before: &str, after: &str) -> Option<i64> {
    let (before, after) = (answers(first, before), answers(last, after));
    let fact = Fact::of_pair((first, before.answers()), (last, after.answers()), 20_000)?;
    assert_eq!((fact.sign, fact.codes[0]), (1, 20_000));
    Some(fact.codes[1] - FARTHEST)
}

#[test]
fn a_change_is_the_mean_of_the_statements_that_were_answered_both_times() {
    let forms = forms(" # nothing");
    assert_eq!(change(&forms, "EEEEEEEEEE", "AAAAAAAAAA"), Some(40));
    assert_eq!(change(&forms, "AAAAAAAAAA", "EEEEEEEEEE"), Some(-40));
    assert_eq!(change(&forms, "CCC", "BBC"), Some(7), "two steps up in three statements");
    assert_eq!(change(&forms, "BBC", "CCC"), Some(-7));
    assert_eq!(change(&forms, "DC.E", "B?A."), Some(20), "only the first has two answers");
    assert_eq!(change(&forms, "CCCCCCCCCC", "CCCCCCCCCC"), Some(0));
    assert_eq!(change(&forms, "C???", ".CCC"), None);
    assert_eq!(change(&forms, "", ""), None);
}

#[test]
fn nobody_is_counted_who_was_told_that_nothing_is() {
    assert_eq!(change(&forms("counts_change: true"), "CCC", "BBB"), None);
    let ([untold, _], [_, told]) = (forms("counts_change: true"), forms(" # nothing"));
    assert_eq!(change(&[untold, told], "CCC", "BBB"), None, "one of the two is not enough");
}

fn fact(day: i64, tenths: i64, sign: i8) -> Fact {
    Fact { sign, codebook: Codebook::of_pairs().fingerprint(), codes: vec![day, tenths + FARTHEST] }
}

fn cube(facts: &[Fact]) -> Cube {
    let mut cube = Cube::default();
    for (sequence, fact) in (1..).zip(facts) {
        cube.fold(sequence, fact, &Codebook::of_pairs());
    }
    cube
}

/// The day of that number.
fn day(number: i64) -> Date {
    super::super::rows::day_of(number).unwrap()
}

fn tables(cube: &Cube, until: i64, released: &[Cohort]) -> Vec<Table> {
    let yaml = "{ id: self_assessment_change, measure: self_assessment_change }";
    let spec: IndicatorSpec = crate::text::read_yaml("statistics.yaml", yaml).unwrap();
    let pairs = Pairs::new(cube, 5, day(until), released);
    let tables = pairs.tables(&spec, &Messages::text("table.n"), day(until));
    for (table, cell) in tables.iter().flat_map(|t| t.reads.iter().zip(&t.cells)).filter_map(|(r, c)| match r {
        Reading::Count(whose) => Some((whose.clone(), c)),
        _ => None,
    }) {
        assert_eq!(pairs.block().count(&table), cell.figure.scaled, "the block counts the same people");
    }
    tables
}

fn figures(table: &Table) -> Vec<i64> {
    table.cells.iter().map(|c| c.figure.scaled).collect()
}

fn fit(table: &Table) -> Vec<bool> {
    table.cells[1..].iter().map(|c| c.basis.is_fit_change(5)).collect()
}

#[test]
fn the_interval_is_that_of_students_t() {
    // -1.0, 0.0 and 1.0 steps, ten of each: mean 0, s = 10 sqrt(20 / 29) = 8.3045 tenths, t(29) = 2.0452, half 3.10 tenths.
    let facts: Vec<Fact> = (0..30).map(|n| fact(20_000, (n % 3 - 1) * 10, 1)).collect();
    let table = tables(&cube(&facts), 20_100, &[]).remove(0);
    assert_eq!((figures(&table), fit(&table)), (vec![30, 0, -3, 3], vec![true; 3]));
    // 12 and 3 in turn: mean 7.5, s = 4.5 sqrt(30 / 29) = 4.5769, half 1.71: from 5.79 to 9.21 tenths.
    let facts: Vec<Fact> = (0..30).map(|n| fact(20_000, if n % 2 == 0 { 12 } else { 3 }, 1)).collect();
    assert_eq!(figures(&tables(&cube(&facts), 20_100, &[])[0]), [30, 8, 6, 9]);
}

#[test]
fn a_mean_needs_pairs_that_differ_and_room_at_both_ends_and_an_interval_needs_thirty() {
    let of = |tenths: &[i64]| {
        let facts: Vec<Fact> = tenths.iter().map(|t| fact(20_000, *t, 1)).collect();
        fit(&tables(&cube(&facts), 20_100, &[])[0])
    };
    assert_eq!(of(&[3, 4, 5, -6, 2]), [true, false, false]);
    assert_eq!(of(&[3, 3, 3, 3, 3]), [false; 3], "all alike");
    assert_eq!(of(&[40, 40, 40, 40, 21]), [false; 3], "less than two steps from the end of the scale");
    assert_eq!(of(&[40, 40, 40, 40, 20]), [true, false, false]);
    assert_eq!(of(&[-40, -40, -40, -40, -21]), [false; 3], "the other end");
    let many = |other: i64| (0..29).map(|_| 3).chain([other]).collect::<Vec<i64>>();
    assert_eq!(of(&many(30)), [true; 3]);
    assert_eq!(of(&many(4)), [false; 3], "an interval of no width would say that all are alike");
    assert_eq!(of(&[]), [false; 3]);
}

#[test]
fn pairs_are_cut_by_the_day_of_the_second_and_a_released_cohort_is_not_counted_again() {
    let mut facts: Vec<Fact> = (0..6).map(|n| fact(20_000 + n, n, 1)).collect();
    assert_eq!(tables(&cube(&facts[..4]), 20_100, &[])[0].reads, [const { Reading::Plain }; 4], "too few for a cohort");
    let first = tables(&cube(&facts), 20_100, &[]);
    assert_eq!((first.len(), figures(&first[0])[0]), (1, 5), "whole days, at least five pairs");
    let released = [first[0].cohort.clone().unwrap()];
    assert_eq!(tables(&cube(&facts), 20_100, &released), [], "nothing new");
    facts.extend((0..5).map(|n| fact(20_050, -n, 1)));
    let second = tables(&cube(&facts), 20_100, &released);
    assert_eq!((second.len(), figures(&second[0])), (1, vec![6, -1, -4, 2]));
}

#[test]
fn a_pair_that_is_taken_back_leaves_no_trace_whatever_the_portions() {
    let facts = [fact(20_000, 3, 1), fact(20_001, -1, 1), fact(20_000, 3, -1), fact(20_002, 4, 1)];
    let whole = cube(&facts);
    let portion: Cube = serde_json::from_str(&serde_json::to_string(&cube(&facts[..2])).unwrap()).unwrap();
    let mut portions = portion;
    for (sequence, fact) in (3..).zip(&facts[2..]) {
        portions.fold(sequence, fact, &Codebook::of_pairs());
    }
    assert_eq!(portions, whole);
    let left = cube(&[facts[1].clone(), facts[3].clone()]);
    let entries = |cube: &Cube| cube.entries(PAIRS).map(|(k, n)| (k.join(" "), n)).collect::<Vec<_>>();
    assert_eq!(entries(&whole), entries(&left));
    assert_eq!(entries(&left), [("20001 -1".to_owned(), 1), ("20002 4".to_owned(), 1)]);
}
