//! `palaute check`: every mistake of an instance, with its place and remedy.

use super::folder::Folder;
use super::run::Outcome;
use std::path::Path;

pub(super) fn check(dir: &Path) -> Outcome {
    let folder = Folder::read(dir)?;
    for form in &folder.forms {
        println!("forms/{}.yaml: {} questions, version {}", form.id(), form.questions().count(), &form.version().as_str()[..12]);
    }
    println!("content: {} pages", folder.pages.len());
    println!("No mistakes found.");
    Ok(())
}
