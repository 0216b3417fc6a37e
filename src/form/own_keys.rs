//! What belongs to one type of question only, and what each type must have.

use super::DayLimit;
use super::lint::Lint;
use super::raw::{QuestionType, RawQuestion};
use crate::text::{Code, Position};

/// Most items of a group; more is a table, not a form.
const MAX_ITEMS: usize = 20;
/// Most steps of a scale.
const MAX_STEPS: i64 = 11;

pub(super) fn mistakes(lint: &mut Lint<'_>, q: &RawQuestion) {
    group(lint, q);
    number(lint, q);
    stepped(lint, q);
    several(lint, q);
    days(lint, q);
    answers(lint, q);
}

/// Steps, lengths, ways out and what is chosen beforehand.
fn answers(lint: &mut Lint<'_>, q: &RawQuestion) {
    let kind = q.kind.value;
    match &q.steps {
        Some(steps) if kind != QuestionType::Agreement => {
            lint.tell(
                Code::NotOfThisType,
                Position::of(steps),
                "only agreement has steps",
                "remove steps, or use the type agreement",
            );
        }
        Some(steps) if steps.value != 3 && steps.value != 5 => {
            lint.tell(
                Code::Steps,
                Position::of(steps),
                format!("{} steps is no scale of ours", steps.value),
                "use 3 (yes, partly, no) or 5",
            );
        }
        _ => {}
    }
    if let Some(max) = &q.max_length {
        if kind != QuestionType::Text {
            lint.tell(Code::NotOfThisType, Position::of(max), "only a text has max_length", "remove it");
        } else if !(1..=5000).contains(&max.value) {
            let problem = format!("a text of {} characters", max.value);
            lint.tell(Code::MaxLength, Position::of(max), problem, "write 1 to 5000");
        }
    }
    for (way, name) in
        [(&q.dont_know, "dont_know"), (&q.not_applicable, "not_applicable"), (&q.rather_not_say, "rather_not_say")]
    {
        if let Some(way) = way
            && !matches!(
                kind,
                QuestionType::One
                    | QuestionType::Many
                    | QuestionType::Agreement
                    | QuestionType::Grade
                    | QuestionType::Scale
                    | QuestionType::YesNo
            )
        {
            let problem = format!("this type has no choices, so {name} has no place");
            lint.tell(
                Code::NotOfThisType,
                Position::of(way),
                problem,
                format!("remove {name}: whoever leaves the field empty has not answered"),
            );
        }
    }
    if let Some(default) = &q.default {
        let at = Position::of(default);
        if kind != QuestionType::YesNo {
            let remedy = "remove default: a scale answered beforehand measures nothing";
            lint.tell(Code::NotOfThisType, at, "only a yes-no question has a default", remedy);
        } else if !["yes", "no"].contains(&default.value.as_str()) {
            let problem = format!("`{}` is neither yes nor no", default.value);
            lint.tell(Code::Default, at, problem, "write default: \"yes\" or default: \"no\"");
        }
    }
}

/// What only scales have, and what they must have.
fn stepped(lint: &mut Lint<'_>, q: &RawQuestion) {
    let at = Position::of(&q.kind);
    if q.kind.value != QuestionType::Scale {
        for limit in q.from.iter().chain(&q.to) {
            lint.tell(
                Code::NotOfThisType,
                Position::of(limit),
                "only a scale has from and to",
                "remove it, or use the type scale",
            );
        }
        if q.low.is_some() || q.high.is_some() {
            lint.tell(Code::NotOfThisType, at, "only a scale has low and high", "remove them, or use the type scale");
        }
        return;
    }
    let (from, to) = (q.from.as_ref().map_or(0, |n| n.value), q.to.as_ref().map_or(10, |n| n.value));
    if from < 0 || to.saturating_sub(from) < 1 || to.saturating_sub(from) >= MAX_STEPS {
        let problem = format!("a scale from {from} to {to}");
        lint.tell(Code::ScaleRange, at, problem, "use 2 to 11 steps from 0 upwards, such as from: 0 and to: 10");
    }
    match (&q.low, &q.high) {
        (Some(low), Some(high)) => {
            lint.text(at, low, "the low end of the scale");
            lint.text(at, high, "the high end of the scale");
        }
        _ => lint.tell(Code::ScaleEnds, at, "the scale does not say what its ends mean", "add low: and high:"),
    }
}

/// How many choices a `many` takes.
fn several(lint: &mut Lint<'_>, q: &RawQuestion) {
    for limit in q.min_choices.iter().chain(&q.max_choices) {
        if q.kind.value != QuestionType::Many {
            lint.tell(
                Code::NotOfThisType,
                Position::of(limit),
                "only many has min_choices and max_choices",
                "remove it, or use the type many",
            );
        } else if limit.value == 0 || limit.value > q.choices.len() {
            let problem = format!("{} of {} choices", limit.value, q.choices.len());
            lint.tell(
                Code::ChoiceLimits,
                Position::of(limit),
                problem,
                "write at least 1 and at most the number of choices",
            );
        }
    }
    if let (Some(least), Some(most)) = (&q.min_choices, &q.max_choices)
        && least.value > most.value
    {
        lint.tell(
            Code::ChoiceLimits,
            Position::of(most),
            format!("at most {} and at least {}", most.value, least.value),
            "turn them round",
        );
    }
}

