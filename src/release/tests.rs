//! Disclosure control on small invented populations.

mod comparison;

use super::*;
use crate::cube::{
    Attribute, AxisCategory, Basis, Cell, NO_ANSWER, NOT_ASKED, People, Response, Role, TOTAL, Table, Whose,
};
use jiff::civil::date;
use std::collections::{BTreeMap, BTreeSet};

const DAY: Date = date(2025, 11, 30);
const NEXT: Date = date(2026, 6, 30);

fn instance(threshold: u32) -> Instance {
    let text = include_str!("../../demo/palaute.yaml").replace("threshold: 3", &format!("threshold: {threshold}"));
    Instance::read("palaute.yaml", &text).unwrap()
}

fn attribute(id: &str, codes: &[&str]) -> Attribute {
    Attribute { id: id.to_owned(), codes: codes.iter().map(|c| (*c).to_owned()).collect() }
}

/// People by their codes, in the order of the attributes.
fn people(id: &str, attributes: &[(&str, &[&str])], kinds: &[(&[&str], i64)]) -> People {
    let attributes: Vec<Attribute> = attributes.iter().map(|(id, codes)| attribute(id, codes)).collect();
    let place = |at: usize, code: &str| attributes[at].codes.iter().position(|c| c == code).unwrap();
    let kind = |codes: &[&str]| codes.iter().enumerate().map(|(at, code)| place(at, code)).collect();
    let kinds = kinds.iter().map(|(codes, n)| (kind(codes), *n)).collect();
    People { id: id.to_owned(), attributes, kinds, structural_zeros: Vec::new() }
}

fn whose(block: &str, only: &[(&str, &str)]) -> Whose {
    let codes = |code: &str| code.split('+').map(str::to_owned).collect::<BTreeSet<_>>();
    Whose { block: block.to_owned(), only: only.iter().map(|(id, code)| ((*id).to_owned(), codes(code))).collect() }
}

fn axis(id: &str, codes: &[&str]) -> Axis {
    let category = |c: &&str| AxisCategory { code: (*c).to_owned(), label: Text::finnish(*c) };
    Axis {
        id: id.to_owned(),
        label: Text::finnish(id),
        role: Role::Classification,
        categories: codes.iter().map(category).collect(),
    }
}

/// A table of counts over attributes of a block, totals last on each axis.
fn counts(id: &str, people: &People, when: (&str, Date), by: &[(&str, &[&str])]) -> Table {
    let mut codes: Vec<Vec<String>> = vec![Vec::new()];
    for (_, of_axis) in by {
        let all = || of_axis.iter().copied().chain([TOTAL]);
        codes =
            codes.iter().flat_map(|c| all().map(|code| c.iter().cloned().chain([code.to_owned()]).collect())).collect();
    }
    let reads: Vec<Reading> = codes
        .iter()
        .map(|cell| {
            let mut only = vec![(when.0.to_owned(), when.1.to_string())];
            only.extend(
                by.iter().zip(cell).filter(|(_, c)| *c != TOTAL).map(|((id, _), c)| ((*id).to_owned(), c.clone())),
            );
            let only: Vec<(&str, &str)> = only.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            Reading::Count(whose(&people.id, &only))
        })
        .collect();
    let count = |r: &Reading| if let Reading::Count(w) = r { people.count(w) } else { 0 };
    let axes =
        by.iter().map(|(id, codes)| axis(id, &codes.iter().copied().chain([TOTAL]).collect::<Vec<_>>())).collect();
    Table {
        id: id.to_owned(),
        title: Text::finnish(id),
        definition: Text::finnish("d"),
        axes,
        cells: reads.iter().map(|r| Cell { figure: Figure::count(count(r)), basis: Basis::Count }).collect(),
        hangs_on: Vec::new(),
        class: Class::Counts,
        as_of: when.1,
        source: Text::finnish("s"),
        responses: Vec::new(),
        reads,
        cohort: Some(Cohort { of: when.0.to_owned(), from: None, until: when.1 }),
        priority: 0,
    }
}

fn counted(tables: Vec<Table>, people: Vec<People>) -> Counted {
    let cohorts = tables.iter().filter_map(|t| t.cohort.clone()).collect();
    Counted { tables, people, cohorts, ..Counted::default() }
}

