//! A mistake in a file, told so that its author can mend it: where, what, how.

use super::{Code, Language, Severity};
use serde_yaml::Spanned;
use std::cell::OnceCell;
use std::fmt;

/// A place in a file, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// The first character of the file, for mistakes that concern all of it.
    pub const START: Self = Self { line: 1, column: 1 };

    /// Where a YAML value stands.
    #[must_use]
    pub fn of<T>(value: &Spanned<T>) -> Self {
        Self::from_location(value.referenced)
    }

    pub(super) fn from_location(at: serde_yaml::Location) -> Self {
        let from_one = |n: u64| usize::try_from(n).unwrap_or(1).max(1);
        Self { line: from_one(at.line()), column: from_one(at.column()) }
    }
}

/// One mistake or warning: its place, what is wrong and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What was found, whatever words tell it.
    pub code: Code,
    /// The file as the reader named it.
    pub file: String,
    /// Where in the file.
    pub at: Position,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
    /// The line itself with its neighbours, numbered, a caret under the place.
    pub excerpt: String,
}

impl Diagnostic {
    /// Tells a mistake at `at` in `source`, the text of `file`.
    #[must_use]
    pub fn new(
        code: Code,
        (file, source): (&str, &str),
        at: Position,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        SourceText::new(file, source).tell(code, at, problem, remedy)
    }

    /// True when the file cannot be used.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code.severity() == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, warning) = (self.code.short(), if self.is_error() { "" } else { "warning: " });
        writeln!(f, "{}:{}:{}: {code} {warning}{}", self.file, self.at.line, self.at.column, self.problem)?;
        f.write_str(&self.excerpt)?;
        write!(f, "  remedy: {}", self.remedy)
    }
}

/// Every mistake found in one pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl std::error::Error for Diagnostics {}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, d) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n\n")?;
            }
            d.fmt(f)?;
        }
        Ok(())
    }
}

/// The text of a file, in which many things may have to be pointed at: its lines are found once.
#[derive(Debug)]
pub struct SourceText<'a> {
    file: &'a str,
    text: &'a str,
    /// Where each line begins and ends.
    lines: OnceCell<Vec<(usize, usize)>>,
}

/// Most characters of a line that are shown.
const SHOWN: usize = 160;

impl<'a> SourceText<'a> {
    /// The text of that file.
    #[must_use]
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, lines: OnceCell::new() }
    }

    /// The file's name.
    #[must_use]
    pub fn file(&self) -> &'a str {
        self.file
    }

    fn lines(&self) -> impl ExactSizeIterator<Item = &'a str> {
        let places = self.lines.get_or_init(|| {
            let mut start = 0;
            let line = |whole: &str| {
                let end = start + whole.trim_end_matches(['\n', '\r']).len();
                let begin = start;
                start += whole.len();
                (begin, end)
            };
            self.text.split_inclusive('\n').map(line).collect()
        });
        places.iter().map(|(start, end)| &self.text[*start..*end])
    }

    /// Tells what was found at a place; a place outside the text is moved to its end.
    #[must_use]
    pub fn tell(&self, code: Code, at: Position, problem: impl Into<String>, remedy: impl Into<String>) -> Diagnostic {
        let line = at.line.clamp(1, self.lines().len().max(1));
        let longest = self.lines().nth(line - 1).map_or(0, |l| l.chars().count()) + 1;
        let at = Position { line, column: if line < at.line { longest } else { at.column.clamp(1, longest) } };
        let excerpt = self.excerpt(at);
        Diagnostic { code, file: self.file.to_owned(), at, problem: problem.into(), remedy: remedy.into(), excerpt }
    }

    /// Where `words` stand in the text of that language that begins at `at`, if they can be found.
    #[must_use]
    pub fn seek_in(&self, at: Position, language: Language, words: &str) -> Option<Position> {
        let begin = self.seek(at, &format!("{}:", language.code())).unwrap_or(at);
        self.seek(begin, words).or_else(|| self.seek(at, words))
    }

    /// Where `words` stand first from `at` on, if they stand in one of the next lines.
    #[must_use]
    pub fn seek(&self, at: Position, words: &str) -> Option<Position> {
        /// A text with its translations and hints stands in fewer lines.
        const NEAR: usize = 40;
        self.lines().enumerate().skip(at.line.saturating_sub(1)).take(NEAR).find_map(|(i, line)| {
            let from = if i + 1 == at.line { at.column.saturating_sub(1) } else { 0 };
            let from = line.char_indices().nth(from).map_or(if from == 0 { 0 } else { line.len() }, |(byte, _)| byte);
            let byte = from + line[from..].find(words)?;
            Some(Position { line: i + 1, column: line[..byte].chars().count() + 1 })
        })
    }

    fn excerpt(&self, at: Position) -> String {
        let mut out = String::new();
        for (i, line) in self.lines().enumerate().skip(at.line.saturating_sub(2)).take(3) {
            let number = i + 1;
            // What comes before a place far to the right is cut away.
            let hidden = if number == at.line { at.column.saturating_sub(SHOWN - 40) } else { 0 };
            let shown: String = line.chars().skip(hidden).take(SHOWN).collect();
            out.push_str(&format!("{number:>5} | {shown}\n"));
            if number == at.line {
                out.push_str(&format!("      | {}^\n", " ".repeat(at.column - 1 - hidden)));
            }
        }
        out
    }
}
