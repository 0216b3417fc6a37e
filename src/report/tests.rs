use super::*;
use crate::case::{CaseEvent, CaseFile, CaseNumber, Ending, Opening, Work};
use crate::form::{Circumstances, Form, Party};
use crate::instance::Instance;
use crate::submission::{Answers, RawAnswers, Submission};
use crate::text::Language;
use jiff::civil::{Date, date};

const DAY: Date = date(2025, 10, 6);

fn instance() -> Instance {
    Instance::read("palaute.yaml", include_str!("../../demo/palaute.yaml")).unwrap()
}

fn form(id: &str, text: &str) -> Form {
    Form::read(&format!("forms/{id}.yaml"), text, Some(&instance())).unwrap()
}

fn closing() -> Form {
    form("closing-report", include_str!("../../forms/closing-report.yaml"))
}

fn client() -> Form {
    form("client-feedback", include_str!("../../forms/client-feedback.yaml"))
}

fn community() -> Form {
    form("community-feedback", include_str!("../../forms/community-feedback.yaml"))
}

fn answers(form: &Form, given: &[(&str, &str)]) -> Answers {
    let mut raw = RawAnswers::new();
    for (field, value) in given {
        raw.entry((*field).to_owned()).or_default().push((*value).to_owned());
    }
    Submission::parse(&raw, form, &Circumstances::default()).unwrap().answers().clone()
}

const REPORTED: [(&str, &str); 24] = [
    ("r_profiles", "long_absent"),
    ("r_profiles", "career_changer"),
    ("r_goals", "2"),
    ("r_goals.1.r_goal_type", "step_by_step"),
    ("r_goals.1.r_goal_set_on", "10.2.2025"),
    ("r_goals.1.r_goal_reached", "fully"),
    ("r_goals.2.r_goal_type", "open_market_now"),
    ("r_goals.2.r_goal_changed_to", "keep_job"),
    ("r_goals.2.r_goal_why", "Opinnot alkavat."),
    ("r_goals.2.r_goal_reached", "partly"),
    ("r_outcome", "job"),
    ("r_outcome_on", "1.9.2025"),
    ("r_subsidies", "none"),
    ("r_hours", "21"),
    ("r_over_cap_reason", "Siirtymä kesti."),
    ("r_meetings", "6"),
    ("r_find_amount", "a_lot"),
    ("r_find_methods", "search_papers"),
    ("r_next", "2"),
    ("r_next.1.r_next_action", "Toinen"),
    ("r_next.1.r_next_by", "1.3.2026"),
    ("r_next.2.r_next_action", "Ensimmäinen"),
    ("r_next.2.r_next_who", "client"),
    ("r_next.2.r_next_by", "1.2.2026"),
];

fn case(ended: bool, invited: &[(Party, usize)]) -> CaseFile {
    let opening = Opening {
        office: "area".into(),
        provider: "provider".into(),
        coach: "Valmentaja 1".into(),
        municipality: None,
        gender: None,
        origin: None,
        age_group: None,
        client_since: date(2024, 8, 5),
        coaching_started: date(2024, 11, 4),
        language: None,
    };
    let mut events = vec![CaseEvent::Opened { imported_number: None, opening }];
    if ended {
        let ending =
            Ending { on: date(2025, 8, 17), outcome: "education".into(), field: None, pay_subsidy: Some(true) };
        let work = Work { hours_tenths: Some(50), meetings: Some(2), work_trials: Some(1) };
        events.extend([CaseEvent::Ended { ending }, CaseEvent::WorkRecorded { work }]);
    }
    for (party, n) in invited {
        events.extend((0..*n).map(|_| CaseEvent::Invited { party: *party, form: "f".into() }));
    }
    CaseFile::fold(CaseNumber::new(2025, 7), &events).unwrap()
}

fn told(language: Language) -> ClosingReport {
    let (form, case) = (closing(), case(true, &[]));
    ClosingReport::of(&case, Some((&form, &answers(&form, &REPORTED))), &instance(), language, DAY).unwrap()
}

