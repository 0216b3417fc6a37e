//! The client reads the closing report before it is sent, and sees afterwards what was agreed.

use super::{Desk, InviteError, OpenedLink, ReportError};
use crate::case::{CaseFile, CaseNumber};
use crate::form::{Form, Party, Question};
use crate::report::{Plan, ReportFile, ReportName};
use crate::store::{SentVersion, StoreError, StoredSubmission};
use crate::submission::Answer;
use jiff::civil::Date;

/// Steps of agreement, from none to full.
const STEPS: [&str; 5] = ["fully_disagree", "rather_disagree", "neither", "rather_agree", "fully_agree"];

/// What a client may read of the closing report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Nothing is written yet.
    Nothing,
    /// What the coach is going to send.
    Draft(Box<ReportFile>),
    /// What was sent last.
    Sent(Box<ReportFile>, SentVersion),
}

/// How a client was asked to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToRead {
    /// By mail.
    Mailed,
    /// Nobody knows an address: the coach hands the link over.
    Link(OpenedLink),
    /// The client has read it already.
    Read,
    /// There is nothing to read yet.
    Nothing,
}

/// What was agreed when the coaching ended.
#[derive(Clone, Debug)]
pub struct Agreed {
    /// The report that was sent.
    pub report: ReportFile,
    /// The client's own assessments in pairs.
    pub pairs: Vec<AssessedPair>,
}

/// One statement that the client assessed at the start and at the end.
#[derive(Clone, Debug)]
pub struct AssessedPair {
    /// The statement, with the words of its answers.
    pub question: Question,
    /// The answer at the start.
    pub start: String,
    /// The answer at the end.
    pub end: String,
    /// How many steps of agreement lie between.
    pub steps: i8,
}

impl Agreed {
    /// The next steps and the follow-up.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.report.report.plan
    }
}

impl Desk {
    /// The form in which a client tells what he or she says of the report.
    #[must_use]
    pub fn reading_form(&self) -> Option<&Form> {
        self.forms.iter().find(|f| f.is_reading())
    }

    /// The closing report as its client may read it now.
    ///
    /// # Errors
    /// See [`ReportError`].
    pub async fn reading(&self, case: &CaseFile) -> Result<Reading, ReportError> {
        let sent = self.store.sent_versions(case.number()).await?.pop();
        if let Some(sent) = sent
            && let Some(stored) = self.store.sent_report(case.number(), sent.version).await?
        {
            return Ok(Reading::Sent(Box::new(read_file(&stored.json)?), sent));
        }
        let Some(report) = self.report_preview(case).await? else { return Ok(Reading::Nothing) };
        let name = ReportName { case: case.number(), version: 1 };
        Ok(Reading::Draft(Box::new(ReportFile::new(report, &name, self.today()))))
    }

    /// True once a version of the closing report was sent.
    pub(super) async fn is_sent(&self, case: CaseNumber) -> Result<bool, StoreError> {
        Ok(!self.store.sent_versions(case).await?.is_empty())
    }

    /// Asks the client to read the report, by mail where an address is known and `by_hand` is not wanted.
    ///
    /// # Errors
    /// When the form is missing, or the store fails.
    pub async fn ask_to_read(&self, case: &CaseFile, by_hand: bool) -> Result<ToRead, AskError> {
        let form = self.reading_form().ok_or_else(|| InviteError::NoForm("report-reading".to_owned()))?.id();
        if self.reading(case).await? == Reading::Nothing {
            return Ok(ToRead::Nothing);
        }
        let known = self.store.contacts_of(case.number()).await?;
        let client = known.into_iter().find(|c| c.party == Party::Client).filter(|_| !by_hand);
        let asked = match client {
            Some(c) => self.mail_link(case.number(), form, &c.address, c.language).await.map(|()| ToRead::Mailed),
            None => self.open_link(case.number(), form).await.map(ToRead::Link),
        };
        match asked {
            Err(InviteError::Answered(_)) => Ok(ToRead::Read),
            other => Ok(other?),
        }
    }

    /// How far the client's reading has come.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read_state(&self, case: &CaseFile) -> Result<ReadState, StoreError> {
        let Some(form) = self.reading_form() else { return Ok(ReadState::NotAsked) };
        let submissions = self.store.submissions_of(case.number()).await?;
        if let Some(read) = submissions.iter().rfind(|s| s.form.id() == form.id()) {
            return Ok(ReadState::Read(self.day_of(read.received_at)));
        }
        let now = self.now();
        let invitations = self.store.invitations_of(case.number()).await?;
        let open = invitations.into_iter().find(|i| i.form == form.id() && !i.revoked && i.expires_at > now);
        Ok(open.map_or(ReadState::NotAsked, |i| ReadState::Asked { until: self.day_of(i.expires_at) }))
    }

    /// What was agreed, once the report was sent.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn agreed(&self, case: &CaseFile) -> Result<Option<Agreed>, ReportError> {
        let Reading::Sent(report, _) = self.reading(case).await? else { return Ok(None) };
        let submissions = self.store.submissions_of(case.number()).await?;
        Ok(Some(Agreed { report: *report, pairs: pairs(&submissions) }))
    }
}

/// How far the client's reading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadState {
    /// Nobody has asked the client.
    NotAsked,
    /// The client was asked and has not said that it was read.
    Asked {
        /// The last day of the link.
        until: Date,
    },
    /// The client has read it, on that day.
    Read(Date),
}

/// Why a client was not asked to read.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// No link was opened.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// The report cannot be read.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(super) fn read_file(json: &str) -> Result<ReportFile, StoreError> {
    ReportFile::from_json(json).map_err(|source| StoreError::Unreadable { what: "report", source })
}

/// The last assessment at the end beside the last one at the start, where both agree or disagree to some degree.
fn pairs(submissions: &[StoredSubmission]) -> Vec<AssessedPair> {
    let of_client = || submissions.iter().filter(|s| s.party == Party::Client);
    let Some(end) = of_client().rfind(|s| s.form.pair_of().is_some()) else { return Vec::new() };
    let Some(start) = of_client().rfind(|s| Some(s.form.id()) == end.form.pair_of()) else { return Vec::new() };
    let step = |code: &str| (0_i8..).zip(STEPS).find(|(_, c)| *c == code).map(|(n, _)| n);
    let pair = |question: &Question| {
        let (Answer::One(first), Answer::One(last)) =
            (start.answers.get(&question.id)?, end.answers.get(&question.id)?)
        else {
            return None;
        };
        let steps = step(last)? - step(first)?;
        Some(AssessedPair { question: question.clone(), start: first.clone(), end: last.clone(), steps })
    };
    end.form.questions().filter_map(pair).collect()
}
