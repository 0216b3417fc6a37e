//! How many of these cases reach the outcome if each does so with its own probability: the exact Poisson-binomial
//! distribution, its quantiles, the mid-p value, and the interval of observed / expected by exponential tilting.
//!
//! Butler and Stephens (2017) on the distribution; `disclosure.md`, section 4, on what is drawn from it.

/// Steps of a bisection; sixty halve any bracket of here below what a `f64` can tell apart.
const STEPS: usize = 60;
/// The logarithm of a tilt is looked for between minus and plus this; beyond it every case is certain.
const WIDEST_TILT: f64 = 40.0;
/// A probability that even summed over a million cases changes no digit of a printed one.
const IMPOSSIBLE: f64 = 1e-30;
/// What is left out at each end of a 95 % interval or range, and of a 99.8 % range.
pub const TAIL_95: f64 = 0.025;
/// See [`TAIL_95`].
pub const TAIL_998: f64 = 0.001;

/// The distribution of a number of cases.
#[derive(Clone, Debug, PartialEq)]
pub struct PoissonBinomial {
    /// Probability of each case.
    cases: Vec<f64>,
    /// Probability of 0, 1, ... cases.
    mass: Vec<f64>,
}

impl PoissonBinomial {
    /// By convolution, one case after the other.
    #[must_use]
    pub fn new(cases: Vec<f64>) -> Self {
        let mass = convolved(cases.iter().copied(), cases.len());
        Self { cases, mass }
    }

    /// The expected number.
    #[must_use]
    pub fn expected(&self) -> f64 {
        self.cases.iter().sum()
    }

