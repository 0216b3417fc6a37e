//! The primary rule: which sets of people a release must not let anybody tell.
//!
//! Source: `disclosure.md`, section 2.

use super::block::{Block, RECORD, RECORDS};
use super::choices;
use crate::cube::{NO_ANSWER, NOT_ASKED, Whose};
use crate::instance::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// Attributes that say when somebody is counted. Nobody is counted twice by them, so they make no groups.
const WHEN: [&str; 4] = ["started", "ended", "received", RECORD];
/// Attribute of what was answered to a question.
pub(super) const ANSWER: &str = "answer";

/// Attribute of whether hours were recorded.
const HOURS: &str = "hours";

/// 1 to k-1 people.
pub(super) fn small(n: i64, policy: &Policy) -> bool {
    n > 0 && n < i64::from(policy.threshold)
}

/// The sensitive sets among the cells of a block's sensitive tables: small ones, small rests of what stands above them, and,
/// unless the instance says otherwise, nobody or everybody within a group.
pub(super) fn sensitive(cells: &BTreeSet<Whose>, block: &Block, policy: &Policy) -> BTreeSet<Whose> {
    let looked_at = with_those_above(cells, block);
    let counts: BTreeMap<&Whose, i64> = looked_at.iter().map(|w| (w, block.count(&block.set(w)))).collect();
    let mut found: BTreeSet<Whose> = cells.iter().filter(|w| small(counts[w], policy)).cloned().collect();
    for whose in cells {
        for above in &looked_at {
            let Some(rest) = rest(block, above, whose) else { continue };
            let left = counts[above] - counts[whose];
            if small(left, policy) {
                found.insert(rest);
            } else if policy.withhold_unanimous
                && left == 0
                && counts[above] > 0
                && says_something(whose)
                && !block.set(&rest).is_empty()
            {
                found.insert(whose.clone());
            }
        }
        if policy.withhold_unanimous && counts[whose] == 0 && is_empty_within_a_group(whose, block) {
            found.insert(whose.clone());
        }
    }
    found.extend(choices::unchosen(cells, block).filter(|w| small(block.count(&block.set(w)), policy)));
    for above in &looked_at {
        found.extend(unnamed(above, &looked_at, block).filter(|w| small(block.count(&block.set(w)), policy)));
    }
    found
}

/// Attributes of when somebody started and ended, whose cohorts overlap.
const OVERLAPPING: [&str; 2] = ["started", "ended"];

/// Small sets that are no cell but follow from several: one code of a cell that holds many, people of a group who started in
/// one cohort and ended in another, or have not ended. `told` are cells that were published before.
pub(super) fn following(
    cells: &BTreeSet<Whose>,
    told: &BTreeSet<Whose>,
    block: &Block,
    policy: &Policy,
) -> BTreeSet<Whose> {
    let mut found = BTreeSet::new();
    let is_small = |whose: &Whose| small(block.count(&block.set(whose)), policy);
    for whose in cells.iter().filter(|w| groups(w).next().is_some()) {
        for (id, codes) in whose.only.iter().filter(|(id, codes)| codes.len() > 1 && *id != RECORD) {
            let one = |code: &String| with(whose, id, BTreeSet::from([code.clone()]));
            found.extend(codes.iter().map(one).filter(is_small));
        }
    }
    for group in of_both(cells, told) {
        for (both, people) in both_cohorts(block).into_iter().filter(|([started, _], _)| started != LATER) {
            let of_group = of_cohorts(&group, &both);
            // Of fewer people than the threshold no group can be kept apart by as many; see `barred`.
            if people >= i64::from(policy.threshold) && is_small(&of_group) {
                found.insert(of_group);
            }
        }
    }
    found
}

