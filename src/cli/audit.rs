//! `palaute audit`: attacks a site that was built or downloaded.

use super::folder::{io_at, read};
use super::run::Outcome;
use super::terminal::say;
use crate::audit::{Evidence, audit as attack};
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn audit(site: &Path, witnesses: Option<&Path>, ledger: Option<&Path>, json: bool) -> Outcome {
    let mut files = BTreeMap::new();
    gather(site, site, &mut files)?;
    if !files.keys().any(|path| path.starts_with("data/") && path.ends_with(".json")) {
        return Err(format!("{} holds no open data (data/*.json); name the folder of a site", site.display()).into());
    }
    let witnesses = witnesses.map(read).transpose()?;
    let ledger = ledger.map(read).transpose()?;
    if ledger.is_some() && witnesses.is_none() {
        return Err("the ledger is compared with the witnesses; name them with --witnesses".into());
    }
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
            say(format_args!("  {}: {} tried, {} found{undecided}", done.attack, done.tried, done.findings));
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
