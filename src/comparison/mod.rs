//! Fair comparison: what a provider's clients became, beside what such clients become elsewhere.
//!
//! Enters: provider, outcome and strata of each closed case. Leaves: [`Standing`]s: observed and expected numbers with
//! exact limits, and the words that may be said. Refuses: a comparison of too few cases.
//!
//! The probability of each case is learnt from the cases of all other providers (`model.rs`); how many of them reach the
//! outcome then has an exact distribution (`distribution.rs`). Motivation, health, life situation, what a provider may
//! choose and chance are in neither.
//!
//! Source: `disclosure.md`, section 4.

mod distribution;
mod model;

pub use distribution::{PoissonBinomial, TAIL_95, TAIL_998};

use crate::text::{Language, Text};
use distribution::float;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Closed cases below which nothing is told of a provider.
pub const DESCRIBED: usize = 30;
/// Closed cases from which a provider is compared.
pub const COMPARED: usize = 80;
/// What is observed and what is expected, each with its complement, must be as many as this for a comparison.
pub const LEAST: usize = 5;

/// What may be said of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Fewer than 30 closed cases.
    TooFew,
    /// 30 to 79, or an observed or expected number that is too small: figures without a judgement.
    Descriptive,
    /// Within the range expected for this client mix and labour market.
    Within,
    /// Above the range.
    Above,
    /// Below the range.
    Below,
    /// The numbers from which a word would follow are withheld: the same for every provider of whom they are.
    NotTold,
}

/// A closed case as the comparison sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedCase {
    /// Code of the provider.
    pub provider: String,
    /// True when the outcome is one of those looked for.
    pub reached: bool,
    /// Its category in each stratifying dimension; -1 is missing.
    pub strata: Vec<i64>,
    /// Band of unemployment in its area, rising; -1 is unknown.
    pub labour_market: i64,
}

/// One provider in the comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Code of the provider.
    pub provider: String,
    /// Its name.
    pub label: Text,
    /// What may be said.
    pub band: Band,
    /// The figures, unless one of them is withheld.
    pub figures: Option<StandingFigures>,
}

/// The figures behind a band; whole or scaled numbers, so that a file says the same on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandingFigures {
    /// Closed cases.
    pub closed: i64,
    /// Observed.
    pub observed: i64,
    /// Expected, hundredths.
    pub expected_hundredths: i64,
    /// Observed / expected with its 95 % limits, hundredths: ratio, low, high.
    pub ratio_hundredths: [i64; 3],
    /// Numbers expected in 95 and in 99.8 of a hundred: low and high of each.
    pub range_95: [i64; 2],
    /// See `range_95`.
    pub range_998: [i64; 2],
}

/// What may be said of each provider, in the alphabet's order of its name and never in that of its result. Cases of a
/// provider that has no name here are among the others of everybody. A comparison also needs as many cases of others as
/// a provider needs to be described; with nobody else at all there are no figures, for nothing can be expected.
#[must_use]
pub fn standings(cases: &[ClosedCase], names: &[(String, Text)]) -> Vec<Standing> {
    let mut all: Vec<Standing> = names.iter().map(|(code, label)| standing(code, label, cases)).collect();
    all.sort_by(|a, b| {
        alphabetical(a.label.in_language(Language::Fi), b.label.in_language(Language::Fi))
            .then_with(|| a.provider.cmp(&b.provider))
    });
    all
}

/// True when figures may stand beside the words: of every provider and every stratum that somebody is in, at least twice
/// the threshold `k` have reached an outcome and as many have not. What is expected is drawn from these numbers, and tells of
/// them: with few unknown ones it leaves a single solution.
#[must_use]
pub fn may_have_figures(cases: &[ClosedCase], names: &[(String, Text)], k: u32) -> bool {
    let mut counts: BTreeMap<(&[i64], i64, &str), [u32; 2]> = BTreeMap::new();
    for case in cases {
        let of_provider = counts.entry((&case.strata, case.labour_market, &case.provider)).or_default();
        of_provider[usize::from(case.reached)] += 1;
    }
    let strata: BTreeSet<(&[i64], i64)> = counts.keys().map(|(strata, market, _)| (*strata, *market)).collect();
    let is_large = |of: Option<&[u32; 2]>| of.is_some_and(|of| of.iter().all(|n| *n >= 2 * k));
    let of = |(strata, market): (_, _), code: &str| counts.get(&(strata, market, code)).copied();
    strata.into_iter().all(|stratum| names.iter().all(|(code, _)| is_large(of(stratum, code).as_ref())))
}

