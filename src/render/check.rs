//! The page on which a respondent checks the answers before they are sent.

use super::form::FormFrame;
use crate::form::{Form, FormPage, Question};
use crate::report::Doubt;
use crate::submission::{Answer, Answers, Submission};
use crate::text::{Figure, Language, Messages, told_date, told_month, told_number};
use serde::Serialize;

/// One line of the check page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnswerRow {
    /// The question.
    pub question: String,
    /// The answer in words, line by line; empty when there is none.
    pub lines: Vec<String>,
    /// The items of a group; a question that has them has no lines.
    pub items: Vec<AnswerItem>,
}

/// One item of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnswerItem {
    /// Its name and number.
    pub heading: String,
    /// Its questions and answers.
    pub rows: Vec<AnswerRow>,
}

#[derive(Clone, Debug, Serialize)]
struct AnswerSection {
    title: String,
    /// The page to change it on, counted from 1; none when everything stands on one screen.
    page: Option<usize>,
    /// The words of the button that leads there, for whoever hears it alone.
    change: String,
    rows: Vec<AnswerRow>,
}

#[derive(Clone, Debug, Serialize)]
struct Field {
    name: String,
    value: String,
}

/// The answers before they are sent.
#[derive(Clone, Debug, Serialize)]
pub struct CheckView {
    frame: FormFrame,
    nonce: String,
    title: &'static str,
    send: &'static str,
    change: &'static str,
    send_note: &'static str,
    answered: String,
    /// What seems odd; it may be sent all the same.
    doubts: Vec<String>,
    /// Questions whose answers fell away because of another answer.
    dropped: Vec<String>,
    sections: Vec<AnswerSection>,
    fields: Vec<Field>,
}

impl CheckView {
    /// Shows what was understood; the same answers travel on in hidden fields. `dropped` are questions whose answers
    /// the respondent gave and that are not asked any more.
    #[must_use]
    pub fn new(
        frame: FormFrame,
        form: &Form,
        nonce: &str,
        submission: &Submission,
        doubts: &[Doubt],
        (paged, dropped): (bool, &[String]),
        language: Language,
    ) -> Self {
        let m = Messages::of(language);
        // What was ticked beforehand is no answer of the respondent's, and is not missed either.
        let asked = |q: &Question| q.asks() && submission.was_asked(&q.id);
        let own = || form.questions().filter(|q| q.default.is_none() && asked(q));
        let total = own().count();
        let answered = match own().filter(|q| submission.answer(&q.id).is_some()).count() {
            0 => m.get("form.answered_none").to_owned(),
            n if n == total => m.get("form.answered_all").to_owned(),
            n => m.fill("form.answered", &[("n", &n.to_string()), ("total", &total.to_string())]),
        };
        let words = |key: &str| {
            let report = if form.is_closing_report() { "_report" } else { "" };
            m.get(&format!("form.{key}{report}"))
        };
        let section = |(n, p): (usize, &FormPage)| {
            let title = p.title.in_language(language).to_owned();
            AnswerSection {
                page: paged.then_some(n),
                change: m.fill("form.change_page", &[("page", &title)]),
                title,
                rows: p
                    .questions
                    .iter()
                    .filter(|q| asked(q))
                    .map(|q| row(q, submission.answer(&q.id), language))
                    .collect(),
            }
        };
        let name = |field: &String| {
            let text = form.asked(field).map_or("", |q| q.text.in_language(language));
            text.to_owned()
        };
        let fields = submission
            .to_raw()
            .into_iter()
            .flat_map(|(name, values)| values.into_iter().map(move |value| Field { name: name.clone(), value }));
        let fields = fields.collect();
        Self {
            frame,
            nonce: nonce.to_owned(),
            title: words("check_title"),
            send: words("send"),
            change: words("change"),
            send_note: words("send_note"),
            answered,
            doubts: doubts.iter().map(|d| doubt(d, m)).collect(),
            dropped: dropped.iter().map(name).collect(),
            sections: (1..).zip(form.pages()).map(section).filter(|s| !s.rows.is_empty()).collect(),
            fields,
        }
    }
}

/// Questions under one heading with what was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnsweredPart {
    /// The heading.
    pub title: String,
    /// The questions.
    pub rows: Vec<AnswerRow>,
}