/// Cells that may not be shown: the started of a group in some cohorts less its ended in others would tell of the
/// few who are of one and not of the other, such as those who have not ended. One cohort of each such sum is withheld, of
/// the ends if one is new, else of the starts.
pub(super) fn barred(
    cells: &BTreeSet<Whose>,
    told: &BTreeSet<Whose>,
    block: &Block,
    policy: &Policy,
) -> BTreeSet<Whose> {
    let [started, ended] = OVERLAPPING.map(|id| cohorts(id, block));
    let both = both_cohorts(block);
    let mut last: BTreeSet<(&str, &str)> = BTreeSet::new();
    let [some_starts, some_ends] = [&started, &ended].map(|all| together(all, started.len() + ended.len()));
    for starts in &some_starts {
        for ends in &some_ends {
            let is_of_one = |[s, e]: &[String; 2]| starts.contains(&s.as_str()) != ends.contains(&e.as_str());
            let apart = both.iter().filter(|(codes, _)| is_of_one(codes)).map(|(_, n)| n).sum();
            if small(apart, policy) {
                let of_both = [starts, ends].map(|codes| codes.last().copied().unwrap_or(""));
                last.insert(of_both.into());
            }
        }
    }
    let groups = of_both(cells, told);
    let of = |w: &Whose, id: &str, code: &str| w.only.get(id).is_some_and(|codes| codes.contains(code));
    let mut found = BTreeSet::new();
    for (start, end) in last {
        for group in &groups {
            let own = || cells.iter().filter(|w| !told.contains(*w) && bare(w) == *group);
            let ends: Vec<&Whose> = own().filter(|w| of(w, OVERLAPPING[1], end)).collect();
            let starts = own().filter(|w| of(w, OVERLAPPING[0], start));
            if ends.is_empty() { found.extend(starts.cloned()) } else { found.extend(ends.into_iter().cloned()) }
        }
    }
    found
}

/// Cells that may not be shown because of the small ones beside them: whoever knows the rule would know of every withheld
/// cell of a line that it is small if the first large one that had to be withheld, too, were the one that comes last. So
/// the smallest of the large ones is withheld with them, and those that are as large. Of a line then exactly so many are
/// large, and which of them they are nobody can tell: with one population every other is possible in which their numbers
/// have changed places.
///
/// Of `graded` lines a mean is told, which ties the numbers to their places: they are withheld as a whole. Where several
/// categories are also told together, such as the municipalities of an area, each such sum is a category of the line, and the
/// categories within it are a line of their own; what lies in a sum that is withheld is withheld. First come the cells that nobody may tell, either; then those that are withheld as a whole.
pub(super) fn beside(
    cells: &BTreeSet<Whose>,
    told: &BTreeSet<Whose>,
    (sensitive, graded): (&BTreeSet<Whose>, &BTreeSet<&Whose>),
    block: &Block,
) -> [BTreeSet<Whose>; 2] {
    let mut found = Beside { told, sensitive, block, alike: BTreeSet::new(), whole: BTreeSet::new() };
    if choices::is_one_of_several(&block.attributes) {
        // Each choice stands alone; see there.
        return [found.alike, found.whole];
    }
    for ((_, id), line) in lines(cells) {
        if line.iter().any(|w| sensitive.contains(*w)) {
            // Sums with what is no answer cross each other.
            let holds_sums = id == ANSWER && line.iter().any(|w| w.only[id].len() > 1);
            if holds_sums || line.iter().any(|w| graded.contains(*w)) {
                found.withhold(&line);
            } else {
                found.line(&line, id, false);
            }
        }
    }
    [found.alike, found.whole]
}

/// Cells that differ in the codes of one attribute only, by what they have in common and that attribute.
fn lines(cells: &BTreeSet<Whose>) -> BTreeMap<(Whose, &String), Vec<&Whose>> {
    let mut lines: BTreeMap<(Whose, &String), Vec<&Whose>> = BTreeMap::new();
    for whose in cells {
        for id in groups(whose) {
            let mut above = whose.clone();
            above.only.remove(id);
            lines.entry((above, id)).or_default().push(whose);
        }
    }
    lines
}

/// Sums of categories, but for those of answers, that overlap, neither within the other: they are never told, whatever their numbers are.
pub(super) fn overlapping(cells: &BTreeSet<Whose>) -> BTreeSet<Whose> {
    let overlap = |a: &BTreeSet<String>, b: &BTreeSet<String>| !a.is_disjoint(b) && !a.is_subset(b) && !b.is_subset(a);
    let of_line = |((_, id), line): ((Whose, &String), Vec<&Whose>)| {
        let with_another = |w: &&&Whose| line.iter().any(|other| overlap(&w.only[id], &other.only[id]));
        line.iter().filter(with_another).map(|w| (*w).clone()).collect::<Vec<_>>()
    };
    lines(cells).into_iter().filter(|((_, id), _)| *id != ANSWER).flat_map(of_line).collect()
}

