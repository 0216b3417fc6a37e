//! Every form, answered in every language over HTTP: explanation, a change of language that keeps what
//! was given, items added and removed, mistakes, the answers to be checked, the receipt.

use crate::http::{Answer, get, post};
use crate::instance::{Instance, repository};
use palaute::form::{Circumstances, Collect, Form, FormFile, FormSet, Kind, Party, Question, Screen};
use palaute::instance::Instance as Settings;
use palaute::submission::{RawAnswers, Submission};
use palaute::text::{Language, Messages};
use std::net::SocketAddr;

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");
/// Has the shape of an identity code; numbers 900-999 are given to nobody.
const IDENTITY_CODE: &str = "010190-999X";

type Fields = Vec<(String, String)>;

/// The demo's settings and every form of the repository, the purchaser's last: it is asked about a report.
pub(crate) fn all() -> (Settings, Vec<Form>) {
    let settings = std::fs::read_to_string(repository("demo/palaute.yaml")).unwrap();
    let settings = Settings::read("palaute.yaml", &settings).unwrap();
    let mut found: Vec<(String, String)> = std::fs::read_dir(repository("forms"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "yaml"))
        .map(|p| (format!("forms/{}", p.file_name().unwrap().to_string_lossy()), std::fs::read_to_string(p).unwrap()))
        .collect();
    found.sort();
    let (files, strays) = FormFile::gather(found);
    assert!(strays.is_empty(), "{strays:?}");
    let set = FormSet::read(&files, Some(&settings), None);
    let mut forms = set.forms;
    forms.sort_by_key(|f| f.party() == Party::Purchaser);
    assert!(forms.len() >= 15, "{:?}", set.found);
    (settings, forms)
}

/// An answer to a question in the field of that name, its words if it has any.
fn fill(question: &Question, field: &str, fields: &mut Fields) {
    let mut put = |value: String| fields.push((field.to_owned(), value));
    match question.kind {
        Kind::Text(_) => put(format!("Sanat <b>& kohdassa {field}")),
        Kind::Number { max, .. } if max < 7 => put(max.to_string()),
        Kind::Number { decimals: 0, .. } => put("7".to_owned()),
        Kind::Number { .. } => put("17,5".to_owned()),
        Kind::Date => put("4.11.2025".to_owned()),
        Kind::Many => question.choices.iter().filter(|c| !c.apart).take(2).for_each(|c| put(c.code.clone())),
        Kind::Group { .. } => {
            put("2".to_owned());
            for n in 1..=2 {
                for inner in &question.questions {
                    fill(inner, &question.field(n, &inner.id), fields);
                }
            }
        }
        Kind::Month => put("11/2024".to_owned()),
        Kind::Email => put("nimi@example.fi".to_owned()),
        Kind::Phone => put("+358 40 000 0000".to_owned()),
        Kind::Information | Kind::Signature => {}
        Kind::One | Kind::Agreement(_) | Kind::Grade | Kind::Scale { .. } | Kind::Consent | Kind::YesNo => {
            put(question.choices[0].code.clone());
        }
    }
}

