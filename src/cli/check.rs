//! `palaute check`: every mistake of an instance, with its place and remedy.

use super::folder::Folder;
use super::run::Outcome;
use super::terminal::say;
use crate::desk::rehearse;
use std::path::Path;

pub(super) fn check(dir: &Path) -> Outcome {
    let folder = Folder::read(dir)?;
    for form in &folder.forms {
        say(format_args!(
            "forms/{}.yaml: {} questions, version {}",
            form.id(),
            form.questions().count(),
            &form.version().as_str()[..12]
        ));
    }
    rehearse(&folder.instance, &folder.forms, &folder.pages, &folder.renderer, &folder.printer)?;
    say(format_args!("content: {} pages; every template was filled", folder.pages.len()));
    say("No mistakes found.");
    Ok(())
}
