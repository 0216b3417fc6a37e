//! Counting as a whole, on cases and answers made up by a die for these tests, beside a tabulation of the same that knows
//! nothing of facts, codebooks, counters or blocks.

mod world;

use super::*;
use crate::case::LEFT_OPEN;
use crate::statistics::Statistics;
use crate::text::Figure;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use std::collections::{BTreeMap, BTreeSet};
use world::{Told, World, case, world};

/// The figure of a table at these codes.
fn figure(table: &Table, codes: &[&str]) -> Figure {
    let mut at = 0;
    for (axis, code) in table.axes.iter().zip(codes) {
        at = at * axis.categories.len() + axis.categories.iter().position(|c| c.code == *code).unwrap();
    }
    table.cells[at].figure
}

fn in_days(day: Date, table: &Table) -> bool {
    let cohort = table.cohort.as_ref().unwrap();
    cohort.from.is_none_or(|from| from <= day) && day <= cohort.until
}

/// The codes of an axis with the total.
fn codes(table: &Table, axis: usize) -> Vec<String> {
    table.axes[axis].categories.iter().map(|c| c.code.clone()).collect()
}

/// What a plain reading of the told cases says of a cell.
fn tabulated(world: &World, table: &Table, codes: &[&str]) -> Option<i64> {
    let unknown = |own: Option<&str>| own.is_none_or(|o| ["", LEFT_OPEN, "dont_know"].contains(&o));
    let is = |own: Option<&str>, code: &str| code == TOTAL || own == Some(code) || (code == "unknown" && unknown(own));
    let closed: Vec<(&Told, &str)> = world
        .told
        .iter()
        .filter_map(|t| Some((t, t.ended.as_ref()?)))
        .filter(|(_, e)| in_days(e.0, table))
        .map(|(t, e)| (t, e.1.as_str()))
        .collect();
    let started: Vec<&Told> = world.told.iter().filter(|t| in_days(t.started, table)).collect();
    let n = match (table.id.as_str(), codes) {
        ("clients-by-origin", [origin]) => started.iter().filter(|t| is(t.origin.as_deref(), origin)).count(),
        ("clients-by-area", [area]) => {
            let of = |place: &str| match place {
                "Seinäjoki" | "kauhava" => Some("malliseutu"),
                "Soini" => Some("mallijarvi"),
                _ => None,
            };
            started.iter().filter(|t| is(of(&t.place), area)).count()
        }
        ("outcomes", [outcome]) => closed.iter().filter(|(_, own)| is(Some(own), outcome)).count(),
        ("outcomes-by-origin", [origin, outcome]) => {
            closed.iter().filter(|(t, own)| is(t.origin.as_deref(), origin) && is(Some(own), outcome)).count()
        }
        ("profiles", [TOTAL]) => closed.len(),
        ("profiles", [profile]) => {
            let has = |t: &Told| t.report.as_ref().is_some_and(|r| r.0.iter().any(|own| own == profile));
            closed.iter().filter(|(t, _)| has(t)).count()
        }
        ("goals", [goal, reached]) => {
            let fits = |t: &Told| {
                let report = t.report.as_ref();
                is(report.map(|r| r.1.as_str()), goal) && is(report.map(|r| r.2.as_str()), reached)
            };
            closed.iter().filter(|(t, _)| fits(t)).count()
        }
        ("work-trials", [origin, statistic]) => {
            let of_group = closed.iter().filter(|(t, _)| is(t.origin.as_deref(), origin));
            let trials: Vec<u32> = of_group.clone().map(|(t, _)| t.trials.unwrap_or(0)).collect();
            match *statistic {
                "n" => of_group.count(),
                "trials" => usize::try_from(trials.iter().sum::<u32>()).unwrap(),
                _ => trials.iter().filter(|t| **t > 0).count(),
            }
        }
        ("hours-per-case", [outcome, statistic]) => {
            let hours: Vec<i64> =
                closed.iter().filter(|(_, own)| is(Some(own), outcome)).filter_map(|(t, _)| t.hours).collect();
            match *statistic {
                "n" => hours.len(),
                "sum" => usize::try_from(hours.iter().sum::<i64>()).unwrap(),
                _ => return None,
            }
        }
        ("months-before-coaching", [origin, "n"]) => started.iter().filter(|t| is(t.origin.as_deref(), origin)).count(),
        _ => return None,
    };
    Some(i64::try_from(n).unwrap())
}

