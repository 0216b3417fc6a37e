//! `palaute migrate-store`.

use super::folder::{Folder, named_in};
use super::run::Outcome;
use super::terminal::{say, warn};
use crate::store::{Database, Step, Store};
use std::path::Path;

/// Names the new database, for an address with a password, which others could read on a command line.
const TO: &str = "PALAUTE_MIGRATE_TO";

pub(super) async fn migrate_store(dir: &Path, to: Option<&str>) -> Outcome {
    let folder = Folder::read(dir)?;
    let from = folder.database()?;
    let Some(address) = to.map(str::to_owned).or_else(|| named_in(TO)) else {
        return Err(format!(
            "name the PostgreSQL to move to, such as postgres://palaute@db.example/palaute; if the address has a password, in {TO} of the environment"
        )
        .into());
    };
    let seen = to.is_some();
    let to = Database::named(&address, &folder.dir)?;
    if seen && holds_password(&to) {
        warn(format_args!(
            "Others on this machine can read the password on the command line; {TO} of the environment hides it."
        ));
    }
    let mut comparing = false;
    let verified = Store::transfer(&from, &to, |step| match step {
        Step::Copied(table, rows) => say(format_args!("{table:<15} {rows:>8} rows copied")),
        Step::Compared(table, rows) => {
            if !std::mem::replace(&mut comparing, true) {
                say("Everything is copied; now both sides are read and compared.");
            }
            say(format_args!("{table:<15} {rows:>8} rows, the same on both sides"));
        }
    })
    .await?;
    say(format_args!(
        "Moved: {} cases, {} submissions, {} facts and {} entries of the audit log.",
        verified.cases, verified.submissions, verified.facts, verified.entries
    ));
    for complaint in &verified.complaints {
        warn(format_args!("{complaint}"));
    }
    if !verified.complaints.is_empty() {
        return Err(format!(
            "{} thing(s) do not agree in the new database, nor in the old one, for both hold the same: find out what was done to it before either is used",
            verified.complaints.len()
        )
        .into());
    }
    say("The new database was compared with itself, too, as `palaute verify` does: everything agrees.");
    say(format_args!(
        "{0} was not changed; {0}.moved beside it keeps commands from using it by mistake. What to do next:",
        from.shown()
    ));
    let place = match folder.elsewhere {
        Some(_) => "PALAUTE_DATABASE, which names the old database now,",
        None => "`database:` in palaute.yaml, or PALAUTE_DATABASE when the address has a password,",
    };
    let without = if holds_password(&to) { " with its password, which is not shown" } else { "" };
    say(format_args!("1. Set {place} to the new address{without}:\n   {}", to.shown()));
    say("2. Start the server.");
    say(
        "3. Keep the old file until all is well; then remove it, with its -wal, -shm and .moved: it holds people's answers.",
    );
    Ok(())
}

fn holds_password(database: &Database) -> bool {
    matches!(database, Database::Server(address) if *address != database.shown())
}
