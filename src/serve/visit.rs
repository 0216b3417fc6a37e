//! A form as somebody meets it on a case: in a language that it has, its texts told for the case.

use super::State;
use super::error::Failure;
use super::journey::Step;
use crate::case::{CaseFile, CaseNumber};
use crate::desk::{Arrival, Closed, Typed, filled_by, is_kept, short_code};
use crate::form::{Circumstances, Form, Party};
use crate::render::{About, Filled, FormFrame, QuestionsView, Removed, Shown};
use crate::store::{Channel, Draft, DraftKey, Invitation, Part, Saved, Staff};
use crate::submission::RawAnswers;
use crate::text::{Language, Messages, told_instant};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;

/// A form, the invitation to it and the case it is about.
pub(super) struct Visit<'a> {
    /// The secret part of the address.
    pub(super) token: String,
    pub(super) invitation: Invitation,
    /// As it is answered and kept.
    pub(super) form: &'a Form,
    /// As it is shown.
    pub(super) told: Form,
    pub(super) case: Option<CaseFile>,
    pub(super) circumstances: Circumstances,
    pub(super) language: Language,
    /// Where the visitor's draft is kept; none for a browser that takes no cookie, at a shared link.
    pub(super) key: Option<DraftKey>,
    /// What keeps the language on the way, where there are several.
    lang: Option<&'static str>,
}

/// What was sent, and whether the draft has all of it.
pub(super) struct Kept {
    pub(super) given: RawAnswers,
    pub(super) nonce: String,
    /// When the draft was saved, if there is one.
    pub(super) saved: Option<Timestamp>,
    /// False when something stands on the page alone: there is no draft, or it may not be stored.
    pub(super) whole: bool,
}

/// What a page of questions shows besides the form.
pub(super) struct Page<'a> {
    pub(super) status: StatusCode,
    pub(super) nonce: &'a str,
    pub(super) given: &'a RawAnswers,
    pub(super) removed: Option<&'a Removed>,
    pub(super) then_check: bool,
    /// When the draft was saved last.
    pub(super) saved: Option<Timestamp>,
}

impl Visit<'_> {
    pub(super) fn keying(&self) -> bool {
        self.invitation.channel == Channel::Paper
    }

    /// Where somebody who fills the form in at a desk goes back to.
    pub(super) fn desk(&self) -> Option<String> {
        filled_by(&self.invitation)?;
        let list = if self.invitation.party == Party::Purchaser { "reports" } else { "cases" };
        Some(format!("/desk/{list}/{}", self.invitation.case))
    }

    /// An address under the link, in the visitor's language.
    pub(super) fn address(&self, verb: &str, more: &[(&str, &str)]) -> String {
        let lang = self.lang.map(|code| ("lang", code));
        let pairs: Vec<String> =
            more.iter().copied().chain(lang).map(|(name, value)| format!("{name}={value}")).collect();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        format!("/f/{}/{verb}{query}", self.token)
    }

    /// The address of a page of questions, counted from 0; `then_check` when the way leads back to the check page.
    pub(super) fn questions(&self, page: Option<usize>, then_check: bool) -> String {
        let page = page.map(|n| (n + 1).to_string());
        let page = page.as_deref().map(|n| ("page", n));
        let then = (then_check && page.is_some()).then_some(("then", "check"));
        self.address("answer", &page.into_iter().chain(then).collect::<Vec<_>>())
    }
}

