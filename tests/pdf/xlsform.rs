//! Forms as XLSForm, read by the program that ODK, Kobo and Enketo read them with.

use palaute::form::{Collect, Form, FormFile, FormSet, Kind};
use palaute::instance::Instance;
use palaute::render::{XlsformError, xlsform};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn instance() -> Instance {
    Instance::read("palaute.yaml", &fs::read_to_string(repository("palaute.yaml")).unwrap()).unwrap()
}

/// Every form of the repository, with its translations.
fn forms(instance: &Instance) -> Vec<Form> {
    let entries = fs::read_dir(repository("forms")).unwrap().map(|e| e.unwrap().path());
    let mut files: Vec<(String, String)> =
        entries.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect();
    files.sort();
    let (files, strays) = FormFile::gather(files);
    let set = FormSet::read(&files, Some(instance), None);
    assert!(set.found.is_empty() && strays.is_empty(), "{:?} {strays:?}", set.found);
    set.forms
}

/// The `XForm` that pyxform makes of a workbook, or what it says is wrong.
fn converted(workbook: &[u8]) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let (xlsx, xml) = (folder.path().join("form.xlsx"), folder.path().join("form.xml"));
    fs::write(&xlsx, workbook).unwrap();
    let program = repository("target/pyxform-venv/bin/xls2xform");
    let output = Command::new(&program).arg("--skip_validate").args([&xlsx, &xml]).output();
    let output = output.unwrap_or_else(|e| panic!("{}: {e}; ./scripts/pyxform installs it", program.display()));
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if output.status.success() && xml.is_file() { Ok(fs::read_to_string(&xml).unwrap()) } else { Err(told) }
}

#[test]
fn every_form_that_takes_answers_is_an_xlsform_with_all_its_questions_choices_and_languages() {
    let instance = instance();
    for form in forms(&instance) {
        let languages = form.languages(&instance);
        let workbook = match xlsform(&form, &languages) {
            Ok(workbook) => workbook,
            Err(XlsformError::NeverCollected(_)) if form.collect() == Collect::Never => continue,
            Err(error) => panic!("{}: {error}", form.id()),
        };
        assert_eq!(form.collect(), Collect::Store, "{} is only printed", form.id());
        assert_eq!(workbook, xlsform(&form, &languages).unwrap(), "{}: the same bytes", form.id());
        let xml = converted(&workbook).unwrap_or_else(|told| panic!("{}: {told}", form.id()));
        for question in form.questions().flat_map(|q| std::iter::once(q).chain(&q.questions)).filter(|q| !q.retired) {
            let (id, what) = (&question.id, format!("{}: {}", form.id(), question.id));
            let shown = if matches!(question.kind, Kind::Group { .. }) { "<repeat nodeset" } else { " ref" };
            let there = xml.match_indices(&format!("/{id}\"")).any(|(at, _)| {
                let start = xml[..at].rfind('"').unwrap();
                xml[..start].trim_end_matches('=').ends_with(shown)
            });
            assert!(there, "{what} is not in {xml}");
            for choice in question.offered() {
                assert!(xml.contains(&format!("<name>{}</name>", choice.code)), "{what}: {}", choice.code);
            }
        }
        for language in languages {
            let translation = format!("lang=\"{} ({})\"", language.own_name(), language.code());
            assert!(xml.contains(&translation), "{}: {translation}", form.id());
        }
    }
}
