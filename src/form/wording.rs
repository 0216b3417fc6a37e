//! Warnings about words: what is hard to read, what is not translated, what asks about health unmarked.

use super::Party;
use super::cells::{Cell, Part, cells};
use super::lint::Lint;
use super::raw::{Collect, QuestionType, RawForm, RawQuestion, Visibility};
use crate::text::{Code, Language, Position, Text};

/// Most words of a sentence, in Finnish, whose words are longer, and in other languages.
const LONGEST_FINNISH_SENTENCE: usize = 20;
const LONGEST_SENTENCE: usize = 25;
/// Most letters of a Finnish word.
const LONGEST_FINNISH_WORD: usize = 24;
/// How words begin or go on that speak of health.
const HEALTH: [(Language, &[&str]); 3] = [
    (Language::Fi, &["terveys", "tervey", "sairau", "lääk", "päihd", "mielenterv", "diagnoo", "vammai"]),
    (Language::Sv, &["hälsa", "hälso", "sjuk", "läkem", "missbruk", "diagnos", "funktionsneds"]),
    (Language::En, &["health", "illness", "medicat", "diagnos", "substance abuse", "disabilit"]),
];

pub(super) fn warnings(lint: &mut Lint<'_>, raw: &RawForm, party: Option<Party>) {
    let all = cells(raw);
    for cell in all.iter().filter(|c| c.part != Part::Label) {
        hard_to_read(lint, cell);
    }
    if party == Some(Party::Client) {
        untranslated(lint, raw, &all);
    }
    for q in raw.pages.iter().flat_map(|p| &p.questions).filter(|q| !q.retired) {
        no_way_out(lint, q);
        health(lint, raw, q, q.visibility);
        for inner in q.questions.iter().filter(|i| !i.retired) {
            no_way_out(lint, inner);
            health(lint, raw, inner, q.visibility);
        }
    }
}

fn hard_to_read(lint: &mut Lint<'_>, cell: &Cell<'_>) {
    for language in Language::ALL {
        let Some(words) = cell.text.own(language) else { continue };
        let most = if language == Language::Fi { LONGEST_FINNISH_SENTENCE } else { LONGEST_SENTENCE };
        for sentence in sentences(words) {
            let count = sentence.split_whitespace().filter(|w| w.contains(char::is_alphabetic)).count();
            if count > most {
                let begin: String = sentence.trim_start().chars().take(30).collect();
                let at = lint.source.seek_in(cell.at, language, &begin).unwrap_or(cell.at);
                let problem = format!("a sentence of {count} words in {}: `{begin}…`", language.english_name());
                lint.tell(Code::LongSentence, at, problem, format!("split it: at most {most} words are read easily"));
            }
        }
        if language == Language::Fi && words.len() > LONGEST_FINNISH_WORD {
            for word in words.split(|c: char| !c.is_alphabetic()) {
                let letters = word.chars().count();
                if letters > LONGEST_FINNISH_WORD {
                    let at = lint.source.seek(cell.at, word).unwrap_or(cell.at);
                    let problem = format!("`{word}` has {letters} letters");
                    lint.tell(Code::HardWord, at, problem, "say it in two words, or in other words");
                }
            }
        }
    }
}

/// Sentences end with a full stop, a question or exclamation mark and a space, or with their line.
fn sentences(words: &str) -> impl Iterator<Item = &str> {
    words.split('\n').flat_map(|line| line.split_inclusive([' ']).fold(Vec::new(), joined(line)).into_iter())
}

/// Joins the words of a line to sentences.
fn joined<'a>(line: &'a str) -> impl FnMut(Vec<&'a str>, &'a str) -> Vec<&'a str> {
    let (mut start, mut end, mut open) = (0, 0, false);
    move |mut sentences, word| {
        end += word.len();
        if open {
            sentences.pop();
        }
        sentences.push(&line[start..end]);
        open = !word.trim_end().trim_end_matches([')', '”', '"']).ends_with(['.', '?', '!', ':']);
        if !open {
            start = end;
        }
        sentences
    }
}