#[test]
fn an_open_case_has_no_closing_report() {
    let refusal = ClosingReport::of(&case(false, &[]), None, &instance(), Language::Fi, DAY).unwrap_err();
    assert!(refusal.to_string().contains("2025-000007 has not ended"));
}

#[test]
fn a_case_without_the_coachs_form_gives_what_the_sheet_knows_and_no_more() {
    let report = ClosingReport::of(&case(true, &[]), None, &instance(), Language::Fi, DAY).unwrap();
    assert!(report.notice.as_ref().is_some_and(|n| n.starts_with("Malli.")));
    assert_eq!((report.source, told(Language::Fi).source), (Source::Sheet, Source::Coach));
    assert_eq!((report.goals, report.plan.next, report.coaching.phases), (None, None, None));
    assert_eq!((report.achievement.outcome.label.as_str(), report.achievement.pay_subsidy), ("Koulutus", Some(true)));
    assert_eq!((report.summary.goals, report.summary.next), (None, None));
}

#[test]
fn the_coachs_answers_come_before_the_case_and_keep_the_order_of_the_form() {
    let report = told(Language::Fi);
    let codes: Vec<String> = report.background.profiles.unwrap().into_iter().map(|c| c.code).collect();
    assert_eq!(codes, ["career_changer", "long_absent"]);
    assert_eq!((report.coaching.hours.as_deref(), report.coaching.over_cap), (Some("21.0"), true));
    assert_eq!((report.coaching.meetings, report.coaching.work_trials), (Some(6), Some(1)));
    assert_eq!((report.achievement.outcome.code.as_str(), report.achievement.pay_subsidy), ("job", Some(false)));
    let goals = report.achievement.goals.unwrap();
    assert_eq!(goals[1].goal.code, "keep_job", "a changed goal is judged by what it became");
    assert_eq!(report.coaching.phases.unwrap().len(), 4, "a phase that was left empty stands there, too");
}

#[test]
fn the_summary_counts_goals_and_names_the_action_that_is_due_first() {
    let summary = told(Language::Fi).summary;
    assert_eq!(summary.goals, Some(GoalCounts { all: 2, fully: 1, partly: 1 }));
    assert_eq!(summary.next.map(|n| n.action).as_deref(), Some("Ensimmäinen"));
}

#[test]
fn an_action_whose_day_is_past_is_no_next_step() {
    let next = |day| {
        let (form, case) = (closing(), case(true, &[]));
        let coach = answers(&form, &REPORTED);
        let report = ClosingReport::of(&case, Some((&form, &coach)), &instance(), Language::Fi, day).unwrap();
        report.summary.next.map(|n| n.action)
    };
    assert_eq!(next(date(2026, 2, 1)).as_deref(), Some("Ensimmäinen"));
    assert_eq!(next(date(2026, 2, 2)).as_deref(), Some("Toinen"));
    assert_eq!(next(date(2026, 3, 2)), None);
}

