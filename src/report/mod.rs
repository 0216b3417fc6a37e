//! Uniform reports, always in the same order of sections.
//!
//! Enters: a [`CaseFile`] and the instance's names. Leaves: a [`ClosingReport`], the same for the
//! same case. Refuses: a case that has not ended. Never holds an answer: single answers travel in
//! the feedback annex, which the coach does not see.

mod coach;

pub use coach::{contract, prefilled, settles};

use crate::case::{CaseFile, CaseNumber};
use crate::form::Party;
use crate::instance::Instance;
use crate::text::{Figure, Fingerprint, Language};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Name of a version of a report: `2025-000123-v1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String")]
pub struct ReportName {
    /// The case.
    pub case: CaseNumber,
    /// Counted from 1.
    pub version: u32,
}

impl std::fmt::Display for ReportName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-v{}", self.case, self.version)
    }
}

impl From<ReportName> for String {
    fn from(name: ReportName) -> Self {
        name.to_string()
    }
}

/// A category as a report tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coded {
    /// Code in data.
    pub code: String,
    /// What readers see, in the report's language.
    pub label: String,
}

/// Section 1: background and starting point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Background {
    /// Client profiles; the sheet has none.
    pub profiles: Option<Vec<Coded>>,
    /// Since when the person has been a client.
    pub client_since: Date,
    /// When the coaching started.
    pub coaching_started: Date,
    /// Municipality.
    pub municipality: Option<String>,
    /// Age group.
    pub age_group: Option<Coded>,
    /// Months unemployed, as a band; the sheet has none.
    pub unemployment: Option<Coded>,
    /// Level of education; the sheet has none.
    pub education: Option<Coded>,
}

/// Section 2: one goal and how it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Goal {
    /// Type of goal.
    pub kind: Coded,
    /// When it was set.
    pub set_on: Date,
}

/// Section 3: what was achieved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Achievement {
    /// Outcome.
    pub outcome: Coded,
    /// The day on which the coaching ended.
    pub ended_on: Date,
    /// Field of work or education.
    pub field: Option<String>,
    /// Type of contract; the sheet has none.
    pub contract: Option<Coded>,
    /// Whether pay subsidy was granted.
    pub pay_subsidy: Option<bool>,
}

/// Section 4: the coaching.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coaching {
    /// Hours with one decimal, as text so that no digit changes on the way.
    pub hours: Option<String>,
    /// Hours allowed.
    pub hour_cap: u32,
    /// True when the hours exceed the cap.
    pub over_cap: bool,
    /// Why; required by the form, unknown to the sheet.
    pub over_cap_reason: Option<String>,
    /// Meetings.
    pub meetings: Option<u32>,
    /// Work trials.
    pub work_trials: Option<u32>,
    /// Methods by phase; the sheet has none.
    pub phases: Option<Vec<Coded>>,
}

/// Section 5: barriers, challenges and successes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Course {
    /// Barriers, never diagnoses; the sheet has none.
    pub barriers: Option<Vec<Coded>>,
    /// Successes; the sheet has none.
    pub successes: Option<String>,
    /// Findings of the feedback talks; the sheet has none.
    pub feedback_talks: Option<String>,
}

/// Section 6: what was agreed for afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Agreed actions; the sheet has none.
    pub next: Option<Vec<String>>,
    /// Consent to the follow-up; the sheet has none.
    pub follow_up_consent: Option<bool>,
}

/// Where a party's feedback stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Response {
    /// Who.
    pub party: Party,
    /// Invitations.
    pub invited: u32,
    /// Submissions.
    pub answered: u32,
}

/// The closing report of one case. `None` means that it was not recorded, which the report says aloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClosingReport {
    /// The case.
    pub case: CaseNumber,
    /// The number in the sheet it came from.
    pub imported_number: Option<String>,
    /// Receives the report.
    pub office: String,
    /// Writes it.
    pub provider: String,
    /// The coach, as a role or code.
    pub coach: String,
    /// Said on every page, for example that the data are synthetic.
    pub notice: Option<String>,
    /// 1.
    pub background: Background,
    /// 2; the sheet has none.
    pub goals: Option<Vec<Goal>>,
    /// 3.
    pub achievement: Achievement,
    /// 4.
    pub coaching: Coaching,
    /// 5.
    pub course: Course,
    /// 6.
    pub plan: Plan,
    /// By the system: who was asked and who answered.
    pub responses: Vec<Response>,
}

/// Why there is no closing report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the coaching of case {0} has not ended; a closing report is written when it has")]
pub struct NotEnded(pub CaseNumber);

impl ClosingReport {
    /// The report that the case's present state gives.
    ///
    /// # Errors
    /// When the coaching has not ended.
    pub fn of(case: &CaseFile, instance: &Instance, language: Language) -> Result<Self, NotEnded> {
        let ending = case.ending().ok_or(NotEnded(case.number()))?;
        let (opening, work) = (case.opening(), case.work());
        let coded = |dimension: &str, code: &str| Coded {
            code: code.to_owned(),
            label: instance.label(dimension, code, language).to_owned(),
        };
        Ok(Self {
            case: case.number(),
            imported_number: case.imported_number().map(str::to_owned),
            office: organisation(&instance.office, &opening.office, language),
            provider: organisation(&instance.provider, &opening.provider, language),
            coach: opening.coach.clone(),
            notice: instance.notice.as_ref().map(|n| n.in_language(language).to_owned()),
            background: Background {
                profiles: None,
                client_since: opening.client_since,
                coaching_started: opening.coaching_started,
                municipality: opening.municipality.clone(),
                age_group: opening.age_group.as_deref().map(|c| coded("age_group", c)),
                unemployment: None,
                education: None,
            },
            goals: None,
            achievement: Achievement {
                outcome: coded("outcome", &ending.outcome),
                ended_on: ending.on,
                field: ending.field.clone(),
                contract: None,
                pay_subsidy: ending.pay_subsidy,
            },
            coaching: Coaching {
                hours: work.hours_tenths.map(|t| Figure::tenths(t).plain()),
                hour_cap: instance.hour_cap,
                over_cap: work.hours_tenths.is_some_and(|t| t > i64::from(instance.hour_cap) * 10),
                over_cap_reason: None,
                meetings: work.meetings,
                work_trials: work.work_trials,
                phases: None,
            },
            course: Course { barriers: None, successes: None, feedback_talks: None },
            plan: Plan { next: None, follow_up_consent: None },
            responses: [Party::Client, Party::Employer, Party::Community]
                .into_iter()
                .map(|party| {
                    let state = case.parties().get(&party).copied().unwrap_or_default();
                    Response { party, invited: state.invited, answered: state.answered }
                })
                .collect(),
        })
    }
}

/// Fingerprint of what the coach has recorded. Neither the response status nor a renamed office or
/// category makes a new version of a report that was sent.
#[must_use]
pub fn recorded(case: &CaseFile) -> Fingerprint {
    Fingerprint::of(serde_json::to_vec(&(case.opening(), case.work(), case.ending())).unwrap_or_default())
}

fn organisation(known: &crate::instance::Organisation, code: &str, language: Language) -> String {
    if known.code == code { known.name.in_language(language).to_owned() } else { code.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{CaseEvent, Ending, Opening};
    use jiff::civil::date;

    fn instance() -> Instance {
        Instance::read("palaute.yaml", include_str!("../../demo/palaute.yaml")).unwrap()
    }

    fn case(ended: bool) -> CaseFile {
        let opening = Opening {
            office: "area".into(),
            provider: "provider".into(),
            coach: "Valmentaja 1".into(),
            municipality: None,
            gender: None,
            origin: None,
            age_group: None,
            client_since: date(2024, 8, 5),
            coaching_started: date(2024, 11, 4),
            language: None,
        };
        let mut events = vec![CaseEvent::Opened { imported_number: None, opening }];
        if ended {
            let ending = Ending { on: date(2025, 8, 17), outcome: "job".into(), field: None, pay_subsidy: None };
            events.push(CaseEvent::Ended { ending });
        }
        CaseFile::fold(CaseNumber::new(2025, 7), &events).unwrap()
    }

    #[test]
    fn an_open_case_has_no_closing_report() {
        let refusal = ClosingReport::of(&case(false), &instance(), Language::Fi).unwrap_err();
        assert!(refusal.to_string().contains("2025-000007 has not ended"));
    }

    #[test]
    fn a_report_has_labels_and_notice_and_says_nothing_that_was_not_recorded() {
        let report = ClosingReport::of(&case(true), &instance(), Language::Fi).unwrap();
        assert_eq!(report.achievement.outcome.label, "Työ");
        assert!(report.notice.as_ref().is_some_and(|n| n.starts_with("Malli.")));
        assert_eq!(report.goals, None);
    }

    #[test]
    fn a_later_answer_does_not_make_a_new_version_but_a_correction_does() {
        let (mut answered, mut corrected) = (case(true), case(true));
        answered.apply(&CaseEvent::Invited { party: Party::Client, form: "f".into() }).unwrap();
        answered.apply(&CaseEvent::Answered { party: Party::Client }).unwrap();
        corrected.apply(&CaseEvent::Reopened).unwrap();
        assert_eq!(recorded(&case(true)), recorded(&answered));
        assert_ne!(recorded(&case(true)), recorded(&corrected));
    }
}
