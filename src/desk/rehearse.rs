//! Fills every template with a model case, so that a mistake in an instance's own template is found
//! before a respondent meets it.

use super::publish;
use crate::case::{CaseEvent, CaseFile, CaseNumber, Ending, Opening};
use crate::content::Page;
use crate::cube::{self, Cube};
use crate::form::Form;
use crate::instance::Instance;
use crate::release::{Release, ReleaseId};
use crate::render::{
    CheckView, ClosedView, ExplanationView, FormFrame, InvitationMail, QuestionsView, ReceiptView, RenderError,
    Renderer, closing_report_html, invitation_mail,
};
use crate::report::{ClosingReport, ReportName};
use crate::submission::{Fault, Mistake, RawAnswers, Submission};
use jiff::Timestamp;
use jiff::civil::{Date, date};

/// The day of the model case.
const DAY: Date = date(2025, 1, 31);

/// Fills the templates of forms, mails, reports and the site.
///
/// # Errors
/// The first template that cannot be filled, or what is missing for the site.
pub fn rehearse(
    instance: &Instance,
    forms: &[Form],
    pages: &[Page],
    renderer: &Renderer,
) -> Result<(), Box<dyn std::error::Error>> {
    for form in forms {
        rehearse_form(instance, form, renderer)?;
    }
    for form in forms {
        let mail = InvitationMail {
            party: form.party(),
            site_name: "x",
            link: "https://example.invalid/f/x",
            minutes: form.minutes(),
            open_until: "31.1.2025",
            notice: Some("x"),
        };
        invitation_mail(renderer, &mail, instance.language())?;
    }
    let language = instance.language();
    let report = ClosingReport::of(&model_case(instance)?, instance, language)?;
    let name = ReportName { case: report.case, version: 1 };
    closing_report_html(renderer, &report, &name, DAY, language)?;
    let tables = cube::tables(&Cube::default(), instance, forms, DAY, DAY);
    let release = Release::control(tables, instance, ReleaseId::next(DAY, &[]), Timestamp::UNIX_EPOCH);
    publish(&release, pages, instance, renderer)?;
    Ok(())
}

fn rehearse_form(instance: &Instance, form: &Form, renderer: &Renderer) -> Result<(), RenderError> {
    let language = instance.language();
    let frame = || FormFrame::new(instance, form.title().in_language(language), "/f/x".to_owned(), language);
    let given = RawAnswers::new();
    let mistakes: Vec<Mistake> =
        form.questions().map(|q| Mistake { question: q.id.clone(), fault: Fault::IdentityCode }).collect();
    renderer.fill("form/explanation.html", &ExplanationView::new(frame(), form, "31.1.2025", language))?;
    renderer.fill("form/questions.html", &QuestionsView::new(frame(), form, "x", &given, &[], language))?;
    let wrong = QuestionsView::new(frame(), form, "x", &given, &mistakes, language);
    renderer.fill("form/questions.html", &wrong)?;
    if let Ok(submission) = Submission::parse(&given, form) {
        renderer.fill("form/check.html", &CheckView::new(frame(), form, "x", &submission, language))?;
    }
    let receipt = ReceiptView::new(frame(), form, "x", "x".to_owned(), Some("/x".to_owned()), language);
    renderer.fill("form/receipt.html", &receipt)?;
    renderer.fill("form/closed.html", &ClosedView::new(frame(), "expired", language))?;
    Ok(())
}

fn model_case(instance: &Instance) -> Result<CaseFile, crate::case::CaseRefusal> {
    let first = |id: &str| instance.dimension(id).and_then(|d| d.categories.first()).map(|c| c.code.clone());
    let opening = Opening {
        office: instance.office.code.clone(),
        provider: instance.provider.code.clone(),
        coach: "x".to_owned(),
        municipality: None,
        gender: first("gender"),
        origin: first("origin"),
        age_group: first("age_group"),
        client_since: DAY,
        coaching_started: DAY,
        language: None,
    };
    let outcome = first("outcome").unwrap_or_default();
    let ending = Ending { on: DAY, outcome, field: None, pay_subsidy: None };
    let opened = CaseEvent::Opened { imported_number: None, opening };
    CaseFile::fold(CaseNumber::new(2025, 1), &[opened, CaseEvent::Ended { ending }])
}
