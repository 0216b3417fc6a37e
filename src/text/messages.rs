//! The one catalogue of interface texts, a YAML file per language.

use super::{Language, Text};
use serde_json::Value;
use std::sync::LazyLock;

static FI: LazyLock<Value> = LazyLock::new(|| {
    // The catalogue is part of the program; `every_language_of_the_catalogue_is_readable` reads it in the tests.
    serde_yaml::from_str(include_str!("messages/fi.yaml")).unwrap_or(Value::Null)
});

/// The interface texts of one language.
#[derive(Clone, Copy, Debug)]
pub struct Messages {
    language: Language,
}

impl Messages {
    /// The texts of `language`; a language without a catalogue of its own yet speaks Finnish.
    #[must_use]
    pub fn of(language: Language) -> Self {
        Self { language }
    }

    /// The language of these texts.
    #[must_use]
    pub fn language(self) -> Language {
        self.language
    }

    /// The text at a dotted key such as `form.start`; the key itself when there is none, so that a
    /// missing text is seen and never breaks a page.
    #[must_use]
    pub fn get(self, key: &str) -> &'static str {
        let found = key.split('.').try_fold(&*FI, |at, part| at.get(part));
        found.and_then(Value::as_str).unwrap_or_else(|| missing(key))
    }

    /// The text at `key` with each `{name}` replaced by its value.
    #[must_use]
    pub fn fill(self, key: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.get(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// All texts as a tree, for templates.
    #[must_use]
    pub fn tree(self) -> &'static Value {
        &FI
    }

    /// The text at `key` in every language, for scales that forms share.
    #[must_use]
    pub fn text(key: &str) -> Text {
        Text::finnish(Self::of(Language::Fi).get(key))
    }
}

fn missing(key: &str) -> &'static str {
    tracing::error!(key, "the message catalogue lacks a text");
    "(teksti puuttuu)"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_the_catalogue_is_readable() {
        fn leaves(value: &Value) -> usize {
            match value {
                Value::Object(map) => map.values().map(leaves).sum(),
                // YAML reads n, no and yes as truth values unless they are quoted.
                other => {
                    usize::from(other.as_str().expect("every text is quoted where YAML would misread it").is_empty())
                        + 1
                }
            }
        }
        assert!(leaves(&FI) > 150);
    }

    #[test]
    fn places_in_a_text_are_filled_by_name() {
        let m = Messages::of(Language::Fi);
        assert_eq!(m.fill("form.errors_title_many", &[("n", "3")]), "Korjaa 3 kohtaa");
    }
}
