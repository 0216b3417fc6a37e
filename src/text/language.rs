//! The languages of the interface, and those of clients' forms.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language, written as its two-letter code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Finnish, the language every text must have.
    Fi,
    /// Swedish.
    Sv,
    /// English.
    En,
    /// Arabic, for clients' forms; sites and reports do not speak it.
    Ar,
}

impl Language {
    /// Those of sites, reports and forms, the one that every text has first.
    pub const ALL: [Self; 3] = [Self::Fi, Self::Sv, Self::En];
    /// Those in which a form can be asked: of clients more than sites and reports speak.
    pub const OF_FORMS: [Self; 4] = [Self::Fi, Self::Sv, Self::En, Self::Ar];

    /// Which way it is written: `rtl` for right to left, else `ltr`.
    #[must_use]
    pub fn direction(self) -> &'static str {
        if self == Self::Ar { "rtl" } else { "ltr" }
    }

    /// The language of that code, such as `sv` or `sv-FI`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let primary = code.split('-').next().unwrap_or_default().trim().to_ascii_lowercase();
        Self::OF_FORMS.into_iter().find(|l| l.code() == primary)
    }

    /// The code used in addresses and in `lang` attributes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Fi => "fi",
            Self::Sv => "sv",
            Self::En => "en",
            Self::Ar => "ar",
        }
    }

    /// Its name in English, for diagnostics.
    #[must_use]
    pub fn english_name(self) -> &'static str {
        match self {
            Self::Fi => "Finnish",
            Self::Sv => "Swedish",
            Self::En => "English",
            Self::Ar => "Arabic",
        }
    }

    /// Its name in Finnish, as follow-up sheets write it.
    #[must_use]
    pub fn finnish_name(self) -> &'static str {
        match self {
            Self::Fi => "suomi",
            Self::Sv => "ruotsi",
            Self::En => "englanti",
            Self::Ar => "arabia",
        }
    }

    /// The language's name in the language itself.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Fi => "Suomi",
            Self::Sv => "Svenska",
            Self::En => "English",
            Self::Ar => "العربية",
        }
    }
}
