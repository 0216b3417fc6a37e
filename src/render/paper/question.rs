//! How each question is answered with a pen: boxes to tick, lines and squares to write on.

use super::condition::{Conditions, Place, Reading};
use crate::content::{Piece, pieces};
use crate::form::{Choice, Form, Kind, Question, Visibility};
use crate::submission::RawAnswers;
use crate::text::{Messages, Text};
use serde::Serialize;
use std::collections::BTreeMap;

/// Characters of writing by hand that a line holds.
const LINE: usize = 100;
/// Most lines for one answer.
const LINES: usize = 8;
/// Fewest and most items of a group on paper.
const ITEMS: (usize, usize) = (2, 4);
/// Digits that get squares of their own; longer numbers get a line.
const DIGITS: usize = 4;
/// Longest label, in characters, of choices that stand five, four, three or two beside each other.
const COLUMNS: [(usize, usize); 4] = [(5, 13), (4, 18), (3, 26), (2, 44)];

/// A box to tick.
#[derive(Clone, Debug, Serialize)]
struct Tick {
    /// Its place among the choices; none where the label is a number itself.
    number: Option<usize>,
    code: String,
    label: String,
    ticked: bool,
}

/// Where the answer goes.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "control", rename_all = "snake_case")]
enum Control {
    /// Boxes; round ones where one is chosen.
    Boxes { round: bool, columns: usize, ticks: Vec<Tick> },
    /// Boxes in one row with the labels below them, what stands apart at its end.
    Steps { ticks: Vec<Tick>, apart: Vec<Tick>, low: Option<String>, high: Option<String> },
    /// Lines to write on.
    Lines { lines: usize },
    /// A line, in millimetres, with what is said after it.
    Line { width: u32, unit: Option<String> },
    /// Squares for digits, in groups with a sign between them.
    Digits { groups: Vec<usize>, sign: &'static str, unit: Option<String> },
    /// The same questions for several things.
    Items { items: Vec<Item>, more: Option<&'static str> },
    /// A text to read.
    Information { pieces: Vec<Piece> },
    /// Lines to sign on, each with what is written there.
    Signature { name: &'static str, signature: &'static str, day: &'static str },
}

#[derive(Clone, Debug, Serialize)]
struct Item {
    heading: String,
    questions: Vec<QuestionView>,
}

/// A question on paper.
#[derive(Clone, Debug, Serialize)]
pub(super) struct QuestionView {
    id: String,
    number: Option<String>,
    text: String,
    required: Option<&'static str>,
    /// When to answer, where not everybody does.
    condition: Option<String>,
    /// Help, one sentence after the other.
    hints: Vec<String>,
    /// What is known already, for answers that are written.
    value: Option<String>,
    #[serde(flatten)]
    control: Control,
}

/// The numbers of all questions that are asked on the paper, in its order.
pub(super) fn places(form: &Form) -> BTreeMap<String, Place> {
    let (mut places, mut count) = (BTreeMap::new(), 0_usize);
    for (section, page) in form.pages().iter().enumerate() {
        for q in page.questions.iter().filter(|q| !q.retired && q.asks()) {
            count += 1;
            places.insert(q.id.clone(), Place { number: count.to_string(), section });
            let inner = q.questions.iter().filter(|i| !i.retired && i.asks());
            for (letter, inner) in ('a'..='z').zip(inner) {
                places.insert(inner.id.clone(), Place { number: format!("{count} {letter}"), section });
            }
        }
    }
    places
}

/// What makes questions for paper.
pub(super) struct Asking<'a> {
    pub(super) conditions: Conditions<'a>,
    pub(super) places: &'a BTreeMap<String, Place>,
    pub(super) known: &'a RawAnswers,
    pub(super) m: Messages,
}

impl Asking<'_> {
    /// The question; none when it is retired, or not asked on this case.
    pub(super) fn question(&self, q: &Question, field: &str, section: usize) -> Option<QuestionView> {
        if q.retired {
            return None;
        }
        let condition = match self.conditions.reading(q.ask_if.as_ref(), section) {
            Reading::Never => return None,
            Reading::Always => None,
            Reading::If(clause) => {
                let key = if q.asks() { "paper.answer_if" } else { "paper.concerns_if" };
                Some(self.m.fill(key, &[("condition", &clause)]))
            }
        };
        let written = q.choices.is_empty().then(|| self.known.get(field).and_then(|v| v.first())).flatten();
        let number = self.places.get(&q.id).filter(|_| q.asks()).map(|p| p.number.clone());
        Some(QuestionView {
            id: q.id.clone(),
            // Within an item, its letter is enough.
            number: number.map(|n| n.split_once(' ').map_or(n.clone(), |(_, letter)| letter.to_owned())),
            text: if q.kind == Kind::Information { String::new() } else { self.told(&q.text) },
            required: q.required.then(|| self.m.get("form.required")),
            condition,
            hints: self.hints(q, written.is_some() || self.known.contains_key(field)),
            value: written.cloned(),
            control: self.control(q, field, section),
        })
    }

    fn told(&self, text: &Text) -> String {
        text.in_language(self.m.language()).to_owned()
    }

    fn hints(&self, q: &Question, known: bool) -> Vec<String> {
        let mut hints: Vec<String> = q.hint.iter().map(|h| self.told(h)).collect();
        if q.kind == Kind::Many {
            match q.choose {
                Some((least, most)) if most < q.choices.len() => {
                    let key = if least > 1 { "paper.choose_between" } else { "paper.choose_at_most" };
                    hints.push(self.m.fill(key, &[("least", &least.to_string()), ("most", &most.to_string())]));
                }
                Some((least, _)) if least > 1 => {
                    hints.push(self.m.fill("paper.choose_at_least", &[("least", &least.to_string())]));
                }
                _ if hints.is_empty() => hints.push(self.m.get("paper.choose_many").to_owned()),
                _ => {}
            }
        }
        if q.visibility == Visibility::Statistics && q.asks() {
            hints.push(self.m.get("form.only_counted").to_owned());
        }
        if known {
            hints.push(self.m.get("form.prefilled").to_owned());
        }
        hints
    }

    fn control(&self, q: &Question, field: &str, section: usize) -> Control {
        let unit = || q.unit.as_ref().map(|u| self.told(u));
        match &q.kind {
            Kind::One | Kind::YesNo | Kind::Agreement(3) => self.boxes(q, field, true),
            Kind::Many | Kind::Consent => self.boxes(q, field, false),
            Kind::Agreement(_) => {
                Control::Steps { ticks: self.ticks(q, field, |_| true), apart: Vec::new(), low: None, high: None }
            }
            Kind::Grade | Kind::Scale { .. } => self.scale(q, field),
            Kind::Text(_) if q.short => Control::Line { width: 120, unit: None },
            Kind::Text(longest) => Control::Lines { lines: longest.div_ceil(LINE).clamp(1, LINES) },
            Kind::Number { min, max, decimals } => {
                let digits = max.max(min).to_string().len();
                if digits > DIGITS || *min < 0 {
                    return Control::Line { width: 40, unit: unit() };
                }
                let decimals = usize::from(*decimals);
                let groups = if decimals == 0 { vec![digits] } else { vec![digits, decimals] };
                Control::Digits { groups, sign: ",", unit: unit() }
            }
            Kind::Date => {
                let told = self.m.get("paper.date_squares").to_owned();
                Control::Digits { groups: vec![2, 2, 4], sign: ".", unit: Some(told) }
            }
            Kind::Month => {
                let told = self.m.get("paper.month_squares").to_owned();
                Control::Digits { groups: vec![2, 4], sign: "/", unit: Some(told) }
            }
            Kind::Email => Control::Line { width: 100, unit: None },
            Kind::Phone => Control::Line { width: 60, unit: None },
            Kind::Information => Control::Information { pieces: pieces(&self.told(&q.text)) },
            Kind::Signature => Control::Signature {
                name: self.m.get("paper.name"),
                signature: self.m.get("paper.signature"),
                day: self.m.get("paper.day"),
            },
            Kind::Group { min, max } => {
                let shown = (*min).clamp(ITEMS.0, ITEMS.1).min(*max);
                let name = q.item.as_ref().map(|t| self.told(t)).unwrap_or_default();
                let asked = |n: usize| {
                    q.questions.iter().filter_map(move |i| self.question(i, &q.field(n, &i.id), section)).collect()
                };
                let item = |n: usize| Item { heading: format!("{name} {n}"), questions: asked(n) };
                let more = (shown < *max).then(|| self.m.get("paper.more_items"));
                Control::Items { items: (1..=shown).map(item).collect(), more }
            }
        }
    }

    /// The boxes of the choices that `wanted` names, numbered among all.
    fn ticks(&self, q: &Question, field: &str, wanted: impl Fn(&Choice) -> bool) -> Vec<Tick> {
        let chosen = self.known.get(field).map_or(&[][..], Vec::as_slice);
        let tick = |(i, c): (usize, &Choice)| {
            let label = self.told(&c.label);
            Tick {
                number: (!label.starts_with(&c.code) || c.apart).then_some(i + 1),
                code: c.code.clone(),
                label,
                ticked: chosen.contains(&c.code),
            }
        };
        q.offered().enumerate().filter(|(_, c)| wanted(c)).map(tick).collect()
    }

    fn boxes(&self, q: &Question, field: &str, round: bool) -> Control {
        let mut ticks = self.ticks(q, field, |_| true);
        if q.kind == Kind::Consent {
            for tick in &mut ticks {
                tick.number = None;
            }
        }
        let longest = ticks.iter().map(|t| t.label.chars().count()).max().unwrap_or(0);
        let fitting = COLUMNS.iter().find(|(_, most)| longest <= *most).map_or(1, |(columns, _)| *columns);
        // Rows of even length read more easily: six choices stand in two rows of three.
        let rows = ticks.len().div_ceil(fitting).max(1);
        // A single row keeps its boxes where those of other questions are.
        let columns = if rows == 1 { fitting.min(4).max(ticks.len()) } else { ticks.len().div_ceil(rows) };
        Control::Boxes { round, columns, ticks }
    }

    /// Steps show their numbers; the words of the ends stand below them.
    fn scale(&self, q: &Question, field: &str) -> Control {
        let mut ticks = self.ticks(q, field, |c| !c.apart);
        let mut ends = ticks.iter().map(|t| t.label.split_once(" – ").map(|(_, words)| words.to_owned()));
        let (low, high) = (ends.next().flatten(), ends.next_back().flatten());
        for tick in &mut ticks {
            tick.label.clone_from(&tick.code);
        }
        let mut apart = self.ticks(q, field, |c| c.apart);
        for tick in &mut apart {
            tick.number = None;
        }
        Control::Steps { ticks, apart, low, high }
    }
}
