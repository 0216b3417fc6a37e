//! Synthetic closing reports of coaches. Every text says that it is invented.

use super::Random;
use crate::case::CaseFile;
use crate::form::Form;
use crate::submission::RawAnswers;
use crate::text::{finnish_date, parse_tenths};
use jiff::ToSpan;

const STARTS: [&str; 3] = [
    "Keksitty teksti: asiakas halusi töihin, mutta ei tiennyt, mistä aloittaa. Työkokemusta oli kahdelta alalta.",
    "Keksitty teksti: suomen kieli riitti arjessa, työpaikan sanasto oli uutta. Motivaatio oli hyvä.",
    "Keksitty teksti: edellisestä työstä oli kulunut yli vuosi. Asiakas toivoi tukea haastatteluihin.",
];
const CHALLENGES: [&str; 3] = [
    "Keksitty teksti: sopivia paikkoja oli vähän lähialueella.",
    "Keksitty teksti: vuorotyön ja lastenhoidon yhteensovittaminen vei aikaa.",
    "Keksitty teksti: tukipäätöstä odotettiin useita viikkoja.",
];
const SUCCESSES: [&str; 3] = [
    "Keksitty teksti: asiakas soitti itse kolmelle työnantajalle ja sai yhden haastattelun.",
    "Keksitty teksti: työkokeilussa löytyi tehtävä, joka sopi hyvin.",
    "Keksitty teksti: rohkeus puhua suomea työssä kasvoi selvästi.",
];
const TALKS: [&str; 2] = [
    "Keksitty teksti: loppukeskustelussa kaikki kolme osapuolta pitivät tukea riittävänä.",
    "Keksitty teksti: työnantaja toivoi tietoa tuista jo alussa.",
];
const ACTIONS: [&str; 4] = [
    "Keksitty toimi: asiakas jatkaa työssä, työnantaja nimeää perehdyttäjän.",
    "Keksitty toimi: haku ammatilliseen koulutukseen kevään yhteishaussa.",
    "Keksitty toimi: tapaaminen asiantuntijan kanssa työnhaun jatkosta.",
    "Keksitty toimi: kielikurssin ilmoittautuminen.",
];

/// What a coach writes about a case; `known` stands in the fields already.
pub(super) fn report(known: RawAnswers, case: &CaseFile, form: &Form, cap: u32, random: &mut Random) -> RawAnswers {
    let mut raw = known;
    let outcome = case.ending().map_or("", |e| e.outcome.as_str());
    let mut put = |id: &str, value: &str| {
        if form.asked(id).is_some() {
            raw.entry(id.to_owned()).or_default().push(value.to_owned());
        }
    };
    let profile = [(3, "skilled_unemployed"), (2, "career_changer"), (2, "recent_graduate"), (1, "unskilled_youth")];
    let profile: &&str = if random.chance(40) { &"long_absent" } else { random.pick(&profile) };
    put("r_profiles", profile);
    put("r_unemployment", random.one_of(&["under_6_months", "months_6_to_12", "months_12_to_24"]));
    put("r_education", random.one_of(&["basic", "upper_secondary", "upper_secondary", "tertiary"]));
    put("r_start_text", random.one_of(&STARTS));
    let started = case.opening().coaching_started;
    let goals = if random.chance(35) { 2 } else { 1 };
    put("r_goals", &goals.to_string());
    for n in 1..=goals {
        let (goal, reached) = match outcome {
            "job" | "subsidised_job" | "entrepreneur" if n == 1 => ("open_market_now", "fully"),
            "education" if n == 1 => ("step_by_step", "fully"),
            "longer_work_trial" if n == 1 => ("step_by_step", "partly"),
            _ if n == 1 => ("open_market_now", "not_reached"),
            _ => ("find_direction", random.one_of(&["fully", "partly"])),
        };
        put(&format!("r_goals.{n}.r_goal_type"), goal);
        put(&format!("r_goals.{n}.r_goal_set_on"), &finnish_date(started));
        put(&format!("r_goals.{n}.r_goal_reached"), reached);
        if n == 1 && reached == "not_reached" {
            put("r_goals.1.r_goal_changed_to", "step_by_step");
            put("r_goals.1.r_goal_why", "Keksitty syy: ensin tarvittiin lisää työkokemusta.");
        }
    }
    let contract = match outcome {
        "job" => random.one_of(&["permanent", "fixed_term", "hourly"]),
        "subsidised_job" => "fixed_term",
        "entrepreneur" => "own_business",
        _ => "no_contract",
    };
    put("r_contract", contract);
    put("r_outcome_on", &finnish_date(case.ending().map_or(started, |e| e.on)));
    if case.ending().and_then(|e| e.pay_subsidy) != Some(true) {
        put("r_subsidies", "none");
    }
    if case.work().hours_tenths.is_some_and(|h| h > i64::from(cap) * 10) {
        put("r_over_cap_reason", "Keksitty syy: työpaikalla tarvittiin alussa enemmän tukea kuin sovittiin.");
    }
    // A sheet may lack what the form requires.
    if case.work().hours_tenths.is_none() {
        put("r_hours", "12");
    }
    if case.work().meetings.is_none() {
        put("r_meetings", "5");
    }
    for (phase, methods) in [
        ("direct", ["motivation_goals", "strengths_skills", "labour_market_info"]),
        ("find", ["search_papers", "interview_practice", "employer_contacts"]),
        ("stabilise", ["induction", "learning_tasks", "workplace_talk"]),
        ("path", ["staying_at_work", "training_needs", "next_career_step"]),
    ] {
        let amount = *random.pick(&[(2, "none"), (5, "some"), (4, "a_lot")]);
        put(&format!("r_{phase}_amount"), amount);
        for method in methods.iter().filter(|_| amount != "none" && random.chance(65)) {
            put(&format!("r_{phase}_methods"), method);
        }
    }
    put(
        "r_barriers",
        random.one_of(&["skills", "language", "life_situation", "job_search_skills", "no_suitable_vacancies"]),
    );
    put("r_challenges", random.one_of(&CHALLENGES));
    put("r_successes", random.one_of(&SUCCESSES));
    put("r_feedback_talks", random.one_of(&TALKS));
    let steps = if random.chance(50) { 2 } else { 1 };
    put("r_next", &steps.to_string());
    let ended = case.ending().map_or(started, |e| e.on);
    for n in 1..=steps {
        put(&format!("r_next.{n}.r_next_action"), random.one_of(&ACTIONS));
        put(&format!("r_next.{n}.r_next_who"), random.one_of(&["client", "officer", "employer"]));
        let by = ended.checked_add(i64::from(30 * n).days()).unwrap_or(ended);
        put(&format!("r_next.{n}.r_next_by"), &finnish_date(by));
    }
    let consent = random.chance(80);
    put("r_follow_up_consent", if consent { "yes" } else { "no" });
    if consent {
        put("r_follow_up_on", &finnish_date(ended.checked_add(6.months()).unwrap_or(ended)));
    }
    debug_assert!(raw.get("r_hours").and_then(|v| parse_tenths(v.first()?)).is_some());
    raw
}
