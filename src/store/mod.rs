//! Everything durable, in the verbs of the domain. All SQL is here.
//!
//! Enters: events, submissions, facts, reports, mails to send. Leaves: cases, invitations, receipts,
//! facts. Refuses: a second server on the same
//! file, a file on a network file system, a submission to an invitation that was
//! answered, SQLite versions that can corrupt a write-ahead log. A receipt is given only after the
//! commit that holds the submission, its fact, its case event and its audit entry.

mod audit_log;
mod backup;
mod case_list;
mod cases;
mod contacts;
mod corrections;
mod drafts;
mod erase;
mod export;
mod facts;
mod invitations;
mod mails;
mod migrations;
mod notices;
mod open;
mod outbox;
mod overview;
mod pairs;
mod places;
mod releases;
mod reminders;
mod report_list;
mod reports;
mod sessions;
mod sign_ins;
mod staff;
mod submissions;
mod transfer;
mod verify;
mod wipe;
mod writer;

pub use backup::Restored;
pub use case_list::{CaseCounts, CaseQuery, CaseSort, CaseTab, ListedCase, ListedParty};
pub use cases::{CaseChange, FactOf, Subject};
pub use contacts::Contact;
pub use corrections::{DroppedCorrection, NewCorrection};
pub use drafts::{Draft, DraftKey, NewDraft, Part, Saved};
pub use erase::{Erased, Erasure, ErasureKind, ErasureReason, NamedSubmission, submission_mark};
pub use export::{Kept, KeptDraft, KeptEvent, KeptMail, KeptNote, KeptReport, KeptSubmission};
pub use facts::ToCount;
pub use invitations::{Channel, Invitation, InvitationId, LinkUse, NewInvitation};
pub use mails::{Mail, MailKind, MailState, NewMail};
pub use notices::{NewNotice, Notice, NoticeKind};
pub use open::{Database, ServerLock};
pub use outbox::{Fate, OutboxAlarm, OutboxMail};
pub use overview::{CasesOfCoach, DeadMail, OpenInvitations, ResponsesOfCoach, SentReports};
pub use places::NewPlaces;
pub use releases::KnownRelease;
pub use reminders::{Progress, Unanswered};
pub use report_list::{ReportList, ReportQuery, ReportRow, ReportSort, ReportTab, SentVersion};
pub use reports::{Known, StoredAnnex, StoredReport};
pub use sessions::{NewSession, Session, SessionChange};
pub use sign_ins::{Entering, NewSignIn};
pub use staff::{Role, Staff};
pub use submissions::{Answered, NewSubmission, Receipt, Received, StoredSubmission};
pub use transfer::Step;
pub use verify::{Complaint, Verified};
pub use wipe::Wiped;

use sqlx::AnyPool;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};

/// Longest time for a read of what a page, a mail or a report needs, the turn among the readers included.
const READ_WITHIN: Duration = Duration::from_secs(30);

