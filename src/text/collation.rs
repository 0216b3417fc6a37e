//! Sorting by the Finnish alphabet.

use super::Language;
use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale_core::locale;

fn collator(language: Language) -> Option<CollatorBorrowed<'static>> {
    let locale = match language {
        Language::Fi => locale!("fi"),
        Language::Sv => locale!("sv"),
        Language::En => locale!("en"),
    };
    Collator::try_new(locale.into(), CollatorOptions::default()).ok()
}

/// Sorts names as readers of `language` expect: å, ä and ö come last in Finnish and Swedish.
pub fn sort_by_name<T>(items: &mut [T], language: Language, name: impl Fn(&T) -> &str) {
    match collator(language) {
        Some(collator) => items.sort_by(|a, b| collator.compare(name(a), name(b))),
        None => items.sort_by(|a, b| name(a).cmp(name(b))),
    }
}

/// The same for plain strings.
#[must_use]
pub fn sorted_by_name(mut names: Vec<String>, language: Language) -> Vec<String> {
    sort_by_name(&mut names, language, |s| s);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_swedish_letters_come_last() {
        let names = ["Ähtäri", "Soini", "Åbo", "Öja", "Alavus"].map(String::from).to_vec();
        assert_eq!(sorted_by_name(names, Language::Fi), ["Alavus", "Soini", "Åbo", "Ähtäri", "Öja"]);
    }
}
