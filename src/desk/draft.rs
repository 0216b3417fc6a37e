//! Keeps what somebody types from page to page, for whoever typed it.

use super::token::normalised;
use super::{Desk, token_hash};
use crate::form::Form;
use crate::store::{Draft, DraftKey, Invitation, NewDraft, Part, Saved, StoreError};
use crate::submission::{RawAnswers, holds_identity_code};
use crate::text::Fingerprint;
use jiff::ToSpan;

/// Days for which a draft is kept after it was saved last.
pub const DRAFT_DAYS: i64 = 30;

/// What is on a page when it is saved.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'a> {
    /// The page's nonce.
    pub nonce: &'a str,
    /// Everything that was sent with it.
    pub answers: &'a RawAnswers,
    /// What of an earlier draft it replaces.
    pub part: &'a Part,
    /// The most that a draft may take, bytes.
    pub at_most: usize,
}

impl Desk {
    /// Where the draft of somebody at a link is kept. Behind a shared link it belongs to the browser, which shows its
    /// `cookie`; without one there is no draft. Else it belongs to whom the link was mailed, or to the link.
    #[must_use]
    pub fn draft_key(&self, invitation: &Invitation, token: &str, cookie: Option<&str>) -> Option<DraftKey> {
        let owner = match (invitation.shared, &invitation.draft_owner) {
            (true, _) => Fingerprint::of(cookie?),
            (false, Some(owner)) => Fingerprint::of(owner),
            (false, None) => token_hash(&normalised(token)?),
        };
        Some(DraftKey { invitation: invitation.id.clone(), owner })
    }

    /// A fresh cookie for a browser at a shared link: 256 bits, kept as a hash only.
    #[must_use]
    pub fn fresh_cookie(&self) -> String {
        self.fresh_token().0
    }

    /// A draft as the form can show it. What was typed into an earlier version is shown where it still fits.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn draft(&self, key: &DraftKey, form: &Form) -> Result<Option<Draft>, StoreError> {
        let found = match self.store.draft(key).await {
            // Nobody can read it any more, and the next page that is saved writes it anew.
            Err(StoreError::Unreadable { .. }) => None,
            found => found?,
        };
        Ok(found.map(|draft| shown(draft, form)))
    }

    /// Saves a page but for what the form does not ask and for identity codes, which are stored nowhere.
    ///
    /// # Errors
    /// When the store fails: then nothing was saved.
    pub async fn save_draft(&self, key: &DraftKey, form: &Form, typed: Typed<'_>) -> Result<Saved, StoreError> {
        let kept = typed.answers.iter().filter(|(field, values)| is_kept(form, field, values));
        let answers = kept.map(|(field, values)| (field.clone(), values.clone())).collect();
        let draft =
            Draft { nonce: typed.nonce.to_owned(), version: form.version().clone(), answers, saved_at: self.now() };
        let new = NewDraft { key: key.clone(), draft, part: typed.part.clone(), at_most: typed.at_most };
        Ok(match self.store.save_draft(new).await? {
            Saved::Kept(draft) => Saved::Kept(shown(draft, form)),
            other => other,
        })
    }

    /// Removes drafts to which nobody has come back for [`DRAFT_DAYS`], and those of closed invitations; how many. As
    /// long as the clock is doubted nothing is removed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tidy(&self) -> Result<u64, StoreError> {
        // Whoever was signed in by a clock that has jumped signs in again.
        let idle_since = self.now().checked_sub(super::IDLE).unwrap_or_else(|_| self.now());
        self.store.tidy_sessions(idle_since, self.now()).await?;
        if self.clock_doubt().await?.is_some() || self.quiet().await?.is_some() {
            return Ok(0);
        }
        let now = self.now();
        let since = now.checked_sub((24 * DRAFT_DAYS).hours()).unwrap_or(now);
        self.store.tidy_drafts(since, now).await
    }
}

/// True when a draft may hold that field: the form asks for it, and it holds no identity code.
#[must_use]
pub fn is_kept(form: &Form, field: &str, values: &[String]) -> bool {
    form.asked(field).is_some() && !values.iter().any(|value| holds_identity_code(value))
}

