//! Reading what a respondent sent.
//!
//! Enters: raw field values, the [`Form`] they answer and what is known of the case. Leaves: a
//! [`Submission`], which exists only if every answer fits its question and was asked. Refuses: unknown
//! fields and choices, too long texts, missing required answers and identity codes, all told at once;
//! everything sent to a form that is only printed.

mod asked;
mod items;
mod prefill;
mod read;

pub use asked::{Asking, asking, next_page, page_of, previous_page};
pub use items::{add_item, item_count, remove_item, restore_item};
pub use prefill::prefilled;
pub use read::holds_identity_code;

use crate::form::{Circumstances, Collect, Form, Found, Kind};
use crate::text::{Figure, Fingerprint};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Field values as they came, each name with all its values in order.
pub type RawAnswers = BTreeMap<String, Vec<String>>;
/// Answers by question id.
pub type Answers = BTreeMap<String, Answer>;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The code of the one choice.
    One(String),
    /// The codes of the choices.
    Many(BTreeSet<String>),
    /// Free words.
    Text(String),
    /// A number with the decimals that the question allows.
    Number(Figure),
    /// A day.
    Date(Date),
    /// A month, as its first day.
    Month(Date),
    /// The items of a group in order, each with its answers; none is empty.
    Items(Vec<Answers>),
}

/// Answers that fit their form. There is no other way to make one than [`Submission::parse`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Submission {
    form: String,
    version: Fingerprint,
    answers: Answers,
    not_asked: BTreeSet<String>,
    #[serde(skip)]
    dropped: Vec<String>,
}

/// Under this key stored answers tell which questions were not asked; no id begins with a sign.
pub const NOT_ASKED: &str = "-not_asked";

/// What could be read of what was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Understood {
    /// The answers that fit.
    pub answers: Answers,
    /// What is wrong with the others, in the order of the questions.
    pub mistakes: Vec<Mistake>,
    /// Questions that were not asked.
    pub not_asked: BTreeSet<String>,
    /// Those of them that were answered all the same, before an earlier answer was changed.
    pub dropped: Vec<String>,
}

/// What a condition finds in an answer.
#[must_use]
pub fn found_in(answer: Option<&Answer>) -> Found {
    match answer {
        None => Found::Nothing,
        Some(Answer::One(code)) => Found::Codes(vec![code.clone()]),
        Some(Answer::Many(codes)) => Found::Codes(codes.iter().cloned().collect()),
        Some(Answer::Number(figure)) => Found::Number(*figure),
        Some(Answer::Text(_) | Answer::Date(_) | Answer::Month(_) | Answer::Items(_)) => Found::Something,
    }
}

/// What is wrong with one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A required question has no answer.
    Missing,
    /// The value is none of the choices.
    UnknownChoice,
    /// More than one value where one is asked.
    OneOnly,
    /// "None of these" was chosen together with something else.
    NoneWithOthers,
    /// More characters than allowed.
    TooLong {
        /// Characters written.
        length: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// No number, or one with too many decimals.
    NotANumber {
        /// Decimals allowed.
        decimals: u8,
    },
    /// A number outside its limits.
    OutOfRange {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// No day of the calendar.
    NotADate,
    /// No month of the calendar.
    NotAMonth,
    /// A day or month before the earliest.
    TooEarly {
        /// The earliest day.
        earliest: Date,
    },
    /// A day or month after the latest.
    TooLate {
        /// The latest day.
        latest: Date,
    },
    /// No e-mail address.
    NotAnAddress,
    /// No telephone number.
    NotAPhone,
    /// Fewer choices than asked for.
    TooFewChoices {
        /// At least so many.
        least: usize,
    },
    /// More choices than allowed.
    TooManyChoices {
        /// At most so many.
        most: usize,
    },
    /// The form is only printed; its answers belong to nobody but the one who wrote them.
    NotCollected,
    /// More items than a group may have.
    TooManyItems {
        /// Items allowed.
        max: usize,
    },
    /// More hours than agreed, and no reason for it.
    NoReason {
        /// Hours agreed.
        cap: u32,
    },
    /// Something of the shape of a personal identity code.
    IdentityCode,
    /// The form has no such question.
    UnknownQuestion,
}

/// True when stored answers say that the question was not asked.
#[must_use]
pub fn not_asked(stored: &Answers, question: &str) -> bool {
    matches!(stored.get(NOT_ASKED), Some(Answer::Many(ids)) if ids.contains(question))
}

/// A fault and the question it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The field: the question's id, `group.n.id` on an item of a group, or the unknown field's name.
    pub question: String,
    /// What is wrong.
    pub fault: Fault,
}

