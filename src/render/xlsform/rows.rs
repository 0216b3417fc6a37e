//! The rows of an XLSForm: questions, pages and groups of its survey, and the lists of choices.

use super::xpath::Names;
use crate::form::{Choice, Form, FormPage, Kind, Question};
use crate::text::{Messages, Text};

/// A row of the sheet `survey`.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) label: Option<Text>,
    pub(super) hint: Option<Text>,
    pub(super) message: Option<Text>,
    pub(super) required: bool,
    pub(super) relevant: String,
    pub(super) constraint: String,
    pub(super) default: String,
    pub(super) appearance: &'static str,
    pub(super) repeat_count: String,
}

/// The rows of both sheets; a choice is its list, its code and its label.
pub(super) struct Rows {
    pub(super) survey: Vec<Survey>,
    pub(super) choices: Vec<(String, String, Text)>,
}

impl Rows {
    pub(super) fn of(form: &Form) -> Self {
        let names = Names::of(form);
        let mut making = Making { names: &names, survey: Vec::new(), choices: Vec::new() };
        making.note("form_start", &[form.lead(), form.why()]);
        for (n, page) in (1..).zip(form.pages()) {
            making.page(n, page);
        }
        if !form.after().is_empty() {
            making.note("form_after", &form.after().iter().collect::<Vec<_>>());
        }
        let Making { survey, choices, .. } = making;
        let hidden = names.hidden().into_iter().map(|name| Survey { kind: "hidden".into(), name, ..Survey::default() });
        Self { survey: hidden.chain(survey).collect(), choices }
    }
}

struct Making<'a> {
    names: &'a Names<'a>,
    survey: Vec<Survey>,
    choices: Vec<(String, String, Text)>,
}

