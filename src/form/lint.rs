//! What YAML's shape cannot say about a form.

use super::raw::{QuestionType, RawChoice, RawForm, RawQuestion};
use super::{Occasion, asking, own_keys, places, promise, scale};
use crate::instance::Instance;
use crate::text::{Code, Diagnostic, Language, Position, SourceText, Text, did_you_mean};
use std::collections::BTreeMap;

/// Most choices of one question; the set of those chosen is counted as bits of one integer,
/// with three shared ways out beside them.
const MAX_CHOICES: usize = 57;
/// Names that a posted form or its counters use for themselves.
const RESERVED: [&str; 15] = [
    "nonce", "add", "remove", "removed", "restore", "answers", "sisalto", "virheet", "epaselva", "page", "from", "to",
    "lang", "then", "pois",
];
/// Most questions of one form; more is a survey nobody finishes on a phone.
const MAX_QUESTIONS: usize = 100;

/// What is found in one form.
pub(super) struct Lint<'a> {
    pub(super) source: &'a SourceText<'a>,
    pub(super) instance: Option<&'a Instance>,
    pub(super) found: Vec<Diagnostic>,
}

impl Lint<'_> {
    pub(super) fn tell(&mut self, code: Code, at: Position, problem: impl Into<String>, remedy: impl Into<String>) {
        self.found.push(self.source.tell(code, at, problem, remedy));
    }

    /// The text must be there in every language of the instance.
    pub(super) fn text(&mut self, at: Position, text: &Text, what: &str) {
        let wanted = self.instance.map_or(&[Language::Fi][..], |i| &i.languages.value);
        for language in wanted.iter().filter(|l| !text.has(**l)) {
            let problem = format!("{what} has no {} text", language.english_name());
            self.tell(Code::TextMissing, at, problem, format!("write it after {}:", language.code()));
        }
    }
}

/// What is wrong with a form; `pair` is the form whose questions it asks again.
pub(super) fn mistakes(
    raw: &RawForm,
    pair: Option<&RawForm>,
    source: &SourceText<'_>,
    instance: Option<&Instance>,
) -> Vec<Diagnostic> {
    let mut lint = Lint { source, instance, found: Vec::new() };
    let file = source.file();
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file).trim_end_matches(".yaml");
    let id = &raw.id.value;
    if !is_slug(id) || (file.ends_with(".yaml") && stem != id) {
        let problem = format!("the id `{id}` is not the name of the file, `{stem}`");
        lint.tell(
            Code::FormId,
            Position::of(&raw.id),
            problem,
            "use the file's name without .yaml, in a-z, 0-9 and hyphens",
        );
    }
    if ["case", "invitation"].contains(&id.as_str()) {
        lint.tell(
            Code::FormIdTaken,
            Position::of(&raw.id),
            format!("the id `{id}` is taken by the program"),
            "choose another id",
        );
    }
    let top = Position::of(&raw.title);
    lint.text(top, &raw.title.value, "the form's title");
    lint.text(Position::of(&raw.lead), &raw.lead.value, "the form's lead");
    lint.text(Position::of(&raw.why), &raw.why.value, "the form's why");
    for step in &raw.after {
        lint.text(Position::of(step), &step.value, "a step of the form's after");
    }
    paired(&mut lint, raw, pair);
    if raw.party.is_none() && pair.is_none() {
        lint.tell(
            Code::NoParty,
            top,
            "the form does not say who answers it",
            "add party: client, employer, community, purchaser or coach",
        );
    }
    let mut seen: BTreeMap<&str, Position> = BTreeMap::new();
    let mut count = 0;
    for page in &raw.pages {
        lint.text(Position::of(&page.title), &page.title.value, "the page's title");
        if page.questions.is_empty() {
            lint.tell(
                Code::EmptyPage,
                Position::of(&page.title),
                "the page has no questions",
                "add one or remove the page",
            );
        }
        if let Some(hint) = &page.hint {
            lint.text(Position::of(&page.title), hint, "the page's hint");
        }
        for q in page.questions.iter().flat_map(|q| std::iter::once(q).chain(&q.questions)) {
            count += 1;
            let at = Position::of(&q.id);
            if let Some(first) = seen.insert(&q.id.value, at) {
                let problem = format!("the question id `{}` is used already on line {}", q.id.value, first.line);
                lint.tell(
                    Code::QuestionIdTwice,
                    at,
                    problem,
                    "give each question an id of its own: answers and tables are named by it",
                );
            }
            question(&mut lint, q);
        }
    }
    if (count == 0 && raw.pair_of.is_none()) || count > MAX_QUESTIONS {
        lint.tell(
            Code::QuestionCount,
            Position::of(&raw.id),
            format!("the form has {count} questions"),
            "a form has 1 to 100 questions",
        );
    }
    promise::mistakes(&mut lint, raw);
    let party = raw.party.as_ref().or_else(|| pair.and_then(|p| p.party.as_ref())).map(|p| p.value);
    asking::mistakes(&mut lint, raw, party, instance);
    places::mistakes(&mut lint, raw, party);
    if let Some(name) = &raw.coach_reads_if {
        let yes_no = raw.pages.iter().flat_map(|p| &p.questions).find(|q| q.id.value == name.value);
        if yes_no.is_none_or(|q| q.kind.value != QuestionType::YesNo) {
            let problem = format!("coach_reads_if names `{}`, which is no yes-no question of this form", name.value);
            lint.tell(
                Code::CoachReads,
                Position::of(name),
                problem,
                "name the yes-no question that asks for the permission",
            );
        }
    }
    lint.found
}

