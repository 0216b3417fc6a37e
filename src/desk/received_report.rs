//! A report as its officer receives it: the last version that was sent, with the feedback annex once that has closed, and
//! what else of the case an officer may see.

use super::reading::read_file;
use super::{Desk, ReportError};
use crate::case::CaseFile;
use crate::form::{Occasion, Party, Visibility};
use crate::report::{AnnexState, INTERIM, ReportFile};
use crate::store::{Known, ReportRow, SentVersion, StoreError, StoredSubmission};

/// What an officer receives of a case.
#[derive(Clone, Debug, Default)]
pub struct ReceivedReport {
    /// The versions that were sent, the first one first.
    pub versions: Vec<SentVersion>,
    /// Versions of which there is an edition with the annex.
    pub with_annex: Vec<u32>,
    /// The last version, with the annex once that has closed.
    pub report: Option<ReportFile>,
    /// Where the annex stands; none while no report was sent.
    pub annex: Option<AnnexState>,
    /// Interim reports, the first one first.
    pub interims: Vec<StoredSubmission>,
    /// What was agreed at the start.
    pub opening: Option<StoredSubmission>,
    /// True once the officer has told what the report was worth.
    pub feedback_given: bool,
}

impl Desk {
    /// True when an officer has something to read of a case: a report, an interim report or a problem.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn has_received(&self, case: &CaseFile) -> Result<bool, StoreError> {
        if case.handling().problem.is_some() || !self.store.sent_versions(case.number()).await?.is_empty() {
            return Ok(true);
        }
        Ok(self.store.submissions_of(case.number()).await?.iter().any(|s| s.form.id() == INTERIM))
    }

    /// What an officer receives of a case. Writes the edition with the annex when that has closed.
    ///
    /// # Errors
    /// See [`ReportError`].
    pub async fn received_report(&self, case: &CaseFile) -> Result<ReceivedReport, ReportError> {
        loop {
            // An edition that tells an answer which is erased meanwhile is made again without it.
            if let Some(received) = self.try_received(case).await? {
                return Ok(received);
            }
        }
    }

    async fn try_received(&self, case: &CaseFile) -> Result<Option<ReceivedReport>, ReportError> {
        let known = Known { at: self.now(), erasures: self.store.erasure_count().await? };
        let submissions = self.store.submissions_of(case.number()).await?;
        let versions = self.store.sent_versions(case.number()).await?;
        let mut received = ReceivedReport::default();
        if let Some(last) = versions.last()
            && let Some(stored) = self.store.sent_report(case.number(), last.version).await?
        {
            let state = self.annex_state(case, &submissions).await?;
            let json = match state {
                AnnexState::Open { .. } => stored.json.clone(),
                AnnexState::Closed { on } => {
                    match self.officers_edition(case, &submissions, &stored, on, known).await? {
                        Some(edition) => edition.json,
                        None => return Ok(None),
                    }
                }
            };
            received.report = Some(read_file(&json)?);
            received.annex = Some(state);
        }
        for version in &versions {
            if self.store.annex(case.number(), version.version).await?.is_some() {
                received.with_annex.push(version.version);
            }
        }
        received.versions = versions;
        received.feedback_given = submissions.iter().any(|s| s.party == Party::Purchaser);
        for submission in submissions.into_iter().filter(|s| s.party == Party::Coach && may_be_seen(s)) {
            match submission.form.occasion() {
                Occasion::Opening => received.opening = Some(submission),
                _ if submission.form.id() == INTERIM => received.interims.push(submission),
                _ => {}
            }
        }
        Ok(Some(received))
    }

    /// Where the annex of a row of the list stands; none while no report was sent.
    #[must_use]
    pub fn annex_of(&self, row: &ReportRow) -> Option<AnnexState> {
        row.version?;
        if let Some(on) = row.annex_closed_on {
            return Some(AnnexState::Closed { on });
        }
        let reported_on = row.reported_on?;
        let day = |at: jiff::Timestamp| at.to_zoned(self.instance.zone()).date();
        let responses = crate::report::responses(&row.case);
        Some(crate::report::annex_state(&responses, reported_on, row.last_answer_at.map(day), self.today()))
    }

    /// The file of a version that was sent: `v1.pdf`, `v1-annex.pdf` of the edition with the annex, `interim-1.html` of the
    /// first interim report.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn received_file(&self, case: &CaseFile, name: &str) -> Result<Option<Vec<u8>>, ReportError> {
        let Some((stem, kind)) = name.rsplit_once('.') else { return Ok(None) };
        if let Some(n) = stem.strip_prefix("interim-") {
            return self.interim_file(case, n, kind).await;
        }
        let (stem, annex) = match stem.strip_suffix("-annex") {
            Some(stem) => (stem, true),
            None => (stem, false),
        };
        let version = stem.strip_prefix('v').filter(|v| v.bytes().all(|b| b.is_ascii_digit()));
        let Some(version) = version.and_then(|v| v.parse().ok()) else { return Ok(None) };
        // An annex of a version that was not sent is nobody's.
        let Some(sent) = self.store.sent_report(case.number(), version).await? else { return Ok(None) };
        let (json, html, pdf) = if annex {
            let Some(annex) = self.store.annex(case.number(), version).await? else { return Ok(None) };
            (annex.json, annex.html, annex.pdf)
        } else {
            (sent.json, sent.html, sent.pdf)
        };
        Ok(match kind {
            "json" => Some(json.into_bytes()),
            "html" => Some(html.into_bytes()),
            "pdf" => Some(pdf),
            _ => None,
        })
    }

    /// A file of the nth interim report.
    async fn interim_file(&self, case: &CaseFile, n: &str, kind: &str) -> Result<Option<Vec<u8>>, ReportError> {
        let reports = self.interim_reports(case).await?;
        let found = reports.into_iter().enumerate().find(|(at, _)| (at + 1).to_string() == n);
        Ok(found.and_then(|(_, report)| match kind {
            "json" => Some(report.json.into_bytes()),
            "html" => Some(report.html.into_bytes()),
            _ => None,
        }))
    }
}

