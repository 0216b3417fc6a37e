//! All texts of a form at once: to be told with names in them, and to see in which languages they are.

use super::{Choice, Circumstances, Form, FormPage, Party, Question};
use crate::instance::Instance;
use crate::text::{Language, Text};

impl Form {
    /// The same form with every text changed.
    #[must_use]
    pub(super) fn map_texts(&self, change: &dyn Fn(&Text) -> Text) -> Self {
        let mut form = self.clone();
        for text in [&mut form.title, &mut form.lead, &mut form.why].into_iter().chain(&mut form.after) {
            *text = change(text);
        }
        for FormPage { title, hint, questions, ask_if: _ } in &mut form.pages {
            *title = change(title);
            *hint = hint.as_ref().map(change);
            for question in questions {
                map_question(question, change);
            }
        }
        form
    }

    /// The form as it is put on a case: its texts tell the fields of the case that they name.
    #[must_use]
    pub fn for_case(&self, circumstances: &Circumstances) -> Self {
        self.map_texts(&|text| circumstances.told(text))
    }

    /// The languages in which it can be asked: those of the instance, and for clients those in which it has
    /// every text.
    #[must_use]
    pub fn languages(&self, instance: &Instance) -> Vec<Language> {
        let mut languages = instance.languages.value.clone();
        if self.party == Party::Client {
            let complete = |l: &&Language| !languages.contains(l) && self.has_every_text(**l);
            let more: Vec<Language> = instance.client_languages.iter().filter(complete).copied().collect();
            languages.extend(more);
        }
        languages
    }

    fn has_every_text(&self, language: Language) -> bool {
        let missing = std::cell::Cell::new(false);
        let _ = self.map_texts(&|text| {
            missing.set(missing.get() || (!text.fi.trim().is_empty() && !text.has(language)));
            Text::default()
        });
        !missing.get()
    }
}

fn map_question(question: &mut Question, change: &dyn Fn(&Text) -> Text) {
    question.text = change(&question.text);
    for text in [&mut question.hint, &mut question.unit, &mut question.item, &mut question.add] {
        *text = text.as_ref().map(change);
    }
    for Choice { label, .. } in &mut question.choices {
        *label = change(label);
    }
    for inner in &mut question.questions {
        map_question(inner, change);
    }
}
