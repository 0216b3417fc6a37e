//! The page on which a coach tells whom to ask when a coaching has ended, and sees how far that has come.

use super::form::FormFrame;
use super::page::Link;
use super::staff::{KnownAddress, StaffFrame};
use crate::form::Party;
use crate::text::{Language, Messages, told_date};
use jiff::civil::Date;
use serde::Serialize;

/// How far a party has come, as far as a coach may know: by day at the earliest, of colleagues their number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Invitations.
    pub invited: usize,
    /// Answered before today.
    pub answered: usize,
    /// Until when; none where nobody was invited.
    pub open_until: Option<Date>,
    /// True when the time is over.
    pub expired: bool,
    /// Mails on their way, delivered, and given up.
    pub mails: [usize; 3],
}

/// Whether colleagues may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// The client said yes when the case opened.
    Given,
    /// The client said no.
    Refused,
    /// Nobody has asked yet.
    NotAsked,
}

/// Something that was typed and cannot be taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrong {
    /// The field.
    pub field: String,
    /// The key of its message.
    pub key: &'static str,
}

/// What was typed, to be shown again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The party whose address was typed.
    pub party: String,
    /// The address.
    pub address: String,
    /// Its language.
    pub language: String,
    /// How many colleagues.
    pub places: String,
    /// True when the client's consent was confirmed.
    pub consents: bool,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Inviting<'a> {
    /// Client, employer and community.
    pub standing: [(Party, Standing); 3],
    /// Whether colleagues may be asked.
    pub consent: Consent,
    /// True while the coach may say where the client is reached.
    pub may_reach_client: bool,
    /// Languages in which a party's form can be answered, by party.
    pub languages: [(Party, Vec<Language>); 3],
    /// The language proposed for new addresses.
    pub proposed: Language,
    /// What was just done, by its key in the catalogue.
    pub done: Option<&'static str>,
    /// What is wrong.
    pub wrong: &'a [Wrong],
    /// What was typed.
    pub typed: &'a Typed,
    /// A shared link that was just made, and until when it is open.
    pub link: Option<(&'a str, Date)>,
}

#[derive(Clone, Debug, Serialize)]
struct Choice {
    code: &'static str,
    name: &'static str,
    chosen: bool,
}

#[derive(Clone, Debug, Serialize)]
struct PartyView {
    code: &'static str,
    name: &'static str,
    status: String,
    /// What became of its mails, if there are any.
    mails: Option<String>,
    /// True while an address can be added.
    open: bool,
    address: String,
    error: Option<&'static str>,
    languages: Vec<Choice>,
    /// Said before the field.
    note: Option<&'static str>,
    /// Addresses that are kept; at the desk only.
    kept: Vec<KnownAddress>,
}

#[derive(Clone, Debug, Serialize)]
struct ErrorLink {
    href: String,
    text: String,
}

/// The page.
#[derive(Clone, Debug, Serialize)]
pub struct InvitingView<F> {
    frame: F,
    /// Where its forms are sent.
    action: String,
    /// The page of the case, at the desk.
    base: String,
    /// The way to the page, at the desk.
    crumbs: Vec<Link>,
    /// True once a link can be shared.
    shares: bool,
    title: &'static str,
    done: Option<&'static str>,
    errors_title: Option<String>,
    errors: Vec<ErrorLink>,
    parties: Vec<PartyView>,
    /// `given`, `refused` or `not_asked`.
    consent: &'static str,
    consents: bool,
    /// At the form of one colleague.
    one_error: Option<&'static str>,
    consent_error: Option<&'static str>,
    places: String,
    places_error: Option<&'static str>,
    link: Option<String>,
    link_until: Option<String>,
}

impl InvitingView<FormFrame> {
    /// The page behind a coach's link.
    #[must_use]
    pub fn at_link(frame: FormFrame, shown: &Inviting<'_>, language: Language) -> Self {
        let action = frame.under("invite");
        Self::new(frame, action, shown, language)
    }
}

impl InvitingView<StaffFrame> {
    /// The page at the desk: where its forms are sent and the page of the case; the way there, and whether the coaching has
    /// ended, without which nobody is asked yet; the addresses that are kept.
    #[must_use]
    pub fn at_desk(
        frame: StaffFrame,
        (action, base): (String, String),
        (crumbs, ended): (&[Link], bool),
        contacts: &[(Party, KnownAddress)],
        shown: &Inviting<'_>,
        language: Language,
    ) -> Self {
        let mut view = Self::new(frame, action, shown, language);
        for party in &mut view.parties {
            let own = contacts.iter().filter(|(p, _)| p.code() == party.code);
            party.kept = own.map(|(_, known)| known.clone()).collect();
        }
        Self { base, crumbs: crumbs.to_vec(), shares: ended, ..view }
    }
}

