//! What is published where an instance has no `statistics.yaml`.

use super::dimensions::Dimensions;
use super::{AnswersSpec, IndicatorSpec, Statistics};
use crate::form::Form;
use crate::instance::Instance;
use crate::text::read_yaml;

/// The neutral file, which `init` writes.
pub(super) const NEUTRAL: &str = include_str!("../../statistics.yaml");

impl Statistics {
    /// The neutral `statistics.yaml` without what this instance lacks: dimensions, codes, forms and questions.
    #[must_use]
    pub fn usual(instance: &Instance, forms: &[Form]) -> Self {
        // The file is a part of the program; a test reads it.
        let mut usual: Self = read_yaml("statistics.yaml", NEUTRAL).unwrap_or_default();
        let dimensions = Dimensions { instance, areas: None };
        let has = |id: &str, code: &str| dimensions.codes(id).is_some_and(|codes| codes.contains(&code));
        usual.tables.retain(|t| t.value.dimensions().all(|id| dimensions.codes(id).is_some()));
        usual.structural_zeros.retain(|zero| zero.value.iter().all(|(id, code)| has(id, code)));
        let form = |id: &str| forms.iter().find(|f| f.id() == id);
        usual.answers.retain(|a: &AnswersSpec| form(&a.form.value).is_some());
        // Feedback forms of the installation's own.
        for own in forms.iter().filter(|f| f.is_feedback()) {
            if usual.answers.iter().all(|a| a.form.value != own.id()) {
                usual.answers.extend(read_yaml::<AnswersSpec>("statistics.yaml", &format!("form: {}", own.id())));
            }
        }
        usual.indicators.retain_mut(|i| keep(&mut i.value, &has, forms));
        usual.comparison = usual.comparison.and_then(|mut comparison| {
            comparison.outcomes.retain(|code| has(super::dimensions::OUTCOME, &code.value));
            comparison.strata.retain(|id| dimensions.codes(&id.value).is_some());
            (!comparison.outcomes.is_empty() && !comparison.strata.is_empty()).then_some(comparison)
        });
        usual
    }
}

/// Takes out the codes that an instance lacks; false where nothing is left to tell.
fn keep(indicator: &mut IndicatorSpec, has: &dyn Fn(&str, &str) -> bool, forms: &[Form]) -> bool {
    let asks = |form: &str, question: &str, codes: &[&str]| {
        let question = forms.iter().find(|f| f.id() == form).and_then(|f| f.question(question));
        question.is_some_and(|q| q.statistics && codes.iter().all(|code| q.choice(code).is_some()))
    };
    if let Some(cases) = &mut indicator.cases {
        for (id, codes) in cases.iter_mut() {
            codes.retain(|code| has(id, &code.value));
        }
        return cases.values().all(|codes| !codes.is_empty());
    }
    if let Some(share) = &indicator.answers {
        let codes: Vec<&str> = share.codes.iter().map(|c| c.value.as_str()).collect();
        return asks(&share.form.value, &share.question.value, &codes);
    }
    if let Some(grade) = &indicator.grade {
        return asks(&grade.form.value, &grade.question.value, &[]);
    }
    if let Some(party) = &indicator.response {
        return forms.iter().any(|f| f.is_feedback() && f.party().code() == party.value);
    }
    true
}
