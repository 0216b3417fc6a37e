//! What a reader can tell from rows, worked out without anything of disclosure control: which sums follow exactly
//! (elimination in a field of a large prime), and between which numbers the others must lie (single rows and differences
//! of rows, over and over).

use palaute::release::witness::Row;
use std::collections::BTreeMap;

/// 2^61 - 1: so large that a sum follows modulo it and not otherwise only by an accident that does not happen.
const PRIME: u128 = (1 << 61) - 1;

/// How often bounds are passed on through all rows.
const ROUNDS: usize = 12;

/// Everything that is publicly known, ready to be asked.
pub(crate) struct Reader {
    kinds: usize,
    /// Rows in echelon form: leading kind, its row and the value of that row.
    echelon: BTreeMap<usize, (Vec<u64>, u64)>,
    rows: Vec<(Vec<bool>, i64)>,
    least: Vec<i64>,
    most: Vec<i64>,
}

impl Reader {
    /// From equalities that count people.
    pub(crate) fn new(kinds: usize, known: &[Row]) -> Self {
        let mut reader = Self {
            kinds,
            echelon: BTreeMap::new(),
            rows: Vec::new(),
            least: vec![0; kinds],
            most: vec![1_000_000; kinds],
        };
        for row in known {
            assert!(row.low == row.high && row.terms.iter().all(|(_, c)| *c == 1), "only counts here");
            let mut set = vec![false; kinds];
            row.terms.iter().for_each(|(kind, _)| set[*kind as usize] = true);
            reader.learn(&set, row.low);
            reader.rows.push((set, row.low));
        }
        reader.rows.sort();
        reader.rows.dedup();
        reader.subtract();
        reader.propagate();
        reader
    }

    /// A small group within a larger one leaves the rest known.
    fn subtract(&mut self) {
        let mut more = Vec::new();
        for (inner, few) in &self.rows {
            for (outer, many) in &self.rows {
                let within = inner.iter().zip(outer).all(|(i, o)| !i || *o);
                if within && inner != outer {
                    more.push((inner.iter().zip(outer).map(|(i, o)| *o && !i).collect(), many - few));
                }
            }
        }
        self.rows.extend(more);
        self.rows.sort();
        self.rows.dedup();
    }

    fn propagate(&mut self) {
        for _ in 0..ROUNDS {
            let before = (self.least.clone(), self.most.clone());
            for (set, value) in &self.rows {
                let members: Vec<usize> = (0..self.kinds).filter(|kind| set[*kind]).collect();
                let least: i64 = members.iter().map(|kind| self.least[*kind]).sum();
                let most: i64 = members.iter().map(|kind| self.most[*kind]).sum();
                for kind in members {
                    self.most[kind] = self.most[kind].min(value - (least - self.least[kind]));
                    self.least[kind] = self.least[kind].max(value - (most - self.most[kind])).max(0);
                }
            }
            if before == (self.least.clone(), self.most.clone()) {
                break;
            }
        }
    }

    fn learn(&mut self, set: &[bool], value: i64) {
        let (row, value) = self.reduce(set, u64::try_from(value).unwrap());
        if let Some(lead) = row.iter().position(|c| *c != 0) {
            let inverse = power(row[lead], PRIME - 2);
            let row = row.iter().map(|c| times(*c, inverse)).collect();
            self.echelon.insert(lead, (row, times(value, inverse)));
        }
    }

    /// What is left of a row after everything known is taken out of it.
    fn reduce(&self, set: &[bool], value: u64) -> (Vec<u64>, u64) {
        let mut row: Vec<u64> = set.iter().map(|yes| u64::from(*yes)).collect();
        let mut value = value;
        for (lead, (known, sum)) in &self.echelon {
            let factor = row[*lead];
            if factor != 0 {
                row.iter_mut().zip(known).for_each(|(c, k)| *c = minus(*c, times(factor, *k)));
                value = minus(value, times(factor, *sum));
            }
        }
        (row, value)
    }

    /// Between which numbers the people of a set must be.
    pub(crate) fn bounds(&self, set: &[u32]) -> (i64, i64) {
        let mut wanted = vec![false; self.kinds];
        set.iter().for_each(|kind| wanted[*kind as usize] = true);
        // The same number twice if it follows exactly.
        let (rest, value) = self.reduce(&wanted, 0);
        if rest.iter().all(|c| *c == 0) {
            let exact = i64::try_from(u64::try_from(PRIME).unwrap() - value).unwrap() % i64::try_from(PRIME).unwrap();
            return (exact, exact);
        }
        let sum = |of: &[i64], of_set: &dyn Fn(usize) -> bool| {
            (0..self.kinds).filter(|k| of_set(*k)).map(|k| of[k]).sum::<i64>()
        };
        let mut least = sum(&self.least, &|kind| wanted[kind]);
        let mut most = sum(&self.most, &|kind| wanted[kind]);
        for (row, value) in &self.rows {
            // Whoever is in the row and not in the set, and the other way round.
            let outside = |kind: usize| row[kind] && !wanted[kind];
            let beyond = |kind: usize| wanted[kind] && !row[kind];
            most = most.min(value - sum(&self.least, &outside) + sum(&self.most, &beyond));
            least = least.max(value - sum(&self.most, &outside) + sum(&self.least, &beyond));
        }
        (least, most)
    }

    /// True when a set is told closer than the threshold.
    pub(crate) fn opens(&self, set: &[u32], k: i64) -> bool {
        let (least, most) = self.bounds(set);
        most < k || most - least < k
    }
}

fn times(a: u64, b: u64) -> u64 {
    u64::try_from(u128::from(a) * u128::from(b) % PRIME).unwrap()
}

fn minus(a: u64, b: u64) -> u64 {
    u64::try_from((u128::from(a) + PRIME - u128::from(b)) % PRIME).unwrap()
}

fn power(base: u64, mut exponent: u128) -> u64 {
    let (mut result, mut square) = (1, base);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, square);
        }
        square = times(square, square);
        exponent >>= 1;
    }
    result
}
