//! Disclosure control of a whole release: blocks of cases first, then the answers, question after question.

use super::block::RECORD;
use super::choices;
use super::ledger::Ledger;
use super::lined;
use super::measured;
use super::primary::small;
use super::response;
use super::solve::{Decided, Known, Wish, decide, whose_of};
use super::sums;
use super::told;
use super::witnesses::{Joint, WitnessBlock, Witnesses};
use super::{PublishedTable, Reason, Release, Withheld};
use crate::cube::{Attribute, Basis, Class, Counted, NOT_ASKED, People, RESPONSES_OF, Reading, Table, Whose};
use crate::instance::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// What was published before.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// The releases, oldest first.
    pub earlier: &'a [Release],
    /// Their internal files.
    pub witnesses: &'a [Witnesses],
    /// Every figure ever published, those published elsewhere included.
    pub ledger: &'a Ledger,
}

/// What disclosure control made of the tables.
pub(super) struct Control {
    pub(super) tables: Vec<PublishedTable>,
    pub(super) withheld: Vec<Withheld>,
    pub(super) blocks: Vec<WitnessBlock>,
    pub(super) joint: Vec<Joint>,
    /// Sensitive sets that nothing can protect, and blocks whose facts do not fit what was published.
    pub(super) open: Vec<Whose>,
    pub(super) misfits: Vec<String>,
    granted: BTreeSet<Whose>,
}

/// Attributes that say when somebody is counted.
const WHEN: [&str; 3] = ["started", "ended", "received"];

/// Decides on every figure of the new tables.
pub(super) fn control(counted: &Counted, before: &Before<'_>, policy: &Policy) -> Control {
    let first = controlled(counted, before, policy, &BTreeSet::new());
    if first.open.is_empty() {
        return first;
    }
    // A figure that several blocks tell was granted by one of them and opens something in another.
    let tells_elsewhere = |w: &Whose| counted.people.iter().any(|p| p.id != w.block && p.also_tells(w).is_some());
    let shared: BTreeSet<Whose> = first.granted.into_iter().filter(|w| tier(w) > 0 && tells_elsewhere(w)).collect();
    controlled(counted, before, policy, &shared)
}

/// How many attributes a set names besides those that say when.
fn tier(whose: &Whose) -> usize {
    whose.only.keys().filter(|id| !WHEN.contains(&id.as_str())).count()
}

fn controlled(counted: &Counted, before: &Before<'_>, policy: &Policy, refused: &BTreeSet<Whose>) -> Control {
    let sensitive = earlier_sensitive(before);
    let joint = joint(&counted.people, before);
    let tables = lined::cumulated(told::as_told(counted, before), &counted.people, before);
    let counted = &Counted { tables, people: counted.people.clone(), ..Counted::default() };
    let mut state = State {
        policy,
        before,
        sensitive: &sensitive,
        joint: &joint,
        told: told::told(before),
        granted: BTreeSet::new(),
        means: BTreeSet::new(),
        refused,
        hidden: hidden_forms(&counted.tables, policy),
    };
    state.granted.extend(state.told.keys().cloned());
    let mut out = Control {
        tables: Vec::new(),
        withheld: Vec::new(),
        blocks: Vec::new(),
        joint: joint.clone(),
        open: Vec::new(),
        misfits: Vec::new(),
        granted: BTreeSet::new(),
    };
    // Tables of answers come one after the other: a question is shown only where those it hangs on are.
    let mut whole: BTreeSet<(String, String)> = BTreeSet::new();
    let mut gates: Vec<Option<Reason>> = vec![None; counted.tables.len()];
    for people in counted.people.iter().filter(|p| p.id.starts_with("cases.")) {
        state.block(people, counted, &gates, &mut out);
    }
    for (at, table) in counted.tables.iter().enumerate() {
        let hangs_openly = table.hangs_on.iter().all(|id| whole.contains(&(id.clone(), cohort_of(table))));
        let few =
            table.class == Class::Counts && table.responses.iter().any(|r| response::reasons(r, policy)[2].is_some());
        gates[at] = match table.class {
            Class::Counts if !hangs_openly => Some(Reason::Protected),
            Class::Counts if few => Some(Reason::FewResponses),
            _ => None,
        };
        let own: BTreeSet<&str> = table.reads.iter().flat_map(whose_of).map(|w| w.block.as_str()).collect();
        if gates[at].is_some() {
            // Nothing else that counts the same answers may tell them either.
            state.hidden.extend(own.iter().map(|id| (*id).to_owned()));
        }
        for people in counted.people.iter().filter(|p| !p.id.starts_with("cases.") && own.contains(p.id.as_str())) {
            // Invited and answered go by a rule of their own.
            let by_rule = table.class == Class::Responses || people.id.ends_with(RESPONSES_OF);
            if out.blocks.iter().all(|b| b.id != people.id) && !by_rule && !state.is_hidden(&people.id) {
                state.block(people, counted, &gates, &mut out);
            }
        }
        let mut reasons = state.reasons(table, at, gates[at]);
        told::keep(table, before, &mut reasons);
        if table.class == Class::Responses {
            let shown = table.reads.iter().zip(&reasons).filter(|(_, reason)| reason.is_none());
            state
                .granted
                .extend(shown.filter_map(|(r, _)| if let Reading::Count(w) = r { Some(w.clone()) } else { None }));
        }
        if reasons.iter().all(Option::is_none) {
            whole.insert((table.id.clone(), cohort_of(table)));
        }
        let table = published(table, &reasons);
        out.withheld.extend(record(&table, &reasons));
        out.tables.push(table);
    }
    out.granted = state.granted;
    out
}

