//! The closing report as HTML and JSON.

use super::{RenderError, Renderer, STYLE};
use crate::report::{ClosingReport, Coded, ReportName};
use crate::text::{Language, Messages, finnish_date, finnish_number};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
struct Row {
    label: &'static str,
    value: String,
    /// False when it was not recorded, which is then said in a quieter voice.
    recorded: bool,
}

#[derive(Serialize)]
struct Section {
    number: usize,
    title: &'static str,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct PartyRow {
    party: &'static str,
    status: String,
}

#[derive(Serialize)]
struct View<'a> {
    lang: &'static str,
    t: &'static Value,
    style: &'static str,
    name: String,
    written_on: String,
    report: &'a ClosingReport,
    summary: Vec<Row>,
    sections: Vec<Section>,
    parties: Vec<PartyRow>,
}

#[derive(Serialize)]
struct File<'a> {
    name: String,
    written_on: Date,
    #[serde(flatten)]
    report: &'a ClosingReport,
}

/// The report as JSON: codes and labels, `null` where nothing was recorded.
#[must_use]
pub fn closing_report_json(report: &ClosingReport, name: &ReportName, written_on: Date) -> String {
    let mut text =
        serde_json::to_string_pretty(&File { name: name.to_string(), written_on, report }).unwrap_or_default();
    text.push('\n');
    text
}

struct Rows(Messages);

impl Rows {
    fn row(&self, key: &str, value: Option<String>) -> Row {
        let recorded = value.is_some();
        let value = value.unwrap_or_else(|| self.0.get("report.not_recorded").to_owned());
        Row { label: self.0.get(&format!("report.{key}")), value, recorded }
    }

    fn coded(&self, key: &str, value: Option<&Coded>) -> Row {
        self.row(key, value.map(|c| c.label.clone()))
    }

    fn list(&self, key: &str, values: Option<&[Coded]>) -> Row {
        self.row(key, values.map(|v| v.iter().map(|c| c.label.as_str()).collect::<Vec<_>>().join(", ")))
    }

    fn yes_no(&self, key: &str, value: Option<bool>) -> Row {
        self.row(key, value.map(|v| self.0.get(if v { "scale.yes" } else { "scale.no" }).to_owned()))
    }

    fn hours(&self, report: &ClosingReport) -> Row {
        let cap = report.coaching.hour_cap.to_string();
        let key = if report.coaching.over_cap { "report.hours_over" } else { "report.hours_within" };
        let told =
            report.coaching.hours.as_ref().map(|h| self.0.fill(key, &[("hours", &finnish_number(h)), ("cap", &cap)]));
        self.row("hours", told)
    }
}

/// The report as one HTML file with its style inside, so that it can be kept and opened anywhere.
///
/// # Errors
/// When a template of the instance names something the report does not have.
pub fn closing_report_html(
    renderer: &Renderer,
    report: &ClosingReport,
    name: &ReportName,
    written_on: Date,
    language: Language,
) -> Result<String, RenderError> {
    let m = Messages::of(language);
    let rows = Rows(m);
    let day = |d: Date| Some(finnish_date(d));
    let period =
        format!("{}–{}", finnish_date(report.background.coaching_started), finnish_date(report.achievement.ended_on));
    let count = |n: Option<u32>| n.map(|n| n.to_string());
    let summary = vec![
        rows.coded("outcome", Some(&report.achievement.outcome)),
        rows.row("period", Some(period)),
        rows.hours(report),
        rows.row("meetings", count(report.coaching.meetings)),
    ];
    let (background, achievement, coaching) = (&report.background, &report.achievement, &report.coaching);
    let mut coaching_rows = vec![
        rows.hours(report),
        rows.row("meetings", count(coaching.meetings)),
        rows.row("work_trials", count(coaching.work_trials)),
        rows.list("phases", coaching.phases.as_deref()),
    ];
    if coaching.over_cap {
        coaching_rows.insert(1, rows.row("over_cap_reason", coaching.over_cap_reason.clone()));
    }
    let goals = report.goals.as_ref().map(|g| {
        g.iter().map(|g| format!("{} ({})", g.kind.label, finnish_date(g.set_on))).collect::<Vec<_>>().join("; ")
    });
    let bodies = vec![
        vec![
            rows.list("profiles", background.profiles.as_deref()),
            rows.row("client_since", day(background.client_since)),
            rows.row("coaching_started", day(background.coaching_started)),
            rows.row("municipality", background.municipality.clone()),
            rows.coded("age_group", background.age_group.as_ref()),
            rows.coded("unemployment", background.unemployment.as_ref()),
            rows.coded("education", background.education.as_ref()),
        ],
        vec![rows.row("goals", goals)],
        vec![
            rows.coded("outcome", Some(&achievement.outcome)),
            rows.row("ended_on", day(achievement.ended_on)),
            rows.row("field", achievement.field.clone()),
            rows.coded("contract", achievement.contract.as_ref()),
            rows.yes_no("pay_subsidy", achievement.pay_subsidy),
        ],
        coaching_rows,
        vec![
            rows.list("barriers", report.course.barriers.as_deref()),
            rows.row("successes", report.course.successes.clone()),
            rows.row("feedback_talks", report.course.feedback_talks.clone()),
        ],
        vec![
            rows.row("next", report.plan.next.as_ref().map(|n| n.join("; "))),
            rows.yes_no("follow_up_consent", report.plan.follow_up_consent),
        ],
    ];
    let sections = (1..).zip(bodies).map(|(number, rows)| Section {
        number,
        title: m.get(&format!("report.section_{number}")),
        rows,
    });
    let parties = report.responses.iter().map(|r| PartyRow {
        party: m.get(&format!("party.{}", r.party.code())),
        status: match (r.invited, r.answered) {
            (0, _) => m.get("report.not_invited").to_owned(),
            (_, 0) => m.get("report.not_answered").to_owned(),
            (invited, answered) => {
                m.fill("report.answered", &[("answered", &answered.to_string()), ("invited", &invited.to_string())])
            }
        },
    });
    let view = View {
        lang: language.code(),
        t: m.tree(),
        style: STYLE,
        name: name.to_string(),
        written_on: finnish_date(written_on),
        report,
        summary,
        sections: sections.collect(),
        parties: parties.collect(),
    };
    renderer.fill("report/closing.html", &view)
}
