//! What a submission costs at the least: a durable row, committed together with others.

use palaute::store::Database;
use sqlx::{AnyConnection, Connection};
use std::path::Path;
use std::time::{Duration, Instant};

/// The same number of rows of an answer's size and nothing else, `at_once` to a commit.
pub(crate) async fn bare_rows(database: &Database, folder: &Path, answers: &str, n: usize, at_once: usize) -> Duration {
    let address = match database {
        Database::File(_) => format!("sqlite://{}?mode=rwc", folder.join("bare.sqlite").display()),
        Database::Server(address) => address.clone(),
    };
    let mut connection = AnyConnection::connect(&address).await.unwrap();
    let settings: &[&'static str] = match database {
        Database::File(_) => &["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"],
        Database::Server(_) => &["SET synchronous_commit = on"],
    };
    for statement in settings.iter().chain(&["CREATE TABLE bare (id TEXT PRIMARY KEY, answers TEXT NOT NULL)"]) {
        sqlx::raw_sql(*statement).execute(&mut connection).await.unwrap();
    }
    let ids: Vec<String> = (0..n).map(|i| format!("{i:032}")).collect();
    let start = Instant::now();
    for group in ids.chunks(at_once) {
        let mut transaction = connection.begin().await.unwrap();
        for id in group {
            let insert = sqlx::query("INSERT INTO bare (id, answers) VALUES ($1, $2)").bind(id).bind(answers);
            insert.execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    start.elapsed()
}

/// How many a second.
pub(crate) fn per_second(n: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(n).unwrap()) / took.as_secs_f64()
}
