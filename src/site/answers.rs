//! What may be said of the answers to a question in words.
//!
//! Enters: the published table of a question. Leaves: its title, its sentence, which answers lead. Refuses to name an
//! answer as the most common one while a withheld answer could be as common, to say that nobody has answered unless the
//! number of answers is shown as nought, and a mean of nobody.

use super::sentences::in_sentence;
use crate::cube::{AxisCategory, MEAN, NO_ANSWER, NOT_ASKED, Reading, TOTAL};
use crate::release::PublishedTable;
use crate::text::{Figure, Language, Messages};

/// Categories beside the answers themselves.
const APART: [&str; 4] = [TOTAL, MEAN, NO_ANSWER, NOT_ASKED];

fn answers(table: &PublishedTable) -> impl Iterator<Item = &AxisCategory> {
    table.axes[0].categories.iter().filter(|c| !APART.contains(&c.code.as_str()))
}

fn count(table: &PublishedTable, code: &str) -> Option<i64> {
    table.figure(&[code]).map(|f| f.scaled)
}

/// True only where the number of answers is shown as nought.
pub(super) fn nobody_answered(table: &PublishedTable) -> bool {
    count(table, TOTAL) == Some(0)
}

/// The mean of the grades; none where it is withheld and where nobody answered.
pub(super) fn mean(table: &PublishedTable) -> Option<Figure> {
    table.figure(&[MEAN]).filter(|_| !nobody_answered(table))
}

/// True for answers that are grades.
pub(super) fn is_graded(table: &PublishedTable) -> bool {
    table.axes[0].categories.iter().any(|c| c.code == MEAN)
}

/// True when some answer is shown that somebody gave, or a mean, or when everything is shown.
pub(super) fn tells(table: &PublishedTable) -> bool {
    let given = answers(table).filter_map(|c| count(table, &c.code)).any(|n| n > 0);
    !nobody_answered(table) && (given || mean(table).is_some() || !table.has_withheld())
}

/// How many people the withheld figures of a question can hold together; none where that is not known, as where one
/// person could give several answers.
pub(super) fn withheld_at_most(table: &PublishedTable) -> Option<i64> {
    let mut blocks =
        table.axes[0].categories.iter().zip(&table.reads).filter(|(c, _)| c.code != MEAN).map(|(_, read)| {
            let Reading::Count(whose) = read else { return None };
            Some(&whose.block)
        });
    let first = blocks.next()??;
    if !blocks.all(|block| block == Some(first)) {
        return None;
    }
    let parts = table.axes[0].categories.iter().filter(|c| ![TOTAL, MEAN].contains(&c.code.as_str()));
    let shown: i64 = parts.filter_map(|c| count(table, &c.code)).sum();
    Some((count(table, TOTAL)? - shown).max(0))
}

/// The most common answers and how many gave each; none where nobody gave any, and where a withheld answer could be as
/// common.
pub(super) fn leading(table: &PublishedTable) -> Option<(i64, Vec<&AxisCategory>)> {
    let most = answers(table).filter_map(|c| count(table, &c.code)).max().filter(|n| *n > 0)?;
    let withheld = answers(table).any(|c| count(table, &c.code).is_none());
    if withheld && withheld_at_most(table).is_none_or(|hidden| hidden >= most) {
        return None;
    }
    Some((most, answers(table).filter(|c| count(table, &c.code) == Some(most)).collect()))
}

/// Title over the answers to a question: the question, then the mean or the most common answer where
/// one can be told.
pub(super) fn answered_question(table: &PublishedTable, language: Language) -> String {
    let m = Messages::of(language);
    let question = table.title.in_language(language);
    if let Some(mean) = mean(table) {
        return m.fill("finding.question_mean", &[("question", question), ("mean", &mean.told(language))]);
    }
    match leading(table) {
        Some((_, top)) if top.len() == 1 && !is_graded(table) => {
            let label = in_sentence(top[0].label.in_language(language), language);
            m.fill("finding.question_answer", &[("question", question), ("label", &label)])
        }
        _ => question.to_owned(),
    }
}

