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
        let mut raw = RawAnswers::new();
        for (id, answer) in &self.answers {
            items::write(&mut raw, id, answer);
        }
        raw
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
mod tests {
    use super::*;

    fn form() -> Form {
        Form::read("forms/client-feedback.yaml", include_str!("../../forms/client-feedback.yaml"), None).unwrap()
    }

    fn raw(pairs: &[(&str, &str)]) -> RawAnswers {
        let mut out = RawAnswers::new();
        for (name, value) in pairs {
            out.entry((*name).to_owned()).or_default().push((*value).to_owned());
        }
        out
    }

    #[test]
    fn every_mistake_is_told_at_once_in_the_order_of_the_questions() {
        let sent = raw(&[
            ("c_open", "Tunnukseni on 010190-999X"),
            ("c_trust", "maybe"),
            ("c_phases", "none"),
            ("c_phases", "find"),
            ("c_overall", "4"),
            ("c_overall", "5"),
            ("extra", "1"),
        ]);
        let mistakes = Submission::parse(&sent, &form(), &Circumstances::default()).unwrap_err();
        let told: Vec<(&str, &Fault)> = mistakes.iter().map(|m| (m.question.as_str(), &m.fault)).collect();
        assert_eq!(
            told,
            [
                ("c_trust", &Fault::UnknownChoice),
                ("c_phases", &Fault::NoneWithOthers),
                ("c_overall", &Fault::OneOnly),
                ("c_open", &Fault::IdentityCode),
                ("extra", &Fault::UnknownQuestion),
            ]
        );
    }

    #[test]
    fn an_empty_form_is_a_valid_answer_because_everything_is_optional() {
        assert!(
            Submission::parse(&RawAnswers::new(), &form(), &Circumstances::default()).unwrap().answers().is_empty()
        );
    }

    #[test]
    fn texts_are_counted_in_characters_after_line_ends_are_unified() {
        let fits = format!("{}\r\n{}", "ä".repeat(250), "ö".repeat(249));
        let submission = Submission::parse(&raw(&[("c_open", &fits)]), &form(), &Circumstances::default()).unwrap();
        assert!(matches!(submission.answer("c_open"), Some(Answer::Text(t)) if t.chars().count() == 500));
        let long =
            Submission::parse(&raw(&[("c_open", &"x".repeat(501))]), &form(), &Circumstances::default()).unwrap_err();
        assert_eq!(long[0].fault, Fault::TooLong { length: 501, limit: 500 });
    }

    const REPORT: &str = "\
id: small
party: coach
title: { fi: Raportti }
lead: { fi: Johdanto }
why: { fi: Syy }
minutes: 1
visibility: report
statistics: false
pages:
  - title: { fi: Sivu }
    questions:
      - { id: hours, type: number, text: { fi: Tunnit }, min: 0, max: 999, decimals: 1, required: true }
      - id: goals
        type: group
        text: { fi: Tavoitteet }
        item: { fi: Tavoite }
        add: { fi: Lisää tavoite }
        min_items: 1
        max_items: 3
        questions:
          - { id: goal, type: text, text: { fi: Tavoite }, required: true }
          - { id: set_on, type: date, text: { fi: Päivä } }
";

    fn report() -> Form {
        Form::read("forms/small.yaml", REPORT, None).unwrap()
    }

    #[test]
    fn numbers_days_and_items_are_read_and_written_back_the_same() {
        let sent = raw(&[
            ("hours", "17,5"),
            ("goals", "3"),
            ("goals.1.goal", "Työ"),
            ("goals.1.set_on", "4.11.2024"),
            ("goals.2.goal", ""),
            ("goals.3.goal", "Opinnot"),
        ]);
        let submission = Submission::parse(&sent, &report(), &Circumstances::default()).unwrap();
        assert_eq!(submission.answer("hours"), Some(&Answer::Number(Figure::tenths(175))));
        let Some(Answer::Items(goals)) = submission.answer("goals") else { panic!("items") };
        assert_eq!(goals.len(), 2, "an empty item is none");
        assert_eq!(goals[0]["set_on"], Answer::Date(jiff::civil::date(2024, 11, 4)));
        assert_eq!(Submission::parse(&submission.to_raw(), &report(), &Circumstances::default()).unwrap(), submission);
    }

