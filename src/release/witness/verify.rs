//! Adds up every pair again: what was published is safe if they agree, whoever found them.

use super::row::{agrees, people};
use super::{Pair, Problem, Row, Solution};

/// Why a solution is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The solution is of another problem.
    #[error(
        "the solution decides on {decided} candidates and {sets} sensitive sets, the problem has others; solve it again"
    )]
    Other {
        /// Candidates decided on.
        decided: usize,
        /// Sensitive sets with or without witnesses.
        sets: usize,
    },
    /// A sensitive set has no witnesses and is not named as lost.
    #[error("sensitive set {set} has no witnesses; withhold what opens it")]
    Unproved {
        /// Its place.
        set: usize,
    },
    /// A witness contradicts something known or published.
    #[error("a witness of sensitive set {set} contradicts what is known or published; withhold what opens it")]
    Contradicts {
        /// Its place.
        set: usize,
    },
    /// The witnesses are too close, or both small.
    #[error(
        "the witnesses of sensitive set {set} have {low} and {high} people, which is closer than the threshold; withhold what opens it"
    )]
    Close {
        /// Its place.
        set: usize,
        /// The fewer.
        low: i64,
        /// The more.
        high: i64,
    },
    /// A witness is the truth itself, which must never be written down.
    #[error("a witness of sensitive set {set} is the true population; find another")]
    True {
        /// Its place.
        set: usize,
    },
}

/// Adds everything up in integers; knows nothing of how the solution was found.
///
/// # Errors
/// Names the first sensitive set whose witnesses prove nothing.
pub fn verify(problem: &Problem, solution: &Solution) -> Result<(), Broken> {
    if solution.published.len() != problem.candidates.len() || solution.pairs.len() != problem.sensitive.len() {
        return Err(Broken::Other { decided: solution.published.len(), sets: solution.pairs.len() });
    }
    let published = problem.candidates.iter().zip(&solution.published).filter(|(_, yes)| **yes);
    let rows: Vec<&Row> = problem.known.iter().chain(published.flat_map(|(rows, _)| rows)).collect();
    for (set, (kinds, pair)) in problem.sensitive.iter().zip(&solution.pairs).enumerate() {
        let Some(Pair { low, high }) = pair else {
            if solution.lost.contains(&set) {
                continue;
            }
            return Err(Broken::Unproved { set });
        };
        for side in [low, high] {
            if side.len() != problem.truth.len() || !agrees(side, rows.iter().copied()) {
                return Err(Broken::Contradicts { set });
            }
            if *side == problem.truth {
                return Err(Broken::True { set });
            }
        }
        let (low, high) = (people(low, kinds), people(high, kinds));
        if high < problem.k || high - low < problem.k {
            return Err(Broken::Close { set, low, high });
        }
    }
    Ok(())
}
