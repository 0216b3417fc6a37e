//! The closing report and paper forms as PDF: tagged (PDF/UA-1) and archivable (PDF/A-2a), made by Typst in this process.
//!
//! Answers are data that the template reads, never markup. The template reads nothing else: no file,
//! no clock. Noto Sans is part of the program; fonts for other scripts are given as bytes, and what
//! no font has is written as its code, so that no answer can keep a report from being printed.

mod clean;
mod world;

use self::clean::Alphabet;
use self::world::{PrintWorld, Shelf, Template};
use super::templates::embedded;
use super::{PaperView, QrSheetView, ReportView};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;
use typst::WorldExt;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// The template of the closing report.
const REPORT: &str = "report/closing.typ";
/// The template of paper forms.
const PAPER: &str = "form/paper.typ";
/// The template of sheets with a code.
const SHEET: &str = "form/qr-sheet.typ";
/// Generations of remembered layout that stay for the next report: reports are too different for one to
/// help another, and remembering costs more than it saves.
const REMEMBERED: usize = 0;

/// A report or a form could not be printed.
#[derive(Debug, thiserror::Error)]
#[error("templates/{template} could not be printed: {reason}")]
pub struct PdfError {
    template: &'static str,
    reason: String,
}

/// Prints reports and paper forms; made once, used for many.
pub struct PdfPrinter {
    report: Template,
    paper: Template,
    sheet: Template,
    shelf: Shelf,
    alphabet: Alphabet,
    standards: PdfStandards,
}

impl std::fmt::Debug for PdfPrinter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PdfPrinter").finish_non_exhaustive()
    }
}

impl PdfPrinter {
    /// A printer with the embedded templates and, besides the embedded font, the fonts of `extra_fonts`:
    /// the bytes of TrueType or OpenType files. Bytes that are no font are passed over.
    ///
    #[must_use]
    pub fn new(extra_fonts: Vec<Vec<u8>>) -> Self {
        let shelf = Shelf::new(extra_fonts);
        let alphabet = Alphabet::of(shelf.fonts());
        let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]).unwrap_or_default();
        let template = |name| Template::new(name, embedded(name));
        Self { report: template(REPORT), paper: template(PAPER), sheet: template(SHEET), shelf, alphabet, standards }
    }

    /// The same printer with an instance's own template of the closing report.
    #[must_use]
    pub fn with_template(self, template: &str) -> Self {
        Self { report: Template::new(REPORT, template), ..self }
    }

    /// The same printer with an instance's own template of paper forms.
    #[must_use]
    pub fn with_paper_template(self, template: &str) -> Self {
        Self { paper: Template::new(PAPER, template), ..self }
    }

    /// The same printer with an instance's own template of sheets with a code.
    #[must_use]
    pub fn with_sheet_template(self, template: &str) -> Self {
        Self { sheet: Template::new(SHEET, template), ..self }
    }

    /// Prints a report. A text that cannot be set in the given fonts is tried again with every letter
    /// outside the Latin alphabet as its code.
    ///
    /// # Errors
    /// When the template is wrong.
    pub fn print(&self, report: &ReportView) -> Result<Vec<u8>, PdfError> {
        self.printed(&self.report, report, report.written_on())
    }

    /// Prints a paper form in the same way.
    ///
    /// # Errors
    /// When the template is wrong.
    pub fn print_paper(&self, paper: &PaperView) -> Result<Vec<u8>, PdfError> {
        self.printed(&self.paper, paper, paper.printed_on())
    }

    /// Prints a sheet with codes in the same way.
    ///
    /// # Errors
    /// When the template is wrong.
    pub fn print_sheet(&self, sheet: &QrSheetView) -> Result<Vec<u8>, PdfError> {
        self.printed(&self.sheet, sheet, sheet.printed_on())
    }

    fn printed(&self, template: &Template, view: &impl Serialize, day: Date) -> Result<Vec<u8>, PdfError> {
        let data = serde_json::to_value(view).map_err(|e| failed(template, e.to_string()))?;
        let printed = self.print_with(template, data.clone(), &self.alphabet, day);
        let printed = printed.or_else(|_| self.print_with(template, data, &Alphabet::Latin, day));
        comemo::evict(REMEMBERED);
        printed
    }

    fn print_with(
        &self,
        template: &Template,
        mut data: Value,
        alphabet: &Alphabet,
        day: Date,
    ) -> Result<Vec<u8>, PdfError> {
        if !alphabet.clean(&mut data)
            && let Some(note) = data.get_mut("substituted")
        {
            *note = Value::Null;
        }
        let world = PrintWorld::new(&self.shelf, template, data.to_string());
        let told = |errors: &[SourceDiagnostic]| failed(template, told(errors, &world));
        let document = typst::compile::<PagedDocument>(&world).output.map_err(|e| told(&e))?;
        let options = PdfOptions {
            ident: Smart::Custom(data["document"].as_str().unwrap_or_default().to_owned()),
            creator: Smart::Custom(Some("Palaute".to_owned())),
            timestamp: midnight(day),
            standards: self.standards.clone(),
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&document, &options).map_err(|e| told(&e))
    }
}

fn failed(template: &Template, reason: String) -> PdfError {
    PdfError { template: template.name(), reason }
}

fn midnight(day: Date) -> Option<Timestamp> {
    let (month, of_month) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    Datetime::from_ymd_hms(i32::from(day.year()), month, of_month, 0, 0, 0).map(Timestamp::new_utc)
}

/// The first mistake with its line.
fn told(errors: &[SourceDiagnostic], world: &PrintWorld<'_>) -> String {
    let Some(first) = errors.first() else { return "no reason was given".to_owned() };
    let line = world.range(first.span).and_then(|range| world.line(range.start));
    let at = line.map(|l| format!("line {l}: ")).unwrap_or_default();
    format!("{at}{}", first.message)
}
