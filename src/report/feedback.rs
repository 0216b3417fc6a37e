//! The feedback annex: what the parties answered, as far as their forms promised it to the officer.
//!
//! Clients and employers are shown answer by answer, the workplace community only together and from
//! three answers on. An answer is shown by the promise of the form that was answered, not of today's.

use super::COMMUNITY_NEEDED;
use super::schema::party;
use crate::case::{CaseFile, CaseNumber};
use crate::form::{Choice, Form, Kind, Party, Question, Visibility};
use crate::submission::{Answer, Answers, not_asked};
use crate::text::{Fingerprint, Language, told_date, told_month};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The best grade.
const GRADES: u8 = 5;

/// A submission that arrived before the annex closed.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// Who answered.
    pub party: Party,
    /// The form that was answered, as it was then.
    pub form: &'a Form,
    /// The answers.
    pub answers: &'a Answers,
}

/// Where a party's feedback stands; the four are never mixed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackState {
    /// Nobody of the party was invited.
    NotAsked,
    /// Invited, and no answer came before the annex closed.
    NotAnswered,
    /// Too few of the workplace community answered for anything to be shown.
    Withheld,
    /// The answers follow.
    Answered,
}

/// A question with one respondent's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnsweredQuestion {
    /// Id in the form.
    pub id: String,
    /// What was asked.
    pub question: String,
    /// Codes of the choices; none for text, numbers and days.
    pub codes: Vec<String>,
    /// The answer in words; `null` when this question was left unanswered or was not asked.
    pub answer: Option<String>,
    /// False when an earlier answer or the case made the question fall away.
    pub asked: bool,
    /// True when the words are the respondent's own.
    pub own_words: bool,
}

/// One respondent's answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sheet {
    /// Title of the form.
    pub form: String,
    /// The questions that the officer may see, in the form's order.
    pub questions: Vec<AnsweredQuestion>,
    /// How many questions are left out because their answers are only counted.
    pub not_shown: u32,
    /// Whether the coach may read these answers; `false` also when that was not answered.
    pub coach_may_read: bool,
}

/// How many chose a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// Its code.
    pub code: String,
    /// What the respondents read.
    pub label: String,
    /// How many chose it.
    pub count: u32,
}

/// A question with the answers of several people together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuestionTogether {
    /// Id in the form.
    pub id: String,
    /// What was asked.
    pub question: String,
    /// How many answered it; `null` when withheld.
    pub n: Option<u32>,
    /// True when so few answered this question that their answers are not shown.
    pub withheld: bool,
    /// How the answers fall on the choices, every choice in the form's order.
    pub shares: Vec<Share>,
    /// What was written, in an order that says nothing of who or when.
    pub texts: Vec<String>,
}

/// What one party answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartyFeedback {
    /// Who.
    #[schemars(schema_with = "party")]
    pub party: Party,
    /// Where it stands.
    pub state: FeedbackState,
    /// Invitations.
    pub invited: u32,
    /// Submissions before the annex closed.
    pub answered: u32,
    /// Answers of clients and employers, one by one.
    pub sheets: Vec<Sheet>,
    /// Answers of the workplace community, together.
    pub together: Vec<QuestionTogether>,
}

/// The feedback of all parties, for the officer of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FeedbackAnnex {
    /// The day at whose start it closed; later answers are not in it.
    pub closed_on: Date,
    /// Client, employer, workplace community.
    pub parties: Vec<PartyFeedback>,
}

