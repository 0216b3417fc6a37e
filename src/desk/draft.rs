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