/// A form that asks the questions of another has none of its own.
fn paired(lint: &mut Lint<'_>, raw: &RawForm, pair: Option<&RawForm>) {
    let Some(name) = &raw.pair_of else { return };
    if !raw.pages.is_empty() {
        let problem = "a form that asks the questions of another has pages of its own";
        lint.tell(
            Code::PairHasPages,
            Position::of(name),
            problem,
            "remove pages: they are those of its pair; or remove pair_of",
        );
    }
    match pair {
        None => {
            let problem = format!("there is no form `{}` whose questions could be asked again", name.value);
            lint.tell(Code::PairMissing, Position::of(name), problem, "name a form of forms/ that has pages");
        }
        Some(pair) if raw.party.as_ref().is_some_and(|p| pair.party.as_ref().map(|q| q.value) != Some(p.value)) => {
            let problem = "the two forms of a pair are answered by different parties";
            lint.tell(Code::PairParty, Position::of(name), problem, "remove party: it is that of its pair");
        }
        Some(_) if raw.statistics || raw.occasion == Occasion::Closing => {
            let problem = "the second of a pair would be counted as feedback of its own";
            lint.tell(
                Code::PairCounted,
                Position::of(name),
                problem,
                "write statistics: false and another occasion, such as during",
            );
        }
        Some(_) => {}
    }
}

