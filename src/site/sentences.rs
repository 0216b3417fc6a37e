//! The findings in words. Each sentence is drawn from the figures, so it cannot say what they do not.

use super::cohorts::when;
use super::open_data::WITHHELD;
use crate::cube::{Axis, AxisCategory, MEAN, NO_ANSWER, NOT_ASKED, TOTAL};
use crate::release::{PublishedTable, Release};
use crate::text::{Figure, Language, Messages, told_number};

/// Numbers up to ten are written as words in running text.
pub(super) fn number(n: i64, m: Messages) -> String {
    if (0..=10).contains(&n) { m.get(&format!("number.n{n}")).to_owned() } else { Figure::count(n).told(m.language()) }
}

/// With a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}

/// Words that English writes with a capital letter in the middle of a sentence.
const PROPER: [&str; 9] =
    ["Finns", "Finnish", "Swedes", "Swedish", "English", "European", "Nordic", "Russian", "Ukrainian"];

/// A label as it stands in the middle of a sentence: with a small letter, unless it begins with an
/// abbreviation or, in English, with a name.
pub(super) fn in_sentence(label: &str, language: Language) -> String {
    let mut chars = label.chars();
    let Some(first) = chars.next() else { return String::new() };
    let rest = chars.as_str();
    let abbreviation = rest.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
    let word = label.split([' ', '-', ',']).next().unwrap_or_default();
    if abbreviation || (language == Language::En && (PROPER.contains(&word) || word == "I")) {
        return label.to_owned();
    }
    first.to_lowercase().chain(rest.chars()).collect()
}

/// Classifications whose labels are names of places or providers.
const NAMES: [&str; 4] = ["municipality", "employment_area", "region", "provider"];

/// The label of a category as it stands in the middle of a sentence; names keep their capitals.
pub(super) fn category_in_sentence(axis: &Axis, category: &AxisCategory, language: Language) -> String {
    let label = category.label.in_language(language);
    if NAMES.contains(&axis.id.as_str()) && category.code != TOTAL {
        return label.to_owned();
    }
    in_sentence(label, language)
}

/// `a, b and c`.
pub(super) fn listed(parts: &[String], m: Messages) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} {} {last}", before.join(", "), m.get("site.and")),
    }
}

fn count(table: &PublishedTable, code: &str) -> Option<i64> {
    table.figure(&[code]).map(|f| f.scaled)
}

/// Outcomes that lead on to work or education; `job_entry` and `education_entry` of the indicators.
pub(super) const ONWARD: [&str; 4] = ["job", "subsidised_job", "entrepreneur", "education"];

/// How many moved on to work or education; none when that is withheld.
pub(super) fn onward(table: &PublishedTable) -> Option<i64> {
    let declared = table.axes[0].categories.iter().filter(|c| ONWARD.contains(&c.code.as_str()));
    declared.map(|c| count(table, &c.code)).sum()
}

/// The figures that [`onward`] adds up, by their addresses; none when one of them is withheld.
pub(super) fn onward_named(table: &PublishedTable) -> Option<String> {
    let declared = table.axes[0].categories.iter().filter(|c| ONWARD.contains(&c.code.as_str()));
    let named: Vec<String> = declared.map(|c| format!("{} {}", table.id, c.code)).collect();
    (!named.is_empty() && onward(table).is_some()).then(|| named.join(", "))
}

/// Title over the outcomes, with its days where they are those of a later period.
pub(super) fn outcomes_title(table: &PublishedTable, language: Language) -> String {
    let m = Messages::of(language);
    let title = outcomes_said(table, m);
    if table.cohort.as_ref().is_none_or(|c| c.from.is_none()) {
        return title;
    }
    m.fill("finding.in_period", &[("title", &title), ("days", &when(table, m))])
}

fn outcomes_said(table: &PublishedTable, m: Messages) -> String {
    match (count(table, TOTAL), onward(table)) {
        (Some(0), _) => m.get("finding.none_ended").to_owned(),
        (Some(total), Some(0)) => m.fill("finding.outcomes_none", &[("total", &total.to_string())]),
        (Some(total), Some(n)) if n * 2 > total => m.get("finding.outcomes_over_half").to_owned(),
        (Some(total), Some(n)) => {
            m.fill("finding.outcomes_some", &[("n", &capital(&number(n, m))), ("total", &total.to_string())])
        }
        _ if shows_parts(table) => m.get("finding.outcomes_partly").to_owned(),
        _ => m.get("finding.outcomes_withheld").to_owned(),
    }
}

