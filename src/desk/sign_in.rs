//! Lets staff in: a browser asks, a mail brings the secret, and only that browser can use it.

use super::access::LONGEST;
use super::token::sign_in_code;
use super::{Desk, token_hash};
use crate::store::{Entering, NewNotice, NewSignIn, NoticeKind, Staff, StoreError};
use crate::text::{Fingerprint, Language};
use jiff::SignedDuration;

/// How long somebody may take from asking to being let in.
pub const SIGN_IN_WITHIN: SignedDuration = SignedDuration::from_mins(10);

impl Desk {
    /// Somebody asks to be let in as whoever has that address. The value of the cookie by which the browser will be known: the
    /// one it shows while it is asking already, so that each of its mails lets it in. Whether the address is known changes
    /// nothing but that a mail goes out, if `mails`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn ask_sign_in(
        &self,
        address: &str,
        asking: Option<&str>,
        language: Language,
        mails: bool,
    ) -> Result<String, StoreError> {
        let now = self.now();
        let known = self.store.staff_at(&address.to_lowercase()).await?;
        let value = match asking {
            Some(value) if self.store.is_asking(&token_hash(value), now).await? => value.to_owned(),
            // A value that we did not give is never taken on.
            _ => self.fresh_token().0,
        };
        let (id, mail_id) = (self.fresh_id(), self.fresh_id());
        let mail = known.filter(|_| mails).map(|staff| NewNotice {
            id: mail_id,
            kind: NoticeKind::SignIn,
            staff,
            case: None,
            sign_in: Some(id.clone()),
        });
        let ends_at = now.saturating_add(SIGN_IN_WITHIN).unwrap_or(now);
        let asking_hash = token_hash(&value);
        self.store.ask_sign_in(NewSignIn { id, asking_hash, asked_at: now, ends_at, language, mail }).await?;
        Ok(value)
    }

    /// True while a browser of that cookie waits to be let in.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_asking(&self, asking: &str) -> Result<bool, StoreError> {
        self.store.is_asking(&token_hash(asking), self.now()).await
    }

    /// Lets in whoever shows the cookie of the browser that asked and the secret that was mailed for it: the staff and the
    /// value of a new session's cookie. The session that the browser had before ends. Nobody when they do not fit.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn enter(
        &self,
        asking: &str,
        typed: &str,
        before: Option<&str>,
        language: Language,
    ) -> Result<Option<(Staff, String)>, StoreError> {
        let Some(code) = sign_in_code(typed) else { return Ok(None) };
        let (value, session_hash) = self.fresh_token();
        let now = self.now();
        let entering = Entering {
            asking_hash: token_hash(asking),
            secret_hash: Fingerprint::of(&code),
            session_hash,
            at: now,
            ends_at: now.saturating_add(LONGEST).unwrap_or(now),
            language,
            replaces: before.map(token_hash),
        };
        Ok(self.store.enter(entering).await?.map(|staff| (staff, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::pilot::desk;
    use crate::desk::{DeliverySummary, IDLE, Newcomer};
    use crate::mail::{Envelope, Mailer};
    use crate::store::Role;
    use jiff::Timestamp;
    use std::sync::{Arc, Mutex};

    const ADDRESS: &str = "valmentaja@example.invalid";

    async fn with_coach(folder: &std::path::Path) -> (Desk, Arc<Mutex<Timestamp>>) {
        let (desk, now) = desk(folder).await;
        let coach = Newcomer { address: ADDRESS, name: "Valmentaja 1", role: Role::Coach };
        desk.add_staff(&coach).await.unwrap();
        (desk, now)
    }

    fn later(now: &Mutex<Timestamp>, seconds: i64) {
        let mut now = now.lock().unwrap();
        *now = now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    }

    /// The mails that went out.
    async fn delivered(desk: &Desk) -> Vec<Envelope> {
        let sent = Arc::new(Mutex::new(Vec::new()));
        desk.deliver(&Mailer::Memory(Arc::clone(&sent))).await.unwrap();
        let sent = sent.lock().unwrap();
        sent.clone()
    }

    /// The secret of the only mail.
    async fn secret(desk: &Desk) -> String {
        let sent = delivered(desk).await;
        assert_eq!(sent.len(), 1);
        let line = sent[0].body.lines().find_map(|l| l.split("/desk/sign-in/").nth(1)).unwrap();
        line.trim().to_owned()
    }

    async fn enter(desk: &Desk, asking: &str, code: &str) -> Option<String> {
        desk.enter(asking, code, None, Language::Fi).await.unwrap().map(|(_, session)| session)
    }

    #[tokio::test]
    async fn the_mailed_secret_lets_in_once_within_ten_minutes_and_only_with_the_cookie_of_the_browser_that_asked() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = with_coach(folder.path()).await;
        let asking = desk.ask_sign_in("VALMENTAJA@example.invalid", None, Language::Sv, true).await.unwrap();
        let code = secret(&desk).await;
        let other = desk.ask_sign_in("nobody@example.invalid", None, Language::Fi, true).await.unwrap();
        assert_eq!(delivered(&desk).await, [], "nobody has that address");
        assert_eq!(enter(&desk, &other, &code).await, None, "another browser");
        assert_eq!(enter(&desk, &"ab".repeat(32), &code).await, None, "a browser that never asked");
        assert_eq!(enter(&desk, &asking, "ABCD-EFGH-JKMN-PQRS-TUVW-XYZ2").await, None);
        later(&now, 599);
        let session = enter(&desk, &asking, &code.to_lowercase().replace('-', " ")).await.unwrap();
        assert_eq!(desk.session(&session, None).await.unwrap().unwrap().staff.address, ADDRESS);
        assert_eq!(enter(&desk, &asking, &code).await, None, "replayed");

        let asking = desk.ask_sign_in(ADDRESS, None, Language::Sv, true).await.unwrap();
        let code = secret(&desk).await;
        later(&now, 600);
        assert_eq!(enter(&desk, &asking, &code).await, None, "too late");
    }

    #[tokio::test]
    async fn whoever_asks_twice_can_use_either_mail_and_a_cookie_that_we_did_not_give_is_not_taken_on() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _) = with_coach(folder.path()).await;
        let planted = "ab".repeat(32);
        let asking = desk.ask_sign_in(ADDRESS, Some(&planted), Language::Fi, true).await.unwrap();
        assert_ne!(asking, planted);
        let first = secret(&desk).await;
        assert_eq!(desk.ask_sign_in(ADDRESS, Some(&asking), Language::Fi, true).await.unwrap(), asking);
        let second = secret(&desk).await;
        assert!(first != second && enter(&desk, &asking, &first).await.is_some());
        assert_eq!(enter(&desk, &asking, &second).await, None, "all that the browser asked for is over");
    }

    #[tokio::test]
    async fn a_mail_that_would_come_too_late_is_not_sent_and_nobody_need_look_at_it() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = with_coach(folder.path()).await;
        // A file stands where the folder should be.
        let broken = Mailer::Folder(folder.path().join("test.sqlite"));
        desk.ask_sign_in(ADDRESS, None, Language::Fi, true).await.unwrap();
        assert_eq!(desk.deliver(&broken).await.unwrap(), DeliverySummary { again: 1, ..DeliverySummary::default() });
        later(&now, 601);
        assert_eq!(delivered(&desk).await, []);
        desk.ask_sign_in(ADDRESS, None, Language::Fi, true).await.unwrap();
        let waiting = desk.store.mails().await.unwrap().pop().unwrap();
        desk.store.mail_failed(&waiting.id, None, "refused 550 at RCPT".to_owned(), desk.now()).await.unwrap();
        assert_eq!(desk.store.mail_state().await.unwrap().dead, 1, "while it could still be of use");
        later(&now, 601);
        assert_eq!(delivered(&desk).await, []);
        let mails = desk.store.mails().await.unwrap();
        assert!(mails.iter().all(|m| m.fate == crate::store::Fate::Obsolete && m.address.is_none()), "{mails:?}");
    }

    #[tokio::test]
    async fn a_session_ends_after_half_an_hour_of_rest_after_twelve_hours_and_with_the_next_sign_in() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = with_coach(folder.path()).await;
        let (asking, mut sessions) = (desk.ask_sign_in(ADDRESS, None, Language::Fi, true).await.unwrap(), Vec::new());
        let code = secret(&desk).await;
        sessions.push(enter(&desk, &asking, &code).await.unwrap());
        let asking = desk.ask_sign_in(ADDRESS, None, Language::Fi, true).await.unwrap();
        let code = secret(&desk).await;
        let (_, next) = desk.enter(&asking, &code, Some(&sessions[0]), Language::Fi).await.unwrap().unwrap();
        assert_eq!(desk.session(&sessions[0], None).await.unwrap(), None, "the browser has a new one");
        for _ in 0..24 {
            assert!(desk.session(&next, None).await.unwrap().is_some());
            later(&now, IDLE.as_secs() - 1);
        }
        assert!(desk.session(&next, None).await.unwrap().is_some(), "used all the time");
        later(&now, 60);
        assert_eq!(desk.session(&next, None).await.unwrap(), None, "twelve hours");

        let asking = desk.ask_sign_in(ADDRESS, None, Language::Fi, true).await.unwrap();
        let code = secret(&desk).await;
        let idle = enter(&desk, &asking, &code).await.unwrap();
        later(&now, IDLE.as_secs());
        assert_eq!(desk.session(&idle, None).await.unwrap(), None, "half an hour of rest");
    }

    #[tokio::test]
    async fn sessions_and_sign_ins_that_have_ended_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = with_coach(folder.path()).await;
        let coach = desk.store.staff_at(ADDRESS).await.unwrap().unwrap();
        desk.open_session(&coach, None).await.unwrap();
        desk.ask_sign_in("nobody@example.invalid", None, Language::Fi, true).await.unwrap();
        let tidied = |desk: &Desk| {
            let (now, since) = (desk.now(), desk.now().checked_sub(IDLE).unwrap());
            let store = desk.store.clone();
            async move { store.tidy_sessions(since, now).await.unwrap() }
        };
        assert_eq!(tidied(&desk).await, 0);
        later(&now, 600);
        assert_eq!(tidied(&desk).await, 1, "the sign-in");
        later(&now, 1200);
        assert_eq!(tidied(&desk).await, 1, "the session");
    }
}
