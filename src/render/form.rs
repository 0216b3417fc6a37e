//! The pages around the questions of a form: explanation, receipt, refusals.

use super::page::Link;
use super::who::{Who, voluntary, who_sees, who_title};
use crate::case::CaseFile;
use crate::form::{Form, Party};
use crate::instance::Instance;
use crate::text::{Language, Messages, told_date};
use serde::Serialize;
use serde_json::Value;

/// A language that the page can be read in.
#[derive(Clone, Debug, Serialize)]
struct LanguageChoice {
    code: &'static str,
    name: &'static str,
    current: bool,
}

/// Frame of a form's pages.
#[derive(Clone, Debug, Serialize)]
pub struct FormFrame {
    lang: &'static str,
    /// `ltr` or `rtl`.
    dir: &'static str,
    /// The language of what has no words in the reader's, such as the name of the office.
    site_lang: &'static str,
    site_name: String,
    notice: Option<String>,
    contact: String,
    form_title: String,
    /// Which coaching it is about.
    about: Option<About>,
    /// Address of the invitation, `/f/<token>`.
    base: String,
    /// What keeps the language on the way to the next page.
    query: String,
    /// Pages of the site that concern every respondent, such as the privacy notice.
    links: Vec<Link>,
    /// The languages; empty when there is one.
    languages: Vec<LanguageChoice>,
    /// The desk at which the form was opened, if it was opened at one.
    desk: Option<String>,
    t: &'static Value,
}

impl FormFrame {
    /// An address under the form's, in its language.
    pub(super) fn under(&self, verb: &str) -> String {
        format!("{}/{verb}{}", self.base, self.query)
    }

    /// The frame for a form under the address `base`.
    #[must_use]
    pub fn new(instance: &Instance, title: &str, base: String, language: Language) -> Self {
        Self::in_languages(instance, title, base, &instance.languages.value, language)
    }

    /// The same for a form that can be read in `known` languages.
    #[must_use]
    pub fn in_languages(
        instance: &Instance,
        title: &str,
        base: String,
        known: &[Language],
        language: Language,
    ) -> Self {
        let choice = |l: &Language| LanguageChoice { code: l.code(), name: l.own_name(), current: *l == language };
        let several = known.len() > 1;
        Self {
            lang: language.code(),
            dir: language.direction(),
            site_lang: if instance.name.value.has(language) { language.code() } else { Language::Fi.code() },
            site_name: instance.name.value.in_language(language).to_owned(),
            notice: instance.notice.as_ref().map(|n| n.in_language(language).to_owned()),
            contact: instance.contact.in_language(language).to_owned(),
            form_title: title.to_owned(),
            about: None,
            base,
            query: if several { format!("?lang={}", language.code()) } else { String::new() },
            links: Vec::new(),
            languages: if several { known.iter().map(choice).collect() } else { Vec::new() },
            desk: None,
            t: Messages::of(language).tree(),
        }
    }

    /// The same with the way back to the desk at which the form was opened.
    #[must_use]
    pub fn desk(self, desk: Option<String>) -> Self {
        Self { desk, ..self }
    }

    /// The same with links in the footer.
    #[must_use]
    pub fn links(self, links: Vec<Link>) -> Self {
        Self { links, ..self }
    }

    /// The same, telling which coaching it is about.
    #[must_use]
    pub fn about(self, about: Option<About>) -> Self {
        Self { about, ..self }
    }
}

/// Which coaching a form is about, as far as the one who is asked may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    pub(super) label: &'static str,
    pub(super) text: String,
}

impl About {
    /// Coaches and officers, who have several cases, are told the number; employers and colleagues when
    /// the coaching ended and who gave it, which they know. Clients have one and are told nothing.
    #[must_use]
    pub fn of(case: &CaseFile, party: Party, instance: &Instance, language: Language) -> Option<Self> {
        let m = Messages::of(language);
        match party {
            Party::Client => None,
            Party::Coach | Party::Purchaser => {
                let own = case.imported_number().map_or_else(String::new, |own| format!(" ({own})"));
                let mut text = format!("{}{own}", case.number());
                if let (Party::Coach, Some(ending)) = (party, case.ending()) {
                    let day = |d| told_date(d, language);
                    let (since, started) = (day(case.opening().client_since), day(case.opening().coaching_started));
                    let ended = day(ending.on);
                    let days = [("since", since.as_str()), ("started", &started), ("ended", &ended)];
                    text.push_str(&m.fill("form.case_days", &days));
                }
                Some(Self { label: m.get("report.case"), text })
            }
            Party::Employer | Party::Community => {
                let ended = told_date(case.ending()?.on, language);
                let provider = instance.provider.name.in_language(language);
                let text = m.fill("form.coaching_ended", &[("date", &ended), ("provider", provider)]);
                Some(Self { label: m.get("form.about_coaching"), text })
            }
        }
    }
}

/// The page before the first question.
#[derive(Clone, Debug, Serialize)]
pub struct ExplanationView {
    frame: FormFrame,
    lead: String,
    count: String,
    why: String,
    who: Vec<Who>,
    /// Said to those who may decline: a report is the coach's duty.
    voluntary: Option<&'static str>,
    who_title: &'static str,
    open_until: String,
    /// How long what is typed is kept before it is sent.
    kept: String,
    unfinished: Option<UnfinishedView>,
    /// True for a coach, who tells on another page whom else to ask.
    invites: bool,
    /// True for a client who reads the closing report first.
    reads: bool,
}