/// Forms whose party is not told, because few answered or few did not: what their blocks' ids begin with.
fn hidden_forms(tables: &[Table], policy: &Policy) -> BTreeSet<String> {
    let few =
        |t: &&Table| t.class == Class::Counts && t.responses.iter().any(|r| response::reasons(r, policy)[2].is_some());
    let blocks = tables.iter().filter(few).flat_map(|t| &t.reads).flat_map(whose_of);
    blocks.filter_map(|w| w.block.split('.').next()).map(str::to_owned).collect()
}

fn cohort_of(table: &Table) -> String {
    table.cohort.as_ref().map_or_else(String::new, |c| c.until.to_string())
}

/// Attributes of a figure, then the priority of its table, table and cell.
type Turn = (usize, u32, usize, usize);

struct State<'a> {
    policy: &'a Policy,
    before: &'a Before<'a>,
    sensitive: &'a BTreeSet<Whose>,
    joint: &'a [Joint],
    /// What was published before.
    told: BTreeMap<Whose, i64>,
    granted: BTreeSet<Whose>,
    /// What no block may grant, because another block could not bear it.
    refused: &'a BTreeSet<Whose>,
    /// Blocks, and forms with all of theirs, of which nothing is told.
    hidden: BTreeSet<String>,
    /// Means that may be shown, by table and cell.
    means: BTreeSet<(usize, usize)>,
}

