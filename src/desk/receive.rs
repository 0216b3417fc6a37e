//! Receives what a respondent sends.

use super::fill::is_filled_again;
use super::token::normalised;
use super::{Desk, token_hash};
use crate::case::{CaseFile, CaseNumber};
use crate::cube::{Codebook, Fact};
use crate::form::{Circumstances, Collect, Form, Occasion, Prefill, Question};
use crate::report::{self, Doubt};
use crate::store::{CaseChange, Channel, Invitation, NewSubmission, Receipt, Received, StoreError, Subject};
use crate::submission::{Answers, Mistake, RawAnswers, Submission, as_raw, prefilled};
use crate::text::Fingerprint;

/// Where somebody who follows a link arrives.
#[derive(Clone, Debug)]
pub enum Arrival<'a> {
    /// At a form that can be answered.
    Open(Invitation, &'a Form),
    /// At a form that cannot be answered by this link now.
    Closed(Closed, Invitation, &'a Form),
    /// Nowhere: the link is unknown, its answers were erased, or its form is gone. One answer for all of these.
    Nowhere,
}

/// Why a form cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The invitation was taken back.
    Revoked,
    /// It was answered.
    Answered,
    /// Every place behind the shared link is taken.
    Full,
    /// Too late.
    Expired,
    /// The coaching goes on after all, so there is nothing to tell about its end yet.
    NotEnded,
    /// The closing report was sent: what is said of it now would not reach its reader.
    Sent,
}

/// Why a submission was not stored.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The answers do not fit the form.
    #[error("the answers do not fit the form")]
    Mistakes(Vec<Mistake>),
    /// The store failed; nothing was stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Length of a receipt.
const RECEIPT_LENGTH: usize = 8;

