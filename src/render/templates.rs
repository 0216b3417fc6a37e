//! The templates, embedded in the binary; files of the instance win.

use crate::text::{Code, Diagnostic, Diagnostics, Position};
use serde::Serialize;
use std::collections::BTreeMap;
use tera::{Context, Tera};

macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name)))),*]
    };
}

/// Every template by name; a test compares the list with the folder.
pub const TEMPLATES: &[(&str, &str)] = embed![
    "form/agreed.html",
    "form/base.html",
    "form/check.html",
    "form/closed.html",
    "form/code.html",
    "form/components.html",
    "form/explanation.html",
    "form/inviting-page.html",
    "form/inviting.html",
    "form/paper.typ",
    "form/preview.html",
    "form/qr-sheet.typ",
    "form/questions.html",
    "form/reading.html",
    "form/receipt.html",
    "mail/invitation-body.html",
    "mail/invitation-body.txt",
    "mail/invitation-subject.txt",
    "mail/notice-body.html",
    "mail/notice-body.txt",
    "mail/notice-subject.txt",
    "report/closing.html",
    "report/closing.typ",
    "report/components.html",
    "report/interim.html",
    "site/base.html",
    "site/choose.html",
    "site/components.html",
    "site/earlier.html",
    "site/figure.svg",
    "site/figures.html",
    "site/front.html",
    "site/comparison.html",
    "site/indicators.html",
    "site/methods.html",
    "site/open-data.html",
    "site/prose.html",
    "staff/base.html",
    "staff/enter.html",
    "staff/remove-staff.html",
    "staff/sign-in-asked.html",
    "staff/sign-in.html",
    "staff/case.html",
    "staff/cases.html",
    "staff/desk-form.html",
    "staff/fields.html",
    "staff/filled.html",
    "staff/form-ways.html",
    "staff/inviting.html",
    "staff/correct.html",
    "staff/sent-report.html",
    "staff/signed-out.html",
    "staff/staff.html",
    "staff/figures.html",
    "staff/import.html",
    "staff/overview.html",
    "staff/releases.html",
    "staff/try.html",
    "staff/not-done.html",
    "staff/report.html",
    "staff/reports.html",
    "staff/to-read.html",
];

/// The one style sheet of site, forms and reports.
pub const STYLE: &str = include_str!("../../templates/palaute.css");

/// Rendering failed; says which template, and the cause for the log only.
#[derive(Debug, thiserror::Error)]
#[error("the template {template} could not be filled")]
pub struct RenderError {
    template: String,
    #[source]
    source: tera::Error,
}

/// The embedded template of that name.
pub(super) fn embedded(name: &str) -> &'static str {
    TEMPLATES.iter().find(|(n, _)| *n == name).map_or("", |(_, text)| text)
}

/// Fills templates.
#[derive(Debug)]
pub struct Renderer {
    tera: Tera,
}

impl Renderer {
    /// Reads the embedded templates, with `own` files of the instance in place of those of the same name.
    ///
    /// # Errors
    /// A template that does not parse, with its place, or a file whose name is no template's.
    pub fn new(own: &BTreeMap<String, String>) -> Result<Self, Diagnostics> {
        let known = |name: &String| TEMPLATES.iter().any(|(n, _)| n == name);
        let strangers: Vec<Diagnostic> = own
            .keys()
            .filter(|name| !known(name))
            .map(|name| {
                Diagnostic::new(
                    Code::TemplateName,
                    (&format!("templates/{name}"), ""),
                    Position::START,
                    "no page uses a template of this name",
                    "name it like the one it replaces",
                )
            })
            .collect();
        if !strangers.is_empty() {
            return Err(Diagnostics(strangers));
        }
        let mut tera = Tera::new();
        // The default list lacks .svg; an unescaped HTML template would be a hole, so a test checks it.
        tera.autoescape_on([".html", ".htm", ".xml", ".svg"].to_vec());
        // What is printed is in Typst's language, and read by the printer.
        let filled = TEMPLATES.iter().filter(|(name, _)| !name.ends_with(".typ"));
        let all = filled.map(|(name, text)| (*name, own.get(*name).map_or(*text, String::as_str)));
        tera.add_raw_templates(all).map_err(|e| {
            let problem = e.to_string();
            Diagnostics(vec![Diagnostic::new(
                Code::Template,
                ("templates", ""),
                Position::START,
                problem,
                "correct the template; the embedded one serves as a model",
            )])
        })?;
        Ok(Self { tera })
    }

    /// Fills the template of that name.
    ///
    /// # Errors
    /// When the context lacks something the template names.
    pub fn fill(&self, template: &str, context: &impl Serialize) -> Result<String, RenderError> {
        let told = |source| RenderError { template: template.to_owned(), source };
        let context = Context::from_serialize(context).map_err(told)?;
        self.tera.render(template, &context).map_err(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_file_of_the_template_folder_is_embedded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let mut found = BTreeSet::new();
        for folder in ["form", "report", "site", "mail", "staff"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                found.insert(format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()));
            }
        }
        let listed: BTreeSet<String> = TEMPLATES.iter().map(|(n, _)| (*n).to_owned()).collect();
        assert_eq!(found, listed);
    }

    #[test]
    fn html_templates_escape_and_none_switches_it_off_but_for_rendered_markdown() {
        let renderer = Renderer::new(&BTreeMap::new()).unwrap();
        assert!(renderer.tera.contains_template("form/questions.html"));
        for (name, text) in TEMPLATES.iter().filter(|(n, _)| [".html", ".svg"].iter().any(|e| n.ends_with(e))) {
            for part in text.split("| safe").skip(1) {
                let before = &text[..text.len() - part.len() - 6];
                let allowed = ["page.html", "q.html", "{{ style"].iter().any(|end| before.trim_end().ends_with(end));
                assert!(
                    allowed,
                    "{name}: only Markdown that content/ made safe and the style sheet are printed as they are"
                );
            }
        }
        let mut own = BTreeMap::new();
        own.insert("form/closed.html".to_owned(), "{{ x }}".to_owned());
        let renderer = Renderer::new(&own).unwrap();
        let filled = renderer.fill("form/closed.html", &BTreeMap::from([("x", "<script>")])).unwrap();
        assert_eq!(filled, "&lt;script&gt;");
    }

    #[test]
    fn a_template_of_an_unknown_name_or_with_a_mistake_is_told() {
        let own = BTreeMap::from([("form/nope.html".to_owned(), String::new())]);
        assert!(Renderer::new(&own).unwrap_err().to_string().contains("no page uses"));
        let own = BTreeMap::from([("form/closed.html".to_owned(), "{% if %}".to_owned())]);
        assert!(Renderer::new(&own).unwrap_err().to_string().contains("form/closed.html"));
    }
}
