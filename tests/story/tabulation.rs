//! The demo's sheet through facts, cube and cohorts beside a tabulation of the sheet's own cells.

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
