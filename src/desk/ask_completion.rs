//! The officer asks the coach to complete a report.

use super::{Desk, HandleError, QuestionFault};
use crate::case::{CaseEvent, CaseFile};
use crate::store::NoticeKind;
use crate::submission::holds_identity_code;

/// Most characters of a question.
pub const QUESTION_LENGTH: usize = 500;

impl Desk {
    /// Asks for completion of the version that the officer has read, and tells the coach that something is asked; what it is
    /// stands on the case alone.
    ///
    /// # Errors
    /// See [`HandleError`].
    pub async fn ask_completion(&self, case: &CaseFile, version: u32, typed: &str) -> Result<(), HandleError> {
        let question = checked(typed).map_err(HandleError::Question)?;
        self.is_last(case, version).await?;
        let coach = self.coach_of(case).await?;
        let told = self.notices(coach.as_slice(), NoticeKind::Completion, case);
        self.handle_version(case, CaseEvent::CompletionAsked { version, question }, told).await
    }
}

/// The question as it is kept, without control characters.
fn checked(typed: &str) -> Result<String, QuestionFault> {
    let lines = typed.replace("\r\n", "\n");
    let clean: String = lines.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    let clean = clean.trim();
    if clean.is_empty() {
        Err(QuestionFault::Empty)
    } else if clean.chars().count() > QUESTION_LENGTH {
        Err(QuestionFault::TooLong)
    } else if holds_identity_code(clean) {
        Err(QuestionFault::IdentityCode)
    } else {
        Ok(clean.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_words_and_an_end_and_no_identity_code() {
        assert_eq!(checked("  Mitä\r\nsovittiin?\u{0} ").as_deref(), Ok("Mitä\nsovittiin?"));
        assert_eq!(checked(" \n "), Err(QuestionFault::Empty));
        assert_eq!(checked(&"ä".repeat(500)).map(|q| q.len()), Ok(1000));
        assert_eq!(checked(&"a".repeat(501)), Err(QuestionFault::TooLong));
        assert_eq!(checked("Onko 010190-999X oikein?"), Err(QuestionFault::IdentityCode));
    }
}
