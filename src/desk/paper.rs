//! What a paper form needs of a case: a way in that can be typed.

use super::{Desk, InviteError, OpenedLink};
use crate::case::{CaseFile, CaseNumber};
use crate::form::Form;
use crate::store::{LinkUse, StoreError};
use crate::submission::RawAnswers;

impl Desk {
    /// Makes a new link to the invitation of a case to a form whose secret part can be typed from paper.
    ///
    /// # Errors
    /// See [`InviteError`].
    pub async fn open_paper_link(&self, case: CaseNumber, form: &str) -> Result<OpenedLink, InviteError> {
        let invitation = self.open_invitation(case, form).await?;
        let (token, hash) = self.fresh_code();
        self.store.open_link(hash, &invitation.id, LinkUse::default(), self.now()).await?;
        Ok(OpenedLink { address: self.link(&token), token, expires_at: invitation.expires_at })
    }

    /// What a paper form can take from a case. A choice that the web makes beforehand is left to the pen: a cross cannot
    /// be taken back.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn paper_known(&self, case: &CaseFile, form: &Form) -> Result<RawAnswers, StoreError> {
        let mut known = self.known_of(Some(case), form).await?;
        known.retain(|field, _| form.defaults().all(|(id, _)| id != field));
        Ok(known)
    }
}

#[cfg(test)]
mod tests {
    use crate::desk::pilot::desk;
    use crate::desk::{Arrival, InviteError};

    #[tokio::test]
    async fn a_code_from_paper_leads_to_the_form_however_it_is_typed_and_the_paper_takes_what_the_case_knows() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _now) = desk(folder.path()).await;
        let case = desk.find_case("V-001").await.unwrap();
        let link = desk.open_paper_link(case, "client-feedback").await.unwrap();
        assert_eq!(link.token.len(), 14);
        assert!(link.address.ends_with(&format!("/f/{}", link.token)), "{}", link.address);
        for typed in [link.token.clone(), link.token.to_lowercase(), link.token.replace('-', "")] {
            assert!(matches!(desk.arrive(&typed).await.unwrap(), Arrival::Open(..)), "{typed}");
        }
        assert!(matches!(desk.arrive("2222-2222-2223").await.unwrap(), Arrival::Nowhere));
        let none = desk.open_paper_link(case, "nothing").await;
        assert!(matches!(none, Err(InviteError::NoForm(_))), "{none:?}");

        let file = desk.store.case(case).await.unwrap().unwrap();
        let report = desk.form("closing-report").unwrap();
        let feedback = desk.form("client-feedback").unwrap();
        let permission = |known: &crate::submission::RawAnswers| known.contains_key("coach_may_read");
        assert!(
            permission(&desk.known_of(Some(&file), feedback).await.unwrap()),
            "the web shows the choice made beforehand"
        );
        assert!(!permission(&desk.paper_known(&file, feedback).await.unwrap()), "paper leaves it to the pen");
        let known = desk.paper_known(&file, report).await.unwrap();
        assert!(known.contains_key("r_outcome") && known.contains_key("r_hours"), "{known:?}");
    }
}
