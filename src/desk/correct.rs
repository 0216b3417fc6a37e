//! A report that was sent is corrected: its coach says why, and the form opens again with what was sent last. What is sent
//! then is the next version; the earlier ones stay as they are.

use super::{Desk, InviteError};
use crate::case::{CaseEvent, CaseFile};
use crate::store::{DroppedCorrection, NewCorrection, NewInvitation, StoreError, Subject};
use crate::submission::holds_identity_code;

/// Most characters of the reason.
pub const REASON_LENGTH: usize = 300;

/// What is wrong with a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonFault {
    /// There is none.
    Missing,
    /// It is too long.
    TooLong {
        /// Its characters.
        length: usize,
    },
    /// It holds a personal identity code.
    IdentityCode,
}

/// A reason as it is kept: without control characters, on one line.
///
/// # Errors
/// What is wrong with it.
pub fn correction_reason(typed: &str) -> Result<String, ReasonFault> {
    let words: Vec<&str> =
        typed.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let reason = words.join(" ");
    let length = reason.chars().count();
    match length {
        0 => Err(ReasonFault::Missing),
        _ if holds_identity_code(typed) || holds_identity_code(&reason) => Err(ReasonFault::IdentityCode),
        _ if length > REASON_LENGTH => Err(ReasonFault::TooLong { length }),
        _ => Ok(reason),
    }
}

impl Desk {
    /// Opens a sent report to be corrected, for that reason; false when it is open already.
    ///
    /// # Errors
    /// When the instance has no report form, the report was not sent, or the store fails.
    pub async fn begin_correction(&self, case: &CaseFile, reason: String) -> Result<bool, InviteError> {
        let number = case.number();
        let form = self.report_form().ok_or_else(|| InviteError::NoForm("closing-report".to_owned()))?;
        if !case.reported() || case.ending().is_none() {
            return Err(InviteError::TooEarly { case: number, form: form.id().to_owned() });
        }
        let change = self.change(Subject::Known(number), vec![CaseEvent::CorrectionBegun { reason }]);
        let invitation = NewInvitation { fact: None, ..self.new_invitation(number, form, None) };
        Ok(self.store.begin_correction(NewCorrection { change, invitation }, self.now()).await?)
    }

    /// Gives a correction up: its draft goes, the report stays as it was sent; false when there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drop_correction(&self, case: &CaseFile) -> Result<bool, StoreError> {
        let Some(form) = self.report_form().filter(|_| case.handling().correcting.is_some()) else { return Ok(false) };
        let change = self.change(Subject::Known(case.number()), vec![CaseEvent::CorrectionDropped]);
        let dropped = DroppedCorrection { change, case: case.number().to_string(), form: form.id().to_owned() };
        self.store.drop_correction(dropped, self.now()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_needed_short_and_without_identity_codes() {
        assert_eq!(correction_reason("  Päivä\r\npuuttui.\u{7}"), Ok("Päivä puuttui.".to_owned()));
        assert_eq!(correction_reason(" \n\t"), Err(ReasonFault::Missing));
        assert_eq!(correction_reason(&"ä".repeat(301)), Err(ReasonFault::TooLong { length: 301 }));
        assert!(correction_reason(&"ä".repeat(300)).is_ok());
        assert_eq!(correction_reason("Tunnus 010190-999X oli väärin"), Err(ReasonFault::IdentityCode));
    }
}
