//! The figures of one party's feedback.

use super::cohorts::days;
use super::figures::{Chart, Figure, bars, numbered};
use super::pages::party_of;
use super::sentences::{answered_question, in_sentence, listed, most_common, people, shows_parts};
use super::table::TableView;
use crate::chart::Stack;
use crate::cube::{MEAN, TOTAL};
use crate::release::{PublishedTable, Release};
use crate::text::{Language, Messages, divide_rounded, told_percent};

/// Agreement scales: codes in the order agree to disagree, and their colours.
const SCALES: [(&[&str], &[u8]); 2] =
    [(&["yes", "partly", "no"], &[5, 3, 1]), (&["agree", "neither", "disagree"], &[5, 3, 1])];

type Scale = (&'static [&'static str], &'static [u8]);

fn scale_of(table: &PublishedTable) -> Option<Scale> {
    let has = |code: &&str| table.axes[0].categories.iter().any(|c| c.code == **code);
    SCALES.into_iter().find(|(codes, _)| codes.iter().all(has))
}

/// True for parties of whom one person may answer about several cases: their answers are counted, not
/// the people.
pub(super) fn answers_by_case(party: &str) -> bool {
    ["employer", "purchaser"].contains(&party)
}

/// The key of a text, or of its variant for parties whose answers are counted.
pub(super) fn counted_key(key: &str, party: Option<&str>) -> String {
    if party.is_some_and(answers_by_case) { format!("{key}_answers") } else { key.to_owned() }
}

/// The tables of a party's answers.
pub(super) fn tables_of<'r>(release: &'r Release, party: &str) -> Vec<&'r PublishedTable> {
    release.tables().iter().filter(|t| t.id.strip_prefix(party).is_some_and(|rest| rest.starts_with('-'))).collect()
}

/// One figure for all agreement questions of a scale together, then one for each other question that
/// is not `elsewhere`.
pub(super) fn figures(release: &Release, party: &str, elsewhere: &[&str], language: Language) -> Vec<Figure> {
    let all = tables_of(release, party).into_iter().filter(|t| !elsewhere.contains(&t.id.as_str()));
    let mut single: Vec<&PublishedTable> = all.collect();
    let mut figures = Vec::new();
    for scale in SCALES {
        let of_scale = |t: &&PublishedTable| scale_of(t) == Some(scale);
        // A scale of which nothing is shown is told with the other questions.
        if single.iter().copied().filter(of_scale).any(tells) {
            let (scaled, others): (Vec<&PublishedTable>, Vec<&PublishedTable>) = single.into_iter().partition(of_scale);
            figures.extend(scaled.first().map(|first| agreement(&scaled, first, scale, party, language)));
            single = others;
        }
    }
    figures.extend(questions(&single, language));
    numbered(figures)
}

/// True when a table shows more than how many answered.
fn tells(table: &PublishedTable) -> bool {
    let answered = table.figure(&[TOTAL]).is_none_or(|f| f.scaled > 0);
    answered && (shows_parts(table) || table.figure(&[MEAN]).is_some())
}

/// A figure for each question that shows something, then one for all others together.
pub(super) fn questions(tables: &[&PublishedTable], language: Language) -> Vec<Figure> {
    let (telling, silent): (Vec<&PublishedTable>, Vec<&PublishedTable>) = tables.iter().partition(|t| tells(t));
    let mut figures: Vec<Figure> = telling.into_iter().map(|table| question(table, language)).collect();
    figures.extend(silent.first().map(|first| without_answers(&silent, first, language)));
    figures
}

/// Questions that nobody has answered, or whose answers are withheld.
fn without_answers(tables: &[&PublishedTable], first: &PublishedTable, language: Language) -> Figure {
    let m = Messages::of(language);
    let (title, text) = match first.figure(&[TOTAL]).map(|f| f.scaled) {
        Some(0) => ("finding.answers_none", "finding.no_answers"),
        Some(_) => ("finding.questions_withheld", "finding.withheld"),
        None => ("finding.answers_withheld", "finding.answers_withheld_text"),
    };
    let answered = first.figure(&[TOTAL]).is_none_or(|f| f.scaled > 0);
    Figure {
        anchor: format!("{}-withheld", first.id),
        number: 1,
        title: m.get(title).to_owned(),
        subtitle: question_subtitle(first, m),
        description: m.get(text).to_owned(),
        chart: Chart::default(),
        tables: tables.iter().map(|t| TableView::new(t, language)).collect(),
        short: m.get(title).to_owned(),
        withheld: answered && tables.iter().any(|t| t.has_withheld()),
        table_first: false,
        source: first.source.in_language(language).to_owned(),
    }
}

/// Until when answers are counted and how many people answered.
fn question_subtitle(table: &PublishedTable, m: Messages) -> String {
    let n = people(table.figure(&[TOTAL]), m.language());
    // Not everybody who answered the form gave a grade.
    let key = if table.figure(&[MEAN]).is_some() { "site.subtitle_question_mean" } else { "site.subtitle_question" };
    m.fill(&counted_key(key, party_of(&table.id)), &[("days", &days(table, m)), ("n", &n)])
}

/// The figure of a question that is no agreement.
fn question(table: &PublishedTable, language: Language) -> Figure {
    Figure {
        anchor: table.id.clone(),
        number: 1,
        title: answered_question(table, language),
        subtitle: question_subtitle(table, Messages::of(language)),
        description: most_common(table, language),
        chart: bars(table, language),
        tables: vec![TableView::new(table, language)],
        short: table.title.in_language(language).to_owned(),
        withheld: table.has_withheld(),
        table_first: false,
        source: table.source.in_language(language).to_owned(),
    }
}