/// What went wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("the database could not {attempt}")]
    Database {
        /// What was attempted.
        attempt: &'static str,
        /// Why it failed.
        #[source]
        source: sqlx::Error,
    },
    /// The schema could not be brought up to date.
    #[error("the database's schema could not be brought up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The file or its folder cannot be used.
    #[error("{path} cannot be used as a database")]
    File {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The new database belongs to somebody else, too.
    #[error("the new database has a table `{table}` that is not Palaute's: make a database of its own")]
    Stranger {
        /// The table.
        table: String,
    },
    /// The data are elsewhere.
    #[error(
        "{path} was moved to a PostgreSQL ({marker} tells which): name that one; remove {marker} to use the old file again"
    )]
    Elsewhere {
        /// The file.
        path: String,
        /// The file that tells so.
        marker: String,
    },
    /// Another server has the file.
    #[error("another Palaute server uses {path}; stop it first, or give this one a database of its own")]
    InUse {
        /// The file.
        path: String,
    },
    /// The file lies where two servers cannot be told apart.
    #[error(
        "{path} lies on a network file system ({kind}), where two servers can corrupt it; use a disk of this machine, or PostgreSQL"
    )]
    Network {
        /// The file.
        path: String,
        /// The kind of file system.
        kind: String,
    },
    /// Something that looks like an address and is none that we know.
    #[error("the database is neither a file nor a PostgreSQL server: write postgres://user@host/name, without quotes")]
    UnknownServer,
    /// PostgreSQL has tools of its own.
    #[error("a PostgreSQL database is copied and restored with its own tools, such as {tool}")]
    OtherTools {
        /// The one to use.
        tool: &'static str,
    },
    /// A file would be written over.
    #[error("{path} exists already; name another file, or say --replace where that is offered")]
    Exists {
        /// The file.
        path: String,
    },
    /// The file is none of ours.
    #[error("{path} is no SQLite database, so it is no backup")]
    NoDatabase {
        /// The file.
        path: String,
    },
    /// A copy that does not agree with itself.
    #[error("{path} does not agree with itself and is not used: {complaint}")]
    Damaged {
        /// The copy.
        path: String,
        /// The first thing that does not agree.
        complaint: String,
    },
    /// What is to be moved is no file.
    #[error("the data are in PostgreSQL already; a database file is what can be moved there")]
    NoFile,
    /// The place to move to is no server.
    #[error("the new database must be a PostgreSQL: write postgres://user@host/name, without quotes")]
    NoServer,
    /// The place to move to cannot be used.
    #[error("the new database cannot be used; nothing was moved")]
    Target {
        /// Why.
        #[source]
        source: Box<StoreError>,
    },
    /// The place to move to holds something.
    #[error(
        "the new database has rows already ({rows} in {table}), and nothing is written over: make an empty one for the move"
    )]
    NotEmpty {
        /// The first table with rows.
        table: &'static str,
        /// How many it has.
        rows: i64,
    },
    /// A text that PostgreSQL has no place for.
    #[error(
        "{table}, row {key}: a text holds the character U+0000, which PostgreSQL cannot store; nothing was moved, and the file can be used as before"
    )]
    Nul {
        /// The table.
        table: &'static str,
        /// The row.
        key: String,
    },
    /// Rows that could not be moved.
    #[error("the rows of {table} could not be {attempt}; nothing was moved, and it can be tried again")]
    Transfer {
        /// The table.
        table: &'static str,
        /// What was attempted.
        attempt: &'static str,
        /// Why it failed.
        #[source]
        source: sqlx::Error,
    },
    /// Both sides of a move do not give the same.
    #[error(
        "{table} is not the same on both sides: {difference} ({old} rows in the old database, {new} in the new one); nothing was moved. Find out what changes rows in the new database, such as a trigger"
    )]
    Differs {
        /// The table.
        table: &'static str,
        /// How many rows the old database has.
        old: i64,
        /// How many rows the new database has.
        new: i64,
        /// The first difference, with its side.
        difference: String,
    },
    /// A commit without an answer.
    #[error(
        "the new database did not answer to the commit, so that it has everything or nothing: run this again, it is refused if everything is there"
    )]
    Unsettled {
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// All has moved; what came after failed.
    #[error("everything was moved, but the new database could not be compared with itself: run `palaute verify` on it")]
    Moved {
        /// Why.
        #[source]
        source: Box<StoreError>,
    },
    /// The SQLite in this binary may lose data.
    #[error("SQLite {found} can corrupt its write-ahead log; version 3.51.3 or later is needed")]
    OldSqlite {
        /// The version.
        found: String,
    },
    /// Something stored cannot be read.
    #[error("the stored {what} cannot be read")]
    Unreadable {
        /// What it is.
        what: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// An event does not fit the case.
    #[error("the case {case} does not allow this")]
    Case {
        /// The case.
        case: String,
        /// Why.
        #[source]
        source: crate::case::CaseRefusal,
    },
    /// Somebody reads a state in which what was erased is still there.
    #[error(
        "somebody has been reading the database for too long; what was erased is gone from the tables, but may stand in its file until the next command writes over it"
    )]
    InReading,
    /// Too many jobs wait already.
    #[error("the store has too much to do; nothing was stored")]
    Busy,
    /// The writer has stopped.
    #[error("the store is closing")]
    Closed,
}

/// Attaches what was attempted to a database error.
fn attempting(attempt: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| StoreError::Database { attempt, source }
}

/// What holds the data. Their SQL is the same but for what is decided by engine in `open` and `writer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    /// A file on this machine, for one server.
    Sqlite,
    /// A server of its own, for several.
    Postgres,
}

/// The store: readers, and one writer task that commits in groups.
#[derive(Clone, Debug)]
pub struct Store {
    engine: Engine,
    readers: AnyPool,
    writer: mpsc::Sender<writer::Job>,
    /// Told when a mail was queued for which somebody waits at the screen.
    waits: Arc<Notify>,
}

impl Store {
    fn readers(&self) -> &AnyPool {
        &self.readers
    }

    /// Waits for what a reader finds, but not without end: a session may hang with its connection open.
    async fn read<T>(
        &self,
        attempt: &'static str,
        found: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        let found = tokio::time::timeout(READ_WITHIN, found).await;
        found.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(attempting(attempt))
    }

    /// A transaction of a reader in which everything is of one moment: what is stored meanwhile is seen whole or not at all.
    async fn one_moment(&self) -> Result<sqlx::Transaction<'static, sqlx::Any>, StoreError> {
        let begin = match self.engine {
            Engine::Sqlite => "BEGIN",
            Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        self.readers().begin_with(begin).await.map_err(attempting("be read as a whole"))
    }

    /// How many erasures there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn erasure_count(&self) -> Result<i64, StoreError> {
        let row = sqlx::query("SELECT count(*) AS n FROM erasures").fetch_one(self.readers());
        Ok(sqlx::Row::get(&self.read("read the erasures", row).await?, "n"))
    }

    fn writer(&self) -> &mpsc::Sender<writer::Job> {
        &self.writer
    }
}
