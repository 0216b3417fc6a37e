//! The sheet of a translator: the Finnish texts of a form beside their words in another language, out as CSV and back in.

use super::FormFile;
use super::raw::RawForm;
use super::translation::{doubled, places_lost_or_added, read_lines, texts, unbent};
use crate::text::{Code, Diagnostic, Diagnostics, Language, Position, nearest, read_yaml};
use std::collections::BTreeMap;

/// With it spreadsheet programs read UTF-8 as UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// What Finnish spreadsheet programs take between columns.
const BETWEEN: u8 = b';';
/// A cell that begins so would be taken for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The texts of a form and their words in one language, as its files have them.
#[derive(Clone, Debug)]
pub struct TranslatorSheet {
    form: String,
    language: Language,
    texts: Vec<Translated>,
    stray: Vec<String>,
}

/// A text with its words in the sheet's language.
#[derive(Clone, Debug)]
struct Translated {
    key: String,
    fi: String,
    in_place: Option<String>,
    in_file: Option<String>,
}

impl Translated {
    fn known(&self) -> Option<&str> {
        self.in_place.as_deref().or(self.in_file.as_deref())
    }
}

/// What came of a sheet that was taken back in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenSheet {
    /// The file of the translation, anew; none when every text stands in place or has no words.
    pub yaml: Option<String>,
    /// Texts that had no words.
    pub new: usize,
    /// Texts that have other words now.
    pub changed: usize,
    /// Texts that have the words they had.
    pub unchanged: usize,
    /// Texts that have none.
    pub missing: usize,
    /// Rows whose Finnish text the form does not have: row, text, and the nearest that it has.
    pub gone: Vec<(usize, String, Option<String>)>,
    /// Texts that stand in the form itself with other words than in the sheet: key and those words. They were left.
    pub in_place: Vec<(String, String)>,
    /// Texts that have words of their own for a Finnish text that stands several times: key and words. They were left.
    pub apart: Vec<(String, String)>,
    /// Keys of the file that are no text of the form. They were left out.
    pub stray: Vec<String>,
}

impl TranslatorSheet {
    /// Reads a form's texts and their words, whatever else is wrong with its files.
    ///
    /// # Errors
    /// When a file is no YAML of its shape, or two texts have one key.
    pub fn read(file: &FormFile, language: Language) -> Result<Self, Diagnostics> {
        let mut raw: RawForm = read_yaml(&file.file, &file.source)?;
        let ending = format!(".{}.yaml", language.code());
        let lines = match file.translations.iter().find(|(name, _)| name.ends_with(&ending)) {
            Some((name, source)) => read_lines(name, source)?.0,
            None => Vec::new(),
        };
        let mut in_file: BTreeMap<String, String> = lines.into_iter().map(|(k, w)| (k.value, w.value)).collect();
        let form = raw.id.value.clone();
        let texts = texts(&mut raw);
        if let Some(key) = doubled(texts.iter().map(|(key, _)| key.as_str())).first() {
            let problem = format!("two texts of the form have the key `{key}`, by which translations name them");
            let remedy = "give the question or the choice another id or code";
            return Err(Diagnostics(vec![Diagnostic::new(
                Code::TranslationTwice,
                (&file.file, ""),
                Position::START,
                problem,
                remedy,
            )]));
        }
        let texts = texts.into_iter().filter(|(_, text)| !text.fi.trim().is_empty());
        let own = |words: Option<&str>| words.filter(|w| !w.trim().is_empty()).map(str::to_owned);
        let texts = texts.map(|(key, text)| Translated {
            fi: text.fi.clone(),
            in_place: own(text.own(language)),
            in_file: own(in_file.remove(&key).as_deref()),
            key,
        });
        let texts = texts.collect();
        Ok(Self { form, language, texts, stray: in_file.into_keys().collect() })
    }

    /// The sheet as CSV: each Finnish text once, in the order of the form, beside its words as far as they are known.
    #[must_use]
    pub fn to_csv(&self) -> Vec<u8> {
        let mut csv =
            csv::WriterBuilder::new().delimiter(BETWEEN).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let shown = self.shown();
        // Writing into memory does not fail.
        let _ = csv.write_record(["fi", self.language.code()]);
        for (_, fi, words) in shown {
            let _ = csv.write_record([guarded(fi), guarded(words.unwrap_or_default())]);
        }
        let mut bytes = BYTE_ORDER_MARK.as_bytes().to_vec();
        bytes.extend(csv.into_inner().unwrap_or_default());
        bytes
    }