#[test]
fn answers_that_do_not_fit_each_other_the_case_or_the_calendar_are_doubted_and_an_ordinary_report_is_not() {
    let doubted = |given: &[(&str, &str)]| {
        let mut all: Vec<(&str, &str)> = vec![
            ("r_goals.1.r_goal_type", "step_by_step"),
            ("r_hours", "5"),
            ("r_meetings", "6"),
            ("r_outcome", "education"),
        ];
        all.retain(|(id, _)| given.iter().all(|(other, _)| other != id));
        all.extend(given);
        doubts(&case(true, &[]), &answers(&closing(), &all), 18, DAY)
    };
    assert_eq!(doubted(&[("r_goals.1.r_goal_set_on", "10.2.2025"), ("r_outcome_on", "1.9.2025")]), []);
    assert_eq!(doubted(&[("r_goals.1.r_goal_set_on", "4.8.2024")]), [Doubt::GoalTooEarly { n: 1 }]);
    assert_eq!(doubted(&[("r_goals.1.r_goal_set_on", "18.8.2025")]), [Doubt::GoalTooLate { n: 1 }]);
    assert_eq!(doubted(&[("r_goals.1.r_goal_changed_to", "step_by_step")]), [Doubt::GoalUnchanged { n: 1 }]);
    assert_eq!(doubted(&[("r_goals.1.r_goal_why", "Syy")]), [Doubt::GoalHalfChanged { n: 1 }]);
    assert_eq!(doubted(&[("r_contract", "permanent")]), [Doubt::ContractWithoutWork]);
    assert_eq!(doubted(&[("r_outcome", "job"), ("r_contract", "no_contract")]), [Doubt::WorkWithoutContract]);
    assert_eq!(doubted(&[("r_outcome", "job"), ("r_contract", "hourly")]), []);
    assert_eq!(doubted(&[("r_outcome_on", "7.10.2025")]), [Doubt::OutcomeDay]);
    assert_eq!(doubted(&[("r_goals.1.r_goal_changed_to", "unchanged")]), [], "that is no change");
    let at_once = [("r_goals.1.r_goal_type", "open_market_now"), ("r_goals.1.r_goal_reached", "fully")];
    assert_eq!(doubted(&at_once), [Doubt::WorkReachedWithoutWork { n: 1 }]);
    assert_eq!(doubted(&[("r_hours", "12,5")]), [Doubt::OtherHours { recorded_tenths: 50 }]);
    assert_eq!(doubted(&[("r_meetings", "0")]), [Doubt::NoMeetings]);
    assert_eq!(doubted(&[("r_over_cap_reason", "Syy")]), [Doubt::ReasonWithoutNeed]);
    assert_eq!(doubted(&[("r_follow_up_consent", "yes")]), [Doubt::FollowUpWithoutDay]);
    let phase = [("r_find_amount", "none"), ("r_find_methods", "search_papers")];
    assert_eq!(doubted(&phase), [Doubt::MethodsOfNoPhase { phase: "find" }]);
    let action = [("r_next.1.r_next_action", "Toimi"), ("r_next.1.r_next_by", "5.10.2025")];
    assert_eq!(doubted(&action), [Doubt::ActionPast { n: 1 }]);
    let follow_up = [("r_follow_up_consent", "no"), ("r_follow_up_on", "1.1.2025")];
    assert_eq!(doubted(&follow_up), [Doubt::FollowUpWithoutConsent, Doubt::FollowUpPast]);
}

#[test]
fn labels_are_in_the_language_of_the_report() {
    let (swedish, english) = (told(Language::Sv), told(Language::En));
    assert_eq!(swedish.achievement.goals.unwrap()[0].reached.as_ref().unwrap().label, "Helt");
    assert_eq!(english.coaching.phases.unwrap()[1].amount.as_ref().unwrap().label, "A lot");
}

#[test]
fn a_later_answer_does_not_make_a_new_version_but_a_correction_and_the_coachs_form_do() {
    let (form, plain) = (closing(), case(true, &[]));
    let (mut answered, mut corrected) = (plain.clone(), plain.clone());
    answered.apply(&CaseEvent::Invited { party: Party::Client, form: "f".into() }).unwrap();
    answered.apply(&CaseEvent::Answered { party: Party::Client }).unwrap();
    corrected.apply(&CaseEvent::Reopened).unwrap();
    assert_eq!(recorded(&plain, None, 0), recorded(&answered, None, 0));
    assert_ne!(recorded(&plain, None, 0), recorded(&corrected, None, 0));
    assert_ne!(recorded(&plain, None, 0), recorded(&plain, Some(&answers(&form, &REPORTED)), 1));
}

