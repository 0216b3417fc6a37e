//! `GET /desk/reports`: the list of reports, a page at a time, and the same as a spreadsheet.

use super::{Signed, field};
use crate::render::{
    Link, OutcomeChoice, ReportHeading, ReportRowView, ReportTabView, ReportsShown, ReportsView, report_sheet,
};
use crate::report::AnnexState;
use crate::report::INTERIM;
use crate::serve::error::Failure;
use crate::store::{ReportQuery, ReportRow, ReportSort, ReportTab};
use crate::text::{Figure, Messages, told_date};
use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::fmt::Write as _;

/// Rows of a page.
const ROWS: i64 = 50;
/// Most rows of a spreadsheet.
const MOST_ROWS: i64 = 100_000;
/// Most characters that are searched for.
const WORDS: usize = 100;
/// Pages that are offered on each side of the one that is shown.
const AROUND: i64 = 2;

type Query = Result<Form<Vec<(String, String)>>, FormRejection>;

pub(super) async fn show(signed: Signed, query: Query) -> Result<Response, Failure> {
    let asked = signed.asked(query)?;
    let state = &signed.state;
    let unavailable = |error| Failure::unavailable(state, &error);
    let list = state.desk.store.report_list(&asked).await.map_err(unavailable)?;
    let m = Messages::of(state.language);
    let label = |key: &str| m.get(&format!("officer.{key}")).to_owned();
    let at = |change: &dyn Fn(&mut ReportQuery)| {
        let mut other = ReportQuery { offset: 0, ..asked.clone() };
        change(&mut other);
        address("/desk/reports", &other)
    };
    let tab = |(tab, count): (ReportTab, i64)| {
        let (href, text) = (at(&|q| q.tab = tab), label(&format!("tab_{}", tab.code())));
        ReportTabView { link: Link { href, text, current: tab == asked.tab }, count }
    };
    let heading = |sort: ReportSort| {
        let chosen = sort == asked.sort;
        let href = at(&|q| {
            q.sort = sort;
            // What is new is read first, everything else from its beginning.
            q.descending = if chosen { !asked.descending } else { sort == ReportSort::Sent };
        });
        let sorted = chosen.then_some(if asked.descending { "descending" } else { "ascending" });
        let link = Link { href, text: label(sort.code()), current: chosen };
        ReportHeading { link, sorted, number: sort == ReportSort::Hours }
    };
    let outcomes =
        state.desk.instance.dimensions.iter().filter(|d| d.value.id == "outcome").flat_map(|d| &d.value.categories);
    let outcome = |code: &str| OutcomeChoice {
        code: code.to_owned(),
        label: state.desk.instance.label("outcome", code, state.language).to_owned(),
        chosen: code == asked.outcome,
    };
    let current = asked.offset / ROWS;
    let last = (list.total - 1).max(0) / ROWS;
    let page = |n: i64, text: String| {
        let href = at(&|q| q.offset = n * ROWS);
        Link { href, text, current: n == current }
    };
    let from = (current - AROUND).max(0);
    let to = (current + AROUND).min(last);
    let searched = !asked.words.is_empty() || !asked.outcome.is_empty();
    let shown = ReportsShown {
        tabs: ReportTab::ALL.into_iter().zip(list.counts).map(tab).collect(),
        tab: asked.tab.code(),
        sort: asked.sort.code(),
        descending: if asked.descending { "1" } else { "0" },
        words: asked.words.clone(),
        outcomes: outcomes.map(|c| outcome(&c.code)).collect(),
        headings: ReportSort::ALL.map(heading).to_vec(),
        rows: list.rows.iter().map(|row| signed.report_row(row)).collect(),
        range: (asked.offset + 1, asked.offset + i64::try_from(list.rows.len()).unwrap_or(0), list.total),
        pages: if last > 0 { (from..=to).map(|n| page(n, (n + 1).to_string())).collect() } else { Vec::new() },
        around: [
            (current > 0).then(|| page(current - 1, label("previous"))),
            (current < last).then(|| page(current + 1, label("following"))),
        ],
        sheet: address("/desk/reports.xlsx", &ReportQuery { offset: 0, ..asked.clone() }),
        all: searched.then(|| {
            at(&|q| {
                q.words.clear();
                q.outcome.clear();
            })
        }),
    };
    let frame = signed.frame(m.get("officer.title"), "/desk/reports");
    Ok(state.page(StatusCode::OK, "staff/reports.html", &ReportsView::new(frame, shown, m)))
}

