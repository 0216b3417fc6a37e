//! Everything that a site says of one block of people, as a system over their kinds.
//!
//! Kinds that nothing tells apart are one variable, which is exact. Kinds of which a shown zero says that nobody is one are
//! left out. Parts that share no figure are systems of their own.

use super::reading::{Attributes, Reads, Said, Shown, Whose};
use super::table::ReadTable;
use std::collections::{BTreeMap, BTreeSet};

/// More kinds than this are not attacked; the report says so.
const MOST_KINDS: usize = 60_000;

/// A row: `low <= sum of coefficient * people <= high`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) terms: Vec<(usize, i64)>,
    pub(super) low: Option<i64>,
    pub(super) high: Option<i64>,
}

/// A withheld count: where it stands, and the variables it is the sum of.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) path: String,
    pub(super) place: String,
    pub(super) whose: Whose,
    pub(super) set: Vec<usize>,
}

/// A part of a block whose figures hang together.
#[derive(Clone, Debug, Default)]
pub(super) struct System {
    pub(super) kinds: usize,
    pub(super) rows: Vec<Row>,
    pub(super) targets: Vec<Target>,
    pub(super) threshold: i64,
    /// People whom a publisher's witnesses name; whether they fit is added up before they are used.
    pub(super) named: Vec<Vec<i64>>,
}

/// People of a block by kind: the code of each attribute, and how many.
pub(super) type Named = Vec<(usize, i64)>;

/// A figure of a block, shown or not.
pub(super) struct Told<'a> {
    pub(super) path: String,
    pub(super) place: String,
    pub(super) reads: &'a Reads,
    pub(super) shown: Option<Shown>,
    pub(super) threshold: i64,
}

/// Every figure about people, by block. Files in other languages say the same and are left out.
pub(super) fn told(tables: &BTreeMap<String, ReadTable>) -> BTreeMap<String, Vec<Told<'_>>> {
    let mut blocks: BTreeMap<String, Vec<Told<'_>>> = BTreeMap::new();
    for (id, table) in tables.iter().filter(|(id, _)| !id.contains('.')) {
        for (address, reads) in table.order.iter().zip(&table.reads) {
            let Some(block) = reads.named().first().map(|w| w.block.clone()) else { continue };
            let shown = table.cells.get(address).and_then(Option::as_ref).and_then(|v| Shown::read(v));
            blocks.entry(block).or_default().push(Told {
                path: format!("data/{id}.json"),
                place: address.join(" "),
                reads,
                shown,
                threshold: table.threshold,
            });
        }
    }
    blocks
}

/// The attributes of every block as all tables together name them.
pub(super) fn attributes(tables: &BTreeMap<String, ReadTable>) -> Attributes {
    let mut all = Attributes::new();
    for (block, attributes) in tables.values().flat_map(|t| &t.attributes) {
        for (attribute, codes) in attributes {
            let known = all.entry(block.clone()).or_default().entry(attribute.clone()).or_default();
            known.extend(codes.iter().filter(|c| !known.contains(c)).cloned().collect::<Vec<_>>());
        }
    }
    all
}

