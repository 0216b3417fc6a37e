//! The pages of the site, one context each.

use super::feedback;
use super::figures::{self, Figure};
use super::sentences::{capital, last_started, number, onward, outcomes_title, progress_text, progress_title};
use super::{SiteError, figures::Chart};
use crate::content::Page;
use crate::cube::TOTAL;
use crate::instance::Instance;
use crate::release::{Reason, Release};
use crate::render::{Frame, Link, Renderer};
use crate::text::{Figure as Number, Language, Messages, finnish_date, finnish_number, told_instant};
use serde::Serialize;
use std::collections::BTreeMap;

/// The pages in the order of the navigation; their addresses stand in the catalogue.
const PAGES: [&str; 5] = ["front", "results", "feedback", "methods", "open_data"];

#[derive(Serialize)]
struct Release_ {
    id: String,
    as_of: String,
    published_at: String,
    threshold_text: String,
    threshold_reason: Option<String>,
}

#[derive(Serialize)]
struct View<'a, T: Serialize> {
    frame: Frame,
    release: &'a Release_,
    page: &'a Page,
    /// Addresses of the other pages.
    to: BTreeMap<&'static str, String>,
    body: T,
}

#[derive(Serialize)]
struct Headline {
    value: String,
    title: String,
    detail: String,
}

#[derive(Serialize)]
struct Front {
    headlines: Vec<Headline>,
    outcomes: Option<Chart>,
    outcomes_title: String,
    outcomes_subtitle: String,
    progress: Chart,
    progress_title: String,
    progress_text: String,
}

#[derive(Serialize)]
struct Figures {
    figures: Vec<Figure>,
    key_points: Vec<String>,
}

#[derive(Serialize)]
struct TableEntry {
    id: String,
    title: String,
    definition: String,
    source: String,
    n: Option<String>,
    withheld: Vec<String>,
}

#[derive(Serialize)]
struct Tables {
    tables: Vec<TableEntry>,
}

fn slug(page: &str, m: Messages) -> &'static str {
    m.get(&format!("page.{page}.slug"))
}

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
    let links = languages.iter().map(|l| Link {
        href: format!("{}/index.html", l.code()),
        text: l.own_name().to_owned(),
        current: false,
    });
    let language = instance.language();
    let choose = frame(release, instance, language, "", "", links.collect());
    out.push(("index.html".to_owned(), renderer.fill("site/choose.html", &BTreeMap::from([("frame", choose)]))?));
    Ok(out)
}

