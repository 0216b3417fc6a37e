//! When questions are asked and what is filled in beforehand: conditions look back at what is there,
//! and no form tells or uses more of the case than its party may know.

use super::circumstances::{FIELDS, Field, FieldUse, may_use};
use super::lint::Lint;
use super::raw::{QuestionType, RawCondition, RawForm, RawQuestion};
use super::{Party, Subject, Test, scale};
use crate::instance::Instance;
use crate::text::{Code, Position, did_you_mean};
use serde_yaml::Spanned;

/// Questions that a condition may look at, in the order in which they are asked.
type Earlier<'a> = Vec<&'a RawQuestion>;

pub(super) fn mistakes(lint: &mut Lint<'_>, raw: &RawForm, party: Option<Party>, instance: Option<&Instance>) {
    let all: Earlier<'_> = raw.pages.iter().flat_map(|p| &p.questions).collect();
    let mut earlier: Earlier<'_> = Vec::new();
    for page in &raw.pages {
        let look = Look { earlier: earlier.clone(), all: &all, party, instance };
        condition(lint, page.ask_if.as_ref(), &look);
        for q in &page.questions {
            let mut look = Look { earlier: earlier.clone(), all: &all, party, instance };
            condition(lint, q.ask_if.as_ref(), &look);
            revealing(lint, raw, q, page.ask_if.iter().chain(&q.ask_if), &earlier);
            prefill(lint, q, party);
            for inner in &q.questions {
                condition(lint, inner.ask_if.as_ref(), &look);
                revealing(lint, raw, q, inner.ask_if.iter(), &earlier);
                look.earlier.push(inner);
                // An item is filled in whole, from an item of the same form.
                let of_group = q.prefill.as_ref().and_then(|p| p.value.form.as_ref());
                if let Some(prefill) =
                    inner.prefill.as_ref().filter(|p| p.value.form.is_none() || p.value.form.as_ref() != of_group)
                {
                    let problem =
                        format!("`{}` stands in a group, so nothing can be filled in there alone", inner.id.value);
                    lint.tell(
                        Code::PrefillInGroup,
                        Position::of(prefill),
                        problem,
                        "fill in the whole group from a group of another form, and its questions from that group's",
                    );
                }
            }
            earlier.push(q);
        }
    }
}

/// Whoever reads an answer, or that it was not asked for, learns what its condition looks at.
fn revealing<'a>(
    lint: &mut Lint<'_>,
    raw: &RawForm,
    q: &RawQuestion,
    conditions: impl Iterator<Item = &'a Spanned<RawCondition>>,
    earlier: &Earlier<'_>,
) {
    if matches!(q.kind.value, QuestionType::Information | QuestionType::Signature) {
        return;
    }
    let of = |q: &RawQuestion| q.visibility.unwrap_or(raw.visibility);
    for condition in conditions {
        let read = condition.value.read();
        for (subject, _) in read.iter().flat_map(super::Condition::tests) {
            let Subject::Question(id) = subject else { continue };
            if let Some(hidden) = earlier.iter().find(|e| e.id.value == *id && !of(q).is_within(of(e))) {
                let problem = format!(
                    "whoever reads `{}` learns the answer to `{}`, which fewer may read",
                    q.id.value, hidden.id.value
                );
                let remedy =
                    "look at a question that the same people read, or give this one the visibility of that one";
                lint.tell(Code::ConditionReveals, Position::of(condition), problem, remedy);
            }
        }
    }
}

struct Look<'a> {
    earlier: Earlier<'a>,
    all: &'a [&'a RawQuestion],
    party: Option<Party>,
    instance: Option<&'a Instance>,
}

fn condition(lint: &mut Lint<'_>, raw: Option<&Spanned<RawCondition>>, look: &Look<'_>) {
    let Some(raw) = raw else { return };
    let at = Position::of(raw);
    let Some(condition) = raw.value.read() else {
        let problem = "the condition says nothing, or several things at once";
        let remedy = "write one of all, any, not; or question (or case) with one of is, in, at_least, answered";
        return lint.tell(Code::Condition, at, problem, remedy);
    };
    for (subject, test) in condition.tests() {
        match subject {
            Subject::Question(id) => question_test(lint, at, id, test, look),
            Subject::Case(name) => case_test(lint, at, name, test, look),
        }
    }
}

fn question_test(lint: &mut Lint<'_>, at: Position, id: &str, test: &Test, look: &Look<'_>) {
    let at = lint.source.seek(at, id).unwrap_or(at);
    let Some(asked) = look.earlier.iter().find(|q| q.id.value == id) else {
        if look.all.iter().any(|q| q.id.value == id) {
            let problem = format!("the condition looks at `{id}`, which is asked later");
            return lint.tell(Code::ConditionLater, at, problem, "look at a question before this one");
        }
        let problem = format!("the condition looks at `{id}`, which is no question before it");
        let remedy = did_you_mean(id, look.earlier.iter().map(|q| q.id.value.as_str()));
        return lint.tell(Code::ConditionQuestion, at, problem, remedy);
    };
    let kind = asked.kind.value;
    match test {
        Test::Answered(_) if matches!(kind, QuestionType::Information | QuestionType::Signature) => {
            lint.tell(Code::ConditionTest, at, format!("`{id}` cannot be answered"), "look at a question that can");
        }
        Test::Answered(_) => {}
        Test::AtLeast(_) if matches!(kind, QuestionType::Number | QuestionType::Grade | QuestionType::Scale) => {}
        Test::AtLeast(_) => {
            lint.tell(Code::ConditionTest, at, format!("`{id}` is no number, grade or scale"), "use is or in");
        }
        Test::Is(_) | Test::In(_) => {
            let Some(codes) = codes(asked, look.instance) else {
                return lint.tell(
                    Code::ConditionTest,
                    at,
                    format!("`{id}` has no choices"),
                    "use answered, or at_least for a number",
                );
            };
            for code in wanted(test).into_iter().filter(|code| !codes.contains(code)) {
                let problem = format!("`{id}` has no choice `{code}`");
                lint.tell(Code::ConditionCode, at, problem, did_you_mean(&code, codes.iter().map(String::as_str)));
            }
        }
    }
}