fn send(server: SocketAddr, target: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    post(server, target, &fields).unwrap()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// The page holds the text, however its special characters are written.
fn holds(page: &Answer, text: &str) -> bool {
    let plain = |s: &str| s.replace("&#x27;", "'").replace("&#39;", "'").replace("&#x2F;", "/").replace("&quot;", "\"");
    plain(&page.body).contains(&plain(&escaped(text)))
}

fn in_language(page: &Answer, language: Language) -> bool {
    page.body.contains(&format!("<html lang=\"{}\"", language.code()))
}

/// The page holds what was given: in its own fields, or on its way in hidden ones.
fn keeps(page: &Answer, form: &Form, fields: &[(String, String)]) -> bool {
    fields.iter().filter(|(name, _)| !["nonce", "page"].contains(&name.as_str())).all(|(name, value)| {
        let value = escaped(value).replace("&#39;", "'");
        let hidden = page.body.contains(&format!("type=\"hidden\" name=\"{name}\" value=\"{value}\""));
        hidden
            || match form.asked(name).map(|q| (&q.kind, q.short)) {
                Some((Kind::Text(_), false)) => {
                    holds(page, &value.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
                }
                Some((Kind::Text(_), true)) => page.body.contains(&format!("value=\"{value}\"")),
                Some((Kind::Number { .. } | Kind::Date | Kind::Month | Kind::Email | Kind::Phone, _)) => {
                    page.body.contains(&format!("value=\"{value}\""))
                }
                _ => page.body.contains(&format!("name=\"{name}\" value=\"{value}\" checked")),
            }
    })
}

/// What the page of a removed item sends when its removal is undone: the fields that are left and the hidden ones.
fn undone(page: &Answer, fields: &[(String, String)], group: &Question) -> Fields {
    let mut sent: Fields =
        fields.iter().filter(|(n, _)| !n.starts_with(&format!("{}.2.", group.id))).cloned().collect();
    for (name, value) in &mut sent {
        // The second item stands in the place of the removed first.
        let second = name.strip_prefix(&format!("{}.1.", group.id)).map(|id| group.field(2, id));
        if let Some((_, moved)) = second.and_then(|second| fields.iter().find(|(n, _)| *n == second)) {
            value.clone_from(moved);
        }
        if *name == group.id {
            "1".clone_into(value);
        }
    }
    for hidden in page.body.split("<input type=\"hidden\" name=\"removed.").skip(1) {
        let (name, rest) = hidden.split_once("\" value=\"").unwrap();
        let value = rest.split('"').next().unwrap().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        sent.push((format!("removed.{name}"), value));
    }
    sent.push(("restore".to_owned(), format!("{}.1", group.id)));
    sent
}

/// The page on which a posted form stands, and its fields with that page named.
fn with_page(fields: &[(String, String)], page: usize) -> Fields {
    [fields, &[("page".to_owned(), page.to_string())]].concat()
}

/// The number of the page that is shown.
fn page_of(page: &Answer) -> Option<usize> {
    page.body.split("name=\"page\" value=\"").nth(1)?.split('"').next()?.parse().ok()
}

fn answer(instance: &Instance, server: SocketAddr, form: &Form, language: Language, case: &str) {
    let report = if form.id() == "closing-report" { "_report" } else { "" };
    let (what, m) = (format!("{} in {}", form.id(), language.code()), Messages::of(language));
    let printed = instance.must(&["invite", case, "--form", form.id()]);
    let path = printed.lines().next().unwrap().split("/f/").nth(1).map(|t| format!("/f/{t}")).unwrap();
    let lang = format!("?lang={}", language.code());
    let circumstances = Circumstances::default();

    let explanation = get(server, &format!("{path}{lang}")).unwrap();
    assert_eq!(explanation.status, 200, "{what}");
    assert!(in_language(&explanation, language) && holds(&explanation, form.title().in_language(language)), "{what}");
    let mut shown = get(server, &format!("{path}/answer{lang}")).unwrap();
    assert!(in_language(&shown, language), "{what}");
    let nonce = shown.body.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut fields = vec![("nonce".to_owned(), nonce.to_owned())];
    form.questions().filter(|q| q.on_web()).for_each(|q| fill(q, &q.id, &mut fields));
    let mut raw = RawAnswers::new();
    fields[1..].iter().for_each(|(n, v)| raw.entry(n.clone()).or_default().push(v.clone()));
    let understood = Submission::understood(&raw, form, &circumstances);
    let is_asked = |q: &&Question| q.asks() && q.on_web() && !understood.not_asked.contains(&q.id);

    // Page after page until the answers are to be checked; every question that is asked stands on its page.
    let mut bodies = String::new();
    let mut steps = 0;
    while let Some(page) = page_of(&shown) {
        assert!(form.screen() == Screen::Pages && steps <= form.pages().len(), "{what}: page {page} leads nowhere");
        bodies += &shown.body;
        steps += 1;
        let switched = send(server, &format!("{path}/change?lang=en"), &with_page(&fields, page));
        assert!(in_language(&switched, Language::En) && page_of(&switched) == Some(page), "{what}");
        assert!(keeps(&switched, form, &fields), "{what}: page {page} keeps everything in English");
        shown = send(server, &format!("{path}/check{lang}"), &with_page(&fields, page));
        assert_eq!(shown.status, 200, "{what}: {}", shown.body);
    }
    if form.screen() == Screen::One {
        bodies += &shown.body;
        let other = if language == Language::Sv { Language::En } else { Language::Sv };
        let switched = send(server, &format!("{path}/change?lang={}", other.code()), &fields);
        assert!(in_language(&switched, other) && keeps(&switched, form, &fields), "{what} keeps answers in {other:?}");
    }
    shown.body = bodies;
    for question in form.questions().filter(is_asked) {
        assert!(holds(&shown, question.text.in_language(language)), "{what} does not ask {}", question.id);
    }

    for group in form.questions().filter(is_asked).filter(|q| matches!(q.kind, Kind::Group { .. })) {
        let page = 1 + form.pages().iter().position(|p| p.questions.contains(group)).unwrap();
        let here = |fields: &[(String, String)]| with_page(fields, page);
        let item = group.item.as_ref().unwrap().in_language(language);
        let others: Fields = fields.iter().filter(|(name, _)| *name != group.id).cloned().collect();
        let with = |name: &str, value: String| here(&[&fields[..], &[(name.to_owned(), value)]].concat());
        let more = send(server, &format!("{path}/change{lang}"), &with("add", group.id.clone()));
        assert!(more.body.contains(&format!("<legend>{item} 3</legend>")) && keeps(&more, form, &others), "{what}");
        let fewer = send(server, &format!("{path}/change{lang}"), &with("remove", format!("{}.1", group.id)));
        let Kind::Group { min, .. } = group.kind else { unreachable!() };
        assert_eq!(fewer.body.contains(&format!("<legend>{item} 2</legend>")), min > 1, "{what}");
        let text = group.questions.iter().find(|q| matches!(q.kind, Kind::Text(_)));
        let second = group.field(2, &text.expect("a group has words").id);
        assert!(holds(&fewer, &format!("Sanat <b>& kohdassa {second}")), "{what}: the later item moves up");
        let back = send(server, &format!("{path}/change{lang}"), &here(&undone(&fewer, &fields, group)));
        assert!(keeps(&back, form, &fields), "{what}: what was removed comes back: {}", back.body);
    }

    let wrong: Fields = fields
        .iter()
        .cloned()
        .map(|(name, value)| {
            let text = form.asked(&name).is_some_and(|q| matches!(q.kind, Kind::Text(_)));
            (name, if text { format!("{value} {IDENTITY_CODE}") } else { value })
        })
        .collect();
    if wrong != fields {
        let refused = send(server, &format!("{path}/check{lang}"), &wrong);
        assert_eq!(refused.status, 422, "{what}");
        assert!(holds(&refused, m.get("mistake.identity_code")) && keeps(&refused, form, &wrong), "{what}");
    }

    let checked = send(server, &format!("{path}/check{lang}"), &fields);
    assert_eq!(checked.status, 200, "{what}: {}", checked.body);
    let title = m.get(&format!("form.check_title{report}"));
    assert!(in_language(&checked, language) && holds(&checked, title), "{what}: {}", checked.body);
    for question in form.questions().filter(is_asked).filter(|q| !q.choices.is_empty()) {
        assert!(holds(&checked, question.choices[0].label.in_language(language)), "{what}: {}", question.id);
    }
    for id in &understood.dropped {
        let question = form.asked(id).unwrap();
        assert!(holds(&checked, question.text.in_language(language)), "{what}: {id} fell away and is told");
        let hidden = format!("name=\"{id}\"");
        assert!(!checked.body.contains(&hidden), "{what}: {id} does not travel on");
    }
    let stored = send(server, &format!("{path}/send{lang}"), &fields);
    assert_eq!(stored.receipt().map(|r| r.len()), Some(8), "{what}: {}", stored.body);
    assert!(in_language(&stored, language) && holds(&stored, m.get(&format!("form.thanks{report}"))), "{what}");
    let again = send(server, &format!("{path}/send{lang}"), &fields);
    assert_eq!(again.receipt(), stored.receipt(), "{what}: the same page sent again");
}

#[test]
fn every_form_is_answered_in_every_language_and_a_change_of_language_keeps_the_answers() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let server = instance.serve();
    let (settings, forms) = all();
    for (n, language) in (1..).zip(Language::OF_FORMS) {
        let mut collected: Vec<_> = forms.iter().filter(|f| f.collect() == Collect::Store).collect();
        // A report is read before it is sent.
        collected.sort_by_key(|f| !f.is_reading());
        for form in collected.into_iter().filter(|f| f.languages(&settings).contains(&language)) {
            answer(&instance, server.address, form, language, &format!("2025-{n:06}"));
        }
    }
    drop(server);
    instance.must(&["release"]);
    crate::the_history_and_the_facts_agree_with_what_is_stored(&instance);
}

#[test]
fn a_form_that_is_only_printed_is_refused_everywhere() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let (_, forms) = all();
    let form = forms.iter().find(|f| f.collect() == Collect::Never).expect("the deep intake");
    let refused = instance.run(&["invite", "V-001", "--form", form.id()]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("only printed"), "{told}");
    let parsed = Submission::parse(&RawAnswers::new(), form, &Circumstances::default());
    assert!(parsed.is_err(), "no answer to it can be made, not even an empty one");
}

