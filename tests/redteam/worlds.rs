//! Invented cases and answers from a seed, told to the program as it is told of real ones: events, submissions, facts.
//! Nobody in them exists.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use palaute::case::{CaseEvent, CaseFile, CaseNumber, Ending, LEFT_OPEN, Opening, Settled, Work};
use palaute::cube::{Codebook, Cohort, Counted, Cube, Fact, count};
use palaute::form::{Circumstances, Form, Kind, Party};
use palaute::instance::Instance;
use palaute::statistics::{Areas, Statistics};
use palaute::submission::{RawAnswers, Submission};
use std::collections::{BTreeMap, BTreeSet};

/// SplitMix64.
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(n.max(1)).unwrap()).unwrap()
    }

    /// One of a list; with `rare` the first ones are drawn more often.
    fn one_of<'a>(&mut self, list: &[&'a str], rare: usize) -> &'a str {
        let at = self.below(list.len());
        list[(0..rare).fold(at, |at, _| at.min(self.below(list.len())))]
    }

    fn days(&mut self, n: usize) -> jiff::Span {
        i64::try_from(self.below(n)).unwrap().days()
    }
}

const OUTCOMES: [&str; 4] = ["job", "education", "longer_work_trial", "returned_to_authority"];
const AGES: [&str; 6] = ["age_30_39", "age_20_29", "age_40_49", "age_50_59", "under_20", "age_60_over"];
const PLACES: [&str; 6] = ["Seinäjoki", "Kauhava", "Soini", "Ilmajoki", "Lappajärvi", "Elsewhere"];
const PROFILES: [&str; 5] = ["skilled_unemployed", "career_changer", "recent_graduate", "long_absent", LEFT_OPEN];
const GOALS: [&str; 4] = ["open_market_now", "step_by_step", "find_direction", "keep_job"];
const REACHED: [&str; 5] = ["fully", "partly", "not_reached", LEFT_OPEN, "dont_know"];

/// What is published: totals of one dimension; crossed tables; places; profiles and measures. Each world has one of them.
const STATISTICS: [&str; 4] = [
    "
cohorts: { every: half_year }
tables:
  - { id: clients-by-gender, population: started, by: [gender] }
  - { id: clients-by-origin, population: started, by: [origin] }
  - { id: outcomes, population: closed, by: [outcome] }
  - { id: clients-by-age, population: started, by: [age_group] }
answers: [{ form: client-feedback }]
indicators:
  - { id: job_entry, cases: { outcome: [job] } }
  - { id: satisfaction.client, grade: { form: client-feedback, question: c_overall } }
  - { id: response_rate.client, response: client }
",
    "
cohorts: { every: half_year }
tables:
  - { id: clients-by-origin, population: started, by: [origin] }
  - { id: outcomes, population: closed, by: [outcome] }
  - { id: outcomes-by-gender, population: closed, by: [gender, outcome] }
  - { id: outcomes-by-origin, population: closed, by: [origin, outcome] }
answers: []
indicators:
  - { id: job_entry, cases: { outcome: [job] } }
  - { id: ended_by_return, cases: { outcome: [returned_to_authority] } }
",
    "
cohorts: { every: half_year }
tables:
  - { id: outcomes, population: closed, by: [outcome] }
  - { id: clients-by-area, population: started, by: [employment_area] }
  - { id: outcomes-by-gender, population: closed, by: [gender, outcome] }
answers: []
indicators:
  - { id: education_entry, cases: { outcome: [education] } }
  - { id: time_to_placement, measure: time_to_placement }
",
    "
cohorts: { every: half_year }
tables:
  - { id: clients-by-origin, population: started, by: [origin] }
  - { id: profiles, population: closed, by: [profile] }
  - { id: goals, population: closed, by: [goal, goal_reached] }
  - { id: months-before-coaching, population: started, by: [origin], measure: months_before }
  - { id: work-trials, population: closed, by: [origin], measure: work_trials }
  - { id: hours-per-case, population: closed, by: [outcome], measure: hours }
answers: [{ form: follow-up-client }]
indicators:
  - { id: goal_reached, cases: { goal_reached: [fully] } }
  - { id: in_work_at_6m, answers: { form: follow-up-client, question: f_working, codes: ['yes'], bounds: true } }
  - { id: hours_per_case, measure: hours_per_case }
",
];