impl State<'_> {
    fn is_hidden(&self, block: &str) -> bool {
        self.hidden.contains(block) || block.split('.').next().is_some_and(|form| self.hidden.contains(form))
    }

    /// Decides on one block and remembers what was granted.
    fn block(&mut self, people: &People, counted: &Counted, gates: &[Option<Reason>], out: &mut Control) {
        let (shown, wishes) = self.wishes(people, counted, gates);
        let known =
            Known { ledger: self.before.ledger.entries(), shown: &shown, joint: self.joint, sensitive: self.sensitive };
        let Decided { granted, witnesses, open, fits } = decide(people, &wishes, &known, self.policy);
        if !fits {
            out.misfits.push(people.id.clone());
        }
        out.open.extend(open);
        out.blocks.push(witnesses);
        for (wish, _) in wishes.into_iter().zip(granted).filter(|(_, granted)| *granted) {
            match wish.reading {
                Reading::Count(whose) => {
                    self.granted.insert(whose);
                }
                _ => self.means.extend(wish.places),
            }
        }
        let own = |w: &Whose| w.block == people.id;
        self.granted.extend(shown.into_iter().map(|(whose, _)| whose).filter(own));
    }

    /// Numbers of people of a cohort, which are shown, and the other figures of the block in their order: those of one
    /// attribute before those of two, then by the priority of their table, then as they stand; means come last.
    fn wishes(&self, people: &People, counted: &Counted, gates: &[Option<Reason>]) -> (Vec<(Whose, i64)>, Vec<Wish>) {
        let mut shown: Vec<(Whose, i64)> = Vec::new();
        let mut wishes: BTreeMap<Whose, (Turn, Wish)> = BTreeMap::new();
        let mut means = Vec::new();
        // Answers that a mean would give away, and sums of them.
        let mut hidden_answers = BTreeSet::new();
        for (at, table) in counted.tables.iter().enumerate() {
            let hidden = table.class == Class::Responses || gates[at].is_some();
            if hidden {
                continue;
            }
            let mean_hides = mean_hides(table, self.policy);
            for (cell, (reading, exact)) in table.reads.iter().zip(&table.cells).enumerate() {
                let value = exact.figure.scaled;
                match reading {
                    reading if is_of_no_cohort(reading) => {}
                    // What another block was granted is known here, too, where it tells of the same people.
                    Reading::Count(whose) if whose.block != people.id => {
                        let is_known = self.granted.contains(whose) || (tier(whose) == 0 && !small(value, self.policy));
                        let here = people.also_tells(whose).filter(|_| is_known);
                        if let Some(here) = here.filter(|h| shown.iter().all(|(w, _)| w != h)) {
                            shown.push((here, value));
                        }
                    }
                    Reading::Count(whose) if self.told.contains_key(whose) || self.refused.contains(whose) => {}
                    Reading::Count(whose) => {
                        let tier = tier(whose);
                        // Who was not asked follows from the question before, which is shown.
                        let follows = table.hangs_on.len() == 1 && table.codes_at(cell) == [NOT_ASKED];
                        if tier == 0 || follows {
                            if shown.iter().all(|(w, _)| w != whose) && !small(value, self.policy) {
                                shown.push((whose.clone(), value));
                            }
                        } else if mean_hides {
                            hidden_answers.insert(whose.clone());
                        } else if !choices::hides_rest(whose, &counted.people, self.policy) {
                            let turn = (tier, table.priority, at, cell);
                            let wish = || Wish { places: vec![(at, cell)], reading: reading.clone(), value };
                            let entry = wishes.entry(whose.clone()).or_insert_with(|| (turn, wish()));
                            entry.0 = entry.0.min(turn);
                        }
                    }
                    Reading::Grades(_)
                        if whose_of(reading).iter().all(|w| w.block == people.id)
                            && mean_reason(table, self.policy).is_none() =>
                    {
                        means.push(Wish { places: vec![(at, cell)], reading: reading.clone(), value });
                    }
                    _ => {}
                }
            }
        }
        wishes.retain(|whose, _| !sums::of_hidden(whose, &hidden_answers));
        let mut in_turn: Vec<_> = wishes.into_values().collect();
        in_turn.sort_by_key(|(turn, _)| *turn);
        (shown, in_turn.into_iter().map(|(_, wish)| wish).chain(means).collect())
    }

    fn reasons(&self, table: &Table, at: usize, gate: Option<Reason>) -> Vec<Option<Reason>> {
        if let Some(reason) = gate {
            return vec![Some(reason); table.cells.len()];
        }
        match table.class {
            Class::Open => vec![None; table.cells.len()],
            Class::Responses => {
                let by_rule = table.responses.iter().flat_map(|r| response::reasons(r, self.policy));
                let early = |at: usize| table.reads.get(at) == Some(&Reading::Plain);
                by_rule.enumerate().map(|(at, r)| r.or(early(at).then_some(Reason::FewResponses))).collect()
            }
            Class::Counts | Class::Groups => {
                let measured = measured::may_be_shown(table, &|whose| self.granted.contains(whose), self.policy);
                let is_change = table.cells.iter().any(|c| matches!(c.basis, Basis::Change { needed: 0, .. }));
                let hidden = |cell: usize, reading: &Reading| match reading {
                    // No period has ended yet: there is nobody to tell of, and nobody is not none.
                    reading if is_of_no_cohort(reading) => Some(Reason::Protected),
                    // What no cohort holds yet has no figure: each look would tell the single answers since the last.
                    Reading::Plain => Some(Reason::Protected),
                    // How many changed would tell, where the mean is withheld, that all of them moved alike.
                    Reading::Count(_) if is_change && !measured[1] => Some(Reason::Protected),
                    Reading::Count(whose) => (!self.granted.contains(whose)).then_some(Reason::Protected),
                    Reading::Share { part, whole } => {
                        let both = self.granted.contains(part) && self.granted.contains(whole);
                        (!both).then_some(Reason::Protected)
                    }
                    Reading::Grades(_) => (!self.means.contains(&(at, cell))).then_some(Reason::MeanRule),
                    // A mean before and after a correction would tell of those whose record was changed.
                    Reading::Measured(whose) => {
                        (!measured[cell] || whose.only.contains_key(RECORD)).then_some(Reason::Protected)
                    }
                };
                table.reads.iter().enumerate().map(|(cell, reading)| hidden(cell, reading)).collect()
            }
        }
    }
}

