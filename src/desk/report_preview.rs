//! The closing report as it would be sent now. Nothing is stored, and nothing tells a party's answers.

use super::{Desk, ReportError};
use crate::case::CaseFile;
use crate::form::Form;
use crate::report::{ClosingReport, READING, Response, SELF_ASSESSMENTS, reading, self_assessment};
use crate::store::{StoreError, StoredSubmission};
use crate::submission::{Answers, Submission};
use jiff::Timestamp;
use jiff::civil::Date;

impl Desk {
    /// The coach's part of a case as it would be sent from the present draft, whoever of the coach's links it was written
    /// at; else as it was sent last; else from what is known beforehand. None as long as the coaching goes on.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn report_preview(&self, case: &CaseFile) -> Result<Option<ClosingReport>, ReportError> {
        let Some(form) = self.report_form().filter(|_| case.ending().is_some()) else { return Ok(None) };
        let answers = self.present_answers(case, form).await?;
        let submissions = self.store.submissions_of(case.number()).await?;
        let language = self.report_language(case);
        let report = ClosingReport::of(case, Some((form, &answers)), &self.instance, language, self.today())?;
        Ok(Some(self.with_clients_part(report, &submissions)))
    }

    /// When the coach's draft of the report was saved last.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn report_draft_saved(&self, case: &CaseFile) -> Result<Option<Timestamp>, StoreError> {
        let Some(form) = self.report_form() else { return Ok(None) };
        Ok(self.store.latest_draft(case.number(), form.id()).await?.map(|draft| draft.saved_at))
    }

    /// With what the system adds from the client.
    pub(super) fn with_clients_part(&self, report: ClosingReport, submissions: &[StoredSubmission]) -> ClosingReport {
        let last = |id: &str| submissions.iter().rfind(|s| s.form.id() == id);
        let pair = SELF_ASSESSMENTS.map(|id| last(id).map(|s| (&s.form, &s.answers)));
        let (read_on, remark) = last(READING).map_or((None, None), |s| reading(&s.answers, self.day_of(s.received_at)));
        let self_assessment = self_assessment(pair[0], pair[1], report.language);
        let responses = report.responses.iter().map(|r| self.before_today(r, submissions)).collect();
        ClosingReport { self_assessment, read_on, remark, responses, ..report }
    }

    /// A party's answers as a coach may know them: those of today are told tomorrow, so that nobody who looks again and again
    /// learns who has just answered.
    fn before_today(&self, told: &Response, submissions: &[StoredSubmission]) -> Response {
        let of_party = submissions.iter().filter(|s| s.party == told.party && s.form.is_feedback());
        let before = of_party.filter(|s| self.day_of(s.received_at) < self.today()).count();
        Response { answered: told.answered.min(u32::try_from(before).unwrap_or(u32::MAX)), ..*told }
    }

    /// The day of an instant in the instance's time zone.
    pub(super) fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned(self.instance.zone()).date()
    }

    async fn present_answers(&self, case: &CaseFile, form: &Form) -> Result<Answers, ReportError> {
        let circumstances = self.circumstances(Some(case));
        if let Some(draft) = self.store.latest_draft(case.number(), form.id()).await? {
            return Ok(Submission::understood(&draft.answers, form, &circumstances).answers);
        }
        let submissions = self.store.submissions_of(case.number()).await?;
        if let Some(sent) = submissions.into_iter().rfind(|s| s.form.id() == form.id()) {
            return Ok(sent.answers);
        }
        let known = self.known_of(Some(case), form).await?;
        Ok(Submission::understood(&known, form, &circumstances).answers)
    }
}

#[cfg(test)]
mod tests {
    use crate::desk::pilot::desk;
    use crate::form::Party;
    use crate::submission::RawAnswers;
    use jiff::ToSpan;

    #[tokio::test]
    async fn an_answer_of_today_stands_in_the_report_tomorrow() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        let number = desk.find_case("V-001").await.unwrap();
        let link = desk.open_link(number, "client-feedback").await.unwrap();
        let invitation = desk.store.invitation_by_token(&crate::desk::token_hash(&link.token)).await.unwrap().unwrap();
        let raw: RawAnswers = [("c_overall".to_owned(), vec!["5".to_owned()])].into();
        desk.receive(&invitation, desk.form("client-feedback").unwrap(), "nonce", &raw).await.unwrap();
        let answered = async || {
            let case = desk.store.case(number).await.unwrap().unwrap();
            let report = desk.report_preview(&case).await.unwrap().unwrap();
            let client = report.responses.iter().find(|r| r.party == Party::Client).unwrap();
            (client.invited, client.answered)
        };
        assert_eq!(answered().await, (1, 0));
        let tomorrow = now.lock().unwrap().checked_add(24.hours()).unwrap();
        *now.lock().unwrap() = tomorrow;
        assert_eq!(answered().await, (1, 1));
    }
}
