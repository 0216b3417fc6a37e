//! The forms of an instance's folder: `forms/`, with their translations, and `indicators.yaml`.

use super::folder::{FolderError, files, keep, read, shown};
use crate::desk::Desk;
use crate::form::{Form, FormFile, FormSet, Indicators, Party, changes_of_meaning};
use crate::instance::Instance;
use crate::text::{Code, Diagnostic, Diagnostics, Position, did_you_mean};
use std::path::Path;

/// Forms, and the number of files they were read from.
pub(super) struct FormFiles {
    pub(super) forms: Vec<Form>,
    pub(super) count: usize,
}

impl FormFiles {
    pub(super) fn read(
        dir: &Path,
        instance: Option<&Instance>,
        found: &mut Vec<Diagnostic>,
    ) -> Result<Self, FolderError> {
        let forms = sources(dir, found)?;
        let mut count = forms.iter().map(|f| 1 + f.translations.len()).sum();
        let path = dir.join("indicators.yaml");
        let indicators = if path.exists() {
            count += 1;
            keep(Indicators::read(&shown(dir, "indicators.yaml"), &read(&path)?, instance), found)
        } else {
            Some(Indicators::default())
        };
        let set = FormSet::read(&forms, instance, indicators.as_ref());
        found.extend(set.found);
        found.extend(set.warnings);
        Ok(Self { forms: set.forms, count })
    }
}

/// The files below `forms/`: `<id>.yaml` with its translations `<id>.<language>.yaml`.
pub(super) fn sources(dir: &Path, found: &mut Vec<Diagnostic>) -> Result<Vec<FormFile>, FolderError> {
    sources_in(&dir.join("forms"), &|name| shown(dir, &format!("forms/{name}")), found)
}

fn sources_in(
    folder: &Path,
    shown: &dyn Fn(&str) -> String,
    found: &mut Vec<Diagnostic>,
) -> Result<Vec<FormFile>, FolderError> {
    let mut texts = Vec::new();
    for (name, path) in files(folder, "yaml", found)? {
        texts.push((shown(&name), read(&path)?));
    }
    let (forms, strays) = FormFile::gather(texts);
    found.extend(strays);
    Ok(forms)
}

/// What the forms of `dir` change of the meaning of those of another folder, such as the published ones.
pub(super) fn compared(
    dir: &Path,
    last: &Path,
    forms: &[Form],
    instance: &Instance,
) -> Result<Vec<Diagnostic>, Box<dyn std::error::Error>> {
    let folder = if last.join("forms").is_dir() { last.join("forms") } else { last.to_owned() };
    let mut found = Vec::new();
    let files = sources_in(&folder, &|name| folder.join(name).display().to_string(), &mut found)?;
    let earlier = FormSet::read(&files, Some(instance), None);
    if files.is_empty() || !earlier.found.is_empty() {
        let told: Vec<String> = earlier.found.iter().map(ToString::to_string).collect();
        let why = if files.is_empty() { "there are none".to_owned() } else { told.join("\n\n") };
        return Err(format!("the forms of {} cannot be compared with: {why}", folder.display()).into());
    }
    found.extend(changed(dir, &earlier.forms, forms)?);
    Ok(found)
}

/// What the forms of `dir` change of the meaning of those that were answered, as the store keeps them.
///
/// # Errors
/// All changes as mistakes, told with what to do instead.
pub(super) async fn refuse_changed(dir: &Path, desk: &Desk) -> Result<(), Box<dyn std::error::Error>> {
    let mistakes = changed(dir, &desk.store.forms_in_use().await?, &desk.forms)?;
    if mistakes.is_empty() {
        return Ok(());
    }
    Err(FolderError::Mistakes { count: mistakes.len(), mistakes: Diagnostics(mistakes) }.into())
}

/// What `forms` of `dir` change of the meaning of earlier ones.
pub(super) fn changed(dir: &Path, earlier: &[Form], forms: &[Form]) -> Result<Vec<Diagnostic>, FolderError> {
    let mut found = Vec::new();
    for before in earlier {
        let name = format!("forms/{}.yaml", before.id());
        let file = shown(dir, &name);
        let Some(now) = forms.iter().find(|f| f.id() == before.id()) else {
            let problem = format!("the form `{}` is gone, but it has been asked", before.id());
            let remedy = "bring it back; to ask it no longer, send no invitations to it";
            found.push(Diagnostic::new(Code::FormGone, (&file, ""), Position::START, problem, remedy));
            continue;
        };
        let source = read(&dir.join(&name))?;
        found.extend(changes_of_meaning(before, now).iter().map(|change| change.told(&file, &source)));
    }
    Ok(found)
}

/// What palaute.yaml names must be there, and be what it is named for.
pub(super) fn named(dir: &Path, (instance, source): (&Instance, &str), forms: &[Form], found: &mut Vec<Diagnostic>) {
    let named = [(Some(&instance.closing_form), Party::Client), (instance.report_form.as_ref(), Party::Coach)];
    for (name, party) in named.into_iter().filter_map(|(name, party)| Some((name?, party))) {
        let of_party = || forms.iter().filter(|f| f.party() == party).map(Form::id);
        if of_party().all(|id| id != name.value) {
            let problem = format!("`{}` is no form of the party {} in forms/", name.value, party.code());
            let file = shown(dir, "palaute.yaml");
            let remedy = did_you_mean(&name.value, of_party());
            found.push(Diagnostic::new(Code::NamedForm, (&file, source), Position::of(name), problem, remedy));
        }
    }
    let report = instance.report_form.as_ref().and_then(|name| forms.iter().find(|f| f.id() == name.value));
    for (problem, remedy) in report.into_iter().flat_map(crate::report::contract) {
        let file = shown(dir, &format!("forms/{}.yaml", report.map_or("", Form::id)));
        found.push(Diagnostic::new(Code::ReportContract, (&file, ""), Position::START, problem, remedy));
    }
}
