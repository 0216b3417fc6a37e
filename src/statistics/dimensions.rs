//! What cases can be broken down by: dimensions of `palaute.yaml` that their facts carry, and areas.

use super::{Areas, Population};
use crate::instance::Instance;

/// The outcome of a case.
pub(super) const OUTCOME: &str = "outcome";
/// How far the first goal was reached.
pub(super) const GOAL_REACHED: &str = "goal_reached";
/// What is known when a coaching starts.
const FROM_THE_START: [&str; 3] = ["gender", "origin", "age_group"];
/// What is known when it has ended, beside the former.
const FROM_THE_END: [&str; 7] = [OUTCOME, "profile", "phase", "service_line", "unemployment", "goal", GOAL_REACHED];
/// What a coach may name several of, whatever palaute.yaml says of it.
const OVERLAPPING: [&str; 2] = ["profile", "phase"];
/// Where the client lives, from the smallest.
pub(super) const AREAS: [&str; 3] = ["municipality", "employment_area", "region"];

/// The dimensions of an installation.
pub(super) struct Dimensions<'a> {
    pub(super) instance: &'a Instance,
    pub(super) areas: Option<&'a Areas>,
}

impl<'a> Dimensions<'a> {
    /// The ids of all of them.
    pub(super) fn ids(&self) -> Vec<&'a str> {
        let own = self.instance.dimensions.iter().map(|d| d.value.id.as_str());
        own.chain(self.areas.iter().flat_map(|_| AREAS)).collect()
    }

    /// The codes of one; none where there is no such dimension.
    pub(super) fn codes(&self, id: &str) -> Option<Vec<&'a str>> {
        if let Some(dimension) = self.instance.dimension(id) {
            return Some(dimension.categories.iter().map(|c| c.code.as_str()).collect());
        }
        let areas = self.areas?;
        match AREAS.iter().position(|a| *a == id)? {
            0 => Some(areas.municipalities.iter().map(|m| m.code.value.as_str()).collect()),
            1 => Some(areas.areas.iter().map(|a| a.code.value.as_str()).collect()),
            _ => Some(areas.regions.iter().map(|r| r.code.value.as_str()).collect()),
        }
    }

    /// True when a person can have several of its codes.
    pub(super) fn overlaps(&self, id: &str) -> bool {
        OVERLAPPING.contains(&id) || self.instance.dimension(id).is_some_and(|d| d.multiple)
    }
}

/// True when the facts of these cases carry the dimension.
pub(super) fn carries(population: Population, id: &str) -> bool {
    FROM_THE_START.contains(&id)
        || AREAS.contains(&id)
        || (population == Population::Closed && FROM_THE_END.contains(&id))
}

/// The dimensions that the facts of these cases carry.
pub(super) fn carried(population: Population) -> impl Iterator<Item = &'static str> {
    FROM_THE_START.into_iter().chain(FROM_THE_END).chain(AREAS).filter(move |id| carries(population, id))
}