pub(super) async fn sheet(signed: Signed, query: Query) -> Result<Response, Failure> {
    let asked = ReportQuery { offset: 0, limit: MOST_ROWS, ..signed.asked(query)? };
    let state = &signed.state;
    let list = state.desk.store.report_list(&asked).await.map_err(|error| Failure::unavailable(state, &error))?;
    let rows: Vec<ReportRowView> = list.rows.iter().map(|row| signed.report_row(row)).collect();
    let m = Messages::of(state.language);
    let sheet = report_sheet(&rows, m).map_err(|error| Failure::unavailable(state, &error))?;
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"reports.xlsx\""),
    ];
    Ok((headers, sheet).into_response())
}

impl Signed {
    /// The list that an address asks for; what it does not say, or says wrongly, is as usual.
    fn asked(&self, query: Query) -> Result<ReportQuery, Failure> {
        let Form(fields) = query.map_err(|_| Failure::unreadable(&self.state))?;
        let words: String = field(&fields, "q").chars().filter(|c| !c.is_control()).take(WORDS).collect();
        let page: i64 = field(&fields, "page").parse().ok().filter(|n| (1..=MOST_ROWS).contains(n)).unwrap_or(1);
        let sort = ReportSort::from_code(field(&fields, "sort"));
        Ok(ReportQuery {
            officer: self.staff.id.clone(),
            interim: INTERIM.to_owned(),
            tab: ReportTab::from_code(field(&fields, "tab")).unwrap_or_default(),
            words: words.trim().to_owned(),
            outcome: field(&fields, "outcome").to_owned(),
            descending: sort.is_none() || field(&fields, "desc") == "1",
            sort: sort.unwrap_or_default(),
            offset: (page - 1) * ROWS,
            limit: ROWS,
        })
    }

    /// A row in words.
    fn report_row(&self, row: &ReportRow) -> ReportRowView {
        let (desk, language) = (&self.state.desk, self.state.language);
        let m = Messages::of(language);
        let (case, instance) = (&row.case, &desk.instance);
        let day = |d| told_date(d, language);
        let state = super::page::state(case, row.version.is_some());
        let sent = row.sent_at.map(|at| day(at.to_zoned(instance.zone()).date())).unwrap_or_default();
        let version = row.version.filter(|v| *v > 1).map(|v| v.to_string());
        let annex = desk.annex_of(row);
        let mut notes = Vec::new();
        if case.handling().problem.as_ref().is_some_and(|p| !p.seen) {
            notes.push(m.get("officer.has_problem").to_owned());
        }
        if row.interims > 0 {
            notes.push(m.get("officer.has_interim").to_owned());
        }
        ReportRowView {
            href: format!("/desk/reports/{}", case.number()),
            case: super::page::name(case),
            coach: case.opening().coach.clone(),
            ended: case.ending().map(|e| day(e.on)).unwrap_or_default(),
            outcome: case
                .ending()
                .map(|e| instance.label("outcome", &e.outcome, language).to_owned())
                .unwrap_or_default(),
            hours: case.work().hours_tenths.map(|h| Figure::tenths(h).told(language)).unwrap_or_default(),
            sent: match version {
                Some(version) => m.fill("officer.version", &[("date", &sent), ("version", &version)]),
                None => sent,
            },
            state,
            told: m.get(&format!("officer.state_{state}")).to_owned(),
            annex_closed: matches!(annex, Some(AnnexState::Closed { .. })),
            annex: match annex {
                None => String::new(),
                Some(AnnexState::Open { closes_on }) => m.fill("officer.annex_open", &[("date", &day(closes_on))]),
                Some(AnnexState::Closed { on }) => m.fill("officer.annex_closed", &[("date", &day(on))]),
            },
            notes,
        }
    }
}

/// The address of a list.
fn address(path: &str, query: &ReportQuery) -> String {
    let descending = if query.descending { "1" } else { "0" };
    let mut address = format!("{path}?tab={}&sort={}&desc={descending}", query.tab.code(), query.sort.code());
    for (name, value) in [("q", &query.words), ("outcome", &query.outcome)] {
        if !value.is_empty() {
            address.push_str(&format!("&{name}={}", escaped(value)));
        }
    }
    if query.offset > 0 {
        address.push_str(&format!("&page={}", query.offset / ROWS + 1));
    }
    address
}

/// The text as it stands in an address.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut told, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            told.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(told, "%{byte:02X}");
        }
        told
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_the_same_list_again() {
        let query =
            ReportQuery { words: "å & b=1".to_owned(), offset: 100, descending: true, ..ReportQuery::default() };
        let told = "/desk/reports?tab=new&sort=sent&desc=1&q=%C3%A5%20%26%20b%3D1&page=3";
        assert_eq!(address("/desk/reports", &query), told);
    }
}
