//! A text in the languages it has.

use super::Language;
use serde::{Deserialize, Serialize};

/// A text in Finnish and, where given, Swedish and English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl Text {
    /// A text that has only Finnish.
    #[must_use]
    pub fn finnish(fi: impl Into<String>) -> Self {
        Self { fi: fi.into(), sv: None, en: None }
    }

    /// The text in `language`, in Finnish where it is missing.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        let wanted = match language {
            Language::Fi => None,
            Language::Sv => self.sv.as_deref(),
            Language::En => self.en.as_deref(),
        };
        wanted.unwrap_or(&self.fi)
    }

    /// True when `language` has its own text.
    #[must_use]
    pub fn has(&self, language: Language) -> bool {
        let text = match language {
            Language::Fi => Some(self.fi.as_str()),
            Language::Sv => self.sv.as_deref(),
            Language::En => self.en.as_deref(),
        };
        text.is_some_and(|t| !t.trim().is_empty())
    }
}
