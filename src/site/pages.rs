//! The pages of the site: their addresses, the frame around them and what fills each of them.

use super::cohorts;
use super::comparison::ComparisonView;
use super::definitions::{self, Tables};
use super::drawing;
use super::figures::{self, Figure};
use super::front::{self, Door, Front};
use super::indicators;
use super::quality::{self, Quality};
use super::responses::{self, ResponseView};
use super::sentences::number;
use super::{SiteError, data_suffix};
use crate::content::Page;
use crate::instance::Instance;
use crate::release::{Note, Release};
use crate::render::{Frame, LanguageLink, Link, Renderer};
use crate::text::{Language, Messages, Text, told_date, told_instant};
use serde::Serialize;
use std::collections::BTreeMap;

/// Every page; their addresses and names stand in the catalogue.
const PAGES: [&str; 20] = [
    "front",
    "results",
    "clients",
    "indicators",
    "durations",
    "work",
    "feedback",
    "feedback_client",
    "feedback_employer",
    "feedback_community",
    "feedback_purchaser",
    "progress",
    "comparison",
    "earlier",
    "methods",
    "withheld",
    "about",
    "open_data",
    "accessibility",
    "privacy",
];
/// The pages in the navigation.
const NAVIGATION: [&str; 12] = [
    "front",
    "results",
    "clients",
    "indicators",
    "durations",
    "work",
    "feedback",
    "progress",
    "comparison",
    "methods",
    "about",
    "open_data",
];
/// The pages about the site and about the figures, linked from every footer.
const ABOUT: [&str; 4] = ["about", "withheld", "accessibility", "privacy"];
const STATISTICS: [&str; 5] = ["results", "indicators", "earlier", "methods", "open_data"];
/// The parties whose answers have a page.
const PARTIES: [&str; 4] = ["client", "employer", "community", "purchaser"];

#[derive(Serialize)]
struct ReleaseView {
    id: String,
    as_of: String,
    published_at: String,
    threshold_text: String,
    threshold_reason: Option<String>,
}

#[derive(Serialize)]
struct View<'a, T: Serialize> {
    frame: Frame,
    release: &'a ReleaseView,
    page: &'a Page,
    /// Addresses of the other pages.
    to: BTreeMap<&'static str, String>,
    body: T,
}

#[derive(Serialize)]
struct Figures {
    figures: Vec<Figure>,
    /// How the party of the page responded.
    response: Option<ResponseView>,
    /// The pages of all parties, on each of them and on their overview.
    parties: Vec<Link>,
    /// True where tables of this page may have earlier periods.
    earlier: bool,
    /// What stands on a page without figures.
    nothing: &'static str,
}

#[derive(Serialize)]
struct FrontBody {
    #[serde(flatten)]
    front: Front,
    doors: Vec<Door>,
}

#[derive(Serialize)]
struct Methods {
    #[serde(flatten)]
    tables: Tables,
    quality: Quality,
    /// What was corrected, the latest first.
    notes: Vec<NoteView>,
}

/// A note on a correction.
#[derive(Serialize)]
struct NoteView {
    date: String,
    title: String,
    text: String,
}

fn slug(page: &str, m: Messages) -> &'static str {
    m.get(&format!("page.{page}.slug"))
}

/// The address of a page among those of its language.
pub(super) fn address(page: &str, m: Messages) -> String {
    format!("{}.html", slug(page, m))
}

/// True for a page of the site.
pub(super) fn exists(page: &str) -> bool {
    PAGES.contains(&page)
}

/// What links to a page say.
pub(super) fn name(page: &str, m: Messages) -> &'static str {
    m.get(&format!("page.{page}.nav"))
}

/// The party whose answers a table counts.
pub(super) fn party_of(table: &str) -> Option<&'static str> {
    PARTIES.into_iter().find(|party| table.strip_prefix(party).is_some_and(|rest| rest.starts_with('-')))
}

fn link(page: &str, current: &str, m: Messages) -> Link {
    // The feedback pages stand under one heading of the navigation.
    let is_current = page == current || (page == "feedback" && current.starts_with("feedback_"));
    Link { href: address(page, m), text: name(page, m).to_owned(), current: is_current }
}

/// Every page, and the drawings of its figures, with their paths.
pub(super) fn pages(
    release: &Release,
    content: &[Page],
    instance: &Instance,
    renderer: &Renderer,
) -> Result<Vec<(String, String)>, SiteError> {
    let mut out = Vec::new();
    let languages = &instance.languages.value;
    for language in languages {
        out.extend(pages_in(release, content, instance, renderer, *language)?);
    }
    let links = languages.iter().map(|l| language_link(*l, format!("{}/index.html", l.code()), false));
    let choose = Frame { languages: links.collect(), root: "", ..frame(release, instance, instance.language(), "") };
    out.push(("index.html".to_owned(), renderer.fill("site/choose.html", &BTreeMap::from([("frame", choose)]))?));
    Ok(out)
}

fn language_link(language: Language, href: String, current: bool) -> LanguageLink {
    LanguageLink { lang: language.code(), href, text: language.own_name().to_owned(), current }
}

