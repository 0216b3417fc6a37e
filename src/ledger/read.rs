//! A file to a sheet of texts.

use calamine::{Data, DataRef, Reader, Xlsx};
use std::io::{Cursor, Read};
use std::path::Path;

/// Largest file that is opened, bytes.
const MAX_BYTES: usize = 20_000_000;
/// Most that an `.xlsx` may unpack to, bytes; a bomb stops here.
const MAX_UNPACKED: u64 = 100_000_000;
/// Most rows and columns.
const MAX_ROWS: usize = 50_000;
const MAX_COLUMNS: usize = 100;
/// Most text of all cells together, bytes; a small file can repeat a long text many times.
const MAX_TEXT: usize = 20_000_000;

/// The cells of a sheet as texts; dates as ISO days, numbers with a decimal point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Its name, or the file's for CSV.
    pub name: String,
    /// Row by row, the headings first.
    pub rows: Vec<Vec<String>>,
    /// The number of the first row as a spreadsheet program shows it.
    pub first_row: usize,
}

/// Why a file is no sheet.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It cannot be read.
    #[error("{path} could not be read")]
    Io {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is of another kind.
    #[error("{0} is neither .xlsx nor .csv; save it as one of them")]
    Kind(String),
    /// It is too large, or unpacks to too much.
    #[error("{0} is larger than a follow-up sheet can be; split it")]
    TooLarge(String),
    /// It is no archive at all.
    #[error("{0} is no workbook; open it and save it again as .xlsx")]
    NoArchive(String),
    /// It is no workbook.
    #[error("{path} is no readable workbook; open it and save it again as .xlsx")]
    Workbook {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: calamine::XlsxError,
    },
    /// It is not UTF-8.
    #[error("{path} is not UTF-8 (byte {byte}); save it as \"CSV UTF-8\"")]
    Encoding {
        /// The file.
        path: String,
        /// The first byte that is not.
        byte: usize,
    },
    /// A line of CSV cannot be read.
    #[error("{path} is no readable CSV")]
    Csv {
        /// The file.
        path: String,
        /// Why, with its line.
        #[source]
        source: csv::Error,
    },
    /// There is nothing in it.
    #[error("{0} has no rows; the first row must hold the headings")]
    Empty(String),
}

/// Reads the first sheet of an `.xlsx`, or a `.csv` with semicolons, commas or tabs.
///
/// # Errors
/// See [`LedgerError`].
pub fn read_sheet(path: &Path) -> Result<Sheet, LedgerError> {
    let shown = path.display().to_string();
    let told = |source| LedgerError::Io { path: shown.clone(), source };
    let size = std::fs::metadata(path).map_err(told)?.len();
    if size > MAX_BYTES as u64 {
        return Err(LedgerError::TooLarge(shown));
    }
    let bytes = std::fs::read(path).map_err(told)?;
    read_sheet_bytes(&shown, &bytes)
}

/// The same of a file that somebody has sent, by its name and bytes.
///
/// # Errors
/// See [`LedgerError`].
pub fn read_sheet_bytes(name: &str, bytes: &[u8]) -> Result<Sheet, LedgerError> {
    if bytes.len() > MAX_BYTES {
        return Err(LedgerError::TooLarge(name.to_owned()));
    }
    let path = Path::new(name);
    let kind = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    let sheet = match kind.as_deref() {
        Some("xlsx") => read_xlsx(name, bytes)?,
        Some("csv") => read_csv(path, name, bytes)?,
        _ => return Err(LedgerError::Kind(name.to_owned())),
    };
    if sheet.rows.is_empty() { Err(LedgerError::Empty(name.to_owned())) } else { Ok(sheet) }
}

fn read_csv(path: &Path, shown: &str, bytes: &[u8]) -> Result<Sheet, LedgerError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| LedgerError::Encoding { path: shown.to_owned(), byte: e.valid_up_to() + 1 })?;
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter = *b";,\t".iter().max_by_key(|d| first.bytes().filter(|b| b == *d).count()).unwrap_or(&b';');
    let mut rows = Vec::new();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    for record in reader.records() {
        let record = record.map_err(|source| LedgerError::Csv { path: shown.to_owned(), source })?;
        if rows.len() >= MAX_ROWS || record.len() > MAX_COLUMNS {
            return Err(LedgerError::TooLarge(shown.to_owned()));
        }
        rows.push(record.iter().map(|cell| cell.trim().to_owned()).collect());
    }
    let name = path.file_name().map_or_else(|| shown.to_owned(), |n| n.to_string_lossy().into_owned());
    Ok(Sheet { name, rows, first_row: 1 })
}

