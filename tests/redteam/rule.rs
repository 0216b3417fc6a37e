//! Whoever knows the rule to the letter turns it round: of all populations that there could be, those are left for which the
//! program would have shown and withheld what it did. No withheld number may be the same in all of them, and of none may
//! they say that it is small.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use palaute::cube::{
    Attribute, Axis, AxisCategory, Basis, CHOSEN, Cell, Class, Cohort, Counted, MEAN, NO_ANSWER, NOT_CHOSEN, People,
    Reading, Role, TOTAL, Table, Whose,
};
use palaute::instance::Instance;
use palaute::release::{Before, Ledger, Release, ReleaseId};
use palaute::text::{Figure, Text, divide_rounded};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const DAY: Date = date(2025, 11, 30);

pub(crate) fn instance(threshold: u32) -> Instance {
    let text = include_str!("../../demo/palaute.yaml").replace("threshold: 3", &format!("threshold: {threshold}"));
    Instance::read("palaute.yaml", &text).unwrap()
}

fn axis(id: &str, codes: impl Iterator<Item = String>) -> Axis {
    let categories = codes.map(|code| AxisCategory { label: Text::finnish(code.clone()), code }).collect();
    Axis { id: id.to_owned(), label: Text::finnish(id), role: Role::Classification, categories }
}

/// A block of people of one cohort with these attributes.
pub(crate) struct Block<'a> {
    pub(crate) id: &'a str,
    /// Attribute of the cohort.
    pub(crate) when: &'a str,
    pub(crate) attributes: &'a [(&'a str, &'a [&'a str])],
    /// Codes of the first attribute that an indicator tells together.
    pub(crate) sums: &'a [&'a [&'a str]],
    /// The indicators come before the table.
    pub(crate) indicators_first: bool,
}

pub(crate) const PLAIN: Block<'_> =
    Block { id: "", when: "ended", attributes: &[], sums: &[], indicators_first: false };

