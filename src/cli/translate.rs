//! `palaute form texts` and `palaute form translate`: a form's texts to a translator and back.

use super::arguments::{FormTexts, FormTranslate};
use super::folder::{FolderError, io_at, shown};
use super::form_files;
use super::init::write;
use super::run::Outcome;
use super::terminal::{say, warn};
use crate::form::{FormFile, TakenSheet, TranslatorSheet};
use crate::text::{Diagnostics, Language};
use std::fs::File;
use std::io::Write;
use std::path::Path;

pub(super) fn texts(dir: &Path, options: &FormTexts) -> Outcome {
    let csv = sheet(dir, &options.form, options.lang)?.to_csv();
    match &options.out {
        // A closed pipe is no mistake.
        None => drop(std::io::stdout().write_all(&csv)),
        Some(path) => {
            // What a translator has written is not written over.
            let mut file =
                File::options().write(true).create_new(true).open(path).map_err(|error| match error.kind() {
                    std::io::ErrorKind::AlreadyExists => format!("{} exists already; name a new file", path.display()),
                    _ => format!("{} cannot be written: {error}", path.display()),
                })?;
            file.write_all(&csv).map_err(io_at(path))?;
            say(format_args!(
                "{}: fill the second column and save it as CSV UTF-8, then: palaute form translate {} --lang {} {}",
                path.display(),
                options.form,
                options.lang.code(),
                path.display()
            ));
        }
    }
    Ok(())
}

pub(super) fn translate(dir: &Path, options: &FormTranslate) -> Outcome {
    let sheet = sheet(dir, &options.form, options.lang)?;
    let name = options.file.display().to_string();
    let bytes = std::fs::read(&options.file).map_err(io_at(&options.file))?;
    let taken = sheet.take(&name, &bytes).map_err(mistakes)?;
    let name_of_file = format!("forms/{}.{}.yaml", options.form, options.lang.code());
    match &taken.yaml {
        Some(yaml) => write(&dir.join(&name_of_file), yaml)?,
        None => say("There is nothing to write into a file: every text stands in the form, or has no translation."),
    }
    say(format_args!(
        "{}: {} new, {} changed, {} unchanged, {} missing.",
        shown(dir, &name_of_file),
        taken.new,
        taken.changed,
        taken.unchanged,
        taken.missing
    ));
    tell_left(&taken, &name);
    Ok(())
}

/// What the sheet says that was not taken.
fn tell_left(taken: &TakenSheet, name: &str) {
    for (row, text, near) in &taken.gone {
        let near = near.as_ref().map(|near| format!("; the nearest is `{near}`")).unwrap_or_default();
        warn(format_args!("warning: {name}, row {row}: the form has no text `{text}`{near}"));
    }
    for (key, words) in &taken.in_place {
        warn(format_args!("warning: `{key}` stands in the form itself with other words, which were left: {words}"));
    }
    for (key, words) in &taken.apart {
        warn(format_args!("warning: `{key}` has words of its own for this Finnish text, which were left: {words}"));
    }
    if !taken.stray.is_empty() {
        warn(format_args!("warning: left out, because the form has no such texts: {}", taken.stray.join(", ")));
    }
}

fn sheet(dir: &Path, form: &str, language: Language) -> Result<TranslatorSheet, Box<dyn std::error::Error>> {
    if language == Language::Fi {
        return Err("Finnish is what is translated, and stands in the form itself; name another language".into());
    }
    let files = form_files::sources(dir, &mut Vec::new())?;
    let id = |file: &FormFile| Path::new(&file.file).file_stem().map(|s| s.to_string_lossy().into_owned());
    let Some(file) = files.iter().find(|f| id(f).as_deref() == Some(form)) else {
        let ids: Vec<String> = files.iter().filter_map(id).collect();
        return Err(format!("there is no form `{form}` in {}; name one of: {}", dir.display(), ids.join(", ")).into());
    };
    Ok(TranslatorSheet::read(file, language).map_err(mistakes)?)
}

fn mistakes(mistakes: Diagnostics) -> FolderError {
    FolderError::Mistakes { count: mistakes.0.len(), mistakes }
}

/// The language of that code, for an argument.
pub(super) fn language(code: &str) -> Result<Language, String> {
    let codes = Language::OF_FORMS.map(Language::code).join(", ");
    Language::OF_FORMS.into_iter().find(|l| l.code() == code).ok_or_else(|| format!("use one of: {codes}"))
}