/// What is withheld beside small cells.
struct Beside<'a> {
    told: &'a BTreeSet<Whose>,
    sensitive: &'a BTreeSet<Whose>,
    block: &'a Block,
    /// The smallest of the large ones.
    alike: BTreeSet<Whose>,
    /// Cells of what is withheld as a whole.
    whole: BTreeSet<Whose>,
}

impl Beside<'_> {
    fn is_free(&self, whose: &Whose) -> bool {
        !self.sensitive.contains(whose) && !self.told.contains(whose)
    }

    fn withhold(&mut self, cells: &[&Whose]) {
        let free: Vec<Whose> = cells.iter().filter(|w| self.is_free(w)).map(|w| (*w).clone()).collect();
        self.whole.extend(free);
    }

    /// A line whose sums hold each other or nothing in common.
    fn line(&mut self, line: &[&Whose], id: &str, is_of_sum: bool) {
        let is_within =
            |w: &Whose, sum: &Whose| w.only[id].len() < sum.only[id].len() && w.only[id].is_subset(&sum.only[id]);
        let within = |sum: &Whose| -> Vec<&Whose> { line.iter().copied().filter(|w| is_within(w, sum)).collect() };
        let outer: Vec<&Whose> = line.iter().copied().filter(|w| !line.iter().any(|sum| is_within(w, sum))).collect();
        let count = |w: &Whose| self.block.count(&self.block.set(w));
        let (secret, free): (Vec<&Whose>, Vec<&Whose>) = outer.iter().partition(|w| self.sensitive.contains(**w));
        let large: Vec<(i64, &Whose)> =
            free.iter().filter(|w| self.is_free(w)).map(|w| (count(w), *w)).filter(|(n, _)| *n > 0).collect();
        let least = large.iter().map(|(n, _)| *n).min().filter(|_| !secret.is_empty());
        let alike: Vec<&Whose> = large.into_iter().filter(|(n, _)| Some(*n) == least).map(|(_, w)| w).collect();
        let holds_sums = outer.iter().any(|w| w.only[id].len() > 1);
        // Nobody in the others would tell that all of these are small, or that one of them is everybody.
        let as_a_whole = (is_of_sum || holds_sums) && !secret.is_empty() && alike.is_empty();
        if as_a_whole {
            self.withhold(&free);
        }
        for sum in outer.iter().filter(|w| w.only[id].len() > 1) {
            if as_a_whole || secret.contains(sum) || alike.contains(sum) {
                self.withhold(&within(sum));
            } else {
                self.line(&within(sum), id, true);
            }
        }
        self.alike.extend(alike.into_iter().cloned());
    }
}

/// True for a mean beside withheld grades that lies so near an end of the scale that it leaves too few ways to make it: whoever
/// gave another grade than that at the end must be able to be more than the threshold, two steps away from it.
pub(super) fn is_extreme(grades: &[(i64, Whose)], block: &Block, policy: &Policy) -> bool {
    let given: Vec<(i64, i64)> = grades.iter().map(|(grade, whose)| (*grade, block.count(&block.set(whose)))).collect();
    let steps =
        |end: Option<i64>| given.iter().map(|(grade, n)| end.map_or(0, |end| (end - grade).abs()) * n).sum::<i64>();
    let ends = [grades.iter().map(|(grade, _)| *grade).min(), grades.iter().map(|(grade, _)| *grade).max()];
    ends.into_iter().any(|end| steps(end) <= 2 * i64::from(policy.threshold))
}

/// True where several of these grades are also counted together, and so few answered that the mean would tell of how many
/// grades it is one.
pub(super) fn hides_sums(grades: &[(i64, Whose)], cells: &BTreeSet<Whose>, block: &Block, policy: &Policy) -> bool {
    let Some((_, first)) = grades.first() else { return false };
    let mut everybody = first.clone();
    everybody.only.remove(ANSWER);
    if block.count(&block.set(&everybody)) >= 2 * policy.mean_threshold() {
        return false;
    }
    let is_sum = |w: &Whose| {
        w.only.get(ANSWER).is_some_and(|codes| codes.len() > 1)
            && w.only.len() == first.only.len()
            && w.only.iter().all(|(id, codes)| id == ANSWER || first.only.get(id) == Some(codes))
    };
    cells.iter().any(is_sum)
}

