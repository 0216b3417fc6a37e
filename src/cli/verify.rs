//! `palaute verify`.

use super::clock;
use super::folder::Folder;
use super::publish::{past_in, release_wrong};
use super::run::Outcome;
use super::terminal::{say, warn};
use jiff::Timestamp;
use std::path::Path;

pub(super) async fn verify(dir: &Path, now: Option<Timestamp>) -> Outcome {
    let folder = Folder::read(dir)?;
    folder.refuse_lost(&folder.database()?)?;
    if let (path, true) = folder.database_file()
        && !path.exists()
    {
        return Err(format!("there is no database {}", path.display()).into());
    }
    let (desk, _) = folder.desk(clock::clock(now)).await?;
    let verified = desk.store.verify().await?;
    let known = desk.store.known_releases().await?;
    desk.store.close().await;
    say(format_args!(
        "{} cases, {} submissions, {} facts and {} entries of the audit log were looked at; {} cases and answers were erased.",
        verified.cases, verified.submissions, verified.facts, verified.entries, verified.erased
    ));
    if let Some((sequence, chain)) = &verified.last {
        say(format_args!("The audit log ends with entry {sequence}, {chain}; keep this line elsewhere."));
    }
    for complaint in &verified.complaints {
        warn(format_args!("{complaint}"));
    }
    let mut wrong: Vec<String> =
        known.iter().filter_map(|(id, fingerprint)| release_wrong(dir, id, fingerprint)).collect();
    // The proofs beside the releases, and the chain of everything ever published.
    wrong.extend(past_in(dir).err().map(|error| error.to_string()));
    for told in &wrong {
        warn(told);
    }
    match verified.complaints.len() {
        0 if wrong.is_empty() => {
            say("Everything agrees.");
            Ok(())
        }
        0 => Err("the database agrees with itself; put the files of the releases back from a copy of releases/".into()),
        n => Err(format!(
            "{n} thing(s) do not agree: keep a copy of the database as it is, and find out what was done to it before a backup is restored"
        )
        .into()),
    }
}
