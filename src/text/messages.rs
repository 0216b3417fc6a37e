//! The one catalogue of interface texts, a YAML file per language.

use super::{Language, Text};
use serde_json::Value;
use std::sync::LazyLock;

// The catalogue is part of the program; `every_language_has_the_same_texts` reads all of it in the tests.
static FI: LazyLock<Value> = LazyLock::new(|| read(include_str!("messages/fi.yaml")));
static SV: LazyLock<Value> = LazyLock::new(|| read(include_str!("messages/sv.yaml")));
static EN: LazyLock<Value> = LazyLock::new(|| read(include_str!("messages/en.yaml")));
/// What clients meet; of the rest it has nothing.
static AR: LazyLock<Value> = LazyLock::new(|| read(include_str!("messages/ar.yaml")));

fn read(yaml: &str) -> Value {
    serde_yaml::from_str(yaml).unwrap_or(Value::Null)
}

/// The interface texts of one language.
#[derive(Clone, Copy, Debug)]
pub struct Messages {
    language: Language,
}

impl Messages {
    /// The texts of `language`.
    #[must_use]
    pub fn of(language: Language) -> Self {
        Self { language }
    }

    /// The language of these texts.
    #[must_use]
    pub fn language(self) -> Language {
        self.language
    }

    /// The text at a dotted key such as `form.start`; a sign that it is missing when there is none, so
    /// that this is seen and never breaks a page.
    #[must_use]
    pub fn get(self, key: &str) -> &'static str {
        self.find(key).unwrap_or_else(|| missing(key))
    }

    fn find(self, key: &str) -> Option<&'static str> {
        key.split('.').try_fold(self.tree(), |at, part| at.get(part)).and_then(Value::as_str)
    }

    /// The text at `key` with each `{name}` replaced by its value.
    #[must_use]
    pub fn fill(self, key: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.get(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// All texts as a tree, for templates.
    #[must_use]
    pub fn tree(self) -> &'static Value {
        match self.language {
            Language::Fi => &FI,
            Language::Sv => &SV,
            Language::En => &EN,
            Language::Ar => &AR,
        }
    }

    /// The text at `key` in every language, for scales that forms share.
    #[must_use]
    pub fn text(key: &str) -> Text {
        Text::of(|language| Self::of(language).find(key).map(str::to_owned))
    }
}

fn missing(key: &str) -> &'static str {
    tracing::error!(key, "the message catalogue lacks a text");
    "(?)"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Every text with its key.
    fn leaves<'v>(value: &'v Value, key: &str, found: &mut BTreeMap<String, &'v str>) {
        match value {
            Value::Object(map) => {
                for (name, inner) in map {
                    leaves(inner, &format!("{key}.{name}"), found);
                }
            }
            // YAML reads n, no and yes as truth values unless they are quoted.
            other => {
                let text = other.as_str().unwrap_or_else(|| panic!("{key} must be quoted: YAML misreads it"));
                assert!(!text.trim().is_empty(), "{key} is empty");
                found.insert(key.to_owned(), text);
            }
        }
    }

    /// The places of a text that are filled, such as `{n}`.
    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn every_language_has_the_same_texts_with_the_same_places_to_fill() {
        let texts = |language| {
            let mut found = BTreeMap::new();
            leaves(Messages::of(language).tree(), "", &mut found);
            found
        };
        let finnish = texts(Language::Fi);
        assert!(finnish.len() > 150);
        for language in [Language::Sv, Language::En] {
            let other = texts(language);
            let missing: Vec<&String> = finnish.keys().filter(|k| !other.contains_key(*k)).collect();
            let extra: Vec<&String> = other.keys().filter(|k| !finnish.contains_key(*k)).collect();
            assert!(missing.is_empty() && extra.is_empty(), "{language:?} lacks {missing:?}, has too many {extra:?}");
            for (key, text) in &finnish {
                assert_eq!(places(text), places(other[key]), "{language:?} {key}");
            }
        }
    }

    /// What a client meets on the way from an invitation to a receipt.
    const OF_CLIENTS: [&str; 8] = ["party", "scale", "who", "form", "mistake", "closed", "paper", "reading"];

    #[test]
    fn what_clients_meet_is_there_in_every_language_of_forms() {
        let texts = |language, section: &str| {
            let mut found = BTreeMap::new();
            leaves(Messages::of(language).tree().get(section).unwrap_or(&Value::Null), section, &mut found);
            found
        };
        for language in Language::OF_FORMS.into_iter().filter(|l| !Language::ALL.contains(l)) {
            for section in OF_CLIENTS {
                let (finnish, other) = (texts(Language::Fi, section), texts(language, section));
                let missing: Vec<&String> = finnish.keys().filter(|k| !other.contains_key(*k)).collect();
                assert!(missing.is_empty(), "{language:?} lacks {missing:?}");
                for (key, text) in &finnish {
                    assert_eq!(places(text), places(other[key]), "{language:?} {key}");
                }
            }
        }
    }

    #[test]
    fn places_in_a_text_are_filled_by_name() {
        let m = Messages::of(Language::Fi);
        assert_eq!(m.fill("form.errors_title_many", &[("n", "3")]), "Korjaa 3 kohtaa");
    }
}
