//! A form on paper: what the Typst template prints, made from the form, its language and, where it is printed for a
//! case, what is known of that.

mod code;
mod condition;
mod question;
mod sheet;

use self::code::WebView;
use self::condition::{Conditions, Reading};
use self::question::{Asking, QuestionView, places};
pub use self::sheet::QrSheetView;
use super::form::About;
use super::who::{Who, voluntary, who_sees, who_title};
use crate::case::CaseFile;
use crate::form::{Circumstances, Collect, FIELDS, Form, Known, Party, Visibility};
use crate::instance::Instance;
use crate::submission::RawAnswers;
use crate::text::{Language, Messages, Text};
use jiff::civil::Date;
use serde::Serialize;

/// Characters of a version that are printed.
const VERSION: usize = 12;
/// Where a name is written by hand that only a case would tell.
const BLANK: &str = "____________";

/// A way to the same form on the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperLink {
    /// The whole address.
    pub address: String,
    /// Its secret part as it is typed.
    pub code: String,
    /// The last day on which it opens.
    pub open_until: Date,
}

/// What a form is printed for.
#[derive(Clone, Copy, Debug)]
pub struct PaperContext<'a> {
    /// The case, unless the form is printed empty.
    pub case: Option<&'a CaseFile>,
    /// What is known of it; without a case, nothing.
    pub circumstances: &'a Circumstances,
    /// What stands in the answers already.
    pub known: &'a RawAnswers,
    /// A way in, if there is one.
    pub link: Option<&'a PaperLink>,
    /// The day of printing.
    pub printed_on: Date,
    /// True when the ids of questions and the codes of choices stand beside them, for whoever keys answers in.
    pub codes: bool,
}

/// A heading with a few sentences.
#[derive(Clone, Debug, Serialize)]
struct Panel {
    title: String,
    /// Each with who it speaks of, if it does.
    lines: Vec<(Option<String>, String)>,
}

impl Panel {
    fn plain(title: &str, lines: Vec<String>) -> Self {
        Self { title: title.to_owned(), lines: lines.into_iter().map(|line| (None, line)).collect() }
    }
}

/// Questions under one heading.
#[derive(Clone, Debug, Serialize)]
struct Section {
    title: String,
    hint: Option<String>,
    condition: Option<String>,
    questions: Vec<QuestionView>,
}

/// Everything that a paper form shows, in words and in its order.
#[derive(Clone, Debug, Serialize)]
pub struct PaperView {
    lang: &'static str,
    dir: &'static str,
    /// Title of the document.
    document: String,
    author: String,
    notice: Option<String>,
    kicker: String,
    title: String,
    lead: String,
    why: String,
    /// Which coaching it is about: a label and what it says.
    about: Option<(String, String)>,
    /// How to tick.
    how: &'static str,
    who: Panel,
    beside: Vec<Panel>,
    web: Option<WebView>,
    sections: Vec<Section>,
    end: Vec<Panel>,
    /// Form, version and case.
    mark: String,
    /// Said on every page of a form that nobody takes in.
    stays: Option<&'static str>,
    codes: bool,
    /// Said below a form in which a character is written as its code.
    substituted: &'static str,
    #[serde(skip)]
    printed_on: Date,
}

