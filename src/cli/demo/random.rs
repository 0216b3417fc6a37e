//! Seeded choices, the same on every machine and for every version of a library.

/// SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"). For
/// synthetic data only; secrets come from the operating system.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is positive.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// True in `percent` of a hundred cases.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of the items, all equally likely; there is at least one.
    pub(super) fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        let at = usize::try_from(self.below(items.len().max(1) as u64)).unwrap_or(0);
        items[at]
    }

    /// One of the items, each as likely as its weight says.
    pub(super) fn pick<'a, T>(&mut self, weighted: &'a [(u64, T)]) -> &'a T {
        let total: u64 = weighted.iter().map(|(w, _)| w).sum();
        let mut at = self.below(total.max(1));
        for (weight, item) in weighted {
            if at < *weight {
                return item;
            }
            at -= weight;
        }
        &weighted[0].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_gives_the_published_numbers_for_seed_1234567() {
        let mut random = Random::new(1_234_567);
        assert_eq!([random.next(), random.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }
}