/// The systems of a block.
///
/// # Errors
/// When it has too many kinds to be attacked.
pub(super) fn systems(
    told: &[Told<'_>],
    attributes: &BTreeMap<String, Vec<String>>,
    (kinds, named): (&[BTreeMap<&str, &str>], &[&Named]),
) -> Result<Vec<System>, usize> {
    let said: Vec<Said> = told.iter().filter_map(|t| Some(t.reads.rows(&t.shown?))).flatten().collect();
    let hidden: Vec<(&Told<'_>, &Whose)> = told
        .iter()
        .filter(|t| t.shown.is_none())
        .filter_map(|t| if let Reads::Count(whose) = t.reads { Some((t, whose)) } else { None })
        .collect();
    let sets: BTreeSet<&Whose> =
        said.iter().flat_map(|s| s.terms.iter().map(|(_, w)| w)).chain(hidden.iter().map(|(_, w)| *w)).collect();
    let sets: Vec<&Whose> = sets.into_iter().collect();
    let members = members(&sets, attributes)?;
    // Each kind that somebody may be is known by the sets that it is in.
    let mut signatures: BTreeSet<Vec<usize>> = members.into_iter().filter(|s| !s.is_empty()).collect();
    let place: BTreeMap<&Whose, usize> = sets.iter().enumerate().map(|(at, w)| (*w, at)).collect();
    for zero in said.iter().filter(|s| s.high == Some(0) && s.terms.len() == 1 && s.terms[0].0 == 1) {
        let at = place[&zero.terms[0].1];
        signatures.retain(|signature| !signature.contains(&at));
    }
    let mut inside: Vec<Vec<usize>> = vec![Vec::new(); sets.len()];
    for (kind, signature) in signatures.iter().enumerate() {
        signature.iter().for_each(|at| inside[*at].push(kind));
    }
    let rows: Vec<Row> = said.iter().map(|s| row(s, &place, &inside)).collect();
    let targets = hidden.iter().map(|(t, whose)| Target {
        path: t.path.clone(),
        place: t.place.clone(),
        whose: (*whose).clone(),
        set: inside[place[*whose]].clone(),
    });
    let threshold = told.iter().map(|t| t.threshold).max().unwrap_or(0);
    let order: BTreeMap<&Vec<usize>, usize> = signatures.iter().zip(0..).collect();
    let holds = |codes: &BTreeMap<&str, &str>, whose: &Whose| {
        let tells = |id: &String| codes.get(id.as_str()).is_some_and(|code| whose.holds(id, code));
        let records = codes.get(super::reading::RECORD).is_none_or(|code| whose.holds(super::reading::RECORD, code));
        records && whose.only.keys().all(tells)
    };
    let place_of = |codes: &BTreeMap<&str, &str>| {
        let signature: Vec<usize> = (0..sets.len()).filter(|at| holds(codes, sets[*at])).collect();
        order.get(&signature).copied()
    };
    let places: Vec<Option<usize>> = kinds.iter().map(place_of).collect();
    let people = |named: &&Named| {
        let mut people = vec![0; signatures.len()];
        for (kind, n) in *named {
            if let Some(place) = places.get(*kind).copied().flatten() {
                people[place] += n;
            }
        }
        people
    };
    let named: Vec<Vec<i64>> = named.iter().map(people).collect();
    Ok(parts(signatures.len(), rows, targets.collect(), threshold, &named))
}

/// For each kind the sets that it is in. Codes that no set tells apart are one code.
fn members(sets: &[&Whose], attributes: &BTreeMap<String, Vec<String>>) -> Result<Vec<Vec<usize>>, usize> {
    let mut kinds: Vec<Vec<usize>> = vec![(0..sets.len()).collect()];
    for (attribute, codes) in attributes {
        let holds = |code: &String, at: &usize| sets[*at].holds(attribute, code);
        let classes: BTreeSet<Vec<bool>> =
            codes.iter().map(|code| (0..sets.len()).map(|at| holds(code, &at)).collect()).collect();
        if classes.is_empty() {
            continue;
        }
        let longer: BTreeSet<Vec<usize>> = kinds
            .iter()
            .flat_map(|kind| {
                classes.iter().map(|class| kind.iter().copied().filter(|at| class[*at]).collect::<Vec<usize>>())
            })
            .collect();
        if longer.len() > MOST_KINDS {
            return Err(longer.len());
        }
        kinds = longer.into_iter().collect();
    }
    Ok(kinds)
}

fn row(said: &Said, place: &BTreeMap<&Whose, usize>, inside: &[Vec<usize>]) -> Row {
    let mut sums: BTreeMap<usize, i64> = BTreeMap::new();
    for (coefficient, whose) in &said.terms {
        for kind in &inside[place[whose]] {
            *sums.entry(*kind).or_default() += coefficient;
        }
    }
    Row { terms: sums.into_iter().filter(|(_, c)| *c != 0).collect(), low: said.low, high: said.high }
}

/// What hangs together through rows and targets.
fn parts(kinds: usize, rows: Vec<Row>, targets: Vec<Target>, threshold: i64, named: &[Vec<i64>]) -> Vec<System> {
    let mut parent: Vec<usize> = (0..kinds).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    let together = rows.iter().map(|r| r.terms.iter().map(|(k, _)| *k).collect::<Vec<_>>());
    for set in together.chain(targets.iter().map(|t| t.set.clone())) {
        for pair in set.windows(2) {
            let (a, b) = (root(&mut parent, pair[0]), root(&mut parent, pair[1]));
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut systems: BTreeMap<usize, System> = BTreeMap::new();
    let mut local: Vec<usize> = vec![0; kinds];
    for (kind, place) in local.iter_mut().enumerate() {
        let system = systems.entry(root(&mut parent, kind)).or_default();
        *place = system.kinds;
        system.kinds += 1;
        system.threshold = threshold;
        system.named.resize(named.len(), Vec::new());
        for (own, all) in system.named.iter_mut().zip(named) {
            own.push(all[kind]);
        }
    }
    // A row of nobody at all is kept in a system without kinds: it may contradict itself.
    let nobody = usize::MAX;
    for mut row in rows {
        let home = row.terms.first().map_or(nobody, |(k, _)| root(&mut parent, *k));
        row.terms.iter_mut().for_each(|(k, _)| *k = local[*k]);
        systems.entry(home).or_default().rows.push(row);
    }
    for mut target in targets {
        // Of an empty group a shown zero already says that nobody is in it.
        let Some(first) = target.set.first().copied() else { continue };
        target.set.iter_mut().for_each(|k| *k = local[*k]);
        systems.entry(root(&mut parent, first)).or_default().targets.push(target);
    }
    systems.into_values().collect()
}
