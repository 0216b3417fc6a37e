//! Bounds: which values a withheld count may still have for a reader, and for an insider who knows himself.
//!
//! A count is shown to be open by two populations of whole people that fit everything shown. A count is told only when the
//! solver proves its bounds; what neither shows is counted as undecided.

use super::system::System;
use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, SolutionStatus, SolveOptions, SolveOutcome};

/// Nodes of a search for whole people; a number, so that every machine stops at the same place.
const NODES: u64 = 300;
/// Questions to the solver for insiders of one system.
const QUESTIONS: usize = 1_500;
/// Fewer in large systems, where each takes longer: so many kinds in all questions together.
const WORK: usize = 60_000;
const LEAST_QUESTIONS: usize = 20;

/// What is known of a withheld count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It can have values enough.
    Open,
    /// It is this.
    Only(i64),
    /// It is one of 1..k-1, from here to there.
    Small(i64, i64),
    /// Neither was shown.
    Undecided,
}

/// What an attack gave.
pub(super) struct Bounds {
    /// For each target what a reader knows.
    pub(super) reader: Vec<Known>,
    /// Targets that somebody who knows himself would learn, with the value.
    pub(super) insider: Vec<(usize, i64)>,
    /// Questions about insiders that were not answered.
    pub(super) unanswered: usize,
    /// Not even one population fits what is shown.
    pub(super) impossible: bool,
}

enum Answer {
    Best(i64),
    None,
    Unknown,
}

struct Attack<'a> {
    system: &'a System,
    most: Vec<i64>,
    pool: Vec<Vec<i64>>,
}

/// Attacks every target of a system.
pub(super) fn attack(system: &System) -> Bounds {
    let mut attack = Attack { system, most: ceilings(system), pool: Vec::new() };
    let named = system.named.iter().filter(|people| attack.fits(people, None)).cloned();
    attack.pool = named.collect();
    let mut bounds = Bounds { reader: Vec::new(), insider: Vec::new(), unanswered: 0, impossible: false };
    if system.kinds == 0 {
        bounds.impossible =
            system.rows.iter().any(|r| r.low.is_some_and(|low| low > 0) || r.high.is_some_and(|high| high < 0));
        return bounds;
    }
    if system.targets.is_empty() {
        let any = attack.extreme(&[0], true, None);
        bounds.impossible = matches!(any, Answer::None);
        return bounds;
    }
    for target in &system.targets {
        let known = attack.known(&target.set, None);
        bounds.impossible |= known.is_none();
        bounds.reader.push(known.unwrap_or(Known::Undecided));
    }
    if bounds.impossible {
        return bounds;
    }
    let mut left = (WORK / system.kinds).clamp(LEAST_QUESTIONS, QUESTIONS);
    for kind in 0..system.kinds {
        for (at, target) in system.targets.iter().enumerate() {
            // What every reader knows is told there.
            if matches!(bounds.reader[at], Known::Only(_)) || attack.differ(&target.set, Some(kind)) {
                continue;
            }
            if left == 0 {
                bounds.unanswered += 1;
                continue;
            }
            left -= 1;
            match attack.known(&target.set, Some(kind)) {
                // Who learns that nobody else is with him learns of nobody else.
                Some(Known::Only(v)) if !(target.set.contains(&kind) && v == 1) => bounds.insider.push((at, v)),
                Some(Known::Undecided) => bounds.unanswered += 1,
                _ => {}
            }
        }
    }
    bounds
}

/// The least and the greatest number of people of a set, where both are proved; nothing where they are not, or where nobody
/// fits at all.
pub(super) fn range(system: &System, set: &[usize]) -> Option<(i64, i64)> {
    let mut attack = Attack { system, most: ceilings(system), pool: Vec::new() };
    match (attack.extreme(set, false, None), attack.extreme(set, true, None)) {
        (Answer::Best(low), Answer::Best(high)) => Some((low, high)),
        _ => None,
    }
}

