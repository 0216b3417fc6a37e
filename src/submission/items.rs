//! The items of a group as fields: `group` says how many there are, `group.n.id` are their answers.

use super::{Answer, RawAnswers};
use crate::form::{Form, Kind, Question};
use crate::text::{finnish_date, finnish_month};

/// More items than any group may have; whatever number is sent, no more are looked at.
const MOST_ITEMS: usize = 100;

/// How many items were sent: what the group's own field says, else the highest number used.
#[must_use]
pub fn item_count(raw: &RawAnswers, group: &Question) -> usize {
    let told = raw.get(&group.id).and_then(|v| v.first()).and_then(|n| n.trim().parse().ok());
    let prefix = format!("{}.", group.id);
    let used = raw.keys().filter_map(|k| k.strip_prefix(&prefix)?.split('.').next()?.parse::<usize>().ok()).max();
    told.or(used).unwrap_or(0).min(MOST_ITEMS)
}

/// Adds an empty item to a group, unless it has the most it may have.
pub fn add_item(raw: &mut RawAnswers, form: &Form, group: &str) {
    if let Some((question, min, max)) = find(form, group) {
        let n = item_count(raw, question).max(min);
        raw.insert(question.id.clone(), vec![(n + 1).min(max).to_string()]);
    }
}

/// Removes the `n`th item of a group, counted from 1; later items move up. Where the least number
/// of items must stay, the last one is emptied. Returns what stood in it, by question id.
pub fn remove_item(raw: &mut RawAnswers, form: &Form, group: &str, n: usize) -> RawAnswers {
    let Some((question, min, max)) = find(form, group) else { return RawAnswers::new() };
    let count = item_count(raw, question).max(min).min(max);
    if n == 0 || n > count {
        return RawAnswers::new();
    }
    let filled = |values: &Vec<String>| values.iter().any(|v| !v.trim().is_empty());
    let field = |id: &String| raw.get(&question.field(n, id)).filter(|v| filled(v)).cloned();
    let removed = question.questions.iter().filter_map(|q| Some((q.id.clone(), field(&q.id)?))).collect();
    for q in &question.questions {
        for at in n..=count {
            match raw.remove(&question.field(at + 1, &q.id)) {
                Some(values) if at < count => raw.insert(question.field(at, &q.id), values),
                _ => raw.remove(&question.field(at, &q.id)),
            };
        }
    }
    raw.insert(question.id.clone(), vec![(count - 1).max(min).to_string()]);
    removed
}

/// Puts a removed item back as the `n`th; later items move down. An empty last item gives its place.
pub fn restore_item(raw: &mut RawAnswers, form: &Form, group: &str, n: usize, item: &RawAnswers) {
    let Some((question, min, max)) = find(form, group) else { return };
    let count = item_count(raw, question).max(min).min(max);
    let empty = |raw: &RawAnswers, at: usize| {
        let values = |q: &Question| raw.get(&question.field(at, &q.id)).cloned().unwrap_or_default();
        question.questions.iter().flat_map(values).all(|v| v.trim().is_empty())
    };
    let kept = if count > 0 && empty(raw, count) { count - 1 } else { count };
    if n == 0 || kept + 1 > max {
        return;
    }
    let n = n.min(kept + 1);
    for q in &question.questions {
        for at in (n..=kept).rev() {
            if let Some(values) = raw.remove(&question.field(at, &q.id)) {
                raw.insert(question.field(at + 1, &q.id), values);
            }
        }
        if let Some(values) = item.get(&q.id) {
            raw.insert(question.field(n, &q.id), values.clone());
        }
    }
    raw.insert(question.id.clone(), vec![(kept + 1).to_string()]);
}

fn find<'f>(form: &'f Form, group: &str) -> Option<(&'f Question, usize, usize)> {
    let question = form.questions().find(|q| q.id == group)?;
    if let Kind::Group { min, max } = question.kind { Some((question, min, max)) } else { None }
}

/// Writes an answer into the fields it came from.
pub(super) fn write(raw: &mut RawAnswers, field: &str, answer: &Answer) {
    let values = match answer {
        Answer::One(value) | Answer::Text(value) => vec![value.clone()],
        Answer::Many(codes) => codes.iter().cloned().collect(),
        Answer::Number(figure) => vec![figure.plain().replace('.', ",")],
        Answer::Date(date) => vec![finnish_date(*date)],
        Answer::Month(month) => vec![finnish_month(*month)],
        Answer::Items(items) => {
            for (n, item) in (1..).zip(items) {
                for (id, inner) in item {
                    write(raw, &format!("{field}.{n}.{id}"), inner);
                }
            }
            vec![items.len().to_string()]
        }
    };
    raw.insert(field.to_owned(), values);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        let source = "id: small\nparty: coach\ntitle: { fi: A }\nlead: { fi: A }\nwhy: { fi: A }\nminutes: 1\npages:\n  - title: { fi: A }\n    questions:\n      - id: g\n        type: group\n        text: { fi: A }\n        item: { fi: A }\n        add: { fi: A }\n        min_items: 1\n        max_items: 3\n        questions: [{ id: t, type: text, text: { fi: A } }]\n";
        Form::read("forms/small.yaml", source, None).unwrap()
    }

    fn with(texts: &[&str]) -> RawAnswers {
        let mut raw = RawAnswers::from([("g".to_owned(), vec![texts.len().to_string()])]);
        raw.extend((1..).zip(texts).map(|(n, t)| (format!("g.{n}.t"), vec![(*t).to_owned()])));
        raw
    }

    #[test]
    fn items_are_added_up_to_the_most_and_removed_down_to_the_least() {
        let mut raw = RawAnswers::new();
        for _ in 0..5 {
            add_item(&mut raw, &form(), "g");
        }
        assert_eq!(raw["g"], ["3"]);
        let mut raw = with(&["a", "b", "c"]);
        let removed = remove_item(&mut raw, &form(), "g", 2);
        assert_eq!(raw, with(&["a", "c"]));
        restore_item(&mut raw, &form(), "g", 2, &removed);
        assert_eq!(raw, with(&["a", "b", "c"]), "what was removed comes back to its place");
        restore_item(&mut raw, &form(), "g", 2, &removed);
        assert_eq!(raw, with(&["a", "b", "c"]), "there is no room for a fourth");
        let mut gap = with(&["a", "", "c"]);
        let removed = remove_item(&mut gap, &form(), "g", 3);
        restore_item(&mut gap, &form(), "g", 3, &removed);
        assert_eq!(gap, with(&["a", "c"]), "an empty item before it gives its place");
        let mut only = with(&["a"]);
        let removed = remove_item(&mut only, &form(), "g", 1);
        restore_item(&mut only, &form(), "g", 1, &removed);
        assert_eq!(only, with(&["a"]), "the emptied last one is filled again");
        remove_item(&mut raw, &form(), "g", 2);
        remove_item(&mut raw, &form(), "g", 1);
        remove_item(&mut raw, &form(), "g", 1);
        assert_eq!(raw, RawAnswers::from([("g".to_owned(), vec!["1".to_owned()])]));
        remove_item(&mut raw, &form(), "g", 7);
        remove_item(&mut raw, &form(), "unknown", 1);
        raw.insert("g".to_owned(), vec![usize::MAX.to_string()]);
        add_item(&mut raw, &form(), "g");
        assert_eq!(raw["g"], ["3"], "no number is too large");
        remove_item(&mut raw, &form(), "g", 2);
        remove_item(&mut raw, &form(), "g", 2);
        assert_eq!(raw["g"], ["1"]);
    }
}
