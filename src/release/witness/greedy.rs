//! Publishes what can be published in its fixed order, as much at a time as is safe together.
//!
//! Publishing only shrinks what is possible. So a population that agrees with what is new stays a witness, and "all of
//! these together are safe" says the same as taking one after the other: what fails is halved.

use super::program::{Answer, Program, Want, ceil, floor};
use super::row::{agrees, people};
use super::{Pair, Problem, Row, Solution};
use std::collections::BTreeMap;

/// How often weights are drawn anew to get away from the truth.
const AWAY: u64 = 2;

/// A population with what it has on each set.
struct Member {
    population: Vec<i64>,
    on: Vec<i64>,
}

/// A set with the places of the sensitive sets that are the same.
struct Set {
    kinds: Vec<u32>,
    objective: Vec<(u32, i64)>,
}

/// Everything that is known on the way.
struct Search<'a> {
    problem: &'a Problem,
    /// A population that agrees with everything known and all that is published.
    anchor: Vec<i64>,
    /// More people of one kind than this are not looked for.
    most: i64,
    sets: Vec<Set>,
    /// Sets in the order in which they are looked at: what failed last is looked at first.
    order: Vec<usize>,
    /// Everything known and published.
    rows: Vec<Row>,
    /// Populations that agree with it, none of them the truth.
    pool: Vec<Member>,
}

/// The rows of what is tried, and which populations of the pool agree with them.
struct Trial {
    rows: Vec<Row>,
    /// Places in the pool.
    alive: Vec<usize>,
}

/// Decides on every candidate.
#[must_use]
pub fn publish(problem: &Problem) -> Solution {
    let none = vec![false; problem.candidates.len()];
    let Some(anchor) = anchor(problem) else {
        let lost = (0..problem.sensitive.len()).collect();
        return Solution { published: none, pairs: vec![None; problem.sensitive.len()], lost };
    };
    let mut places: BTreeMap<&[u32], usize> = BTreeMap::new();
    let mut of: Vec<usize> = Vec::with_capacity(problem.sensitive.len());
    for set in &problem.sensitive {
        let next = places.len();
        of.push(*places.entry(set).or_insert(next));
    }
    let mut sets: Vec<(usize, &[u32])> = places.into_iter().map(|(set, place)| (place, set)).collect();
    sets.sort_unstable();
    let sets = sets
        .into_iter()
        .map(|(_, set)| Set { kinds: set.to_vec(), objective: set.iter().map(|kind| (*kind, 1)).collect() });
    let mut search = Search {
        problem,
        most: most(problem, &anchor),
        anchor,
        sets: sets.collect(),
        order: Vec::new(),
        rows: problem.known.clone(),
        pool: Vec::new(),
    };
    search.add(search.anchor.clone());
    // What is known alone may leave some sets open: these are lost and no longer looked after.
    let mut trial = Trial { rows: search.rows.clone(), alive: (0..search.pool.len()).collect() };
    search.order = (0..search.sets.len()).filter(|set| search.safe(*set, &mut trial)).collect();
    let mut published = none;
    let wanted: Vec<usize> = (0..problem.candidates.len())
        .filter(|at| problem.candidates[*at].iter().all(|row| row.holds(&search.anchor) && !search.tells(row)))
        .collect();
    search.decide(&wanted, &mut published);
    let pairs: Vec<Option<Pair>> = {
        let everybody: Vec<usize> = (0..search.pool.len()).collect();
        let kept: Vec<Option<Pair>> = (0..search.sets.len())
            .map(|set| search.order.contains(&set).then(|| search.pair(set, &everybody)).flatten())
            .collect();
        of.iter().map(|set| kept[*set].clone()).collect()
    };
    let lost = (0..pairs.len()).filter(|at| pairs[*at].is_none()).collect();
    Solution { published, pairs, lost }
}

