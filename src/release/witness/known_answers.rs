//! Answers that are known from elsewhere, and what holds for every solution.

use super::{Broken, Pair, Problem, Row, Solution, anchor, bounds, publish, verify};

/// More people of one kind than in any of these tables.
const MANY: i64 = 10_000;

fn between(kinds: usize, rows: &[Row], kind: u32) -> Option<(i64, i64)> {
    bounds(kinds, rows, &[kind], MANY)
}

/// A table with rows and columns; kinds are its cells, row by row.
struct Table {
    cells: Vec<Vec<i64>>,
}

impl Table {
    fn of(cells: &[&[i64]]) -> Self {
        Self { cells: cells.iter().map(|row| row.to_vec()).collect() }
    }

    fn truth(&self) -> Vec<i64> {
        self.cells.concat()
    }

    fn kind(&self, row: usize, column: usize) -> u32 {
        u32::try_from(row * self.cells[0].len() + column).unwrap_or(u32::MAX)
    }

    fn row(&self, set: &[u32]) -> Row {
        Row::count(set, super::row::people(&self.truth(), set))
    }

    /// All totals.
    fn margins(&self) -> Vec<Row> {
        let (rows, columns) = (self.cells.len(), self.cells[0].len());
        let across = (0..rows).map(|row| (0..columns).map(|column| self.kind(row, column)).collect::<Vec<u32>>());
        let down = (0..columns).map(|column| (0..rows).map(|row| self.kind(row, column)).collect::<Vec<u32>>());
        across.chain(down).map(|set| self.row(&set)).collect()
    }

    /// All totals and the cells that are not withheld.
    fn shown_without(&self, withheld: &[(usize, usize)]) -> Vec<Row> {
        let mut shown = self.margins();
        for (row, cells) in self.cells.iter().enumerate() {
            for column in (0..cells.len()).filter(|column| !withheld.contains(&(row, *column))) {
                shown.push(self.row(&[self.kind(row, column)]));
            }
        }
        shown
    }
}

/// The simple heuristic's example of the sdcTable tests.
fn four_by_four() -> Table {
    Table::of(&[&[30, 47, 64, 89], &[90, 124, 5, 31], &[92, 100, 59, 85], &[800, 991, 651, 685]])
}

const W_B: (usize, usize) = (0, 1);
const X_D: (usize, usize) = (1, 3);
const TWO_IN_EVERY_LINE: [(usize, usize); 9] = [(0, 0), W_B, (0, 2), (1, 0), (1, 2), (2, 1), (2, 3), (3, 1), (3, 3)];

#[test]
fn two_withheld_cells_in_every_line_can_still_leave_one_exact() {
    let table = four_by_four();
    let kind = table.kind(W_B.0, W_B.1);
    assert_eq!(between(16, &table.shown_without(&TWO_IN_EVERY_LINE), kind), Some((47, 47)));
    let withheld: Vec<(usize, usize)> = TWO_IN_EVERY_LINE.into_iter().chain([X_D]).collect();
    assert_eq!(between(16, &table.shown_without(&withheld), kind), Some((0, 78)));
}

#[test]
fn a_cell_that_lines_alone_leave_exact_is_protected() {
    let table = four_by_four();
    let problem = Problem {
        truth: table.truth(),
        known: table.margins(),
        sensitive: vec![vec![table.kind(W_B.0, W_B.1)]],
        // The cells that the heuristic shows, and the one by which it would open w|b the last.
        candidates: table.shown_without(&TWO_IN_EVERY_LINE)[8..].iter().map(|row| vec![row.clone()]).collect(),
        k: 5,
    };
    let solution = publish(&problem);
    assert_eq!(verify(&problem, &solution), Ok(()));
    assert_eq!(solution.published.iter().filter(|yes| !**yes).count(), 1);
}

