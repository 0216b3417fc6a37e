//! `GET /desk/cases`: the coach's cases as a sheet, and `GET /desk/cases.xlsx`: the same as a spreadsheet.

use super::{asked, encoded, page_of};
use crate::case::Stage;
use crate::desk::{CASES_A_PAGE, CaseList, CaseRow, NextStep};
use crate::render::{
    CaseRowView, CasesFilter, CasesView, ColumnHeading, FieldChoice, GoalView, Link, TabView, case_sheet,
};
use crate::serve::error::Failure;
use crate::serve::staff::Signed;
use crate::store::{CaseCounts, CaseQuery, CaseSort, CaseTab};
use crate::text::Messages;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Most characters that are searched for.
const SEARCH: usize = 60;
/// Most pages that are named below the list.
const PAGES: usize = 12;

pub(super) async fn show(signed: Signed, query: RawQuery) -> Result<Response, Failure> {
    let page = asked(&query, "page").parse().unwrap_or(1);
    let wanted = signed.query(&query);
    let list = signed.state.desk.case_list(&wanted, page).await;
    let list = list.map_err(|error| Failure::unavailable(&signed.state, &error))?;
    let view = signed.cases(&wanted, &list);
    Ok(signed.state.page(StatusCode::OK, "staff/cases.html", &view))
}

pub(super) async fn export(signed: Signed, query: RawQuery) -> Result<Response, Failure> {
    let desk = &signed.state.desk;
    let cases = desk.store.all_listed(&signed.query(&query)).await;
    let cases = cases.map_err(|error| Failure::unavailable(&signed.state, &error))?;
    let sheet = case_sheet(&cases, &desk.instance).map_err(|error| Failure::unavailable(&signed.state, &error))?;
    let name = format!("{}-{}.xlsx", signed.messages().get("coach.file"), desk.today());
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, sheet).into_response())
}

impl Signed {
    /// What an address asks for; what it asks amiss is left out.
    fn query(&self, query: &RawQuery) -> CaseQuery {
        let get = |name: &str| asked(query, name);
        let outcome = Some(get("outcome"))
            .filter(|code| self.state.desk.instance.dimension("outcome").is_some_and(|d| d.category(code).is_some()));
        CaseQuery {
            tab: CaseTab::from_code(&get("tab")).unwrap_or_default(),
            search: get("q").trim().chars().take(SEARCH).collect(),
            stage: Stage::from_code(&get("stage")),
            outcome,
            sort: CaseSort::from_code(&get("sort")).unwrap_or_default(),
            descending: get("dir") == "desc",
            ..self.state.desk.cases_of(&self.staff)
        }
    }

    fn cases(&self, query: &CaseQuery, list: &CaseList) -> CasesView {
        let (m, instance) = (self.messages(), &self.state.desk.instance);
        let narrowed = !query.search.is_empty() || query.stage.is_some() || query.outcome.is_some();
        let here = address(query, list.page, "/desk/cases");
        let rows = list.rows.iter().map(|row| self.row(row)).collect();
        let first = (list.page as usize - 1) * CASES_A_PAGE as usize;
        let (from, until) = (first + 1, first + list.rows.len());
        let range = m.fill(
            "coach.range",
            &[("from", &from.to_string()), ("until", &until.to_string()), ("all", &list.found.to_string())],
        );
        let columns = columns(query, m, instance.hour_cap);
        CasesView {
            frame: self.frame(m.get("staff.nav_cases"), &here),
            goal: GoalView::of(list.counts.of_everybody, instance, m),
            tabs: CaseTab::ALL.map(|tab| tab_view(tab, query, &list.counts, m)).to_vec(),
            filter: CasesFilter {
                tab: query.tab.code(),
                sort: query.sort.code(),
                direction: if query.descending { "desc" } else { "asc" },
                search: query.search.clone(),
                stages: self.stages(query),
                outcomes: self.outcomes(query),
                narrowed,
            },
            labels: columns.iter().map(|c| c.text.clone()).collect(),
            columns,
            rows,
            range,
            pages: pages(query, list, m),
            export: address(query, 1, "/desk/cases.xlsx"),
            everything: "/desk/cases",
            empty: list.counts.all == 0,
        }
    }

    fn row(&self, row: &CaseRow) -> CaseRowView {
        let base = page_of(&row.case);
        let next_href = match row.next {
            NextStep::AwaitOfficer | NextStep::Done => None,
            NextStep::Note => Some(format!("{base}#note")),
            NextStep::Invite => Some(format!("{base}/invite")),
            NextStep::End => Some(format!("{base}/end")),
            _ => Some(base),
        };
        let parties = row.parties.map(|p| (p.invited, p.answered));
        let next = (row.next.code(), next_href);
        CaseRowView::new(&row.case, parties, next, row.waiting, &self.state.desk.instance, self.messages())
    }

