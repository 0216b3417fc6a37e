//! The plain rule.

use super::response;
use super::{PublishedTable, Reason, Withheld};
use crate::cube::{Basis, Cell, Class, MEAN, NO_ANSWER, NOT_ASKED, TOTAL, Table};
use crate::instance::Policy;
use std::collections::BTreeSet;

/// Lowest and highest grade, at whose edges a mean tells the single grades.
const GRADES: (i64, i64) = (1, 5);

pub(super) fn control(tables: Vec<Table>, policy: &Policy) -> (Vec<PublishedTable>, Vec<Withheld>) {
    let (mut published, mut withheld) = (Vec::new(), Vec::new());
    // Tables that are shown in full, but for totals and means; questions come after those on which they hang.
    let mut whole: BTreeSet<String> = BTreeSet::new();
    for table in tables {
        let open = table.hangs_on.iter().all(|id| whole.contains(id));
        let reasons = match table.class {
            // Who was not asked is a part of another question's answers.
            Class::Counts if !open => {
                vec![Some(Reason::SmallGroup); table.cells.len()]
            }
            Class::Open => vec![None; table.cells.len()],
            // The total of a table of answers is the number of people who answered.
            Class::Counts if table.responses.iter().any(|r| response::reasons(r, policy)[2].is_some()) => {
                vec![Some(Reason::FewResponses); table.cells.len()]
            }
            Class::Counts => counts(&table, policy),
            Class::Groups => groups(&table, policy),
            Class::Responses => table.responses.iter().flat_map(|r| response::reasons(r, policy)).collect(),
        };
        if reasons.iter().all(Option::is_none) {
            whole.insert(table.id.clone());
        }
        let cells = table.cells.iter().zip(&reasons).map(|(c, r)| r.is_none().then_some(c.figure)).collect();
        let table = PublishedTable {
            id: table.id,
            title: table.title,
            definition: table.definition,
            class: table.class,
            as_of: table.as_of,
            source: table.source,
            axes: table.axes,
            cells,
        };
        withheld.extend(record(&table, &reasons));
        published.push(table);
    }
    (published, withheld)
}

fn record(table: &PublishedTable, reasons: &[Option<Reason>]) -> Vec<Withheld> {
    let mut present: Vec<Reason> = reasons.iter().flatten().copied().collect();
    present.sort_unstable();
    present.dedup();
    let cells_of = |reason: Reason| {
        let at = reasons.iter().enumerate().filter(move |(_, r)| **r == Some(reason)).map(|(at, _)| at);
        at.map(|at| table.codes_at(at).into_iter().map(str::to_owned).collect()).collect()
    };
    present.into_iter().map(|reason| Withheld { table: table.id.clone(), cells: cells_of(reason), reason }).collect()
}

/// 1 to k-1 people.
pub(super) fn small(n: i64, policy: &Policy) -> bool {
    n > 0 && n < i64::from(policy.threshold)
}

/// Counts of one axis: with a small cell, or a small rest of the total, only the total is shown; a
/// small total is withheld too.
fn counts(table: &Table, policy: &Policy) -> Vec<Option<Reason>> {
    let codes = table.axes[0].categories.iter().map(|c| c.code.as_str());
    let coded: Vec<(&str, &Cell)> = codes.zip(&table.cells).collect();
    let total = coded.iter().find(|(code, _)| *code == TOTAL).map_or(0, |(_, c)| c.figure.scaled);
    let parts = || coded.iter().filter(|(code, _)| *code != TOTAL && *code != MEAN).map(|(_, c)| c.figure.scaled);
    let unseen = total - parts().sum::<i64>();
    // Everybody who was asked in one category tells what each of them is or said.
    let asked = total - coded.iter().find(|(code, _)| *code == NOT_ASKED).map_or(0, |(_, c)| c.figure.scaled);
    let alike = policy.withhold_unanimous
        && asked > 0
        && coded
            .iter()
            .any(|(code, c)| ![TOTAL, MEAN, NO_ANSWER, NOT_ASKED].contains(code) && c.figure.scaled == asked);
    let mean = coded
        .iter()
        .find_map(|(_, c)| if let Basis::Rating { people, .. } = c.basis { Some((people, c)) } else { None });
    let mean_reason = mean.and_then(|(_, c)| mean_reason(c, asked, policy));
    // A distribution gives its mean, so it is shown only with it.
    let mean_hides = mean.is_some_and(|(people, _)| people > 0) && mean_reason.is_some();
    let hide = alike
        || mean_hides
        || small(unseen, policy)
        || parts().any(|n| small(n, policy) || small(total - n, policy) || small(asked - n, policy));
    coded
        .iter()
        .map(|(code, cell)| match (*code, cell.basis) {
            (_, Basis::Rating { .. }) => mean_reason,
            (TOTAL, _) => small(total, policy).then_some(Reason::SmallGroup),
            _ => hide.then_some(Reason::SmallGroup),
        })
        .collect()
}

