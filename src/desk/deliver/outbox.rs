//! Looks after the outbox: what should be told of it, and dead mails sent again.

use crate::desk::Desk;
use crate::store::{Fate, MailKind, NoticeKind, OutboxMail, StoreError};
use jiff::{Timestamp, ToSpan};

/// Hours after which a mail that still waits is told of.
const LATE_HOURS: i64 = 1;

/// Why a mail is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResendError {
    /// Nobody need be asked any more.
    #[error("its invitation was answered")]
    Answered,
    /// It was taken back.
    #[error("its invitation was taken back")]
    Revoked,
    /// It has ended.
    #[error("its invitation has expired; `palaute invite CASE --mail ADDRESS` opens it again")]
    Expired,
    /// It lets nobody in any more.
    #[error("it is a sign-in, which lasts for minutes: whoever it was for asks anew at the sign-in page")]
    SignIn,
    /// Only what was given up is sent again.
    #[error("it was not given up: only dead mails are sent again")]
    NotDead,
    /// There is nowhere to send it.
    #[error("its address is gone; `palaute invite CASE --mail ADDRESS` makes a new mail")]
    NoAddress,
}

impl Desk {
    /// Lets a dead mail go out again, with all its tries.
    ///
    /// # Errors
    /// [`ResendError`] within, when nothing is to be sent; without, when the store fails.
    pub async fn resend(&self, mail: &OutboxMail) -> Result<Result<(), ResendError>, StoreError> {
        let now = self.now();
        let refused = if mail.kind == MailKind::Notice(NoticeKind::SignIn) && mail.expires_at <= now {
            Some(ResendError::SignIn)
        } else if mail.answered {
            Some(ResendError::Answered)
        } else if mail.revoked {
            Some(ResendError::Revoked)
        } else if mail.expires_at <= now {
            Some(ResendError::Expired)
        } else if mail.fate != Fate::Dead {
            Some(ResendError::NotDead)
        } else if mail.address.is_none() {
            Some(ResendError::NoAddress)
        } else {
            None
        };
        if let Some(refused) = refused {
            return Ok(Err(refused));
        }
        let again = self.store.resend_mail(&mail.id, now).await?;
        Ok(if again { Ok(()) } else { Err(ResendError::NotDead) })
    }

    /// What was to go out before this instant and has not is late.
    pub(in crate::desk) fn long_ago(&self) -> Timestamp {
        let now = self.now();
        now.checked_sub(LATE_HOURS.hours()).unwrap_or(now)
    }

    /// What somebody should be told of the outbox, if anything.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn outbox_warning(&self) -> Result<Option<String>, StoreError> {
        let alarm = self.store.outbox_alarm(self.long_ago()).await?;
        let dead = (alarm.dead > 0).then(|| {
            format!(
                "{} mail(s) could not be delivered and were given up: `palaute mail list --dead` shows them, `palaute mail resend` sends them again",
                alarm.dead
            )
        });
        let late = (alarm.late > 0).then(|| {
            format!(
                "{} mail(s) have waited for more than an hour to be delivered: `palaute mail list --waiting` shows why, `palaute mail test ADDRESS` tries the server",
                alarm.late
            )
        });
        let told: Vec<String> = dead.into_iter().chain(late).collect();
        Ok((!told.is_empty()).then(|| told.join("; ")))
    }
}
