//! A mistake in a file, told so that its author can mend it: where, what, how.

use serde::de::DeserializeOwned;
use serde_yaml::Spanned;
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

    fn from_location(at: serde_yaml::Location) -> Self {
        let from_one = |n: u64| usize::try_from(n).unwrap_or(1).max(1);
        Self { line: from_one(at.line()), column: from_one(at.column()) }
    }
}

/// One mistake: its place, what is wrong and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
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
    pub fn new(file: &str, source: &str, at: Position, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: file.to_owned(), at, problem: problem.into(), remedy: remedy.into(), excerpt: excerpt(source, at) }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}:{}: {}", self.file, self.at.line, self.at.column, self.problem)?;
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

fn excerpt(source: &str, at: Position) -> String {
    let mut out = String::new();
    for (i, line) in source.lines().enumerate().skip(at.line.saturating_sub(2)).take(3) {
        let number = i + 1;
        let shown: String = line.chars().take(160).collect();
        out.push_str(&format!("{number:>5} | {shown}\n"));
        if number == at.line {
            out.push_str(&format!("      | {}^\n", " ".repeat(at.column.saturating_sub(1).min(160))));
        }
    }
    out
}

/// The largest YAML file that is read.
const MAX_YAML_BYTES: usize = 1_000_000;

/// Reads YAML into `T`; duplicate keys, unknown fields and alias bombs are refused with their place.
///
/// # Errors
/// One diagnostic: the reader stops at the first thing that is not YAML of the expected shape.
pub fn read_yaml<T: DeserializeOwned>(file: &str, source: &str) -> Result<T, Diagnostics> {
    if source.len() > MAX_YAML_BYTES {
        let problem = format!("the file is {} bytes long; at most {MAX_YAML_BYTES} are read", source.len());
        return Err(Diagnostics(vec![Diagnostic::new(
            file,
            "",
            Position::START,
            problem,
            "split it into smaller files",
        )]));
    }
    serde_yaml::from_str(source).map_err(|error| {
        let at = error.location().map_or(Position::START, Position::from_location);
        let message = error.without_snippet().to_string();
        let problem = plain(&message);
        let remedy = remedy_for(&problem, source);
        Diagnostics(vec![Diagnostic::new(file, source, at, problem, remedy)])
    })
}

/// The reader's own words, less what only its programmers can use.
fn plain(message: &str) -> String {
    let cut = [" at line ", ", set DuplicateKeyPolicy", "; set DuplicateKeyPolicy", " (set DuplicateKeyPolicy"];
    let plain = cut.iter().fold(message, |text, end| text.split(end).next().unwrap_or(text));
    plain.lines().next().unwrap_or(plain).trim_end_matches([':', ' ', ',', ';']).to_owned()
}

fn remedy_for(problem: &str, source: &str) -> &'static str {
    let p = problem.to_lowercase();
    let says = |word: &str| p.contains(word);
    match () {
        () if source.trim().is_empty() => "the file is empty; `palaute init` writes one to start from",
        () if says("unknown field") => {
            "use one of the names listed, or remove the line; put a text that holds a comma or a colon in quotes"
        }
        () if says("unknown variant") => "use one of the values listed",
        () if says("missing field `fi`") => "write the Finnish text after fi:",
        () if says("missing field") => "add the field",
        () if says("duplicate") => "keep one of the two",
        () if says("tab") => "replace the tab with spaces",
        () if says("year") || says("month") || says("digit integer") => "write the day as 2025-12-31",
        () if says("u32") || says("u64") || says("u8") || says("usize") || says("integer") || says("number") => {
            "write a whole number such as 50, without a unit"
        }
        () if says("bool") => "write true or false",
        () if says("mapping") => "write the text as { fi: ... }, or the settings indented below the key",
        () if says("sequence") => "write a list: [a, b], or a line with - for each",
        () => "check the indentation, the colon after the key and the quotes on this line and above it",
    }
}
