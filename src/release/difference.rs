//! What a reader learns by subtracting one release from the next.

use super::Release;
use crate::cube::Class;

/// A figure that two releases show with a difference of 1 to k-1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The earlier release.
    pub earlier: String,
    /// The table.
    pub table: String,
    /// The category codes of the cell.
    pub cell: Vec<String>,
}

/// Sensitive counts that differ from an earlier release by 1 to k-1 people. The plain rule does not
/// prevent them; whoever releases is told, and decides.
#[must_use]
pub fn differences(release: &Release, earlier: &[Release]) -> Vec<Difference> {
    let mut found = Vec::new();
    for old in earlier {
        for table in release.tables().iter().filter(|t| t.class != Class::Open) {
            let Some(before) = old.table(&table.id) else { continue };
            for (at, now) in table.cells.iter().enumerate() {
                let codes = table.codes_at(at);
                if let (Some(now), Some(then)) = (now, before.figure(&codes)) {
                    let step = (now.scaled - then.scaled).abs();
                    if now.decimals == 0 && step > 0 && step < i64::from(release.threshold()) {
                        let cell = codes.into_iter().map(str::to_owned).collect();
                        found.push(Difference { earlier: old.id().to_string(), table: table.id.clone(), cell });
                    }
                }
            }
        }
    }
    found
}
