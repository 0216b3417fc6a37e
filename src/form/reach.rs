//! Warnings about what nobody can be asked: conditions are tried out over the answers that they look at.

use super::asking::codes;
use super::circumstances::{FIELDS, FieldUse};
use super::lint::Lint;
use super::raw::{QuestionType, RawForm, RawQuestion};
use super::{Condition, Found, Subject, Test};
use crate::instance::Instance;
use crate::text::{Code, Figure, Position};
use std::collections::BTreeMap;

/// Combinations of answers that are tried; with more nothing is said.
const MOST: usize = 50_000;
/// Most codes of a `many` that are tried in every combination.
const MOST_CODES: usize = 10;

/// A question as conditions see it.
struct Entry<'a> {
    question: &'a RawQuestion,
    /// All must hold for it to be asked: those of its page, its group and its own.
    conditions: Vec<Condition>,
}

/// Every question in order, by its id.
struct Form<'a> {
    entries: Vec<Entry<'a>>,
    by_id: BTreeMap<&'a str, usize>,
    instance: Option<&'a Instance>,
}

pub(super) fn warnings(lint: &mut Lint<'_>, raw: &RawForm) {
    let read = |c: &serde_yaml::Spanned<super::raw::RawCondition>| c.value.read();
    let mut form = Form { entries: Vec::new(), by_id: BTreeMap::new(), instance: lint.instance };
    for page in &raw.pages {
        let of_page: Vec<Condition> = page.ask_if.iter().filter_map(read).collect();
        if let Some(at) = &page.ask_if
            && form.told(lint, Position::of(at), &of_page, &of_page, "this page")
        {
            continue;
        }
        for q in &page.questions {
            let mut conditions = of_page.clone();
            conditions.extend(q.ask_if.iter().filter_map(read));
            let group = conditions.clone();
            form.question(lint, q, conditions);
            for inner in &q.questions {
                let mut conditions = group.clone();
                conditions.extend(inner.ask_if.iter().filter_map(read));
                form.question(lint, inner, conditions);
            }
        }
    }
}

impl<'a> Form<'a> {
    fn question(&mut self, lint: &mut Lint<'_>, question: &'a RawQuestion, conditions: Vec<Condition>) {
        if let Some(at) = &question.ask_if
            && !question.retired
            && let Some(own) = at.value.read()
        {
            let what = format!("`{}`", question.id.value);
            self.told(lint, Position::of(at), &conditions, &[own], &what);
        }
        self.by_id.insert(&question.id.value, self.entries.len());
        self.entries.push(Entry { question, conditions });
    }

    /// Tells what can never be asked; true when that is so.
    fn told(&self, lint: &mut Lint<'_>, at: Position, all: &[Condition], own: &[Condition], what: &str) -> bool {
        if self.possible(all, true) != Some(false) {
            return false;
        }
        if self.possible(own, false) == Some(false) {
            let problem = format!("the condition of {what} is never true, whatever is answered");
            let remedy = "compare it with the choices it looks at: perhaps any instead of all, or another code";
            lint.tell(Code::NeverTrue, at, problem, remedy);
        } else {
            let problem = format!("{what} is never asked: what it looks at is not asked or not answered so then");
            let remedy = "follow the conditions of the questions it looks at, and of its page; or remove it";
            lint.tell(Code::NeverAsked, at, problem, remedy);
        }
        true
    }

    /// True when some answers make all conditions hold; with `follow` only answers to questions that are
    /// asked then. None when there are too many combinations.
    fn possible(&self, conditions: &[Condition], follow: bool) -> Option<bool> {
        let mut tests: BTreeMap<&Subject, Vec<&Test>> = BTreeMap::new();
        let mut open: Vec<&Condition> = conditions.iter().collect();
        while let Some(condition) = open.pop() {
            for (subject, test) in condition.tests() {
                if !tests.contains_key(subject)
                    && follow
                    && let Subject::Question(id) = subject
                {
                    open.extend(self.entry(id).into_iter().flat_map(|e| &e.conditions));
                }
                tests.entry(subject).or_default().push(test);
            }
        }
        let mut order: Vec<(usize, &Subject, Vec<Found>)> = Vec::new();
        for (subject, tests) in tests {
            match subject {
                Subject::Question(id) => {
                    let at = *self.by_id.get(id.as_str())?;
                    order.push((at + 1, subject, self.answers(self.entries[at].question, &tests)?));
                }
                Subject::Case(name) => order.push((0, subject, self.known(name, &tests)?)),
            }
        }
        order.sort_by_key(|(at, _, _)| *at);
        let mut trial = Trial { form: self, conditions, follow, order, chosen: BTreeMap::new(), left: MOST };
        trial.from(0)
    }

