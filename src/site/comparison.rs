//! The fair comparison of providers: its page, its funnel and its open data.
//!
//! Enters: the standings of a release. Leaves: what the page says of each provider in the alphabet's order, the chart,
//! and the files `data/comparison.json` and `.csv`, which exist whether or not there is anything to compare.
//! Refuses nothing: what is not told of a provider has the sign in its place.

use super::figures::{Chart, Figure as Drawn};
use super::open_data::{self, WITHHELD};
use super::{Site, data_suffix};
use crate::chart::{Funnel, FunnelInput};
use crate::comparison::{Band, Standing, StandingFigures, alphabetical};
use crate::cube::{Axis, AxisCategory, Class, Role};
use crate::instance::Instance;
use crate::release::{PublishedTable, Release};
use crate::text::{Figure, Language, Messages, Text};
use serde::Serialize;
use serde_json::{Map, Value};

/// The table's id, also its address.
const TABLE: &str = "comparison";
/// A code and the figure it stands for.
type Column = (&'static str, fn(&StandingFigures) -> Figure);
/// What is told of each provider.
const COLUMNS: [Column; 6] = [
    ("closed", |f| Figure::count(f.closed)),
    ("observed", |f| Figure::count(f.observed)),
    ("expected", |f| hundredths(f.expected_hundredths)),
    ("ratio", |f| hundredths(f.ratio_hundredths[0])),
    ("low", |f| hundredths(f.ratio_hundredths[1])),
    ("high", |f| hundredths(f.ratio_hundredths[2])),
];
/// The table of the numbers behind the comparison.
const COUNTS: &str = "comparison-counts";
/// Height of the funnel, pixels.
const HEIGHT: u32 = 340;

#[derive(Serialize)]
struct Cell {
    address: String,
    /// The heading of its column, said beside it where the columns do not stand beside each other.
    label: &'static str,
    text: String,
}

#[derive(Serialize)]
struct Row {
    /// What the provider is called in the chart.
    letter: String,
    name: String,
    words: &'static str,
    cells: Vec<Cell>,
}

/// What the page shows.
#[derive(Serialize)]
pub(super) struct ComparisonView {
    head: Vec<&'static str>,
    rows: Vec<Row>,
    withheld: bool,
    /// The funnel; none where nobody is compared.
    figure: Vec<Drawn>,
}

impl ComparisonView {
    pub(super) fn new(release: &Release, instance: &Instance, m: Messages) -> Self {
        let standings = in_order(release, m.language());
        let rows: Vec<Row> = standings.iter().enumerate().map(|(at, s)| row(at, s, release, m)).collect();
        let withheld = standings.iter().any(|s| s.figures.is_none());
        let figure = (!rows.is_empty()).then(|| drawn(&standings, &rows, withheld, instance, m));
        Self {
            head: COLUMNS.iter().map(|(code, _)| column(code, m)).collect(),
            rows,
            withheld,
            figure: figure.into_iter().collect(),
        }
    }

    /// The funnel, to be drawn as a file of its own.
    pub(super) fn figure(&self) -> &[Drawn] {
        &self.figure
    }
}

/// The files of the open data in every language.
pub(super) fn files(release: &Release, instance: &Instance) -> Site {
    let mut site = Site::new();
    for language in &instance.languages.value {
        let suffix = data_suffix(*language, instance);
        let path = |ending: &str| format!("data/{TABLE}{suffix}.{ending}");
        site.insert(path("csv"), csv(release, instance, *language).into_bytes());
        site.insert(path("json"), json_stat(release, instance, *language).into_bytes());
    }
    site
}

/// The standings in the order of their names in that language, never in that of their results.
fn in_order(release: &Release, language: Language) -> Vec<&Standing> {
    let mut standings: Vec<&Standing> = release.comparison().iter().collect();
    let name = |s: &Standing| s.label.in_language(language).to_owned();
    standings.sort_by(|a, b| alphabetical(&name(a), &name(b)).then_with(|| a.provider.cmp(&b.provider)));
    standings
}

/// A figure of a provider. Its numbers of cases are told where they are shown, even without what was expected.
fn figure(standing: &Standing, (code, of): &Column, release: &Release) -> Option<Figure> {
    let counted = || release.table(COUNTS)?.figure(&[&standing.provider, code]);
    standing.figures.as_ref().map(of).or_else(counted)
}

fn row(at: usize, standing: &Standing, release: &Release, m: Messages) -> Row {
    let cell = |column_of: &Column| Cell {
        address: format!("{TABLE} {} {}", standing.provider, column_of.0),
        label: column(column_of.0, m),
        text: figure(standing, column_of, release).map_or_else(|| WITHHELD.to_owned(), |f| f.told(m.language())),
    };
    Row {
        letter: letter(at),
        name: standing.label.in_language(m.language()).to_owned(),
        words: m.get(&format!("comparison.band.{}", code_of(standing.band))),
        cells: COLUMNS.iter().map(cell).collect(),
    }
}

fn drawn(standings: &[&Standing], rows: &[Row], withheld: bool, instance: &Instance, m: Messages) -> Drawn {
    let shown = || standings.iter().zip(rows).filter_map(|(s, row)| Some((s.figures?, row)));
    let points: Vec<FunnelInput> = shown().map(|(figures, row)| point(&figures, &row.letter)).collect();
    let sentence = |(figures, row): (StandingFigures, &Row)| {
        let [ratio, low, high] = figures.ratio_hundredths.map(|n| hundredths(n).told(m.language()));
        let expected = hundredths(figures.expected_hundredths).told(m.language());
        let observed = Figure::count(figures.observed).told(m.language());
        let values = [
            ("letter", row.letter.as_str()),
            ("name", row.name.as_str()),
            ("observed", observed.as_str()),
            ("expected", expected.as_str()),
            ("ratio", ratio.as_str()),
            ("low", low.as_str()),
            ("high", high.as_str()),
        ];
        m.fill("comparison.point", &values)
    };
    let mut sentences: Vec<String> = shown().map(sentence).collect();
    if sentences.is_empty() {
        sentences.push(m.get("comparison.no_point").to_owned());
    }
    let names = shown().map(|(_, row)| (row.letter.clone(), row.name.clone())).collect();
    Drawn {
        anchor: TABLE.to_owned(),
        number: 1,
        title: m.get("comparison.chart").to_owned(),
        subtitle: m.get("comparison.chart_subtitle").to_owned(),
        description: sentences.join(" "),
        chart: Chart { funnel: Some(Funnel::new(&points, HEIGHT, m.language())), legend: names, ..Chart::default() }
            .marked_if_blank(),
        tables: Vec::new(),
        table_first: false,
        closed: None,
        short: m.get("comparison.title").to_owned(),
        withheld,
        source: instance.source.in_language(m.language()).to_owned(),
    }
}

fn point(figures: &StandingFigures, letter: &str) -> FunnelInput {
    let expected = hundredths(figures.expected_hundredths).approx();
    let share = |n: i64| Figure::count(n).approx() / expected;
    FunnelInput {
        name: letter.to_owned(),
        expected,
        ratio: hundredths(figures.ratio_hundredths[0]).approx(),
        range_95: figures.range_95.map(share),
        range_998: figures.range_998.map(share),
    }
}

/// The standings as a table of open data.
fn table(release: &Release, instance: &Instance, language: Language) -> PublishedTable {
    let standings = in_order(release, language);
    let axis = |id: &str, label: Text, role: Role, categories: Vec<AxisCategory>| Axis {
        id: id.to_owned(),
        label,
        role,
        categories,
    };
    let providers = standings.iter().map(|s| AxisCategory { code: s.provider.clone(), label: s.label.clone() });
    let statistics = COLUMNS.iter().map(|(code, _)| AxisCategory {
        code: (*code).to_owned(),
        label: Messages::text(&format!("comparison.{code}")),
    });
    let figures = standings.iter().flat_map(|s| COLUMNS.iter().map(|column| figure(s, column, release)));
    PublishedTable {
        id: TABLE.to_owned(),
        title: Messages::text("comparison.title"),
        definition: Messages::text("comparison.definition"),
        class: Class::Groups,
        as_of: release.as_of(),
        source: instance.source.clone(),
        cells: figures.collect(),
        axes: vec![
            axis("provider", Messages::text("comparison.provider"), Role::Classification, providers.collect()),
            axis("statistic", Messages::text("comparison.statistic"), Role::Metric, statistics.collect()),
        ],
        reads: Vec::new(),
        cohort: None,
    }
}

/// The CSV of any table, with what may be said of the provider before the provider's line.
fn csv(release: &Release, instance: &Instance, language: Language) -> String {
    let table = table(release, instance, language);
    let plain = open_data::csv(&table, release, language);
    let mut lines = plain.lines();
    let mut out = format!("band,{}\n", lines.next().unwrap_or_default());
    let bands = in_order(release, language).into_iter().flat_map(|s| COLUMNS.map(|_| code_of(s.band)));
    for (band, line) in bands.zip(lines) {
        out.push_str(&format!("{band},{line}\n"));
    }
    out
}

/// The JSON-stat of any table, with what may be said of each provider beside its figures.
fn json_stat(release: &Release, instance: &Instance, language: Language) -> String {
    let plain = open_data::json_stat(&table(release, instance, language), release, language);
    let Ok(mut dataset) = serde_json::from_str::<Value>(&plain) else { return plain };
    let bands = release.comparison().iter().map(|s| (s.provider.clone(), code_of(s.band).into()));
    dataset["extension"]["bands"] = Value::Object(bands.collect::<Map<String, Value>>());
    let mut text = serde_json::to_string_pretty(&dataset).unwrap_or_default();
    text.push('\n');
    text
}

fn code_of(band: Band) -> &'static str {
    match band {
        Band::TooFew => "too_few",
        Band::Descriptive => "descriptive",
        Band::Within => "within",
        Band::Above => "above",
        Band::Below => "below",
        Band::NotTold => "not_told",
    }
}

