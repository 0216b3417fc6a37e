//! What is written for other programs, read back with them: reports and paper forms as PDF, what stands in them and how
//! they are built; forms as XLSForm.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "pdf/paper.rs"]
mod paper;
#[path = "support/reported.rs"]
mod reported;
#[path = "pdf/xlsform.rs"]
mod xlsform;

use palaute::form::Form;
use palaute::render::{PdfPrinter, Renderer, ReportView, closing_report_html};
use palaute::report::ReportFile;
use palaute::submission::Answers;
use palaute::text::Language;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use tempfile::TempDir;

/// With the embedded font only, so that every machine prints the same.
static PRINTER: LazyLock<PdfPrinter> = LazyLock::new(|| PdfPrinter::new(Vec::new()));

/// A PDF in a folder of its own.
struct Printed {
    _folder: TempDir,
    file: PathBuf,
}

impl Printed {
    fn new(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.pdf");
        fs::write(&file, bytes).unwrap();
        Self { _folder: folder, file }
    }

    fn of(file: &ReportFile) -> Self {
        Self::new(&PRINTER.print(&ReportView::of(file)).unwrap())
    }

    fn told_by(&self, program: &str, before: &[&str], after: &[&str]) -> String {
        let output = Command::new(program).args(before).arg(&self.file).args(after).output();
        let output = output.unwrap_or_else(|e| panic!("{program}: {e}; ./scripts/test installs it"));
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn text(&self) -> String {
        self.told_by("pdftotext", &["-layout"], &["-"])
    }

    /// All letters without the space that line breaks and columns make.
    fn letters(&self) -> String {
        letters(&self.told_by("pdftotext", &[], &["-"]))
    }

    fn pages(&self) -> usize {
        let info = self.told_by("pdfinfo", &[], &[]);
        info.lines().find_map(|l| l.strip_prefix("Pages:")).unwrap().trim().parse().unwrap()
    }

    /// Catalogue, metadata and structure as pikepdf reads them.
    fn structure(&self) -> Value {
        serde_json::from_str(&self.told_by("/usr/bin/python3", &["-c", STRUCTURE], &[])).unwrap()
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}' && *c != '\u{ad}').collect()
}

const STRUCTURE: &str = r#"
import json, pikepdf, sys
pdf = pikepdf.open(sys.argv[1])
root = pdf.Root
tags, alts, headings, scopes = [], [], [], []
def walk(node):
    if not isinstance(node, pikepdf.Dictionary): return
    if "/S" in node:
        tag = str(node.S)[1:]
        tags.append(tag)
        if tag == "Figure": alts.append(str(node.get("/Alt", "")))
        if tag[0] == "H" and tag[1:].isdigit(): headings.append([tag, str(node.get("/T", ""))])
        if tag == "TH":
            attributes = node.get("/A", None)
            scopes.append("/Scope" in repr(attributes))
    kids = node.get("/K", None)
    if isinstance(kids, pikepdf.Array):
        for kid in kids: walk(kid)
    elif kids is not None: walk(kids)
walk(root.StructTreeRoot)
with pdf.open_outline() as outline:
    marks = [[str(i.title), [str(c.title) for c in i.children]] for i in outline.root]
meta = pdf.open_metadata()
print(json.dumps({
    "lang": str(root.Lang), "marked": bool(root.MarkInfo.Marked), "tags": tags, "alts": alts, "headings": headings,
    "scopes": scopes, "bookmarks": marks, "display_title": bool(root.ViewerPreferences.DisplayDocTitle),
    "title": str(meta.get("dc:title")), "part": meta.get("pdfaid:part"), "conformance": meta.get("pdfaid:conformance"),
    "ua": root.Metadata.read_bytes().decode().split("<pdfuaid:part>")[1][0], "author": list(meta.get("dc:creator") or []), "scripts": "/OpenAction" in root or "/AA" in root,
}))
"#;

fn full(language: Language) -> (ReportFile, ReportFile) {
    let model = reported::model();
    let case = reported::case(7, language, [1, 1, 4]);
    let file = reported::report(&model, &case, Some(&reported::coach(&model, &[])));
    (file.clone(), reported::with_annex(file, &case, &reported::feedback(&model)))
}

fn with_text(text: &str) -> ReportFile {
    let model = reported::model();
    let case = reported::case(7, Language::Fi, [1, 0, 0]);
    let file = reported::report(&model, &case, Some(&reported::coach(&model, &[("r_start_text", text)])));
    let client: Answers = reported::answers(&model.client, &[("c_open", text)]);
    let sheets: [(&Form, Answers); 1] = [(&model.client, client)];
    reported::with_annex(file, &case, &sheets)
}

#[test]
fn an_ordinary_case_fills_one_page_for_the_coach_and_two_for_the_officer_in_every_language() {
    for language in Language::ALL {
        let (coach, officer) = full(language);
        assert_eq!((Printed::of(&coach).pages(), Printed::of(&officer).pages()), (1, 2), "{language:?}");
    }
}

#[test]
fn it_is_tagged_titled_and_archivable_in_every_language() {
    for language in Language::ALL {
        let (_, officer) = full(language);
        let printed = Printed::of(&officer);
        let s = printed.structure();
        assert_eq!(s["lang"], language.code());
        assert_eq!((&s["marked"], &s["display_title"], &s["scripts"]), (&true.into(), &true.into(), &false.into()));
        assert_eq!((&s["part"], &s["conformance"], &s["ua"]), (&"2".into(), &"A".into(), &"1".into()));
        assert!(s["title"].as_str().unwrap().ends_with("2025-000007-v1"), "{}", s["title"]);
        assert_eq!(s["author"][0], officer.report.provider.as_str());
        let headings: Vec<&str> = s["headings"].as_array().unwrap().iter().map(|h| h[0].as_str().unwrap()).collect();
        assert_eq!(headings, ["H1", "H2", "H2", "H2", "H2", "H2", "H2", "H2", "H3", "H3", "H3"]);
        let tags: Vec<&str> = s["tags"].as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect();
        for tag in ["Table", "TR", "TH", "TD", "Figure", "L", "LI"] {
            assert!(tags.contains(&tag), "{tag}");
        }
        assert!(s["scopes"].as_array().unwrap().iter().all(|scope| *scope == true), "every header cell has a scope");
        let alts = s["alts"].as_array().unwrap();
        assert!(alts.len() == 1 && alts[0].as_str().unwrap().contains("17"), "{alts:?}");
        assert_eq!(s["bookmarks"].as_array().unwrap().len(), 1);
        assert_eq!(s["bookmarks"][0][1].as_array().unwrap().len(), 7);
        let fonts = printed.told_by("pdffonts", &[], &[]);
        for font in fonts.lines().skip(2) {
            let columns: Vec<&str> = font.split_whitespace().rev().collect();
            assert_eq!(columns[4], "yes", "embedded: {font}");
            assert_eq!(columns[2], "yes", "with Unicode: {font}");
        }
    }
}

/// What HTML shows, without its tags.
fn html_letters(file: &ReportFile) -> String {
    let renderer = Renderer::new(&BTreeMap::new()).unwrap();
    let html = closing_report_html(&renderer, &ReportView::of(file)).unwrap();
    let page = scraper::Html::parse_document(&html);
    let main = scraper::Selector::parse("main").unwrap();
    letters(&page.select(&main).next().unwrap().text().collect::<String>())
}

/// The words of a report's JSON that people read: labels, texts, questions and answers.
fn words(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let read = ["label", "text", "why", "action", "question", "answer", "coach", "field", "municipality"];
                match inner {
                    Value::String(text) if read.contains(&name.as_str()) => found.push(text.clone()),
                    Value::Array(texts) if name == "texts" => {
                        found.extend(texts.iter().filter_map(|t| t.as_str().map(str::to_owned)));
                    }
                    _ => words(inner, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|v| words(v, found)),
        _ => {}
    }
}

#[test]
fn html_json_and_pdf_say_the_same() {
    for language in Language::ALL {
        let (_, officer) = full(language);
        let (html, pdf) = (html_letters(&officer).to_lowercase(), Printed::of(&officer).letters().to_lowercase());
        let json: Value = serde_json::from_str(&officer.to_json()).unwrap();
        let mut said = Vec::new();
        words(&json, &mut said);
        said.retain(|w| !zero_share(&json, w));
        let day = |d: &str| palaute::text::told_date(d.parse().unwrap(), language);
        said.extend([day("2025-10-06"), day("2025-10-20"), day("2026-01-15"), day("2026-04-03")]);
        said.push(palaute::text::told_number(json["coaching"]["hours"].as_str().unwrap(), language));
        assert!(said.len() > 80, "{}", said.len());
        for word in said {
            let word = letters(&word).to_lowercase();
            assert!(html.contains(&word), "{language:?} HTML lacks {word}");
            assert!(pdf.contains(&word), "{language:?} PDF lacks {word}");
        }
    }
}

/// A choice that nobody chose stands in JSON only.
fn zero_share(value: &Value, label: &str) -> bool {
    match value {
        Value::Object(o) => {
            o.get("count") == Some(&0.into()) && o.get("label") == Some(&label.into())
                || o.values().any(|v| zero_share(v, label))
        }
        Value::Array(a) => a.iter().any(|v| zero_share(v, label)),
        _ => false,
    }
}

#[test]
fn markup_in_an_answer_is_printed_as_it_was_written() {
    let text = "#panic() $x$ *a* _b_ @c <d> \\ #read(\"/etc/passwd\") = otsikko // ei /* ei */ [f] {g} ~ -- ...";
    let printed = Printed::of(&with_text(text));
    let found = printed.letters().matches(&letters(text)).count();
    assert_eq!(found, 2, "{}", printed.told_by("pdftotext", &[], &["-"]));
}

#[test]
fn nothing_that_people_write_keeps_a_report_from_being_printed() {
    let long = "pitkäsana".repeat(52);
    let texts = [
        "alkupää 👍🏽 jälkeen 👨‍👩‍👧 ja 🇫🇮 loppu",
        "alkupää مرحبا بالعالم loppu",
        "alkupää 中文字 日本語 한국어 loppu",
        "alkupää \u{1}\u{2}\u{8}\u{b}\u{1f}\u{7f}\u{85} loppu",
        "alkupää \u{301}\u{308} a\u{301} \u{20dd} loppu",
        "alkupää \u{202e}kieppu\u{202c} \u{2066}x\u{2069} \u{200f}\u{feff} loppu",
        "alkupää \u{e000}\u{f8ff}\u{fffd}\u{fffe}\u{ffff}\u{10ffff} loppu",
        "alkupää שלום हिन्दी ไทย አማርኛ қазақ ελληνικά loppu",
        "alkupää \u{200b}\u{200c}\u{200d}\u{2060}\u{ad}\u{34f}\u{fe0f} loppu",
    ];
    let many_scripts =
        PdfPrinter::new(noto(&["Arabic", "Hebrew", "Devanagari", "Thai", "Ethiopic", "Symbols2", "Math"]));
    for text in texts {
        for printer in [&*PRINTER, &many_scripts] {
            let printed = Printed::new(&printer.print(&ReportView::of(&with_text(text))).unwrap());
            let letters = printed.letters();
            assert!(letters.matches("alkupää").count() == 2 && letters.matches("loppu").count() >= 2, "{text:?}");
        }
    }
    let printed = Printed::of(&with_text(&format!("alkupää {long} loppu")));
    assert!(printed.letters().contains(&format!("alkupää{long}loppu")), "a long word is broken, not cut");
}

#[test]
fn a_letter_that_no_font_has_is_its_code_and_a_note_says_so() {
    let letters = Printed::of(&with_text("kiitos 👍 中")).letters();
    assert!(letters.contains("kiitos[U+1F44D][U+4E2D]"), "{letters}");
    assert_eq!(letters.matches("[U+1F600]").count(), 1, "the note");
    assert!(!Printed::of(&with_text("kiitos")).letters().contains("U+"));
}

/// Fonts of Debian's fonts-noto-core; ./scripts/test installs it.
fn noto(scripts: &[&str]) -> Vec<Vec<u8>> {
    let file = |script: &&str| format!("/usr/share/fonts/truetype/noto/NotoSans{script}-Regular.ttf");
    scripts.iter().map(file).map(|file| fs::read(&file).unwrap_or_else(|e| panic!("{file}: {e}"))).collect()
}

#[test]
fn a_font_given_besides_prints_its_letters_in_their_direction() {
    let printer = PdfPrinter::new([noto(&["Arabic"]), vec![b"no font".to_vec()]].concat());
    let printed = Printed::new(&printer.print(&ReportView::of(&with_text("شكرا جزيلا 2025"))).unwrap());
    let text = printed.told_by("pdftotext", &[], &["-"]);
    assert!(!text.contains("U+06"), "{text}");
    assert!(text.contains("شكرا") || text.contains("ﺷﻜﺮا"), "{text}");
    assert!(printed.told_by("pdffonts", &[], &[]).contains("NotoSansArabic"));
}

#[test]
fn the_same_report_is_the_same_bytes() {
    let (_, officer) = full(Language::Fi);
    let print = || PRINTER.print(&ReportView::of(&officer)).unwrap();
    assert_eq!(print(), print());
}

#[test]
fn long_texts_flow_on_and_the_model_is_named_on_every_page() {
    let model = reported::model();
    let case = reported::case(7, Language::Fi, [9, 0, 0]);
    let file = reported::report(&model, &case, Some(&reported::coach(&model, &[])));
    let long = "Alkusanat. ".to_owned() + &"Sana toisensa jälkeen. ".repeat(20);
    let sheets: Vec<(&Form, Answers)> =
        (0..9).map(|_| (&model.client, reported::answers(&model.client, &[("c_open", &long)]))).collect();
    let printed = Printed::of(&reported::with_annex(file, &case, &sheets));
    let pages = printed.pages();
    assert!(pages > 2);
    let text = printed.text();
    assert_eq!(text.matches("Malli. Pilotin").count(), pages, "{text}");
    assert_eq!(
        text.matches(&format!("/{pages}\n")).count() + text.matches(&format!("/ {pages}\n")).count(),
        pages,
        "{text}"
    );
    // An answer may go on upon the next page, below its heading.
    for (word, times) in [("Alkusanat.", 9), ("toisensa", 180), ("jälkeen.", 180)] {
        assert_eq!(printed.letters().matches(word).count(), times, "{word}");
    }
}

#[test]
fn a_template_of_the_instance_is_used_sees_nothing_else_and_its_mistake_is_told_with_the_line() {
    let (coach, _) = full(Language::Fi);
    let print = |template: &str| PdfPrinter::new(Vec::new()).with_template(template).print(&ReportView::of(&coach));
    let head = "#let r = json(\"/data.json\")\n#set document(title: r.document)\n#set text(lang: r.lang, font: \"Noto Sans\")\n";
    let own = print(&format!("{head}= Oma pohja\n"));
    assert!(Printed::new(&own.unwrap()).letters().contains("Omapohja"));
    for bad in ["#read(\"/etc/passwd\")", "#import \"@preview/x:1.0.0\": y", "#datetime.today()", "#nothing"] {
        let error = print(&format!("{head}= A\n{bad}\n")).unwrap_err().to_string();
        assert!(error.contains("templates/report/closing.typ") && error.contains("line 5"), "{bad}: {error}");
    }
}