#[test]
fn an_employer_and_a_colleague_are_told_which_coaching_is_meant_and_a_client_is_told_no_number() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let server = instance.serve();
    let page = |form: &str| {
        let printed = instance.must(&["invite", "V-001", "--form", form]);
        let path = printed.lines().next().unwrap().split("/f/").nth(1).map(|t| format!("/f/{t}?lang=sv")).unwrap();
        get(server.address, &path).unwrap().body
    };
    for form in ["employer-feedback", "community-feedback"] {
        let body = page(form);
        assert!(body.contains("avslutades 17.8.2025") && !body.contains("V-001"), "{body}");
    }
    let body = page("client-feedback");
    assert!(!body.contains("V-001") && !body.contains("class=\"about\""), "{body}");
}

#[test]
fn a_browser_is_answered_in_the_first_of_its_languages_that_the_instance_has() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let server = instance.serve();
    let printed = instance.must(&["invite", "V-001"]);
    let path = printed.lines().next().unwrap().split("/f/").nth(1).map(|t| format!("/f/{t}")).unwrap();
    for (accepted, query, expected) in [
        ("de-DE,sv-FI;q=0.8,en;q=0.5", "", Language::Sv),
        ("en-GB,en", "", Language::En),
        ("en-GB,en", "?lang=fi", Language::Fi),
        ("ar", "", Language::Ar),
        ("de", "", Language::Fi),
        ("sv", "?lang=xx", Language::Sv),
    ] {
        let target = format!("{path}{query}");
        let request =
            crate::http::request(server.address, "GET", target.as_bytes(), &[("Accept-Language", accepted)], b"");
        let page = crate::http::exchange(server.address, &request).unwrap();
        assert!(in_language(&page, expected), "{accepted} {query}");
    }
}