#[test]
fn every_table_of_cases_says_what_a_plain_reading_of_the_cases_says() {
    for seed in 1..=6 {
        let world = world(seed, 150);
        let counted = world.count(date(2026, 3, 31), date(2026, 1, 15), &[]);
        let mut compared = 0;
        for table in counted
            .tables
            .iter()
            .filter(|t| t.cohort.as_ref().is_some_and(|c| ["started", "ended"].contains(&c.of.as_str())))
        {
            let second = table.axes.get(1).map_or_else(Vec::new, |_| codes(table, 1));
            for first in codes(table, 0) {
                let cells: Vec<Vec<&str>> = if second.is_empty() {
                    vec![vec![&first]]
                } else {
                    second.iter().map(|s| vec![first.as_str(), s]).collect()
                };
                for cell in cells {
                    if let Some(expected) = tabulated(&world, table, &cell) {
                        let cohort = table.cohort.as_ref().unwrap();
                        let own = figure(table, &cell).scaled;
                        assert_eq!(own, expected, "seed {seed}, {} {cohort:?} {cell:?}", table.id);
                        compared += 1;
                    }
                }
            }
        }
        assert!(compared > 150, "{compared}");
    }
}

#[test]
fn every_figure_that_counts_is_what_its_people_add_up_to() {
    let world = world(7, 200);
    let counted = world.count(date(2026, 3, 31), date(2026, 1, 15), &[]);
    let of = |whose: &Whose| {
        let block = counted.people.iter().find(|p| p.id == whose.block);
        block.unwrap_or_else(|| panic!("no block {}", whose.block)).count(whose)
    };
    let mut kinds = BTreeSet::new();
    for table in counted.tables.iter().filter(|t| !t.reads.is_empty()) {
        assert_eq!(table.reads.len(), table.cells.len(), "{}", table.id);
        for (cell, reading) in table.cells.iter().zip(&table.reads) {
            match reading {
                Reading::Plain => {}
                Reading::Count(whose) => assert_eq!(cell.figure.scaled, of(whose), "{} {whose:?}", table.id),
                Reading::Share { part, whole } => {
                    let (part, whole) = (of(part), of(whole));
                    assert!(part <= whole, "{}", table.id);
                    assert_eq!(cell.figure.scaled, (2000 * part + whole) / (2 * whole).max(1), "{}", table.id);
                }
                Reading::Grades(grades) => {
                    let people: i64 = grades.iter().map(|(_, whose)| of(whose)).sum();
                    let sum: i64 = grades.iter().map(|(grade, whose)| grade * of(whose)).sum();
                    assert_eq!(cell.figure.scaled, (20 * sum + people) / (2 * people).max(1), "{}", table.id);
                }
                Reading::Measured(whose) => assert!(of(whose) >= 0),
            }
            let name = format!("{reading:?}");
            kinds.insert(name.split(['(', ' ']).next().unwrap_or_default().to_owned());
        }
    }
    for kind in ["Count", "Share", "Grades", "Measured"] {
        assert!(kinds.contains(kind), "{kind}");
    }
    let ids: BTreeSet<&str> = counted.people.iter().map(|p| p.id.as_str()).collect();
    assert_eq!(ids.len(), counted.people.len(), "no block is there twice");
    assert!(ids.contains("cases.profile.immigrant") && ids.contains("cases.goal.goal_reached"), "{ids:?}");
    assert!(ids.contains("cases.hours.origin.outcome.provider.work_trials"), "{ids:?}");
    assert!(ids.contains("client-feedback.c_overall") && ids.contains("client-feedback.-responses"));
}

