//! Fills every template with a model case, so that a mistake in an instance's own template is found
//! before a respondent meets it.

use super::{DRAFT_DAYS, Proof, publish, sample_cases};
use crate::content::Page;
use crate::cube::{self, Cube};
use crate::form::{Circumstances, Form, Occasion};
use crate::instance::Instance;
use crate::release::{Before, Ledger, Release, ReleaseId};
use crate::render::{
    CheckView, ClosedView, CodeView, ExplanationView, Filled, FormFrame, InvitationMail, PaperContext, PaperLink,
    PaperView, PdfPrinter, PreviewView, QuestionsView, ReceiptView, RenderError, Renderer, ReportView, Shown,
    Unfinished, closing_report_html, invitation_mail,
};
use crate::report::{ClosingReport, Doubt, FeedbackAnnex, Received, ReportFile, ReportName};
use crate::statistics::Statistics;
use crate::submission::{Answers, Fault, Mistake, RawAnswers, Submission};
use jiff::Timestamp;
use jiff::civil::Date;

/// The day of the model case.
const DAY: Date = super::SAMPLE_DAY;

/// Fills the templates of forms, mails, reports and the site.
///
/// # Errors
/// The first template that cannot be filled, or what is missing for the site.
pub fn rehearse(
    instance: &Instance,
    (forms, statistics): (&[Form], &Statistics),
    pages: &[Page],
    renderer: &Renderer,
    printer: &PdfPrinter,
) -> Result<(), Box<dyn std::error::Error>> {
    for form in forms {
        rehearse_form(instance, form, renderer)?;
        printer.print_paper(&model_paper(instance, form))?;
    }
    let frame = FormFrame::new(instance, "x", "/".to_owned(), instance.language());
    let preview = PreviewView::new(frame, forms, &["x"], &["x".to_owned()], instance.language());
    renderer.fill("form/preview.html", &preview)?;
    for form in forms {
        let mail = InvitationMail {
            party: form.party(),
            closing: form.occasion() == Occasion::Closing,
            reading: form.is_reading(),
            reminder: false,
            site_name: "x",
            link: "https://example.invalid/f/x",
            minutes: form.minutes(),
            open_until: "31.1.2025",
            contact: "x",
            others: &[(instance.language(), "x".to_owned())],
            notice: Some("x"),
        };
        invitation_mail(renderer, &mail, instance.language())?;
        invitation_mail(renderer, &InvitationMail { reminder: true, ..mail }, instance.language())?;
    }
    for edition in rehearse_report(instance, forms)? {
        let view = ReportView::of(&edition);
        closing_report_html(renderer, &view)?;
        printer.print(&view)?;
    }
    let counted = cube::count(&Cube::default(), instance, statistics, forms, DAY, DAY, &[]);
    let nothing = Before { earlier: &[], witnesses: &[], ledger: &Ledger::default() };
    let made = (ReleaseId::next(DAY, &[]), Timestamp::UNIX_EPOCH);
    let made = Release::control(&counted, &nothing, instance, made, 0)?;
    let proof = Proof { witnesses: Some(made.witnesses.to_json()), ledger: None };
    publish(&made.release, &proof, pages, instance, renderer)?;
    Ok(())
}

fn rehearse_form(instance: &Instance, form: &Form, renderer: &Renderer) -> Result<(), RenderError> {
    let language = instance.language();
    let frame = || FormFrame::new(instance, form.title().in_language(language), "/f/x".to_owned(), language);
    let given = RawAnswers::new();
    let filled = Filled { given: &given, known: &given, mistakes: &[], removed: None };
    let circumstances = Circumstances::on(DAY);
    let shown = Shown { page: None, circumstances: &circumstances, then_check: true, keying: true };
    let mistakes: Vec<Mistake> =
        form.questions().map(|q| Mistake { question: q.id.clone(), fault: Fault::IdentityCode }).collect();
    let explanation = ExplanationView::new(frame(), form, "31.1.2025", language);
    renderer.fill("form/explanation.html", &explanation)?;
    let draft = Unfinished { nonce: "x", page: Some(0), until: "31.1.2025", shared: true };
    let explanation = explanation.drafts(DRAFT_DAYS, true, language).unfinished(draft, language);
    renderer.fill("form/explanation.html", &explanation)?;
    renderer.fill("form/questions.html", &QuestionsView::new(frame(), form, "x", filled, shown, language))?;
    let wrong = QuestionsView::new(frame(), form, "x", Filled { mistakes: &mistakes, ..filled }, shown, language);
    renderer.fill("form/questions.html", &wrong)?;
    if let Ok(submission) = Submission::parse(&given, form, &Circumstances::on(DAY)) {
        renderer.fill(
            "form/check.html",
            &CheckView::new(frame(), form, "x", &submission, &[Doubt::OutcomeDay], (true, &[]), language),
        )?;
    }
    let receipt = ReceiptView::new(frame(), form, "x", "x".to_owned(), Some("/x".to_owned()), language);
    renderer.fill("form/receipt.html", &receipt)?;
    for closed in ["expired", "not_found"] {
        renderer.fill("form/closed.html", &ClosedView::new(frame(), closed, language))?;
    }
    for wrong in [None, Some("x")] {
        renderer.fill("form/code.html", &CodeView::new(frame(), wrong, language))?;
    }
    Ok(())
}

/// The form on paper, with a way to the web.
fn model_paper(instance: &Instance, form: &Form) -> PaperView {
    let code = "ABCD-EFGH-JKMN".to_owned();
    let link = PaperLink { address: format!("https://example.invalid/f/{code}"), code, open_until: DAY };
    let context = PaperContext {
        case: None,
        circumstances: &Circumstances::on(DAY),
        known: &RawAnswers::new(),
        link: Some(&link),
        printed_on: DAY,
        codes: true,
    };
    PaperView::new(form, instance, instance.language(), &context)
}

/// Both editions of the model case's report, with every form left empty.
fn rehearse_report(instance: &Instance, forms: &[Form]) -> Result<[ReportFile; 2], Box<dyn std::error::Error>> {
    let case = sample_cases(instance)?.swap_remove(1).1;
    let (answers, language) = (Answers::new(), instance.language());
    let coach = forms.iter().find(|f| f.is_closing_report()).map(|form| (form, &answers));
    let name = ReportName { case: case.number(), version: 1 };
    let file = ReportFile::new(ClosingReport::of(&case, coach, instance, language, DAY)?, &name, DAY);
    let received: Vec<Received<'_>> = forms
        .iter()
        .filter(|f| f.is_feedback())
        .map(|form| Received { party: form.party(), form, answers: &answers })
        .collect();
    let annex = FeedbackAnnex::of(&case, &received, DAY, language);
    Ok([file.clone(), file.with_annex(annex)])
}
