//! Markdown as plain pieces, for places that print no HTML: paragraphs and lists without markup.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde::Serialize;

/// A paragraph or a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Piece {
    /// Running words; a heading is one, too.
    Paragraph {
        /// The words.
        text: String,
    },
    /// The points of a list; those of lists inside it follow as points of their own.
    Items {
        /// The points in order.
        items: Vec<String>,
        /// True when they are numbered.
        numbered: bool,
    },
}

/// The pieces of a Markdown text. Emphasis is dropped, a link is its words followed by its address.
#[must_use]
pub fn pieces(markdown: &str) -> Vec<Piece> {
    let (mut found, mut words, mut lists, mut links) = (Vec::new(), String::new(), Vec::new(), Vec::new());
    for event in Parser::new_ext(markdown, Options::empty()) {
        match event {
            Event::Text(t) | Event::Code(t) | Event::Html(t) | Event::InlineHtml(t) => words.push_str(&t),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            Event::Start(Tag::List(first)) => {
                put(&mut found, &mut words, lists.last().copied());
                lists.push(first.is_some());
            }
            Event::Start(Tag::Link { dest_url, .. }) => links.push((dest_url, words.len())),
            Event::End(TagEnd::Link) => {
                if let Some((address, began)) = links.pop()
                    && words.get(began..) != Some(&*address)
                {
                    words.push_str(&format!(" ({address})"));
                }
            }
            Event::End(TagEnd::List(_)) => {
                put(&mut found, &mut words, lists.last().copied());
                lists.pop();
            }
            Event::End(TagEnd::Item | TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock) => {
                put(&mut found, &mut words, lists.last().copied());
            }
            _ => {}
        }
    }
    put(&mut found, &mut words, None);
    found
}

/// Ends a piece; `list` says that it is a point of one, numbered or not.
fn put(found: &mut Vec<Piece>, words: &mut String, list: Option<bool>) {
    let text = std::mem::take(words).trim().to_owned();
    if text.is_empty() {
        return;
    }
    match (list, found.last_mut()) {
        (None, _) => found.push(Piece::Paragraph { text }),
        (Some(wanted), Some(Piece::Items { items, numbered })) if *numbered == wanted => items.push(text),
        (Some(numbered), _) => found.push(Piece::Items { items: vec![text], numbered }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_paragraphs_and_lists_stay() {
        let found =
            pieces("**Vain** paperilla.\nJatkuu.\n\n- yksi\n- [kaksi](https://a.example)\n\n1. eka\n\nLoppu <b>x</b>.");
        let items = |items: &[&str], numbered| Piece::Items {
            items: items.iter().map(|i| (*i).to_owned()).collect(),
            numbered,
        };
        let text = |t: &str| Piece::Paragraph { text: t.to_owned() };
        let expected = vec![
            text("Vain paperilla. Jatkuu."),
            items(&["yksi", "kaksi (https://a.example)"], false),
            items(&["eka"], true),
            text("Loppu <b>x</b>."),
        ];
        assert_eq!(found, expected);
    }
}
