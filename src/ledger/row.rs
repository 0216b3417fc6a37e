//! A row of texts to what it says about a case.

use super::Sheet;
use super::columns::{ColumnMap, columns, same};
use crate::case::{Ending, Opening, Work};
use crate::instance::Instance;
use crate::text::{Language, contains_hetu, is_email, parse_date, parse_tenths};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fmt;

/// What is told in place of an identity code.
const HIDDEN: &str = "(not shown)";

/// A good row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// The row's number in the sheet.
    pub row: usize,
    /// The sheet's own number of the client.
    pub number: String,
    /// What is known from the opening.
    pub opening: Opening,
    /// Hours, meetings, trials.
    pub work: Work,
    /// How it ended, if it has.
    pub ending: Option<Ending>,
    /// Where the client is reached.
    pub email: Option<String>,
    /// The provider that it tells; the installation's own where no column is for it.
    pub provider: Option<String>,
}

/// What is wrong with one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// The sheet.
    pub sheet: String,
    /// The row as a spreadsheet program numbers it.
    pub row: usize,
    /// The field, where the cell has one.
    pub field: Option<&'static str>,
    /// The heading of the column.
    pub column: String,
    /// What stands there; hidden when it may be an identity code.
    pub value: String,
    /// Code of what is wrong, and what belongs to it, such as the words that are known.
    pub code: &'static str,
    /// See `code`.
    pub detail: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "sheet {}, row {}, column {}: \"{}\": {}",
            self.sheet, self.row, self.column, self.value, self.problem
        )?;
        write!(f, "  remedy: {}", self.remedy)
    }
}

/// Something unusual that is taken all the same.
pub type RowWarning = RowFault;

/// Checks every row below the headings; good rows, faults and warnings. No day may come after `today`.
#[must_use]
pub fn check_rows(sheet: &Sheet, instance: &Instance, today: Date) -> (Vec<LedgerRow>, Vec<RowFault>, Vec<RowWarning>) {
    let (mut good, mut faults, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    let columns = match columns(sheet, instance) {
        Ok(columns) => columns,
        Err(missing) => return (good, missing, warnings),
    };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (at, cells) in sheet.rows.iter().enumerate().skip(1) {
        if cells.iter().all(String::is_empty) {
            continue;
        }
        let row = sheet.first_row + at;
        if cells.len() > sheet.rows[0].len() {
            faults.push(RowFault {
                sheet: sheet.name.clone(),
                row,
                field: None,
                column: String::new(),
                value: String::new(),
                code: "too_many_cells",
                detail: String::new(),
                problem: format!("{} cells under {} headings", cells.len(), sheet.rows[0].len()),
                remedy:
                    "a decimal comma may have been read as a separator: save the sheet with semicolons, or as .xlsx"
                        .to_owned(),
            });
            continue;
        }
        let mut check =
            Check { sheet: &sheet.name, row, columns: &columns, cells, faults: Vec::new(), instance, today };
        check.identity_codes(&sheet.rows[0]);
        let read = check.row();
        let Check { faults: mut found, .. } = check;
        if let Some(read) = &read {
            if let Some(first) = seen.insert(read.number.clone(), row) {
                found.push(RowFault {
                    sheet: sheet.name.clone(),
                    row,
                    field: Some("number"),
                    column: columns["number"].1.clone(),
                    value: read.number.clone(),
                    code: "twice",
                    detail: first.to_string(),
                    problem: format!("the same number stands on row {first}"),
                    remedy: "give each client a number of its own, or remove one of the rows".to_owned(),
                });
            }
            let cap = i64::from(instance.hour_cap) * 10;
            if found.is_empty() && read.work.hours_tenths.is_some_and(|h| h > cap) {
                warnings.push(RowFault {
                    sheet: sheet.name.clone(),
                    row,
                    field: Some("hours"),
                    column: columns["hours"].1.clone(),
                    value: cells[columns["hours"].0].clone(),
                    code: "over_cap",
                    detail: instance.hour_cap.to_string(),
                    problem: format!("more than {} hours and no reason for it", instance.hour_cap),
                    remedy: "taken as it is; the report says that the reason was not recorded".to_owned(),
                });
            }
        }
        if found.is_empty() { good.extend(read) } else { faults.append(&mut found) }
    }
    (good, faults, warnings)
}

struct Check<'a> {
    sheet: &'a str,
    row: usize,
    columns: &'a ColumnMap,
    cells: &'a [String],
    faults: Vec<RowFault>,
    instance: &'a Instance,
    today: Date,
}

