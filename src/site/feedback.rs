//! The figures of the feedback pages.

use super::figures::{Chart, Figure, bars, short_subtitle};
use super::sentences;
use super::table::TableView;
use crate::chart::Stack;
use crate::cube::{MEAN, NO_ANSWER, TOTAL};
use crate::release::{PublishedTable, Release};
use crate::text::{Figure as Number, Language, Messages, divide_rounded};

/// Codes of the agreement scales in the order agree to disagree, and their colours.
const SCALES: [(&[&str], &[u8]); 2] =
    [(&["yes", "partly", "no"], &[5, 3, 1]), (&["agree", "neither", "disagree"], &[5, 3, 1])];

fn scale_of(table: &PublishedTable) -> Option<(&'static [&'static str], &'static [u8])> {
    let has = |code: &&str| table.axes[0].categories.iter().any(|c| c.code == **code);
    SCALES.into_iter().find(|(codes, _)| codes.iter().all(has))
}

/// One figure for all agreement questions together, then one for each other question.
pub(super) fn figures(release: &Release, language: Language) -> Vec<Figure> {
    let tables: Vec<&PublishedTable> = release.tables().iter().filter(|t| t.id.starts_with("client-")).collect();
    let (scaled, others): (Vec<&PublishedTable>, Vec<&PublishedTable>) =
        tables.into_iter().partition(|t| scale_of(t).is_some());
    let mut figures = Vec::new();
    if let Some(first) = scaled.first() {
        figures.push(agreement(&scaled, first, language));
    }
    for table in others {
        let m = Messages::of(language);
        let mean = table.figure(&[MEAN]).map(|f| m.fill("finding.mean", &[("mean", &f.finnish())]));
        let description = match (mean, table.figure(&[NO_ANSWER])) {
            (Some(mean), _) => mean,
            (None, Some(_)) => most_common(table, language),
            (None, None) => m.get("finding.withheld").to_owned(),
        };
        figures.push(Figure {
            anchor: table.id.clone(),
            number: figures.len() + 1,
            title: table.title.in_language(language).to_owned(),
            subtitle: short_subtitle(table, m),
            description,
            chart: bars(table, language),
            tables: vec![TableView::new(table, language)],
            short: table.title.in_language(language).to_owned(),
            withheld: table.has_withheld(),
            source: table.source.in_language(language).to_owned(),
        });
    }
    figures
}

fn most_common(table: &PublishedTable, language: Language) -> String {
    let m = Messages::of(language);
    let parts = table.axes[0].categories.iter().filter(|c| ![TOTAL, NO_ANSWER, MEAN].contains(&c.code.as_str()));
    let counted: Vec<(i64, &str)> =
        parts.filter_map(|c| Some((table.figure(&[&c.code])?.scaled, c.label.in_language(language)))).collect();
    let most = counted.iter().map(|(n, _)| *n).max().unwrap_or(0);
    let top: Vec<&str> = counted.iter().filter(|(n, _)| *n == most).map(|(_, label)| *label).collect();
    match (most, top.as_slice()) {
        (0, _) => m.get("finding.no_answers").to_owned(),
        (_, [one]) => m.fill("finding.most_common", &[("label", one), ("n", &most.to_string())]),
        _ => m.fill("finding.most_common_tie", &[("labels", &top.join("”, ”")), ("n", &most.to_string())]),
    }
}

fn agreement(tables: &[&PublishedTable], first: &PublishedTable, language: Language) -> Figure {
    let m = Messages::of(language);
    let stacks: Vec<Stack> = tables
        .iter()
        .filter_map(|t| {
            let (codes, steps) = scale_of(t)?;
            let counts: Option<Vec<i64>> = codes.iter().map(|c| t.figure(&[c]).map(|f| f.scaled)).collect();
            Some(Stack::new(t.title.in_language(language).to_owned(), counts.as_deref(), steps))
        })
        .collect();
    let legend = scale_of(first)
        .into_iter()
        .flat_map(|(codes, steps)| codes.iter().zip(steps))
        .map(|(code, step)| (format!("l{step}"), m.get(&format!("scale.{code}")).to_owned()));
    let legend = legend.collect();
    let best = tables.iter().filter_map(|t| {
        let (codes, _) = scale_of(t)?;
        let counts: Vec<i64> = codes.iter().map(|c| t.figure(&[c]).map(|f| f.scaled)).collect::<Option<_>>()?;
        let total: i64 = counts.iter().sum();
        (total > 0).then(|| {
            (divide_rounded(i128::from(counts[0]) * 100, i128::from(total)), t.title.in_language(language).to_owned())
        })
    });
    let respondents = first.figure(&[TOTAL]).map_or(1, |f| f.scaled);
    let mut best: Vec<(i64, String)> = best.collect();
    best.sort();
    let (title, description) = match (best.last(), best.first()) {
        (Some(high), Some(low)) if high.0 > low.0 => (
            m.get("finding.agreement_title").to_owned(),
            m.fill(
                "finding.agreement",
                &[
                    ("high", high.1.trim_end_matches('.')),
                    ("high_share", &high.0.to_string()),
                    ("low", low.1.trim_end_matches('.')),
                    ("low_share", &low.0.to_string()),
                ],
            ),
        ),
        _ => {
            let key = if respondents == 0 {
                "finding.no_answers"
            } else if best.is_empty() {
                "finding.withheld"
            } else {
                "finding.agreement_even"
            };
            (m.get("finding.agreement_title").to_owned(), m.get(key).to_owned())
        }
    };
    Figure {
        anchor: "client-agreement".to_owned(),
        number: 1,
        title,
        subtitle: m.fill(
            "site.agreement_subtitle",
            &[("n", &first.figure(&[TOTAL]).map_or_else(|| "...".to_owned(), Number::finnish))],
        ),
        description: sentences::capital(&description),
        chart: Chart { stacks, legend, ..Chart::default() },
        tables: tables.iter().map(|t| TableView::new(t, language)).collect(),
        short: m.get("site.agreement_short").to_owned(),
        withheld: tables.iter().any(|t| t.has_withheld()),
        source: first.source.in_language(language).to_owned(),
    }
}