fn wanted(test: &Test) -> Vec<String> {
    match test {
        Test::Is(code) => vec![code.clone()],
        Test::In(codes) => codes.clone(),
        Test::AtLeast(_) | Test::Answered(_) => Vec::new(),
    }
}

/// The codes that a question can be answered with; none for words and numbers.
pub(super) fn codes(q: &RawQuestion, instance: Option<&Instance>) -> Option<Vec<String>> {
    let shared = |choices: Vec<super::Choice>| choices.into_iter().map(|c| c.code).collect::<Vec<_>>();
    let mut codes = match q.kind.value {
        QuestionType::One | QuestionType::Many => Vec::new(),
        QuestionType::Agreement => shared(scale::agreement(q.steps.as_ref().map_or(5, |s| s.value))),
        QuestionType::Grade => shared(scale::grade()),
        QuestionType::Scale => {
            let (from, to) = (q.from.as_ref().map_or(0, |n| n.value), q.to.as_ref().map_or(10, |n| n.value));
            (from..=to.min(from.saturating_add(20))).map(|n| n.to_string()).collect()
        }
        QuestionType::YesNo => shared(scale::yes_no()),
        QuestionType::Consent => shared(scale::given()),
        _ => return None,
    };
    codes.extend(q.choices.iter().map(|c| c.value.code.clone()));
    if let (Some(name), Some(instance)) = (&q.choices_from, instance) {
        codes.extend(instance.dimension(&name.value).into_iter().flat_map(|d| &d.categories).map(|c| c.code.clone()));
    }
    let scaled =
        matches!(q.kind.value, QuestionType::One | QuestionType::Agreement | QuestionType::Grade | QuestionType::Scale);
    if q.dont_know.as_ref().map_or(scaled, |d| d.value) {
        codes.push("dont_know".to_owned());
    }
    for (way, code) in [(&q.not_applicable, "not_applicable"), (&q.rather_not_say, "rather_not_say")] {
        codes.extend(way.as_ref().filter(|w| w.value).map(|_| code.to_owned()));
    }
    Some(codes)
}

fn case_test(lint: &mut Lint<'_>, at: Position, name: &str, test: &Test, look: &Look<'_>) {
    let Some(field) = known_field(lint, at, name, look.party) else { return };
    let fits = matches!(
        (field.usage, test),
        (FieldUse::Code, Test::Is(_) | Test::In(_)) | (FieldUse::Number, Test::AtLeast(_)) | (_, Test::Answered(_))
    );
    if !fits {
        let problem = format!("`{name}` of the case cannot be tested so");
        return lint.tell(
            Code::ConditionTest,
            at,
            problem,
            "use is or in for a code, at_least for a number, answered for anything",
        );
    }
    // Outcomes and age groups are categories of the instance.
    if let Some(dimension) = look.instance.and_then(|i| i.dimension(name)) {
        for code in wanted(test).iter().filter(|code| dimension.category(code).is_none()) {
            let problem = format!("`{code}` is no category of `{name}`");
            let codes = dimension.categories.iter().map(|c| c.code.as_str());
            lint.tell(Code::ConditionCode, at, problem, did_you_mean(code, codes));
        }
    }
}

fn prefill(lint: &mut Lint<'_>, q: &RawQuestion, party: Option<Party>) {
    let Some(prefill) = &q.prefill else { return };
    let at = Position::of(prefill);
    match (&prefill.value.case, &prefill.value.form, &prefill.value.question) {
        (Some(name), None, None) => {
            known_field(lint, at, name, party);
        }
        (None, Some(_), Some(_)) => {}
        _ => {
            let problem = "prefill says nothing, or several things at once";
            lint.tell(Code::Prefill, at, problem, "write { case: hours } or { form: case-opening, question: o_goal }");
        }
    }
}

/// The field of that name, if there is one and the party may know it.
fn known_field(lint: &mut Lint<'_>, at: Position, name: &str, party: Option<Party>) -> Option<&'static Field> {
    let at = lint.source.seek(at, name).unwrap_or(at);
    let Some(field) = FIELDS.iter().find(|f| f.name == name) else {
        let problem = format!("the case has no field `{name}` for forms");
        lint.tell(Code::CaseField, at, problem, did_you_mean(name, FIELDS.iter().map(|f| f.name)));
        return None;
    };
    if party.is_some_and(|p| !may_use(p, field)) {
        let problem = format!("this form would show `{name}` of the client's case to others");
        lint.tell(
            Code::CaseFieldPrivate,
            at,
            problem,
            "employers and colleagues may learn when the coaching started and ended, nothing else",
        );
        return None;
    }
    Some(field)
}
