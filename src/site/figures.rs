//! The figures of the pages about cases and work, and what every figure has.

use super::answers;
use super::cohorts::days;
use super::crosses;
use super::feedback;
use super::indicators;
use super::open_data::WITHHELD;
use super::responses;
use super::sentences;
use super::table::TableView;
use crate::chart::{Bars, Flow, Funnel, Line, Range, Stack};
use crate::cube::{AxisCategory, MEAN, Role, TOTAL};
use crate::release::{PublishedTable, Release};
use crate::text::{Figure as Number, Language, Messages, finnish_month};
use jiff::civil::Date;
use serde::Serialize;

/// A chart with everything that makes its number trustworthy.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figure {
    pub(super) anchor: String,
    pub(super) number: usize,
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) description: String,
    pub(super) chart: Chart,
    pub(super) tables: Vec<TableView>,
    /// Short name for the list of contents.
    pub(super) short: String,
    pub(super) withheld: bool,
    /// True where the table says more than the chart, so that it stands open above it.
    pub(super) table_first: bool,
    /// Where there is nothing to see but the sign: the one line behind which it stands closed.
    pub(super) closed: Option<String>,
    pub(super) source: String,
}

/// What is drawn: one of these, or nothing.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Chart {
    pub(super) bars: Option<Bars>,
    pub(super) range: Option<Range>,
    pub(super) line: Option<Line>,
    pub(super) flow: Option<Flow>,
    pub(super) funnel: Option<Funnel>,
    pub(super) stacks: Vec<Stack>,
    /// Colour class and name of each share.
    pub(super) legend: Vec<(String, String)>,
    /// What the share at the end of each stack is of.
    pub(super) share: String,
    /// Mean of the grades, as a poster figure.
    pub(super) mean: Option<String>,
    /// True when it shows nothing but the sign: no page draws it, its file keeps its address.
    pub(super) blank: bool,
}

impl Chart {
    /// The same, marked as blank where it shows nothing but the sign for withheld figures.
    pub(super) fn marked_if_blank(self) -> Self {
        let nothing = [
            self.bars.as_ref().map(|b| b.rows.iter().map(|r| r.width.as_deref()).collect::<Vec<_>>()),
            self.flow.as_ref().map(|f| f.rows.iter().flat_map(|r| &r.steps).map(|s| s.width.as_deref()).collect()),
            self.range.as_ref().map(|r| r.rows.iter().map(|r| r.mean.as_ref().map(|m| m.0.as_str())).collect()),
            (!self.stacks.is_empty()).then(|| self.stacks.iter().map(|s| stack_width(s)).collect()),
            self.funnel.as_ref().map(|f| if f.points.is_empty() { vec![None] } else { vec![Some("")] }),
        ];
        let only_signs = |lengths: Vec<Option<&str>>| {
            lengths.contains(&None) && lengths.into_iter().flatten().all(|length| length == "0%")
        };
        let drawn: Vec<bool> = nothing.into_iter().flatten().map(only_signs).collect();
        let blank = self.mean.is_none() && self.line.is_none() && !drawn.is_empty() && !drawn.contains(&false);
        Self { blank, ..self }
    }

    /// True when there is something to draw.
    pub(super) fn is_drawn(&self) -> bool {
        let one = self.bars.is_some() || self.range.is_some() || self.line.is_some() || self.flow.is_some();
        one || self.funnel.is_some() || self.mean.is_some() || !self.stacks.is_empty()
    }
}

/// None for a withheld row of shares, no length for one of nobody.
fn stack_width(stack: &Stack) -> Option<&str> {
    match stack.segments.first() {
        Some(segment) => Some(&segment.width),
        None if stack.n == WITHHELD => None,
        None => Some("0%"),
    }
}

/// Height of the curve, pixels.
const CURVE_HEIGHT: u32 = 300;

/// What employers say about the work itself; it stands with the work trials, not with their feedback.
pub(super) const WORK_QUESTIONS: [&str; 3] = ["employer-e-form", "employer-e-continues", "employer-e-again"];

