//! What YAML's shape cannot say about `palaute.yaml`.

use super::{Instance, PROVIDER, policy::DEFAULT_THRESHOLD};
use crate::text::{Code, Diagnostic, Language, Position, SourceText, Text, zone};
use std::collections::BTreeSet;

/// Days for which cases may be kept, at least and at most.
const SHORTEST_RETENTION: u32 = 365;
const LONGEST_RETENTION: u32 = 18_250;
/// Most reminders of one invitation.
const MOST_REMINDERS: usize = 3;
/// Dimensions that every case has; tables and the follow-up sheet rely on them.
const REQUIRED: [&str; 4] = ["gender", "origin", "age_group", "outcome"];

pub(super) fn mistakes(instance: &Instance, file: &str, source: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let text = SourceText::new(file, source);
    let mut tell = |code: Code, at: Position, problem: String, remedy: &str| {
        found.push(text.tell(code, at, problem, remedy));
    };
    if instance.languages.value.first() != Some(&Language::Fi) {
        let problem = "Finnish is missing or not first in `languages`".to_owned();
        tell(
            Code::FinnishFirst,
            Position::of(&instance.languages),
            problem,
            "begin the list with fi: every text has Finnish",
        );
    }
    if let Some(language) = instance.languages.value.iter().find(|l| !Language::ALL.contains(l)) {
        let problem = format!("sites and reports do not speak {}", language.english_name());
        tell(
            Code::LanguageUnspoken,
            Position::of(&instance.languages),
            problem,
            "name it in client_languages: clients' forms do",
        );
    }
    for (what, at, text) in texts(instance) {
        for language in instance.languages.value.iter().filter(|l| !text.has(**l)) {
            let problem = format!("{what} has no {} text", language.english_name());
            tell(
                Code::SettingText,
                at,
                problem,
                &format!("write it after {}:, or take the language from `languages`", language.code()),
            );
        }
    }
    if zone(&instance.time_zone.value).is_none() {
        let problem = format!("`{}` is no time zone", instance.time_zone.value);
        tell(Code::TimeZone, Position::of(&instance.time_zone), problem, "use an IANA name such as Europe/Helsinki");
    }
    let url = &instance.base_url.value;
    if !(url.starts_with("https://") || url.starts_with("http://")) || url.ends_with('/') {
        let problem = format!("`{url}` cannot start a link");
        tell(Code::BaseUrl, Position::of(&instance.base_url), problem, "write https://host without a slash at the end");
    }
    if url.split_once("://").is_some_and(|(_, host)| host.is_empty() || host.contains(['/', '?', '#', ' '])) {
        let problem = format!("`{url}` is more than scheme and host");
        tell(
            Code::BaseUrl,
            Position::of(&instance.base_url),
            problem,
            "write https://host or https://host:port and nothing after it",
        );
    }
    if let Some(days) = &instance.retention_days
        && !(SHORTEST_RETENTION..=LONGEST_RETENTION).contains(&days.value)
    {
        let problem = format!("cases cannot be kept for {} days after the coaching has ended", days.value);
        let remedy = "write 365 to 18250 days: the six-month follow-up must have been answered and released before";
        tell(Code::Retention, Position::of(days), problem, remedy);
    }
    if !(1..=3650).contains(&instance.invitation_days.value) {
        let problem = format!("an invitation cannot stay open for {} days", instance.invitation_days.value);
        tell(Code::InvitationDays, Position::of(&instance.invitation_days), problem, "write 1 to 3650 days");
    }
    for (at, days) in instance.reminder_days.iter().enumerate() {
        let before = at.checked_sub(1).map_or(0, |at| instance.reminder_days[at].value);
        let problem = if at >= MOST_REMINDERS {
            format!("more than {MOST_REMINDERS} reminders")
        } else if days.value <= before || days.value >= instance.invitation_days.value {
            format!("nobody can be reminded on day {} here", days.value)
        } else {
            continue;
        };
        let remedy =
            "list at most three days after the first mail, the earliest first, all before invitation_days are over";
        tell(Code::ReminderDays, Position::of(days), problem, remedy);
    }
    if let Some(at) =
        instance.reporting_dates.iter().zip(instance.reporting_dates.iter().skip(1)).find(|(a, b)| a.value >= b.value)
    {
        let problem = format!("the reporting date {} does not come after {}", at.1.value, at.0.value);
        tell(Code::ReportingDates, Position::of(at.1), problem, "list each day once, the earliest first");
    }
    for (at, problem, remedy) in instance.mail.mistakes() {
        tell(Code::MailServer, at, problem, remedy);
    }
    let mut target_codes = BTreeSet::new();
    for target in &instance.targets {
        if !is_code(&target.value.code) || !target_codes.insert(target.value.code.as_str()) {
            let problem = format!("the target code `{}` is used twice or is no code", target.value.code);
            tell(Code::TargetCode, Position::of(target), problem, "use each code once, in a-z, 0-9 and _");
        }
    }
    let policy = &instance.policy;
    if policy.value.threshold < 2 {
        let problem = format!("a threshold of {} protects nobody", policy.value.threshold);
        tell(Code::Threshold, Position::of(policy), problem, "use 5, or at least 2 with a reason in threshold_reason");
    } else if policy.value.threshold < DEFAULT_THRESHOLD && policy.value.threshold_reason.is_none() {
        let problem =
            format!("the threshold {} is below {DEFAULT_THRESHOLD} and no reason is recorded", policy.value.threshold);
        tell(
            Code::Threshold,
            Position::of(policy),
            problem,
            "raise it, or say why in threshold_reason: readers see it on the methods page",
        );
    }
    let mut ids = BTreeSet::new();
    for dimension in &instance.dimensions {
        let at = Position::of(dimension);
        let d = &dimension.value;
        if !is_code(&d.id) || !ids.insert(d.id.as_str()) {
            tell(
                Code::DimensionId,
                at,
                format!("the dimension id `{}` is used twice or is no code", d.id),
                "use each id once, in a-z, 0-9 and _",
            );
        }
        let mut codes = BTreeSet::new();
        for c in &d.categories {
            if !is_code(&c.code) || ["total", "mean"].contains(&c.code.as_str()) || !codes.insert(c.code.as_str()) {
                let problem =
                    format!("the category code `{}` of `{}` is used twice, reserved or no code", c.code, d.id);
                tell(
                    Code::CategoryCode,
                    at,
                    problem,
                    "use each code once, in a-z, 0-9 and _; `total` and `mean` are taken",
                );
            }
        }
        if d.categories.is_empty() {
            tell(Code::NoCategories, at, format!("`{}` has no categories", d.id), "list at least one category");
        }
    }
    for id in REQUIRED {
        if instance.dimension(id).is_none() {
            tell(
                Code::DimensionMissing,
                Position::START,
                format!("the dimension `{id}` is missing"),
                "add it under dimensions; tables and import rely on it",
            );
        }
    }
    let own = &instance.provider.code;
    if let Some(providers) = instance.dimensions.iter().find(|d| d.value.id == PROVIDER)
        && providers.value.category(own).is_none()
    {
        let problem = format!("`provider` has no category `{own}`, which cases get whose provider no sheet names");
        let remedy = "add the code of the installation's own provider to its categories";
        tell(Code::OwnProvider, Position::of(providers), problem, remedy);
    }
    for (dimension, words) in &instance.ledger.words {
        for (word, code) in words {
            let known = match instance.dimension(dimension) {
                Some(d) => d.category(code).is_some(),
                None => dimension == "pay_subsidy" && (code == "yes" || code == "no"),
            };
            if !known {
                let problem = format!("the sheet's word `{word}` maps to `{code}`, which `{dimension}` does not have");
                tell(Code::SheetWord, Position::START, problem, "map it to a code of that dimension");
            }
        }
    }
    found
}

