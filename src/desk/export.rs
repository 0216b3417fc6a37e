//! Copies what is kept about a person, in words and in codes, for that person.

use super::erase::{EraseError, plain_receipt};
use super::{Desk, InviteError};
use crate::case::{CaseEvent, CaseFile, CaseNumber};
use crate::form::{Party, Question};
use crate::store::{Kept, KeptSubmission, StoreError};
use crate::submission::{Answer, Answers, not_asked};
use crate::text::Language;
use serde::Serialize;
use serde_json::{Value, json};

/// Whose copy it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The client's: the case, the own answers and the closing report, but nothing that others said in confidence.
    Client,
    /// The controller's: also what employers, colleagues and purchasers answered.
    Everyone,
}

/// A copy of what is kept.
#[derive(Clone, Debug, Serialize)]
pub struct Copied {
    /// What this is.
    what: &'static str,
    installation: String,
    contact: String,
    /// When it was made, RFC 3339 in UTC.
    made_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<CaseFile>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Dated<CaseEvent>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    invitations: Vec<Value>,
    answers: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    closing_reports: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mails: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contacts: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drafts: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    audit_log: Vec<Dated<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Dated<T> {
    at: String,
    what: T,
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no such case.
    #[error("there is no case {0}, neither by our number nor by the sheet's")]
    NoCase(String),
    /// There is no such case, or no more.
    #[error(transparent)]
    Missing(Box<EraseError>),
    /// It is not clear which case is meant.
    #[error(transparent)]
    Ambiguous(InviteError),
    /// There is no such submission.
    #[error("there is no answer with the receipt {0}; it has eight letters and digits, such as ABCD-2345")]
    NoReceipt(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const OF_A_CASE: &str = "Copy of what is kept about the client of one coaching, made for that client";
const OF_ALL: &str = "Copy of everything that is kept about one case; it holds answers that others gave in confidence";
const OF_A_SUBMISSION: &str = "Copy of the answers of one person, made for that person";

impl Desk {
    /// A copy of what is kept about a case.
    ///
    /// # Errors
    /// When there is no such case, or the store fails.
    pub async fn export_case(&self, case: &str, whose: Whose) -> Result<Copied, ExportError> {
        let number = match self.find_case(case).await {
            Ok(number) => number,
            Err(InviteError::Store(error)) => return Err(error.into()),
            Err(error @ InviteError::Ambiguous { .. }) => return Err(ExportError::Ambiguous(error)),
            Err(_) => return Err(ExportError::Missing(Box::new(self.no_case(case).await?))),
        };
        let kept = self.kept(number, case).await?;
        let all = whose == Whose::Everyone;
        // The coach's closing report is about the client and may be read by him.
        let theirs = |party: Party| all || matches!(party, Party::Client | Party::Coach);
        let language = kept.file.opening().language.unwrap_or_else(|| self.instance.language());
        let copied = Copied {
            events: kept
                .events
                .into_iter()
                .filter(|e| party_of(&e.event).is_none_or(theirs))
                .map(|e| Dated { at: e.at, what: e.event })
                .collect(),
            invitations: kept
                .invitations
                .iter()
                .filter(|i| theirs(i.party))
                .map(|i| {
                    json!({
                        "party": i.party, "form": i.form, "open_until": i.expires_at, "taken_back": i.revoked,
                        "answered": i.answered,
                    })
                })
                .collect(),
            closing_reports: kept
                .reports
                .iter()
                .filter(|r| all || !r.officers)
                .map(|r| json!({ "version": r.version, "officers_edition": r.officers, "on": r.on, "report": r.json }))
                .collect(),
            mails: kept
                .mails
                .iter()
                .filter(|m| theirs(m.party))
                .map(|m| json!({ "to": m.party, "queued_at": m.queued_at, "state": m.state, "address": m.address }))
                .collect(),
            contacts: kept
                .contacts
                .iter()
                .filter(|c| all || c.party == Party::Client)
                .map(|c| json!({ "party": c.party, "address": c.address, "language": c.language }))
                .collect(),
            drafts: kept
                .drafts
                .iter()
                .filter(|d| theirs(d.party))
                .map(|d| json!({ "party": d.party, "saved_at": d.saved_at, "typed": d.answers }))
                .collect(),
            audit_log: kept
                .notes
                .into_iter()
                .filter(|n| theirs(n.party))
                .map(|n| Dated { at: n.at, what: n.verb })
                .collect(),
            case: Some(kept.file),
            ..self.copied(if all { OF_ALL } else { OF_A_CASE }, &kept.submissions, theirs, language)
        };
        Ok(copied)
    }

    /// A copy of one submission, by the receipt that the person has.
    ///
    /// # Errors
    /// When there is none with that receipt, or the store fails.
    pub async fn export_answer(&self, receipt: &str) -> Result<Copied, ExportError> {
        let none = || ExportError::NoReceipt(receipt.to_owned());
        let plain = plain_receipt(receipt);
        let named = self.store.submission_by_receipt(&plain).await?.ok_or_else(none)?;
        let mut kept = self.kept(named.case, receipt).await?;
        kept.submissions.retain(|s| s.receipt == plain);
        let language = kept.file.opening().language.unwrap_or_else(|| self.instance.language());
        Ok(self.copied(OF_A_SUBMISSION, &kept.submissions, |_| true, language))
    }

    async fn kept(&self, number: CaseNumber, asked: &str) -> Result<Kept, ExportError> {
        let mut kept = self.store.kept(number).await?.ok_or_else(|| ExportError::NoCase(asked.to_owned()))?;
        // The questions as they were put: with the fields of the case that they name.
        let circumstances = self.circumstances(Some(&kept.file));
        kept.submissions.iter_mut().for_each(|s| s.form = s.form.for_case(&circumstances));
        Ok(kept)
    }

    /// The answers of those who may be in the copy.
    fn copied(
        &self,
        what: &'static str,
        submissions: &[KeptSubmission],
        may: impl Fn(Party) -> bool,
        language: Language,
    ) -> Copied {
        let answers = submissions.iter().filter(|s| may(s.party)).map(|s| {
            json!({
                "party": s.party, "form": s.form.id(), "title": s.form.title().in_language(language),
                "receipt": s.receipt, "received_at": s.received_at, "channel": s.channel,
                "answers": in_words(s.form.questions(), &s.answers, language), "codes": s.answers,
                "form_version": s.form.version(),
            })
        });
        Copied {
            what,
            installation: self.instance.name.value.in_language(language).to_owned(),
            contact: self.instance.contact.in_language(language).to_owned(),
            made_at: self.now().to_string(),
            case: None,
            events: Vec::new(),
            invitations: Vec::new(),
            answers: answers.collect(),
            closing_reports: Vec::new(),
            mails: Vec::new(),
            contacts: Vec::new(),
            drafts: Vec::new(),
            audit_log: Vec::new(),
        }
    }
}

impl Copied {
    /// As indented JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// Whom an event of a case concerns besides the client.
fn party_of(event: &CaseEvent) -> Option<Party> {
    match event {
        CaseEvent::Invited { party, .. }
        | CaseEvent::Asked { party, .. }
        | CaseEvent::Filled { party, .. }
        | CaseEvent::Answered { party }
        | CaseEvent::Withdrawn { party } => Some(*party),
        _ => None,
    }
}

/// Every question with what was answered; questions without an answer are told as such.
fn in_words<'a>(
    questions: impl IntoIterator<Item = &'a Question>,
    answers: &Answers,
    language: Language,
) -> Vec<Value> {
    let told = questions.into_iter().map(|q| {
        let answer = answers.get(&q.id).map_or(Value::Null, |answer| answer_in_words(q, answer, language));
        let mut told = json!({ "question": q.text.in_language(language), "answer": answer });
        if not_asked(answers, &q.id) {
            told["asked"] = false.into();
        }
        told
    });
    told.collect()
}

fn answer_in_words(question: &Question, answer: &Answer, language: Language) -> Value {
    let label = |code: &String| {
        let choice = question.choices.iter().find(|c| c.code == *code);
        choice.map_or(code.as_str(), |c| c.label.in_language(language)).to_owned()
    };
    match answer {
        Answer::One(code) => Value::String(label(code)),
        Answer::Many(codes) => codes.iter().map(label).collect(),
        Answer::Text(text) => Value::String(text.clone()),
        Answer::Number(figure) => Value::String(figure.plain()),
        Answer::Date(date) => Value::String(date.to_string()),
        Answer::Month(month) => Value::String(month.strftime("%Y-%m").to_string()),
        Answer::Items(items) => {
            items.iter().map(|item| Value::Array(in_words(&question.questions, item, language))).collect()
        }
    }
}
