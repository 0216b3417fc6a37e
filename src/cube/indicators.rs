//! Indicators: how many of how many, for the newest cohort of each; and what is measured instead.

use super::answer_tables::count;
use super::answers::published_code;
use super::attributes::YES;
use super::case_tables::{amount, people_of, statistic_axis, sum_of};
use super::counting::Counting;
use super::fact::{ENDED_ON, HOURS_TENTHS, OUTCOME_ON, STARTED_ON, WORK_TRIALS, day_number};
use super::people::{Cohort, People, Reading, Whose};
use super::respondents::{NOT_ANSWERED, Respondents, published_codes};
use super::response_tables::PartyResponse;
use super::rows::day_of;
use super::table::{Axis, AxisCategory, Basis, Cell, Class, MEAN, NO_ANSWER, NOT_ASKED, Role, Table};
use crate::form::{Kind, NonAnswer, Question};
use crate::statistics::{AnswerShare, IndicatorSpec, Population};
use crate::text::{Figure, Messages, Text, divide_rounded};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// What is told of all indicators together, each time that something of it is new.
pub const INDICATORS: &str = "indicators";
/// The turn of the first of these tables.
const TURN: u32 = 4000;
/// Months after the end of a coaching, and of its outcome, when the follow-up is due.
const FOLLOW_UP_MONTHS: i32 = 6;
/// The two best grades.
const TOP: [&str; 2] = ["4", "5"];
/// The indicator whose outcomes are placements.
const JOB_ENTRY: &str = "job_entry";
/// The share of the cases that are still without a placement at the median, in the unit of [`WHOLE`].
const WHOLE: i128 = 1_000_000_000_000_000_000;

/// How many of how many.
struct Ratio {
    part: (Reading, i64),
    whole: (Reading, i64),
    share: Reading,
}

/// Everything that indicators are drawn from.
pub(super) struct Sources<'a> {
    pub(super) counting: &'a Counting<'a>,
    pub(super) answered: &'a [Respondents<'a>],
    pub(super) blocks: &'a [People],
    pub(super) responses: &'a [PartyResponse],
}

/// Day by day how many follow-ups have become due, for the bounds of what was answered at them.
pub(super) fn due_by(counting: &Counting, day: Date) -> i64 {
    let due = |ended: i64, outcome: i64| {
        let after_end = day_of(ended)?.checked_add(FOLLOW_UP_MONTHS.months()).ok()?;
        let after_outcome = day_of(outcome)?.checked_add(FOLLOW_UP_MONTHS.months().days(1)).ok()?;
        Some(after_end.max(after_outcome))
    };
    let rows = counting.rows.iter().filter(|row| {
        let ended = row.number(ENDED_ON);
        ended.and_then(|e| due(e, row.number(OUTCOME_ON).unwrap_or(e))).is_some_and(|due| due <= day)
    });
    rows.map(|row| row.n).sum()
}