    /// Each Finnish text once with the first words that are known for it; the first is what it is found by.
    fn shown(&self) -> Vec<(String, &str, Option<&str>)> {
        let mut shown: Vec<(String, &str, Option<&str>)> = Vec::new();
        for text in &self.texts {
            let plain = plain(&text.fi);
            match shown.iter_mut().find(|(p, ..)| *p == plain) {
                Some((_, _, words)) => *words = words.or(text.known()),
                None => shown.push((plain, &text.fi, text.known())),
            }
        }
        shown
    }

    /// Takes a sheet back in; `file` names it in diagnostics.
    ///
    /// # Errors
    /// Every row that is wrong; then nothing is taken.
    pub fn take(&self, file: &str, bytes: &[u8]) -> Result<TakenSheet, Diagnostics> {
        let rows = read_rows(file, bytes, self.language)?;
        let shown = self.shown();
        let mut mistakes = Vec::new();
        let mut taken = TakenSheet { stray: self.stray.clone(), ..TakenSheet::default() };
        let mut cells: BTreeMap<String, &Row> = BTreeMap::new();
        for row in &rows.rows {
            let plain = plain(&row.fi);
            let Some((_, fi, _)) = shown.iter().find(|(p, ..)| *p == plain) else {
                if !plain.is_empty() || !row.words.is_empty() {
                    let near = nearest(&row.fi, shown.iter().map(|(_, fi, _)| *fi)).map(str::to_owned);
                    taken.gone.push((row.number, row.fi.clone(), near));
                }
                continue;
            };
            if row.words.is_empty() {
                continue;
            }
            if let Some(wrong) = places_lost_or_added(fi, &row.words) {
                let problem = format!("the translation {wrong}");
                mistakes.push(rows.mistake(
                    row,
                    &problem,
                    "name in braces what the Finnish text names, and nothing else",
                ));
            }
            if let Some(first) = cells.get(&plain).filter(|first| first.words != row.words) {
                let problem = format!("`{}` has another translation in row {}", row.fi, first.number);
                mistakes.push(rows.mistake(row, &problem, "keep one of the two rows"));
            }
            cells.entry(plain).or_insert(row);
        }
        if !mistakes.is_empty() {
            return Err(Diagnostics(mistakes));
        }
        let mut lines = Vec::new();
        for text in &self.texts {
            let plain = plain(&text.fi);
            let cell = cells.get(&plain).map(|row| row.words.as_str());
            let first = shown.iter().find(|(p, ..)| *p == plain).and_then(|(.., words)| *words);
            lines.extend(self.settle(text, cell, first, &mut taken).map(|words| (text.key.as_str(), words)));
        }
        taken.yaml = (!lines.is_empty()).then(|| self.yaml(&lines));
        Ok(taken)
    }

    /// The words that the file is to have for a text; `first` are those that the sheet showed for it.
    fn settle(
        &self,
        text: &Translated,
        cell: Option<&str>,
        first: Option<&str>,
        taken: &mut TakenSheet,
    ) -> Option<String> {
        let same = |words: &str| cell.is_none_or(|cell| unified(words) == cell);
        match (&text.in_place, &text.in_file) {
            (Some(words), _) => {
                taken.unchanged += 1;
                if !same(words) {
                    taken.in_place.push((text.key.clone(), words.clone()));
                }
                None
            }
            (None, Some(words)) if same(words) => {
                taken.unchanged += 1;
                Some(words.clone())
            }
            (None, Some(words)) if first.is_some_and(|first| first != words) => {
                taken.unchanged += 1;
                taken.apart.push((text.key.clone(), words.clone()));
                Some(words.clone())
            }
            (None, Some(_)) => {
                taken.changed += 1;
                cell.map(str::to_owned)
            }
            (None, None) => {
                *(if cell.is_some() { &mut taken.new } else { &mut taken.missing }) += 1;
                cell.map(str::to_owned)
            }
        }
    }

    fn yaml(&self, lines: &[(&str, String)]) -> String {
        let mut yaml = format!(
            "# The texts of {form}.yaml in {}.\n# `palaute form translate {form} --lang {}` writes this file anew; other comments are not kept.\n",
            self.language.english_name(),
            self.language.code(),
            form = self.form,
        );
        for (key, words) in lines {
            let plain = key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c));
            let key = if plain { (*key).to_owned() } else { quoted(key) };
            yaml.push_str(&format!("{key}: {}\n", quoted(words)));
        }
        yaml
    }
}

