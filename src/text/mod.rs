//! Words, numbers and dates as people read them.
//!
//! Enters: the message catalogue, numbers, dates, YAML positions. Leaves: text in the reader's
//! language, parsed Finnish numbers and dates, values read from YAML, diagnostics. Refuses: identity codes, malformed
//! numbers and dates. Knows nothing of forms, cases or figures.

mod date;
mod diagnostic;
mod diagnostic_code;
mod email;
mod fingerprint;
mod hetu;
mod language;
mod messages;
mod near;
mod number;
mod reader;
mod shape;
mod translated;

pub use date::{finnish_date, finnish_month, parse_date, parse_month, told_date, told_instant, told_month, zone};
pub use diagnostic::{Diagnostic, Diagnostics, Position, SourceText};
pub use diagnostic_code::{Code, Severity};
pub use email::is_email;
pub use fingerprint::{Fingerprint, hex, policy_hash};
pub use hetu::contains_hetu;
pub use language::Language;
pub use messages::Messages;
pub use near::{did_you_mean, nearest};
pub use number::{Figure, divide_rounded, finnish_number, parse_figure, parse_tenths, told_number, told_percent};
pub use shape::{read_shaped, read_yaml};
pub use translated::Text;