/// What the form promised the officer.
fn may_be_seen(submission: &StoredSubmission) -> bool {
    submission.form.questions().any(|q| q.visibility == Visibility::Report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{CaseEvent, CaseNumber};
    use crate::desk::pilot::desk;
    use crate::desk::{HandleError, QuestionFault};
    use crate::store::{ReportQuery, ReportSort, ReportTab, Role, Staff};
    use crate::submission::RawAnswers;

    async fn answer(desk: &Desk, case: CaseNumber, form: &str, given: &[(&str, &str)]) {
        let link = desk.open_link(case, form).await.unwrap();
        let invitation = desk.store.invitation_by_token(&crate::desk::token_hash(&link.token)).await.unwrap().unwrap();
        let raw: RawAnswers = given.iter().map(|(k, v)| ((*k).to_owned(), vec![(*v).to_owned()])).collect();
        desk.receive(&invitation, desk.form(form).unwrap(), form, &raw).await.unwrap();
    }

    async fn send(desk: &Desk, number: &str) -> CaseFile {
        let case = desk.find_case(number).await.unwrap();
        let given =
            [("r_outcome", "job"), ("r_hours", "12,5"), ("r_meetings", "4"), ("r_goals.1.r_goal_type", "step_by_step")];
        answer(desk, case, "closing-report", &given).await;
        desk.send_report(case).await.unwrap().unwrap();
        desk.store.case(case).await.unwrap().unwrap()
    }

    async fn staff(desk: &Desk, role: Role, name: &str) -> Staff {
        let address = format!("{}@example.invalid", desk.fresh_id());
        let staff = Staff { id: desk.fresh_id(), address, name: name.to_owned(), role };
        desk.store.add_staff(staff.clone(), desk.now()).await.unwrap();
        staff
    }

    async fn listed(desk: &Desk, officer: &Staff, tab: ReportTab) -> Vec<String> {
        let query = ReportQuery {
            officer: officer.id.clone(),
            interim: INTERIM.to_owned(),
            tab,
            sort: ReportSort::Case,
            limit: 50,
            ..ReportQuery::default()
        };
        let list = desk.store.report_list(&query).await.unwrap();
        assert_eq!(list.total, i64::try_from(list.rows.len()).unwrap());
        list.rows.iter().filter_map(|r| r.case.imported_number().map(str::to_owned)).collect()
    }

    async fn again(desk: &Desk, case: &CaseFile) -> CaseFile {
        desk.store.case(case.number()).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn an_officer_sees_what_is_nobodys_and_the_own_and_problems_of_cases_that_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _now) = desk(folder.path()).await;
        let (one, other) = (staff(&desk, Role::Officer, "A").await, staff(&desk, Role::Officer, "B").await);
        let first = send(&desk, "V-001").await;
        send(&desk, "V-002").await;
        let named = CaseEvent::OfficerNamed { officer: Some(one.id.clone()) };
        desk.handle(&first, named).await.unwrap();
        assert_eq!(listed(&desk, &one, ReportTab::New).await, ["V-001", "V-002"]);
        assert_eq!(listed(&desk, &other, ReportTab::New).await, ["V-002"]);
        assert!(desk.case_for(&other, "2025-000001").await.unwrap().is_none());
        let ongoing = desk.store.case(desk.find_case("V-022").await.unwrap()).await.unwrap().unwrap();
        let told = CaseEvent::ProblemNoted { on: desk.today(), problem: "Ei tule tapaamisiin.".to_owned() };
        desk.handle(&ongoing, told).await.unwrap();
        assert_eq!(listed(&desk, &other, ReportTab::Problems).await, ["V-022"]);
        desk.see_problem(&again(&desk, &ongoing).await).await.unwrap();
        assert!(listed(&desk, &other, ReportTab::Problems).await.is_empty());
        assert_eq!(listed(&desk, &other, ReportTab::All).await, ["V-002", "V-022"]);
        desk.store.verify().await.unwrap();
    }

    #[tokio::test]
    async fn what_is_asked_of_the_coach_goes_back_and_forth_until_the_last_version_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _now) = desk(folder.path()).await;
        let officer = staff(&desk, Role::Officer, "A").await;
        staff(&desk, Role::Coach, "Valmentaja 2").await;
        let case = send(&desk, "V-001").await;
        let before = desk.store.mail_state().await.unwrap().waiting;
        let empty = desk.ask_completion(&case, 1, " ").await;
        assert!(matches!(empty, Err(HandleError::Question(QuestionFault::Empty))));
        desk.ask_completion(&case, 1, "Milloin työ alkoi?").await.unwrap();
        assert_eq!(desk.store.mail_state().await.unwrap().waiting, before + 1, "the coach is told");
        assert_eq!(listed(&desk, &officer, ReportTab::Waiting).await, ["V-001"]);
        assert!(matches!(desk.accept(&case, 2).await, Err(HandleError::Outdated { last: 1 })));
        desk.accept(&again(&desk, &case).await, 1).await.unwrap();
        let accepted = again(&desk, &case).await;
        assert_eq!((accepted.handling().accepted, &accepted.handling().question), (Some(1), &None));
        assert_eq!(listed(&desk, &officer, ReportTab::Accepted).await, ["V-001"]);
        desk.ask_completion(&accepted, 1, "Sittenkin?").await.unwrap();
        assert_eq!(again(&desk, &case).await.handling().accepted, None, "asking takes the acceptance back");
        let unsent = desk.store.case(desk.find_case("V-003").await.unwrap()).await.unwrap().unwrap();
        assert!(matches!(desk.accept(&unsent, 1).await, Err(HandleError::NotSent)));
    }

    #[tokio::test]
    async fn the_annex_opens_in_the_page_and_in_the_list_on_the_same_day_and_only_then_has_files() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        let officer = staff(&desk, Role::Officer, "A").await;
        let case = send(&desk, "V-001").await;
        answer(&desk, case.number(), "client-feedback", &[("c_open", "Kiitos."), ("c_now", "unemployed")]).await;
        let case = again(&desk, &case).await;
        let row = async |desk: &Desk| {
            let query = ReportQuery {
                officer: officer.id.clone(),
                interim: INTERIM.to_owned(),
                limit: 50,
                ..ReportQuery::default()
            };
            desk.store.report_list(&query).await.unwrap().rows.remove(0)
        };
        let open = desk.received_report(&case).await.unwrap();
        assert_eq!(open.annex, desk.annex_of(&row(&desk).await));
        assert!(open.with_annex.is_empty() && open.report.unwrap().annex.is_none());
        assert!(desk.received_file(&case, "v1-annex.json").await.unwrap().is_none());
        let later = now.lock().unwrap().checked_add(jiff::SignedDuration::from_hours(24)).unwrap();
        *now.lock().unwrap() = later;
        let listed = desk.annex_of(&row(&desk).await);
        let closed = desk.received_report(&case).await.unwrap();
        assert_eq!(closed.annex, listed, "before the edition is written");
        assert_eq!(closed.annex, desk.annex_of(&row(&desk).await), "and afterwards");
        assert_eq!(closed.with_annex, [1]);
        let json = String::from_utf8(desk.received_file(&case, "v1-annex.json").await.unwrap().unwrap()).unwrap();
        assert!(json.contains("Kiitos.") && !json.contains("c_now"), "only what the form promised");
        let sent = String::from_utf8(desk.received_file(&case, "v1.json").await.unwrap().unwrap()).unwrap();
        assert!(!sent.contains("Kiitos."));
    }
}
