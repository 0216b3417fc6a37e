//! `/desk/import`: a follow-up sheet is sent, its good rows are taken, and the others come back as fields to be mended.
//! Nothing is kept between the two: the rejected rows travel with the page.

use super::Signed;
use crate::desk::{ImportError, LeftRow, MendedRow, SheetImported};
use crate::ledger::{LedgerError, RowFault, Sheet, headings, read_sheet_bytes};
use crate::render::{ImportTold, ImportView, Imported, RejectedCell, RejectedRow, rows_workbook};
use crate::serve::error::Failure;
use crate::text::{Messages, contains_hetu};
use axum::extract::multipart::MultipartRejection;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, Multipart};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// Largest sheet, bytes; and what is around it.
const MOST_BYTES: usize = 8 * 1024 * 1024;
const AROUND: usize = 64 * 1024;
/// Most rejected rows that are shown to be mended; of more a spreadsheet program is the better place.
const MOST_ROWS: usize = 50;
/// Longest cell of a mended row, characters.
const LONGEST_CELL: usize = 500;

/// Sheets are larger than answers.
pub(super) fn body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MOST_BYTES + AROUND)
}

pub(super) async fn show(signed: Signed) -> Response {
    page(&signed, &ImportTold::default())
}

pub(super) async fn upload(signed: Signed, sent: Result<Multipart, MultipartRejection>) -> Result<Response, Failure> {
    let parts = sent.map_err(|_| Failure::unreadable(&signed.state))?;
    let (name, bytes, tried) = match read(parts).await {
        Ok(Some(sent)) => sent,
        Ok(None) => return Ok(problem(&signed, "nothing")),
        Err(code) => return Ok(problem(&signed, code)),
    };
    // Unpacking a workbook takes its time.
    let sheet = tokio::task::spawn_blocking(move || read_sheet_bytes(&name, &bytes)).await;
    let sheet: Result<Sheet, LedgerError> = sheet.map_err(|error| Failure::unavailable(&signed.state, &error))?;
    let sheet = match sheet {
        Ok(sheet) => sheet,
        Err(error) => return Ok(problem(&signed, error.code())),
    };
    let desk = Arc::clone(&signed.state.desk);
    // An import that was begun is done, whether somebody still waits for the page or not.
    let done = tokio::spawn(async move { desk.import_sheet(&sheet, tried).await }).await;
    let done = done.map_err(|error| Failure::unavailable(&signed.state, &error))?;
    tell(&signed, done, tried)
}

/// Name and bytes of the file, and whether it is only to be looked at; none when no file was chosen.
async fn read(mut parts: Multipart) -> Result<Option<(String, Vec<u8>, bool)>, &'static str> {
    let (mut file, mut tried) = (None, false);
    let told = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        _ => "broken",
    };
    while let Some(part) = parts.next_field().await.map_err(told)? {
        match part.name() {
            Some("do") => tried = part.text().await.map_err(told)? == "try",
            Some("file") => {
                let name = part.file_name().unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
                let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
                let bytes = part.bytes().await.map_err(told)?;
                if bytes.len() > MOST_BYTES {
                    return Err("too_large");
                }
                if !name.is_empty() {
                    file = Some((name, bytes.to_vec()));
                }
            }
            _ => {}
        }
    }
    Ok(file.map(|(name, bytes)| (name, bytes, tried)))
}

pub(super) async fn mend(
    signed: Signed,
    posted: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(fields) = posted.map_err(|_| Failure::unreadable(&signed.state))?;
    let rows = mended(&fields);
    if rows.is_empty() && fields.iter().any(|(name, _)| name.ends_with(".leave")) {
        // Every row was left out: there is nothing more to do.
        return Ok(Redirect::to("/desk/import").into_response());
    }
    if rows.is_empty() || rows.len() > MOST_ROWS {
        return Err(Failure::unreadable(&signed.state));
    }
    let desk = Arc::clone(&signed.state.desk);
    let done = tokio::spawn(async move { desk.import_mended(&rows).await }).await;
    let done = done.map_err(|error| Failure::unavailable(&signed.state, &error))?;
    tell(&signed, done, false)
}

/// The rows of the page as a workbook.
pub(super) async fn sheet(
    signed: Signed,
    posted: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failure> {
    let state = &signed.state;
    let Form(fields) = posted.map_err(|_| Failure::unreadable(state))?;
    let known = headings(&state.desk.instance);
    let rows: Vec<Vec<String>> = mended(&fields)
        .into_iter()
        .take(MOST_ROWS)
        .map(|row| {
            let text = |field: &str| row.cells.iter().find(|(name, _)| name == field).map_or("", |(_, v)| v.as_str());
            // An identity code that was typed here goes nowhere.
            known
                .iter()
                .map(|(field, _)| text(field))
                .map(|v| if contains_hetu(v) { "" } else { v }.to_owned())
                .collect()
        })
        .collect();
    let headings: Vec<&str> = known.iter().map(|(_, heading)| *heading).collect();
    let bytes = rows_workbook(&headings, &rows).map_err(|error| Failure::unavailable(state, &error))?;
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"rows.xlsx\""),
    ];
    Ok((headers, bytes).into_response())
}

