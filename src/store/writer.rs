//! The one writer: jobs that arrive together are committed together and answered after the commit.

use super::cases::{self, CaseChange};
use super::contacts::{self, Contact};
use super::corrections::{self, DroppedCorrection, NewCorrection};
use super::drafts::{self, DraftKey, NewDraft, Saved};
use super::erase::{self, Erased, Erasure};
use super::invitations::{self, InvitationId, LinkUse, NewInvitation};
use super::notices::{self, NewNotice, Notice};
use super::places::{self, NewPlaces};
use super::releases::{self, KnownRelease};
use super::reports::{self, Known, StoredAnnex, StoredReport};
use super::sessions::{self, NewSession, SessionChange};
use super::sign_ins::{self, Entering, NewSignIn};
use super::staff::{self, Staff};
use super::submissions::{self, NewSubmission, Received};
use super::{Database, Engine, Store, StoreError, facts};
use super::{mails, outbox};
use crate::case::{CaseFile, CaseNumber};
use crate::cube::Cube;
use crate::text::Fingerprint;
use jiff::Timestamp;
use sqlx::any::Any;
use sqlx::{AnyConnection, Connection, Transaction};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Names the lock of PostgreSQL that writers of several servers take in turn; any number would do.
const WRITERS: i64 = 0x0070_616c_6175_7465;
/// Longest time for a group, its turn among the servers included.
const GROUP_WITHIN: Duration = Duration::from_secs(18);
/// The same for a group with an import or an erasure, which is one transaction however many cases it has.
const IMPORT_WITHIN: Duration = Duration::from_secs(300);
/// Most jobs of one commit.
const GROUP: usize = 512;

/// Where the answer to a job goes.
type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// One thing to write.
pub(super) enum Job {
    Receive(Box<NewSubmission>, Reply<Received>),
    ChangeCases(Vec<CaseChange>, i16, Timestamp, Reply<Vec<CaseFile>>),
    Invite(Vec<NewInvitation>, Timestamp, Reply<usize>),
    Revoke { invitations: Vec<String>, at: Timestamp, reply: Reply<usize> },
    OpenPlaces(Box<NewPlaces>, Timestamp, Reply<(InvitationId, Timestamp)>),
    OpenLink { token_hash: Fingerprint, invitation: String, usage: LinkUse, at: Timestamp, reply: Reply<bool> },
    Renew { invitation: String, expires_at: Timestamp, at: Timestamp, reply: Reply<()> },
    SaveDraft(Box<NewDraft>, Reply<Saved>),
    DropDraft { key: DraftKey, nonce: String, reply: Reply<()> },
    TidyDrafts { since: Timestamp, now: Timestamp, reply: Reply<u64> },
    SaveCube(Box<Cube>, i64, Reply<bool>),
    SaveReport(Box<StoredReport>, CaseNumber, Vec<NewNotice>, Timestamp, Reply<bool>),
    SaveAnnex(Box<StoredAnnex>, CaseNumber, Vec<NewNotice>, Known, Reply<bool>),
    ClaimMails { now: Timestamp, lease: Timestamp, reply: Reply<Vec<mails::Mail>> },
    QueueMail { mail: Box<mails::NewMail>, at: Timestamp, reply: Reply<()> },
    KeepContact { contact: Contact, at: Timestamp, reply: Reply<()> },
    RemoveContacts { ids: Vec<String>, reply: Reply<()> },
    DropContact { id: String, at: Timestamp, reply: Reply<()> },
    SettleMail { id: String, outcome: mails::Outcome, at: Timestamp, reply: Reply<()> },
    PutMailsOff(Box<mails::PutOff>, Reply<()>),
    ResendMail { id: String, at: Timestamp, reply: Reply<bool> },
    Erase(Vec<Erasure>, Timestamp, Reply<Erased>),
    KnowRelease(Box<KnownRelease>, Reply<()>),
    AddStaff(Staff, Timestamp, Reply<bool>),
    RemoveStaff { id: String, at: Timestamp, reply: Reply<bool> },
    OpenSession(Box<NewSession>, Reply<()>),
    ChangeSession(Fingerprint, SessionChange, Reply<()>),
    QueueNotices(Vec<NewNotice>, Timestamp, Reply<()>),
    ClaimNotices { now: Timestamp, lease: Timestamp, reply: Reply<Vec<Notice>> },
    AskSignIn(Box<NewSignIn>, Reply<()>),
    SealSignIn { id: String, secret_hash: Fingerprint, at: Timestamp, reply: Reply<bool> },
    Enter(Box<Entering>, Reply<Option<Staff>>),
    TidySessions { since: Timestamp, now: Timestamp, reply: Reply<u64> },
    BeginCorrection(Box<NewCorrection>, Timestamp, Reply<bool>),
    DropCorrection(Box<DroppedCorrection>, Timestamp, Reply<bool>),
    Finish(Reply<()>),
}

