//! Who was invited and who has answered, as far as a coach may know: by day at the earliest, of colleagues their number.

use super::Desk;
use crate::case::CaseNumber;
use crate::form::Party;
use crate::store::{Progress, StoreError};
use jiff::civil::Date;

/// How far the invitations of one party to one form have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyResponse {
    /// Who is invited.
    pub party: Party,
    /// To which form.
    pub form: String,
    /// Invitations that were not taken back.
    pub invited: usize,
    /// Of these, answered before today: an answer of today is told tomorrow.
    pub answered: usize,
    /// Until when the last of them is open.
    pub open_until: Date,
    /// True when all that is left has expired.
    pub expired: bool,
    /// Invitations taken back.
    pub revoked: usize,
    /// Places of shared links among the invited.
    pub shared: usize,
    /// Reminders sent.
    pub reminded: u32,
    /// Addresses to which a mail waits, was delivered, or could not be delivered.
    pub mailed: Mailed,
}

/// What became of the mails of invitations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mailed {
    /// Waiting to be sent.
    pub waiting: usize,
    /// Delivered.
    pub delivered: usize,
    /// Given up.
    pub dead: usize,
}

impl Desk {
    /// How far the invitations of a case have come, by party and form.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn responses(&self, case: CaseNumber) -> Result<Vec<PartyResponse>, StoreError> {
        let all = self.store.progress_of(case).await?;
        Ok(all
            .chunk_by(|a, b| (a.party, &a.form) == (b.party, &b.form))
            .filter_map(|some| self.response(some))
            .collect())
    }

    fn response(&self, of_form: &[Progress]) -> Option<PartyResponse> {
        let first = of_form.first()?;
        let (now, today) = (self.now(), self.today());
        let day = |at: jiff::Timestamp| at.to_zoned(self.instance.zone()).date();
        let counted = || of_form.iter().filter(|p| !p.revoked);
        let told = |p: &&Progress| p.received_at.is_some_and(|at| day(at) < today);
        let mail = |state: &str| counted().filter(|p| p.mail.as_deref() == Some(state)).count();
        Some(PartyResponse {
            party: first.party,
            form: first.form.clone(),
            invited: counted().count(),
            answered: counted().filter(told).count(),
            open_until: day(of_form.iter().map(|p| p.expires_at).max()?),
            expired: of_form.iter().all(|p| p.expires_at <= now),
            revoked: of_form.iter().filter(|p| p.revoked).count(),
            shared: counted().filter(|p| p.gate.is_some()).count(),
            reminded: of_form.iter().map(|p| p.reminded).sum(),
            // A mail that was not sent because of an answer looks as if it waited: today's answers are told tomorrow.
            mailed: Mailed {
                waiting: mail("waiting") + mail("obsolete"),
                delivered: mail("delivered"),
                dead: mail("dead"),
            },
        })
    }
}
