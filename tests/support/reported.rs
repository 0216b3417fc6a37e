//! A case with everything recorded: what the coach reported, what the parties answered.

use jiff::civil::{Date, date};
use palaute::case::{CaseEvent, CaseFile, CaseNumber, Ending, Opening, Work};
use palaute::form::{Circumstances, Form, Party};
use palaute::instance::Instance;
use palaute::report::{ClosingReport, FeedbackAnnex, Received, ReportFile, ReportName};
use palaute::submission::{Answers, RawAnswers, Submission};
use palaute::text::Language;

/// The day of the reports.
pub(crate) const WRITTEN_ON: Date = date(2025, 10, 6);
/// The day on which their annexes closed.
pub(crate) const CLOSED_ON: Date = date(2025, 10, 20);

/// The instance of the demo, which says that it is a model, and every form.
pub(crate) struct Model {
    pub(crate) instance: Instance,
    pub(crate) report: Form,
    pub(crate) client: Form,
    pub(crate) employer: Form,
    pub(crate) community: Form,
}

pub(crate) fn model() -> Model {
    let settings = include_str!("../../demo/palaute.yaml");
    let instance = Instance::read("palaute.yaml", settings).expect("good settings");
    let form = |id: &str, text: &str| {
        Form::read(&format!("forms/{id}.yaml"), text, Some(&instance)).unwrap_or_else(|wrong| panic!("{wrong}"))
    };
    Model {
        report: form("closing-report", include_str!("../../forms/closing-report.yaml")),
        client: form("client-feedback", include_str!("../../forms/client-feedback.yaml")),
        employer: form("employer-feedback", include_str!("../../forms/employer-feedback.yaml")),
        community: form("community-feedback", include_str!("../../forms/community-feedback.yaml")),
        instance,
    }
}

/// Answers as a respondent sends them.
pub(crate) fn answers(form: &Form, given: &[(&str, &str)]) -> Answers {
    let mut raw = RawAnswers::new();
    for (field, value) in given {
        raw.entry((*field).to_owned()).or_default().push((*value).to_owned());
    }
    let submission =
        Submission::parse(&raw, form, &Circumstances::default()).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    submission.answers().clone()
}

/// What a coach writes about an ordinary case; `given` replaces or adds.
pub(crate) fn coach(model: &Model, given: &[(&str, &str)]) -> Answers {
    let ordinary = [
        ("r_profiles", "career_changer"),
        ("r_profiles", "long_absent"),
        ("r_unemployment", "months_12_to_24"),
        ("r_education", "upper_secondary"),
        (
            "r_start_text",
            "Asiakas oli tehnyt kaupan töitä yli kymmenen vuotta ja halusi uudelle alalle. Hakemuksia hän oli lähettänyt vain muutaman.",
        ),
        ("r_goals", "2"),
        ("r_goals.1.r_goal_type", "step_by_step"),
        ("r_goals.1.r_goal_set_on", "10.2.2025"),
        ("r_goals.1.r_goal_reached", "fully"),
        ("r_goals.2.r_goal_type", "open_market_now"),
        ("r_goals.2.r_goal_set_on", "10.2.2025"),
        ("r_goals.2.r_goal_changed_to", "keep_job"),
        ("r_goals.2.r_goal_why", "Työ alkoi osa-aikaisena, koska opinnot alkavat syksyllä."),
        ("r_goals.2.r_goal_reached", "partly"),
        ("r_outcome", "job"),
        ("r_outcome_on", "1.9.2025"),
        ("r_contract", "permanent"),
        ("r_subsidies", "pay_subsidy"),
        ("r_hours", "17,5"),
        ("r_meetings", "6"),
        ("r_direct_amount", "some"),
        ("r_direct_methods", "motivation_goals"),
        ("r_direct_methods", "strengths_skills"),
        ("r_find_amount", "a_lot"),
        ("r_find_methods", "search_papers"),
        ("r_find_methods", "employer_contacts"),
        ("r_stabilise_amount", "some"),
        ("r_stabilise_methods", "induction"),
        ("r_stabilise_methods", "workplace_talk"),
        ("r_path_amount", "none"),
        ("r_barriers", "skills"),
        ("r_barriers", "distance_or_transport"),
        ("r_challenges", "Kokemus uudelta alalta puuttui."),
        ("r_successes", "Työkokeilu johti suoraan työsuhteeseen."),
        ("r_feedback_talks", "Asiakas ja työnantaja sopivat vuoroista kolmikannassa 26.9.2025."),
        ("r_next", "2"),
        ("r_next.1.r_next_action", "Ammattitutkinnon haku"),
        ("r_next.1.r_next_who", "client"),
        ("r_next.1.r_next_by", "15.1.2026"),
        ("r_next.2.r_next_action", "Palkkatuen jatkosta päättäminen"),
        ("r_next.2.r_next_who", "officer"),
        ("r_next.2.r_next_by", "30.1.2026"),
        ("r_follow_up_consent", "yes"),
        ("r_follow_up_on", "3.4.2026"),
    ];
    let kept = ordinary.iter().filter(|(id, _)| given.iter().all(|(other, _)| other != id));
    answers(&model.report, &kept.chain(given).copied().collect::<Vec<_>>())
}

