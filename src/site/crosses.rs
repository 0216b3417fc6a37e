//! Tables of two classifications: the table first, then a bar for each group of which everything is shown.

use super::figures::Chart;
use super::sentences::{ONWARD, in_sentence};
use crate::chart::Stack;
use crate::cube::{AxisCategory, MEAN, Role, TOTAL};
use crate::release::PublishedTable;
use crate::text::{Language, Messages};

/// Colour steps of up to five shares.
const STEPS: [&[u8]; 4] = [&[5, 2], &[5, 3, 1], &[5, 4, 2, 1], &[5, 4, 3, 2, 1]];

/// True when people are counted by two things at once.
pub(super) fn is_cross(table: &PublishedTable) -> bool {
    let classified =
        |a: &crate::cube::Axis| a.role == Role::Classification && a.categories.iter().all(|c| c.code != MEAN);
    table.axes.len() == 2 && table.id != super::responses::TABLE && table.axes.iter().all(classified)
}

/// What the shares of a bar are: their names with the codes that they join.
fn shares<'t>(parts: &[&'t AxisCategory], is_outcome: bool, m: Messages) -> Option<Vec<(String, Vec<&'t str>)>> {
    if is_outcome {
        let (onward, other): (Vec<&str>, Vec<&str>) =
            parts.iter().map(|c| c.code.as_str()).partition(|code| ONWARD.contains(code));
        let both = [(m.get("site.onward"), onward), (m.get("site.other_outcome"), other)];
        return both.iter().all(|(_, codes)| !codes.is_empty()).then(|| both.map(|(n, c)| (n.to_owned(), c)).to_vec());
    }
    let named = parts.iter().map(|c| (c.label.in_language(m.language()).to_owned(), vec![c.code.as_str()]));
    (2..=5).contains(&parts.len()).then(|| named.collect())
}

/// One bar a group: outcomes as those who moved on and the others, anything else as it is if it is at most five. A
/// group with a withheld figure has the sign.
pub(super) fn chart(table: &PublishedTable, language: Language) -> Chart {
    let m = Messages::of(language);
    // The groups are what is not the outcome.
    let by = usize::from(table.axes[0].id == "outcome");
    let without_total =
        |axis: usize| table.axes[axis].categories.iter().filter(|c| c.code != TOTAL).collect::<Vec<_>>();
    let (groups, parts) = (without_total(by), without_total(1 - by));
    let is_outcome = table.axes[1 - by].id == "outcome";
    let Some(shares) = shares(&parts, is_outcome, m) else { return Chart::default() };
    let count = |group: &str, part: &str| {
        let codes = if by == 0 { [group, part] } else { [part, group] };
        table.figure(&codes).map(|f| f.scaled)
    };
    let steps = STEPS[shares.len() - 2];
    let stack = |group: &&AxisCategory| {
        let sums = shares.iter().map(|(_, codes)| codes.iter().map(|part| count(&group.code, part)).sum());
        let counts: Option<Vec<i64>> = sums.collect();
        Stack::new(group.label.in_language(language).to_owned(), counts.as_deref(), steps, language)
    };
    Chart {
        stacks: groups.iter().map(stack).collect(),
        legend: shares.iter().zip(steps).map(|((name, _), step)| (format!("l{step}"), name.clone())).collect(),
        share: if is_outcome { m.get("site.onward_share").to_owned() } else { in_sentence(&shares[0].0, language) },
        ..Chart::default()
    }
    .marked_if_blank()
}

/// What the table shows and what the bars leave out.
pub(super) fn text(chart: &Chart, m: Messages) -> String {
    m.get(if chart.is_drawn() && !chart.blank { "site.cross_text" } else { "site.cross_text_plain" }).to_owned()
}
