//! Shares and means whose numbers are withheld: which whole numbers fit them?
//!
//! 29.4 % can only be 5 of 17 or 10 of 34 below 40, a mean of 4.43 needs 7, 14, 21 or 23 grades.

use super::Finding;
use super::reading::{Reads, Shown, Whose};
use super::system::Told;
use std::collections::{BTreeMap, BTreeSet};

/// Groups larger than this are not looked for; a share that fits one number below and more above is no finding.
const MOST: i64 = 400;

/// Whether so many (or such a sum) of so many people fit what is shown.
type Fits = Box<dyn Fn(i64, i64) -> bool>;

/// How many shares and means were looked at, and those that tell a withheld number or that it is small.
pub(super) fn findings(told: &[Told<'_>], lost: &[Whose]) -> (usize, Vec<Finding>) {
    let shown: BTreeMap<&Whose, i64> = told
        .iter()
        .filter_map(|t| match (t.reads, t.shown) {
            (Reads::Count(whose), Some(Shown { scaled, unit: 1 })) => Some((whose, scaled)),
            _ => None,
        })
        .collect();
    // Nobody is outside a group, so that the smallest shown group around it bounds it.
    let within = |whose: &Whose| {
        let around = shown.iter().filter(|(other, _)| {
            other.block == whose.block
                && other.only.iter().all(|(a, codes)| whose.only.get(a).is_some_and(|own| own.is_subset(codes)))
        });
        around.map(|(_, n)| *n).min()
    };
    let (mut tried, mut findings) = (0, Vec::new());
    for told in told {
        let Some(value) = told.shown else { continue };
        let (part, whole, fits): (Option<&Whose>, Option<Whose>, Fits) = match told.reads {
            Reads::Share { part, whole } => {
                let fits = move |p: i64, w: i64| p <= w && rounds(100 * p * value.unit, w, value.scaled);
                (Some(part), Some(whole.clone()), Box::new(fits))
            }
            Reads::Grades(grades) if grades.len() > 1 => {
                let (low, high) = grades.iter().fold((i64::MAX, i64::MIN), |(l, h), (g, _)| (l.min(*g), h.max(*g)));
                let fits = move |sum: i64, n: i64| {
                    sum >= low * n && sum <= high * n && rounds(sum * value.unit, n, value.scaled)
                };
                (None, all(grades), Box::new(fits))
            }
            _ => continue,
        };
        tried += 1;
        let Some(whole) = whole else { continue };
        let known = shown.get(&whole).copied();
        let ceiling = known.or_else(|| within(&whole));
        let reach = |w: i64| if part.is_some() { w } else { 10 * w };
        let wholes = known.unwrap_or(1)..=ceiling.unwrap_or(MOST).min(MOST);
        let pairs: Vec<(i64, i64)> =
            wholes.flat_map(|w| (0..=reach(w)).map(move |p| (p, w))).filter(|(p, w)| fits(*p, *w)).collect();
        let mut tell = |problem: String| findings.push(Finding { path: told.path.clone(), problem });
        if pairs.is_empty() && ceiling.is_none_or(|c| c <= MOST) {
            tell(format!("{} fits no number of people", told.place));
            continue;
        }
        let small = |values: &BTreeSet<i64>| {
            !values.is_empty() && values.iter().all(|v| *v > 0 && *v < told.threshold) || values.len() == 1
        };
        let bounded = ceiling.is_some_and(|c| c <= MOST);
        let sizes: BTreeSet<i64> = pairs.iter().map(|(_, w)| *w).collect();
        if bounded && known.is_none() && !lost.contains(&whole) && small(&sizes) {
            tell(format!("{} tells the size of its group: {}", told.place, list(&sizes)));
        }
        let Some(part) = part else { continue };
        let parts: BTreeSet<i64> = pairs.iter().map(|(p, _)| *p).collect();
        if bounded && !shown.contains_key(part) && !lost.contains(part) && small(&parts) {
            tell(format!("{} tells how many it counts: {}", told.place, list(&parts)));
        }
        let rests: BTreeSet<i64> = pairs.iter().map(|(p, w)| w - p).collect();
        if bounded && !lost.contains(part) && rests.iter().all(|r| *r > 0 && *r < told.threshold) {
            tell(format!("{} tells that few are left over: {}", told.place, list(&rests)));
        }
    }
    (tried, findings)
}

/// True when `above / below` rounds half up to `value`.
fn rounds(above: i64, below: i64, value: i64) -> bool {
    (2 * above + below).div_euclid(2 * below) == value
}

/// Those who gave any of the grades, where they differ in one attribute only.
fn all(grades: &[(i64, Whose)]) -> Option<Whose> {
    let (_, first) = grades.first()?;
    let mut differing = first.only.keys().filter(|a| grades.iter().any(|(_, w)| w.only.get(*a) != first.only.get(*a)));
    let attribute = differing.next()?;
    if differing.next().is_some() {
        return None;
    }
    let mut whole = first.clone();
    let codes = grades.iter().filter_map(|(_, w)| w.only.get(attribute)).flatten().cloned().collect();
    whole.only.insert(attribute.clone(), codes);
    Some(whole)
}

fn list(values: &BTreeSet<i64>) -> String {
    values.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}