#[test]
fn what_the_coach_reports_settles_the_case_and_a_later_sheet_does_not_undo_it() {
    let instance = Instance::pilot();
    let sheet = instance.sheet("a.csv", SHEET);
    instance.must(&["import", &sheet]);
    let server = instance.serve();
    let printed = instance.must(&["invite", "V-001", "--form", "closing-report"]);
    let path = printed.lines().next().unwrap().split("/f/").nth(1).map(|t| format!("/f/{t}")).unwrap();
    let asked = get(server.address, &format!("{path}/answer?lang=fi")).unwrap();
    assert!(asked.body.contains("value=\"21,0\"") && asked.body.contains("value=\"job\" checked"), "what is known");
    let nonce = asked.body.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let report = |step: &str, extra: &[(&str, &str)]| {
        let fields = [
            ("nonce", nonce),
            ("r_goals.1.r_goal_type", "keep_job"),
            ("r_outcome", "education"),
            ("r_hours", "20,5"),
            ("r_meetings", "6"),
            ("r_next.1.r_next_action", "Jatkaa opintoja"),
        ];
        post(server.address, &format!("{path}/{step}?lang=fi"), &[&fields, extra].concat()).unwrap()
    };
    let known = Messages::of(Language::Fi).get("form.prefilled");
    assert_eq!(asked.body.matches(known).count(), 3, "hours, meetings and outcome are told as known");
    for step in ["check", "send"] {
        let refused = report(step, &[("r_outcome_on", "eilen")]);
        assert_eq!(refused.status, 422, "more hours than agreed need their reason");
        for field in ["r_outcome_on", "r_over_cap_reason"] {
            assert!(refused.body.contains(&format!("href=\"#{field}\"")), "all mistakes at once: {}", refused.body);
        }
    }
    let odd = [("r_over_cap_reason", "Tukea tarvittiin enemmän"), ("r_contract", "permanent")];
    let doubted = report("check", &odd);
    assert_eq!(doubted.status, 200, "a doubt refuses nothing");
    assert!(holds(&doubted, Messages::of(Language::Fi).get("doubt.contract_without_work")), "{}", doubted.body);
    assert!(report("send", &[("r_over_cap_reason", "Tukea tarvittiin enemmän")]).receipt().is_some());
    drop(server);

    let again = instance.must(&["import", &sheet]);
    assert!(again.contains("Opened 0, updated 0, unchanged 22."), "{again}");
    instance.must(&["release"]);
    instance.must(&["build"]);
    let data = instance.open_data();
    assert_eq!(data["outcomes total"], "17");
    assert_eq!((data["outcomes job"].as_str(), data["outcomes education"].as_str()), ("4", "6"), "counted as reported");
    crate::the_history_and_the_facts_agree_with_what_is_stored(&instance);
}