impl Desk {
    /// Follows a link. Changes nothing, however often it is done.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn arrive(&self, token: &str) -> Result<Arrival<'_>, StoreError> {
        let Some(token) = normalised(token) else { return Ok(Arrival::Nowhere) };
        let Some(invitation) = self.store.invitation_by_token(&token_hash(&token)).await? else {
            return Ok(Arrival::Nowhere);
        };
        let Some(form) = self.form(&invitation.form).filter(|f| f.collect() != Collect::Never) else {
            return Ok(Arrival::Nowhere);
        };
        let closed = if invitation.revoked {
            Closed::Revoked
        } else if invitation.answered {
            if invitation.shared { Closed::Full } else { Closed::Answered }
        } else if invitation.expires_at <= self.now() {
            Closed::Expired
        } else if !self.is_time_for(form, invitation.case).await? {
            Closed::NotEnded
        } else if form.is_reading() && self.is_sent(invitation.case).await? {
            Closed::Sent
        } else {
            return Ok(Arrival::Open(invitation, form));
        };
        Ok(Arrival::Closed(closed, invitation, form))
    }

    /// True when a form can be asked on a case: of its end once the coaching has ended, and a case that was
    /// reopened goes on; otherwise from its opening.
    pub(super) async fn is_time_for(&self, form: &Form, case: CaseNumber) -> Result<bool, StoreError> {
        let after_the_end = matches!(form.occasion(), Occasion::Closing | Occasion::FollowUp);
        Ok(self.store.case(case).await?.is_some_and(|c| !after_the_end || c.ending().is_some()))
    }

    /// The case that an invitation is about.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn case_of(&self, invitation: &Invitation) -> Result<Option<CaseFile>, StoreError> {
        self.store.case(invitation.case).await
    }

    /// What forms may know of a case today; of none, the day.
    #[must_use]
    pub fn circumstances(&self, case: Option<&CaseFile>) -> Circumstances {
        case.map_or_else(|| Circumstances::on(self.today()), |c| c.circumstances(&self.instance, self.today()))
    }

    /// True for the form that the instance names as the coach's part of the closing report.
    pub(super) fn is_report(&self, form: &Form) -> bool {
        self.instance.report_form.as_ref().is_some_and(|f| f.value == form.id())
    }

    /// Stores answers; the same page sent again gets the same receipt.
    ///
    /// # Errors
    /// See [`ReceiveError`].
    pub async fn receive(
        &self,
        invitation: &Invitation,
        form: &Form,
        nonce: &str,
        raw: &RawAnswers,
    ) -> Result<Received, ReceiveError> {
        self.receive_of(invitation, form, nonce, raw, None).await
    }

    /// The same of the owner of a draft, which is no draft any more.
    ///
    /// # Errors
    /// See [`ReceiveError`].
    pub async fn receive_of(
        &self,
        invitation: &Invitation,
        form: &Form,
        nonce: &str,
        raw: &RawAnswers,
        owner: Option<&Fingerprint>,
    ) -> Result<Received, ReceiveError> {
        let (submission, settles) = self.checked(invitation, form, raw).await?;
        let received_at = self.now();
        let case = self.store.case(invitation.case).await?;
        let notices = match &case {
            Some(case) => self.told_with(case, form).await?,
            None => Vec::new(),
        };
        let new = NewSubmission {
            id: self.fresh_id(),
            invitation: invitation.id.clone(),
            gate: invitation.gate.clone().filter(|_| invitation.shared),
            draft_owner: owner.cloned(),
            case: invitation.case,
            party: invitation.party,
            nonce: Fingerprint::of(nonce),
            fact: Fact::of_submission(&submission, form, received_at.to_zoned(self.instance.zone()).date()),
            codebook: Codebook::of_form(form),
            settles,
            notices,
            form: form.to_stored(),
            submission,
            receipt: self.fresh_receipt(),
            received_at,
            blind: self.fresh_id(),
            counted: invitation.counted,
            channel: invitation.channel,
        };
        Ok(self.store.receive(new).await?)
    }

    /// What is known before the respondent has answered: choices made beforehand, and for the coach
    /// what stands on the case.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn known_answers(&self, invitation: &Invitation, form: &Form) -> Result<RawAnswers, StoreError> {
        // What stands on paper is keyed in as it stands there.
        if invitation.channel == Channel::Paper {
            return Ok(RawAnswers::new());
        }
        let case = self.store.case(invitation.case).await?;
        let again = |c: &&CaseFile| c.reported() && self.is_report(form) || is_filled_again(form);
        if let Some(case) = case.as_ref().filter(again) {
            // What is corrected begins as it was sent last.
            let submissions = self.store.submissions_of(case.number()).await?;
            if let Some(sent) = submissions.iter().rfind(|s| s.form.id() == form.id()) {
                return Ok(as_raw(&sent.answers));
            }
        }
        self.known_of(case.as_ref(), form).await
    }

    /// What a form can take from a case beforehand, and from what was answered on it before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn known_of(&self, case: Option<&CaseFile>, form: &Form) -> Result<RawAnswers, StoreError> {
        let from_forms = |q: &Question| matches!(q.prefill, Some(Prefill::Form { .. }));
        let submissions = match case {
            Some(case) if form.questions().any(from_forms) => self.store.submissions_of(case.number()).await?,
            _ => Vec::new(),
        };
        let earlier: Vec<(&Form, &Answers)> = submissions.iter().map(|s| (&s.form, &s.answers)).collect();
        Ok(prefilled(form, &self.circumstances(case), &earlier))
    }

    /// The answers if they can be stored as they are, and what of a closing report should be looked at
    /// again. Stores nothing.
    ///
    /// # Errors
    /// See [`ReceiveError`].
    pub async fn check(
        &self,
        invitation: &Invitation,
        form: &Form,
        raw: &RawAnswers,
    ) -> Result<(Submission, Vec<Doubt>), ReceiveError> {
        let (submission, _) = self.checked(invitation, form, raw).await?;
        let case = if self.is_report(form) { self.store.case(invitation.case).await? } else { None };
        let doubts = case.map_or_else(Vec::new, |case| {
            report::doubts(&case, submission.answers(), self.instance.hour_cap, self.today())
        });
        Ok((submission, doubts))
    }

    /// The answers, and what a closing report settles on the case it is about.
    async fn checked(
        &self,
        invitation: &Invitation,
        form: &Form,
        raw: &RawAnswers,
    ) -> Result<(Submission, Option<CaseChange>), ReceiveError> {
        let case = self.store.case(invitation.case).await?;
        let circumstances = self.circumstances(case.as_ref());
        let parsed = Submission::parse(raw, form, &circumstances);
        let Some(case) = case.filter(|_| self.is_report(form)) else {
            return Ok((parsed.map_err(ReceiveError::Mistakes)?, None));
        };
        let understood = Submission::understood(raw, form, &circumstances).answers;
        match (parsed, report::settles(&case, form, &understood, &self.instance)) {
            (Ok(submission), Ok(event)) => {
                let change = self.change(Subject::Known(case.number()), vec![event]);
                Ok((submission, Some(change)))
            }
            // All mistakes at once, those of the case's rules among those of the form.
            (parsed, settled) => {
                let mut mistakes = parsed.err().unwrap_or_default();
                for more in settled.err().unwrap_or_default() {
                    if mistakes.iter().all(|m| m.question != more.question) {
                        mistakes.push(more);
                    }
                }
                mistakes.sort_by_key(|m| form.place(&m.question));
                Err(ReceiveError::Mistakes(mistakes))
            }
        }
    }

    /// The answer to sending again: the same page gets its receipt, also when its place is behind a shared link.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn receive_again(
        &self,
        invitation: &Invitation,
        form: &Form,
        nonce: &str,
        raw: &RawAnswers,
    ) -> Result<Option<Receipt>, StoreError> {
        // Read as it was asked then: the report itself, or midnight, may have changed what the form would ask now.
        let answered = self.store.answered(invitation, &Fingerprint::of(nonce)).await?;
        Ok(answered.filter(|a| Submission::is_same(raw, form, &a.answers)).map(|a| a.receipt))
    }

    /// Eight characters, each equally likely.
    fn fresh_receipt(&self) -> String {
        self.fresh_letters(RECEIPT_LENGTH)
    }
}
