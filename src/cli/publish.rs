//! `palaute release` and `palaute build`.

use super::clock;
use super::folder::{Folder, io_at, releases_in};
use super::form_files;
use super::init::write;
use super::run::Outcome;
use super::terminal::{say, warn};
use crate::content::Page;
use crate::desk::{Desk, Publishing, publish};
use crate::release::Release;
use crate::site::Site;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

pub(super) async fn release(dir: &Path, now: Option<Timestamp>, as_of: Option<Date>) -> Outcome {
    let folder = Folder::read(dir)?;
    let earlier = folder.releases()?;
    let (desk, _) = folder.desk(clock::clock(now)).await?;
    form_files::refuse_changed(dir, &desk).await?;
    let known = desk.store.known_releases().await?;
    let lost: Vec<&str> = known
        .iter()
        .map(|(id, _)| id.as_str())
        .filter(|id| !earlier.iter().any(|r| r.id().to_string() == *id))
        .collect();
    if !lost.is_empty() {
        warn(format_args!(
            "warning: these releases were made and are not in releases/, so nobody can look what they and this one give together: {}",
            lost.join(", ")
        ));
    }
    let release = make_release(&desk, dir, as_of, &earlier).await?;
    desk.store.close().await;
    let cells: usize = release.tables().iter().map(|t| t.cells.len()).sum();
    let withheld: usize = release.withheld().iter().map(|w| w.cells.len()).sum();
    say(format_args!(
        "Released {} as of {}: {} tables, {cells} cells, {withheld} of them withheld.",
        release.id(),
        release.as_of(),
        release.tables().len()
    ));
    say(format_args!("{}", dir.join("releases").join(release.id().to_string()).join("release.json").display()));
    Ok(())
}

/// Makes a release and writes its file; warns of figures that can be subtracted from earlier ones.
pub(super) async fn make_release(
    desk: &Desk,
    dir: &Path,
    as_of: Option<Date>,
    earlier: &[Release],
) -> Result<Release, Box<dyn std::error::Error>> {
    let as_of = as_of.unwrap_or_else(|| desk.reporting_day());
    let outcome = desk.release(as_of, earlier).await?;
    let mut by_release: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for d in &outcome.differences {
        by_release.entry(&d.earlier).or_default().insert(&d.table);
    }
    for (release, tables) in by_release {
        let tables = tables.into_iter().collect::<Vec<_>>().join(", ");
        warn(format_args!(
            "warning: beside release {release}, figures of these tables differ by fewer than {} people, so whoever has both can subtract: {tables}. Wait until more has changed, or do not publish this one",
            outcome.release.threshold()
        ));
    }
    write_release(dir, &outcome.release)?;
    desk.know_release(&outcome.release).await?;
    Ok(outcome.release)
}

fn write_release(dir: &Path, release: &Release) -> Outcome {
    let file = dir.join("releases").join(release.id().to_string()).join("release.json");
    write_once(&file, &release.to_json())
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
        earlier: Arc::new(move || releases_in(&from).map_err(told)),
        write: Arc::new(move |release| write_release(&to, release).map_err(told)),
        build: Arc::new(move |id| {
            let releases = releases_in(&built).map_err(told)?;
            let release =
                releases.iter().find(|r| r.id().to_string() == id).ok_or_else(|| no_release(id, &releases))?;
            let files = publish(release, &pages, &instance, &renderer).map_err(|error| told(error.into()))?;
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

/// Writes a file that must not be there yet, whole or not at all.
fn write_once(file: &Path, text: &str) -> Outcome {
    if file.exists() {
        return Err(format!("{} exists already; a release is never written over", file.display()).into());
    }
    let draft = file.with_extension("draft");
    write(&draft, text)?;
    Ok(std::fs::rename(&draft, file).map_err(io_at(file))?)
}

pub(super) fn build(dir: &Path, id: Option<&str>, out: &Path) -> Outcome {
    let folder = Folder::read(dir)?;
    let releases = folder.releases()?;
    let release = match id {
        None => releases.last().ok_or("there is no release yet; `palaute release` makes one")?,
        Some(id) => releases.iter().find(|r| r.id().to_string() == id).ok_or_else(|| no_release(id, &releases))?,
    };
    let site = publish(release, &folder.pages, &folder.instance, &folder.renderer)?;
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