impl Sources<'_> {
    /// True when an indicator would tell of a cohort that is new.
    pub(super) fn something_new(&self) -> bool {
        let used = |spec: &IndicatorSpec| {
            let form = spec.answers.as_ref().map(|a| &a.form).or(spec.grade.as_ref().map(|g| &g.form));
            let of_form = form.and_then(|id| self.answered.iter().find(|r| r.form.id() == id.value));
            let response = spec.response.as_ref().and_then(|party| self.response(&party.value));
            let of_cases = spec.cases.is_some() && !self.counting.ended.fresh().is_empty();
            of_cases || of_form.is_some_and(|r| !r.cut.fresh().is_empty()) || response.is_some_and(|r| r.is_new)
        };
        self.counting.statistics.indicators.iter().any(|i| used(&i.value))
    }

    /// The tables: one of all shares, one for each indicator that is measured or has bounds.
    pub(super) fn tables(&self, cohort: Option<&Cohort>, as_of: Date) -> Vec<Table> {
        let specs: Vec<&IndicatorSpec> = self.counting.statistics.indicators.iter().map(|i| &i.value).collect();
        let shares: Vec<(&IndicatorSpec, Ratio)> =
            specs.iter().filter_map(|spec| Some((*spec, self.ratio(spec)?))).collect();
        let mut tables = Vec::new();
        if !shares.is_empty() {
            tables.push(self.of_shares(&shares));
        }
        for spec in specs {
            tables.extend(self.bounds(spec));
            tables.extend(self.measured(spec));
        }
        let told =
            (TURN..).zip(tables).map(|(priority, table)| Table { priority, cohort: cohort.cloned(), as_of, ..table });
        told.collect()
    }

    fn of_shares(&self, shares: &[(&IndicatorSpec, Ratio)]) -> Table {
        let axis = Axis {
            id: "indicator".to_owned(),
            label: Messages::text("cube.indicator"),
            role: Role::Classification,
            categories: shares
                .iter()
                .map(|(spec, _)| AxisCategory { code: spec.id.value.clone(), label: spec.title() })
                .collect(),
        };
        let (mut cells, mut reads) = (Vec::new(), Vec::new());
        for (_, ratio) in shares {
            for (reading, n) in [&ratio.part, &ratio.whole] {
                cells.push(Cell { figure: Figure::count(*n), basis: Basis::Count });
                reads.push(reading.clone());
            }
            cells.push(share_cell(ratio.part.1, ratio.whole.1));
            reads.push(ratio.share.clone());
        }
        let title = Messages::text("cube.indicators.title");
        let definition = Messages::text("cube.indicators.definition");
        let axes = vec![axis, statistic_axis(&["count", "of", "percent"])];
        let source = together(shares.iter().map(|(spec, _)| self.source(spec)));
        Table { cells, reads, axes, source, ..self.bare(INDICATORS.to_owned(), title, definition) }
    }

    fn bare(&self, id: String, title: Text, definition: Text) -> Table {
        Table {
            id,
            title,
            definition,
            axes: Vec::new(),
            cells: Vec::new(),
            hangs_on: Vec::new(),
            class: Class::Groups,
            as_of: self.counting.as_of,
            source: self.counting.instance.source.clone(),
            responses: Vec::new(),
            reads: Vec::new(),
            cohort: None,
            priority: 0,
        }
    }

    /// Where an indicator's figures come from: what it says itself; else answers come from where feedback does.
    fn source(&self, spec: &IndicatorSpec) -> Text {
        let instance = self.counting.instance;
        let of_answers = spec.answers.is_some() || spec.grade.is_some() || spec.response.is_some();
        let feedback = instance.feedback_source.as_ref().filter(|_| of_answers);
        spec.source.as_ref().or(feedback).unwrap_or(&instance.source).clone()
    }

    fn response(&self, party: &str) -> Option<&PartyResponse> {
        self.responses.iter().find(|r| r.party.code() == party)
    }

    fn ratio(&self, spec: &IndicatorSpec) -> Option<Ratio> {
        let ended = self.counting.ended.newest();
        if let Some(cases) = &spec.cases {
            let attributes = &self.counting.attributes;
            let near: Vec<String> = cases.keys().flat_map(|id| attributes.of_dimension(id)).collect();
            let picks: Vec<(String, BTreeSet<String>)> =
                cases.iter().map(|(id, codes)| (id.clone(), codes.iter().map(|c| c.value.clone()).collect())).collect();
            return Some(self.of_cases(ended, &near, &picks));
        }
        if spec.measure.as_ref().is_some_and(|m| m.value == WORK_TRIALS) {
            let picks = [(WORK_TRIALS.to_owned(), BTreeSet::from([YES.to_owned()]))];
            return Some(self.of_cases(ended, &[], &picks));
        }
        if let Some(share) = &spec.answers {
            let (respondents, question) = self.question(&share.form.value, &share.question.value)?;
            let part: Vec<&str> = share.codes.iter().map(|c| published_code(question, &c.value)).collect();
            let whole = said(question).chain(share.of_all.then(|| NOT_ASKED.to_owned())).collect::<Vec<_>>();
            return Some(self.of_answers(respondents, question, &part, &whole));
        }
        if let Some(grade) = &spec.grade {
            let (respondents, question) = self.question(&grade.form.value, &grade.question.value)?;
            let grades: Vec<String> =
                published_codes(question).into_iter().filter(|c| c.parse::<i64>().is_ok()).collect();
            return Some(self.of_answers(respondents, question, &TOP, &grades));
        }
        let response = self.response(&spec.response.as_ref()?.value)?;
        let whose = |reading: &Reading| match reading {
            Reading::Count(whose) => Some(whose.clone()),
            _ => None,
        };
        let share = match (whose(&response.answered), whose(&response.invited)) {
            (Some(part), Some(whole)) => Reading::Share { part, whole },
            _ => response.invited.clone(),
        };
        Some(Ratio {
            part: (response.answered.clone(), response.response.answered),
            whole: (response.invited.clone(), response.response.invited),
            share,
        })
    }

    fn question(&self, form: &str, question: &str) -> Option<(&Respondents<'_>, &Question)> {
        let respondents = self.answered.iter().find(|r| r.form.id() == form)?;
        Some((respondents, respondents.form.question(question)?))
    }

    fn of_cases(&self, ended: &[Cohort], near: &[String], picks: &[(String, BTreeSet<String>)]) -> Ratio {
        let near: Vec<String> = near.iter().chain(picks.iter().map(|(id, _)| id)).cloned().collect();
        let part = self.counting.whose(Population::Closed, ended, &near, picks);
        let whole = self.counting.whose(Population::Closed, ended, &near, []);
        let n = |whose: &Whose| self.counting.cell(whose).figure.scaled;
        ratio((part.clone(), n(&part)), (whole.clone(), n(&whole)), ended.is_empty())
    }

    fn of_answers(&self, respondents: &Respondents, question: &Question, part: &[&str], whole: &[String]) -> Ratio {
        let cohorts = respondents.cut.newest();
        let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
        let part = respondents.whose(question, cohorts, part);
        // Of several choices everybody who answered the form is the whole.
        let whole = respondents.whose(question, cohorts, if question.kind == Kind::Many { &[] } else { &whole });
        let whole = Whose { block: part.block.clone(), ..whole };
        let n = |whose: &Whose| count(self.blocks, whose);
        ratio((part.clone(), n(&part)), (whole.clone(), n(&whole)), cohorts.is_empty())
    }

    /// What a share would be if nobody of those who did not answer were in it, and if all of them were.
    fn bounds(&self, spec: &IndicatorSpec) -> Option<Table> {
        let share: &AnswerShare = spec.answers.as_ref().filter(|share| share.bounds)?;
        let (respondents, question) = self.question(&share.form.value, &share.question.value)?;
        let cohorts = respondents.cut.newest();
        let part: Vec<&str> = share.codes.iter().map(|c| published_code(question, &c.value)).collect();
        let silent: Vec<String> = published_codes(question)
            .into_iter()
            .filter(|code| said(question).all(|c| c != *code))
            .chain([NO_ANSWER, NOT_ANSWERED].map(str::to_owned))
            .collect();
        let spared = share.of_all.then(|| NOT_ASKED.to_owned());
        let whole: Vec<String> = said(question).chain(silent.iter().cloned()).chain(spared).collect();
        let whose = |codes: Vec<&str>| respondents.whose(question, cohorts, &codes);
        let low = whose(part.clone());
        let high = whose(part.iter().copied().chain(silent.iter().map(String::as_str)).collect());
        let whole = whose(whole.iter().map(String::as_str).collect());
        let n = |whose: &Whose| count(self.blocks, whose);
        // The numbers stand beside the shares: a share is shown only where both of its numbers are.
        let counted = [&low, &high, &whole].map(|w| Cell { figure: Figure::count(n(w)), basis: Basis::Count });
        let shares = [&low, &high].map(|part| share_cell(n(part), n(&whole)));
        let cells = counted.into_iter().chain(shares).collect();
        let counts = [&low, &high, &whole].map(|w| Reading::Count(w.clone()));
        let of_whole = [&low, &high].map(|part| Reading::Share { part: part.clone(), whole: whole.clone() });
        let reads = counts.into_iter().chain(of_whole).collect();
        let axes = vec![statistic_axis(&["count_low", "count_high", "of", "low", "high"])];
        let table = self.bare(table_id(spec), spec.title(), Messages::text("cube.bounds.definition"));
        Some(Table { cells, reads, axes, source: self.source(spec), ..table })
    }

    fn measured(&self, spec: &IndicatorSpec) -> Option<Table> {
        let (codes, cells, reads) = match spec.measure.as_ref()?.value.as_str() {
            "hours_per_case" => {
                let picks = [(super::attributes::HOURS.to_owned(), BTreeSet::from([YES.to_owned()]))];
                let known = self.counting.whose(Population::Closed, self.counting.ended.newest(), &[], &picks);
                let hours: Vec<(i64, i64)> =
                    self.counting.rows_of(&known).filter_map(|row| Some((row.number(HOURS_TENTHS)?, row.n))).collect();
                let mean = divide_rounded(i128::from(sum_of(&hours)), i128::from(people_of(&hours).max(1)));
                let mean = Cell { figure: Figure::tenths(mean), basis: amount(&hours) };
                let n = self.counting.cell(&known);
                (["n", MEAN], vec![n, mean], vec![Reading::Count(known.clone()), Reading::Measured(known)])
            }
            "time_to_placement" => {
                let started = self.counting.started.newest();
                let whose = self.counting.whose(Population::Started, started, &[], []);
                let n = self.counting.cell(&whose);
                // Before half are placed there is no median; then it rests on nobody and is withheld.
                let median = self.median_to_placement(&whose);
                let basis = Basis::Duration(median.map_or(0, |_| n.figure.scaled));
                let cell = Cell { figure: Figure::count(median.unwrap_or(0)), basis };
                (["n", "value"], vec![n, cell], vec![Reading::Count(whose.clone()), Reading::Measured(whose)])
            }
            // Changes of self-assessments have cohorts of their own; see `pairs`.
            _ => return None,
        };
        let axes = vec![statistic_axis(&codes)];
        let table = self.bare(table_id(spec), spec.title(), spec.definition());
        Some(Table { cells, reads, axes, source: self.source(spec), ..table })
    }

    /// Median days from the start of the coaching to a placement, by Kaplan and Meier: open cases count as long as they were
    /// seen; who ended otherwise was not placed, however long one waits.
    fn median_to_placement(&self, whose: &Whose) -> Option<i64> {
        let placements = self.placements();
        let today = day_number(self.counting.as_of);
        let mut seen: Vec<(i64, bool, i64)> = Vec::new();
        for row in self.counting.rows_of(whose) {
            let Some(started) = row.number(STARTED_ON) else { continue };
            let ended = row.number(ENDED_ON).filter(|day| *day <= today);
            let is_placed = row.get("outcome").is_some_and(|code| placements.contains(&code));
            let placed = row.number(OUTCOME_ON).filter(|day| ended.is_some() && is_placed && *day <= today);
            let days = match (placed, ended) {
                (Some(day), _) => (day - started).max(0),
                (None, Some(_)) => i64::MAX,
                (None, None) => (today - started).max(0),
            };
            seen.push((days, placed.is_some(), row.n));
        }
        median(seen)
    }

    fn placements(&self) -> BTreeSet<&str> {
        let statistics = self.counting.statistics;
        let job_entry = statistics.indicators.iter().find(|i| i.value.id.value == JOB_ENTRY);
        let codes = job_entry.and_then(|i| i.value.cases.as_ref()?.get("outcome"));
        let compared = statistics.comparison.as_ref().map(|c| &c.outcomes);
        codes.or(compared).into_iter().flatten().map(|c| c.value.as_str()).collect()
    }
}

