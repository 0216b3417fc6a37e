//! Translations in files of their own, `forms/<id>.<language>.yaml`: a flat map from the key of a text to its words.

use super::FormFile;
use super::raw::{RawForm, RawQuestion};
use crate::instance::FinnishCase;
use crate::text::{Code, Diagnostic, Diagnostics, Language, Position, Text, nearest, read_yaml};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_yaml::Spanned;
use std::collections::BTreeSet;
use std::fmt;

/// The lines of a translation's file in their order.
pub(super) struct RawTranslation(pub(super) Vec<(Spanned<String>, Spanned<String>)>);

impl<'de> Deserialize<'de> for RawTranslation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lines;
        impl<'de> Visitor<'de> for Lines {
            type Value = RawTranslation;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping of keys to texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut lines = Vec::new();
                while let Some(line) = map.next_entry()? {
                    lines.push(line);
                }
                Ok(RawTranslation(lines))
            }
        }
        deserializer.deserialize_map(Lines)
    }
}

/// Every text of a form with its key, in the order of the form.
pub(super) fn texts(raw: &mut RawForm) -> Vec<(String, &mut Text)> {
    let mut found = vec![
        ("title".to_owned(), &mut raw.title.value),
        ("lead".to_owned(), &mut raw.lead.value),
        ("why".to_owned(), &mut raw.why.value),
    ];
    found.extend((1..).zip(&mut raw.after).map(|(n, step)| (format!("after.{n}"), &mut step.value)));
    for (n, page) in (1..).zip(&mut raw.pages) {
        found.push((format!("page.{n}"), &mut page.title.value));
        found.extend(page.hint.as_mut().map(|hint| (format!("page.{n}.hint"), hint)));
        for question in &mut page.questions {
            of_question(question, &mut found);
        }
    }
    found
}

fn of_question<'r>(question: &'r mut RawQuestion, found: &mut Vec<(String, &'r mut Text)>) {
    let RawQuestion { id, text, hint, unit, item, add, low, high, choices, questions, .. } = question;
    let id = &id.value;
    found.push((id.clone(), &mut text.value));
    let parts = [("hint", hint), ("unit", unit), ("item", item), ("add", add), ("low", low), ("high", high)];
    found.extend(parts.into_iter().filter_map(|(name, text)| Some((format!("{id}.{name}"), text.as_mut()?))));
    for choice in choices {
        found.push((format!("{id}.{}", choice.value.code), &mut choice.value.label));
    }
    for inner in questions {
        of_question(inner, found);
    }
}

/// Keys that two texts of a form have, such as those of a choice `hint` and of the question's hint.
pub(super) fn doubled<'k>(keys: impl IntoIterator<Item = &'k str>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    keys.into_iter().filter(|key| !seen.insert(*key)).map(str::to_owned).collect()
}

/// The places of a text that are filled, such as `{provider}`; a Finnish case is no other place.
pub(super) fn places(text: &str) -> BTreeSet<&str> {
    let names = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    names.map(|(name, _)| name.split('.').next().unwrap_or(name)).collect()
}

/// Words without Finnish cases: `{provider.genitive}` becomes `{provider}`, as only Finnish bends names.
pub(super) fn unbent(words: &str) -> String {
    FinnishCase::ALL.iter().fold(words.to_owned(), |words, case| words.replace(&format!(".{}}}", case.name()), "}"))
}

/// What a translation makes of the places of its Finnish text, if that is wrong.
pub(super) fn places_lost_or_added(fi: &str, words: &str) -> Option<String> {
    let (there, here) = (places(fi), places(words));
    let list = |names: Vec<&&str>| names.iter().map(|n| format!("`{{{n}}}`")).collect::<Vec<_>>().join(", ");
    let (lost, added) = (there.difference(&here).collect::<Vec<_>>(), here.difference(&there).collect::<Vec<_>>());
    match (lost.is_empty(), added.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("has lost {}", list(lost))),
        (true, false) => Some(format!("has {}, which the Finnish text has not", list(added))),
        (false, false) => Some(format!("has {} in the place of {}", list(added), list(lost))),
    }
}