/// The mean of the grades or the most common answer, in words.
pub(super) fn most_common(table: &PublishedTable, language: Language) -> String {
    let m = Messages::of(language);
    if let Some(mean) = mean(table) {
        return m.fill("finding.mean", &[("mean", &mean.told(language))]);
    }
    if nobody_answered(table) {
        return m.get("finding.no_answers").to_owned();
    }
    let Some((n, top)) = leading(table) else {
        let key = if table.has_withheld() { "finding.some_answers_withheld" } else { "finding.all_skipped" };
        return m.get(key).to_owned();
    };
    let told = Figure::count(n).told(language);
    let labels: Vec<&str> = top.iter().map(|c| c.label.in_language(language)).collect();
    match labels.as_slice() {
        [one] => m.fill("finding.most_common", &[("label", one), ("n", &told)]),
        _ => m.fill(
            "finding.most_common_tie",
            &[("labels", &labels.join(m.get("finding.between_quotes"))), ("n", &told)],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// Answers by code, a negative one withheld; `several` where a person could give more than one.
    fn question(figures: &[(&str, i64)], several: bool) -> PublishedTable {
        let text = |s: &str| json!({ "fi": s, "sv": s, "en": s });
        let category = |(code, _): &(&str, i64)| json!({ "code": code, "label": text(code) });
        let read = |(code, _): &(&str, i64)| {
            let block = if several { format!("q.{code}") } else { "q".to_owned() };
            json!({ "count": { "block": block, "only": { "answer": [code] } } })
        };
        let figure = |n: i64| serde_json::to_value(Figure::count(n)).unwrap();
        let of = |(_, n): &(&str, i64)| if *n < 0 { Value::Null } else { figure(*n) };
        serde_json::from_value(json!({
            "id": "client-q", "title": text("Q?"), "definition": text("D"), "class": "counts", "as_of": "2026-01-01",
            "source": text("S"),
            "axes": [{ "id": "answer", "label": text("answer"), "role": "classification",
                "categories": figures.iter().map(category).collect::<Vec<_>>() }],
            "cells": figures.iter().map(of).collect::<Vec<_>>(),
            "reads": figures.iter().map(read).collect::<Vec<_>>(),
        }))
        .unwrap()
    }

    fn said(figures: &[(&str, i64)], several: bool) -> (String, String) {
        let table = question(figures, several);
        (answered_question(&table, Language::En), most_common(&table, Language::En))
    }

    const WITHHELD: &str = "Some of the answers are withheld, so the most common answer is not told.";

    #[test]
    fn an_answer_is_called_most_common_only_if_no_withheld_one_can_be_as_common() {
        let (title, text) = said(&[("a", 9), ("b", -1), ("c", -1), ("no_answer", 0), ("total", 17)], false);
        assert_eq!(
            (title.as_str(), text.as_str()),
            ("Q? Most common answer: a", "The most common answer was “a” (9 answers).")
        );
        let (title, text) = said(&[("a", 8), ("b", -1), ("c", -1), ("no_answer", 1), ("total", 17)], false);
        assert_eq!((title.as_str(), text.as_str()), ("Q?", WITHHELD), "b or c may be 8 too");
        assert_eq!(
            said(&[("a", 9), ("b", -1), ("no_answer", 0), ("total", -1)], false).1,
            WITHHELD,
            "the total is not known"
        );
        assert_eq!(
            said(&[("a", 9), ("b", -1), ("no_answer", 0), ("total", 10)], true).1,
            WITHHELD,
            "people may give both"
        );
        assert_eq!(said(&[("a", 9), ("b", 3), ("no_answer", -1), ("total", -1)], true).0, "Q? Most common answer: a");
    }

    #[test]
    fn nobody_has_answered_is_said_only_when_the_number_of_answers_is_shown_as_nought() {
        assert_eq!(said(&[("a", 0), ("no_answer", 0), ("total", 0)], false).1, "Nobody has answered this yet.");
        assert_eq!(said(&[("a", -1), ("no_answer", 0), ("total", -1)], false).1, WITHHELD);
        assert_eq!(said(&[("a", 0), ("b", -1), ("no_answer", 0), ("total", 6)], false).1, WITHHELD);
        assert_eq!(
            said(&[("a", 0), ("no_answer", 6), ("total", 6)], false).1,
            "Everybody who answered the form skipped this question."
        );
    }

    #[test]
    fn a_mean_of_nobody_is_no_mean() {
        let (title, text) = said(&[("1", 0), ("mean", 0), ("no_answer", 0), ("total", 0)], false);
        assert_eq!((title.as_str(), text.as_str()), ("Q?", "Nobody has answered this yet."));
    }

    #[test]
    fn noughts_beside_withheld_figures_tell_nothing() {
        assert!(!tells(&question(&[("a", -1), ("b", 0), ("no_answer", 0), ("total", 6)], false)));
        assert!(tells(&question(&[("a", 5), ("b", -1), ("no_answer", 0), ("total", -1)], false)));
        assert!(tells(&question(&[("a", 0), ("no_answer", 6), ("total", 6)], false)), "that all skipped it");
        assert!(!tells(&question(&[("a", 0), ("no_answer", 0), ("total", 0)], false)));
    }
}
