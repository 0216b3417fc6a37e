//! Synthetic closing reports of coaches. Every text says that it is invented, and what is told fits the
//! case: no report contradicts itself.

use super::Random;
use crate::case::CaseFile;
use crate::form::Form;
use crate::submission::RawAnswers;
use crate::text::{finnish_date, parse_tenths};
use jiff::ToSpan;
use jiff::civil::Date;

const STARTS: [&str; 3] = [
    "Keksitty teksti: asiakas halusi töihin, mutta ei tiennyt, mistä aloittaa. Työkokemusta oli kahdelta alalta.",
    "Keksitty teksti: edellisestä työstä oli kulunut jonkin aikaa. Asiakas toivoi tukea haastatteluihin.",
    "Keksitty teksti: työnhaku oli jäänyt kotiaskareiden alle. Motivaatio oli hyvä.",
];
const IMMIGRANT_START: &str =
    "Keksitty teksti: suomen kieli riitti arjessa, työpaikan sanasto oli uutta. Motivaatio oli hyvä.";
const CHALLENGES: [&str; 3] = [
    "Keksitty teksti: sopivia paikkoja oli vähän lähialueella.",
    "Keksitty teksti: vuorotyön ja lastenhoidon yhteensovittaminen vei aikaa.",
    "Keksitty teksti: matkat kotoa työpaikoille olivat pitkiä.",
];

/// What fits an outcome.
struct Story {
    goal: &'static str,
    reached: &'static str,
    success: &'static str,
    talk: &'static str,
    /// What was agreed, and who does it.
    next: [(&'static str, &'static str); 2],
    /// How likely each phase was: direct, find, stabilise, path.
    phases: [u64; 4],
}

fn story(outcome: &str) -> Story {
    match outcome {
        "job" | "subsidised_job" | "entrepreneur" => Story {
            goal: "open_market_now",
            reached: "fully",
            success: "Keksitty teksti: asiakas soitti itse kolmelle työnantajalle ja sai työpaikan.",
            talk: "Keksitty teksti: loppukeskustelussa tukea pidettiin riittävänä, ja työ jatkuu.",
            next: [
                ("Keksitty toimi: työnantaja ja asiakas käyvät seurantakeskustelun.", "employer"),
                ("Keksitty toimi: asiakas kertoo asiantuntijalle, miten työ sujuu.", "client"),
            ],
            phases: [60, 100, 90, 50],
        },
        "education" => Story {
            goal: "step_by_step",
            reached: "fully",
            success: "Keksitty teksti: ala löytyi, ja asiakas sai opiskelupaikan.",
            talk: "Keksitty teksti: asiakas toivoi tietoa opintojen tuista jo alussa.",
            next: [
                ("Keksitty toimi: asiakas kertoo asiantuntijalle, miten opinnot etenevät.", "client"),
                ("Keksitty toimi: asiantuntija tarkistaa työnhaun voimassaolon.", "officer"),
            ],
            phases: [100, 40, 0, 90],
        },
        "longer_work_trial" => Story {
            goal: "step_by_step",
            reached: "partly",
            success: "Keksitty teksti: työkokeilussa löytyi tehtävä, joka sopi hyvin.",
            talk: "Keksitty teksti: työpaikka piti kokeilua onnistuneena ja jatkaa sitä.",
            next: [
                ("Keksitty toimi: työkokeilun välitarkastus työpaikalla.", "employer"),
                ("Keksitty toimi: sovitaan, haetaanko palkkatukea kokeilun jälkeen.", "officer"),
            ],
            phases: [70, 100, 80, 40],
        },
        _ => Story {
            goal: "open_market_now",
            reached: "not_reached",
            success: "Keksitty teksti: rohkeus hakea töitä kasvoi, ja ansioluettelo on ajan tasalla.",
            talk: "Keksitty teksti: asiakas olisi halunnut tavata useammin.",
            next: [
                ("Keksitty toimi: tapaaminen asiantuntijan kanssa työnhaun jatkosta.", "officer"),
                ("Keksitty toimi: asiakas hakee kahta paikkaa kuukaudessa.", "client"),
            ],
            phases: [100, 90, 0, 60],
        },
    }
}

