//! What the pages of a form show.

use crate::form::{Form, FormPage, Kind, Question, Visibility};
use crate::instance::Instance;
use crate::submission::{Answer, Fault, Mistake, RawAnswers, Submission};
use crate::text::{Language, Messages};
use serde::Serialize;
use serde_json::Value;

/// Frame of a form's pages.
#[derive(Clone, Debug, Serialize)]
pub struct FormFrame {
    lang: &'static str,
    site_name: String,
    notice: Option<String>,
    contact: String,
    form_title: String,
    /// Address of the invitation, `/f/<token>`.
    base: String,
    t: &'static Value,
}

impl FormFrame {
    /// The frame for a form under the address `base`.
    #[must_use]
    pub fn new(instance: &Instance, title: &str, base: String, language: Language) -> Self {
        Self {
            lang: language.code(),
            site_name: instance.name.value.in_language(language).to_owned(),
            notice: instance.notice.as_ref().map(|n| n.in_language(language).to_owned()),
            contact: instance.contact.in_language(language).to_owned(),
            form_title: title.to_owned(),
            base,
            t: Messages::of(language).tree(),
        }
    }
}

/// A party and what it sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Who {
    who: String,
    sees: String,
    /// The questions it concerns, when it is not all of them.
    questions: Vec<String>,
}

/// The page before the first question.
#[derive(Clone, Debug, Serialize)]
pub struct ExplanationView {
    frame: FormFrame,
    lead: String,
    count: String,
    why: String,
    who: Vec<Who>,
    open_until: String,
}

