//! `GET` and `POST /f/<token>/invite`: a coach's link to a closing report also leads here, where the coach tells whom
//! else to ask. No address that was given before is shown, and no answer. At the desk, where the coach has signed in, the
//! same page shows the addresses, too.

use super::State;
use super::error::Failure;
use super::language::Asked;
use super::staff::Signed;
use crate::case::CaseFile;
use crate::desk::{Added, Arrival, Closed, InviteError, OpenedLink, PartyResponse};
use crate::form::{Form as Asking, Party};
use crate::render::{
    About, Consent, Inviting, InvitingView, KnownAddress, Link, PaperLink, QrSheetView, Standing, Typed, Wrong,
};
use crate::store::Invitation;
use crate::text::Language;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

/// Who is told on the page, in this order.
const ASKED: [Party; 3] = [Party::Client, Party::Employer, Party::Community];
/// Places of a shared link that are proposed.
const PROPOSED: &str = "3";

/// A coach at the page.
pub(super) struct Coach<'a> {
    pub(super) case: CaseFile,
    pub(super) language: Language,
    pub(super) way: Way<'a>,
}

/// How the coach came to the page.
pub(super) enum Way<'a> {
    /// By a link to the closing report.
    Link { token: String, invitation: Box<Invitation>, form: &'a Asking },
    /// Signed in, from the page of the case, to which these lead back.
    Desk { signed: &'a Signed, crumbs: Vec<Link> },
}

impl Coach<'_> {
    /// The page again, saying what was done.
    fn done(&self, what: &str) -> Redirect {
        let lang = self.language.code();
        Redirect::to(&match &self.way {
            Way::Link { token, .. } => format!("/f/{token}/invite?done={what}&lang={lang}"),
            Way::Desk { .. } => format!("/desk/cases/{}/invite?done={what}", self.case.number()),
        })
    }

    fn signed_in(&self) -> bool {
        matches!(self.way, Way::Desk { .. })
    }
}

/// What the page tells besides how far everybody has come.
#[derive(Default)]
struct Told<'a> {
    done: Option<&'static str>,
    wrong: Vec<Wrong>,
    typed: Typed,
    link: Option<&'a OpenedLink>,
}

pub(super) async fn show(
    Asked(state): Asked,
    Path(token): Path<String>,
    query: axum::extract::RawQuery,
) -> Result<Response, Failure> {
    let coach = state.coach(&token).await?;
    state.inviting_shown(&coach, &query).await
}

pub(super) async fn add(
    Asked(state): Asked,
    Path(token): Path<String>,
    posted: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(fields) = posted.map_err(|_| Failure::unreadable(&state))?;
    let coach = state.coach(&token).await?;
    state.inviting_posted(&coach, &fields).await
}

impl State {
    /// The page, saying what was done before.
    pub(super) async fn inviting_shown(
        &self,
        coach: &Coach<'_>,
        query: &axum::extract::RawQuery,
    ) -> Result<Response, Failure> {
        let done = query.0.as_deref().and_then(|q| q.split('&').find_map(|pair| pair.strip_prefix("done=")));
        let done = match done {
            Some("contact") => Some("inviting.done_contact"),
            Some("kept") => Some("inviting.done_kept"),
            Some("removed") => Some("coach_case.done_contact_removed"),
            _ => None,
        };
        self.inviting(coach, Told { done, ..Told::default() }).await
    }

