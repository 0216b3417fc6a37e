use super::*;

fn form() -> Form {
    Form::read("forms/client-feedback.yaml", include_str!("../../forms/client-feedback.yaml"), None).unwrap()
}

fn raw(pairs: &[(&str, &str)]) -> RawAnswers {
    let mut out = RawAnswers::new();
    for (name, value) in pairs {
        out.entry((*name).to_owned()).or_default().push((*value).to_owned());
    }
    out
}

#[test]
fn every_mistake_is_told_at_once_in_the_order_of_the_questions() {
    let sent = raw(&[
        ("c_open", "Tunnukseni on 010190-999X"),
        ("c_trust", "maybe"),
        ("c_phases", "none"),
        ("c_phases", "find"),
        ("c_overall", "4"),
        ("c_overall", "5"),
        ("extra", "1"),
    ]);
    let mistakes = Submission::parse(&sent, &form(), &Circumstances::default()).unwrap_err();
    let told: Vec<(&str, &Fault)> = mistakes.iter().map(|m| (m.question.as_str(), &m.fault)).collect();
    assert_eq!(
        told,
        [
            ("c_trust", &Fault::UnknownChoice),
            ("c_phases", &Fault::NoneWithOthers),
            ("c_overall", &Fault::OneOnly),
            ("c_open", &Fault::IdentityCode),
            ("extra", &Fault::UnknownQuestion),
        ]
    );
}

#[test]
fn an_empty_form_is_a_valid_answer_because_everything_is_optional() {
    assert!(Submission::parse(&RawAnswers::new(), &form(), &Circumstances::default()).unwrap().answers().is_empty());
}

#[test]
fn texts_are_counted_in_characters_after_line_ends_are_unified() {
    let fits = format!("{}\r\n{}", "ä".repeat(250), "ö".repeat(249));
    let submission = Submission::parse(&raw(&[("c_open", &fits)]), &form(), &Circumstances::default()).unwrap();
    assert!(matches!(submission.answer("c_open"), Some(Answer::Text(t)) if t.chars().count() == 500));
    let long =
        Submission::parse(&raw(&[("c_open", &"x".repeat(501))]), &form(), &Circumstances::default()).unwrap_err();
    assert_eq!(long[0].fault, Fault::TooLong { length: 501, limit: 500 });
}

const REPORT: &str = "\
id: small
party: coach
title: { fi: Raportti }
lead: { fi: Johdanto }
why: { fi: Syy }
minutes: 1
visibility: report
statistics: false
pages:
  - title: { fi: Sivu }
    questions:
      - { id: hours, type: number, text: { fi: Tunnit }, min: 0, max: 999, decimals: 1, required: true }
      - id: goals
        type: group
        text: { fi: Tavoitteet }
        item: { fi: Tavoite }
        add: { fi: Lisää tavoite }
        min_items: 1
        max_items: 3
        questions:
          - { id: goal, type: text, text: { fi: Tavoite }, required: true }
          - { id: set_on, type: date, text: { fi: Päivä } }
";

fn report() -> Form {
    Form::read("forms/small.yaml", REPORT, None).unwrap()
}

#[test]
fn numbers_days_and_items_are_read_and_written_back_the_same() {
    let sent = raw(&[
        ("hours", "17,5"),
        ("goals", "3"),
        ("goals.1.goal", "Työ"),
        ("goals.1.set_on", "4.11.2024"),
        ("goals.2.goal", ""),
        ("goals.3.goal", "Opinnot"),
    ]);
    let submission = Submission::parse(&sent, &report(), &Circumstances::default()).unwrap();
    assert_eq!(submission.answer("hours"), Some(&Answer::Number(Figure::tenths(175))));
    let Some(Answer::Items(goals)) = submission.answer("goals") else { panic!("items") };
    assert_eq!(goals.len(), 2, "an empty item is none");
    assert_eq!(goals[0]["set_on"], Answer::Date(jiff::civil::date(2024, 11, 4)));
    assert_eq!(Submission::parse(&submission.to_raw(), &report(), &Circumstances::default()).unwrap(), submission);
}