    fn entry(&self, id: &str) -> Option<&Entry<'a>> {
        self.entries.get(*self.by_id.get(id)?)
    }

    /// The answers that tell the tests apart; none when they are too many or not known.
    fn answers(&self, q: &RawQuestion, tests: &[&Test]) -> Option<Vec<Found>> {
        let mut found = if q.required { Vec::new() } else { vec![Found::Nothing] };
        if q.retired || matches!(q.kind.value, QuestionType::Information | QuestionType::Signature) {
            return Some(vec![Found::Nothing]);
        }
        if q.choices_from.is_some() && self.instance.is_none() {
            return None;
        }
        if let Some(mut codes) = codes(q, self.instance) {
            let retired = |code: &String| q.choices.iter().any(|c| c.value.retired && c.value.code == *code);
            codes.retain(|code| !retired(code));
            let codes = told_apart(&codes, tests);
            if q.kind.value != QuestionType::Many {
                found.extend(codes.into_iter().map(|code| Found::Codes(vec![code])));
                return Some(found);
            }
            if codes.len() > MOST_CODES {
                return None;
            }
            let apart = |code: &String| {
                let own = q.choices.iter().find(|c| c.value.code == *code);
                own.is_none_or(|c| c.value.apart || c.value.non_answer.is_some())
            };
            for set in 1_u32..1 << codes.len() {
                let chosen: Vec<String> =
                    (0..codes.len()).filter(|i| set >> i & 1 == 1).map(|i| codes[i].clone()).collect();
                if chosen.len() == 1 || !chosen.iter().any(apart) {
                    found.push(Found::Codes(chosen));
                }
            }
            return Some(found);
        }
        if q.kind.value == QuestionType::Number {
            let (min, max) = (q.min.as_ref().map_or(0, |m| m.value), q.max.as_ref().map_or(i64::MAX, |m| m.value));
            found.extend(numbers(tests).filter(|n| (min..=max).contains(n)).chain([min, max]).map(number));
            return Some(found);
        }
        found.push(Found::Something);
        Some(found)
    }

    fn known(&self, name: &str, tests: &[&Test]) -> Option<Vec<Found>> {
        let mut found = vec![Found::Nothing];
        match FIELDS.iter().find(|f| f.name == name)?.usage {
            FieldUse::Code => {
                let dimension = self.instance.and_then(|i| i.dimension(name));
                let codes: Vec<String> = match dimension {
                    Some(dimension) => dimension.categories.iter().map(|c| c.code.clone()).collect(),
                    None => tests.iter().flat_map(|t| wanted(t)).cloned().chain([String::new()]).collect(),
                };
                found.extend(told_apart(&codes, tests).into_iter().map(|code| Found::Codes(vec![code])));
            }
            FieldUse::Number => found.extend(numbers(tests).filter(|n| *n >= 0).chain([0]).map(number)),
            FieldUse::Day | FieldUse::Words => found.push(Found::Something),
        }
        Some(found)
    }
}

/// One way through the answers after the other.
struct Trial<'a, 'f> {
    form: &'a Form<'f>,
    conditions: &'a [Condition],
    follow: bool,
    order: Vec<(usize, &'a Subject, Vec<Found>)>,
    chosen: BTreeMap<&'a Subject, Found>,
    left: usize,
}

impl Trial<'_, '_> {
    fn holds(&self, conditions: &[Condition]) -> bool {
        let look = |subject: &Subject| self.chosen.get(subject).cloned().unwrap_or(Found::Nothing);
        conditions.iter().all(|c| c.holds(&look))
    }