/// True for a figure of people of no period.
fn is_of_no_cohort(reading: &Reading) -> bool {
    whose_of(reading).iter().any(|w| w.only.values().any(BTreeSet::is_empty))
}

/// A distribution gives its mean, so it is shown only where the mean may be.
fn mean_hides(table: &Table, policy: &Policy) -> bool {
    let graded = table.cells.iter().any(|c| matches!(c.basis, Basis::Rating { people, .. } if people > 0));
    graded && mean_reason(table, policy).is_some()
}

/// Why a mean of grades is withheld by its own rule. One reason for its grades and for the few who gave none: that there
/// are few would itself be a figure below the threshold.
fn mean_reason(table: &Table, policy: &Policy) -> Option<Reason> {
    let rating = table.cells.iter().find_map(|c| match c.basis {
        Basis::Rating { people, sum, alike } => Some((people, sum, alike)),
        _ => None,
    });
    let (people, sum, alike) = rating?;
    let safe = !alike && rating_is_safe(people, sum, policy);
    (!safe).then_some(Reason::MeanRule)
}

/// Lowest and highest grade, at whose edges a mean tells the single grades.
const GRADES: (i64, i64) = (1, 5);

/// At least five grades, and at both ends of the scale room for two steps: n (max - mean) >= 2 and
/// n (mean - min) >= 2. Both ends of the scale, not of the answers, so nothing about them is told.
fn rating_is_safe(people: i64, sum: i64, policy: &Policy) -> bool {
    let (lowest, highest) = GRADES;
    people >= policy.mean_threshold() && people * highest - sum >= 2 && sum - people * lowest >= 2
}

/// Sets that earlier releases protect go on to be protected.
fn earlier_sensitive(before: &Before<'_>) -> BTreeSet<Whose> {
    let mut found: BTreeSet<Whose> =
        before.witnesses.iter().flat_map(|w| &w.blocks).flat_map(|b| &b.pairs).map(|p| p.whose.clone()).collect();
    // Who was in no cohort then may be in one now; the sets of those who still are not are made anew.
    found.retain(|w| WHEN.iter().all(|id| w.only.get(*id).is_none_or(|codes| !codes.contains(LATER))));
    let known: BTreeSet<&str> = before.witnesses.iter().map(|w| w.release.as_str()).collect();
    // Where the internal file is missing, everything that was withheld counts as sensitive.
    for release in before.earlier.iter().filter(|r| !known.contains(r.id().to_string().as_str())) {
        for table in release.tables() {
            let withheld = table.reads.iter().zip(&table.cells).filter(|(_, cell)| cell.is_none());
            found.extend(withheld.filter_map(|(r, _)| if let Reading::Count(w) = r { Some(w.clone()) } else { None }));
        }
    }
    found
}

