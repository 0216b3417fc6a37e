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