/// A draft without fields and choices that the form does not have any more.
fn shown(mut draft: Draft, form: &Form) -> Draft {
    draft.answers.retain(|field, _| form.asked(field).is_some());
    if draft.version != *form.version() {
        for (field, values) in &mut draft.answers {
            let choices = form.asked(field).filter(|q| !q.choices.is_empty());
            values.retain(|value| choices.is_none_or(|q| q.choice(value).is_some()));
        }
        draft.version = form.version().clone();
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::pilot::desk;
    use crate::desk::{Arrival, Desk};
    use crate::store::LinkUse;
    use jiff::Timestamp;

    fn answers(given: &[(&str, &str)]) -> RawAnswers {
        given.iter().map(|(field, value)| ((*field).to_owned(), vec![(*value).to_owned()])).collect()
    }

    async fn arrived(desk: &Desk, token: &str) -> Invitation {
        match desk.arrive(token).await.unwrap() {
            Arrival::Open(invitation, _) => invitation,
            other => panic!("{other:?}"),
        }
    }

    /// Saves something at a link; where it is kept.
    async fn saved(desk: &Desk, token: &str) -> DraftKey {
        let invitation = arrived(desk, token).await;
        let key = desk.draft_key(&invitation, token, None).unwrap();
        let typed = answers(&[("c_trust", "no")]);
        let typed = Typed { nonce: "n", answers: &typed, part: &Part::All, at_most: 1000 };
        let kept = desk.save_draft(&key, desk.form(&invitation.form).unwrap(), typed).await.unwrap();
        assert!(matches!(kept, Saved::Kept(_)), "{kept:?}");
        key
    }

    async fn is_there(desk: &Desk, key: &DraftKey) -> bool {
        desk.draft(key, desk.form("client-feedback").unwrap()).await.unwrap().is_some()
    }

    #[tokio::test]
    async fn links_that_are_mailed_to_the_same_contact_share_a_draft_and_others_have_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _now) = desk(folder.path()).await;
        let case = desk.find_case("V-001").await.unwrap();
        let invitation = desk.open_invitation(case, "client-feedback").await.unwrap();
        let contact = crate::store::Contact {
            id: "contact".to_owned(),
            case,
            party: crate::form::Party::Client,
            address: "a@example.invalid".to_owned(),
            language: None,
        };
        desk.store.keep_contact(contact, desk.now()).await.unwrap();
        let mailed = LinkUse { draft_owner: Some("contact".to_owned()), ..LinkUse::default() };
        let mut tokens = Vec::new();
        for usage in [mailed.clone(), mailed, LinkUse::default(), LinkUse::default()] {
            tokens.push(desk.link_to(&invitation.id, invitation.expires_at, usage).await.unwrap().token);
        }
        let mut keys = Vec::new();
        for token in &tokens {
            keys.push(desk.draft_key(&arrived(&desk, token).await, token, Some("cookie")).unwrap());
        }
        assert_eq!(keys[0], keys[1], "an invitation and its reminder");
        assert!(keys[2] != keys[0] && keys[3] != keys[0] && keys[2] != keys[3], "each link that was handed over");
        let shared = Invitation { shared: true, ..invitation };
        assert_eq!(desk.draft_key(&shared, &tokens[0], None), None, "without a cookie nobody owns anything");
        let of = |cookie| desk.draft_key(&shared, &tokens[0], Some(cookie)).unwrap();
        assert_ne!(of("one"), of("other"));
    }

    #[tokio::test]
    async fn old_drafts_and_those_of_closed_invitations_go_but_never_by_a_clock_that_is_doubted() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        let at = |instant: &str| *now.lock().unwrap() = instant.parse::<Timestamp>().unwrap();
        let token = |case: &'static str| {
            let desk = desk.clone();
            async move {
                let case = desk.find_case(case).await.unwrap();
                desk.open_link(case, "client-feedback").await.unwrap().token
            }
        };
        at("2025-12-01T07:00:00Z");
        let (first, second) = (token("V-001").await, token("V-002").await);
        let old = saved(&desk, &first).await;
        at("2025-12-20T07:00:00Z");
        let (young, _) = (saved(&desk, &second).await, token("V-003").await);
        assert_eq!(desk.tidy().await.unwrap(), 0, "both are young enough");
        at("2025-12-31T08:00:00Z");
        assert_eq!(desk.tidy().await.unwrap(), 1);
        assert!(!is_there(&desk, &old).await && is_there(&desk, &young).await);
        // The clock jumps ahead, or far behind what was noted by it.
        for doubted in ["2035-12-31T08:00:00Z", "2025-11-01T08:00:00Z"] {
            at(doubted);
            assert_eq!((desk.tidy().await.unwrap(), is_there(&desk, &young).await), (0, true), "{doubted}");
        }
        at("2025-12-31T08:00:00Z");
        let case = desk.find_case("V-002").await.unwrap();
        desk.revoke(case, "client-feedback").await.unwrap();
        desk.tidy().await.unwrap();
        assert!(!is_there(&desk, &young).await, "of an invitation that was taken back nothing is kept");
    }

    #[tokio::test]
    async fn a_draft_never_outgrows_what_a_page_can_carry() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _now) = desk(folder.path()).await;
        let case = desk.find_case("V-001").await.unwrap();
        let token = desk.open_link(case, "client-feedback").await.unwrap().token;
        let key = saved(&desk, &token).await;
        let form = desk.form("client-feedback").unwrap();
        let part = Part::Questions(vec!["c_open".to_owned()]);
        for (text, fits) in [("a".repeat(900), true), ("a".repeat(1000), false), ("ä".repeat(180), false)] {
            let typed = answers(&[("c_open", &text)]);
            let typed = Typed { nonce: "n", answers: &typed, part: &part, at_most: 1000 };
            let saved = desk.save_draft(&key, form, typed).await.unwrap();
            assert_eq!(matches!(saved, Saved::Kept(_)), fits, "{saved:?}");
            let draft = desk.draft(&key, form).await.unwrap().unwrap();
            assert_eq!(draft.answers["c_trust"], ["no"], "what was there stays");
        }
    }
}