/// A language of clients in which some texts of the form are there and others are not.
fn untranslated(lint: &mut Lint<'_>, raw: &RawForm, all: &[Cell<'_>]) {
    /// So many are named.
    const NAMED: usize = 5;
    let Some(instance) = lint.instance else { return };
    let needed: Vec<&Cell<'_>> = all.iter().filter(|c| !c.text.fi.trim().is_empty()).collect();
    for language in instance.client_languages.iter().filter(|l| !instance.languages.value.contains(l)) {
        let missing: Vec<&str> = needed.iter().filter(|c| !c.text.has(*language)).map(|c| c.name.as_str()).collect();
        if missing.is_empty() || missing.len() == needed.len() {
            continue;
        }
        let more = if missing.len() > NAMED { ", …" } else { "" };
        let problem = format!(
            "{} of {} texts have no {} translation: {}{more}",
            missing.len(),
            needed.len(),
            language.english_name(),
            missing[..missing.len().min(NAMED)].join(", ")
        );
        let remedy = "translate them, or take the language out of this form: it is offered only when all are there";
        lint.tell(Code::Untranslated, Position::of(&raw.id), problem, remedy);
    }
}

/// Who cannot answer a scale chooses something wrong, or leaves.
fn no_way_out(lint: &mut Lint<'_>, q: &RawQuestion) {
    let scaled = matches!(q.kind.value, QuestionType::Agreement | QuestionType::Grade | QuestionType::Scale);
    let offered = |way: &Option<serde_yaml::Spanned<bool>>| way.as_ref().is_some_and(|w| w.value);
    let shared =
        q.dont_know.as_ref().is_none_or(|d| d.value) || offered(&q.not_applicable) || offered(&q.rather_not_say);
    let own = q.choices.iter().any(|c| c.value.non_answer.is_some() || c.value.apart);
    if scaled && !shared && !own {
        let problem = format!("whoever has no opinion cannot say so at `{}`", q.id.value);
        let remedy = "remove dont_know: false, or write not_applicable: true";
        lint.tell(Code::NoWayOut, Position::of(&q.id), problem, remedy);
    }
}

fn health(lint: &mut Lint<'_>, raw: &RawForm, q: &RawQuestion, stated: Option<Visibility>) {
    if matches!(q.kind.value, QuestionType::Information | QuestionType::Signature) {
        return;
    }
    if !q.health {
        if let Some(word) = speaks_of_health(&q.text.value) {
            let at = lint.source.seek(Position::of(&q.text), &word).unwrap_or(Position::of(&q.text));
            let problem = format!("`{}` seems to ask about health: `{word}`", q.id.value);
            let remedy = "write health: true, or ask in other words; health data needs a reason of its own in law";
            lint.tell(Code::HealthUnmarked, at, problem, remedy);
        }
        return;
    }
    if raw.collect.as_ref().is_some_and(|c| c.value == Collect::Never) {
        return;
    }
    let problem = match (stated, raw.visibility) {
        (Some(Visibility::Provider), _) | (None, Visibility::Provider) => "the provider",
        (Some(Visibility::Together), _) | (None, Visibility::Together) => "the officer, together with other answers",
        (None, Visibility::Officer) => "the officer, because the form says so for all its questions",
        (None, Visibility::Report) => "whoever reads the report, because the form says so for all its questions",
        _ => return,
    };
    let problem = format!("the answer to `{}` is about health and is seen by {problem}", q.id.value);
    let remedy = "write visibility: on the question itself: coach, statistics or, if the officer needs it, officer";
    lint.tell(Code::HealthSeen, Position::of(&q.id), problem, remedy);
}

/// The first word that speaks of health, as it is written.
fn speaks_of_health(text: &Text) -> Option<String> {
    HEALTH.iter().find_map(|(language, stems)| {
        let words = text.own(*language)?;
        let lower = words.to_lowercase();
        if !stems.iter().any(|stem| lower.contains(stem)) {
            return None;
        }
        let word = words.split_whitespace().find(|w| stems.iter().any(|stem| w.to_lowercase().contains(stem)));
        Some(word.unwrap_or(words).trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_readers_pause() {
        let told: Vec<&str> = sentences("Yksi 1.5 kaksi. Kolme (neljä!) viisi?\n- kuusi").map(str::trim).collect();
        assert_eq!(told, ["Yksi 1.5 kaksi.", "Kolme (neljä!)", "viisi?", "- kuusi"]);
    }

    #[test]
    fn words_about_health_are_heard_in_three_languages() {
        for words in ["Onko sinulla terveyteen liittyviä rajoitteita?", "Mielenterveyspalvelut?"] {
            assert!(speaks_of_health(&Text::finnish(words)).is_some(), "{words}");
        }
        let english = Text { fi: "Miten voit?".to_owned(), en: Some("Any medication?".to_owned()), ..Text::default() };
        assert_eq!(speaks_of_health(&english).as_deref(), Some("medication"));
        assert_eq!(speaks_of_health(&Text::finnish("Miten työ sujui?")), None);
    }
}
