//! The whole site of made-up counters, as a reader of its files sees it.

mod periods;
mod states;

use super::figures::{self, Figure as Drawn};
use super::{Site, build};
use crate::audit;
use crate::comparison::Standing;
use crate::content::Page;
use crate::cube::{Codebook, Column, Columns, Cube, Fact, count};
use crate::form::{Form, Kind, Party};
use crate::instance::Instance;
use crate::release::{Before, Ledger, Release, ReleaseId};
use crate::render::Renderer;
use crate::statistics::Statistics;
use crate::text::{Figure, Language, Messages, parse_figure};
use jiff::civil::date;
use scraper::{Html, Selector};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// People of each party: invited and answered.
type People = [(&'static str, i64, i64); 4];

/// Enough of every party for every table; a thousand to see how large numbers are written.
const MANY: People = [("client", 1240, 1012), ("employer", 60, 44), ("community", 90, 57), ("purchaser", 40, 31)];
const NOBODY: People = [("client", 0, 0), ("employer", 0, 0), ("community", 0, 0), ("purchaser", 0, 0)];
/// With a threshold of three: two clients did not answer, one employer did, two colleagues are invited.
const FEW: People = [("client", 17, 15), ("employer", 12, 1), ("community", 2, 0), ("purchaser", 17, 9)];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn instance() -> Instance {
    Instance::read("palaute.yaml", include_str!("../../demo/palaute.yaml")).unwrap()
}

fn forms(instance: &Instance) -> Vec<Form> {
    let names = ["client-feedback", "employer-feedback", "community-feedback", "purchaser-feedback", "closing-report"];
    let read = |name: &str| fs::read_to_string(root().join(format!("forms/{name}.yaml"))).unwrap();
    names.map(|name| Form::read(name, &read(name), Some(instance)).unwrap()).into()
}

fn content() -> Vec<Page> {
    let mut pages = Vec::new();
    for language in Language::ALL {
        for entry in fs::read_dir(root().join("content").join(language.code())).unwrap() {
            let path = entry.unwrap().path();
            let slug = path.file_stem().unwrap().to_string_lossy().into_owned();
            pages.push(Page::read(&slug, &slug, language, &fs::read_to_string(&path).unwrap()).unwrap());
        }
    }
    pages
}

/// Half to one choice, a third and a sixth to the next ones, none to the others.
fn spread(people: i64, choices: usize, first: usize) -> Vec<i64> {
    let mut counts = vec![0; choices];
    let (half, third) = (people / 2, people / 3);
    for (i, n) in [half, third, people - half - third].into_iter().enumerate() {
        counts[(first + i) % choices] += n;
    }
    counts
}

/// Columns of the made-up cases.
fn book(instance: &Instance) -> Codebook {
    let place = |id: &str| {
        let codes = instance.dimension(id).unwrap().categories.iter().map(|c| c.code.clone()).collect();
        Column { name: id.to_owned(), values: Columns::Place(codes) }
    };
    let number = |name: &str| Column { name: name.to_owned(), values: Columns::Number };
    let numbers = ["started_on", "days_before", "ended_on", "days_total", "work_trials"].map(number);
    Codebook {
        subject: "case".to_owned(),
        columns: ["gender", "origin", "outcome"].map(place).into_iter().chain(numbers).collect(),
    }
}

/// Twelve people of one origin and ten of the other, of whom ten and seven have ended.
fn cases() -> Vec<Vec<i64>> {
    let outcomes = [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 0, 0, 1, 1, 2, 3, 3];
    let mut closed = outcomes.into_iter();
    let mut rows = Vec::new();
    for (origin, people, ended, total) in [(0, 12, 10, 310), (1, 10, 7, 244)] {
        for i in 0..people {
            let before = if origin == 1 { 70 } else { 100 + 116 * (i / 6) };
            let trials = if origin == 0 { 2 * i64::from(i < 6) } else { i64::from(i < 4) };
            let man = i64::from(i % 5 < 2);
            let row = [man, origin, -1, 20_000, before, -1, -1, trials];
            rows.push(if i < ended {
                [man, origin, closed.next().unwrap(), 20_000, before, 20_400, total, trials].to_vec()
            } else {
                row.to_vec()
            });
        }
    }
    rows
}

/// The pilot's cases with so many people invited and answering.
fn cube(people: &People, instance: &Instance, forms: &[Form]) -> Cube {
    let mut cube = Cube::default();
    let fact = |codes: Vec<i64>, book: &Codebook| Fact { sign: 1, codebook: book.fingerprint(), codes };
    let of_cases = book(instance);
    for row in cases() {
        cube.fold(1, &fact(row, &of_cases), &of_cases);
    }
    let invitations = Codebook::of_invitations();
    for (party, invited, _) in people {
        let all = [Party::Client, Party::Employer, Party::Community, Party::Purchaser];
        let party = all.into_iter().find(|p| p.code() == *party).unwrap();
        for _ in 0..*invited {
            cube.fold(1, &Fact::of_invitation(party, date(2025, 11, 18)), &invitations);
        }
    }
    for form in forms {
        let Some((_, _, answered)) = people.iter().find(|p| p.0 == form.party().code()) else { continue };
        let book = Codebook::of_form(form);
        let questions: Vec<_> = form.questions().filter(|q| q.statistics).collect();
        let spreads: Vec<Vec<i64>> = questions
            .iter()
            .enumerate()
            .map(|(first, question)| {
                let first = if question.kind == Kind::Grade { 1 } else { first % 3 };
                let counts = spread(*answered, question.choices.len(), first);
                let given = (0_i64..).zip(counts).flat_map(|(at, n)| (0..n).map(move |_| at));
                // Grades from the good end.
                let last = i64::try_from(question.choices.len()).unwrap() - 1;
                given
                    .map(|at| if question.kind == Kind::Grade { last - at } else { at })
                    .map(|at| if question.kind == Kind::Many { 1 << at } else { at })
                    .collect()
            })
            .collect();
        for person in 0..usize::try_from(*answered).unwrap() {
            let codes = std::iter::once(20_420).chain(spreads.iter().map(|s| s[person])).collect();
            cube.fold(1, &fact(codes, &book), &book);
        }
    }
    cube
}

fn site(people: &People) -> (Site, Release) {
    let instance = instance();
    let forms = forms(&instance);
    let text = include_str!("../../demo/statistics.yaml");
    let statistics = Statistics::read("statistics.yaml", text, &instance, &forms, None)
        .unwrap_or_else(|_| Statistics::usual(&instance, &forms));
    site_of(&cube(people, &instance, &forms), &statistics)
}

/// The site of what is counted so.
fn site_of(cube: &Cube, statistics: &Statistics) -> (Site, Release) {
    let (instance, day) = (instance(), date(2025, 11, 30));
    let counted = count(cube, &instance, statistics, &forms(&instance), day, date(2025, 12, 1), &[]);
    let nothing = Before { earlier: &[], witnesses: &[], ledger: &Ledger::default() };
    let made = (ReleaseId::next(day, &[]), "2025-12-01T07:00:00Z".parse().unwrap());
    let release = Release::control(&counted, &nothing, &instance, made, 1).unwrap().release;
    let renderer = Renderer::new(&BTreeMap::new()).unwrap();
    let site = build(&release, &content(), &instance, &renderer).unwrap();
    (site, release)
}

/// The site with a comparison that was invented for a test.
pub(super) fn with_comparison(standings: Vec<Standing>) -> Site {
    let release = site(&NOBODY).1.with_comparison(standings);
    let renderer = Renderer::new(&BTreeMap::new()).unwrap();
    build(&release, &content(), &instance(), &renderer).unwrap()
}

/// Every page with its path.
pub(super) fn pages(site: &Site) -> Vec<(&String, Html)> {
    let html = site.iter().filter(|(path, _)| path.ends_with(".html"));
    html.map(|(path, bytes)| (path, Html::parse_document(std::str::from_utf8(bytes).unwrap()))).collect()
}

pub(super) fn select(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

/// The path that `href` on the page at `from` leads to, and the place there.
fn target(from: &str, href: &str) -> (String, Option<String>) {
    let (path, place) = href.split_once('#').map_or((href, None), |(p, a)| (p, Some(a.to_owned())));
    if path.is_empty() {
        return (from.to_owned(), place);
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        if part == ".." {
            parts.pop().expect("a link leads out of the site");
        } else {
            parts.push(part);
        }
    }
    (parts.join("/"), place)
}

#[test]
fn every_link_of_every_page_leads_to_a_file_of_the_site_and_a_place_on_it() {
    let (site, _) = site(&MANY);
    let pages = pages(&site);
    let places: BTreeMap<&str, BTreeSet<String>> = pages
        .iter()
        .map(|(path, html)| {
            let ids =
                html.select(&select("[id]")).map(|e| e.value().attr("id").unwrap().to_owned()).collect::<Vec<_>>();
            let unique: BTreeSet<String> = ids.iter().cloned().collect();
            assert_eq!(ids.len(), unique.len(), "{path} has an id twice");
            (path.as_str(), unique)
        })
        .collect();
    let mut followed = 0;
    for (path, html) in &pages {
        for link in html.select(&select("[href]")) {
            let href = link.value().attr("href").unwrap();
            if href.starts_with("https://") || href.starts_with("mailto:") {
                continue;
            }
            let (file, place) = target(path, href);
            // The audit writes its result when it has read the rest.
            assert!(site.contains_key(&file) || file == "data/audit.json", "{path} links to {href}, which is no file");
            if let Some(place) = place {
                assert!(places[file.as_str()].contains(&place), "{path} links to {href}, where nothing has that id");
            }
            followed += 1;
        }
    }
    assert!(followed > 3000, "{followed} links");
}

#[test]
fn no_page_loads_anything_from_another_server_and_none_runs_a_script() {
    let (site, _) = site(&MANY);
    for (path, html) in pages(&site) {
        assert!(
            html.select(&select("script, iframe, img, object, embed, [style], [onclick]")).next().is_none(),
            "{path}"
        );
        for element in html.select(&select("link, [src], [srcset], [data], image, use")) {
            let named = ["href", "src", "srcset", "data"].iter().filter_map(|a| element.value().attr(a));
            for address in named {
                assert!(!address.contains("//"), "{path} loads {address}");
            }
        }
        let text = std::str::from_utf8(&site[path]).unwrap();
        assert!(!text.contains("(?)") && !text.contains("{{") && !text.contains("}}"), "{path} lacks a text");
    }
    assert!(!std::str::from_utf8(&site["palaute.css"]).unwrap().contains("url("));
}

#[test]
fn every_page_of_every_language_has_the_notice_the_statements_and_the_same_page_in_the_other_languages() {
    let (site, _) = site(&MANY);
    let names = [("fi", ["saavutettavuus.html", "tietosuoja.html"]), ("sv", ["tillganglighet.html", "dataskydd.html"])];
    let names: BTreeMap<&str, [&str; 2]> =
        names.into_iter().chain([("en", ["accessibility.html", "privacy.html"])]).collect();
    let notice = instance().notice.unwrap();
    let mut alternates: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    let mut per_language: BTreeMap<String, usize> = BTreeMap::new();
    for (path, html) in pages(&site) {
        let Some((language, _)) = path.split_once('/') else { continue };
        let code = Language::from_code(language).unwrap();
        *per_language.entry(language.to_owned()).or_default() += 1;
        let text: String = html.root_element().text().collect();
        assert!(text.contains(notice.in_language(code)), "{path} lacks the notice");
        for name in names[language] {
            let found = html.select(&select("footer a")).any(|a| a.value().attr("href") == Some(name));
            assert!(found, "{path} lacks {name} in its footer");
        }
        assert_eq!(html.root_element().value().attr("lang"), Some(language), "{path}");
        let versions = select("link[hreflang]");
        let named = html.select(&versions).map(|l| {
            let get = |name| l.value().attr(name).unwrap().to_owned();
            (get("hreflang"), target(path, &get("href")).0)
        });
        let named: BTreeSet<(String, String)> = named.collect();
        assert_eq!(named.len(), 3, "{path}");
        assert!(named.contains(&(language.to_owned(), path.clone())), "{path} is one of its own versions");
        alternates.insert(path.clone(), named);
    }
    assert_eq!(per_language, ["en", "fi", "sv"].map(|l| (l.to_owned(), 20)).into());
    for (path, named) in &alternates {
        for (_, other) in named {
            assert_eq!(&alternates[other], named, "{path} and {other} name the same pages");
        }
    }
}

/// Every figure of the open data by its address, as the files of a language say it.
fn open_data(site: &Site, suffix: &str) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for (path, bytes) in site {
        let Some(name) = path.strip_prefix("data/").and_then(|p| p.strip_suffix(".json")) else { continue };
        let Some(id) = name.strip_suffix(suffix).filter(|id| !id.contains('.')) else { continue };
        let data: Value = serde_json::from_slice(bytes).unwrap();
        // Tables of earlier periods stand in a folder named by their last day.
        let mut addresses =
            vec![id.split_once('/').map_or_else(|| id.to_owned(), |(until, id)| format!("{id}@{until}"))];
        for axis in data["id"].as_array().unwrap() {
            let codes = data["dimension"][axis.as_str().unwrap()]["category"]["index"].as_array().unwrap();
            let longer = |a: &String| codes.iter().map(|c| format!("{a} {}", c.as_str().unwrap())).collect::<Vec<_>>();
            addresses = addresses.iter().flat_map(longer).collect();
        }
        found.extend(addresses.into_iter().zip(data["value"].as_array().unwrap().clone()));
    }
    found
}

#[test]
fn every_figure_of_the_open_data_stands_on_a_page_of_every_language_and_is_the_same() {
    for people in [MANY, FEW, NOBODY] {
        let (site, _) = site(&people);
        for (language, suffix) in [(Language::Fi, ""), (Language::Sv, ".sv"), (Language::En, ".en")] {
            let wrong = shown_wrongly(&site, language, &open_data(&site, suffix));
            assert!(wrong.is_empty(), "{language:?}: {wrong:?}");
        }
    }
}

/// What the pages of a language show otherwise than the open data, and what they do not show.
fn shown_wrongly(site: &Site, language: Language, data: &BTreeMap<String, Value>) -> Vec<String> {
    let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
    for (path, html) in pages(site).into_iter().filter(|(p, _)| p.starts_with(language.code())) {
        for cell in html.select(&select("td[data-cell]")) {
            let address = cell.value().attr("data-cell").unwrap().to_owned();
            let text: String = cell.text().collect();
            let same = match &data[&address] {
                Value::Null => text == "...",
                value => {
                    let tenths = value.as_i64().is_none();
                    let figure = parse_figure(&value.to_string(), u8::from(tenths)).unwrap();
                    text == figure.told(language)
                }
            };
            if !same {
                wrong.push(format!("{path}: {address} is {} and shown as {text}", data[&address]));
            }
            seen.insert(address);
        }
    }
    assert!(!seen.is_empty());
    wrong.extend(data.keys().filter(|a| !seen.contains(*a)).map(|a| format!("{a} stands on no page")));
    wrong
}

#[test]
fn the_audit_finds_nothing_whoever_answered() {
    let odd: People = [("client", 16, 16), ("employer", 15, 15), ("community", 300, 7), ("purchaser", 3, 3)];
    for people in [MANY, FEW, NOBODY, odd] {
        assert_eq!(audit::attack(&site(&people).0), [], "{people:?}");
    }
}

#[test]
fn a_party_of_whom_few_did_not_answer_is_withheld_everywhere_with_the_reason_in_words() {
    let (site, release) = site(&FEW);
    let figure = |codes: &[&str]| release.table("responses").unwrap().figure(codes);
    assert_eq!(figure(&["client", "invited"]), Some(Figure::count(17)));
    assert_eq!(figure(&["client", "answered"]), None);
    assert_eq!(figure(&["community", "invited"]), None);
    assert_eq!(figure(&["purchaser", "answered"]), Some(Figure::count(9)));
    let of_clients = release.tables().iter().filter(|t| t.id.starts_with("client-"));
    assert!(of_clients.clone().count() > 9 && of_clients.flat_map(|t| &t.cells).all(Option::is_none));
    let page = |path: &str| String::from_utf8(site[path].clone()).unwrap();
    assert!(page("fi/menetelmat.html").contains(Messages::of(Language::Fi).get("reason.protected")));
    assert!(page("sv/respons-klienter.html").contains("Svaren är sekretesskyddade"));
    let clients = Html::parse_document(&page("en/feedback-clients.html"));
    let posters: Vec<String> = clients.select(&select(".counts b")).map(|b| b.text().collect()).collect();
    assert_eq!(posters, ["17", "..."], "no response rate while one of its numbers is withheld");
}

#[test]
fn a_party_page_says_how_many_answered_before_what_they_answered() {
    let (site, _) = site(&MANY);
    for (path, expected) in [
        ("fi/palaute-asiakkaat.html", ["1240", "1012", "82\u{a0}%"]),
        ("sv/respons-arbetsgivare.html", ["60", "44", "73\u{a0}%"]),
        ("en/feedback-workplaces.html", ["90", "57", "63%"]),
    ] {
        let html = Html::parse_document(std::str::from_utf8(&site[path]).unwrap());
        let posters: Vec<String> = html.select(&select(".counts b")).map(|b| b.text().collect()).collect();
        assert_eq!(posters, expected, "{path}");
        let tabs = html.select(&select("nav.tabs a")).count();
        let current: Vec<&str> =
            html.select(&select("nav.tabs a[aria-current]")).filter_map(|a| a.value().attr("href")).collect();
        assert_eq!((tabs, current), (5, vec![path.split_once('/').unwrap().1]), "{path}");
    }
    let questions = ["employer-e-form", "employer-e-continues", "employer-e-again"];
    let holds = |path: &str, id: &str| String::from_utf8_lossy(&site[path]).contains(&format!("id=\"table-{id}\""));
    assert!(questions.iter().all(|id| holds("fi/tyonantajat.html", id) && !holds("fi/palaute-tyonantajat.html", id)));
    assert!(holds("fi/palaute-tyonantajat.html", "employer-e-overall"));
}

/// Every figure with a chart in that language, page by page.
fn drawn(release: &Release, language: Language) -> Vec<Drawn> {
    let pages = ["results", "clients", "durations", "work", "feedback", "progress"].into_iter().map(str::to_owned);
    let parties = ["client", "employer", "community", "purchaser"].map(|p| format!("feedback_{p}"));
    let figures = pages.chain(parties).flat_map(|page| figures::of_page(&page, release, language));
    figures.filter(|f| f.chart.is_drawn()).collect()
}

/// Every figure that a chart shows, as text.
fn shown(figure: &Drawn) -> BTreeSet<String> {
    let chart = &figure.chart;
    let mut found: BTreeSet<String> = chart.mean.iter().cloned().collect();
    found.extend(chart.bars.iter().flat_map(|b| &b.rows).map(|b| b.value.clone()));
    for group in chart.range.iter().flat_map(|r| &r.rows) {
        found.insert(format!("n\u{a0}=\u{a0}{}", group.n));
        found.insert(group.mean.as_ref().map_or("...", |m| m.1.as_str()).to_owned());
        found.extend([&group.min, &group.max].into_iter().flatten().map(|place| place.1.clone()));
    }
    let marks = chart.line.iter().flat_map(|l| &l.marks).map(|m| m.text.clone());
    found.extend(marks.filter(|text| !text.is_empty()));
    for stack in &chart.stacks {
        found.extend([format!("n\u{a0}=\u{a0}{}", stack.n), stack.share.clone()]);
        found.extend(stack.segments.iter().map(|s| s.text.clone()).filter(|text| !text.is_empty()));
    }
    let steps = chart.flow.iter().flat_map(|f| &f.rows).flat_map(|r| &r.steps);
    found.extend(steps.map(|s| s.value.clone()));
    found
}

/// The texts of a drawing in order; fails where a tag is not closed, or not the one that was opened last.
fn texts(path: &str, svg: &str) -> Vec<String> {
    let body = svg.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").expect("XML says that it is XML");
    let (mut open, mut texts): (Vec<&str>, Vec<String>) = (Vec::new(), Vec::new());
    for part in body.trim_start().split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap_or_else(|| panic!("{path}: <{part}"));
        assert!(!after.contains('>'), "{path}: a lone > after <{tag}>");
        assert_eq!(tag.matches('"').count() % 2, 0, "{path}: <{tag}>");
        for reference in after.split('&').skip(1) {
            let name = reference.split(';').next().unwrap();
            assert!(["amp", "lt", "gt", "quot", "#39", "#x27"].contains(&name), "{path}: &{name};");
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{path}");
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
            if open.last() == Some(&"text") {
                let quotes = after.replace("&#39;", "'").replace("&#x27;", "'").replace("&quot;", "\"");
                texts.push(quotes.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
            }
        }
        assert!(!open.is_empty() || after.trim().is_empty(), "{path}: text after the root");
    }
    assert!(open.is_empty(), "{path}: {open:?} stay open");
    texts
}

#[test]
fn every_figure_with_a_chart_can_be_downloaded_as_a_drawing_that_shows_the_same_and_says_where_it_is_from() {
    let own = instance();
    for people in [MANY, FEW, NOBODY] {
        let (site, release) = site(&people);
        let mut expected = BTreeSet::new();
        for (language, suffix) in [(Language::Fi, ""), (Language::Sv, ".sv"), (Language::En, ".en")] {
            for figure in drawn(&release, language) {
                let path = format!("data/figure-{}{suffix}.svg", figure.anchor);
                let svg = std::str::from_utf8(&site[&path]).unwrap();
                let texts = texts(&path, svg);
                for value in shown(&figure) {
                    assert!(texts.contains(&value), "{path} lacks {value}");
                }
                let all = texts.join(" ");
                let name = own.name.value.in_language(language);
                let notice = own.notice.as_ref().unwrap().in_language(language);
                for origin in [name, &release.id().to_string(), notice] {
                    assert!(all.contains(origin), "{path} lacks {origin}");
                }
                let alone = svg.replacen("xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
                for foreign in [" style=", "<style", " class=", "<script", "http", " href", "{{", "(?)"] {
                    assert!(!alone.contains(foreign), "{path} holds {foreign}");
                }
                assert!(expected.insert(path.clone()), "two figures share {path}");
            }
        }
        let made: BTreeSet<String> = site.keys().filter(|p| p.ends_with(".svg")).cloned().collect();
        assert_eq!(made, expected);
        let linked = pages(&site).into_iter().flat_map(|(path, html)| {
            let downloads = select("a[download]");
            let links = html.select(&downloads).map(|a| a.value().attr("href").unwrap().to_owned());
            links.map(|href| target(path, &href).0).collect::<Vec<_>>()
        });
        // Charts of signs alone have their file, too, although no page shows them.
        assert_eq!(linked.collect::<BTreeSet<_>>(), expected);
    }
}

#[test]
fn a_drawing_with_withheld_figures_has_their_sign_and_says_what_it_means() {
    let (site, release) = site(&FEW);
    let responses = drawn(&release, Language::En).into_iter().find(|f| f.anchor == "responses").unwrap();
    assert!(responses.withheld);
    let path = "data/figure-responses.en.svg";
    let texts = texts(path, std::str::from_utf8(&site[path]).unwrap());
    let sign = "The sign ... means that a figure is withheld.";
    assert!(texts.iter().any(|t| t == "...") && texts.iter().any(|t| t == sign), "{texts:?}");
}