/// A draft with which the reader can go on.
#[derive(Clone, Copy, Debug)]
pub struct Unfinished<'a> {
    /// Its nonce.
    pub nonce: &'a str,
    /// The page to go on with, counted from 0; none where there is one screen.
    pub page: Option<usize>,
    /// The last day on which it is kept.
    pub until: &'a str,
    /// True when it stands in this browser alone.
    pub shared: bool,
}

#[derive(Clone, Debug, Serialize)]
struct UnfinishedView {
    nonce: String,
    href: String,
    told: String,
}

impl ExplanationView {
    /// Tells who sees what, drawn from the form itself so that it cannot say otherwise.
    #[must_use]
    pub fn new(frame: FormFrame, form: &Form, open_until: &str, language: Language) -> Self {
        let m = Messages::of(language);
        Self {
            frame,
            lead: form.lead().in_language(language).to_owned(),
            count: count(form, m),
            why: form.why().in_language(language).to_owned(),
            who: who_sees(form, m),
            voluntary: voluntary(form, m),
            who_title: who_title(form, m),
            open_until: m.fill("form.open_until", &[("date", open_until)]),
            kept: String::new(),
            unfinished: None,
            invites: form.is_closing_report(),
            reads: form.is_reading(),
        }
    }

    /// The same, telling for how many days a draft is kept; behind a shared link in the browser only.
    #[must_use]
    pub fn drafts(self, days: i64, shared: bool, language: Language) -> Self {
        let key = if shared { "form.kept_shared" } else { "form.kept" };
        Self { kept: Messages::of(language).fill(key, &[("days", &days.to_string())]), ..self }
    }

    /// The same for a reader who has begun before.
    #[must_use]
    pub fn unfinished(self, draft: Unfinished<'_>, language: Language) -> Self {
        let key = if draft.shared { "form.unfinished_shared" } else { "form.unfinished" };
        let mark = if self.frame.query.is_empty() { "?" } else { "&" };
        let page = draft.page.map_or_else(String::new, |n| format!("{mark}page={}", n + 1));
        let href = format!("{}/answer{}{page}", self.frame.base, self.frame.query);
        let told = Messages::of(language).fill(key, &[("date", draft.until)]);
        Self { unfinished: Some(UnfinishedView { nonce: draft.nonce.to_owned(), href, told }), ..self }
    }
}

/// How many questions there are; what may fall away is counted as "at most".
fn count(form: &Form, m: Messages) -> String {
    let asked = || form.questions().filter(|q| q.asks() && q.on_web());
    let conditional = asked().any(|q| form.is_conditional(&q.id));
    let key = if conditional { "form.count_at_most" } else { "form.count" };
    m.fill(key, &[("n", &asked().count().to_string())])
}

/// The page after the answers are stored.
#[derive(Clone, Debug, Serialize)]
pub struct ReceiptView {
    frame: FormFrame,
    thanks: &'static str,
    code: String,
    stored_at: String,
    after: Vec<String>,
    results_href: Option<String>,
    /// True for a coach, who tells on another page whom else to ask.
    invites: bool,
    /// Where somebody who filled it in at a desk goes back to.
    back: Option<String>,
}

impl ReceiptView {
    /// The receipt of a stored submission.
    #[must_use]
    pub fn new(
        frame: FormFrame,
        form: &Form,
        code: &str,
        stored_at: String,
        results_href: Option<String>,
        language: Language,
    ) -> Self {
        let after = form.after().iter().map(|t| t.in_language(language).to_owned()).collect();
        let report = form.is_closing_report();
        let thanks = Messages::of(language).get(if report { "form.thanks_report" } else { "form.thanks" });
        Self { frame, thanks, code: code.to_owned(), stored_at, after, results_href, invites: report, back: None }
    }

    /// The same with the way back to the desk at which it was filled in.
    #[must_use]
    pub fn back(self, back: Option<String>) -> Self {
        Self { back, ..self }
    }
}

/// A page that says why nothing can be answered here, or what went wrong.
#[derive(Clone, Debug, Serialize)]
pub struct ClosedView {
    frame: FormFrame,
    heading: String,
    text: String,
    /// Where a short code is typed in, when that may be what is wanted.
    code_href: Option<String>,
    /// Where a coach whose report was sent tells whom else to ask.
    invite_href: Option<String>,
}

impl ClosedView {
    /// The texts under `closed.<key>` of the catalogue.
    #[must_use]
    pub fn new(frame: FormFrame, key: &str, language: Language) -> Self {
        let m = Messages::of(language);
        let code_href = (key == "not_found").then(|| format!("/f?lang={}", language.code()));
        Self {
            frame,
            code_href,
            invite_href: None,
            heading: m.get(&format!("closed.{key}")).to_owned(),
            text: m.get(&format!("closed.{key}_text")).to_owned(),
        }
    }

    /// The same with the way to the page on which a coach tells whom else to ask.
    #[must_use]
    pub fn inviting(self, href: String) -> Self {
        Self { invite_href: Some(href), ..self }
    }
}

/// The page on which the short code of a paper form is typed in.
#[derive(Clone, Debug, Serialize)]
pub struct CodeView {
    frame: FormFrame,
    value: String,
    error: Option<&'static str>,
}

impl CodeView {
    /// The empty page, or the one that tells what is wrong with what was typed.
    #[must_use]
    pub fn new(frame: FormFrame, wrong: Option<&str>, language: Language) -> Self {
        let error = wrong.map(|_| Messages::of(language).get("form.code_wrong"));
        Self { frame, value: wrong.unwrap_or_default().to_owned(), error }
    }
}
