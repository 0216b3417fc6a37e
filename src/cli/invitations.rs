//! `palaute contact`, `palaute invitations` and `palaute revoke`: whom a case asks, and how far that has come.

use super::arguments::Reached;
use super::clock;
use super::folder::Folder;
use super::run::Outcome;
use super::terminal::say;
use crate::desk::{Added, PartyResponse};
use crate::form::Party;
use crate::text::{Language, finnish_date};
use jiff::Timestamp;
use std::path::Path;

impl Reached {
    fn party(self) -> Party {
        match self {
            Self::Client => Party::Client,
            Self::Employer => Party::Employer,
            Self::Community => Party::Community,
            Self::Coach => Party::Coach,
        }
    }
}

pub(super) async fn contact(
    dir: &Path,
    now: Option<Timestamp>,
    case: &str,
    party: Reached,
    address: &str,
    language: Option<Language>,
) -> Outcome {
    let (desk, _) = Folder::read(dir)?.desk(clock::clock(now)).await?;
    let number = desk.find_case(case).await?;
    let added = desk.add_contact(number, party.party(), address, language).await?;
    desk.store.close().await;
    say(match added {
        Added::Invited => "Kept. The mail is in the outbox; `palaute serve` delivers it.",
        Added::AtTheEnd => "Kept. The invitation goes out when the coaching has ended.",
        Added::NothingToSend => {
            "Kept. There is nothing to send: the party has answered or was invited there, or the invitation was taken back or \
             is over; `palaute invite --mail` makes it anew."
        }
    });
    Ok(())
}

pub(super) async fn list(dir: &Path, now: Option<Timestamp>, case: &str) -> Outcome {
    let (desk, _) = Folder::read(dir)?.desk(clock::clock(now)).await?;
    let number = desk.find_case(case).await?;
    let responses = desk.responses(number).await?;
    let contacts = desk.store.contacts_of(number).await?;
    desk.store.close().await;
    if responses.is_empty() {
        say(format_args!("Nobody has been asked anything on case {number}."));
    }
    for response in &responses {
        say(format_args!("{}", told(response)));
    }
    for contact in contacts {
        let language = contact.language.map_or_else(String::new, |l| format!(" ({})", l.english_name()));
        say(format_args!("contact: {}, {}{language}", contact.party.code(), contact.address));
    }
    Ok(())
}

/// One line about a party: `employer, employer-feedback: 1 invited, 0 answered, open until 1.3.2026`.
fn told(response: &PartyResponse) -> String {
    let PartyResponse { party, form, invited, answered, .. } = response;
    let mut line = format!("{}, {form}: {invited} invited, {answered} answered", party.code());
    let until = finnish_date(response.open_until);
    if answered < invited {
        let state = if response.expired { "expired on" } else { "open until" };
        line.push_str(&format!(", {state} {until}"));
    }
    let mailed = response.mailed;
    let told = [
        (response.shared, "behind a shared link"),
        (response.revoked, "taken back"),
        (mailed.waiting, "mail(s) waiting"),
        (mailed.delivered, "mailed"),
        (mailed.dead, "mail(s) could not be delivered"),
        (usize::try_from(response.reminded).unwrap_or(0), "reminder(s)"),
    ];
    for (n, what) in told.into_iter().filter(|(n, _)| *n > 0) {
        line.push_str(&format!(", {n} {what}"));
    }
    line
}

pub(super) async fn revoke(dir: &Path, now: Option<Timestamp>, case: &str, form: &str) -> Outcome {
    let (desk, _) = Folder::read(dir)?.desk(clock::clock(now)).await?;
    let number = desk.find_case(case).await?;
    let taken = desk.revoke(number, form).await?;
    desk.store.close().await;
    say(format_args!("Took {taken} open invitation(s) to {form} back. What was answered stays."));
    Ok(())
}