/// Limits of days and months.
fn days(lint: &mut Lint<'_>, q: &RawQuestion) {
    for limit in q.not_before.iter().chain(&q.not_after) {
        if !matches!(q.kind.value, QuestionType::Date | QuestionType::Month) {
            lint.tell(
                Code::NotOfThisType,
                Position::of(limit),
                "only a date or month has not_before and not_after",
                "remove it",
            );
        } else if DayLimit::read(&limit.value).is_none() {
            let problem = format!("`{}` is no limit of days", limit.value);
            let remedy = "write 2025-01-31, today, client_since, coaching_started or coaching_ended, perhaps with `+ 6 months` or `- 30 days`";
            lint.tell(Code::DayLimits, Position::of(limit), problem, remedy);
        }
    }
    if let Some(short) = q.short.as_ref().filter(|_| q.kind.value != QuestionType::Text) {
        lint.tell(Code::NotOfThisType, Position::of(short), "only a text is short", "remove short");
    }
}

/// What only groups have, and what they must have.
fn group(lint: &mut Lint<'_>, q: &RawQuestion) {
    let at = Position::of(&q.kind);
    if q.kind.value != QuestionType::Group {
        if !q.questions.is_empty() || q.item.is_some() || q.add.is_some() {
            lint.tell(
                Code::NotOfThisType,
                at,
                "only a group has questions, item and add",
                "remove them, or use the type group",
            );
        }
        for limit in q.min_items.iter().chain(&q.max_items) {
            lint.tell(
                Code::NotOfThisType,
                Position::of(limit),
                "only a group has items",
                "remove it, or use the type group",
            );
        }
        return;
    }
    let (min, max) = (q.min_items.as_ref().map_or(1, |m| m.value), q.max_items.as_ref().map_or(5, |m| m.value));
    if min > max || !(1..=MAX_ITEMS).contains(&max) {
        let problem = format!("{min} to {max} items are no range");
        lint.tell(Code::GroupItems, at, problem, "write min_items of 0 or more and max_items of at most 20");
    }
    match (&q.item, &q.add) {
        (Some(item), Some(add)) => {
            lint.text(at, item, "the name of an item");
            lint.text(at, add, "the button that adds an item");
        }
        _ => lint.tell(Code::GroupNames, at, "the group does not say what its items are called", "add item: and add:"),
    }
    if q.questions.is_empty() {
        lint.tell(Code::GroupQuestions, at, "the group has no questions", "add questions under questions:");
    }
    for inner in q.questions.iter().filter(|i| i.kind.value == QuestionType::Group) {
        lint.tell(Code::GroupQuestions, Position::of(&inner.kind), "a group inside a group", "ask it beside the group");
    }
    if q.required {
        lint.tell(
            Code::GroupRequired,
            at,
            "a group is not required as a whole",
            "set required on its questions and min_items",
        );
    }
}

/// What only numbers have.
fn number(lint: &mut Lint<'_>, q: &RawQuestion) {
    if q.kind.value != QuestionType::Number {
        for limit in q.min.iter().chain(&q.max) {
            lint.tell(Code::NotOfThisType, Position::of(limit), "only a number has min and max", "remove it");
        }
        if let Some(decimals) = &q.decimals {
            lint.tell(Code::NotOfThisType, Position::of(decimals), "only a number has decimals", "remove it");
        }
        if q.unit.is_some() {
            lint.tell(Code::NotOfThisType, Position::of(&q.kind), "only a number has a unit", "remove it");
        }
        return;
    }
    let largest = super::question::LARGEST_NUMBER;
    for limit in q.min.iter().chain(&q.max).filter(|l| !(-largest..=largest).contains(&l.value)) {
        lint.tell(
            Code::NumberLimits,
            Position::of(limit),
            format!("{} is out of reach", limit.value),
            "use at most a million either way",
        );
    }
    if let (Some(min), Some(max)) = (&q.min, &q.max)
        && min.value > max.value
    {
        lint.tell(
            Code::NumberLimits,
            Position::of(max),
            format!("max {} is below min {}", max.value, min.value),
            "turn them round",
        );
    }
    if let Some(decimals) = q.decimals.as_ref().filter(|d| d.value > 2) {
        lint.tell(Code::NumberLimits, Position::of(decimals), "more than two decimals", "use 0, 1 or 2");
    }
    if let Some(unit) = &q.unit {
        lint.text(Position::of(&q.kind), unit, "the unit");
    }
}
