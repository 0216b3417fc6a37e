//! What one form says of another, and what all say of indicators.

use super::indicator::{Indicator, Indicators, USUAL_STEPS};
use super::raw::{Collect, Occasion, QuestionType, RawForm, RawPrefill, RawQuestion, Visibility};
use super::set::Entry;
use super::{FormFile, Party};
use crate::text::{Code, Diagnostic, Position, SourceText, did_you_mean};
use std::collections::{BTreeMap, BTreeSet};

/// All forms, by what is looked up in them.
pub(super) struct Across<'a> {
    entries: &'a [Entry<'a>],
    forms: BTreeMap<&'a str, &'a RawForm>,
    /// Ids of forms that are there and could not be read.
    unread: BTreeSet<&'a str>,
}

impl<'a> Across<'a> {
    pub(super) fn new(entries: &'a [Entry<'a>], unread: BTreeSet<&'a str>) -> Self {
        // Of two forms of one id the first is meant.
        let forms = entries.iter().rev().map(|e| (e.raw.id.value.as_str(), &e.raw)).collect();
        Self { entries, forms, unread }
    }

    /// The form whose questions this one asks again.
    pub(super) fn pair_of(&self, raw: &RawForm) -> Option<&'a RawForm> {
        let name = raw.pair_of.as_ref()?;
        self.forms.get(name.value.as_str()).copied().filter(|other| other.pair_of.is_none())
    }

    pub(super) fn party_of(&self, raw: &RawForm) -> Option<Party> {
        let own = raw.party.as_ref().map(|p| p.value);
        own.or_else(|| self.pair_of(raw)?.party.as_ref().map(|p| p.value))
    }

    /// Everything that is wrong between forms, and what no form measures.
    pub(super) fn found(&self, indicators: Option<&Indicators>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut ids: BTreeMap<(Option<Party>, &str), &FormFile> = BTreeMap::new();
        let mut measured: BTreeMap<(Party, u8, &str), &str> = BTreeMap::new();
        for entry in self.entries {
            let text = SourceText::new(&entry.file.file, &entry.file.source);
            let mut tell = |code, at, problem: String, remedy: String| found.push(text.tell(code, at, problem, remedy));
            let party = entry.raw.party.as_ref().map(|p| p.value);
            for q in questions(&entry.raw) {
                if let Some(other) = ids.get(&(party, q.id.value.as_str())).filter(|o| o.file != entry.file.file) {
                    let problem = format!("the question id `{}` stands in {}, too", q.id.value, other.file);
                    let remedy = "give the forms of one party question ids of their own: tables are named by them";
                    tell(Code::QuestionIdElsewhere, Position::of(&q.id), problem, remedy.to_owned());
                }
                ids.entry((party, &q.id.value)).or_insert(entry.file);
                if let Some((code, problem, remedy)) = self.prefill(party, &entry.raw, q) {
                    let at = q.prefill.as_ref().map_or(Position::START, Position::of);
                    tell(code, at, problem, remedy);
                }
                for inner in &q.questions {
                    if let Some((code, problem, remedy)) = self.prefill_of_item(q, inner) {
                        tell(code, inner.prefill.as_ref().map_or(Position::START, Position::of), problem, remedy);
                    }
                    if let Some(name) = &inner.indicator {
                        let problem = format!("`{}` of a group cannot measure `{}`", inner.id.value, name.value);
                        let remedy = "measure it with a question outside groups: only those are counted".to_owned();
                        tell(Code::IndicatorType, Position::of(name), problem, remedy);
                    }
                }
                if let (Some(name), Some(party), Some(indicators)) = (&q.indicator, party, indicators) {
                    if let Some((code, problem, remedy)) = measures(q, &name.value, party, indicators) {
                        tell(code, Position::of(name), problem, remedy);
                    } else if !q.retired {
                        let occasion = occasion(entry.raw.occasion);
                        if let Some(other) = measured.insert((party, occasion, &name.value), &q.id.value) {
                            let problem =
                                format!("`{other}` measures `{}` for this party and occasion, too", name.value);
                            let remedy = "ask for it once, or declare two indicators".to_owned();
                            tell(Code::IndicatorTwice, Position::of(name), problem, remedy);
                        }
                    }
                }
            }
        }
        if let Some(indicators) = indicators.filter(|_| self.unread.is_empty()) {
            let measured: BTreeSet<(Party, &str)> = measured.keys().map(|(party, _, id)| (*party, *id)).collect();
            found.extend(indicators.unmeasured(&measured));
        }
        found
    }

    fn prefill(&self, party: Option<Party>, raw: &RawForm, q: &RawQuestion) -> Option<(Code, String, String)> {
        let RawPrefill { form: Some(form), question: Some(question), .. } = &q.prefill.as_ref()?.value else {
            return None;
        };
        if self.unread.contains(form.as_str()) {
            return None;
        }
        let Some(source) = self.forms.get(form.as_str()) else {
            let problem = format!("there is no form `{form}` to fill this in from");
            return Some((Code::PrefillSource, problem, did_you_mean(form, self.forms.keys().copied())));
        };
        let Some(asked) = questions(source).find(|s| s.id.value == *question) else {
            let problem = format!("the form `{form}` has no question `{question}` to fill this in from");
            let remedy = did_you_mean(question, questions(source).map(|s| s.id.value.as_str()));
            return Some((Code::PrefillSource, problem, remedy));
        };
        let own_readers = q.visibility.unwrap_or(raw.visibility);
        if !may_see(party, own_readers, source, asked) {
            let problem = format!("`{question}` of {form} is not for the eyes of those who answer this form");
            let remedy = "fill in only what the same person wrote, or what client and coach may both read, and let no more people read it here";
            return Some((Code::PrefillUnseen, problem, remedy.to_owned()));
        }
        (asked.kind.value == QuestionType::Group && q.kind.value != QuestionType::Group).then(|| {
            let problem = format!("`{question}` is a group, and this question is none");
            (Code::PrefillType, problem, "fill in from a question of the same type".to_owned())
        })
    }

    /// What is wrong with filling in a question of an item from one of the source's items.
    fn prefill_of_item(&self, group: &RawQuestion, inner: &RawQuestion) -> Option<(Code, String, String)> {
        let of_group = &group.prefill.as_ref()?.value;
        let RawPrefill { form: Some(form), question: Some(question), .. } = &inner.prefill.as_ref()?.value else {
            return None;
        };
        let source = self.forms.get(form.as_str())?;
        let source = questions(source).find(|s| Some(&s.id.value) == of_group.question.as_ref())?;
        if source.questions.iter().any(|s| s.id.value == *question) {
            return None;
        }
        let problem = format!("the group `{}` of {form} has no question `{question}`", source.id.value);
        Some((
            Code::PrefillSource,
            problem,
            did_you_mean(question, source.questions.iter().map(|s| s.id.value.as_str())),
        ))
    }
}

