//! Closed, invited, answered: the figure of the feedback page and the lines above each party's answers.

use super::cohorts::{days, days_of};
use super::feedback::counted_key;
use super::figures::{Chart, Figure, subtitle};
use super::open_data::WITHHELD;
use super::sentences::{capital, in_sentence, people};
use super::table::TableView;
use crate::chart::{Flow, response_rate};
use crate::release::{PublishedTable, Release};
use crate::text::{Figure as Number, Language, Messages, told_number, told_percent};
use serde::Serialize;

/// The table behind everything here.
pub(super) const TABLE: &str = "responses";
/// Its columns in order.
const STEPS: [&str; 3] = ["closed", "invited", "answered"];

/// How a party responded, in the reader's form; the sign where it is withheld.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ResponseView {
    invited: String,
    answered: String,
    /// What the two figures count.
    invited_label: &'static str,
    answered_label: &'static str,
    /// What stands in place of both where both are withheld, or nobody was invited.
    nothing: Option<&'static str>,
    /// None unless both are shown and somebody was invited.
    rate: Option<String>,
    /// All of it as a sentence.
    pub(super) line: String,
}

/// A number inside a sentence: nought and withheld figures are told without signs.
fn in_words(figure: Option<Number>, m: Messages) -> String {
    figure.map_or_else(|| m.get("finding.secret").to_owned(), |f| told_number(&f.plain(), m.language()))
}

pub(super) fn rate_of(table: &PublishedTable, party: &str, language: Language) -> Option<String> {
    let rate = response_rate(table.figure(&[party, "invited"])?, table.figure(&[party, "answered"])?)?;
    Some(told_percent(rate, language))
}

/// How `party` responded; none when nobody asks it.
pub(super) fn response(release: &Release, party: &str, language: Language) -> Option<ResponseView> {
    let table = release.table(TABLE)?;
    if table.axes[0].categories.iter().all(|c| c.code != party) {
        return None;
    }
    let m = Messages::of(language);
    let get = |code: &str| people(table.figure(&[party, code]), language);
    let (invited, answered, rate) = (get("invited"), get("answered"), rate_of(table, party, language));
    let words = ["invited", "answered"].map(|code| in_words(table.figure(&[party, code]), m));
    let known = [("invited", words[0].as_str()), ("answered", words[1].as_str())];
    let key = |key: &str| counted_key(key, Some(party));
    let [invited_label, answered_label] = ["site.invited", "site.answered"].map(|label| m.get(&key(label)));
    let nothing = match table.figure(&[party, "invited"]).zip(table.figure(&[party, "answered"])) {
        None if [invited.as_str(), answered.as_str()] == [WITHHELD; 2] => Some(m.get("site.responses_secret")),
        Some((invited, _)) if invited.scaled == 0 => Some(m.get("site.nobody_invited")),
        _ => None,
    };
    let line = match &rate {
        _ if nothing.is_some() => nothing.unwrap_or_default().to_owned(),
        Some(rate) => m.fill(&key("site.response_line"), &[known[0], known[1], ("rate", rate)]),
        None => m.fill(&key("site.response_line_no_rate"), &known),
    };
    Some(ResponseView { invited, answered, invited_label, answered_label, nothing, rate, line })
}

/// The figure of all parties.
pub(super) fn figure(release: &Release, language: Language) -> Option<Figure> {
    let table = release.table(TABLE)?;
    let m = Messages::of(language);
    let parties = &table.axes[0].categories;
    let step =
        |code: &str| table.axes[1].categories.iter().find(|c| c.code == code).map(|c| c.label.in_language(language));
    let groups = parties.iter().map(|p| {
        // Several people of one community are invited, so cases beside them would be another unit.
        let steps = if p.code == "community" { &STEPS[1..] } else { &STEPS[..] };
        let steps = steps.iter().map(|s| (step(s).unwrap_or(s).to_owned(), table.figure(&[&p.code, s])));
        (p.label.in_language(language).to_owned(), steps.collect())
    });
    let groups: Vec<_> = groups.collect();
    Some(Figure {
        anchor: TABLE.to_owned(),
        number: 1,
        title: title(table, m),
        subtitle: subtitle(table, m),
        description: text(table, release, m),
        chart: Chart { flow: Some(Flow::new(&groups, language)), ..Chart::default() }.marked_if_blank(),
        tables: vec![TableView::new(table, language)],
        short: table.title.in_language(language).to_owned(),
        withheld: table.has_withheld(),
        table_first: false,
        closed: None,
        source: table.source.in_language(language).to_owned(),
    })
}

/// The response rates that can be told; the table's title when there are none.
fn title(table: &PublishedTable, m: Messages) -> String {
    let told = table.axes[0].categories.iter().filter_map(|p| {
        let rate = rate_of(table, &p.code, m.language())?;
        let party = in_sentence(p.label.in_language(m.language()), m.language());
        Some(m.fill("finding.responses_rate", &[("party", &party), ("rate", &rate)]))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        return table.title.in_language(m.language()).to_owned();
    }
    m.fill("finding.responses_title", &[("list", &told.join(", "))])
}

fn text(table: &PublishedTable, release: &Release, m: Messages) -> String {
    let language = m.language();
    let rows = table.axes[0].categories.iter().map(|p| {
        let get = |code: &str| in_words(table.figure(&[&p.code, code]), m);
        let (invited, answered) = (get("invited"), get("answered"));
        let known =
            [("party", p.label.in_language(language)), ("invited", invited.as_str()), ("answered", answered.as_str())];
        let both = ["invited", "answered"].map(|code| table.figure(&[&p.code, code]));
        match rate_of(table, &p.code, language) {
            None if both == [None, None] => m.fill("finding.responses_row_secret", &[known[0]]),
            None if both[0].is_some_and(|n| n.scaled == 0) => m.fill("finding.responses_row_nobody", &[known[0]]),
            Some(rate) => {
                m.fill("finding.responses_row_rate", &[known[0], known[1], known[2], ("rate", rate.as_str())])
            }
            None => m.fill("finding.responses_row", &known),
        }
    });
    let rows: Vec<String> = rows.collect();
    let closed = table.axes[0].categories.first().and_then(|p| table.figure(&[&p.code, "closed"]));
    // Invitations are counted further than the coachings that ended.
    let when = table.reads.first().and_then(|read| days_of(read, release, m));
    let when = when.unwrap_or_else(|| days(table, m));
    let words = [("closed", in_words(closed, m)), ("list", rows.join(". ")), ("days", capital(&when))];
    m.fill("finding.responses_text", &words.each_ref().map(|(name, text)| (*name, text.as_str())))
}
