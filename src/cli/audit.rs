//! `palaute audit`: attacks a site that was built or downloaded.

use super::folder::{io_at, read};
use super::run::Outcome;
use super::terminal::say;
use crate::audit::{Evidence, audit as attack};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn audit(site: &Path, witnesses: Option<&Path>, ledger: Option<&Path>, json: bool) -> Outcome {
    let mut files = BTreeMap::new();
    gather(site, site, &mut files)?;
    if !files.keys().any(|path| path.starts_with("data/") && path.ends_with(".json")) {
        return Err(format!("{} holds no open data (data/*.json); name the folder of a site", site.display()).into());
    }
    if ledger.is_some() && witnesses.is_none() {
        return Err("the ledger is compared with the witnesses; name them with --witnesses".into());
    }
    let witnesses = witnesses.map(|file| named(file, "--witnesses", Kept::Witnesses)).transpose()?;
    let ledger = ledger.map(|file| named(file, "--ledger", Kept::Ledger)).transpose()?;
    let evidence = Evidence { witnesses: witnesses.as_deref(), ledger: ledger.as_deref(), ..Evidence::default() };
    let report = attack(&files, evidence);
    if json {
        say(serde_json::to_string_pretty(&report)?);
    } else {
        say(format_args!(
            "Read {} files with {} tables: {} figures are shown, {} are withheld.",
            report.files, report.tables, report.published, report.withheld
        ));
        for done in &report.attacks {
            let undecided = if done.undecided > 0 { format!(", {} undecided", done.undecided) } else { String::new() };
            if done.tried == 0 && done.undecided == 0 && done.findings == 0 {
                say(format_args!("  {}: nothing to try", done.attack));
            } else {
                say(format_args!("  {}: {} tried, {} found{undecided}", done.attack, done.tried, done.findings));
            }
        }
        say("Not attacked:");
        for what in &report.not_attacked {
            say(format_args!("  {what}"));
        }
        for finding in &report.findings {
            say(format_args!("{finding}"));
        }
    }
    match report.findings.len() {
        0 => Ok(()),
        n => Err(format!("the audit found {n} problem(s); do not publish this site").into()),
    }
}

/// What a publisher keeps beside the releases.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Witnesses,
    Ledger,
}

impl Kept {
    /// What a text is by its first object: a ledger may be empty.
    fn of(text: &str) -> Option<Self> {
        let first = text.lines().find(|line| !line.trim().is_empty());
        let Some(first) = first else { return Some(Self::Ledger) };
        let line: Value = serde_json::from_str(first).unwrap_or_default();
        if line.get("previous").is_some() && line.get("hash").is_some() {
            return Some(Self::Ledger);
        }
        let whole: Value = serde_json::from_str(text).unwrap_or_default();
        (whole.get("blocks").is_some_and(Value::is_array) && whole.get("threshold").is_some())
            .then_some(Self::Witnesses)
    }

    fn told(self) -> &'static str {
        match self {
            Self::Witnesses => "the witnesses of a release (releases/<id>/witness.json)",
            Self::Ledger => "the ledger (releases/ledger.jsonl)",
        }
    }
}

/// Reads a file that must be what its option asks for.
fn named(file: &Path, option: &str, wanted: Kept) -> Result<String, Box<dyn std::error::Error>> {
    let text = read(file)?;
    let is = match Kept::of(&text) {
        Some(is) if is == wanted => return Ok(text),
        Some(other) => format!("is {}; the two files are swapped", other.told()),
        None => "is neither the witnesses of a release nor the ledger".to_owned(),
    };
    Err(format!("{option} takes {}, and {} {is}", wanted.told(), file.display()).into())
}

/// Every file below a folder by its path from there, with slashes on every system.
fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Outcome {
    for entry in std::fs::read_dir(folder).map_err(io_at(folder))? {
        let path = entry.map_err(io_at(folder))?.path();
        if path.is_dir() {
            gather(root, &path, files)?;
        } else {
            let inside = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            files.insert(inside, std::fs::read(&path).map_err(io_at(&path))?);
        }
    }
    Ok(())
}
