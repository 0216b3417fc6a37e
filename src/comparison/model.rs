//! The probability of the outcome for each case of a provider, learnt from the cases of all others.
//!
//! Few cases are put into at most four strata, many into a ridge logistic regression. Neither looks at the provider
//! itself, so that nobody is compared with himself. Every step is fixed: no start at random, no limit of time.

use super::ClosedCase;
use super::distribution::float;
use std::collections::{BTreeMap, BTreeSet};

/// With fewer cases than this to learn from, strata.
const FEW: usize = 100;
/// Strata that so few cases can bear.
const STRATA: usize = 4;
/// A stratum's rate is drawn towards the rate of all as if it had so many cases more of that rate; an empty one has it.
const DRAWN: f64 = 4.0;
/// Weight of the ridge: half of it times the squares of the coefficients. It is one whatever the data.
const RIDGE: f64 = 1.0;
/// Steps of the regression, and halvings of each.
const STEPS: usize = 50;
/// A step that changes no coefficient by more than this is the last.
const STILL: f64 = 1e-10;

/// What is known of a case before its outcome: its category in each dimension, then its labour market.
type Covariates = Vec<i64>;

fn covariates(case: &ClosedCase) -> Covariates {
    case.strata.iter().copied().chain([case.labour_market]).collect()
}

/// Cases of the same covariates: how many there are, and how many of them reached the outcome.
type Counted = BTreeMap<Covariates, (f64, f64)>;

fn counted(cases: &[&ClosedCase]) -> Counted {
    let mut out = Counted::new();
    for case in cases {
        let (all, reached) = out.entry(covariates(case)).or_default();
        *all += 1.0;
        *reached += f64::from(u8::from(case.reached));
    }
    out
}

/// The rate of all, half a case to either side of it, so that it is never nought or one.
fn pooled(counted: &Counted) -> f64 {
    let (all, reached) = counted.values().fold((0.0, 0.0), |sum, (n, r)| (sum.0 + n, sum.1 + r));
    (reached + 0.5) / (all + 1.0)
}

/// The probability of each of `own`, learnt from `others`; none when there is nobody to learn from.
pub(super) fn probabilities(own: &[&ClosedCase], others: &[&ClosedCase]) -> Option<Vec<f64>> {
    let learnt = counted(others);
    let reached = others.iter().filter(|c| c.reached).count();
    if others.is_empty() {
        return None;
    }
    // The intercept of a regression has no end where all outcomes are the same.
    if reached == 0 || reached == others.len() {
        return Some(vec![pooled(&learnt); own.len()]);
    }
    let own = own.iter().map(|c| covariates(c));
    Some(if others.len() < FEW {
        let strata = Strata::of(&learnt);
        own.map(|c| strata.rate(&c)).collect()
    } else {
        let regression = Regression::of(&learnt);
        own.map(|c| regression.probability(&c)).collect()
    })
}

/// At most four strata.
struct Strata {
    /// The dimensions that make them.
    by: Vec<usize>,
    /// The categories of the one dimension that has too many and stands alone; the rest of it is one stratum.
    kept: Option<BTreeSet<i64>>,
    rates: BTreeMap<Covariates, f64>,
    pooled: f64,
}

impl Strata {
    /// Dimensions are taken in their order as long as they make no more than four strata together. Where every one
    /// has more categories, the first one's three most frequent are kept and the rest is one.
    fn of(learnt: &Counted) -> Self {
        let width = learnt.keys().next().map_or(0, Vec::len);
        let mut by: Vec<usize> = Vec::new();
        for dimension in 0..width {
            let with: Vec<usize> = by.iter().copied().chain([dimension]).collect();
            let found: BTreeSet<Covariates> = learnt.keys().map(|c| with.iter().map(|d| c[*d]).collect()).collect();
            if found.len() <= STRATA {
                by = with;
            }
        }
        let mut kept = None;
        if by.is_empty() && width > 0 {
            let mut frequent: BTreeMap<i64, f64> = BTreeMap::new();
            for (c, (n, _)) in learnt {
                *frequent.entry(c[0]).or_default() += n;
            }
            let mut order: Vec<(i64, f64)> = frequent.into_iter().collect();
            order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            kept = Some(order.into_iter().take(STRATA - 1).map(|(code, _)| code).collect());
            by = vec![0];
        }
        let mut strata = Self { by, kept, rates: BTreeMap::new(), pooled: pooled(learnt) };
        let mut sums: BTreeMap<Covariates, (f64, f64)> = BTreeMap::new();
        for (c, (n, r)) in learnt {
            let sum = sums.entry(strata.key(c)).or_default();
            *sum = (sum.0 + n, sum.1 + r);
        }
        let drawn = |(n, r): (f64, f64)| (r + DRAWN * strata.pooled) / (n + DRAWN);
        strata.rates = sums.into_iter().map(|(key, sum)| (key, drawn(sum))).collect();
        strata
    }