/// The order of two names, capital letters and small ones alike; å, ä and ö are the last letters.
#[must_use]
pub fn alphabetical(a: &str, b: &str) -> Ordering {
    let place = |c: char| match c {
        'å' => (u32::from('z') + 1, c),
        'ä' => (u32::from('z') + 2, c),
        'ö' => (u32::from('z') + 3, c),
        _ => (u32::from(c), c),
    };
    let key = |name: &str| name.to_lowercase().chars().map(place).collect::<Vec<_>>();
    key(a).cmp(&key(b)).then_with(|| a.cmp(b))
}

fn standing(provider: &str, label: &Text, cases: &[ClosedCase]) -> Standing {
    let (own, others): (Vec<&ClosedCase>, Vec<&ClosedCase>) = cases.iter().partition(|c| c.provider == provider);
    let told = |band, figures| Standing { provider: provider.to_owned(), label: label.clone(), band, figures };
    if own.len() < DESCRIBED {
        return told(Band::TooFew, None);
    }
    let Some(expected) = model::probabilities(&own, &others).map(PoissonBinomial::new) else {
        return told(Band::Descriptive, None);
    };
    let observed = own.iter().filter(|c| c.reached).count();
    let enough = own.len() >= COMPARED
        && others.len() >= DESCRIBED
        && observed.min(own.len() - observed) >= LEAST
        && model::smaller_side(expected.expected(), own.len()) >= float(LEAST);
    let range_95 = expected.range(TAIL_95);
    let band = match enough {
        false => Band::Descriptive,
        // A number is outside this range exactly when the interval of its ratio leaves out one.
        true if observed < range_95[0] => Band::Below,
        true if observed > range_95[1] => Band::Above,
        true => Band::Within,
    };
    told(band, Some(figures(&expected, own.len(), observed)))
}

fn figures(expected: &PoissonBinomial, closed: usize, observed: usize) -> StandingFigures {
    let [low, high] = expected.ratio_limits(observed, TAIL_95);
    StandingFigures {
        closed: whole(float(closed)),
        observed: whole(float(observed)),
        expected_hundredths: whole(expected.expected() * 100.0),
        ratio_hundredths: [float(observed) / expected.expected(), low, high].map(|ratio| whole(ratio * 100.0)),
        range_95: expected.range(TAIL_95).map(|n| whole(float(n))),
        range_998: expected.range(TAIL_998).map(|n| whole(float(n))),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "numbers of cases, at most hundredfold, and never not a number")]
