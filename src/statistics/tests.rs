//! What is read, what is refused, and what is usual.

use super::*;
use crate::text::{Diagnostic, Language};
use jiff::civil::date;

fn file(name: &str) -> String {
    std::fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn instance(folder: &str) -> Instance {
    Instance::read("palaute.yaml", &file(&format!("{folder}palaute.yaml"))).unwrap()
}

fn forms(instance: &Instance) -> Vec<Form> {
    let read = |name: &str| Form::read(name, &file(&format!("forms/{name}.yaml")), Some(instance)).unwrap();
    ["client-feedback", "employer-feedback", "community-feedback", "purchaser-feedback", "follow-up-client"]
        .map(read)
        .into()
}

/// What is told of a file of the demo in which one thing is written otherwise.
fn told(from: &str, to: &str) -> Vec<Diagnostic> {
    let source = file("demo/statistics.yaml");
    assert_eq!(source.matches(from).count(), 1, "{from}");
    let instance = instance("demo/");
    let areas = Areas::read("areas.yaml", &file("demo/areas.yaml"), &instance).unwrap();
    let read =
        Statistics::read("statistics.yaml", &source.replacen(from, to, 1), &instance, &forms(&instance), Some(areas));
    read.err().map(|d| d.0).unwrap_or_default()
}

/// The short code of the only thing told, and the words at its place.
fn only(found: &[Diagnostic]) -> (&'static str, &str) {
    assert_eq!(found.len(), 1, "{found:#?}");
    (found[0].code.short(), &found[0].problem)
}

#[test]
fn the_files_of_the_program_and_of_the_demo_are_right() {
    for folder in ["", "demo/"] {
        let instance = instance(folder);
        let areas = Areas::read("areas.yaml", &file(&format!("{folder}areas.yaml")), &instance).unwrap();
        let source = file(&format!("{folder}statistics.yaml"));
        let read = Statistics::read("statistics.yaml", &source, &instance, &forms(&instance), Some(areas));
        let statistics = read.unwrap_or_else(|found| panic!("{folder}: {found}"));
        assert!(statistics.tables.len() >= 12 && statistics.indicators.len() == 19, "{folder}");
        for language in Language::ALL {
            let texts = statistics.indicators.iter().flat_map(|i| [i.value.title(), i.value.definition()]);
            assert!(texts.chain(statistics.tables.iter().map(|t| t.value.title())).all(|t| t.has(language)));
        }
    }
}

#[test]
fn what_is_usual_leaves_out_what_an_instance_lacks() {
    let (neutral, demo) = (instance(""), instance("demo/"));
    let usual = Statistics::usual(&neutral, &forms(&neutral));
    assert_eq!((usual.tables.len(), usual.answers.len(), usual.indicators.len()), (13, 5, 19));
    let mut small = demo.clone();
    small.dimensions.retain(|d| !["profile", "goal_reached", "unemployment"].contains(&d.value.id.as_str()));
    let usual = Statistics::usual(&small, &forms(&small)[..1]);
    let ids: Vec<&str> = usual.tables.iter().map(|t| t.value.id.value.as_str()).collect();
    assert!(ids.contains(&"outcomes") && !ids.contains(&"profiles") && !ids.contains(&"goals"), "{ids:?}");
    let ids: Vec<&str> = usual.indicators.iter().map(|i| i.value.id.value.as_str()).collect();
    assert!(ids.contains(&"satisfaction.client") && !ids.contains(&"satisfaction.employer"), "{ids:?}");
    assert!(!ids.contains(&"reentry") && !ids.contains(&"goal_reached"), "{ids:?}");
    let comparison = usual.comparison.unwrap();
    assert_eq!(comparison.outcomes.iter().map(|o| o.value.as_str()).collect::<Vec<_>>(), ["job"]);
    assert_eq!(comparison.strata.len(), 1);
    // What is usual is right where it is used.
    let nothing = Statistics::usual(&small, &[]);
    assert!(nothing.answers.is_empty() && nothing.indicators.iter().all(|i| i.value.answers.is_none()));
}

#[test]
fn sensitive_is_what_tells_of_a_person_whatever_the_table_says() {
    let instance = instance("demo/");
    let statistics = Statistics::usual(&instance, &forms(&instance));
    let sensitive = |id: &str| {
        let table = statistics.tables.iter().find(|t| t.value.id.value == id).unwrap();
        table.value.is_sensitive(&instance)
    };
    assert!(!sensitive("clients-by-gender"), "the demo's palaute.yaml calls gender not sensitive");
    for id in ["clients-by-origin", "outcomes", "outcomes-by-gender", "months-before-coaching", "profiles"] {
        assert!(sensitive(id), "{id}");
    }
}

#[test]
fn windows_that_overlap_are_for_figures_that_tell_of_nobody() {
    let by_gender = "{ id: clients-by-gender, population: started, by: [gender] }";
    let with = |more: &str| told(by_gender, &by_gender.replace(" }", &format!(", {more} }}")));
    assert!(with("window: cumulative, sensitive: false").is_empty());
    assert_eq!(only(&with("window: cumulative")).0, "S011", "nobody has said that it may be subtracted");
    assert_eq!(only(&with("window: cumulative, sensitive: true")).0, "S011");
    let outcomes = "{ id: outcomes, population: closed, by: [outcome] }";
    for window in ["rolling", "cumulative"] {
        let found = told(outcomes, &outcomes.replace(" }", &format!(", window: {window} }}")));
        assert_eq!(found[0].at.line, 11, "the window's own place");
        let (code, problem) = only(&found);
        assert!(code == "S011" && problem.contains(window) && problem.contains("`outcome` is sensitive"), "{problem}");
    }
    let found = told(outcomes, &outcomes.replace(" }", ", sensitive: false }"));
    assert_eq!(only(&found).0, "S012");
}

#[test]
fn a_table_must_lead_to_people_who_can_be_counted() {
    let origin = "{ id: clients-by-origin, population: started, by: [origin] }";
    for (to, code) in [
        ("{ id: clients-by-origin, population: started, by: [orgin] }", "S003"),
        ("{ id: clients-by-origin, population: started, by: [outcome] }", "S010"),
        ("{ id: clients-by-origin, population: started, by: [goal] }", "S010"),
        ("{ id: clients-by-origin, population: closed, by: [origin, outcome, gender] }", "S008"),
        ("{ id: clients-by-origin, population: closed, by: [origin, origin] }", "S008"),
        ("{ id: clients-by-origin, population: started, by: [municipality, region] }", "S008"),
        ("{ id: clients-by-origin, population: closed, by: [profile, outcome] }", "S009"),
        ("{ id: clients-by-origin, population: started, by: [origin], measure: hours }", "S015"),
        ("{ id: clients-by-origin, population: closed, by: [origin, outcome], measure: hours }", "S008"),
        (
            "{ id: Clients, title: { fi: A, sv: A, en: A }, definition: { fi: A, sv: A, en: A }, population: started }",
            "S001",
        ),
        ("{ id: outcomes, population: started, by: [origin] }", "S001"),
        ("{ id: coaching-started, population: started, by: [origin] }", "S001"),
    ] {
        assert_eq!(only(&told(origin, to)).0, code, "{to}");
    }
    let found = told(origin, "{ id: my-own, population: started, by: [origin] }");
    assert!(found.iter().all(|d| d.code.short() == "S002") && found.len() == 6, "two texts in three languages");
    let (instance, source) = (instance("demo/"), file("demo/statistics.yaml"));
    let without_areas = Statistics::read("statistics.yaml", &source, &instance, &forms(&instance), None);
    assert_eq!(only(&without_areas.unwrap_err().0).0, "S010");
}

#[test]
fn an_indicator_is_of_one_kind_and_names_what_is_there() {
    let job = "{ id: job_entry, cases: { outcome: [job] } }";
    for (to, code) in [
        ("{ id: job_entry, cases: { outcome: [jbo] } }", "S004"),
        ("{ id: job_entry, cases: { outcom: [job] } }", "S003"),
        ("{ id: job_entry, cases: { outcome: [] } }", "S004"),
        ("{ id: job_entry }", "S013"),
        ("{ id: job_entry, cases: { outcome: [job] }, response: client }", "S013"),
        ("{ id: education_entry, cases: { outcome: [job] } }", "S014"),
        ("{ id: job_entry, measure: happiness }", "S015"),
        ("{ id: job_entry, response: clients }", "S005"),
        ("{ id: job_entry, grade: { form: client-feedback, question: c_trust } }", "S006"),
        ("{ id: job_entry, grade: { form: client-fedback, question: c_overall } }", "S005"),
        ("{ id: job_entry, answers: { form: client-feedback, question: c_open, codes: [a] } }", "S006"),
        ("{ id: job_entry, answers: { form: client-feedback, question: c_trust, codes: [yess] } }", "S007"),
        ("{ id: job_entry, answers: { form: client-feedback, question: c_trust, codes: [dont_know] } }", "S007"),
        ("{ id: job_entry, cases: { profile: [immigrant], outcome: [job] } }", "S009"),
    ] {
        assert_eq!(only(&told(job, to)).0, code, "{to}");
    }
    assert_eq!(only(&told("- { form: follow-up-client }", "- { form: follow-up }")).0, "S005");
    assert_eq!(only(&told("- { form: client-feedback }", "- { form: client-feedback, without: [c_trst] }")).0, "S006");
}

#[test]
fn strata_zeros_and_cohorts_are_checked() {
    let strata = "strata: [unemployment, age_group]";
    for (to, code) in [
        ("strata: [unemployment, outcome]", "S016"),
        ("strata: [unemployment, goal_reached]", "S016"),
        ("strata: [unemployment, region]", "S016"),
        ("strata: [profile]", "S016"),
        ("strata: [gender, gender]", "S016"),
        ("strata: [gender, origin, age_group, goal, unemployment]", "S016"),
        ("strata: []", "S016"),
        ("strata: [service_line]", "S003"),
    ] {
        assert_eq!(only(&told(strata, to)).0, code, "{to}");
    }
    let with_zeros = |zeros: &str| told("comparison:\n", &format!("structural_zeros: {zeros}\ncomparison:\n"));
    assert!(with_zeros("[{ age_group: under_20, unemployment: over_24_months }]").is_empty());
    assert_eq!(only(&with_zeros("[{ age_group: under_21, unemployment: over_24_months }]")).0, "S004");
    assert_eq!(only(&with_zeros("[{ age_group: under_20 }]")).0, "S018");
    assert!(with_zeros("[{ age_group: under_20, profile: long_absent }]").is_empty());
    assert_eq!(only(&told("ends: [2025-11-30]", "ends: [2025-11-30, 2025-06-30]")).0, "S017");
}

#[test]
fn cohorts_end_where_told_and_then_by_the_calendar() {
    let instance = instance("demo/");
    let mut cohorts = Statistics::usual(&instance, &[]).cohorts;
    assert!(cohorts.is_end(date(2025, 6, 30)) && !cohorts.is_end(date(2025, 11, 30)));
    let declared: Cohorts = crate::text::read_yaml("x", "{ ends: [2025-11-30], every: quarter }").unwrap();
    cohorts = declared;
    for (day, ends) in [
        (date(2025, 11, 30), true),
        (date(2025, 9, 30), false),
        (date(2025, 12, 31), true),
        (date(2026, 3, 31), true),
        (date(2026, 3, 30), false),
        (date(2026, 4, 30), false),
    ] {
        assert_eq!(cohorts.is_end(day), ends, "{day}");
    }
}

#[test]
fn areas_lead_from_a_municipality_to_its_region() {
    let instance = instance("demo/");
    let source = file("demo/areas.yaml");
    let areas = Areas::read("areas.yaml", &source, &instance).unwrap();
    assert_eq!(areas.municipality(" ähtäri ").map(|m| m.code.value.as_str()), Some("ahtari"));
    assert_eq!(areas.area("mallijarvi").and_then(|a| a.unemployment), Some(10.1));
    let told = |from: &str, to: &str| {
        assert_eq!(source.matches(from).count(), 1, "{from}");
        let found = Areas::read("areas.yaml", &source.replacen(from, to, 1), &instance).unwrap_err().0;
        found.iter().map(|d| d.code.short()).collect::<Vec<_>>()
    };
    assert_eq!(
        told("sv: Etseri, en: Ähtäri }, area: mallijarvi", "sv: Etseri, en: Ähtäri }, area: mallijavri"),
        ["A003"]
    );
    assert_eq!(told("code: soini,", "code: ahtari,"), ["A001"]);
    assert_eq!(told("code: soini,", "code: total,"), ["A001"]);
    assert_eq!(told("fi: Soini,", "fi: Ähtäri,"), ["A002"]);
    assert_eq!(told("sv: Ilmola, ", ""), ["A002"]);
    assert_eq!(told("unemployment: 10.1", "unemployment: 101"), ["A004"]);
    assert_eq!(told("regions:\n", "regions:\n  - { code: empty, label: { fi: T, sv: T, en: T } }\n"), ["A003"]);
}

#[test]
fn what_was_published_elsewhere_is_of_a_cell_of_a_cohort() {
    let instance = instance("demo/");
    let areas = Areas::read("areas.yaml", &file("demo/areas.yaml"), &instance).unwrap();
    let declared = file("demo/statistics.yaml");
    let statistics = Statistics::read("statistics.yaml", &declared, &instance, &forms(&instance), Some(areas)).unwrap();
    let source = file("demo/published.yaml");
    let published = Published::read("published.yaml", &source, &statistics, &instance).unwrap();
    let figures: Vec<_> = published.figures().map(|(_, figure)| (figure.figure().plain(), figure)).collect();
    assert_eq!(figures.len(), 22);
    assert_eq!((figures[0].0.as_str(), figures[0].1.code("gender")), ("13", "woman"));
    assert_eq!(figures[13].0, "2.3");
    assert_eq!(figures[0].1.code("outcome"), "total", "what is not named is everybody");
    let told = |from: &str, to: &str| {
        assert_eq!(source.matches(from).count(), 1, "{from}");
        let changed = source.replacen(from, to, 1);
        let found = Published::read("published.yaml", &changed, &statistics, &instance).unwrap_err().0;
        found.iter().map(|d| d.code.short()).collect::<Vec<_>>()
    };
    let job = "{ table: outcomes, cohort: 2025-11-30, cell: { outcome: job }, value: 5 }";
    let with = |from: &str, to: &str| told(job, &job.replace(from, to));
    assert_eq!(with("outcomes", "outcoms"), ["P001"]);
    assert_eq!(with("outcome: job", "outcome: jobb"), ["P002"]);
    assert_eq!(with("outcome: job", "gender: man"), ["P002"]);
    assert_eq!(with("outcome: job", "outcome: education"), ["P002"], "given twice");
    assert_eq!(with("2025-11-30", "2025-11-29"), ["P003"]);
    assert_eq!(with("value: 5", "value: 5.5"), ["P004"]);
    assert_eq!(with("value: 5", "value: -1"), ["P004"]);
    assert_eq!(told("origin: native, statistic: mean }, value: 5.2", "origin: native }, value: 5"), ["P002"]);
    let why = "value: 5, differs: { fi: Vanha luettelo., en: An old list. }";
    assert_eq!(with("value: 5", why), ["S002"], "the reason is needed in every language, too");
    let all = source.replacen(job, &job.replace("value: 5", &why.replace("en:", "sv: Gammal lista., en:")), 1);
    let differing = Published::read("published.yaml", &all, &statistics, &instance).unwrap();
    assert_eq!(differing.figures().filter(|(_, figure)| figure.differs.is_some()).count(), 1);
    assert_eq!(told("    sv: Arbetsträningspilotens rapport, läget 30.11.2025\n", ""), ["S002"]);
}

/// The example of a section of the guide.
fn example(heading: &str) -> String {
    let guide = file("docs/statistics.md");
    let section = guide.split(&format!("\n## {heading}")).nth(1).unwrap();
    section.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

#[test]
fn the_examples_of_the_guide_are_right() {
    let instance = instance("");
    let areas = Areas::read("areas.yaml", &example("Areas"), &instance).unwrap_or_else(|found| panic!("{found}"));
    let source = example("A file from the start");
    let read = Statistics::read("statistics.yaml", &source, &instance, &forms(&instance), Some(areas));
    let statistics = read.unwrap_or_else(|found| panic!("{found}"));
    let published = Published::read("published.yaml", &example("Figures"), &statistics, &instance);
    assert_eq!(published.unwrap_or_else(|found| panic!("{found}")).figures().count(), 3);
}

#[test]
fn the_guide_tells_every_key_and_every_word() {
    fn words(schema: &serde_json::Value, found: &mut Vec<String>) {
        if let Some(fields) = schema["properties"].as_object() {
            found.extend(fields.keys().filter(|k| !["fi", "sv", "en", "ar"].contains(&k.as_str())).cloned());
        }
        for word in schema["const"]
            .as_str()
            .into_iter()
            .chain(schema["enum"].as_array().into_iter().flatten().filter_map(|w| w.as_str()))
        {
            found.push(word.to_owned());
        }
        match schema {
            serde_json::Value::Object(fields) => fields.values().for_each(|inner| words(inner, found)),
            serde_json::Value::Array(items) => items.iter().for_each(|inner| words(inner, found)),
            _ => {}
        }
    }
    let guide = file("docs/statistics.md");
    let mut found = Vec::new();
    for schema in [schema(), areas_schema(), published_schema()] {
        words(&schema, &mut found);
    }
    assert!(found.len() > 60, "{found:?}");
    let untold: Vec<&String> = found.iter().filter(|word| !guide.contains(&format!("`{word}`"))).collect();
    assert!(untold.is_empty(), "{untold:?}");
}
