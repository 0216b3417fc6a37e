//! What is measured on people beside their number: means of months, sums of trials and hours.

use super::primary::small;
use crate::cube::{Basis, Cell, Reading, TOTAL, Table, Whose};
use crate::instance::Policy;

/// For each cell whether a measured figure may be shown. It needs enough people, and their number has to be published
/// too: a mean or a sum never tells more than its numbers of people do. Where one group fails, only the row of everybody
/// is shown, because the others and everybody would give it; so it is where some people are in no group, of whom the same
/// would follow. A group of nobody tells nothing of the others.
pub(super) fn may_be_shown(table: &Table, published: &dyn Fn(&Whose) -> bool, policy: &Policy) -> Vec<bool> {
    let width = table.axes.last().map_or(1, |axis| axis.categories.len()).max(1);
    let passes = |at: usize| match table.reads.get(at) {
        Some(Reading::Measured(whose)) => published(whose) && is_enough(&table.cells[at], policy),
        _ => true,
    };
    if table.axes.len() < 2 {
        return (0..table.cells.len()).map(passes).collect();
    }
    let row_passes = |row: usize| (row * width..(row + 1) * width).all(passes);
    let rows = table.axes[0].categories.len();
    let is_total = |row: usize| table.axes[0].categories[row].code == TOTAL;
    let of_row = |row: usize| people(&table.cells[row * width..(row + 1) * width]);
    let groups: Vec<usize> = (0..rows).filter(|row| !is_total(*row)).collect();
    let named: i64 = groups.iter().map(|row| of_row(*row)).sum();
    // Groups that overlap name more than everybody.
    let is_everybody_named = (0..rows).filter(|row| is_total(*row)).all(|row| named >= of_row(row));
    let all = is_everybody_named && groups.into_iter().filter(|row| of_row(*row) > 0).all(row_passes);
    (0..table.cells.len()).map(|at| row_passes(at / width) && (all || is_total(at / width))).collect()
}

/// How many people a row measures.
fn people(row: &[Cell]) -> i64 {
    let of = |cell: &Cell| match cell.basis {
        Basis::Sum(people) | Basis::Duration(people) | Basis::Amount { people, .. } => Some(people),
        _ => None,
    };
    row.iter().find_map(of).unwrap_or_default()
}

fn is_enough(cell: &Cell, policy: &Policy) -> bool {
    match cell.basis {
        Basis::Count => !small(cell.figure.scaled, policy),
        // More trials than people tells how many had several; were k shown, what is withheld would be below k for certain.
        Basis::Sum(people) => {
            let more = cell.figure.scaled - people;
            !small(people, policy) && !(1..=i64::from(policy.threshold)).contains(&more)
        }
        Basis::Duration(people) | Basis::Rating { people, .. } => people >= policy.mean_threshold(),
        Basis::Amount { people, .. } => people >= policy.mean_threshold() && !cell.basis.is_dominated(),
        Basis::Share { part, whole } => {
            whole >= i64::from(policy.threshold) && !small(part, policy) && !small(whole - part, policy)
        }
        Basis::Change { .. } => cell.basis.is_fit_change(policy.mean_threshold()),
        Basis::Plain => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cube::{Axis, AxisCategory, Class, Role};
    use crate::text::{Figure, Text};
    use std::collections::BTreeMap;

    /// Hours by age: people and sum of each group and of everybody, all with the same.
    fn shown(groups: &[(i64, i64)], all: (i64, i64)) -> Vec<bool> {
        let alike = |(people, sum): (i64, i64)| (people, sum, [sum / people.max(1); 2]);
        shown_of(&groups.iter().copied().map(alike).collect::<Vec<_>>(), alike(all))
    }

    /// The same, with the two largest amounts.
    fn shown_of(groups: &[(i64, i64, [i64; 2])], all: (i64, i64, [i64; 2])) -> Vec<bool> {
        let codes: Vec<String> = (0..groups.len()).map(|at| format!("age_{at}")).chain([TOTAL.to_owned()]).collect();
        let axis = |id: &str, codes: &[String]| Axis {
            id: id.to_owned(),
            label: Text::finnish(id),
            role: Role::Classification,
            categories: codes.iter().map(|c| AxisCategory { code: c.clone(), label: Text::finnish(c) }).collect(),
        };
        let whose = || Whose { block: "cases.age".to_owned(), only: BTreeMap::new() };
        let cell = |(people, sum, largest)| Cell {
            figure: Figure::tenths(sum),
            basis: Basis::Amount { people, sum, largest },
        };
        let table = Table {
            id: "hours".to_owned(),
            title: Text::finnish("h"),
            definition: Text::finnish("d"),
            axes: vec![axis("age_group", &codes), axis("statistic", &["sum".to_owned()])],
            cells: groups.iter().copied().chain([all]).map(cell).collect(),
            hangs_on: Vec::new(),
            class: Class::Groups,
            as_of: jiff::civil::date(2025, 11, 30),
            source: Text::finnish("s"),
            responses: Vec::new(),
            reads: vec![Reading::Measured(whose()); groups.len() + 1],
            cohort: None,
            priority: 0,
        };
        let policy = Policy { threshold: 5, threshold_reason: None, withhold_unanimous: true };
        may_be_shown(&table, &|_| true, &policy)
    }

    #[test]
    fn a_sum_by_groups_is_shown_only_where_the_groups_are_everybody() {
        assert_eq!(shown(&[(10, 820), (11, 860)], (21, 1680)), [true; 3]);
        // Six are in no group: what everybody has less the groups would be theirs.
        assert_eq!(shown(&[(10, 820), (11, 860)], (27, 2180)), [false, false, true]);
        assert_eq!(shown(&[(10, 820), (3, 200)], (13, 1020)), [false, false, true], "three are too few");
        assert_eq!(
            shown(&[(10, 820), (0, 0), (11, 860)], (21, 1680)),
            [true, false, true, true],
            "nobody hides nobody"
        );
        assert_eq!(shown(&[(10, 820), (9, 700)], (12, 900)), [true; 3], "groups that overlap");
    }

    #[test]
    fn a_sum_that_two_people_dominate_is_withheld_with_what_would_give_it() {
        let (even, all) = ((10, 800, [90, 80]), (20, 1600, [400, 330]));
        assert_eq!(shown_of(&[even, (10, 800, [400, 320])], all), [true; 3]);
        assert_eq!(shown_of(&[even, (10, 800, [400, 330])], all), [false, false, true]);
        assert_eq!(shown_of(&[(10, 800, [400, 330])], (10, 800, [400, 330])), [false; 2]);
    }
}
