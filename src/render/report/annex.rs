//! Where the parties' feedback stands, and in the officer's edition what they answered.

use super::block::{Column, Width};
use super::{Block, Cell, Section, Words};
use crate::form::Party;
use crate::report::{ANNEX_DAYS, ClosingReport, FeedbackAnnex, FeedbackState, PartyFeedback, QuestionTogether, Sheet};
use crate::text::{Messages, told_date};
use jiff::ToSpan;

/// The coach's edition: how many were asked and how many answered, no more.
pub(super) fn responses(report: &ClosingReport, m: Messages) -> Section {
    let rule = m.fill("report.annex_rule", &[("days", &ANNEX_DAYS.to_string())]);
    let cell = |r: &crate::report::Response| Cell {
        label: m.get(&format!("party.{}", r.party.code())).to_owned(),
        value: Words::new(&match (r.invited, r.answered) {
            (0, _) => m.get("report.not_invited").to_owned(),
            (_, 0) => m.get("report.not_answered").to_owned(),
            (invited, answered) => counted(m, invited, answered),
        }),
        note: None,
    };
    Section {
        number: None,
        level: 2,
        title: m.get("report.responses").to_owned(),
        blocks: vec![
            Block::Strip { cells: report.responses.iter().map(cell).collect() },
            Block::Note { text: format!("{} {rule}", m.get("report.responses_note")) },
        ],
    }
}

fn counted(m: Messages, invited: u32, answered: u32) -> String {
    m.fill("report.answered", &[("answered", &answered.to_string()), ("invited", &invited.to_string())])
}

/// The annex: where each party stands, then each that answered.
pub(super) fn annex(annex: &FeedbackAnnex, m: Messages) -> Vec<Section> {
    let cell = |p: &PartyFeedback| Cell {
        label: party(p, m).to_owned(),
        value: Words::new(state(p, m)),
        note: (p.invited > 0).then(|| Words::new(&counted(m, p.invited, p.answered))),
    };
    let last_day = told_date(annex.closed_on.saturating_sub(1.day()), m.language());
    let overview = Section {
        number: None,
        level: 2,
        title: m.get("report.annex").to_owned(),
        blocks: vec![
            Block::Note { text: m.fill("report.annex_note", &[("date", &last_day)]) },
            Block::Strip { cells: annex.parties.iter().map(cell).collect() },
        ],
    };
    let told = annex.parties.iter().filter(|p| p.state == FeedbackState::Answered);
    std::iter::once(overview).chain(told.map(|p| party_section(p, m))).collect()
}

fn party(feedback: &PartyFeedback, m: Messages) -> &'static str {
    m.get(&format!("party.{}", feedback.party.code()))
}

fn state(feedback: &PartyFeedback, m: Messages) -> &'static str {
    m.get(match feedback.state {
        FeedbackState::NotAsked => "report.state_not_asked",
        FeedbackState::NotAnswered => "report.state_not_answered",
        FeedbackState::Withheld => "report.state_withheld",
        FeedbackState::Answered => "report.state_answered",
    })
}

fn party_section(feedback: &PartyFeedback, m: Messages) -> Section {
    let mut blocks: Vec<Block> = feedback.sheets.iter().flat_map(|s| sheet(s, feedback.party, m)).collect();
    if !feedback.together.is_empty() {
        blocks.extend(together(&feedback.together, m));
    }
    Section { number: None, level: 3, title: party(feedback, m).to_owned(), blocks }
}

fn question_column(m: Messages) -> Column {
    Column::new(m.get("report.question"), Width::Widest)
}

/// The permission before anything else, then the answers, then how many are not shown.
fn sheet(sheet: &Sheet, party: Party, m: Messages) -> Vec<Block> {
    let rows = sheet.questions.iter().map(|q| {
        let nothing = if q.asked { "report.no_answer" } else { "report.question_not_asked" };
        let answer = q.answer.as_ref().map_or_else(|| Words::quiet(m.get(nothing)), |answer| Words::new(answer));
        vec![Words::new(&q.question), answer]
    });
    let columns = vec![question_column(m), Column::new(m.get("report.answer"), Width::Wide)];
    let permission = if sheet.coach_may_read { "report.coach_may_read" } else { "report.coach_may_not_read" };
    let own = if party == Party::Employer { "report.answers_of_employer" } else { "report.answers_of_client" };
    let note = |text: String| Block::Note { text };
    let mut blocks = vec![
        Block::Lead { text: m.get(permission).to_owned() },
        note(m.get(own).to_owned()),
        Block::Table { caption: sheet.form.clone(), columns, rows: rows.collect(), listed: true },
    ];
    if sheet.not_shown > 0 {
        blocks.push(note(m.fill("report.not_shown", &[("n", &sheet.not_shown.to_string())])));
    }
    blocks
}

fn together(questions: &[QuestionTogether], m: Messages) -> Vec<Block> {
    let mut rows = Vec::new();
    let mut quotes = Vec::new();
    for q in questions {
        if q.withheld {
            let hidden = || Words::quiet("...");
            rows.push(vec![Words::new(&q.question), hidden(), hidden()]);
        } else if q.shares.is_empty() {
            if !q.texts.is_empty() {
                let items = q.texts.iter().map(|t| Words::new(t)).collect();
                quotes.push(Block::Quotes { title: q.question.clone(), items });
            }
        } else {
            let chosen = q.shares.iter().filter(|s| s.count > 0);
            let told: Vec<String> = chosen.map(|s| format!("{}: {}", s.label, s.count)).collect();
            let n = q.n.map(|n| n.to_string()).unwrap_or_default();
            rows.push(vec![Words::new(&q.question), Words::new(&n), Words::new(&told.join("; "))]);
        }
    }
    let note = Block::Note { text: m.get("report.together_note").to_owned() };
    let n = Column::new("n", Width::Narrow);
    let columns = vec![question_column(m), n, Column::new(m.get("report.answers"), Width::Widest)];
    let table = Block::Table { caption: m.get("report.together").to_owned(), columns, rows, listed: true };
    [note, table].into_iter().chain(quotes).collect()
}
