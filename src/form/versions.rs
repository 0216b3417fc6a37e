//! What a new version of a form may not change: answers of earlier versions stay, and are counted with the new ones.

use super::{Choice, Form, Kind, NonAnswer, Question};
use crate::text::{Code, Position, SourceText, read_yaml};
use std::fmt;

/// A change that would give earlier answers another meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What kind of change.
    pub code: Code,
    /// The question; none when it concerns the form.
    pub question: Option<String>,
    /// What is wrong with it.
    pub problem: String,
    /// What to do instead.
    pub remedy: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}; {}", self.code.short(), self.problem, self.remedy)
    }
}

impl Change {
    /// Where its question stands in the file of the new form; the beginning where it is gone.
    #[must_use]
    pub fn place(&self, source: &str) -> Position {
        let Some(id) = &self.question else { return Position::START };
        let Ok(raw) = read_yaml::<super::raw::RawForm>("", source) else { return Position::START };
        let all = raw.pages.iter().flat_map(|p| &p.questions).flat_map(|q| std::iter::once(q).chain(&q.questions));
        let mut found = all.filter(|q| q.id.value == *id).map(|q| Position::of(&q.id));
        found.next().unwrap_or(Position::START)
    }

    /// The change as a mistake of the file of the new form.
    #[must_use]
    pub fn told(&self, file: &str, source: &str) -> crate::text::Diagnostic {
        let at = self.place(source);
        SourceText::new(file, source).tell(self.code, at, self.problem.as_str(), self.remedy.as_str())
    }
}

/// What `now` changes of the meaning of answers to `last`. New words, new questions, new choices and retired ones
/// change nothing.
#[must_use]
pub fn changes_of_meaning(last: &Form, now: &Form) -> Vec<Change> {
    let mut changes = Vec::new();
    if last.party() != now.party() {
        changes.push(Change {
            code: Code::PartyChanged,
            question: None,
            problem: format!("the form was answered by the {}, now by the {}", last.party().code(), now.party().code()),
            remedy: "make a form of its own for the other party".to_owned(),
        });
    }
    compare(&last.questions().collect::<Vec<_>>(), &now.questions().collect::<Vec<_>>(), &mut changes);
    changes
}

fn compare(last: &[&Question], now: &[&Question], changes: &mut Vec<Change>) {
    for before in last.iter().filter(|q| q.asks()) {
        let mut tell = |code, problem: String, remedy: String| {
            changes.push(Change { code, question: Some(before.id.clone()), problem, remedy });
        };
        let Some(after) = now.iter().find(|q| q.id == before.id) else {
            let problem = format!("the question `{}` is gone, but it has been asked", before.id);
            let remedy = "bring it back with retired: true; earlier answers are shown and counted by it";
            tell(Code::QuestionGone, problem, remedy.to_owned());
            continue;
        };
        let another = format!("keep it with retired: true, and ask anew under another id than `{}`", before.id);
        match (&before.kind, &after.kind) {
            (Kind::Agreement(a), Kind::Agreement(b)) if a != b => {
                tell(Code::ScaleChanged, format!("`{}` had {a} steps, now {b}", before.id), another);
                continue;
            }
            (Kind::Scale { from, to }, Kind::Scale { from: first, to: end }) if (from, to) != (first, end) => {
                let problem = format!("`{}` went from {from} to {to}, now from {first} to {end}", before.id);
                tell(Code::ScaleChanged, problem, another);
                continue;
            }
            (a, b) if name(a) != name(b) => {
                let problem = format!("`{}` was of the type {}, now {}", before.id, name(a), name(b));
                tell(Code::TypeChanged, problem, another);
                continue;
            }
            _ => {}
        }
        if before.statistics != after.statistics && !before.retired {
            let (problem, remedy) = if before.statistics {
                (format!("`{}` was counted and is not any more", before.id), another.clone())
            } else {
                let problem = format!("`{}` was not counted and is now", before.id);
                (problem, format!("{another}: who answered earlier was told that it is not counted"))
            };
            tell(Code::CountedOtherwise, problem, remedy);
        }
        for choice in &before.choices {
            match after.choice(&choice.code) {
                None => {
                    let problem =
                        format!("`{}` has no choice `{}` any more, but it could be chosen", before.id, choice.code);
                    tell(Code::CodeGone, problem, bring_back(choice));
                }
                // Forms kept by earlier programs say only that a choice stands apart, not why.
                Some(other)
                    if other.non_answer != choice.non_answer && (choice.non_answer.is_some() || !choice.apart) =>
                {
                    let problem = format!(
                        "the choice `{}` of `{}` was {}, now {}",
                        choice.code,
                        before.id,
                        said(choice),
                        said(other)
                    );
                    let remedy = "keep it with retired: true, and add a choice of another code";
                    tell(Code::NonAnswerChanged, problem, remedy.to_owned());
                }
                Some(_) => {}
            }
        }
        let inner = |q: &Question| q.questions.clone();
        let (a, b) = (inner(before), inner(after));
        compare(&a.iter().collect::<Vec<_>>(), &b.iter().collect::<Vec<_>>(), changes);
    }
}

