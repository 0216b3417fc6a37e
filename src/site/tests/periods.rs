//! Periods, crossed tables and indicators of a release whose figures are invented.

use super::*;

fn text(fi: &str) -> Value {
    json!({ "fi": fi, "sv": format!("{fi} sv"), "en": format!("{fi} en") })
}

fn axis(id: &str, role: &str, codes: &[&str]) -> Value {
    let category = |code: &&str| json!({ "code": code, "label": text(&format!("{id} {code}")) });
    json!({ "id": id, "label": text(id), "role": role, "categories": codes.iter().map(category).collect::<Vec<_>>() })
}

/// A table; a negative figure is withheld.
fn table(id: &str, axes: &[Value], figures: &[i64], cohort: Option<(&str, Option<&str>, &str)>) -> Value {
    let cell = |n: &i64| if *n < 0 { Value::Null } else { serde_json::to_value(Figure::count(*n)).unwrap() };
    json!({
        "id": id, "title": text(&format!("Taulukko {id}")), "definition": text("Keksitty."), "class": "counts",
        "as_of": cohort.map_or("2026-06-30", |c| c.2), "source": text("keksitty"), "axes": axes,
        "cells": figures.iter().map(cell).collect::<Vec<_>>(),
        "cohort": cohort.map(|(of, from, until)| json!({ "of": of, "from": from, "until": until })),
    })
}

const FIRST: Option<(&str, Option<&str>, &str)> = Some(("ended", None, "2025-11-30"));
const SECOND: Option<(&str, Option<&str>, &str)> = Some(("ended", Some("2025-12-01"), "2026-06-30"));

/// The pilot's release with invented tables instead of its own, and those of an earlier period.
fn release(tables: &[Value], earlier: &[Value]) -> Release {
    let mut whole = serde_json::to_value(site(&MANY).1).unwrap();
    whole["tables"] = json!(tables);
    whole["earlier"] = json!(earlier);
    whole["withheld"] = json!([]);
    serde_json::from_value(whole).unwrap()
}

fn built(tables: &[Value], earlier: &[Value]) -> Site {
    let renderer = Renderer::new(&BTreeMap::new()).unwrap();
    build(&release(tables, earlier), &content(), &instance(), &renderer).unwrap()
}

fn outcomes(figures: &[i64], cohort: Option<(&str, Option<&str>, &str)>) -> Value {
    table("outcomes", &[axis("outcome", "classification", &["job", "education", "other", "total"])], figures, cohort)
}

fn crossed(figures: &[i64]) -> Value {
    let axes = [
        axis("gender", "classification", &["woman", "man", "total"]),
        axis("outcome", "classification", &["job", "education", "other", "total"]),
    ];
    table("outcomes-by-gender", &axes, figures, SECOND)
}

fn everything() -> (Vec<Value>, Vec<Value>) {
    let shares = axis("indicator", "classification", &["job_entry", "satisfaction.client"]);
    let statistic = |codes: &[&str]| axis("statistic", "metric", codes);
    let now = vec![
        outcomes(&[9, -1, -1, 24], SECOND),
        crossed(&[5, 3, 4, 12, -1, -1, 6, 12, 9, -1, -1, 24]),
        table("by-shoe-size", &[axis("shoe", "classification", &["small", "large", "total"])], &[11, 13, 24], SECOND),
        table(
            "hours-per-case",
            &[axis("outcome", "classification", &["job", "total"]), statistic(&["n", "sum", "mean"])],
            &[9, 180, 20, 24, 360, 15],
            SECOND,
        ),
        table("indicators", &[shares, statistic(&["count", "of", "percent"])], &[9, 24, 37, -1, -1, -1], SECOND),
        table("indicator-time-to-placement", &[statistic(&["n", "value"])], &[24, 120], SECOND),
        table("indicator-job-entry", &[statistic(&["low", "high"])], &[20, 60], SECOND),
    ];
    let old_crossed = {
        let mut old = crossed(&[4, 3, 3, 10, 3, -1, -1, 7, 7, -1, -1, 17]);
        old["cohort"] = json!({ "of": "ended", "from": null, "until": "2025-11-30" });
        old
    };
    (now, vec![outcomes(&[5, 5, 7, 17], FIRST), old_crossed])
}

