//! Asks the solver for a population. What it answers is rounded and added up by whoever asked; nothing here is believed.

use super::Row;
use super::row::people;
use microlp::{ComparisonOp, OptimizationDirection, SolutionStatus, SolveOptions, SolveOutcome, Variable};
use std::collections::BTreeMap;

/// How many nodes a search for integers may take. A count, so that every machine stops at the same place.
const NODES: u64 = 400;

/// A gap at which the first population that fits is good enough.
const ANY: f64 = 1e9;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// The best population, people may be in parts.
    Parts,
    /// Any population of whole people, a good one.
    Whole,
    /// The best population of whole people.
    BestWhole,
}

/// What the solver answered.
pub(super) enum Answer {
    /// A population, rounded, and what the objective cannot go beyond if that is proved.
    Found { population: Vec<i64>, bound: Option<f64> },
    /// There is none.
    None,
    /// It could not tell.
    Unknown,
}

/// What stays the same from question to question: everything known, and a population that agrees with it.
#[derive(Clone, Copy)]
pub(super) struct Program<'a> {
    /// Everything known.
    pub rows: &'a [Row],
    /// Agrees with it; kinds that a question does not touch stay as they are here.
    pub base: &'a [i64],
    /// More people of one kind than this are not looked for.
    pub most: i64,
}

impl Program<'_> {
    /// The population with most (or least) of an objective that also agrees with a row of the question itself.
    pub(super) fn ask(&self, objective: &[(u32, i64)], greatest: bool, also: Option<&Row>, want: Want) -> Answer {
        let kinds = self.base.len();
        let rows: Vec<&Row> = self.rows.iter().chain(also).collect();
        // What the question itself rules out still ties others to it.
        let asked = objective.iter().map(|(kind, _)| *kind);
        let asked = asked.chain(also.iter().flat_map(|row| row.terms.iter().map(|(kind, _)| *kind)));
        let known = self.ceilings(&rows[..self.rows.len()]);
        let touched = touched(kinds, &rows, &known, asked);
        let most = self.ceilings(&rows);
        // Kinds that nothing here tells apart are one variable.
        let mut columns: Vec<Vec<(usize, i64)>> = vec![Vec::new(); kinds];
        let mut asked: Vec<bool> = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            let mine = row.terms.iter().any(|(kind, _)| known[*kind as usize] > 0 && touched[*kind as usize]);
            asked.push(mine);
            if mine {
                for (kind, coefficient) in &row.terms {
                    columns[*kind as usize].push((at, *coefficient));
                }
            }
        }
        for (kind, coefficient) in objective {
            columns[*kind as usize].push((usize::MAX, *coefficient));
        }
        let mut groups: BTreeMap<&[(usize, i64)], Vec<usize>> = BTreeMap::new();
        for kind in 0..kinds {
            if most[kind] > 0 && touched[kind] {
                groups.entry(&columns[kind]).or_default().push(kind);
            }
        }
        let direction = if greatest { OptimizationDirection::Maximize } else { OptimizationDirection::Minimize };
        let mut problem = microlp::Problem::new(direction);
        let mut terms: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); rows.len()];
        let mut members: Vec<(Variable, &Vec<usize>)> = Vec::with_capacity(groups.len());
        for (column, group) in &groups {
            let (whole, weight) = match column.last() {
                Some((usize::MAX, weight)) => (&column[..column.len() - 1], *weight),
                _ => (*column, 0),
            };
            let ceiling = most[group[0]];
            let variable = if want == Want::Parts {
                problem.add_var(weight as f64, (0.0, ceiling as f64))
            } else {
                problem.add_integer_var(weight as f64, (0, i32::try_from(ceiling).unwrap_or(i32::MAX)))
            };
            for (at, coefficient) in whole {
                terms[*at].push((variable, *coefficient as f64));
            }
            members.push((variable, group));
        }
        for (at, row) in rows.iter().enumerate().filter(|(at, _)| asked[*at]) {
            if terms[at].is_empty() {
                if row.low > 0 || row.high < 0 {
                    return Answer::None;
                }
                continue;
            }
            match (row.at_least(), row.at_most()) {
                (Some(low), Some(high)) if low == high => {
                    problem.add_constraint(&terms[at], ComparisonOp::Eq, low as f64);
                }
                (low, high) => {
                    if let Some(low) = low {
                        problem.add_constraint(&terms[at], ComparisonOp::Ge, low as f64);
                    }
                    if let Some(high) = high {
                        problem.add_constraint(&terms[at], ComparisonOp::Le, high as f64);
                    }
                }
            }
        }
        let gap = if want == Want::Whole { ANY } else { 0.0 };
        let mut options = SolveOptions::default();
        options.node_limit = Some(NODES);
        options.mip_gap = gap;
        let solution = match problem.solve_with(options) {
            Ok(SolveOutcome::Solution(solution)) => solution,
            Err(microlp::Error::Infeasible) => return Answer::None,
            Ok(SolveOutcome::Interrupted(_)) | Err(_) => return Answer::Unknown,
        };
        let bound = (solution.status() == SolutionStatus::Optimal).then(|| solution.objective());
        let mut population = self.base.to_vec();
        for (kind, touched) in touched.iter().enumerate() {
            if *touched {
                population[kind] = 0;
            }
        }
        for (variable, group) in members {
            // All of a group are put in one place: far apart is what is looked for.
            let place = if greatest { group[0] } else { group[group.len() - 1] };
            population[place] = solution.var_value(variable).round() as i64;
        }
        Answer::Found { population, bound }
    }

    /// The greatest possible number of each kind, as far as single rows tell.
    fn ceilings(&self, rows: &[&Row]) -> Vec<i64> {
        let mut most = vec![self.most; self.base.len()];
        for row in rows {
            let Some(high) = row.at_most() else { continue };
            if high >= 0 && row.terms.iter().all(|(_, coefficient)| *coefficient > 0) {
                for (kind, coefficient) in &row.terms {
                    let place = &mut most[*kind as usize];
                    *place = (*place).min(high / coefficient);
                }
            }
        }
        most
    }
}