/// Answers as field values again, also stored ones.
#[must_use]
pub fn as_raw(answers: &Answers) -> RawAnswers {
    let mut raw = RawAnswers::new();
    for (id, answer) in answers.iter().filter(|(id, _)| *id != NOT_ASKED) {
        items::write(&mut raw, id, answer);
    }
    raw
}

impl Submission {
    /// Reads raw answers against `form`. Empty values are no answer; line ends are unified and other
    /// control characters dropped from texts.
    ///
    /// # Errors
    /// Every mistake, in the order of the questions.
    pub fn parse(raw: &RawAnswers, form: &Form, circumstances: &Circumstances) -> Result<Self, Vec<Mistake>> {
        if form.collect() == Collect::Never {
            return Err(vec![Mistake { question: form.id().to_owned(), fault: Fault::NotCollected }]);
        }
        let Understood { answers, mistakes, not_asked, dropped } = Self::understood(raw, form, circumstances);
        if mistakes.is_empty() {
            Ok(Self { form: form.id().to_owned(), version: form.version().clone(), answers, not_asked, dropped })
        } else {
            Err(mistakes)
        }
    }

    /// What can be read, whatever is wrong with the rest.
    #[must_use]
    pub fn understood(raw: &RawAnswers, form: &Form, circumstances: &Circumstances) -> Understood {
        Self::read(raw, form, circumstances, None)
    }

    /// True when these raw answers are the stored ones, sent again: read as they were asked then, whatever has become of
    /// the case since.
    #[must_use]
    pub fn is_same(raw: &RawAnswers, form: &Form, stored: &Answers) -> bool {
        let unasked = match stored.get(NOT_ASKED) {
            Some(Answer::Many(ids)) => ids.clone(),
            _ => BTreeSet::new(),
        };
        let Understood { answers, mistakes, .. } = Self::read(raw, form, &Circumstances::default(), Some(&unasked));
        let own = stored.iter().filter(|(id, _)| *id != NOT_ASKED);
        mistakes.is_empty() && answers.iter().eq(own)
    }

    /// What can be read; `unasked` decides what was asked in place of the conditions.
    fn read(
        raw: &RawAnswers,
        form: &Form,
        circumstances: &Circumstances,
        unasked: Option<&BTreeSet<String>>,
    ) -> Understood {
        let mut reading = read::Reading::new(raw, circumstances);
        let (mut answers, mut not_asked) = (Answers::new(), BTreeSet::new());
        for page in form.pages() {
            let reached = reading.holds(page.ask_if.as_ref(), &Answers::new(), &answers);
            for question in &page.questions {
                let decided = || reached && reading.holds(question.ask_if.as_ref(), &Answers::new(), &answers);
                let asked = question.on_web() && unasked.map_or_else(decided, |ids| !ids.contains(&question.id));
                if !asked {
                    reading.pass_over(&question.id);
                    if question.asks() {
                        not_asked.insert(question.id.clone());
                    }
                    continue;
                }
                let answer = match question.kind {
                    Kind::Information => None,
                    Kind::Group { min, max } => reading.items(question, (min, max), &answers),
                    _ => reading.answer(question, &question.id),
                };
                answers.extend(answer.map(|a| (question.id.clone(), a)));
            }
        }
        let (mistakes, dropped) = reading.finish();
        Understood { answers, mistakes, not_asked, dropped }
    }

    /// The answers as field values again, to be shown and changed; parsing them gives this submission.
    #[must_use]
    pub fn to_raw(&self) -> RawAnswers {
        as_raw(&self.answers)
    }

    /// Id of the form.
    #[must_use]
    pub fn form(&self) -> &str {
        &self.form
    }

    /// The version of the form that was answered.
    #[must_use]
    pub fn version(&self) -> &Fingerprint {
        &self.version
    }

    /// The answer to a question, if there is one.
    #[must_use]
    pub fn answer(&self, question: &str) -> Option<&Answer> {
        self.answers.get(question)
    }

    /// False when a condition, or that it is retired, kept the question from being asked.
    #[must_use]
    pub fn was_asked(&self, question: &str) -> bool {
        !self.not_asked.contains(question)
    }

    /// Questions that were answered before an earlier answer made them fall away; their answers are gone.
    #[must_use]
    pub fn dropped(&self) -> &[String] {
        &self.dropped
    }

    /// The answers as they are stored, with the questions that were not asked under [`NOT_ASKED`].
    #[must_use]
    pub fn to_stored(&self) -> Answers {
        let mut stored = self.answers.clone();
        if !self.not_asked.is_empty() {
            stored.insert(NOT_ASKED.to_owned(), Answer::Many(self.not_asked.clone()));
        }
        stored
    }

    /// All answers by question id.
    #[must_use]
    pub fn answers(&self) -> &Answers {
        &self.answers
    }
}

#[cfg(test)]
mod tests;
