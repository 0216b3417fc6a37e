//! Pages of prose: front matter and Markdown.
//!
//! Enters: the text of `content/<lang>/<slug>.md`. Leaves: a [`Page`] with safe HTML. Refuses: raw
//! HTML (shown as text), links to anything but web, mail and this site, pages without a title.

mod pieces;

pub use pieces::{Piece, pieces};

use crate::text::{Code, Diagnostic, Diagnostics, Language, Position, read_yaml};
use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};
use serde::{Deserialize, Serialize};

/// A page of prose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Its name in addresses.
    pub slug: String,
    /// Its language.
    pub language: Language,
    /// Its heading.
    pub title: String,
    /// One sentence for search engines and lists.
    pub description: String,
    /// The body as HTML.
    pub html: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: String,
    description: String,
}

/// Largest page that is read, in bytes.
const MAX_BYTES: usize = 200_000;
const OPENING: &str = "---\n";

impl Page {
    /// Reads `content/<lang>/<slug>.md`.
    ///
    /// # Errors
    /// A missing or wrong front matter, a slug that is none, a link of a scheme that is not allowed.
    pub fn read(file: &str, slug: &str, language: Language, source: &str) -> Result<Self, Diagnostics> {
        let refuse = |code, at, problem: &str, remedy: &str| {
            Diagnostics(vec![Diagnostic::new(code, (file, source), at, problem, remedy)])
        };
        if slug.is_empty() || !slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err(refuse(
                Code::PageName,
                Position::START,
                "the file's name cannot be an address",
                "use a-z, 0-9 and hyphens",
            ));
        }
        if source.len() > MAX_BYTES {
            return Err(refuse(
                Code::PageTooLong,
                Position::START,
                "the page is too long",
                "split it: at most 200 000 bytes are read",
            ));
        }
        let unified = source.replace("\r\n", "\n");
        let parts = unified.strip_prefix(OPENING).and_then(|rest| rest.split_once("\n---\n"));
        let Some((front, body)) = parts else {
            return Err(refuse(
                Code::FrontMatter,
                Position::START,
                "the page has no front matter",
                "begin with ---, title:, description: and ---",
            ));
        };
        // An empty first line keeps the line numbers of the file.
        let front: FrontMatter = read_yaml(file, &format!("\n{front}\n"))?;
        if let Some(link) = forbidden_link(body) {
            let line = source.lines().position(|l| l.contains(link.as_ref())).map_or(1, |i| i + 1);
            let problem = format!("the link `{link}` is not allowed");
            return Err(refuse(
                Code::Link,
                Position { line, column: 1 },
                &problem,
                "link to https://, mailto: or a page of this site",
            ));
        }
        let mut out = String::new();
        html::push_html(&mut out, events(body));
        Ok(Self { slug: slug.to_owned(), language, title: front.title, description: front.description, html: out })
    }
}

fn options() -> Options {
    Options::ENABLE_TABLES
}

/// Raw HTML becomes text.
fn events(body: &str) -> impl Iterator<Item = Event<'_>> {
    Parser::new_ext(body, options()).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    })
}

/// The Markdown that stands between the questions of a form: raw HTML becomes text, headings become paragraphs, images
/// and links that are not allowed keep their words only.
#[must_use]
pub fn form_html(markdown: &str) -> String {
    let mut dropped = false;
    let kept = events(markdown).filter_map(move |event| match event {
        Event::Start(Tag::Heading { .. }) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::Heading(_)) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Link { ref dest_url, link_type, .. }) => {
            dropped = !allowed(dest_url, link_type);
            (!dropped).then_some(event)
        }
        Event::End(TagEnd::Link) => (!std::mem::take(&mut dropped)).then_some(event),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        other => Some(other),
    });
    let mut out = String::new();
    html::push_html(&mut out, kept);
    out
}

fn forbidden_link(body: &str) -> Option<CowStr<'_>> {
    Parser::new_ext(body, options()).find_map(|event| match event {
        Event::Start(Tag::Link { dest_url, link_type, .. }) if !allowed(&dest_url, link_type) => Some(dest_url),
        Event::Start(Tag::Image { dest_url, .. }) if !is_relative(&dest_url) => Some(dest_url),
        _ => None,
    })
}

fn allowed(url: &str, link_type: LinkType) -> bool {
    link_type == LinkType::Email
        || ["https://", "http://", "mailto:"].iter().any(|s| url.starts_with(s))
        || is_relative(url)
}

fn is_relative(url: &str) -> bool {
    !url.starts_with("//") && !url.split(['/', '?', '#']).next().unwrap_or("").contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Result<Page, Diagnostics> {
        Page::read(
            "content/fi/a.md",
            "a",
            Language::Fi,
            &format!("---\ntitle: Otsikko\ndescription: Kuvaus\n---\n{body}"),
        )
    }

    #[test]
    fn raw_html_is_shown_as_text() {
        let html = page("Teksti <script>alert(1)</script>\n\n<b onclick=x>lihava</b>\n").unwrap().html;
        assert!(!html.contains("<script") && !html.contains("<b "), "{html}");
        assert!(html.contains("&lt;script&gt;"), "{html}");
    }

    #[test]
    fn the_markdown_of_a_form_keeps_words_and_drops_what_could_run() {
        let html = form_html(
            "# Otsikko\n\n**Tärkeää** [ohje](https://example.org/) [x](javascript:alert(1)) ![k](a.png)\n\n- a\n",
        );
        assert!(html.contains("<strong>Tärkeää</strong>") && html.contains("<li>a</li>"), "{html}");
        assert!(html.contains("<a href=\"https://example.org/\">ohje</a> x k"), "{html}");
        assert!(!html.contains("<h1") && !html.contains("javascript") && !html.contains("<img"), "{html}");
    }

    #[test]
    fn links_that_run_or_leave_the_protocol_are_refused_with_their_line() {
        for link in ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.example", "vbscript:x"] {
            let refusal = page(&format!("ok\n\n[x]({link})\n")).unwrap_err();
            assert_eq!(refusal.0[0].at.line, 7, "{link}");
        }
        assert!(page("[a](tulokset.html#x) [b](https://example.org/) <mailto:a@example.org>").is_ok());
    }

    #[test]
    fn an_unknown_key_in_the_front_matter_is_told_at_its_line() {
        let refusal =
            Page::read("a.md", "a", Language::Fi, "---\ntitle: A\ntitel: B\ndescription: C\n---\n").unwrap_err();
        assert_eq!(refusal.0[0].at.line, 3, "{refusal}");
    }
}
