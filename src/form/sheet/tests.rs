use super::*;
use crate::form::FormSet;

const FORM: &str = include_str!("../../../forms/employer-feedback.yaml");
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
    for text in ["\u{feff}fi;ar\r\nOtsikko;عنوان\r\n", "fi\tar\nOtsikko\tعنوان", "\"FI\";\" ar\"\nOtsikko;عنوان;;\n;\n"]
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
        ("fi;ar\nOtsikko;a\nMuu;b\nOtsikko;c\n", "ar.csv:4:1: L008 row 4: `Otsikko` has another translation in row 2"),
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
