//! Who of the staff sees which case, and whether a session is open.

use super::{Desk, token_hash};
use crate::case::CaseFile;
use crate::store::{NewSession, Role, Session, SessionChange, Staff, StoreError};
use crate::text::Language;
use jiff::SignedDuration;

/// Longest pause between two uses of a session.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// Longest life of a session, however much it is used.
pub(super) const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// How often it is written down that a session is used.
const NOTE_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Whether the staff may see a case at all: coaches those that carry their name, officers those of which they are the
/// officer or nobody is. Managers, publishers and admins see none.
#[must_use]
pub fn may_see(staff: &Staff, case: &CaseFile) -> bool {
    match staff.role {
        Role::Coach => case.opening().coach == staff.name,
        Role::Officer => case.officer().is_none_or(|o| o == staff.id),
        Role::Manager | Role::Publisher | Role::Admin => false,
    }
}

impl Desk {
    /// The case of that number as the staff may see it; none when there is no such case or it is another's: nobody
    /// learns which.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn case_for(&self, staff: &Staff, number: &str) -> Result<Option<CaseFile>, StoreError> {
        let Ok(number) = number.parse() else { return Ok(None) };
        Ok(self.store.case(number).await?.filter(|case| may_see(staff, case)))
    }

    /// The session of a cookie's value, if it is open now; that it is used is written down once a minute, and `chosen`,
    /// the language that is asked for, at once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session(&self, value: &str, chosen: Option<Language>) -> Result<Option<Session>, StoreError> {
        let hash = token_hash(value);
        let Some(mut session) = self.store.session(&hash).await? else { return Ok(None) };
        let now = self.now();
        // By a clock that was set back nothing is open, either.
        let idle = now.duration_since(session.used_at);
        if idle >= IDLE || idle <= -NOTE_EVERY || now >= session.ends_at {
            // Its row goes with the next tidying; until then it tells whose unsaved draft this is.
            return Ok(None);
        }
        let chosen = chosen.filter(|l| self.instance.languages.value.contains(l) && session.language != Some(*l));
        if idle >= NOTE_EVERY || chosen.is_some() {
            self.store.change_session(hash, SessionChange::Used { at: now, language: chosen }).await?;
        }
        session.language = chosen.or(session.language);
        Ok(Some(session))
    }

    /// True when the session of a cookie's value is or was that staff's, and nobody has signed out of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn was_session_of(&self, value: &str, staff: &str) -> Result<bool, StoreError> {
        Ok(self.store.session(&token_hash(value)).await?.is_some_and(|session| session.staff.id == staff))
    }

    /// Opens a session and gives the value of its cookie, always a new one; the session that the browser had before ends.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open_session(&self, staff: &Staff, before: Option<&str>) -> Result<String, StoreError> {
        let (value, id_hash) = self.fresh_token();
        let now = self.now();
        let new = NewSession {
            id_hash,
            staff: staff.id.clone(),
            opened_at: now,
            ends_at: now.saturating_add(LONGEST).unwrap_or(now),
            replaces: before.map(token_hash),
        };
        self.store.open_session(new).await?;
        Ok(value)
    }

    /// Ends the session of a cookie's value.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_out(&self, value: &str) -> Result<(), StoreError> {
        self.store.change_session(token_hash(value), SessionChange::Closed).await
    }
}
