//! The page of indicators: each with what it means, how many it is of and who answered.

use super::answers::{mean, nobody_answered};
use super::cohorts::{days, days_of};
use super::feedback;
use super::open_data::named;
use super::pages::{address, exists, name};
use super::responses;
use super::sentences::{capital, people};
use super::table::TableView;
use crate::cube::{MEAN, Reading};
use crate::release::{PublishedTable, Release};
use crate::text::{Figure as Number, Language, Messages};
use serde::Serialize;
use serde_json::Value;

/// The table of all shares.
const TABLE: &str = "indicators";
/// What the ids of the tables of single indicators begin with.
const PREFIX: &str = "indicator-";
/// What is measured, by the codes that tables have for it.
const MEASURES: [&str; 2] = [MEAN, "value"];

/// The indicator whose figure says which way it goes.
const CHANGE: &str = "self-assessment-change";

/// Everything on the page.
#[derive(Serialize)]
pub(super) struct Indicators {
    list: Vec<Indicator>,
    tables: Vec<TableView>,
    source: String,
}

#[derive(Serialize)]
struct Indicator {
    anchor: String,
    title: String,
    definition: Option<String>,
    /// The figure that it is about; the sign where it is withheld.
    value: String,
    /// How many of how many, or of how many it was measured; none where that is withheld.
    of: Option<String>,
    /// What is said in place of figures where there is nobody whom they could tell of.
    nobody: Option<&'static str>,
    /// What it would be with those who did not answer.
    bounds: Option<String>,
    mean: Option<String>,
    response: Option<String>,
    /// The page of the party's answers: address and name.
    feedback: Option<(String, &'static str)>,
    /// The table behind it.
    table: String,
    days: String,
    withheld: bool,
}

/// True for tables that stand on the page of indicators.
pub(super) fn holds(table: &str) -> bool {
    table == TABLE || table.starts_with(PREFIX)
}

pub(super) fn page(release: &Release, m: Messages) -> Indicators {
    let tables: Vec<&PublishedTable> = release.tables().iter().filter(|t| holds(&t.id)).collect();
    let shares = release.table(TABLE).map(|t| (t, &t.axes[0].categories));
    let shares = shares.into_iter().flat_map(|(table, ids)| ids.iter().map(move |c| (table, c)));
    let mut list: Vec<Indicator> =
        shares.map(|(t, c)| share(&c.code, c.label.in_language(m.language()), t, release, m)).collect();
    list.extend(tables.iter().filter_map(|table| measured(table, release, m)));
    Indicators {
        list,
        source: tables.first().map_or_else(String::new, |t| t.source.in_language(m.language()).to_owned()),
        tables: tables.into_iter().map(|t| TableView::new(t, m.language())).collect(),
    }
}

/// The id of an indicator as part of an address.
fn part_of_address(id: &str) -> String {
    id.replace(['.', '_'], "-")
}

/// How many of how many.
fn share(id: &str, title: &str, table: &PublishedTable, release: &Release, m: Messages) -> Indicator {
    let language = m.language();
    let get = |column: &str| table.figure(&[id, column]);
    let party = id.split_once('.').map(|(_, party)| party);
    let graded = party.filter(|_| id.starts_with("satisfaction."));
    let of = ["count", "of"].map(|column| people(get(column), language));
    let reading = reading(table, &[id, "percent"]);
    let is_told = get("count").is_some() || get("of").is_some();
    let nobody = get("of").is_some_and(|n| n.scaled == 0).then(|| m.get(nobody_key(id, reading)));
    Indicator {
        anchor: part_of_address(id),
        title: title.to_owned(),
        definition: definition(id, m),
        value: percent(get("percent"), language),
        of: is_told.then(|| m.fill("site.indicator_of", &[("count", &of[0]), ("of", &of[1])])),
        nobody,
        bounds: release
            .table(&format!("{PREFIX}{}", part_of_address(id)))
            .filter(|_| nobody.is_none())
            .and_then(|t| bounds(t, m)),
        mean: graded.and_then(|p| mean_grade(release, p, language)),
        response: graded.map(|p| {
            let rate = release.table(responses::TABLE).and_then(|t| responses::rate_of(t, p, language));
            rate.unwrap_or_else(|| people(None, language))
        }),
        feedback: party.map(|p| format!("feedback_{p}")).filter(|p| exists(p)).map(|p| (address(&p, m), name(&p, m))),
        table: table.id.clone(),
        days: capital(&reading.and_then(|r| days_of(r, release, m)).unwrap_or_else(|| days(table, m))),
        withheld: [get("count"), get("of"), get("percent")].contains(&None),
    }
}

/// What a figure of a table tells of.
fn reading<'t>(table: &'t PublishedTable, codes: &[&str]) -> Option<&'t Reading> {
    (0..table.cells.len()).find(|at| table.codes_at(*at) == codes).and_then(|at| table.reads.get(at))
}