/// Small regions in two ways of grouping them (sdcTable, linked tables): A, B, I, J, K, L, M, N.
const REGIONS: [i64; 8] = [2, 2, 8, 8, 3, 3, 3, 7];
const K: u32 = 4;
const N: u32 = 7;

fn regions(set: &[u32]) -> Row {
    Row::count(set, super::row::people(&REGIONS, set))
}

#[test]
fn linked_tables_open_together_what_each_protects_alone() {
    let counties = [regions(&[0, 1, 2, 3]), regions(&[4, 5, 6, 7])];
    let sizes = [regions(&[5, 6]), regions(&[0, 1, 2, 3, 4, 7])];
    let [i, j, n] = [2, 3, N].map(|kind| regions(&[kind]));
    let alone = [counties.to_vec(), vec![i.clone(), j.clone(), n.clone()]].concat();
    assert_eq!(between(8, &alone, K), Some((0, 9)));
    let alone = [sizes.to_vec(), vec![i.clone(), j.clone(), n.clone()]].concat();
    assert_eq!(between(8, &alone, K), Some((0, 7)));
    let together = [counties.to_vec(), sizes.to_vec(), vec![i.clone(), j.clone()]].concat();
    assert_eq!(between(8, &together, K), Some((0, 10)));
    let together = [together, vec![n]].concat();
    assert_eq!(between(8, &together, K), Some((3, 3)));
}

#[test]
fn linked_tables_are_protected_by_withholding_the_other_member() {
    let groups: [&[u32]; 4] = [&[0, 1, 2, 3], &[4, 5, 6, 7], &[5, 6], &[0, 1, 2, 3, 4, 7]];
    let problem = Problem {
        truth: REGIONS.to_vec(),
        known: groups.map(regions).to_vec(),
        sensitive: vec![vec![0], vec![1], vec![4], vec![5], vec![6]],
        candidates: [2, 3, 7].map(|kind| vec![regions(&[kind])]).to_vec(),
        k: 3,
    };
    let solution = publish(&problem);
    assert_eq!(verify(&problem, &solution), Ok(()));
    assert_eq!(solution.published, [true, true, false]);
    assert!(solution.lost.is_empty());
}

#[test]
fn a_rectangle_of_withheld_cells_protects_its_corner() {
    let table = Table::of(&[&[895, 137], &[753, 973], &[569, 486], &[540, 793]]);
    let corner = table.kind(0, 1);
    assert_eq!(between(8, &table.shown_without(&[(0, 1), (0, 0), (2, 0), (2, 1)]), corner), Some((0, 623)));
    assert_eq!(between(8, &table.shown_without(&[(0, 1), (0, 0)]), corner), Some((137, 137)));
}

#[test]
fn zeros_that_are_shown_tell_the_ones_and_nothing_left_tells_the_zeros() {
    let ones = Table::of(&[&[0, 1, 7, 1, 0]]);
    let mut shown = vec![ones.row(&[0, 1, 2, 3, 4])];
    shown.extend([0, 2, 4].map(|kind| ones.row(&[kind])));
    // A sign that never stands for zero says "at least one".
    shown.extend([1, 3].map(|kind| Row { terms: vec![(kind, 1)], low: 1, high: i64::MAX }));
    assert_eq!(between(5, &shown, 1), Some((1, 1)));
    assert_eq!(between(5, &shown, 3), Some((1, 1)));
    let zeros = Table::of(&[&[5, 0, 7, 0, 9]]);
    let mut shown = vec![zeros.row(&[0, 1, 2, 3, 4])];
    shown.extend([0, 2, 4].map(|kind| zeros.row(&[kind])));
    assert_eq!(between(5, &shown, 1), Some((0, 0)));
    assert_eq!(between(5, &shown, 3), Some((0, 0)));
}

