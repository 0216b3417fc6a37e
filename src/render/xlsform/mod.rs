//! A form as XLSForm, the workbook that ODK, Kobo and Enketo make their forms from.
//!
//! What another program cannot keep is not in it: who sees which answer, and what is filled in beforehand. Fields of
//! the case that conditions and texts name become hidden fields for that program to fill.

mod rows;
mod xpath;

use crate::form::{Collect, Form, Screen};
use crate::text::{Language, Text};
use rows::{Rows, Survey};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

/// Why a form has no XLSForm.
#[derive(Debug, thiserror::Error)]
pub enum XlsformError {
    /// No answer to it may be taken in.
    #[error(
        "the form {0} says `collect: never`: it is only printed, and no program may take answers to it; print it, or export another form"
    )]
    NeverCollected(String),
    /// The workbook cannot be written, such as when a text is longer than a cell.
    #[error("the form {form} could not be written as a workbook")]
    Workbook {
        /// The form.
        form: String,
        /// Why.
        #[source]
        source: XlsxError,
    },
}

/// The form as an `.xlsx` in those languages, the first the one that is shown first. The same form is the same bytes.
///
/// # Errors
/// When the form is only printed, or a text is longer than a cell of a workbook can be.
pub fn xlsform(form: &Form, languages: &[Language]) -> Result<Vec<u8>, XlsformError> {
    if form.collect() == Collect::Never {
        return Err(XlsformError::NeverCollected(form.id().to_owned()));
    }
    let rows = Rows::of(form);
    workbook(&sheets(form, &rows, languages))
        .map_err(|source| XlsformError::Workbook { form: form.id().to_owned(), source })
}