/// Sends a job and waits for its commit.
pub(super) async fn submit<T>(writer: &mpsc::Sender<Job>, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, StoreError> {
    let (reply, answer) = oneshot::channel();
    writer.try_send(job(reply)).map_err(|refused| match refused {
        mpsc::error::TrySendError::Full(_) => StoreError::Busy,
        mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
    })?;
    answer.await.map_err(|_| StoreError::Closed)?
}

pub(super) async fn finish(writer: &mpsc::Sender<Job>) {
    // Errors mean that the writer has stopped already, which is what was wanted; a hanging server is left alone.
    let _ = tokio::time::timeout(GROUP_WITHIN, submit(writer, Job::Finish)).await;
}

/// What to tell once the transaction has ended, with the error that ended it, if any.
type Told = Box<dyn FnOnce(Option<Arc<sqlx::Error>>) + Send>;

/// What may be done with a connection after a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Connected {
    Sound,
    /// The database failed at a job.
    Suspect,
}

/// Writes until told to stop. After a failure of the database the connection is closed, and the next group gets a
/// new one: SQLite may have rolled back by itself, or opened the file while it could only be read, PostgreSQL may be gone,
/// and a connection that believes otherwise could neither write again nor be trusted with the answer to this group.
pub(super) async fn run(connection: AnyConnection, database: Database, mut jobs: mpsc::Receiver<Job>) {
    let mut connection = Some(connection);
    let mut group = Vec::with_capacity(GROUP);
    while jobs.recv_many(&mut group, GROUP).await > 0 {
        let stop = group.iter().any(|job| matches!(job, Job::Finish(_)));
        let long = group.iter().any(|job| matches!(job, Job::ChangeCases(..) | Job::Erase(..)));
        let within = if long { IMPORT_WITHIN } else { GROUP_WITHIN };
        // Whoever waits for a group that is given up is told that the store did not answer.
        let written = tokio::time::timeout(within, write_group(&mut connection, &database, &mut group)).await;
        let after = match written {
            Ok(Ok(after)) => after,
            Ok(Err(error)) => {
                tracing::error!(%error, "a group of writes failed and was not stored");
                Connected::Suspect
            }
            Err(_) => {
                tracing::error!("the database did not answer in time; it is not known whether a group was stored");
                group.clear();
                Connected::Suspect
            }
        };
        if after == Connected::Suspect
            && let Some(connection) = connection.take()
        {
            end(connection, database.engine()).await;
        }
        if stop {
            break;
        }
    }
    if let Some(connection) = connection
        && let Err(error) = connection.close().await
    {
        tracing::error!(%error, "the database did not close cleanly");
    }
}

/// Ends a connection that is not trusted any more. One to a server may hang, so nothing is said to it.
async fn end(connection: AnyConnection, engine: Engine) {
    if engine == Engine::Sqlite {
        // What it held is rolled back; there is nothing to do about an error.
        let _ = connection.close_hard().await;
    }
}

/// Writes a group in one transaction and answers every job after its commit. After an error every job was
/// told so; nothing of the group is stored, unless only the answer to the commit was lost.
async fn write_group(
    connection: &mut Option<AnyConnection>,
    database: &Database,
    group: &mut Vec<Job>,
) -> Result<Connected, Arc<sqlx::Error>> {
    let mut waiting = group.drain(..);
    let mut told: Vec<Told> = Vec::with_capacity(waiting.len());
    let outcome = match begin_again(connection, database).await {
        Ok(transaction) => write_all(transaction, database.engine(), &mut waiting, &mut told).await,
        Err(error) => Err(error),
    };
    let outcome = outcome.map_err(Arc::new);
    for tell in told {
        tell(outcome.as_ref().err().cloned());
    }
    if let Err(error) = &outcome {
        for job in waiting {
            refuse(job, error);
        }
    }
    outcome
}

/// Begins the transaction of a group, on a new connection where there is none to be trusted.
async fn begin_again<'a>(
    connection: &'a mut Option<AnyConnection>,
    database: &Database,
) -> Result<Transaction<'a, Any>, sqlx::Error> {
    let engine = database.engine();
    if engine == Engine::Postgres
        && let Some(open) = connection
        && open.ping().await.is_err()
    {
        // The server was restarted while nothing was to be written: nobody need be told.
        *connection = None;
    }
    let connection = match connection {
        Some(open) => open,
        None => connection.insert(database.connect().await?),
    };
    let transaction = begin(connection, engine).await?;
    if let Database::File(path) = database
        && Store::moved_marker(path).exists()
    {
        // Moved to a PostgreSQL while this turn was waited for.
        let moved = Store::refuse_moved(path).err().map(|e| e.to_string()).unwrap_or_default();
        return Err(sqlx::Error::Configuration(moved.into()));
    }
    Ok(transaction)
}

