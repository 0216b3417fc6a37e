//! A text in the languages it has.

use super::Language;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A text in Finnish and, where given, in other languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Finnish, always there.
    pub fi: String,
    /// Swedish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sv: Option<String>,
    /// English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
    /// Arabic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ar: Option<String>,
}

impl Text {
    /// A text that has only Finnish.
    #[must_use]
    pub fn finnish(fi: impl Into<String>) -> Self {
        Self { fi: fi.into(), ..Self::default() }
    }

    /// A text whose words in each language `told` gives; none where it has none.
    #[must_use]
    pub fn of(told: impl Fn(Language) -> Option<String>) -> Self {
        Self {
            fi: told(Language::Fi).unwrap_or_default(),
            sv: told(Language::Sv),
            en: told(Language::En),
            ar: told(Language::Ar),
        }
    }

    /// Its own words in `language`, if it has any.
    #[must_use]
    pub fn own(&self, language: Language) -> Option<&str> {
        match language {
            Language::Fi => Some(&self.fi),
            Language::Sv => self.sv.as_deref(),
            Language::En => self.en.as_deref(),
            Language::Ar => self.ar.as_deref(),
        }
    }

    /// Gives it words in `language`.
    pub fn set(&mut self, language: Language, words: String) {
        match language {
            Language::Fi => self.fi = words,
            Language::Sv => self.sv = Some(words),
            Language::En => self.en = Some(words),
            Language::Ar => self.ar = Some(words),
        }
    }

    /// The text in `language`, in Finnish where it is missing.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        self.own(language).unwrap_or(&self.fi)
    }

    /// True when `language` has its own text.
    #[must_use]
    pub fn has(&self, language: Language) -> bool {
        self.own(language).is_some_and(|t| !t.trim().is_empty())
    }

    /// The same with its words in each language changed.
    #[must_use]
    pub fn map(&self, change: impl Fn(Language, &str) -> String) -> Self {
        Self::of(|language| self.own(language).map(|words| change(language, words)))
    }
}