#[test]
fn answers_say_what_a_plain_reading_says_and_missing_not_asked_and_cannot_say_stay_apart() {
    let world = world(8, 120);
    let counted = world.count(date(2026, 3, 31), date(2025, 12, 15), &[]);
    let table = counted.tables.iter().find(|t| t.id == "client-c-trust").unwrap();
    let in_time: Vec<_> = world.answered.iter().filter(|(day, ..)| in_days(*day, table)).collect();
    let with = |wanted: Option<&str>| i64::try_from(in_time.iter().filter(|a| a.2 == wanted).count()).unwrap();
    for code in ["yes", "partly", "no", "dont_know"] {
        assert_eq!(figure(table, &[code]).scaled, with(Some(code)), "{code}");
    }
    assert_eq!(figure(table, &[NO_ANSWER]).scaled, with(None));
    assert_eq!(figure(table, &[TOTAL]).scaled, i64::try_from(in_time.len()).unwrap());
    let grades: Vec<i64> =
        world.answered.iter().filter(|(day, ..)| in_days(*day, table)).filter_map(|(_, grade, _)| *grade).collect();
    let table = counted.tables.iter().find(|t| t.id == "client-c-overall").unwrap();
    let (sum, n) = (grades.iter().sum::<i64>(), i64::try_from(grades.len()).unwrap());
    assert_eq!(figure(table, &[MEAN]).scaled, (20 * sum + n) / (2 * n));
    let nobody = counted.tables.iter().find(|t| t.id == "follow-up-client-f-working");
    assert!(nobody.is_none(), "ids begin with the party");
    let nobody = counted.tables.iter().find(|t| t.id == "client-f-working").unwrap();
    assert!(nobody.cohort.is_none() && nobody.cells.iter().all(|c| c.figure.scaled == 0));
}

#[test]
fn invited_and_answered_are_of_the_days_of_the_newest_batch_and_of_a_party_that_nobody_invited_there_is_nobody() {
    let world = world(13, 120);
    let counted = world.count(date(2026, 3, 31), date(2025, 12, 15), &[]);
    let table = |id: &str| counted.tables.iter().find(|t| t.id == id).unwrap();
    let (responses, trust) = (table("responses"), table("client-c-trust"));
    let days = |shift: i64| world.answered.iter().filter(|(day, ..)| in_days(*day - shift.days(), trust)).count();
    let (answered, invited) = (i64::try_from(days(0)).unwrap(), i64::try_from(days(10)).unwrap());
    assert!(answered > 20 && invited > answered);
    assert_eq!(figure(responses, &["client", "answered"]).scaled, answered);
    assert_eq!(figure(responses, &["client", "invited"]).scaled, invited);
    for party in ["employer", "community", "purchaser"] {
        assert_eq!(figure(responses, &[party, "invited"]).scaled, 0, "{party}");
    }
    assert_eq!(codes(responses, 0), ["client", "employer", "community", "purchaser"], "no coach gives feedback");
    // Its rule holds for every table of the party's answers.
    assert_eq!(trust.responses.iter().map(|r| (r.invited, r.answered)).collect::<Vec<_>>(), [(invited, answered)]);
    assert!(responses.responses[0].one_a_case && !responses.responses[2].one_a_case);
}

#[test]
fn new_cases_do_not_stand_beside_the_invitations_of_an_earlier_time() {
    let world = world(13, 120);
    let rows = |counted: &Counted| -> Vec<Reading> {
        counted.tables.iter().find(|t| t.id == "responses").map(|t| t.reads.clone()).unwrap()
    };
    let first = world.count(date(2025, 12, 31), date(2025, 12, 31), &[]);
    let second = world.count(date(2026, 3, 31), date(2025, 12, 31), &first.cohorts);
    let (before, after) = (rows(&first), rows(&second));
    assert!(before[..3].iter().all(|r| matches!(r, Reading::Count(_))), "{before:?}");
    assert_eq!(after[0], Reading::Plain, "the clients' closed cases are newer than their answers");
    assert_eq!(after[1..3], before[1..3]);
    assert!(matches!(after[3], Reading::Count(_)), "of employers nothing was told yet: {after:?}");
}