/// Begins the transaction of a group. One group at a time is written whatever server it comes from, so
/// that numbers, facts and the chain of the audit log have one order, that of their commits.
pub(super) async fn begin(connection: &mut AnyConnection, engine: Engine) -> Result<Transaction<'_, Any>, sqlx::Error> {
    match engine {
        Engine::Sqlite => connection.begin_with("BEGIN IMMEDIATE").await,
        Engine::Postgres => {
            let mut transaction = connection.begin().await?;
            sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)")
                .bind(WRITERS)
                .execute(&mut *transaction)
                .await?;
            Ok(transaction)
        }
    }
}

async fn write_all(
    mut transaction: Transaction<'_, Any>,
    engine: Engine,
    jobs: &mut impl Iterator<Item = Job>,
    told: &mut Vec<Told>,
) -> Result<Connected, sqlx::Error> {
    let mut after = Connected::Sound;
    for job in jobs {
        // A savepoint of its own, so that a job's refusal undoes that job alone.
        let mut point = match transaction.begin().await {
            Ok(point) => point,
            Err(error) => {
                told.push(Box::new(move |failure| {
                    if let Some(error) = failure {
                        refuse(job, &error);
                    }
                }));
                return Err(error);
            }
        };
        let (done, tell) = perform(&mut point, engine, job).await;
        told.push(tell);
        match done {
            Done::Kept => point.commit().await?,
            Done::Refused => point.rollback().await?,
            Done::Failed => {
                after = Connected::Suspect;
                point.rollback().await?;
            }
        }
    }
    transaction.commit().await?;
    Ok(after)
}

/// What became of a job, whose answer waits for the commit.
enum Done {
    Kept,
    Refused,
    /// The database failed.
    Failed,
}

/// Does the job; whether to keep what it did, and the answer to give once the commit is known.
async fn perform(connection: &mut AnyConnection, engine: Engine, job: Job) -> (Done, Told) {
    match job {
        Job::Receive(new, reply) => answer(submissions::receive(connection, &new).await, reply),
        Job::ChangeCases(changes, year, at, reply) => {
            answer(cases::change(connection, &changes, year, at).await, reply)
        }
        Job::Invite(new, at, reply) => answer(invitations::invite_all(connection, &new, at).await, reply),
        Job::OpenPlaces(new, at, reply) => answer(places::open(connection, &new, at).await, reply),
        Job::Revoke { invitations, at, reply } => {
            answer(invitations::revoke(connection, &invitations, at).await, reply)
        }
        Job::OpenLink { token_hash, invitation, usage, at, reply } => {
            answer(invitations::open_link(connection, &token_hash, &invitation, &usage, at).await, reply)
        }
        Job::Renew { invitation, expires_at, at, reply } => {
            answer(invitations::renew(connection, &invitation, expires_at, at).await, reply)
        }
        Job::SaveDraft(new, reply) => answer(drafts::save(connection, &new).await, reply),
        Job::DropDraft { key, nonce, reply } => answer(drafts::remove(connection, &key, &nonce).await, reply),
        Job::TidyDrafts { since, now, reply } => answer(drafts::tidy(connection, since, now).await, reply),
        Job::SaveCube(cube, known, reply) => answer(facts::save_cube(connection, &cube, known).await, reply),
        Job::SaveReport(report, case, told, at, reply) => {
            answer(reports::save(connection, &report, case, &told, at).await, reply)
        }
        Job::SaveAnnex(annex, case, told, known, reply) => {
            answer(reports::save_annex(connection, &annex, case, &told, known).await, reply)
        }
        Job::ClaimMails { now, lease, reply } => answer(mails::claim(connection, engine, now, lease).await, reply),
        Job::QueueMail { mail, at, reply } => answer(mails::queue(connection, &mail, at).await, reply),
        Job::RemoveContacts { ids, reply } => answer(contacts::remove(connection, &ids).await, reply),
        Job::DropContact { id, at, reply } => answer(contacts::replace(connection, &id, at).await, reply),
        Job::KeepContact { contact, at, reply } => {
            answer(contacts::keep(connection, &contact, at).await.map(drop), reply)
        }
        Job::SettleMail { id, outcome, at, reply } => answer(mails::settle(connection, &id, &outcome, at).await, reply),
        Job::PutMailsOff(mails, reply) => answer(mails::put_off(connection, &mails).await, reply),
        Job::ResendMail { id, at, reply } => answer(outbox::resend(connection, &id, at).await, reply),
        Job::Erase(erasures, at, reply) => answer(erase::erase(connection, &erasures, at).await, reply),
        Job::KnowRelease(release, reply) => answer(releases::know(connection, &release).await, reply),
        Job::AddStaff(staff, at, reply) => answer(staff::add(connection, &staff, at).await, reply),
        Job::RemoveStaff { id, at, reply } => answer(staff::remove(connection, &id, at).await, reply),
        Job::OpenSession(new, reply) => answer(sessions::open(connection, &new).await, reply),
        Job::ChangeSession(id, change, reply) => answer(sessions::change(connection, &id, &change).await, reply),
        Job::QueueNotices(notices, at, reply) => answer(notices::queue(connection, &notices, at).await, reply),
        Job::ClaimNotices { now, lease, reply } => answer(notices::claim(connection, engine, now, lease).await, reply),
        Job::AskSignIn(new, reply) => answer(sign_ins::ask(connection, &new).await, reply),
        Job::SealSignIn { id, secret_hash, at, reply } => {
            answer(sign_ins::seal(connection, &id, &secret_hash, at).await, reply)
        }
        Job::Enter(entering, reply) => answer(sign_ins::enter(connection, &entering).await, reply),
        Job::TidySessions { since, now, reply } => answer(sign_ins::tidy(connection, since, now).await, reply),
        Job::BeginCorrection(new, at, reply) => answer(corrections::begin(connection, &new, at).await, reply),
        Job::DropCorrection(dropped, at, reply) => answer(corrections::abandon(connection, &dropped, at).await, reply),
        Job::Finish(reply) => answer(Ok(()), reply),
    }
}

