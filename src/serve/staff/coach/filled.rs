//! Forms on a case: the coach's own are opened, those of others sent, shown or printed, and what was filled in is read.

use super::case::title;
use super::posted::{Posted, Sent};
use super::{asked, page_of};
use crate::case::CaseFile;
use crate::desk::{InviteError, coach_reads, is_filled_again, is_of_work};
use crate::form::{Collect, Form, Party};
use crate::render::{
    FieldChoice, FieldMistake, FilledView, FormWayView, PaperContext, PaperLink, PaperView, answered_parts,
};
use crate::serve::error::Failure;
use crate::serve::staff::Signed;
use crate::text::{Language, told_date};
use axum::extract::{Path, RawQuery};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

/// What the page of a form tells besides the ways.
#[derive(Default)]
struct Told {
    done: Option<&'static str>,
    link: Option<(String, String)>,
    address: Option<String>,
    mistakes: Vec<FieldMistake>,
}

pub(super) async fn ways(
    signed: Signed,
    Path((number, form)): Path<(String, String)>,
    query: RawQuery,
) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let form = signed.form_of_others(&form)?;
    let done = (asked(&query, "done") == "mailed").then_some("coach_case.done_mailed");
    signed.ways_page(&case, &form, Told { done, ..Told::default() }).await
}

pub(super) async fn fill(
    signed: Signed,
    Path((number, form)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let desk = &signed.state.desk;
    if let Some(own) = desk.form(&form).filter(|f| f.party() == Party::Coach) {
        return match desk.fill(&signed.staff, &case, own.id()).await {
            Ok(path) => Ok(signed.to_form(&path)),
            Err(InviteError::Answered(_))
                if is_filled_again(own) && Posted::of(&signed.state, sent)?.text("again") == "yes" =>
            {
                let path = desk.fill_again(&signed.staff, &case, own).await;
                path.map(|path| signed.to_form(&path)).map_err(|error| Failure::unavailable(&signed.state, &error))
            }
            Err(InviteError::Answered(_)) if is_of_work(own) => {
                Ok(Redirect::to(&format!("{}/filled/{}", page_of(&case), own.id())).into_response())
            }
            Err(InviteError::Answered(_)) => Ok(Redirect::to(&format!("{}/report", page_of(&case))).into_response()),
            Err(InviteError::Store(error)) => Err(Failure::unavailable(&signed.state, &error)),
            // Not in time, or not there: the page of the case says what comes next.
            Err(_) => Ok(Redirect::to(&page_of(&case)).into_response()),
        };
    }
    let form = signed.form_of_others(&form)?;
    let mut posted = Posted::of(&signed.state, sent)?;
    let mut told = Told::default();
    let made = if posted.text("do") == "link" {
        desk.open_link(case.number(), form.id()).await.map(Some)
    } else {
        let address = posted.words("address", 254).unwrap_or_default();
        told.address = Some(address.clone());
        let known = form.languages(&desk.instance);
        let language = Language::from_code(&posted.text("lang")).filter(|l| known.contains(l));
        if posted.mistakes.is_empty() {
            desk.mail_link(case.number(), form.id(), &address, language).await.map(|()| None)
        } else {
            Err(InviteError::NoAddress(String::new()))
        }
    };
    match made {
        Ok(None) => {
            let here = format!("{}/form/{}?done=mailed", page_of(&case), form.id());
            return Ok(Redirect::to(&here).into_response());
        }
        Ok(Some(link)) => {
            let until = link.expires_at.to_zoned(desk.instance.zone()).date();
            told.link = Some((link.address, told_date(until, signed.state.language)));
        }
        Err(InviteError::Store(error)) => return Err(Failure::unavailable(&signed.state, &error)),
        Err(InviteError::NoAddress(_)) if posted.mistakes.is_empty() => {
            posted.wrong("address", "inviting.wrong_address");
        }
        Err(InviteError::NoAddress(_)) => {}
        Err(InviteError::OfStaff(_)) => posted.wrong("address", "inviting.wrong_staff"),
        Err(InviteError::TooManyContacts { .. }) => posted.wrong("address", "inviting.wrong_many"),
        Err(InviteError::Answered(_)) => posted.wrong("address", "coach_case.wrong_answered"),
        Err(_) => posted.wrong("address", "coach_case.wrong_no_way"),
    }
    told.mistakes = posted.mistakes;
    signed.ways_page(&case, &form, told).await
}

/// Prints a form for the case. It is posted because the code on the paper is made for it.
pub(super) async fn print(signed: Signed, Path((number, form)): Path<(String, String)>) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let desk = &signed.state.desk;
    let unavailable = |error: &dyn std::error::Error| Failure::unavailable(&signed.state, error);
    let form = desk.form(&form).filter(|f| is_of_work(f)).ok_or_else(|| Failure::no_page(&signed.state))?;
    let known = form.languages(&desk.instance);
    let of_case = case.opening().language.filter(|l| known.contains(l));
    let language = of_case.unwrap_or_else(|| desk.instance.language());
    let link = match form.collect() {
        Collect::Never => None,
        Collect::Store => match desk.open_paper_link(case.number(), form.id()).await {
            Ok(link) => Some(PaperLink {
                open_until: link.expires_at.to_zoned(desk.instance.zone()).date(),
                address: link.address,
                code: link.token,
            }),
            Err(InviteError::Store(error)) => return Err(unavailable(&error)),
            // Without a way in there is no code on the paper.
            Err(_) => None,
        },
    };
    let context = PaperContext {
        case: Some(&case),
        circumstances: &desk.circumstances(Some(&case)),
        known: &desk.paper_known(&case, form).await.map_err(|error| unavailable(&error))?,
        link: link.as_ref(),
        printed_on: desk.today(),
        codes: false,
    };
    let paper = PaperView::new(form, &desk.instance, language, &context);
    let pdf = desk.printer.print_paper(&paper).map_err(|error| unavailable(&error))?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.pdf\"", form.id())),
    ];
    Ok((headers, pdf).into_response())
}