/// A case as somebody would tell it.
#[derive(Clone)]
struct Told {
    opening: Opening,
    ended: Date,
    outcome: &'static str,
    work: Work,
    report: Option<BTreeMap<String, BTreeSet<String>>>,
}

struct Answered {
    form: usize,
    on: Date,
    raw: RawAnswers,
}

pub(crate) struct World {
    pub(crate) instance: Instance,
    pub(crate) draw: Draw,
    statistics: Statistics,
    forms: Vec<Form>,
    cases: Vec<Told>,
    answered: Vec<Answered>,
    invited: Vec<(Party, Date)>,
}

fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

impl World {
    /// Ten to four hundred people; every fourth seed declares the same statistics.
    pub(crate) fn new(seed: u64) -> Self {
        let mut draw = Draw(seed);
        let threshold = [3, 5][draw.below(2)];
        let text = read("demo/palaute.yaml").replace("threshold: 3", &format!("threshold: {threshold}"));
        let instance = Instance::read("palaute.yaml", &text).unwrap();
        let names = ["client-feedback", "follow-up-client"];
        let form = |name: &str| Form::read(name, &read(&format!("forms/{name}.yaml")), Some(&instance)).unwrap();
        let forms: Vec<Form> = names.map(form).into();
        let areas = Areas::read("areas.yaml", &read("demo/areas.yaml"), &instance).unwrap();
        let text = STATISTICS[usize::try_from(seed % 4).unwrap()];
        let statistics = Statistics::read("statistics.yaml", text, &instance, &forms, Some(areas)).unwrap();
        let people = [10 + draw.below(30), 40 + draw.below(80), 120 + draw.below(280)][draw.below(3)];
        let rare = draw.below(3);
        let cases = (0..people).map(|_| told(&mut draw, rare)).collect();
        let mut world = Self { instance, draw, statistics, forms, cases, answered: Vec::new(), invited: Vec::new() };
        world.ask(people, rare);
        world
    }

    fn ask(&mut self, people: usize, rare: usize) {
        let published = |form: &usize| self.statistics.answers.iter().any(|a| a.form.value == self.forms[*form].id());
        for form in (0..self.forms.len()).filter(published).collect::<Vec<_>>() {
            for _ in 0..people {
                let on = date(2025, 2, 1) + self.draw.days(500);
                self.invited.push((self.forms[form].party(), on));
                if self.draw.below(3) > 0 {
                    let raw = raw(&self.forms[form], &mut self.draw, rare);
                    self.answered.push(Answered { form, on: on + self.draw.days(20), raw });
                }
            }
        }
    }

    /// Everything that is known at the end of a day.
    pub(crate) fn cube(&self, day: Date) -> Cube {
        let areas = self.statistics.areas.as_ref();
        let mut facts: Vec<(Fact, Codebook)> = Vec::new();
        for (number, told) in (1..).zip(&self.cases).filter(|(_, t)| t.opening.coaching_started <= day) {
            let fact = Fact::of_case(&case(number, told, day), &self.instance, areas);
            facts.push((fact, Codebook::of_cases(&self.instance, areas)));
        }
        for (party, on) in self.invited.iter().filter(|(_, on)| *on <= day) {
            facts.push((Fact::of_invitation(*party, *on), Codebook::of_invitations()));
        }
        for answered in self.answered.iter().filter(|a| a.on <= day) {
            let form = &self.forms[answered.form];
            let submission = Submission::parse(&answered.raw, form, &Circumstances::default());
            let Ok(submission) = submission else { continue };
            facts.push((Fact::of_submission(&submission, form, answered.on), Codebook::of_form(form)));
        }
        let mut cube = Cube::default();
        for (sequence, (fact, book)) in (1..).zip(&facts) {
            cube.fold(sequence, fact, book);
        }
        cube
    }

    pub(crate) fn count(&self, day: Date, released: &[Cohort]) -> Counted {
        count(&self.cube(day), &self.instance, &self.statistics, &self.forms, day, day, released)
    }

