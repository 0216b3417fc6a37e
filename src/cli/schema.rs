//! `palaute schema`.

use super::arguments::Described;
use super::terminal::say;
use crate::{form, report, statistics};

pub(super) fn schema(of: Described) {
    let schema = match of {
        Described::Report => report::schema(),
        Described::Form => form::schema(),
        Described::Indicators => form::indicators_schema(),
        Described::Statistics => statistics::schema(),
        Described::Areas => statistics::areas_schema(),
        Described::Published => statistics::published_schema(),
    };
    say(format_args!("{schema:#}"));
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_published_schemas_are_those_of_the_types() {
        for (name, published, now) in [
            ("report", include_str!("../../docs/closing-report.schema.json"), crate::report::schema()),
            ("form", include_str!("../../docs/form.schema.json"), crate::form::schema()),
            ("indicators", include_str!("../../docs/indicators.schema.json"), crate::form::indicators_schema()),
            ("statistics", include_str!("../../docs/statistics.schema.json"), crate::statistics::schema()),
            ("areas", include_str!("../../docs/areas.schema.json"), crate::statistics::areas_schema()),
            ("published", include_str!("../../docs/published.schema.json"), crate::statistics::published_schema()),
        ] {
            assert!(published == format!("{now:#}\n"), "run: palaute schema {name} > the file in docs/");
        }
    }
}