impl Block<'_> {
    fn whose(&self, only: &[(&str, &str)]) -> Whose {
        let cohort = (self.when, DAY.to_string());
        let codes = std::iter::once((cohort.0, cohort.1.as_str())).chain(only.iter().copied());
        let only = codes.map(|(id, code)| (id.to_owned(), BTreeSet::from([code.to_owned()]))).collect();
        Whose { block: self.id.to_owned(), only }
    }

    /// The people, so many of each combination of codes in turn.
    fn people(&self, counts: &[i64]) -> People {
        let own = self.attributes.iter().map(|(id, codes)| Attribute {
            id: (*id).to_owned(),
            codes: codes.iter().map(|c| (*c).to_owned()).collect(),
        });
        let when = Attribute { id: self.when.to_owned(), codes: vec![DAY.to_string(), "later".to_owned()] };
        let attributes: Vec<Attribute> = std::iter::once(when).chain(own).collect();
        let mut kinds = vec![vec![0]];
        for (_, codes) in self.attributes {
            kinds = kinds.iter().flat_map(|k| (0..codes.len()).map(|c| [k.as_slice(), &[c]].concat())).collect();
        }
        let kinds = kinds.into_iter().zip(counts.iter().copied()).filter(|(_, n)| *n > 0).collect();
        People { id: self.id.to_owned(), attributes, kinds, structural_zeros: Vec::new() }
    }

    /// What is counted of them: every combination of codes with its totals, and of grades their mean.
    pub(crate) fn counted(&self, counts: &[i64], is_graded: bool) -> Counted {
        let people = self.people(counts);
        let mut cells: Vec<Vec<(&str, &str)>> = vec![Vec::new()];
        for (id, codes) in self.attributes {
            let all = || codes.iter().copied().chain([TOTAL]);
            cells = cells.iter().flat_map(|c| all().map(|code| [c.as_slice(), &[(*id, code)]].concat())).collect();
        }
        let of = |cell: &Vec<(&str, &str)>| {
            let only: Vec<(&str, &str)> = cell.iter().copied().filter(|(_, code)| *code != TOTAL).collect();
            self.whose(&only)
        };
        let mut reads: Vec<Reading> = cells.iter().map(|cell| Reading::Count(of(cell))).collect();
        let mut figures: Vec<Cell> =
            reads.iter().map(|r| Cell { figure: Figure::count(number_of(&people, r)), basis: Basis::Count }).collect();
        let mut axes: Vec<Axis> = self
            .attributes
            .iter()
            .map(|(id, codes)| axis(id, codes.iter().copied().chain([TOTAL]).map(str::to_owned)))
            .collect();
        if is_graded {
            let (id, codes) = self.attributes[0];
            let graded: Vec<(i64, Whose)> =
                codes.iter().filter_map(|code| Some((code.parse().ok()?, self.whose(&[(id, code)])))).collect();
            let of_grades: Vec<(i64, i64)> = graded.iter().map(|(g, w)| (*g, people.count(w))).collect();
            let (n, sum) = of_grades.iter().fold((0, 0), |(n, sum), (g, of)| (n + of, sum + g * of));
            let alike = of_grades.iter().filter(|(_, of)| *of > 0).count() < 2;
            let basis = Basis::Rating { people: n, sum, alike };
            figures.push(Cell {
                figure: Figure::tenths(divide_rounded(i128::from(10 * sum), i128::from(n.max(1)))),
                basis,
            });
            reads.push(Reading::Grades(graded));
            let code = MEAN.to_owned();
            axes[0].categories.push(AxisCategory { code, label: Text::finnish("ka") });
        }
        let cohort = Cohort { of: self.when.to_owned(), from: None, until: DAY };
        let table = Table {
            id: "table".to_owned(),
            title: Text::finnish("t"),
            definition: Text::finnish("d"),
            axes,
            cells: figures,
            hangs_on: Vec::new(),
            class: Class::Counts,
            as_of: DAY,
            source: Text::finnish("s"),
            responses: Vec::new(),
            reads,
            cohort: Some(cohort.clone()),
            priority: 0,
        };
        let mut tables = vec![table];
        if !self.sums.is_empty() {
            let sums = self.sums.iter().map(|codes| {
                let mut whose = self.whose(&[]);
                let codes = codes.iter().map(|c| (*c).to_owned()).collect();
                whose.only.insert(self.attributes[0].0.to_owned(), codes);
                Reading::Count(whose)
            });
            let reads: Vec<Reading> = sums.collect();
            let cells =
                reads.iter().map(|r| Cell { figure: Figure::count(number_of(&people, r)), basis: Basis::Count });
            tables.push(Table {
                id: "indicators".to_owned(),
                axes: vec![axis("sum", self.sums.iter().map(|codes| codes.join("_")))],
                cells: cells.collect(),
                reads,
                class: Class::Groups,
                ..tables[0].clone()
            });
            if self.indicators_first {
                tables.reverse();
            }
        }
        Counted { tables, people: vec![people], cohorts: vec![cohort], ..Counted::default() }
    }
}

fn number_of(people: &People, reading: &Reading) -> i64 {
    if let Reading::Count(whose) = reading { people.count(whose) } else { 0 }
}

/// Every way to put so many people into so many kinds.
fn populations(people: i64, kinds: usize) -> Vec<Vec<i64>> {
    if kinds == 1 {
        return vec![vec![people]];
    }
    let first =
        |n: i64| populations(people - n, kinds - 1).into_iter().map(move |rest| [&[n], rest.as_slice()].concat());
    (0..=people).flat_map(first).collect()
}

/// What readers see of a population.
fn seen(counted: &Counted, instance: &Instance) -> Option<Vec<Option<i64>>> {
    let ledger = Ledger::default();
    let before = Before { earlier: &[], witnesses: &[], ledger: &ledger };
    let id = (ReleaseId::next(DAY, &[]), Timestamp::UNIX_EPOCH);
    let made = Release::control(counted, &before, instance, id, 1).ok()?;
    let cells = counted.tables.iter().flat_map(|t| &made.release.table(&t.id).unwrap().cells);
    Some(cells.map(|c| c.map(|f| f.scaled)).collect())
}

/// What the rule, turned round, tells of the withheld numbers: how many there are over all populations, how many of them
/// are told, and how many are told to be small.
#[derive(Debug, Default, PartialEq)]
struct Told {
    withheld: usize,
    exactly: usize,
    small: usize,
    shown: usize,
}

fn turned_round(block: &Block, people: i64, k: u32, is_graded: bool) -> Told {
    let kinds = block.attributes.iter().map(|(_, codes)| codes.len()).product();
    let all = populations(people, kinds).into_iter().map(|counts| block.counted(&counts, is_graded));
    // Nobody is no secret of a line: an empty category beside others is shown elsewhere.
    told_of(all, k, block.attributes.len() > 1)
}