impl FeedbackAnnex {
    /// The annex of a case from what was `received` before it closed.
    #[must_use]
    pub fn of(case: &CaseFile, received: &[Received<'_>], closed_on: Date, language: Language) -> Self {
        let parties = [Party::Client, Party::Employer, Party::Community].map(|party| {
            let seen = if party == Party::Community { Visibility::Together } else { Visibility::Officer };
            let feedback = |r: &&Received<'_>| r.party == party && r.form.questions().any(|q| q.visibility == seen);
            let received: Vec<&Received<'_>> = received.iter().filter(feedback).collect();
            let answered = u32::try_from(received.len()).unwrap_or(u32::MAX);
            let invited = case.parties().get(&party).map_or(0, |p| p.invited.max(p.withdrawn)).max(answered);
            let state = match (invited, answered) {
                (0, _) => FeedbackState::NotAsked,
                (_, 0) => FeedbackState::NotAnswered,
                (_, n) if party == Party::Community && n < COMMUNITY_NEEDED => FeedbackState::Withheld,
                _ => FeedbackState::Answered,
            };
            let mut feedback =
                PartyFeedback { party, state, invited, answered, sheets: Vec::new(), together: Vec::new() };
            match state {
                FeedbackState::Answered if party == Party::Community => {
                    feedback.together = together(&received, case.number(), language);
                }
                FeedbackState::Answered => feedback.sheets = received.iter().map(|r| sheet(r, language)).collect(),
                _ => {}
            }
            feedback
        });
        Self { closed_on, parties: parties.to_vec() }
    }
}

fn sheet(received: &Received<'_>, language: Language) -> Sheet {
    let shown = received.form.questions().filter(|q| q.asks() && q.visibility == Visibility::Officer);
    let counted = received.form.questions().filter(|q| q.asks() && q.visibility == Visibility::Statistics).count();
    let permission = received.form.coach_reads_if().and_then(|id| received.answers.get(id));
    Sheet {
        form: received.form.title().in_language(language).to_owned(),
        not_shown: u32::try_from(counted).unwrap_or(u32::MAX),
        coach_may_read: matches!(permission, Some(Answer::One(code)) if code == "yes"),
        questions: shown.map(|q| answered(q, received.answers, language)).collect(),
    }
}

fn answered(question: &Question, answers: &Answers, language: Language) -> AnsweredQuestion {
    let answer = answers.get(&question.id);
    AnsweredQuestion {
        id: question.id.clone(),
        question: question.text.in_language(language).to_owned(),
        codes: answer.map(|a| codes(question, a)).unwrap_or_default(),
        answer: answer.map(|a| words(question, a, language)),
        asked: !not_asked(answers, &question.id),
        own_words: matches!(question.kind, Kind::Text(_)),
    }
}

/// The codes chosen, in the form's order.
fn codes(question: &Question, answer: &Answer) -> Vec<String> {
    let mut codes: Vec<String> = match answer {
        Answer::One(code) => vec![code.clone()],
        Answer::Many(codes) => codes.iter().cloned().collect(),
        _ => Vec::new(),
    };
    codes.sort_by_key(|code| question.place(code));
    codes
}

/// What the choice is called; a grade without words of its own is told with its scale.
fn label(question: &Question, code: &str, language: Language) -> String {
    let label = question.choice(code).map_or(code, |c| c.label.in_language(language));
    if question.kind == Kind::Grade && label == code { format!("{code} / {GRADES}") } else { label.to_owned() }
}

pub(super) fn words(question: &Question, answer: &Answer, language: Language) -> String {
    match answer {
        Answer::One(_) | Answer::Many(_) => {
            codes(question, answer).iter().map(|code| label(question, code, language)).collect::<Vec<_>>().join(", ")
        }
        Answer::Text(text) => text.clone(),
        Answer::Number(figure) => figure.told(language),
        Answer::Date(date) => told_date(*date, language),
        Answer::Month(month) => told_month(*month, language),
        Answer::Items(items) => {
            let part = |q: &Question, item: &Answers| item.get(&q.id).map(|a| words(q, a, language));
            let item = |i| question.questions.iter().filter_map(|q| part(q, i)).collect::<Vec<_>>().join(", ");
            items.iter().map(item).collect::<Vec<_>>().join("\n")
        }
    }
}

/// The questions of the newest form with the answers of all forms that promised them together.
fn together(received: &[&Received<'_>], case: CaseNumber, language: Language) -> Vec<QuestionTogether> {
    let mut asked: Vec<&Question> = Vec::new();
    for question in received.iter().rev().flat_map(|r| r.form.questions()) {
        if question.visibility == Visibility::Together && asked.iter().all(|q| q.id != question.id) {
            asked.push(question);
        }
    }
    asked.into_iter().filter_map(|q| question_together(q, received, case, language)).collect()
}

fn question_together<'a>(
    question: &'a Question,
    received: &[&Received<'a>],
    case: CaseNumber,
    language: Language,
) -> Option<QuestionTogether> {
    let promised =
        |r: &&&Received<'_>| r.form.question(&question.id).map(|q| q.visibility) == Some(Visibility::Together);
    let answers: Vec<&Answer> = received.iter().filter(promised).filter_map(|r| r.answers.get(&question.id)).collect();
    let n = u32::try_from(answers.len()).unwrap_or(u32::MAX);
    let (mut shares, mut texts) = (Vec::new(), Vec::new());
    // Texts are shown from three sheets on; a distribution also needs three who chose.
    let withheld = match question.kind {
        Kind::Text(_) => {
            texts.extend(answers.iter().filter_map(|a| if let Answer::Text(t) = a { Some(t.clone()) } else { None }));
            texts.sort_by_cached_key(|t| Fingerprint::of(format!("{case}\n{t}")));
            false
        }
        Kind::Number { .. }
        | Kind::Date
        | Kind::Month
        | Kind::Email
        | Kind::Phone
        | Kind::Information
        | Kind::Consent
        | Kind::Signature
        | Kind::Group { .. } => return None,
        _ if n < COMMUNITY_NEEDED => true,
        _ => {
            let chosen = |code: &String| {
                let holds = |a: &&&Answer| match a {
                    Answer::One(c) => c == code,
                    Answer::Many(cs) => cs.contains(code),
                    _ => false,
                };
                u32::try_from(answers.iter().filter(holds).count()).unwrap_or(u32::MAX)
            };
            shares.extend(choices(question, received).into_iter().map(|c| Share {
                code: c.code.clone(),
                label: label(question, &c.code, language),
                count: chosen(&c.code),
            }));
            false
        }
    };
    Some(QuestionTogether {
        id: question.id.clone(),
        question: question.text.in_language(language).to_owned(),
        // How few answered says itself something of them.
        n: (!withheld).then_some(n),
        withheld,
        shares,
        texts,
    })
}

/// The choices of the newest form, then those that only an earlier one had.
fn choices<'a>(question: &'a Question, received: &[&Received<'a>]) -> Vec<&'a Choice> {
    let mut all: Vec<&Choice> = question.choices.iter().collect();
    for choice in received.iter().filter_map(|r| r.form.question(&question.id)).flat_map(|q| &q.choices) {
        if all.iter().all(|c| c.code != choice.code) {
            all.push(choice);
        }
    }
    all
}
