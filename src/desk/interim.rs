//! Interim reports of a case as they were sent.

use super::{Desk, ReportError};
use crate::case::CaseFile;
use crate::form::Form;
use crate::render::interim_report_html;
use crate::report::{INTERIM, InterimReport};
use crate::store::{NewNotice, NoticeKind, StoreError};
use crate::submission::Answer;
use crate::text::told_instant;
use jiff::Timestamp;
use jiff::civil::Date;

/// The form and the questions in which an interim report is agreed on.
const AGREED: (&str, &str, &str) = ("case-opening", "o_interim", "o_interim_on");

/// An interim report, frozen as its answers are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterimEdition {
    /// Its name, `2025-000123-i1`.
    pub name: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The version of the form that was answered.
    pub form_version: String,
    /// SHA-256 of its JSON.
    pub sha256: String,
    /// As JSON.
    pub json: String,
    /// As one HTML file.
    pub html: String,
}

impl Desk {
    /// The interim reports of a case, the first one first.
    ///
    /// # Errors
    /// When the store or a template fails.
    pub async fn interim_reports(&self, case: &CaseFile) -> Result<Vec<InterimEdition>, ReportError> {
        let submissions = self.store.submissions_of(case.number()).await?;
        let language = self.report_language(case);
        let sent = (1..).zip(submissions.iter().filter(|s| s.form.id() == INTERIM));
        sent.map(|(n, s): (usize, _)| {
            let answered = (&s.form, &s.answers);
            let report = InterimReport::of(case, n, answered, &self.instance, language, s.received_at);
            let at = told_instant(s.received_at, &self.instance.zone(), language);
            let html = interim_report_html(&self.renderer, &report, &at)?;
            let (sha256, json) = (report.sha256(), report.to_json());
            let (name, form_version) = (report.name, report.form.version);
            Ok(InterimEdition { name, sent_at: s.received_at, form_version, sha256, json, html })
        })
        .collect()
    }

    /// Whether an interim report was agreed on when the case opened, and for which day.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn interim_agreed(&self, case: &CaseFile) -> Result<Option<Option<Date>>, StoreError> {
        let submissions = self.store.submissions_of(case.number()).await?;
        let Some(opening) = submissions.iter().rfind(|s| s.form.id() == AGREED.0) else { return Ok(None) };
        let agreed = matches!(opening.answers.get(AGREED.1), Some(Answer::One(code)) if code == "yes");
        let on = match opening.answers.get(AGREED.2) {
            Some(Answer::Date(on)) => Some(*on),
            _ => None,
        };
        Ok(agreed.then_some(on))
    }

    /// The mails that tell staff of what was filled in, to be queued with it: officers of an interim report, the coach when
    /// the client has read the report.
    pub(super) async fn told_with(&self, case: &CaseFile, form: &Form) -> Result<Vec<NewNotice>, StoreError> {
        if form.is_reading() {
            let coach = self.coach_of(case).await?;
            return Ok(self.notices(coach.as_slice(), NoticeKind::Read, case));
        }
        if form.id() != INTERIM {
            return Ok(Vec::new());
        }
        Ok(self.notices(&self.officers_of(case).await?, NoticeKind::Interim, case))
    }
}