impl State {
    /// Follows a link. A short code is looked up only as long as its network has not tried too many.
    pub(super) async fn arrive(&self, token: &str) -> Result<Arrival<'_>, Failure> {
        let (code, now) = (short_code(token), self.desk.now());
        let looking = code.map(|code| self.tries.begin(self.network, &code, now));
        let looking = looking.transpose().map_err(|wait| Failure::too_many_tries(self, wait))?;
        let arrival = self.desk.arrive(token).await;
        match (looking, &arrival) {
            (Some(looking), Ok(Arrival::Nowhere)) => looking.failed(now),
            (Some(looking), Ok(_)) => looking.found(),
            _ => {}
        }
        let arrival = arrival.map_err(|error| Failure::unavailable(self, &error))?;
        if let Arrival::Open(invitation, _) | Arrival::Closed(_, invitation, _) = &arrival
            && let Some(staff) = filled_by(invitation)
        {
            self.only_for(staff, invitation.case, token).await?;
        }
        Ok(arrival)
    }

    /// True while the case is still one that the staff may see.
    async fn sees(&self, staff: &Staff, case: CaseNumber) -> Result<bool, Failure> {
        let found = self.desk.case_for(staff, &case.to_string()).await;
        Ok(found.map_err(|error| Failure::unavailable(self, &error))?.is_some())
    }

    /// True when the visitor's session as that staff has ended by itself: what was typed meanwhile is still saved.
    async fn was_signed_in(&self, staff: &str) -> Result<bool, Failure> {
        let Some(value) = &self.session else { return Ok(false) };
        let was = self.desk.was_session_of(value, staff).await;
        was.map_err(|error| Failure::unavailable(self, &error))
    }

    /// Leads to the sign-in unless the visitor has signed in as that staff.
    async fn only_for(&self, staff: &str, case: CaseNumber, token: &str) -> Result<(), Failure> {
        let session = match &self.session {
            Some(value) => self.desk.session(value, None).await.map_err(|error| Failure::unavailable(self, &error))?,
            None => None,
        };
        match session {
            None if self.saves && self.was_signed_in(staff).await? => Ok(()),
            Some(session) if session.staff.id == staff && self.sees(&session.staff, case).await? => Ok(()),
            Some(_) => Err(Failure::nowhere(self)),
            None => Err(Failure::sign_in(&format!("/f/{token}"))),
        }
    }

    /// The invitation and form behind a token, or the page that says why there is none.
    pub(super) async fn visit(&self, token: &str) -> Result<Visit<'_>, Failure> {
        match self.arrive(token).await? {
            Arrival::Open(invitation, form) => self.meet(token, invitation, form).await,
            Arrival::Closed(why, invitation, form) => {
                let met = self.meet(token, invitation, form).await?;
                Err(if why == Closed::Answered && form.is_closing_report() {
                    Failure::reported(self, met.address("invite", &[]), form, met.language)
                } else if matches!(why, Closed::Answered | Closed::Sent) && form.is_reading() {
                    // What was agreed stands behind the same link.
                    Failure::elsewhere(met.address("agreed", &[]))
                } else {
                    Failure::closed(self, why, form, met.language)
                })
            }
            Arrival::Nowhere => Err(Failure::nowhere(self)),
        }
    }

    /// The form of an invitation on its case.
    pub(super) async fn meet<'a>(
        &'a self,
        token: &str,
        invitation: Invitation,
        form: &'a Form,
    ) -> Result<Visit<'a>, Failure> {
        let case = self.desk.case_of(&invitation).await.map_err(|error| Failure::unavailable(self, &error))?;
        let circumstances = self.desk.circumstances(case.as_ref());
        let told = form.for_case(&circumstances);
        let language = self.language_of(form, case.as_ref());
        let key = self.desk.draft_key(&invitation, token, self.cookie.as_deref());
        let lang = (form.languages(&self.desk.instance).len() > 1).then_some(language.code());
        Ok(Visit { token: token.to_owned(), invitation, form, told, case, circumstances, language, key, lang })
    }

    /// The visitor's draft.
    pub(super) async fn draft(&self, visit: &Visit<'_>) -> Result<Option<Draft>, Failure> {
        let Some(key) = &visit.key else { return Ok(None) };
        self.desk.draft(key, visit.form).await.map_err(|error| Failure::unavailable(self, &error))
    }

    /// Saves what was sent into the visitor's draft. What may not be stored stays in `given`, to be told.
    pub(super) async fn keep(
        &self,
        visit: &Visit<'_>,
        nonce: &str,
        sent: &RawAnswers,
        part: &Part,
    ) -> Result<Kept, Failure> {
        let Some(key) = &visit.key else {
            return Ok(Kept { given: sent.clone(), nonce: nonce.to_owned(), saved: None, whole: false });
        };
        let typed = Typed { nonce, answers: sent, part, at_most: self.at_most };
        match self.desk.save_draft(key, visit.form, typed).await {
            Ok(Saved::Kept(Draft { nonce, answers: mut given, saved_at, .. })) => {
                let not_kept = sent.iter().filter(|(field, values)| !is_kept(visit.form, field, values));
                let not_kept: Vec<_> = not_kept.map(|(field, values)| (field.clone(), values.clone())).collect();
                let whole = not_kept.is_empty();
                given.extend(not_kept);
                Ok(Kept { given, nonce, saved: Some(saved_at), whole })
            }
            Ok(Saved::Crowded) => Ok(Kept { given: sent.clone(), nonce: nonce.to_owned(), saved: None, whole: false }),
            Ok(Saved::TooLarge) => Err(Failure::too_large(self)),
            // Somebody was quicker: the page that says so.
            Ok(Saved::Closed) => Err(self.visit(&visit.token).await.err().unwrap_or_else(|| Failure::unreadable(self))),
            Err(error) => Err(Failure::unavailable(self, &error)),
        }
    }

    /// The frame of a form's pages under its link.
    pub(super) fn frame(&self, visit: &Visit<'_>) -> FormFrame {
        let (instance, language) = (&self.desk.instance, visit.language);
        let known = visit.form.languages(instance);
        let title = visit.told.title().in_language(language);
        let about = visit.case.as_ref().and_then(|case| About::of(case, visit.invitation.party, instance, language));
        let frame = FormFrame::in_languages(instance, title, format!("/f/{}", visit.token), &known, language);
        frame.about(about).links(self.site_links(language)).desk(visit.desk())
    }

    /// What is known before the respondent has answered.
    pub(super) async fn known(&self, visit: &Visit<'_>) -> Result<RawAnswers, Failure> {
        let known = self.desk.known_answers(&visit.invitation, visit.form).await;
        known.map_err(|error| Failure::unavailable(self, &error))
    }

    /// The page of questions at which a step stands.
    pub(super) async fn questions(&self, visit: &Visit<'_>, step: &Step, page: Page<'_>) -> Result<Response, Failure> {
        let (at, mistakes) = match step {
            Step::Questions(at, mistakes) => (*at, mistakes.as_slice()),
            Step::Check => (None, &[][..]),
        };
        let known = self.known(visit).await?;
        let filled = Filled { given: page.given, known: &known, mistakes, removed: page.removed };
        let keying = visit.keying();
        let shown = Shown { page: at, circumstances: &visit.circumstances, then_check: page.then_check, keying };
        let frame = self.frame(visit);
        let view = QuestionsView::new(frame, &visit.told, page.nonce, filled, shown, visit.language);
        let saved = page.saved.map(|at| {
            let at = told_instant(at, &self.desk.instance.zone(), visit.language);
            Messages::of(visit.language).fill("sent_report.saved_at", &[("at", &at)])
        });
        Ok(self.page(page.status, "form/questions.html", &view.saved(saved)))
    }
}