fn question(lint: &mut Lint<'_>, q: &RawQuestion) {
    let (at, kind) = (Position::of(&q.id), q.kind.value);
    if !is_question_id(&q.id.value) {
        let problem = format!("`{}` is no question id", q.id.value);
        lint.tell(Code::QuestionId, at, problem, "begin with a letter and use a-z, 0-9 and _");
    }
    lint.text(Position::of(&q.text), &q.text.value, "the question");
    if let Some(hint) = &q.hint {
        lint.text(Position::of(&q.text), hint, "the question's hint");
    }
    unanswered(lint, q);
    if RESERVED.contains(&q.id.value.as_str()) {
        lint.tell(
            Code::QuestionIdTaken,
            at,
            format!("the id `{}` is taken by the form itself", q.id.value),
            "choose another id",
        );
    }
    if q.choices.len() > MAX_CHOICES {
        let problem = format!("{} choices are more than the {MAX_CHOICES} that can be counted", q.choices.len());
        lint.tell(Code::TooManyChoices, Position::of(&q.kind), problem, "group them, or ask in two questions");
    }
    let chooses = matches!(kind, QuestionType::One | QuestionType::Many);
    if let Some(name) = &q.choices_from {
        let unknown = lint.instance.filter(|i| i.dimension(&name.value).is_none());
        if let Some(instance) = unknown {
            let problem = format!("palaute.yaml has no dimension `{}`", name.value);
            let dimensions = instance.dimensions.iter().map(|d| d.value.id.as_str());
            lint.tell(Code::ChoicesFrom, Position::of(name), problem, did_you_mean(&name.value, dimensions));
        }
        if kind != QuestionType::One || !q.choices.is_empty() {
            let problem = "choices_from is for the type one, without choices of its own";
            lint.tell(Code::ChoicesFrom, Position::of(name), problem, "remove choices_from, or the choices");
        }
    }
    if chooses && q.choices.len() < 2 && q.choices_from.is_none() {
        lint.tell(
            Code::TooFewChoices,
            Position::of(&q.kind),
            "a question of this type needs at least two choices",
            "add them under choices, each with code and label",
        );
    }
    if !chooses
        && !matches!(kind, QuestionType::Agreement | QuestionType::Grade | QuestionType::Scale)
        && !q.choices.is_empty()
    {
        lint.tell(
            Code::NotOfThisType,
            Position::of(&q.choices[0]),
            "this type has no choices of its own",
            "remove choices, or use the type one or many",
        );
    }
    let mut codes: Vec<&str> = Vec::new();
    for c in &q.choices {
        let code = c.value.code.as_str();
        let taken = ["dont_know", "not_applicable", "rather_not_say", "no_answer", "not_asked", "total", "mean"]
            .contains(&code)
            && !own_non_answer(code, &c.value)
            || (kind == QuestionType::Agreement && scale::is_agreement_code(code));
        if !is_question_id(code) || codes.contains(&code) || taken {
            let problem = format!("the choice code `{code}` is used twice, reserved or no code");
            lint.tell(
                Code::ChoiceCode,
                Position::of(c),
                problem,
                "use each code once, in a-z, 0-9 and _; no_answer, not_asked, total, mean and the scale's own are taken",
            );
        }
        codes.push(code);
        lint.text(Position::of(c), &c.value.label, "the choice");
    }
    own_keys::mistakes(lint, q);
    if !promise::countable(kind) && q.statistics == Some(true) {
        lint.tell(Code::NeverCounted, at, "answers of this type are never counted or published", "remove statistics");
    }
}

/// A way out in the author's own words may carry the shared code.
fn own_non_answer(code: &str, choice: &RawChoice) -> bool {
    (choice.non_answer.is_some() || choice.apart) && code != "no_answer" && code != "not_asked"
}

/// What cannot be answered on the web, or at all, cannot be required.
fn unanswered(lint: &mut Lint<'_>, q: &RawQuestion) {
    let nothing = matches!(q.kind.value, QuestionType::Information | QuestionType::Signature);
    if nothing && (q.required || q.prefill.is_some() || q.indicator.is_some()) {
        let problem = format!("`{}` cannot be answered, so it cannot be required, filled in or measured", q.id.value);
        lint.tell(Code::CannotBeAnswered, Position::of(&q.id), problem, "remove required, prefill and indicator");
    }
    if q.retired && q.required {
        let problem = format!("`{}` is retired, so nobody can answer it", q.id.value);
        lint.tell(Code::CannotBeAnswered, Position::of(&q.id), problem, "remove required");
    }
}

fn is_slug(s: &str) -> bool {
    !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

pub(super) fn is_question_id(s: &str) -> bool {
    s.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
        && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
