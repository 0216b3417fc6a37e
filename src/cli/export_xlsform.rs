//! `palaute form export-xlsform`: a form for the programs that read XLSForm.

use super::arguments::FormExport;
use super::folder::Folder;
use super::init::write;
use super::run::Outcome;
use super::terminal::say;
use crate::form::Form;
use crate::render::xlsform;
use crate::text::Language;
use std::path::{Path, PathBuf};

pub(super) fn export_xlsform(dir: &Path, options: &FormExport) -> Outcome {
    let folder = Folder::read(dir)?;
    let Some(form) = folder.forms.iter().find(|f| f.id() == options.form) else {
        let ids: Vec<&str> = folder.forms.iter().map(Form::id).collect();
        return Err(format!("there is no form `{}`; name one of: {}", options.form, ids.join(", ")).into());
    };
    let all = form.languages(&folder.instance);
    let languages = match language(&options.lang)? {
        None => all,
        Some(language) if all.contains(&language) => vec![language],
        Some(language) => {
            let codes: Vec<&str> = all.iter().map(|l| l.code()).collect();
            let lacking = language.english_name();
            return Err(format!(
                "the form {} has not every text in {lacking}; name one of: all, {}",
                form.id(),
                codes.join(", ")
            )
            .into());
        }
    };
    let bytes = xlsform(form, &languages)?;
    let path = options.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.xlsx", form.id())));
    write(&path, &bytes)?;
    let codes: Vec<&str> = languages.iter().map(|l| l.code()).collect();
    say(format_args!("{}: {} in {}.", path.display(), form.id(), codes.join(", ")));
    Ok(())
}

/// The language of that code; none for all of them.
fn language(code: &str) -> Result<Option<Language>, String> {
    if code == "all" { Ok(None) } else { super::translate::language(code).map(Some) }
}