    /// Does what was posted from the page.
    pub(super) async fn inviting_posted(
        &self,
        coach: &Coach<'_>,
        fields: &[(String, String)],
    ) -> Result<Response, Failure> {
        let field = |name: &str| fields.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim());
        let consents = field("consent") == "yes";
        match field("do") {
            "sheet" | "link" => self.share(coach, field("places"), consents, field("do") == "sheet").await,
            _ => {
                let [party, address, language] = ["party", "address", "lang"].map(|name| field(name).to_owned());
                self.add(coach, Typed { party, address, language, consents, ..Typed::default() }, consents).await
            }
        }
    }

    /// The coach whose link to a closing report this is. It leads here also when the report has been sent.
    async fn coach(&self, token: &str) -> Result<Coach<'_>, Failure> {
        let (invitation, form) = match self.arrive(token).await? {
            Arrival::Open(invitation, form) | Arrival::Closed(Closed::Answered, invitation, form) => (invitation, form),
            Arrival::Closed(why, _, form) if form.is_closing_report() => {
                return Err(Failure::closed(self, why, form, self.language));
            }
            _ => return Err(Failure::nowhere(self)),
        };
        let case = self.desk.case_of(&invitation).await.map_err(|error| Failure::unavailable(self, &error))?;
        // A link is for its form alone, but for the coach's; it ends with its time although it was answered.
        let Some(case) = case.filter(|c| form.is_closing_report() && c.ending().is_some()) else {
            return Err(Failure::nowhere(self));
        };
        if invitation.expires_at <= self.desk.now() {
            return Err(Failure::closed(self, Closed::Expired, form, self.language));
        }
        let language = self.language_of(form, Some(&case));
        let way = Way::Link { token: token.to_owned(), invitation: Box::new(invitation), form };
        Ok(Coach { case, language, way })
    }

    /// Adds an address and invites there.
    async fn add(&self, coach: &Coach<'_>, typed: Typed, consents: bool) -> Result<Response, Failure> {
        let Some(party) = ASKED.into_iter().find(|p| p.code() == typed.party) else {
            return Err(Failure::unreadable(self));
        };
        let mut wrong = Vec::new();
        if party == Party::Community && !consents && self.consent(coach).await? != Consent::Given {
            wrong.push(Wrong { field: "consent-one".to_owned(), key: "inviting.wrong_consent" });
        }
        let field = format!("{}-address", party.code());
        if party == Party::Client && !self.may_reach_client(coach).await? {
            wrong.push(Wrong { field: field.clone(), key: "inviting.wrong_known" });
        }
        let known = self.desk.closing_form_of(party).map_or_else(Vec::new, |f| f.languages(&self.desk.instance));
        let language = Language::from_code(&typed.language).filter(|l| known.contains(l));
        if wrong.is_empty() {
            self.keep_consent(coach, party == Party::Community && consents).await?;
            match self.desk.add_contact(coach.case.number(), party, &typed.address, language).await {
                Ok(added) => {
                    // Whether there was anything to send would tell who has answered today.
                    let done = if added == Added::AtTheEnd { "kept" } else { "contact" };
                    return Ok(coach.done(done).into_response());
                }
                Err(InviteError::NoAddress(_)) => wrong.push(Wrong { field, key: "inviting.wrong_address" }),
                Err(InviteError::OfStaff(_)) => wrong.push(Wrong { field, key: "inviting.wrong_staff" }),
                Err(InviteError::TooManyContacts { .. }) => wrong.push(Wrong { field, key: "inviting.wrong_many" }),
                Err(InviteError::NoConsent(_)) => {
                    wrong.push(Wrong { field: "consent-one".to_owned(), key: "inviting.consent_refused" });
                }
                Err(error) => return Err(Failure::unavailable(self, &error)),
            }
        }
        self.inviting(coach, Told { wrong, typed, ..Told::default() }).await
    }

    /// Makes a shared link, on a sheet or on the page.
    async fn share(&self, coach: &Coach<'_>, places: &str, consents: bool, sheet: bool) -> Result<Response, Failure> {
        let mut wrong = Vec::new();
        if !consents && self.consent(coach).await? != Consent::Given {
            wrong.push(Wrong { field: "consent".to_owned(), key: "inviting.wrong_consent" });
        }
        let typed = Typed { places: places.to_owned(), consents, ..Typed::default() };
        let form = self.desk.closing_form_of(Party::Community).ok_or_else(|| Failure::nowhere(self))?;
        if wrong.is_empty() {
            self.keep_consent(coach, consents).await?;
            let many = places.parse().unwrap_or(0);
            match self.desk.open_shared(coach.case.number(), form.id(), many).await {
                Ok(link) if sheet => return self.sheet(coach, form, &link),
                Ok(link) => return self.inviting(coach, Told { link: Some(&link), ..Told::default() }).await,
                Err(InviteError::Places { .. }) => {}
                Err(InviteError::NoConsent(_)) => {
                    wrong.push(Wrong { field: "consent".to_owned(), key: "inviting.consent_refused" });
                }
                Err(error) => return Err(Failure::unavailable(self, &error)),
            }
        }
        if !places.parse().is_ok_and(|n: u32| self.desk.places().contains(&n)) {
            wrong.push(Wrong { field: "places".to_owned(), key: "inviting.wrong_places" });
        }
        self.inviting(coach, Told { wrong, typed, ..Told::default() }).await
    }

    fn sheet(&self, coach: &Coach<'_>, form: &Asking, link: &OpenedLink) -> Result<Response, Failure> {
        let desk = &self.desk;
        let known = form.languages(&desk.instance);
        let language = if known.contains(&coach.language) { coach.language } else { desk.instance.language() };
        let open_until = link.expires_at.to_zoned(desk.instance.zone()).date();
        let code = PaperLink { address: link.address.clone(), code: link.token.clone(), open_until };
        let view = QrSheetView::new(form, &desk.instance, language, &[code], true, desk.today());
        let pdf = desk.printer.print_sheet(&view).map_err(|error| Failure::unavailable(self, &error))?;
        let headers = [
            (header::CONTENT_TYPE, "application/pdf".to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.pdf\"", form.id())),
        ];
        Ok((headers, pdf).into_response())
    }

    /// True while no address of the client is known, or mail to it cannot be delivered: whom the client's form reaches is
    /// else the office's to change.
    pub(super) async fn may_reach_client(&self, coach: &Coach<'_>) -> Result<bool, Failure> {
        let unavailable = |error| Failure::unavailable(self, &error);
        let known = self.desk.store.contacts_of(coach.case.number()).await.map_err(unavailable)?;
        let responses = self.desk.responses(coach.case.number()).await.map_err(unavailable)?;
        let dead = responses.iter().any(|r| r.party == Party::Client && r.mailed.dead > 0);
        // At a desk a slip can be mended until the system has mailed the client.
        let feedback = &self.desk.instance.closing_form.value;
        let mailed = responses.iter().any(|r| r.form == *feedback && r.mailed.waiting + r.mailed.delivered > 0);
        Ok(dead || known.iter().all(|c| c.party != Party::Client) || (coach.signed_in() && !mailed))
    }

    /// Keeps on the case what the coach has confirmed, so that nobody is asked for it again.
    async fn keep_consent(&self, coach: &Coach<'_>, confirmed: bool) -> Result<(), Failure> {
        if confirmed && self.consent(coach).await? == Consent::NotAsked {
            let kept = self.desk.note_consent(&coach.case).await;
            kept.map_err(|error| Failure::unavailable(self, &error))?;
        }
        Ok(())
    }

    async fn consent(&self, coach: &Coach<'_>) -> Result<Consent, Failure> {
        let said = self.desk.consents_to_community(coach.case.number()).await;
        Ok(match said.map_err(|error| Failure::unavailable(self, &error))? {
            Some(true) => Consent::Given,
            Some(false) => Consent::Refused,
            None => Consent::NotAsked,
        })
    }

    /// The page.
    async fn inviting(&self, coach: &Coach<'_>, told: Told<'_>) -> Result<Response, Failure> {
        let responses = self.desk.responses(coach.case.number()).await;
        let responses = responses.map_err(|error| Failure::unavailable(self, &error))?;
        let standing = ASKED.map(|party| (party, self.standing(party, &responses)));
        let languages = ASKED.map(|party| {
            let form = self.desk.closing_form_of(party);
            (party, form.map_or_else(Vec::new, |f| f.languages(&self.desk.instance)))
        });
        let typed =
            if told.typed.places.is_empty() { Typed { places: PROPOSED.to_owned(), ..told.typed } } else { told.typed };
        let shown = Inviting {
            standing,
            consent: self.consent(coach).await?,
            may_reach_client: self.may_reach_client(coach).await?,
            languages,
            proposed: coach.case.opening().language.unwrap_or_else(|| self.desk.instance.language()),
            done: told.done,
            wrong: &told.wrong,
            typed: &typed,
            link: told
                .link
                .map(|link| (link.address.as_str(), link.expires_at.to_zoned(self.desk.instance.zone()).date())),
        };
        let status = if told.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let language = coach.language;
        let title = crate::text::Messages::of(language).get("inviting.title");
        let instance = &self.desk.instance;
        match &coach.way {
            Way::Link { token, invitation, form } => {
                let known = form.languages(instance);
                let about = About::of(&coach.case, invitation.party, instance, language);
                let base = format!("/f/{token}");
                let frame = crate::render::FormFrame::in_languages(instance, title, base, &known, language);
                let frame = frame.about(about).links(self.site_links(language));
                Ok(self.page(status, "form/inviting.html", &InvitingView::at_link(frame, &shown, language)))
            }
            Way::Desk { signed, crumbs } => {
                let action = format!("/desk/cases/{}/invite", coach.case.number());
                let contacts = self.desk.store.contacts_of(coach.case.number()).await;
                let contacts = contacts.map_err(|error| Failure::unavailable(self, &error))?;
                let kept = |c: crate::store::Contact| (c.party, KnownAddress { id: c.id, address: c.address });
                let contacts: Vec<_> = contacts.into_iter().map(kept).collect();
                let frame = signed.frame(title, &action);
                let base = format!("/desk/cases/{}", coach.case.number());
                let ended = coach.case.ending().is_some();
                let view = InvitingView::at_desk(frame, (action, base), (crumbs, ended), &contacts, &shown, language);
                Ok(self.page(status, "staff/inviting.html", &view))
            }
        }
    }

    /// How far a party has come with what it is asked at the end.
    fn standing(&self, party: Party, responses: &[PartyResponse]) -> Standing {
        let form = self.desk.closing_form_of(party).map_or("", Asking::id);
        responses.iter().find(|r| r.party == party && r.form == form).map_or_else(Standing::default, |r| Standing {
            invited: r.invited,
            answered: r.answered,
            open_until: Some(r.open_until),
            expired: r.expired,
            mails: [r.mailed.waiting, r.mailed.delivered, r.mailed.dead],
        })
    }
}