fn bring_back(choice: &Choice) -> String {
    let own = ["dont_know", "not_applicable", "rather_not_say"].contains(&choice.code.as_str());
    match own {
        true => format!("write {}: true, or ask anew under another id", choice.code),
        false => "bring it back with retired: true, or ask anew under another id".to_owned(),
    }
}

fn said(choice: &Choice) -> &'static str {
    match choice.non_answer {
        None => "an answer",
        Some(NonAnswer::DontKnow) => "the non-answer dont_know",
        Some(NonAnswer::NotApplicable) => "the non-answer not_applicable",
        Some(NonAnswer::RatherNotSay) => "the non-answer rather_not_say",
    }
}

/// How YAML writes the type.
fn name(kind: &Kind) -> &'static str {
    match kind {
        Kind::One => "one",
        Kind::Many => "many",
        Kind::Agreement(_) => "agreement",
        Kind::Grade => "grade",
        Kind::Scale { .. } => "scale",
        Kind::Text(_) => "text",
        Kind::YesNo => "yes-no",
        Kind::Number { .. } => "number",
        Kind::Date => "date",
        Kind::Month => "month",
        Kind::Email => "email",
        Kind::Phone => "phone",
        Kind::Information => "information",
        Kind::Consent => "consent",
        Kind::Signature => "signature",
        Kind::Group { .. } => "group",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: &str = "\
id: small
party: client
title: { fi: Otsikko }
lead: { fi: Johdanto }
why: { fi: Syy }
minutes: 1
pages:
  - title: { fi: Sivu }
    questions:
      - id: q_one
        type: one
        text: { fi: Kumpi? }
        choices:
          - { code: a, label: { fi: A } }
          - { code: b, label: { fi: B } }
          - { code: c, label: { fi: C } }
      - id: q_agree
        type: agreement
        steps: 3
        text: { fi: Sujuiko? }
      - id: q_group
        type: group
        text: { fi: Työt }
        item: { fi: Työ }
        add: { fi: Lisää }
        questions:
          - { id: g_text, type: text, text: { fi: Mitä? } }
          - { id: g_number, type: number, text: { fi: Montako? } }
";

    fn form(source: &str) -> Form {
        Form::read("forms/small.yaml", source, None).unwrap()
    }

    /// The codes of what is told, and the lines where.
    fn told(changes: &[(&str, &str)]) -> Vec<(&'static str, usize)> {
        let now = changes.iter().fold(LAST.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        let found = changes_of_meaning(&form(LAST), &form(&now));
        found.iter().map(|c| (c.code.short(), c.told("forms/small.yaml", &now).at.line)).collect()
    }

    #[test]
    fn a_form_that_an_earlier_program_kept_goes_on_with_the_same_words() {
        let now = form(
            &LAST.replace("{ code: c, label: { fi: C } }", "{ code: rather_not_say, apart: true, label: { fi: C } }"),
        );
        let json = now.to_stored();
        // It knew nothing of non-answers; it kept that a choice stands apart.
        let kept: String =
            json.replace(",\"non_answer\":\"dont_know\"", "").replace(",\"non_answer\":\"rather_not_say\"", "");
        assert_ne!(kept, json);
        let before = Form::from_stored(&kept).unwrap();
        assert_eq!(changes_of_meaning(&before, &now), []);
        assert_ne!(before.question("q_one").unwrap().choices, now.question("q_one").unwrap().choices);
    }

    #[test]
    fn new_words_new_questions_and_retired_ones_change_no_meaning() {
        let more = "      - { id: q_new, type: text, text: { fi: Uusi? } }\n      - id: q_group\n";
        let fine = [
            ("Kumpi?", "Mikä?"),
            ("code: b, label: { fi: B }", "code: b, retired: true, label: { fi: B }"),
            ("code: c, label: { fi: C } }", "code: c, label: { fi: C } }\n          - { code: d, label: { fi: D } }"),
            ("steps: 3", "steps: 3\n        retired: true"),
            ("      - id: q_group\n", more),
        ];
        assert_eq!(told(&fine), []);
    }

    #[test]
    fn what_gives_earlier_answers_another_meaning_is_told_at_its_question() {
        assert_eq!(told(&[("id: q_agree", "id: q_other")]), [("F081", 1)]);
        assert_eq!(told(&[("          - { code: c, label: { fi: C } }\n", "")]), [("F082", 10)]);
        assert_eq!(
            told(&[("type: one\n", "type: many\n"), ("Kumpi? }", "Kumpi? }\n        dont_know: true")]),
            [("F083", 10)]
        );
        assert_eq!(told(&[("steps: 3", "steps: 5")]), [("F084", 17)]);
        assert_eq!(told(&[("steps: 3", "steps: 3\n        statistics: false")]), [("F085", 17)]);
        let non_answer = ("code: c, label", "code: c, non_answer: not_applicable, label");
        assert_eq!(told(&[non_answer]), [("F086", 10)]);
        assert_eq!(told(&[("party: client", "party: coach")]), [("F087", 1)]);
        assert_eq!(told(&[("id: g_text, type: text", "id: g_text, type: date")]), [("F083", 27)]);
        assert_eq!(told(&[("steps: 3", "steps: 3\n        dont_know: false")]), [("F082", 17)]);
    }
}
