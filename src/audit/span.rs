//! Row space: which withheld counts follow from the shown ones by adding and subtracting alone.
//!
//! Elimination is done twice, modulo two primes near 2^62, instead of in growing fractions. Whatever follows in fractions
//! follows modulo every prime that does not divide a minor of the system; a minor that both primes divide is beyond the size of
//! any table. A value counts as recovered when both agree on it.

use super::system::{Row, System};

/// The two largest primes below 2^61 and 2^62.
const PRIMES: [u64; 2] = [2_305_843_009_213_693_951, 4_611_686_018_427_387_847];

/// For each target the value that elimination gives.
pub(super) fn recovered(system: &System) -> Vec<Option<i64>> {
    let exact: Vec<&Row> = system.rows.iter().filter(|r| r.low.is_some() && r.low == r.high).collect();
    let [one, other] = PRIMES.map(|prime| {
        let field = Field { prime };
        let basis = field.basis(&exact, system.kinds);
        let value = |set: &[usize]| field.value(&basis, set, system.kinds);
        system.targets.iter().map(|t| value(&t.set)).collect::<Vec<_>>()
    });
    one.into_iter().zip(other).map(|(a, b)| a.filter(|_| a == b)).collect()
}

struct Field {
    prime: u64,
}

impl Field {
    fn times(&self, a: u64, b: u64) -> u64 {
        u64::try_from(u128::from(a) * u128::from(b) % u128::from(self.prime)).unwrap_or(0)
    }

    fn minus(&self, a: u64, b: u64) -> u64 {
        if a >= b { a - b } else { a + (self.prime - b) }
    }

    fn of(&self, n: i64) -> u64 {
        u64::try_from(i128::from(n).rem_euclid(i128::from(self.prime))).unwrap_or(0)
    }

    fn inverse(&self, a: u64) -> u64 {
        let (mut base, mut left, mut product) = (a, self.prime - 2, 1);
        while left > 0 {
            if left & 1 == 1 {
                product = self.times(product, base);
            }
            base = self.times(base, base);
            left >>= 1;
        }
        product
    }

    /// Rows with a leading one each, the value in the last column.
    fn basis(&self, rows: &[&Row], kinds: usize) -> Vec<(usize, Vec<u64>)> {
        let mut basis: Vec<(usize, Vec<u64>)> = Vec::new();
        for row in rows {
            let mut dense = vec![0; kinds + 1];
            row.terms.iter().for_each(|(k, c)| dense[*k] = self.of(*c));
            dense[kinds] = self.of(row.low.unwrap_or(0));
            self.reduce(&basis, &mut dense);
            let Some(lead) = dense[..kinds].iter().position(|c| *c != 0) else { continue };
            let scale = self.inverse(dense[lead]);
            dense.iter_mut().for_each(|c| *c = self.times(*c, scale));
            basis.push((lead, dense));
            basis.sort_by_key(|(lead, _)| *lead);
        }
        basis
    }

    fn reduce(&self, basis: &[(usize, Vec<u64>)], dense: &mut [u64]) {
        for (lead, row) in basis {
            let factor = dense[*lead];
            if factor != 0 {
                for (c, r) in dense.iter_mut().zip(row).skip(*lead).filter(|(_, r)| **r != 0) {
                    *c = self.minus(*c, self.times(factor, *r));
                }
            }
        }
    }

    fn value(&self, basis: &[(usize, Vec<u64>)], set: &[usize], kinds: usize) -> Option<i64> {
        let mut dense = vec![0; kinds + 1];
        set.iter().for_each(|k| dense[*k] = 1);
        self.reduce(basis, &mut dense);
        if dense[..kinds].iter().any(|c| *c != 0) {
            return None;
        }
        i64::try_from(self.minus(0, dense[kinds])).ok()
    }
}