fn column(code: &str, m: Messages) -> &'static str {
    m.get(&format!("comparison.{code}"))
}

/// A figure in as few decimals as it needs, so that pages and files write it alike.
fn hundredths(n: i64) -> Figure {
    if n % 10 == 0 { Figure::tenths(n / 10) } else { Figure { scaled: n, decimals: 2 } }
}

/// A, B, ... Z, AA, AB, ...: letters, for numbers would look like places.
fn letter(at: usize) -> String {
    let last = ('A'..='Z').nth(at % 26).unwrap_or('A');
    match at / 26 {
        0 => last.to_string(),
        before => letter(before - 1) + &last.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{pages, select, with_comparison};
    use super::*;
    use crate::audit;
    use crate::comparison::{ClosedCase, standings};
    use scraper::Html;

    /// Cases and providers invented for these tests.
    fn invented() -> Vec<Standing> {
        let some = |provider: &str, reached: usize, all: usize| -> Vec<ClosedCase> {
            let case = |i| ClosedCase {
                provider: provider.to_owned(),
                reached: i < reached,
                strata: vec![0],
                labour_market: 1,
            };
            (0..all).map(case).collect()
        };
        let cases = [some("a", 40, 100), some("b", 70, 100), some("c", 12, 90), some("d", 20, 50), some("e", 1, 7)];
        let name = |fi: &str, en: &str| Text { en: Some(en.to_owned()), ..Text::finnish(fi) };
        let names = [
            ("a", name("Öljypuu", "Olive")),
            ("b", name("Aamu", "Morning")),
            ("c", name("Ilta", "Evening")),
            ("d", name("Valo", "Light")),
            ("e", name("Ulappa", "Open sea")),
        ];
        standings(&cases.concat(), &names.map(|(code, name)| (code.to_owned(), name)))
    }

    fn page(site: &Site, path: &str) -> Html {
        let found = pages(site).into_iter().find(|(p, _)| p.as_str() == path);
        found.map(|(_, html)| html).unwrap()
    }

    fn rows(html: &Html) -> Vec<Vec<String>> {
        let cells = select("th, td");
        let row = |r: scraper::ElementRef<'_>| r.select(&cells).map(|c| c.text().collect()).collect();
        html.select(&select("#table-comparison tbody tr")).map(row).collect()
    }

    #[test]
    fn providers_stand_in_the_alphabets_order_of_each_language_with_words_and_figures() {
        let site = with_comparison(invented());
        let fi = rows(&page(&site, "fi/vertailu.html"));
        let names: Vec<&str> = fi.iter().map(|r| r[0].as_str()).collect();
        assert_eq!(names, ["A Aamu", "B Ilta", "C Ulappa", "D Valo", "E Öljypuu"]);
        let en = rows(&page(&site, "en/comparison.html"));
        assert_eq!(en[4][0], "E Open sea");
        assert!(en[1][1].starts_with("No judgement"), "{en:?}");
        assert!(en[2][1].starts_with("Above the range") && en[2][1].ends_with("no evidence of quality."), "{en:?}");
        assert!(en[0][1].starts_with("Below the range") && en[3][1].starts_with("Within the range"), "{en:?}");
        assert_eq!(&en[4][1..3], ["Too few closed cases to compare.", "..."]);
        assert_eq!(&fi[0][2..4], ["100", "70"]);
    }

    #[test]
    fn the_page_says_what_is_not_adjusted_for_and_ranks_nobody_by_place_colour_or_star() {
        let site = with_comparison(invented());
        let html = String::from_utf8(site["en/comparison.html"].clone()).unwrap();
        for word in ["motivation", "health", "life situation", "chance", "does not rank"] {
            assert!(html.contains(word), "{word}");
        }
        let main = html.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
        assert!(!main.contains('★') && !main.contains("bad") && !main.contains("class=\"f2\""));
        assert_eq!(main.matches("class=\"pt\"").count(), 4, "a point for each that has figures");
    }

    #[test]
    fn the_files_and_the_pages_tell_the_same_and_the_audit_finds_nothing() {
        let site = with_comparison(invented());
        assert_eq!(audit::attack(&site), []);
        let data: Value = serde_json::from_slice(&site["data/comparison.json"]).unwrap();
        assert_eq!(data["size"], serde_json::json!([5, 6]));
        assert_eq!(data["extension"]["bands"]["e"], "too_few");
        assert_eq!(data["extension"]["class"], "groups");
        assert!(data["value"][12].is_null() && data["status"]["12"] == "...", "{data}");
        let csv = String::from_utf8(site["data/comparison.en.csv"].clone()).unwrap();
        assert!(csv.lines().any(|l| l.starts_with("too_few,comparison,") && l.ends_with(",measure,...")), "{csv}");
    }

    #[test]
    fn figures_that_are_withheld_are_on_no_page_in_no_chart_and_in_no_file_while_the_words_stay() {
        let mut hidden = invented();
        hidden.iter_mut().for_each(|s| s.figures = None);
        let site = with_comparison(hidden);
        assert_eq!(audit::attack(&site), []);
        let html = page(&site, "en/comparison.html");
        for row in rows(&html) {
            assert!(row[2..].iter().all(|cell| cell == "..."), "{row:?}");
        }
        assert!(html.select(&select("circle.pt, .plot polygon")).next().is_none());
        let svg = String::from_utf8(site["data/figure-comparison.en.svg"].clone()).unwrap();
        assert!(!svg.contains("<circle") && svg.contains(">...</text>"));
        let shown = with_comparison(invented());
        assert_eq!(shown.keys().collect::<Vec<_>>(), site.keys().collect::<Vec<_>>(), "the same files either way");
    }

    #[test]
    fn nothing_to_compare_leaves_the_page_and_its_files_in_place() {
        let site = with_comparison(Vec::new());
        let html = page(&site, "en/comparison.html");
        assert!(html.root_element().text().any(|t| t.contains("There is no comparison in this release")));
        assert!(site.contains_key("data/comparison.json") && site.contains_key("data/comparison.sv.csv"));
        assert_eq!(audit::attack(&site), []);
    }

    #[test]
    fn letters_go_on_after_the_alphabet() {
        assert_eq!([0, 25, 26, 701, 702].map(letter), ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
