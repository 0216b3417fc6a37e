//! The page on which a respondent checks the answers before they are sent.

use super::form::FormFrame;
use crate::form::{Form, FormPage, Party, Question};
use crate::submission::{Answer, Answers, Submission};
use crate::text::{Language, Messages, told_date, told_number};
use serde::Serialize;

/// One line of the check page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnswerRow {
    /// The question.
    pub question: String,
    /// The answer in words, line by line; empty when there is none.
    pub lines: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct AnswerSection {
    title: String,
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
    sections: Vec<AnswerSection>,
    fields: Vec<Field>,
}

impl CheckView {
    /// Shows what was understood; the same answers travel on in hidden fields.
    #[must_use]
    pub fn new(frame: FormFrame, form: &Form, nonce: &str, submission: &Submission, language: Language) -> Self {
        let m = Messages::of(language);
        // What was ticked beforehand is no answer of the respondent's, and is not missed either.
        let own = || form.questions().filter(|q| q.default.is_none());
        let total = own().count();
        let answered = match own().filter(|q| submission.answer(&q.id).is_some()).count() {
            0 => m.get("form.answered_none").to_owned(),
            n if n == total => m.get("form.answered_all").to_owned(),
            n => m.fill("form.answered", &[("n", &n.to_string()), ("total", &total.to_string())]),
        };
        let words = |key: &str| {
            let report = if form.party() == Party::Coach { "_report" } else { "" };
            m.get(&format!("form.{key}{report}"))
        };
        let row = |q: &Question| AnswerRow {
            question: q.text.in_language(language).to_owned(),
            lines: in_words(q, submission.answer(&q.id), language),
        };
        let section = |p: &FormPage| AnswerSection {
            title: p.title.in_language(language).to_owned(),
            rows: p.questions.iter().map(row).collect(),
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
            sections: form.pages().iter().map(section).collect(),
            fields,
        }
    }
}

/// An answer as lines of text.
fn in_words(q: &Question, answer: Option<&Answer>, language: Language) -> Vec<String> {
    let label = |code: &String| q.choice(code).map_or(code.clone(), |c| c.label.in_language(language).to_owned());
    match answer {
        None => Vec::new(),
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
        Some(Answer::Items(items)) => {
            (1..).zip(items).flat_map(|(n, item)| item_in_words(q, n, item, language)).collect()
        }
    }
}

/// The item's name, then a line for each of its answers.
fn item_in_words(group: &Question, n: usize, item: &Answers, language: Language) -> Vec<String> {
    let mut lines = vec![format!("{} {n}", group.item.as_ref().map_or("", |t| t.in_language(language)))];
    for q in &group.questions {
        let answer = in_words(q, item.get(&q.id), language);
        if let Some((first, rest)) = answer.split_first() {
            lines.push(format!("{} {first}", q.text.in_language(language)));
            lines.extend_from_slice(rest);
        }
    }
    lines
}