/// People by start and end. What an earlier release held fixed stays so, whatever was erased since; where facts no longer
/// add up to it, only the earlier sum is held.
fn joint(people: &[People], before: &Before<'_>) -> Vec<Joint> {
    let mut now: BTreeMap<(String, String), i64> = BTreeMap::new();
    let of_cases = people.iter().find(|p| p.id.starts_with("cases."));
    for (block, kind, n) in of_cases.iter().flat_map(|p| p.kinds.iter().map(move |(kind, n)| (p, kind, n))) {
        // Records that a correction brought stand beside those that it took away.
        let record = block.attributes.iter().position(|a| a.id == RECORD);
        if record.is_some_and(|place| kind[place] == 2) {
            continue;
        }
        let code = |id: &str| {
            let place = block.attributes.iter().position(|a| a.id == id);
            place.and_then(|p| block.attributes[p].codes.get(kind[p])).cloned().unwrap_or_default()
        };
        *now.entry((code("started"), code("ended"))).or_default() += n;
    }
    let earlier = before.witnesses.last().map_or(&[][..], |w| &w.joint);
    // All that were released, and not only what the last list holds: what did not fit once stands in no later one.
    let of_cases = before.witnesses.iter().flat_map(|w| &w.blocks).filter(|b| b.id.starts_with("cases."));
    let attributes: Vec<&Attribute> = of_cases.flat_map(|b| &b.attributes).collect();
    let frozen = |id: &str, part: fn(&Joint) -> &String| {
        let held = before.witnesses.iter().flat_map(|w| &w.joint).map(part);
        let codes = attributes.iter().filter(|a| a.id == id).flat_map(|a| &a.codes);
        held.chain(codes).filter(|c| *c != LATER).collect::<BTreeSet<_>>()
    };
    let (starts, ends) = (frozen("started", |j| &j.started), frozen("ended", |j| &j.ended));
    let as_before = |code: &String, frozen: &BTreeSet<&String>| {
        if frozen.contains(code) { code.clone() } else { LATER.to_owned() }
    };
    let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
    for ((s, e), n) in &now {
        *sums.entry((as_before(s, &starts), as_before(e, &ends))).or_default() += n;
    }
    let fits = |j: &Joint| {
        (j.started == LATER && j.ended == LATER) || sums.get(&(j.started.clone(), j.ended.clone())) == Some(&j.n)
    };
    let misfit: Vec<&Joint> = earlier.iter().filter(|j| !fits(j)).collect();
    let changed = |s: &String, e: &String| {
        let coarse = (as_before(s, &starts), as_before(e, &ends));
        let then: i64 = earlier.iter().filter(|j| j.started == coarse.0 && j.ended == coarse.1).map(|j| j.n).sum();
        // What did not fit once stands in no later list and still does not fit.
        (coarse.0 != LATER || coarse.1 != LATER) && !earlier.is_empty() && sums.get(&coarse) != Some(&then)
    };
    let kept = misfit.iter().filter(|j| j.started != LATER && j.ended != LATER).map(|j| (*j).clone());
    let fresh = now.iter().filter(|((s, e), _)| !changed(s, e));
    fresh.map(|((s, e), n)| Joint { started: s.clone(), ended: e.clone(), n: *n }).chain(kept).collect()
}

/// Code of people in no cohort that was released or is new.
const LATER: &str = "later";

fn published(table: &Table, reasons: &[Option<Reason>]) -> PublishedTable {
    PublishedTable {
        id: table.id.clone(),
        title: table.title.clone(),
        definition: table.definition.clone(),
        class: table.class,
        as_of: table.as_of,
        source: table.source.clone(),
        axes: table.axes.clone(),
        cells: table.cells.iter().zip(reasons).map(|(c, r)| r.is_none().then_some(c.figure)).collect(),
        reads: table.reads.clone(),
        cohort: table.cohort.clone(),
    }
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
