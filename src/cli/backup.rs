//! `palaute backup` and `palaute restore`.

use super::clock;
use super::folder::Folder;
use super::run::Outcome;
use super::terminal::say;
use crate::store::{Store, Verified};
use jiff::Timestamp;
use std::path::Path;

pub(super) async fn backup(dir: &Path, to: &Path) -> Outcome {
    let verified = Store::backup(&Folder::read(dir)?.database()?, to).await?;
    say(format_args!("{}: {}.", to.display(), holds(&verified)));
    say(
        "Keep it where the server is not, and releases/ and erasures.jsonl with it; whoever has the file can read the answers.",
    );
    Ok(())
}

pub(super) async fn restore(dir: &Path, now: Option<Timestamp>, from: &Path, replace: bool) -> Outcome {
    let restored = Store::restore(&Folder::read(dir)?.database()?, from, replace).await?;
    say(format_args!("Restored: {}.", holds(&restored.verified)));
    if let Some(kept) = restored.kept {
        say(format_args!("The database that stood there is kept as {}; remove it when all is well.", kept.display()));
    }
    // Opening it erases again what was erased after the backup was made.
    let (desk, _) = Folder::read(dir)?.desk(clock::clock(now)).await?;
    desk.store.close().await;
    Ok(())
}

fn holds(verified: &Verified) -> String {
    let Verified { cases, submissions, facts, .. } = verified;
    format!("{cases} cases, {submissions} submissions and {facts} facts, compared with themselves")
}