const KINDS: &str = "\
id: small
party: client
title: { fi: A }
lead: { fi: A }
why: { fi: A }
minutes: 1
pages:
  - title: { fi: A }
    questions:
      - { id: works, type: yes-no, text: { fi: A } }
      - { id: since, type: month, text: { fi: A }, ask_if: { question: works, is: \"yes\" }, not_after: today, required: true }
      - { id: mail, type: email, text: { fi: A } }
      - { id: tel, type: phone, text: { fi: A } }
      - { id: few, type: many, text: { fi: A }, min_choices: 2, max_choices: 2, rather_not_say: true, choices: [{ code: a, label: { fi: A } }, { code: b, label: { fi: A } }, { code: c, label: { fi: A } }] }
      - { id: step, type: scale, from: 0, to: 3, low: { fi: A }, high: { fi: A }, text: { fi: A } }
      - { id: ok, type: consent, text: { fi: A } }
      - { id: note, type: information, text: { fi: A } }
      - { id: sign, type: signature, text: { fi: A } }
      - { id: day, type: date, text: { fi: A }, not_before: \"coaching_ended - 1 months\", not_after: today }
  - title: { fi: B }
    ask_if: { case: outcome, is: job }
    questions:
      - { id: job, type: text, text: { fi: A }, short: true }
";

fn today() -> Circumstances {
    let day = |y, m, d| crate::form::Known::Day(jiff::civil::date(y, m, d));
    Circumstances::on(jiff::civil::date(2025, 11, 15)).with("coaching_ended", Some(day(2025, 6, 30)))
}

fn faults(pairs: &[(&str, &str)]) -> Vec<(String, Fault)> {
    let form = Form::read("forms/small.yaml", KINDS, None).unwrap();
    let mistakes = Submission::parse(&raw(pairs), &form, &today()).unwrap_err();
    mistakes.into_iter().map(|m| (m.question, m.fault)).collect()
}

#[test]
fn every_type_is_read_and_written_back_the_same() {
    let form = Form::read("forms/small.yaml", KINDS, None).unwrap();
    let sent = raw(&[
        ("works", "yes"),
        ("since", "٣/٢٠٢٥"),
        ("mail", " etunimi@example.fi "),
        ("tel", "+358 (40)  000-0000"),
        ("few", "a"),
        ("few", "c"),
        ("step", "dont_know"),
        ("ok", "given"),
        ("day", "30.5.2025"),
    ]);
    let submission = Submission::parse(&sent, &form, &today()).unwrap();
    assert_eq!(submission.answer("since"), Some(&Answer::Month(jiff::civil::date(2025, 3, 1))));
    assert_eq!(submission.answer("tel"), Some(&Answer::Text("+358 (40) 000-0000".into())));
    assert_eq!(Submission::parse(&submission.to_raw(), &form, &today()).unwrap().answers(), submission.answers());
    assert!(!submission.was_asked("job") && submission.was_asked("day") && submission.dropped().is_empty());
    assert!(not_asked(&submission.to_stored(), "job") && !not_asked(&submission.to_stored(), "mail"));
}

#[test]
fn every_type_tells_what_does_not_fit_it() {
    let told = faults(&[
        ("works", "yes"),
        ("since", "12/2025"),
        ("mail", "etunimi@example"),
        ("tel", "soita"),
        ("few", "a"),
        ("step", "4"),
        ("ok", "yes"),
        ("note", "x"),
        ("day", "29.5.2025"),
    ]);
    let expected = [
        ("since", Fault::TooLate { latest: jiff::civil::date(2025, 11, 15) }),
        ("mail", Fault::NotAnAddress),
        ("tel", Fault::NotAPhone),
        ("few", Fault::TooFewChoices { least: 2 }),
        ("step", Fault::UnknownChoice),
        ("ok", Fault::UnknownChoice),
        ("day", Fault::TooEarly { earliest: jiff::civil::date(2025, 5, 30) }),
        ("note", Fault::UnknownQuestion),
    ];
    assert_eq!(told, expected.map(|(q, f)| (q.to_owned(), f)));
    assert_eq!(faults(&[("works", "yes"), ("since", "13/2025")]), [("since".to_owned(), Fault::NotAMonth)]);
    let three = [("few", "a"), ("few", "b"), ("few", "c")];
    assert_eq!(faults(&three), [("few".to_owned(), Fault::TooManyChoices { most: 2 })]);
}

#[test]
fn what_became_hidden_is_dropped_and_its_page_too_and_nothing_of_it_is_required() {
    let form = Form::read("forms/small.yaml", KINDS, None).unwrap();
    let sent = raw(&[("works", "no"), ("since", "not even a month"), ("job", "Kokki")]);
    let submission = Submission::parse(&sent, &form, &today()).unwrap();
    assert_eq!(submission.dropped(), ["since", "job"]);
    assert_eq!(submission.answers().len(), 1);
    let job = crate::form::Known::Code { code: "job".into(), label: crate::text::Text::default() };
    let with_job = today().with("outcome", Some(job));
    let asked = Submission::parse(&sent, &form, &with_job).unwrap();
    assert_eq!((asked.dropped(), asked.was_asked("job")), (&["since".to_owned()][..], true));
    let missing = Submission::parse(&raw(&[("works", "yes")]), &form, &today()).unwrap_err();
    assert_eq!(missing[0].fault, Fault::Missing, "what is asked after all is required");
}

#[test]
fn the_same_answers_are_known_again_whatever_the_case_has_become() {
    let form = Form::read("forms/small.yaml", KINDS, None).unwrap();
    let job = crate::form::Known::Code { code: "job".into(), label: crate::text::Text::default() };
    let sent = raw(&[("works", "yes"), ("since", "3/2025"), ("job", "Kokki")]);
    let stored = Submission::parse(&sent, &form, &today().with("outcome", Some(job))).unwrap().to_stored();
    assert!(Submission::is_same(&sent, &form, &stored), "the job is asked for no longer, and was then");
    let without = Submission::parse(&sent, &form, &today()).unwrap().to_stored();
    assert!(Submission::is_same(&sent, &form, &without) && stored != without);
    assert!(!Submission::is_same(&raw(&[("works", "no")]), &form, &stored));
}

#[test]
fn identity_codes_are_known_through_marks_and_figures_of_other_scripts_and_marks_that_turn_text_are_dropped() {
    for code in ["010190-999X", "٠١٠١٩٠-٩٩٩X", "010190\u{200e}-999X", "010190\u{200b}-999X", "０１０１９０-９９９Ｘ"]
    {
        let refused = Submission::parse(&raw(&[("c_open", code)]), &form(), &Circumstances::default());
        assert_eq!(refused.unwrap_err()[0].fault, Fault::IdentityCode, "{code}");
    }
    let turned = raw(&[("c_open", "ok \u{202e}gnp.exe می\u{200c}خواهم")]);
    let kept = Submission::parse(&turned, &form(), &Circumstances::default()).unwrap();
    assert_eq!(kept.answer("c_open"), Some(&Answer::Text("ok gnp.exe می\u{200c}خواهم".into())));
}

#[test]
fn nothing_is_taken_for_a_form_that_is_only_printed() {
    let form = Form::read("forms/small.yaml", &KINDS.replace("minutes: 1", "minutes: 1\ncollect: never"), None);
    let refused = Submission::parse(&RawAnswers::new(), &form.unwrap(), &today()).unwrap_err();
    assert_eq!(refused[0].fault, Fault::NotCollected);
}

#[test]
fn mistakes_in_items_are_told_at_the_field() {
    let sent = raw(&[
        ("hours", "paljon"),
        ("goals", "9"),
        ("goals.2.set_on", "31.2.2025"),
        ("goals.2.goal", ""),
        ("goals.1.other", "x"),
    ]);
    let mistakes = Submission::parse(&sent, &report(), &Circumstances::default()).unwrap_err();
    let told: Vec<(&str, &Fault)> = mistakes.iter().map(|m| (m.question.as_str(), &m.fault)).collect();
    assert_eq!(
        told,
        [
            ("hours", &Fault::NotANumber { decimals: 1 }),
            ("goals", &Fault::TooManyItems { max: 3 }),
            ("goals.1.goal", &Fault::Missing),
            ("goals.2.goal", &Fault::Missing),
            ("goals.2.set_on", &Fault::NotADate),
            ("goals.1.other", &Fault::UnknownQuestion),
        ]
    );
    let far =
        Submission::parse(&raw(&[("hours", "1000"), ("goals.1.goal", "x")]), &report(), &Circumstances::default())
            .unwrap_err();
    assert_eq!(far[0].fault, Fault::OutOfRange { min: 0, max: 999 });
}

#[test]
fn control_characters_are_dropped_and_emoji_kept() {
    let submission =
        Submission::parse(&raw(&[("c_open", "hyvä\u{0}\u{7} 👍")]), &form(), &Circumstances::default()).unwrap();
    assert_eq!(submission.answer("c_open"), Some(&Answer::Text("hyvä 👍".to_owned())));
}
