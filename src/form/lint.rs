//! What YAML's shape cannot say about a form.

use super::raw::{QuestionType, RawForm, RawQuestion};
use super::{DayLimit, Occasion, asking, promise, scale};
use crate::instance::Instance;
use crate::text::{Diagnostic, Language, Position, Text};
use std::collections::BTreeMap;

/// Most choices of one question; the set of those chosen is counted as bits of one integer.
const MAX_CHOICES: usize = 60;
/// Names that a posted form or its counters use for themselves.
const RESERVED: [&str; 13] = [
    "nonce", "add", "remove", "removed", "restore", "answers", "sisalto", "virheet", "epaselva", "page", "from", "to",
    "lang",
];
/// Most items of a group; more is a table, not a form.
const MAX_ITEMS: usize = 20;
/// Most questions of one form; more is a survey nobody finishes on a phone.
const MAX_QUESTIONS: usize = 100;

pub(super) struct Lint<'a> {
    file: &'a str,
    source: &'a str,
    instance: Option<&'a Instance>,
    found: Vec<Diagnostic>,
}

impl Lint<'_> {
    pub(super) fn tell(&mut self, at: Position, problem: String, remedy: &str) {
        self.found.push(Diagnostic::new(self.file, self.source, at, problem, remedy));
    }

    fn text(&mut self, at: Position, text: &Text, what: &str) {
        let wanted = self.instance.map_or(&[Language::Fi][..], |i| &i.languages.value);
        for language in wanted.iter().filter(|l| !text.has(**l)) {
            let problem = format!("{what} has no {} text", language.english_name());
            self.tell(at, problem, &format!("write it after {}:", language.code()));
        }
    }
}

/// Most steps of a scale.
const MAX_STEPS: i64 = 11;

/// What is wrong with a form; `pair` is the form whose questions it asks again.
pub(super) fn mistakes(
    raw: &RawForm,
    pair: Option<&RawForm>,
    (file, source): (&str, &str),
    instance: Option<&Instance>,
) -> Vec<Diagnostic> {
    let mut lint = Lint { file, source, instance, found: Vec::new() };
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file).trim_end_matches(".yaml");
    let id = &raw.id.value;
    if !is_slug(id) || (file.ends_with(".yaml") && stem != id) {
        let problem = format!("the id `{id}` is not the name of the file, `{stem}`");
        lint.tell(Position::of(&raw.id), problem, "use the file's name without .yaml, in a-z, 0-9 and hyphens");
    }
    if ["case", "invitation"].contains(&id.as_str()) {
        lint.tell(Position::of(&raw.id), format!("the id `{id}` is taken by the program"), "choose another id");
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
            top,
            "the form does not say who answers it".to_owned(),
            "add party: client, employer, community, purchaser or coach",
        );
    }
    let mut seen: BTreeMap<&str, Position> = BTreeMap::new();
    let mut count = 0;
    for page in &raw.pages {
        lint.text(Position::of(&page.title), &page.title.value, "the page's title");
        if page.questions.is_empty() {
            lint.tell(Position::of(&page.title), "the page has no questions".to_owned(), "add one or remove the page");
        }
        if let Some(hint) = &page.hint {
            lint.text(Position::of(&page.title), hint, "the page's hint");
        }
        for q in page.questions.iter().flat_map(|q| std::iter::once(q).chain(&q.questions)) {
            count += 1;
            let at = Position::of(&q.id);
            if let Some(first) = seen.insert(&q.id.value, at) {
                let problem = format!("the question id `{}` is used already on line {}", q.id.value, first.line);
                lint.tell(at, problem, "give each question an id of its own: answers and tables are named by it");
            }
            question(&mut lint, q);
        }
    }
    if (count == 0 && raw.pair_of.is_none()) || count > MAX_QUESTIONS {
        lint.tell(Position::of(&raw.id), format!("the form has {count} questions"), "a form has 1 to 100 questions");
    }
    promise::mistakes(&mut lint, raw);
    let party = raw.party.as_ref().or_else(|| pair.and_then(|p| p.party.as_ref())).map(|p| p.value);
    asking::mistakes(&mut lint, raw, party, instance);
    if let Some(name) = &raw.coach_reads_if {
        let yes_no = raw.pages.iter().flat_map(|p| &p.questions).find(|q| q.id.value == name.value);
        if yes_no.is_none_or(|q| q.kind.value != QuestionType::YesNo) {
            let problem = format!("coach_reads_if names `{}`, which is no yes-no question of this form", name.value);
            lint.tell(Position::of(name), problem, "name the yes-no question that asks for the permission");
        }
    }
    lint.found
}

