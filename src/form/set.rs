//! The forms of an instance, read together: what one form says of another is checked here.

use super::raw::{QuestionType, RawForm, RawPage, RawPrefill, RawQuestion};
use super::{Collect, Form, Party, Visibility, lint, translation};
use crate::instance::Instance;
use crate::text::{Diagnostic, Position, read_yaml};

/// The text of a form's file, and of the files that translate it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormFile {
    /// Its name as its author would write it.
    pub file: String,
    /// The YAML.
    pub source: String,
    /// Files of translations, `forms/<id>.<language>.yaml`: name and YAML.
    pub translations: Vec<(String, String)>,
}

/// Forms that are right, and everything that is to be told of them and of the others.
#[derive(Debug, Default)]
pub struct FormSet {
    /// The forms without a mistake, in the order of their files.
    pub forms: Vec<Form>,
    /// Every mistake, file by file.
    pub found: Vec<Diagnostic>,
}

impl FormSet {
    /// Reads all forms. A form that asks the questions of another takes its pages from it.
    #[must_use]
    pub fn read(files: &[FormFile], instance: Option<&Instance>) -> Self {
        let mut set = Self::default();
        let mut raws: Vec<(&FormFile, RawForm)> = Vec::new();
        for file in files {
            match read_yaml(&file.file, &file.source) {
                Ok(raw) => raws.push((file, raw)),
                Err(mistakes) => set.found.extend(mistakes.0),
            }
        }
        set.found.extend(translation::merge(&mut raws));
        let mut read = Vec::new();
        for (file, raw) in &raws {
            let pair = raw
                .pair_of
                .as_ref()
                .and_then(|p| raws.iter().find(|(_, r)| r.id.value == p.value && r.pair_of.is_none()));
            let pages: Vec<RawPage> = pair.map_or(&raw.pages, |(_, r)| &r.pages).clone();
            let party = raw.party.as_ref().or_else(|| pair.and_then(|(_, r)| r.party.as_ref())).map(|p| p.value);
            let mistakes = lint::mistakes(raw, pair.map(|(_, r)| r), (&file.file, &file.source), instance);
            read.push((mistakes.is_empty(), party, pages));
            set.found.extend(mistakes);
        }
        set.found.extend(across(&raws));
        for ((file, raw), (right, party, pages)) in raws.into_iter().zip(read) {
            if let (true, Some(party)) = (right, party)
                && set.found.iter().all(|d| d.file != file.file)
            {
                set.forms.push(Form::from_raw(raw, party, pages, instance));
            }
        }
        set
    }

    /// The form of that id.
    #[must_use]
    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|f| f.id() == id)
    }
}

/// What one form says that another makes wrong.
fn across(raws: &[(&FormFile, RawForm)]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (i, (file, raw)) in raws.iter().enumerate() {
        let mut tell = |at: Position, problem: String, remedy: &str| {
            found.push(Diagnostic::new(&file.file, &file.source, at, problem, remedy));
        };
        let party = |raw: &RawForm| raw.party.as_ref().map(|p| p.value);
        let clash = |other: &&(&FormFile, RawForm), q: &RawQuestion| {
            party(&other.1) == party(raw) && ids(&other.1).any(|id| id == q.id.value)
        };
        for q in raw.pages.iter().flat_map(|p| &p.questions) {
            if let Some((other, _)) = raws[..i].iter().find(|o| clash(o, q)) {
                let problem = format!("the question id `{}` stands in {}, too", q.id.value, other.file);
                let remedy = "give the forms of one party question ids of their own: tables are named by them";
                tell(Position::of(&q.id), problem, remedy);
            }
            if let Some(prefill) = &q.prefill
                && let RawPrefill { form: Some(form), question: Some(question), .. } = &prefill.value
            {
                let source = raws.iter().find(|(_, r)| r.id.value == *form).map(|(_, r)| r);
                let asked = source.and_then(|r| {
                    Some((r, r.pages.iter().flat_map(|p| &p.questions).find(|s| s.id.value == *question)?))
                });
                match asked {
                    None => {
                        let problem =
                            format!("there is no question `{question}` in a form `{form}` to fill this in from");
                        tell(Position::of(prefill), problem, "name a form of forms/ and one of its questions");
                    }
                    Some((source, asked)) if !may_see(party(raw), source, asked) => {
                        let problem =
                            format!("`{question}` of {form} is not for the eyes of those who answer this form");
                        tell(
                            Position::of(prefill),
                            problem,
                            "fill in only what the same party wrote, or what client and coach may both read",
                        );
                    }
                    Some((_, asked))
                        if asked.kind.value == QuestionType::Group && q.kind.value != QuestionType::Group =>
                    {
                        let problem = format!("`{question}` is a group, and this question is none");
                        tell(Position::of(prefill), problem, "fill in from a question of the same type");
                    }
                    Some(_) => {}
                }
            }
        }
    }
    found
}

/// What a party wrote itself, and what coach and client share.
fn may_see(party: Option<Party>, source: &RawForm, asked: &RawQuestion) -> bool {
    let visibility = asked.visibility.unwrap_or(source.visibility);
    let shared = matches!(visibility, Visibility::Coach | Visibility::Report);
    let stored = source.collect.as_ref().is_none_or(|c| c.value == Collect::Store);
    let own = source.party.as_ref().map(|p| p.value) == party;
    stored && (own || (shared && matches!(party, Some(Party::Client | Party::Coach))))
}

fn ids(raw: &RawForm) -> impl Iterator<Item = &str> {
    raw.pages.iter().flat_map(|p| &p.questions).map(|q| q.id.value.as_str())
}
