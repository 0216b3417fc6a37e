//! Tells staff by mail that something is there. The mail says nothing of the case; who signs in sees it.

use super::Desk;
use crate::case::CaseFile;
use crate::store::{NewNotice, NoticeKind, Role, Staff, StoreError};

impl Desk {
    /// The officers who receive the reports of a case: the one who is named, else all.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn officers_of(&self, case: &CaseFile) -> Result<Vec<Staff>, StoreError> {
        let mut officers = self.store.staff().await?;
        officers.retain(|s| s.role == Role::Officer);
        // One who was named and has left is nobody's officer any more.
        if let Some(named) = case.officer().and_then(|id| officers.iter().find(|o| o.id == id)) {
            return Ok(vec![named.clone()]);
        }
        Ok(officers)
    }

    /// The coach of a case, if he or she is among the staff.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn coach_of(&self, case: &CaseFile) -> Result<Option<Staff>, StoreError> {
        let staff = self.store.staff().await?;
        Ok(staff.into_iter().find(|s| s.role == Role::Coach && s.name == case.opening().coach))
    }

    /// Mails about a case to each of them, to be queued with what they are about.
    pub(super) fn notices(&self, to: &[Staff], kind: NoticeKind, case: &CaseFile) -> Vec<NewNotice> {
        let notice = |staff: &Staff| NewNotice {
            id: self.fresh_id(),
            kind,
            staff: staff.clone(),
            case: Some(case.number()),
            sign_in: None,
        };
        to.iter().map(notice).collect()
    }
}
