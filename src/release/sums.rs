//! Answers that are told together, such as the two best grades: shown only where each of them is, so that the sum tells nothing
//! that the answers do not.
//!
//! Were the sums granted like other figures, which of them are withheld would tell, to whoever knows the rule, how the answers
//! within them are spread.

use crate::cube::{Reading, Table, Whose};
use std::collections::BTreeSet;

/// Attribute of what was answered.
const ANSWER: &str = "answer";

/// The answers that have a figure of their own.
pub(super) struct Sums {
    single: BTreeSet<Whose>,
}

impl Sums {
    pub(super) fn of(tables: &[Table]) -> Self {
        let count = |r: &Reading| if let Reading::Count(whose) = r { Some(whose.clone()) } else { None };
        let is_single = |w: &Whose| w.only.get(ANSWER).is_some_and(|codes| codes.len() == 1);
        Self { single: tables.iter().flat_map(|t| &t.reads).filter_map(count).filter(is_single).collect() }
    }

    /// The answers of a sum; none where it is no sum, or one of an answer that no table tells alone.
    pub(super) fn parts(&self, whose: &Whose) -> Option<Vec<Whose>> {
        let codes = whose.only.get(ANSWER).filter(|codes| codes.len() > 1)?;
        let one = |code: &String| {
            let mut part = whose.clone();
            part.only.insert(ANSWER.to_owned(), BTreeSet::from([code.clone()]));
            part
        };
        let parts: Vec<Whose> = codes.iter().map(one).collect();
        parts.iter().all(|part| self.single.contains(part)).then_some(parts)
    }
}