/// The tables of each page in the order of their figures. Tables of answers stand on their party's page.
const PAGE_TABLES: [(&str, &[&str]); 5] = [
    ("results", &["outcomes", "goals", "outcomes-by-gender", "outcomes-by-origin", "outcomes-by-age"]),
    ("clients", &["clients-by-gender", "clients-by-origin", "clients-by-age", "clients-by-area", "profiles"]),
    ("durations", &["months-before-coaching", "months-total"]),
    ("work", &["work-trials", "hours-per-case", WORK_QUESTIONS[0], WORK_QUESTIONS[1], WORK_QUESTIONS[2]]),
    ("progress", &["coaching-started"]),
];

/// The figures of a page; none on pages of prose.
pub(super) fn of_page(page: &str, release: &Release, language: Language) -> Vec<Figure> {
    if page == "feedback" {
        return numbered(responses::figure(release, language).into_iter().collect(), Messages::of(language));
    }
    if let Some(party) = page.strip_prefix("feedback_") {
        return feedback::figures(release, party, &WORK_QUESTIONS, language);
    }
    let tables = PAGE_TABLES.iter().find(|(name, _)| *name == page).map_or(&[][..], |(_, tables)| tables);
    let named = tables.iter().filter_map(|id| release.table(id));
    // What an installation declares itself stands with the results.
    let others = release.tables().iter().filter(|t| page == "results" && is_own(&t.id));
    let present = named.chain(others);
    let (questions, cases): (Vec<_>, Vec<_>) = present.partition(|t| super::pages::party_of(&t.id).is_some());
    let mut figures: Vec<Figure> = cases.into_iter().map(|table| figure(release, table, language)).collect();
    figures.extend(feedback::questions(&questions, language));
    numbered(figures, Messages::of(language))
}

/// The page on which a table has its figure.
pub(super) fn page_of(table: &str) -> &'static str {
    if let Some((page, _)) = PAGE_TABLES.iter().find(|(_, tables)| tables.contains(&table)) {
        return page;
    }
    match (table, super::pages::party_of(table)) {
        (responses::TABLE, _) => "feedback",
        ("targets", _) => "progress",
        (id, _) if indicators::holds(id) => "indicators",
        (_, Some("client")) => "feedback_client",
        (_, Some("employer")) => "feedback_employer",
        (_, Some("community")) => "feedback_community",
        (_, Some(_)) => "feedback_purchaser",
        _ => "results",
    }
}

/// True for tables that no page names.
fn is_own(table: &str) -> bool {
    page_of(table) == "results" && PAGE_TABLES.iter().all(|(_, tables)| !tables.contains(&table))
}

/// Figures with their running numbers; those of which everything is withheld closed.
pub(super) fn numbered(figures: Vec<Figure>, m: Messages) -> Vec<Figure> {
    let line = |figure: &Figure| m.fill("site.closed_figure", &[("title", &figure.short)]);
    let secret = |figure: &Figure| figure.tables.iter().all(TableView::is_secret).then(|| line(figure));
    let calm = |figure: Figure| match secret(&figure).filter(|_| figure.closed.is_none()) {
        Some(line) => Figure { closed: Some(line), description: m.get("finding.withheld").to_owned(), ..figure },
        None => figure,
    };
    (1..).zip(figures).map(|(number, figure)| Figure { number, ..calm(figure) }).collect()
}

