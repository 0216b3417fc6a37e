//! Conditions as a stylesheet: on a page, what is not asked is hidden as soon as an answer says so, without script.
//! What a stylesheet cannot see is shown; the server decides when the page is sent.

use crate::form::{Condition, Form, FormPage, Kind, Question, Subject, Test};

/// A condition as a selector.
enum Selector {
    /// Always true, or unknown where showing too much is right.
    True,
    /// Always false, or unknown where it is denied.
    False,
    /// True where the form matches this.
    Of(String),
}

/// The rules of a form; empty when nothing hangs on anything.
#[must_use]
pub fn conditions_css(form: &Form) -> String {
    let mut rules = Vec::new();
    for (n, page) in (1..).zip(form.pages()) {
        let look = Look { form, group: None };
        // The heading goes with its questions.
        let heading = page.ask_if.as_ref().map_or(Selector::True, |c| look.selector(c, true));
        rules.extend(rule(&heading, "part", &n.to_string()));
        for question in &page.questions {
            rules.extend(rule(&look.of_question(page, question), "q", &question.id));
            let Kind::Group { max, .. } = question.kind else { continue };
            for n in 1..=max {
                let look = Look { form, group: Some((question, n)) };
                for inner in &question.questions {
                    let condition = inner.ask_if.as_ref().map_or(Selector::True, |c| look.selector(c, true));
                    rules.extend(rule(&condition, "q", &question.field(n, &inner.id)));
                }
            }
        }
    }
    if rules.is_empty() { String::new() } else { format!("@supports selector(:has(*)) {{\n{}}}\n", rules.concat()) }
}

/// Hides what is marked `data-<mark>="<value>"` where the form does not match.
fn rule(selector: &Selector, mark: &str, value: &str) -> Option<String> {
    let form = match selector {
        Selector::True => return None,
        Selector::False => "form".to_owned(),
        Selector::Of(matches) => format!("form:not({matches})"),
    };
    Some(format!("{form} [data-{mark}=\"{value}\"].depends {{ display: none }}\n"))
}

struct Look<'a> {
    form: &'a Form,
    /// The group and item in which a condition stands.
    group: Option<(&'a Question, usize)>,
}

impl Look<'_> {
    fn of_question(&self, page: &FormPage, question: &Question) -> Selector {
        let parts = page.ask_if.iter().chain(&question.ask_if).map(|c| self.selector(c, true));
        all(parts.collect())
    }

    /// `shown`: what is unknown counts as true, so that too much is shown rather than too little.
    fn selector(&self, condition: &Condition, shown: bool) -> Selector {
        match condition {
            Condition::All(parts) => all(parts.iter().map(|c| self.selector(c, shown)).collect()),
            Condition::Any(parts) => any(parts.iter().map(|c| self.selector(c, shown)).collect()),
            Condition::Not(part) => not(self.selector(part, !shown)),
            Condition::Of(Subject::Case(_), _) => unknown(shown),
            Condition::Of(Subject::Question(id), Test::Answered(false)) => {
                not(self.answer(id, &Test::Answered(true), !shown))
            }
            Condition::Of(Subject::Question(id), test) => self.answer(id, test, shown),
        }
    }

    /// The answer as it stands on the page, and only if its question is asked itself.
    fn answer(&self, id: &str, test: &Test, shown: bool) -> Selector {
        let Some((question, field, page)) = self.question(id) else { return unknown(shown) };
        let own = match (test, &question.kind) {
            (Test::Is(code), _) => one_of(&field, &[code.as_str()]),
            (Test::In(codes), _) => one_of(&field, &codes.iter().map(String::as_str).collect::<Vec<_>>()),
            (Test::AtLeast(least), Kind::Grade | Kind::Scale { .. }) => {
                let enough = |code: &&str| code.parse::<i64>().is_ok_and(|n| n >= *least);
                one_of(&field, &question.choices.iter().map(|c| c.code.as_str()).filter(enough).collect::<Vec<_>>())
            }
            (Test::AtLeast(_), _) | (_, Kind::Group { .. }) => unknown(shown),
            (Test::Answered(_), _) if question.choices.is_empty() => {
                Selector::Of(format!(":has(:is(input,textarea)[name=\"{field}\"]:not(:placeholder-shown))"))
            }
            (Test::Answered(_), _) => {
                let name = format!("input[name=\"{field}\"]");
                Selector::Of(format!(":has({name}:is(:checked,[type=hidden]))"))
            }
        };
        let conditions = page.and_then(|p| p.ask_if.as_ref()).into_iter().chain(&question.ask_if);
        all(std::iter::once(own).chain(conditions.map(|c| self.selector(c, shown))).collect())
    }

    /// The question of that id, the name of its field, and its page unless it stands in the same item.
    fn question(&self, id: &str) -> Option<(&Question, String, Option<&FormPage>)> {
        if let Some((group, n)) = self.group
            && let Some(inner) = group.questions.iter().find(|q| q.id == id)
        {
            return Some((inner, group.field(n, id), None));
        }
        let page = self.form.pages().iter().find(|p| p.questions.iter().any(|q| q.id == id))?;
        Some((page.questions.iter().find(|q| q.id == id)?, id.to_owned(), Some(page)))
    }
}