#[test]
fn a_sign_that_can_mean_anything_tells_least() {
    let outcomes = Table::of(&[&[5, 5, 3, 4]]);
    let mut shown = vec![outcomes.row(&[0, 1, 2, 3])];
    shown.extend([0, 1].map(|kind| outcomes.row(&[kind])));
    assert_eq!(between(4, &shown, 2), Some((0, 7)));
    shown.extend([2, 3].map(|kind| Row { terms: vec![(kind, 1)], low: 1, high: 4 }));
    assert_eq!((between(4, &shown, 2), between(4, &shown, 3)), (Some((3, 4)), Some((3, 4))));
}

#[test]
fn two_cumulative_releases_tell_what_neither_tells_alone() {
    // Job, studies, trial, returned; four kinds of the first release and four of those who came after.
    let first = [Row::count(&[0], 5), Row::count(&[1], 5), Row::count(&[0, 1, 2, 3], 17)];
    let both = |kind: u32| [kind, kind + 4];
    let second = [Row::count(&both(0), 6), Row::count(&both(3), 5), Row::count(&[0, 1, 2, 3, 4, 5, 6, 7], 19)];
    assert_eq!(between(8, &first, 2), Some((0, 7)));
    assert_eq!(bounds(8, &second, &both(2), MANY), Some((0, 8)));
    let together = [first, second].concat();
    assert_eq!(between(8, &together, 2), Some((2, 3)));
    assert_eq!(between(8, &together, 3), Some((4, 5)));
}

#[test]
fn a_second_cumulative_release_is_withheld_where_it_would_open_the_first() {
    let problem = Problem {
        truth: vec![5, 5, 3, 4, 1, 0, 0, 1],
        known: vec![Row::count(&[0], 5), Row::count(&[1], 5), Row::count(&[0, 1, 2, 3], 17)],
        sensitive: vec![vec![2], vec![3]],
        candidates: vec![
            vec![Row::count(&[0, 1, 2, 3, 4, 5, 6, 7], 19)],
            vec![Row::count(&[0, 4], 6)],
            vec![Row::count(&[3, 7], 5)],
        ],
        k: 5,
    };
    let solution = publish(&problem);
    assert_eq!(verify(&problem, &solution), Ok(()));
    assert_eq!(solution.published, [true, true, false]);
}

/// A made-up problem: a table of 3 x 4 with a further yes or no, all its one-way and two-way sums.
fn tables() -> Problem {
    let truth = vec![2, 1, 6, 3, 0, 4, 2, 5, 7, 0, 1, 2, 1, 8, 3, 0, 2, 2, 6, 1, 0, 3, 5, 2];
    let sizes = [3_u32, 4, 2];
    let kind = |code: [u32; 3]| (code[0] * sizes[1] + code[1]) * sizes[2] + code[2];
    let mut sets: Vec<Vec<u32>> = Vec::new();
    for by in [vec![], vec![0], vec![1], vec![2], vec![0, 1], vec![0, 2], vec![1, 2]] {
        let mut wanted: Vec<Vec<(usize, u32)>> = vec![Vec::new()];
        for attribute in by {
            let each = |codes: &Vec<(usize, u32)>| {
                let codes = codes.clone();
                (0..sizes[attribute]).map(move |code| [codes.clone(), vec![(attribute, code)]].concat())
            };
            wanted = wanted.iter().flat_map(each).collect();
        }
        for codes in wanted {
            let mut set = Vec::new();
            for a in 0..sizes[0] {
                for b in 0..sizes[1] {
                    for c in 0..sizes[2] {
                        if codes.iter().all(|(attribute, code)| [a, b, c][*attribute] == *code) {
                            set.push(kind([a, b, c]));
                        }
                    }
                }
            }
            sets.push(set);
        }
    }
    let count = |set: &[u32]| super::row::people(&truth, set);
    let sensitive = sets.iter().filter(|set| (1..5).contains(&count(set))).cloned().collect();
    let candidates = sets.iter().map(|set| vec![Row::count(set, count(set))]).collect();
    Problem { sensitive, candidates, known: Vec::new(), k: 5, truth }
}