fn annex(case: &CaseFile, received: &[(&Form, Answers)]) -> FeedbackAnnex {
    let received: Vec<Received<'_>> =
        received.iter().map(|(form, answers)| Received { party: form.party(), form, answers }).collect();
    FeedbackAnnex::of(case, &received, DAY, Language::Fi)
}

#[test]
fn the_four_states_of_a_party_are_kept_apart() {
    let form = community();
    let one = answers(&form, &[("w_informed", "fully_agree")]);
    let invited = [(Party::Client, 1), (Party::Community, 3)];
    let annex = annex(&case(true, &invited), &[(&form, one.clone()), (&form, one)]);
    let states: Vec<FeedbackState> = annex.parties.iter().map(|p| p.state).collect();
    assert_eq!(states, [FeedbackState::NotAnswered, FeedbackState::NotAsked, FeedbackState::Withheld]);
    let text = serde_json::to_string(&annex).unwrap();
    assert!(!text.contains("fully_agree"), "nothing of two answers is told");
}

#[test]
fn what_is_only_for_statistics_is_in_no_annex_whatever_today_s_form_says() {
    let (form, colleague) = (client(), community());
    let given =
        [("c_own_choice", "somebody_else"), ("c_now", "unemployed"), ("c_trust", "no"), ("coach_may_read", "no")];
    let sheets: Vec<(&Form, Answers)> = std::iter::once((&form, answers(&form, &given)))
        .chain((0..5).map(|_| (&colleague, answers(&colleague, &[("w_mood", "worse"), ("w_role", "neither")]))))
        .collect();
    let annex = annex(&case(true, &[(Party::Client, 1), (Party::Community, 5)]), &sheets);
    let text = serde_json::to_string(&annex).unwrap();
    for hidden in ["c_own_choice", "somebody_else", "c_now", "unemployed", "w_mood", "worse"] {
        assert!(!text.contains(hidden), "{hidden} is promised to nobody");
    }
    let shown: Vec<(&str, Option<&str>)> = annex.parties[0].sheets[0]
        .questions
        .iter()
        .filter(|q| q.answer.is_some())
        .map(|q| (q.id.as_str(), q.answer.as_deref()))
        .collect();
    assert_eq!(shown, [("c_trust", Some("Ei")), ("coach_may_read", Some("Ei"))]);
    let sheet = &annex.parties[0].sheets[0];
    assert_eq!((sheet.not_shown, sheet.coach_may_read), (2, false));

    // The same question promised to nobody in the form that was answered, and together in a later one.
    let before = form_of_colleagues("statistics");
    let later = form_of_colleagues("together");
    let sheets: Vec<(&Form, Answers)> = [&before, &before, &before, &later]
        .map(|form| (form, answers(form, &[("w_a", "secret"), ("w_b", "open")])))
        .to_vec();
    let together = &annex_of(&sheets).parties[2].together;
    assert_eq!(together.iter().map(|q| (q.id.as_str(), q.n)).collect::<Vec<_>>(), [("w_a", None), ("w_b", Some(4))]);
    assert!(together[0].withheld && together[0].shares.is_empty());
}

fn annex_of(sheets: &[(&Form, Answers)]) -> FeedbackAnnex {
    annex(&case(true, &[(Party::Community, sheets.len())]), sheets)
}

fn form_of_colleagues(visibility: &str) -> Form {
    let choices =
        "choices: [{ code: secret, label: { fi: S, sv: S, en: S } }, { code: open, label: { fi: O, sv: O, en: O } }]";
    let words = "{ fi: A, sv: A, en: A }";
    let text = format!(
        "id: small\nparty: community\ntitle: {words}\nlead: {words}\nwhy: {words}\nminutes: 1\nvisibility: together\n\
         pages:\n  - title: {words}\n    questions:\n      - {{ id: w_a, type: one, visibility: {visibility}, text: {words}, \
         {choices} }}\n      - {{ id: w_b, type: one, text: {words}, {choices} }}\n"
    );
    form("small", &text)
}