/// A case that ended, with so many invited of each party.
pub(crate) fn case(number: u32, language: Language, invited: [u32; 3]) -> CaseFile {
    let opening = Opening {
        office: "area".into(),
        provider: "provider".into(),
        coach: "Valmentaja 1".into(),
        municipality: Some("Kuntala".into()),
        gender: None,
        origin: None,
        age_group: Some("age_30_39".into()),
        client_since: date(2024, 12, 2),
        coaching_started: date(2025, 2, 10),
        language: Some(language),
    };
    let work = Work { hours_tenths: Some(175), meetings: Some(6), work_trials: Some(1) };
    let ending =
        Ending {
            on: date(2025, 10, 3), outcome: "job".into(), field: Some("Keittiö".into()), pay_subsidy: Some(true)
        };
    let mut events = vec![
        CaseEvent::Opened { imported_number: None, opening },
        CaseEvent::WorkRecorded { work },
        CaseEvent::Ended { ending },
    ];
    for (party, n) in [Party::Client, Party::Employer, Party::Community].into_iter().zip(invited) {
        events.extend((0..n).map(|_| CaseEvent::Invited { party, form: "x".into() }));
    }
    CaseFile::fold(CaseNumber::new(2025, number), &events).expect("events in order")
}

/// The coach's edition.
pub(crate) fn report(model: &Model, case: &CaseFile, coach: Option<&Answers>) -> ReportFile {
    let language = case.opening().language.unwrap_or(Language::Fi);
    let coach = coach.map(|answers| (&model.report, answers));
    let report = ClosingReport::of(case, coach, &model.instance, language, WRITTEN_ON).expect("an ended case");
    ReportFile::new(report, &ReportName { case: case.number(), version: 1 }, WRITTEN_ON)
}

/// The officer's edition of it.
pub(crate) fn with_annex(file: ReportFile, case: &CaseFile, received: &[(&Form, Answers)]) -> ReportFile {
    let received: Vec<Received<'_>> =
        received.iter().map(|(form, answers)| Received { party: form.party(), form, answers }).collect();
    let annex = FeedbackAnnex::of(case, &received, CLOSED_ON, file.report.language);
    file.with_annex(annex)
}

/// Feedback of one client, one employer and three colleagues.
pub(crate) fn feedback(model: &Model) -> Vec<(&Form, Answers)> {
    let client = [
        ("c_info_clear", "partly"),
        ("c_own_choice", "somebody_else"),
        ("c_goals_mine", "yes"),
        ("c_trust", "yes"),
        ("c_language", "yes"),
        ("c_amount", "right"),
        ("c_phases", "find"),
        ("c_at_work", "yes"),
        ("c_now", "open_job"),
        ("c_next", "yes"),
        ("c_overall", "4"),
        ("c_open", "Sain apua juuri silloin,\nkun sitä tarvitsin."),
        ("coach_may_read", "no"),
    ];
    let employer = [
        ("e_reach", "fully_agree"),
        ("e_needs", "rather_agree"),
        ("e_match", "fully_agree"),
        ("e_tailor", "rather_agree"),
        ("e_subsidy", "neither"),
        ("e_induction", "rather_disagree"),
        ("e_problem", "fully_agree"),
        ("e_overall", "4"),
        ("e_open", "Tuista kannattaa kertoa aikaisemmin."),
        ("coach_may_read", "yes"),
    ];
    let colleague = |given: &[(&str, &str)]| (&model.community, answers(&model.community, given));
    vec![
        (&model.client, answers(&model.client, &client)),
        (&model.employer, answers(&model.employer, &employer)),
        colleague(&[
            ("w_informed", "fully_agree"),
            ("w_role", "rather_agree"),
            ("w_whom", "fully_agree"),
            ("w_mood", "worse"),
            ("w_overall", "4"),
            ("w_open", "Selvempi työnjako olisi auttanut."),
        ]),
        colleague(&[
            ("w_informed", "neither"),
            ("w_role", "fully_agree"),
            ("w_whom", "fully_agree"),
            ("w_load", "same"),
            ("w_mood", "better"),
            ("w_overall", "5"),
        ]),
        colleague(&[
            ("w_informed", "rather_agree"),
            ("w_role", "rather_agree"),
            ("w_whom", "rather_agree"),
            ("w_mood", "same"),
            ("w_overall", "4"),
            ("w_open", "Aikaisempi tieto."),
        ]),
    ]
}