#[test]
fn nobody_is_in_two_cohorts_of_successive_releases_and_released_ones_are_not_counted_again() {
    let world = world(9, 200);
    let (mut released, mut started, mut closed): (Vec<Cohort>, i64, i64) = (Vec::new(), 0, 0);
    for as_of in [date(2025, 6, 30), date(2025, 9, 30), date(2025, 10, 31), date(2025, 12, 31), date(2026, 3, 31)] {
        let counted = world.count(as_of, as_of, &released);
        for table in counted.tables.iter().filter(|t| t.cohort.is_some()) {
            match table.id.as_str() {
                "clients-by-origin" => started += figure(table, &[TOTAL]).scaled,
                "outcomes" => closed += figure(table, &[TOTAL]).scaled,
                _ => {}
            }
            let cohort = table.cohort.as_ref().unwrap();
            assert!(counted.cohorts.contains(cohort) && !released.contains(cohort), "{cohort:?}");
        }
        released.extend(counted.cohorts);
    }
    let last = |of: &str| released.iter().filter(|c| c.of == of).map(|c| c.until).max().unwrap();
    let n = |days: Vec<Date>, of: &str| i64::try_from(days.iter().filter(|d| **d <= last(of)).count()).unwrap();
    assert_eq!(started, n(world.told.iter().map(|t| t.started).collect(), "started"));
    assert_eq!(closed, n(world.told.iter().filter_map(|t| Some(t.ended.as_ref()?.0)).collect(), "ended"));
    assert!(released.iter().filter(|c| c.of == "ended").count() >= 3, "{released:?}");
}

#[test]
fn with_nothing_counted_every_table_is_there_and_tells_of_nobody() {
    let world = World { cube: Cube::default(), ..world(1, 0) };
    let counted = world.count(date(2025, 12, 31), date(2025, 12, 31), &[]);
    for id in ["outcomes", "clients-by-origin", "client-c-trust", "responses", "indicators", "profiles"] {
        let table = counted.tables.iter().find(|t| t.id == id).unwrap_or_else(|| panic!("{id}"));
        assert!(table.cells.iter().all(|c| c.figure.scaled == 0) && table.cohort.is_none(), "{id}");
    }
    assert!(counted.cohorts.is_empty());
}

#[test]
fn portions_that_were_saved_in_between_and_a_full_recount_give_the_same_tables() {
    let world = world(10, 80);
    let areas = world.statistics.areas.as_ref();
    let facts: Vec<Fact> =
        (1..).zip(&world.told).map(|(n, t)| Fact::of_case(&case(n, t), &world.instance, areas)).collect();
    let book = Codebook::of_cases(&world.instance, areas);
    let (mut whole, mut portions) = (Cube::default(), Cube::default());
    for (at, fact) in (0..).zip(&facts) {
        whole.fold(at + 1, fact, &book);
        portions = serde_json::from_str(&serde_json::to_string(&portions).unwrap()).unwrap();
        portions.fold(at + 1, fact, &book);
    }
    // A correction takes the former fact away.
    let corrected = Fact::of_case(&case(1, &world.told[1]), &world.instance, areas);
    for cube in [&mut whole, &mut portions] {
        cube.fold(900, &Fact { sign: -1, ..facts[0].clone() }, &book);
        cube.fold(901, &corrected, &book);
    }
    assert_eq!(whole, portions);
}

#[test]
fn facts_of_an_earlier_codebook_stay_readable_and_what_they_do_not_say_is_missing() {
    let world = world(11, 0);
    let column = |name: &str, values: Columns| Column { name: name.to_owned(), values };
    let codes = |list: &[&str]| Columns::Place(list.iter().map(|c| (*c).to_owned()).collect());
    let book = Codebook {
        subject: "case".into(),
        columns: vec![
            column("origin", codes(&["immigrant", "native"])),
            column("started_on", Columns::Number),
            column("outcome", codes(&["education", "job"])),
            column("ended_on", Columns::Number),
        ],
    };
    let mut cube = Cube::default();
    for n in 1..=6 {
        let codes = vec![n % 2, 20_000, 1, 20_200];
        cube.fold(n, &Fact { sign: 1, codebook: book.fingerprint(), codes }, &book);
    }
    let counted = World { cube, ..world }.count(date(2025, 12, 31), date(2025, 12, 31), &[]);
    let table = |id: &str| counted.tables.iter().find(|t| t.id == id && t.cohort.is_some()).unwrap();
    assert_eq!(figure(table("outcomes-by-origin"), &["native", "job"]).scaled, 3);
    assert_eq!(figure(table("clients-by-area"), &[TOTAL]).scaled, 6);
    assert_eq!(figure(table("clients-by-area"), &["malliseutu"]).scaled, 0);
}

