//! When a question is asked: a condition on earlier answers and on the case.

use super::Known;
use crate::text::Figure;
use serde::{Deserialize, Serialize};

/// What a condition looks at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The answer to an earlier question, by its id.
    Question(String),
    /// A field of the case, by its name.
    Case(String),
}

/// What must be true of it. What is not known, not answered or not asked passes no test but `Answered(false)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// The code chosen, or one of those chosen, is this.
    Is(String),
    /// It is one of these.
    In(Vec<String>),
    /// The number, grade or step is at least this.
    AtLeast(i64),
    /// There is an answer, or there is none.
    Answered(bool),
}

/// When something is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// All of these hold.
    All(Vec<Condition>),
    /// One of these holds.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// A test of one thing.
    Of(Subject, Test),
}

/// What a condition finds when it looks at its subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No answer, or nothing known.
    Nothing,
    /// Codes that were chosen.
    Codes(Vec<String>),
    /// A number.
    Number(Figure),
    /// Words, a day or anything else that is only there.
    Something,
    /// It is decided elsewhere, such as by the reader of the same page.
    Undecided,
}

impl From<&Known> for Found {
    fn from(known: &Known) -> Self {
        match known {
            Known::Code { code, .. } => Self::Codes(vec![code.clone()]),
            Known::Number(figure) => Self::Number(*figure),
            Known::Day(_) | Known::Words(_) => Self::Something,
        }
    }
}

impl Condition {
    /// True or false, or none while it hangs on something undecided.
    pub fn value(&self, look: &dyn Fn(&Subject) -> Found) -> Option<bool> {
        match self {
            Self::All(parts) => joined(parts, look, false),
            Self::Any(parts) => joined(parts, look, true),
            Self::Not(part) => part.value(look).map(|v| !v),
            Self::Of(subject, test) => test.value(&look(subject)),
        }
    }

    /// True when it holds for what is decided.
    pub fn holds(&self, look: &dyn Fn(&Subject) -> Found) -> bool {
        self.value(look) == Some(true)
    }

    /// Every test with what it looks at, in the order in which they are written.
    #[must_use]
    pub fn tests(&self) -> Vec<(&Subject, &Test)> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Not(part) => part.tests(),
            Self::Of(subject, test) => vec![(subject, test)],
        }
    }
}

/// `any`: one true part settles it as true; `all`: one false part as false; else an undecided part leaves it open.
fn joined(parts: &[Condition], look: &dyn Fn(&Subject) -> Found, settling: bool) -> Option<bool> {
    let mut open = false;
    for part in parts {
        match part.value(look) {
            Some(v) if v == settling => return Some(settling),
            Some(_) => {}
            None => open = true,
        }
    }
    (!open).then_some(!settling)
}

impl Test {
    fn value(&self, found: &Found) -> Option<bool> {
        if *found == Found::Undecided {
            return None;
        }
        Some(match (self, found) {
            (Self::Answered(wanted), _) => (*found != Found::Nothing) == *wanted,
            (Self::Is(code), Found::Codes(codes)) => codes.contains(code),
            (Self::In(wanted), Found::Codes(codes)) => codes.iter().any(|c| wanted.contains(c)),
            (Self::AtLeast(least), Found::Codes(codes)) => {
                codes.iter().any(|c| c.parse::<i64>().is_ok_and(|n| n >= *least))
            }
            (Self::AtLeast(least), Found::Number(figure)) => {
                i128::from(figure.scaled) >= i128::from(*least) * 10_i128.pow(u32::from(figure.decimals))
            }
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(id: &str, test: Test) -> Condition {
        Condition::Of(Subject::Question(id.to_owned()), test)
    }

    fn look(subject: &Subject) -> Found {
        match subject {
            Subject::Question(id) if id == "one" => Found::Codes(vec!["a".into()]),
            Subject::Question(id) if id == "grade" => Found::Codes(vec!["4".into()]),
            Subject::Question(id) if id == "hours" => Found::Number(Figure::tenths(175)),
            Subject::Question(id) if id == "open" => Found::Undecided,
            Subject::Question(id) if id == "text" => Found::Something,
            _ => Found::Nothing,
        }
    }

    #[test]
    fn tests_look_at_codes_numbers_and_whether_there_is_an_answer() {
        for (condition, expected) in [
            (of("one", Test::Is("a".into())), true),
            (of("one", Test::Is("b".into())), false),
            (of("one", Test::In(vec!["b".into(), "a".into()])), true),
            (of("grade", Test::AtLeast(4)), true),
            (of("grade", Test::AtLeast(5)), false),
            (of("hours", Test::AtLeast(17)), true),
            (of("hours", Test::AtLeast(18)), false),
            (of("text", Test::Answered(true)), true),
            (of("none", Test::Answered(true)), false),
            (of("none", Test::Answered(false)), true),
            (of("none", Test::Is("a".into())), false),
            (of("text", Test::Is("a".into())), false),
        ] {
            assert_eq!(condition.value(&look), Some(expected), "{condition:?}");
        }
    }

    #[test]
    fn what_is_undecided_leaves_a_condition_open_unless_the_rest_settles_it() {
        let (yes, no, open) =
            (of("one", Test::Is("a".into())), of("one", Test::Is("b".into())), of("open", Test::Is("x".into())));
        assert_eq!(Condition::All(vec![yes.clone(), open.clone()]).value(&look), None);
        assert_eq!(Condition::All(vec![no.clone(), open.clone()]).value(&look), Some(false));
        assert_eq!(Condition::Any(vec![yes.clone(), open.clone()]).value(&look), Some(true));
        assert_eq!(Condition::Any(vec![no, open.clone()]).value(&look), None);
        assert_eq!(Condition::Not(Box::new(open.clone())).value(&look), None);
        assert!(!open.holds(&look) && Condition::Not(Box::new(Condition::Not(Box::new(yes)))).holds(&look));
    }
}
