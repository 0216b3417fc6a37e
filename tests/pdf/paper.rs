//! Forms on paper, read back with other programs.

use super::{PRINTER, Printed, letters, noto};
use palaute::form::{Circumstances, Form, FormFile, FormSet};
use palaute::instance::Instance;
use palaute::render::{PaperContext, PaperLink, PaperView, PdfPrinter, QrSheetView};
use palaute::submission::RawAnswers;
use palaute::text::Language;
use std::fs;
use std::path::Path;
use std::process::Command;

fn instance() -> Instance {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("palaute.yaml");
    Instance::read("palaute.yaml", &fs::read_to_string(path).unwrap()).unwrap()
}

/// Every form of the repository.
fn forms(instance: &Instance) -> Vec<Form> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("forms");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "yaml"));
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    let (own, translations): (Vec<_>, Vec<_>) = paths.into_iter().partition(|p| !name(p).contains('.'));
    let read = |path: &Path| (format!("forms/{}.yaml", name(path)), fs::read_to_string(path).unwrap());
    let file = |path: &std::path::PathBuf| {
        let (file, source) = read(path);
        let of_it = translations.iter().filter(|t| name(t).starts_with(&format!("{}.", name(path))));
        FormFile { file, source, translations: of_it.map(|t| read(t)).collect() }
    };
    let set = FormSet::read(&own.iter().map(file).collect::<Vec<_>>(), Some(instance), None);
    assert!(set.found.is_empty(), "{:?}", set.found);
    set.forms
}

fn view(form: &Form, instance: &Instance, language: Language, link: Option<&PaperLink>) -> PaperView {
    let day = "2026-01-31".parse().unwrap();
    let context = PaperContext {
        case: None,
        circumstances: &Circumstances::on(day),
        known: &RawAnswers::new(),
        link,
        printed_on: day,
        codes: false,
    };
    PaperView::new(form, instance, language, &context)
}

/// All letters in the order in which they are printed, whatever stands beside them.
fn shown(paper: &Printed) -> String {
    letters(&paper.told_by("pdftotext", &["-raw"], &["-"]))
}

fn printed(form: &Form, instance: &Instance, language: Language) -> Printed {
    Printed::new(&PRINTER.print_paper(&view(form, instance, language, None)).unwrap())
}

#[test]
fn every_form_prints_tagged_and_archivable_with_every_question_and_choice() {
    let instance = instance();
    for form in forms(&instance) {
        for language in Language::ALL {
            let paper = printed(&form, &instance, language);
            let s = paper.structure();
            let at = format!("{} {}", form.id(), language.code());
            assert_eq!(s["lang"], language.code(), "{at}");
            assert_eq!((&s["marked"], &s["display_title"]), (&true.into(), &true.into()), "{at}");
            assert_eq!((&s["part"], &s["conformance"], &s["ua"]), (&"2".into(), &"A".into(), &"1".into()), "{at}");
            assert!(s["title"].as_str().unwrap().starts_with(form.title().in_language(language)), "{at}");
            let headings = s["headings"].as_array().unwrap();
            assert!(headings[0][0] == "H1" && headings.iter().filter(|h| h[0] == "H1").count() == 1, "{at}");
            let shown = shown(&paper);
            let has = |words: &str| assert!(shown.contains(&letters(words)), "{at} lacks {words}: {shown}");
            let questions: Vec<_> =
                form.questions().flat_map(|q| std::iter::once(q).chain(&q.questions)).filter(|q| !q.retired).collect();
            assert!(!questions.is_empty());
            for q in questions {
                if q.asks() {
                    has(told(q.text.in_language(language)).as_str());
                }
                for choice in q.offered() {
                    choice.label.in_language(language).split(" – ").for_each(has);
                }
            }
            has(&form.version().as_str()[..12]);
            let uncollected = form.collect() == palaute::form::Collect::Never;
            let stays = palaute::text::Messages::of(language).get("paper.stays");
            assert_eq!(shown.matches(&letters(stays)).count(), if uncollected { paper.pages() } else { 0 }, "{at}");
        }
    }
}

/// A text as an empty paper tells it: what only a case knows is left to be written.
fn told(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        out.push_str("____________");
        rest = after.split_once('}').unwrap().1;
    }
    out + rest
}

#[test]
fn the_clients_feedback_fits_one_sheet() {
    let instance = instance();
    let forms = forms(&instance);
    let form = forms.iter().find(|f| f.id() == "client-feedback").unwrap();
    for language in Language::ALL {
        assert!(printed(form, &instance, language).pages() <= 2, "{language:?}");
    }
}