fn read_xlsx(shown: &str, bytes: &[u8]) -> Result<Sheet, LedgerError> {
    match unpacked_size(bytes) {
        Some(n) if n > MAX_UNPACKED => return Err(LedgerError::TooLarge(shown.to_owned())),
        Some(_) => {}
        None => return Err(LedgerError::NoArchive(shown.to_owned())),
    }
    let told = |source| LedgerError::Workbook { path: shown.to_owned(), source };
    let mut book: Xlsx<Cursor<&[u8]>> = Xlsx::new(Cursor::new(bytes)).map_err(told)?;
    let Some(name) = book.sheet_names().first().cloned() else { return Err(LedgerError::Empty(shown.to_owned())) };
    // Cell by cell: a range would be allocated by the corners that the cells claim.
    let mut cells = book.worksheet_cells_reader(&name).map_err(told)?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut all_text = 0;
    while let Some(cell) = cells.next_cell().map_err(told)? {
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        if let DataRef::SharedString(shared) = cell.get_value() {
            all_text += shared.len();
        }
        if all_text > MAX_TEXT {
            return Err(LedgerError::TooLarge(shown.to_owned()));
        }
        let text = cell_text(&Data::from(cell.get_value().clone()));
        if text.is_empty() {
            continue;
        }
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            return Err(LedgerError::TooLarge(shown.to_owned()));
        }
        if rows.len() <= row {
            rows.resize(row + 1, Vec::new());
        }
        let cells = &mut rows[row];
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = text;
    }
    let blank = rows.iter().take_while(|r| r.is_empty()).count();
    Ok(Sheet { name, rows: rows.split_off(blank), first_row: blank + 1 })
}

/// What the parts of the archive unpack to, by unpacking them into nothing: what the archive says of
/// itself is not believed. Stops a little past the limit.
fn unpacked_size(bytes: &[u8]) -> Option<u64> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut sum = 0;
    for i in 0..archive.len() {
        let part = archive.by_index(i).ok()?;
        sum += std::io::copy(&mut part.take(MAX_UNPACKED + 1 - sum.min(MAX_UNPACKED)), &mut std::io::sink()).ok()?;
        if sum > MAX_UNPACKED {
            break;
        }
    }
    Some(sum)
}

fn cell_text(data: &Data) -> String {
    match data {
        Data::Empty => String::new(),
        Data::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => other.to_string().trim().to_owned(),
    }
}

impl LedgerError {
    /// Its code in the catalogue of texts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } | Self::NoArchive(_) | Self::Workbook { .. } => "workbook",
            Self::Kind(_) => "kind",
            Self::TooLarge(_) => "too_large",
            Self::Encoding { .. } => "encoding",
            Self::Csv { .. } => "csv",
            Self::Empty(_) => "empty",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        (dir, path)
    }

    fn refusal(name: &str, bytes: &[u8]) -> String {
        let (_dir, path) = file(name, bytes);
        read_sheet(&path).unwrap_err().to_string()
    }

    #[test]
    fn a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
        let part = vec![b' '; 1_000_000];
        for _ in 0..=MAX_UNPACKED / 1_000_000 {
            zip.write_all(&part).unwrap();
        }
        let bomb = zip.finish().unwrap().into_inner();
        assert!(bomb.len() < 1_000_000, "{}", bomb.len());
        assert!(refusal("bomb.xlsx", &bomb).contains("larger than a follow-up sheet can be"));
    }

    #[test]
    fn files_of_another_kind_or_encoding_are_refused_with_what_to_do() {
        assert!(refusal("sheet.ods", b"x").contains("save it as one of them"));
        assert!(refusal("sheet.xlsx", b"no archive").contains("no workbook"));
        assert!(refusal("latin1.csv", b"Asiakastunnus;\xc4\n").contains("byte 15"));
        assert!(refusal("empty.csv", b"").contains("no rows"));
    }

    #[test]
    fn a_csv_may_have_semicolons_commas_or_tabs_and_a_byte_order_mark() {
        for (name, text) in [("a.csv", "\u{feff}a;b\n1;2\n"), ("b.csv", "a,b\n1,2\n"), ("c.csv", "a\tb\r\n1\t2\r\n")] {
            let (_dir, path) = file(name, text.as_bytes());
            assert_eq!(read_sheet(&path).unwrap().rows, [["a", "b"], ["1", "2"]], "{name}");
        }
    }
}
