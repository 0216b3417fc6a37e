//! What forms may know of a case.

use super::CaseFile;
use crate::form::{Circumstances, Known};
use crate::instance::Instance;
use crate::text::{Figure, Language, Text};
use jiff::civil::Date;

impl CaseFile {
    /// The fields of the case as forms know them, on that day.
    #[must_use]
    pub fn circumstances(&self, instance: &Instance, today: Date) -> Circumstances {
        let (opening, work, ending) = (self.opening(), self.work(), self.ending());
        let category = |dimension: &str, code: &str| Known::Code {
            code: code.to_owned(),
            label: instance
                .dimension(dimension)
                .and_then(|d| d.category(code))
                .map_or_else(|| plain(code), |c| c.label.clone()),
        };
        let count = |n: Option<u32>| n.map(|n| Known::Number(Figure::count(i64::from(n))));
        let subsidy = ending.and_then(|e| e.pay_subsidy).filter(|granted| *granted);
        let amount = |phase: &str| {
            self.noted_amount(phase).map(|code| Known::Code { code: code.to_owned(), label: plain(code) })
        };
        let language = opening.language.unwrap_or_else(|| instance.language());
        Circumstances::on(today)
            .with("outcome", ending.map(|e| category("outcome", &e.outcome)))
            .with("age_group", opening.age_group.as_deref().map(|code| category("age_group", code)))
            .with("language", Some(Known::Code { code: language.code().to_owned(), label: plain(language.own_name()) }))
            .with("municipality", opening.municipality.as_deref().map(|name| Known::Words(plain(name))))
            .with(
                "subsidies",
                subsidy.map(|_| Known::Code { code: "pay_subsidy".to_owned(), label: plain("pay_subsidy") }),
            )
            .with("hours", work.hours_tenths.map(|tenths| Known::Number(Figure::tenths(tenths))))
            .with("meetings", count(work.meetings))
            .with("work_trials", count(work.work_trials))
            .with("talks", self.noted_findings().map(|text| Known::Words(plain(&text))))
            .with("direct_amount", amount("direct"))
            .with("find_amount", amount("find"))
            .with("stabilise_amount", amount("stabilise"))
            .with("path_amount", amount("path"))
            .with("coach", Some(Known::Words(plain(&opening.coach))))
            .with("client_since", Some(Known::Day(opening.client_since)))
            .with("coaching_started", Some(Known::Day(opening.coaching_started)))
            .with("coaching_ended", ending.map(|e| Known::Day(e.on)))
    }
}

/// The same in every language.
fn plain(words: &str) -> Text {
    Text::of(|language| Language::OF_FORMS.contains(&language).then(|| words.to_owned()))
}
