//! An import at a desk: the good rows are taken, the others are handed back to be mended and taken then. Nothing is kept
//! between the two but what the page itself carries.

use super::{Desk, ImportError, ImportSummary};
use crate::ledger::{LedgerRow, RowFault, Sheet, cells_of, check_rows, headings};
use crate::text::contains_hetu;

/// A row to be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MendedRow {
    /// Its number in the sheet.
    pub row: usize,
    /// What stands in each field; a field that is not named is empty.
    pub cells: Vec<(String, String)>,
    /// The number that it must not have, for another row of the sheet has it.
    pub not: Option<String>,
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftRow {
    /// Its number in the sheet.
    pub row: usize,
    /// Field, heading and what stands there; an identity code is taken out.
    pub cells: Vec<(&'static str, String, String)>,
    /// What is wrong.
    pub faults: Vec<RowFault>,
    /// The number that it must not have.
    pub not: Option<String>,
}

/// What became of a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetImported {
    /// What was done with the good rows, or would be.
    pub summary: ImportSummary,
    /// Headings that are missing: nothing was read.
    pub headings: Vec<RowFault>,
    /// Rows that were not taken.
    pub left: Vec<LeftRow>,
    /// What is unusual in rows that were taken.
    pub warnings: Vec<RowFault>,
}

/// How the rows of a sheet are called: by their places, or as they were called in the sheet they come from.
struct Rows<'a> {
    sheet: &'a Sheet,
    mended: Option<&'a [MendedRow]>,
}

impl Rows<'_> {
    /// Place among the sheet's rows of the row of that number.
    fn place(&self, row: usize) -> usize {
        row.saturating_sub(self.sheet.first_row)
    }

    fn mended(&self, row: usize) -> Option<&MendedRow> {
        self.mended?.get(self.place(row).checked_sub(1)?)
    }

    fn number(&self, row: usize) -> usize {
        self.mended(row).map_or(row, |m| m.row)
    }
}