/// Every outcome with its count, largest first.
pub(super) fn outcomes_text(table: &PublishedTable, language: Language) -> String {
    let m = Messages::of(language);
    let mut told: Vec<(i64, String)> = table.axes[0]
        .categories
        .iter()
        .filter(|c| c.code != TOTAL)
        .filter_map(|c| Some((count(table, &c.code)?, category_in_sentence(&table.axes[0], c, language))))
        .filter(|(n, _)| *n > 0)
        .collect();
    if told.is_empty() {
        let key = if count(table, TOTAL) == Some(0) { "finding.none_ended_yet" } else { "finding.withheld" };
        return m.get(key).to_owned();
    }
    told.sort_by_key(|(n, _)| -n);
    let parts: Vec<String> = told.iter().map(|(n, label)| format!("{label} {n}")).collect();
    m.fill("finding.outcomes_list", &[("list", &parts.join(", "))])
}

/// The mean of a group; none where it is withheld and where the group is shown to have nobody.
pub(super) fn mean_of(table: &PublishedTable, group: &str) -> Option<Figure> {
    let nobody = table.figure(&[group, "n"]).is_some_and(|n| n.scaled == 0);
    table.figure(&[group, MEAN]).filter(|_| !nobody)
}

/// Means nearer than this, in tenths of a month, are no finding.
const NOTABLE: i64 = 10;

/// Title over the months before coaching.
pub(super) fn waiting_title(table: &PublishedTable, language: Language) -> String {
    let m = Messages::of(language);
    let mean = |code: &str| mean_of(table, code).map(|f| f.scaled);
    let key = match mean("native").zip(mean("immigrant")).map(|(native, immigrant)| native - immigrant) {
        Some(longer) if longer >= NOTABLE => "finding.waiting_immigrants_faster",
        Some(longer) if longer <= -NOTABLE => "finding.waiting_natives_faster",
        Some(_) => "finding.waiting_equal",
        None => "finding.waiting_neutral",
    };
    m.get(key).to_owned()
}

/// Title over the whole time as a client; none when the means are near each other or withheld.
pub(super) fn staying_title(table: &PublishedTable, language: Language) -> Option<String> {
    let mean = |code: &str| mean_of(table, code).map(|f| f.scaled);
    let key = match mean("native")? - mean("immigrant")? {
        longer if longer >= NOTABLE => "finding.staying_natives_longer",
        longer if longer <= -NOTABLE => "finding.staying_immigrants_longer",
        _ => return None,
    };
    Some(Messages::of(language).get(key).to_owned())
}

/// Mean and range of every group.
pub(super) fn durations_text(table: &PublishedTable, language: Language) -> String {
    let m = Messages::of(language);
    let mut told = Vec::new();
    for group in table.axes[0].categories.iter() {
        let get = |code: &str| table.figure(&[&group.code, code]).map(|f| f.told(language));
        let Some(mean) = mean_of(table, &group.code).map(|f| f.told(language)) else { continue };
        let who = category_in_sentence(&table.axes[0], group, language);
        told.push(match (get("min"), get("max")) {
            (Some(min), Some(max)) => {
                m.fill("finding.duration_range", &[("who", &who), ("mean", &mean), ("min", &min), ("max", &max)])
            }
            _ => m.fill("finding.duration", &[("who", &who), ("mean", &mean)]),
        });
    }
    if told.is_empty() { m.get("finding.withheld").to_owned() } else { capital(&format!("{}.", told.join("; "))) }
}

