//! The page on which a coach gets the link at which the client reads the report.

use super::StaffFrame;
use serde::Serialize;

/// The page.
#[derive(Clone, Debug, Serialize)]
pub struct ToReadView {
    frame: StaffFrame,
    /// The link; none where there is nothing to read, or it was read.
    link: Option<String>,
    text: String,
    back: String,
    back_text: &'static str,
    done: Option<&'static str>,
    /// Where the client can be asked: whether by mail, and whether that would be again.
    ways: Option<(bool, bool)>,
}

impl ToReadView {
    /// The page with what to say and, if it was made, the link.
    #[must_use]
    pub fn new(frame: StaffFrame, link: Option<String>, text: String, back: String, back_text: &'static str) -> Self {
        Self { frame, link, text, back, back_text, done: None, ways: None }
    }

    /// The same with the ways to ask the client: whether by mail, and whether that would be again.
    #[must_use]
    pub fn ways(self, ways: Option<(bool, bool)>) -> Self {
        Self { ways, ..self }
    }

    /// The same, telling what was just done.
    #[must_use]
    pub fn done(self, done: Option<&'static str>) -> Self {
        Self { done, ..self }
    }
}