#[test]
fn publishing_together_comes_to_the_same_as_one_after_the_other() {
    let problem = tables();
    let together = publish(&problem);
    assert_eq!(verify(&problem, &together), Ok(()));
    assert!(together.published.contains(&true) && together.published.contains(&false));
    let mut one_by_one = Problem { candidates: Vec::new(), ..problem.clone() };
    for (at, candidate) in problem.candidates.iter().enumerate() {
        one_by_one.candidates = vec![candidate.clone()];
        let solution = publish(&one_by_one);
        assert_eq!(solution.published[0], together.published[at], "candidate {at}");
        if solution.published[0] {
            one_by_one.known.extend(candidate.clone());
        }
    }
}

#[test]
fn the_same_problem_has_the_same_solution() {
    assert_eq!(publish(&tables()), publish(&tables()));
}

#[test]
fn rows_of_one_candidate_are_published_or_withheld_together() {
    let problem = Problem {
        truth: vec![2, 6],
        known: vec![Row::count(&[0, 1], 8)],
        sensitive: vec![vec![0]],
        // The second row alone would open what the first leaves closed.
        candidates: vec![vec![Row::count(&[0, 1], 8), Row::count(&[1], 6)], vec![Row::count(&[0, 1], 8)]],
        k: 5,
    };
    assert_eq!(publish(&problem).published, [false, true]);
}

#[test]
fn a_mean_is_withheld_where_it_tells_the_grades() {
    // Grades 1 to 5 given by 5 people with a mean of 4.8: sum of 2 (10 grade - mean in tenths) is about zero.
    let mean = |tenths: i64, people: i64| Row {
        terms: (0_u32..)
            .zip(1..=5_i64)
            .map(|(kind, grade)| (kind, 20 * grade - 2 * tenths))
            .filter(|(_, c)| *c != 0)
            .collect(),
        low: -people,
        high: people - 1,
    };
    let problem = |truth: Vec<i64>, tenths| Problem {
        known: vec![Row::count(&[0, 1, 2, 3, 4], truth.iter().sum())],
        sensitive: vec![vec![3]],
        candidates: vec![vec![mean(tenths, truth.iter().sum())]],
        truth,
        k: 3,
    };
    let telling = problem(vec![0, 0, 0, 1, 4], 48);
    assert_eq!(publish(&telling).published, [false]);
    let harmless = problem(vec![3, 2, 2, 4, 4], 33);
    let solution = publish(&harmless);
    assert_eq!(solution.published, [true]);
    assert_eq!(verify(&harmless, &solution), Ok(()));
}

#[test]
fn what_is_known_already_opens_is_lost_and_the_rest_is_protected() {
    let problem = Problem {
        truth: vec![2, 6, 1, 9],
        known: vec![Row::count(&[0], 2), Row::count(&[2, 3], 10)],
        sensitive: vec![vec![0], vec![2]],
        candidates: vec![vec![Row::count(&[3], 9)], vec![Row::count(&[1], 6)]],
        k: 5,
    };
    let solution = publish(&problem);
    assert_eq!(solution.lost, [0]);
    assert_eq!(solution.published, [false, true]);
    assert_eq!(verify(&problem, &solution), Ok(()));
}

#[test]
fn after_an_erasure_what_was_published_is_kept_to_by_another_population() {
    // Seven were published, of whom one was erased; the truth says six.
    let problem = Problem {
        truth: vec![4, 2, 5],
        known: vec![Row::count(&[0, 1], 7)],
        sensitive: vec![vec![1]],
        candidates: vec![vec![Row::count(&[2], 5)]],
        k: 5,
    };
    let stand_in = anchor(&problem).unwrap_or_default();
    assert!(problem.known[0].holds(&stand_in) && problem.candidates[0][0].holds(&stand_in));
    let solution = publish(&problem);
    assert_eq!(solution.published, [true]);
    assert_eq!(verify(&problem, &solution), Ok(()));
    // A number of the same people that contradicts it is withheld, and nothing else because of it.
    let again = [Row::count(&[0, 1], 6), Row::count(&[2], 5), Row::count(&[0, 1, 2], 11), Row::count(&[0, 1, 2], 12)];
    let contradicting = Problem { candidates: again.map(|row| vec![row]).into(), ..problem.clone() };
    let solution = publish(&contradicting);
    assert_eq!(solution.published, [false, true, false, true]);
    assert_eq!(verify(&contradicting, &solution), Ok(()));
    // Where nobody fits, nothing is published and everything is lost.
    let nobody = Problem { known: vec![Row::count(&[0], 3), Row::count(&[0], 4)], ..problem };
    let solution = publish(&nobody);
    assert_eq!((solution.published, solution.lost), (vec![false], vec![0]));
}