/// The same of populations of any kind.
fn told_of(all: impl Iterator<Item = Counted>, k: u32, nobody_is_secret: bool) -> Told {
    let instance = instance(k);
    let mut alike: BTreeMap<Vec<Option<i64>>, Vec<Counted>> = BTreeMap::new();
    for counted in all {
        if let Some(seen) = seen(&counted, &instance) {
            alike.entry(seen).or_default().push(counted);
        }
    }
    let mut told = Told::default();
    for (pattern, all) in &alike {
        for (at, cell) in pattern.iter().enumerate() {
            if cell.is_some() {
                told.shown += all.len();
                continue;
            }
            let exact = |c: &Counted| c.tables.iter().flat_map(|t| &t.cells).nth(at).unwrap().figure.scaled;
            let values: BTreeSet<i64> = all.iter().map(exact).collect();
            told.withheld += all.len();
            let reading = all[0].tables.iter().flat_map(|t| &t.reads).nth(at);
            let is_count = matches!(reading, Some(Reading::Count(_)));
            // What several are together may follow from what is shown; of it nobody may know that it is small.
            let is_sum =
                all[0].tables.iter().flat_map(|t| t.cells.iter().map(|_| &t.id)).nth(at).unwrap() == "indicators";
            let is_secret = !is_sum && (nobody_is_secret || values.iter().all(|n| *n > 0));
            if is_count && values.len() == 1 && is_secret {
                told.exactly += all.len();
            }
            if is_count && values.iter().all(|n| (1..i64::from(k)).contains(n)) {
                told.small += all.len();
            }
        }
    }
    told
}

#[test]
fn the_rule_turned_round_tells_no_number_of_a_line() {
    let block =
        Block { id: "cases.outcome", when: "ended", attributes: &[("outcome", &["a", "b", "c", "d"])], ..PLAIN };
    for (people, k) in [(9, 3), (12, 3), (11, 4)] {
        let told = turned_round(&block, people, k, false);
        assert_eq!((told.exactly, told.small), (0, 0), "{told:?}");
        assert!(told.withheld > 0 && told.shown > 0);
    }
}

#[test]
fn the_rule_turned_round_tells_no_number_of_grades() {
    let block = Block {
        id: "f.q",
        when: "received",
        attributes: &[("answer", &["1", "2", "3", "4", "5", NO_ANSWER])],
        ..PLAIN
    };
    for (people, k) in [(10, 3), (11, 5)] {
        let told = turned_round(&block, people, k, true);
        assert_eq!((told.exactly, told.small), (0, 0), "{told:?}");
    }
}

#[test]
fn the_rule_turned_round_tells_no_number_of_a_crossed_table() {
    let attributes: &[(&str, &[&str])] = &[("gender", &["woman", "man"]), ("outcome", &["a", "b"])];
    let block = Block { id: "cases.gender.outcome", when: "ended", attributes, ..PLAIN };
    for (people, k) in [(12, 3), (14, 3), (13, 4)] {
        let told = turned_round(&block, people, k, false);
        assert_eq!((told.exactly, told.small), (0, 0), "{told:?}");
    }
}

#[test]
fn the_rule_turned_round_tells_no_number_of_a_larger_crossed_table() {
    let attributes: &[(&str, &[&str])] = &[("gender", &["woman", "man"]), ("outcome", &["a", "b", "c"])];
    let block = Block { id: "cases.gender.outcome", when: "ended", attributes, ..PLAIN };
    let told = turned_round(&block, 10, 3, false);
    assert_eq!((told.exactly, told.small), (0, 0), "{told:?}");
}

#[test]
fn the_rule_turned_round_tells_no_number_of_a_line_whose_categories_are_told_together() {
    let attributes: &[(&str, &[&str])] = &[("outcome", &["a", "b", "c", "d"])];
    let sums: [&[&[&str]]; 4] =
        [&[&["a", "b"]], &[&["a", "b"], &["c", "d"]], &[&["a", "b", "c"], &["a", "b"]], &[&["a", "b"], &["b", "c"]]];
    for (sums, indicators_first) in sums.into_iter().flat_map(|sums| [(sums, false), (sums, true)]) {
        let block = Block { id: "cases.outcome", attributes, sums, indicators_first, ..PLAIN };
        for (people, k) in [(9, 3), (11, 4)] {
            let told = turned_round(&block, people, k, false);
            assert_eq!((told.exactly, told.small), (0, 0), "{sums:?} {people} {k} {told:?}");
            assert!(told.withheld > 0 && told.shown > 0);
        }
    }
}

