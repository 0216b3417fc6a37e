//! How long 100,000 cases of four providers take from facts to tables, and from tables to a release that was proved and verified:
//! `cargo bench --bench cube`.
#![expect(clippy::print_stdout, reason = "the figures are what a bench is for")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops")]

use jiff::civil::date;
use jiff::{Timestamp, ToSpan};
use palaute::case::{CaseEvent, CaseFile, CaseNumber, Ending, Opening, Settled, Work};
use palaute::cube::{Codebook, Cube, Fact, count};
use palaute::form::Form;
use palaute::instance::Instance;
use palaute::release::{Before, Ledger, Release, ReleaseId};
use palaute::statistics::{Areas, Statistics};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// Cases counted.
const CASES: u32 = 100_000;
/// Those who are compared.
const PROVIDERS: [&str; 4] = ["provider", "suunta", "silta", "verso"];

fn main() {
    let categories =
        PROVIDERS.map(|code| format!("{{ code: {code}, label: {{ fi: {code}, sv: {code}, en: {code} }} }}"));
    let providers = format!(
        "dimensions:\n  - {{ id: provider, sensitive: false, label: {{ fi: Tuottaja, sv: Producent, en: Provider }}, categories: [{}] }}\n",
        categories.join(", ")
    );
    let instance = include_str!("../demo/palaute.yaml").replacen("dimensions:\n", &providers, 1);
    let instance = Instance::read("palaute.yaml", &instance).unwrap();
    let form = Form::read("client-feedback", include_str!("../forms/client-feedback.yaml"), Some(&instance)).unwrap();
    let areas = Areas::read("areas.yaml", include_str!("../demo/areas.yaml"), &instance).unwrap();
    let mut statistics = Statistics::usual(&instance, std::slice::from_ref(&form));
    let book = Codebook::of_cases(&instance, Some(&areas));
    let cases: Vec<Fact> =
        (0..CASES).map(|n| Fact::of_case(&case(n, &instance, &areas), &instance, Some(&areas))).collect();
    statistics.areas = Some(areas);

    let start = Instant::now();
    let mut cube = Cube::default();
    for (sequence, fact) in (1..).zip(&cases) {
        cube.fold(sequence, fact, &book);
    }
    let folded = start.elapsed();
    let stored = serde_json::to_string(&cube).unwrap();
    let start = Instant::now();
    let cube: Cube = serde_json::from_str(&stored).unwrap();
    let read = start.elapsed();
    let start = Instant::now();
    let day = date(2026, 6, 30);
    let counted = count(&cube, &instance, &statistics, &[form], day, day, &[]);
    let tabulated = start.elapsed();
    let cells: usize = counted.tables.iter().map(|t| t.cells.len()).sum();
    let kinds = counted.people.iter().map(|p| p.kinds.len()).max().unwrap_or(0);
    let start = Instant::now();
    let ledger = Ledger::default();
    let before = Before { earlier: &[], witnesses: &[], ledger: &ledger };
    let id = (ReleaseId::next(day, &[]), Timestamp::UNIX_EPOCH);
    let released = Release::control(&counted, &before, &instance, id, i64::from(CASES)).unwrap().release;
    let decided = start.elapsed();
    let withheld: usize = released.tables().iter().flat_map(|t| &t.cells).filter(|c| c.is_none()).count();
    let compared = released.comparison().iter().filter(|s| s.figures.is_some()).count();
    println!(
        "{CASES} cases: folded in {:.1} s, read back in {:.1} s ({} MB), counted in {:.1} s: {} tables, {cells} cells, at most {kinds} kinds in a block; released in {:.1} s, {withheld} figures withheld, {compared} of {} providers compared",
        folded.as_secs_f64(),
        read.as_secs_f64(),
        stored.len() / 1_000_000,
        tabulated.as_secs_f64(),
        counted.tables.len(),
        decided.as_secs_f64(),
        PROVIDERS.len(),
    );
}

/// The `n`th case, made up by its number.
fn case(n: u32, instance: &Instance, areas: &Areas) -> CaseFile {
    // Digits of a mixed number, so that everything goes with everything.
    let mut rest = n.wrapping_mul(2_654_435_761);
    let mut below = |most: usize| {
        let most = u32::try_from(most).unwrap();
        let digit = rest % most;
        rest = (rest / most) ^ n.wrapping_mul(40_503);
        usize::try_from(digit).unwrap()
    };
    let mut code = |id: &str| {
        let categories = &instance.dimension(id).unwrap().categories;
        categories[below(categories.len())].code.clone()
    };
    let (gender, origin, age_group) = (code("gender"), code("origin"), code("age_group"));
    let (outcome, profile, goal, reached) = (code("outcome"), code("profile"), code("goal"), code("goal_reached"));
    let place = below(areas.municipalities.len());
    let client_since = date(2023, 1, 1) + i64::try_from(below(900)).unwrap().days();
    let coaching_started = client_since + i64::try_from(below(120)).unwrap().days();
    let opening = Opening {
        office: "area".into(),
        provider: PROVIDERS[below(PROVIDERS.len())].into(),
        coach: "Valmentaja 1".into(),
        municipality: Some(areas.municipalities[place].code.value.clone()),
        gender: Some(gender),
        origin: Some(origin),
        age_group: Some(age_group),
        client_since,
        coaching_started,
        language: None,
    };
    let hours_tenths = Some(i64::try_from(below(250)).unwrap());
    let work = Work { hours_tenths, meetings: None, work_trials: u32::try_from(below(4)).ok() };
    let mut events = vec![CaseEvent::Opened { imported_number: None, opening }, CaseEvent::WorkRecorded { work }];
    if !n.is_multiple_of(5) {
        let on = coaching_started + i64::try_from(below(200)).unwrap().days();
        let one = |code: String| BTreeSet::from([code]);
        let described = BTreeMap::from([
            ("profile".to_owned(), one(profile)),
            ("goal".to_owned(), one(goal)),
            ("goal_reached".to_owned(), one(reached)),
        ]);
        let ending = Ending { on, outcome: outcome.clone(), field: None, pay_subsidy: None };
        let settled = Settled { hours_tenths, meetings: None, outcome, pay_subsidy: None, outcome_on: None, described };
        events.extend([CaseEvent::Ended { ending }, CaseEvent::Reported { settled }]);
    }
    CaseFile::fold(CaseNumber::new(2025, n + 1), &events).unwrap()
}
