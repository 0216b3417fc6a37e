//! `palaute verify`.

use super::clock;
use super::folder::Folder;
use super::run::Outcome;
use super::terminal::{say, warn};
use jiff::Timestamp;
use std::path::Path;

pub(super) async fn verify(dir: &Path, now: Option<Timestamp>) -> Outcome {
    let (desk, _) = Folder::read(dir)?.desk(clock::clock(now)).await?;
    let verified = desk.store.verify().await?;
    desk.store.close().await;
    say(format_args!(
        "{} cases, {} submissions, {} facts and {} entries of the audit log were looked at.",
        verified.cases, verified.submissions, verified.facts, verified.entries
    ));
    if let Some((sequence, chain)) = &verified.last {
        say(format_args!("The audit log ends with entry {sequence}, {chain}; keep this line elsewhere."));
    }
    for complaint in &verified.complaints {
        warn(format_args!("{complaint}"));
    }
    match verified.complaints.len() {
        0 => {
            say("Everything agrees.");
            Ok(())
        }
        n => Err(format!(
            "{n} thing(s) do not agree: keep a copy of the database as it is, and find out what was done to it before a backup is restored"
        )
        .into()),
    }
}