#[test]
fn what_one_block_tells_of_everybody_every_other_block_of_the_same_people_tells_too() {
    let world = world(12, 200);
    let counted = world.count(date(2026, 3, 31), date(2026, 1, 15), &[]);
    let block = |id: &str| counted.people.iter().find(|p| p.id == id).unwrap();
    let mut shared = 0;
    for table in &counted.tables {
        for reading in &table.reads {
            let Reading::Count(whose) = reading else { continue };
            for other in &counted.people {
                if let Some(same) = other.also_tells(whose) {
                    assert_eq!(other.count(&same), block(&whose.block).count(whose), "{whose:?} {same:?}");
                    shared += usize::from(other.id != whose.block);
                }
            }
        }
    }
    assert!(shared > 100, "{shared}");
    let responses = block("client-feedback.-responses");
    let total = figure(counted.tables.iter().find(|t| t.id == "client-c-trust").unwrap(), &[TOTAL]).scaled;
    let of_trust = counted.tables.iter().find(|t| t.id == "client-c-trust").unwrap();
    let Some(Reading::Count(everybody)) =
        of_trust.reads.get(codes(of_trust, 0).iter().position(|c| c == TOTAL).unwrap())
    else {
        panic!("{:?}", of_trust.reads)
    };
    assert_eq!(responses.also_tells(everybody).map(|same| responses.count(&same)), Some(total));
    let cohort = counted.cohorts.iter().find(|c| c.of == "ended").unwrap();
    let only = |more: &[(&str, &str)]| {
        let all =
            [("ended", cohort.until.to_string())].into_iter().chain(more.iter().map(|(a, c)| (*a, (*c).to_owned())));
        all.map(|(id, code)| (id.to_owned(), BTreeSet::from([code]))).collect()
    };
    let profile = "cases.profile.immigrant";
    let everybody = Whose { block: profile.to_owned(), only: only(&[]) };
    assert!(block("cases.goal.goal_reached").also_tells(&everybody).is_some());
    let of_profile = Whose { block: profile.to_owned(), only: only(&[("profile.immigrant", "yes")]) };
    assert_eq!(block("cases.goal.goal_reached").also_tells(&of_profile), None);
}

#[test]
fn what_cannot_be_is_impossible_in_every_block_that_tells_its_codes_however_they_are_told() {
    let world = world(3, 120);
    let areas = world.statistics.areas.clone();
    let text = "tables:
  - { id: outcomes-by-gender, population: closed, by: [gender, outcome] }
  - { id: clients-by-area, population: started, by: [municipality] }
  - { id: profiles, population: closed, by: [profile] }
structural_zeros:
  - { gender: woman, outcome: job }
  - { gender: man, profile: long_absent }
  - { gender: woman, region: REGION }";
    let region = areas.as_ref().unwrap().regions[0].code.value.clone();
    let text = text.replace("REGION", &region);
    let read = |text: &str| {
        Statistics::read("s", text, &world.instance, &world.forms, areas.clone()).unwrap_or_else(|e| panic!("{e}"))
    };
    let apart = read(&text);
    assert_eq!(
        idle_zeros(&world.instance, &apart),
        [&apart.structural_zeros[1].value, &apart.structural_zeros[2].value]
    );
    // Work trials are told of everybody, so they join what they are told by.
    let joined = text.replace(
        "structural_zeros:",
        "  - { id: trials-by-gender, title: T, definition: T, population: closed, by: [gender], measure: work_trials }
  - { id: trials-by-profile, title: T, definition: T, population: closed, by: [profile], measure: work_trials }
  - { id: clients-by-region, title: T, definition: T, population: started, by: [region, gender] }
structural_zeros:",
    );
    let joined = read(&joined.replace(" T,", " { fi: t, sv: t, en: t },"));
    assert!(idle_zeros(&world.instance, &joined).is_empty());
    let world = World { statistics: joined, ..world };
    let counted = world.count(date(2026, 3, 31), date(2026, 1, 15), &[]);
    let zeros: BTreeSet<_> = counted.people.iter().flat_map(|p| &p.structural_zeros).collect();
    let zero = |more: &[(&str, &str)]| -> BTreeMap<String, String> {
        more.iter().map(|(id, code)| ((*id).to_owned(), (*code).to_owned())).collect()
    };
    assert!(zeros.contains(&zero(&[("gender", "man"), ("profile.long_absent", "yes")])));
    let places =
        zeros.iter().filter(|z| z.get("gender").is_some_and(|g| g == "woman") && z.contains_key("municipality"));
    assert!(places.count() > 1, "each place of the region: {zeros:?}");
}
