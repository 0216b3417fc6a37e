//! What YAML's shape cannot say about a form.

use super::raw::{QuestionType, RawForm, RawQuestion, Visibility};
use crate::text::{Diagnostic, Language, Position, Text};
use std::collections::BTreeMap;

/// Most choices of one question; the set of those chosen is counted as bits of one integer.
const MAX_CHOICES: usize = 60;
/// Names that a posted form or its counters use for themselves.
const RESERVED: [&str; 1] = ["nonce"];
/// Most questions of one form; more is a survey nobody finishes on a phone.
const MAX_QUESTIONS: usize = 100;

struct Lint<'a> {
    file: &'a str,
    source: &'a str,
    found: Vec<Diagnostic>,
}

impl Lint<'_> {
    fn tell(&mut self, at: Position, problem: String, remedy: &str) {
        self.found.push(Diagnostic::new(self.file, self.source, at, problem, remedy));
    }

    fn text(&mut self, at: Position, text: &Text, what: &str) {
        if !text.has(Language::Fi) {
            self.tell(at, format!("{what} has no Finnish text"), "write it after fi:");
        }
    }
}

pub(super) fn mistakes(raw: &RawForm, file: &str, source: &str) -> Vec<Diagnostic> {
    let mut lint = Lint { file, source, found: Vec::new() };
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file).trim_end_matches(".yaml");
    let id = &raw.id.value;
    if !is_slug(id) || (file.ends_with(".yaml") && stem != id) {
        let problem = format!("the id `{id}` is not the name of the file, `{stem}`");
        lint.tell(Position::of(&raw.id), problem, "use the file's name without .yaml, in a-z, 0-9 and hyphens");
    }
    if id == "case" {
        lint.tell(
            Position::of(&raw.id),
            "the id `case` is taken by the cases themselves".to_owned(),
            "choose another id",
        );
    }
    lint.text(Position::of(&raw.title), &raw.title.value, "the form's title");
    let mut seen: BTreeMap<&str, Position> = BTreeMap::new();
    let mut count = 0;
    for page in &raw.pages {
        lint.text(Position::of(&page.title), &page.title.value, "the page's title");
        if page.questions.is_empty() {
            lint.tell(Position::of(&page.title), "the page has no questions".to_owned(), "add one or remove the page");
        }
        for q in &page.questions {
            count += 1;
            let at = Position::of(&q.id);
            if let Some(first) = seen.insert(&q.id.value, at) {
                let problem = format!("the question id `{}` is used already on line {}", q.id.value, first.line);
                lint.tell(at, problem, "give each question an id of its own: answers and tables are named by it");
            }
            question(&mut lint, q);
        }
    }
    if count == 0 || count > MAX_QUESTIONS {
        lint.tell(Position::of(&raw.id), format!("the form has {count} questions"), "a form has 1 to 100 questions");
    }
    if let Some(name) = &raw.coach_reads_if {
        let yes_no = raw.pages.iter().flat_map(|p| &p.questions).find(|q| q.id.value == name.value);
        if yes_no.is_none_or(|q| q.kind.value != QuestionType::YesNo) {
            let problem = format!("coach_reads_if names `{}`, which is no yes-no question of this form", name.value);
            lint.tell(Position::of(name), problem, "name the yes-no question that asks for the permission");
        }
    }
    lint.found
}

fn question(lint: &mut Lint<'_>, q: &RawQuestion) {
    let (at, kind) = (Position::of(&q.id), q.kind.value);
    if !is_question_id(&q.id.value) {
        let problem = format!("`{}` is no question id", q.id.value);
        lint.tell(at, problem, "begin with a letter and use a-z, 0-9 and _");
    }
    lint.text(Position::of(&q.text), &q.text.value, "the question");
    if RESERVED.contains(&q.id.value.as_str()) {
        lint.tell(at, format!("the id `{}` is taken by the form itself", q.id.value), "choose another id");
    }
    if q.choices.len() > MAX_CHOICES {
        let problem = format!("{} choices are more than the {MAX_CHOICES} that can be counted", q.choices.len());
        lint.tell(Position::of(&q.kind), problem, "group them, or ask in two questions");
    }
    let chooses = matches!(kind, QuestionType::One | QuestionType::Many);
    if chooses && q.choices.len() < 2 {
        lint.tell(
            Position::of(&q.kind),
            "a question of this type needs at least two choices".to_owned(),
            "add them under choices, each with code and label",
        );
    }
    if matches!(kind, QuestionType::Text | QuestionType::YesNo | QuestionType::Grade) && !q.choices.is_empty() {
        lint.tell(
            Position::of(&q.choices[0]),
            "this type has no choices of its own".to_owned(),
            "remove choices, or use the type one or many",
        );
    }
    let mut codes: Vec<&str> = Vec::new();
    for c in &q.choices {
        let code = c.value.code.as_str();
        if !is_question_id(code) || codes.contains(&code) || ["dont_know", "no_answer", "total", "mean"].contains(&code)
        {
            let problem = format!("the choice code `{code}` is used twice, reserved or no code");
            lint.tell(
                Position::of(c),
                problem,
                "use each code once, in a-z, 0-9 and _; dont_know, no_answer, total and mean are taken",
            );
        }
        codes.push(code);
        lint.text(Position::of(c), &c.value.label, "the choice");
    }
    match &q.steps {
        Some(steps) if kind != QuestionType::Agreement => {
            lint.tell(
                Position::of(steps),
                "only agreement has steps".to_owned(),
                "remove steps, or use the type agreement",
            );
        }
        Some(steps) if steps.value != 3 && steps.value != 5 => {
            lint.tell(
                Position::of(steps),
                format!("{} steps is no scale of ours", steps.value),
                "use 3 (yes, partly, no) or 5",
            );
        }
        _ => {}
    }
    if let Some(max) = &q.max_length
        && (kind != QuestionType::Text || !(1..=5000).contains(&max.value))
    {
        lint.tell(Position::of(max), "max_length is for text, 1 to 5000".to_owned(), "remove it or correct it");
    }
    if let Some(d) = &q.dont_know
        && !matches!(kind, QuestionType::One | QuestionType::Agreement | QuestionType::Grade)
    {
        lint.tell(Position::of(d), "this type has no \"I can't say\"".to_owned(), "remove dont_know");
    }
    if let Some(default) = &q.default {
        let known = kind == QuestionType::YesNo && ["yes", "no"].contains(&default.value.as_str());
        if !known {
            lint.tell(
                Position::of(default),
                "only a yes-no question has a default, yes or no".to_owned(),
                "remove default: a scale answered beforehand measures nothing",
            );
        }
    }
    if kind == QuestionType::Text {
        if q.statistics == Some(true) {
            lint.tell(at, "free text is never counted or published".to_owned(), "remove statistics");
        }
        if q.visibility == Some(Visibility::Statistics) {
            lint.tell(
                at,
                "free text that nobody may read is of no use".to_owned(),
                "remove the question or let the officer see it",
            );
        }
    }
}

fn is_slug(s: &str) -> bool {
    !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_question_id(s: &str) -> bool {
    s.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
        && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
