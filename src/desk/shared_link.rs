//! One link for several colleagues, with as many places as there are colleagues; and taking invitations back.

use super::{Desk, InviteError, OpenedLink};
use crate::case::CaseNumber;
use crate::form::Party;
use crate::store::NewPlaces;

/// Fewest places: a link for one is no shared one.
const LEAST_PLACES: u32 = 2;
/// Most places of one link.
const MOST_PLACES: u32 = 50;

impl Desk {
    /// How many places a shared link may have.
    #[must_use]
    pub fn places(&self) -> std::ops::RangeInclusive<u32> {
        LEAST_PLACES..=MOST_PLACES
    }

    /// Makes a link that all colleagues of a workplace are given, which takes so many answers. Each place is an
    /// invitation. Asked again with more places, the case's shared links take more; with fewer, nothing is taken away.
    /// Its secret part can be typed from paper.
    ///
    /// # Errors
    /// When the form is not a workplace's, `places` is out of bounds, or as [`Desk::open_link`].
    pub async fn open_shared(&self, case: CaseNumber, form: &str, places: u32) -> Result<OpenedLink, InviteError> {
        let asked = self.form(form).ok_or_else(|| InviteError::NoForm(form.to_owned()))?;
        if asked.party() != Party::Community {
            return Err(InviteError::NotShared(form.to_owned()));
        }
        if !self.places().contains(&places) {
            return Err(InviteError::Places { asked: places, least: LEAST_PLACES, most: MOST_PLACES });
        }
        if !self.is_time_for(asked, case).await? {
            return Err(InviteError::TooEarly { case, form: form.to_owned() });
        }
        if self.consents_to_community(case).await? == Some(false) {
            return Err(InviteError::NoConsent(case));
        }
        let now = self.now();
        let (token, token_hash) = self.fresh_code();
        let places = (0..places).map(|_| self.new_invitation(case, asked, None)).collect();
        let new = NewPlaces { case, form: form.to_owned(), places, token_hash };
        let (_, expires_at) = self.store.open_places(new, now).await?;
        Ok(OpenedLink { address: self.link(&token), token, expires_at })
    }

    /// Takes the open invitations of a case to a form back: their links tell so, and nobody is reminded. How many.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn revoke(&self, case: CaseNumber, form: &str) -> Result<usize, InviteError> {
        let all = self.store.invitations_of(case).await?;
        let open = all.into_iter().filter(|i| i.form == form && !i.revoked && !i.answered).map(|i| i.id);
        match self.store.revoke(open.collect(), self.now()).await? {
            0 => Err(InviteError::NothingOpen { case, form: form.to_owned() }),
            taken => Ok(taken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Arrival;
    use crate::desk::pilot::desk;

    #[tokio::test]
    async fn a_shared_link_has_as_many_places_as_colleagues_and_more_can_be_added_but_none_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _now) = desk(folder.path()).await;
        let case = desk.find_case("V-001").await.unwrap();
        let form = "community-feedback";
        let places = |desk: &Desk| {
            let desk = desk.clone();
            async move { desk.store.invitations_of(case).await.unwrap().iter().filter(|i| i.gate.is_some()).count() }
        };
        let first = desk.open_shared(case, form, 3).await.unwrap();
        assert_eq!((first.token.len(), places(&desk).await), (14, 3));
        desk.open_shared(case, form, 2).await.unwrap();
        assert_eq!(places(&desk).await, 3);
        desk.open_shared(case, form, 5).await.unwrap();
        assert_eq!(places(&desk).await, 5);
        let Arrival::Open(invitation, _) = desk.arrive(&first.token).await.unwrap() else { panic!("it is open") };
        assert!(invitation.shared && invitation.gate.is_some());
        let invited = |file: crate::case::CaseFile| file.parties()[&Party::Community].invited;
        assert_eq!(invited(desk.store.case(case).await.unwrap().unwrap()), 5);
        for (form, places) in
            [("community-feedback", 1), ("community-feedback", 51), ("client-feedback", 3), ("none", 3)]
        {
            let refused = desk.open_shared(case, form, places).await;
            assert!(refused.is_err(), "{form} {places}");
        }
        assert_eq!(desk.revoke(case, form).await.unwrap(), 5);
        assert_eq!(invited(desk.store.case(case).await.unwrap().unwrap()), 0);
        assert!(!matches!(desk.arrive(&first.token).await.unwrap(), Arrival::Open(..)));
        assert!(matches!(desk.revoke(case, form).await, Err(InviteError::NothingOpen { .. })), "nothing is left");
        desk.store.verify().await.unwrap();
    }
}
