//! `/desk/cases/{case}/details`: what is known of a case, and who is its officer; the same fields open a case.

use super::done;
use super::posted::{Posted, SHORT, Sent};
use crate::case::{CaseFile, CaseRefusal, Opening};
use crate::desk::ChangeError;
use crate::render::{DeskField, DeskFormView, FieldChoice};
use crate::serve::error::Failure;
use crate::serve::staff::Signed;
use crate::store::{Role, Staff};
use crate::text::{Language, Messages, finnish_date};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// The dimensions that are asked of a client, each with its key of the opening.
const DIMENSIONS: [&str; 3] = ["gender", "origin", "age_group"];

pub(super) async fn show(signed: Signed, Path(number): Path<String>) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let o = case.opening();
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    let proposed = [
        ("municipality", or_empty(&o.municipality)),
        ("gender", or_empty(&o.gender)),
        ("origin", or_empty(&o.origin)),
        ("age_group", or_empty(&o.age_group)),
        ("client_since", finnish_date(o.client_since)),
        ("coaching_started", finnish_date(o.coaching_started)),
        ("language", o.language.map_or_else(String::new, |l| l.code().to_owned())),
        ("officer", case.officer().unwrap_or_default().to_owned()),
    ];
    let officers = signed.officers().await?;
    signed.details_page(&case, &Posted::proposed(signed.messages(), &proposed), &officers)
}

pub(super) async fn change(signed: Signed, Path(number): Path<String>, sent: Sent) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let officers = signed.officers().await?;
    let mut posted = Posted::of(&signed.state, sent)?;
    let read = signed.read_details(&mut posted, &officers);
    if let (Some((opening, officer)), true) = (read, posted.mistakes.is_empty()) {
        // What is not asked on this page stays as it was.
        let (was, spoken) = (case.opening().clone(), &signed.state.desk.instance.languages.value);
        let kept = was.language.filter(|l| !spoken.contains(l));
        let language = opening.language.or(kept);
        let opening = Opening { office: was.office, provider: was.provider, language, ..opening };
        match signed.state.desk.change_details(&case, opening, officer).await {
            Ok(_) => return Ok(done(&case, "details").into_response()),
            Err(ChangeError::Unfit(CaseRefusal::StartsTooEarly)) => {
                posted.wrong("coaching_started", "coach_open.wrong_order");
            }
            Err(ChangeError::Unfit(_)) => posted.wrong("coaching_started", "coach_open.wrong_end"),
            Err(error) => return Err(Failure::unavailable(&signed.state, &error)),
        }
    }
    signed.details_page(&case, &posted, &officers)
}

impl Signed {
    fn details_page(&self, case: &CaseFile, posted: &Posted, officers: &[Staff]) -> Result<Response, Failure> {
        let m = self.messages();
        let here = format!("{}/details", super::page_of(case));
        let title = m.get("coach_open.details_title").to_owned();
        let view = DeskFormView::new(
            self.frame(title.clone(), &here),
            self.crumbs(Some(case)),
            (title, None),
            (here, m.get("coach_open.save").to_owned()),
            (self.detail_fields(posted, officers), &posted.mistakes),
            m,
        );
        Ok(self.state.page(status(posted), "staff/desk-form.html", &view))
    }

    /// The officers among the staff.
    pub(super) async fn officers(&self) -> Result<Vec<Staff>, Failure> {
        let staff = self.state.desk.store.staff().await;
        let mut staff = staff.map_err(|error| Failure::unavailable(&self.state, &error))?;
        staff.retain(|s| s.role == Role::Officer);
        Ok(staff)
    }

    /// The opening and the officer as they were typed; none when a day is missing.
    pub(super) fn read_details(&self, posted: &mut Posted, officers: &[Staff]) -> Option<(Opening, Option<String>)> {
        let instance = &self.state.desk.instance;
        let today = self.state.desk.today();
        let municipality = posted.words("municipality", SHORT);
        let [gender, origin, age_group] = DIMENSIONS.map(|id| {
            let known = instance.dimension(id).into_iter().flat_map(|d| d.categories.iter().map(|c| c.code.as_str()));
            posted.one_of(id, known)
        });
        let since = posted.day("client_since", today);
        let started = posted.day("coaching_started", today);
        if since.zip(started).is_some_and(|(since, started)| started < since) {
            posted.wrong("coaching_started", "coach_open.wrong_order");
        }
        let spoken = instance.languages.value.iter().map(|l| l.code());
        let language = posted.one_of("language", spoken).and_then(|code| Language::from_code(&code));
        let officer = posted.one_of("officer", officers.iter().map(|o| o.id.as_str()));
        let opening = Opening {
            office: instance.office.code.clone(),
            provider: instance.provider.code.clone(),
            coach: self.staff.name.clone(),
            municipality,
            gender,
            origin,
            age_group,
            client_since: since?,
            coaching_started: started?,
            language,
        };
        Some((opening, officer))
    }

    /// The fields of the opening and the officer.
    pub(super) fn detail_fields(&self, posted: &Posted, officers: &[Staff]) -> Vec<DeskField> {
        let (m, instance) = (self.messages(), &self.state.desk.instance);
        let choice = |id: &str, value: &str, label: &str| FieldChoice {
            value: value.to_owned(),
            label: label.to_owned(),
            chosen: posted.text(id) == value,
        };
        let day = |id| DeskField { hint: Some(m.get("coach_open.day_hint").to_owned()), ..line(id, posted, m) };
        let mut fields = vec![
            day("client_since"),
            day("coaching_started"),
            DeskField { optional: true, ..line("municipality", posted, m) },
        ];
        for id in DIMENSIONS {
            let Some(dimension) = instance.dimension(id) else { continue };
            let of = |c: &crate::instance::Category| choice(id, &c.code, c.label.in_language(m.language()));
            let unknown = choice(id, "", m.get("coach_open.not_told"));
            let choices = std::iter::once(unknown).chain(dimension.categories.iter().map(of)).collect();
            let label = dimension.label.in_language(m.language()).to_owned();
            fields.push(DeskField { id, kind: "select", label, optional: true, choices, ..DeskField::default() });
        }
        if instance.languages.value.len() > 1 {
            let standard = m.fill("coach_open.own_language", &[("language", instance.language().own_name())]);
            let none = choice("language", "", &standard);
            let of = |l: &Language| choice("language", l.code(), l.own_name());
            let others = instance.languages.value.iter().filter(|l| **l != instance.language());
            let choices = std::iter::once(none).chain(others.map(of)).collect();
            fields.push(DeskField { kind: "select", choices, ..line("language", posted, m) });
        }
        let all = choice("officer", "", m.get("coach_case.every_officer"));
        let of = |o: &Staff| choice("officer", &o.id, &o.name);
        let choices = std::iter::once(all).chain(officers.iter().map(of)).collect();
        fields.push(DeskField { kind: "select", choices, ..line("officer", posted, m) });
        fields
    }
}

/// A field of one line with what was typed; its label stands in the catalogue under its name.
pub(super) fn line(id: &'static str, posted: &Posted, m: Messages) -> DeskField {
    DeskField {
        id,
        kind: "line",
        label: m.get(&format!("coach_open.field_{id}")).to_owned(),
        value: posted.text(id),
        keyboard: "text",
        ..DeskField::default()
    }
}

/// The status of a page with that.
pub(super) fn status(posted: &Posted) -> StatusCode {
    if posted.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}