/// The sentence about an indicator of nobody: who it is that is not there yet.
fn nobody_key(id: &str, reading: Option<&Reading>) -> &'static str {
    let of_cases = reading.is_some_and(|r| named(r).iter().any(|w| w.block.starts_with("cases")));
    match id {
        _ if id.starts_with("response_rate.") => "site.nobody_invited",
        _ if of_cases => "finding.none_ended",
        _ => "finding.no_answers",
    }
}

/// The share if nobody of those who did not answer were in it, and if all of them were; none where either is withheld.
fn bounds(table: &PublishedTable, m: Messages) -> Option<String> {
    let has = |code: &str| table.axes[0].categories.iter().any(|c| c.code == code);
    let told = |code: &str| percent(table.figure(&[code]), m.language());
    let shown = |code: &str| table.figure(&[code]).is_some();
    (table.axes.len() == 1 && has("low") && has("high") && shown("low") && shown("high"))
        .then(|| m.fill("site.indicator_bounds_text", &[("low", &told("low")), ("high", &told("high"))]))
}

/// The mean of the grades that a party gave; the sign where it is withheld.
fn mean_grade(release: &Release, party: &str, language: Language) -> Option<String> {
    let graded = |t: &&PublishedTable| t.axes[0].categories.iter().any(|c| c.code == MEAN);
    let table = feedback::tables_of(release, party).into_iter().find(graded)?;
    (!nobody_answered(table)).then(|| people(mean(table), language))
}

/// An indicator that is measured, not counted; none where its table is of another kind.
fn measured(table: &PublishedTable, release: &Release, m: Messages) -> Option<Indicator> {
    let id = table.id.strip_prefix(PREFIX)?;
    let measure = MEASURES.into_iter().find(|code| table.axes[0].categories.iter().any(|c| c.code == *code))?;
    let (value, n) = (table.figure(&[measure]), table.figure(&["n"]));
    let unit = match id {
        "hours-per-case" => m.get("site.unit_hours"),
        "time-to-placement" => m.get("site.unit_days"),
        CHANGE => m.get("site.unit_steps"),
        _ => "",
    };
    let plus = if id == CHANGE && value.is_some_and(|v| v.scaled > 0) { "+" } else { "" };
    let told = format!("{plus}{}", people(value, m.language()));
    Some(Indicator {
        anchor: id.to_owned(),
        title: table.title.in_language(m.language()).to_owned(),
        definition: Some(table.definition.in_language(m.language()).to_owned()),
        value: if value.is_none() { told } else { format!("{told} {unit}").trim_end().to_owned() },
        of: n.map(|n| people(Some(n), m.language())),
        nobody: n.is_some_and(|n| n.scaled == 0).then(|| m.get("site.indicator_of_nobody")),
        bounds: None,
        mean: None,
        response: None,
        feedback: None,
        table: table.id.clone(),
        days: capital(
            &reading(table, &[measure]).and_then(|r| days_of(r, release, m)).unwrap_or_else(|| days(table, m)),
        ),
        withheld: table.has_withheld(),
    })
}

/// A share as text, the sign where it is withheld.
fn percent(share: Option<Number>, language: Language) -> String {
    let told = people(share, language);
    match language {
        _ if share.is_none() => told,
        Language::En => format!("{told}%"),
        _ => format!("{told}\u{a0}%"),
    }
}

/// How the program's own indicators are to be understood, as the catalogue says it.
fn definition(id: &str, m: Messages) -> Option<String> {
    let path = format!("/indicator/{}/definition", id.replace('.', "/"));
    m.tree().pointer(&path).and_then(Value::as_str).map(str::to_owned)
}
