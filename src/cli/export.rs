//! `palaute export`.

use super::arguments::Export;
use super::clock;
use super::folder::{Folder, io_at};
use super::run::Outcome;
use super::terminal::say;
use crate::desk::Whose;
use jiff::Timestamp;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

pub(super) async fn export(dir: &Path, now: Option<Timestamp>, options: &Export) -> Outcome {
    let (desk, _) = Folder::read(dir)?.desk(clock::clock(now)).await?;
    let whose = if options.everyone { Whose::Everyone } else { Whose::Client };
    let copied = match (&options.case, &options.receipt) {
        (Some(case), _) => desk.export_case(case, whose).await?,
        (None, Some(receipt)) => desk.export_answer(receipt).await?,
        (None, None) => return Err("name a case, or an answer with --receipt".into()),
    };
    desk.store.close().await;
    match &options.out {
        None => say(copied.to_json()),
        Some(path) => {
            // Nobody but the owner reads it, and nothing is written over.
            let mut file = File::options().write(true).create_new(true).mode(0o600).open(path).map_err(|error| {
                match error.kind() {
                    std::io::ErrorKind::AlreadyExists => format!("{} exists already; name a new file", path.display()),
                    _ => format!("{} cannot be written: {error}", path.display()),
                }
            })?;
            file.write_all(copied.to_json().as_bytes()).map_err(io_at(path))?;
            let what = if options.everyone {
                "for the office alone, not for the client: it holds what others answered in confidence"
            } else {
                "hand it to the person by a way that nobody else can read, then remove it"
            };
            say(format_args!("{}: {what}.", path.display()));
        }
    }
    Ok(())
}
