//! Values to bytes: templates, reports, paper forms, mail texts.
//!
//! Enters: typed contexts. Leaves: HTML, plain text, PDF and XLSForm. Refuses: templates that do not parse.
//! Every HTML template escapes what it prints; template errors never reach a reader.

mod agreed;
mod case_sheet;
mod check;
mod conditions;
mod form;
mod inviting;
mod mail;
mod page;
mod paper;
mod pdf;
mod preview;
mod questions;
mod report;
mod report_sheet;
mod staff;
mod templates;
mod who;
mod xlsform;

pub use agreed::{AgreedView, Assessed, ReadingView};
pub use case_sheet::{SheetError, case_sheet};
pub use check::{AnswerRow, AnsweredPart, CheckView, answered_parts};
pub use conditions::conditions_css;
pub use form::{About, ClosedView, CodeView, ExplanationView, FormFrame, ReceiptView, Unfinished};
pub use inviting::{Consent, Inviting, InvitingView, Standing, Typed, Wrong};
pub use mail::{InvitationMail, Letting, MailText, NoticeMail, invitation_mail, notice_mail};
pub use page::{Frame, LanguageLink, Link};
pub use paper::{PaperContext, PaperLink, PaperView, QrSheetView};
pub use pdf::{PdfError, PdfPrinter};
pub use preview::PreviewView;
pub use questions::{Filled, QuestionsView, Removed, Shown, conditions_path, mistake_message};
pub use report::{ReportView, closing_report_html, differences, interim_report_html};
pub use report_sheet::{ReportSheetError, report_sheet};
// Every page of staff has a view of its own.
pub use staff::*;
pub use templates::{RenderError, Renderer, STYLE, TEMPLATES};
pub use xlsform::{XlsformError, xlsform};
