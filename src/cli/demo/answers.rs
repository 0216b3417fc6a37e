//! Synthetic answers, sent through the same parser and writer as those of people.

use super::Random;
use crate::case::CaseNumber;
use crate::desk::{Arrival, Desk};
use crate::form::{Form, Kind};
use crate::store::Received;
use crate::submission::RawAnswers;

/// Share of the invited who answer.
const RESPONSE_PERCENT: u64 = 82;
/// Share of the questions that a respondent leaves open.
const SKIPPED_PERCENT: u64 = 8;
/// Share that takes each choice outside the scale, so that a large demo fills every table.
const APART_PERCENT: u64 = 9;
/// Words for the free text; no persons, no places.
const WORDS: [&str; 4] = [
    "Keksitty vastaus: hakemusten tekeminen sujuu nyt.",
    "Keksitty vastaus: olisin halunnut tavata useammin.",
    "Keksitty vastaus: työkokeilusta oli hyötyä.",
    "Keksitty vastaus: kiitos, sain rohkeutta.",
];

/// Answers most open invitations, but leaves at least `left_open`; how many were stored.
pub(super) async fn send(
    desk: &Desk,
    random: &mut Random,
    left_open: usize,
) -> Result<usize, Box<dyn std::error::Error>> {
    let cases = unanswered(desk).await?;
    let form_id = desk.instance.closing_form.value.clone();
    let mut stored = 0;
    for case in &cases[..cases.len().saturating_sub(left_open)] {
        if !random.chance(RESPONSE_PERCENT) {
            continue;
        }
        let link = desk.open_link(*case, &form_id).await?;
        let Arrival::Open(invitation, form) = desk.arrive(&link.token).await? else { continue };
        let raw = answer(form, random);
        match desk.receive(&invitation, form, &desk.fresh_id(), &raw).await? {
            Received::Stored(_) => stored += 1,
            Received::AlreadyAnswered => return Err("a fresh invitation was answered already".into()),
        }
    }
    Ok(stored)
}

/// Cases with an open invitation to the closing form.
pub(super) async fn unanswered(desk: &Desk) -> Result<Vec<CaseNumber>, Box<dyn std::error::Error>> {
    let party = desk.form(&desk.instance.closing_form.value).map(Form::party);
    let cases = desk.store.cases().await?;
    let open = cases.iter().filter(|c| party.and_then(|p| c.parties().get(&p)).is_some_and(|s| s.answered == 0));
    Ok(open.map(crate::case::CaseFile::number).collect())
}

fn answer(form: &Form, random: &mut Random) -> RawAnswers {
    let mut raw = RawAnswers::new();
    for question in form.questions() {
        if random.chance(SKIPPED_PERCENT) {
            continue;
        }
        let scale: Vec<&str> = question.choices.iter().filter(|c| !c.apart).map(|c| c.code.as_str()).collect();
        let apart: Vec<&str> = question.choices.iter().filter(|c| c.apart).map(|c| c.code.as_str()).collect();
        let values = match question.kind {
            Kind::Text(_) if random.chance(30) => {
                let at = usize::try_from(random.below(WORDS.len() as u64)).unwrap_or(0);
                vec![WORDS[at].to_owned()]
            }
            Kind::Text(_) | Kind::Number { .. } | Kind::Date | Kind::Group { .. } => continue,
            Kind::Many => {
                let chosen: Vec<String> = scale.iter().filter(|_| random.chance(45)).map(|c| (*c).to_owned()).collect();
                if chosen.is_empty() || random.chance(APART_PERCENT) {
                    apart.first().map(|c| vec![(*c).to_owned()]).unwrap_or_default()
                } else {
                    chosen
                }
            }
            _ if random.chance(APART_PERCENT * apart.len() as u64) => {
                let at = usize::try_from(random.below(apart.len() as u64)).unwrap_or(0);
                vec![apart[at].to_owned()]
            }
            Kind::Grade => vec![(*random.pick(&[(8, "1"), (10, "2"), (18, "3"), (36, "4"), (28, "5")])).to_owned()],
            Kind::Agreement(_) => {
                // The friendlier end is likelier, as in real feedback.
                let weighted: Vec<(u64, &str)> = scale.iter().enumerate().map(|(i, c)| (48_u64 >> i, *c)).collect();
                vec![(*random.pick(&weighted)).to_owned()]
            }
            Kind::One | Kind::YesNo => {
                let at = usize::try_from(random.below(scale.len().max(1) as u64)).unwrap_or(0);
                vec![scale[at].to_owned()]
            }
        };
        raw.insert(question.id.clone(), values);
    }
    raw
}