    /// Takes away everything of some people.
    pub(crate) fn erase(&mut self, people: usize) {
        for _ in 0..people.min(self.cases.len() / 2) {
            let at = self.draw.below(self.cases.len());
            self.cases.remove(at);
        }
    }

    /// Gives so many people who ended between two days another outcome.
    pub(crate) fn correct(&mut self, from: Option<Date>, until: Date, people: usize) {
        let is_in = |t: &Told| t.ended <= until && from.is_none_or(|from| t.ended >= from);
        let places: Vec<usize> = (0..self.cases.len()).filter(|at| is_in(&self.cases[*at])).collect();
        for at in places.into_iter().take(people) {
            let others: Vec<&'static str> = OUTCOMES.into_iter().filter(|o| *o != self.cases[at].outcome).collect();
            self.cases[at].outcome = others[self.draw.below(others.len())];
        }
    }
}

fn told(draw: &mut Draw, rare: usize) -> Told {
    let since = date(2024, 6, 1) + draw.days(500);
    let started = since + draw.days(120);
    let one = |code: &str| BTreeSet::from([code.to_owned()]);
    let mut profiles = one(draw.one_of(&PROFILES, rare));
    if !profiles.contains(LEFT_OPEN) && draw.below(2) == 0 {
        profiles.insert("reduced_capacity".to_owned());
    }
    let described = BTreeMap::from([
        ("profile".to_owned(), profiles),
        ("goal".to_owned(), one(draw.one_of(&GOALS, rare))),
        ("goal_reached".to_owned(), one(draw.one_of(&REACHED, rare))),
    ]);
    let known = |draw: &mut Draw, list: &[&str]| (draw.below(12) > 0).then(|| draw.one_of(list, rare).to_owned());
    let opening = Opening {
        office: "area".to_owned(),
        provider: "provider".to_owned(),
        coach: "Valmentaja 1".to_owned(),
        municipality: known(draw, &PLACES),
        gender: known(draw, &["woman", "man"]),
        origin: known(draw, &["native", "immigrant"]),
        age_group: known(draw, &AGES),
        client_since: since,
        coaching_started: started,
        language: None,
    };
    Told {
        opening,
        ended: started + 20.days() + draw.days(260),
        outcome: draw.one_of(&OUTCOMES, rare),
        work: Work {
            hours_tenths: Some(i64::try_from(5 + draw.below(200)).unwrap()),
            meetings: None,
            work_trials: (draw.below(6) > 0).then(|| u32::try_from(draw.below(3)).unwrap()),
        },
        report: (draw.below(6) > 0).then_some(described),
    }
}

/// The case as it is known at the end of a day.
fn case(number: u32, told: &Told, day: Date) -> CaseFile {
    let opened = CaseEvent::Opened { imported_number: None, opening: told.opening.clone() };
    let mut events = vec![opened, CaseEvent::WorkRecorded { work: told.work.clone() }];
    if told.ended <= day {
        let outcome = told.outcome.to_owned();
        let ending = Ending { on: told.ended, outcome: outcome.clone(), field: None, pay_subsidy: None };
        events.push(CaseEvent::Ended { ending });
        if let Some(described) = told.report.clone() {
            let hours_tenths = told.work.hours_tenths;
            let settled =
                Settled { hours_tenths, meetings: None, outcome, pay_subsidy: None, outcome_on: None, described };
            events.push(CaseEvent::Reported { settled });
        }
    }
    CaseFile::fold(CaseNumber::new(2025, number), &events).unwrap()
}

/// Answers to some of the questions that are counted.
fn raw(form: &Form, draw: &mut Draw, rare: usize) -> RawAnswers {
    let mut raw = RawAnswers::new();
    for question in form.questions().filter(|q| q.statistics && !q.choices.is_empty()) {
        if draw.below(6) == 0 {
            continue;
        }
        let codes: Vec<&str> = question.choices.iter().map(|c| c.code.as_str()).collect();
        let mut given = BTreeSet::from([draw.one_of(&codes, rare).to_owned()]);
        if question.kind == Kind::Many {
            given.insert(draw.one_of(&codes, rare).to_owned());
        }
        raw.insert(question.id.clone(), given.into_iter().collect());
    }
    raw
}
