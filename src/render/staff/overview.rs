//! The overview of managers: numbers only, never a case or a client.

use super::StaffFrame;
use crate::case::Stage;
use crate::form::Party;
use crate::text::{Figure, Language, Messages, divide_rounded, told_date, told_instant, told_percent};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

/// Invitations from which on a rate is told: of fewer a share says little.
const RATE_FROM: i64 = 5;

/// How a party has responded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response {
    /// The party.
    pub party: Party,
    /// Invited.
    pub invited: i64,
    /// Answered before today.
    pub answered: i64,
}

/// The numbers of one coach, or of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoachNumbers {
    /// Name; empty for all together.
    pub name: String,
    /// Cases by stage, in the order of [`Stage::ALL`].
    pub stages: [i64; 5],
    /// Hours, in tenths.
    pub hours_tenths: i64,
    /// Responses, by party.
    pub responses: Vec<Response>,
}

impl CoachNumbers {
    fn cases(&self) -> i64 {
        self.stages.iter().sum()
    }

    fn closed(&self) -> i64 {
        self.stages[1..].iter().sum()
    }
}

/// A mail that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadMailLine {
    /// Its id.
    pub id: String,
    /// Key of what it is for.
    pub kind: &'static str,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// Times it was tried.
    pub tries: i64,
    /// What the last try came to.
    pub trouble: Option<String>,
    /// Where it was to go, without who.
    pub domain: Option<String>,
    /// True when it can be sent again.
    pub again: bool,
}

/// Everything the overview tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Everybody together.
    pub all: CoachNumbers,
    /// By coach.
    pub coaches: Vec<CoachNumbers>,
    /// What is aimed at.
    pub targets: Vec<(String, u32)>,
    /// Mailed invitations that are open and not answered.
    pub open: i64,
    /// Reminders by the day on which they are due.
    pub reminders: Vec<(Date, i64)>,
    /// Mails that wait, that are late, that were given up.
    pub mails: [u32; 3],
    /// Of those given up the oldest.
    pub dead: Vec<DeadMailLine>,
    /// Days from the end of a coaching to its report, of the middle one.
    pub median_days: Option<i64>,
}

#[derive(Clone, Debug, Serialize)]
struct TableRow {
    name: String,
    total: bool,
    cells: Vec<TableCell>,
}

