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
pub mod text;
pub mod instance;
pub mod form;
pub mod submission;
pub mod case;
pub mod report;
pub mod cube;
pub mod release;
pub mod audit;
pub mod content;
// Floor 1: values to bytes.
pub mod chart;
pub mod render;
pub mod site;
// Floor 2: doors.
pub mod store;
pub mod mail;
pub mod ledger;
// Floor 3.
pub mod desk;
// Floor 4: entrances.
pub mod serve;
pub mod cli;
