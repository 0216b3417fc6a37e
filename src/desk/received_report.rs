//! A report as its officer receives it: the last version that was sent, with the feedback annex once that has closed, and
//! what else of the case an officer may see.

use super::reading::read_file;
use super::{Desk, ReportError};
use crate::case::CaseFile;
use crate::form::{Occasion, Party, Visibility};
use crate::report::{AnnexState, ReportFile};
use crate::store::{Known, ReportRow, SentVersion, StoreError, StoredSubmission};

/// Id of the form of interim reports.
pub const INTERIM_FORM: &str = "interim-report";

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
                _ if submission.form.id() == INTERIM_FORM => received.interims.push(submission),
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

    /// The file of a version that was sent: `v1.pdf`, and `v1-annex.pdf` of the edition with the annex.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn received_file(&self, case: &CaseFile, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let Some((stem, kind)) = name.rsplit_once('.') else { return Ok(None) };
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
}

/// What the form promised the officer.
fn may_be_seen(submission: &StoredSubmission) -> bool {
    submission.form.questions().any(|q| q.visibility == Visibility::Report)
}