/// Why a mean is withheld. One reason for its grades and for the few who gave none: that there are
/// few would itself be a figure below the threshold.
fn mean_reason(cell: &Cell, total: i64, policy: &Policy) -> Option<Reason> {
    let Basis::Rating { people, sum, alike } = cell.basis else { return None };
    let safe = !alike && rating_is_safe(people, sum, policy) && !small(total - people, policy);
    (!safe).then_some(Reason::MeanRule)
}

/// At least five grades, and at both ends of the scale room for two steps: n (max - mean) >= 2 and
/// n (mean - min) >= 2. Both ends of the scale, not of the answers, so nothing about them is told.
fn rating_is_safe(people: i64, sum: i64, policy: &Policy) -> bool {
    let (lowest, highest) = GRADES;
    people >= policy.mean_threshold() && people * highest - sum >= 2 && sum - people * lowest >= 2
}

/// Groups with measures: if a group fails, only the row of everybody is shown.
fn groups(table: &Table, policy: &Policy) -> Vec<Option<Reason>> {
    let width = table.axes[1].categories.len();
    let rows: Vec<&[Cell]> = table.cells.chunks(width).collect();
    let last = rows.len().saturating_sub(1);
    let all_safe = rows[..last].iter().all(|row| row.iter().all(|c| passes(c, policy)));
    let sizes_hidden = table.cells.iter().any(|c| c.basis == Basis::HiddenSize);
    let total_safe = rows[last].iter().all(|c| passes(c, policy)) && !small(rest_of_all(rows[last]), policy);
    // People of a group that the table does not name would be the rest of the total.
    let unseen = people_in(rows[last]) - rows[..last].iter().map(|row| people_in(row)).sum::<i64>();
    let all_safe = all_safe && !small(unseen, policy) && !small(rest_of_all(rows[last]), policy);
    let mut reasons = Vec::with_capacity(table.cells.len());
    for (i, row) in rows.iter().enumerate() {
        for cell in *row {
            reasons.push(match cell.basis {
                Basis::HiddenSize => Some(Reason::GroupSizeNotPublished),
                // The mean of everybody lies between those of the groups as their sizes pull it.
                Basis::Duration(_) if i == last && all_safe && sizes_hidden => Some(Reason::WouldGiveGroupSizes),
                _ if i == last => (!total_safe).then_some(Reason::SmallGroup),
                _ => (!all_safe).then_some(Reason::SmallGroup),
            });
        }
    }
    reasons
}

/// People of a row: its size where it has one.
fn people_in(row: &[Cell]) -> i64 {
    let size = row.iter().find(|c| matches!(c.basis, Basis::HiddenSize)).or_else(|| row.first());
    size.map_or(0, |c| c.figure.scaled)
}

/// Everybody less those who are counted in the row of all: other tables tell how many everybody is.
fn rest_of_all(row: &[Cell]) -> i64 {
    let counted = row.iter().find(|c| c.basis == Basis::Count).map_or(0, |c| c.figure.scaled);
    if row.iter().any(|c| c.basis == Basis::HiddenSize) && counted > 0 { people_in(row) - counted } else { 0 }
}