/// The kinds that rows tie to those asked for: everything else cannot change the answer.
fn touched(kinds: usize, rows: &[&Row], most: &[i64], asked: impl Iterator<Item = u32>) -> Vec<bool> {
    let mut parent: Vec<usize> = (0..kinds).collect();
    for row in rows {
        let mut live = row.terms.iter().map(|(kind, _)| *kind as usize).filter(|kind| most[*kind] > 0);
        let Some(first) = live.next() else { continue };
        for kind in live {
            let (a, b) = (root(&mut parent, first), root(&mut parent, kind));
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut wanted = vec![false; kinds];
    for kind in asked {
        let root = root(&mut parent, kind as usize);
        wanted[root] = true;
    }
    (0..kinds).map(|kind| wanted[root(&mut parent, kind)]).collect()
}

/// Whose set a kind is in; paths are halved on the way.
fn root(parent: &mut [usize], mut kind: usize) -> usize {
    while parent[kind] != kind {
        parent[kind] = parent[parent[kind]];
        kind = parent[kind];
    }
    kind
}

/// A number of people that is at most this, in whole people.
pub(super) fn floor(bound: f64) -> i64 {
    (bound + 1e-6).floor() as i64
}

/// A number of people that is at least this, in whole people.
pub(super) fn ceil(bound: f64) -> i64 {
    (bound - 1e-6).ceil() as i64
}

/// The least and the greatest number of people that a set can have by what is known, exactly; none if that is not proved
/// within the limits or nobody can be found.
#[must_use]
pub fn bounds(kinds: usize, rows: &[Row], set: &[u32], most: i64) -> Option<(i64, i64)> {
    let base = vec![0; kinds];
    let program = Program { rows, base: &base, most };
    let objective: Vec<(u32, i64)> = set.iter().map(|kind| (*kind, 1)).collect();
    let end = |greatest| match program.ask(&objective, greatest, None, Want::BestWhole) {
        Answer::Found { population, bound: Some(_) } => Some(people(&population, set)),
        _ => None,
    };
    Some((end(false)?, end(true)?))
}
