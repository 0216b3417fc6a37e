//! What the fair comparison of providers is drawn from: every closed case of a cohort.

use super::attributes::{OUTCOME, UNKNOWN};
use super::case_tables::statistic_axis;
use super::counting::Counting;
use super::fact::MUNICIPALITY;
use super::people::{Cohort, Reading};
use super::table::{Axis, AxisCategory, Class, Role, Table};
use crate::comparison::{ClosedCase, Standing, may_have_figures, standings};
use crate::instance::PROVIDER;
use crate::statistics::{Areas, Population};
use crate::text::{Messages, Text};
use std::collections::{BTreeMap, BTreeSet};

/// The table by which the comparison's figures are controlled, and whose cohort tells that it was made anew.
pub const COMPARISON: &str = "comparison-counts";
/// The turn of the table.
const TURN: u32 = 4900;
/// Bands of unemployment.
const BANDS: usize = 3;

/// The providers' standings over all cohorts of closed cases so far, and the counts behind them; none where nothing of
/// them is new.
pub(super) fn comparison(counting: &Counting) -> Option<(Vec<Standing>, Table)> {
    let spec = counting.statistics.comparison.as_ref()?;
    let last = counting.ended.fresh().last()?;
    let outcomes: BTreeSet<String> = spec.outcomes.iter().map(|o| o.value.clone()).collect();
    let mut providers = counting.attributes.categories(PROVIDER);
    providers.retain(|(code, ..)| code != UNKNOWN);
    let everybody = counting.whose(Population::Closed, &counting.ended.all, &[], []);
    let bands = counting.statistics.areas.as_ref().map(bands).unwrap_or_default();

    let mut cases = Vec::new();
    for row in counting.rows_of(&everybody) {
        let provider = counting.attributes.code_of(PROVIDER, row).filter(|code| *code != UNKNOWN);
        let Some(provider) = provider else { continue };
        let stratum = |id: &str| {
            let known = counting.attributes.get(id);
            let code = counting.attributes.code_of(id, row).filter(|code| *code != UNKNOWN);
            code.and(known).and_then(|k| i64::try_from(k.place(row)).ok()).unwrap_or(-1)
        };
        let case = ClosedCase {
            provider: provider.to_owned(),
            reached: row.get("outcome").is_some_and(|code| outcomes.contains(code)),
            strata: spec.strata.iter().map(|id| stratum(&id.value)).collect(),
            labour_market: row.get(MUNICIPALITY).and_then(|code| bands.get(code)).copied().unwrap_or(-1),
        };
        cases.extend((0..row.n).map(|_| case.clone()));
    }
    let names: Vec<(String, Text)> = providers.iter().map(|(code, label, _)| (code.clone(), label.clone())).collect();
    let mut standings = standings(&cases, &names);
    if !may_have_figures(&cases, &names, counting.instance.policy.value.threshold) {
        standings.iter_mut().for_each(|s| s.figures = None);
    }

    let near = [PROVIDER.to_owned(), OUTCOME.to_owned()];
    let (mut cells, mut reads) = (Vec::new(), Vec::new());
    for (.., pick) in &providers {
        let observed = (OUTCOME.to_owned(), outcomes.clone());
        for extra in [None, Some(&observed)] {
            let picks = pick.iter().chain(extra);
            let whose = counting.whose(Population::Closed, &counting.ended.all, &near, picks);
            cells.push(counting.cell(&whose));
            reads.push(Reading::Count(whose));
        }
    }
    let axis = Axis {
        id: PROVIDER.to_owned(),
        label: counting.attributes.label(PROVIDER),
        role: Role::Classification,
        categories: providers.into_iter().map(|(code, label, _)| AxisCategory { code, label }).collect(),
    };
    let table = Table {
        id: COMPARISON.to_owned(),
        title: Messages::text("cube.comparison_counts.title"),
        definition: Messages::text("cube.comparison_counts.definition"),
        axes: vec![axis, statistic_axis(&["closed", "observed"])],
        cells,
        hangs_on: Vec::new(),
        class: Class::Groups,
        as_of: last.until,
        source: spec.source.clone().unwrap_or_else(|| counting.instance.source.clone()),
        responses: Vec::new(),
        reads,
        cohort: Some(Cohort { of: COMPARISON.to_owned(), from: None, until: last.until }),
        priority: TURN,
    };
    Some((standings, table))
}

/// The third of the areas, by rising unemployment, in which each municipality lies; areas that have no rate are in none.
fn bands(areas: &Areas) -> BTreeMap<&str, i64> {
    let mut rated: Vec<(f64, &str)> =
        areas.areas.iter().filter_map(|a| Some((a.unemployment?, a.code.value.as_str()))).collect();
    rated.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
    let n = rated.len();
    let band = |area: &str| {
        let rate = rated.iter().find(|(_, code)| *code == area)?.0;
        // Areas with the same rate are in the same band.
        let below = rated.iter().filter(|(other, _)| *other < rate).count();
        i64::try_from(below * BANDS / n.max(1)).ok()
    };
    areas.municipalities.iter().filter_map(|m| Some((m.code.value.as_str(), band(&m.area.value)?))).collect()
}
