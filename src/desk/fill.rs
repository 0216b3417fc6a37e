//! Lets somebody who has signed in fill in a form on a case. The link works only for whoever has signed in as the same
//! staff, and its draft is theirs from link to link.

use super::{Desk, InviteError};
use crate::case::CaseFile;
use crate::form::{Form, Occasion, Party};
use crate::store::{Invitation, LinkUse, NewCorrection, NewInvitation, Staff, Subject};

/// What the owner of a draft of staff begins with; ids of contacts are hexadecimal.
pub(crate) const OF_STAFF: &str = "staff:";

/// Id of the staff at whose desk a link was opened, if it was opened at one.
#[must_use]
pub fn filled_by(invitation: &Invitation) -> Option<&str> {
    invitation.draft_owner.as_deref()?.strip_prefix(OF_STAFF)
}

impl Desk {
    /// Opens a form of a coach's that was filled in at the opening once more, as it was filled in last: what was agreed
    /// then can be mended. What is sent counts from then on; what was sent before stays kept.
    ///
    /// # Errors
    /// See [`InviteError`].
    pub async fn fill_again(&self, staff: &Staff, case: &CaseFile, form: &Form) -> Result<String, InviteError> {
        let change = self.change(Subject::Known(case.number()), Vec::new());
        let invitation = NewInvitation { fact: None, ..self.new_invitation(case.number(), form, None) };
        // Somebody may have been quicker: then it is open already.
        self.store.begin_correction(NewCorrection { change, invitation }, self.now()).await?;
        self.fill(staff, case, form.id()).await
    }

    /// Opens a form on a case for one of the staff; the path that leads to it.
    ///
    /// # Errors
    /// See [`InviteError`].
    pub async fn fill(&self, staff: &Staff, case: &CaseFile, form: &str) -> Result<String, InviteError> {
        let invitation = self.open_invitation(case.number(), form).await?;
        let usage = LinkUse { draft_owner: Some(draft_owner(staff)), ..LinkUse::default() };
        let link = self.link_to(&invitation.id, invitation.expires_at, usage).await?;
        Ok(format!("/f/{}", link.token))
    }
}

/// True for a form that a coach can fill in again: what was agreed at the opening.
#[must_use]
pub fn is_filled_again(form: &Form) -> bool {
    form.party() == Party::Coach && form.occasion() == Occasion::Opening
}

/// Whose the drafts of one of the staff are.
pub(super) fn draft_owner(staff: &Staff) -> String {
    format!("{OF_STAFF}{}", staff.id)
}
