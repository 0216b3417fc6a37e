//! How the answers to a question stand in its table: its id, its axis, the codes that are published.

use super::table::{Axis, AxisCategory, MEAN, NO_ANSWER, NOT_ASKED, Role, TOTAL};
use crate::form::{Form, Kind, Question};
use crate::text::Messages;

pub(super) fn id_of(form: &Form, question: &str) -> String {
    format!("{}-{}", form.party().code(), question.replace('_', "-"))
}

/// Five-step agreement folds to three classes for publication; every other choice stands for itself.
pub(super) fn published_code<'a>(question: &Question, code: &'a str) -> &'a str {
    match (&question.kind, code) {
        (Kind::Agreement(5), "fully_agree" | "rather_agree") => "agree",
        (Kind::Agreement(5), "rather_disagree" | "fully_disagree") => "disagree",
        _ => code,
    }
}

pub(super) fn axis(question: &Question, some_not_asked: bool) -> Axis {
    let mut categories: Vec<AxisCategory> = Vec::new();
    for choice in &question.choices {
        let code = published_code(question, &choice.code);
        if categories.iter().all(|c| c.code != code) {
            let folded = code != choice.code;
            let label = if folded { Messages::text(&format!("scale.{code}")) } else { choice.label.clone() };
            categories.push(AxisCategory { code: code.to_owned(), label });
        }
    }
    let mut add = |code: &str| {
        categories.push(AxisCategory { code: code.to_owned(), label: Messages::text(&format!("table.{code}")) });
    };
    add(NO_ANSWER);
    if some_not_asked {
        add(NOT_ASKED);
    }
    add(TOTAL);
    if question.kind == Kind::Grade {
        add(MEAN);
    }
    Axis { id: "answer".to_owned(), label: Messages::text("table.answer"), role: Role::Classification, categories }
}
