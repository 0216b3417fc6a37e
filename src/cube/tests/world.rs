//! Cases and answers made up by a die, and their cube.

use crate::case::{CaseEvent, CaseFile, CaseNumber, Ending, LEFT_OPEN, Opening, Settled, Work};
use crate::cube::{Codebook, Cohort, Counted, Cube, Fact, count};
use crate::form::{Circumstances, Form, Party};
use crate::instance::Instance;
use crate::statistics::{Areas, Statistics};
use crate::submission::{RawAnswers, Submission};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use std::collections::{BTreeMap, BTreeSet};

fn instance() -> Instance {
    Instance::read("palaute.yaml", include_str!("../../../demo/palaute.yaml")).unwrap()
}

fn form(name: &str, instance: &Instance) -> Form {
    let path = format!("{}/forms/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    Form::read(name, &std::fs::read_to_string(path).unwrap(), Some(instance)).unwrap()
}

fn forms(instance: &Instance) -> Vec<Form> {
    let names =
        ["client-feedback", "employer-feedback", "community-feedback", "purchaser-feedback", "follow-up-client"];
    names.map(|name| form(name, instance)).into()
}

fn areas(instance: &Instance) -> Areas {
    Areas::read("areas.yaml", include_str!("../../../demo/areas.yaml"), instance).unwrap()
}

/// Tables of every sort.
const STATISTICS: &str = r"
cohorts: { ends: [2025-06-30], every: quarter }
tables:
  - { id: clients-by-gender, population: started, by: [gender] }
  - { id: clients-by-origin, population: started, by: [origin] }
  - { id: outcomes, population: closed, by: [outcome] }
  - { id: outcomes-by-origin, population: closed, by: [origin, outcome] }
  - { id: clients-by-area, population: started, by: [employment_area] }
  - { id: profiles, population: closed, by: [profile] }
  - { id: goals, population: closed, by: [goal, goal_reached] }
  - { id: months-before-coaching, population: started, by: [origin], measure: months_before }
  - { id: work-trials, population: closed, by: [origin], measure: work_trials }
  - { id: hours-per-case, population: closed, by: [outcome], measure: hours }
answers: [{ form: client-feedback }, { form: follow-up-client }]
indicators:
  - { id: job_entry, cases: { outcome: [job] } }
  - { id: in_work_at_6m, answers: { form: follow-up-client, question: f_working, codes: ['yes'], bounds: true } }
  - { id: satisfaction.client, grade: { form: client-feedback, question: c_overall } }
  - { id: response_rate.client, response: client }
  - { id: time_to_placement, measure: time_to_placement }
  - { id: hours_per_case, measure: hours_per_case }
comparison: { outcomes: [job], strata: [age_group] }
";

fn statistics(instance: &Instance, forms: &[Form]) -> Statistics {
    Statistics::read("statistics.yaml", STATISTICS, instance, forms, Some(areas(instance))).unwrap()
}

/// A splitmix: the same numbers on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(n.max(1)).unwrap()).unwrap()
    }

    fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

/// A case as somebody would tell it.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) gender: Option<String>,
    pub(super) origin: Option<String>,
    pub(super) place: String,
    pub(super) since: Date,
    pub(super) started: Date,
    pub(super) ended: Option<(Date, String)>,
    pub(super) trials: Option<u32>,
    pub(super) hours: Option<i64>,
    /// Profiles, goal and whether it was reached, if the report was sent; an empty word was left open.
    pub(super) report: Option<(Vec<String>, String, String)>,
}

fn told(chance: &mut Chance) -> Told {
    let word = |word: &str| (!word.is_empty()).then(|| word.to_owned());
    let since = date(2024, 9, 1) + i64::try_from(chance.below(300)).unwrap().days();
    let started = since + i64::try_from(chance.below(120)).unwrap().days();
    let outcome = chance.one_of(&["job", "education", "longer_work_trial", "returned_to_authority"]).to_owned();
    let ended =
        (chance.below(4) > 0).then(|| (started + i64::try_from(20 + chance.below(260)).unwrap().days(), outcome));
    let profiles = ["skilled_unemployed", "career_changer", "recent_graduate", LEFT_OPEN];
    let first = chance.one_of(&profiles);
    let mut chosen = vec![first.to_owned()];
    if first != LEFT_OPEN && chance.below(2) == 0 {
        chosen.push("long_absent".to_owned());
    }
    let goal = chance.one_of(&["open_market_now", "step_by_step", "find_direction"]).to_owned();
    let reached = chance.one_of(&["fully", "partly", "not_reached", LEFT_OPEN, "dont_know"]).to_owned();
    let reported = ended.is_some() && chance.below(5) > 0;
    Told {
        gender: word(chance.one_of(&["woman", "man", ""])),
        origin: word(chance.one_of(&["native", "immigrant", "immigrant", ""])),
        place: chance.one_of(&["Seinäjoki", "kauhava", "Soini", "Elsewhere"]).to_owned(),
        since,
        started,
        ended,
        trials: (chance.below(6) > 0).then(|| u32::try_from(chance.below(3)).unwrap()),
        hours: (chance.below(6) > 0).then(|| i64::try_from(5 + chance.below(200)).unwrap()),
        report: reported.then_some((chosen, goal, reached)),
    }
}