#[test]
fn answers_of_colleagues_are_counted_together_and_their_texts_shuffled_the_same_way_always() {
    let form = community();
    let texts = ["ensin", "sitten", "lopuksi"];
    let sheet = |text: &str| (&form, answers(&form, &[("w_role", "neither"), ("w_open", text)]));
    let (forth, back) = (annex_of(&texts.map(sheet)), annex_of(&["lopuksi", "sitten", "ensin"].map(sheet)));
    assert_eq!(forth, back, "the order of arrival cannot be seen");
    let together = &forth.parties[2].together;
    let role = together.iter().find(|q| q.id == "w_role").unwrap();
    let counts: Vec<(&str, u32)> = role.shares.iter().map(|s| (s.code.as_str(), s.count)).collect();
    assert!(counts.contains(&("neither", 3)) && counts.contains(&("fully_agree", 0)));
    let open = together.iter().find(|q| q.id == "w_open").unwrap();
    assert_eq!(open.texts.len(), 3);
    assert!(together.iter().all(|q| q.id != "w_overall" || q.withheld), "nobody gave a grade");
}

#[test]
fn an_annex_closes_the_day_after_the_last_answer_and_at_the_latest_after_thirty_days() {
    let asked = |client, employer| {
        vec![
            Response { party: Party::Client, invited: 1, answered: client },
            Response { party: Party::Employer, invited: 1, answered: employer },
            Response { party: Party::Community, invited: 0, answered: 0 },
        ]
    };
    let latest = date(2025, 11, 5);
    let open = AnnexState::Open { closes_on: latest };
    assert_eq!(annex_state(&asked(1, 0), DAY, Some(DAY), date(2025, 11, 4)), open);
    assert_eq!(annex_state(&asked(1, 0), DAY, Some(DAY), latest), AnnexState::Closed { on: latest });
    let answered = date(2025, 10, 10);
    let next_day = date(2025, 10, 11);
    assert_eq!(annex_state(&asked(1, 1), DAY, Some(answered), answered), AnnexState::Open { closes_on: next_day });
    assert_eq!(annex_state(&asked(1, 1), DAY, Some(answered), next_day), AnnexState::Closed { on: next_day });
    let before_report = annex_state(&asked(1, 1), DAY, Some(date(2025, 9, 1)), DAY);
    assert_eq!(before_report, AnnexState::Closed { on: DAY });
    assert_eq!(
        annex_state(&asked(1, 1), DAY, Some(date(2026, 1, 1)), date(2026, 1, 2)),
        AnnexState::Closed { on: latest }
    );
    assert_eq!(annex_state(&[], DAY, None, DAY), open);
}

#[test]
fn reports_follow_their_published_schema_and_are_read_back_the_same() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let name = ReportName { case: CaseNumber::new(2025, 7), version: 1 };
    let bare = ClosingReport::of(&case(true, &[]), None, &instance(), Language::Fi, DAY).unwrap();
    let colleague = community();
    let sheets: Vec<(&Form, Answers)> = (0..3)
        .map(|_| (&colleague, answers(&colleague, &[("w_open", "rivi\ntoinen"), ("w_role", "neither")])))
        .collect();
    let mut files: Vec<ReportFile> = Language::ALL.map(|l| ReportFile::new(told(l), &name, DAY)).to_vec();
    files.push(ReportFile::new(bare.clone(), &name, DAY));
    files.push(ReportFile::new(bare, &name, DAY).with_annex(annex_of(&sheets)));
    for file in files {
        let text = file.to_json();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let wrong: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(ReportFile::from_json(&text).unwrap(), file);
        for (place, bad) in [("/schema", "other"), ("/written_on", "6.10.2025"), ("/language", "de"), ("/case", "7")] {
            let mut broken = value.clone();
            *broken.pointer_mut(place).unwrap() = bad.into();
            assert!(!validator.is_valid(&broken) || place == "/written_on", "{place}");
        }
    }
}
