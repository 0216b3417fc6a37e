//! `palaute release` and `palaute build`.

use super::arguments::ReleaseOptions;
use super::clock;
use super::folder::{Folder, io_at, read, releases_in};
use super::form_files;
use super::init::write;
use super::run::Outcome;
use super::terminal::say;
use crate::content::Page;
use crate::desk::{Desk, Past, Proof, Publishing, ReleaseOutcome, publish};
use crate::release::{BrokenLedger, Ledger, Release, Witnesses};
use crate::site::Site;
use crate::text::{Fingerprint, Text, contains_hetu};
use jiff::Timestamp;
use jiff::civil::Date;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) async fn release(dir: &Path, now: Option<Timestamp>, options: &ReleaseOptions) -> Outcome {
    let folder = Folder::read(dir)?;
    let past = past_in(dir)?;
    let (desk, _) = folder.desk(clock::clock(now)).await?;
    form_files::refuse_changed(dir, &desk).await?;
    refuse_lost(dir, &desk.store.known_releases().await?)?;
    let as_of = options.as_of.unwrap_or_else(|| desk.reporting_day());
    let reason = reason(options.reason.as_deref())?;
    let outcome = match (options.correct, options.note) {
        (Some(cohort), _) => desk.correct_release(cohort, &reason, &past).await?,
        (None, Some(cohort)) => desk.note_release(cohort, &reason, &past).await?,
        (None, None) if options.dry_run => desk.try_release(as_of, &past).await?,
        (None, None) => desk.release(as_of, &past).await?,
    };
    if options.dry_run {
        desk.store.close().await;
        say(outcome.explanation.trim_end());
        say("Nothing was written.");
        return Ok(());
    }
    write_release(dir, &outcome)?;
    desk.know_release(&outcome.release).await?;
    desk.store.close().await;
    let release = outcome.release;
    let quality = release.quality();
    say(format_args!(
        "Released {} as of {}: {} tables, {} figures, {} of them withheld.",
        release.id(),
        release.as_of(),
        quality.tables,
        quality.figures,
        quality.withheld
    ));
    let file = dir.join("releases").join(release.id().to_string()).join("release.json");
    say(format_args!("{}", file.display()));
    say(format_args!(
        "What is withheld and why: {}. It and witness.json are internal.",
        file.with_file_name(REPORT).display()
    ));
    Ok(())
}

/// Refuses to go on from releases that are not those that were made: what they published would not be reckoned with.
pub(super) fn refuse_lost(dir: &Path, known: &[(String, Fingerprint)]) -> Outcome {
    let wrong: Vec<String> = known.iter().filter_map(|(id, made)| release_wrong(dir, id, made)).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!(
        "readers have figures of releases that are not in releases/ as they were made, so a new release could tell what they withhold:\n  {}\nBring releases/ back from a copy, with its ledger; when the database is the older of the two, bring that back as well. `palaute verify` tells whether they fit",
        wrong.join("\n  ")
    )
    .into())
}

/// What is wrong with the file of a release that was made, if anything.
pub(super) fn release_wrong(dir: &Path, id: &str, made: &Fingerprint) -> Option<String> {
    let file = dir.join("releases").join(id).join("release.json");
    match std::fs::read(&file) {
        Ok(bytes) if Fingerprint::of(&bytes) == *made => None,
        Ok(_) => Some(format!("release {id}: {} is not the file that was made", file.display())),
        Err(error) => Some(format!("release {id}: it was made, and {} cannot be read: {error}", file.display())),
    }
}

/// A reason that readers can be told.
fn reason(typed: Option<&str>) -> Result<Text, &'static str> {
    let words = typed.unwrap_or_default().trim();
    if typed.is_some() && words.is_empty() {
        return Err("--reason is empty; say in a sentence what happened, readers see it");
    }
    if contains_hetu(words) {
        return Err("--reason holds an identity code; readers see it, so say it without naming anybody");
    }
    Ok(Text::finnish(words))
}

