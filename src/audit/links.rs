//! Which files there are and what leads to them: every link leads to a file, every file is linked, and of no other kind.

use super::Finding;
use super::markup::{Piece, pieces};
use super::table::ReadTable;
use std::collections::{BTreeMap, BTreeSet};

/// The page that leads into every language.
const ROOT: &str = "index.html";
/// Files that no page links, or that are written after the audit.
const APART: [&str; 4] = [ROOT, super::RESULT, "sitemap.xml", "robots.txt"];

/// Links that lead nowhere, files that nothing leads to, files that are no page, no table and no drawing.
pub(super) fn findings(files: &BTreeMap<String, Vec<u8>>, tables: &BTreeMap<String, ReadTable>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut tell = |path: &str, problem: String| findings.push(Finding { path: path.to_owned(), problem });
    for path in files.keys().filter(|path| !is_of_the_site(path, tables)) {
        tell(path, "the file is no page, no table and no drawing of the site".to_owned());
    }
    let pages: Vec<(&String, &Vec<u8>)> = files.iter().filter(|(path, _)| path.ends_with(".html")).collect();
    if pages.is_empty() {
        return findings;
    }
    if !files.contains_key(ROOT) {
        tell(ROOT, "the page that leads into the languages is missing".to_owned());
    }
    let mut led_to: BTreeSet<String> = BTreeSet::new();
    for (path, bytes) in &pages {
        for target in links(path, &String::from_utf8_lossy(bytes)) {
            if !files.contains_key(&target) && target != super::RESULT {
                tell(path, format!("links {target}, which is not there"));
            }
            if target != **path {
                led_to.insert(target);
            }
        }
    }
    for path in files.keys().filter(|path| !APART.contains(&path.as_str()) && !led_to.contains(*path)) {
        tell(path, "no page leads to the file".to_owned());
    }
    findings
}

/// Files of this site that a page links.
fn links(page: &str, html: &str) -> BTreeSet<String> {
    let found = pieces(html);
    let addresses = found.iter().flat_map(|p| ["href", "src"].map(|key| p.get(key))).flatten();
    let own = addresses.filter(|a| !a.contains(':') && !a.starts_with("//") && !a.starts_with('#'));
    own.map(|address| resolved(page, address)).collect()
}

/// A relative address as a path of the site.
fn resolved(page: &str, address: &str) -> String {
    let path = address.split(['#', '?']).next().unwrap_or_default();
    let mut parts: Vec<&str> = if path.starts_with('/') { Vec::new() } else { page.split('/').collect() };
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// True for what a site can have: pages, the style, tables that were read with their CSV, drawings.
fn is_of_the_site(path: &str, tables: &BTreeMap<String, ReadTable>) -> bool {
    let in_data = |path: &str| {
        let table = path.strip_suffix(".json").or_else(|| path.strip_suffix(".csv"));
        let name = path.rsplit('/').next().unwrap_or_default();
        table.is_some_and(|id| tables.contains_key(id)) || (name.starts_with("figure-") && name.ends_with(".svg"))
    };
    APART.contains(&path)
        || path == "palaute.css"
        || path.strip_prefix("data/").is_some_and(in_data)
        || (path.ends_with(".html") && super::languages::of_page(path).is_some())
}

/// The same page in each language, as the page itself names it.
pub(super) fn alternates(page: &str, html: &str) -> BTreeMap<String, String> {
    let named = |piece: &Piece<'_>| {
        let language = piece.get("hreflang").filter(|_| piece.name() == "link")?;
        Some((language.to_owned(), resolved(page, piece.get("href")?)))
    };
    pieces(html).iter().filter_map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_followed_from_its_page() {
        assert_eq!(resolved("fi/a.html", "../data/b.csv#c"), "data/b.csv");
        assert_eq!(resolved("fi/a.html", "b.html"), "fi/b.html");
        assert_eq!(resolved("index.html", "fi/index.html"), "fi/index.html");
    }

    #[test]
    fn only_links_of_a_page_name_its_translations() {
        let html = r#"<link rel="alternate" hreflang="sv" href="../sv/b.html"><a hreflang="en" href="../en/c.html">"#;
        assert_eq!(alternates("fi/a.html", html), BTreeMap::from([("sv".to_owned(), "sv/b.html".to_owned())]));
    }
}
