//! Synthetic answers, sent through the same parser and writer as those of people.

use super::Random;
use super::coach;
use crate::case::{CaseFile, CaseNumber};
use crate::desk::{Arrival, Desk, OpenedLink};
use crate::form::{Choice, Form, Kind, Occasion, Party};
use crate::store::{LinkUse, Received};
use crate::submission::RawAnswers;

/// Share of the invited who answer.
const RESPONSE_PERCENT: u64 = 82;
/// Share of the questions that a respondent leaves open.
const SKIPPED_PERCENT: u64 = 8;
/// Share that takes each choice outside the scale, so that a large demo fills every table.
const APART_PERCENT: u64 = 9;
/// Invitations of a party that nobody answers, so that the demo shows open ones and no small rest.
const LEFT_OPEN: usize = 3;
/// Colleagues invited at a workplace, and the share of workplaces where any are.
const COLLEAGUES: u64 = 4;
const COMMUNITY_PERCENT: u64 = 60;
/// Words for the free text; no persons, no places.
const WORDS: [&str; 4] = [
    "Keksitty vastaus: yhteistyö sujui hyvin.",
    "Keksitty vastaus: olisin halunnut tavata useammin.",
    "Keksitty vastaus: alku oli hidas, mutta loppu hyvä.",
    "Keksitty vastaus: kiitos, tästä oli hyötyä.",
];

/// Invites employers and colleagues of everybody who was at a workplace; clients and coaches were
/// invited by the import.
pub(super) async fn invite_workplaces(desk: &Desk, random: &mut Random) -> Result<(), Box<dyn std::error::Error>> {
    for case in desk.store.cases().await? {
        let Some(ending) = case.ending() else { continue };
        let worked = ["job", "subsidised_job", "longer_work_trial"].contains(&ending.outcome.as_str());
        if !worked && case.work().work_trials.unwrap_or(0) == 0 {
            continue;
        }
        for form in of_party(desk, Party::Employer) {
            desk.open_link(case.number(), form.id()).await?;
        }
        if random.chance(COMMUNITY_PERCENT) {
            for form in of_party(desk, Party::Community) {
                for _ in 0..COLLEAGUES {
                    desk.open_link(case.number(), form.id()).await?;
                }
            }
        }
    }
    Ok(())
}

/// Invites the officers of everybody whose report was sent, and answers for most of them.
pub(super) async fn send_for_purchasers(desk: &Desk, random: &mut Random) -> Result<usize, Box<dyn std::error::Error>> {
    for case in desk.store.cases().await?.iter().filter(|c| c.reported()) {
        for form in of_party(desk, Party::Purchaser) {
            desk.open_link(case.number(), form.id()).await?;
        }
    }
    send(desk, Party::Purchaser, random).await
}

/// Answers most open invitations of a party; how many were stored. Coaches leave one report open.
pub(super) async fn send(desk: &Desk, party: Party, random: &mut Random) -> Result<usize, Box<dyn std::error::Error>> {
    let mut links = Vec::new();
    for form in of_party(desk, party) {
        for case in desk.store.cases().await? {
            links.extend(open_links(desk, case.number(), form).await?);
        }
    }
    let shown = shown_whole(desk).await?;
    let left = if party == Party::Coach { 1 } else { LEFT_OPEN };
    let mut stored = 0;
    for (case, link) in &links[..links.len().saturating_sub(left)] {
        let answers = random.chance(RESPONSE_PERCENT) || Some(*case) == shown;
        if party != Party::Coach && !answers {
            continue;
        }
        let Arrival::Open(invitation, form) = desk.arrive(&link.token).await? else { continue };
        let raw = match (party, desk.store.case(*case).await?) {
            (Party::Coach, Some(case)) => {
                let known = desk.known_answers(&invitation, form).await?;
                coach::report(known, &case, form, desk.instance.hour_cap, desk.today(), random)
            }
            (_, about) => answer(form, about.as_ref().and_then(CaseFile::ending).map(|e| e.outcome.as_str()), random),
        };
        match desk.receive(&invitation, form, &desk.fresh_id(), &raw).await? {
            Received::Stored(_) => stored += 1,
            Received::AlreadyAnswered | Received::Full => return Err("a fresh invitation was answered already".into()),
        }
    }
    Ok(stored)
}

/// The case about which everybody answers, so that one annex shows all parties: the first with colleagues.
pub(super) async fn shown_whole(desk: &Desk) -> Result<Option<CaseNumber>, Box<dyn std::error::Error>> {
    let cases = desk.store.cases().await?;
    let whole = |c: &&CaseFile| [Party::Employer, Party::Community].iter().all(|p| c.parties().contains_key(p));
    Ok(cases.iter().find(whole).map(CaseFile::number))
}