    fn stages(&self, query: &CaseQuery) -> Vec<FieldChoice> {
        let m = self.messages();
        let of = |stage: Stage| FieldChoice {
            value: stage.code().to_owned(),
            label: m.get(&format!("coach.stage_{}", stage.code())).to_owned(),
            chosen: query.stage == Some(stage),
        };
        let all = FieldChoice { label: m.get("coach.every_stage").to_owned(), ..FieldChoice::default() };
        std::iter::once(all).chain(Stage::ALL.map(of)).collect()
    }

    fn outcomes(&self, query: &CaseQuery) -> Vec<FieldChoice> {
        let m = self.messages();
        let known = self.state.desk.instance.dimension("outcome");
        let of = |c: &crate::instance::Category| FieldChoice {
            value: c.code.clone(),
            label: c.label.in_language(m.language()).to_owned(),
            chosen: query.outcome.as_ref() == Some(&c.code),
        };
        let all = FieldChoice { label: m.get("coach.every_outcome").to_owned(), ..FieldChoice::default() };
        std::iter::once(all).chain(known.into_iter().flat_map(|d| d.categories.iter().map(of))).collect()
    }
}

/// The address of a query; what is as it is without being asked for is left out.
fn address(query: &CaseQuery, page: u32, path: &str) -> String {
    let standard = CaseQuery::default();
    let mut pairs = Vec::new();
    if query.tab != standard.tab {
        pairs.push(format!("tab={}", query.tab.code()));
    }
    if !query.search.is_empty() {
        pairs.push(format!("q={}", encoded(&query.search)));
    }
    pairs.extend(query.stage.map(|s| format!("stage={}", s.code())));
    pairs.extend(query.outcome.as_ref().map(|code| format!("outcome={}", encoded(code))));
    if query.sort != standard.sort {
        pairs.push(format!("sort={}", query.sort.code()));
    }
    if query.descending {
        pairs.push("dir=desc".to_owned());
    }
    if page > 1 {
        pairs.push(format!("page={page}"));
    }
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

fn tab_view(tab: CaseTab, query: &CaseQuery, counts: &CaseCounts, m: Messages) -> TabView {
    let n = match tab {
        CaseTab::All => counts.all,
        CaseTab::Waiting => counts.waiting,
        CaseTab::Ongoing => counts.ongoing,
        CaseTab::Ended => counts.ended,
    };
    // A part is shown whole: what it was narrowed down by before may leave nothing of it.
    let whole = CaseQuery { tab, sort: query.sort, descending: query.descending, ..CaseQuery::default() };
    TabView {
        text: m.get(&format!("coach.tab_{}", tab.code())),
        href: address(&whole, 1, "/desk/cases"),
        n,
        current: tab == query.tab,
    }
}

fn columns(query: &CaseQuery, m: Messages, cap: u32) -> Vec<ColumnHeading> {
    let sorted = |key: &str, sort: CaseSort, numbers: bool| {
        let current = query.sort == sort;
        let turned = CaseQuery { sort, descending: current && !query.descending, ..query.clone() };
        ColumnHeading {
            text: m.fill(&format!("coach.column_{key}"), &[("cap", &cap.to_string())]),
            href: Some(address(&turned, 1, "/desk/cases")),
            sorted: current.then_some(if query.descending { "descending" } else { "ascending" }),
            numbers,
        }
    };
    let party = |key: &str| ColumnHeading {
        text: m.get(&format!("party.{key}")).to_owned(),
        href: None,
        sorted: None,
        numbers: false,
    };
    vec![
        sorted("number", CaseSort::Number, false),
        sorted("stage", CaseSort::Stage, false),
        sorted("started", CaseSort::Started, false),
        sorted("meetings", CaseSort::Meetings, true),
        sorted("hours", CaseSort::Hours, false),
        party("client"),
        party("employer"),
        party("community"),
        sorted("next", CaseSort::Urgency, false),
    ]
}

/// The pages around the one that is shown, and the first and the last.
fn pages(query: &CaseQuery, list: &CaseList, m: Messages) -> Vec<Link> {
    let last = list.found.div_ceil(CASES_A_PAGE as usize);
    if last < 2 {
        return Vec::new();
    }
    let here = list.page as usize;
    let near = |n: usize| n == 1 || n == last || n.abs_diff(here) < PAGES / 2;
    let link = |n: usize| Link {
        href: address(query, u32::try_from(n).unwrap_or(1), "/desk/cases"),
        text: m.fill("coach.page", &[("n", &n.to_string())]),
        current: n == here,
    };
    (1..=last).filter(|n| near(*n)).map(link).collect()
}
