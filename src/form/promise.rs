//! What a form promises to its respondent must be true: who sees an answer, what is counted, and that
//! the whole of it can be sent.

use super::lint::Lint;
use super::question::DEFAULT_TEXT_LENGTH;
use super::raw::{QuestionType, RawForm, RawQuestion, Visibility};
use crate::text::{Code, Position};

/// Most answers of a full form, items of groups counted; a posted form has a limit of fields.
const MOST_FIELDS: usize = 400;
/// Most characters of all texts of a full form together.
const MOST_CHARACTERS: usize = 50_000;

pub(super) fn mistakes(lint: &mut Lint<'_>, raw: &RawForm) {
    let (mut fields, mut characters) = (0, 0);
    for q in raw.pages.iter().flat_map(|p| &p.questions) {
        counted(lint, raw, q);
        let items = if q.kind.value == QuestionType::Group { q.max_items.as_ref().map_or(5, |m| m.value) } else { 1 };
        for inner in std::iter::once(q).chain(&q.questions) {
            fields += items;
            if inner.kind.value == QuestionType::Text {
                characters += items.saturating_mul(inner.max_length.as_ref().map_or(DEFAULT_TEXT_LENGTH, |m| m.value));
            }
        }
        for inner in &q.questions {
            let own = inner.visibility.is_some() || inner.statistics.is_some() || inner.default.is_some();
            if own {
                let problem =
                    format!("`{}` stands in a group and has visibility, statistics or default", inner.id.value);
                lint.tell(
                    Code::InGroup,
                    Position::of(&inner.id),
                    problem,
                    "remove them: the group's visibility holds for all of it",
                );
            }
        }
    }
    if fields > MOST_FIELDS || characters > MOST_CHARACTERS {
        let problem = format!("a full form would have {fields} answers and texts of {characters} characters");
        let remedy =
            format!("keep to {MOST_FIELDS} answers and {MOST_CHARACTERS} characters: fewer items or shorter texts");
        lint.tell(Code::FormTooLong, Position::of(&raw.id), problem, remedy);
    }
    if let Some(name) = &raw.coach_reads_if {
        let asked = raw.pages.iter().flat_map(|p| &p.questions).find(|q| q.id.value == name.value);
        if let Some(default) = asked.and_then(|q| q.default.as_ref()).filter(|d| d.value != "no") {
            lint.tell(
                Code::PermissionBeforehand,
                Position::of(default),
                "a permission that is given beforehand",
                "write default: \"no\"",
            );
        }
    }
}

/// Types whose answers fall into categories that can be counted.
pub(super) fn countable(kind: QuestionType) -> bool {
    matches!(
        kind,
        QuestionType::One
            | QuestionType::Many
            | QuestionType::Agreement
            | QuestionType::Grade
            | QuestionType::Scale
            | QuestionType::YesNo
    )
}

/// What only statistics see must be counted, or it is asked for nothing.
fn counted(lint: &mut Lint<'_>, raw: &RawForm, q: &RawQuestion) {
    let hidden = q.visibility.unwrap_or(raw.visibility) == Visibility::Statistics;
    let asks = !matches!(q.kind.value, QuestionType::Information | QuestionType::Signature);
    if hidden && asks && (!countable(q.kind.value) || !q.statistics.unwrap_or(raw.statistics)) {
        let problem = format!("nobody sees `{}` and it is not counted", q.id.value);
        lint.tell(
            Code::AskedForNothing,
            Position::of(&q.id),
            problem,
            "let somebody see it, count it, or do not ask it",
        );
    }
}
