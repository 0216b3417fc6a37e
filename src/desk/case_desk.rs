//! What a coach sees of one case: how far the parties have come, what was filled in, who is reached.

use super::{Desk, PartyResponse, ReadState};
use crate::case::CaseFile;
use crate::form::{Form, Occasion, Party, Question, Visibility};
use crate::store::{Contact, Staff, StoreError};
use crate::submission::{Answer, Answers};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// The form at which a client reads the report; it is asked for beside the report, not among the forms.
const READING: &str = "report-reading";
/// Where the goals of a coaching stand: the question of the opening form, and that of an item which tells what kind.
const GOALS: (&str, &str) = ("o_goals", "o_goal_type");
/// Where the opening form tells whether an interim report was agreed.
const INTERIM: &str = "o_interim";

/// A form that was filled in and that the coach may read.
#[derive(Clone, Debug)]
pub struct FilledForm {
    /// The form as it was answered.
    pub form: Form,
    /// The answers.
    pub answers: Answers,
    /// The day.
    pub on: Date,
}

/// Everything that the page of a case shows beside the case itself.
#[derive(Clone, Debug)]
pub struct CaseDesk {
    /// How far the parties have come, as a coach may know.
    pub responses: Vec<PartyResponse>,
    /// What was filled in, in the order of arriving.
    pub filled: Vec<FilledForm>,
    /// Forms to which an invitation is open.
    pub open: BTreeSet<String>,
    /// Where the parties are reached.
    pub contacts: Vec<Contact>,
    /// The officer who is named.
    pub officer: Option<Staff>,
    /// How far the client's reading of the report has come.
    pub reading: ReadState,
}

impl FilledForm {
    /// The kinds of goals, in words of that form, in their order.
    #[must_use]
    pub fn goals(&self, language: crate::text::Language) -> Option<Vec<String>> {
        let Some(Answer::Items(items)) = self.answers.get(GOALS.0) else { return None };
        let kind = self.form.question(GOALS.1)?;
        let told = |item: &Answers| match item.get(GOALS.1) {
            Some(Answer::One(code)) => kind.choice(code).map(|c| c.label.in_language(language).to_owned()),
            _ => None,
        };
        Some(items.iter().filter_map(told).collect())
    }

    /// True when an interim report was agreed.
    #[must_use]
    pub fn agrees_interim(&self) -> bool {
        matches!(self.answers.get(INTERIM), Some(Answer::One(code)) if code == "yes")
    }
}

/// True for a question whose answers the form promises the coach, too.
#[must_use]
pub fn coach_reads(question: &Question) -> bool {
    matches!(question.visibility, Visibility::Report | Visibility::Coach)
}

/// True for a form that belongs to the work on a case, and is no feedback on it.
#[must_use]
pub fn is_of_work(form: &Form) -> bool {
    matches!(form.occasion(), Occasion::Opening | Occasion::During)
        && form.party() != Party::Purchaser
        && form.id() != READING
}

impl Desk {
    /// What the page of a case shows.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn case_desk(&self, case: &CaseFile) -> Result<CaseDesk, StoreError> {
        let number = case.number();
        let now = self.now();
        let invitations = self.store.invitations_of(number).await?;
        let open = invitations.iter().filter(|i| !i.revoked && !i.answered && i.expires_at > now);
        let staff = self.store.staff().await?;
        Ok(CaseDesk {
            responses: self.responses(number).await?,
            filled: self.filled_forms(case).await?,
            open: open.map(|i| i.form.clone()).collect(),
            contacts: self.store.contacts_of(number).await?,
            officer: staff.into_iter().find(|s| Some(s.id.as_str()) == case.officer()),
            reading: self.read_state(case).await?,
        })
    }

    /// The forms of the work on a case that were filled in and that its coach may read. Feedback is never among them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn filled_forms(&self, case: &CaseFile) -> Result<Vec<FilledForm>, StoreError> {
        let zone = self.instance.zone();
        let submissions = self.store.submissions_of(case.number()).await?;
        let read = submissions.into_iter().filter(|s| is_of_work(&s.form) && s.form.questions().any(coach_reads));
        Ok(read
            .map(|s| FilledForm { on: s.received_at.to_zoned(zone.clone()).date(), form: s.form, answers: s.answers })
            .collect())
    }
}