pub(super) fn table_id(spec: &IndicatorSpec) -> String {
    format!("indicator-{}", spec.id.value.replace(['_', '.'], "-"))
}

fn ratio(part: (Whose, i64), whole: (Whose, i64), nobody: bool) -> Ratio {
    // Nobody is in no cohort, and that tells of nobody.
    let counted = |whose: &Whose| if nobody { Reading::Plain } else { Reading::Count(whose.clone()) };
    Ratio {
        part: (counted(&part.0), part.1),
        whole: (counted(&whole.0), whole.1),
        share: Reading::Share { part: part.0, whole: whole.0 },
    }
}

/// Several sources as one, each told once.
fn together(sources: impl Iterator<Item = Text>) -> Text {
    let mut all: Vec<Text> = Vec::new();
    for source in sources {
        if !all.contains(&source) {
            all.push(source);
        }
    }
    let told = |language| all.iter().map(|s| s.in_language(language)).collect::<Vec<_>>().join("; ");
    Text::of(|language| all.iter().all(|s| s.has(language)).then(|| told(language)))
}

/// Tenths of a per cent, half up.
fn share_cell(part: i64, whole: i64) -> Cell {
    let tenths = divide_rounded(i128::from(part) * 1000, i128::from(whole.max(1)));
    Cell { figure: Figure::tenths(tenths), basis: Basis::Share { part, whole } }
}

