//! A case at the desk of its coach.

use super::StaffFrame;
use super::cases::stage;
use super::field::{FieldChoice, FieldMistake, MistakeLink, summary};
use super::meter::percent;
use crate::case::{CaseFile, NoteKind};
use crate::instance::Instance;
use crate::text::{Figure, Messages, told_date};
use serde::Serialize;
use std::collections::BTreeMap;

/// The phases of a coaching that a note can name, by their codes in the catalogue.
pub(super) const PHASES: [&str; 4] = ["direct", "find", "stabilise", "path"];

/// What comes next: a heading, a sentence, and one thing to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ShownNext {
    /// Its code in the catalogue.
    pub code: &'static str,
    /// Where the button leads.
    pub href: Option<String>,
    /// True when the button posts.
    pub posts: bool,
    /// What the officer asks, or why a report is corrected.
    pub quote: Option<String>,
}

/// How far one party has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// Its code.
    pub party: &'static str,
    /// Invitations.
    pub invited: usize,
    /// Answered before today.
    pub answered: usize,
    /// Until when, where somebody was invited.
    pub open_until: Option<jiff::civil::Date>,
    /// True when the time is over.
    pub expired: bool,
    /// Reminders.
    pub reminded: u32,
    /// Mails on their way, delivered, and given up.
    pub mails: [usize; 3],
    /// True when an address is kept.
    pub reached: bool,
}

/// A form of the work on the case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ShownForm {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Who fills it in.
    pub who: String,
    /// True when the coach does.
    pub own: bool,
    /// The day on which it was filled in last.
    pub filled: Option<String>,
    /// True when somebody is asked to fill it in.
    pub open: bool,
    /// True when it is only printed.
    pub paper: bool,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct CaseShown<'a> {
    /// The case.
    pub case: &'a CaseFile,
    /// What comes next.
    pub next: ShownNext,
    /// Client, employer and community.
    pub lanes: Vec<Lane>,
    /// Forms of the work.
    pub forms: Vec<ShownForm>,
    /// Before the closing report: what, whether it is done, and where it is done.
    pub todo: Vec<(String, bool, Option<String>)>,
    /// The goals in words.
    pub goals: Option<Vec<String>>,
    /// Name of the officer who is named.
    pub officer: Option<String>,
    /// What was just done, by its key.
    pub done: Option<&'static str>,
    /// The note that can be taken away again at once.
    pub undo: Option<u32>,
    /// What was typed into the short form of notes.
    pub typed: NoteTyped,
    /// What is wrong with it.
    pub mistakes: &'a [FieldMistake],
}

/// What was typed into the short form of notes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NoteTyped {
    /// What it was.
    pub kind: String,
    /// The day.
    pub on: String,
    /// Hours.
    pub hours: String,
    /// Phase.
    pub phase: String,
    /// In words.
    pub text: String,
}

#[derive(Clone, Debug, Serialize)]
struct LaneStep {
    /// `ok`, `now` or nothing.
    class: &'static str,
    told: String,
}

#[derive(Clone, Debug, Serialize)]
struct LaneView {
    name: &'static str,
    steps: Vec<LaneStep>,
    told: String,
}

#[derive(Clone, Debug, Serialize)]
struct PhaseView {
    name: String,
    class: Option<String>,
    hours: String,
    meetings: String,
    /// The bar: where it begins and how long it is.
    bar: Option<(String, String)>,
}