#[test]
fn the_rule_turned_round_tells_no_number_of_grades_of_which_the_best_and_all_are_told_together() {
    let attributes: &[(&str, &[&str])] = &[("answer", &["1", "2", "3", "4", "5", NO_ANSWER])];
    for indicators_first in [false, true] {
        let sums: &[&[&str]] = &[&["4", "5"], &["1", "2", "3", "4", "5"]];
        let block = Block { id: "f.q", when: "received", attributes, sums, indicators_first };
        for (people, k) in [(9, 3), (11, 3), (10, 5)] {
            let told = turned_round(&block, people, k, true);
            assert_eq!((told.exactly, told.small), (0, 0), "{people} {k} {told:?}");
            assert!(told.withheld > 0 && told.shown > 0);
        }
    }
}

/// A question of several choices: a, b, none of them; how many chose a only, b only, both, none, or did not answer.
fn of_several(counts: &[i64]) -> Counted {
    let codes = [CHOSEN, NOT_CHOSEN, "none", NO_ANSWER];
    let block = |id: &'static str, places: [i64; 5]| {
        let mut of = [0; 4];
        places.iter().zip(counts).for_each(|(place, n)| of[usize::try_from(*place).unwrap()] += n);
        let attributes: &[(&str, &[&str])] = &[("answer", &codes)];
        Block { id, when: "received", attributes, ..PLAIN }.people(&of)
    };
    let people = vec![block("f.q.a", [0, 1, 0, 2, 3]), block("f.q.b", [1, 0, 0, 2, 3])];
    let whose = |id, only: &[(&str, &str)]| Block { id, when: "received", ..PLAIN }.whose(only);
    let of = |id, code| Reading::Count(whose(id, &[("answer", code)]));
    let reads = vec![
        of("f.q.a", CHOSEN),
        of("f.q.b", CHOSEN),
        of("f.q.a", "none"),
        of("f.q.a", NO_ANSWER),
        Reading::Count(whose("f.q.a", &[])),
    ];
    let number = |reading: &Reading| {
        let Reading::Count(whose) = reading else { return 0 };
        people.iter().find(|p| p.id == whose.block).unwrap().count(whose)
    };
    let cells = reads.iter().map(|r| Cell { figure: Figure::count(number(r)), basis: Basis::Count }).collect();
    let codes = ["a", "b", "none", NO_ANSWER, TOTAL].map(str::to_owned).into_iter();
    let plain = Block { id: "f.q.a", when: "received", attributes: &[("answer", &["a"])], ..PLAIN };
    let table = plain.counted(&[0], false).tables.swap_remove(0);
    let table = Table { axes: vec![axis("answer", codes)], cells, reads, ..table };
    Counted { tables: vec![table], people, ..plain.counted(&[0], false) }
}

#[test]
fn the_rule_turned_round_tells_no_number_of_a_question_with_several_choices() {
    for (people, k) in [(10, 3), (12, 3), (13, 4)] {
        let told = told_of(populations(people, 5).into_iter().map(|counts| of_several(&counts)), k, false);
        assert_eq!((told.exactly, told.small), (0, 0), "{people} {k} {told:?}");
        assert!(told.withheld > 0 && told.shown > 0);
    }
}

#[test]
fn of_nobody_who_chose_others_only_it_is_known_that_they_are_few() {
    let instance = instance(3);
    let mut alike: BTreeMap<Vec<Option<i64>>, Vec<Vec<i64>>> = BTreeMap::new();
    for counts in populations(12, 5) {
        if let Some(seen) = seen(&of_several(&counts), &instance) {
            alike.entry(seen).or_default().push(counts);
        }
    }
    let are_few = |of: &dyn Fn(&[i64]) -> i64, all: &[Vec<i64>]| all.iter().all(|counts| [1, 2].contains(&of(counts)));
    for (seen, all) in &alike {
        for other in 0..2 {
            assert!(!are_few(&|counts| counts[1 - other], all), "{seen:?} {all:?}");
            assert!(!are_few(&|counts| counts[1 - other] + counts[3], all), "{seen:?} {all:?}");
        }
    }
    let whole = alike.keys().filter(|seen| seen.iter().all(Option::is_some)).count();
    let rest_hidden = alike.keys().filter(|seen| seen[0].is_some() && seen[3].is_none()).count();
    assert!(whole > 50 && rest_hidden > 20, "{whole} {rest_hidden}");
}
