//! The front page: headline figures, outcomes, progress and what clients answered.

use super::answers;
use super::cohorts::{days, when};
use super::feedback;
use super::figures::{self, Chart};
use super::responses;
use super::sentences::{
    capital, last_started, last_started_named, number, onward, onward_named, outcomes_title, people, progress_text,
    progress_title, shows_parts, target_covers,
};
use crate::cube::{MEAN, TOTAL};
use crate::release::Release;
use crate::text::{Figure as Number, Messages, told_date};
use serde::Serialize;

#[derive(Serialize)]
struct Headline {
    value: String,
    title: String,
    detail: String,
    /// The figures that it adds up, for the audit.
    sum: Option<String>,
}

/// What clients answered, in one figure.
#[derive(Serialize)]
struct Teaser {
    title: String,
    /// How many were invited and answered.
    line: Option<String>,
    subtitle: String,
    chart: Chart,
    source: String,
}

/// Everything the front page shows.
#[derive(Serialize)]
pub(super) struct Front {
    headlines: Vec<Headline>,
    outcomes: Option<Chart>,
    outcomes_title: String,
    outcomes_subtitle: String,
    /// The figures that the title of the outcomes adds up, for the audit.
    outcomes_sum: Option<String>,
    /// Where the figures about cases come from.
    source: String,
    progress: Chart,
    progress_title: String,
    progress_text: String,
    /// True when a figure of the page is withheld.
    withheld: bool,
    feedback: Option<Teaser>,
}

pub(super) fn front(release: &Release, m: Messages) -> Front {
    let language = m.language();
    let outcomes = release.table("outcomes");
    let started = release.table("clients-by-gender");
    // Of a later period the table has its own clients only; the curve has everybody so far.
    let later = started.and_then(|t| t.cohort.as_ref()).is_some_and(|c| c.from.is_some());
    let (clients, clients_named) = match started.filter(|t| t.cohort.as_ref().is_none_or(|c| c.from.is_none())) {
        Some(table) => (table.figure(&[TOTAL]), format!("{} {TOTAL}", table.id)),
        None => (last_started(release, language).map(|(n, _)| Number::count(n)), last_started_named(release)),
    };
    // Those who have not ended are known only while both figures are of everybody so far.
    let so_far =
        outcomes.is_some_and(|t| t.cohort.as_ref().is_none_or(|c| c.from.is_none() && c.until == release.as_of()));
    let ended_days = outcomes
        .map_or_else(|| m.fill("site.until", &[("date", &told_date(release.as_of(), language))]), |t| when(t, m));
    let ended = outcomes.and_then(|t| t.figure(&[TOTAL]));
    let onward_sum = outcomes.and_then(onward_named);
    let onward = outcomes.and_then(onward).map(Number::count);
    // Poster figures say nought, not the sign.
    let sign = |f: Option<Number>| people(f, language);
    let target = release.table("targets").and_then(|t| t.figure(&["period"]));
    let covers = target_covers(release, language);
    let target_text = target
        .map_or_else(String::new, |t| m.fill("site.target_was", &[("n", &t.told(language)), ("covers", &covers)]));
    let ongoing = clients.zip(ended).filter(|_| so_far).map(|(c, e)| capital(&number(c.scaled - e.scaled, m)));
    let ongoing_sum = outcomes.filter(|_| ongoing.is_some()).map(|t| format!("{clients_named}, -{} {TOTAL}", t.id));
    // Each headline says whose days it counts where they are not the same.
    let share = onward.zip(ended).filter(|(_, e)| e.scaled > 0).map(|(_, e)| {
        let words = [("total", e.told(language)), ("days", ended_days.clone())];
        let key = if so_far { "site.of_ended" } else { "site.of_ended_in_period" };
        m.fill(key, &words.each_ref().map(|(name, text)| (*name, text.as_str())))
    });
    let clients_detail = if later || !so_far {
        let so_far = m.fill("site.all_so_far", &[("date", &told_date(release.as_of(), language))]);
        format!("{so_far} {target_text}").trim_end().to_owned()
    } else {
        target_text
    };
    let headline = |value, key: &str, detail, sum| Headline { value, title: m.get(key).to_owned(), detail, sum };
    Front {
        headlines: vec![
            headline(sign(clients), "site.clients_started", clients_detail, None),
            headline(
                sign(ended),
                "site.coachings_ended",
                ongoing.map_or_else(
                    || if so_far { String::new() } else { m.fill("site.in_period", &[("days", &ended_days)]) },
                    |n| m.fill("site.ongoing", &[("n", &n)]),
                ),
                ongoing_sum,
            ),
            headline(
                sign(onward),
                "site.moved_onward",
                share.unwrap_or_else(|| m.get("finding.withheld").to_owned()),
                onward_sum.clone(),
            ),
        ],
        outcomes_sum: onward_sum,
        outcomes: outcomes.map(|t| figures::outcome_bars(t, language)),
        outcomes_title: outcomes.map_or_else(String::new, |t| outcomes_title(t, language)),
        outcomes_subtitle: m.fill("site.units_subtitle", &[("days", &ended_days), ("n", &sign(ended))]),
        source: outcomes.map_or_else(String::new, |t| t.source.in_language(language).to_owned()),
        progress: release.table("coaching-started").map(|t| figures::curve(release, t, language)).unwrap_or_default(),
        progress_title: progress_title(release, language),
        progress_text: progress_text(release, language),
        withheld: [clients, ended, onward].contains(&None)
            || outcomes.is_some_and(crate::release::PublishedTable::has_withheld),
        feedback: teaser(release, m),
    }
}