    fn from(&mut self, at: usize) -> Option<bool> {
        self.left = self.left.checked_sub(1)?;
        let Some((entry, subject, answers)) = self.order.get(at).cloned() else {
            return Some(self.holds(self.conditions));
        };
        let entry = entry.checked_sub(1).map(|i| &self.form.entries[i]);
        let asked = !self.follow || entry.is_none_or(|e| self.holds(&e.conditions));
        for answer in if asked { answers } else { vec![Found::Nothing] } {
            self.chosen.insert(subject, answer);
            match self.from(at + 1) {
                Some(false) => {}
                decided => return decided,
            }
        }
        self.chosen.remove(subject);
        Some(false)
    }
}

fn wanted(test: &Test) -> &[String] {
    match test {
        Test::Is(code) => std::slice::from_ref(code),
        Test::In(codes) => codes,
        Test::AtLeast(_) | Test::Answered(_) => &[],
    }
}

/// The codes that some test names, and one that none does; all where steps are compared.
fn told_apart(codes: &[String], tests: &[&Test]) -> Vec<String> {
    if tests.iter().any(|t| matches!(t, Test::AtLeast(_))) {
        return codes.to_vec();
    }
    let named = |code: &&String| tests.iter().any(|t| wanted(t).contains(code));
    let other = codes.iter().find(|code| !named(code));
    codes.iter().filter(named).chain(other).cloned().collect()
}

/// Numbers on both sides of every limit that is tested.
fn numbers<'a>(tests: &'a [&Test]) -> impl Iterator<Item = i64> + 'a {
    tests.iter().flat_map(|t| match t {
        Test::AtLeast(n) => vec![*n, n.saturating_sub(1)],
        _ => Vec::new(),
    })
}

fn number(n: i64) -> Found {
    Found::Number(Figure { scaled: n, decimals: 0 })
}

#[cfg(test)]
mod tests {
    use crate::form::{FormFile, FormSet};

    /// Codes of the warnings about questions that are asked under these conditions, in their order.
    fn told(conditions: &[&str]) -> Vec<&'static str> {
        let mut source = String::from(
            "id: f\nparty: client\ntitle: { fi: A }\nlead: { fi: A }\nwhy: { fi: A }\nminutes: 1\npages:\n  - title: { fi: A }\n    questions:
      - { id: one, type: one, text: { fi: A }, choices: [{ code: a, label: { fi: A } }, { code: b, label: { fi: B } }, { code: old, retired: true, label: { fi: C } }] }
      - { id: many, type: many, text: { fi: A }, choices: [{ code: a, label: { fi: A } }, { code: b, label: { fi: B } }, { code: none, apart: true, label: { fi: C } }] }
      - { id: must, type: yes-no, required: true, text: { fi: A } }
      - { id: number, type: number, min: 1, max: 9, text: { fi: A } }
      - { id: grade, type: grade, text: { fi: A } }\n",
        );
        for (i, condition) in conditions.iter().enumerate() {
            source.push_str(&format!("      - {{ id: t{i}, type: text, text: {{ fi: A }}, ask_if: {condition} }}\n"));
        }
        let file = FormFile { file: "forms/f.yaml".to_owned(), source, translations: Vec::new() };
        let set = FormSet::read(&[file], None, None);
        assert!(set.found.is_empty(), "{}", set.found[0]);
        set.warnings.iter().map(|d| d.code.short()).collect()
    }

    #[test]
    fn what_some_answers_make_true_is_asked() {
        let fine = [
            "{ question: one, in: [a, b] }",
            "{ all: [{ question: many, is: a }, { question: many, is: b }] }",
            "{ question: number, at_least: 9 }",
            "{ question: grade, at_least: 5 }",
            "{ not: { question: one, answered: true } }",
            "{ all: [{ case: outcome, is: job }, { case: hours, at_least: 40 }] }",
        ];
        assert_eq!(told(&fine), Vec::<&str>::new());
    }

    #[test]
    fn what_no_answers_make_true_is_told() {
        let never = [
            "{ all: [{ question: one, is: a }, { not: { question: one, is: a } }] }",
            "{ question: one, is: old }",
            "{ all: [{ question: many, is: a }, { question: many, is: none }] }",
            "{ question: must, answered: false }",
            "{ question: number, at_least: 10 }",
            "{ question: grade, at_least: 6 }",
            "{ all: [{ case: outcome, is: job }, { case: outcome, is: education }] }",
        ];
        assert_eq!(told(&never), ["W001"; 7]);
        let chain =
            ["{ question: one, is: a }", "{ all: [{ question: t0, answered: true }, { question: one, is: b }] }"];
        assert_eq!(told(&chain), ["W002"]);
    }

    #[test]
    fn too_many_combinations_are_left_alone() {
        let wide: Vec<String> = (0..60).map(|i| format!("{{ not: {{ question: t{i}, answered: true }} }}")).collect();
        let mut conditions = vec!["{ question: one, is: a }"; 60];
        let all = format!("{{ all: [{}, {{ question: one, is: a }}, {{ question: one, is: b }}] }}", wide.join(", "));
        conditions.push(&all);
        assert!(told(&conditions).len() <= 1);
    }
}
