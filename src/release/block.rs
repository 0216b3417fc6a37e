//! A block of people as the engine sees it: kinds, rows and sets in place of names.

use super::witness::Row;
use crate::cube::{Attribute, People, Reading, Whose};
use std::collections::{BTreeMap, BTreeSet};

/// Most kinds of people in one block. Beyond it only those that somebody is of, and those near them, are thought of: fewer
/// possible populations protect less, so this errs on the side of withholding.
const MOST_KINDS: usize = 16_384;
/// As many of these may be further away than by one attribute.
const FEW_KINDS: usize = 8_192;

/// Attribute that tells the records of a corrected cohort apart.
pub(super) const RECORD: &str = "record";
/// Records that a correction left as they were, took away and brought.
pub(super) const RECORDS: [&str; 3] = ["kept", "removed", "added"];

/// A block with every kind of people that there could be.
pub(super) struct Block {
    pub(super) id: String,
    pub(super) attributes: Vec<Attribute>,
    pub(super) kinds: Vec<Vec<usize>>,
    pub(super) truth: Vec<i64>,
}

impl Block {
    /// The block as far as attributes are `named` by anything published, to be published or sensitive: people may have
    /// the others as they like. `crossed` are those that one figure names together.
    pub(super) fn of(people: &People, named: &BTreeSet<String>, crossed: &BTreeSet<[String; 2]>) -> Self {
        let people = projected(people, named);
        let kinds = kinds(&people, crossed);
        let truth = kinds.iter().map(|kind| people.kinds.get(kind).copied().unwrap_or(0)).collect();
        Self { id: people.id, attributes: people.attributes, kinds, truth }
    }

    /// The kinds that a cell counts, rising. A block with corrected records counts those that a reader of the first
    /// release saw unless the cell says otherwise.
    pub(super) fn set(&self, whose: &Whose) -> Vec<u32> {
        let wanted: Vec<Option<BTreeSet<usize>>> = self
            .attributes
            .iter()
            .map(|attribute| {
                let first = || (attribute.id == RECORD).then(|| RECORDS[..2].iter().map(|c| (*c).to_owned()).collect());
                let codes: BTreeSet<String> = whose.only.get(&attribute.id).cloned().or_else(first)?;
                Some((0..attribute.codes.len()).filter(|at| codes.contains(&attribute.codes[*at])).collect())
            })
            .collect();
        let holds = |kind: &[usize]| kind.iter().zip(&wanted).all(|(at, w)| w.as_ref().is_none_or(|w| w.contains(at)));
        let places = (0_u32..).zip(&self.kinds).filter(|(_, kind)| holds(kind));
        places.map(|(at, _)| at).collect()
    }

    /// How many people there are of these kinds.
    pub(super) fn count(&self, set: &[u32]) -> i64 {
        set.iter().filter_map(|at| self.truth.get(*at as usize)).sum()
    }

    /// What a reader learns from a figure: `low` and `high` are the number itself, of grades the tenths of the mean.
    /// None for figures that are no statement about numbers of people.
    pub(super) fn rows(&self, reading: &Reading, value: i64) -> Vec<Row> {
        match reading {
            Reading::Count(whose) => {
                let terms = self.set(whose).into_iter().map(|at| (at, 1)).collect();
                vec![Row { terms, low: value, high: value }]
            }
            Reading::Grades(grades) => self.mean_rows(grades, value),
            Reading::Share { part, whole } => self.share_rows(part, whole, value),
            Reading::Plain | Reading::Measured(_) => Vec::new(),
        }
    }

    /// A mean of `tenths`, rounded half up: with S the sum and n the people, 2 t n <= 20 S + n < 2 (t + 1) n.
    fn mean_rows(&self, grades: &[(i64, Whose)], tenths: i64) -> Vec<Row> {
        let mut least: BTreeMap<u32, i64> = BTreeMap::new();
        let mut most: BTreeMap<u32, i64> = BTreeMap::new();
        for (grade, whose) in grades {
            for at in self.set(whose) {
                *least.entry(at).or_default() += 20 * grade + 1 - 2 * tenths;
                *most.entry(at).or_default() += 20 * grade + 1 - 2 * (tenths + 1);
            }
        }
        between(least, most)
    }