    fn key(&self, covariates: &[i64]) -> Covariates {
        let rest = |code: i64| if self.kept.as_ref().is_none_or(|k| k.contains(&code)) { code } else { i64::MIN };
        self.by.iter().map(|d| rest(covariates[*d])).collect()
    }

    fn rate(&self, covariates: &[i64]) -> f64 {
        self.rates.get(&self.key(covariates)).copied().unwrap_or(self.pooled)
    }
}

/// A logistic regression with one coefficient for each category, so that no category is the measure of the others; one
/// that was never seen has none and stands where the ridge draws all: at nought.
struct Regression {
    /// Place of each category of each dimension among the coefficients.
    places: BTreeMap<(usize, i64), usize>,
    /// The intercept first.
    coefficients: Vec<f64>,
}

impl Regression {
    /// Newton's method with halved steps, from the rate of all.
    fn of(learnt: &Counted) -> Self {
        let categories: BTreeSet<(usize, i64)> =
            learnt.keys().flat_map(|c| c.iter().copied().enumerate().collect::<Vec<_>>()).collect();
        let places: BTreeMap<_, _> = categories.into_iter().zip(1..).collect();
        let rate = pooled(learnt);
        let mut coefficients = vec![0.0; places.len() + 1];
        coefficients[0] = (rate / (1.0 - rate)).ln();
        let mut regression = Self { places, coefficients };
        let rows: Vec<(Vec<usize>, f64, f64)> = learnt.iter().map(|(c, (n, r))| (regression.row(c), *n, *r)).collect();
        for _ in 0..STEPS {
            let Some(step) = regression.step(&rows) else { break };
            let before = regression.loss(&rows);
            let start = regression.coefficients.clone();
            let mut share = 1.0;
            for _ in 0..STEPS {
                regression.coefficients = start.iter().zip(&step).map(|(b, s)| b + share * s).collect();
                if regression.loss(&rows) <= before {
                    break;
                }
                share /= 2.0;
            }
            if step.iter().all(|s| s.abs() < STILL) {
                break;
            }
        }
        regression
    }

    /// The coefficients that add up for a case.
    fn row(&self, covariates: &[i64]) -> Vec<usize> {
        let found = covariates.iter().enumerate().filter_map(|(d, code)| self.places.get(&(d, *code)).copied());
        [0].into_iter().chain(found).collect()
    }

    fn probability(&self, covariates: &[i64]) -> f64 {
        logistic(self.sum(&self.row(covariates)))
    }

    fn sum(&self, row: &[usize]) -> f64 {
        row.iter().map(|at| self.coefficients[*at]).sum()
    }

    /// What the regression makes as small as it can: minus the logarithm of the likelihood, and the ridge.
    fn loss(&self, rows: &[(Vec<usize>, f64, f64)]) -> f64 {
        let ridge: f64 = self.coefficients.iter().skip(1).map(|b| b * b).sum();
        let likelihood = |(row, n, r): &(Vec<usize>, f64, f64)| {
            let x = self.sum(row);
            // ln(1 + e^x) without overflow.
            n * (x.max(0.0) + (-x.abs()).exp().ln_1p()) - r * x
        };
        rows.iter().map(likelihood).sum::<f64>() + RIDGE / 2.0 * ridge
    }

