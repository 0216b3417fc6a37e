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
mod tests {
    use super::*;
    use crate::form::FormSet;

    const FORM: &str = include_str!("../../forms/employer-feedback.yaml");
    const SMALL: &str = "\
id: small
party: client
title: { fi: Otsikko }
lead: { fi: \"=SUMMA(A1)\" }
why: { fi: \"Kysyy {office.genitive} väki: \\\"kaikilta\\\".\" }
minutes: 1
pages:
  - title: { fi: Sivu }
    questions:
      - id: q_one
        type: one
        text: { fi: Mitä?, en: What? }
        hint: { fi: Muu }
        choices:
          - { code: a, label: { fi: \"- ei; mitään, kai\" } }
          - { code: other, label: { fi: Muu } }
      - id: q_text
        type: information
        text:
          fi: |
            Ensin.

            Sitten.
";

    fn file(source: &str, translation: Option<&str>) -> FormFile {
        let id = source.lines().find_map(|l| l.strip_prefix("id: ")).unwrap();
        let translations = translation.map(|t| (format!("forms/{id}.ar.yaml"), t.to_owned()));
        FormFile {
            file: format!("forms/{id}.yaml"),
            source: source.to_owned(),
            translations: translations.into_iter().collect(),
        }
    }

    fn sheet(source: &str, translation: Option<&str>) -> TranslatorSheet {
        TranslatorSheet::read(&file(source, translation), Language::Ar).unwrap()
    }

    /// What a translator makes of a sheet: every empty cell is filled.
    fn filled(csv: &[u8], fill: impl Fn(&str) -> String) -> Vec<u8> {
        let text = String::from_utf8(csv.to_vec()).unwrap();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b';')
            .has_headers(false)
            .from_reader(text.trim_start_matches(BYTE_ORDER_MARK).as_bytes());
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
        for (n, row) in reader.records().map(Result::unwrap).enumerate() {
            let words = if n == 0 || !row[1].is_empty() { row[1].to_owned() } else { fill(&row[0]) };
            writer.write_record([&row[0], &words]).unwrap();
        }
        writer.into_inner().unwrap()
    }

    fn arabic(fi: &str) -> String {
        // Finnish alone bends names.
        let places = fi.find('{').map(|at| fi[at..=fi.find('}').unwrap()].replace(".genitive", "")).unwrap_or_default();
        format!("'-{places}\"ترجمة\": #\\ {}", fi.len())
    }

    #[test]
    fn what_goes_out_and_comes_back_filled_is_the_form_with_those_words() {
        for source in [FORM, SMALL] {
            let out = sheet(source, None).to_csv();
            assert!(out.starts_with(BYTE_ORDER_MARK.as_bytes()));
            let taken = sheet(source, None).take("ar.csv", &filled(&out, arabic)).unwrap();
            assert_eq!((taken.changed, taken.unchanged, taken.missing), (0, 0, 0));
            let yaml = taken.yaml.unwrap();
            let read = FormSet::read(&[file(source, Some(&yaml))], None, None);
            assert!(read.found.is_empty(), "{:?}", read.found);
            let bare = FormSet::read(&[file(source, None)], None, None).forms.remove(0);
            let told = |text: &crate::text::Text| {
                let mut text = text.clone();
                // Shared scales have their words already, or none.
                if text.ar.is_none() && !text.fi.is_empty() {
                    text.set(Language::Ar, unified(unguarded(&arabic(&guarded(&text.fi)))));
                }
                text
            };
            let expected = bare.map_texts(&told);
            let form = &read.forms[0];
            assert_eq!(form.title(), expected.title());
            for (q, e) in form.questions().zip(expected.questions()) {
                assert_eq!((&q.text, &q.hint), (&e.text, &e.hint));
            }
            // Once more, with nothing to do: the same file.
            let again = sheet(source, Some(&yaml));
            let back = again.take("ar.csv", &again.to_csv()).unwrap();
            assert_eq!((back.new, back.changed, back.missing, back.yaml), (0, 0, 0, Some(yaml)));
        }
    }

    #[test]
    fn a_text_that_a_spreadsheet_would_take_for_a_formula_is_guarded_on_its_way() {
        let out = String::from_utf8(sheet(SMALL, None).to_csv()).unwrap();
        assert!(out.starts_with("\u{feff}fi;ar\r\nOtsikko;\r\n'=SUMMA(A1);\r\n"), "{out}");
        assert!(out.contains("\"'- ei; mitään, kai\";"), "{out}");
        for text in ["=1", "+358", "-x", "@a", "\tx", "'=1", "''@a", "'tis", "a=b", "", "'"] {
            assert_eq!(unguarded(&guarded(text)), text);
            assert!(!guarded(text).starts_with(FORMULA), "{text}");
        }
        let taken = sheet(SMALL, None).take("ar.csv", "fi,ar\n'=SUMMA(A1),'=مجموع\n".as_bytes()).unwrap();
        assert!(taken.yaml.unwrap().ends_with("\nlead: \"=مجموع\"\n"));
    }

    #[test]
    fn commas_semicolons_tabs_and_a_missing_mark_are_read_alike() {
        let told = |text: &str| sheet(SMALL, None).take("ar.csv", text.as_bytes()).unwrap().yaml.unwrap();
        let expected = told("fi,ar\nOtsikko,عنوان\n");
        for text in
            ["\u{feff}fi;ar\r\nOtsikko;عنوان\r\n", "fi\tar\nOtsikko\tعنوان", "\"FI\";\" ar\"\nOtsikko;عنوان;;\n;\n"]
        {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn new_changed_left_and_lost_texts_are_told() {
        let known = "title: عنوان\nq_one.hint: غير ذلك\nq_one.other: آخر\nq_two: قديم\n";
        let csv = "fi;ar\nOtsikko;عنوان جديد\nMuu;شيء\nSivut;صفحات\nSivu;صفحة\n";
        let taken = sheet(SMALL, Some(known)).take("ar.csv", csv.as_bytes()).unwrap();
        assert_eq!((taken.new, taken.changed, taken.unchanged, taken.missing), (1, 2, 1, 5));
        assert_eq!(taken.gone, [(4, "Sivut".to_owned(), Some("Sivu".to_owned()))]);
        assert_eq!(taken.apart, [("q_one.other".to_owned(), "آخر".to_owned())], "it has words of its own");
        assert_eq!(taken.stray, ["q_two"]);
        let yaml = taken.yaml.unwrap();
        assert!(
            yaml.ends_with("title: \"عنوان جديد\"\npage.1: \"صفحة\"\nq_one.hint: \"شيء\"\nq_one.other: \"آخر\"\n"),
            "{yaml}"
        );
        let english = TranslatorSheet::read(&file(SMALL, None), Language::En).unwrap();
        let taken = english.take("en.csv", b"fi,en\nMit\xc3\xa4?,Which?\n").unwrap();
        assert_eq!((taken.in_place, taken.yaml), (vec![("q_one".to_owned(), "What?".to_owned())], None));
    }

    #[test]
    fn a_wrong_sheet_is_refused_with_its_rows() {
        let told = |text: &[u8]| sheet(SMALL, None).take("ar.csv", text).unwrap_err().to_string();
        for (text, expected) in [
            (
                "suomi;arabia\nOtsikko;x\n",
                "ar.csv:1:1: L007 row 1: the headings are `suomi`, `arabia`; they must be `fi` and `ar`",
            ),
            ("fi;en\nOtsikko;x\n", "must be `fi` and `ar`"),
            ("fi;ar;sv\nOtsikko;x;y\n", "row 1: the headings are"),
            ("", "the sheet is empty"),
            ("fi,ar\nOtsikko,a\nSivu,b,c\n", "ar.csv:3:1: L008 row 3: there is a third column"),
            (
                "fi;ar\nOtsikko;a\nMuu;b\nOtsikko;c\n",
                "ar.csv:4:1: L008 row 4: `Otsikko` has another translation in row 2",
            ),
            (
                "fi;ar\n\"Kysyy {office.genitive} väki: \"\"kaikilta\"\".\";من؟\n",
                "row 2: the translation has lost `{office}`",
            ),
            ("fi;ar\nOtsikko;{coach} من؟\n", "row 2: the translation has `{coach}`, which the Finnish text has not"),
        ] {
            let found = told(text.as_bytes());
            assert!(found.contains(expected) && found.contains("remedy: "), "{text}: {found}");
        }
        assert!(told(b"fi;ar\nOtsikko;\xe4\n").contains("not UTF-8 (byte 14)"));
    }
}
