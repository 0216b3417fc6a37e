//! What is published and how it is cut: `statistics.yaml`, the dated table of areas, `areas.yaml`, and what was
//! published elsewhere before, `published.yaml`.
//!
//! Enters: the texts of the files, the instance and its forms. Leaves: [`Statistics`], which the cube counts by and
//! disclosure control works through in order, and [`Published`], which the ledger of releases begins with. Refuses: unknown
//! codes, windows of a sensitive attribute that roll or add up, categories that lead nowhere.

mod areas;
mod check;
mod dimensions;
mod figures;
mod published;
mod spec;
#[cfg(test)]
mod tests;
mod usual;

pub use areas::{Area, Areas, Municipality, Region};
pub use published::{Published, PublishedFigure, PublishedReport, published_schema};
pub use spec::{
    AnswerShare, AnswersSpec, Cohorts, ComparisonSpec, Every, GradeOf, IndicatorSpec, Measure, Population, Statistics,
    TableSpec, Window,
};

use crate::form::{Form, drawn};
use crate::instance::Instance;
use crate::text::{Diagnostics, read_shaped};

impl Statistics {
    /// Reads and checks `statistics.yaml`.
    ///
    /// # Errors
    /// Every mistake found, with its place and remedy.
    pub fn read(
        file: &str,
        source: &str,
        instance: &Instance,
        forms: &[Form],
        areas: Option<Areas>,
    ) -> Result<Self, Diagnostics> {
        let mut statistics: Self = read_shaped(file, source)?;
        let mut mistakes = check::mistakes(&statistics, (file, source), instance, areas.as_ref());
        mistakes.extend(figures::mistakes(&statistics, (file, source), instance, areas.as_ref(), forms));
        if !mistakes.is_empty() {
            mistakes.sort_by_key(|d| d.at);
            return Err(Diagnostics(mistakes));
        }
        statistics.areas = areas;
        Ok(statistics)
    }
}

/// The JSON Schema (draft 2020-12) of `statistics.yaml`.
#[must_use]
pub fn schema() -> serde_json::Value {
    drawn::<Statistics>("statistics.schema.json", "Statistics of Palaute")
}

/// The JSON Schema (draft 2020-12) of `areas.yaml`.
#[must_use]
pub fn areas_schema() -> serde_json::Value {
    drawn::<Areas>("areas.schema.json", "Areas of Palaute")
}
