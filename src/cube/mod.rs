//! Counting: facts in, tables out.
//!
//! Enters: cases and submissions as [`Fact`]s, the instance's categories, the forms. Leaves: a
//! [`Cube`] of counters that facts are added to and taken from, and the declared [`Table`]s with
//! exact figures. Refuses nothing and hides nothing: its tables never leave the house, only a
//! release of them does.

mod answers;
mod cases;
mod counters;
mod fact;
mod responses;
mod table;

pub use counters::Cube;
pub use fact::{Codebook, Column, Columns, Fact};
pub use table::{Axis, AxisCategory, Basis, Cell, Class, MEAN, NO_ANSWER, NOT_ASKED, Response, Role, TOTAL, Table};

use crate::form::{Form, Party};
use crate::instance::Instance;
use jiff::civil::Date;

/// Categories that counted cases have but the instance no longer declares: (dimension, code). While
/// there are any, tables would lack people.
#[must_use]
pub fn unknown_categories(cube: &Cube, instance: &Instance) -> Vec<(&'static str, String)> {
    cases::unknown_categories(cube, instance)
}

/// All tables of the instance in the order in which they are published: cases as of the end of
/// `as_of`, answers as of the end of `answers_until`, because answers come after the end of a case.
#[must_use]
pub fn tables(cube: &Cube, instance: &Instance, forms: &[Form], as_of: Date, answers_until: Date) -> Vec<Table> {
    let mut tables = cases::tables(cube, instance, as_of);
    let source = instance.feedback_source.as_ref().unwrap_or(&instance.source);
    let response = |party| responses::response(cube, forms, party, as_of, answers_until);
    tables.extend(responses::table_of(cube, instance, forms, as_of, answers_until));
    for form in forms {
        // Other forms are counted, but what is published together with feedback, and beside whom who was invited, is
        // still to be declared.
        if form.is_feedback() || form.party() == Party::Coach {
            tables.extend(answers::tables(cube, form, answers_until, source, response(form.party())));
        }
    }
    tables
}