/// A population that agrees with everything known and with as many candidates as fit together: the truth, or, where what is
/// known no longer agrees with the truth (somebody was erased since), some other. What does not fit is left out and nothing
/// else: candidates are taken in their order, what does not fit together is halved. None if none was found.
#[must_use]
pub fn anchor(problem: &Problem) -> Option<Vec<i64>> {
    let all: Vec<Row> = problem.known.iter().chain(problem.candidates.iter().flatten()).cloned().collect();
    let mut asked = 0;
    if let Some(found) = fitting(problem, &all, &mut asked) {
        return Some(found);
    }
    let population = fitting(problem, &problem.known, &mut asked)?;
    let mut fit = Fit { problem, rows: problem.known.clone(), population, asked };
    let (first, second) = problem.candidates.split_at(problem.candidates.len() / 2);
    fit.keep(first);
    fit.keep(second);
    Some(fit.population)
}

/// How often the solver is asked for an anchor. A count, so that every machine stops at the same place.
const ASKED: usize = 200;

/// Candidates that fit what is known, so far.
struct Fit<'a> {
    problem: &'a Problem,
    rows: Vec<Row>,
    /// Agrees with the rows.
    population: Vec<i64>,
    asked: usize,
}

impl Fit<'_> {
    /// All of these if they fit together, else each half by itself.
    fn keep(&mut self, candidates: &[Vec<Row>]) {
        if candidates.is_empty() {
            return;
        }
        let rows: Vec<Row> = self.rows.iter().chain(candidates.iter().flatten()).cloned().collect();
        let found = if agrees(&self.population, &rows) {
            Some(self.population.clone())
        } else {
            fitting(self.problem, &rows, &mut self.asked)
        };
        match found {
            Some(population) => (self.rows, self.population) = (rows, population),
            None if candidates.len() > 1 => {
                let (first, second) = candidates.split_at(candidates.len() / 2);
                self.keep(first);
                self.keep(second);
            }
            None => {}
        }
    }
}

/// The truth if it agrees with these rows, else a population that does.
fn fitting(problem: &Problem, rows: &[Row], asked: &mut usize) -> Option<Vec<i64>> {
    if agrees(&problem.truth, rows) {
        return Some(problem.truth.clone());
    }
    *asked += 1;
    if *asked > ASKED {
        return None;
    }
    let program = Program { rows, base: &problem.truth, most: most(problem, &problem.truth) };
    let everybody: Vec<(u32, i64)> = (0..).zip(&problem.truth).map(|(kind, _)| (kind, 1)).collect();
    match program.ask(&everybody, false, None, Want::Whole) {
        Answer::Found { population, .. } if agrees(&population, rows) => Some(population),
        _ => None,
    }
}

/// More people of a kind than this are never needed for a witness.
fn most(problem: &Problem, anchor: &[i64]) -> i64 {
    let stated = problem.known.iter().chain(problem.candidates.iter().flatten());
    let stated = stated.filter_map(Row::at_most).max().unwrap_or_default().clamp(0, 1_000_000);
    anchor.iter().sum::<i64>().max(stated) + 2 * problem.k
}