/// The name that stands bent in a text.
fn bent(words: &str) -> &str {
    let names = words.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    names.filter_map(|(name, _)| name.split_once('.')).map(|(name, _)| name).next().unwrap_or("provider")
}

/// The id of the form and the code of the language that the name of a translation's file says.
fn named(file: &str) -> Option<(&str, &str)> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.strip_suffix(".yaml").and_then(|stem| stem.split_once('.'))
}

impl FormFile {
    /// The forms among the files of a folder, each with the files that translate it. Files are given by name
    /// and text; what translates no form is told.
    #[must_use]
    pub fn gather(files: Vec<(String, String)>) -> (Vec<Self>, Vec<Diagnostic>) {
        let (mut forms, mut found) = (Vec::<Self>::new(), Vec::new());
        let (translations, own): (Vec<_>, Vec<_>) = files.into_iter().partition(|(file, _)| named(file).is_some());
        forms.extend(own.into_iter().map(|(file, source)| Self { file, source, translations: Vec::new() }));
        for (file, source) in translations {
            let id = named(&file).map_or("", |(id, _)| id);
            let ends = |form: &&mut Self| form.file.rsplit(['/', '\\']).next() == Some(&format!("{id}.yaml"));
            match forms.iter_mut().find(ends) {
                Some(form) => form.translations.push((file, source)),
                None => {
                    let problem = format!("this translates a form `{id}`, which there is not");
                    let ids = forms.iter().filter_map(|f| f.file.rsplit(['/', '\\']).next()?.strip_suffix(".yaml"));
                    let remedy = format!(
                        "name the file <form>.<language>.yaml; a form's own name has no dot{}",
                        did_you_mean(id, ids)
                    );
                    found.push(Diagnostic::new(
                        Code::TranslationForm,
                        (&file, &source),
                        Position::START,
                        problem,
                        remedy,
                    ));
                }
            }
        }
        (forms, found)
    }
}

