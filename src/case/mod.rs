//! One client's coaching from opening to follow-up.
//!
//! Enters: events. Leaves: a [`CaseFile`], the fold of its events, and the events by which a new
//! description differs from it. Refuses: events that cannot follow one another, such as an ending
//! before the start. A correction is a new event; nothing is ever rewritten.

mod circumstances;
mod event;
mod file;
mod handling;
mod months;
mod noted;
mod number;

pub use event::{CaseEvent, Ending, LEFT_OPEN, Note, NoteKind, Opening, Settled, Work};
pub use file::{CaseFile, CaseRefusal, PartyState};
pub use handling::{Handling, Problem, Stage};
pub use months::{DAYS_IN_YEAR_TIMES_100, mean_months_tenths, months_tenths};
pub use number::CaseNumber;