/// The figure of a table about cases.
pub(super) fn figure(release: &Release, table: &PublishedTable, language: Language) -> Figure {
    let m = Messages::of(language);
    let neutral = || table.title.in_language(language).to_owned();
    let clients = table.id.starts_with("clients-by-");
    let (title, description, chart) = match table.id.as_str() {
        "outcomes" => (
            sentences::outcomes_title(table, language),
            sentences::outcomes_text(table, language),
            outcome_bars(table, language),
        ),
        "months-before-coaching" => (
            sentences::waiting_title(table, language),
            sentences::durations_text(table, language),
            range(table, language),
        ),
        "months-total" => (
            sentences::staying_title(table, language).unwrap_or_else(neutral),
            sentences::durations_text(table, language),
            range(table, language),
        ),
        "coaching-started" => (
            sentences::progress_title(release, language),
            sentences::progress_text(release, language),
            curve(release, table, language),
        ),
        "work-trials" => (
            sentences::trials_title(table, language).unwrap_or_else(neutral),
            sentences::trials_text(table, language),
            trials(table, language),
        ),
        _ if crosses::is_cross(table) => {
            let chart = crosses::chart(table, language);
            (neutral(), crosses::text(&chart, m), chart)
        }
        _ if is_measured(table) => (neutral(), sentences::means_text(table, language), mean_bars(table, language)),
        _ => (
            // Only of these it is clear that they are clients, each in one group.
            clients.then(|| sentences::groups_title(table, language)).flatten().unwrap_or_else(neutral),
            sentences::counts_text(table, language),
            bars(table, language),
        ),
    };
    let mut tables = vec![TableView::new(table, language)];
    if table.id == "coaching-started" {
        tables.extend(release.table("targets").map(|t| TableView::new(t, language)));
    }
    Figure {
        anchor: table.id.clone(),
        number: 1,
        subtitle: if title == neutral() { short_subtitle(table, m) } else { subtitle(table, m) },
        title,
        description,
        chart,
        tables,
        short: neutral(),
        withheld: table.has_withheld(),
        table_first: crosses::is_cross(table),
        closed: None,
        source: table.source.in_language(language).to_owned(),
    }
}

/// What is counted, until when and how many people: the reader meets n before the figures.
pub(super) fn subtitle(table: &PublishedTable, m: Messages) -> String {
    fill_subtitle(table, m, if has_total(table) { "site.subtitle" } else { "site.subtitle_no_n" })
}

/// The same under a title that already says what is counted.
fn short_subtitle(table: &PublishedTable, m: Messages) -> String {
    if !has_total(table) {
        return sentences::capital(&days(table, m));
    }
    sentences::capital(&fill_subtitle(table, m, "site.subtitle_short"))
}

/// True when a table says how many it is about.
pub(super) fn has_total(table: &PublishedTable) -> bool {
    let codes =
        |axis: usize, code: &str| table.axes.get(axis).is_some_and(|a| a.categories.iter().any(|c| c.code == code));
    codes(0, TOTAL) && (table.axes.len() == 1 || codes(1, TOTAL) || codes(1, "n"))
}

/// How many a table is about; none where that is withheld or not told.
pub(super) fn total(table: &PublishedTable) -> Option<Number> {
    [&[TOTAL][..], &[TOTAL, "n"], &[TOTAL, TOTAL]].into_iter().find_map(|codes| table.figure(codes))
}

/// True when a table tells measures of groups, or of everybody.
fn is_measured(table: &PublishedTable) -> bool {
    table.axes.iter().any(|a| a.role == Role::Metric)
}

/// Means of the groups as bars, where there are groups and means.
fn mean_bars(table: &PublishedTable, language: Language) -> Chart {
    let grouped = table.axes.len() == 2 && table.axes[1].categories.iter().any(|c| c.code == MEAN);
    if !grouped {
        return Chart::default();
    }
    let row =
        |c: &AxisCategory| (c.label.in_language(language).to_owned(), table.figure(&[&c.code, MEAN]), c.code != TOTAL);
    let rows: Vec<_> = table.axes[0].categories.iter().map(row).collect();
    Chart { bars: Some(Bars::new(&rows, language)), ..Chart::default() }.marked_if_blank()
}

fn fill_subtitle(table: &PublishedTable, m: Messages, key: &str) -> String {
    let n = sentences::people(total(table), m.language());
    m.fill(key, &[("title", table.title.in_language(m.language())), ("days", &days(table, m)), ("n", &n)])
}

