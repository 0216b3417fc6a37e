use super::Form;

const GOOD: &str = "\
id: small
party: client
title: { fi: Otsikko }
lead: { fi: Johdanto }
why: { fi: Syy }
minutes: 1
pages:
  - title: { fi: Sivu }
    questions:
      - id: q_one
        type: agreement
        steps: 3
        text: { fi: Sujuiko? }
";

fn problem(source: &str) -> (usize, usize, String) {
    let found = Form::read("forms/small.yaml", source, None).unwrap_err();
    let first = &found.0[0];
    (first.at.line, first.at.column, found.to_string())
}

#[test]
fn a_good_form_is_read_and_its_version_ignores_layout() {
    let a = Form::read("forms/small.yaml", GOOD, None).unwrap();
    let b = Form::read("forms/small.yaml", &GOOD.replace("{ fi: Otsikko }", "\n  fi:   Otsikko"), None).unwrap();
    let c = Form::read("forms/small.yaml", &GOOD.replace("Sujuiko", "Menikö"), None).unwrap();
    assert_eq!(a.version(), b.version());
    assert_ne!(a.version(), c.version());
    let codes: Vec<&str> = a.question("q_one").unwrap().choices.iter().map(|c| c.code.as_str()).collect();
    assert_eq!(codes, ["yes", "partly", "no", "dont_know"]);
}

#[test]
fn an_unknown_key_is_told_with_line_column_excerpt_and_remedy() {
    let (line, column, text) = problem(&GOOD.replace("steps: 3", "stepz: 3"));
    assert_eq!((line, column), (12, 9), "{text}");
    assert!(text.contains("forms/small.yaml:12:9"), "{text}");
    assert!(text.contains("   12 |         stepz: 3"), "{text}");
    assert!(text.contains("remedy:"), "{text}");
}

#[test]
fn a_key_given_twice_is_refused() {
    let (line, _, text) = problem(&GOOD.replace("minutes: 1", "minutes: 1\nminutes: 2"));
    assert_eq!(line, 7, "{text}");
    assert!(text.contains("keep one of the two"), "{text}");
}

#[test]
fn every_mistake_of_meaning_is_told_at_its_place() {
    let source =
        GOOD.replace("steps: 3", "steps: 4") + "      - id: q_one\n        type: one\n        text: { fi: '' }\n";
    let found = Form::read("forms/small.yaml", &source, None).unwrap_err().0;
    let told: Vec<(usize, &str)> = found.iter().map(|d| (d.at.line, d.problem.as_str())).collect();
    assert!(told.iter().any(|(l, p)| *l == 12 && p.contains("4 steps")), "{told:?}");
    assert!(told.iter().any(|(l, p)| *l == 14 && p.contains("already on line 10")), "{told:?}");
    assert!(told.iter().any(|(l, p)| *l == 15 && p.contains("two choices")), "{told:?}");
    assert!(told.iter().any(|(l, p)| *l == 16 && p.contains("no Finnish")), "{told:?}");
}

#[test]
fn an_alias_bomb_is_refused_quickly() {
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for i in 1..12 {
        bomb += &format!("a{i}: &a{i} [*a{p},*a{p},*a{p},*a{p},*a{p},*a{p},*a{p},*a{p},*a{p}]\n", p = i - 1);
    }
    assert!(Form::read("forms/small.yaml", &bomb, None).is_err());
}

#[test]
fn the_form_that_ships_asks_what_the_domain_lists() {
    let form =
        Form::read("forms/client-feedback.yaml", include_str!("../../forms/client-feedback.yaml"), None).unwrap();
    let ids: Vec<&str> = form.questions().map(|q| q.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "c_info_clear",
            "c_own_choice",
            "c_goals_mine",
            "c_trust",
            "c_language",
            "c_amount",
            "c_phases",
            "c_at_work",
            "c_now",
            "c_next",
            "c_overall",
            "c_open",
            "coach_may_read"
        ]
    );
}

#[test]
fn a_form_cannot_promise_what_its_questions_do_not_keep() {
    let question = |extra: &str| GOOD.replace("steps: 3", &format!("steps: 3\n        {extra}"));
    for (extra, told) in [
        ("visibility: statistics\n        statistics: false", "is not counted"),
        ("choices: [{ code: agree, label: { fi: A } }]", "is used twice, reserved"),
        ("choices: [{ code: \"no\", label: { fi: A } }]", "is used twice, reserved"),
    ] {
        let (line, _, text) = problem(&question(extra));
        assert!(line >= 10 && text.contains(told), "{extra}: {text}");
    }
    let group = |inner: &str, max: u32| {
        format!(
            "{GOOD}      - id: g\n        type: group\n        text: {{ fi: A }}\n        item: {{ fi: A }}\n        add: {{ fi: A }}\n        max_items: {max}\n        questions: [{inner}]\n"
        )
    };
    let inner = "{ id: t, type: text, max_length: 5000, text: { fi: A } }";
    assert!(Form::read("forms/small.yaml", &group(inner, 5), None).is_ok());
    assert!(problem(&group(inner, 20)).2.contains("texts of 100000 characters"));
    let seen = "{ id: t, type: text, visibility: officer, text: { fi: A } }";
    assert!(problem(&group(seen, 5)).2.contains("stands in a group"));
    assert!(
        problem(&group("{ id: t, type: number, max: 9223372036854775807, text: { fi: A } }", 5)).2.contains("reach")
    );
}

#[test]
fn every_language_of_the_instance_is_asked_for_with_place_and_remedy() {
    let instance = include_str!("../../palaute.yaml");
    let instance = crate::instance::Instance::read("palaute.yaml", instance).unwrap();
    let told = Form::read("forms/small.yaml", GOOD, Some(&instance)).unwrap_err().to_string();
    assert!(told.contains("has no Swedish text") && told.contains("write it after en:"), "{told}");
}