/// The answer is given only when the outer commit is known.
fn answer<T: Send + 'static>(result: Result<T, StoreError>, reply: Reply<T>) -> (Done, Told) {
    let done = match &result {
        Ok(_) => Done::Kept,
        Err(StoreError::Database { .. }) => Done::Failed,
        Err(_) => Done::Refused,
    };
    let tell: Told = Box::new(move |failure| {
        let result = match failure {
            None => result,
            Some(error) => Err(lost(&error)),
        };
        // Nobody may be waiting any more; what was written stays written.
        let _ = reply.send(result);
    });
    (done, tell)
}

fn lost(error: &Arc<sqlx::Error>) -> StoreError {
    let source = sqlx::Error::Io(std::io::Error::other(Arc::clone(error)));
    StoreError::Database { attempt: "commit", source }
}

fn refuse(job: Job, error: &Arc<sqlx::Error>) {
    match job {
        Job::Receive(_, reply) => drop(reply.send(Err(lost(error)))),
        Job::ChangeCases(.., reply) => drop(reply.send(Err(lost(error)))),
        Job::ClaimMails { reply, .. } => drop(reply.send(Err(lost(error)))),
        Job::ClaimNotices { reply, .. } => drop(reply.send(Err(lost(error)))),
        Job::Enter(_, reply) => drop(reply.send(Err(lost(error)))),
        Job::Erase(.., reply) => drop(reply.send(Err(lost(error)))),
        Job::Invite(.., reply) | Job::Revoke { reply, .. } => drop(reply.send(Err(lost(error)))),
        Job::OpenPlaces(.., reply) => drop(reply.send(Err(lost(error)))),
        Job::SaveDraft(_, reply) => drop(reply.send(Err(lost(error)))),
        Job::TidyDrafts { reply, .. } | Job::TidySessions { reply, .. } => drop(reply.send(Err(lost(error)))),
        Job::SaveCube(.., reply)
        | Job::SaveAnnex(.., reply)
        | Job::SaveReport(.., reply)
        | Job::BeginCorrection(.., reply)
        | Job::DropCorrection(.., reply)
        | Job::AddStaff(.., reply)
        | Job::RemoveStaff { reply, .. }
        | Job::ResendMail { reply, .. }
        | Job::SealSignIn { reply, .. }
        | Job::OpenLink { reply, .. } => {
            drop(reply.send(Err(lost(error))));
        }
        Job::KnowRelease(_, reply)
        | Job::PutMailsOff(_, reply)
        | Job::OpenSession(_, reply)
        | Job::ChangeSession(.., reply)
        | Job::QueueNotices(.., reply)
        | Job::AskSignIn(_, reply)
        | Job::Finish(reply)
        | Job::DropDraft { reply, .. }
        | Job::Renew { reply, .. }
        | Job::QueueMail { reply, .. }
        | Job::DropContact { reply, .. }
        | Job::KeepContact { reply, .. }
        | Job::RemoveContacts { reply, .. }
        | Job::SettleMail { reply, .. } => drop(reply.send(Err(lost(error)))),
    }
}