/// A link to an unanswered invitation of a party on the last case that has one.
pub(super) async fn open_link(desk: &Desk, party: Party) -> Result<Option<OpenedLink>, Box<dyn std::error::Error>> {
    let cases: Vec<CaseNumber> = desk.store.cases().await?.iter().map(CaseFile::number).collect();
    for case in cases.into_iter().rev() {
        for form in of_party(desk, party) {
            if let Some((_, link)) = open_links(desk, case, form).await?.pop() {
                return Ok(Some(link));
            }
        }
    }
    Ok(None)
}

/// Links to the unanswered invitations of a case to a form.
async fn open_links(
    desk: &Desk,
    case: CaseNumber,
    form: &Form,
) -> Result<Vec<(CaseNumber, OpenedLink)>, Box<dyn std::error::Error>> {
    let mut links = Vec::new();
    for invitation in desk.store.invitations_of(case).await? {
        if invitation.form == form.id() && !invitation.answered {
            links.push((case, desk.link_to(&invitation.id, invitation.expires_at, LinkUse::default()).await?));
        }
    }
    Ok(links)
}

fn of_party(desk: &Desk, party: Party) -> impl Iterator<Item = &Form> {
    desk.forms.iter().filter(move |f| f.party() == party && f.occasion() == Occasion::Closing)
}

/// Answers that nobody gives whose coaching ended so.
fn unfit(outcome: Option<&str>) -> &'static [&'static str] {
    match outcome {
        Some("job" | "subsidised_job" | "entrepreneur") => &["studying", "work_trial", "unemployed", "not_at_work"],
        Some("education") => {
            &["find", "stabilise", "open_job", "subsidised_job", "entrepreneur", "work_trial", "unemployed"]
        }
        Some("longer_work_trial") => {
            &["find", "open_job", "subsidised_job", "entrepreneur", "studying", "unemployed", "not_at_work"]
        }
        _ => &["find", "stabilise", "open_job", "subsidised_job", "entrepreneur", "studying", "work_trial"],
    }
}

fn answer(form: &Form, outcome: Option<&str>, random: &mut Random) -> RawAnswers {
    let mut raw = RawAnswers::new();
    // What an employer tells of the work is no matter of the client's outcome.
    let unfit = if form.party() == Party::Client { unfit(outcome) } else { &[] };
    for question in form.questions() {
        if random.chance(SKIPPED_PERCENT) {
            continue;
        }
        let fits = |c: &&Choice| !unfit.contains(&c.code.as_str());
        let codes = |apart: bool| -> Vec<&str> {
            question.choices.iter().filter(|c| c.apart == apart).filter(fits).map(|c| c.code.as_str()).collect()
        };
        let (scale, apart) = (codes(false), codes(true));
        let at_work = if unfit.contains(&"stabilise") { "not_at_work" } else { "needed_no_help" };
        if apart.contains(&at_work) && (at_work == "not_at_work" || random.chance(20)) {
            raw.insert(question.id.clone(), vec![at_work.to_owned()]);
            continue;
        }
        let values = match question.kind {
            Kind::Text(_) if random.chance(30) => vec![random.one_of(&WORDS).to_owned()],
            Kind::Text(_)
            | Kind::Number { .. }
            | Kind::Date
            | Kind::Month
            | Kind::Email
            | Kind::Phone
            | Kind::Information
            | Kind::Consent
            | Kind::Signature
            | Kind::Group { .. } => continue,
            Kind::Many => {
                let chosen: Vec<String> = scale.iter().filter(|_| random.chance(45)).map(|c| (*c).to_owned()).collect();
                if chosen.is_empty() || random.chance(APART_PERCENT) {
                    apart.first().map(|c| vec![(*c).to_owned()]).unwrap_or_default()
                } else {
                    chosen
                }
            }
            _ if random.chance(APART_PERCENT * apart.len() as u64) => vec![random.one_of(&apart).to_owned()],
            Kind::Grade => vec![(*random.pick(&[(8, "1"), (10, "2"), (18, "3"), (36, "4"), (28, "5")])).to_owned()],
            Kind::Agreement(_) => {
                // The friendlier end is likelier, as in real feedback.
                let weighted: Vec<(u64, &str)> = scale.iter().enumerate().map(|(i, c)| (48_u64 >> i, *c)).collect();
                vec![(*random.pick(&weighted)).to_owned()]
            }
            Kind::One | Kind::YesNo | Kind::Scale { .. } => vec![random.one_of(&scale).to_owned()],
        };
        raw.insert(question.id.clone(), values);
    }
    raw
}
