//! What texts name in braces, to be filled in when the form is shown.

use super::Party;
use super::cells::{Cell, cells};
use super::circumstances::{FIELDS, may_use};
use super::lint::Lint;
use super::raw::RawForm;
use crate::instance::{FinnishCase, Instance};
use crate::text::{Code, Language, did_you_mean, nearest};

/// What every text may name.
const OF_INSTANCE: [&str; 3] = ["provider", "office", "hour_cap"];
/// Those of them that Finnish bends.
const BENT: [&str; 2] = ["provider", "office"];

pub(super) fn mistakes(lint: &mut Lint<'_>, raw: &RawForm, party: Option<Party>) {
    for cell in cells(raw) {
        for language in Language::OF_FORMS {
            let Some(words) = cell.text.own(language).filter(|words| words.contains('{')) else { continue };
            for place in words.split('{').skip(1) {
                let Some((name, _)) = place.split_once('}') else {
                    let at = lint.source.seek_in(cell.at, language, "{").unwrap_or(cell.at);
                    lint.tell(Code::PlaceUnknown, at, "a brace is opened and not closed", "write } after the name");
                    continue;
                };
                let wrong = wrong(name, language, &cell, party, lint.instance);
                if let Some((code, problem, remedy)) = wrong {
                    let at = lint.source.seek_in(cell.at, language, &format!("{{{name}}}")).unwrap_or(cell.at);
                    lint.tell(code, at, problem, remedy);
                }
            }
        }
    }
}

fn wrong(
    name: &str,
    language: Language,
    cell: &Cell<'_>,
    party: Option<Party>,
    instance: Option<&Instance>,
) -> Option<(Code, String, String)> {
    if OF_INSTANCE.contains(&name) {
        return None;
    }
    let bent = name.split_once('.').and_then(|(of, case)| {
        Some((BENT.into_iter().find(|b| *b == of)?, FinnishCase::ALL.into_iter().find(|c| c.name() == case)?))
    });
    if let Some((of, case)) = bent {
        if language != Language::Fi {
            let problem = format!("{{{name}}} bends a name as Finnish does, in a text in {}", language.english_name());
            return Some((Code::PlaceBent, problem, format!("write {{{of}}}")));
        }
        let given = instance.is_none_or(|i| {
            let organisation = if of == "provider" { &i.provider } else { &i.office };
            organisation.inflected.contains_key(&case)
        });
        return (!given).then(|| {
            let problem = format!("palaute.yaml does not say how {{{name}}} is written");
            let remedy = format!("add `inflected: {{ {}: ... }}` to `{of}` in palaute.yaml", case.name());
            (Code::PlaceCase, problem, remedy)
        });
    }
    let counted = cell.question.is_some_and(|(_, counted)| counted);
    let Some(field) = FIELDS.iter().find(|f| f.in_texts && f.name == name) else {
        let told: String = name.chars().take(40).collect();
        let problem = format!("{{{told}}} is nothing that can be filled in");
        let fields = FIELDS.iter().filter(|f| f.in_texts && !counted && party.is_none_or(|p| may_use(p, f)));
        let mut names: Vec<String> = OF_INSTANCE.into_iter().map(str::to_owned).collect();
        names.extend(fields.map(|f| f.name.to_owned()));
        if language == Language::Fi {
            let cases = BENT.into_iter().flat_map(|of| FinnishCase::ALL.map(|c| format!("{of}.{}", c.name())));
            let cases: Vec<String> = cases.collect();
            if let Some(meant) = nearest(name, cases.iter().map(String::as_str)) {
                return Some((Code::PlaceUnknown, problem, format!("did you mean `{{{meant}}}`?")));
            }
        }
        return Some((Code::PlaceUnknown, problem, did_you_mean(name, names.iter().map(String::as_str))));
    };
    if counted {
        let problem =
            format!("{{{name}}} differs from case to case, and answers to this question are counted together");
        let remedy = "take it out, or write statistics: false: figures need the same words for everybody";
        return Some((Code::PlaceCounted, problem, remedy.to_owned()));
    }
    party.filter(|p| !may_use(*p, field)).map(|_| {
        let problem = format!("{{{name}}} would tell others about the client");
        let remedy = "employers and colleagues may learn when the coaching started and ended, nothing else";
        (Code::CaseFieldPrivate, problem, remedy.to_owned())
    })
}