#[test]
fn a_candidate_that_no_longer_fits_what_was_published_costs_no_other() {
    // Two providers had 40 and 30 in the first cohort, of whom one was erased; the newest has 20 and 10. What counts both
    // cohorts together fits nobody any more.
    let mut candidates = vec![vec![Row::count(&[0, 2], 59)], vec![Row::count(&[1, 3], 40)]];
    candidates.extend((4..12).map(|kind| vec![Row::count(&[kind], i64::from(kind))]));
    let problem = Problem {
        truth: vec![39, 30, 20, 10, 4, 5, 6, 7, 8, 9, 10, 11],
        known: vec![Row::count(&[0], 40), Row::count(&[1], 30), Row::count(&[2, 3], 30)],
        sensitive: vec![vec![4]],
        candidates,
        k: 5,
    };
    let published = publish(&problem).published;
    assert_eq!(published[..3], [true, false, false], "the second contradicts the first, and four are sensitive");
    assert!(published[3..].iter().all(|p| *p), "{published:?}");
}

#[test]
fn the_truth_is_never_a_witness() {
    // Nobody but the truth has fewer than five in the set, so it would be needed.
    let problem = Problem {
        truth: vec![0, 5],
        known: vec![
            Row { terms: vec![(0, 1), (1, 5)], low: 25, high: 25 },
            Row { terms: vec![(0, 1)], low: 0, high: 5 },
        ],
        sensitive: vec![vec![0]],
        candidates: Vec::new(),
        k: 5,
    };
    assert_eq!(publish(&problem).lost, [0]);
    let tables = tables();
    let pairs = publish(&tables).pairs;
    assert!(pairs.iter().flatten().all(|pair| pair.low != tables.truth && pair.high != tables.truth));
}

#[test]
fn adding_up_notices_every_pair_that_proves_nothing() {
    let problem = tables();
    let solution = publish(&problem);
    let broken = |change: &dyn Fn(&mut Solution)| {
        let mut solution = solution.clone();
        change(&mut solution);
        verify(&problem, &solution)
    };
    let pair = |solution: &mut Solution, change: &dyn Fn(&mut Pair)| solution.pairs[0].iter_mut().for_each(change);
    assert_eq!(broken(&|_| ()), Ok(()));
    assert_eq!(broken(&|s| s.pairs[0] = None), Err(Broken::Unproved { set: 0 }));
    assert_eq!(broken(&|s| pair(s, &|p| p.low[0] += 1)), Err(Broken::Contradicts { set: 0 }));
    assert_eq!(broken(&|s| pair(s, &|p| p.low.push(0))), Err(Broken::Contradicts { set: 0 }));
    assert_eq!(broken(&|s| pair(s, &|p| p.low.clone_from(&problem.truth))), Err(Broken::True { set: 0 }));
    assert!(matches!(broken(&|s| pair(s, &|p| p.low = p.high.clone())), Err(Broken::Close { set: 0, .. })));
    assert!(matches!(broken(&|s| s.published.truncate(1)), Err(Broken::Other { .. })));
    // Everything published leaves no other population.
    assert!(broken(&|s| s.published.fill(true)).is_err());
}
