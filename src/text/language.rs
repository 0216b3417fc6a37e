//! The languages of the interface.

use serde::{Deserialize, Serialize};

/// A language of the interface, written as its two-letter code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Finnish, the language every text must have.
    Fi,
    /// Swedish.
    Sv,
    /// English.
    En,
}

impl Language {
    /// All of them, the one that every text has first.
    pub const ALL: [Self; 3] = [Self::Fi, Self::Sv, Self::En];

    /// The language of that code, such as `sv` or `sv-FI`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let primary = code.split('-').next().unwrap_or_default().trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|l| l.code() == primary)
    }

    /// The code used in addresses and in `lang` attributes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Fi => "fi",
            Self::Sv => "sv",
            Self::En => "en",
        }
    }

    /// Its name in English, for diagnostics.
    #[must_use]
    pub fn english_name(self) -> &'static str {
        match self {
            Self::Fi => "Finnish",
            Self::Sv => "Swedish",
            Self::En => "English",
        }
    }

    /// Its name in Finnish, as follow-up sheets write it.
    #[must_use]
    pub fn finnish_name(self) -> &'static str {
        match self {
            Self::Fi => "suomi",
            Self::Sv => "ruotsi",
            Self::En => "englanti",
        }
    }

    /// The language's name in the language itself.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Fi => "Suomi",
            Self::Sv => "Svenska",
            Self::En => "English",
        }
    }
}
