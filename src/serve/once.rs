//! Pages whose form makes something new: sent twice, as by a double click, it is made once.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Names of pages that are remembered; a double click comes within moments.
const REMEMBERED: usize = 10_000;

/// The pages that were sent of late. They are forgotten when the server stops.
#[derive(Debug, Default)]
pub(super) struct Once {
    sent: Mutex<VecDeque<String>>,
}

impl Once {
    /// True for the first time that the page of that name is sent; one without a name is always the first.
    pub(super) fn is_first(&self, name: &str) -> bool {
        if name.is_empty() {
            return true;
        }
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.iter().any(|known| known == name) {
            return false;
        }
        if sent.len() >= REMEMBERED {
            sent.pop_front();
        }
        sent.push_back(name.chars().take(64).collect());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_sent_once_and_another_one_too() {
        let once = Once::default();
        assert_eq!([once.is_first("a"), once.is_first("a"), once.is_first("b")], [true, false, true]);
        assert!(once.is_first("") && once.is_first(""), "a page without a name is never refused");
        (0..REMEMBERED).for_each(|n| assert!(once.is_first(&n.to_string())));
        assert!(once.is_first("a"), "what is long ago is forgotten");
    }
}