    const KINDS: &str = "\
id: small
party: client
title: { fi: A }
lead: { fi: A }
why: { fi: A }
minutes: 1
pages:
  - title: { fi: A }
    questions:
      - { id: works, type: yes-no, text: { fi: A } }
      - { id: since, type: month, text: { fi: A }, ask_if: { question: works, is: \"yes\" }, not_after: today, required: true }
      - { id: mail, type: email, text: { fi: A } }
      - { id: tel, type: phone, text: { fi: A } }
      - { id: few, type: many, text: { fi: A }, min_choices: 2, max_choices: 2, rather_not_say: true, choices: [{ code: a, label: { fi: A } }, { code: b, label: { fi: A } }, { code: c, label: { fi: A } }] }
      - { id: step, type: scale, from: 0, to: 3, low: { fi: A }, high: { fi: A }, text: { fi: A } }
      - { id: ok, type: consent, text: { fi: A } }
      - { id: note, type: information, text: { fi: A } }
      - { id: sign, type: signature, text: { fi: A } }
      - { id: day, type: date, text: { fi: A }, not_before: \"coaching_ended - 1 months\", not_after: today }
  - title: { fi: B }
    ask_if: { case: outcome, is: job }
    questions:
      - { id: job, type: text, text: { fi: A }, short: true }
";

    fn today() -> Circumstances {
        let day = |y, m, d| crate::form::Known::Day(jiff::civil::date(y, m, d));
        Circumstances::on(jiff::civil::date(2025, 11, 15)).with("coaching_ended", Some(day(2025, 6, 30)))
    }

    fn faults(pairs: &[(&str, &str)]) -> Vec<(String, Fault)> {
        let form = Form::read("forms/small.yaml", KINDS, None).unwrap();
        let mistakes = Submission::parse(&raw(pairs), &form, &today()).unwrap_err();
        mistakes.into_iter().map(|m| (m.question, m.fault)).collect()
    }

    #[test]
    fn every_type_is_read_and_written_back_the_same() {
        let form = Form::read("forms/small.yaml", KINDS, None).unwrap();
        let sent = raw(&[
            ("works", "yes"),
            ("since", "٣/٢٠٢٥"),
            ("mail", " etunimi@example.fi "),
            ("tel", "+358 (40)  000-0000"),
            ("few", "a"),
            ("few", "c"),
            ("step", "dont_know"),
            ("ok", "given"),
            ("day", "30.5.2025"),
        ]);
        let submission = Submission::parse(&sent, &form, &today()).unwrap();
        assert_eq!(submission.answer("since"), Some(&Answer::Month(jiff::civil::date(2025, 3, 1))));
        assert_eq!(submission.answer("tel"), Some(&Answer::Text("+358 (40) 000-0000".into())));
        assert_eq!(Submission::parse(&submission.to_raw(), &form, &today()).unwrap().answers(), submission.answers());
        assert!(!submission.was_asked("job") && submission.was_asked("day") && submission.dropped().is_empty());
        assert!(not_asked(&submission.to_stored(), "job") && !not_asked(&submission.to_stored(), "mail"));
    }

    #[test]
    fn every_type_tells_what_does_not_fit_it() {
        let told = faults(&[
            ("works", "yes"),
            ("since", "12/2025"),
            ("mail", "etunimi@example"),
            ("tel", "soita"),
            ("few", "a"),
            ("step", "4"),
            ("ok", "yes"),
            ("note", "x"),
            ("day", "29.5.2025"),
        ]);
        let expected = [
            ("since", Fault::TooLate { latest: jiff::civil::date(2025, 11, 15) }),
            ("mail", Fault::NotAnAddress),
            ("tel", Fault::NotAPhone),
            ("few", Fault::TooFewChoices { least: 2 }),
            ("step", Fault::UnknownChoice),
            ("ok", Fault::UnknownChoice),
            ("day", Fault::TooEarly { earliest: jiff::civil::date(2025, 5, 30) }),
            ("note", Fault::UnknownQuestion),
        ];
        assert_eq!(told, expected.map(|(q, f)| (q.to_owned(), f)));
        assert_eq!(faults(&[("works", "yes"), ("since", "13/2025")]), [("since".to_owned(), Fault::NotAMonth)]);
        let three = [("few", "a"), ("few", "b"), ("few", "c")];
        assert_eq!(faults(&three), [("few".to_owned(), Fault::TooManyChoices { most: 2 })]);
    }

    #[test]
    fn what_became_hidden_is_dropped_and_its_page_too_and_nothing_of_it_is_required() {
        let form = Form::read("forms/small.yaml", KINDS, None).unwrap();
        let sent = raw(&[("works", "no"), ("since", "not even a month"), ("job", "Kokki")]);
        let submission = Submission::parse(&sent, &form, &today()).unwrap();
        assert_eq!(submission.dropped(), ["since", "job"]);
        assert_eq!(submission.answers().len(), 1);
        let job = crate::form::Known::Code { code: "job".into(), label: crate::text::Text::default() };
        let with_job = today().with("outcome", Some(job));
        let asked = Submission::parse(&sent, &form, &with_job).unwrap();
        assert_eq!((asked.dropped(), asked.was_asked("job")), (&["since".to_owned()][..], true));
        let missing = Submission::parse(&raw(&[("works", "yes")]), &form, &today()).unwrap_err();
        assert_eq!(missing[0].fault, Fault::Missing, "what is asked after all is required");
    }

    #[test]
    fn the_same_answers_are_known_again_whatever_the_case_has_become() {
        let form = Form::read("forms/small.yaml", KINDS, None).unwrap();
        let job = crate::form::Known::Code { code: "job".into(), label: crate::text::Text::default() };
        let sent = raw(&[("works", "yes"), ("since", "3/2025"), ("job", "Kokki")]);
        let stored = Submission::parse(&sent, &form, &today().with("outcome", Some(job))).unwrap().to_stored();
        assert!(Submission::is_same(&sent, &form, &stored), "the job is asked for no longer, and was then");
        let without = Submission::parse(&sent, &form, &today()).unwrap().to_stored();
        assert!(Submission::is_same(&sent, &form, &without) && stored != without);
        assert!(!Submission::is_same(&raw(&[("works", "no")]), &form, &stored));
    }

    #[test]
    fn identity_codes_are_known_through_marks_and_figures_of_other_scripts_and_marks_that_turn_text_are_dropped() {
        for code in
            ["010190-999X", "٠١٠١٩٠-٩٩٩X", "010190\u{200e}-999X", "010190\u{200b}-999X", "０１０１９０-９９９Ｘ"]
        {
            let refused = Submission::parse(&raw(&[("c_open", code)]), &form(), &Circumstances::default());
            assert_eq!(refused.unwrap_err()[0].fault, Fault::IdentityCode, "{code}");
        }
        let turned = raw(&[("c_open", "ok \u{202e}gnp.exe می\u{200c}خواهم")]);
        let kept = Submission::parse(&turned, &form(), &Circumstances::default()).unwrap();
        assert_eq!(kept.answer("c_open"), Some(&Answer::Text("ok gnp.exe می\u{200c}خواهم".into())));
    }

    #[test]
    fn nothing_is_taken_for_a_form_that_is_only_printed() {
        let form = Form::read("forms/small.yaml", &KINDS.replace("minutes: 1", "minutes: 1\ncollect: never"), None);
        let refused = Submission::parse(&RawAnswers::new(), &form.unwrap(), &today()).unwrap_err();
        assert_eq!(refused[0].fault, Fault::NotCollected);
    }

    #[test]
    fn mistakes_in_items_are_told_at_the_field() {
        let sent = raw(&[
            ("hours", "paljon"),
            ("goals", "9"),
            ("goals.2.set_on", "31.2.2025"),
            ("goals.2.goal", ""),
            ("goals.1.other", "x"),
        ]);
        let mistakes = Submission::parse(&sent, &report(), &Circumstances::default()).unwrap_err();
        let told: Vec<(&str, &Fault)> = mistakes.iter().map(|m| (m.question.as_str(), &m.fault)).collect();
        assert_eq!(
            told,
            [
                ("hours", &Fault::NotANumber { decimals: 1 }),
                ("goals", &Fault::TooManyItems { max: 3 }),
                ("goals.1.goal", &Fault::Missing),
                ("goals.2.goal", &Fault::Missing),
                ("goals.2.set_on", &Fault::NotADate),
                ("goals.1.other", &Fault::UnknownQuestion),
            ]
        );
        let far =
            Submission::parse(&raw(&[("hours", "1000"), ("goals.1.goal", "x")]), &report(), &Circumstances::default())
                .unwrap_err();
        assert_eq!(far[0].fault, Fault::OutOfRange { min: 0, max: 999 });
    }

    #[test]
    fn control_characters_are_dropped_and_emoji_kept() {
        let submission =
            Submission::parse(&raw(&[("c_open", "hyvä\u{0}\u{7} 👍")]), &form(), &Circumstances::default()).unwrap();
        assert_eq!(submission.answer("c_open"), Some(&Answer::Text("hyvä 👍".to_owned())));
    }
}