pub(super) fn case(number: u32, told: &Told) -> CaseFile {
    let opening = Opening {
        office: "area".into(),
        provider: "provider".into(),
        coach: "Valmentaja 1".into(),
        municipality: Some(told.place.clone()),
        gender: told.gender.clone(),
        origin: told.origin.clone(),
        age_group: None,
        client_since: told.since,
        coaching_started: told.started,
        language: None,
    };
    let work = Work { hours_tenths: told.hours, meetings: None, work_trials: told.trials };
    let mut events =
        vec![CaseEvent::Opened { imported_number: None, opening }, CaseEvent::WorkRecorded { work: work.clone() }];
    if let Some((on, outcome)) = &told.ended {
        let ending = Ending { on: *on, outcome: outcome.clone(), field: None, pay_subsidy: None };
        events.push(CaseEvent::Ended { ending });
        if let Some((profiles, goal, reached)) = &told.report {
            let one = |code: &String| BTreeSet::from([code.clone()]);
            let described = BTreeMap::from([
                ("profile".to_owned(), profiles.iter().cloned().collect()),
                ("goal".to_owned(), one(goal)),
                ("goal_reached".to_owned(), one(reached)),
            ]);
            let (outcome, outcome_on) = (outcome.clone(), None);
            let hours_tenths = work.hours_tenths;
            let settled = Settled { hours_tenths, meetings: None, outcome, pay_subsidy: None, outcome_on, described };
            events.push(CaseEvent::Reported { settled });
        }
    }
    CaseFile::fold(CaseNumber::new(2025, number), &events).unwrap()
}

/// The cases, their cube, and everything that belongs to the counting of them.
pub(super) struct World {
    pub(super) told: Vec<Told>,
    pub(super) instance: Instance,
    pub(super) forms: Vec<Form>,
    pub(super) statistics: Statistics,
    pub(super) cube: Cube,
    /// Of answers to the clients' form the day, the grade and whether an answer to `c_trust` was given.
    pub(super) answered: Vec<(Date, Option<i64>, Option<&'static str>)>,
}

pub(super) fn world(seed: u64, cases: usize) -> World {
    let mut chance = Chance(seed);
    let told: Vec<Told> = (0..cases).map(|_| told(&mut chance)).collect();
    let instance = instance();
    let forms = forms(&instance);
    let statistics = statistics(&instance, &forms);
    let mut facts: Vec<(Fact, Codebook)> = Vec::new();
    let areas = statistics.areas.as_ref();
    for (number, told) in (1..).zip(&told) {
        let fact = Fact::of_case(&case(number, told), &instance, areas);
        facts.push((fact, Codebook::of_cases(&instance, areas)));
    }
    let mut answered = Vec::new();
    for _ in 0..cases / 2 {
        let day = date(2025, 10, 1) + i64::try_from(chance.below(90)).unwrap().days();
        let grade = (chance.below(5) > 0).then(|| i64::try_from(1 + chance.below(5)).unwrap());
        let trust = [Some("yes"), Some("partly"), Some("no"), Some("dont_know"), None][chance.below(5)];
        let mut raw = RawAnswers::new();
        raw.extend(grade.map(|g| ("c_overall".to_owned(), vec![g.to_string()])));
        raw.extend(trust.map(|t| ("c_trust".to_owned(), vec![t.to_owned()])));
        let circumstances = Circumstances::default();
        let submission = Submission::parse(&raw, &forms[0], &circumstances).unwrap();
        facts.push((Fact::of_submission(&submission, &forms[0], day), Codebook::of_form(&forms[0])));
        facts.push((Fact::of_invitation(Party::Client, day - 10.days()), Codebook::of_invitations()));
        answered.push((day, grade, trust));
    }
    let mut cube = Cube::default();
    for (sequence, (fact, book)) in (1..).zip(&facts) {
        cube.fold(sequence, fact, book);
    }
    World { told, instance, forms, statistics, cube, answered }
}

impl World {
    pub(super) fn count(&self, as_of: Date, answers_until: Date, released: &[Cohort]) -> Counted {
        count(&self.cube, &self.instance, &self.statistics, &self.forms, as_of, answers_until, released)
    }
}