/// What is wrong with measuring the indicator of that name by this question.
fn measures(q: &RawQuestion, name: &str, party: Party, indicators: &Indicators) -> Option<(Code, String, String)> {
    let Some(indicator) = indicators.get(name) else {
        let problem = format!("indicators.yaml has no indicator `{name}`");
        return Some((Code::IndicatorUnknown, problem, did_you_mean(name, indicators.iter().map(|i| i.id.as_str()))));
    };
    if !same_way(q, indicator) {
        let problem = format!("`{}` measures `{name}` in another way than indicators.yaml declares", q.id.value);
        return Some((Code::IndicatorType, problem, format!("use {}, or declare another indicator", way(indicator))));
    }
    if !q.retired && !indicator.parties.contains(&party) {
        let problem = format!("`{name}` is not asked of the party {}", party.code());
        return Some((
            Code::IndicatorParty,
            problem,
            format!("add {} to its parties, or remove indicator", party.code()),
        ));
    }
    None
}

fn same_way(q: &RawQuestion, indicator: &Indicator) -> bool {
    let steps = q.steps.as_ref().map_or(USUAL_STEPS, |s| s.value);
    q.kind.value == indicator.kind && indicator.steps.is_none_or(|wanted| wanted == steps)
}

fn way(indicator: &Indicator) -> String {
    let kind = serde_json::to_value(indicator.kind).ok();
    let kind = kind.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
    indicator.steps.map_or_else(|| format!("type: {kind}"), |steps| format!("type: {kind} with steps: {steps}"))
}

/// Occasions apart, for one indicator may be asked again later.
fn occasion(occasion: Occasion) -> u8 {
    match occasion {
        Occasion::Opening => 0,
        Occasion::During => 1,
        Occasion::Closing => 2,
        Occasion::FollowUp => 3,
        Occasion::Reading => 4,
    }
}

/// What a party wrote itself, and what coach and client share; never for more readers than were promised. Of the
/// workplace community the next one is another person.
fn may_see(party: Option<Party>, readers: Visibility, source: &RawForm, asked: &RawQuestion) -> bool {
    let visibility = asked.visibility.unwrap_or(source.visibility);
    let shared = matches!(visibility, Visibility::Coach | Visibility::Report);
    let stored = source.collect.as_ref().is_none_or(|c| c.value == Collect::Store);
    let own = source.party.as_ref().map(|p| p.value) == party && party != Some(Party::Community);
    let for_eyes = own || (shared && matches!(party, Some(Party::Client | Party::Coach)));
    stored && for_eyes && visibility != Visibility::Statistics && readers.is_within(visibility)
}

/// The questions outside groups, and the groups.
fn questions(raw: &RawForm) -> impl Iterator<Item = &RawQuestion> {
    raw.pages.iter().flat_map(|p| &p.questions)
}
