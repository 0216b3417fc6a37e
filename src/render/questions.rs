//! The page of questions: empty, prefilled, or with what was given and every mistake.

use super::form::FormFrame;
use crate::content::form_html;
use crate::form::{Circumstances, Form, FormPage, Kind, Party, Question, Visibility};
use crate::submission::{Asking as Asked, Fault, Mistake, RawAnswers, Submission, asking, item_count, previous_page};
use crate::text::{Language, Messages, told_date};
use serde::Serialize;
use std::collections::BTreeMap;

/// A text of at most so many characters gets a low field.
/// Parts from which on a form on one screen has a list of them, and is saved part by part.
const PARTS: usize = 5;
const SHORT_TEXT: usize = 300;

/// An item that was just removed and can be brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Its group.
    pub group: String,
    /// Its place, counted from 1.
    pub n: usize,
    /// What stood in it, by question id.
    pub item: RawAnswers,
}

impl Removed {
    /// What the names of the hidden fields begin with in which it waits on the page.
    pub const PREFIX: &'static str = "removed.";
}

/// The offer to bring it back.
#[derive(Clone, Debug, Serialize)]
struct Undo {
    told: String,
    place: String,
    fields: Vec<(String, String)>,
}

/// What the fields hold when the page is made.
#[derive(Clone, Copy, Debug)]
pub struct Filled<'a> {
    /// What stands in the fields.
    pub given: &'a RawAnswers,
    /// What stood in them before anybody wrote anything; told beside the question.
    pub known: &'a RawAnswers,
    /// What is wrong.
    pub mistakes: &'a [Mistake],
    /// What the last button removed.
    pub removed: Option<&'a Removed>,
}

/// Which part of a form a page shows, to whom.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The page, counted from 0; none for all of them on one screen.
    pub page: Option<usize>,
    /// What is known of the case.
    pub circumstances: &'a Circumstances,
    /// True when the reader came from the answers to be checked and goes back there.
    pub then_check: bool,
    /// True for somebody who keys in what stands on paper.
    pub keying: bool,
}

/// A field that travels on unseen.
#[derive(Clone, Debug, Serialize)]
struct Carried {
    name: String,
    value: String,
}

#[derive(Clone, Debug, Serialize)]
struct Option_ {
    id: String,
    code: String,
    label: String,
    apart: bool,
    chosen: bool,
    /// Its number as paper shows it, for whoever keys it in.
    number: Option<usize>,
}

