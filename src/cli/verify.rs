//! `palaute verify`.

use super::clock;
use super::folder::Folder;
use super::publish::past_in;
use super::run::Outcome;
use super::terminal::{say, warn};
use crate::text::Fingerprint;
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

/// What is wrong with the file of a release that was made, if anything.
fn release_wrong(dir: &Path, id: &str, made: &Fingerprint) -> Option<String> {
    let file = dir.join("releases").join(id).join("release.json");
    match std::fs::read(&file) {
        Ok(bytes) if Fingerprint::of(&bytes) == *made => None,
        Ok(_) => Some(format!("release {id}: {} is not the file that was made", file.display())),
        Err(error) => Some(format!("release {id}: it was made, and {} cannot be read: {error}", file.display())),
    }
}
