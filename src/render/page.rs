//! What every page shares.

use serde::Serialize;
use serde_json::Value;

/// A link with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Address, relative to the page.
    pub href: String,
    /// Text.
    pub text: String,
    /// True for the page itself.
    pub current: bool,
}

/// The same page in another language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LanguageLink {
    /// Language code.
    pub lang: &'static str,
    /// Address, relative to the page.
    pub href: String,
    /// The language's own name.
    pub text: String,
    /// True for the language of the page itself.
    pub current: bool,
}

/// Frame of a public page.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// Language code.
    pub lang: &'static str,
    /// Name of the site.
    pub site_name: String,
    /// Label of a model.
    pub notice: Option<String>,
    /// Way to the root, such as `../`.
    pub root: &'static str,
    /// Navigation.
    pub nav: Vec<Link>,
    /// The same page in each language.
    pub languages: Vec<LanguageLink>,
    /// Pages about the service and the site, linked from every footer.
    pub about: Vec<Link>,
    /// Pages about the figures, linked from every footer.
    pub statistics: Vec<Link>,
    /// Whom to ask.
    pub contact: String,
    /// What stands between the name and the ending of data files of this language: nothing, or `.sv`.
    pub suffix: String,
    /// Licence of the figures.
    pub licence: String,
    /// The interface texts.
    pub t: &'static Value,
}