/// The rows of the page, by the fields `12.gender`.
fn mended(fields: &[(String, String)]) -> Vec<MendedRow> {
    let mut rows: Vec<MendedRow> = Vec::new();
    let mut left_out = Vec::new();
    for (name, value) in fields {
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        let value: String = value.trim().chars().map(plain).take(LONGEST_CELL).collect();
        let Some((row, field)) = name.split_once('.').and_then(|(row, field)| Some((row.parse().ok()?, field))) else {
            continue;
        };
        if rows.last().is_none_or(|last| last.row != row) {
            rows.push(MendedRow { row, cells: Vec::new(), not: None });
        }
        let Some(last) = rows.last_mut() else { continue };
        match field {
            "not" => last.not = Some(value),
            "leave" => left_out.push(row),
            _ => last.cells.push((field.to_owned(), value)),
        }
    }
    rows.retain(|row| !left_out.contains(&row.row));
    rows
}

fn tell(signed: &Signed, done: Result<SheetImported, ImportError>, tried: bool) -> Result<Response, Failure> {
    let done = match done {
        Ok(done) => done,
        Err(ImportError::Store(error)) => return Err(Failure::unavailable(&signed.state, &error)),
        Err(error @ ImportError::NoForm(_)) => return Err(Failure::unavailable(&signed.state, &error)),
        Err(ImportError::Unfit { .. }) => return Ok(problem(signed, "changed_meanwhile")),
        Err(ImportError::Invitations(error)) => {
            tracing::error!(%error, "an import could not invite everybody");
            return Ok(problem(signed, "invitations"));
        }
    };
    if !done.headings.is_empty() {
        let headings = done.headings.iter().map(|f| (f.code, f.column.clone())).collect();
        return Ok(page(signed, &ImportTold { headings, ..ImportTold::default() }));
    }
    let s = done.summary;
    let imported = Imported {
        tried,
        counts: [s.opened, s.updated, s.unchanged, s.invited],
        left: [s.erased, s.kept, s.unreached],
        warnings: done.warnings.into_iter().map(|w| (w.row, w.code, w.detail)).collect(),
    };
    let more = done.left.len().saturating_sub(MOST_ROWS);
    let rejected = done.left.iter().take(MOST_ROWS).map(rejected).collect();
    Ok(page(signed, &ImportTold { imported: Some(imported), rejected, more, ..ImportTold::default() }))
}

fn rejected(left: &LeftRow) -> RejectedRow {
    let of = |field: Option<&'static str>| {
        let faults = left.faults.iter().filter(|f| f.field == field);
        // Of a column that is no field its heading is told.
        let detail = |f: &RowFault| if field.is_none() { f.column.clone() } else { f.detail.clone() };
        faults.map(|f| (f.code, detail(f))).collect::<Vec<_>>()
    };
    let cell = |(field, heading, value): &(&'static str, String, String)| RejectedCell {
        field,
        heading: heading.clone(),
        value: value.clone(),
        faults: of(Some(field)),
    };
    let cells = left.cells.iter().map(cell).collect();
    RejectedRow { row: left.row, cells, faults: of(None), not: left.not.clone() }
}

fn problem(signed: &Signed, code: &str) -> Response {
    let m = Messages::of(signed.state.language);
    let problem = Some(m.get(&format!("manager.file_{code}")).to_owned());
    page(signed, &ImportTold { problem, ..ImportTold::default() })
}

fn page(signed: &Signed, told: &ImportTold) -> Response {
    let state = &signed.state;
    let frame = signed.frame(Messages::of(state.language).get("manager.import"), "/desk/import");
    let expected = headings(&state.desk.instance).into_iter().map(|(_, heading)| heading.to_owned()).collect();
    let good = told.problem.is_none() && told.headings.is_empty() && told.rejected.is_empty();
    let status = if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    state.page(status, "staff/import.html", &ImportView::new(frame, told, expected, state.language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_page_are_rows_again_and_control_characters_are_spaces() {
        let fields = [("12.number", "V-1\t"), ("12.not", "V-2"), ("13.number", "V\n3"), ("x", "y"), ("a.number", "z")];
        let fields: Vec<(String, String)> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let rows = mended(&fields);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].row, rows[0].not.as_deref(), rows[0].cells[0].1.as_str()), (12, Some("V-2"), "V-1"));
        assert_eq!(rows[1].cells, [("number".to_owned(), "V 3".to_owned())]);
    }
}