#[derive(Clone, Debug, Serialize)]
struct QuestionView {
    /// The name of the field, also its id on the page.
    id: String,
    /// `radio`, `checkbox`, `text`, `line`, `group` or `information`.
    control: &'static str,
    /// True when it hangs on an answer of the same page.
    depends: bool,
    /// The words of an information, as HTML.
    html: String,
    /// True for what is written from left to right in any language: numbers, addresses, days.
    ltr: bool,
    /// How browsers fill the field in for people: `email`, `tel` or `off`.
    autocomplete: &'static str,
    /// True for a text of a line or two.
    short: bool,
    /// What keyboard a phone shows for a line.
    keyboard: &'static str,
    text: String,
    hint: Option<String>,
    unit: Option<String>,
    required: bool,
    visibility_note: Option<String>,
    options: Vec<Option_>,
    value: String,
    error: Option<String>,
    /// True while the field holds what was filled in beforehand.
    prefilled: bool,
    items: Vec<ItemView>,
    undo: Option<Undo>,
    /// The button that adds an item; none when there is no room for another.
    add: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct ItemView {
    heading: String,
    number: usize,
    questions: Vec<QuestionView>,
    /// The button that removes it.
    remove: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Section {
    /// The page it is, counted from 1.
    part: usize,
    /// True when all of it hangs on an answer of the same screen.
    depends: bool,
    title: String,
    hint: Option<String>,
    questions: Vec<QuestionView>,
}

#[derive(Clone, Debug, Serialize)]
struct ErrorLink {
    href: String,
    text: String,
}

/// The questions with what is in their fields and every mistake.
#[derive(Clone, Debug, Serialize)]
pub struct QuestionsView {
    frame: FormFrame,
    nonce: String,
    errors_title: Option<String>,
    errors: Vec<ErrorLink>,
    sections: Vec<Section>,
    /// The page as its number, counted from 1; none when everything stands on one screen.
    page: Option<usize>,
    /// The page before it, counted from 1.
    previous: Option<usize>,
    /// Where the reader is, such as "2/5".
    progress: Option<String>,
    /// Answers of the other pages.
    carried: Vec<Carried>,
    then_check: bool,
    /// Said to whoever keys in a paper form.
    keying: Option<&'static str>,
    /// The words of the button.
    go_on: &'static str,
    /// Address of the stylesheet that hides what is not asked.
    conditions: Option<String>,
    /// True where everything stands on one screen and is saved part by part.
    saves: bool,
    /// When it was saved last.
    saved: Option<String>,
    /// True for those who fill many of these at a desk: choices stand side by side there.
    compact: bool,
}

struct Asking<'a> {
    filled: Filled<'a>,
    asked: BTreeMap<String, Asked>,
    /// True when choices show their codes, as paper does.
    codes: bool,
    /// True when what was known beforehand comes from the case, not from the form.
    from_case: bool,
    m: Messages,
}

impl QuestionsView {
    /// The form with what is `filled` into its fields and every mistake told. Of a page, `mistakes` are its own.
    #[must_use]
    pub fn new(
        frame: FormFrame,
        form: &Form,
        nonce: &str,
        filled: Filled<'_>,
        shown: Shown<'_>,
        language: Language,
    ) -> Self {
        let m = Messages::of(language);
        let answers = Submission::understood(filled.given, form, shown.circumstances).answers;
        let pages = shown.page.map_or(0..form.pages().len(), |n| n..n + 1);
        let asked = asking(form, pages.clone(), &answers, shown.circumstances);
        let some_depend = asked.values().any(|a| *a == Asked::Depends);
        let from_case = form.party() == Party::Coach || shown.keying;
        let asking = Asking { filled, asked, codes: shown.keying, from_case, m };
        let errors: Vec<ErrorLink> = filled.mistakes.iter().map(|e| asking.error_link(form, e)).collect();
        let errors_title = match errors.len() {
            0 => None,
            1 => Some(m.get("form.errors_title_one").to_owned()),
            n => Some(m.fill("form.errors_title_many", &[("n", &n.to_string())])),
        };
        let section = |(n, p): (usize, &FormPage)| {
            let questions: Vec<QuestionView> = p.questions.iter().filter_map(|q| asking.question(q, &q.id)).collect();
            Section {
                part: n + 1,
                depends: p.ask_if.is_some() && questions.iter().all(|q| q.depends),
                title: p.title.in_language(language).to_owned(),
                hint: p.hint.as_ref().map(|h| h.in_language(language).to_owned()),
                questions,
            }
        };
        let shown_pages = pages.clone().zip(&form.pages()[pages.clone()]);
        let sections = shown_pages.map(section).filter(|s| !s.questions.is_empty()).collect();
        let here = |field: &str| {
            let root = field.split('.').next().unwrap_or_default();
            form.pages()[pages.clone()].iter().any(|p| p.questions.iter().any(|q| q.id == root))
        };
        let carried = filled.given.iter().filter(|(name, _)| !here(name) && form.asked(name).is_some());
        let carried = carried
            .flat_map(|(name, values)| values.iter().map(|v| Carried { name: name.clone(), value: v.clone() }))
            .collect();
        let previous = shown.page.and_then(|n| previous_page(form, n, &answers, shown.circumstances));
        let saves = shown.page.is_none() && !shown.keying && form.party() == Party::Coach && pages.len() >= PARTS;
        let go_on = match shown.page {
            None if saves && form.is_closing_report() => "sent_report.check",
            Some(n) if n + 1 < form.pages().len() && !shown.then_check => "form.next",
            _ => "form.check",
        };
        Self {
            frame,
            nonce: nonce.to_owned(),
            errors_title,
            errors,
            sections,
            page: shown.page.map(|n| n + 1),
            previous: previous.map(|n| n + 1),
            progress: shown.page.map(|n| {
                let (n, total) = ((n + 1).to_string(), form.pages().len().to_string());
                m.fill("form.progress", &[("n", &n), ("total", &total)])
            }),
            carried,
            then_check: shown.then_check,
            keying: shown.keying.then(|| m.get("form.keying")),
            go_on: m.get(go_on),
            saves,
            saved: None,
            conditions: some_depend.then(|| conditions_path(form)),
            compact: form.party() == Party::Coach || shown.keying,
        }
    }
}

impl QuestionsView {
    /// The same with when it was saved last, as readers are told it.
    #[must_use]
    pub fn saved(self, saved: Option<String>) -> Self {
        Self { saved: saved.filter(|_| self.saves), ..self }
    }
}

/// Where the stylesheet of a form's conditions is served; another version has another address.
#[must_use]
pub fn conditions_path(form: &Form) -> String {
    format!("/form/{}-{}.css", form.id(), &form.version().as_str()[..12])
}

impl Asking<'_> {
    fn error_link(&self, form: &Form, mistake: &Mistake) -> ErrorLink {
        match form.asked(&mistake.question) {
            // The link leads to the first control of the question.
            Some(q) => {
                let field = &mistake.question;
                let href = q.offered().next().map_or_else(|| format!("#{field}"), |c| format!("#{field}-{}", c.code));
                let item = match field.split('.').collect::<Vec<_>>().as_slice() {
                    [group, n, _] => form
                        .asked(group)
                        .and_then(|g| g.item.as_ref())
                        .map(|item| format!("{} {n}: ", item.in_language(self.m.language()))),
                    _ => None,
                };
                let text = q.text.in_language(self.m.language());
                let message = self.told(q, &mistake.fault);
                ErrorLink { href, text: format!("{}{text} {message}", item.unwrap_or_default()) }
            }
            None => ErrorLink { href: "#sisalto".to_owned(), text: mistake_message(&mistake.fault, self.m) },
        }
    }