impl Check<'_> {
    /// What stands in the field's column; nothing where the sheet does not have the column.
    fn text(&self, field: &str) -> &str {
        self.columns.get(field).and_then(|(at, _)| self.cells.get(*at)).map_or("", String::as_str)
    }

    fn optional(&self, field: &str) -> Option<String> {
        let text = self.text(field);
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn tell(&mut self, field: &'static str, code: &'static str, problem: &str, remedy: &str) {
        self.tell_with(field, (code, String::new()), problem, remedy);
    }

    fn tell_with(&mut self, field: &'static str, (code, detail): (&'static str, String), problem: &str, remedy: &str) {
        self.faults.push(RowFault {
            sheet: self.sheet.to_owned(),
            row: self.row,
            field: Some(field),
            column: self.columns[field].1.clone(),
            value: if contains_hetu(self.text(field)) { HIDDEN } else { self.text(field) }.to_owned(),
            code,
            detail,
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        });
    }

    fn identity_codes(&mut self, headings: &[String]) {
        for (at, cell) in self.cells.iter().enumerate() {
            if contains_hetu(cell) {
                self.faults.push(RowFault {
                    sheet: self.sheet.to_owned(),
                    row: self.row,
                    field: self.columns.iter().find(|(_, (place, _))| *place == at).map(|(field, _)| *field),
                    column: headings.get(at).cloned().unwrap_or_default(),
                    value: HIDDEN.to_owned(),
                    code: "identity_code",
                    detail: String::new(),
                    problem: "a personal identity code".to_owned(),
                    remedy: "remove it from the sheet: no identity code is ever stored".to_owned(),
                });
            }
        }
    }

    fn required(&mut self, field: &'static str) -> Option<String> {
        let found = self.optional(field);
        if found.is_none() {
            self.tell(field, "empty", "the cell is empty", "fill it in");
        }
        found
    }

    fn date(&mut self, field: &'static str) -> Option<Date> {
        let text = self.optional(field)?;
        let date = parse_date(&text);
        match date {
            None => self.tell(field, "no_date", "no date", "write the day as 4.11.2024"),
            Some(day) if day > self.today => {
                let remedy = "correct the year, or leave the cell empty until then";
                self.tell(field, "to_come", "the day has not come yet", remedy);
            }
            Some(_) => {}
        }
        date
    }

    fn required_date(&mut self, field: &'static str) -> Option<Date> {
        self.required(field)?;
        self.date(field)
    }

    /// The code of the sheet's word; `None` for an empty cell or an unknown word, which is told.
    fn word(&mut self, field: &'static str) -> Option<String> {
        let text = self.optional(field)?;
        let words = self.instance.ledger.words.get(field);
        let code = words.into_iter().flatten().find(|(word, _)| same(word, &text)).map(|(_, code)| code.clone());
        if code.is_none() {
            let known: Vec<&str> = words.into_iter().flatten().map(|(word, _)| word.as_str()).collect();
            let known = known.join(", ");
            let remedy = format!("write one of: {known}; or add the word at ledger.words.{field} in palaute.yaml");
            self.tell_with(field, ("unknown_word", known), "an unknown word", &remedy);
        }
        code
    }

    fn count(&mut self, field: &'static str) -> Option<u32> {
        let text = self.optional(field)?;
        let n = parse_tenths(&text)
            .filter(|t| t % 10 == 0)
            .and_then(|t| u32::try_from(t / 10).ok())
            .filter(|n| *n < 10_000);
        if n.is_none() {
            self.tell(field, "no_count", "no whole number", "write a number such as 3");
        }
        n
    }

    fn hours(&mut self) -> Option<i64> {
        let text = self.optional("hours")?;
        let tenths = parse_tenths(&text);
        if tenths.is_none() {
            self.tell("hours", "no_hours", "no number of hours", "write hours with at most one decimal, such as 17,5");
        }
        tenths
    }

    /// A language of the instance by its code or name.
    fn language(&mut self) -> Option<Language> {
        let text = self.optional("language")?;
        let known = &self.instance.languages.value;
        let named = |l: &&Language| {
            [l.code(), l.own_name(), l.english_name(), l.finnish_name()].iter().any(|name| same(name, &text))
        };
        let found = known.iter().find(named).copied();
        if found.is_none() {
            let names: Vec<&str> = known.iter().map(|l| l.finnish_name()).collect();
            let (names, problem) = (names.join(", "), "no language of this instance");
            let remedy = format!("write one of: {names}");
            self.tell_with("language", ("unknown_word", names), problem, &remedy);
        }
        found
    }

    fn row(&mut self) -> Option<LedgerRow> {
        let number = self.required("number");
        let coach = self.required("coach");
        let (gender, origin) = (
            self.required("gender").and_then(|_| self.word("gender")),
            self.required("origin").and_then(|_| self.word("origin")),
        );
        let age_group = self.word("age_group");
        let (since, started) = (self.required_date("client_since"), self.required_date("coaching_started"));
        let (ended, outcome) = (self.date("ended_on"), self.word("outcome"));
        let work = Work {
            hours_tenths: self.hours(),
            meetings: self.count("meetings"),
            work_trials: self.count("work_trials"),
        };
        let own = &self.instance.provider.code;
        let provider = match self.instance.ledger.columns.provider {
            Some(_) => self.word("provider"),
            None => Some(own.clone()),
        };
        let language = self.language();
        let email = self.optional("email");
        if email.as_deref().is_some_and(|text| !is_email(text)) {
            self.tell(
                "email",
                "no_email",
                "no e-mail address",
                "write one address such as nimi@example.fi, or leave the cell empty",
            );
        }
        let pay_subsidy = self.word("pay_subsidy").map(|code| code == "yes");
        if let (Some(since), Some(started)) = (since, started)
            && started < since
        {
            self.tell(
                "coaching_started",
                "start_too_early",
                "the coaching starts before the client's time begins",
                "correct one of the two dates",
            );
        }
        if let (Some(started), Some(ended)) = (started, ended)
            && ended < started
        {
            self.tell(
                "ended_on",
                "end_too_early",
                "the end is before the start of the coaching",
                "correct one of the two dates",
            );
        }
        match (self.text("ended_on").is_empty(), self.text("outcome").is_empty()) {
            (true, false) => {
                self.tell(
                    "ended_on",
                    "no_end",
                    "an outcome without a day",
                    "write the day on which the coaching ended",
                );
            }
            (false, true) => {
                self.tell("outcome", "no_outcome", "an end without an outcome", "write how the coaching ended");
            }
            _ => {}
        }
        let ending =
            ended.zip(outcome).map(|(on, outcome)| Ending { on, outcome, field: self.optional("field"), pay_subsidy });
        Some(LedgerRow {
            row: self.row,
            number: number?,
            opening: Opening {
                office: self.instance.office.code.clone(),
                provider: provider.clone().unwrap_or_else(|| own.clone()),
                coach: coach?,
                municipality: self.optional("municipality"),
                gender,
                origin,
                age_group,
                client_since: since?,
                coaching_started: started?,
                language,
            },
            work,
            ending,
            email,
            provider,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::read_sheet;
    use std::path::Path;

    const TODAY: Date = Date::constant(2025, 12, 1);

    fn instance() -> Instance {
        Instance::read("palaute.yaml", include_str!("../../demo/palaute.yaml")).unwrap()
    }

    fn pilot(kind: &str) -> Sheet {
        read_sheet(&Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("demo/veto-plus-ledger.{kind}"))).unwrap()
    }

    #[test]
    fn the_workbook_and_the_csv_say_the_same_and_three_rows_exceed_the_cap() {
        let (csv, faults, warnings) = check_rows(&pilot("csv"), &instance(), TODAY);
        assert_eq!((csv.len(), faults.as_slice(), warnings.len()), (22, &[][..], 3));
        let (xlsx, faults, _) = check_rows(&pilot("xlsx"), &instance(), TODAY);
        assert_eq!(faults, []);
        assert_eq!(csv, xlsx);
        assert_eq!((csv[0].row, csv[0].number.as_str(), csv[0].work.hours_tenths), (2, "V-001", Some(210)));
    }

    #[test]
    fn every_bad_cell_is_told_with_row_column_value_and_remedy() {
        let mut sheet = pilot("csv");
        sheet.rows[1][3] = "naine".into();
        sheet.rows[2][7] = "31.2.2025".into();
        sheet.rows[3][8] = "1.1.2024".into();
        sheet.rows[4][9] = String::new();
        sheet.rows[5][0] = "V-001".into();
        sheet.rows[6][10] = "hetu 010190-999X".into();
        let (good, faults, _) = check_rows(&sheet, &instance(), TODAY);
        assert_eq!(good.len(), 16);
        let told: Vec<(usize, &str, &str)> =
            faults.iter().map(|f| (f.row, f.column.as_str(), f.value.as_str())).collect();
        assert_eq!(
            told,
            [
                (2, "Sukupuoli", "naine"),
                (3, "Työhönvalmennus alkoi", "31.2.2025"),
                (4, "Asiakkuus päättyi", "1.1.2024"),
                (5, "Lopputulos", ""),
                (6, "Asiakastunnus", "V-001"),
                (7, "Ala", "(not shown)"),
            ]
        );
        assert!(faults.iter().all(|f| !f.remedy.is_empty() && !f.to_string().contains("999X")));
    }

    #[test]
    fn days_to_come_and_rows_with_too_many_cells_are_told() {
        let mut sheet = pilot("csv");
        sheet.rows[1][8] = "17.8.2031".into();
        sheet.rows[2].push("x".into());
        let (_, faults, _) = check_rows(&sheet, &instance(), TODAY);
        let told: Vec<(usize, &str)> = faults.iter().map(|f| (f.row, f.problem.as_str())).collect();
        assert_eq!(told, [(2, "the day has not come yet"), (3, "16 cells under 15 headings")]);
    }

    #[test]
    fn a_missing_heading_is_told_with_the_key_that_names_it() {
        let mut sheet = pilot("csv");
        sheet.rows[0][4] = "Taustat".into();
        let (_, faults, _) = check_rows(&sheet, &instance(), TODAY);
        assert!(faults[0].remedy.contains("ledger.columns.origin"), "{}", faults[0]);
    }
}