/// Cells that count the people of a set's group by their end.
pub(super) fn of_same_group(whose: &Whose, cells: &BTreeSet<Whose>) -> BTreeSet<Whose> {
    let group = bare(whose);
    cells.iter().filter(|w| w.only.contains_key(OVERLAPPING[1]) && bare(w) == group).cloned().collect()
}

/// Code of people in no cohort yet.
const LATER: &str = "later";

fn with(whose: &Whose, id: &str, codes: BTreeSet<String>) -> Whose {
    let mut other = whose.clone();
    other.only.insert(id.to_owned(), codes);
    other
}

fn bare(whose: &Whose) -> Whose {
    let mut bare = whose.clone();
    OVERLAPPING.iter().for_each(|id| {
        bare.only.remove(*id);
    });
    bare
}

/// Groups that are counted both by start and by end.
fn of_both(cells: &BTreeSet<Whose>, told: &BTreeSet<Whose>) -> BTreeSet<Whose> {
    let of = |id: &str| -> BTreeSet<Whose> {
        let all = cells.iter().chain(told).filter(|w| w.only.contains_key(id) && groups(w).next().is_some());
        all.map(bare).collect()
    };
    let [started, ended] = OVERLAPPING.map(of);
    started.intersection(&ended).cloned().collect()
}

/// The cohorts of a start or an end, the oldest first.
fn cohorts(id: &str, block: &Block) -> Vec<String> {
    let codes = block.attributes.iter().find(|a| a.id == id).map_or(&[][..], |a| a.codes.as_slice());
    codes.iter().filter(|c| *c != LATER).cloned().collect()
}

/// Cohorts from which all subsets are looked at.
const MOST_SUBSETS: usize = 12;

/// The sets of cohorts whose sum somebody could make: any, or where there are too many for that, those in a row.
fn together(cohorts: &[String], in_all: usize) -> Vec<Vec<&str>> {
    if in_all > MOST_SUBSETS {
        let rows = (0..cohorts.len()).flat_map(|from| (from..cohorts.len()).map(move |to| from..=to));
        return rows.map(|row| cohorts[row].iter().map(String::as_str).collect()).collect();
    }
    let of = |chosen: usize| (0..cohorts.len()).filter(move |at| chosen >> at & 1 == 1).map(|at| cohorts[at].as_str());
    (1..1_usize << cohorts.len()).map(|chosen| of(chosen).collect()).collect()
}

/// Each cohort of a start, or none yet, with each of an end, or none yet, and how many people are of both.
fn both_cohorts(block: &Block) -> Vec<([String; 2], i64)> {
    let codes = |id: &str| block.attributes.iter().find(|a| a.id == id).map_or(&[][..], |a| a.codes.as_slice());
    let everybody = Whose { block: block.id.clone(), only: BTreeMap::new() };
    let mut found = Vec::new();
    for started in codes(OVERLAPPING[0]) {
        for ended in codes(OVERLAPPING[1]) {
            let both = [started, ended].map(Clone::clone);
            let n = block.count(&block.set(&of_cohorts(&everybody, &both)));
            found.push((both, n));
        }
    }
    found
}

/// Those of a group who are of a start and of an end.
fn of_cohorts(group: &Whose, both: &[String; 2]) -> Whose {
    let one = |code: &String| BTreeSet::from([code.clone()]);
    with(&with(group, OVERLAPPING[0], one(&both[0])), OVERLAPPING[1], one(&both[1]))
}

/// Of a corrected cohort, the few whose record was taken away from a cell or brought to it.
pub(super) fn changed(cells: &BTreeSet<Whose>, block: &Block, policy: &Policy) -> BTreeSet<Whose> {
    let mut found = BTreeSet::new();
    for whose in cells.iter().filter(|w| groups(w).next().is_some()) {
        for record in &RECORDS[1..] {
            let mut of_record = whose.clone();
            of_record.only.insert(RECORD.to_owned(), BTreeSet::from([(*record).to_owned()]));
            if small(block.count(&block.set(&of_record)), policy) {
                found.insert(of_record);
            }
        }
    }
    found
}

/// Each two attributes that make a group together.
pub(super) fn crossed(whose: &Whose) -> Vec<[String; 2]> {
    let pair = |(at, one): (usize, &String)| -> Vec<[String; 2]> {
        groups(whose).skip(at + 1).map(|other| [one.clone(), other.clone()]).collect()
    };
    groups(whose).enumerate().flat_map(pair).collect()
}