impl PaperView {
    /// The form on paper, told for the case it is printed for.
    #[must_use]
    pub fn new(form: &Form, instance: &Instance, language: Language, context: &PaperContext<'_>) -> Self {
        let m = Messages::of(language);
        let form = &match context.case {
            Some(_) => form.for_case(context.circumstances),
            None => form.for_case(&blanks()),
        };
        let told = |text: &Text| text.in_language(language).to_owned();
        let places = places(form);
        let asking = Asking {
            conditions: Conditions { form, instance, context, places: &places, m },
            places: &places,
            known: context.known,
            m,
        };
        let sections = sections(form, &asking);
        let stays = form.collect() == Collect::Never;
        let about = context.case.and_then(|case| About::of(case, form.party(), instance, language));
        let mut mark = m.fill(
            "paper.mark",
            &[("form", form.id()), ("version", form.version().as_str().get(..VERSION).unwrap_or_default())],
        );
        // Others than client, coach and officer do not know the case by its number.
        if let Some(case) = context.case
            && !stays
            && !matches!(form.party(), Party::Employer | Party::Community)
        {
            mark = format!("{mark} · {}", case.number());
        }
        let mut beside: Vec<Panel> = Vec::new();
        if let Some(text) = voluntary(form, m) {
            beside.push(Panel::plain(m.get("form.voluntary"), vec![text.to_owned()]));
        }
        beside.push(Panel::plain(m.get("paper.return"), vec![returning(form, instance, m)]));
        let mut end = Vec::new();
        if !form.after().is_empty() {
            end.push(Panel::plain(m.get("form.what_next"), form.after().iter().map(told).collect()));
        }
        end.push(Panel::plain(m.get("form.questions_title"), vec![told(&instance.contact)]));
        Self {
            lang: language.code(),
            dir: language.direction(),
            document: format!("{} – {}", told(form.title()), told(&instance.name.value)),
            author: told(&instance.office.name),
            notice: instance.notice.as_ref().map(told),
            kicker: told(&instance.name.value),
            title: told(form.title()),
            lead: told(form.lead()),
            why: told(form.why()),
            about: about.map(|a| (a.label.to_owned(), a.text)),
            how: m.get("paper.how"),
            who: if stays { staying(m) } else { who(form, &asking, m) },
            beside,
            web: context.link.map(|link| WebView::of(link, language)),
            sections,
            end,
            mark,
            stays: stays.then(|| m.get("paper.stays")),
            codes: context.codes,
            substituted: m.get("report.substituted"),
            printed_on: context.printed_on,
        }
    }

    /// The day that the document bears.
    #[must_use]
    pub fn printed_on(&self) -> Date {
        self.printed_on
    }
}

/// What an empty form tells of a case: room to write it.
fn blanks() -> Circumstances {
    let blank = Text::of(|_| Some(BLANK.to_owned()));
    FIELDS.iter().fold(Circumstances::default(), |known, f| known.with(f.name, Some(Known::Words(blank.clone()))))
}

fn sections(form: &Form, asking: &Asking<'_>) -> Vec<Section> {
    let m = asking.m;
    let section = |(at, page): (usize, &crate::form::FormPage)| {
        let condition = match asking.conditions.reading(page.ask_if.as_ref(), at) {
            Reading::Never => return None,
            Reading::Always => None,
            Reading::If(clause) => Some(m.fill("paper.part_if", &[("condition", &clause)])),
        };
        let questions: Vec<QuestionView> =
            page.questions.iter().filter_map(|q| asking.question(q, &q.id, at)).collect();
        (!questions.is_empty()).then(|| Section {
            title: page.title.in_language(m.language()).to_owned(),
            hint: page.hint.as_ref().map(|h| h.in_language(m.language()).to_owned()),
            condition,
            questions,
        })
    };
    form.pages().iter().enumerate().filter_map(section).collect()
}

/// Who sees what; the questions that are only counted by their numbers.
fn who(form: &Form, asking: &Asking<'_>, m: Messages) -> Panel {
    let counted = form.questions().filter(|q| q.visibility == Visibility::Statistics);
    let numbers: Vec<&str> =
        counted.filter_map(|q| asking.places.get(&q.id)).map(|place| place.number.as_str()).collect();
    let line = |who: Who| {
        let sees = if who.questions.is_empty() { who.sees } else { format!("{} {}.", who.sees, numbers.join(", ")) };
        (Some(who.who), sees)
    };
    Panel { title: who_title(form, m).to_owned(), lines: who_sees(form, m).into_iter().map(line).collect() }
}

/// Who sees a form that is only printed.
fn staying(m: Messages) -> Panel {
    let line = |who: &str, sees: &str| (Some(m.get(who).to_owned()), m.get(sees).to_owned());
    Panel {
        title: m.get("form.who_title").to_owned(),
        lines: vec![line("paper.you", "paper.you_see"), line("paper.others", "paper.others_see")],
    }
}

/// To whom the paper goes, so that nobody gets it who must not read it.
fn returning(form: &Form, instance: &Instance, m: Messages) -> String {
    let to = |text: &Text| m.fill("paper.return_to", &[("to", text.in_language(m.language()))]);
    if form.collect() == Collect::Never {
        return m.get("paper.return_nowhere").to_owned();
    }
    match form.questions().map(|q| q.visibility).find(|v| *v != Visibility::Statistics) {
        Some(Visibility::Provider) => to(&instance.provider.name),
        Some(Visibility::Coach) => m.get("paper.return_to_coach").to_owned(),
        Some(Visibility::Report) if form.party() != Party::Coach => m.get("paper.return_to_coach").to_owned(),
        _ => to(&instance.office.name),
    }
}

#[cfg(test)]
mod tests;
