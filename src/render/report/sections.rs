//! The summary and the six sections in words.

use super::block::{Column, Width};
use super::{Block, Cell, Fact, Section, Words};
use crate::report::{ClosingReport, Coded, NextAction};
use crate::text::{Messages, told_date, told_number};
use jiff::civil::Date;

/// The length of the bar of hours.
const WHOLE: i64 = 1000;

pub(super) struct Sections<'a> {
    pub(super) report: &'a ClosingReport,
    pub(super) m: Messages,
}

impl Sections<'_> {
    /// What an officer reads first.
    pub(super) fn summary(&self) -> Vec<Cell> {
        let summary = &self.report.summary;
        let cell = |key: &str, value: Option<String>, note: Option<String>| Cell {
            label: self.m.get(key).to_owned(),
            value: self.words(value),
            note: note.map(|n| Words::new(&n)),
        };
        let period = format!("{}–{}", self.day(summary.from), self.day(summary.to));
        let goals = summary.goals.filter(|g| g.all > 0);
        let reached = goals
            .map(|g| self.m.fill("report.goals_fully", &[("n", &g.fully.to_string()), ("all", &g.all.to_string())]));
        let partly =
            goals.filter(|g| g.partly > 0).map(|g| self.m.fill("report.goals_partly", &[("n", &g.partly.to_string())]));
        let began = self.report.achievement.outcome_on.map(|d| self.day(d));
        let consent = summary
            .follow_up_consent
            .map(|consent| self.m.get(if consent { "report.follow_up_yes" } else { "report.follow_up_no" }).to_owned());
        let follow_up_on = summary.follow_up_on.filter(|_| summary.follow_up_consent == Some(true));
        let next = summary.next.as_ref();
        // Agreed actions whose days are all past are no next step, and not unrecorded either.
        let all_past = next.is_none() && self.report.plan.next.as_ref().is_some_and(|actions| !actions.is_empty());
        let past = all_past.then(|| self.m.get("report.next_past").to_owned());
        vec![
            cell("report.outcome", Some(summary.outcome.label.clone()), began),
            cell("report.period", Some(period), None),
            cell("report.hours", self.hours(), None),
            cell("report.meetings", summary.meetings.map(|n| n.to_string()), None),
            cell("report.goals_reached", reached, partly),
            cell("report.next_step", next.map(|n| n.action.clone()).or(past), next.and_then(|n| self.who_and_by(n))),
            cell("report.follow_up", consent, follow_up_on.map(|d| self.day(d))),
        ]
    }

    pub(super) fn all(&self) -> Vec<Section> {
        let bodies = [self.background(), self.goals(), self.achievement(), self.coaching(), self.course(), self.plan()];
        let section = |(number, blocks)| Section {
            number: Some(number),
            level: 2,
            title: self.m.get(&format!("report.section_{number}")).to_owned(),
            blocks,
        };
        (1..).zip(bodies).map(section).collect()
    }

    fn day(&self, date: Date) -> String {
        told_date(date, self.m.language())
    }

    fn words(&self, value: Option<String>) -> Words {
        value.map_or_else(|| Words::quiet(self.m.get("report.not_recorded")), |v| Words::new(&v))
    }

    fn fact(&self, key: &str, value: Option<String>) -> Fact {
        Fact::new(self.m.get(&format!("report.{key}")), self.words(value))
    }

    fn facts(&self, rows: Vec<(&str, Option<String>)>) -> Block {
        Block::Facts { rows: rows.into_iter().map(|(key, value)| self.fact(key, value)).collect(), short: false }
    }

    fn short_facts(&self, rows: Vec<(&str, Option<String>)>) -> Block {
        Block::Facts { rows: rows.into_iter().map(|(key, value)| self.fact(key, value)).collect(), short: true }
    }

    fn column(&self, key: &str, width: Width) -> Column {
        Column::new(self.m.get(&format!("report.{key}")), width)
    }

    fn yes_no(&self, value: bool) -> String {
        self.m.get(if value { "scale.yes" } else { "scale.no" }).to_owned()
    }

    fn hours(&self) -> Option<String> {
        let coaching = &self.report.coaching;
        let key = if coaching.over_cap { "report.hours_over" } else { "report.hours_within" };
        let hours = told_number(coaching.hours.as_ref()?, self.m.language());
        Some(self.m.fill(key, &[("hours", &hours), ("cap", &coaching.hour_cap.to_string())]))
    }

    fn who_and_by(&self, next: &NextAction) -> Option<String> {
        let by = next.by.map(|d| self.m.fill("report.by", &[("date", &self.day(d))]));
        let parts: Vec<String> = next.who.iter().map(|w| w.label.clone()).chain(by).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    fn background(&self) -> Vec<Block> {
        let b = &self.report.background;
        let profiles = self.facts(vec![("profiles", list(b.profiles.as_deref()))]);
        let short = self.short_facts(vec![
            ("client_since", Some(self.day(b.client_since))),
            ("coaching_started", Some(self.day(b.coaching_started))),
            ("municipality", b.municipality.clone()),
            ("age_group", label(b.age_group.as_ref())),
            ("unemployment", label(b.unemployment.as_ref())),
            ("education", label(b.education.as_ref())),
        ]);
        vec![profiles, short, self.facts(vec![("start_text", b.text.clone())])]
    }

    fn goals(&self) -> Vec<Block> {
        let Some(goals) = self.report.goals.as_deref().filter(|g| !g.is_empty()) else {
            return vec![self.facts(vec![("goals", None)])];
        };
        let rows = (1..).zip(goals).map(|(n, goal): (usize, _)| {
            let parts: Vec<&str> =
                goal.changed_to.iter().map(|c| c.label.as_str()).chain(goal.why.as_deref()).collect();
            let change = match (parts.is_empty(), goal.changed) {
                (false, _) => parts.join(": "),
                (true, None) => self.m.get("report.not_recorded").to_owned(),
                (true, Some(_)) => self.m.get("report.unchanged").to_owned(),
            };
            let set_on = goal.set_on.map(|d| self.day(d));
            vec![Words::new(&format!("{n}. {}", goal.kind.label)), self.words(set_on), Words::new(&change)]
        });
        let columns = vec![
            self.column("goal", Width::Wide),
            self.column("set_on", Width::Narrow),
            self.column("change", Width::Wide),
        ];
        vec![Block::Table {
            caption: self.m.get("report.goals").to_owned(),
            columns,
            rows: rows.collect(),
            listed: false,
        }]
    }

    fn achievement(&self) -> Vec<Block> {
        let a = &self.report.achievement;
        let goals = match a.goals.as_deref().filter(|g| !g.is_empty()) {
            None => vec![self.fact("goals_reached", None)],
            Some(goals) => {
                let goal = |(n, goal): (usize, &crate::report::GoalReached)| {
                    Fact::new(
                        &self.m.fill("report.goal_n", &[("n", &n.to_string())]),
                        self.words(goal.reached.as_ref().map(|r| format!("{} ({})", r.label, goal.goal.label))),
                    )
                };
                (1..).zip(goals).map(goal).collect()
            }
        };
        let outcome = match a.outcome_on {
            Some(on) => format!("{}, {}", a.outcome.label, self.day(on)),
            None => a.outcome.label.clone(),
        };
        let subsidies = match &a.subsidies {
            Some(subsidies) => ("subsidies", list(Some(subsidies))),
            None => ("pay_subsidy", a.pay_subsidy.map(|p| self.yes_no(p))),
        };
        let ending = self.short_facts(vec![
            ("outcome", Some(outcome)),
            ("contract", label(a.contract.as_ref())),
            ("field", a.field.clone()),
            ("ended_on", Some(self.day(a.ended_on))),
            subsidies,
        ]);
        vec![Block::Facts { rows: goals, short: false }, ending]
    }

    fn coaching(&self) -> Vec<Block> {
        let c = &self.report.coaching;
        let mut blocks: Vec<Block> = self.meter().into_iter().collect();
        let count = |n: Option<u32>| n.map(|n| n.to_string());
        blocks.push(self.short_facts(vec![
            ("hours", self.hours()),
            ("meetings", count(c.meetings)),
            ("work_trials", count(c.work_trials)),
        ]));
        if c.over_cap {
            blocks.push(self.facts(vec![("over_cap_reason", c.over_cap_reason.clone())]));
        }
        let Some(phases) = &c.phases else {
            blocks.push(self.facts(vec![("phases", None)]));
            return blocks;
        };
        let row = |p: &crate::report::Phase| {
            // A phase that there was none of has no methods to record.
            let none = p.amount.as_ref().is_some_and(|a| a.code == "none") && p.methods.is_empty();
            let methods = if none { Words::new("–") } else { self.words(list(Some(&p.methods))) };
            vec![Words::new(&p.phase.label), self.words(label(p.amount.as_ref())), methods]
        };
        let columns = vec![
            self.column("phase", Width::Narrow),
            self.column("amount", Width::Narrow),
            self.column("methods", Width::Widest),
        ];
        let caption = self.m.get("report.phases").to_owned();
        blocks.push(Block::Table { caption, columns, rows: phases.iter().map(row).collect(), listed: false });
        blocks
    }

    /// None where no hours are recorded or none are allowed.
    fn meter(&self) -> Option<Block> {
        let c = &self.report.coaching;
        let tenths: i64 = c.hours.as_ref()?.replace('.', "").parse().ok()?;
        let cap = i64::from(c.hour_cap) * 10;
        let whole = tenths.max(cap).max(1);
        Some(Block::Meter {
            alt: self.m.fill("report.meter", &[("hours", &self.hours()?)]),
            label: self.m.fill("report.cap", &[("cap", &c.hour_cap.to_string())]),
            used: tenths * WHOLE / whole,
            cap: cap * WHOLE / whole,
            over: c.over_cap,
        })
    }

    fn course(&self) -> Vec<Block> {
        let c = &self.report.course;
        vec![self.facts(vec![
            ("barriers", list(c.barriers.as_deref())),
            ("challenges", c.challenges.clone()),
            ("successes", c.successes.clone()),
            ("feedback_talks", c.feedback_talks.clone()),
        ])]
    }

    fn plan(&self) -> Vec<Block> {
        let p = &self.report.plan;
        let consent = p.follow_up_consent.map(|consent| match p.follow_up_on.filter(|_| consent) {
            Some(on) => self.m.fill("report.follow_up_on", &[("date", &self.day(on))]),
            None => self.yes_no(consent),
        });
        let Some(next) = p.next.as_deref().filter(|n| !n.is_empty()) else {
            return vec![self.facts(vec![("next", None), ("follow_up_consent", consent)])];
        };
        let row = |n: &NextAction| {
            vec![Words::new(&n.action), self.words(label(n.who.as_ref())), self.words(n.by.map(|d| self.day(d)))]
        };
        let columns = vec![
            self.column("action", Width::Widest),
            self.column("who", Width::Narrow),
            self.column("by_when", Width::Narrow),
        ];
        let caption = self.m.get("report.next").to_owned();
        vec![
            Block::Table { caption, columns, rows: next.iter().map(row).collect(), listed: false },
            self.facts(vec![("follow_up_consent", consent)]),
        ]
    }
}

fn label(coded: Option<&Coded>) -> Option<String> {
    coded.map(|c| c.label.clone())
}

/// Labels after one another; an empty list was not recorded.
fn list(values: Option<&[Coded]>) -> Option<String> {
    let values = values.filter(|v| !v.is_empty())?;
    let labels = values.iter().enumerate().map(|(i, c)| if i == 0 { c.label.clone() } else { lower(&c.label) });
    Some(labels.collect::<Vec<_>>().join(", "))
}

/// The label inside a sentence: an ordinary first letter becomes small, an abbreviation stays.
fn lower(label: &str) -> String {
    let mut chars = label.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => label.to_owned(),
    }
}
