//! HTML and SVG as a row of tags and texts, as far as figures need it.

/// A tag or a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// An element begins; `alone` when it ends at once.
    Open { name: &'a str, attributes: Vec<(&'a str, &'a str)>, alone: bool },
    /// An element ends.
    Close(&'a str),
    /// What a reader reads.
    Text(String),
}

impl Piece<'_> {
    /// An attribute's value.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        match self {
            Self::Open { attributes, .. } => attributes.iter().find(|(k, _)| *k == key).map(|(_, v)| *v),
            _ => None,
        }
    }

    /// The element's name where one begins.
    pub(super) fn name(&self) -> &str {
        if let Self::Open { name, .. } = self { name } else { "" }
    }
}

/// Reads markup; what is no tag is text.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        push_text(&mut found, &rest[..at]);
        rest = &rest[at + 1..];
        let Some(end) = end_of_tag(rest) else { break };
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            found.push(Piece::Close(name.trim()));
        } else if !tag.starts_with(['!', '?']) {
            let alone = tag.ends_with('/');
            let tag = tag.trim_end_matches('/');
            let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
            found.push(Piece::Open { name, attributes: attributes_of(attributes), alone });
        }
    }
    push_text(&mut found, rest);
    found
}

fn push_text(found: &mut Vec<Piece<'_>>, text: &str) {
    if !text.trim().is_empty() {
        found.push(Piece::Text(decoded(text.trim())));
    }
}

fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, sign) in text.char_indices() {
        match (quote, sign) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(sign),
            (Some(q), s) if q == s => quote = None,
            _ => {}
        }
    }
    None
}

fn attributes_of(mut text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    loop {
        text = text.trim_start();
        let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
        let key = &text[..end];
        if key.is_empty() {
            return found;
        }
        text = &text[end..];
        let Some(value) = text.strip_prefix('=') else {
            found.push((key, ""));
            continue;
        };
        let (value, after) = match value.chars().next() {
            Some(q @ ('"' | '\'')) => value[1..].split_once(q).unwrap_or((&value[1..], "")),
            _ => value.split_once(char::is_whitespace).unwrap_or((value, "")),
        };
        found.push((key, value));
        text = after;
    }
}

/// Comments and declarations, which no reader sees; but the type of the document and the version of XML.
pub(super) fn unseen(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('<').filter(|(at, _)| text[at + 1..].starts_with(['!', '?'])) {
        let part = &text[at..];
        let is_known = ["<!doctype html>", "<?xml version=\"1.0\" encoding=\"utf-8\"?>"]
            .iter()
            .any(|known| part.get(..known.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(known)));
        if !is_known {
            found.push(part.chars().take(40).collect());
        }
    }
    found
}

/// The signs that templates escape.
pub(super) fn decoded(text: &str) -> String {
    let signs = [("&nbsp;", "\u{a0}"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    signs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