/// A form that asks the questions of another has none of its own.
fn paired(lint: &mut Lint<'_>, raw: &RawForm, pair: Option<&RawForm>) {
    let Some(name) = &raw.pair_of else { return };
    if !raw.pages.is_empty() {
        let problem = "a form that asks the questions of another has pages of its own".to_owned();
        lint.tell(Position::of(name), problem, "remove pages: they are those of its pair; or remove pair_of");
    }
    match pair {
        None => {
            let problem = format!("there is no form `{}` whose questions could be asked again", name.value);
            lint.tell(Position::of(name), problem, "name a form of forms/ that has pages");
        }
        Some(pair) if raw.party.as_ref().is_some_and(|p| pair.party.as_ref().map(|q| q.value) != Some(p.value)) => {
            let problem = "the two forms of a pair are answered by different parties".to_owned();
            lint.tell(Position::of(name), problem, "remove party: it is that of its pair");
        }
        Some(_) if raw.statistics || raw.occasion == Occasion::Closing => {
            let problem = "the second of a pair would be counted as feedback of its own".to_owned();
            lint.tell(Position::of(name), problem, "write statistics: false and another occasion, such as during");
        }
        Some(_) => {}
    }
}

fn question(lint: &mut Lint<'_>, q: &RawQuestion) {
    let (at, kind) = (Position::of(&q.id), q.kind.value);
    if !is_question_id(&q.id.value) {
        let problem = format!("`{}` is no question id", q.id.value);
        lint.tell(at, problem, "begin with a letter and use a-z, 0-9 and _");
    }
    lint.text(Position::of(&q.text), &q.text.value, "the question");
    if let Some(hint) = &q.hint {
        lint.text(Position::of(&q.text), hint, "the question's hint");
    }
    group(lint, q);
    number(lint, q);
    stepped(lint, q);
    several(lint, q);
    days(lint, q);
    unanswered(lint, q);
    if RESERVED.contains(&q.id.value.as_str()) {
        lint.tell(at, format!("the id `{}` is taken by the form itself", q.id.value), "choose another id");
    }
    if q.choices.len() > MAX_CHOICES {
        let problem = format!("{} choices are more than the {MAX_CHOICES} that can be counted", q.choices.len());
        lint.tell(Position::of(&q.kind), problem, "group them, or ask in two questions");
    }
    let chooses = matches!(kind, QuestionType::One | QuestionType::Many);
    if let Some(name) = &q.choices_from {
        let unknown = lint.instance.is_some_and(|i| i.dimension(&name.value).is_none());
        if unknown || kind != QuestionType::One || !q.choices.is_empty() {
            let problem = format!("choices_from: {} is no list for this question", name.value);
            lint.tell(
                Position::of(name),
                problem,
                "name a dimension of palaute.yaml, in a question of type one without choices of its own",
            );
        }
    }
    if chooses && q.choices.len() < 2 && q.choices_from.is_none() {
        lint.tell(
            Position::of(&q.kind),
            "a question of this type needs at least two choices".to_owned(),
            "add them under choices, each with code and label",
        );
    }
    if !chooses
        && !matches!(kind, QuestionType::Agreement | QuestionType::Grade | QuestionType::Scale)
        && !q.choices.is_empty()
    {
        lint.tell(
            Position::of(&q.choices[0]),
            "this type has no choices of its own".to_owned(),
            "remove choices, or use the type one or many",
        );
    }
    let mut codes: Vec<&str> = Vec::new();
    for c in &q.choices {
        let code = c.value.code.as_str();
        let taken = ["dont_know", "not_applicable", "rather_not_say", "no_answer", "not_asked", "total", "mean"]
            .contains(&code)
            && !own_non_answer(code, c.value.non_answer)
            || (kind == QuestionType::Agreement && scale::is_agreement_code(code));
        if !is_question_id(code) || codes.contains(&code) || taken {
            let problem = format!("the choice code `{code}` is used twice, reserved or no code");
            lint.tell(
                Position::of(c),
                problem,
                "use each code once, in a-z, 0-9 and _; no_answer, not_asked, total, mean and the scale's own are taken",
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
    for (way, name) in
        [(&q.dont_know, "dont_know"), (&q.not_applicable, "not_applicable"), (&q.rather_not_say, "rather_not_say")]
    {
        if let Some(way) = way
            && !matches!(
                kind,
                QuestionType::One
                    | QuestionType::Many
                    | QuestionType::Agreement
                    | QuestionType::Grade
                    | QuestionType::Scale
                    | QuestionType::YesNo
            )
        {
            let problem = format!("this type has no choices, so {name} has no place");
            lint.tell(
                Position::of(way),
                problem,
                &format!("remove {name}: whoever leaves the field empty has not answered"),
            );
        }
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
    if !promise::countable(kind) && q.statistics == Some(true) {
        lint.tell(at, "answers of this type are never counted or published".to_owned(), "remove statistics");
    }
}

/// A way out in the author's own words may carry the shared code.
fn own_non_answer(code: &str, non_answer: Option<super::NonAnswer>) -> bool {
    non_answer.is_some() && code != "no_answer" && code != "not_asked"
}

/// What only scales have, and what they must have.
fn stepped(lint: &mut Lint<'_>, q: &RawQuestion) {
    let at = Position::of(&q.kind);
    if q.kind.value != QuestionType::Scale {
        for limit in q.from.iter().chain(&q.to) {
            lint.tell(
                Position::of(limit),
                "only a scale has from and to".to_owned(),
                "remove it, or use the type scale",
            );
        }
        if q.low.is_some() || q.high.is_some() {
            lint.tell(at, "only a scale has low and high".to_owned(), "remove them, or use the type scale");
        }
        return;
    }
    let (from, to) = (q.from.as_ref().map_or(0, |n| n.value), q.to.as_ref().map_or(10, |n| n.value));
    if from < 0 || to.saturating_sub(from) < 1 || to.saturating_sub(from) >= MAX_STEPS {
        let problem = format!("a scale from {from} to {to}");
        lint.tell(at, problem, "use 2 to 11 steps from 0 upwards, such as from: 0 and to: 10");
    }
    match (&q.low, &q.high) {
        (Some(low), Some(high)) => {
            lint.text(at, low, "the low end of the scale");
            lint.text(at, high, "the high end of the scale");
        }
        _ => lint.tell(at, "the scale does not say what its ends mean".to_owned(), "add low: and high:"),
    }
}

/// How many choices a `many` takes.
fn several(lint: &mut Lint<'_>, q: &RawQuestion) {
    for limit in q.min_choices.iter().chain(&q.max_choices) {
        if q.kind.value != QuestionType::Many {
            lint.tell(
                Position::of(limit),
                "only many has min_choices and max_choices".to_owned(),
                "remove it, or use the type many",
            );
        } else if limit.value == 0 || limit.value > q.choices.len() {
            let problem = format!("{} of {} choices", limit.value, q.choices.len());
            lint.tell(Position::of(limit), problem, "write at least 1 and at most the number of choices");
        }
    }
    if let (Some(least), Some(most)) = (&q.min_choices, &q.max_choices)
        && least.value > most.value
    {
        lint.tell(
            Position::of(most),
            format!("at most {} and at least {}", most.value, least.value),
            "turn them round",
        );
    }
}

/// Limits of days and months.
fn days(lint: &mut Lint<'_>, q: &RawQuestion) {
    for limit in q.not_before.iter().chain(&q.not_after) {
        if !matches!(q.kind.value, QuestionType::Date | QuestionType::Month) {
            lint.tell(Position::of(limit), "only a date or month has not_before and not_after".to_owned(), "remove it");
        } else if DayLimit::read(&limit.value).is_none() {
            let problem = format!("`{}` is no limit of days", limit.value);
            let remedy = "write 2025-01-31, today, client_since, coaching_started or coaching_ended, perhaps with `+ 6 months` or `- 30 days`";
            lint.tell(Position::of(limit), problem, remedy);
        }
    }
    if let Some(short) = q.short.as_ref().filter(|_| q.kind.value != QuestionType::Text) {
        lint.tell(Position::of(short), "only a text is short".to_owned(), "remove short");
    }
}

/// What cannot be answered on the web, or at all, cannot be required.
fn unanswered(lint: &mut Lint<'_>, q: &RawQuestion) {
    let nothing = matches!(q.kind.value, QuestionType::Information | QuestionType::Signature);
    if nothing && (q.required || q.prefill.is_some() || q.indicator.is_some()) {
        let problem = format!("`{}` cannot be answered, so it cannot be required, filled in or measured", q.id.value);
        lint.tell(Position::of(&q.id), problem, "remove required, prefill and indicator");
    }
    if q.retired && q.required {
        let problem = format!("`{}` is retired, so nobody can answer it", q.id.value);
        lint.tell(Position::of(&q.id), problem, "remove required");
    }
}

/// What only groups have, and what they must have.
fn group(lint: &mut Lint<'_>, q: &RawQuestion) {
    let at = Position::of(&q.kind);
    if q.kind.value != QuestionType::Group {
        if !q.questions.is_empty() || q.item.is_some() || q.add.is_some() {
            lint.tell(at, "only a group has questions, item and add".to_owned(), "remove them, or use the type group");
        }
        for limit in q.min_items.iter().chain(&q.max_items) {
            lint.tell(Position::of(limit), "only a group has items".to_owned(), "remove it, or use the type group");
        }
        return;
    }
    let (min, max) = (q.min_items.as_ref().map_or(1, |m| m.value), q.max_items.as_ref().map_or(5, |m| m.value));
    if min > max || !(1..=MAX_ITEMS).contains(&max) {
        let problem = format!("{min} to {max} items are no range");
        lint.tell(at, problem, "write min_items of 0 or more and max_items of at most 20");
    }
    match (&q.item, &q.add) {
        (Some(item), Some(add)) => {
            lint.text(at, item, "the name of an item");
            lint.text(at, add, "the button that adds an item");
        }
        _ => lint.tell(at, "the group does not say what its items are called".to_owned(), "add item: and add:"),
    }
    if q.questions.is_empty() {
        lint.tell(at, "the group has no questions".to_owned(), "add questions under questions:");
    }
    for inner in q.questions.iter().filter(|i| i.kind.value == QuestionType::Group) {
        lint.tell(Position::of(&inner.kind), "a group inside a group".to_owned(), "ask it beside the group");
    }
    if q.required {
        lint.tell(at, "a group is not required as a whole".to_owned(), "set required on its questions and min_items");
    }
}

/// What only numbers have.
fn number(lint: &mut Lint<'_>, q: &RawQuestion) {
    if q.kind.value != QuestionType::Number {
        for limit in q.min.iter().chain(&q.max) {
            lint.tell(Position::of(limit), "only a number has min and max".to_owned(), "remove it");
        }
        if let Some(decimals) = &q.decimals {
            lint.tell(Position::of(decimals), "only a number has decimals".to_owned(), "remove it");
        }
        return;
    }
    let largest = super::question::LARGEST_NUMBER;
    for limit in q.min.iter().chain(&q.max).filter(|l| !(-largest..=largest).contains(&l.value)) {
        lint.tell(Position::of(limit), format!("{} is out of reach", limit.value), "use at most a million either way");
    }
    if let (Some(min), Some(max)) = (&q.min, &q.max)
        && min.value > max.value
    {
        lint.tell(Position::of(max), format!("max {} is below min {}", max.value, min.value), "turn them round");
    }
    if let Some(decimals) = q.decimals.as_ref().filter(|d| d.value > 2) {
        lint.tell(Position::of(decimals), "more than two decimals".to_owned(), "use 0, 1 or 2");
    }
    if let Some(unit) = &q.unit {
        lint.text(Position::of(&q.kind), unit, "the unit");
    }
}

fn is_slug(s: &str) -> bool {
    !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_question_id(s: &str) -> bool {
    s.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
        && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
