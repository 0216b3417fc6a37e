//! `palaute schema`.

use super::terminal::say;
use crate::report;

pub(super) fn schema() {
    say(format_args!("{:#}", report::schema()));
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_published_schema_is_the_one_of_the_types() {
        let published = include_str!("../../docs/closing-report.schema.json");
        let now = format!("{:#}\n", crate::report::schema());
        assert!(published == now, "run: palaute schema > docs/closing-report.schema.json");
    }
}