/// A row of a sheet with the number that a spreadsheet program shows, and its line in the file.
struct Row {
    number: usize,
    line: usize,
    fi: String,
    words: String,
}

struct Rows<'a> {
    file: &'a str,
    source: String,
    rows: Vec<Row>,
}

impl Rows<'_> {
    fn mistake(&self, row: &Row, problem: &str, remedy: &str) -> Diagnostic {
        let at = Position { line: row.line, column: 1 };
        let problem = format!("row {}: {problem}", row.number);
        Diagnostic::new(Code::SheetRow, (self.file, self.source.as_str()), at, problem, remedy)
    }
}

fn read_rows<'a>(file: &'a str, bytes: &[u8], language: Language) -> Result<Rows<'a>, Diagnostics> {
    let refused = |source: &str, at, problem: String, remedy: &str| {
        Diagnostics(vec![Diagnostic::new(Code::Sheet, (file, source), at, problem, remedy)])
    };
    let source = std::str::from_utf8(bytes).map_err(|error| {
        let problem = format!("the sheet is not UTF-8 (byte {})", error.valid_up_to());
        refused("", Position::START, problem, "save it as \"CSV UTF-8\"")
    })?;
    // With one kind of line ends the reader's lines are those that people count.
    let source = &source.strip_prefix(BYTE_ORDER_MARK).unwrap_or(source).replace("\r\n", "\n");
    let heads = source.lines().next().unwrap_or_default();
    let between = [b';', b',', b'\t'].into_iter().max_by_key(|b| heads.bytes().filter(|h| h == b).count());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(between.unwrap_or(BETWEEN))
        .from_reader(source.as_bytes());
    let mut rows = Rows { file, source: source.clone(), rows: Vec::new() };
    let mut mistakes = Vec::new();
    for (number, record) in (1..).zip(reader.records()) {
        let record = record.map_err(|error| {
            refused(source, Position::START, format!("the sheet is no CSV: {error}"), "save it again as \"CSV UTF-8\"")
        })?;
        let line = record.position().map_or(number, |at| usize::try_from(at.line()).unwrap_or(number));
        let at = Position { line, column: 1 };
        let cell = |n: usize| unified(unguarded(unified(record.get(n).unwrap_or_default()).as_str()));
        let more = record.iter().skip(2).any(|cell| !cell.trim().is_empty());
        let heads = [cell(0).to_lowercase(), cell(1).to_lowercase()];
        if number == 1 && (more || heads != ["fi", language.code()]) {
            let told = record.iter().map(|c| format!("`{}`", c.trim())).collect::<Vec<_>>().join(", ");
            let problem = format!("row 1: the headings are {told}; they must be `fi` and `{}`", language.code());
            let remedy = "begin with the sheet of `palaute form texts`, and fill its second column";
            return Err(refused(source, at, problem, remedy));
        }
        if more {
            let problem = format!("row {number}: there is a third column");
            let remedy =
                "keep two columns: the Finnish text and its translation; put a text that holds ; or , in quotes";
            mistakes.push(Diagnostic::new(Code::SheetRow, (file, source), at, problem, remedy));
        } else if number > 1 {
            // Only Finnish bends names; what a translator kept of it is taken as the name.
            rows.rows.push(Row { number, line, fi: cell(0), words: unbent(&cell(1)) });
        }
    }
    if source.trim().is_empty() {
        let remedy = "begin with the sheet of `palaute form texts`";
        return Err(refused("", Position::START, "the sheet is empty".to_owned(), remedy));
    }
    if mistakes.is_empty() { Ok(rows) } else { Err(Diagnostics(mistakes)) }
}

/// One kind of line ends, no control characters, no space around.
fn unified(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = unified.chars().filter(|c| ['\n', '\t'].contains(c) || !c.is_control()).collect();
    kept.trim().to_owned()
}

/// What a Finnish text is found by: spreadsheet programs and YAML break lines elsewhere.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An apostrophe before what would be taken for a formula, and before what such an apostrophe already stands before.
fn guarded(text: &str) -> String {
    if text.trim_start_matches('\'').starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(FORMULA) => rest,
        _ => text,
    }
}

/// A text in double quotes as YAML reads it back the same, on one line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                out.push_str(&format!("\\u{:04X}", u32::from(c)));
            }
            _ if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