pub(super) async fn read(signed: Signed, Path((number, form)): Path<(String, String)>) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let filled = signed.state.desk.filled_forms(&case).await;
    let filled = filled.map_err(|error| Failure::unavailable(&signed.state, &error))?;
    let Some(last) = filled.iter().rev().find(|f| f.form.id() == form) else {
        return Err(Failure::no_page(&signed.state));
    };
    let m = signed.messages();
    let name = title(&last.form, m);
    let who = m.get(&format!("party.{}", last.form.party().code()));
    let view = FilledView {
        frame: signed.frame(name.clone(), &format!("{}/filled/{form}", page_of(&case))),
        crumbs: signed.crumbs(Some(&case)),
        told: m.fill("coach_case.filled_by", &[("who", who), ("date", &told_date(last.on, m.language()))]),
        parts: answered_parts(&last.form, &last.answers, coach_reads, m.language()),
        again: is_filled_again(&last.form).then(|| format!("{}/form/{form}", page_of(&case))),
        copied: last.form.questions().any(|q| q.visibility == crate::form::Visibility::Report),
        title: name,
    };
    Ok(signed.state.page(StatusCode::OK, "staff/filled.html", &view))
}

impl Signed {
    /// A form of the work that somebody else than the coach fills in.
    fn form_of_others(&self, id: &str) -> Result<Form, Failure> {
        let form = self.state.desk.form(id).filter(|f| is_of_work(f) && f.party() != Party::Coach);
        form.cloned().ok_or_else(|| Failure::no_page(&self.state))
    }

    async fn ways_page(&self, case: &CaseFile, form: &Form, told: Told) -> Result<Response, Failure> {
        let (desk, m) = (&self.state.desk, self.messages());
        let around = desk.case_desk(case).await.map_err(|error| Failure::unavailable(&self.state, &error))?;
        let kept = around.contacts.iter().find(|c| c.party == form.party());
        let address = told.address.or_else(|| kept.map(|c| c.address.clone())).unwrap_or_default();
        let proposed = kept.and_then(|c| c.language).or(case.opening().language);
        let proposed = proposed.unwrap_or_else(|| desk.instance.language());
        let choice = |l: &Language| FieldChoice {
            value: l.code().to_owned(),
            label: l.own_name().to_owned(),
            chosen: *l == proposed,
        };
        let languages = form.languages(&desk.instance).iter().map(choice).collect();
        let filled = around.filled.iter().rev().find(|f| f.form.id() == form.id());
        let filled = filled.map(|f| told_date(f.on, m.language()));
        let here = format!("{}/form/{}", page_of(case), form.id());
        let read = format!("{}/filled/{}", page_of(case), form.id());
        let name = title(form, m);
        let status = if told.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let view = FormWayView::new(
            self.frame(name.clone(), &here),
            self.crumbs(Some(case)),
            (name, form.lead().in_language(m.language()).to_owned()),
            (here, read),
            &told.mistakes,
            m,
        );
        let view = view.mail(address, languages).paper(form.collect() == Collect::Never).link(told.link);
        let view = view.told(told.done.map(|key| m.get(key)), filled);
        Ok(self.state.page(status, "staff/form-ways.html", &view))
    }
}