fn groups(whose: &Whose) -> impl Iterator<Item = &String> {
    whose.only.keys().filter(|id| !WHEN.contains(&id.as_str()))
}

/// The cells with everything that they are a part of: without one of their attributes or without all, and those who were
/// asked.
fn with_those_above(cells: &BTreeSet<Whose>, block: &Block) -> BTreeSet<Whose> {
    let mut all = cells.clone();
    for whose in cells {
        let mut bare = whose.clone();
        for id in groups(whose) {
            let mut above = whose.clone();
            above.only.remove(id);
            all.insert(above);
            bare.only.remove(id);
        }
        all.insert(bare.clone());
        let asked = block.attributes.iter().find(|a| a.id == ANSWER && a.codes.iter().any(|c| c == NOT_ASKED));
        if let Some(answers) = asked {
            let codes = answers.codes.iter().filter(|c| *c != NOT_ASKED).cloned().collect();
            all.insert(with(&bare, ANSWER, codes));
        }
    }
    all
}

/// Those of `above` who are not of `whose`, where both differ in one attribute and one holds the other.
fn rest(block: &Block, above: &Whose, whose: &Whose) -> Option<Whose> {
    if above.only.keys().any(|id| !whose.only.contains_key(id)) {
        return None;
    }
    let mut differing = whose.only.iter().filter(|(id, codes)| above.only.get(*id) != Some(codes));
    let (Some((id, codes)), None) = (differing.next(), differing.next()) else { return None };
    let attribute = block.attributes.iter().find(|a| a.id == *id)?;
    let of_above = above.only.get(id).cloned().unwrap_or_else(|| attribute.codes.iter().cloned().collect());
    if WHEN.contains(&id.as_str()) || !codes.is_subset(&of_above) {
        return None;
    }
    let mut rest = above.clone();
    rest.only.insert(id.clone(), of_above.difference(codes).cloned().collect());
    Some(rest)
}

/// Silence tells nothing of who was silent, nor does it tell anything that hours were recorded.
fn says_something(whose: &Whose) -> bool {
    let silent = |codes: &BTreeSet<String>| codes.iter().all(|c| [NO_ANSWER, NOT_ASKED].contains(&c.as_str()));
    groups(whose).any(|id| id != HOURS) && !whose.only.get(ANSWER).is_some_and(silent)
}

/// Nobody in a cell of two dimensions although there are people both in its row and in its column, or none in one of them
/// only because everybody is in another: that is withheld, and an empty cell in a withheld line would tell it.
fn is_empty_within_a_group(whose: &Whose, block: &Block) -> bool {
    let mut attributes = groups(whose).peekable();
    let without = |id: &String| {
        let mut above = whose.clone();
        above.only.remove(id);
        block.count(&block.set(&above)) > 0 || groups(&above).any(|other| all_are_alike(&above, other, block))
    };
    groups(whose).count() > 1 && attributes.all(without) && !block.set(whose).is_empty()
}

/// True when everybody of a set who is told apart by an attribute, whatever its code there, has the same code.
fn all_are_alike(whose: &Whose, id: &str, block: &Block) -> bool {
    let codes = block.attributes.iter().find(|a| a.id == id).map_or(&[][..], |a| a.codes.as_slice());
    let number = |code: &String| block.count(&block.set(&with(whose, id, BTreeSet::from([code.clone()]))));
    codes.iter().filter(|code| number(code) > 0).count() == 1
}

/// People of `above` whom no category shows, attribute by attribute.
fn unnamed<'a>(above: &'a Whose, all: &'a BTreeSet<Whose>, block: &'a Block) -> impl Iterator<Item = Whose> + 'a {
    let free = block.attributes.iter().filter(|a| !WHEN.contains(&a.id.as_str()) && !above.only.contains_key(&a.id));
    free.filter_map(|attribute| {
        let is_part = |w: &&Whose| {
            w.only.len() == above.only.len() + 1
                && w.only.contains_key(&attribute.id)
                && above.only.iter().all(|(id, codes)| w.only.get(id) == Some(codes))
        };
        let named: BTreeSet<&String> = all.iter().filter(is_part).flat_map(|w| &w.only[&attribute.id]).collect();
        if named.is_empty() {
            return None;
        }
        let mut rest = above.clone();
        rest.only
            .insert(attribute.id.clone(), attribute.codes.iter().filter(|c| !named.contains(c)).cloned().collect());
        Some(rest)
    })
}