/// The outcomes: squares where they can be counted at a glance, bars elsewhere.
pub(super) fn outcome_bars(table: &PublishedTable, language: Language) -> Chart {
    let lead = |code: &str| sentences::ONWARD.contains(&code);
    let mut rows = rows_of(table, language, &lead);
    // Largest first; withheld ones stay in their declared order, so their place tells nothing.
    rows.sort_by_key(|(_, f, _)| f.map_or(i64::MAX, |f| -f.scaled));
    Chart { bars: Some(Bars::new(&rows, language)), ..Chart::default() }.marked_if_blank()
}

/// One row for each category but the totals: label, figure, takeaway or not.
fn rows_of(
    table: &PublishedTable,
    language: Language,
    lead: &dyn Fn(&str) -> bool,
) -> Vec<(String, Option<Number>, bool)> {
    let categories = table.axes[0].categories.iter().filter(|c| c.code != TOTAL && c.code != MEAN);
    categories.map(|c| (c.label.in_language(language).to_owned(), table.figure(&[&c.code]), lead(&c.code))).collect()
}

/// A bar for each category, nothing when there is nobody to draw. Grades carry the takeaway together, elsewhere the most
/// common category does, where one may be called so.
pub(super) fn bars(table: &PublishedTable, language: Language) -> Chart {
    let mean = answers::mean(table).map(|f| f.told(language));
    if answers::nobody_answered(table) || (mean.is_some() && !sentences::shows_parts(table)) {
        return Chart { mean, ..Chart::default() };
    }
    let leading = answers::leading(table).map_or_else(Vec::new, |(_, top)| top);
    let lead = |code: &str| {
        if answers::is_graded(table) { code.parse::<u8>().is_ok() } else { leading.iter().any(|c| c.code == code) }
    };
    Chart { mean, bars: Some(Bars::new(&rows_of(table, language, &lead), language)), ..Chart::default() }
        .marked_if_blank()
}

/// The groups, or everybody where the groups are withheld.
fn shown_groups(table: &PublishedTable, code: &str) -> Vec<usize> {
    let groups = &table.axes[0].categories;
    let visible = |i: &usize| table.figure(&[&groups[*i].code, code]).is_some();
    let parts: Vec<usize> = (0..groups.len()).filter(|i| groups[*i].code != TOTAL).collect();
    if parts.iter().any(visible) { parts } else { (0..groups.len()).collect() }
}

fn range(table: &PublishedTable, language: Language) -> Chart {
    let groups = &table.axes[0].categories;
    let rows = shown_groups(table, MEAN).into_iter().map(|i| {
        let get = |code: &str| table.figure(&[&groups[i].code, code]);
        (
            groups[i].label.in_language(language).to_owned(),
            get("n"),
            sentences::mean_of(table, &groups[i].code),
            get("min"),
            get("max"),
        )
    });
    Chart { range: Some(Range::new(&rows.collect::<Vec<_>>(), language)), ..Chart::default() }.marked_if_blank()
}

fn trials(table: &PublishedTable, language: Language) -> Chart {
    let groups = &table.axes[0].categories;
    let rows = shown_groups(table, "trials").into_iter();
    let rows = rows
        .map(|i| (groups[i].label.in_language(language).to_owned(), table.figure(&[&groups[i].code, "trials"]), true));
    Chart { bars: Some(Bars::new(&rows.collect::<Vec<_>>(), language)), ..Chart::default() }.marked_if_blank()
}

/// The curve of started coachings with the target of the period.
pub(super) fn curve(release: &Release, table: &PublishedTable, language: Language) -> Chart {
    let measured = table.axes[0].categories.iter().filter_map(|c| {
        let (date, figure) = (c.code.parse::<Date>().ok()?, table.figure(&[&c.code])?);
        let day = i64::from((date - Date::constant(1970, 1, 1)).get_days());
        Some((day, figure.scaled, figure.told(language), finnish_month(date)))
    });
    let target = release
        .table("targets")
        .and_then(|t| t.figure(&["period"]))
        .map(|f| (f.scaled, Messages::of(language).fill("site.target_line", &[("n", &f.told(language))])));
    Chart { line: Some(Line::new(&measured.collect::<Vec<_>>(), target, CURVE_HEIGHT)), ..Chart::default() }
}