/// A sheet: its name and its rows, the headings first.
type Sheet = (&'static str, Vec<Vec<String>>);

fn sheets(form: &Form, rows: &Rows, languages: &[Language]) -> [Sheet; 3] {
    let first = languages.first().copied().unwrap_or(Language::Fi);
    let told = |name: &str| languages.iter().map(|l| format!("{name}::{}", language_name(*l))).collect::<Vec<_>>();
    let words = |text: Option<&Text>| {
        languages.iter().map(|l| text.map_or("", |t| t.in_language(*l)).to_owned()).collect::<Vec<_>>()
    };
    let plain = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<String>>();

    let last = ["required", "relevant", "constraint", "default", "appearance", "repeat_count"];
    let mut survey = vec![
        [plain(&["type", "name"]), told("label"), told("hint"), told("constraint_message"), plain(&last)].concat(),
    ];
    survey.extend(rows.survey.iter().map(|row| {
        let Survey { kind, name, label, hint, message, required, .. } = row;
        let required = if *required { "yes" } else { "" };
        let last = [required, &row.relevant, &row.constraint, &row.default, row.appearance, &row.repeat_count];
        let texts = [label, hint, message].map(|text| words(text.as_ref())).concat();
        [plain(&[kind, name]), texts, plain(&last)].concat()
    }));

    let mut choices = vec![[plain(&["list_name", "name"]), told("label")].concat()];
    choices.extend(rows.choices.iter().map(|(list, code, label)| [plain(&[list, code]), words(Some(label))].concat()));

    let style = if form.screen() == Screen::Pages { "pages" } else { "" };
    let title = form.title().in_language(first);
    let version = form.version().as_str().get(..12).unwrap_or_default();
    let settings = vec![
        plain(&["form_title", "form_id", "version", "default_language", "style"]),
        plain(&[title, form.id(), version, &language_name(first), style]),
    ];
    [("survey", survey), ("choices", choices), ("settings", settings)]
}

fn language_name(language: Language) -> String {
    format!("{} ({})", language.own_name(), language.code())
}

fn workbook(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The day of writing would make every file another one.
    let day = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&day));
    let heading = Format::new().set_bold();
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet().set_name(*name)?;
        for (row, cells) in (0_u32..).zip(rows) {
            for (column, cell) in (0_u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                // As text, whatever it begins with.
                match row {
                    0 => sheet.write_string_with_format(row, column, cell, &heading)?,
                    _ => sheet.write_string(row, column, cell)?,
                };
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        for column in (0_u16..).zip(rows.first().into_iter().flatten()).map(|(n, _)| n) {
            sheet.set_column_width(column, 24)?;
        }
    }
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "\
id: small
party: client
occasion: opening
title: { fi: Otsikko }
lead: { fi: \"Valmennus alkoi {coaching_started}.\" }
why: { fi: Syy }
minutes: 1
statistics: false
pages:
  - title: { fi: Sivu }
    questions:
      - { id: one, type: one, text: { fi: A }, choices: [{ code: a, label: { fi: A } }, { code: b, label: { fi: B } }] }
      - id: many
        type: many
        max_choices: 2
        text: { fi: A }
        choices: [{ code: a, label: { fi: A } }, { code: b, label: { fi: B } }, { code: c, label: { fi: C }, retired: true }, { code: none, label: { fi: Ei }, apart: true }]
      - { id: meta, type: grade, text: { fi: A } }
      - { id: hours, type: number, decimals: 1, max: 99, text: { fi: Tunnit }, unit: { fi: h } }
      - { id: words, type: text, text: { fi: A }, retired: true }
      - { id: agreed, type: consent, text: { fi: A }, required: true }
      - { id: line, type: signature, text: { fi: A } }
      - { id: started, type: date, text: { fi: A }, not_before: coaching_started, not_after: today - 2 days }
      - { id: moved, type: month, text: { fi: A }, not_before: 2025-01-31, not_after: coaching_ended + 6 months }
      - id: things
        type: group
        text: { fi: Asiat }
        item: { fi: Asia }
        add: { fi: Lisää }
        min_items: 0
        max_items: 3
        questions: [{ id: thing, type: text, short: true, text: { fi: Mikä } }]
      - { id: last, type: phone, text: { fi: A }, ask_if: CONDITION }
";

    fn rows(condition: &str) -> Rows {
        let form = Form::read("forms/small.yaml", &FORM.replace("CONDITION", condition), None).unwrap();
        Rows::of(&form)
    }

    #[test]
    fn conditions_are_xpath() {
        for (condition, expected) in [
            ("{ question: one, is: a }", "${one} = 'a'"),
            ("{ question: one, in: [a, b] }", "(${one} = 'a' or ${one} = 'b')"),
            ("{ question: many, is: a }", "selected(${many}, 'a')"),
            ("{ question: many, in: [a, b] }", "(selected(${many}, 'a') or selected(${many}, 'b'))"),
            ("{ question: meta, at_least: 4 }", "number(${meta_}) >= 4"),
            ("{ question: hours, at_least: 10 }", "number(${hours}) >= 10"),
            ("{ question: hours, answered: true }", "${hours} != ''"),
            ("{ question: hours, answered: false }", "${hours} = ''"),
            ("{ question: agreed, is: given }", "${agreed} = 'given'"),
            ("{ question: things, answered: true }", "count(${things}) > 0"),
            ("{ question: words, answered: true }", "false()"),
            ("{ question: words, answered: false }", "true()"),
            ("{ case: outcome, is: job }", "${case_outcome} = 'job'"),
            ("{ case: hours, at_least: 5 }", "number(${case_hours}) >= 5"),
            ("{ not: { question: one, is: a } }", "not(${one} = 'a')"),
            (
                "{ all: [{ question: one, is: a }, { any: [{ question: hours, at_least: 1 }, { case: meetings, answered: true }] }] }",
                "(${one} = 'a' and (number(${hours}) >= 1 or ${case_meetings} != ''))",
            ),
        ] {
            let rows = rows(condition);
            assert_eq!(rows.survey.iter().find(|r| r.name == "last").unwrap().relevant, expected);
            for part in expected.split("${case_").skip(1) {
                let name = format!("case_{}", part.split('}').next().unwrap());
                assert!(rows.survey.iter().any(|r| r.kind == "hidden" && r.name == name), "{name} is there");
            }
        }
    }

    #[test]
    fn types_limits_and_texts_are_those_of_the_form() {
        let rows = rows("{ question: one, is: a }");
        let row = |name: &str| rows.survey.iter().find(|r| r.name == name && !r.kind.starts_with("end")).unwrap();
        for (name, kind, constraint) in [
            ("one", "select_one one", ""),
            (
                "many",
                "select_multiple many",
                "not(count-selected(.) > 1 and (selected(., 'none'))) and count-selected(.) <= 2",
            ),
            ("meta_", "select_one meta_", ""),
            ("hours", "decimal", ". >= 0 and . <= 99"),
            ("agreed", "select_one agreed", ""),
            ("line", "note", ""),
            (
                "started",
                "date",
                "(${case_coaching_started} = '' or decimal-date-time(.) >= decimal-date-time(${case_coaching_started})) and (decimal-date-time(.) <= decimal-date-time(today()) - 2)",
            ),
            (
                "moved",
                "date",
                ". >= date('2025-01-01') and (${case_coaching_ended} = '' or decimal-date-time(.) <= decimal-date-time(${case_coaching_ended}) + 185)",
            ),
            ("things_count", "integer", ". >= 0 and . <= 3"),
            ("thing", "text", "string-length(.) <= 500"),
        ] {
            assert_eq!((row(name).kind.as_str(), row(name).constraint.as_str()), (kind, constraint), "{name}");
        }
        assert_eq!(row("form_start").label.as_ref().unwrap().fi, "Valmennus alkoi ${case_coaching_started}.\n\nSyy");
        assert_eq!(row("hours").label.as_ref().unwrap().fi, "Tunnit (h)");
        assert_eq!((row("things").repeat_count.as_str(), row("page_1").appearance), ("${things_count}", ""));
        assert!(row("agreed").required && !row("one").required);
        assert!(rows.survey.iter().all(|r| r.name != "words"), "what is retired is left out");
        let codes = |list: &str| rows.choices.iter().filter(|c| c.0 == list).map(|c| c.1.as_str()).collect::<Vec<_>>();
        assert_eq!(codes("many"), ["a", "b", "none"]);
        assert_eq!(codes("meta_"), ["1", "2", "3", "4", "5", "dont_know"]);
    }

    #[test]
    fn a_form_that_is_only_printed_is_refused_and_the_same_form_is_the_same_bytes() {
        let source = FORM.replace("CONDITION", "{ question: one, is: a }");
        let form = Form::read("forms/small.yaml", &source, None).unwrap();
        let bytes = xlsform(&form, &[Language::Fi]).unwrap();
        assert_eq!(bytes, xlsform(&form, &[Language::Fi]).unwrap());
        let printed = source.replace("minutes: 1", "minutes: 1\ncollect: never");
        let printed = Form::read("forms/small.yaml", &printed, None).unwrap();
        let told = xlsform(&printed, &[Language::Fi]).unwrap_err().to_string();
        assert!(told.contains("small") && told.contains("collect: never") && told.contains("print it"), "{told}");
    }
}