/// What a coach writes `today` about a case; `known` stands in the fields already.
pub(super) fn report(
    known: RawAnswers,
    case: &CaseFile,
    form: &Form,
    cap: u32,
    today: Date,
    random: &mut Random,
) -> RawAnswers {
    let mut raw = known;
    let opening = case.opening();
    let (outcome, ended) = case.ending().map_or(("", opening.coaching_started), |e| (e.outcome.as_str(), e.on));
    let mut story = story(outcome);
    if case.ending().and_then(|e| e.pay_subsidy) == Some(true) {
        // Work with a pay subsidy is a step on the way.
        story.goal = "step_by_step";
    }
    let mut put = |id: &str, value: &str| {
        if form.asked(id).is_some() {
            raw.entry(id.to_owned()).or_default().push(value.to_owned());
        }
    };
    let immigrant = opening.origin.as_deref() == Some("immigrant");
    let young = matches!(opening.age_group.as_deref(), Some("under_20" | "age_20_29"));
    let (profile, education) = match random.below(3) {
        0 if immigrant => ("immigrant", "other"),
        0 if young => ("recent_graduate", "upper_secondary"),
        1 => ("skilled_unemployed", "tertiary"),
        2 => ("career_changer", "upper_secondary"),
        _ => ("long_absent", "upper_secondary"),
    };
    put("r_profiles", profile);
    let months: &[&str] = match profile {
        "long_absent" => &["months_12_to_24", "over_24_months"],
        _ => &["under_6_months", "months_6_to_12"],
    };
    put("r_unemployment", random.one_of(months));
    put("r_education", education);
    put("r_start_text", if profile == "immigrant" { IMMIGRANT_START } else { random.one_of(&STARTS) });
    put("r_goals", "1");
    put("r_goals.1.r_goal_type", story.goal);
    put("r_goals.1.r_goal_set_on", &finnish_date(opening.coaching_started));
    put("r_goals.1.r_goal_reached", story.reached);
    if story.reached == "not_reached" && random.chance(50) {
        put("r_goals.1.r_goal_changed_to", "step_by_step");
        put("r_goals.1.r_goal_why", "Keksitty syy: ensin tarvittiin lisää työkokemusta.");
    }
    let contract = match outcome {
        "job" => random.one_of(&["permanent", "fixed_term", "hourly"]),
        "subsidised_job" => "fixed_term",
        "entrepreneur" => "own_business",
        _ => "no_contract",
    };
    put("r_contract", contract);
    put("r_outcome_on", &finnish_date(ended));
    if case.ending().and_then(|e| e.pay_subsidy) != Some(true) {
        put("r_subsidies", "none");
    }
    if case.work().hours_tenths.is_some_and(|h| h > i64::from(cap) * 10) {
        put("r_over_cap_reason", "Keksitty syy: alussa tarvittiin enemmän tukea kuin sovittiin.");
    }
    // A sheet may lack what the form requires.
    if case.work().hours_tenths.is_none() {
        put("r_hours", "12");
    }
    if case.work().meetings.is_none() {
        put("r_meetings", "5");
    }
    for ((phase, methods), likely) in [
        ("direct", ["motivation_goals", "strengths_skills", "labour_market_info"]),
        ("find", ["search_papers", "interview_practice", "employer_contacts"]),
        ("stabilise", ["induction", "learning_tasks", "workplace_talk"]),
        ("path", ["training_needs", "skill_growth", "next_career_step"]),
    ]
    .into_iter()
    .zip(story.phases)
    {
        let amount = if random.chance(likely) { random.one_of(&["some", "a_lot"]) } else { "none" };
        put(&format!("r_{phase}_amount"), amount);
        for (at, method) in methods.iter().enumerate().filter(|_| amount != "none") {
            if at == 0 || random.chance(60) {
                put(&format!("r_{phase}_methods"), method);
            }
        }
    }
    let barriers = ["skills", "life_situation", "job_search_skills", "no_suitable_vacancies"];
    put("r_barriers", if profile == "immigrant" { "language" } else { random.one_of(&barriers) });
    put("r_challenges", random.one_of(&CHALLENGES));
    put("r_successes", story.success);
    put("r_feedback_talks", story.talk);
    let steps = if random.chance(50) { 2 } else { 1 };
    put("r_next", &steps.to_string());
    for (n, (action, who)) in (1_i64..=steps).zip(story.next) {
        put(&format!("r_next.{n}.r_next_action"), action);
        put(&format!("r_next.{n}.r_next_who"), who);
        let by = today.checked_add((30 * n).days()).unwrap_or(today);
        put(&format!("r_next.{n}.r_next_by"), &finnish_date(by));
    }
    let consent = random.chance(80);
    put("r_follow_up_consent", if consent { "yes" } else { "no" });
    if consent {
        let soon = today.checked_add(30.days()).unwrap_or(today);
        let on = ended.checked_add(6.months()).unwrap_or(ended).max(soon);
        put("r_follow_up_on", &finnish_date(on));
    }
    debug_assert!(raw.get("r_hours").and_then(|v| parse_tenths(v.first()?)).is_some());
    raw
}
