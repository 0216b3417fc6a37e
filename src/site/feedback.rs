//! The figures of one party's feedback.

use super::answers::{answered_question, mean, most_common, nobody_answered, tells, withheld_at_most};
use super::cohorts::days;
use super::figures::{Chart, Figure, bars, numbered};
use super::pages::party_of;
use super::sentences::{in_sentence, listed, people};
use super::table::TableView;
use crate::chart::Stack;
use crate::cube::TOTAL;
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
    numbered(figures, Messages::of(language))
}

/// A figure for each question that shows something, then one for those that nobody has answered and one for those whose
/// answers are withheld.
pub(super) fn questions(tables: &[&PublishedTable], language: Language) -> Vec<Figure> {
    let (telling, silent): (Vec<&PublishedTable>, Vec<&PublishedTable>) = tables.iter().partition(|t| tells(t));
    let (unanswered, withheld): (Vec<&PublishedTable>, Vec<&PublishedTable>) =
        silent.into_iter().partition(|t| nobody_answered(t));
    let (counted, secret): (Vec<&PublishedTable>, Vec<&PublishedTable>) =
        withheld.into_iter().partition(|t| t.figure(&[TOTAL]).is_some());
    let together = [
        ("finding.answers_none", "finding.no_answers", unanswered),
        ("finding.questions_withheld", "finding.withheld", counted),
        ("finding.answers_withheld", "finding.answers_withheld_text", secret),
    ];
    let together =
        together.iter().filter_map(|(title, text, tables)| silent_questions((title, text), tables, language));
    telling.into_iter().map(|table| question(table, language)).chain(together).collect()
}

/// Questions that nobody has answered, or whose answers are withheld, behind one line; none when there are none.
fn silent_questions((title, text): (&str, &str), tables: &[&PublishedTable], language: Language) -> Option<Figure> {
    let m = Messages::of(language);
    let first = *tables.first()?;
    let title = m.get(title).to_owned();
    Some(Figure {
        anchor: format!("{}-withheld", first.id),
        number: 1,
        subtitle: question_subtitle(first, m),
        description: m.get(text).to_owned(),
        chart: Chart::default(),
        tables: tables.iter().map(|t| TableView::new(t, language)).collect(),
        short: title.clone(),
        closed: Some(title.clone()),
        title,
        withheld: !nobody_answered(first),
        table_first: false,
        source: first.source.in_language(language).to_owned(),
    })
}

/// Until when answers are counted and how many people answered.
fn question_subtitle(table: &PublishedTable, m: Messages) -> String {
    let n = people(table.figure(&[TOTAL]), m.language());
    // Not everybody who answered the form gave a grade.
    let key = if mean(table).is_some() { "site.subtitle_question_mean" } else { "site.subtitle_question" };
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
        closed: None,
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

/// The smallest and the largest share of the first class that a statement with withheld figures could have.
fn possible_shares(table: &PublishedTable, (codes, _): Scale) -> (i64, i64) {
    let counts: Vec<Option<i64>> = codes.iter().map(|c| table.figure(&[c]).map(|f| f.scaled)).collect();
    let Some(rest) = withheld_at_most(table) else { return (0, 100) };
    let others: i64 = counts[1..].iter().flatten().sum();
    let others_at_most = others + if counts[1..].contains(&None) { rest } else { 0 };
    let (least, most) = counts[0].map_or((0, rest), |n| (n, n));
    let share = |part: i64, other: i64, none: i64| match part + other {
        0 => none,
        all => divide_rounded(i128::from(part) * 100, i128::from(all)),
    };
    (share(least, others_at_most, 0), share(most, others, 100))
}

/// The shares that statements with withheld figures could have, all together; none when nothing is withheld.
fn hidden_shares(tables: &[&PublishedTable], scale: Scale) -> Option<(i64, i64)> {
    let withheld = tables.iter().filter(|t| scale.0.iter().any(|c| t.figure(&[c]).is_none()));
    withheld.map(|t| possible_shares(t, scale)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

/// Title and description of an agreement figure.
///
/// `hidden` are the smallest and the largest share that withheld statements could have; a statement is named as first or
/// last of all only when none of those could be.
fn agreement_words(
    shares: &[(i64, String)],
    hidden: Option<(i64, i64)>,
    scale: Scale,
    nobody: bool,
    m: Messages,
) -> (String, String) {
    let kind = scale.0[0];
    let neutral = m.get("finding.agreement_title").to_owned();
    let (Some(low), Some(high)) = (shares.first(), shares.last()) else {
        let key = if nobody { "finding.no_answers" } else { "finding.withheld" };
        return (neutral, m.get(key).to_owned());
    };
    if shares.len() == 1 {
        let only = [("high", high.1.as_str()), ("share", &told_percent(high.0, m.language()))];
        return (neutral, m.fill("finding.agreement_only", &only));
    }
    let per_cent = |n: i64| told_percent(n, m.language());
    if let Some((least, most)) = hidden
        && (least <= low.0 || most >= high.0)
    {
        let ends = [("high_share", per_cent(high.0)), ("low_share", per_cent(low.0))];
        let ends = ends.each_ref().map(|(name, share)| (*name, share.as_str()));
        let key = if high.0 == low.0 { "finding.agreement_even_shown" } else { "finding.agreement_range_shown" };
        return (neutral, m.fill(key, &ends));
    }
    if high.0 == low.0 {
        return (neutral, m.get("finding.agreement_even").to_owned());
    }
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
    let hidden = hidden_shares(tables, scale);
    let nobody = tables.iter().all(|t| nobody_answered(t));
    let (title, description) = agreement_words(&shares(tables, scale, language), hidden, scale, nobody, m);
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
        }
        .marked_if_blank(),
        tables: tables.iter().map(|t| TableView::new(t, language)).collect(),
        short: m.get("site.agreement_short").to_owned(),
        withheld: tables.iter().any(|t| t.has_withheld()),
        table_first: false,
        closed: None,
        source: first.source.in_language(language).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(shares: &[(i64, &str)]) -> (String, String) {
        words_beside(shares, None)
    }

    fn words_beside(shares: &[(i64, &str)], hidden: Option<(i64, i64)>) -> (String, String) {
        let shares: Vec<(i64, String)> = shares.iter().map(|(share, title)| (*share, (*title).to_owned())).collect();
        agreement_words(&shares, hidden, SCALES[0], false, Messages::of(Language::En))
    }

    #[test]
    fn no_statement_is_first_or_last_while_a_withheld_one_could_be() {
        let shown = [(40, "a"), (60, "b"), (80, "c")];
        assert!(words_beside(&shown, Some((41, 79))).0.ends_with("“c”"));
        for hidden in [(40, 79), (41, 80), (0, 100)] {
            let (title, text) = words_beside(&shown, Some(hidden));
            assert!(!title.contains('“'), "{title}");
            assert_eq!(text, "In the statements whose figures are shown, the share ranges from 40% to 80%.");
        }
        let (_, text) = words_beside(&[(50, "a"), (50, "b")], Some((0, 100)));
        assert_eq!(text, "In the statements whose figures are shown, the share is 50% in each.");
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