/// What was answered to those questions of a form that the reader may see.
#[must_use]
pub fn answered_parts(
    form: &Form,
    answers: &Answers,
    may_see: impl Fn(&Question) -> bool,
    language: Language,
) -> Vec<AnsweredPart> {
    // What was not asked is no question without an answer.
    let always = |q: &Question| !q.health && !form.is_conditional(&q.id);
    let asked = |q: &&Question| q.asks() && may_see(q) && (answers.contains_key(&q.id) || always(q));
    let part = |p: &FormPage| AnsweredPart {
        title: p.title.in_language(language).to_owned(),
        rows: p.questions.iter().filter(asked).map(|q| row(q, answers.get(&q.id), language)).collect(),
    };
    form.pages().iter().map(part).filter(|p| !p.rows.is_empty()).collect()
}

/// What seems odd, in words.
fn doubt(doubt: &Doubt, m: Messages) -> String {
    let goal = |key: &str, n: &usize| m.fill(key, &[("n", &n.to_string())]);
    match doubt {
        Doubt::GoalTooEarly { n } => goal("doubt.goal_too_early", n),
        Doubt::GoalTooLate { n } => goal("doubt.goal_too_late", n),
        Doubt::GoalUnchanged { n } => goal("doubt.goal_unchanged", n),
        Doubt::GoalHalfChanged { n } => goal("doubt.goal_half_changed", n),
        Doubt::WorkReachedWithoutWork { n } => goal("doubt.work_reached_without_work", n),
        Doubt::OtherHours { recorded_tenths } => {
            let hours = Figure::tenths(*recorded_tenths).told(m.language());
            m.fill("doubt.other_hours", &[("hours", &hours)])
        }
        Doubt::NoMeetings => m.get("doubt.no_meetings").to_owned(),
        Doubt::ReasonWithoutNeed => m.get("doubt.reason_without_need").to_owned(),
        Doubt::FollowUpWithoutDay => m.get("doubt.follow_up_without_day").to_owned(),
        Doubt::ContractWithoutWork => m.get("doubt.contract_without_work").to_owned(),
        Doubt::WorkWithoutContract => m.get("doubt.work_without_contract").to_owned(),
        Doubt::OutcomeDay => m.get("doubt.outcome_day").to_owned(),
        Doubt::MethodsOfNoPhase { phase } => {
            m.fill("doubt.methods_of_no_phase", &[("phase", m.get(&format!("report.phase_{phase}")))])
        }
        Doubt::ActionPast { n } => goal("doubt.action_past", n),
        Doubt::FollowUpWithoutConsent => m.get("doubt.follow_up_without_consent").to_owned(),
        Doubt::FollowUpPast => m.get("doubt.follow_up_past").to_owned(),
    }
}

/// A question with its answer, or with the items of its group.
fn row(question: &Question, answer: Option<&Answer>, language: Language) -> AnswerRow {
    let name = question.item.as_ref().map_or("", |t| t.in_language(language));
    let items = if let Some(Answer::Items(items)) = answer { items.as_slice() } else { &[] };
    let item = |(n, item): (usize, &Answers)| AnswerItem {
        heading: format!("{name} {n}"),
        rows: question
            .questions
            .iter()
            .filter(|q| q.asks() && (item.contains_key(&q.id) || q.ask_if.is_none()))
            .map(|q| row(q, item.get(&q.id), language))
            .collect(),
    };
    AnswerRow {
        question: question.text.in_language(language).to_owned(),
        lines: in_words(question, answer, language),
        items: (1..).zip(items).map(item).collect(),
    }
}

/// An answer as lines of text.
fn in_words(q: &Question, answer: Option<&Answer>, language: Language) -> Vec<String> {
    let label = |code: &String| q.choice(code).map_or(code.clone(), |c| c.label.in_language(language).to_owned());
    match answer {
        // The items of a group have rows of their own.
        None | Some(Answer::Items(_)) => Vec::new(),
        Some(Answer::One(code)) => vec![label(code)],
        Some(Answer::Many(codes)) => {
            q.choices.iter().filter(|c| codes.contains(&c.code)).map(|c| label(&c.code)).collect()
        }
        Some(Answer::Text(text)) => text.lines().map(str::to_owned).collect(),
        Some(Answer::Number(figure)) => {
            let unit = q.unit.as_ref().map_or(String::new(), |u| format!(" {}", u.in_language(language)));
            vec![format!("{}{unit}", told_number(&figure.plain(), language))]
        }
        Some(Answer::Date(date)) => vec![told_date(*date, language)],
        Some(Answer::Month(month)) => vec![told_month(*month, language)],
    }
}
