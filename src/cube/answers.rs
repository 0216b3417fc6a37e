//! The tables that count answers, one for each countable question.

use super::counters::{Cube, UNASKED, answers_to, respondents};
use super::fact::not_after;
use super::table::{Axis, AxisCategory, Basis, Cell, Class, MEAN, NO_ANSWER, NOT_ASKED, Response, Role, TOTAL, Table};
use crate::form::{Form, Kind, Question};
use crate::text::{Figure, Messages, Text, divide_rounded};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// `response` tells how the form's party responded; none for parties whose response is not published.
pub(super) fn tables(cube: &Cube, form: &Form, as_of: Date, source: &Text, response: Option<Response>) -> Vec<Table> {
    let counted = form.questions().filter(|q| q.statistics);
    counted
        .map(|q| Table { responses: response.into_iter().collect(), ..table(cube, form, q, as_of, source) })
        .collect()
}

fn id_of(form: &Form, question: &str) -> String {
    format!("{}-{}", form.party().code(), question.replace('_', "-"))
}

/// Five-step agreement folds to three classes for publication; every other choice stands for itself.
fn published_code<'a>(question: &Question, code: &'a str) -> &'a str {
    match (&question.kind, code) {
        (Kind::Agreement(5), "fully_agree" | "rather_agree") => "agree",
        (Kind::Agreement(5), "rather_disagree" | "fully_disagree") => "disagree",
        _ => code,
    }
}

fn axis(question: &Question, some_not_asked: bool) -> Axis {
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

fn table(cube: &Cube, form: &Form, question: &Question, as_of: Date, source: &Text) -> Table {
    let in_time = |key: &[&str]| key.first().is_some_and(|day| not_after(day, as_of));
    let everybody = respondents(form.id());
    let respondents: i64 = cube.entries(&everybody).filter(|(key, _)| in_time(key)).map(|(_, n)| n).sum();
    let mut by_code: BTreeMap<&str, i64> = BTreeMap::new();
    let counter = answers_to(form.id(), &question.id);
    let (mut answered, mut asked) = (0, 0);
    for (key, n) in cube.entries(&counter).filter(|(key, _)| in_time(key)) {
        let value = key.get(1).copied().unwrap_or_default();
        if value == UNASKED {
            continue;
        }
        asked += n;
        if value.is_empty() {
            continue;
        }
        answered += n;
        for code in value.split('+') {
            *by_code.entry(published_code(question, code)).or_default() += n;
        }
    }
    let grades: Vec<(i64, i64)> = by_code.iter().filter_map(|(code, n)| Some((code.parse().ok()?, *n))).collect();
    let people: i64 = grades.iter().map(|(_, n)| n).sum();
    let sum: i64 = grades.iter().map(|(grade, n)| grade * n).sum();
    // Whoever answered before the question was added to the form was not asked either. Whether a form can leave
    // the question out is public; how often it did is a count like any other.
    let can_be_left_out = question.retired || form.is_conditional(&question.id);
    let axis = axis(question, can_be_left_out || asked < respondents);
    let cells = axis.categories.iter().map(|c| match c.code.as_str() {
        TOTAL => Cell { figure: Figure::count(respondents), basis: Basis::Count },
        NO_ANSWER => Cell { figure: Figure::count(asked - answered), basis: Basis::Count },
        NOT_ASKED => Cell { figure: Figure::count(respondents - asked), basis: Basis::Count },
        MEAN => {
            let tenths = divide_rounded(i128::from(sum) * 10, i128::from(people.max(1)));
            Cell { figure: Figure::tenths(tenths), basis: Basis::Rating { people, sum, alike: grades.len() == 1 } }
        }
        code => Cell { figure: Figure::count(by_code.get(code).copied().unwrap_or(0)), basis: Basis::Count },
    });
    let definition = match question.kind {
        Kind::Many => "table.answers.definition_many",
        Kind::Grade => "table.answers.definition_grade",
        _ => "table.answers.definition",
    };
    Table {
        id: id_of(form, &question.id),
        hangs_on: form.hangs_on(&question.id).iter().map(|id| id_of(form, id)).collect(),
        title: question.text.clone(),
        definition: Messages::text(definition),
        cells: cells.collect(),
        axes: vec![axis],
        class: Class::Counts,
        as_of,
        source: source.clone(),
        responses: Vec::new(),
    }
}
