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
        let times = submissions.iter().filter(|s| self.is_report(&s.form)).count();
        let (mut at, mut reason, mut changes) = (coach.received_at, None, Vec::new());
        if let Some(earlier) = earlier {
            let before = ReportFile::from_json(&earlier.json)
                .map_err(|source| StoreError::Unreadable { what: "report", source })?;
            changes = differences(&before.report, &file.report);
            let by_coach = before.sent.is_none_or(|before| before.times < times);
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
        let sent = Sent { at, times, forms: used.iter().filter_map(form).collect(), reason, changes };
        let officers = self.officers_of(case).await?;
        Ok((ReportFile { sent: Some(sent), ..file }, self.notices(&officers, kind, case)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::pilot::desk;
    use crate::desk::token_hash;
    use crate::store::{Role, Staff};
    use crate::submission::RawAnswers;
    use jiff::ToSpan;

    async fn report(desk: &Desk, case: CaseNumber, hours: &str) {
        let link = desk.open_link(case, "closing-report").await.unwrap();
        let invitation = desk.store.invitation_by_token(&token_hash(&link.token)).await.unwrap().unwrap();
        let form = desk.form("closing-report").unwrap();
        let mut raw: RawAnswers = desk.known_answers(&invitation, form).await.unwrap();
        let given = [
            ("r_hours", hours),
            ("r_meetings", "4"),
            ("r_goals.1.r_goal_type", "step_by_step"),
            ("r_next.1.r_next_action", "Haku"),
        ];
        raw.extend(given.iter().map(|(k, v)| ((*k).to_owned(), vec![(*v).to_owned()])));
        desk.receive(&invitation, form, &desk.fresh_id(), &raw).await.unwrap();
    }

    async fn officer(desk: &Desk) {
        let staff = Staff {
            id: "officer".to_owned(),
            address: "o@example.invalid".to_owned(),
            name: "Asiantuntija".to_owned(),
            role: Role::Officer,
        };
        desk.store.add_staff(staff, desk.now()).await.unwrap();
    }

    /// Mails to staff that wait.
    async fn mails(desk: &Desk) -> u32 {
        desk.store.outbox_alarm("2099-01-01T00:00:00Z".parse().unwrap()).await.unwrap().late
    }

    #[tokio::test]
    async fn what_was_not_sent_because_the_server_stopped_is_sent_by_the_rounds_once_and_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        officer(&desk).await;
        let case = desk.find_case("V-001").await.unwrap();
        // Only from the sheet: nothing is sent, nobody is told.
        let drawn = desk.write_report(case).await.unwrap();
        assert!(drawn.new && desk.store.last_sent_report(case).await.unwrap().is_none());
        assert_eq!(desk.send_report(case).await.unwrap(), None);
        report(&desk, case, "12,5").await;
        let received = desk.now();
        *now.lock().unwrap() = received.checked_add(2.hours()).unwrap();
        for _ in 0..2 {
            desk.make_rounds().await.unwrap();
        }
        let sent = desk.store.report_versions(case).await.unwrap();
        assert_eq!((sent.len(), sent[1].sent_at), (2, Some(received)), "as of when the coach sent it");
        let file = ReportFile::from_json(&sent[1].json).unwrap();
        assert_eq!(file.sent.as_ref().and_then(|s| s.reason.clone()), None, "the first that was sent corrects nothing");
        assert_eq!(sent[1].sha256, file.sha256());
        assert!(sent[1].html.contains(&sent[1].sha256));
        assert_eq!(desk.store.unsent_reports("closing-report").await.unwrap(), []);
        assert_eq!(mails(&desk).await, 1);
    }

    #[tokio::test]
    async fn a_correction_is_a_new_version_with_its_reason_and_what_changed_even_if_nothing_did() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        let case = desk.find_case("V-001").await.unwrap();
        let file = async || desk.store.case(case).await.unwrap().unwrap();
        assert!(desk.begin_correction(&file().await, "Liian aikaisin.".into()).await.is_err());
        report(&desk, case, "12,5").await;
        desk.send_report(case).await.unwrap();
        for (reason, hours, changes) in [("Tunnit.", "13,5", 1), ("Sama.", "13,5", 0)] {
            *now.lock().unwrap() = desk.now().checked_add(1.hours()).unwrap();
            assert!(desk.begin_correction(&file().await, reason.to_owned()).await.unwrap());
            assert!(!desk.begin_correction(&file().await, "Toinen.".into()).await.unwrap(), "it is open already");
            report(&desk, case, hours).await;
            desk.send_report(case).await.unwrap();
            let last = desk.store.last_sent_report(case).await.unwrap().unwrap();
            let sent = ReportFile::from_json(&last.json).unwrap().sent.unwrap();
            assert_eq!((sent.reason.as_deref(), sent.changes.len()), (Some(reason), changes), "{:?}", sent.changes);
        }
        assert_eq!(desk.store.report_versions(case).await.unwrap().len(), 3);
        assert!(!desk.drop_correction(&file().await).await.unwrap(), "there is none");
    }

    #[tokio::test]
    async fn officers_are_told_by_day_that_the_annex_of_a_sent_report_has_closed() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        let case = desk.find_case("V-001").await.unwrap();
        report(&desk, case, "12,5").await;
        desk.send_report(case).await.unwrap();
        officer(&desk).await;
        let before = mails(&desk).await;
        let mut annexes = Vec::new();
        for hours in [24, 24 * 30 - 8, 8] {
            *now.lock().unwrap() = desk.now().checked_add(hours.hours()).unwrap();
            desk.make_rounds().await.unwrap();
            annexes.push((desk.store.annex(case, 1).await.unwrap().is_some(), mails(&desk).await - before));
        }
        assert_eq!(annexes, [(false, 0), (false, 0), (true, 1)], "a day, the night in which it closes, the next day");
    }
}