fn frame(release: &Release, instance: &Instance, language: Language, current: &str) -> Frame {
    let m = Messages::of(language);
    let links = |pages: &[&str]| pages.iter().map(|p| link(p, current, m)).collect();
    let same_page = |l: &Language| {
        let href = format!("../{}/{}", l.code(), address(current, Messages::of(*l)));
        language_link(*l, href, *l == language)
    };
    let languages =
        if current.is_empty() { Vec::new() } else { instance.languages.value.iter().map(same_page).collect() };
    Frame {
        lang: language.code(),
        site_name: instance.name.value.in_language(language).to_owned(),
        notice: release.notice().map(|n| n.in_language(language).to_owned()),
        root: "../",
        nav: links(&NAVIGATION),
        languages,
        about: links(&ABOUT),
        statistics: links(&STATISTICS),
        contact: instance.contact.in_language(language).to_owned(),
        suffix: data_suffix(language, instance),
        licence: release.licence().to_owned(),
        t: m.tree(),
    }
}

fn pages_in(
    release: &Release,
    content: &[Page],
    instance: &Instance,
    renderer: &Renderer,
    language: Language,
) -> Result<Vec<(String, String)>, SiteError> {
    let m = Messages::of(language);
    let told = release_view(release, instance, m);
    let to: BTreeMap<&'static str, String> = PAGES.iter().map(|p| (*p, address(p, m))).collect();
    let mut out = Vec::new();
    for current in PAGES {
        let found = content.iter().find(|p| p.language == language && p.slug == slug(current, m));
        let page = found
            .ok_or_else(|| SiteError::MissingPage { language: language.code(), slug: slug(current, m).to_owned() })?;
        let frame = frame(release, instance, language, current);
        let page = &with_limits(page, release, m);
        let view = View { frame, release: &told, page, to: to.clone(), body: () };
        let html = match current {
            "front" => renderer.fill("site/front.html", &view.with(front_body(release, m))),
            "methods" => renderer.fill("site/methods.html", &view.with(methods(release, &told.published_at, m))),
            "open_data" => renderer.fill("site/open-data.html", &view.with(tables(release, m))),
            "comparison" => {
                let body = ComparisonView::new(release, instance, m);
                let drawn = body.figure();
                out.extend(drawing::files(drawn, &view.frame, release, renderer, m)?);
                renderer.fill("site/comparison.html", &view.with(body))
            }
            "indicators" => renderer.fill("site/indicators.html", &view.with(indicators::page(release, m))),
            "earlier" => renderer.fill("site/earlier.html", &view.with(cohorts::earlier(release, m))),
            "about" | "withheld" | "accessibility" | "privacy" => renderer.fill("site/prose.html", &view),
            _ => {
                let body = figures_body(current, release, m);
                out.extend(drawing::files(&body.figures, &view.frame, release, renderer, m)?);
                renderer.fill("site/figures.html", &view.with(body))
            }
        };
        out.push((format!("{}/{}", language.code(), address(current, m)), html?));
    }
    Ok(out)
}

/// A page of prose with the limits of the release in the places that name them.
fn with_limits(page: &Page, release: &Release, m: Messages) -> Page {
    let limits = [("{threshold}", i64::from(release.threshold())), ("{mean_threshold}", release.mean_threshold())];
    let html = limits.iter().fold(page.html.clone(), |html, (place, n)| html.replace(place, &number(*n, m)));
    Page { html, ..page.clone() }
}

impl<'a, T: Serialize> View<'a, T> {
    fn with<B: Serialize>(self, body: B) -> View<'a, B> {
        View { frame: self.frame, release: self.release, page: self.page, to: self.to, body }
    }
}

fn release_view(release: &Release, instance: &Instance, m: Messages) -> ReleaseView {
    let in_words = |t: &Text| t.in_language(m.language()).to_owned();
    let limits = [("n", release.threshold().to_string()), ("mean", release.mean_threshold().to_string())];
    ReleaseView {
        id: release.id().to_string(),
        as_of: told_date(release.as_of(), m.language()),
        published_at: told_instant(release.published_at(), &instance.zone(), m.language()),
        threshold_text: m.fill("site.threshold_text", &limits.each_ref().map(|(name, n)| (*name, n.as_str()))),
        threshold_reason: release.threshold_reason().map(in_words),
    }
}

fn front_body(release: &Release, m: Messages) -> FrontBody {
    FrontBody { front: front::front(release, m), doors: front::doors(m, |page| address(page, m)) }
}

fn tables(release: &Release, m: Messages) -> Tables {
    definitions::tables(release, m.language())
}

fn methods(release: &Release, published_at: &str, m: Messages) -> Methods {
    let note = |n: &Note| NoteView {
        date: told_date(n.on, m.language()),
        title: m.fill("site.correction_of", &[("date", &told_date(n.cohort, m.language()))]),
        text: n.text.in_language(m.language()).to_owned(),
    };
    let notes = release.notes().iter().rev().map(note).collect();
    Methods { tables: tables(release, m), quality: quality::quality(release, published_at, m), notes }
}

fn figures_body(current: &str, release: &Release, m: Messages) -> Figures {
    let party = current.strip_prefix("feedback_");
    let mut parties = Vec::new();
    if current.starts_with("feedback") {
        let overview = m.get("site.responses_overview").to_owned();
        parties.push(Link { href: address("feedback", m), text: overview, current: current == "feedback" });
        parties.extend(PARTIES.map(|p| link(&format!("feedback_{p}"), current, m)));
    }
    Figures {
        figures: figures::of_page(current, release, m.language()),
        response: party.and_then(|p| responses::response(release, p, m.language())),
        parties,
        earlier: !release.earlier().is_empty(),
        nothing: m.get(if current.starts_with("feedback") { "site.no_feedback" } else { "site.no_tables" }),
    }
}