/// Makes a release and writes its files.
pub(super) async fn make_release(
    desk: &Desk,
    dir: &Path,
    as_of: Option<Date>,
    past: &Past,
) -> Result<Release, Box<dyn std::error::Error>> {
    let as_of = as_of.unwrap_or_else(|| desk.reporting_day());
    let outcome = desk.release(as_of, past).await?;
    write_release(dir, &outcome)?;
    desk.know_release(&outcome.release).await?;
    Ok(outcome.release)
}

/// The internal report beside a release.
const REPORT: &str = "report.txt";
/// Every figure ever published.
const LEDGER: &str = "ledger.jsonl";

/// Everything published so far, as the folder `releases/` has it. A ledger that the releases do not fit is refused, and so
/// is a release without its proof.
pub(super) fn past_in(dir: &Path) -> Result<Past, Box<dyn std::error::Error>> {
    let releases = releases_in(dir)?;
    let folder = dir.join("releases");
    let mut witnesses = Vec::new();
    for release in &releases {
        let file = folder.join(release.id().to_string()).join("witness.json");
        if !file.is_file() {
            if release.blocks().is_empty() {
                continue;
            }
            return Err(format!(
                "{} is missing; bring it back from a copy of releases/: without it nothing can be proved",
                file.display()
            )
            .into());
        }
        let read: Witnesses = Witnesses::from_json(&read(&file)?).map_err(|e| format!("{}: {e}", file.display()))?;
        if !release.is_witnessed_by(&read) {
            return Err(format!("{} is not the file that was made with the release", file.display()).into());
        }
        witnesses.push(read);
    }
    let ledger = ledger_in(&folder, &releases)?;
    Ok(Past { releases, witnesses, ledger })
}

/// The ledger. Where the machine stopped after a release was written, its ledger lies ready beside the former one.
fn ledger_in(folder: &Path, releases: &[Release]) -> Result<Ledger, Box<dyn std::error::Error>> {
    let file = folder.join(LEDGER);
    let ready = draft_of(&file);
    let whole = |file: &Path| -> Result<Ledger, Box<dyn std::error::Error>> {
        let told = |e: BrokenLedger| format!("{}: {e}", file.display());
        if !file.is_file() {
            return match releases.iter().find(|r| r.ledger().is_some()) {
                Some(release) => Err(told(BrokenLedger::Missing(release.id().to_string())).into()),
                None => Ok(Ledger::default()),
            };
        }
        let ledger = Ledger::from_lines(&read(file)?).map_err(told)?;
        ledger.refuse_gaps(releases).map_err(told)?;
        Ok(ledger)
    };
    whole(&file).or_else(|error| if ready.is_file() { whole(&ready).map_err(|_| error) } else { Err(error) })
}

/// What is kept beside a release, for the audit to add up.
pub(super) fn proof_of(dir: &Path, release: &Release) -> Result<Proof, Box<dyn std::error::Error>> {
    let folder = dir.join("releases");
    let file = folder.join(release.id().to_string()).join("witness.json");
    let witnesses = if file.is_file() { Some(read(&file)?) } else { None };
    let ledger = ledger_in(&folder, &releases_in(dir)?)?;
    Ok(Proof { witnesses, ledger: Some(ledger.to_lines()) })
}

fn write_release(dir: &Path, outcome: &ReleaseOutcome) -> Outcome {
    let folder = dir.join("releases");
    let own = folder.join(outcome.release.id().to_string());
    let file = own.join("release.json");
    if file.exists() {
        return Err(format!("{} exists already; a release is never written over", file.display()).into());
    }
    // Files of a release that was never finished are written again. The ledger with the new figures lies ready before the
    // release is there: whenever the machine stops, `ledger_in` finds one that fits.
    replace(&own.join("witness.json"), &outcome.witnesses.to_json())?;
    replace(&own.join(REPORT), &outcome.explanation)?;
    let ledger = folder.join(LEDGER);
    write(&draft_of(&ledger), outcome.ledger.to_lines())?;
    replace(&file, &outcome.release.to_json())?;
    Ok(std::fs::rename(draft_of(&ledger), &ledger).map_err(io_at(&ledger))?)
}