#[test]
fn a_telephone_reads_the_address_that_stands_beside_the_picture() {
    let instance = instance();
    let forms = forms(&instance);
    let code = "ABCD-EFGH-JKMN".to_owned();
    for base in ["https://palaute.example", "https://tyonhakijan-palaute.keski-uudenmaan.tyollisyysalue.example:8443"] {
        let address = format!("{base}/f/{code}");
        let link =
            PaperLink { address: address.clone(), code: code.clone(), open_until: "2026-03-31".parse().unwrap() };
        let pdf = PRINTER.print_paper(&view(&forms[0], &instance, Language::Fi, Some(&link))).unwrap();
        let paper = Printed::new(&pdf);
        let shown = shown(&paper);
        assert!(shown.contains(&letters(&address)) && shown.contains(&code) && shown.contains("31.3.2026"), "{shown}");
        let alts = paper.structure()["alts"].clone();
        let says = |alt: &serde_json::Value| letters(alt.as_str().unwrap()).contains(&address);
        assert!(alts.as_array().unwrap().iter().any(says), "{alts}");
        let picture = paper.file.with_extension("");
        paper.told_by("pdftoppm", &["-png", "-r", "150", "-singlefile"], &[picture.to_str().unwrap()]);
        let read =
            Command::new("zbarimg").args(["--quiet", "--raw", "--nodbus"]).arg(picture.with_extension("png")).output();
        let read = read.unwrap_or_else(|e| panic!("zbarimg: {e}; ./scripts/test installs it"));
        assert_eq!(String::from_utf8(read.stdout).unwrap().trim(), address);
    }
}

const ARABIC: &str = "
id: tiny
party: client
title: { fi: Palaute, sv: Respons, en: Feedback, ar: رأيك }
lead: { fi: Hetki., sv: En stund., en: A moment., ar: لحظة. }
why: { fi: Kysymme., sv: Vi frågar., en: We ask., ar: نسأل. }
minutes: 1
pages:
  - title: { fi: Alku, sv: Start, en: Start, ar: البداية }
    questions:
      - id: t_clear
        type: yes-no
        text: { fi: Selvä?, sv: Klart?, en: Clear?, ar: هل كان كل شيء واضحا؟ }
      - id: t_day
        type: date
        ask_if: { question: t_clear, is: \"no\" }
        text: { fi: Milloin?, sv: När?, en: When?, ar: متى؟ }
";

#[test]
fn arabic_runs_from_right_to_left() {
    let mut instance = instance();
    instance.client_languages = vec![Language::Ar];
    let form = Form::read("forms/tiny.yaml", ARABIC, Some(&instance)).unwrap();
    let printer = PdfPrinter::new(noto(&["Arabic"]));
    let paper = Printed::new(&printer.print_paper(&view(&form, &instance, Language::Ar, None)).unwrap());
    assert_eq!(paper.structure()["lang"], "ar");
    assert!(!paper.letters().contains("U+06"));
    // The numbers of the questions stand at the right edge of the page.
    let boxes = paper.told_by("pdftotext", &["-bbox"], &["-"]);
    let left_of = |line: &str| line.split("xMin=\"").nth(1).unwrap().split('"').next().unwrap().parse::<f64>().unwrap();
    for number in ["1", "2"] {
        let mut words = boxes.lines().filter(|l| l.ends_with(&format!(">{number}</word>")));
        assert!(words.any(|line| left_of(line) > 540.0), "{boxes}");
    }
}

#[test]
fn the_same_form_is_the_same_bytes_and_an_own_template_tells_its_mistakes() {
    let instance = instance();
    let forms = forms(&instance);
    let view = view(&forms[0], &instance, Language::Fi, None);
    assert_eq!(PRINTER.print_paper(&view).unwrap(), PRINTER.print_paper(&view).unwrap());
    let own = PdfPrinter::new(Vec::new()).with_paper_template("#set document(title: \"x\")\n= A\n#nothing\n");
    let error = own.print_paper(&view).unwrap_err().to_string();
    assert!(error.contains("templates/form/paper.typ") && error.contains("line 3"), "{error}");
}

#[test]
fn a_sheet_with_a_code_is_read_by_a_telephone_names_nobody_and_has_a_page_for_each_link() {
    let instance = instance();
    let forms = forms(&instance);
    let form = forms.iter().find(|f| f.id() == "community-feedback").unwrap();
    let link = |code: &str| PaperLink {
        address: format!("https://palaute.example/f/{code}"),
        code: code.to_owned(),
        open_until: "2026-03-31".parse().unwrap(),
    };
    let links = [link("ABCD-EFGH-JKMN"), link("ABCD-EFGH-JKMP")];
    let day = "2026-01-31".parse().unwrap();
    for language in Language::ALL {
        let sheet = QrSheetView::new(form, &instance, language, &links, false, day);
        let paper = Printed::new(&PRINTER.print_sheet(&sheet).unwrap());
        assert_eq!(paper.pages(), 2, "{language:?}");
        let structure = paper.structure();
        assert_eq!(structure["lang"], language.code());
        let picture = paper.file.with_extension("");
        paper.told_by("pdftoppm", &["-png", "-r", "100"], &[picture.to_str().unwrap()]);
        for (page, link) in (1..).zip(&links) {
            let png = format!("{}-{page}.png", picture.display());
            let read = Command::new("zbarimg").args(["--quiet", "--raw", "--nodbus", &png]).output().unwrap();
            assert_eq!(String::from_utf8(read.stdout).unwrap().trim(), link.address, "{language:?}, page {page}");
        }
        let shown = shown(&paper);
        assert!(shown.contains("ABCD-EFGH-JKMP") && shown.contains(&letters(form.title().in_language(language))));
        assert!(!shown.contains("2025-0"), "no case stands there: {shown}");
    }
    let shared = QrSheetView::new(form, &instance, Language::Fi, &links[..1], true, day);
    let paper = Printed::new(&PRINTER.print_sheet(&shared).unwrap());
    assert_eq!(paper.pages(), 1);
    assert!(shown(&paper).contains(&letters("Sama koodi on kaikille")), "{}", shown(&paper));
}