#[derive(Clone, Debug, Serialize)]
struct TableCell {
    label: String,
    text: String,
    more: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct DeadRow {
    id: String,
    kind: &'static str,
    queued: String,
    tries: i64,
    trouble: String,
    domain: String,
    again: bool,
}

#[derive(Clone, Debug, Serialize)]
struct TargetRow {
    text: String,
    fill: String,
}

/// The page.
#[derive(Clone, Debug, Serialize)]
pub struct OverviewView {
    frame: StaffFrame,
    done: Option<String>,
    clients: i64,
    targets: Vec<TargetRow>,
    case_head: Vec<&'static str>,
    cases: Vec<TableRow>,
    response_head: Vec<String>,
    responses: Vec<TableRow>,
    open: i64,
    reminders: Vec<(String, i64)>,
    mails: [u32; 3],
    mails_line: String,
    dead: Vec<DeadRow>,
    any_again: bool,
    report_facts: Vec<(&'static str, String)>,
}

impl OverviewView {
    /// The page, with what was just done.
    #[must_use]
    pub fn new(frame: StaffFrame, o: &Overview, done: Option<String>, zone: &TimeZone, language: Language) -> Self {
        let m = Messages::of(language);
        let stage_head = Stage::ALL.map(|s| m.get(stage_key(s)));
        let case_head: Vec<&'static str> =
            stage_head.into_iter().chain([m.get("manager.cases_total"), m.get("manager.hours")]).collect();
        let rows = o.coaches.iter().map(|c| (c, false)).chain([(&o.all, true)]);
        let name = |c: &CoachNumbers, total: bool| {
            if total { m.get("manager.all_coaches").to_owned() } else { c.name.clone() }
        };
        let cases = rows.clone().map(|(c, total)| {
            let numbers = c.stages.iter().copied().chain([c.cases()]).map(|n| n.to_string());
            let hours = Figure::tenths(c.hours_tenths).told(language);
            let cells = numbers.chain([hours]).zip(&case_head);
            let cells = cells.map(|(text, label)| TableCell { label: (*label).to_owned(), text, more: None });
            TableRow { name: name(c, total), total, cells: cells.collect() }
        });
        let parties: Vec<Party> = o.all.responses.iter().map(|r| r.party).collect();
        let party_name = |p: &Party| m.get(&format!("table.responses.{}", p.code())).to_owned();
        let response_head: Vec<String> =
            std::iter::once(m.get("manager.closed").to_owned()).chain(parties.iter().map(party_name)).collect();
        let responses = rows.clone().map(|(c, total)| {
            let of = |p: &Party| {
                let (invited, answered) =
                    c.responses.iter().find(|r| r.party == *p).map_or((0, 0), |r| (r.invited, r.answered));
                let text = if invited == 0 { "-".to_owned() } else { format!("{answered}/{invited}") };
                (text, rate(invited, answered, language))
            };
            let cells = std::iter::once((c.closed().to_string(), None)).chain(parties.iter().map(of));
            let cells = cells.zip(&response_head);
            let cells = cells.map(|((text, more), label)| TableCell { label: label.clone(), text, more });
            TableRow { name: name(c, total), total, cells: cells.collect() }
        });
        let clients = o.all.cases();
        let targets = o.targets.iter().map(|(label, value)| TargetRow {
            text: m.fill(
                "manager.target",
                &[("n", &clients.to_string()), ("target", &value.to_string()), ("what", label)],
            ),
            fill: format!("{}%", (clients * 100 / i64::from(*value).max(1)).min(100)),
        });
        let dead = o.dead.iter().map(|d| DeadRow {
            id: d.id.clone(),
            kind: m.get(d.kind),
            queued: told_instant(d.queued_at, zone, language),
            tries: d.tries,
            trouble: d.trouble.clone().unwrap_or_else(|| "-".to_owned()),
            domain: d.domain.clone().unwrap_or_else(|| m.get("manager.no_address").to_owned()),
            again: d.again,
        });
        let [waiting, late, given_up] = o.mails.map(|n| n.to_string());
        let numbers = [("waiting", waiting.as_str()), ("late", late.as_str()), ("dead", given_up.as_str())];
        Self {
            frame,
            done,
            clients,
            targets: targets.collect(),
            cases: cases.collect(),
            case_head: case_head.clone(),
            responses: responses.collect(),
            response_head: response_head.clone(),
            open: o.open,
            reminders: o.reminders.iter().map(|(day, n)| (told_date(*day, language), *n)).collect(),
            mails: o.mails,
            mails_line: m.fill("manager.mails_line", &numbers),
            dead: dead.collect(),
            any_again: o.dead.iter().any(|d| d.again),
            report_facts: report_facts(o, m),
        }
    }
}

fn report_facts(o: &Overview, m: Messages) -> Vec<(&'static str, String)> {
    let [_, ended, reported, asked, accepted] = o.all.stages;
    let median = o
        .median_days
        .map_or_else(|| m.get("manager.no_median").to_owned(), |n| m.fill("manager.days", &[("n", &n.to_string())]));
    vec![
        (m.get("manager.reports_sent"), (reported + asked + accepted).to_string()),
        (m.get("manager.reports_missing"), ended.to_string()),
        (m.get("manager.reports_asked"), asked.to_string()),
        (m.get("manager.reports_accepted"), accepted.to_string()),
        (m.get("manager.reports_median"), median),
    ]
}

fn rate(invited: i64, answered: i64, language: Language) -> Option<String> {
    let rate = || divide_rounded(i128::from(answered) * 100, i128::from(invited));
    (invited >= RATE_FROM).then(|| told_percent(rate(), language))
}

fn stage_key(stage: Stage) -> &'static str {
    match stage {
        Stage::Ongoing => "manager.stage_ongoing",
        Stage::Ended => "manager.stage_ended",
        Stage::Reported => "manager.stage_reported",
        Stage::CompletionAsked => "manager.stage_completion_asked",
        Stage::Accepted => "manager.stage_accepted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_few_invitations_the_counts_are_told_and_no_share() {
        assert_eq!(rate(4, 2, Language::Fi), None);
        assert_eq!(rate(0, 0, Language::Fi), None);
        assert_eq!(rate(17, 7, Language::En).as_deref(), Some("41%"));
    }
}
