//! What every table means: the entries of the methods and of the open data.

use super::figures::page_of;
use super::{pages, responses};
use crate::cube::{MEAN, TOTAL};
use crate::release::{PublishedTable, Reason, Release};
use crate::text::{Figure as Number, Language, Messages, told_date};
use serde::Serialize;

#[derive(Serialize)]
struct Entry {
    id: String,
    title: String,
    definition: String,
    source: String,
    date: String,
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

fn group_of(table: &PublishedTable, m: Messages) -> String {
    match pages::party_of(&table.id) {
        Some(party) => {
            let name = m.get(&format!("table.responses.{party}"));
            m.fill("site.group_feedback", &[("party", &super::sentences::in_sentence(name, m.language()))])
        }
        None if table.id == responses::TABLE => m.get("site.group_responses").to_owned(),
        None => m.get("site.group_cases").to_owned(),
    }
}

fn reason(reason: Reason, table: &PublishedTable) -> &'static str {
    match reason {
        Reason::SmallGroup if table.figure(&[MEAN]).is_some() => "reason.small_group_with_mean",
        Reason::SmallGroup => "reason.small_group",
        Reason::MeanRule => "reason.mean_rule",
        Reason::GroupSizeNotPublished => "reason.group_size_not_published",
        Reason::WouldGiveGroupSizes => "reason.would_give_group_sizes",
        Reason::FewInvitations => "reason.few_invitations",
        Reason::FewResponses => "reason.few_responses",
    }
}

fn entry(table: &PublishedTable, release: &Release, m: Messages) -> Entry {
    let language = m.language();
    let has_total = table.axes[0].categories.iter().any(|c| c.code == TOTAL);
    let page = page_of(&table.id);
    let withheld = release.withheld().iter().filter(|w| w.table == table.id);
    let told = |n: Option<Number>| n.map_or_else(|| "...".to_owned(), |f| f.told(language));
    Entry {
        id: table.id.clone(),
        title: table.title.in_language(language).to_owned(),
        definition: table.definition.in_language(language).to_owned(),
        source: table.source.in_language(language).to_owned(),
        date: told_date(table.as_of, language),
        n: has_total.then(|| told(table.figure(&[TOTAL]).or_else(|| table.figure(&[TOTAL, "n"])))),
        unit: m.get(if pages::party_of(&table.id).is_some_and(super::feedback::answers_by_case) {
            "site.answers_in_table"
        } else {
            "site.people"
        }),
        withheld: withheld.map(|w| m.get(reason(w.reason, table)).to_owned()).collect(),
        href: format!("{}#table-{}", pages::address(page, m), table.id),
        page: pages::name(page, m),
    }
}