fn whole(x: f64) -> i64 {
    x.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cases invented for these tests.
    fn some(provider: &str, reached: usize, all: usize) -> Vec<ClosedCase> {
        let case = |i: usize| ClosedCase {
            provider: provider.to_owned(),
            reached: i < reached,
            strata: vec![0, 1],
            labour_market: 1,
        };
        (0..all).map(case).collect()
    }

    fn names(codes: &[&str]) -> Vec<(String, Text)> {
        codes.iter().map(|c| ((*c).to_owned(), Text::finnish(c.to_uppercase()))).collect()
    }

    fn bands(cases: &[ClosedCase], codes: &[&str]) -> Vec<Band> {
        standings(cases, &names(codes)).iter().map(|s| s.band).collect()
    }

    #[test]
    fn fewer_than_thirty_closed_cases_are_too_few_and_fewer_than_eighty_are_only_described() {
        let others = some("z", 150, 300);
        for (n, band) in [
            (0, Band::TooFew),
            (29, Band::TooFew),
            (30, Band::Descriptive),
            (79, Band::Descriptive),
            (80, Band::Within),
        ] {
            let cases = [some("a", n / 2, n), others.clone()].concat();
            let all = standings(&cases, &names(&["a"]));
            assert_eq!((all[0].band, all[0].figures.is_some()), (band, n >= 30), "{n}");
        }
    }

    #[test]
    fn what_is_observed_or_expected_must_be_five_on_either_side() {
        let half = some("z", 150, 300);
        for (reached, band) in
            [(4, Band::Descriptive), (5, Band::Below), (40, Band::Within), (75, Band::Above), (76, Band::Descriptive)]
        {
            assert_eq!(bands(&[some("a", reached, 80), half.clone()].concat(), &["a"]), [band], "{reached}");
        }
        // About 2.7 are expected where twenty were seen.
        assert_eq!(bands(&[some("a", 20, 80), some("z", 10, 300)].concat(), &["a"]), [Band::Descriptive]);
        assert_eq!(bands(&[some("a", 60, 80), some("z", 290, 300)].concat(), &["a"]), [Band::Descriptive]);
    }

    #[test]
    fn figures_stand_beside_the_words_only_where_every_stratum_is_large_at_every_provider() {
        let of = |provider: &str, level: i64, reached, all| {
            some(provider, reached, all).into_iter().map(move |c| ClosedCase { strata: vec![level], ..c })
        };
        let two = |reached| -> Vec<ClosedCase> {
            of("a", 0, 20, 40)
                .chain(of("a", 1, reached, 40))
                .chain(of("b", 0, 10, 40))
                .chain(of("b", 1, 30, 40))
                .collect()
        };
        let named = names(&["a", "b"]);
        assert!(may_have_figures(&two(10), &named, 5) && may_have_figures(&two(30), &named, 5));
        assert!(!may_have_figures(&two(9), &named, 5) && !may_have_figures(&two(31), &named, 5));
        assert!(may_have_figures(&two(9), &named, 4));
        let nobody: Vec<ClosedCase> = two(20).into_iter().filter(|c| c.provider == "b" || c.strata == [0]).collect();
        assert!(!may_have_figures(&nobody, &named, 5), "nobody of a stratum at a provider tells of it, too");
    }

    #[test]
    fn nobody_is_compared_with_himself() {
        let others = some("z", 90, 300);
        let figures =
            |reached| standings(&[some("a", reached, 100), others.clone()].concat(), &names(&["a"]))[0].figures;
        let (few, many) = (figures(20).unwrap(), figures(80).unwrap());
        assert_eq!(few.expected_hundredths, many.expected_hundredths);
        assert_eq!((few.closed, few.observed, many.observed, few.expected_hundredths), (100, 20, 80, 3000));
        assert_eq!((few.range_95, few.range_998), (many.range_95, many.range_998));
    }

    #[test]
    fn a_provider_alone_has_no_expected_number() {
        let alone = &standings(&some("a", 50, 100), &names(&["a"]))[0];
        assert_eq!((alone.band, alone.figures), (Band::Descriptive, None));
        let few_others = [some("a", 50, 100), some("z", 10, 29)].concat();
        assert_eq!(bands(&few_others, &["a"]), [Band::Descriptive], "too few others to be a measure");
    }

    #[test]
    fn outcomes_that_are_all_the_same_are_described_and_divide_by_nothing() {
        for reached in [0, 100] {
            let cases = [some("a", reached, 100), some("b", reached, 100)].concat();
            for standing in standings(&cases, &names(&["a", "b"])) {
                let figures = standing.figures.unwrap();
                assert_eq!(standing.band, Band::Descriptive);
                assert!(figures.expected_hundredths > 0 && figures.ratio_hundredths[2] < 1000, "{figures:?}");
            }
        }
    }

    #[test]
    fn clients_with_a_harder_start_are_compared_with_such_clients() {
        let of = |provider: &str, level: i64, reached, all| {
            some(provider, reached, all).into_iter().map(move |c| ClosedCase { strata: vec![level], ..c }).collect()
        };
        let groups: [Vec<ClosedCase>; 3] = [of("z", 0, 160, 200), of("z", 1, 40, 200), of("a", 1, 22, 100)];
        let harder = &standings(&groups.concat(), &names(&["a"]))[0];
        assert_eq!(harder.band, Band::Within, "{harder:?}");
        let same_number: [Vec<ClosedCase>; 3] = [of("z", 0, 160, 200), of("z", 1, 40, 200), of("a", 0, 22, 100)];
        assert_eq!(bands(&same_number.concat(), &["a"]), [Band::Below]);
    }

    #[test]
    fn equal_results_stand_in_the_alphabets_order_and_so_do_different_ones() {
        let cases = [some("b", 40, 80), some("a", 40, 80), some("c", 70, 80)].concat();
        let mut order = names(&["c", "b", "a"]);
        order.push(("d".to_owned(), Text::finnish("Öljy")));
        order.push(("e".to_owned(), Text::finnish("Åvik")));
        order.push(("f".to_owned(), Text::finnish("äiti")));
        order.push(("g".to_owned(), Text::finnish("zeta")));
        let all = standings(&cases, &order);
        let codes: Vec<&str> = all.iter().map(|s| s.provider.as_str()).collect();
        assert_eq!(codes, ["a", "b", "c", "g", "e", "f", "d"]);
        assert_eq!(all[0].figures, all[1].figures);
    }

    #[test]
    fn the_order_of_the_cases_changes_nothing() {
        let mut cases = [some("a", 33, 90), some("b", 41, 85), some("c", 12, 40)].concat();
        for (i, case) in cases.iter_mut().enumerate() {
            case.strata = vec![i64::from(i % 3 == 0), i64::from(i % 7 == 0) - 1];
        }
        let forward = standings(&cases, &names(&["a", "b", "c"]));
        cases.reverse();
        assert_eq!(standings(&cases, &names(&["a", "b", "c"])), forward);
    }
}