    /// The question in its field; none when it is not asked.
    fn question(&self, q: &Question, field: &str) -> Option<QuestionView> {
        let asked = self.asked.get(&q.id).copied().unwrap_or(Asked::Yes);
        if asked == Asked::No {
            return None;
        }
        let language = self.m.language();
        let values = self.filled.given.get(field).map_or(&[][..], Vec::as_slice);
        let prefilled = self.from_case && self.filled.known.get(field).is_some_and(|known| known == values);
        let chosen = |code: &str| values.iter().any(|v| v == code);
        let told = self.filled.mistakes.iter().find(|e| e.question == field);
        let (items, add) = self.items(q);
        let information = q.kind == Kind::Information;
        Some(QuestionView {
            id: field.to_owned(),
            // What is wrong is seen, whatever the page thinks of it.
            depends: asked == Asked::Depends && told.is_none() && !self.told_inside(field),
            html: if information { form_html(q.text.in_language(language)) } else { String::new() },
            ltr: matches!(q.kind, Kind::Number { .. } | Kind::Date | Kind::Month | Kind::Email | Kind::Phone),
            autocomplete: "off",
            control: match q.kind {
                Kind::Many | Kind::Consent => "checkbox",
                Kind::Information => "information",
                // No line to sign stands on a screen.
                Kind::Signature => "none",
                Kind::Text(_) if q.short => "line",
                Kind::Text(_) => "text",
                Kind::Number { .. } | Kind::Date | Kind::Month | Kind::Email | Kind::Phone => "line",
                Kind::Group { .. } => "group",
                Kind::One | Kind::Agreement(_) | Kind::Grade | Kind::Scale { .. } | Kind::YesNo => "radio",
            },
            short: matches!(q.kind, Kind::Text(limit) if limit <= SHORT_TEXT),
            keyboard: match q.kind {
                Kind::Number { decimals: 0, .. } => "numeric",
                Kind::Number { .. } => "decimal",
                Kind::Email => "email",
                Kind::Phone => "tel",
                _ => "text",
            },
            text: q.text.in_language(language).to_owned(),
            hint: self.hint(q),
            unit: q.unit.as_ref().map(|u| u.in_language(language).to_owned()),
            required: q.required,
            visibility_note: (q.visibility == Visibility::Statistics)
                .then(|| self.m.get("form.only_counted").to_owned()),
            options: q
                .choices
                .iter()
                // What was chosen while it was offered stays.
                .filter(|c| !c.retired || chosen(&c.code))
                .enumerate()
                .map(|(i, c)| Option_ {
                    number: self.codes.then_some(i + 1),
                    id: format!("{field}-{}", c.code),
                    code: c.code.clone(),
                    label: c.label.in_language(language).to_owned(),
                    apart: c.apart,
                    chosen: chosen(&c.code),
                })
                .collect(),
            value: values.first().cloned().unwrap_or_default(),
            error: told.map(|e| self.told(q, &e.fault)),
            prefilled,
            items,
            undo: self.filled.removed.filter(|r| r.group == field).map(|r| self.undo(q, r)),
            add,
        })
    }

    /// True when something is wrong in an item of that group.
    fn told_inside(&self, group: &str) -> bool {
        self.filled.mistakes.iter().any(|m| m.question.strip_prefix(group).is_some_and(|rest| rest.starts_with('.')))
    }

