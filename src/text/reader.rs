//! What the reader of YAML says, in words that authors can use, with what to do about it.

use super::{Code, Diagnostic, Position, SourceText};

/// What the reader itself says.
pub(super) fn reader(text: &SourceText<'_>, error: &serde_yaml::Error) -> Diagnostic {
    let at = error.location().map_or(Position::START, Position::from_location);
    let problem = plain(&error.without_snippet().to_string());
    let (code, remedy) = remedy_for(&problem);
    text.tell(code, at, problem, remedy)
}

/// The reader's own words, less what only its programmers can use.
fn plain(message: &str) -> String {
    let cut = [" at line ", ", set DuplicateKeyPolicy", "; set DuplicateKeyPolicy", " (set DuplicateKeyPolicy"];
    let plain = cut.iter().fold(message, |text, end| text.split(end).next().unwrap_or(text));
    let plain = plain.lines().next().unwrap_or(plain).trim_end_matches([':', ' ', ',', ';']);
    if plain.is_empty() { "this is no YAML".to_owned() } else { plain.to_owned() }
}

/// What to do about a key that is there twice.
pub(super) const TWICE: &str = "keep one of the two; if a new question or choice begins here, write a dash before it";

fn remedy_for(problem: &str) -> (Code, &'static str) {
    let p = problem.to_lowercase();
    let says = |word: &str| p.contains(word);
    match () {
        () if says("unknown field") => (
            Code::UnknownKey,
            "use one of the names listed, or remove the line; put a text that holds a comma or a colon in quotes",
        ),
        () if says("unknown variant") => (Code::UnknownValue, "use one of the values listed"),
        () if says("missing field `fi`") => (Code::MissingKey, "write the Finnish text after fi:"),
        () if says("missing field") => (Code::MissingKey, "add the field"),
        () if says("duplicate") => (Code::KeyTwice, TWICE),
        () if says("mapping values are not allowed") => (Code::NotYaml, "put the text in quotes: it holds a colon"),
        () if says("flow mapping") || says("flow sequence") => {
            (Code::NotYaml, "put the text in quotes: it holds a comma, a colon or a brace; or close the brace")
        }
        () if says("did not find expected") => (
            Code::NotYaml,
            "check the indentation of this line and of those above: keys of one thing begin in one column, and a new question or choice begins with a dash",
        ),
        () if says("budget") || says("depth") => (Code::NotYaml, "write it flatter and without so many aliases"),
        () if says("tab") => (Code::NotYaml, "replace the tab with spaces"),
        () if says("year") || says("month") || says("digit integer") => {
            (Code::WrongType, "write the day as 2025-12-31")
        }
        () if says("u32") || says("u64") || says("u8") || says("usize") || says("integer") || says("number") => {
            (Code::WrongType, "write a whole number such as 50, without a unit")
        }
        () if says("bool") => (Code::WrongType, "write true or false"),
        () if says("mapping") => {
            (Code::WrongType, "write the text as { fi: ... }, or the settings indented below the key")
        }
        () if says("sequence") => (Code::WrongType, "write a list: [a, b], or a line with - for each"),
        () => {
            (Code::NotYaml, "check the indentation, the colon after the key and the quotes on this line and above it")
        }
    }
}