impl Making<'_> {
    fn note(&mut self, name: &str, texts: &[&Text]) {
        let label = Text::of(|language| {
            let told: Vec<&str> = texts.iter().map(|t| t.in_language(language)).collect();
            Some(told.join("\n\n"))
        });
        let (name, label) = (self.names.free(name), Some(self.names.told(&label)));
        self.survey.push(Survey { kind: "note".into(), name, label, ..Survey::default() });
    }

    fn page(&mut self, n: usize, page: &FormPage) {
        let shown: Vec<&Question> = page.questions.iter().filter(|q| !q.retired && is_there(q)).collect();
        if shown.is_empty() {
            return;
        }
        // Programs that show forms cannot repeat anything within one screen.
        let repeats = shown.iter().any(|q| matches!(q.kind, Kind::Group { .. }));
        let name = self.names.free(&format!("page_{n}"));
        self.survey.push(Survey {
            kind: "begin_group".into(),
            name: name.clone(),
            label: Some(self.names.told(&page.title)),
            relevant: page.ask_if.as_ref().map(|c| self.names.condition(c)).unwrap_or_default(),
            appearance: if repeats { "" } else { "field-list" },
            ..Survey::default()
        });
        if let Some(hint) = &page.hint {
            self.note(&format!("{name}_hint"), &[hint]);
        }
        for question in shown {
            match question.kind {
                Kind::Group { min, max } => self.group(question, (min, max)),
                _ => self.question(question),
            }
        }
        self.survey.push(Survey { kind: "end_group".into(), name, ..Survey::default() });
    }

    /// A group asks how many items there are, where that is not settled: a repeat alone has no limits.
    fn group(&mut self, group: &Question, (min, max): (usize, usize)) {
        let name = self.names.question(&group.id);
        let relevant = self.relevant(group);
        let label = self.names.told(&group.text);
        let hint = group.hint.as_ref().map(|hint| self.names.told(hint));
        let repeat_count = if min == max {
            let name = self.names.free(&format!("{name}_note"));
            let (label, relevant) = (Some(label), relevant.clone());
            self.survey.push(Survey { kind: "note".into(), name, label, hint, relevant, ..Survey::default() });
            max.to_string()
        } else {
            let count = self.names.free(&format!("{name}_count"));
            self.survey.push(Survey {
                kind: "integer".into(),
                name: count.clone(),
                label: Some(label.map(|_, words| format!("{words} ({min}–{max})"))),
                hint,
                message: Some(
                    Messages::text("mistake.out_of_range")
                        .map(|_, words| words.replace("{min}", &min.to_string()).replace("{max}", &max.to_string())),
                ),
                required: min > 0,
                relevant: relevant.clone(),
                constraint: format!(". >= {min} and . <= {max}"),
                default: min.to_string(),
                ..Survey::default()
            });
            format!("${{{count}}}")
        };
        self.survey.push(Survey {
            kind: "begin_repeat".into(),
            name: name.clone(),
            label: Some(self.names.told(group.item.as_ref().unwrap_or(&group.text))),
            relevant,
            appearance: "field-list",
            repeat_count,
            ..Survey::default()
        });
        for inner in group.questions.iter().filter(|q| !q.retired) {
            self.question(inner);
        }
        self.survey.push(Survey { kind: "end_repeat".into(), name, ..Survey::default() });
    }

    fn question(&mut self, q: &Question) {
        let name = self.names.question(&q.id);
        let list = |kind: &str| format!("{kind} {name}");
        let (kind, appearance) = match q.kind {
            Kind::One | Kind::Agreement(_) | Kind::Grade | Kind::Scale { .. } | Kind::YesNo | Kind::Consent => {
                (list("select_one"), "")
            }
            Kind::Many => (list("select_multiple"), ""),
            Kind::Text(_) => ("text".to_owned(), if q.short { "" } else { "multiline" }),
            Kind::Email | Kind::Phone => ("text".to_owned(), ""),
            Kind::Number { decimals: 0, .. } => ("integer".to_owned(), ""),
            Kind::Number { .. } => ("decimal".to_owned(), ""),
            Kind::Date => ("date".to_owned(), ""),
            Kind::Month => ("date".to_owned(), "month-year"),
            Kind::Information | Kind::Signature | Kind::Group { .. } => ("note".to_owned(), ""),
        };
        let choices: Vec<&Choice> = q.offered().collect();
        self.choices.extend(choices.iter().map(|c| (name.clone(), c.code.clone(), self.names.told(&c.label))));
        let limits = self.names.limits(q);
        let messages: Vec<&Text> = limits.iter().filter_map(|(_, words)| words.as_ref()).collect();
        let message = (!messages.is_empty()).then(|| {
            Text::of(|language| Some(messages.iter().map(|t| t.in_language(language)).collect::<Vec<_>>().join(" ")))
        });
        let unit = |text: &Text| match &q.unit {
            Some(unit) => text.map(|language, words| format!("{words} ({})", unit.in_language(language))),
            None => text.clone(),
        };
        let hint = match (&q.hint, &q.kind) {
            (None, Kind::Signature) => Some(Messages::text("xlsform.on_paper")),
            (hint, _) => hint.as_ref().map(|hint| self.names.told(hint)),
        };
        self.survey.push(Survey {
            kind,
            label: Some(self.names.told(&unit(&q.text))),
            hint,
            message,
            required: q.required,
            relevant: self.relevant(q),
            constraint: limits.into_iter().map(|(limit, _)| limit).collect::<Vec<_>>().join(" and "),
            default: q.default.clone().unwrap_or_default(),
            appearance,
            repeat_count: String::new(),
            name,
        });
    }

    fn relevant(&self, q: &Question) -> String {
        q.ask_if.as_ref().map(|c| self.names.condition(c)).unwrap_or_default()
    }
}

/// False for a group whose questions are all retired.
fn is_there(q: &Question) -> bool {
    !matches!(q.kind, Kind::Group { .. }) || q.questions.iter().any(|inner| !inner.retired)
}