    /// The words of a mistake in the answer to that question.
    fn told(&self, q: &Question, fault: &Fault) -> String {
        let none = q.choices.iter().find(|c| c.apart).map_or("", |c| c.label.in_language(self.m.language()));
        mistake_message(fault, self.m).replace("{none}", none)
    }

    /// The form's own hint, and how to write a day.
    fn hint(&self, q: &Question) -> Option<String> {
        let own = q.hint.as_ref().map(|h| h.in_language(self.m.language()));
        let general = match q.kind {
            Kind::Date => Some(self.m.get("form.date_hint")),
            Kind::Month => Some(self.m.get("form.month_hint")),
            _ => None,
        };
        let parts: Vec<&str> = own.into_iter().chain(general).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    fn undo(&self, group: &Question, removed: &Removed) -> Undo {
        let name = group.item.as_ref().map_or("", |t| t.in_language(self.m.language()));
        let fields = removed.item.iter().flat_map(|(id, values)| {
            values.iter().map(move |value| (format!("{}{id}", Removed::PREFIX), value.clone()))
        });
        Undo {
            told: self.m.fill("form.item_removed", &[("item", &format!("{name} {}", removed.n))]),
            place: format!("{}.{}", removed.group, removed.n),
            fields: fields.collect(),
        }
    }

    fn items(&self, q: &Question) -> (Vec<ItemView>, Option<String>) {
        let Kind::Group { min, max } = q.kind else { return (Vec::new(), None) };
        let language = self.m.language();
        let count = item_count(self.filled.given, q).max(min).min(max);
        let name = q.item.as_ref().map_or("", |t| t.in_language(language));
        let item = |n: usize| ItemView {
            heading: format!("{name} {n}"),
            number: n,
            questions: q.questions.iter().filter_map(|inner| self.question(inner, &q.field(n, &inner.id))).collect(),
            remove: (count > min || min == 0)
                .then(|| self.m.fill("form.remove_item", &[("item", &format!("{name} {n}"))])),
        };
        let add = q.add.as_ref().filter(|_| count < max).map(|t| t.in_language(language).to_owned());
        ((1..=count).map(item).collect(), add)
    }
}

/// What is wrong and what to do, in the respondent's language.
#[must_use]
pub fn mistake_message(fault: &Fault, m: Messages) -> String {
    match fault {
        Fault::Missing => m.get("mistake.missing").to_owned(),
        Fault::UnknownChoice => m.get("mistake.unknown_choice").to_owned(),
        Fault::OneOnly => m.get("mistake.one_only").to_owned(),
        Fault::NoneWithOthers => m.get("mistake.none_with_others").to_owned(),
        Fault::TooLong { length, limit } => {
            m.fill("mistake.too_long", &[("length", &length.to_string()), ("limit", &limit.to_string())])
        }
        Fault::NotANumber { decimals: 0 } => m.get("mistake.not_a_whole_number").to_owned(),
        Fault::NotANumber { .. } => m.get("mistake.not_a_number").to_owned(),
        Fault::OutOfRange { min, max } => {
            m.fill("mistake.out_of_range", &[("min", &min.to_string()), ("max", &max.to_string())])
        }
        Fault::NotADate => m.get("mistake.not_a_date").to_owned(),
        Fault::NotAMonth => m.get("mistake.not_a_month").to_owned(),
        Fault::TooEarly { earliest } => m.fill("mistake.too_early", &[("date", &told_date(*earliest, m.language()))]),
        Fault::TooLate { latest } => m.fill("mistake.too_late", &[("date", &told_date(*latest, m.language()))]),
        Fault::NotAnAddress => m.get("mistake.not_an_address").to_owned(),
        Fault::NotAPhone => m.get("mistake.not_a_phone").to_owned(),
        Fault::TooFewChoices { least } => m.fill("mistake.too_few_choices", &[("least", &least.to_string())]),
        Fault::TooManyChoices { most } => m.fill("mistake.too_many_choices", &[("most", &most.to_string())]),
        Fault::NotCollected => m.get("mistake.not_collected").to_owned(),
        Fault::TooManyItems { max } => m.fill("mistake.too_many_items", &[("max", &max.to_string())]),
        Fault::NoReason { cap } => m.fill("mistake.over_cap_reason", &[("cap", &cap.to_string())]),
        Fault::IdentityCode => m.get("mistake.identity_code").to_owned(),
        Fault::UnknownQuestion => m.get("mistake.unknown_question").to_owned(),
    }
}
