//! The tables of answers, one for each counted question and each cohort of answers.

use super::answers::{axis, id_of};
use super::people::{Cohort, People, Reading, Whose};
use super::respondents::{Respondents, published_codes};
use super::table::{Basis, Cell, Class, MEAN, Response, TOTAL, Table};
use crate::form::{Kind, Question};
use crate::text::{Figure, Messages, Text, divide_rounded};
use jiff::civil::Date;

/// The turn of the first table of answers.
const FIRST_TURN: u32 = 5000;

/// The tables of a form's questions but those left out. `response` tells how the party responded in these cohorts; none
/// for parties whose response is not published.
pub(super) fn tables(
    respondents: &Respondents,
    blocks: &[People],
    without: &[&str],
    source: &Text,
    as_of: Date,
    response: Option<Response>,
) -> Vec<Table> {
    let cohorts: Vec<Option<&Cohort>> =
        if respondents.cut.all.is_empty() { vec![None] } else { respondents.cut.fresh().iter().map(Some).collect() };
    let questions: Vec<&Question> =
        respondents.form.questions().filter(|q| q.statistics && !without.contains(&q.id.as_str())).collect();
    let mut tables = Vec::new();
    for cohort in cohorts {
        for (turn, question) in (FIRST_TURN..).zip(&questions) {
            let table = table(respondents, blocks, question, cohort);
            let source = source.clone();
            let as_of = cohort.map_or(as_of, |c| c.until);
            tables.push(Table { source, as_of, priority: turn, responses: response.into_iter().collect(), ..table });
        }
    }
    tables
}

/// How many people these are.
pub(super) fn count(blocks: &[People], whose: &Whose) -> i64 {
    blocks.iter().find(|b| b.id == whose.block).map_or(0, |people| people.count(whose))
}

/// How many gave each grade, with who they are.
pub(super) fn grades(
    respondents: &Respondents,
    blocks: &[People],
    question: &Question,
    cohorts: &[Cohort],
) -> Vec<(i64, Whose, i64)> {
    let codes = published_codes(question);
    let of = |code: &String| {
        let whose = respondents.whose(question, cohorts, &[code]);
        let n = count(blocks, &whose);
        Some((code.parse().ok()?, whose, n))
    };
    codes.iter().filter_map(of).collect()
}

fn table(respondents: &Respondents, blocks: &[People], question: &Question, cohort: Option<&Cohort>) -> Table {
    let form = respondents.form;
    let cohorts: Vec<Cohort> = cohort.into_iter().cloned().collect();
    let whose = |answers: &[&str]| respondents.whose(question, &cohorts, answers);
    let not_asked = respondents.unasked_in(question, &cohorts);
    let axis = axis(question, respondents.can_be_left_out(question) || not_asked > 0);
    let (mut cells, mut reads) = (Vec::new(), Vec::new());
    for category in &axis.categories {
        let counted = |whose: Whose| {
            let figure = Figure::count(count(blocks, &whose));
            (Cell { figure, basis: Basis::Count }, Reading::Count(whose))
        };
        let (cell, reading) = match category.code.as_str() {
            TOTAL => counted(whose(&[])),
            MEAN => mean(&grades(respondents, blocks, question, &cohorts)),
            code => counted(whose(&[code])),
        };
        cells.push(cell);
        // Nobody is in no cohort, and that tells of nobody.
        reads.push(if cohort.is_some() { reading } else { Reading::Plain });
    }
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
        cells,
        axes: vec![axis],
        class: Class::Counts,
        as_of: Date::ZERO,
        source: Text::default(),
        responses: Vec::new(),
        reads,
        cohort: cohort.cloned(),
        priority: 0,
    }
}

fn mean(grades: &[(i64, Whose, i64)]) -> (Cell, Reading) {
    let people: i64 = grades.iter().map(|(.., n)| n).sum();
    let sum: i64 = grades.iter().map(|(grade, _, n)| grade * n).sum();
    let tenths = divide_rounded(i128::from(sum) * 10, i128::from(people.max(1)));
    let alike = grades.iter().filter(|(.., n)| *n > 0).count() == 1;
    let reading = Reading::Grades(grades.iter().map(|(grade, whose, _)| (*grade, whose.clone())).collect());
    (Cell { figure: Figure::tenths(tenths), basis: Basis::Rating { people, sum, alike } }, reading)
}
