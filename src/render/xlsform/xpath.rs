//! Names and expressions of an XLSForm: conditions and limits in XPath.

use crate::form::{Choice, Circumstances, Condition, DayLimit, FIELDS, Form, Kind, Question, Subject, Test};
use crate::text::{Language, Messages, Text};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// The name that XLSForms keep for themselves.
const RESERVED: &str = "meta";

/// Names of the fields of one form. Which fields of the case are named is remembered.
pub(super) struct Names<'a> {
    form: &'a Form,
    taken: BTreeSet<String>,
    fields: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Names<'a> {
    pub(super) fn of(form: &'a Form) -> Self {
        let ids = form.questions().flat_map(|q| std::iter::once(q).chain(&q.questions)).map(|q| q.id.clone());
        let taken = ids.chain([RESERVED.to_owned()]).collect();
        Self { form, taken, fields: RefCell::default() }
    }

    /// A name for what is no question: no question has it.
    pub(super) fn free(&self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        while self.taken.contains(&name) {
            name.push('_');
        }
        name
    }

    /// The name of a question: its id.
    pub(super) fn question(&self, id: &str) -> String {
        if id == RESERVED { self.free(id) } else { id.to_owned() }
    }

    /// The hidden field that holds a field of the case.
    fn field(&self, name: &str) -> String {
        if let Some(field) = FIELDS.iter().find(|f| f.name == name) {
            self.fields.borrow_mut().insert(field.name);
        }
        format!("${{{}}}", self.free(&format!("case_{name}")))
    }

    /// The names of the hidden fields that were needed.
    pub(super) fn hidden(&self) -> Vec<String> {
        self.fields.borrow().iter().map(|name| self.free(&format!("case_{name}"))).collect()
    }

    /// A text whose fields of the case are told by the hidden ones.
    pub(super) fn told(&self, text: &Text) -> Text {
        text.map(|_, words| {
            FIELDS.iter().filter(|f| f.in_texts).fold(words.to_owned(), |words, field| {
                let place = format!("{{{}}}", field.name);
                if words.contains(&place) { words.replace(&place, &self.field(field.name)) } else { words }
            })
        })
    }

    /// A condition in XPath. What is not asked here, such as a signature, has no answer.
    pub(super) fn condition(&self, condition: &Condition) -> String {
        let joined = |parts: &[Condition], word: &str| {
            let parts: Vec<String> = parts.iter().map(|part| self.condition(part)).collect();
            if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(word)) }
        };
        match condition {
            Condition::All(parts) => joined(parts, " and "),
            Condition::Any(parts) => joined(parts, " or "),
            Condition::Not(part) => format!("not({})", self.condition(part)),
            Condition::Of(Subject::Case(name), test) if name == "today" => constant(test, true),
            Condition::Of(Subject::Case(name), test) => test_of(&self.field(name), test, false),
            Condition::Of(Subject::Question(id), test) => match self.form.question(id) {
                Some(q) if q.on_web() && q.asks() => {
                    let name = format!("${{{}}}", self.question(id));
                    match (&q.kind, test) {
                        (Kind::Group { .. }, Test::Answered(answered)) => {
                            format!("count({name}) {} 0", if *answered { ">" } else { "=" })
                        }
                        (kind, test) => test_of(&name, test, *kind == Kind::Many),
                    }
                }
                _ => constant(test, false),
            },
        }
    }

    /// What an answer must fulfil, with the words for when it does not.
    pub(super) fn limits(&self, q: &Question) -> Vec<(String, Option<Text>)> {
        match q.kind {
            Kind::Text(limit) => vec![(format!("string-length(.) <= {limit}"), None)],
            Kind::Number { min, max, .. } => {
                let words = filled(&Messages::text("mistake.out_of_range"), &[("min", min), ("max", max)]);
                vec![(format!(". >= {min} and . <= {max}"), Some(words))]
            }
            Kind::Email => {
                let address = "regex(., '^[^@\\s]+@[^@\\s.]+([.][^@\\s.]+)+$')";
                vec![(address.to_owned(), Some(Messages::text("mistake.not_an_address")))]
            }
            Kind::Phone => {
                let number = "regex(., '^[+]?([ ()-]*[0-9]){5,15}[ ()-]*$')";
                vec![(number.to_owned(), Some(Messages::text("mistake.not_a_phone")))]
            }
            Kind::Date | Kind::Month => [(&q.not_before, true), (&q.not_after, false)]
                .into_iter()
                .filter_map(|(limit, earliest)| Some(self.day(limit.as_ref()?, earliest, q.kind == Kind::Month)))
                .collect(),
            Kind::Many => several(q),
            _ => Vec::new(),
        }
    }

    /// A limit of days. Months before or after a day of the case are no fixed number of days, so that such a limit is
    /// some days wider than the form's.
    fn day(&self, limit: &DayLimit, earliest: bool, month: bool) -> (String, Option<Text>) {
        let sign = if earliest { ">=" } else { "<=" };
        let Some(field) = limit.field() else {
            let day = limit.on(&Circumstances::default()).unwrap_or_default();
            let day = if month && earliest { day.first_of_month() } else { day };
            return (format!(". {sign} date('{day}')"), None);
        };
        let (months, days) = limit.distance();
        let wider = if earliest { -3 } else { 3 };
        let mut distance = days + if months == 0 { 0 } else { months * 30437 / 1000 + wider };
        if month && earliest {
            distance -= 31;
        }
        let (from, known) = match field {
            "today" => ("today()".to_owned(), String::new()),
            _ => (self.field(field), format!("{} = '' or ", self.field(field))),
        };
        let distance = match distance {
            0 => String::new(),
            n if n < 0 => format!(" - {}", -n),
            n => format!(" + {n}"),
        };
        (format!("({known}decimal-date-time(.) {sign} decimal-date-time({from}){distance})"), None)
    }
}

