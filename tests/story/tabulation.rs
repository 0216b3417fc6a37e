//! The demo's sheet through facts, cube and cohorts beside a tabulation of the sheet's own cells; pairs of self-assessments
//! from the web to a figure of the site beside pencil and paper.

use crate::instance::{DAY_AFTER, Instance as Installed};
use crate::reports::answered;
use jiff::civil::{Date, date};
use palaute::case::{CaseEvent, CaseFile, CaseNumber};
use palaute::cube::{Codebook, Cube, Fact, TOTAL, Table, count};
use palaute::instance::Instance;
use palaute::ledger::{check_rows, read_sheet};
use palaute::statistics::{Areas, Statistics};
use palaute::text::parse_date;
use std::fs;
use std::path::{Path, PathBuf};

/// A cell with its heading.
type Cell = (String, String);
type Row = [Cell];

const AS_OF: Date = date(2025, 11, 30);

fn demo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("demo").join(name)
}

fn instance() -> Instance {
    Instance::read("palaute.yaml", &fs::read_to_string(demo("palaute.yaml")).unwrap()).unwrap()
}

/// The demo's cases as the import makes them, counted.
fn counted() -> Vec<Table> {
    let instance = instance();
    let areas = Areas::read("areas.yaml", &fs::read_to_string(demo("areas.yaml")).unwrap(), &instance).unwrap();
    let mut statistics = Statistics::usual(&instance, &[]);
    statistics.areas = Some(areas);
    statistics.cohorts =
        palaute::text::read_yaml("statistics.yaml", "{ ends: [2025-11-30], every: half_year }").unwrap();
    let (rows, faults, _) =
        check_rows(&read_sheet(&demo("veto-plus-ledger.csv")).unwrap(), &instance, date(2025, 12, 1));
    assert_eq!(faults, []);
    let areas = statistics.areas.as_ref();
    let (mut cube, book) = (Cube::default(), Codebook::of_cases(&instance, areas));
    for (sequence, row) in (1..).zip(rows) {
        let opened = CaseEvent::Opened { imported_number: Some(row.number), opening: row.opening };
        let mut events = vec![opened, CaseEvent::WorkRecorded { work: row.work }];
        events.extend(row.ending.map(|ending| CaseEvent::Ended { ending }));
        let number = CaseNumber::new(2025, u32::try_from(sequence).unwrap());
        let fact = Fact::of_case(&CaseFile::fold(number, &events).unwrap(), &instance, areas);
        cube.fold(sequence, &fact, &book);
    }
    count(&cube, &instance, &statistics, &[], AS_OF, AS_OF, &[]).tables
}

/// The sheet's cells by heading, without the program.
fn cells() -> Vec<Vec<Cell>> {
    let text = fs::read_to_string(demo("veto-plus-ledger.csv")).unwrap();
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let headings: Vec<&str> = lines.next().unwrap().split(';').collect();
    lines
        .map(|line| headings.iter().zip(line.split(';')).map(|(h, c)| ((*h).to_owned(), c.trim().to_owned())).collect())
        .collect()
}

fn of<'r>(row: &'r Row, heading: &str) -> &'r str {
    row.iter().find(|(own, _)| own == heading).map_or("", |(_, cell)| cell)
}

fn has_ended(row: &Row) -> bool {
    parse_date(of(row, "Asiakkuus päättyi")).is_some_and(|day| day <= AS_OF)
}

fn figure(tables: &[Table], id: &str, codes: &[&str]) -> i64 {
    let table = tables.iter().find(|t| t.id == id && t.cohort.is_some()).unwrap_or_else(|| panic!("no table {id}"));
    let mut at = 0;
    for (axis, code) in table.axes.iter().zip(codes) {
        at = at * axis.categories.len() + axis.categories.iter().position(|c| c.code == *code).unwrap();
    }
    table.cells[at].figure.scaled
}

#[test]
fn the_demos_tables_say_what_the_cells_of_its_sheet_add_up_to() {
    let (tables, rows) = (counted(), cells());
    let n = |fits: &dyn Fn(&Row) -> bool| i64::try_from(rows.iter().filter(|r| fits(r)).count()).unwrap();
    let origins = [("native", "kantasuomalainen"), ("immigrant", "maahanmuuttaja")];
    let outcomes = [
        ("job", "työ"),
        ("education", "koulutus"),
        ("longer_work_trial", "pidempi työkokeilu"),
        ("returned_to_authority", "paluu työvoimaviranomaiselle"),
    ];
    assert_eq!(figure(&tables, "clients-by-origin", &[TOTAL]), n(&|_| true));
    assert_eq!(figure(&tables, "outcomes", &[TOTAL]), n(&has_ended));
    for (origin, word) in origins {
        let own = |row: &Row| of(row, "Tausta") == word;
        assert_eq!(figure(&tables, "clients-by-origin", &[origin]), n(&own), "{origin}");
        for (outcome, ending) in outcomes {
            let both = |row: &Row| own(row) && has_ended(row) && of(row, "Lopputulos") == ending;
            assert_eq!(figure(&tables, "outcomes-by-origin", &[origin, outcome]), n(&both), "{origin} {outcome}");
        }
        let trials =
            rows.iter().filter(|r| own(r) && has_ended(r)).map(|r| of(r, "Työkokeiluja").parse::<i64>().unwrap_or(0));
        assert_eq!(figure(&tables, "work-trials", &[origin, "trials"]), trials.sum::<i64>(), "{origin}");
    }
    for (outcome, ending) in outcomes {
        let own = |row: &Row| has_ended(row) && of(row, "Lopputulos") == ending;
        assert_eq!(figure(&tables, "outcomes", &[outcome]), n(&own), "{outcome}");
        let hours = rows.iter().filter(|r| own(r)).map(|r| of(r, "Valmennustunnit").replace(',', ""));
        let tenths: i64 = hours.map(|h| h.parse::<i64>().unwrap()).sum();
        assert_eq!(figure(&tables, "hours-per-case", &[outcome, "sum"]), tenths, "{outcome}");
    }
}

