//! A form as somebody meets it on a case: in a language that it has, its texts told for the case.

use super::State;
use super::error::Failure;
use super::journey::Step;
use crate::case::CaseFile;
use crate::desk::Arrival;
use crate::form::{Circumstances, Form};
use crate::render::{About, Filled, FormFrame, QuestionsView, Removed, Shown};
use crate::store::{Channel, Invitation};
use crate::submission::RawAnswers;
use crate::text::Language;
use axum::http::StatusCode;
use axum::response::Response;

/// A form, the invitation to it and the case it is about.
pub(super) struct Visit<'a> {
    pub(super) invitation: Invitation,
    /// As it is answered and kept.
    pub(super) form: &'a Form,
    /// As it is shown.
    pub(super) told: Form,
    pub(super) case: Option<CaseFile>,
    pub(super) circumstances: Circumstances,
    pub(super) language: Language,
}

/// What a page of questions shows besides the form.
pub(super) struct Page<'a> {
    pub(super) status: StatusCode,
    pub(super) nonce: &'a str,
    pub(super) given: &'a RawAnswers,
    pub(super) removed: Option<&'a Removed>,
    pub(super) then_check: bool,
}

impl Visit<'_> {
    pub(super) fn keying(&self) -> bool {
        self.invitation.channel == Channel::Paper
    }
}

impl State {
    /// The invitation and form behind a token, or the page that says why there is none.
    pub(super) async fn visit(&self, token: &str) -> Result<Visit<'_>, Failure> {
        match self.desk.arrive(token).await {
            Ok(Arrival::Open(invitation, form)) => self.meet(invitation, form).await,
            Ok(Arrival::Expired) => Err(Failure::expired(self)),
            Ok(Arrival::Answered) => Err(Failure::answered(self)),
            Ok(Arrival::NotEnded) => Err(Failure::not_ended(self)),
            Ok(Arrival::Nowhere) => Err(Failure::nowhere(self)),
            Err(error) => Err(Failure::unavailable(self, &error)),
        }
    }

    /// The form of an open invitation on its case.
    pub(super) async fn meet<'a>(&'a self, invitation: Invitation, form: &'a Form) -> Result<Visit<'a>, Failure> {
        let case = self.desk.case_of(&invitation).await.map_err(|error| Failure::unavailable(self, &error))?;
        let circumstances = self.desk.circumstances(case.as_ref());
        let told = form.for_case(&circumstances);
        let language = self.language_of(form);
        Ok(Visit { invitation, form, told, case, circumstances, language })
    }

    /// The language asked for where the form has it, else the instance's.
    pub(super) fn language_of(&self, form: &Form) -> Language {
        let has = form.languages(&self.desk.instance).contains(&self.language);
        if has { self.language } else { self.desk.instance.language() }
    }

    /// The frame of a form's pages under its link.
    pub(super) fn frame(&self, visit: &Visit<'_>, token: &str) -> FormFrame {
        let about = visit
            .case
            .as_ref()
            .and_then(|case| About::of(case, visit.invitation.party, &self.desk.instance, visit.language));
        self.frame_of(&visit.told, token, about, visit.language)
    }

    /// The same for a form without a case.
    pub(super) fn frame_of(&self, form: &Form, token: &str, about: Option<About>, language: Language) -> FormFrame {
        let (instance, known) = (&self.desk.instance, form.languages(&self.desk.instance));
        let title = form.title().in_language(language);
        let frame = FormFrame::in_languages(instance, title, format!("/f/{token}"), &known, language);
        frame.about(about).links(self.site_links(language))
    }

    /// What is known before the respondent has answered.
    pub(super) async fn known(&self, visit: &Visit<'_>) -> Result<RawAnswers, Failure> {
        let known = self.desk.known_answers(&visit.invitation, visit.form).await;
        known.map_err(|error| Failure::unavailable(self, &error))
    }

    /// The page of questions at which a step stands.
    pub(super) async fn questions(
        &self,
        token: &str,
        visit: &Visit<'_>,
        step: &Step,
        page: Page<'_>,
    ) -> Result<Response, Failure> {
        let (at, mistakes) = match step {
            Step::Questions(at, mistakes) => (*at, mistakes.as_slice()),
            Step::Check => (None, &[][..]),
        };
        let known = self.known(visit).await?;
        let filled = Filled { given: page.given, known: &known, mistakes, removed: page.removed };
        let keying = visit.keying();
        let shown = Shown { page: at, circumstances: &visit.circumstances, then_check: page.then_check, keying };
        let frame = self.frame(visit, token);
        let view = QuestionsView::new(frame, &visit.told, page.nonce, filled, shown, visit.language);
        Ok(self.page(page.status, "form/questions.html", &view))
    }
}
