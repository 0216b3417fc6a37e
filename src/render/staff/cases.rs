//! A coach's list of cases.

use super::StaffFrame;
use super::field::FieldChoice;
use super::meter::{HoursView, Meter};
use crate::case::{CaseFile, Stage};
use crate::instance::Instance;
use crate::render::page::Link;
use crate::text::{Messages, told_date};
use serde::Serialize;

/// How a party stands, for a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct PartyCell {
    label: &'static str,
    /// `none`, `sent` or `done`; colleagues have a number instead.
    icon: Option<&'static str>,
    told: String,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseRowView {
    href: String,
    number: String,
    /// The number of ours, where the row shows the sheet's.
    ours: Option<String>,
    stage: String,
    started: String,
    meetings: String,
    hours: Option<HoursView>,
    parties: Vec<PartyCell>,
    next: String,
    next_href: Option<String>,
    mine: bool,
}

impl CaseRowView {
    /// A case with the invited and answered of client, employer and community, what comes next by its code in the
    /// catalogue, and where that leads.
    #[must_use]
    pub fn new(
        case: &CaseFile,
        parties: [(usize, usize); 3],
        (next, next_href): (&str, Option<String>),
        mine: bool,
        instance: &Instance,
        m: Messages,
    ) -> Self {
        let ours = case.number().to_string();
        let own = case.imported_number().map(str::to_owned);
        let [client, employer, (invited, answered)] = parties;
        let one = |party: &str, (invited, answered): (usize, usize)| {
            let icon = match (invited, answered) {
                (0, _) => "none",
                (_, 0) => "sent",
                _ => "done",
            };
            let told = m.get(&format!("coach.party_{icon}")).to_owned();
            PartyCell { label: m.get(&format!("party.{party}")), icon: Some(icon), told }
        };
        let colleagues = match (invited, answered) {
            (0, _) => m.get("coach.party_none").to_owned(),
            (_, 1) => m.get("coach.answers_one").to_owned(),
            (_, n) => m.fill("coach.answers", &[("n", &n.to_string())]),
        };
        let colleagues = PartyCell { label: m.get("party.community"), icon: None, told: colleagues };
        Self {
            href: format!("/desk/cases/{ours}"),
            stage: stage(case, instance, m),
            started: told_date(case.opening().coaching_started, m.language()),
            meetings: case.work().meetings.map_or_else(|| "-".to_owned(), |n| n.to_string()),
            hours: HoursView::of(case, instance.hour_cap, m),
            parties: vec![one("client", client), one("employer", employer), colleagues],
            next: m.get(&format!("coach.next_{next}")).to_owned(),
            next_href,
            mine,
            number: own.clone().unwrap_or_else(|| ours.clone()),
            ours: own.is_some().then_some(ours),
        }
    }
}

/// How far a case has come, in a few words.
pub(super) fn stage(case: &CaseFile, instance: &Instance, m: Messages) -> String {
    let outcome = case.ending().map_or("", |e| instance.label("outcome", &e.outcome, m.language()));
    let lower = |text: &str| {
        let mut letters = text.chars();
        letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
    };
    match case.stage() {
        Stage::Ongoing => m.get("coach.stage_ongoing").to_owned(),
        stage => m.fill(&format!("coach.row_{}", stage.code()), &[("outcome", &lower(outcome))]),
    }
}

/// The heading of a column, which sorts by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnHeading {
    /// Its words.
    pub text: String,
    /// Where it sorts; none of columns that cannot be sorted.
    pub href: Option<String>,
    /// `ascending` or `descending` where the list is sorted by it.
    pub sorted: Option<&'static str>,
    /// True for numbers.
    pub numbers: bool,
}

/// A part of the list with how many cases it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TabView {
    /// Its words.
    pub text: &'static str,
    /// Its address.
    pub href: String,
    /// Cases in it.
    pub n: usize,
    /// True for the one that is shown.
    pub current: bool,
}

/// How many clients there are beside how many were promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GoalView {
    n: usize,
    told: String,
    value: u32,
    meter: Meter,
}

impl GoalView {
    /// Against the first number that palaute.yaml promises.
    #[must_use]
    pub fn of(n: usize, instance: &Instance, m: Messages) -> Option<Self> {
        let target = &instance.targets.first()?.value;
        let value = target.value.to_string();
        let label = target.label.in_language(m.language());
        let told = m.fill("coach.goal", &[("target", &value), ("label", label)]);
        let meter = Meter::with_room(i64::try_from(n).unwrap_or(i64::MAX), i64::from(target.value));
        Some(Self { n, told, value: target.value, meter })
    }
}

/// What the list is narrowed down by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CasesFilter {
    /// The part, kept while searching.
    pub tab: &'static str,
    /// The order, kept while searching.
    pub sort: &'static str,
    /// Its direction.
    pub direction: &'static str,
    /// What was searched for.
    pub search: String,
    /// Stages to choose from.
    pub stages: Vec<FieldChoice>,
    /// Outcomes to choose from.
    pub outcomes: Vec<FieldChoice>,
    /// True when something is narrowed down.
    pub narrowed: bool,
}

/// The page.
#[derive(Clone, Debug, Serialize)]
pub struct CasesView {
    /// The frame.
    pub frame: StaffFrame,
    /// What was promised.
    pub goal: Option<GoalView>,
    /// The parts.
    pub tabs: Vec<TabView>,
    /// What it is narrowed down by.
    pub filter: CasesFilter,
    /// The columns.
    pub columns: Vec<ColumnHeading>,
    /// The rows.
    pub rows: Vec<CaseRowView>,
    /// Which rows these are, of how many.
    pub range: String,
    /// The pages, when there are several.
    pub pages: Vec<Link>,
    /// Where the list is had as a spreadsheet.
    pub export: String,
    /// Where everything is shown again.
    pub everything: &'static str,
    /// True when the coach has no case at all.
    pub empty: bool,
    /// The headings that a small screen says before each value.
    pub labels: Vec<String>,
}
