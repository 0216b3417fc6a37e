//! `palaute backup` and `palaute restore`.

use super::clock;
use super::erasures::ErasureList;
use super::folder::Folder;
use super::run::Outcome;
use super::terminal::{say, warn};
use crate::store::{Database, Store, Verified};
use jiff::Timestamp;
use std::path::Path;

pub(super) async fn backup(dir: &Path, to: &Path) -> Outcome {
    let verified = Store::backup(&Folder::read(dir)?.database()?, to).await?;
    say(format_args!("{}: {}.", to.display(), holds(&verified)));
    say(
        "Keep it where the server is not, and releases/ and erasures.jsonl, if there is one, with it; whoever has the file can read the answers.",
    );
    Ok(())
}

pub(super) async fn restore(dir: &Path, now: Option<Timestamp>, from: &Path, replace: bool) -> Outcome {
    let database = Folder::read(dir)?.database()?;
    // A list that cannot be read is not passed over.
    ErasureList::of(dir).read()?;
    // What the database that stands there knows of erasures must not go with it.
    if let Database::File(path) = &database
        && path.exists()
    {
        match Store::open(&database).await {
            Ok(store) => {
                let learnt = ErasureList::of(dir).learn(&store).await;
                store.close().await;
                if let Err(error) = learnt {
                    warn(format_args!(
                        "The database that stands there cannot be read ({error}): only what erasures.jsonl tells is erased again"
                    ));
                }
            }
            Err(error) => warn(format_args!(
                "The database that stands there cannot be read ({error}): only what erasures.jsonl tells is erased again"
            )),
        }
    }
    if !ErasureList::of(dir).exists() {
        warn("There is no erasures.jsonl here: whatever was erased after this copy was made will be back");
    }
    let restored = Store::restore(&database, from, replace).await?;
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