impl Desk {
    /// Imports what is good of a sheet, or with `tried` only tells what would be done.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub async fn import_sheet(&self, sheet: &Sheet, tried: bool) -> Result<SheetImported, ImportError> {
        self.take(&Rows { sheet, mended: None }, tried).await
    }

    /// Imports what is good of rows that were mended.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub async fn import_mended(&self, mended: &[MendedRow]) -> Result<SheetImported, ImportError> {
        let fields = headings(&self.instance);
        let mut rows = vec![fields.iter().map(|(_, heading)| (*heading).to_owned()).collect::<Vec<_>>()];
        for row in mended {
            let cell = |(field, _): &(&str, &str)| {
                row.cells.iter().find(|(name, _)| name == field).map_or_else(String::new, |(_, v)| v.trim().to_owned())
            };
            rows.push(fields.iter().map(cell).collect());
        }
        let sheet = Sheet { name: String::new(), rows, first_row: 1 };
        self.take(&Rows { sheet: &sheet, mended: Some(mended) }, false).await
    }

    async fn take(&self, rows: &Rows<'_>, tried: bool) -> Result<SheetImported, ImportError> {
        let (good, mut faults, mut warnings) = check_rows(rows.sheet, &self.instance, self.today());
        if faults.iter().any(|f| f.code.starts_with("heading_")) {
            return Ok(SheetImported { headings: faults, ..SheetImported::default() });
        }
        let unfit = self.unfit(&good).await?;
        let mut taken: Vec<LedgerRow> = Vec::new();
        for (at, row) in good.into_iter().enumerate() {
            if unfit.contains(&at) {
                faults.push(self.fault(&row, "unfit"));
            } else if rows.mended(row.row).is_some_and(|m| m.not.as_ref() == Some(&row.number)) {
                faults.push(self.fault(&row, "twice_still"));
            } else {
                taken.push(row);
            }
        }
        let summary = if tried { self.try_import(&taken).await? } else { self.import(&taken).await? };
        faults.sort_by_key(|f| f.row);
        warnings.retain(|w| taken.iter().any(|row| row.row == w.row));
        for warning in &mut warnings {
            warning.row = rows.number(warning.row);
        }
        let left = faults.chunk_by(|a, b| a.row == b.row).map(|faults| self.left(rows, faults)).collect();
        Ok(SheetImported { summary, headings: Vec::new(), left, warnings })
    }

    fn fault(&self, row: &LedgerRow, code: &'static str) -> RowFault {
        RowFault {
            sheet: String::new(),
            row: row.row,
            field: Some("number"),
            column: self.instance.ledger.columns.number.clone(),
            value: row.number.clone(),
            code,
            detail: String::new(),
            problem: "the row cannot be taken as it is".to_owned(),
            remedy: "correct the row".to_owned(),
        }
    }

    fn left(&self, rows: &Rows<'_>, faults: &[RowFault]) -> LeftRow {
        let row = faults.first().map_or(0, |f| f.row);
        let told = |fault: &RowFault| {
            let first = fault.detail.parse().ok().filter(|_| fault.code == "twice");
            let detail = first.map_or_else(|| fault.detail.clone(), |n| rows.number(n).to_string());
            RowFault { row: rows.number(fault.row), detail, ..fault.clone() }
        };
        let cells = cells_of(rows.sheet, &self.instance, rows.place(row));
        let shown = |(field, heading, value): (&'static str, &str, &str)| {
            let value = if contains_hetu(value) { String::new() } else { value.to_owned() };
            (field, heading.to_owned(), value)
        };
        let twice = faults.iter().find(|f| f.code.starts_with("twice")).map(|f| f.value.clone());
        LeftRow {
            row: rows.number(row),
            cells: cells.into_iter().map(shown).collect(),
            faults: faults.iter().map(told).collect(),
            not: twice.or_else(|| rows.mended(row).and_then(|m| m.not.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::pilot::desk;
    use crate::instance::Instance;
    use crate::ledger::read_sheet_bytes;
    use crate::text::Language;
    use std::sync::Arc;

    const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");

    fn mended(left: &LeftRow, changes: &[(&str, &str)]) -> MendedRow {
        let cells = left.cells.iter().map(|(field, _, value)| {
            let new = changes.iter().find(|(f, _)| f == field).map_or(value.as_str(), |(_, v)| v);
            ((*field).to_owned(), new.to_owned())
        });
        MendedRow { row: left.row, cells: cells.collect(), not: left.not.clone() }
    }

    #[tokio::test]
    async fn good_rows_are_taken_and_the_others_come_back_until_they_are_mended() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _) = desk(folder.path()).await;
        let text = SHEET.replace("V-0", "W-0").replacen(";nainen;", ";naisa;", 1);
        // The last row has the number of the first: it would overwrite another person's case.
        let text = text.replacen("W-022", "W-002", 1);
        let sheet = read_sheet_bytes("a.csv", text.as_bytes()).unwrap();
        let tried = desk.import_sheet(&sheet, true).await.unwrap();
        assert_eq!((tried.summary.opened, desk.store.cases().await.unwrap().len()), (20, 22), "nothing is stored");
        let done = desk.import_sheet(&sheet, false).await.unwrap();
        assert_eq!((done.summary.opened, done.left.len()), (20, 2));
        let (first, last) = (&done.left[0], &done.left[1]);
        assert_eq!((first.row, first.faults[0].field, first.faults[0].code), (2, Some("gender"), "unknown_word"));
        assert_eq!((last.row, last.faults[0].code, last.not.as_deref()), (23, "twice", Some("W-002")));

        let again = [mended(first, &[("gender", "nainen")]), mended(last, &[])];
        let done = desk.import_mended(&again).await.unwrap();
        assert_eq!((done.summary.opened, done.summary.updated, done.left.len()), (1, 0, 1));
        assert_eq!((done.left[0].row, done.left[0].faults[0].code), (23, "twice_still"));
        let again = [mended(&done.left[0], &[("number", "W-022")])];
        let done = desk.import_mended(&again).await.unwrap();
        assert_eq!((done.summary.opened, done.left.len(), desk.store.cases().await.unwrap().len()), (1, 0, 44));
    }

    #[tokio::test]
    async fn an_identity_code_is_not_handed_back() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _) = desk(folder.path()).await;
        let text = SHEET.replacen(";nainen;", ";010190-999X;", 1);
        let done = desk.import_sheet(&read_sheet_bytes("a.csv", text.as_bytes()).unwrap(), false).await.unwrap();
        let gender = done.left[0].cells.iter().find(|(field, ..)| *field == "gender").unwrap();
        assert_eq!(gender.2, "");
        assert!(!format!("{done:?}").contains("999X"));
        assert_eq!((done.summary.unchanged, done.left.len()), (21, 1));
    }

    #[tokio::test]
    async fn a_sheet_names_the_provider_of_a_case_and_one_that_does_not_leaves_it() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _) = desk(folder.path()).await;
        let providers = "\ndimensions:\n  - { id: provider, sensitive: false, label: { fi: T, sv: T, en: T }, categories: [{ code: provider, label: { fi: Oma, sv: Egen, en: Own } }, { code: suunta, label: { fi: Suunta, sv: Suunta, en: Suunta } }] }\n";
        let text = include_str!("../../demo/palaute.yaml").replacen("\ndimensions:\n", providers, 1).replacen(
            "\n  words:\n",
            "\n    provider: Tuottaja\n  words:\n    provider: { Suunta oy: suunta }\n",
            1,
        );
        let without = text.replacen("{ code: provider, label", "{ code: another, label", 1);
        let mistakes = Instance::read("palaute.yaml", &without).unwrap_err().to_string();
        assert!(mistakes.contains("I019") && mistakes.contains("`provider`"), "{mistakes}");
        let desk = Desk { instance: Arc::new(Instance::read("palaute.yaml", &text).unwrap()), ..desk };
        let named = |provider: &str| {
            let head = SHEET.lines().next().unwrap();
            let row = SHEET.lines().nth(1).unwrap();
            format!("{head};Tuottaja\n{row};{provider}\n")
        };
        let import = async |text: &str| {
            let sheet = read_sheet_bytes("a.csv", text.as_bytes()).unwrap();
            let done = desk.import_sheet(&sheet, false).await.unwrap();
            let case = desk.store.case(desk.find_case("V-001").await.unwrap()).await.unwrap().unwrap();
            (case.opening().provider.clone(), done)
        };
        let (provider, done) = import(&named("suunta OY")).await;
        assert_eq!((provider.as_str(), done.summary.updated), ("suunta", 1));
        assert_eq!(desk.instance.provider_name(&provider, Language::Fi), "Suunta");
        for silent in [SHEET.to_owned(), named("")] {
            let (provider, done) = import(&silent).await;
            assert_eq!((provider.as_str(), done.summary.updated), ("suunta", 0), "a sheet that tells none");
        }
        let (provider, done) = import(&named("Toinen")).await;
        assert_eq!(provider, "suunta");
        assert_eq!((done.left[0].faults[0].field, done.left[0].faults[0].code), (Some("provider"), "unknown_word"));
    }
}
