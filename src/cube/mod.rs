//! Counting: facts in, tables out.
//!
//! Enters: cases and submissions as [`Fact`]s, the instance's categories, the forms. Leaves: a
//! [`Cube`] of counters that facts are added to and taken from, and the declared [`Table`]s with
//! exact figures. Refuses nothing and hides nothing: its tables never leave the house, only a
//! release of them does.

mod answer_tables;
mod answers;
mod attributes;
mod blocks;
mod case_tables;
mod cohorts;
mod comparing;
mod count;
mod counters;
mod counting;
mod fact;
mod indicators;
mod open_tables;
mod pairs;
mod people;
mod respondents;
mod response_tables;
mod rows;
mod table;
mod unknown;

pub use comparing::COMPARISON;
pub use count::{RESPONSES, count, recount};
pub use counters::Cube;
pub use counting::idle_zeros;
pub use fact::{Codebook, Column, Columns, Fact};
pub use indicators::INDICATORS;
pub use people::{Attribute, Cohort, Counted, People, Reading, Whose};
pub use respondents::{CHOSEN, NOT_ANSWERED, NOT_CHOSEN};
pub use response_tables::RESPONSES_OF;
pub use table::{Axis, AxisCategory, Basis, Cell, Class, MEAN, NO_ANSWER, NOT_ASKED, Response, Role, TOTAL, Table};
pub use unknown::unknown_categories;

#[cfg(test)]
mod tests;
