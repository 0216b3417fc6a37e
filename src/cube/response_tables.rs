//! How parties responded: closed cases, people invited and people who answered.

use super::answer_tables::count;
use super::attributes::{NO, YES};
use super::blocks::codes_of;
use super::case_tables::statistic_axis;
use super::cohorts::Cut;
use super::counters::{Cube, INVITATIONS};
use super::counting::Counting;
use super::people::{Attribute, Cohort, People, Reading, Whose};
use super::respondents::{RECEIVED, Respondents};
use super::table::{Axis, AxisCategory, Basis, Cell, Class, Response, Role, Table};
use crate::form::Party;
use crate::statistics::Population;
use crate::text::{Figure, Messages};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Parties whose response is published, in the order of the table.
const PARTIES: [Party; 4] = [Party::Client, Party::Employer, Party::Community, Party::Purchaser];
/// Parties that a case has one of; of a workplace community several people are invited, and an officer
/// is invited to a report.
const ONE_A_CASE: [Party; 2] = [Party::Client, Party::Employer];
/// Attribute of whoever was invited: answered or not.
pub(super) const ANSWERED: &str = "answered";
/// What the block of a form's responses is called after the form; no question id begins with a sign.
pub const RESPONSES_OF: &str = ".-responses";
/// The turn of the table.
const TURN: u32 = 3000;

/// How one party responded in the newest cohort of its answers.
pub(super) struct PartyResponse {
    pub(super) party: Party,
    pub(super) response: Response,
    /// Everybody invited and everybody who answered, in the block of the party's responses.
    pub(super) invited: Reading,
    pub(super) answered: Reading,
    pub(super) block: People,
    /// True when the cohort is new.
    pub(super) is_new: bool,
    closed: Reading,
}

/// What each party that a form asks for feedback did. Invitations count by the day on which they were made, answers by
/// the day on which they were received, both in the days of the form's newest cohort.
pub(super) fn responses(counting: &Counting, cube: &Cube, forms: &[Respondents]) -> Vec<PartyResponse> {
    let of_party = |party: &Party| {
        let form = forms.iter().find(|r| r.form.party() == *party && r.form.is_feedback())?;
        Some(response(counting, cube, *party, form))
    };
    PARTIES.iter().filter_map(of_party).collect()
}

fn response(counting: &Counting, cube: &Cube, party: Party, form: &Respondents) -> PartyResponse {
    let cut = &form.cut;
    let (block, invited_in) = block(cube, party, form);
    let cohorts = cut.newest();
    let whose = |answered: Option<&str>| {
        let mut only = BTreeMap::from([(RECEIVED.to_owned(), codes_of(cohorts))]);
        only.extend(answered.map(|code| (ANSWERED.to_owned(), BTreeSet::from([code.to_owned()]))));
        Whose { block: block.id.clone(), only }
    };
    let blocks = std::slice::from_ref(&block);
    let invited: i64 = if cohorts.is_empty() {
        invited_in.iter().sum()
    } else {
        cohorts.iter().map(|c| invited_in[cut.place(Some(super::fact::day_number(c.until)))]).sum()
    };
    // Before the first cohort is full, as if one of those invited had answered: what is withheld then does not tell
    // whether somebody has.
    let answered = if cohorts.is_empty() { invited.min(1) } else { count(blocks, &whose(Some(YES))) };
    let closed_cohorts = counting.ended.newest();
    let closed = counting.whose(Population::Closed, closed_cohorts, &[], []);
    // With more answers than invitations in these days, those of whom the block tells are not those invited.
    let told = |whose: Whose, n: i64| {
        if cohorts.is_empty() {
            Reading::Plain
        } else if count(blocks, &whose) == n {
            Reading::Count(whose)
        } else {
            Reading::Measured(whose)
        }
    };
    let response = Response {
        closed: counting.cell(&closed).figure.scaled,
        invited,
        answered,
        one_a_case: ONE_A_CASE.contains(&party),
    };
    // New cases beside invitations that were told before would be compared with people who are not theirs.
    let of_another_time = cut.fresh().is_empty() && !cut.all.is_empty() && !counting.ended.fresh().is_empty();
    let closed = if closed_cohorts.is_empty() || of_another_time { Reading::Plain } else { Reading::Count(closed) };
    PartyResponse {
        party,
        response,
        invited: told(whose(None), invited),
        answered: told(whose(Some(YES)), answered),
        is_new: !cut.fresh().is_empty(),
        block,
        closed,
    }
}

/// Whoever was invited in the days of a cohort, by whether they answered; and how many were invited.
fn block(cube: &Cube, party: Party, form: &Respondents) -> (People, Vec<i64>) {
    let cut: &Cut = &form.cut;
    let mut invited = vec![0; cut.all.len() + 1];
    for (key, n) in cube.entries(INVITATIONS).filter(|(key, _)| key.first() == Some(&party.code())) {
        invited[cut.place(key.get(1).and_then(|d| d.parse().ok()))] += n;
    }
    let mut kinds = BTreeMap::new();
    for (place, (invited, answered)) in invited.iter().zip(form.everybody()).enumerate() {
        for (answer, n) in [answered, (invited - answered).max(0)].into_iter().enumerate() {
            if n != 0 {
                kinds.insert(vec![place, answer], n);
            }
        }
    }
    let attribute = |id: &str, codes| Attribute { id: id.to_owned(), codes };
    let answers = [YES, NO].map(str::to_owned).to_vec();
    let attributes = vec![attribute(RECEIVED, cut.codes()), attribute(ANSWERED, answers)];
    (
        People { id: format!("{}{RESPONSES_OF}", form.form.id()), attributes, kinds, structural_zeros: Vec::new() },
        invited,
    )
}

/// One row for each party; none when no form asks anybody.
pub(super) fn table(
    counting: &Counting,
    responses: &[PartyResponse],
    cohort: Option<Cohort>,
    as_of: Date,
) -> Option<Table> {
    if responses.is_empty() {
        return None;
    }
    let label = |party: Party| Messages::text(&format!("table.responses.{}", party.code()));
    let category = |r: &PartyResponse| AxisCategory { code: r.party.code().to_owned(), label: label(r.party) };
    let parties = Axis {
        id: "party".to_owned(),
        label: Messages::text("table.party"),
        role: Role::Classification,
        categories: responses.iter().map(category).collect(),
    };
    let figures = |r: &PartyResponse| [r.response.closed, r.response.invited, r.response.answered];
    let cell = |n| Cell { figure: Figure::count(n), basis: Basis::Count };
    let source = counting.instance.feedback_source.as_ref().unwrap_or(&counting.instance.source).clone();
    Some(Table {
        id: "responses".to_owned(),
        title: Messages::text("table.responses.title"),
        definition: Messages::text("table.responses.definition"),
        axes: vec![parties, statistic_axis(&["closed", "invited", "answered"])],
        cells: responses.iter().flat_map(figures).map(cell).collect(),
        hangs_on: Vec::new(),
        class: Class::Responses,
        as_of,
        source,
        responses: responses.iter().map(|r| r.response).collect(),
        reads: responses.iter().flat_map(|r| [r.closed.clone(), r.invited.clone(), r.answered.clone()]).collect(),
        cohort,
        priority: TURN,
    })
}
