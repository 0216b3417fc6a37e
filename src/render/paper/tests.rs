use super::*;
use serde_json::Value;

const FORM: &str = r#"
id: tiny
party: client
title: { fi: Palaute }
lead: { fi: Hetki. }
why: { fi: "Kysymme, {coach}." }
minutes: 1
pages:
  - title: { fi: Alku }
    questions:
      - id: t_job
        type: one
        dont_know: false
        text: { fi: "Työ?" }
        choices:
          - { code: open, label: { fi: Avoin } }
          - { code: own, label: { fi: Oma } }
          - { code: old, label: { fi: Vanha }, retired: true }
      - { id: t_hours, type: number, max: 60, text: { fi: "Tunnit?" }, unit: { fi: h }, prefill: { case: hours } }
      - { id: t_gone, type: text, text: { fi: "Poissa?" }, retired: true }
      - id: t_why
        type: text
        max_length: 300
        text: { fi: "Miksi?" }
        ask_if: ASK
  - title: { fi: Loppu }
    ask_if: { question: t_job, in: [open, own] }
    questions:
      - id: t_goals
        type: group
        item: { fi: Tavoite }
        add: { fi: "Lisää" }
        max_items: 6
        text: { fi: "Tavoitteet" }
        questions:
          - { id: t_goal, type: text, short: true, text: { fi: "Mikä?" } }
          - { id: t_met, type: yes-no, text: { fi: "Saavutettu?" }, ask_if: { question: t_goal, answered: true } }
      - { id: t_ok, type: consent, text: { fi: "Saa kysyä" }, ask_if: { case: hours, at_least: 5 } }
      - { id: t_sign, type: signature, text: { fi: "Asiakas" } }
"#;

fn form(condition: &str) -> Form {
    Form::read("forms/tiny.yaml", &FORM.replace("ASK", condition), None).unwrap()
}

fn shown(form: &Form, known: &RawAnswers) -> Value {
    let instance = Instance::read("palaute.yaml", include_str!("../../../palaute.yaml")).unwrap();
    let day = "2026-01-31".parse().unwrap();
    let context = PaperContext {
        case: None,
        circumstances: &Circumstances::on(day),
        known,
        link: None,
        printed_on: day,
        codes: false,
    };
    serde_json::to_value(PaperView::new(form, &instance, Language::Fi, &context)).unwrap()
}

#[test]
fn conditions_are_sentences() {
    for (condition, told) in [
        ("{ question: t_job, is: own }", "Vastaa, jos vastasit kohtaan 1: ”Oma”."),
        ("{ question: t_job, in: [open, own] }", "Vastaa, jos vastasit kohtaan 1: ”Avoin” tai ”Oma”."),
        ("{ question: t_hours, at_least: 10 }", "Vastaa, jos vastasit kohtaan 2 vähintään 10."),
        ("{ question: t_hours, answered: false }", "Vastaa, jos et vastannut kohtaan 2."),
        ("{ case: outcome, is: job }", "Vastaa, jos valmennuksen lopputulos on ”Työ”."),
        ("{ case: language, is: sv }", "Vastaa, jos kieli on ”Svenska”."),
        ("{ not: { question: t_job, is: own } }", "Vastaa, jos et vastannut kohtaan 1: ”Oma”."),
        (
            "{ all: [{ question: t_job, is: own }, { question: t_hours, answered: true }] }",
            "Vastaa, jos vastasit kohtaan 1: ”Oma” ja vastasit kohtaan 2.",
        ),
        (
            "{ not: { any: [{ question: t_job, is: own }, { question: t_hours, answered: true }] } }",
            "Vastaa, jos et vastannut kohtaan 1: ”Oma” ja et vastannut kohtaan 2.",
        ),
        (
            "{ any: [{ question: t_job, is: own }, { all: [{ question: t_job, is: open }, { question: t_hours, at_least: 3 }] }] }",
            "Vastaa, jos vastasit kohtaan 1: ”Oma” tai (vastasit kohtaan 1: ”Avoin” ja vastasit kohtaan 2 vähintään 3).",
        ),
    ] {
        let view = shown(&form(condition), &RawAnswers::new());
        assert_eq!(view["sections"][0]["questions"][2]["condition"], told, "{condition}");
    }
}

#[test]
fn every_field_of_the_case_has_words_for_conditions() {
    for language in Language::ALL {
        for field in FIELDS {
            assert_ne!(Messages::of(language).get(&format!("paper.field.{}", field.name)), "(?)");
        }
    }
}

#[test]
fn what_is_retired_is_left_out_and_what_is_known_stands_in_its_place() {
    let known = RawAnswers::from([
        ("t_job".to_owned(), vec!["own".to_owned()]),
        ("t_hours".to_owned(), vec!["17,5".to_owned()]),
    ]);
    let view = shown(&form("{ question: t_job, is: own }"), &known);
    let first = view["sections"][0]["questions"].as_array().unwrap();
    let numbers: Vec<&str> = first.iter().map(|q| q["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["1", "2", "3"]);
    let ticks = first[0]["ticks"].as_array().unwrap();
    let ticked: Vec<bool> = ticks.iter().map(|t| t["ticked"].as_bool().unwrap()).collect();
    assert_eq!(ticked, [false, true], "the retired choice is not offered");
    assert_eq!((&first[1]["value"], &first[2]["lines"]), (&"17,5".into(), &3.into()));
    assert_eq!(view["why"], "Kysymme, ____________.", "a name that only a case tells is left to be written");
}

#[test]
fn a_group_stands_twice_at_least_and_its_questions_have_letters() {
    let view = shown(&form("{ question: t_job, is: own }"), &RawAnswers::new());
    let section = &view["sections"][1];
    let told = "Vastaa tähän osaan, jos vastasit kohtaan 1 (”Työ?”): ”Avoin” tai ”Oma”.";
    assert_eq!(section["condition"], told, "a question of another part is told by its words, too");
    let group = &section["questions"][0];
    let items = group["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[1]["heading"]), (2, &"Tavoite 2".into()));
    assert!(group["more"].is_string(), "six would be allowed");
    let met = &items[1]["questions"][1];
    assert_eq!((&met["number"], &met["condition"]), (&"b".into(), &"Vastaa, jos vastasit kohtaan 4 a.".into()));
    assert_eq!(section["questions"][1]["condition"], "Vastaa, jos valmennuksen tuntimäärä on vähintään 5.");
    assert_eq!(
        (&section["questions"][2]["control"], &section["questions"][2]["number"]),
        (&"signature".into(), &Value::Null)
    );
}
