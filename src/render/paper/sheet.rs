//! A sheet with the code that opens a form: handed over, or hung up where colleagues meet. It names nobody and no case.

use super::code::WebView;
use super::{Panel, PaperLink};
use crate::form::Form;
use crate::instance::Instance;
use crate::render::who::{voluntary, who_sees, who_title};
use crate::text::{Language, Messages};
use jiff::civil::Date;
use serde::Serialize;

/// Everything that the sheet shows; a page for each link.
#[derive(Clone, Debug, Serialize)]
pub struct QrSheetView {
    lang: &'static str,
    dir: &'static str,
    /// Of what the site says in a language that it speaks, such as whom to ask.
    site_dir: &'static str,
    document: String,
    author: String,
    notice: Option<String>,
    kicker: String,
    title: String,
    lead: String,
    steps: [String; 3],
    /// The title in the other languages of the form.
    others: Vec<OtherLanguage>,
    /// Said where several people are given the same code.
    shared: Option<&'static str>,
    who: Panel,
    beside: Vec<Panel>,
    contact: Panel,
    codes: Vec<WebView>,
    mark: String,
    substituted: &'static str,
    #[serde(skip)]
    printed_on: Date,
}

#[derive(Clone, Debug, Serialize)]
struct OtherLanguage {
    lang: &'static str,
    name: &'static str,
    title: String,
}

impl QrSheetView {
    /// The sheet of a form with these links, each on a page of its own. `shared` when everybody is given the same.
    #[must_use]
    pub fn new(
        form: &Form,
        instance: &Instance,
        language: Language,
        links: &[PaperLink],
        shared: bool,
        printed_on: Date,
    ) -> Self {
        let m = Messages::of(language);
        let mut beside = Vec::new();
        if let Some(text) = voluntary(form, m) {
            beside.push(Panel::plain(m.get("form.voluntary"), vec![text.to_owned()]));
        }
        let others = form.languages(instance).into_iter().filter(|l| *l != language);
        let who = who_sees(form, m).into_iter().map(|w| {
            let questions: Vec<String> = w.questions.iter().map(ToString::to_string).collect();
            let sees = if questions.is_empty() { w.sees } else { format!("{} {}", w.sees, questions.join(" · ")) };
            (Some(w.who), sees)
        });
        Self {
            lang: language.code(),
            dir: language.direction(),
            site_dir: if instance.contact.has(language) { language } else { Language::Fi }.direction(),
            document: format!("{} – {}", form.title().in_language(language), instance.name.value.in_language(language)),
            author: instance.office.name.in_language(language).to_owned(),
            notice: instance.notice.as_ref().map(|n| n.in_language(language).to_owned()),
            kicker: instance.name.value.in_language(language).to_owned(),
            title: form.title().in_language(language).to_owned(),
            lead: form.lead().in_language(language).to_owned(),
            steps: [
                m.get("paper.sheet_open").to_owned(),
                m.get("paper.sheet_answer").to_owned(),
                m.get("paper.sheet_sent").to_owned(),
            ],
            others: others
                .map(|l| OtherLanguage {
                    lang: l.code(),
                    name: l.own_name(),
                    title: form.title().in_language(l).to_owned(),
                })
                .collect(),
            shared: shared.then(|| m.get("paper.sheet_shared")),
            who: Panel { title: who_title(form, m).to_owned(), lines: who.collect() },
            beside,
            contact: Panel::plain(
                m.get("form.questions_title"),
                vec![instance.contact.in_language(language).to_owned()],
            ),
            codes: links.iter().map(|link| WebView::of(link, language)).collect(),
            mark: form.id().to_owned(),
            substituted: m.get("report.substituted"),
            printed_on,
        }
    }

    /// The day that the document bears.
    #[must_use]
    pub fn printed_on(&self) -> Date {
        self.printed_on
    }
}
