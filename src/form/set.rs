//! The forms of an instance, read together: what one form says of another is checked here.

use super::across::Across;
use super::raw::{RawForm, RawPage};
use super::{Form, Indicators, Party, lint, reach, translation, wording};
use crate::instance::Instance;
use crate::text::{Code, Diagnostic, SourceText, read_shaped};
use std::collections::{BTreeMap, BTreeSet};

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
    /// What is probably not meant so, file by file.
    pub warnings: Vec<Diagnostic>,
}

/// A form whose YAML has the right shape.
pub(super) struct Entry<'a> {
    pub(super) file: &'a FormFile,
    pub(super) raw: RawForm,
}

/// What makes a form of its YAML, once nothing is wrong with it.
struct Ready {
    party: Option<Party>,
    /// Of its pair.
    pages: Vec<RawPage>,
    counts_change: bool,
}

impl FormSet {
    /// Reads all forms. A form that asks the questions of another takes its pages from it. Without `indicators`
    /// it is not checked what questions measure.
    #[must_use]
    pub fn read(files: &[FormFile], instance: Option<&Instance>, indicators: Option<&Indicators>) -> Self {
        Self::read_among(files, instance, indicators, true)
    }

    /// `all`: these are all forms that there are, so what they say of others is judged.
    pub(super) fn read_among(
        files: &[FormFile],
        instance: Option<&Instance>,
        indicators: Option<&Indicators>,
        all: bool,
    ) -> Self {
        let mut set = Self::default();
        let mut raws: Vec<(&FormFile, RawForm)> = Vec::new();
        // What others say of a form that could not be read is not judged.
        let mut unread: BTreeSet<&str> = BTreeSet::new();
        for file in files {
            match read_shaped::<RawForm>(&file.file, &file.source) {
                Ok(raw) => raws.push((file, raw)),
                Err(mistakes) => {
                    unread.insert(id_of(&file.file));
                    set.found.extend(mistakes.0);
                }
            }
        }
        set.found.extend(translation::merge(&mut raws));
        let entries: Vec<Entry<'_>> = raws.into_iter().map(|(file, raw)| Entry { file, raw }).collect();
        let across = Across::new(&entries, unread.clone());
        let mut ready: Vec<Ready> = Vec::new();
        for Entry { file, raw } in &entries {
            let pair = across.pair_of(raw);
            let source = SourceText::new(&file.file, &file.source);
            let mut mistakes = lint::mistakes(raw, pair, &source, instance);
            let mut party = across.party_of(raw);
            if raw.pair_of.as_ref().is_some_and(|name| unread.contains(name.value.as_str())) {
                mistakes.retain(|d| !matches!(d.code, Code::PairMissing | Code::NoParty));
                // Without its pair it has no questions.
                party = None;
            }
            let mut lint = lint::Lint { source: &source, instance, found: Vec::new() };
            wording::warnings(&mut lint, raw, party);
            if mistakes.is_empty() {
                // Conditions that cannot be read, or look for what is not there, are not tried out.
                reach::warnings(&mut lint, raw);
            }
            set.warnings.extend(lint.found);
            let counts_change = pair.map_or(raw.counts_change, |p| p.counts_change);
            ready.push(Ready { party, pages: pair.map(|p| p.pages.clone()).unwrap_or_default(), counts_change });
            set.found.extend(mistakes);
        }
        let (mistakes, warnings): (Vec<_>, Vec<_>) = across
            .found(indicators)
            .into_iter()
            .filter(|d| all || d.code != Code::PrefillSource)
            .partition(Diagnostic::is_error);
        set.found.extend(mistakes);
        set.warnings.extend(warnings);
        set.sort(files);
        let wrong: BTreeSet<&str> = set.found.iter().map(|d| d.file.as_str()).collect();
        // A form takes its pages from its pair, so it cannot be better than that.
        let wrong_ids: BTreeSet<String> =
            entries.iter().filter(|e| wrong.contains(e.file.file.as_str())).map(|e| e.raw.id.value.clone()).collect();
        for (Entry { file, mut raw }, ready) in entries.into_iter().zip(ready) {
            let pages = if raw.pair_of.is_some() { ready.pages } else { std::mem::take(&mut raw.pages) };
            raw.counts_change = ready.counts_change;
            if let Some(party) = ready.party
                && !wrong.contains(file.file.as_str())
                && raw.pair_of.as_ref().is_none_or(|pair| !wrong_ids.contains(&pair.value))
            {
                set.forms.push(Form::from_raw(raw, party, pages, instance));
            }
        }
        set
    }

    /// File by file, from top to bottom.
    fn sort(&mut self, files: &[FormFile]) {
        let mut order = BTreeMap::new();
        for (i, file) in files.iter().enumerate() {
            order.entry(file.file.as_str()).or_insert(i);
        }
        let place = |d: &Diagnostic| (order.get(d.file.as_str()).copied().unwrap_or(usize::MAX), d.at);
        self.found.sort_by_key(place);
        self.warnings.sort_by_key(place);
    }

    /// The form of that id.
    #[must_use]
    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|f| f.id() == id)
    }
}

/// The id that a form of that file must have.
fn id_of(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file).trim_end_matches(".yaml")
}
