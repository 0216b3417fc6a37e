//! What every page of questions keeps to, whatever the form and its language: the explanation comes first, a page is about
//! one thing, choices have labels and a way out, nothing is chosen beforehand, mistakes are told first and at the field.

use crate::http::{get, post};
use crate::instance::Instance;
use palaute::form::{Collect, Form, Kind, Screen};
use palaute::text::{Language, Messages};
use scraper::{ElementRef, Html, Selector};
use std::net::SocketAddr;

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");
/// Has the shape of an identity code; numbers 900-999 are given to nobody.
const IDENTITY_CODE: &str = "010190-999X";
/// Most questions of one page, so that it is about one thing and fits a telephone.
const MOST_QUESTIONS: usize = 5;

fn all(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    page.select(&selector).map(|e| text(&e)).collect()
}

fn text(element: &ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every form that is answered on the web, with a link to it and its languages.
fn links(instance: &Instance) -> Vec<(Form, String, Vec<Language>)> {
    let (settings, forms) = crate::every_form::all();
    let open = forms.into_iter().filter(|f| f.collect() == Collect::Store);
    let links = open.filter_map(|form| {
        let printed = instance.run(&["invite", "V-001", "--form", form.id()]);
        let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
        let path = printed.lines().next()?.split("/f/").nth(1).map(|t| format!("/f/{t}"))?;
        let languages = form.languages(&settings);
        Some((form, path, languages))
    });
    let links: Vec<_> = links.collect();
    assert!(links.len() >= 13, "{}", links.len());
    links
}

fn pilot() -> Instance {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    instance
}

#[test]
fn the_explanation_comes_before_the_first_question_and_asks_nothing() {
    let instance = pilot();
    let links = links(&instance);
    let server = instance.serve();
    for (form, path, languages) in &links {
        for language in languages {
            let page = get(server.address, &format!("{path}?lang={}", language.code())).unwrap();
            let html = Html::parse_document(&page.body);
            let what = format!("{} in {}", form.id(), language.code());
            assert_eq!(all(&html, "input, textarea, select").len(), 0, "{what}");
            assert_eq!(all(&html, "h1"), [form.title().in_language(*language)], "{what}");
            let m = Messages::of(*language);
            assert!(all(&html, "dl.who dt").len() >= 2, "{what}: who sees what");
            if form.party() != palaute::form::Party::Coach {
                let voluntary = all(&html, ".note strong");
                assert_eq!(voluntary, [m.get("form.voluntary")], "{what}");
            }
            let start = if form.is_reading() { "reading.to_remark" } else { "form.start" };
            assert_eq!(all(&html, "a.btn[href*='/answer']"), [m.get(start)], "{what}");
            let direction = if *language == Language::Ar { "rtl" } else { "" };
            let root = Selector::parse("html").unwrap();
            let root = html.select(&root).next().unwrap();
            assert_eq!(root.value().attr("lang"), Some(language.code()), "{what}");
            assert_eq!(root.value().attr("dir").unwrap_or_default(), direction, "{what}");
        }
    }
}

#[test]
fn a_page_is_about_one_thing_and_its_choices_have_labels_a_way_out_and_nothing_chosen() {
    let instance = pilot();
    let links = links(&instance);
    let server = instance.serve();
    for (form, path, _) in links.iter().filter(|(form, ..)| form.screen() == Screen::Pages) {
        if form.party() == palaute::form::Party::Coach {
            continue;
        }
        for (n, questions) in (1..).zip(form.pages()) {
            let what = format!("page {n} of {}", form.id());
            assert!(questions.questions.iter().filter(|q| q.asks()).count() <= MOST_QUESTIONS, "{what}");
            let page = get(server.address, &format!("{path}/answer?lang=fi&page={n}")).unwrap();
            let html = Html::parse_document(&page.body);
            assert!(all(&html, "main h2").len() <= 1, "{what}: one heading");
            for input in html.select(&Selector::parse("input[type=radio], input[type=checkbox]").unwrap()) {
                let label = input.ancestors().filter_map(ElementRef::wrap).find(|e| e.value().name() == "label");
                assert!(label.is_some_and(|l| !text(&l).is_empty()), "{what}: every choice has its label");
                let id = input.value().attr("name").unwrap();
                let beforehand = form.defaults().any(|(question, _)| question == id);
                assert!(beforehand || input.value().attr("checked").is_none(), "{what}: {id} is chosen beforehand");
                let legend = input.ancestors().filter_map(ElementRef::wrap).find(|e| e.value().name() == "fieldset");
                let legend = legend.and_then(|f| f.select(&Selector::parse("legend").unwrap()).next());
                assert!(legend.is_some_and(|l| !text(&l).is_empty()), "{what}: {id} has its question as legend");
            }
            for question in &questions.questions {
                let judged = matches!(question.kind, Kind::Agreement(_) | Kind::Grade | Kind::Scale { .. });
                assert!(!judged || question.choices.iter().any(|c| c.apart), "{what}: {} has no way out", question.id);
            }
        }
    }
}

/// The page with a mistake in every field of a page that takes words.
fn mistaken(server: SocketAddr, form: &Form, path: &str, language: Language) -> Option<String> {
    let words = |q: &palaute::form::Question| matches!(q.kind, Kind::Text(_)) && q.on_web() && q.ask_if.is_none();
    let free = |p: &&palaute::form::FormPage| p.ask_if.is_none() && p.questions.iter().any(words);
    let (n, page) = (1..).zip(form.pages()).find(|(_, p)| free(p))?;
    let shown = get(server, &format!("{path}/answer?lang={}&page={n}", language.code())).unwrap().body;
    let nonce = shown.split("name=\"nonce\" value=\"").nth(1)?.split('"').next()?.to_owned();
    let n = n.to_string();
    let mut fields = vec![("nonce", nonce.as_str()), ("page", n.as_str())];
    fields.extend(page.questions.iter().filter(|q| words(q)).map(|q| (q.id.as_str(), IDENTITY_CODE)));
    let answer = post(server, &format!("{path}/check?lang={}", language.code()), &fields).unwrap();
    assert_eq!(answer.status, 422, "{}", form.id());
    Some(answer.body)
}

#[test]
fn mistakes_are_told_first_linked_and_in_the_same_words_at_the_field_and_the_title_begins_with_it() {
    let instance = pilot();
    let links = links(&instance);
    let server = instance.serve();
    let mut seen = 0;
    for (form, path, languages) in &links {
        for language in languages {
            let Some(body) = mistaken(server.address, form, path, *language) else { continue };
            let (what, m) = (format!("{} in {}", form.id(), language.code()), Messages::of(*language));
            let html = Html::parse_document(&body);
            assert!(all(&html, "title")[0].starts_with(m.get("form.error").trim()), "{what}");
            let first = Selector::parse("main > *").unwrap();
            let first = html.select(&first).next().unwrap();
            assert_eq!(first.value().attr("class"), Some("errors"), "{what}: the summary comes first");
            let links = Selector::parse(".errors a").unwrap();
            assert!(html.select(&links).count() >= 1, "{what}");
            for link in html.select(&links) {
                let target = link.value().attr("href").unwrap();
                let id = target.strip_prefix('#').unwrap();
                let field = Selector::parse(&format!("[id='{id}']")).unwrap();
                let field = html.select(&field).next().unwrap_or_else(|| panic!("{what}: {target} is nowhere"));
                // Of a choice the first button is led to, and the question around it is marked.
                let chosen = matches!(field.value().attr("type"), Some("radio" | "checkbox"));
                let around = || field.ancestors().filter_map(ElementRef::wrap).find(|e| e.value().name() == "fieldset");
                let marked = if chosen { around().unwrap() } else { field };
                assert!(chosen || marked.value().attr("aria-invalid") == Some("true"), "{what}: {id}");
                let described = marked.value().attr("aria-describedby").unwrap_or_default();
                let at = described.split_whitespace().find(|d| d.ends_with("-err"));
                let at = at.unwrap_or_else(|| panic!("{what}: {id} is not described"));
                let told = Selector::parse(&format!("[id='{at}']")).unwrap();
                let told = html.select(&told).next().unwrap_or_else(|| panic!("{what}: nothing at {id}"));
                let told = text(&told).replacen(m.get("form.error").trim(), "", 1).trim().to_owned();
                assert!(text(&link).ends_with(&told), "{what}: `{}` and `{told}`", text(&link));
            }
            seen += 1;
        }
    }
    assert!(seen >= 30, "{seen} pages with mistakes");
}