fn passes(cell: &Cell, policy: &Policy) -> bool {
    match cell.basis {
        Basis::Count => !small(cell.figure.scaled, policy),
        Basis::Sum(people) => !small(people, policy),
        Basis::Duration(people) | Basis::Rating { people, .. } => people >= policy.mean_threshold(),
        Basis::HiddenSize | Basis::Plain => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cube::{Axis, AxisCategory, Response, Role};
    use crate::text::{Figure, Text};
    use jiff::civil::Date;

    fn policy(threshold: u32) -> Policy {
        Policy { threshold, threshold_reason: None, withhold_unanimous: true }
    }

    fn axis(codes: &[&str]) -> Axis {
        let category = |c: &&str| AxisCategory { code: (*c).to_owned(), label: Text::finnish(*c) };
        Axis {
            id: "a".into(),
            label: Text::finnish("a"),
            role: Role::Classification,
            categories: codes.iter().map(category).collect(),
        }
    }

    fn counted(codes: &[&str], ns: &[i64]) -> Table {
        let cells = ns.iter().map(|n| Cell { figure: Figure::count(*n), basis: Basis::Count }).collect();
        Table {
            id: "t".into(),
            title: Text::finnish("t"),
            definition: Text::finnish("d"),
            axes: vec![axis(codes)],
            cells,
            class: Class::Counts,
            as_of: Date::constant(2025, 11, 30),
            source: Text::finnish("s"),
            responses: Vec::new(),
            hangs_on: Vec::new(),
        }
    }

    fn shown(table: &Table, k: u32) -> Vec<Option<i64>> {
        let (tables, _) = control(vec![table.clone()], &policy(k));
        tables[0].cells.iter().map(|c| c.map(|f| f.scaled)).collect()
    }

    #[test]
    fn a_small_cell_leaves_the_total_only() {
        let outcomes = counted(&["job", "education", "trial", "returned", "total"], &[5, 5, 3, 4, 17]);
        assert_eq!(shown(&outcomes, 3), [Some(5), Some(5), Some(3), Some(4), Some(17)]);
        assert_eq!(shown(&outcomes, 5), [None, None, None, None, Some(17)]);
    }

    #[test]
    fn everybody_in_one_category_leaves_the_total_only_unless_the_instance_says_otherwise() {
        let table = counted(&["yes", "no", "no_answer", "total"], &[0, 7, 0, 7]);
        assert_eq!(shown(&table, 5), [None, None, None, Some(7)]);
        let open = Policy { withhold_unanimous: false, ..policy(5) };
        let (tables, _) = control(vec![table], &open);
        assert_eq!(tables[0].cells[1], Some(Figure::count(7)));
        let nobody = counted(&["yes", "no", "no_answer", "total"], &[0, 0, 7, 7]);
        assert_eq!(shown(&nobody, 5), [Some(0), Some(0), Some(7), Some(7)], "silence tells nothing");
    }

    #[test]
    fn zeros_may_be_shown_but_a_small_total_may_not() {
        assert_eq!(
            shown(&counted(&["a", "b", "c", "total"], &[0, 9, 8, 17]), 5),
            [Some(0), Some(9), Some(8), Some(17)]
        );
        assert_eq!(shown(&counted(&["a", "b", "total"], &[0, 4, 4]), 5), [None, None, None]);
    }

    #[test]
    fn a_small_complement_is_protected_where_several_choices_are_allowed() {
        assert_eq!(shown(&counted(&["a", "b", "total"], &[9, 6, 10]), 5), [None, None, Some(10)]);
    }

    #[test]
    fn the_complement_among_those_who_were_asked_is_protected_too() {
        let codes = ["a", "b", NO_ANSWER, NOT_ASKED, TOTAL];
        let table = counted(&codes, &[9, 6, 0, 20, 30]);
        assert_eq!(shown(&table, 3), [None, None, None, None, Some(30)], "one of ten did not choose a");
        let table = counted(&codes, &[6, 4, 0, 20, 30]);
        assert_eq!(shown(&table, 3), [Some(6), Some(4), Some(0), Some(20), Some(30)]);
        let table = counted(&codes, &[10, 0, 0, 20, 30]);
        assert_eq!(shown(&table, 3), [None, None, None, None, Some(30)], "all who were asked said the same");
    }

    #[test]
    fn a_question_that_hangs_on_another_is_shown_only_where_the_other_is_shown_whole() {
        let first = |ns: &[i64]| Table { id: "first".to_owned(), ..counted(&["a", "b", TOTAL], ns) };
        let codes = ["x", "y", NOT_ASKED, TOTAL];
        let hanging = || Table { hangs_on: vec!["first".to_owned()], ..counted(&codes, &[5, 5, 10, 20]) };
        let withheld =
            |ns: &[i64]| control(vec![first(ns), hanging()], &policy(3)).0[1].cells.iter().all(Option::is_none);
        assert!(withheld(&[18, 2, 20]), "who was not asked would give the withheld 2");
        assert!(!withheld(&[10, 10, 20]));
        assert!(
            control(vec![hanging()], &policy(3)).0[0].cells.iter().all(Option::is_none),
            "the other is not published at all"
        );
    }

    #[test]
    fn answers_that_no_category_shows_are_protected_too() {
        assert_eq!(shown(&counted(&["a", "b", "total"], &[6, 6, 14]), 5), [None, None, Some(14)]);
    }

    #[test]
    fn a_rating_needs_five_people_and_room_at_both_ends() {
        assert!(rating_is_safe(5, 20, &policy(3)));
        assert!(!rating_is_safe(4, 16, &policy(3)), "four people");
        assert!(!rating_is_safe(7, 35, &policy(3)), "all gave the highest grade");
        assert!(!rating_is_safe(7, 34, &policy(3)), "all but one did");
        assert!(!rating_is_safe(6, 7, &policy(3)), "all but one gave the lowest");
    }

    fn means(sizes: [i64; 2]) -> Table {
        let row = |n: i64| {
            [
                Cell { figure: Figure::count(n), basis: Basis::HiddenSize },
                Cell { figure: Figure::tenths(50), basis: Basis::Duration(n) },
            ]
        };
        let cells = [sizes[0], sizes[1], sizes[0] + sizes[1]].into_iter().flat_map(row).collect();
        let axes = vec![axis(&["x", "y", "total"]), axis(&["n", "mean"])];
        Table {
            id: "m".into(),
            title: Text::finnish("m"),
            definition: Text::finnish("d"),
            axes,
            cells,
            class: Class::Groups,
            as_of: Date::constant(2025, 11, 30),
            source: Text::finnish("s"),
            responses: Vec::new(),
            hangs_on: Vec::new(),
        }
    }

    #[test]
    fn group_means_are_shown_without_the_mean_of_all_because_it_would_give_the_sizes() {
        assert_eq!(shown(&means([10, 7]), 3), [None, Some(50), None, Some(50), None, None]);
    }

    #[test]
    fn with_a_group_of_four_only_the_mean_of_all_is_shown() {
        assert_eq!(shown(&means([13, 4]), 3), [None, None, None, None, None, Some(50)]);
    }

    #[test]
    fn a_mean_is_withheld_when_the_total_tells_how_few_gave_no_grade_or_when_all_are_alike() {
        let rated = |total: i64, people: i64, sum: i64, alike: bool| {
            let mut table = counted(&["4", "5", "no_answer", "total"], &[people - 2, 2, total - people, total]);
            table.axes = vec![axis(&["4", "5", "no_answer", "total", "mean"])];
            table.cells.push(Cell { figure: Figure::tenths(44), basis: Basis::Rating { people, sum, alike } });
            let (_, withheld) = control(vec![table.clone()], &policy(5));
            let of_mean = withheld.iter().find(|w| w.cells.contains(&vec!["mean".to_owned()]));
            (shown(&table, 5)[4], of_mean.map(|w| w.reason))
        };
        assert_eq!(rated(10, 10, 44, false), (Some(44), None));
        assert_eq!(rated(11, 10, 44, false), (None, Some(Reason::MeanRule)), "one gave no grade");
        assert_eq!(rated(10, 10, 40, true), (None, Some(Reason::MeanRule)), "all gave the same");
        assert_eq!(rated(5, 4, 16, false), (None, Some(Reason::MeanRule)), "too few grades whoever gave none");
    }

    #[test]
    fn a_group_that_the_table_does_not_name_and_a_small_rest_leave_nothing_to_subtract() {
        let sized = |n: i64| {
            [
                Cell { figure: Figure::count(n), basis: Basis::Count },
                Cell { figure: Figure::tenths(50), basis: Basis::Duration(n) },
            ]
        };
        let mut table = means([12, 10]);
        table.cells = [sized(12), sized(10), sized(24)].concat();
        assert_eq!(shown(&table, 5), [None, None, None, None, Some(24), Some(50)], "two people of another origin");
        let with_trial = |size: i64, people: i64| {
            [
                Cell { figure: Figure::count(size), basis: Basis::HiddenSize },
                Cell { figure: Figure::count(people), basis: Basis::Count },
            ]
        };
        table.cells = [with_trial(10, 8), with_trial(7, 7), with_trial(17, 15)].concat();
        assert_eq!(shown(&table, 5), [None; 6], "17 ended and 15 with a trial leave two without");
    }

    #[test]
    fn a_table_of_answers_is_withheld_whole_when_few_of_the_invited_did_not_answer() {
        let answered = |invited: i64| {
            let response = Response { closed: 20, invited, answered: 14, one_a_case: true };
            let table = counted(&["yes", "no", "no_answer", "total"], &[8, 6, 0, 14]);
            Table { responses: vec![response], ..table }
        };
        let whole = [Some(8), Some(6), Some(0), Some(14)];
        assert_eq!(shown(&answered(14), 3), whole, "everybody answered");
        assert_eq!(shown(&answered(15), 3), [None; 4], "one did not");
        assert_eq!(shown(&answered(16), 3), [None; 4], "two did not");
        assert_eq!(shown(&answered(17), 3), whole, "three did not");
        assert_eq!(shown(&answered(17), 5), [None; 4], "three are few where five are needed");
        let (_, withheld) = control(vec![answered(15)], &policy(3));
        assert_eq!(withheld.len(), 1);
        assert_eq!((withheld[0].reason, withheld[0].cells.len()), (Reason::FewResponses, 4));
    }

    #[test]
    fn what_is_withheld_is_recorded_with_its_reason_and_without_its_value() {
        let (_, withheld) = control(vec![counted(&["a", "b", "total"], &[2, 9, 11])], &policy(5));
        let text = serde_json::to_string(&withheld).unwrap();
        assert_eq!(text, r#"[{"table":"t","cells":[["a"],["b"]],"reason":"small_group"}]"#);
    }
}