/// What is written before it takes the place of a file.
fn draft_of(file: &Path) -> PathBuf {
    file.with_extension("draft")
}

/// Writes a file whole or not at all.
fn replace(file: &Path, text: &str) -> Outcome {
    let draft = draft_of(file);
    write(&draft, text)?;
    Ok(std::fs::rename(&draft, file).map_err(io_at(file))?)
}

/// How a publisher at his desk reads and writes the releases of that folder and the site beside the forms.
pub(super) fn publishing(dir: &Path, site: &Path, desk: &Desk, pages: Vec<Page>) -> Publishing {
    let (from, to, built) = (dir.to_owned(), dir.to_owned(), dir.to_owned());
    let (site, instance, renderer) = (site.to_owned(), Arc::clone(&desk.instance), Arc::clone(&desk.renderer));
    let told = |error: Box<dyn std::error::Error>| {
        let cause = error.source().map_or_else(String::new, |c| format!(": {c}"));
        format!("{error}{cause}")
    };
    Publishing {
        earlier: Arc::new(move || past_in(&from).map_err(told)),
        write: Arc::new(move |outcome| write_release(&to, outcome).map_err(told)),
        build: Arc::new(move |id| {
            let releases = past_in(&built).map_err(told)?.releases;
            let release =
                releases.iter().find(|r| r.id().to_string() == id).ok_or_else(|| no_release(id, &releases))?;
            let proof = proof_of(&built, release).map_err(told)?;
            let files = publish(release, &proof, &pages, &instance, &renderer).map_err(|error| told(error.into()))?;
            write_site(&files, &site).map_err(told)?;
            Ok(files.len())
        }),
        turn: Arc::default(),
    }
}

fn no_release(id: &str, known: &[Release]) -> String {
    let known: Vec<String> = known.iter().map(|r| r.id().to_string()).collect();
    format!("there is no release {id}; there are: {}", known.join(", "))
}

pub(super) fn build(dir: &Path, id: Option<&str>, out: &Path) -> Outcome {
    let folder = Folder::read(dir)?;
    // The proofs and the chain of the ledger are read, too: what was tampered with is not published.
    let releases = past_in(dir)?.releases;
    let release = match id {
        None => releases.last().ok_or("there is no release yet; `palaute release` makes one")?,
        Some(id) => releases.iter().find(|r| r.id().to_string() == id).ok_or_else(|| no_release(id, &releases))?,
    };
    let proof = proof_of(dir, release)?;
    let site = publish(release, &proof, &folder.pages, &folder.instance, &folder.renderer)?;
    let out = dir.join(out);
    write_site(&site, &out)?;
    say(format_args!(
        "Built {} files of release {} into {}. The audit found nothing.",
        site.len(),
        release.id(),
        out.display()
    ));
    Ok(())
}

/// File by which a folder is known to hold a built site.
const MARK: &str = "data/outcomes.json";

/// Puts the site in place of the former one; a folder that holds anything else is refused.
pub(super) fn write_site(site: &Site, out: &Path) -> Outcome {
    let empty = !out.exists() || std::fs::read_dir(out).map_err(io_at(out))?.next().is_none();
    if !empty && !out.join(MARK).is_file() {
        return Err(format!(
            "{} is not empty and holds no site of ours; name another folder with --out",
            out.display()
        )
        .into());
    }
    let name = out.file_name().ok_or("the site needs a folder with a name")?.to_string_lossy();
    let beside = |word: &str| out.with_file_name(format!(".{name}.palaute-{word}"));
    let (new, old) = (beside("new"), beside("old"));
    for leftover in [&new, &old] {
        if leftover.exists() {
            std::fs::remove_dir_all(leftover).map_err(io_at(leftover))?;
        }
    }
    for (path, bytes) in site {
        write(&new.join(path), bytes)?;
    }
    if out.exists() {
        std::fs::rename(out, &old).map_err(io_at(out))?;
    }
    std::fs::rename(&new, out).map_err(io_at(out))?;
    if old.exists() {
        std::fs::remove_dir_all(&old).map_err(io_at(&old))?;
    }
    Ok(())
}