/// The grade that clients gave; none when no form asks them for one.
fn teaser(release: &Release, m: Messages) -> Option<Teaser> {
    let language = m.language();
    let graded = |t: &&crate::release::PublishedTable| t.axes[0].categories.iter().any(|c| c.code == MEAN);
    let table = feedback::tables_of(release, "client").into_iter().find(graded)?;
    let total = table.figure(&[TOTAL]);
    let title = match (answers::mean(table), total.map(|f| f.scaled)) {
        (Some(mean), _) => m.fill("finding.clients_grade", &[("mean", &mean.told(language))]),
        (None, Some(0)) => m.get("finding.clients_grade_none").to_owned(),
        (None, _) => m.get("finding.clients_grade_withheld").to_owned(),
    };
    let n = people(total, language);
    let subtitle = match (answers::mean(table), total) {
        (Some(_), _) => "site.grade_subtitle",
        (None, Some(_)) => "site.grade_subtitle_no_mean",
        (None, None) => "site.grade_subtitle_withheld",
    };
    let question = table.title.in_language(language);
    Some(Teaser {
        title,
        line: responses::response(release, "client", language).map(|r| r.line),
        subtitle: m.fill(subtitle, &[("question", question), ("n", &n), ("days", &days(table, m))]),
        chart: if answers::mean(table).is_some() || shows_parts(table) {
            figures::bars(table, language)
        } else {
            Chart::default()
        },
        source: table.source.in_language(language).to_owned(),
    })
}

/// Where a reader may want to go: who they are, what they find, and the page.
const DOORS: [(&str, &str); 4] =
    [("client", "feedback_client"), ("employer", "work"), ("coach", "feedback"), ("officer", "results")];

/// A way on from the front page.
#[derive(Serialize)]
pub(super) struct Door {
    href: String,
    title: &'static str,
    text: &'static str,
}

/// The doors, with the address of each page.
pub(super) fn doors(m: Messages, address: impl Fn(&str) -> String) -> Vec<Door> {
    let door = |(who, page): (&str, &str)| Door {
        href: address(page),
        title: m.get(&format!("site.door_{who}")),
        text: m.get(&format!("site.door_{who}_text")),
    };
    DOORS.into_iter().map(door).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn every_door_leads_to_a_page_and_says_where() {
        for language in Language::ALL {
            for door in doors(Messages::of(language), |page| format!("{page}.html")) {
                assert!(!door.title.contains("(?)") && !door.text.contains("(?)"), "{}", door.href);
            }
        }
    }
}