#[derive(Clone, Debug, Serialize)]
struct NoteView {
    number: u32,
    day: String,
    kind: &'static str,
    told: String,
    text: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Todo {
    told: String,
    done: bool,
    href: Option<String>,
}

/// The page.
#[derive(Clone, Debug, Serialize)]
pub struct CaseView {
    frame: StaffFrame,
    base: String,
    heading: String,
    status: Vec<String>,
    done: Option<String>,
    undo: Option<u32>,
    errors_title: Option<String>,
    errors: Vec<MistakeLink>,
    next: ShownNext,
    next_title: &'static str,
    next_text: &'static str,
    next_button: &'static str,
    problem: Option<String>,
    lanes: Vec<LaneView>,
    hours_title: String,
    hours_text: String,
    over: bool,
    cap: String,
    cap_at: String,
    phases: Vec<PhaseView>,
    total: (String, String),
    notes: Vec<NoteView>,
    kinds: Vec<FieldChoice>,
    phase_choices: Vec<FieldChoice>,
    typed: NoteTyped,
    mistakes: BTreeMap<&'static str, String>,
    todo: Vec<Todo>,
    facts: Vec<(&'static str, String)>,
    forms: Vec<ShownForm>,
    ended: bool,
    reported: bool,
    can_end: bool,
}

impl CaseView {
    /// The page of a case.
    #[must_use]
    pub fn new(frame: StaffFrame, shown: CaseShown<'_>, instance: &Instance, m: Messages) -> Self {
        let (case, language) = (shown.case, m.language());
        let work = case.work();
        let (cap, spent) = (i64::from(instance.hour_cap) * 10, work.hours_tenths.unwrap_or(0));
        let told = |tenths: i64| hours(tenths, m);
        let hours_title = if spent > cap {
            m.fill("coach_case.hours_over", &[("hours", &told(spent - cap))])
        } else {
            m.fill("coach_case.hours_left", &[("hours", &told(cap - spent))])
        };
        let meetings = work.meetings.unwrap_or(0).to_string();
        let hours_text = m.fill(
            "coach_case.hours_used",
            &[("hours", &told(spent)), ("meetings", &meetings), ("cap", &instance.hour_cap.to_string())],
        );
        let whole = (cap * 10 / 9).max(spent).max(1);
        let mistakes = shown.mistakes.iter().map(|w| (w.field, w.text.clone())).collect();
        let (errors_title, errors) = summary(shown.mistakes, m);
        let own = case.imported_number().map(str::to_owned);
        let ours = case.number().to_string();
        let day = |on| told_date(on, language);
        let mut status = Vec::new();
        if own.is_some() {
            status.push(ours.clone());
        }
        status.push(stage(case, instance, m));
        status.push(m.fill("coach_case.started", &[("date", &day(case.opening().coaching_started))]));
        status.extend(case.ending().map(|e| m.fill("coach_case.ended", &[("date", &day(e.on))])));
        let choice = |value: &str, label: &str, chosen: &str| FieldChoice {
            value: value.to_owned(),
            label: label.to_owned(),
            chosen: value == chosen,
        };
        let kind_chosen = if shown.typed.kind.is_empty() { "meeting" } else { shown.typed.kind.as_str() };
        let kinds = NoteKind::ALL
            .map(|k| choice(k.code(), m.get(&format!("coach_case.kind_{}", k.code())), kind_chosen))
            .to_vec();
        let mut phase_choices = vec![choice("", m.get("coach_case.no_phase"), &shown.typed.phase)];
        phase_choices.extend(PHASES.map(|p| choice(p, m.get(&format!("report.phase_{p}")), &shown.typed.phase)));
        let code = shown.next.code;
        Self {
            base: format!("/desk/cases/{ours}"),
            heading: own.unwrap_or(ours),
            status,
            done: shown.done.map(|key| m.get(key).to_owned()),
            undo: shown.undo,
            errors_title,
            errors,
            next_title: m.get(&format!("coach_case.next_{code}")),
            next_text: m.get(&format!("coach_case.next_{code}_text")),
            next_button: m.get(&format!("coach_case.next_{code}_button")),
            next: shown.next,
            problem: case.handling().problem.as_ref().map(|p| {
                let key = if p.seen { "coach_case.problem_seen" } else { "coach_case.problem_told" };
                m.fill(key, &[("date", &day(p.on))])
            }),
            lanes: shown.lanes.iter().map(|lane| lane_view(lane, m)).collect(),
            hours_title,
            hours_text,
            over: spent > cap,
            cap: m.fill("coach_case.cap", &[("cap", &instance.hour_cap.to_string())]),
            cap_at: percent(cap, whole),
            phases: phases(case, whole, m),
            total: (Figure::tenths(spent).told(language), meetings),
            notes: case.notes().iter().rev().map(|(number, note)| note_view(*number, note, m)).collect(),
            kinds,
            phase_choices,
            typed: shown.typed,
            mistakes,
            todo: shown.todo.into_iter().map(|(told, done, href)| Todo { told, done, href }).collect(),
            facts: facts(case, shown.goals, shown.officer, instance, m),
            forms: shown.forms,
            ended: case.ending().is_some(),
            reported: case.reported(),
            can_end: !case.reported(),
            frame,
        }
    }
}

fn hours(tenths: i64, m: Messages) -> String {
    Figure::tenths(tenths).told(m.language())
}

fn lane_view(lane: &Lane, m: Messages) -> LaneView {
    let community = lane.party == "community";
    let answered = lane.answered > 0;
    let (invited, reminded) = (lane.invited.to_string(), lane.reminded.to_string());
    let step = |class, told: String| LaneStep { class, told };
    let first = match (lane.invited, community) {
        (0, _) => step("now", m.get("coach_case.not_invited").to_owned()),
        (_, true) => step("ok", m.fill("coach_case.invited_n", &[("n", &invited)])),
        _ => step("ok", m.get("coach_case.invited").to_owned()),
    };
    let second = match lane.reminded {
        0 => step(if answered { "ok" } else { "" }, m.get("coach_case.not_reminded").to_owned()),
        _ => step(if answered { "ok" } else { "now" }, m.fill("coach_case.reminded", &[("n", &reminded)])),
    };
    let third = match (lane.answered, community) {
        (0, _) => step("", m.get("coach_case.no_answer").to_owned()),
        (1, true) => step("now", m.get("coach.answers_one").to_owned()),
        (n, true) => step("now", m.fill("coach.answers", &[("n", &n.to_string())])),
        _ => step("now", m.get("coach.party_done").to_owned()),
    };
    let until = lane.open_until.map_or_else(String::new, |d| told_date(d, m.language()));
    let told = match lane.mails {
        _ if lane.invited == 0 && lane.reached => m.get("coach_case.lane_kept").to_owned(),
        _ if lane.invited == 0 => m.get("coach_case.lane_nobody").to_owned(),
        _ if answered && !community => m.get("coach_case.lane_answered").to_owned(),
        _ if lane.expired => m.fill("coach_case.lane_expired", &[("date", &until)]),
        [_, _, dead] if dead > 0 => m.get("inviting.mail_dead").to_owned(),
        [waiting, ..] if waiting > 0 => m.get("inviting.mail_waiting").to_owned(),
        _ => m.fill("coach_case.lane_open", &[("date", &until)]),
    };
    let party = lane.party;
    LaneView { name: m.get(&format!("party.{party}")), steps: vec![first, second, third], told }
}

/// Hours and meetings by phase, in their order; what names no phase stands last.
fn phases(case: &CaseFile, whole: i64, m: Messages) -> Vec<PhaseView> {
    let language = m.language();
    let mut begin = 0;
    let mut rows = Vec::new();
    let (mut noted, mut met) = (0, 0);
    for (n, phase) in (1..).zip(PHASES) {
        let notes = || case.notes().values().filter(|note| note.phase.as_deref() == Some(phase));
        let tenths: i64 = notes().map(|note| note.hours_tenths).sum();
        let meetings = notes().filter(|note| note.kind.is_meeting()).count();
        noted += tenths;
        met += meetings;
        let bar = (tenths > 0).then(|| (percent(begin, whole), percent(tenths, whole)));
        begin += tenths;
        rows.push(PhaseView {
            name: m.get(&format!("report.phase_{phase}")).to_owned(),
            class: (tenths > 0 || meetings > 0).then(|| format!("p{n}")),
            hours: if tenths == 0 { "-".to_owned() } else { Figure::tenths(tenths).told(language) },
            meetings: if meetings == 0 { "-".to_owned() } else { meetings.to_string() },
            bar,
        });
    }
    let spent = case.work().hours_tenths.unwrap_or(0);
    let all = usize::try_from(case.work().meetings.unwrap_or(0)).unwrap_or(0);
    let (tenths, meetings) = (spent - noted, all.saturating_sub(met));
    if noted == 0 && met == 0 {
        rows.clear();
    }
    if tenths > 0 || meetings > 0 {
        rows.push(PhaseView {
            name: m.get("coach_case.no_phase").to_owned(),
            class: Some("rest".to_owned()),
            hours: Figure::tenths(tenths.max(0)).told(language),
            meetings: meetings.to_string(),
            bar: (tenths > 0).then(|| (percent(begin, whole), percent(tenths, whole))),
        });
    }
    rows
}

fn note_view(number: u32, note: &crate::case::Note, m: Messages) -> NoteView {
    let mut told = Vec::new();
    if note.hours_tenths > 0 {
        told.push(format!("{}\u{a0}h", hours(note.hours_tenths, m)));
    }
    told.extend(note.phase.as_deref().map(|p| m.get(&format!("report.phase_{p}")).to_owned()));
    NoteView {
        number,
        day: told_date(note.on, m.language()),
        kind: m.get(&format!("coach_case.kind_{}", note.kind.code())),
        told: told.join(", "),
        text: note.text.clone(),
    }
}

fn facts(
    case: &CaseFile,
    goals: Option<Vec<String>>,
    officer: Option<String>,
    instance: &Instance,
    m: Messages,
) -> Vec<(&'static str, String)> {
    let (opening, language) = (case.opening(), m.language());
    let label = |key: &str| m.get(&format!("coach_case.fact_{key}"));
    let mut facts = vec![
        (label("coach"), opening.coach.clone()),
        (label("officer"), officer.unwrap_or_else(|| m.get("coach_case.every_officer").to_owned())),
    ];
    facts.extend(opening.municipality.clone().map(|name| (label("municipality"), name)));
    let spoken = opening.language.unwrap_or_else(|| instance.language());
    facts.push((label("language"), spoken.own_name().to_owned()));
    facts.push((label("client_since"), told_date(opening.client_since, language)));
    facts.extend(goals.filter(|g| !g.is_empty()).map(|goals| (label("goals"), goals.join(", "))));
    facts.extend(case.work().work_trials.map(|n| (label("trials"), n.to_string())));
    facts
}