impl Attack<'_> {
    /// Values of a set in the populations found so far.
    fn seen(&self, set: &[usize], forced: Option<usize>) -> Option<(i64, i64)> {
        let fits = self.pool.iter().filter(|p| forced.is_none_or(|kind| p[kind] > 0));
        let values: Vec<i64> = fits.map(|p| set.iter().map(|k| p[*k]).sum()).collect();
        Some((*values.iter().min()?, *values.iter().max()?))
    }

    fn differ(&self, set: &[usize], forced: Option<usize>) -> bool {
        self.seen(set, forced).is_some_and(|(low, high)| low < high)
    }

    fn is_open(&self, set: &[usize], forced: Option<usize>) -> bool {
        let k = self.system.threshold;
        self.seen(set, forced).is_some_and(|(low, high)| low < high && (forced.is_some() || low == 0 || high >= k))
    }

    /// What is known of a set; nothing when no population fits.
    fn known(&mut self, set: &[usize], forced: Option<usize>) -> Option<Known> {
        if self.is_open(set, forced) {
            return Some(Known::Open);
        }
        let greatest = self.extreme(set, true, forced);
        if self.is_open(set, forced) {
            return Some(Known::Open);
        }
        let least = self.extreme(set, false, forced);
        if self.is_open(set, forced) {
            return Some(Known::Open);
        }
        match (least, greatest) {
            (Answer::None, _) | (_, Answer::None) => None,
            (Answer::Best(low), Answer::Best(high)) if low == high => Some(Known::Only(low)),
            (Answer::Best(low), Answer::Best(high)) if forced.is_none() && low > 0 && high < self.system.threshold => {
                Some(Known::Small(low, high))
            }
            _ => Some(Known::Undecided),
        }
    }

    /// The greatest or least value that a set can have, proved: in parts of people first, which is enough where the solver's
    /// corner is one of whole people.
    fn extreme(&mut self, set: &[usize], greatest: bool, forced: Option<usize>) -> Answer {
        for whole in [false, true] {
            match self.solve(set, greatest, forced, whole) {
                Ok((objective, proved, population)) => {
                    let fits = self.fits(&population, forced);
                    let reached: i64 = set.iter().map(|k| population[*k]).sum();
                    if fits {
                        self.pool.push(population);
                    }
                    // What parts of people cannot pass, whole people cannot.
                    let bound = if greatest { (objective + 1e-6).floor() } else { (objective - 1e-6).ceil() } as i64;
                    if fits && proved && bound == reached {
                        return Answer::Best(reached);
                    }
                    if whole && proved {
                        return Answer::Best(bound);
                    }
                }
                Err(Error::Infeasible) => return Answer::None,
                Err(_) => {}
            }
        }
        Answer::Unknown
    }

    fn solve(
        &self,
        set: &[usize],
        greatest: bool,
        forced: Option<usize>,
        whole: bool,
    ) -> Result<(f64, bool, Vec<i64>), Error> {
        let direction = if greatest { OptimizationDirection::Maximize } else { OptimizationDirection::Minimize };
        let mut problem = Problem::new(direction);
        let variables: Vec<_> = (0..self.system.kinds)
            .map(|kind| {
                let weight = if set.contains(&kind) { 1.0 } else { 0.0 };
                let least = i64::from(forced == Some(kind));
                if whole {
                    let within = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
                    problem.add_integer_var(weight, (within(least), within(self.most[kind].max(least))))
                } else {
                    problem.add_var(weight, (least as f64, self.most[kind].max(least) as f64))
                }
            })
            .collect();
        for row in &self.system.rows {
            let terms: Vec<_> = row.terms.iter().map(|(k, c)| (variables[*k], *c as f64)).collect();
            if terms.is_empty() {
                continue;
            }
            match (row.low, row.high) {
                (Some(low), Some(high)) if low == high => {
                    problem.add_constraint(&terms, ComparisonOp::Eq, low as f64);
                }
                (low, high) => {
                    if let Some(low) = low {
                        problem.add_constraint(&terms, ComparisonOp::Ge, low as f64);
                    }
                    if let Some(high) = high {
                        problem.add_constraint(&terms, ComparisonOp::Le, high as f64);
                    }
                }
            }
        }
        let mut options = SolveOptions::default();
        options.node_limit = Some(NODES);
        match problem.solve_with(options)? {
            SolveOutcome::Solution(solution) => {
                let proved = solution.status() == SolutionStatus::Optimal;
                let population = variables.iter().map(|v| solution.var_value(*v).round() as i64).collect();
                Ok((solution.objective(), proved, population))
            }
            SolveOutcome::Interrupted(_) => Err(Error::InternalError("the limit of nodes".to_owned())),
        }
    }

    /// Adds up by itself what the solver found.
    fn fits(&self, population: &[i64], forced: Option<usize>) -> bool {
        let holds = self.system.rows.iter().all(|row| {
            let sum: i64 = row.terms.iter().map(|(k, c)| population[*k] * c).sum();
            row.low.is_none_or(|low| sum >= low) && row.high.is_none_or(|high| sum <= high)
        });
        holds && population.iter().all(|n| *n >= 0) && forced.is_none_or(|kind| population[kind] > 0)
    }
}

/// The most people of each kind that single rows leave.
fn ceilings(system: &System) -> Vec<i64> {
    let shown: i64 = system.rows.iter().filter(|r| r.low == r.high).filter_map(|r| r.high).max().unwrap_or(0);
    let mut most = vec![shown * 2 + 1_000; system.kinds];
    for row in system.rows.iter().filter(|r| r.terms.iter().all(|(_, c)| *c > 0)) {
        if let Some(high) = row.high.filter(|high| *high >= 0) {
            row.terms.iter().for_each(|(k, c)| most[*k] = most[*k].min(high / c));
        }
    }
    most
}