fn frame(
    release: &Release,
    instance: &Instance,
    language: Language,
    root: &'static str,
    current: &str,
    languages: Vec<Link>,
) -> Frame {
    let m = Messages::of(language);
    let link = |page: &str| Link {
        href: format!("{}.html", slug(page, m)),
        text: m.get(&format!("page.{page}.nav")).to_owned(),
        current: page == current,
    };
    Frame {
        lang: language.code(),
        site_name: instance.name.value.in_language(language).to_owned(),
        notice: release.notice().map(|n| n.in_language(language).to_owned()),
        root,
        nav: PAGES.iter().map(|p| link(p)).collect(),
        languages,
        contact: instance.contact.in_language(language).to_owned(),
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
    let in_words = |t: &crate::text::Text| t.in_language(language).to_owned();
    let told = Release_ {
        id: release.id().to_string(),
        as_of: finnish_date(release.as_of()),
        published_at: told_instant(release.published_at(), &instance.zone(), language),
        threshold_text: m.fill(
            "site.threshold_text",
            &[("n", &release.threshold().to_string()), ("mean", &release.mean_threshold().to_string())],
        ),
        threshold_reason: release.threshold_reason().map(in_words),
    };
    let prose = |page: &str| {
        let slug = slug(page, m);
        let found = content.iter().find(|p| p.language == language && p.slug == slug);
        found.ok_or_else(|| SiteError::MissingPage { language: language.code(), slug: slug.to_owned() })
    };
    let to: BTreeMap<&'static str, String> = PAGES.iter().map(|p| (*p, format!("{}.html", slug(p, m)))).collect();
    let mut out = Vec::new();
    for name in PAGES {
        let others = instance.languages.value.iter().map(|l| Link {
            href: format!("../{}/{}.html", l.code(), slug(name, Messages::of(*l))),
            text: l.own_name().to_owned(),
            current: *l == language,
        });
        let frame = frame(release, instance, language, "../", name, others.collect());
        let (page, release_view, to) = (prose(name)?, &told, to.clone());
        let html = match name {
            "front" => renderer
                .fill("site/front.html", &View { frame, release: release_view, page, to, body: front(release, m) })?,
            "results" => {
                let body =
                    Figures { figures: figures::results(release, language), key_points: key_points(release, language) };
                renderer.fill("site/figures.html", &View { frame, release: release_view, page, to, body })?
            }
            "feedback" => {
                let body = Figures { figures: feedback::figures(release, language), key_points: Vec::new() };
                renderer.fill("site/figures.html", &View { frame, release: release_view, page, to, body })?
            }
            _ => {
                let template = if name == "methods" { "site/methods.html" } else { "site/open-data.html" };
                let body = Tables { tables: entries(release, language) };
                renderer.fill(template, &View { frame, release: release_view, page, to, body })?
            }
        };
        out.push((format!("{}/{}.html", language.code(), slug(name, m)), html));
    }
    Ok(out)
}

fn front(release: &Release, m: Messages) -> Front {
    let language = m.language();
    let clients = release.table("clients-by-gender").and_then(|t| t.figure(&[TOTAL]));
    let outcomes = release.table("outcomes");
    let ended = outcomes.and_then(|t| t.figure(&[TOTAL]));
    let onward = outcomes.and_then(onward).map(Number::count);
    let sign = |f: Option<Number>| f.map_or_else(|| "...".to_owned(), |f| finnish_number(&f.plain()));
    let target = release.table("targets").and_then(|t| t.figure(&["period"]));
    let covers = release.table("targets").and_then(|t| t.axes[0].categories.iter().find(|c| c.code == "period"));
    let covers = covers.map_or(String::new(), |c| c.label.in_language(language).to_lowercase());
    let target_text =
        target.map_or_else(String::new, |t| m.fill("site.target_was", &[("n", &t.finnish()), ("covers", &covers)]));
    let ongoing = clients.zip(ended).map(|(c, e)| capital(&number(c.scaled - e.scaled, m)));
    let share = onward
        .zip(ended)
        .filter(|(_, e)| e.scaled > 0)
        .map(|(_, e)| m.fill("site.of_ended", &[("total", &e.finnish())]));
    let headline = |value, key: &str, detail| Headline { value, title: m.get(key).to_owned(), detail };
    Front {
        headlines: vec![
            headline(sign(clients), "site.clients_started", target_text),
            headline(
                sign(ended),
                "site.coachings_ended",
                ongoing.map_or_else(String::new, |n| m.fill("site.ongoing", &[("n", &n)])),
            ),
            headline(sign(onward), "site.moved_onward", share.unwrap_or_else(|| m.get("finding.withheld").to_owned())),
        ],
        outcomes: figures::outcomes(release, language),
        outcomes_title: outcomes.map_or_else(String::new, |t| outcomes_title(t, language)),
        outcomes_subtitle: m
            .fill("site.units_subtitle", &[("date", &finnish_date(release.as_of())), ("n", &sign(ended))]),
        progress: release.table("coaching-started").map(|t| figures::curve(release, t, language)).unwrap_or_default(),
        progress_title: progress_title(release, language),
        progress_text: progress_text(release, language),
    }
}

fn key_points(release: &Release, language: Language) -> Vec<String> {
    let mut points = Vec::new();
    if let Some(t) = release.table("outcomes") {
        points.push(outcomes_title(t, language));
    }
    if let Some(t) = release.table("months-before-coaching")
        && t.figure(&["native", "mean"]).is_some()
    {
        points.push(super::sentences::waiting_title(t, language));
    }
    if last_started(release, language).is_some() {
        points.push(progress_title(release, language));
    }
    points.into_iter().map(|p| format!("{p}.")).collect()
}

fn entries(release: &Release, language: Language) -> Vec<TableEntry> {
    let m = Messages::of(language);
    let reason = |reason: Reason| match reason {
        Reason::SmallGroup => "reason.small_group",
        Reason::MeanRule => "reason.mean_rule",
        Reason::GroupSizeNotPublished => "reason.group_size_not_published",
        Reason::WouldGiveGroupSizes => "reason.would_give_group_sizes",
    };
    let has_total = |t: &crate::release::PublishedTable| t.axes[0].categories.iter().any(|c| c.code == TOTAL);
    let entry = |t: &crate::release::PublishedTable| TableEntry {
        id: t.id.clone(),
        title: t.title.in_language(language).to_owned(),
        definition: t.definition.in_language(language).to_owned(),
        source: t.source.in_language(language).to_owned(),
        n: has_total(t).then(|| {
            let n = t.figure(&[TOTAL]).or_else(|| t.figure(&[TOTAL, "n"]));
            n.map_or_else(|| "...".to_owned(), Number::finnish)
        }),
        withheld: release
            .withheld()
            .iter()
            .filter(|w| w.table == t.id)
            .map(|w| m.get(reason(w.reason)).to_owned())
            .collect(),
    };
    release.tables().iter().map(entry).collect()
}
