//! Which column of a sheet holds which field.

use super::Sheet;
use super::row::RowFault;
use crate::instance::Instance;
use std::collections::BTreeMap;

/// Field to the place and heading of its column.
pub(super) type ColumnMap = BTreeMap<&'static str, (usize, String)>;

/// Finds the column of every field; those of language and e-mail may be missing.
pub(super) fn columns(sheet: &Sheet, instance: &Instance) -> Result<ColumnMap, Vec<RowFault>> {
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
    wanted.extend(c.language.as_deref().map(|heading| ("language", heading)));
    wanted.extend(c.email.as_deref().map(|heading| ("email", heading)));
    let (mut map, mut missing) = (ColumnMap::new(), Vec::new());
    for (field, heading) in wanted {
        let places: Vec<usize> = (0..sheet.rows[0].len()).filter(|i| same(&sheet.rows[0][*i], heading)).collect();
        let problem = match places.as_slice() {
            [at] => {
                map.insert(field, (*at, heading.to_owned()));
                continue;
            }
            [] if ["language", "email"].contains(&field) => continue,
            [] => "the heading is missing",
            _ => "the heading stands there more than once",
        };
        missing.push(RowFault {
            sheet: sheet.name.clone(),
            row: sheet.first_row,
            column: heading.to_owned(),
            value: String::new(),
            problem: problem.to_owned(),
            remedy: format!(
                "correct the sheet's first row, or name its heading at ledger.columns.{field} in palaute.yaml"
            ),
        });
    }
    if missing.is_empty() { Ok(map) } else { Err(missing) }
}

/// Equal but for case, outer spaces and the kind of dash.
pub(super) fn same(a: &str, b: &str) -> bool {
    let plain = |s: &str| s.trim().to_lowercase().replace(['\u{2010}', '\u{2011}', '\u{2013}', '\u{2212}'], "-");
    plain(a) == plain(b)
}
