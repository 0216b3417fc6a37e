//! The public site: a release and content in, files out.
//!
//! Enters: a [`Release`], pages of prose, the instance's name. Leaves: a [`Site`], a map of paths to
//! bytes, the same bytes for the same input on any machine. Refuses: missing pages of prose. It never
//! sees a store, a cube or a submission, so no page can show what was not released.

mod answers;
mod cohorts;
mod comparison;
mod crosses;
mod definitions;
mod drawing;
mod feedback;
mod figures;
mod front;
mod indicators;
mod open_data;
mod pages;
mod quality;
mod responses;
mod sentences;
mod table;
#[cfg(test)]
mod tests;

use crate::content::Page;
use crate::instance::Instance;
use crate::release::Release;
use crate::render::{RenderError, Renderer, STYLE};
use crate::text::Language;
use std::collections::BTreeMap;

/// Path to bytes.
pub type Site = BTreeMap<String, Vec<u8>>;

/// Why no site was made.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A page of prose is missing.
    #[error(
        "content/{language}/{slug}.md is missing; every site has this page (`palaute init` writes one to start from)"
    )]
    MissingPage {
        /// Language code.
        language: &'static str,
        /// The page.
        slug: String,
    },
    /// A template of the instance failed.
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// Builds every file of the site.
///
/// # Errors
/// See [`SiteError`].
pub fn build(release: &Release, content: &[Page], instance: &Instance, renderer: &Renderer) -> Result<Site, SiteError> {
    let mut site = Site::new();
    site.insert("palaute.css".to_owned(), STYLE.as_bytes().to_vec());
    for language in &instance.languages.value {
        let suffix = data_suffix(*language, instance);
        let now = release.tables().iter().map(|table| (table, table.id.clone()));
        let earlier = release.earlier().iter().map(|table| (table, cohorts::earlier_path(table)));
        for (table, place) in now.chain(earlier) {
            let path = |ending: &str| format!("data/{place}{suffix}.{ending}");
            site.insert(path("csv"), open_data::csv(table, release, *language).into_bytes());
            site.insert(path("json"), open_data::json_stat(table, release, *language).into_bytes());
        }
    }
    site.extend(comparison::files(release, instance));
    for (path, text) in pages::pages(release, content, instance, renderer)? {
        site.insert(path, text.into_bytes());
    }
    Ok(site)
}

/// What stands between a table's id and the ending of its files: nothing in the instance's first
/// language, else the language.
fn data_suffix(language: Language, instance: &Instance) -> String {
    if language == instance.language() { String::new() } else { format!(".{}", language.code()) }
}
