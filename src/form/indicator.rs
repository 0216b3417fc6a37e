//! Indicators: what forms of several parties ask in words of their own, declared once so that figures can be
//! compared.

use super::raw::QuestionType;
use super::{Party, promise};
use crate::instance::Instance;
use crate::text::{Code, Diagnostic, Diagnostics, Language, Position, SourceText, Text, read_shaped};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Spanned;
use std::collections::BTreeSet;

/// An indicator as it stands in YAML.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Indicator")]
pub(super) struct RawIndicator {
    /// The name by which questions refer to it: a letter, then a-z, 0-9 and _.
    #[schemars(with = "String")]
    id: Spanned<String>,
    /// What it is called in tables.
    #[schemars(with = "Text")]
    title: Spanned<Text>,
    /// How every question that measures it is answered.
    #[serde(rename = "type")]
    #[schemars(with = "QuestionType")]
    kind: Spanned<QuestionType>,
    /// Steps of an agreement, 3 or 5.
    #[serde(default)]
    #[schemars(with = "Option<u8>")]
    steps: Option<Spanned<u8>>,
    /// The parties that are asked.
    #[schemars(with = "Vec<Party>")]
    parties: Spanned<Vec<Party>>,
}

/// What several forms measure in words of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// The name by which questions refer to it.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// How it is answered.
    pub kind: QuestionType,
    /// Steps, for an agreement.
    pub steps: Option<u8>,
    /// The parties that are asked.
    pub parties: Vec<Party>,
    /// Where it is declared.
    pub at: Position,
}

/// The indicators of an instance: `indicators.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indicators {
    file: String,
    source: String,
    list: Vec<Indicator>,
}

/// Steps of an agreement that does not tell them.
pub(super) const USUAL_STEPS: u8 = 5;

impl Indicators {
    /// Reads and checks `indicators.yaml`.
    ///
    /// # Errors
    /// Every mistake found, with its place and remedy.
    pub fn read(file: &str, source: &str, instance: Option<&Instance>) -> Result<Self, Diagnostics> {
        let raw: Vec<RawIndicator> = read_shaped(file, source)?;
        let mistakes = mistakes(&raw, &SourceText::new(file, source), instance);
        if !mistakes.is_empty() {
            return Err(Diagnostics(mistakes));
        }
        let list = raw.into_iter().map(|r| Indicator {
            at: Position::of(&r.id),
            id: r.id.value,
            title: r.title.value,
            steps: (r.kind.value == QuestionType::Agreement).then(|| r.steps.map_or(USUAL_STEPS, |s| s.value)),
            kind: r.kind.value,
            parties: r.parties.value,
        });
        Ok(Self { file: file.to_owned(), source: source.to_owned(), list: list.collect() })
    }

    /// The indicator of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Indicator> {
        self.list.iter().find(|i| i.id == id)
    }

    /// All of them in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Indicator> {
        self.list.iter()
    }

    /// Those that a party should be asked for and no question measures.
    pub(super) fn unmeasured(&self, measured: &BTreeSet<(Party, &str)>) -> Vec<Diagnostic> {
        let text = SourceText::new(&self.file, &self.source);
        let pairs = self.list.iter().flat_map(|i| i.parties.iter().map(move |party| (i, *party)));
        let unmeasured = pairs.filter(|(i, party)| !measured.contains(&(*party, i.id.as_str())));
        let told = unmeasured.map(|(i, party)| {
            let problem = format!("no form of the party {} has a question for `{}`", party.code(), i.id);
            let remedy = format!("write indicator: {} at a question, or take the party out", i.id);
            text.tell(Code::Unmeasured, i.at, problem, remedy)
        });
        told.collect()
    }
}

fn mistakes(raw: &[RawIndicator], text: &SourceText<'_>, instance: Option<&Instance>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut tell = |code, at, problem: String, remedy: &str| found.push(text.tell(code, at, problem, remedy));
    let mut ids = BTreeSet::new();
    for indicator in raw {
        let (id, kind) = (&indicator.id.value, indicator.kind.value);
        if !super::lint::is_question_id(id) || !ids.insert(id.as_str()) {
            let problem = format!("the indicator id `{id}` is used twice or is no id");
            tell(Code::IndicatorId, Position::of(&indicator.id), problem, "use each id once, in a-z, 0-9 and _");
        }
        let wanted = instance.map_or(&[Language::Fi][..], |i| &i.languages.value);
        for language in wanted.iter().filter(|l| !indicator.title.value.has(**l)) {
            let problem = format!("the title of `{id}` has no {} text", language.english_name());
            let remedy = format!("write it after {}:", language.code());
            tell(Code::IndicatorTitle, Position::of(&indicator.title), problem, &remedy);
        }
        if !promise::countable(kind) {
            let remedy = "use one, many, agreement, grade, scale or yes-no";
            let problem = format!("answers of the type of `{id}` are not counted");
            tell(Code::IndicatorKind, Position::of(&indicator.kind), problem, remedy);
        }
        if let Some(steps) = &indicator.steps
            && (kind != QuestionType::Agreement || ![3, 5].contains(&steps.value))
        {
            let problem = format!("`{id}` cannot have {} steps", steps.value);
            tell(Code::IndicatorKind, Position::of(steps), problem, "only an agreement has steps, 3 or 5");
        }
        let parties = &indicator.parties.value;
        if parties.is_empty() || parties.iter().collect::<BTreeSet<_>>().len() != parties.len() {
            let problem = format!("the parties of `{id}` are none or named twice");
            tell(Code::IndicatorParties, Position::of(&indicator.parties), problem, "list each party once");
        }
    }
    found
}