/// Every text with what it is and where: it must be there in each language of the instance.
fn texts(instance: &Instance) -> Vec<(String, Position, &Text)> {
    let top = Position::of(&instance.name);
    let told = |what: &str, text| (what.to_owned(), top, text);
    let mut all = vec![
        told("name", &instance.name.value),
        told("source", &instance.source),
        told("contact", &instance.contact),
        told("the name of the office", &instance.office.name),
        told("the name of the provider", &instance.provider.name),
    ];
    all.extend(instance.notice.as_ref().map(|t| told("notice", t)));
    all.extend(instance.feedback_source.as_ref().map(|t| told("feedback_source", t)));
    all.extend(instance.mail.from_name().map(|t| told("from_name", t)));
    let reason = instance.policy.value.threshold_reason.as_ref();
    all.extend(reason.map(|t| ("threshold_reason".to_owned(), Position::of(&instance.policy), t)));
    for target in &instance.targets {
        all.push((format!("the target `{}`", target.value.code), Position::of(target), &target.value.label));
    }
    for dimension in &instance.dimensions {
        let at = Position::of(dimension);
        all.push((format!("the dimension `{}`", dimension.value.id), at, &dimension.value.label));
        let categories = dimension.value.categories.iter();
        all.extend(categories.map(|c| (format!("`{}` of `{}`", c.code, dimension.value.id), at, &c.label)));
    }
    all
}

fn is_code(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