/// How many choices may be chosen, and what excludes the others.
fn several(q: &Question) -> Vec<(String, Option<Text>)> {
    let apart: Vec<&Choice> = q.offered().filter(|c| c.apart).collect();
    let chosen =
        |codes: &[&Choice]| codes.iter().map(|c| format!("selected(., '{}')", c.code)).collect::<Vec<_>>().join(" or ");
    let mut limits = Vec::new();
    if let Some(first) = apart.first() {
        let words = Messages::text("mistake.none_with_others")
            .map(|language, words| words.replace("{none}", first.label.in_language(language)));
        limits.push((format!("not(count-selected(.) > 1 and ({}))", chosen(&apart)), Some(words)));
    }
    let (least, most) = q.choose.unwrap_or((0, usize::MAX));
    if least > 1 {
        let alone = if apart.is_empty() { String::new() } else { format!(" or {}", chosen(&apart)) };
        let words = filled(&Messages::text("mistake.too_few_choices"), &[("least", least)]);
        limits.push((format!("(count-selected(.) >= {least}{alone})"), Some(words)));
    }
    if most < q.offered().count() {
        let words = filled(&Messages::text("mistake.too_many_choices"), &[("most", most)]);
        limits.push((format!("count-selected(.) <= {most}"), Some(words)));
    }
    limits
}

fn filled<V: ToString>(text: &Text, values: &[(&str, V)]) -> Text {
    text.map(|_: Language, words| {
        values
            .iter()
            .fold(words.to_owned(), |words, (name, value)| words.replace(&format!("{{{name}}}"), &value.to_string()))
    })
}

fn test_of(name: &str, test: &Test, many: bool) -> String {
    let is = |code: &String| if many { format!("selected({name}, '{code}')") } else { format!("{name} = '{code}'") };
    match test {
        Test::Is(code) => is(code),
        Test::In(codes) if codes.len() == 1 => codes.iter().map(is).collect(),
        Test::In(codes) => format!("({})", codes.iter().map(is).collect::<Vec<_>>().join(" or ")),
        // What is empty or says that there is no answer is no number, and no number is at least another.
        Test::AtLeast(least) => format!("number({name}) >= {least}"),
        Test::Answered(true) => format!("{name} != ''"),
        Test::Answered(false) => format!("{name} = ''"),
    }
}

/// The value of a test of what is always there, or never.
fn constant(test: &Test, there: bool) -> String {
    let holds = matches!(test, Test::Answered(wanted) if *wanted == there);
    format!("{holds}()")
}