/// Shares of the first class in per cent by question, smallest first; questions that are withheld or
/// that nobody took a stand on are left out.
fn shares(tables: &[&PublishedTable], (codes, _): Scale, language: Language) -> Vec<(i64, String)> {
    let share = |t: &&PublishedTable| {
        let counts: Vec<i64> = codes.iter().map(|c| t.figure(&[c]).map(|f| f.scaled)).collect::<Option<_>>()?;
        let total: i64 = counts.iter().sum();
        let title = t.title.in_language(language).trim_end_matches('.').to_owned();
        (total > 0).then(|| (divide_rounded(i128::from(counts[0]) * 100, i128::from(total)), title))
    };
    let mut shares: Vec<(i64, String)> = tables.iter().filter_map(share).collect();
    shares.sort();
    shares
}

/// Title and description of an agreement figure.
fn agreement_words(shares: &[(i64, String)], scale: Scale, respondents: i64, m: Messages) -> (String, String) {
    let kind = scale.0[0];
    let neutral = m.get("finding.agreement_title").to_owned();
    let (Some(low), Some(high)) = (shares.first(), shares.last()) else {
        let key = if respondents == 0 { "finding.no_answers" } else { "finding.withheld" };
        return (neutral, m.get(key).to_owned());
    };
    if shares.len() == 1 {
        let only = [("high", high.1.as_str()), ("share", &told_percent(high.0, m.language()))];
        return (neutral, m.fill("finding.agreement_only", &only));
    }
    if high.0 == low.0 {
        return (neutral, m.get("finding.agreement_even").to_owned());
    }
    let per_cent = |n: i64| told_percent(n, m.language());
    let text = m.fill(
        &format!("finding.agreement_{kind}"),
        &[("high", &high.1), ("high_share", &per_cent(high.0)), ("low", &low.1), ("low_share", &per_cent(low.0))],
    );
    let tied = shares.iter().filter(|(share, _)| *share == high.0).count() > 1;
    let title = m.fill(&format!("finding.agreement_title_{kind}"), &[("high", &high.1)]);
    // Where several share the first or last place, the shares are told in the chart only.
    let low_tied = shares.iter().filter(|(share, _)| *share == low.0).count() > 1;
    match (tied, low_tied) {
        (false, false) => (title, text),
        (false, true) => (title, m.fill("finding.agreement_first", &[("high", &high.1), ("share", &per_cent(high.0))])),
        (true, _) => {
            let range = [("high_share", per_cent(high.0)), ("low_share", per_cent(low.0))];
            let range = range.each_ref().map(|(name, share)| (*name, share.as_str()));
            (neutral, m.fill("finding.agreement_range", &range))
        }
    }
}

fn agreement(
    tables: &[&PublishedTable],
    first: &PublishedTable,
    scale: Scale,
    party: &str,
    language: Language,
) -> Figure {
    let m = Messages::of(language);
    let (codes, steps) = scale;
    let stack = |t: &&PublishedTable| {
        let counts: Option<Vec<i64>> = codes.iter().map(|c| t.figure(&[c]).map(|f| f.scaled)).collect();
        Stack::new(t.title.in_language(language).to_owned(), counts.as_deref(), steps, language)
    };
    let label = |code: &&str| m.get(&format!("scale.{code}")).to_owned();
    let legend = codes.iter().zip(steps).map(|(code, step)| (format!("l{step}"), label(code)));
    let answers: Vec<String> = codes.iter().map(|c| in_sentence(&label(c), language)).collect();
    let respondents = first.figure(&[TOTAL]);
    let n = people(respondents, language);
    let (title, description) =
        agreement_words(&shares(tables, scale, language), scale, respondents.map_or(1, |f| f.scaled), m);
    Figure {
        anchor: format!("{party}-{}", codes[0]),
        number: 1,
        title,
        subtitle: m.fill(
            &counted_key("site.agreement_subtitle", Some(party)),
            &[("days", &days(first, m)), ("answers", &listed(&answers, m)), ("n", &n)],
        ),
        description,
        chart: Chart {
            stacks: tables.iter().map(stack).collect(),
            legend: legend.collect(),
            share: in_sentence(&label(&codes[0]), language),
            ..Chart::default()
        },
        tables: tables.iter().map(|t| TableView::new(t, language)).collect(),
        short: m.get("site.agreement_short").to_owned(),
        withheld: tables.iter().any(|t| t.has_withheld()),
        table_first: false,
        source: first.source.in_language(language).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(shares: &[(i64, &str)]) -> (String, String) {
        let shares: Vec<(i64, String)> = shares.iter().map(|(share, title)| (*share, (*title).to_owned())).collect();
        agreement_words(&shares, SCALES[0], 20, Messages::of(Language::En))
    }

    #[test]
    fn the_title_names_a_statement_only_when_it_alone_has_the_largest_share() {
        let (title, text) = words(&[(40, "a"), (60, "b"), (80, "c")]);
        assert_eq!(title, "The share of yes answers is largest for the statement “c”");
        assert!(text.contains("“c” (80%) and smallest for the statement “a” (40%)"), "{text}");
        let (title, text) = words(&[(40, "a"), (80, "b"), (80, "c")]);
        assert!(
            !title.contains('“') && text == "The share ranges from 40% to 80%, depending on the statement.",
            "{text}"
        );
        let (_, text) = words(&[(40, "a"), (40, "b"), (80, "c")]);
        assert_eq!(text, "The share is largest for the statement “c” (80%).");
        assert_eq!(words(&[(50, "a"), (50, "b")]).1, "The share is the same for every statement.");
    }
}
