//! What managers see: numbers of everything at once, never a case. Each is one query.

use super::{Store, StoreError};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::Row;

/// Cases of one coach at one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CasesOfCoach {
    /// Name of the coach, as on the cases.
    pub coach: String,
    /// Code of the stage.
    pub stage: String,
    /// How many.
    pub cases: i64,
    /// Hours of all of them, in tenths.
    pub hours_tenths: i64,
}

/// Invitations of the cases of one coach to one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponsesOfCoach {
    /// Name of the coach.
    pub coach: String,
    /// The form.
    pub form: String,
    /// Invitations that were not taken back.
    pub invited: i64,
    /// Of these, answered before the instant that was asked for.
    pub answered: i64,
}

/// Open invitations that were mailed in one hour and last reminded in one hour, so many times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenInvitations {
    /// When the first mail was delivered, to the hour.
    pub mailed_at: Timestamp,
    /// When the last one was.
    pub last_at: Timestamp,
    /// Until when they are open, to the hour.
    pub expires_at: Timestamp,
    /// Reminders so far.
    pub reminded: usize,
    /// True while a mail waits or was given up: then nobody is reminded.
    pub pending: bool,
    /// How many.
    pub invitations: i64,
}

/// A mail that was given up, without what would tell of whom it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadMail {
    /// Its id.
    pub id: String,
    /// Code of what it is for; of a mail to staff that of the notice.
    pub kind: String,
    /// True when it goes to staff.
    pub to_staff: bool,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// Times it was tried.
    pub tries: i64,
    /// What the last try came to.
    pub trouble: Option<String>,
    /// The part of its address after the `@`; none when the address is gone.
    pub domain: Option<String>,
    /// True when what it leads to is no longer open.
    pub ended: bool,
}

/// Reports sent on one day about cases that ended on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentReports {
    /// The end.
    pub ended_on: Date,
    /// When the first version was sent, to the hour.
    pub sent_at: Timestamp,
    /// How many.
    pub reports: i64,
}