/// A self-assessment of two statements at the start and at the end, from 1 (fully disagrees) to 5 (fully agrees).
type Pair = (&'static str, [usize; 2], [usize; 2]);

const START: &str = "self-assessment-start";
const CLOSING: &str = "self-assessment-closing";

/// Sends one half of a pair; the receipt.
fn assessed(installed: &Installed, at: std::net::SocketAddr, case: &str, form: &str, steps: [usize; 2]) -> String {
    let scale = ["fully_disagree", "rather_disagree", "neither", "rather_agree", "fully_agree"];
    let code = |at: usize| scale[steps[at] - 1];
    answered(installed, at, case, form, &[("a_ready", code(0)), ("a_search", code(1))])
}

/// Sends both halves; the receipts.
fn both(installed: &Installed, at: std::net::SocketAddr, (case, before, after): Pair) -> [String; 2] {
    [(START, before), (CLOSING, after)].map(|(form, steps)| assessed(installed, at, case, form, steps))
}

/// The mean change of pairs as somebody would reckon it on paper, as open data write it.
fn on_paper(pairs: &[Pair]) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a handful of small numbers")]
    let mean = |steps: &[usize; 2]| (steps[0] + steps[1]) as f64 / 2.0;
    let sum: f64 = pairs.iter().map(|(_, before, after)| mean(after) - mean(before)).sum();
    #[expect(clippy::cast_precision_loss, reason = "a handful of pairs")]
    let n = pairs.len() as f64;
    format!("{:.1}", sum / n)
}

#[test]
fn the_mean_change_of_self_assessments_is_that_of_the_pairs_that_are_left() {
    let installed = Installed::pilot();
    installed.must(&["import", &demo("veto-plus-ledger.csv").display().to_string()]);
    let table = "indicator-self-assessment-change";
    let figures = |installed: &Installed| {
        let data = installed.open_data();
        ["n", "mean", "lower", "upper"].map(|code| data.get(&format!("{table} {code}")).cloned().unwrap_or_default())
    };
    let first: [Pair; 5] = [
        ("V-001", [3, 3], [4, 2]),
        ("V-002", [5, 5], [4, 3]),
        ("V-003", [4, 4], [3, 4]),
        ("V-004", [3, 2], [3, 3]),
        ("V-005", [5, 4], [1, 4]),
    ];
    let server = installed.serve_at("2025-12-01T09:05:00+02:00");
    for pair in first.into_iter().take(4) {
        both(&installed, server.address, pair);
    }
    // Who answered once is no pair.
    assessed(&installed, server.address, "V-008", START, [1, 1]);
    assessed(&installed, server.address, "V-009", CLOSING, [5, 5]);
    // One half that is erased takes the pair away, whichever it is.
    let [start, _] = both(&installed, server.address, ("V-006", [1, 1], [5, 5]));
    let [_, closing] = both(&installed, server.address, ("V-007", [1, 1], [5, 5]));
    // One that is erased and sent anew counts as it was sent then.
    let [_, wrong] = both(&installed, server.address, ("V-005", first[4].1, [5, 5]));
    for receipt in [&start, &closing, &wrong] {
        installed.must(&["erase", "--receipt", receipt, "--yes"]);
    }
    assessed(&installed, server.address, "V-005", CLOSING, first[4].2);
    drop(server);
    assert!(installed.must(&["verify"]).contains("Everything agrees."));
    installed.must_at(DAY_AFTER, &["release"]);
    // The audit looks at what was built, the mean below nothing included.
    let built = installed.must_at(DAY_AFTER, &["build"]);
    let mean = on_paper(&first);
    assert_eq!(
        (figures(&installed), mean.as_str()),
        (["5", &mean, "...", "..."].map(str::to_owned), "-0.7"),
        "{built}"
    );

    let second: [Pair; 5] = [
        ("V-010", [1, 2], [4, 2]),
        ("V-011", [2, 2], [4, 3]),
        ("V-012", [4, 4], [3, 4]),
        ("V-013", [3, 2], [5, 5]),
        ("V-014", [1, 1], [1, 4]),
    ];
    let later = "2026-01-08T09:00:00+02:00";
    let server = installed.serve_at("2025-12-03T09:05:00+02:00");
    for pair in second {
        both(&installed, server.address, pair);
    }
    drop(server);
    installed.must_at(later, &["release", "--as-of", "2025-12-31"]);
    installed.must_at(later, &["build"]);
    let mean = on_paper(&second);
    assert_eq!((figures(&installed), mean.as_str()), (["5", &mean, "...", "..."].map(str::to_owned), "1.3"));
    // What was folded in portions is what a recount of all facts gives.
    assert!(installed.must_at(later, &["verify"]).contains("Everything agrees."));
    let earlier = crate::instance::open_data_in(&installed.path().join("public/data/2025-12-01"));
    assert_eq!(earlier.get(&format!("{table} mean")).map(String::as_str), Some("-0.7"), "the first cohort stays");
    // A fact of a pair that is gone is noticed.
    installed.change("DELETE FROM facts WHERE subject = '2025-000001/change'");
    let told = installed.run(&["verify"]);
    let told = format!("{}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    assert!(told.contains("2025-000001/change: it is not counted once"), "{told}");
}
