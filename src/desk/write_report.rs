//! Writes the closing report of a case: the coach's edition, and the officer's with the feedback annex
//! once that has closed. What was written is kept and never written again.

use super::Desk;
use crate::case::{CaseFile, CaseNumber};
use crate::form::{Form, Party};
use crate::render::{PdfError, RenderError, ReportView, closing_report_html};
use crate::report::{
    AnnexState, ClosingReport, FeedbackAnnex, NotEnded, Received, ReportFile, ReportName, annex_state, recorded,
    responses,
};
use crate::store::{Known, NoticeKind, StoreError, StoredAnnex, StoredReport, StoredSubmission};
use jiff::civil::Date;

/// A report as files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenReport {
    /// Its name, `2025-000123-v1`.
    pub name: String,
    /// As HTML.
    pub html: String,
    /// As JSON.
    pub json: String,
    /// As PDF.
    pub pdf: Vec<u8>,
    /// The officer's edition; none while the annex is open.
    pub officer: Option<OfficerEdition>,
    /// The day on which an open annex closes at the latest.
    pub annex_closes_on: Option<Date>,
    /// True when this is a new version.
    pub new: bool,
}

/// The same version with the feedback annex, for the officer only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficerEdition {
    /// The day on which the annex closed.
    pub closed_on: Date,
    /// As HTML.
    pub html: String,
    /// As JSON.
    pub json: String,
    /// As PDF.
    pub pdf: Vec<u8>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is no such case.
    #[error("there is no case {0}")]
    NoCase(CaseNumber),
    /// The coaching goes on.
    #[error(transparent)]
    NotEnded(#[from] NotEnded),
    /// A template failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The PDF could not be printed.
    #[error(transparent)]
    Print(#[from] PdfError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One edition in its three forms.
struct Written {
    html: String,
    json: String,
    pdf: Vec<u8>,
}

impl Desk {
    /// The closing report of a case: the last version as it was written, or a new one when the case
    /// has changed since; with the officer's edition when the annex has closed.
    ///
    /// # Errors
    /// See [`ReportError`].
    pub async fn write_report(&self, number: CaseNumber) -> Result<WrittenReport, ReportError> {
        loop {
            // An edition that tells an answer which is erased while it is printed is made again without it.
            if let Some(written) = self.try_report(number).await? {
                return Ok(written);
            }
        }
    }

    async fn try_report(&self, number: CaseNumber) -> Result<Option<WrittenReport>, ReportError> {
        let known = Known { at: self.now(), erasures: self.store.erasure_count().await? };
        let case = self.store.case(number).await?.ok_or(ReportError::NoCase(number))?;
        let submissions = self.store.submissions_of(number).await?;
        let (stored, new) = self.coachs_edition(&case, &submissions).await?;
        let name = ReportName { case: number, version: stored.version }.to_string();
        let (officer, annex_closes_on) = match self.annex_state(&case, &submissions).await? {
            AnnexState::Open { closes_on } => (None, Some(closes_on)),
            AnnexState::Closed { on } => match self.officers_edition(&case, &submissions, &stored, on, known).await? {
                Some(edition) => (Some(edition), None),
                None => return Ok(None),
            },
        };
        let StoredReport { html, json, pdf, .. } = stored;
        Ok(Some(WrittenReport { name, html, json, pdf, officer, annex_closes_on, new }))
    }

    pub(super) async fn coachs_edition(
        &self,
        case: &CaseFile,
        submissions: &[StoredSubmission],
    ) -> Result<(StoredReport, bool), ReportError> {
        let closing = |s: &&StoredSubmission| self.is_report(&s.form);
        let (mut case, mut submissions) = (case.clone(), submissions.to_vec());
        loop {
            let coach = submissions.iter().rfind(closing);
            let times = submissions.iter().filter(closing).count();
            let language = self.report_language(&case);
            let content = recorded(&case, coach.map(|s| &s.answers), times);
            let last = self.store.last_report(case.number()).await?;
            let version = last.as_ref().map_or(1, |l| l.version + 1);
            // What the coach has sent is sent on, also what was only written before.
            if let Some(last) = last.filter(|l| l.content == content && (coach.is_none() || l.sent_at.is_some())) {
                return Ok((last, false));
            }
            let written_on = self.today();
            let told = coach.map(|s| (&s.form, &s.answers));
            let report = ClosingReport::of(&case, told, &self.instance, language, written_on)?;
            let report = self.with_clients_part(report, &submissions);
            let mut file = ReportFile::new(report, &ReportName { case: case.number(), version }, written_on);
            let mut notices = Vec::new();
            if let Some(coach) = coach {
                (file, notices) = self.as_sent(&case, file, coach, &submissions).await?;
            }
            let Written { html, json, pdf } = self.written(&file)?;
            let (sent_at, sha256) = (file.sent.as_ref().map(|s| s.at), file.sha256());
            let stored =
                StoredReport { version, content: content.clone(), written_on, json, html, pdf, sent_at, sha256 };
            if self.store.save_report(stored.clone(), case.number(), notices, self.now()).await? {
                return Ok((stored, true));
            }
            // Somebody else has written meanwhile, perhaps of what was sent later than this was read.
            let number = case.number();
            case = self.store.case(number).await?.ok_or(ReportError::NoCase(number))?;
            submissions = self.store.submissions_of(number).await?;
        }
    }

    pub(super) async fn annex_state(
        &self,
        case: &CaseFile,
        submissions: &[StoredSubmission],
    ) -> Result<AnnexState, ReportError> {
        let today = self.today();
        let reported_on = self.store.first_reported_on(case.number()).await?.unwrap_or(today);
        let of_parties = submissions.iter().filter(|s| s.form.is_feedback() && s.party != Party::Purchaser);
        let last = of_parties.map(|s| self.day_of(s.received_at)).max();
        Ok(annex_state(&responses(case), reported_on, last, today))
    }

    pub(super) async fn officers_edition(
        &self,
        case: &CaseFile,
        submissions: &[StoredSubmission],
        stored: &StoredReport,
        closed_on: Date,
        known: Known,
    ) -> Result<Option<OfficerEdition>, ReportError> {
        if let Some(kept) = self.store.annex(case.number(), stored.version).await? {
            let StoredAnnex { closed_on, html, json, pdf, .. } = kept;
            return Ok(Some(OfficerEdition { closed_on, html, json, pdf }));
        }
        let in_time = submissions.iter().filter(|s| self.day_of(s.received_at) < closed_on);
        let circumstances = self.circumstances(Some(case));
        let feedback: Vec<&StoredSubmission> = in_time.filter(|s| s.form.is_feedback()).collect();
        let told: Vec<Form> = feedback.iter().map(|s| s.form.for_case(&circumstances)).collect();
        let received: Vec<Received<'_>> = feedback
            .iter()
            .zip(&told)
            .map(|(s, form)| Received { party: s.party, form, answers: &s.answers })
            .collect();
        // The coach's part is taken from the version that was sent, not made again.
        let sent =
            ReportFile::from_json(&stored.json).map_err(|source| StoreError::Unreadable { what: "report", source })?;
        let annex = FeedbackAnnex::of(case, &received, closed_on, sent.report.language);
        let Written { html, json, pdf } = self.written(&sent.with_annex(annex))?;
        let edition = OfficerEdition { closed_on, html: html.clone(), json: json.clone(), pdf: pdf.clone() };
        let kept = StoredAnnex { version: stored.version, closed_on, json, html, pdf };
        let officers = if stored.sent_at.is_some() { self.officers_of(case).await? } else { Vec::new() };
        let notices = self.notices(&officers, NoticeKind::Annex, case);
        Ok(self.store.save_annex(kept, case.number(), notices, known).await?.then_some(edition))
    }

    fn written(&self, file: &ReportFile) -> Result<Written, ReportError> {
        let view = ReportView::of(file);
        let html = closing_report_html(&self.renderer, &view)?;
        Ok(Written { html, json: file.to_json(), pdf: self.printer.print(&view)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::pilot::desk;
    use crate::submission::RawAnswers;
    use jiff::{Timestamp, ToSpan};
    use std::sync::Mutex;

    async fn answer(desk: &Desk, case: CaseNumber, form: &str, given: &[(&str, &str)]) {
        let link = desk.open_link(case, form).await.unwrap();
        let invitation = desk.store.invitation_by_token(&crate::desk::token_hash(&link.token)).await.unwrap().unwrap();
        let raw: RawAnswers = given.iter().map(|(k, v)| ((*k).to_owned(), vec![(*v).to_owned()])).collect();
        desk.receive(&invitation, desk.form(form).unwrap(), form, &raw).await.unwrap();
    }

    fn pass_days(now: &Mutex<Timestamp>, days: i64) {
        let mut now = now.lock().unwrap();
        *now = now.checked_add((24 * days).hours()).unwrap();
    }

    #[tokio::test]
    async fn the_coachs_form_makes_a_version_and_the_annex_closes_the_day_after_the_last_answer_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        let case = desk.find_case("V-001").await.unwrap();
        let first = desk.write_report(case).await.unwrap();
        assert!(first.new && first.officer.is_none() && first.name.ends_with("-v1"));
        let given = [
            ("r_outcome", "job"),
            ("r_hours", "12,5"),
            ("r_meetings", "4"),
            ("r_successes", "Onnistui."),
            ("r_goals.1.r_goal_type", "step_by_step"),
            ("r_next.1.r_next_action", "Haku"),
        ];
        answer(&desk, case, "closing-report", &given).await;
        let second = desk.write_report(case).await.unwrap();
        assert!(second.new && second.name.ends_with("-v2") && second.json.contains("Onnistui."));
        assert!(second.pdf.starts_with(b"%PDF-"));

        answer(&desk, case, "client-feedback", &[("c_open", "Kiitos."), ("c_now", "unemployed")]).await;
        let same_day = desk.write_report(case).await.unwrap();
        assert!(!same_day.new && same_day.officer.is_none() && same_day.annex_closes_on.is_some());
        assert_eq!((&same_day.html, &same_day.pdf), (&second.html, &second.pdf), "a sent version is not rewritten");
        pass_days(&now, 1);
        let officer = desk.write_report(case).await.unwrap().officer.unwrap();
        assert_eq!(officer.closed_on, desk.today());
        assert!(officer.json.contains("Kiitos.") && officer.json.contains("Onnistui."));
        assert!(officer.html.contains("Kiitos.") && !officer.json.contains("c_now"));
        answer(&desk, case, "employer-feedback", &[("e_open", "Myöhässä.")]).await;
        pass_days(&now, 40);
        assert_eq!(desk.write_report(case).await.unwrap().officer.unwrap(), officer);
    }

    #[tokio::test]
    async fn an_annex_that_nobody_answered_closes_thirty_days_after_the_report() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        let case = desk.find_case("V-001").await.unwrap();
        let closes_on = desk.write_report(case).await.unwrap().annex_closes_on;
        pass_days(&now, 29);
        assert_eq!(desk.write_report(case).await.unwrap().annex_closes_on, closes_on);
        pass_days(&now, 1);
        let officer = desk.write_report(case).await.unwrap().officer.unwrap();
        assert_eq!(Some(officer.closed_on), closes_on);
        assert!(officer.json.contains("not_answered") || officer.json.contains("not_asked"));
    }
}