fn page(site: &Site, path: &str) -> Html {
    Html::parse_document(std::str::from_utf8(&site[path]).unwrap())
}

fn all_text(html: &Html) -> String {
    html.root_element().text().collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_figure_of_every_period_has_one_address_in_the_files_and_on_the_pages() {
    let (now, earlier) = everything();
    let site = built(&now, &earlier);
    for (language, suffix) in [(Language::Fi, ""), (Language::Sv, ".sv"), (Language::En, ".en")] {
        let data = open_data(&site, suffix);
        assert_eq!(data["outcomes@2025-11-30 job"], json!(5));
        assert_eq!(data["outcomes job"], json!(9));
        assert_eq!(shown_wrongly(&site, language, &data), Vec::<String>::new());
        let csv = std::str::from_utf8(&site[&format!("data/2025-11-30/outcomes{suffix}.csv")]).unwrap();
        assert!(csv.contains(",job,") && csv.lines().count() == 5, "{csv}");
    }
}

#[test]
fn periods_stand_beside_each_other_in_the_order_of_time_and_are_never_added_up() {
    let (now, mut earlier) = everything();
    earlier.push(outcomes(&[6, 6, 6, 18], Some(("ended", None, "2024-12-31"))));
    let html = page(&built(&now, &earlier), "fi/aiemmat-jaksot.html");
    let row = html.select(&select("#earlier-outcomes tbody tr")).next().unwrap();
    let cells: Vec<String> = row.select(&select("td")).map(|c| c.text().collect()).collect();
    assert_eq!(cells, ["6", "5", "9"]);
    let heads: Vec<String> = html.select(&select("#earlier-outcomes thead th")).map(|h| h.text().collect()).collect();
    assert_eq!(
        heads[1..],
        [
            "Valmennus päättyi 31.12.2024 mennessä",
            "Valmennus päättyi 30.11.2025 mennessä",
            "Valmennus päättyi 1.12.2025–30.6.2026"
        ]
    );
    assert!(!all_text(&html).contains("59"), "17 + 18 + 24");
}

#[test]
fn a_category_that_only_another_period_has_gets_the_sign_of_what_is_not_there() {
    let mut old = outcomes(&[5, 5, 7, 17], FIRST);
    old["axes"] = json!([axis("outcome", "classification", &["job", "retired", "other", "total"])]);
    let html = page(&built(&[outcomes(&[9, 8, 7, 24], SECOND)], &[old]), "en/earlier-periods.html");
    let lines = select("#earlier-outcomes tbody tr");
    let rows = html.select(&lines).map(|row| {
        let label: String = row.select(&select("th")).flat_map(|h| h.text()).collect();
        (label, row.select(&select("td")).map(|c| c.text().collect::<String>()).collect::<Vec<_>>().join(" "))
    });
    let rows: Vec<(String, String)> = rows.collect();
    let expected = [("job", "5 9"), ("education", ". 8"), ("other", "7 7"), ("retired", "5 ."), ("total", "17 24")];
    assert_eq!(rows, expected.map(|(code, cells)| (format!("outcome {code} en"), cells.to_owned())));
}

#[test]
fn without_earlier_periods_their_page_is_there_and_says_so() {
    let html = page(&site(&MANY).0, "fi/aiemmat-jaksot.html");
    assert!(all_text(&html).contains("Aiempia jaksoja ei vielä ole."));
}

#[test]
fn pages_and_rows_are_the_same_whether_figures_are_shown_or_withheld() {
    let places = |figures: &[i64]| {
        let site = built(&[outcomes(figures, SECOND), crossed(&figures.repeat(3))], &[]);
        let cells = |(path, html): (&String, Html)| {
            let addressed = select("[data-cell]");
            let cells = html.select(&addressed).map(|c| c.value().attr("data-cell").unwrap().to_owned());
            (path.clone(), cells.collect::<Vec<_>>())
        };
        (site.keys().cloned().collect::<Vec<_>>(), pages(&site).into_iter().map(cells).collect::<Vec<_>>())
    };
    assert_eq!(places(&[9, 8, 7, 24]), places(&[-1, -1, -1, -1]));
}

#[test]
fn a_crossed_table_stands_open_and_draws_only_groups_of_which_everything_is_shown() {
    let (now, earlier) = everything();
    let release = release(&now, &earlier);
    let figures = figures::of_page("results", &release, Language::Fi);
    let crossed = figures.iter().find(|f| f.anchor == "outcomes-by-gender").unwrap();
    assert!(crossed.table_first && crossed.withheld);
    let bars: Vec<(&str, &str, &str)> =
        crossed.chart.stacks.iter().map(|s| (s.label.as_str(), s.n.as_str(), s.share.as_str())).collect();
    assert_eq!(bars, [("gender woman", "12", "67\u{a0}%"), ("gender man", "...", "...")]);
    assert!(crossed.subtitle.starts_with("Valmennus päättyi 1.12.2025–30.6.2026"), "{}", crossed.subtitle);
    let html = page(&built(&now, &earlier), "fi/tulokset.html");
    assert!(html.select(&select("#outcomes-by-gender > .scroll table")).next().is_some());
    assert!(html.select(&select("#outcomes-by-gender details")).next().is_none());
    assert!(html.select(&select("#by-shoe-size table")).next().is_some(), "a table of the installation's own");
}

#[test]
fn a_figure_that_withholds_says_why_and_one_that_does_not_does_not() {
    let (now, earlier) = everything();
    let html = page(&built(&now, &earlier), "sv/resultat.html");
    let why = |id: &str| html.select(&select(&format!("#{id} a[href='varfor-saknas-en-siffra.html']"))).count();
    assert_eq!((why("outcomes"), why("outcomes-by-gender"), why("by-shoe-size")), (1, 1, 0));
}

#[test]
fn an_indicator_tells_how_many_of_how_many_its_bounds_and_its_days() {
    let (now, earlier) = everything();
    let html = page(&built(&now, &earlier), "fi/mittarit.html");
    let section = |id: &str| {
        let found = html.select(&select(&format!("#{id}"))).next().unwrap().text().collect::<Vec<_>>().join(" ");
        found.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let job = section("job-entry");
    for part in ["37 %", "9 / 24", "20 %–60 %", "Valmennus päättyi 1.12.2025–30.6.2026"] {
        assert!(job.contains(part), "{job} lacks {part}");
    }
    let satisfaction = section("satisfaction-client");
    assert!(!satisfaction.contains("/ ...") && satisfaction.contains("Miksi luku puuttuu?"), "{satisfaction}");
    assert!(section("time-to-placement").contains("120 päivää"));
}

#[test]
fn the_methods_count_what_is_shown_and_link_to_the_result_of_the_audit() {
    let (now, earlier) = everything();
    let site = built(&now, &earlier);
    let html = page(&site, "en/methods.html");
    let text = all_text(&html);
    // Of 4 + 12 + 3 + 6 + 6 + 2 + 2 and 4 + 12 figures 2 + 4 + 3 and 4 are withheld.
    assert!(text.contains("9 tables with 51 figures in all. Of these, 38 are shown and 13 are withheld."), "{text}");
    assert!(html.select(&select("a[href='../data/audit.json']")).next().is_some());
}

/// The pilot's release with notes on corrections.
fn with_notes(notes: &Value) -> Site {
    let mut whole = serde_json::to_value(site(&MANY).1).unwrap();
    whole["notes"] = notes.clone();
    let renderer = Renderer::new(&BTreeMap::new()).unwrap();
    let release: Release = serde_json::from_value(whole).unwrap();
    build(&release, &content(), &instance(), &renderer).unwrap()
}

#[test]
fn a_correction_stands_among_the_methods_with_its_day_and_its_period_the_latest_first() {
    let note = |on: &str, words: &str| json!({ "on": on, "cohort": "2025-06-30", "text": text(words) });
    let notes = json!([note("2026-02-03", "Kaksi tuloa puuttui."), note("2026-03-04", "Korjattu <b>kolme</b>.")]);
    let html = page(&with_notes(&notes), "fi/menetelmat.html");
    let said = all_text(&html);
    assert!(said.contains("Jakso, joka päättyi 30.6.2025 3.2.2026 Kaksi tuloa puuttui."), "{said}");
    assert!(
        said.find("Korjattu <b>kolme</b>.").unwrap() < said.find("Kaksi tuloa puuttui.").unwrap(),
        "escaped, latest first"
    );
    assert!(!said.contains("Julkistuksessa ei ole korjauksia"));
    let none = Messages::of(Language::Fi).get("site.corrections_none");
    assert!(all_text(&page(&with_notes(&json!([])), "fi/menetelmat.html")).contains(none) && !said.contains(none));
}

#[test]
fn what_is_withheld_altogether_stands_closed_behind_one_line_with_every_figure_in_its_place() {
    let site =
        built(&[outcomes(&[-1, -1, -1, -1], SECOND), crossed(&[-1, -1, -1, 12, -1, -1, -1, 12, 9, 8, 7, 24])], &[]);
    let html = page(&site, "fi/tulokset.html");
    let closed = html.select(&select("#outcomes > details:not([open])")).next().unwrap();
    let line: String = closed.select(&select("summary")).flat_map(|s| s.text()).collect();
    assert_eq!(line, "Taulukko outcomes: salattu");
    assert_eq!(closed.select(&select("td[data-cell]")).count(), 4);
    assert!(html.select(&select("#outcomes .plot, #outcomes-by-gender .plot")).next().is_none(), "signs make no chart");
    assert!(html.select(&select("#outcomes-by-gender table")).next().is_some(), "its totals are shown");
    assert!(html.select(&select("#outcomes-by-gender details")).next().is_none());
    let front = page(&site, "fi/index.html");
    assert!(front.select(&select(".band .plot, .band .units")).next().is_none());
}

#[test]
fn the_headlines_of_a_later_period_say_each_whose_days_they_count() {
    let (now, earlier) = everything();
    let mut shown = now.clone();
    shown[0] = outcomes(&[9, 8, 7, 24], SECOND);
    let html = page(&built(&shown, &earlier), "fi/index.html");
    let lines: Vec<String> = html.select(&select(".figures li")).map(|li| li.text().collect::<String>()).collect();
    assert!(lines[0].contains("Kaikki 1.7.2026 mennessä") || lines[0].contains("mennessä aloittaneet."), "{lines:?}");
    assert!(lines[1].contains("Jakso 1.12.2025–30.6.2026."), "{lines:?}");
    assert!(lines[2].contains("Päättyneitä valmennuksia oli 24 (1.12.2025–30.6.2026)."), "{lines:?}");
    let title: String = html.select(&select("#lopputulokset")).flat_map(|h| h.text()).collect();
    assert!(title.ends_with("(1.12.2025–30.6.2026)"), "{title}");
}

#[test]
fn names_of_places_keep_their_capitals_in_sentences() {
    let mut areas = table(
        "clients-by-area",
        &[axis("employment_area", "classification", &["a", "b", "total"])],
        &[9, 8, 17],
        SECOND,
    );
    areas["axes"][0]["categories"][0]["label"] =
        json!({ "fi": "Itälän alue", "sv": "Itäläs område", "en": "Area of Itälä" });
    let said = all_text(&page(&built(&[areas], &[]), "en/clients.html"));
    assert!(said.contains("Clients: Area of Itälä 9,"), "{said}");
}

#[test]
fn the_limits_in_prose_are_those_of_the_release() {
    let said = all_text(&page(&site(&MANY).0, "en/why-is-a-figure-missing.html"));
    let release = site(&MANY).1;
    let m = Messages::of(Language::En);
    let limits =
        [i64::from(release.threshold()), release.mean_threshold()].map(|n| super::super::sentences::number(n, m));
    assert!(said.contains(&format!("The limit on this site is {}.", limits[0])), "{said}");
    assert!(said.contains(&format!("An average needs at least {} people.", limits[1])), "{said}");
}