fn nothing() -> (Vec<Release>, Vec<Witnesses>, Ledger) {
    (Vec::new(), Vec::new(), Ledger::default())
}

fn released(
    counted: &Counted,
    k: u32,
    past: &(Vec<Release>, Vec<Witnesses>, Ledger),
    on: Date,
) -> Result<Controlled, Refusal> {
    let before = Before { earlier: &past.0, witnesses: &past.1, ledger: &past.2 };
    let id = ReleaseId::next(on, &past.0.iter().map(|r| r.id().clone()).collect::<Vec<_>>());
    Release::control(counted, &before, &instance(k), (id, Timestamp::UNIX_EPOCH), 1)
}

fn shown(controlled: &Controlled, table: &str) -> Vec<Option<i64>> {
    controlled.release.table(table).unwrap().cells.iter().map(|c| c.map(|f| f.scaled)).collect()
}

const OUTCOMES: [&str; 4] = ["job", "education", "trial", "returned"];

/// The pilot's outcomes by an invented gender.
fn pilot() -> People {
    let ended = [DAY.to_string(), "later".to_owned()];
    let ended: Vec<&str> = ended.iter().map(String::as_str).collect();
    let now = ended[0];
    let kinds: &[(&[&str], i64)] = &[
        (&[now, "woman", "job"], 3),
        (&[now, "man", "job"], 2),
        (&[now, "woman", "education"], 4),
        (&[now, "man", "education"], 1),
        (&[now, "woman", "trial"], 3),
        (&[now, "man", "returned"], 4),
        (&["later", "man", "job"], 2),
    ];
    people("cases.gender.outcome", &[("ended", &ended), ("gender", &["woman", "man"]), ("outcome", &OUTCOMES)], kinds)
}

#[test]
fn small_outcomes_are_withheld_and_the_large_ones_and_the_total_stand() {
    let block = pilot();
    let table = counts("outcomes", &block, ("ended", DAY), &[("outcome", &OUTCOMES)]);
    let made = released(&counted(vec![table], vec![block]), 4, &nothing(), DAY).unwrap();
    assert_eq!(shown(&made, "outcomes"), [Some(5), Some(5), None, None, Some(17)]);
    assert_eq!(made.release.withheld()[0].reason, Reason::Protected);
    assert_eq!(made.entries.len(), 3, "what is shown enters the ledger");
}

#[test]
fn beside_small_outcomes_the_smallest_of_the_large_ones_are_withheld_too() {
    let block = pilot();
    let table = counts("outcomes", &block, ("ended", DAY), &[("outcome", &OUTCOMES)]);
    let made = released(&counted(vec![table], vec![block]), 5, &nothing(), DAY).unwrap();
    assert_eq!(shown(&made, "outcomes"), [None, None, None, None, Some(17)], "3 and 4 are small, 5 and 5 as large");
}

#[test]
fn nothing_is_said_of_a_provider_whose_numbers_are_withheld() {
    use crate::comparison::{Band, Standing};
    let block = people(
        "cases.outcome.provider",
        &[("ended", &["2025-11-30", "later"]), ("provider", &["a", "b", "c"]), ("outcome", &["job", "other"])],
        &[
            (&["2025-11-30", "a", "job"], 2),
            (&["2025-11-30", "a", "other"], 40),
            (&["2025-11-30", "b", "job"], 20),
            (&["2025-11-30", "b", "other"], 20),
            (&["2025-11-30", "c", "job"], 30),
            (&["2025-11-30", "c", "other"], 20),
        ],
    );
    let reads: Vec<Reading> = ["a", "b", "c"]
        .iter()
        .flat_map(|p| {
            [
                vec![("ended", "2025-11-30"), ("provider", *p)],
                vec![("ended", "2025-11-30"), ("provider", *p), ("outcome", "job")],
            ]
        })
        .map(|only| Reading::Count(whose(&block.id, &only)))
        .collect();
    let count = |r: &Reading| if let Reading::Count(w) = r { block.count(w) } else { 0 };
    let table = Table {
        axes: vec![axis("provider", &["a", "b", "c"]), axis("statistic", &["closed", "observed"])],
        cells: reads.iter().map(|r| Cell { figure: Figure::count(count(r)), basis: Basis::Count }).collect(),
        reads,
        ..counts("comparison-counts", &block, ("ended", DAY), &[])
    };
    let standing = |code: &str| Standing {
        provider: code.to_owned(),
        label: Text::finnish(code),
        band: Band::Descriptive,
        figures: None,
    };
    let total = counts("outcomes", &block, ("ended", DAY), &[("outcome", &["job", "other"])]);
    let standings = ["a", "b", "c"].map(standing).into();
    let made = Counted { comparison: standings, ..counted(vec![total, table], vec![block]) };
    let made = released(&made, 5, &nothing(), DAY).unwrap();
    let seen = shown(&made, "comparison-counts");
    assert_eq!(seen[1], None, "{seen:?}");
    for (at, standing) in made.release.comparison().iter().enumerate() {
        let is_shown = seen[2 * at].is_some() && seen[2 * at + 1].is_some();
        assert_eq!(standing.band, if is_shown { Band::Descriptive } else { Band::NotTold }, "{seen:?}");
    }
}

