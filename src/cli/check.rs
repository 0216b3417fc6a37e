//! `palaute check`: every mistake of an instance, with its place and remedy.

use super::arguments::{Check, Format};
use super::folder::{Folder, Inspected};
use super::form_files;
use super::run::Outcome;
use super::terminal::{say, warn};
use crate::cube::idle_zeros;
use crate::desk::rehearse;
use crate::store::{Database, Store};
use crate::text::{Code, Diagnostic};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

pub(super) async fn check(dir: &Path, options: &Check) -> Outcome {
    if let Some(short) = &options.explain {
        return explain(short);
    }
    let dir = options.dir.as_deref().unwrap_or(dir);
    let Inspected { folder, mut found, files } = Folder::inspect(dir)?;
    if let (Some(folder), Some(last)) = (&folder, &options.against) {
        found.extend(form_files::compared(dir, last, &folder.forms, &folder.instance)?);
    }
    if let Some(folder) = &folder {
        found.extend(against_the_store(dir, folder).await?);
    }
    tell(&found, options.format);
    let summary = summary(&found, files);
    let Some(folder) = folder.filter(|_| !found.iter().any(Diagnostic::is_error)) else {
        return Err(summary.into());
    };
    rehearse(&folder.instance, (&folder.forms, &folder.statistics), &folder.pages, &folder.renderer, &folder.printer)?;
    if options.strict && !found.is_empty() {
        return Err(summary.into());
    }
    if options.format == Format::Text {
        for form in &folder.forms {
            say(format_args!(
                "forms/{}.yaml: {} question{}, version {}, meaning {}",
                form.id(),
                form.questions().filter(|q| q.asks()).count(),
                if form.questions().filter(|q| q.asks()).count() == 1 { "" } else { "s" },
                &form.version().as_str()[..12],
                &form.meaning().as_str()[..12]
            ));
        }
        let counted = &folder.statistics;
        say(format_args!(
            "statistics: tables of cases {}, forms whose answers are published {}, indicators {}",
            counted.tables.len(),
            counted.answers.len(),
            counted.indicators.len()
        ));
        for zero in idle_zeros(&folder.instance, counted) {
            let codes: Vec<String> = zero.iter().map(|(id, code)| format!("{id}: {code}")).collect();
            say(format_args!(
                "structural_zeros: {{ {} }} rules nothing out, for no tables tell these codes of the same people",
                codes.join(", ")
            ));
        }
        if let Some(areas) = &counted.areas {
            say(format_args!(
                "areas: municipalities {}, employment areas {}, regions {}, as of {}",
                areas.municipalities.len(),
                areas.areas.len(),
                areas.regions.len(),
                areas.as_of
            ));
        }
        let elsewhere = folder.published.figures().count();
        if elsewhere > 0 {
            let differing = folder.published.figures().filter(|(_, figure)| figure.differs.is_some()).count();
            let besides =
                if differing > 0 { format!("; {differing} of them differ and are told only") } else { String::new() };
            say(format_args!(
                "published elsewhere: figures {elsewhere}, with which the ledger of releases begins{besides}"
            ));
        }
        say(format_args!("content: {} pages; every template was filled", folder.pages.len()));
        say(if found.is_empty() { "No mistakes found.".to_owned() } else { format!("No mistakes found. {summary}.") });
    }
    Ok(())
}

/// What the forms change of the meaning of answers that are stored already; nothing where there is no database yet.
async fn against_the_store(dir: &Path, folder: &Folder) -> Result<Vec<Diagnostic>, Box<dyn std::error::Error>> {
    let database = folder.database()?;
    if let Database::File(path) = &database
        && !path.is_file()
    {
        return Ok(Vec::new());
    }
    match Store::open(&database).await {
        Ok(store) => {
            let in_use = store.forms_in_use().await;
            store.close().await;
            Ok(form_files::changed(dir, &in_use?, &folder.forms)?)
        }
        Err(error) => {
            warn(format_args!("the forms were not compared with those that were answered: {error}\n"));
            Ok(Vec::new())
        }
    }
}

fn explain(short: &str) -> Outcome {
    let Some(code) = Code::named(short) else {
        return Err(format!("there is no code `{short}`; codes stand behind the place, such as F014").into());
    };
    say(code.explanation());
    Ok(())
}

/// People read on the terminal's side for errors; what a program reads goes where it can be taken up.
fn tell(found: &[Diagnostic], format: Format) {
    match format {
        Format::Text => found.iter().for_each(|d| warn(format_args!("{d}\n"))),
        Format::Json => say(format_args!("{:#}", found.iter().map(as_json).collect::<serde_json::Value>())),
        Format::Github => found.iter().for_each(|d| say(as_annotation(d))),
    }
}

fn as_json(d: &Diagnostic) -> serde_json::Value {
    json!({
        "code": d.code.short(),
        "severity": d.code.severity(),
        "file": d.file,
        "line": d.at.line,
        "column": d.at.column,
        "problem": d.problem,
        "remedy": d.remedy,
    })
}

/// A workflow command of GitHub, which shows it beside the line.
fn as_annotation(d: &Diagnostic) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let level = if d.is_error() { "error" } else { "warning" };
    let place = format!("file={},line={},col={}", property(&d.file), d.at.line, d.at.column);
    format!("::{level} {place},title={}::{}", d.code.short(), data(&format!("{}; remedy: {}", d.problem, d.remedy)))
}

/// `3 mistakes, 2 warnings in 2 of 14 files`.
fn summary(found: &[Diagnostic], files: usize) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let mistakes = found.iter().filter(|d| d.is_error()).count();
    let wrong = found.iter().map(|d| d.file.as_str()).collect::<BTreeSet<_>>().len();
    let warnings = count(found.len() - mistakes, "warning");
    format!("{}, {warnings} in {wrong} of {}", count(mistakes, "mistake"), count(files.max(wrong), "file"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Position;

    #[test]
    fn programs_read_one_line_or_object_a_finding() {
        let at = Position { line: 2, column: 3 };
        let d = Diagnostic::new(Code::NoParty, ("forms/a,b.yaml", "x\nyyyy\n"), at, "50 %: none", "add one\nor two");
        let told = "::error file=forms/a%2Cb.yaml,line=2,col=3,title=F004::50 %25: none; remedy: add one%0Aor two";
        assert_eq!(as_annotation(&d), told);
        let json = as_json(&d);
        assert_eq!((&json["code"], &json["severity"], &json["column"]), (&"F004".into(), &"error".into(), &3.into()));
        assert_eq!(summary(&[d], 14), "1 mistake, 0 warnings in 1 of 14 files");
    }
}