impl Search<'_> {
    /// True when a row is the number of a sensitive set itself, so that no search is needed.
    fn tells(&self, row: &Row) -> bool {
        let close = row.high.checked_sub(row.low).is_some_and(|apart| apart < self.problem.k);
        let is = |set: &usize| self.sets[*set].objective == row.terms;
        close && self.order.iter().any(is)
    }

    /// All of these if they are safe together, else each half by itself.
    fn decide(&mut self, wanted: &[usize], published: &mut [bool]) {
        if wanted.is_empty() {
            return;
        }
        let new: Vec<&Row> = wanted.iter().flat_map(|at| &self.problem.candidates[*at]).collect();
        let alive = (0..self.pool.len()).filter(|at| agrees(&self.pool[*at].population, new.iter().copied())).collect();
        let rows = self.rows.iter().chain(new).cloned().collect();
        let mut trial = Trial { rows, alive };
        let failed = self.order.clone().into_iter().position(|set| !self.safe(set, &mut trial));
        if let Some(place) = failed {
            let set = self.order.remove(place);
            self.order.insert(0, set);
            if wanted.len() > 1 {
                let (first, second) = wanted.split_at(wanted.len() / 2);
                self.decide(first, published);
                self.decide(second, published);
            }
            return;
        }
        self.rows = trial.rows;
        let mut at = 0;
        self.pool.retain(|_| {
            at += 1;
            trial.alive.binary_search(&(at - 1)).is_ok()
        });
        for at in wanted {
            published[*at] = true;
        }
    }

    /// True when two populations differ on a set by the threshold; looks for more of them where they do not yet.
    fn safe(&mut self, set: usize, trial: &mut Trial) -> bool {
        self.pair_places(set, &trial.alive).is_some() || self.search(set, trial)
    }

    /// The populations with least and most on a set.
    fn ends(&self, set: usize, alive: &[usize]) -> Option<(usize, usize)> {
        let on = |at: &&usize| self.pool[**at].on[set];
        Some((*alive.iter().min_by_key(on)?, *alive.iter().max_by_key(on)?))
    }

    fn pair_places(&self, set: usize, alive: &[usize]) -> Option<(usize, usize)> {
        let (low, high) = self.ends(set, alive)?;
        let (least, greatest) = (self.pool[low].on[set], self.pool[high].on[set]);
        (greatest - least >= self.problem.k && greatest >= self.problem.k).then_some((low, high))
    }

    fn pair(&self, set: usize, alive: &[usize]) -> Option<Pair> {
        let (low, high) = self.pair_places(set, alive)?;
        Some(Pair { low: self.pool[low].population.clone(), high: self.pool[high].population.clone() })
    }

    /// Keeps a population unless it is the truth.
    fn add(&mut self, population: Vec<i64>) -> Option<usize> {
        if population == self.problem.truth {
            return None;
        }
        let on = self.sets.iter().map(|set| people(&population, &set.kinds)).collect();
        self.pool.push(Member { population, on });
        Some(self.pool.len() - 1)
    }

    /// Asks the solver and keeps what adds up. Leaves what it has on the set, also when it is the truth, and the limit
    /// that was proved.
    fn ask(
        &mut self,
        set: usize,
        greatest: bool,
        limit: Option<(i64, i64)>,
        want: Want,
        trial: &mut Trial,
    ) -> Option<f64> {
        let also = limit.map(|(low, high)| Row { terms: self.sets[set].objective.clone(), low, high });
        let objective = self.sets[set].objective.clone();
        self.question(&objective, greatest, also.as_ref(), want, trial)
    }

    fn question(
        &mut self,
        objective: &[(u32, i64)],
        greatest: bool,
        also: Option<&Row>,
        want: Want,
        trial: &mut Trial,
    ) -> Option<f64> {
        let program = Program { rows: &trial.rows, base: &self.anchor, most: self.most };
        match program.ask(objective, greatest, also, want) {
            Answer::Found { population, bound } => {
                let fits = agrees(&population, trial.rows.iter().chain(also));
                if fits && let Some(at) = self.add(population) {
                    trial.alive.push(at);
                }
                bound
            }
            Answer::None | Answer::Unknown => None,
        }
    }

    fn search(&mut self, set: usize, trial: &mut Trial) -> bool {
        let k = self.problem.k;
        let (unlimited, nothing) = (i64::MAX, 0);
        // People in parts first: how far apart the ends are at most, and, rounded, often a population of whole people.
        let up = self.ask(set, true, None, Want::Parts, trial);
        let most = up.map_or(unlimited, floor);
        if most < k {
            return false;
        }
        if self.pair_places(set, &trial.alive).is_some() {
            return true;
        }
        let down = self.ask(set, false, None, Want::Parts, trial);
        let least = down.map_or(nothing, ceil);
        if most - least < k {
            return false;
        }
        if self.pair_places(set, &trial.alive).is_some() {
            return true;
        }
        if !self.whole(set, (least, most), trial) {
            return false;
        }
        if self.pair_places(set, &trial.alive).is_some() {
            return true;
        }
        let (low, high) = self.apart(set, trial);
        // The truth is one side: somebody else must stand in for it.
        let (least, greatest) = self
            .ends(set, &trial.alive)
            .map_or((unlimited, -unlimited), |(low, high)| (self.pool[low].on[set], self.pool[high].on[set]));
        if greatest >= k && greatest - low >= k {
            self.away(set, (-unlimited, greatest - k), trial);
        } else if least <= high - k {
            self.away(set, ((least + k).max(k), unlimited), trial);
        }
        self.pair_places(set, &trial.alive).is_some()
    }

    /// The least and the greatest number on a set that was found, the anchor among them.
    fn apart(&self, set: usize, trial: &Trial) -> (i64, i64) {
        let anchor = people(&self.anchor, &self.sets[set].kinds);
        let found = trial.alive.iter().map(|at| self.pool[*at].on[set]);
        found.fold((anchor, anchor), |(low, high), on| (low.min(on), high.max(on)))
    }

    /// Looks for whole people where those in parts, rounded, were not enough: from the ends that were found to the other,
    /// then from the ends that are possible. True when two populations, one of them perhaps the truth, are far enough
    /// apart.
    fn whole(&mut self, set: usize, (least, most): (i64, i64), trial: &mut Trial) -> bool {
        let k = self.problem.k;
        let enough = |(low, high): (i64, i64)| high - low >= k && high >= k;
        let above = |low: i64| (true, (low + k).max(k));
        let below = |high: i64| (false, high - k);
        for step in 0..5 {
            let (low, high) = self.apart(set, trial);
            if enough((low, high)) {
                return true;
            }
            let (greatest, limit) = match step {
                0 => above(low),
                1 => below(high),
                2 => above(least),
                3 => below(high),
                _ => below(most),
            };
            if if greatest { limit > most } else { limit < least || high < k && step < 4 } {
                continue;
            }
            let limits = if greatest { (limit, i64::MAX) } else { (-i64::MAX, limit) };
            self.ask(set, greatest, Some(limits), Want::Whole, trial);
        }
        if enough(self.apart(set, trial)) {
            return true;
        }
        self.ask(set, true, None, Want::BestWhole, trial);
        let (low, high) = self.apart(set, trial);
        if !enough((low, high)) && high >= k && high - k >= least {
            self.ask(set, false, Some((-i64::MAX, high - k)), Want::Whole, trial);
        }
        enough(self.apart(set, trial))
    }

    /// Looks for a population within limits on a set that is not the truth: as far as can be in directions that favour
    /// none. If all of them lead to the truth, there is hardly another.
    fn away(&mut self, set: usize, (low, high): (i64, i64), trial: &mut Trial) {
        let also = Row { terms: self.sets[set].objective.clone(), low, high };
        for want in [Want::Parts, Want::Whole] {
            for draw in 0..AWAY {
                let kinds = u32::try_from(self.anchor.len()).unwrap_or(u32::MAX);
                let weights: Vec<(u32, i64)> = (0..kinds).map(|kind| (kind, weight(draw, u64::from(kind)))).collect();
                for greatest in [true, false] {
                    self.question(&weights, greatest, Some(&also), want, trial);
                    if self.pair_places(set, &trial.alive).is_some() {
                        return;
                    }
                }
            }
        }
    }
}

/// A weight from 1 to 997 that follows no order of the kinds, the same on every machine.
fn weight(draw: u64, kind: u64) -> i64 {
    let mixed = (kind + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(draw.wrapping_mul(0xbf58_476d_1ce4_e5b9));
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb);
    1 + i64::try_from((mixed >> 33) % 997).unwrap_or_default()
}