    /// The variance of the number.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.cases.iter().map(|p| p * (1.0 - p)).sum()
    }

    /// The probability of so many or fewer.
    #[must_use]
    pub fn at_most(&self, n: usize) -> f64 {
        self.mass.iter().take(n + 1).sum::<f64>().min(1.0)
    }

    /// The probability of so many or more; summed by itself, for what is left of one is lost in a small tail.
    #[must_use]
    pub fn at_least(&self, n: usize) -> f64 {
        self.mass.iter().skip(n).rev().sum::<f64>().min(1.0)
    }

    /// Twice the smaller tail, counting only half of the observed number itself.
    #[must_use]
    pub fn mid_p(&self, observed: usize) -> f64 {
        let itself = self.mass.get(observed).copied().unwrap_or(0.0);
        (2.0 * (self.at_most(observed).min(self.at_least(observed)) - itself / 2.0)).clamp(0.0, 1.0)
    }

    /// The exact quantiles: the smallest number with at least `tail` at or below it, and the same for `1 - tail`.
    #[must_use]
    pub fn range(&self, tail: f64) -> [usize; 2] {
        let last = self.cases.len();
        let low = (0..last).find(|n| self.at_most(*n) >= tail).unwrap_or(last);
        // The upper one by what is above it: near one a sum from below has lost the tail's last digits.
        let high = (low..last).find(|n| self.at_least(n + 1) <= tail).unwrap_or(last);
        [low, high]
    }

    /// The limits of observed / expected: all odds are multiplied by one number until what was observed, or less, and
    /// what was observed, or more, has the probability `tail`; the new expected number is told as a share of the old.
    #[must_use]
    pub fn ratio_limits(&self, observed: usize, tail: f64) -> [f64; 2] {
        let expected = self.expected();
        let low = if observed == 0 {
            0.0
        } else {
            self.tilted_until(|mass| 1.0 - mass.iter().take(observed).sum::<f64>() < tail, observed) / expected
        };
        let high = if observed >= self.cases.len() {
            float(self.cases.len()) / expected
        } else {
            self.tilted_until(|mass| mass.iter().sum::<f64>() > tail, observed + 1) / expected
        };
        [low, high]
    }

    /// The expected number under the largest tilt that is still `too_weak`; only the probabilities of fewer than
    /// `below` are looked at.
    fn tilted_until(&self, too_weak: impl Fn(&[f64]) -> bool, below: usize) -> f64 {
        let (mut low, mut high) = (-WIDEST_TILT, WIDEST_TILT);
        for _ in 0..STEPS {
            let middle = f64::midpoint(low, high);
            if too_weak(&convolved(self.tilted(middle), below - 1)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.tilted(f64::midpoint(low, high)).sum()
    }

    fn tilted(&self, log_theta: f64) -> impl Iterator<Item = f64> {
        let theta = log_theta.exp();
        self.cases.iter().map(move |p| theta * p / (1.0 - p + theta * p))
    }
}

/// The probabilities of 0 to `last` cases. Of many cases nearly all numbers are as good as impossible; only those between that
/// are not are reckoned with.
fn convolved(cases: impl Iterator<Item = f64>, last: usize) -> Vec<f64> {
    let mut mass = vec![0.0; last + 1];
    mass[0] = 1.0;
    let (mut low, mut high) = (0, 0);
    for p in cases {
        high = last.min(high + 1);
        for n in (low + 1..=high).rev() {
            mass[n] = mass[n] * (1.0 - p) + mass[n - 1] * p;
        }
        mass[low] *= 1.0 - p;
        while low < high && mass[low] < IMPOSSIBLE {
            mass[low] = 0.0;
            low += 1;
        }
        while low < high && mass[high] < IMPOSSIBLE {
            mass[high] = 0.0;
            high -= 1;
        }
    }
    mass
}

#[expect(clippy::cast_precision_loss, reason = "numbers of cases are far below 2^53")]
pub(super) fn float(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(groups: &[(f64, usize)]) -> PoissonBinomial {
        PoissonBinomial::new(groups.iter().flat_map(|(p, n)| std::iter::repeat_n(*p, *n)).collect())
    }

    fn near(a: f64, b: f64, digits: i32) -> bool {
        (a - b).abs() <= 0.5 * 10_f64.powi(-digits)
    }

    #[test]
    fn the_first_vector_of_the_specification() {
        let all = cases(&[(0.15, 6), (0.30, 7), (0.50, 4)]);
        assert!(near(all.expected(), 5.0, 9) && near(all.variance(), 3.235, 9));
        assert!(near(all.at_most(5), 0.620_880, 6) && near(all.at_least(5), 0.597_412, 6));
        assert_eq!((all.range(TAIL_95), all.range(TAIL_998)), ([2, 9], [0, 11]));
        let [low, high] = all.ratio_limits(5, TAIL_95);
        assert!(near(low, 0.36077, 5) && near(high, 1.86156, 5), "{low} {high}");
    }

    #[test]
    fn the_second_vector_of_the_specification() {
        let all = cases(&[(0.10, 10), (0.25, 18), (0.40, 12), (0.60, 8)]);
        assert!(near(all.expected(), 15.1, 9) && near(all.variance(), 9.075, 9));
        assert!(near(23.0 / all.expected(), 1.523_179, 6));
        assert!(near(all.at_most(23), 0.996_708, 6) && near(all.at_least(23), 0.008_158, 6));
        assert!(near(all.mid_p(23), 0.011_450, 6), "{}", all.mid_p(23));
        assert_eq!((all.range(TAIL_95), all.range(TAIL_998)), ([9, 21], [6, 25]));
        let [low, high] = all.ratio_limits(23, TAIL_95);
        assert!(near(low, 1.08637, 5) && near(high, 1.96564, 5), "{low} {high}");
    }

    #[test]
    fn nobody_and_everybody_reach_the_outcome_without_a_limit_on_that_side() {
        let all = cases(&[(0.5, 10)]);
        assert!(all.ratio_limits(0, TAIL_95)[0].abs() < 1e-12);
        // (1 - p)^10 = 0.025.
        let high = 1.0 - 0.025_f64.powf(0.1);
        assert!(near(all.ratio_limits(0, TAIL_95)[1], high * 2.0, 9));
        let [low, high] = all.ratio_limits(10, TAIL_95);
        assert!(near(low, 0.025_f64.powf(0.1) * 2.0, 9) && near(high, 2.0, 12));
    }

    #[test]
    fn a_number_is_outside_the_range_exactly_when_its_interval_leaves_out_one() {
        let all = cases(&[(0.2, 30), (0.35, 40), (0.7, 15)]);
        let [low, high] = all.range(TAIL_95);
        for observed in 10..60 {
            let [least, most] = all.ratio_limits(observed, TAIL_95);
            assert_eq!((observed < low, observed > high), (most < 1.0, least > 1.0), "{observed}");
        }
    }

    #[test]
    fn equal_probabilities_give_the_binomial_distribution_and_the_mass_is_one() {
        let all = cases(&[(0.5, 4)]);
        assert!(near(all.at_most(1), 5.0 / 16.0, 12) && near(all.mid_p(2), 1.0, 12));
        let many = cases(&[(0.01, 200), (0.93, 300)]);
        assert!(near(many.mass.iter().sum(), 1.0, 10));
    }

    #[test]
    fn what_is_as_good_as_impossible_changes_nothing_of_the_rest() {
        let of: Vec<f64> = [(0.02, 700), (0.4, 600), (0.97, 300), (1.0, 5), (0.0, 5)]
            .iter()
            .flat_map(|(p, n)| std::iter::repeat_n(*p, *n))
            .collect();
        let mut plain = vec![0.0; of.len() + 1];
        plain[0] = 1.0;
        for p in &of {
            for n in (1..plain.len()).rev() {
                plain[n] = plain[n] * (1.0 - p) + plain[n - 1] * p;
            }
            plain[0] *= 1.0 - p;
        }
        let mass = convolved(of.iter().copied(), of.len());
        assert!(mass.iter().zip(&plain).all(|(own, plain)| (own - plain).abs() < 1e-25));
        let fewer = convolved(of.iter().copied(), 540);
        assert!(fewer.iter().zip(&plain).all(|(own, plain)| (own - plain).abs() < 1e-25), "the first ones alone");
        assert!(mass.iter().filter(|m| **m > 0.0).count() < of.len() / 2, "and less than half is reckoned with");
    }

    #[test]
    fn no_cases_are_certainly_none() {
        let none = cases(&[]);
        assert_eq!((none.range(TAIL_95), none.at_most(0)), ([0, 0], 1.0));
    }
}
