//! `palaute verify`.

use super::clock;
use super::folder::Folder;
use super::run::Outcome;
use super::terminal::{say, warn};
use crate::text::Fingerprint;
use jiff::Timestamp;
use std::path::Path;

pub(super) async fn verify(dir: &Path, now: Option<Timestamp>) -> Outcome {
    let folder = Folder::read(dir)?;
    let releases = folder.releases()?;
    let (desk, _) = folder.desk(clock::clock(now)).await?;
    let verified = desk.store.verify().await?;
    let known = desk.store.known_releases().await?;
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
    let lost = known.iter().filter(|(id, fingerprint)| {
        !releases.iter().any(|r| r.id().to_string() == *id && Fingerprint::of(r.to_json()) == *fingerprint)
    });
    let lost: Vec<&String> = lost.map(|(id, _)| id).collect();
    for id in &lost {
        warn(format_args!("release {id}: it was made, and its file in releases/ is missing or another"));
    }
    match verified.complaints.len() + lost.len() {
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