    /// A share of `tenths` of a per cent, rounded half up: 2 t w <= 2000 p + w < 2 (t + 1) w.
    fn share_rows(&self, part: &Whose, whole: &Whose, tenths: i64) -> Vec<Row> {
        let mut least: BTreeMap<u32, i64> = BTreeMap::new();
        let mut most: BTreeMap<u32, i64> = BTreeMap::new();
        for at in self.set(whole) {
            *least.entry(at).or_default() += 1 - 2 * tenths;
            *most.entry(at).or_default() += 1 - 2 * (tenths + 1);
        }
        for at in self.set(part) {
            *least.entry(at).or_default() += 2_000;
            *most.entry(at).or_default() += 2_000;
        }
        between(least, most)
    }
}

/// `least` is nothing or more and `most` is below nothing.
fn between(least: BTreeMap<u32, i64>, most: BTreeMap<u32, i64>) -> Vec<Row> {
    let terms = |map: BTreeMap<u32, i64>| map.into_iter().filter(|(_, c)| *c != 0).collect();
    // Far beyond any number of people, so that it says nothing.
    let far = i64::from(i32::MAX);
    vec![Row { terms: terms(least), low: 0, high: far }, Row { terms: terms(most), low: -far, high: -1 }]
}

fn projected(people: &People, named: &BTreeSet<String>) -> People {
    let is_named = |place: &usize| named.contains(&people.attributes[*place].id);
    let places: Vec<usize> = (0..people.attributes.len()).filter(is_named).collect();
    let mut kinds: BTreeMap<Vec<usize>, i64> = BTreeMap::new();
    for (kind, n) in &people.kinds {
        *kinds.entry(places.iter().map(|p| kind[*p]).collect()).or_default() += n;
    }
    let zeros = people.structural_zeros.iter().filter(|z| z.keys().all(|id| named.contains(id)));
    People {
        id: people.id.clone(),
        attributes: places.iter().map(|p| people.attributes[*p].clone()).collect(),
        kinds,
        structural_zeros: zeros.cloned().collect(),
    }
}

fn kinds(people: &People, crossed: &BTreeSet<[String; 2]>) -> Vec<Vec<usize>> {
    let all: Option<usize> =
        people.attributes.iter().try_fold(1_usize, |n, a| n.checked_mul(a.codes.len())).filter(|n| *n <= MOST_KINDS);
    let mut found: BTreeSet<Vec<usize>> = people.kinds.keys().cloned().collect();
    if all.is_some() {
        let mut product = vec![Vec::new()];
        for attribute in &people.attributes {
            product = product
                .iter()
                .flat_map(|kind: &Vec<usize>| {
                    (0..attribute.codes.len()).map(move |at| kind.iter().copied().chain([at]).collect())
                })
                .collect();
        }
        found.extend(product);
    } else {
        found.extend(neighbours(people, crossed));
    }
    found.retain(|kind| !is_impossible(people, kind));
    found.into_iter().collect()
}

/// Kinds that differ in one attribute from one that somebody is of, then those that differ in two which stand in one table:
/// even of few people anybody can be thought of in any of its cells. Until there are enough.
fn neighbours(people: &People, crossed: &BTreeSet<[String; 2]>) -> BTreeSet<Vec<usize>> {
    let places = || people.attributes.iter().enumerate();
    let place = |id: &String| places().find(|(_, a)| a.id == *id);
    let pairs = crossed.iter().filter_map(|[one, other]| Some(vec![place(one)?, place(other)?]));
    let mut found = BTreeSet::new();
    for places in places().map(|one| vec![one]).chain(pairs) {
        let most = if places.len() > 1 { FEW_KINDS } else { MOST_KINDS };
        for kind in people.kinds.keys() {
            let mut moved = vec![kind.clone()];
            for (place, attribute) in &places {
                let to = |kind: &Vec<usize>| {
                    let at =
                        |at: usize| kind.iter().enumerate().map(move |(p, own)| if p == *place { at } else { *own });
                    (0..attribute.codes.len()).map(|code| at(code).collect()).collect::<Vec<Vec<usize>>>()
                };
                moved = moved.iter().flat_map(to).collect();
            }
            for other in moved {
                if found.len() >= most {
                    return found;
                }
                found.insert(other);
            }
        }
    }
    found
}

fn is_impossible(people: &People, kind: &[usize]) -> bool {
    let code = |id: &str| {
        let place = people.attributes.iter().position(|a| a.id == id)?;
        people.attributes[place].codes.get(kind[place])
    };
    let declared = people.structural_zeros.iter().any(|zero| zero.iter().all(|(id, c)| code(id) == Some(c)));
    // Who is there was not declared well: nobody is made to disappear.
    declared && !people.kinds.contains_key(kind)
}
