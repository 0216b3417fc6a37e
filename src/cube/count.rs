//! Everything that a release may choose from, out of the counters.

use super::answer_tables;
use super::attributes::ENDED;
use super::case_tables;
use super::cohorts::of_looks;
use super::comparing;
use super::counters::Cube;
use super::counting::Counting;
use super::indicators::{INDICATORS, Sources, due_by};
use super::open_tables;
use super::pairs::{Pairs, told_by};
use super::people::{Cohort, Counted, People};
use super::respondents::Respondents;
use super::response_tables;
use super::table::Table;
use crate::form::Form;
use crate::instance::Instance;
use crate::statistics::Statistics;
use jiff::civil::Date;

/// What is told of several parties together, each time that something of it is new.
pub const RESPONSES: &str = "responses";

/// Counts: cases as they are known at the end of `as_of`, answers received by the end of `answers_until`, both cut into
/// cohorts. `released` are those of earlier releases, which stay as they are and are not counted again.
#[must_use]
pub fn count(
    cube: &Cube,
    instance: &Instance,
    statistics: &Statistics,
    forms: &[Form],
    as_of: Date,
    answers_until: Date,
    released: &[Cohort],
) -> Counted {
    let counting = Counting::new(cube, instance, statistics, as_of, released);
    let k = i64::from(instance.policy.value.threshold);
    let mut answered: Vec<Respondents> =
        forms.iter().map(|form| Respondents::new(cube, form, k, answers_until, released)).collect();
    for share in statistics.indicators.iter().filter_map(|i| i.value.answers.as_ref()).filter(|share| share.bounds) {
        if let Some(form) = answered.iter_mut().find(|r| r.form.id() == share.form.value) {
            form.with_silent(&share.question.value, &|day| due_by(&counting, day));
        }
    }
    let responses = response_tables::responses(&counting, cube, &answered);

    let mut tables = case_tables::tables(&counting);
    tables.extend(open_tables::always_open(cube, instance, as_of));
    let mut people: Vec<People> = counting.blocks.people.clone();
    let mut cohorts: Vec<Cohort> = counting.started.fresh().iter().chain(counting.ended.fresh()).cloned().collect();

    let something_new = !counting.ended.fresh().is_empty() || responses.iter().any(|r| r.is_new);
    let look = of_looks(RESPONSES, something_new, answers_until.max(as_of), released);
    let first = !released.iter().any(|c| c.of == RESPONSES);
    if look.is_some() || first {
        tables.extend(response_tables::table(&counting, &responses, look.clone(), answers_until));
    }
    cohorts.extend(look);
    people.extend(responses.iter().map(|r| r.block.clone()));

    let mut blocks: Vec<People> = Vec::new();
    for form in answered.iter().filter(|r| tells_of(statistics, r.form.id())) {
        blocks.extend(form.form.questions().filter(|q| q.statistics).flat_map(|q| form.blocks(q)));
        cohorts.extend(form.cut.fresh().iter().cloned());
    }
    let source = instance.feedback_source.as_ref().unwrap_or(&instance.source);
    for spec in &statistics.answers {
        let Some(form) = answered.iter().find(|r| r.form.id() == spec.form.value) else { continue };
        let without: Vec<&str> = spec.without.iter().map(|id| id.value.as_str()).collect();
        let of_party = responses.iter().find(|r| r.party == form.form.party() && form.form.is_feedback());
        let response = of_party.map(|r| r.response);
        tables.extend(answer_tables::tables(form, &blocks, &without, source, answers_until, response));
    }

    let sources = Sources { counting: &counting, answered: &answered, blocks: &blocks, responses: &responses };
    let look = of_looks(INDICATORS, sources.something_new(), answers_until.max(as_of), released);
    if look.is_some() || !released.iter().any(|c| c.of == INDICATORS) {
        tables.extend(sources.tables(look.as_ref(), answers_until));
    }
    cohorts.extend(look);
    people.extend(blocks);
    if let Some(spec) = told_by(statistics.indicators.iter().map(|i| &i.value)) {
        let pairs = Pairs::new(cube, k, answers_until, released);
        tables.extend(pairs.tables(spec, source, answers_until));
        people.push(pairs.block());
        cohorts.extend(pairs.cut.fresh().iter().cloned());
    }

    let mut comparison = Vec::new();
    if let Some((standings, table)) = comparing::comparison(&counting) {
        comparison = standings;
        cohorts.extend(table.cohort.clone());
        tables.push(table);
    }
    Counted { tables, people, cohorts, comparison }
}

/// The tables of closed cases of a cohort that was released, as they are known now; none where no such cohort was.
#[must_use]
pub fn recount(
    cube: &Cube,
    instance: &Instance,
    statistics: &Statistics,
    cohort: Date,
    released: &[Cohort],
) -> Counted {
    let mut counting = Counting::new(cube, instance, statistics, cohort, released);
    counting.ended.again(cohort);
    let is_of_cohort = |t: &Table| t.cohort.as_ref().is_some_and(|c| c.until == cohort && c.of == ENDED);
    let tables = case_tables::tables(&counting).into_iter().filter(is_of_cohort).collect();
    Counted { tables, people: counting.blocks.people, ..Counted::default() }
}

/// True when answers to a form are published, in tables or in indicators.
fn tells_of(statistics: &Statistics, form: &str) -> bool {
    let shares = statistics.indicators.iter().filter_map(|i| i.value.answers.as_ref()).map(|a| &a.form);
    let grades = statistics.indicators.iter().filter_map(|i| i.value.grade.as_ref()).map(|g| &g.form);
    let tables = statistics.answers.iter().map(|a| &a.form);
    shares.chain(grades).chain(tables).any(|of| of.value == form)
}