    /// The step of Newton: the gradient through the inverse of the second derivatives. None where it cannot be solved.
    fn step(&self, rows: &[(Vec<usize>, f64, f64)]) -> Option<Vec<f64>> {
        let width = self.coefficients.len();
        // The last column is the gradient.
        let mut system = vec![vec![0.0; width + 1]; width];
        for (at, line) in system.iter_mut().enumerate().skip(1) {
            line[at] = RIDGE;
            line[width] = -RIDGE * self.coefficients[at];
        }
        for (row, n, r) in rows {
            let p = logistic(self.sum(row));
            for a in row {
                system[*a][width] += r - n * p;
                for b in row {
                    system[*a][*b] += n * p * (1.0 - p);
                }
            }
        }
        solved(system)
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Gauss' elimination, the largest of each column first.
fn solved(mut system: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let n = system.len();
    for column in 0..n {
        let largest = (column..n).max_by(|a, b| system[*a][column].abs().total_cmp(&system[*b][column].abs()))?;
        system.swap(column, largest);
        let lead = system[column].clone();
        if lead[column].abs() < f64::MIN_POSITIVE {
            return None;
        }
        for (at, line) in system.iter_mut().enumerate() {
            let times = line[column] / lead[column];
            if at != column && times != 0.0 {
                line.iter_mut().zip(&lead).skip(column).for_each(|(x, y)| *x -= times * y);
            }
        }
    }
    Some(system.iter().enumerate().map(|(at, line)| line[n] / line[at]).collect())
}

/// How many are expected to reach the outcome, or not to, whichever is less.
pub(super) fn smaller_side(expected: f64, cases: usize) -> f64 {
    expected.min(float(cases) - expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(strata: &[i64], labour_market: i64, reached: bool) -> ClosedCase {
        ClosedCase { provider: "a".to_owned(), reached, strata: strata.to_vec(), labour_market }
    }

    fn some(strata: &[i64], reached: usize, all: usize) -> Vec<ClosedCase> {
        (0..all).map(|i| case(strata, 1, i < reached)).collect()
    }

    fn learnt(own: &[ClosedCase], others: &[ClosedCase]) -> Option<Vec<f64>> {
        probabilities(&own.iter().collect::<Vec<_>>(), &others.iter().collect::<Vec<_>>())
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn nobody_to_learn_from_gives_no_probability() {
        assert_eq!(learnt(&some(&[0], 1, 2), &[]), None);
    }

    #[test]
    fn few_cases_make_strata_drawn_towards_the_rate_of_all() {
        let others = [some(&[0], 6, 30), some(&[1], 24, 30)].concat();
        let p = learnt(&[case(&[0], 1, true), case(&[1], 1, false)], &others).unwrap();
        let all = 30.5 / 61.0;
        assert!(near(p[0], (6.0 + 4.0 * all) / 34.0) && near(p[1], (24.0 + 4.0 * all) / 34.0), "{p:?}");
    }

    #[test]
    fn a_stratum_without_cases_has_the_rate_of_all() {
        let others = [some(&[0], 6, 30), some(&[1], 24, 30)].concat();
        let p = learnt(&[case(&[7], 1, true)], &others).unwrap();
        assert!(near(p[0], 0.5), "{p:?}");
    }

    #[test]
    fn there_are_never_more_than_four_strata() {
        let many: Vec<_> = (0..6).flat_map(|i| some(&[i, i], 3, 20 - usize::try_from(i).unwrap())).collect();
        let strata = Strata::of(&counted(&many[..90].iter().collect::<Vec<_>>()));
        assert_eq!((strata.by.as_slice(), strata.rates.len()), ([2].as_slice(), 1), "the labour market is one band");
        let bands: Vec<_> = (0..60).map(|i| case(&[i % 6], i % 5, i % 2 == 0)).collect();
        let strata = Strata::of(&counted(&bands.iter().collect::<Vec<_>>()));
        assert_eq!((strata.by.as_slice(), strata.rates.len()), ([0].as_slice(), 4));
        let two: Vec<_> = (0..60).map(|i| case(&[i % 2, i % 3], i / 30, i % 4 == 0)).collect();
        let strata = Strata::of(&counted(&two.iter().collect::<Vec<_>>()));
        assert_eq!(
            (strata.by.as_slice(), strata.rates.len()),
            ([0, 2].as_slice(), 4),
            "two by two; three by two is too many"
        );
    }

    #[test]
    fn outcomes_that_are_all_the_same_give_the_rate_of_all() {
        let p = learnt(&[case(&[0], 1, true)], &some(&[0], 150, 150)).unwrap();
        assert!(near(p[0], 150.5 / 151.0), "{p:?}");
    }

    #[test]
    fn the_regression_expects_as_many_as_there_were_for_the_intercept_is_not_penalised() {
        let others =
            [some(&[0, 0], 10, 80), some(&[1, 0], 30, 60), some(&[1, 1], 30, 40), some(&[0, -1], 9, 20)].concat();
        let p = learnt(&others, &others).unwrap();
        assert!(near(p.iter().sum(), 79.0), "{}", p.iter().sum::<f64>());
        // Each group is near its own rate, drawn towards that of all.
        assert!(p[0] > 10.0 / 80.0 && p[0] < 0.25 && p[150] > 0.6 && p[150] < 0.75, "{} {}", p[0], p[150]);
    }

    #[test]
    fn the_regression_of_two_even_groups_is_the_one_worked_out_by_hand() {
        // Coefficients +b and -b: 50 (0.8 - logistic(b)) = b, with the one band of the labour market at nought.
        let others = [some(&[0], 10, 50), some(&[1], 40, 50)].concat();
        let p = learnt(&[case(&[0], 1, true), case(&[1], 1, true), case(&[5], 1, true)], &others).unwrap();
        let b = (p[1] / (1.0 - p[1])).ln();
        assert!(near(50.0 * (0.8 - p[1]), b) && near(p[0] + p[1], 1.0) && near(p[2], 0.5), "{p:?}");
    }

    #[test]
    fn groups_that_part_outcomes_wholly_keep_probabilities_between_nought_and_one() {
        let others = [some(&[0], 0, 200), some(&[1], 200, 200)].concat();
        let p = learnt(&[case(&[0], 1, true), case(&[1], 1, true)], &others).unwrap();
        assert!(p[0] > 0.0 && p[0] < 0.05 && p[1] > 0.95 && p[1] < 1.0, "{p:?}");
    }
}