impl Store {
    /// Cases and hours by coach and stage.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cases_by_coach(&self) -> Result<Vec<CasesOfCoach>, StoreError> {
        let rows = sqlx::query(
            "SELECT coach, stage, count(*) AS n, CAST(sum(CASE WHEN hours > 0 THEN hours ELSE 0 END) AS BIGINT) AS hours
             FROM cases GROUP BY coach, stage ORDER BY coach, stage",
        )
        .fetch_all(self.readers());
        let rows = self.read("count the cases", rows).await?;
        let read = |r: &sqlx::any::AnyRow| CasesOfCoach {
            coach: r.get("coach"),
            stage: r.get("stage"),
            cases: r.get("n"),
            hours_tenths: r.get("hours"),
        };
        Ok(rows.iter().map(read).collect())
    }

    /// Invitations of ended cases and what was answered before that instant, by coach and form. What was answered since is
    /// taken away from all that was answered: it is little, and found by its day.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn responses_by_coach(&self, before: Timestamp) -> Result<Vec<ResponsesOfCoach>, StoreError> {
        let rows = sqlx::query(
            "SELECT c.coach, i.form, count(*) AS invited,
                    CAST(sum(CASE WHEN s.invitation IS NULL
                                    OR i.id IN (SELECT t.invitation FROM submissions t WHERE t.received_at >= $1)
                              THEN 0 ELSE 1 END) AS BIGINT) AS answered
             FROM cases c JOIN invitations i ON i.case_number = c.number
             LEFT JOIN submissions s ON s.invitation = i.id
             WHERE i.revoked_at IS NULL AND c.ended_on IS NOT NULL GROUP BY c.coach, i.form ORDER BY c.coach, i.form",
        )
        .bind(before.to_string())
        .fetch_all(self.readers());
        let rows = self.read("count the responses", rows).await?;
        let read = |r: &sqlx::any::AnyRow| ResponsesOfCoach {
            coach: r.get("coach"),
            form: r.get("form"),
            invited: r.get("invited"),
            answered: r.get("answered"),
        };
        Ok(rows.iter().map(read).collect())
    }

    /// Invitations that were mailed, are open at `now` and were not answered before `before`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_invitations(
        &self,
        now: Timestamp,
        before: Timestamp,
    ) -> Result<Vec<OpenInvitations>, StoreError> {
        // To the hour, so that few rows come back however many invitations there are.
        let rows = sqlx::query(
            "SELECT substr(m.mailed_at, 1, 13) AS mailed, substr(m.last_at, 1, 13) AS last, substr(m.expires_at, 1, 13) AS until,
                    m.reminded, m.pending, count(*) AS n
             FROM (SELECT i.id, i.expires_at, min(coalesce(o.settled_at, o.queued_at)) AS mailed_at,
                          max(coalesce(o.settled_at, o.queued_at)) AS last_at,
                          CAST(sum(CASE WHEN o.kind = 'reminder' THEN 1 ELSE 0 END) AS BIGINT) AS reminded,
                          max(CASE WHEN o.state IN ('waiting', 'dead') THEN 1 ELSE 0 END) AS pending
                   FROM invitations i JOIN outbox o ON o.invitation = i.id AND o.state <> 'obsolete'
                   WHERE i.revoked_at IS NULL AND i.expires_at > $1
                     AND (NOT EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id)
                          OR i.id IN (SELECT t.invitation FROM submissions t WHERE t.received_at >= $2))
                   GROUP BY i.id, i.expires_at) m
             GROUP BY mailed, last, until, m.reminded, m.pending ORDER BY mailed, last, until",
        )
        .bind(now.to_string())
        .bind(before.to_string())
        .fetch_all(self.readers());
        let rows = self.read("count the open invitations", rows).await?;
        let read = |r: &sqlx::any::AnyRow| {
            Some(OpenInvitations {
                mailed_at: hour(&r.get::<String, _>("mailed"))?,
                last_at: hour(&r.get::<String, _>("last"))?,
                expires_at: hour(&r.get::<String, _>("until"))?,
                reminded: usize::try_from(r.get::<i64, _>("reminded")).ok()?,
                pending: r.get::<i64, _>("pending") == 1,
                invitations: r.get("n"),
            })
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    /// The mails that were given up, the oldest first, at most so many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn dead_mails(&self, now: Timestamp, most: i64) -> Result<Vec<DeadMail>, StoreError> {
        let rows = sqlx::query(
            "SELECT o.id, o.kind, o.queued_at, o.tries, o.trouble, o.address,
                    CASE WHEN o.invitation IS NULL THEN 1 ELSE 0 END AS to_staff,
                    CASE WHEN i.revoked_at IS NOT NULL OR i.expires_at <= $1 OR o.kind = 'sign_in'
                              OR EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = o.invitation)
                         THEN 1 ELSE 0 END AS ended
             FROM outbox o LEFT JOIN invitations i ON i.id = o.invitation
             WHERE o.state = 'dead' ORDER BY o.queued_at, o.id LIMIT $2",
        )
        .bind(now.to_string())
        .bind(most)
        .fetch_all(self.readers());
        let rows = self.read("read the dead mails", rows).await?;
        let read = |r: &sqlx::any::AnyRow| {
            let address: Option<String> = r.get("address");
            Some(DeadMail {
                id: r.get("id"),
                kind: r.get("kind"),
                to_staff: r.get::<i64, _>("to_staff") == 1,
                queued_at: r.get::<String, _>("queued_at").parse().ok()?,
                tries: r.get("tries"),
                trouble: r.get("trouble"),
                domain: address.and_then(|a| a.rsplit_once('@').map(|(_, domain)| domain.to_owned())),
                ended: r.get::<i64, _>("ended") == 1,
            })
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    /// How many reports were sent to the office, by the day on which their case ended and the hour of the first version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sent_reports(&self) -> Result<Vec<SentReports>, StoreError> {
        let rows = sqlx::query(
            "SELECT r.ended_on, substr(r.first, 1, 13) AS sent, count(*) AS n
             FROM (SELECT c.number, c.ended_on, min(p.sent_at) AS first FROM reports p JOIN cases c ON c.number = p.case_number
                   WHERE p.sent_at IS NOT NULL AND c.ended_on IS NOT NULL GROUP BY c.number, c.ended_on) r
             GROUP BY r.ended_on, sent ORDER BY r.ended_on, sent",
        )
        .fetch_all(self.readers());
        let rows = self.read("count the reports", rows).await?;
        let read = |r: &sqlx::any::AnyRow| {
            Some(SentReports {
                ended_on: r.get::<String, _>("ended_on").parse().ok()?,
                sent_at: hour(&r.get::<String, _>("sent"))?,
                reports: r.get("n"),
            })
        };
        Ok(rows.iter().filter_map(read).collect())
    }
}

/// The instant at which an hour such as `2025-12-01T07` begins.
fn hour(text: &str) -> Option<Timestamp> {
    format!("{text}:00:00Z").parse().ok()
}
