//! Which column of a sheet holds which field.

use super::Sheet;
use super::row::RowFault;
use crate::instance::Instance;
use std::collections::BTreeMap;

/// Field to the place and heading of its column.
pub(super) type ColumnMap = BTreeMap<&'static str, (usize, String)>;

/// Every field with the heading of its column, in the order in which a row is read; those of provider, language and e-mail
/// where the instance has them.
#[must_use]
pub fn headings(instance: &Instance) -> Vec<(&'static str, &str)> {
    let c = &instance.ledger.columns;
    let mut wanted: Vec<(&'static str, &str)> = vec![
        ("number", &c.number),
        ("coach", &c.coach),
        ("municipality", &c.municipality),
        ("gender", &c.gender),
        ("origin", &c.origin),
        ("age_group", &c.age_group),
        ("client_since", &c.client_since),
        ("coaching_started", &c.coaching_started),
        ("ended_on", &c.ended_on),
        ("outcome", &c.outcome),
        ("field", &c.field),
        ("work_trials", &c.work_trials),
        ("hours", &c.hours),
        ("meetings", &c.meetings),
        ("pay_subsidy", &c.pay_subsidy),
    ];
    wanted.extend(c.provider.as_deref().map(|heading| ("provider", heading)));
    wanted.extend(c.language.as_deref().map(|heading| ("language", heading)));
    wanted.extend(c.email.as_deref().map(|heading| ("email", heading)));
    wanted
}

/// Finds the column of every field; those of provider, language and e-mail may be missing.
pub(super) fn columns(sheet: &Sheet, instance: &Instance) -> Result<ColumnMap, Vec<RowFault>> {
    let (mut map, mut missing) = (ColumnMap::new(), Vec::new());
    for (field, heading) in headings(instance) {
        let places: Vec<usize> = (0..sheet.rows[0].len()).filter(|i| same(&sheet.rows[0][*i], heading)).collect();
        let (code, problem) = match places.as_slice() {
            [at] => {
                map.insert(field, (*at, heading.to_owned()));
                continue;
            }
            [] if ["provider", "language", "email"].contains(&field) => continue,
            [] => ("heading_missing", "the heading is missing"),
            _ => ("heading_twice", "the heading stands there more than once"),
        };
        missing.push(RowFault {
            sheet: sheet.name.clone(),
            row: sheet.first_row,
            field: Some(field),
            column: heading.to_owned(),
            value: String::new(),
            code,
            detail: String::new(),
            problem: problem.to_owned(),
            remedy: format!(
                "correct the sheet's first row, or name its heading at ledger.columns.{field} in palaute.yaml"
            ),
        });
    }
    if missing.is_empty() { Ok(map) } else { Err(missing) }
}

/// The cells of the row at that place by field: heading and what stands there. A column that the sheet does not have is empty.
#[must_use]
pub fn cells_of<'a>(sheet: &'a Sheet, instance: &'a Instance, row: usize) -> Vec<(&'static str, &'a str, &'a str)> {
    let (head, cells) = (sheet.rows.first(), sheet.rows.get(row));
    let text = |heading: &str| {
        let at = head?.iter().position(|h| same(h, heading))?;
        cells?.get(at).map(String::as_str)
    };
    headings(instance).into_iter().map(|(field, heading)| (field, heading, text(heading).unwrap_or_default())).collect()
}

/// Equal but for case, outer spaces and the kind of dash.
pub(super) fn same(a: &str, b: &str) -> bool {
    let plain = |s: &str| s.trim().to_lowercase().replace(['\u{2010}', '\u{2011}', '\u{2013}', '\u{2212}'], "-");
    plain(a) == plain(b)
}