#[test]
fn witnesses_add_up_to_everything_shown_and_none_is_the_truth() {
    let block = pilot();
    let tables = vec![
        counts("outcomes", &block, ("ended", DAY), &[("outcome", &OUTCOMES)]),
        counts("outcomes-by-gender", &block, ("ended", DAY), &[("gender", &["woman", "man"]), ("outcome", &OUTCOMES)]),
    ];
    let made = released(&counted(tables, vec![block.clone()]), 3, &nothing(), DAY).unwrap();
    let of_block = &made.witnesses.blocks[0];
    assert!(!of_block.pairs.is_empty());
    let add = |people: &[(usize, i64)], w: &Whose| -> i64 {
        let kinds = people.iter().map(|(at, n)| (of_block.kinds[*at].clone(), *n)).collect();
        People { attributes: of_block.attributes.clone(), kinds, ..block.clone() }.count(w)
    };
    let truth: Vec<(Vec<usize>, i64)> = block.kinds.clone().into_iter().collect();
    for pair in &of_block.pairs {
        assert!(add(&pair.high, &pair.whose) - add(&pair.low, &pair.whose) >= 3, "{:?}", pair.whose);
        for people in [&pair.low, &pair.high] {
            let named: Vec<(Vec<usize>, i64)> =
                people.iter().map(|(at, n)| (of_block.kinds[*at].clone(), *n)).collect();
            assert_ne!(named, truth);
            for table in made.release.tables() {
                for (reading, cell) in table.reads.iter().zip(&table.cells) {
                    if let (Reading::Count(w), Some(figure)) = (reading, cell) {
                        assert_eq!(add(people, w), figure.scaled, "{w:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn nobody_of_a_group_in_a_category_is_not_told_unless_the_instance_says_so_or_it_cannot_be() {
    let gender: &[&str] = &["woman", "man"];
    let by_gender = |block: &People| counts("t", block, ("ended", DAY), &[("gender", gender), ("outcome", &OUTCOMES)]);
    let block = pilot();
    let made = released(&counted(vec![by_gender(&block)], vec![block.clone()]), 3, &nothing(), DAY).unwrap();
    let women_returned = made.release.table("t").unwrap().figure(&["woman", "returned"]);
    assert_eq!(women_returned, None, "no woman returned");
    let zero = |outcome: &str| {
        BTreeMap::from([("gender".to_owned(), "woman".to_owned()), ("outcome".to_owned(), outcome.to_owned())])
    };
    let impossible = People { structural_zeros: vec![zero("returned")], ..block.clone() };
    let made = released(&counted(vec![by_gender(&block)], vec![impossible]), 3, &nothing(), DAY).unwrap();
    assert!(
        made.witnesses.blocks[0]
            .pairs
            .iter()
            .all(|p| p.whose.only.get("outcome") != Some(&BTreeSet::from(["returned".to_owned()]))
                || p.whose.only.get("gender") != Some(&BTreeSet::from(["woman".to_owned()])))
    );
}

#[test]
fn a_second_cohort_leaves_the_first_as_it_was_and_nothing_can_be_subtracted() {
    let first = pilot();
    let table = counts("outcomes", &first, ("ended", DAY), &[("outcome", &OUTCOMES)]);
    let made = released(&counted(vec![table], vec![first.clone()]), 5, &nothing(), DAY).unwrap();
    let mut ledger = Ledger::default();
    ledger.add(made.entries);
    let past = (vec![made.release], vec![made.witnesses], ledger);
    let ended = [DAY.to_string(), NEXT.to_string(), "later".to_owned()];
    let ended: Vec<&str> = ended.iter().map(String::as_str).collect();
    let kinds: Vec<(Vec<String>, i64)> = first
        .kinds
        .iter()
        .map(|(kind, n)| {
            let code = |at: usize| first.attributes[at].codes[kind[at]].clone();
            (vec![if code(0) == "later" { NEXT.to_string() } else { code(0) }, code(1), code(2)], *n)
        })
        .chain([(vec![NEXT.to_string(), "man".into(), "returned".into()], 6)])
        .collect();
    let kinds: Vec<(Vec<&str>, i64)> =
        kinds.iter().map(|(k, n)| (k.iter().map(String::as_str).collect(), *n)).collect();
    let kinds: Vec<(&[&str], i64)> = kinds.iter().map(|(k, n)| (k.as_slice(), *n)).collect();
    let second = people(
        "cases.gender.outcome",
        &[("ended", &ended), ("gender", &["woman", "man"]), ("outcome", &OUTCOMES)],
        &kinds,
    );
    let table = counts("outcomes", &second, ("ended", NEXT), &[("outcome", &OUTCOMES)]);
    let made = released(&counted(vec![table], vec![second]), 5, &past, NEXT).unwrap();
    assert_eq!(made.release.earlier(), past.0[0].tables(), "the first cohort is frozen");
    assert_eq!(shown(&made, "outcomes"), [None, Some(0), Some(0), None, Some(8)], "two with a job are not told");
    let protected: BTreeSet<&Whose> = made.witnesses.blocks[0].pairs.iter().map(|p| &p.whose).collect();
    assert!(protected.iter().any(|w| w.only["ended"].contains(&DAY.to_string())), "what was sensitive stays so");
}

#[test]
fn a_person_erased_after_a_release_does_not_hinder_the_next_one() {
    let first = pilot();
    let table = counts("outcomes", &first, ("ended", DAY), &[("outcome", &OUTCOMES)]);
    let made = released(&counted(vec![table], vec![first.clone()]), 4, &nothing(), DAY).unwrap();
    let mut ledger = Ledger::default();
    ledger.add(made.entries);
    let past = (vec![made.release], vec![made.witnesses], ledger);
    let mut erased = first.clone();
    let gone = erased.kinds.keys().next().unwrap().clone();
    *erased.kinds.get_mut(&gone).unwrap() -= 1;
    let made = released(&counted(Vec::new(), vec![erased]), 4, &past, NEXT).unwrap();
    assert_eq!(shown(&made, "outcomes"), [Some(5), Some(5), None, None, Some(17)], "as it was");
}

#[test]
fn figures_published_elsewhere_are_reckoned_with_and_what_they_open_is_listed_as_lost() {
    let block = pilot();
    let table = counts("outcomes", &block, ("ended", DAY), &[("outcome", &OUTCOMES)]);
    let mut ledger = Ledger::default();
    for (reading, cell) in table.reads.iter().zip(&table.cells) {
        ledger.add(vec![LedgerEntry {
            release: "2025-11-28".to_owned(),
            table: "outcomes".to_owned(),
            cohort: table.cohort.clone(),
            block: block.id.clone(),
            reading: reading.clone(),
            low: cell.figure.scaled,
            high: cell.figure.scaled,
            source: Some(Text::finnish("raportti")),
        }]);
    }
    let past = (Vec::new(), Vec::new(), ledger);
    let made = released(&counted(vec![table], vec![block]), 5, &past, DAY).unwrap();
    assert_eq!(shown(&made, "outcomes"), [Some(5), Some(5), Some(3), Some(4), Some(17)]);
    assert_eq!(made.witnesses.blocks[0].lost.len(), 2, "3 and 4 were told before");
}

/// What `published.yaml` says with these figures of the outcomes.
fn report(figures: &str) -> crate::statistics::Published {
    let text = format!(
        "- source: {{ fi: Raportti, sv: Rapport, en: Report }}\n  published_on: 2025-12-05\n  figures:{figures}"
    );
    crate::text::read_yaml("published.yaml", &text).unwrap()
}

fn figure(until: Date, cell: &str, value: i64, more: &str) -> String {
    format!("\n    - {{ table: outcomes, cohort: {until}, cell: {{ {cell} }}, value: {value}{more} }}")
}

#[test]
fn a_figure_of_days_that_were_joined_to_a_later_cohort_is_refused_and_one_of_days_to_come_waits() {
    let block = pilot();
    let table = counts("outcomes", &block, ("ended", DAY), &[("outcome", &OUTCOMES)]);
    let counted = counted(vec![table], vec![block]);
    let elsewhere = |until: Date| published_elsewhere(&report(&figure(until, "outcome: job", 5, "")), &counted, &[]);
    let refused = elsewhere(date(2025, 6, 30)).unwrap_err().to_string();
    assert!(refused.contains("outcomes until 30 June 2025, { outcome: job }, 5."), "{refused}");
    assert!(refused.contains("ends on 30 November 2025") && refused.contains("cohorts.ends"), "{refused}");
    assert_eq!(elsewhere(DAY).unwrap().entries.len(), 1);
    let waits = elsewhere(NEXT).unwrap();
    assert!(waits.entries.is_empty());
    assert!(waits.told().contains("not used yet") && waits.told().contains("outcomes until 30 June 2026"));
}

#[test]
fn a_figure_published_elsewhere_that_does_not_fit_is_named_and_is_told_to_readers_where_it_is_known_to_differ() {
    let block = pilot();
    let table = counts("outcomes", &block, ("ended", DAY), &[("outcome", &OUTCOMES)]);
    let counted = counted(vec![table], vec![block]);
    let make = |figures: &str| {
        let elsewhere = published_elsewhere(&report(figures), &counted, &[]).unwrap();
        let mut ledger = Ledger::default();
        ledger.add(elsewhere.entries.clone());
        let made = released(&counted, 5, &(Vec::new(), Vec::new(), ledger), DAY);
        (made.map(|made| made.noting(&elsewhere.notes).noting(&elsewhere.notes)), elsewhere)
    };
    let right = figure(DAY, "outcome: job", 5, "");
    let refused = make(&(right.clone() + &figure(DAY, "outcome: total", 18, ""))).0.unwrap_err();
    let Refusal::Elsewhere(named) = &refused else { panic!("{refused}") };
    assert_eq!(*named, ["outcomes until 2025-11-30, total: 18 was published (Report), 17 is counted"]);
    let why = ", differs: { fi: Vanha luettelo., sv: Gammal lista., en: An old list. }";
    let (made, elsewhere) = make(&(right + &figure(DAY, "outcome: total", 18, why)));
    let made = made.unwrap();
    assert_eq!((elsewhere.entries.len(), made.release.notes().len()), (1, 1));
    assert_eq!(made.release.notes()[0].text.in_language(crate::text::Language::En), "Report: outcomes. An old list.");
    assert_eq!(Release::from_json(&made.release.to_json()).unwrap(), made.release);
    assert!(elsewhere.told().contains("not reckoned with") && elsewhere.told().contains("18"));
    assert_eq!(shown(&made, "outcomes")[4], Some(17));
}

fn answers(block: &str, counts_of: &[(&str, i64)]) -> (Table, People) {
    let codes: Vec<&str> = counts_of.iter().map(|(c, _)| *c).collect();
    let received = DAY.to_string();
    let kinds: Vec<(Vec<&str>, i64)> = counts_of.iter().map(|(c, n)| (vec![received.as_str(), *c], *n)).collect();
    let kinds: Vec<(&[&str], i64)> = kinds.iter().map(|(k, n)| (k.as_slice(), *n)).collect();
    let block = people(block, &[("received", &[&received, "later"]), ("answer", &codes)], &kinds);
    let mut table = counts("t", &block, ("received", DAY), &[("answer", &codes)]);
    let total: i64 = counts_of.iter().map(|(_, n)| n).sum();
    table.responses = vec![Response { closed: 99, invited: total + 30, answered: total, one_a_case: false }];
    (table, block)
}

fn answered(counts_of: &[(&str, i64)], k: u32) -> Vec<Option<i64>> {
    let (table, block) = answers("f.q", counts_of);
    shown(&released(&counted(vec![table], vec![block]), k, &nothing(), DAY).unwrap(), "t")
}

#[test]
fn answers_with_a_small_count_withhold_it_and_enough_beside_it() {
    assert_eq!(answered(&[("yes", 9), ("no", 8), (NO_ANSWER, 0)], 5), [Some(9), Some(8), Some(0), Some(17)]);
    let one_small = answered(&[("yes", 12), ("no", 3), (NO_ANSWER, 0)], 5);
    assert_eq!(one_small[3], Some(15));
    assert!(one_small[0].is_none() && one_small[1].is_none(), "{one_small:?}");
}

#[test]
fn everybody_with_the_same_answer_is_not_told_but_silence_is() {
    let alike = answered(&[("yes", 0), ("no", 7), (NO_ANSWER, 0)], 5);
    assert_eq!(alike[1], None);
    assert_eq!(answered(&[("yes", 0), ("no", 0), (NO_ANSWER, 7)], 5), [Some(0), Some(0), Some(7), Some(7)]);
}

#[test]
fn the_small_rest_of_those_who_were_asked_is_protected() {
    let shown = answered(&[("a", 9), ("b", 1), (NO_ANSWER, 0), (NOT_ASKED, 20)], 3);
    assert!(shown[1].is_none() && (shown[0].is_none() || shown[3].is_none()), "one of ten said b: {shown:?}");
    assert_eq!(
        answered(&[("a", 6), ("b", 4), (NO_ANSWER, 0), (NOT_ASKED, 20)], 3),
        [Some(6), Some(4), Some(0), Some(20), Some(30)]
    );
}

#[test]
fn a_question_that_hangs_on_another_is_shown_only_where_the_other_is_shown_whole() {
    let hanging = |first: &[(&str, i64)]| {
        let (one, block) = answers("f.first", first);
        let (two, other) = answers("f.second", &[("x", 5), ("y", 5), (NOT_ASKED, 10)]);
        let one = Table { id: "first".into(), ..one };
        let two = Table { hangs_on: vec!["first".into()], ..two };
        let made = released(&counted(vec![one, two], vec![block, other]), 3, &nothing(), DAY).unwrap();
        shown(&made, "t")
    };
    assert!(hanging(&[("a", 18), ("b", 2)]).iter().all(Option::is_none), "who was not asked would give the withheld 2");
    assert!(hanging(&[("a", 10), ("b", 10)]).iter().all(Option::is_some));
}

#[test]
fn a_table_of_answers_is_withheld_whole_when_few_of_the_invited_did_not_answer() {
    let (table, block) = answers("f.q", &[("yes", 8), ("no", 6)]);
    let table =
        Table { responses: vec![Response { closed: 20, invited: 15, answered: 14, one_a_case: true }], ..table };
    let made = released(&counted(vec![table], vec![block]), 3, &nothing(), DAY).unwrap();
    assert_eq!(shown(&made, "t"), [None; 3]);
    assert_eq!(made.release.withheld()[0].reason, Reason::FewResponses);
}

#[test]
fn a_mean_needs_room_at_both_ends_and_hides_its_grades_without_it() {
    let graded = |grades: &[(&str, i64)]| {
        let (mut table, block) = answers("f.q", grades);
        let of_grade = |code: &str| whose("f.q", &[("received", &DAY.to_string()), ("answer", code)]);
        let numbers: Vec<(i64, i64)> = grades.iter().filter_map(|(c, n)| Some((c.parse().ok()?, *n))).collect();
        let (people, sum) =
            (numbers.iter().map(|(_, n)| n).sum::<i64>(), numbers.iter().map(|(g, n)| g * n).sum::<i64>());
        table.axes[0].categories.push(AxisCategory { code: "mean".into(), label: Text::finnish("m") });
        let alike = numbers.iter().filter(|(_, n)| *n > 0).count() == 1;
        table.cells.push(Cell {
            figure: Figure::tenths((sum * 20 + people) / (2 * people)),
            basis: Basis::Rating { people, sum, alike },
        });
        table.reads.push(Reading::Grades(numbers.iter().map(|(g, _)| (*g, of_grade(&g.to_string()))).collect()));
        shown(&released(&counted(vec![table], vec![block]), 3, &nothing(), DAY).unwrap(), "t")
    };
    assert_eq!(graded(&[("3", 4), ("4", 5), ("5", 5)]), [Some(4), Some(5), Some(5), Some(14), Some(41)]);
    let all_but_one = graded(&[("4", 1), ("5", 9)]);
    assert_eq!(all_but_one, [None, None, Some(10), None], "one gave another grade");
    assert_eq!(graded(&[("4", 0), ("5", 10)])[3], None, "all gave the same");
}

#[test]
fn a_ledger_that_was_changed_is_refused() {
    let block = pilot();
    let table = counts("outcomes", &block, ("ended", DAY), &[("outcome", &OUTCOMES)]);
    let made = released(&counted(vec![table], vec![block]), 4, &nothing(), DAY).unwrap();
    let mut ledger = Ledger::default();
    ledger.add(made.entries);
    let text = ledger.to_lines();
    assert_eq!(Ledger::from_lines(&text).unwrap(), ledger);
    let shorter: String = text.lines().skip(1).map(|l| format!("{l}\n")).collect();
    assert!(matches!(Ledger::from_lines(&shorter), Err(BrokenLedger::Changed { line: 1 })));
    assert!(Ledger::from_lines(&text.replace("\"high\":17", "\"high\":18")).is_err());
}

/// The pilot with so many outcomes moved from education to work.
fn corrected_pilot(moved: i64) -> People {
    let mut block = pilot();
    let place = |outcome: usize| vec![0, 0, outcome];
    *block.kinds.get_mut(&place(1)).unwrap() -= moved;
    *block.kinds.get_mut(&place(0)).unwrap() += moved;
    block.kinds.retain(|_, n| *n > 0);
    block
}

fn correction_of(now: &People, k: u32) -> Result<Controlled, Refusal> {
    let of = |block: &People| {
        counted(vec![counts("outcomes", block, ("ended", DAY), &[("outcome", &OUTCOMES)])], vec![block.clone()])
    };
    let first = of(&pilot());
    let made = released(&first, k, &nothing(), DAY).unwrap();
    let mut ledger = Ledger::default();
    ledger.add(made.entries);
    let past = (vec![made.release], vec![made.witnesses], ledger);
    let before = Before { earlier: &past.0, witnesses: &past.1, ledger: &past.2 };
    let now = of(now);
    let correction = Correction { cohort: DAY, reason: Text::finnish("virhe"), on: NEXT, before: &first, now: &now };
    let id = ReleaseId::next(DAY, &[past.0[0].id().clone()]);
    Release::correct(&correction, &before, &instance(k), (id, Timestamp::UNIX_EPOCH), 2)
}

#[test]
fn a_correction_of_fewer_records_than_the_threshold_is_refused_with_what_to_do_instead() {
    let refused = correction_of(&corrected_pilot(2), 3).unwrap_err();
    assert_eq!(refused, Refusal::TooFewChanged { cohort: DAY, changed: 2, threshold: 3 });
    assert!(refused.to_string().contains("dated note"));
    assert!(matches!(correction_of(&pilot(), 3), Err(Refusal::TooFewChanged { changed: 0, .. })));
}

#[test]
fn a_correction_replaces_the_tables_with_a_note_and_both_releases_bind() {
    let made = correction_of(&corrected_pilot(3), 3).unwrap();
    assert_eq!(made.release.notes().len(), 1);
    assert!(made.release.earlier().is_empty(), "the corrected table stands in the place of the first");
    let shown = shown(&made, "outcomes");
    assert_eq!(shown[4], Some(17));
    let block = &made.witnesses.blocks[0];
    let record = block.attributes.iter().position(|a| a.id == "record").unwrap();
    let old_jobs = |people: &[(usize, i64)]| -> i64 {
        let of = |at: usize| &block.kinds[at];
        let outcome = block.attributes.iter().position(|a| a.id == "outcome").unwrap();
        let ended = block.attributes.iter().position(|a| a.id == "ended").unwrap();
        people
            .iter()
            .filter(|(at, _)| of(*at)[record] != 2 && of(*at)[outcome] == 0 && of(*at)[ended] == 0)
            .map(|(_, n)| n)
            .sum()
    };
    assert!(!block.pairs.is_empty());
    for pair in &block.pairs {
        assert_eq!((old_jobs(&pair.low), old_jobs(&pair.high)), (5, 5), "what the first release told binds");
    }
}