/// The means of the groups, where there are any that are shown.
pub(super) fn means_text(table: &PublishedTable, language: Language) -> String {
    let m = Messages::of(language);
    let told = table.axes[0].categories.iter().filter_map(|group| {
        let mean = mean_of(table, &group.code)?.told(language);
        let who = category_in_sentence(&table.axes[0], group, language);
        Some(m.fill("site.mean_of", &[("who", &who), ("mean", &mean)]))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { m.get("site.measured_text").to_owned() } else { capital(&format!("{}.", told.join("; "))) }
}

/// What the target of the period covers, as it stands in a sentence.
pub(super) fn target_covers(release: &Release, language: Language) -> String {
    let covers = release.table("targets").and_then(|t| t.axes[0].categories.iter().find(|c| c.code == "period"));
    covers.map_or_else(String::new, |c| in_sentence(c.label.in_language(language), language))
}

/// The first reporting day on which the target was reached, with the count on the last day.
pub(super) fn progress_title(release: &Release, language: Language) -> String {
    let m = Messages::of(language);
    let title = || release.table("coaching-started").map(|t| t.title.in_language(language).to_owned());
    let Some((last, label)) = last_started(release, language) else {
        return title().unwrap_or_else(|| m.get("finding.started_unknown").to_owned());
    };
    if last == 0 {
        return m.get("finding.none_started").to_owned();
    }
    let covers = target_covers(release, language);
    match release.table("targets").and_then(|t| count(t, "period")) {
        Some(target) if last >= target => {
            let over = number(last - target, m);
            m.fill(
                if last == target { "finding.target_met" } else { "finding.target_over" },
                &[("date", &label), ("n", &over), ("covers", &covers)],
            )
        }
        Some(target) => {
            m.fill("finding.target_short", &[("date", &label), ("n", &number(target - last, m)), ("covers", &covers)])
        }
        None => m.fill("finding.started", &[("date", &label), ("n", &last.to_string())]),
    }
}

/// First and last count of the curve, and when the target was passed.
pub(super) fn progress_text(release: &Release, language: Language) -> String {
    let m = Messages::of(language);
    let Some(table) = release.table("coaching-started") else { return String::new() };
    let days = &table.axes[0].categories;
    let at = |i: usize| table.cells.get(i).copied().flatten().map(|f| f.scaled);
    let (Some(first), Some(last)) = (at(0), at(days.len().saturating_sub(1))) else { return String::new() };
    let name = |i: usize| days[i].label.in_language(language);
    let end = days.len() - 1;
    let mut text = m.fill(
        "finding.curve",
        &[("first", &number(first, m)), ("first_date", name(0)), ("last", &number(last, m)), ("last_date", name(end))],
    );
    if let Some(target) = release.table("targets").and_then(|t| count(t, "period"))
        && let Some(passed) = (0..days.len()).find(|i| at(*i).is_some_and(|n| n >= target))
    {
        let key = if passed == 0 { "finding.passed_first" } else { "finding.passed" };
        let before = name(passed.saturating_sub(1));
        text.push(' ');
        text.push_str(&m.fill(key, &[("target", &target.to_string()), ("before", before), ("date", name(passed))]));
    }
    text
}

/// The last count of the curve and its day.
pub(super) fn last_started(release: &Release, language: Language) -> Option<(i64, String)> {
    let table = release.table("coaching-started")?;
    let last = table.axes[0].categories.last()?;
    Some((count(table, &last.code)?, last.label.in_language(language).to_owned()))
}

/// The address of the last count of the curve.
pub(super) fn last_started_named(release: &Release) -> String {
    let last = release.table("coaching-started").and_then(|t| t.axes[0].categories.last());
    last.map_or_else(String::new, |c| format!("coaching-started {}", c.code))
}

/// Title over the work trials: how many and of how many people, else by group; none when neither is shown.
pub(super) fn trials_title(table: &PublishedTable, language: Language) -> Option<String> {
    let all = |code: &str| table.figure(&[TOTAL, code]);
    if all("trials").is_some_and(|f| f.scaled == 0) {
        return None;
    }
    let told = |code: &str| all(code).map(|f| f.told(language));
    if let (Some(trials), Some(people)) = (told("trials"), told("people")) {
        let words = [("trials", trials.as_str()), ("people", &people)];
        return Some(Messages::of(language).fill("finding.trials_all", &words));
    }
    let groups = table.axes[0].categories.iter().filter(|g| g.code != TOTAL);
    let told = groups.filter_map(|g| {
        let trials = table.figure(&[&g.code, "trials"])?;
        let trials = told_number(&trials.plain(), language);
        Some(format!("{} {trials}", category_in_sentence(&table.axes[0], g, language)))
    });
    let told: Vec<String> = told.collect();
    let list = told.join(", ");
    (!told.is_empty()).then(|| Messages::of(language).fill("finding.trials_title", &[("list", &list)]))
}

/// Trials and people of every group.
pub(super) fn trials_text(table: &PublishedTable, language: Language) -> String {
    let m = Messages::of(language);
    let mut told = Vec::new();
    for group in &table.axes[0].categories {
        let get = |code: &str| table.figure(&[&group.code, code]).map(|f| told_number(&f.plain(), language));
        if let (Some(trials), Some(people)) = (get("trials"), get("people")) {
            let who = category_in_sentence(&table.axes[0], group, language);
            told.push(m.fill("finding.trials", &[("who", &who), ("trials", &trials), ("people", &people)]));
        }
    }
    if told.is_empty() { m.get("finding.withheld").to_owned() } else { capital(&format!("{}.", told.join("; "))) }
}

/// The categories of a table with their counts where they are shown, without totals and open answers.
fn shown_categories(table: &PublishedTable, language: Language) -> Vec<(i64, String)> {
    let apart = [TOTAL, NO_ANSWER, NOT_ASKED, MEAN];
    let parts = table.axes[0].categories.iter().filter(|c| !apart.contains(&c.code.as_str()));
    parts.filter_map(|c| Some((count(table, &c.code)?, category_in_sentence(&table.axes[0], c, language)))).collect()
}

/// More groups than this make no title.
const TITLE_GROUPS: usize = 4;

/// Title over counts of groups: every group with its count; none when there is nobody, or too many
/// groups for a title.
pub(super) fn groups_title(table: &PublishedTable, language: Language) -> Option<String> {
    let shown = shown_categories(table, language);
    // A title with some of the groups would read as if they were all.
    let titled =
        !table.has_withheld() && (1..=TITLE_GROUPS).contains(&shown.len()) && shown.iter().any(|(n, _)| *n > 0);
    titled.then(|| Messages::of(language).fill("finding.groups_title", &[("list", &groups_list(&shown, language))]))
}

fn groups_list(shown: &[(i64, String)], language: Language) -> String {
    let told = |n: i64| told_number(&Figure::count(n).plain(), language);
    // A label that ends in a number is kept apart from the figure.
    let sign = |label: &str| if label.ends_with(|c: char| c.is_ascii_digit()) { ":" } else { "" };
    let shown = shown.iter().map(|(n, label)| format!("{label}{} {}", sign(label), told(*n)));
    shown.collect::<Vec<_>>().join(", ")
}

/// Every group with its count.
pub(super) fn counts_text(table: &PublishedTable, language: Language) -> String {
    let shown = shown_categories(table, language);
    if shown.is_empty() {
        Messages::of(language).get("finding.withheld").to_owned()
    } else {
        capital(&format!("{}.", groups_list(&shown, language)))
    }
}

/// The n of a subtitle: nobody is 0, not the sign of an empty cell.
pub(super) fn people(n: Option<Figure>, language: Language) -> String {
    n.map_or_else(|| WITHHELD.to_owned(), |f| told_number(&f.plain(), language))
}

/// True when some category beside the total is shown.
pub(super) fn shows_parts(table: &PublishedTable) -> bool {
    let parts = table.axes[0].categories.iter().filter(|c| ![TOTAL, MEAN].contains(&c.code.as_str()));
    parts.filter_map(|c| count(table, &c.code)).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_lose_their_capital_inside_a_sentence_unless_it_belongs_to_them() {
        let told = |label, language| in_sentence(label, language);
        assert_eq!(told("Kantasuomalaiset", Language::Fi), "kantasuomalaiset");
        assert_eq!(told("Infödda finländare", Language::Sv), "infödda finländare");
        assert_eq!(told("Native-born people", Language::En), "native-born people");
        assert_eq!(told("Native Finns", Language::En), "native Finns");
        assert_eq!(told("Finnish-born people", Language::En), "Finnish-born people");
        assert_eq!(told("I did", Language::En), "I did");
        assert_eq!(told("TE-toimisto", Language::Fi), "TE-toimisto");
        assert_eq!(told("", Language::Fi), "");
    }

    #[test]
    fn a_list_ends_with_and() {
        let parts = ["kyllä", "osittain", "ei"].map(str::to_owned);
        assert_eq!(listed(&parts, Messages::of(Language::Fi)), "kyllä, osittain ja ei");
        assert_eq!(listed(&parts[..1], Messages::of(Language::En)), "kyllä");
    }
}