fn did_you_mean<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(wrong, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// Puts the words of the translations into the forms, and tells what is wrong with them.
pub(super) fn merge(raws: &mut [(&FormFile, RawForm)]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let keys: Vec<(String, Vec<String>)> = raws
        .iter_mut()
        .map(|(_, raw)| (raw.id.value.clone(), texts(raw).into_iter().map(|(key, _)| key).collect()))
        .collect();
    for (file, raw) in raws {
        let pair = raw.pair_of.as_ref().and_then(|p| keys.iter().find(|(id, _)| *id == p.value));
        for translation in &file.translations {
            found.extend(merge_one(translation, raw, pair));
        }
    }
    found
}

fn merge_one(
    (file, source): &(String, String),
    raw: &mut RawForm,
    pair: Option<&(String, Vec<String>)>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut tell = |code: Code, at: Position, problem: String, remedy: String| {
        found.push(Diagnostic::new(code, (file, source), at, problem, remedy));
    };
    let language = match language_of(file) {
        Ok(language) => language,
        Err((problem, remedy)) => {
            tell(Code::TranslationLanguage, Position::START, problem, remedy);
            return found;
        }
    };
    let lines = match read_lines(file, source) {
        Ok(lines) => lines,
        Err(mistakes) => return mistakes.0,
    };
    let mut texts = texts(raw);
    let doubled = doubled(texts.iter().map(|(key, _)| key.as_str()));
    for (key, words) in lines.0 {
        let at = Position::of(&key);
        let Some(place) = texts.iter().position(|(k, _)| *k == key.value) else {
            let (problem, remedy) = match pair.filter(|(_, keys)| keys.contains(&key.value)) {
                Some((other, _)) => (
                    format!("`{}` is a text of {other}, whose questions this form asks again", key.value),
                    format!("translate it in {other}.{}.yaml: it holds for both", language.code()),
                ),
                None => (
                    format!("the form has no text `{}`", key.value),
                    format!(
                        "remove the line, or write the key of a text{}",
                        did_you_mean(&key.value, texts.iter().map(|(k, _)| k.as_str()))
                    ),
                ),
            };
            tell(Code::TranslationKey, at, problem, remedy);
            continue;
        };
        let (_, text) = &mut texts[place];
        if doubled.contains(&key.value) {
            let problem = format!("two texts of the form have the key `{}`", key.value);
            tell(
                Code::TranslationTwice,
                at,
                problem,
                format!("write both in the form itself, after {}:", language.code()),
            );
        } else if words.value.trim().is_empty() {
            tell(
                Code::TranslationEmpty,
                at,
                format!("`{}` is empty", key.value),
                "write the text, or remove the line".to_owned(),
            );
        } else if text.own(language).is_some() {
            let problem = format!("`{}` has {} words in the form, too", key.value, language.english_name());
            tell(
                Code::TranslationTwice,
                at,
                problem,
                format!("keep one of the two: this line, or {}: in the form", language.code()),
            );
        } else if unbent(&words.value) != words.value {
            let problem = format!("`{}` bends a name as Finnish does", key.value);
            tell(Code::TranslationPlaces, at, problem, format!("write {{{}}}", bent(&words.value)));
        } else if let Some(wrong) = places_lost_or_added(&text.fi, &words.value) {
            let problem = format!("the translation of `{}` {wrong}", key.value);
            tell(
                Code::TranslationPlaces,
                at,
                problem,
                "name in braces what the Finnish text names, and nothing else".to_owned(),
            );
        } else {
            text.set(language, words.value);
        }
    }
    found
}

/// The language that the file's name says; Finnish is no translation.
fn language_of(file: &str) -> Result<Language, (String, String)> {
    let (id, code) = named(file).unwrap_or((file, ""));
    let others = Language::OF_FORMS.into_iter().filter(|l| *l != Language::Fi).map(Language::code);
    let codes = others.collect::<Vec<_>>().join(", ");
    match Language::OF_FORMS.into_iter().find(|l| l.code() == code) {
        Some(Language::Fi) => Err((
            "Finnish is what is translated, and stands in the form itself".to_owned(),
            format!("write Finnish after fi: in {id}.yaml; a file translates into one of: {codes}"),
        )),
        Some(language) => Ok(language),
        None => Err((
            format!("`{code}` in the file's name is no language that forms can have"),
            format!("name the file {id}.ar.yaml or so, with one of: {codes}"),
        )),
    }
}

/// The lines of a translation's file; a file of comments alone has none.
pub(super) fn read_lines(file: &str, source: &str) -> Result<RawTranslation, Diagnostics> {
    let blank = source.lines().all(|l| l.trim().is_empty() || l.trim_start().starts_with('#'));
    if blank { Ok(RawTranslation(Vec::new())) } else { read_yaml(file, source) }
}

#[cfg(test)]
mod tests {
    use crate::form::{FormFile, FormSet};
    use crate::text::Language;
    use std::collections::BTreeSet;

    const FORM: &str = "\
id: small
party: client
occasion: opening
title: { fi: Otsikko }
lead: { fi: Johdanto }
why: { fi: \"{office} kysyy\" }
after: [{ fi: Ensin }, { fi: Sitten }]
minutes: 1
pages:
  - title: { fi: Sivu }
    hint: { fi: Neuvo }
    questions:
      - { id: q_number, type: number, text: { fi: Montako? }, unit: { fi: tuntia } }
      - { id: q_scale, type: scale, low: { fi: huono }, high: { fi: hyvä }, text: { fi: Miten? } }
      - id: q_group
        type: group
        text: { fi: Asiat }
        item: { fi: Asia }
        add: { fi: Lisää }
        questions:
          - { id: q_inner, type: one, text: { fi: Mikä?, ar: ماذا }, choices: [{ code: a, label: { fi: A } }, { code: b, label: { fi: B } }] }
";
    const WHOLE: &str = "\
title: a1
lead: a2
why: 'a3 {office}'
after.1: a4
after.2: a5
page.1: a6
page.1.hint: a7
q_number: a8
q_number.unit: a9
q_scale: b1
q_scale.low: b2
q_scale.high: b3
q_group: b4
q_group.item: b5
q_group.add: b6
q_inner.a: b7
q_inner.b: b8
";

    fn read(translations: &[(&str, &str)]) -> FormSet {
        let forms = [("forms/small.yaml".to_owned(), FORM.to_owned())];
        let pair = FORM.split("party").next().unwrap().replace("id: small", "id: again")
            + "pair_of: small\noccasion: during\nstatistics: false\ntitle: { fi: Taas }\nlead: { fi: Johdanto }\nwhy: { fi: Syy }\nminutes: 1\n";
        let own = translations.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let (files, strays) =
            FormFile::gather(forms.into_iter().chain([("forms/again.yaml".to_owned(), pair)]).chain(own).collect());
        let mut set = FormSet::read(&files, None, None);
        set.found.extend(strays);
        set
    }

    #[test]
    fn whoever_warns_and_whoever_translates_know_a_text_by_the_same_name() {
        let reading: crate::form::raw::RawForm = crate::text::read_yaml("forms/small.yaml", FORM).unwrap();
        let mut writing: crate::form::raw::RawForm = crate::text::read_yaml("forms/small.yaml", FORM).unwrap();
        let names: BTreeSet<String> = crate::form::cells::cells(&reading).into_iter().map(|cell| cell.name).collect();
        let keys: BTreeSet<String> = super::texts(&mut writing).into_iter().map(|(key, _)| key).collect();
        assert_eq!(names, keys);
    }

    #[test]
    fn a_file_gives_every_text_its_words_and_a_pair_takes_those_of_its_questions() {
        let set = read(&[("forms/small.ar.yaml", WHOLE), ("forms/again.ar.yaml", "# Later.\ntitle: c1\n")]);
        assert!(set.found.is_empty(), "{:?}", set.found);
        let form = set.form("small").unwrap();
        let _ = form.map_texts(&|text| {
            assert!(text.has(Language::Ar) || text.fi.is_empty() || text.fi == "En osaa sanoa", "{text:?}");
            text.clone()
        });
        assert_eq!(form.question("q_inner").unwrap().text.ar.as_deref(), Some("ماذا"));
        let again = set.form("again").unwrap();
        assert_eq!(again.title().ar.as_deref(), Some("c1"));
        assert_eq!(again.question("q_number").unwrap().text.ar.as_deref(), Some("a8"));
    }

    #[test]
    fn every_mistake_of_a_translation_is_told_at_its_place() {
        for (name, text, line, expected) in [
            ("forms/small.ar.yaml", "title: a\nq_numbr: b\n", 2, "no text `q_numbr`"),
            ("forms/small.ar.yaml", "title: a\nq_numbr: b\n", 2, "did you mean `q_number`?"),
            ("forms/small.ar.yaml", "title: a\nq_inner: b\n", 2, "`q_inner` has Arabic words in the form, too"),
            ("forms/small.ar.yaml", "lead: ''\n", 1, "`lead` is empty"),
            ("forms/small.ar.yaml", "title: a\ntitle: b\n", 2, "keep one of the two"),
            ("forms/small.ar.yaml", "why: b\n", 1, "has lost `{office}`"),
            ("forms/small.ar.yaml", "- title\n", 1, "small.ar.yaml:1:"),
            ("forms/small.fi.yaml", "title: a\n", 1, "Finnish is what is translated"),
            ("forms/small.de.yaml", "title: a\n", 1, "`de` in the file's name is no language"),
            ("forms/smal.ar.yaml", "title: a\n", 1, "form `smal`, which there is not"),
            ("forms/smal.ar.yaml", "title: a\n", 1, "did you mean `small`?"),
            ("forms/again.ar.yaml", "title: a\nq_number: b\n", 2, "`q_number` is a text of small"),
        ] {
            let set = read(&[(name, text)]);
            let told = set.found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
            assert_eq!(set.found.len(), 1, "{told}");
            assert!(told.contains(expected) && told.contains(name), "{told}");
            assert_eq!((set.found[0].at.line, set.found[0].at.column), (line, 1), "{told}");
        }
    }
}
