//! Palaute: feedback and closing reports of job coaching, and public statistics that give nobody away.
//!
//! The rooms in the order in which data passes them. Imports go down only; `tests/house.rs` holds it.
//!
//! ```text
//! forms/*.yaml -> form::Form -> submission::Submission -> case::CaseFile -> report::ClosingReport -> office
//!                                                             |
//!                                                             +-> cube::Cube -> release::Release -> site::Site
//! ```

// Floor 0: pure values.
pub mod audit;
pub mod case;
pub mod comparison;
pub mod content;
pub mod cube;
pub mod form;
pub mod instance;
pub mod release;
pub mod report;
pub mod statistics;
pub mod submission;
pub mod text;
// Floor 1: values to bytes.
pub mod chart;
pub mod render;
pub mod site;
// Floor 2: doors.
pub mod ledger;
pub mod mail;
pub mod store;
// Floor 3.
pub mod desk;
// Floor 4: entrances.
pub mod cli;
pub mod serve;
