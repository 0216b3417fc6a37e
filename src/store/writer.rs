//! The one writer: jobs that arrive together are committed together and answered after the commit.

use super::cases::{self, CaseChange};
use super::invitations::{self, NewInvitation};
use super::mails;
use super::reports::{self, StoredReport};
use super::submissions::{self, NewSubmission, Received};
use super::{StoreError, facts};
use crate::case::{CaseFile, CaseNumber};
use crate::cube::Cube;
use crate::text::Fingerprint;
use jiff::Timestamp;
use sqlx::{Connection, SqliteConnection, SqliteTransaction};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Most jobs of one commit.
const GROUP: usize = 512;

/// Where the answer to a job goes.
type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// One thing to write.
pub(super) enum Job {
    Receive(Box<NewSubmission>, Reply<Received>),
    ChangeCases(Vec<CaseChange>, i16, Timestamp, Reply<Vec<CaseFile>>),
    Invite(Box<NewInvitation>, Timestamp, Reply<()>),
    OpenLink { token_hash: Fingerprint, invitation: String, at: Timestamp, reply: Reply<()> },
    SaveCube(Box<Cube>, Reply<()>),
    SaveReport(Box<StoredReport>, CaseNumber, Reply<()>),
    QueueMail { id: String, invitation: String, address: String, at: Timestamp, reply: Reply<()> },
    SettleMail { id: String, outcome: mails::Outcome, reply: Reply<()> },
    Finish(Reply<()>),
}

/// Sends a job and waits for its commit.
pub(super) async fn submit<T>(writer: &mpsc::Sender<Job>, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, StoreError> {
    let (reply, answer) = oneshot::channel();
    writer.send(job(reply)).await.map_err(|_| StoreError::Closed)?;
    answer.await.map_err(|_| StoreError::Closed)?
}

pub(super) async fn finish(writer: &mpsc::Sender<Job>) {
    // Errors mean that the writer has stopped already, which is what was wanted.
    let _ = submit(writer, Job::Finish).await;
}

/// What to tell once the transaction has ended, with the error that ended it, if any.
type Told = Box<dyn FnOnce(Option<Arc<sqlx::Error>>) + Send>;

pub(super) async fn run(mut connection: SqliteConnection, mut jobs: mpsc::Receiver<Job>) {
    let mut group = Vec::with_capacity(GROUP);
    loop {
        if jobs.recv_many(&mut group, GROUP).await == 0 {
            break;
        }
        if write_group(&mut connection, &mut group).await {
            break;
        }
    }
    if let Err(error) = connection.close().await {
        tracing::error!(%error, "the database did not close cleanly");
    }
}

/// Writes a group in one transaction; true when it asked the writer to stop.
async fn write_group(connection: &mut SqliteConnection, group: &mut Vec<Job>) -> bool {
    let mut transaction = match connection.begin_with("BEGIN IMMEDIATE").await {
        Ok(transaction) => transaction,
        Err(error) => {
            tracing::error!(%error, "no transaction could begin");
            let error = Arc::new(error);
            let mut stop = false;
            for job in group.drain(..) {
                stop |= matches!(job, Job::Finish(_));
                refuse(job, &error);
            }
            return stop;
        }
    };
    let (mut told, mut stop) = (Vec::with_capacity(group.len()), false);
    for job in group.drain(..) {
        stop |= matches!(job, Job::Finish(_));
        told.push(write(&mut transaction, job).await);
    }
    let failure = transaction.commit().await.err().map(Arc::new);
    if let Some(error) = &failure {
        tracing::error!(%error, "a group of {} jobs could not be committed", told.len());
    }
    for tell in told {
        tell(failure.clone());
    }
    stop
}

/// Runs one job inside a savepoint, so that its failure undoes it alone.
async fn write(transaction: &mut SqliteTransaction<'_>, job: Job) -> Told {
    let mut point = match transaction.begin().await {
        Ok(point) => point,
        Err(error) => return Box::new(move |failure| refuse(job, &failure.unwrap_or_else(|| Arc::new(error)))),
    };
    let (keep, tell) = perform(&mut point, job).await;
    let ended = if keep { point.commit().await } else { point.rollback().await };
    match ended {
        Ok(()) => tell,
        Err(error) => Box::new(move |failure| tell(failure.or_else(|| Some(Arc::new(error))))),
    }
}

/// Does the job; whether to keep what it did, and the answer to give once the commit is known.
async fn perform(connection: &mut SqliteConnection, job: Job) -> (bool, Told) {
    match job {
        Job::Receive(new, reply) => answer(submissions::receive(connection, &new).await, reply),
        Job::ChangeCases(changes, year, at, reply) => {
            answer(cases::change(connection, &changes, year, at).await, reply)
        }
        Job::Invite(new, at, reply) => answer(invitations::invite(connection, &new, at).await, reply),
        Job::OpenLink { token_hash, invitation, at, reply } => {
            answer(invitations::open_link(connection, &token_hash, &invitation, at).await, reply)
        }
        Job::SaveCube(cube, reply) => answer(facts::save_cube(connection, &cube).await, reply),
        Job::SaveReport(report, case, reply) => answer(reports::save(connection, &report, case).await, reply),
        Job::QueueMail { id, invitation, address, at, reply } => {
            answer(mails::queue(connection, &id, &invitation, &address, at).await, reply)
        }
        Job::SettleMail { id, outcome, reply } => answer(mails::settle(connection, &id, &outcome).await, reply),
        Job::Finish(reply) => answer(Ok(()), reply),
    }
}

/// The answer is given only when the outer commit is known.
fn answer<T: Send + 'static>(result: Result<T, StoreError>, reply: Reply<T>) -> (bool, Told) {
    let keep = result.is_ok();
    let tell: Told = Box::new(move |failure| {
        let result = match failure {
            None => result,
            Some(error) => Err(lost(&error)),
        };
        // Nobody may be waiting any more; what was written stays written.
        let _ = reply.send(result);
    });
    (keep, tell)
}

fn lost(error: &Arc<sqlx::Error>) -> StoreError {
    let source = sqlx::Error::Io(std::io::Error::other(Arc::clone(error)));
    StoreError::Database { attempt: "commit", source }
}

fn refuse(job: Job, error: &Arc<sqlx::Error>) {
    match job {
        Job::Receive(_, reply) => drop(reply.send(Err(lost(error)))),
        Job::ChangeCases(.., reply) => drop(reply.send(Err(lost(error)))),
        Job::Invite(.., reply)
        | Job::SaveCube(_, reply)
        | Job::SaveReport(.., reply)
        | Job::Finish(reply)
        | Job::OpenLink { reply, .. }
        | Job::QueueMail { reply, .. }
        | Job::SettleMail { reply, .. } => drop(reply.send(Err(lost(error)))),
    }
}