fn unknown(shown: bool) -> Selector {
    if shown { Selector::True } else { Selector::False }
}

/// One of these codes is chosen, on this page or before it.
fn one_of(field: &str, codes: &[&str]) -> Selector {
    if codes.is_empty() {
        return Selector::False;
    }
    let values: Vec<String> = codes.iter().map(|code| format!("[value=\"{code}\"]")).collect();
    Selector::Of(format!(":has(input[name=\"{field}\"]:is(:checked,[type=hidden]):is({}))", values.join(",")))
}

fn all(parts: Vec<Selector>) -> Selector {
    let mut joined = String::new();
    for part in parts {
        match part {
            Selector::True => {}
            Selector::False => return Selector::False,
            Selector::Of(own) => joined.push_str(&own),
        }
    }
    if joined.is_empty() { Selector::True } else { Selector::Of(joined) }
}

fn any(parts: Vec<Selector>) -> Selector {
    let mut joined = Vec::new();
    for part in parts {
        match part {
            Selector::True => return Selector::True,
            Selector::False => {}
            Selector::Of(own) => joined.push(own),
        }
    }
    if joined.is_empty() { Selector::False } else { Selector::Of(format!(":is({})", joined.join(","))) }
}

fn not(part: Selector) -> Selector {
    match part {
        Selector::True => Selector::False,
        Selector::False => Selector::True,
        Selector::Of(own) => Selector::Of(format!(":not({own})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(conditions: &[&str]) -> Form {
        let mut source = String::from(
            "id: small\nparty: client\ntitle: { fi: A }\nlead: { fi: A }\nwhy: { fi: A }\nminutes: 1\npages:\n  - title: { fi: A }\n    questions:\n      - { id: a, type: yes-no, text: { fi: A } }\n      - { id: n, type: number, text: { fi: A } }\n      - { id: g, type: grade, text: { fi: A } }\n",
        );
        for (i, condition) in conditions.iter().enumerate() {
            source += &format!("      - {{ id: q{i}, type: text, text: {{ fi: A }}, ask_if: {condition} }}\n");
        }
        Form::read("forms/small.yaml", &source, None).unwrap()
    }

    #[test]
    fn a_condition_becomes_a_rule_that_hides_and_what_css_cannot_see_is_shown() {
        let css = conditions_css(&form(&[
            "{ question: a, is: \"yes\" }",
            "{ question: n, at_least: 3 }",
            "{ not: { question: n, at_least: 3 } }",
            "{ question: g, at_least: 4 }",
            "{ question: q0, answered: true }",
            "{ any: [{ question: a, is: \"no\" }, { question: g, is: dont_know }] }",
        ]));
        let rules: Vec<&str> = css.lines().filter(|l| l.starts_with("form")).collect();
        assert_eq!(rules.len(), 4, "{css}");
        let a = |code: &str| format!(":has(input[name=\"a\"]:is(:checked,[type=hidden]):is([value=\"{code}\"]))");
        assert_eq!(rules[0], format!("form:not({}) [data-q=\"q0\"].depends {{ display: none }}", a("yes")));
        assert!(rules[1].contains(":is([value=\"4\"],[value=\"5\"])") && rules[1].contains("q3"), "{css}");
        assert!(
            rules[2].contains(&format!("placeholder-shown)){}", a("yes"))),
            "an answer to what is hidden is none: {css}"
        );
        assert!(rules[3].contains(&format!(":is({},", a("no"))), "{css}");
        assert_eq!(conditions_css(&form(&[])), "");
    }

    #[test]
    fn the_heading_of_a_page_goes_with_its_questions() {
        let source = "id: small\nparty: client\ntitle: { fi: A }\nlead: { fi: A }\nwhy: { fi: A }\nminutes: 1\npages:\n  - title: { fi: A }\n    questions:\n      - { id: a, type: yes-no, text: { fi: A } }\n  - title: { fi: B }\n    ask_if: { question: a, is: \"yes\" }\n    questions:\n      - { id: b, type: text, text: { fi: A } }\n";
        let css = conditions_css(&Form::read("forms/small.yaml", source, None).unwrap());
        let rules: Vec<&str> = css.lines().filter(|l| l.starts_with("form")).collect();
        assert!(rules[0].ends_with("[data-part=\"2\"].depends { display: none }"), "{css}");
        assert!(rules[1].ends_with("[data-q=\"b\"].depends { display: none }"), "{css}");
        assert_eq!(rules.len(), 2, "{css}");
    }
}