impl<F> InvitingView<F> {
    /// The page for one case.
    fn new(frame: F, action: String, shown: &Inviting<'_>, language: Language) -> Self {
        let m = Messages::of(language);
        let error = |field: &str| shown.wrong.iter().find(|w| w.field == field).map(|w| m.get(w.key));
        let party = |(party, standing): &(Party, Standing)| {
            let known = shown.languages.iter().find(|(p, _)| p == party).map_or(&[][..], |(_, l)| l.as_slice());
            let typed = shown.typed.party == party.code();
            let wanted = if typed { Language::from_code(&shown.typed.language) } else { None };
            let chosen = wanted.unwrap_or(shown.proposed);
            PartyView {
                code: party.code(),
                name: m.get(&format!("party.{}", party.code())),
                status: status(*party, standing, m),
                mails: mails(standing, m),
                open: can_add(*party, standing, shown.consent) && (*party != Party::Client || shown.may_reach_client),
                address: if typed { shown.typed.address.clone() } else { String::new() },
                error: error(&format!("{}-address", party.code())),
                languages: known
                    .iter()
                    .map(|l| Choice { code: l.code(), name: l.own_name(), chosen: *l == chosen })
                    .collect(),
                note: (*party == Party::Community).then(|| m.get("inviting.separate")),
                kept: Vec::new(),
            }
        };
        let told = |w: &Wrong| ErrorLink { href: format!("#{}", w.field), text: m.get(w.key).to_owned() };
        Self {
            title: m.get("inviting.title"),
            done: shown.done.map(|key| m.get(key)),
            errors_title: match shown.wrong.len() {
                0 => None,
                1 => Some(m.get("form.errors_title_one").to_owned()),
                n => Some(m.fill("form.errors_title_many", &[("n", &n.to_string())])),
            },
            errors: shown.wrong.iter().map(told).collect(),
            parties: shown.standing.iter().map(party).collect(),
            consent: match shown.consent {
                Consent::Given => "given",
                Consent::Refused => "refused",
                Consent::NotAsked => "not_asked",
            },
            consents: shown.typed.consents,
            one_error: error("consent-one"),
            consent_error: error("consent"),
            places: shown.typed.places.clone(),
            places_error: error("places"),
            link: shown.link.map(|(address, _)| address.to_owned()),
            link_until: shown.link.map(|(_, day)| m.fill("form.open_until", &[("date", &told_date(day, language))])),
            frame,
            action,
            base: String::new(),
            crumbs: Vec::new(),
            shares: true,
        }
    }
}

fn can_add(party: Party, standing: &Standing, consent: Consent) -> bool {
    match party {
        Party::Community => consent != Consent::Refused,
        _ => standing.answered == 0 && !standing.expired,
    }
}

/// A sentence: nobody asked, asked, answered.
fn status(party: Party, standing: &Standing, m: Messages) -> String {
    let Standing { invited, answered, .. } = *standing;
    let until = standing.open_until.map_or_else(String::new, |day| told_date(day, m.language()));
    match (party, invited, answered) {
        (_, 0, _) => m.get("inviting.nobody").to_owned(),
        (Party::Community, ..) => m.fill(
            "inviting.colleagues",
            &[("invited", &invited.to_string()), ("answered", &answered.to_string()), ("date", &until)],
        ),
        (_, _, 0) if standing.expired => m.fill("inviting.expired", &[("date", &until)]),
        (_, _, 0) => m.fill("inviting.waiting", &[("date", &until)]),
        _ => m.get("inviting.answered").to_owned(),
    }
}

fn mails(standing: &Standing, m: Messages) -> Option<String> {
    let key = match standing.mails {
        _ if standing.answered >= standing.invited => return None,
        [_, _, dead] if dead > 0 => "inviting.mail_dead",
        [waiting, ..] if waiting > 0 => "inviting.mail_waiting",
        [_, delivered, _] if delivered > 0 => "inviting.mail_delivered",
        _ => "inviting.mail_none",
    };
    (standing.invited > 0).then(|| m.get(key).to_owned())
}
