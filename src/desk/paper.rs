//! What a paper form needs of a case: a way in that can be typed.

use super::{Desk, InviteError, OpenedLink};
use crate::case::CaseNumber;
use crate::store::Channel;

impl Desk {
    /// Makes a new link to the invitation of a case to a form whose secret part can be typed from paper.
    ///
    /// # Errors
    /// See [`InviteError`].
    pub async fn open_paper_link(&self, case: CaseNumber, form: &str) -> Result<OpenedLink, InviteError> {
        let invitation = self.open_invitation(case, form).await?;
        let (token, hash) = self.fresh_code();
        self.store.open_link(hash, &invitation.id, Channel::Web, self.now()).await?;
        Ok(OpenedLink { address: self.link(&token), token, expires_at: invitation.expires_at })
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
        let known = desk.known_of(Some(&file), report).await.unwrap();
        assert!(known.contains_key("r_outcome") && known.contains_key("r_hours"), "{known:?}");
    }
}
