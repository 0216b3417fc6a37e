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
    /// The code used in addresses and in `lang` attributes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Fi => "fi",
            Self::Sv => "sv",
            Self::En => "en",
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