/// The codes of a question that are answers, ways out such as "I don't know" left out.
fn said(question: &Question) -> impl Iterator<Item = String> {
    let is_way_out = |code: &str| {
        question
            .choices
            .iter()
            .any(|c| c.code == code && (c.non_answer.is_some() || NonAnswer::of_code(code).is_some()))
    };
    published_codes(question).into_iter().filter(move |code| !is_way_out(code))
}

/// The first day on which at least half have been placed: days seen, whether placed then, how many.
fn median(mut seen: Vec<(i64, bool, i64)>) -> Option<i64> {
    seen.sort_unstable_by_key(|(days, ..)| *days);
    let mut at_risk: i64 = seen.iter().map(|(.., n)| n).sum();
    let mut without = WHOLE;
    for same_day in seen.chunk_by(|a, b| a.0 == b.0) {
        let placed: i64 = same_day.iter().filter(|(_, placed, _)| *placed).map(|(.., n)| n).sum();
        if at_risk > 0 {
            without = without * i128::from(at_risk - placed) / i128::from(at_risk);
        }
        // Divisions cut off less than a billionth of what is compared.
        if placed > 0 && without <= WHOLE / 2 {
            return same_day.first().map(|(days, ..)| *days);
        }
        at_risk -= same_day.iter().map(|(.., n)| n).sum::<i64>();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_are_placed_when_those_who_were_seen_for_a_shorter_time_count_only_so_long() {
        let all_placed = vec![(10, true, 1), (20, true, 1), (30, true, 1), (40, true, 1)];
        assert_eq!(median(all_placed), Some(20));
        // Two of four leave unplaced before anybody is placed: of the two at risk, the first placed is the half.
        assert_eq!(median(vec![(5, false, 2), (20, true, 1), (30, true, 1)]), Some(20));
        // 5/6 * 4/5 = 2/3; one leaves; then 2/3 * 2/3 = 4/9.
        let seen = vec![(1, true, 1), (2, true, 1), (3, false, 1), (4, true, 1), (9, false, 2)];
        assert_eq!(median(seen), Some(4));
        assert_eq!(median(vec![(1, true, 1), (9, false, 3)]), None, "fewer than half are placed");
        assert_eq!(median(Vec::new()), None);
    }
}
