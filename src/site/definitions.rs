//! What every table means: the entries of the methods and of the open data.

use super::cohorts::days;
use super::figures::{has_total, page_of, total};
use super::sentences::capital;
use super::{pages, responses};
use crate::release::{PublishedTable, Reason, Release};
use crate::text::{Figure as Number, Language, Messages, told_date};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Serialize)]
struct Entry {
    id: String,
    title: String,
    definition: String,
    source: String,
    date: String,
    /// The days whose people it counts.
    days: Option<String>,
    n: Option<String>,
    /// Who or what `n` counts.
    unit: &'static str,
    withheld: Vec<String>,
    /// The page with its figure, and the place there.
    href: String,
    page: &'static str,
}

/// Tables that belong together.
#[derive(Serialize)]
struct Group {
    title: String,
    tables: Vec<Entry>,
}

/// Every table of the release.
#[derive(Serialize)]
pub(super) struct Tables {
    groups: Vec<Group>,
}

pub(super) fn tables(release: &Release, language: Language) -> Tables {
    let m = Messages::of(language);
    let mut groups: Vec<Group> = Vec::new();
    for table in release.tables() {
        let title = group_of(table, m);
        let entry = entry(table, release, m);
        match groups.iter_mut().find(|g| g.title == title) {
            Some(group) => group.tables.push(entry),
            None => groups.push(Group { title, tables: vec![entry] }),
        }
    }
    Tables { groups }
}

/// What a table stands under in lists.
pub(super) fn group_of(table: &PublishedTable, m: Messages) -> String {
    match pages::party_of(&table.id) {
        Some(party) => {
            let name = m.get(&format!("table.responses.{party}"));
            m.fill("site.group_feedback", &[("party", &super::sentences::in_sentence(name, m.language()))])
        }
        None if table.id == responses::TABLE => m.get("site.group_responses").to_owned(),
        None => m.get("site.group_cases").to_owned(),
    }
}

/// A text for each kind of rule, not for each reason: whether a figure is itself small or stands beside one is not told.
fn reason(_: Reason) -> &'static str {
    // One sentence whatever the rule: a reason of its own would narrow the figure down.
    "reason.protected"
}

fn entry(table: &PublishedTable, release: &Release, m: Messages) -> Entry {
    let language = m.language();
    let page = page_of(&table.id);
    let reasons = release.withheld().iter().filter(|w| w.table == table.id);
    let reasons: BTreeSet<&str> = reasons.map(|w| reason(w.reason)).collect();
    let told = |n: Option<Number>| n.map_or_else(|| "...".to_owned(), |f| f.told(language));
    Entry {
        id: table.id.clone(),
        title: table.title.in_language(language).to_owned(),
        definition: table.definition.in_language(language).to_owned(),
        source: table.source.in_language(language).to_owned(),
        date: told_date(table.as_of, language),
        days: table.cohort.as_ref().map(|_| capital(&days(table, m))),
        n: has_total(table).then(|| told(total(table))),
        unit: m.get(if pages::party_of(&table.id).is_some_and(super::feedback::answers_by_case) {
            "site.answers_in_table"
        } else {
            "site.people"
        }),
        withheld: reasons.into_iter().map(|key| m.get(key).to_owned()).collect(),
        href: format!("{}#table-{}", pages::address(page, m), table.id),
        page: pages::name(page, m),
    }
}
