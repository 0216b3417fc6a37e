//! Speaks on the terminal. A closed pipe is no reason to end a server or half an import.

use std::fmt::Display;
use std::io::Write;

/// A line for the person at the terminal, or for the program that reads it.
pub(super) fn say(line: impl Display) {
    // Nobody reads any more; the work goes on.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A warning or an error, apart from the results.
pub(super) fn warn(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