impl ExplanationView {
    /// Tells who sees what, drawn from the form itself so that it cannot say otherwise.
    #[must_use]
    pub fn new(frame: FormFrame, form: &Form, open_until: &str, language: Language) -> Self {
        let m = Messages::of(language);
        let hidden: Vec<String> = form
            .questions()
            .filter(|q| q.visibility == Visibility::Statistics)
            .map(|q| q.text.in_language(language).to_owned())
            .collect();
        let line = |key: &str| Who {
            who: m.get(&format!("who.{key}")).to_owned(),
            sees: m.get(&format!("who.{key}_sees")).to_owned(),
            questions: Vec::new(),
        };
        let mut who = vec![line(if hidden.is_empty() { "officer" } else { "officer_except" })];
        who.push(line(if form.coach_reads_if().is_some() { "coach_if_allowed" } else { "coach" }));
        if !hidden.is_empty() {
            who.push(Who { questions: hidden, ..line("nobody") });
        }
        who.push(line("public"));
        if form.questions().any(|q| matches!(q.kind, Kind::Text(_))) {
            who.push(line("own_words"));
        }
        Self {
            frame,
            lead: form.lead().in_language(language).to_owned(),
            count: m.fill("form.count", &[("n", &form.questions().count().to_string())]),
            why: form.why().in_language(language).to_owned(),
            who,
            open_until: m.fill("form.open_until", &[("date", open_until)]),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Option_ {
    id: String,
    code: String,
    label: String,
    apart: bool,
    chosen: bool,
}

#[derive(Clone, Debug, Serialize)]
struct QuestionView {
    id: String,
    /// `radio`, `checkbox` or `text`.
    control: &'static str,
    text: String,
    hint: Option<String>,
    required: bool,
    visibility_note: Option<String>,
    options: Vec<Option_>,
    value: String,
    error: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Section {
    title: String,
    hint: Option<String>,
    questions: Vec<QuestionView>,
}

#[derive(Clone, Debug, Serialize)]
struct ErrorLink {
    href: String,
    text: String,
}

/// The questions, empty or with what was given and every mistake.
#[derive(Clone, Debug, Serialize)]
pub struct QuestionsView {
    frame: FormFrame,
    nonce: String,
    errors_title: Option<String>,
    errors: Vec<ErrorLink>,
    sections: Vec<Section>,
}

impl QuestionsView {
    /// The form with `given` kept and `mistakes` told.
    #[must_use]
    pub fn new(
        frame: FormFrame,
        form: &Form,
        nonce: &str,
        given: Option<&RawAnswers>,
        mistakes: &[Mistake],
        language: Language,
    ) -> Self {
        let m = Messages::of(language);
        let told = |id: &str| mistakes.iter().find(|e| e.question == id).map(|e| mistake_message(&e.fault, m));
        let errors = mistakes.iter().map(|e| match form.question(&e.question) {
            Some(q) => ErrorLink {
                href: anchor(q),
                text: format!("{} {}", q.text.in_language(language), mistake_message(&e.fault, m)),
            },
            None => ErrorLink { href: "#sisalto".to_owned(), text: mistake_message(&e.fault, m) },
        });
        let errors: Vec<ErrorLink> = errors.collect();
        let errors_title = match errors.len() {
            0 => None,
            1 => Some(m.get("form.errors_title_one").to_owned()),
            n => Some(m.fill("form.errors_title_many", &[("n", &n.to_string())])),
        };
        let view = |q: &Question| question_view(q, given, told(&q.id), language);
        let section = |p: &FormPage| Section {
            title: p.title.in_language(language).to_owned(),
            hint: p.hint.as_ref().map(|h| h.in_language(language).to_owned()),
            questions: p.questions.iter().map(view).collect(),
        };
        Self {
            frame,
            nonce: nonce.to_owned(),
            errors_title,
            errors,
            sections: form.pages().iter().map(section).collect(),
        }
    }
}

/// Where the link of a mistake leads: the first control of the question.
fn anchor(q: &Question) -> String {
    q.choices.first().map_or_else(|| format!("#{}", q.id), |c| format!("#{}-{}", q.id, c.code))
}

fn question_view(q: &Question, given: Option<&RawAnswers>, error: Option<String>, language: Language) -> QuestionView {
    let values = given.and_then(|g| g.get(&q.id)).map_or(&[][..], Vec::as_slice);
    let untouched = given.is_none();
    let chosen = |code: &str| values.iter().any(|v| v == code) || (untouched && q.default.as_deref() == Some(code));
    let note = q.visibility == Visibility::Statistics;
    QuestionView {
        id: q.id.clone(),
        control: match q.kind {
            Kind::Many => "checkbox",
            Kind::Text(_) => "text",
            _ => "radio",
        },
        text: q.text.in_language(language).to_owned(),
        hint: q.hint.as_ref().map(|h| h.in_language(language).to_owned()),
        required: q.required,
        visibility_note: note.then(|| Messages::of(language).get("form.only_counted").to_owned()),
        options: q
            .choices
            .iter()
            .map(|c| Option_ {
                id: format!("{}-{}", q.id, c.code),
                code: c.code.clone(),
                label: c.label.in_language(language).to_owned(),
                apart: c.apart,
                chosen: chosen(&c.code),
            })
            .collect(),
        value: values.first().cloned().unwrap_or_default(),
        error,
    }
}

/// What is wrong and what to do, in the respondent's language.
#[must_use]
pub fn mistake_message(fault: &Fault, m: Messages) -> String {
    match fault {
        Fault::Missing => m.get("mistake.missing").to_owned(),
        Fault::UnknownChoice => m.get("mistake.unknown_choice").to_owned(),
        Fault::OneOnly => m.get("mistake.one_only").to_owned(),
        Fault::NoneWithOthers => m.get("mistake.none_with_others").to_owned(),
        Fault::TooLong { length, limit } => {
            m.fill("mistake.too_long", &[("length", &length.to_string()), ("limit", &limit.to_string())])
        }
        Fault::IdentityCode => m.get("mistake.identity_code").to_owned(),
        Fault::UnknownQuestion => m.get("mistake.unknown_question").to_owned(),
    }
}

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
    answered: String,
    sections: Vec<AnswerSection>,
    fields: Vec<Field>,
}

impl CheckView {
    /// Shows what was understood; the same answers travel on in hidden fields.
    #[must_use]
    pub fn new(frame: FormFrame, form: &Form, nonce: &str, submission: &Submission, language: Language) -> Self {
        let m = Messages::of(language);
        let total = form.questions().count().to_string();
        let given = |q: &&Question| match submission.answer(&q.id) {
            // What was ticked beforehand is no answer of the respondent's.
            Some(Answer::One(code)) => q.default.as_ref() != Some(code),
            other => other.is_some(),
        };
        let answered = match form.questions().filter(given).count() {
            0 => m.get("form.answered_none").to_owned(),
            n => m.fill("form.answered", &[("n", &n.to_string()), ("total", &total)]),
        };
        let row = |q: &Question| AnswerRow {
            question: q.text.in_language(language).to_owned(),
            lines: in_words(q, submission.answer(&q.id), language),
        };
        let section = |p: &FormPage| AnswerSection {
            title: p.title.in_language(language).to_owned(),
            rows: p.questions.iter().map(row).collect(),
        };
        let fields = submission.answers().iter().flat_map(|(id, answer)| {
            let values: Vec<String> = match answer {
                Answer::One(v) | Answer::Text(v) => vec![v.clone()],
                Answer::Many(codes) => codes.iter().cloned().collect(),
            };
            values.into_iter().map(move |value| Field { name: id.clone(), value })
        });
        let fields = fields.collect();
        Self { frame, nonce: nonce.to_owned(), answered, sections: form.pages().iter().map(section).collect(), fields }
    }
}

fn in_words(q: &Question, answer: Option<&Answer>, language: Language) -> Vec<String> {
    let label = |code: &String| q.choice(code).map_or(code.clone(), |c| c.label.in_language(language).to_owned());
    match answer {
        None => Vec::new(),
        Some(Answer::One(code)) => vec![label(code)],
        Some(Answer::Many(codes)) => {
            q.choices.iter().filter(|c| codes.contains(&c.code)).map(|c| label(&c.code)).collect()
        }
        Some(Answer::Text(text)) => text.lines().map(str::to_owned).collect(),
    }
}

/// The page after the answers are stored.
#[derive(Clone, Debug, Serialize)]
pub struct ReceiptView {
    frame: FormFrame,
    code: String,
    stored_at: String,
    after: Vec<String>,
    results_href: Option<String>,
}

impl ReceiptView {
    /// The receipt of a stored submission.
    #[must_use]
    pub fn new(
        frame: FormFrame,
        form: &Form,
        code: &str,
        stored_at: String,
        results_href: Option<String>,
        language: Language,
    ) -> Self {
        let after = form.after().iter().map(|t| t.in_language(language).to_owned()).collect();
        Self { frame, code: code.to_owned(), stored_at, after, results_href }
    }
}

/// A page that says why nothing can be answered here, or what went wrong.
#[derive(Clone, Debug, Serialize)]
pub struct ClosedView {
    frame: FormFrame,
    heading: String,
    text: String,
}

impl ClosedView {
    /// The texts under `closed.<key>` of the catalogue.
    #[must_use]
    pub fn new(frame: FormFrame, key: &str, language: Language) -> Self {
        let m = Messages::of(language);
        Self {
            frame,
            heading: m.get(&format!("closed.{key}")).to_owned(),
            text: m.get(&format!("closed.{key}_text")).to_owned(),
        }
    }
}
