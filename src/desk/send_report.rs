//! A closing report is sent: its version is made at once, frozen, and told to the officers in the same transaction. What
//! could not be made then is made by the rounds.

use super::{Desk, ReportError};
use crate::case::{CaseFile, CaseNumber};
use crate::render::differences;
use crate::report::{AnnexState, FormUsed, READING, ReportFile, SELF_ASSESSMENTS, Sent};
use crate::store::{Known, NewNotice, NoticeKind, StoreError, StoredSubmission};
use crate::text::Messages;

/// The form on which goals and permissions of the report are drawn.
const OPENING: &str = "case-opening";

impl Desk {
    /// Makes the version of a case's report that its coach has just sent, if there is none of it yet; its name. None while
    /// the coach has sent nothing, or the coaching goes on after all.
    ///
    /// # Errors
    /// See [`ReportError`].
    pub async fn send_report(&self, number: CaseNumber) -> Result<Option<String>, ReportError> {
        let case = self.store.case(number).await?.ok_or(ReportError::NoCase(number))?;
        if !case.reported() || case.ending().is_none() {
            return Ok(None);
        }
        let submissions = self.store.submissions_of(number).await?;
        let (stored, _) = self.coachs_edition(&case, &submissions).await?;
        Ok(stored.sent_at.map(|_| format!("{number}-v{}", stored.version)))
    }

    /// Sends what a report's coach has sent and the system has not, as when it stopped in between; how many.
    ///
    /// # Errors
    /// When the store fails. A report that cannot be written is told in the log, and the next one follows.
    pub(super) async fn send_missing(&self) -> Result<usize, StoreError> {
        let Some(form) = self.report_form() else { return Ok(0) };
        let mut sent = 0;
        for case in self.store.unsent_reports(form.id()).await? {
            match self.send_report(case).await {
                Ok(name) => sent += usize::from(name.is_some()),
                Err(ReportError::Store(error)) => return Err(error),
                Err(error) => tracing::error!(%error, "a closing report could not be sent"),
            }
        }
        Ok(sent)
    }

    /// Makes the officers' editions whose annexes have closed, and tells the officers; how many.
    ///
    /// # Errors
    /// When the store fails. A report that cannot be written is told in the log, and the next one follows.
    pub(super) async fn close_annexes(&self) -> Result<usize, StoreError> {
        let mut closed = 0;
        for case in self.store.reports_without_annex().await? {
            match self.close_annex(case).await {
                Ok(made) => closed += usize::from(made),
                Err(ReportError::Store(error)) => return Err(error),
                Err(error) => tracing::error!(%error, "a feedback annex could not be written"),
            }
        }
        Ok(closed)
    }

    async fn close_annex(&self, number: CaseNumber) -> Result<bool, ReportError> {
        let known = Known { at: self.now(), erasures: self.store.erasure_count().await? };
        let Some(case) = self.store.case(number).await? else { return Ok(false) };
        let submissions = self.store.submissions_of(number).await?;
        let AnnexState::Closed { on } = self.annex_state(&case, &submissions).await? else { return Ok(false) };
        let Some(stored) = self.store.last_sent_report(number).await? else { return Ok(false) };
        Ok(self.officers_edition(&case, &submissions, &stored, on, known).await?.is_some())
    }

    /// A version with what is known of its sending, and the mails that tell the officers.
    pub(super) async fn as_sent(
        &self,
        case: &CaseFile,
        file: ReportFile,
        coach: &StoredSubmission,
        submissions: &[StoredSubmission],
    ) -> Result<(ReportFile, Vec<NewNotice>), ReportError> {
        let earlier = self.store.last_sent_report(case.number()).await?;
        let kind = if earlier.is_some() { NoticeKind::Correction } else { NoticeKind::Report };
        let (mut at, mut reason, mut changes) = (coach.received_at, None, Vec::new());
        if let Some(earlier) = earlier {
            let before = ReportFile::from_json(&earlier.json)
                .map_err(|source| StoreError::Unreadable { what: "report", source })?;
            changes = differences(&before.report, &file.report);
            let by_coach = earlier.sent_at.is_none_or(|before| before < coach.received_at);
            let told = case.handling().corrected.clone().filter(|_| by_coach);
            // What the sheet says otherwise afterwards is a correction, too, and says so.
            let elsewhere = || Messages::of(file.report.language).get("report.changed_elsewhere").to_owned();
            reason = Some(told.unwrap_or_else(elsewhere));
            at = if by_coach { at } else { self.now() };
        }
        let used = [coach.form.id(), OPENING, SELF_ASSESSMENTS[0], SELF_ASSESSMENTS[1], READING];
        let form = |id: &&str| {
            let last = submissions.iter().rfind(|s| s.form.id() == *id)?;
            Some(FormUsed { id: (*id).to_owned(), version: last.form.version().as_str().to_owned() })
        };
        let sent = Sent { at, forms: used.iter().filter_map(form).collect(), reason, changes };
        let officers = self.officers_of(case).await?;
        Ok((ReportFile { sent: Some(sent), ..file }, self.notices(&officers, kind, case)))
    }
}
