//! Reads the folder of an instance.

use super::erasures::ErasureList;
use super::form_files::{self, FormFiles};
use super::statistics_files::StatisticsFiles;
use super::terminal::warn;
use super::{clock, erase, fonts};
use crate::content::Page;
use crate::desk::{Clock, Desk};
use crate::form::Form;
use crate::instance::Instance;
use crate::release::Release;
use crate::render::{PdfPrinter, Renderer};
use crate::statistics::{Published, Statistics};
use crate::store::{Database, Store, StoreError};
use crate::text::{Code, Diagnostic, Diagnostics, Position};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Names the database in place of palaute.yaml, for secrets that stand in no file.
const DATABASE: &str = "PALAUTE_DATABASE";

/// The address of a database that a variable of the environment holds.
#[expect(clippy::disallowed_methods, reason = "an address may hold a password, which stands in no file")]
pub(super) fn named_in(variable: &str) -> Option<String> {
    match std::env::var(variable) {
        Ok(text) => Some(text).filter(|text| !text.trim().is_empty()),
        Err(std::env::VarError::NotPresent) => None,
        // What is no text is no address either, and is refused as such.
        Err(std::env::VarError::NotUnicode(_)) => Some("://".to_owned()),
    }
}

/// An instance with its files, all checked.
pub(super) struct Folder {
    pub(super) dir: PathBuf,
    pub(super) instance: Instance,
    pub(super) forms: Vec<Form>,
    pub(super) pages: Vec<Page>,
    pub(super) statistics: Statistics,
    pub(super) published: Published,
    pub(super) renderer: Renderer,
    pub(super) printer: PdfPrinter,
    /// A database that the environment names in place of the settings'.
    pub(super) elsewhere: Option<String>,
}

/// What was found in the folder of an instance.
pub(super) struct Inspected {
    /// The instance, where nothing is wrong.
    pub(super) folder: Option<Folder>,
    /// Mistakes and warnings.
    pub(super) found: Vec<Diagnostic>,
    /// So many files were read.
    pub(super) files: usize,
}

/// Why the folder of an instance cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum FolderError {
    #[error("{path} could not be read; `palaute init DIR` makes an instance, --instance DIR names one")]
    Missing {
        path: String,
        #[source]
        source: io::Error,
    },
    #[error(
        "there is no database {path}, although {trace} says that there was one: bring it back (is its disk mounted?), restore a backup, or name the right file in palaute.yaml. If this is to be a new instance, move releases/ and erasures.jsonl away"
    )]
    Lost { path: String, trace: String },
    #[error("{path} could not be read or written")]
    Io {
        path: String,
        #[source]
        source: io::Error,
    },
    #[error("{count} mistake(s)\n\n{mistakes}")]
    Mistakes { count: usize, mistakes: Diagnostics },
}

pub(super) fn io_at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.display().to_string();
    move |source| FolderError::Io { path, source }
}

impl Folder {
    /// Reads everything; every mistake of every file is told at once.
    pub(super) fn read(dir: &Path) -> Result<Self, FolderError> {
        let Inspected { folder, mut found, .. } = Self::inspect(dir)?;
        found.retain(Diagnostic::is_error);
        folder.ok_or(FolderError::Mistakes { count: found.len(), mistakes: Diagnostics(found) })
    }

    /// Reads everything and gives back what is found beside what is read.
    pub(super) fn inspect(dir: &Path) -> Result<Inspected, FolderError> {
        let mut found = Vec::new();
        let main = dir.join("palaute.yaml");
        let source = std::fs::read_to_string(&main)
            .map_err(|source| FolderError::Missing { path: main.display().to_string(), source })?;
        let instance = keep(Instance::read(&shown(dir, "palaute.yaml"), &source), &mut found);
        let FormFiles { forms, count } = FormFiles::read(dir, instance.as_ref(), &mut found)?;
        let mut files = 1 + count;
        let pages = match &instance {
            Some(instance) => read_pages(dir, instance, &mut found)?,
            None => Vec::new(),
        };
        let own = templates(dir, &mut found)?;
        files += pages.len() + own.len();
        let renderer = keep(Renderer::new(&own), &mut found);
        let printer = PdfPrinter::new(fonts::of_the_system());
        let printer = match own.get("report/closing.typ") {
            Some(template) => printer.with_template(template),
            None => printer,
        };
        let printer = match own.get("form/paper.typ") {
            Some(template) => printer.with_paper_template(template),
            None => printer,
        };
        let printer = match own.get("form/qr-sheet.typ") {
            Some(template) => printer.with_sheet_template(template),
            None => printer,
        };
        if let Some(instance) = &instance
            && !found.iter().any(Diagnostic::is_error)
        {
            form_files::named(dir, (instance, &source), &forms, &mut found);
        }
        let counted = match &instance {
            Some(instance) => {
                let counted = StatisticsFiles::read(dir, instance, &forms, &mut found)?;
                files += counted.count;
                Some(counted)
            }
            None => None,
        };
        let folder = match (instance, renderer, counted) {
            (Some(instance), Some(renderer), Some(counted)) if !found.iter().any(Diagnostic::is_error) => {
                let elsewhere = named_in(DATABASE);
                let dir = dir.to_owned();
                let StatisticsFiles { statistics, published, .. } = counted;
                Some(Self { dir, instance, forms, pages, statistics, published, renderer, printer, elsewhere })
            }
            _ => None,
        };
        Ok(Inspected { folder, found, files })
    }

    /// Where the data are: what the environment says, else the settings.
    pub(super) fn database(&self) -> Result<Database, StoreError> {
        Database::named(self.elsewhere.as_ref().unwrap_or(&self.instance.database), &self.dir)
    }

    /// The database file of the settings where another database is in use, such as a copy.
    pub(super) fn passed_over(&self) -> Option<PathBuf> {
        match (Database::named(&self.instance.database, &self.dir), self.database()) {
            (Ok(of_settings), Ok(in_use)) if of_settings == in_use => None,
            (Ok(Database::File(path)), _) => Some(path),
            _ => None,
        }
    }

    /// The database file in use and true; else that of the settings, or where it would be, and false.
    pub(super) fn database_file(&self) -> (PathBuf, bool) {
        let of_settings = Database::named(&self.instance.database, &self.dir);
        let in_use = self.database();
        match (of_settings, in_use) {
            (_, Ok(Database::File(path))) => (path, true),
            (Ok(Database::File(path)), _) => (path, false),
            _ => (self.dir.join("data/palaute.sqlite"), false),
        }
    }

    /// A database that is gone is not made anew in silence where there was one: a disk may not be mounted, a name mistyped.
    pub(super) fn refuse_lost(&self, database: &Database) -> Result<(), FolderError> {
        let Database::File(path) = database else { return Ok(()) };
        let there = std::fs::metadata(path).is_ok_and(|m| m.len() > 0);
        let traces = ["erasures.jsonl", "releases"].map(|name| self.dir.join(name));
        match traces.iter().find(|trace| trace.exists()) {
            Some(trace) if !there => {
                Err(FolderError::Lost { path: path.display().to_string(), trace: trace.display().to_string() })
            }
            _ => Ok(()),
        }
    }

    /// The desk over this folder.
    pub(super) async fn desk(self, clock: Clock) -> Result<(Desk, Vec<Page>), Box<dyn std::error::Error>> {
        let database = self.database()?;
        self.refuse_lost(&database)?;
        let store = Store::open(&database).await?;
        let again = ErasureList::of(&self.dir).agree(&store, clock()).await?;
        if again > 0 {
            warn(format_args!(
                "{again} case(s) and answer(s) of erasures.jsonl were erased again: the database is older than the list"
            ));
        }
        if store.wants_wiping().await? {
            erase::wipe(&database, erase::WIPE_AGAIN_WITHIN).await;
        }
        let desk = Desk {
            store,
            instance: Arc::new(self.instance),
            forms: Arc::new(self.forms),
            statistics: Arc::new(self.statistics),
            published: Arc::new(self.published),
            renderer: Arc::new(self.renderer),
            printer: Arc::new(self.printer),
            clock,
            entropy: clock::entropy(),
        };
        Ok((desk, self.pages))
    }
}

/// The releases of the instance in that folder, oldest first.
pub(super) fn releases_in(dir: &Path) -> Result<Vec<Release>, Box<dyn std::error::Error>> {
    let folder = dir.join("releases");
    let mut releases = Vec::new();
    if !folder.exists() {
        return Ok(releases);
    }
    for entry in std::fs::read_dir(&folder).map_err(io_at(&folder))? {
        let file = entry.map_err(io_at(&folder))?.path().join("release.json");
        if file.is_file() {
            let text = read(&file)?;
            releases.push(Release::from_json(&text).map_err(|e| format!("{}: {e}", file.display()))?);
        }
    }
    releases.sort_by(|a, b| a.id().cmp(b.id()));
    Ok(releases)
}

/// What a preview shows: forms that can be read, and what is to be told of all files.
pub(super) struct Draw {
    pub(super) instance: Instance,
    pub(super) forms: Vec<Form>,
    pub(super) told: Vec<String>,
    pub(super) renderer: Renderer,
}

/// Reads forms and templates, whatever is wrong with some of them.
pub(super) fn draw(dir: &Path) -> Result<Draw, FolderError> {
    let mut mistakes = Vec::new();
    let main = dir.join("palaute.yaml");
    let source = std::fs::read_to_string(&main)
        .map_err(|source| FolderError::Missing { path: main.display().to_string(), source })?;
    let told = |found: Diagnostics| FolderError::Mistakes { count: found.0.len(), mistakes: found };
    let instance = Instance::read(&shown(dir, "palaute.yaml"), &source).map_err(told)?;
    let FormFiles { forms, .. } = FormFiles::read(dir, Some(&instance), &mut mistakes)?;
    let own = templates(dir, &mut mistakes)?;
    let renderer = Renderer::new(&own).map_err(told)?;
    let told = mistakes.iter().map(ToString::to_string).collect();
    Ok(Draw { instance, forms, told, renderer })
}

pub(super) fn keep<T>(read: Result<T, Diagnostics>, mistakes: &mut Vec<Diagnostic>) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(Diagnostics(found)) => {
            mistakes.extend(found);
            None
        }
    }
}

/// The path as the author of the file would write it.
pub(super) fn shown(dir: &Path, file: &str) -> String {
    if dir == Path::new(".") { file.to_owned() } else { dir.join(file).display().to_string() }
}

pub(super) fn read(path: &Path) -> Result<String, FolderError> {
    std::fs::read_to_string(path).map_err(io_at(path))
}

/// Files of that ending in a folder by name; a symbolic link is a mistake, because it may lead out of
/// the instance.
pub(super) fn files(
    folder: &Path,
    ending: &str,
    mistakes: &mut Vec<Diagnostic>,
) -> Result<BTreeMap<String, PathBuf>, FolderError> {
    let mut found = BTreeMap::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(folder).map_err(io_at(folder))? {
        let entry = entry.map_err(io_at(folder))?;
        let path = entry.path();
        if path.extension().is_none_or(|e| e != ending) {
            continue;
        }
        if entry.file_type().map_err(io_at(&path))?.is_symlink() {
            let problem = "a symbolic link is not followed";
            let file = path.display().to_string();
            let remedy = "put the file itself here";
            mistakes.push(Diagnostic::new(Code::SymbolicLink, (&file, ""), Position::START, problem, remedy));
            continue;
        }
        found.insert(entry.file_name().to_string_lossy().into_owned(), path);
    }
    Ok(found)
}

fn read_pages(dir: &Path, instance: &Instance, mistakes: &mut Vec<Diagnostic>) -> Result<Vec<Page>, FolderError> {
    let mut pages = Vec::new();
    for language in &instance.languages.value {
        let relative = format!("content/{}", language.code());
        for (name, path) in files(&dir.join(&relative), "md", mistakes)? {
            let slug = name.trim_end_matches(".md");
            let file = shown(dir, &format!("{relative}/{name}"));
            pages.extend(keep(Page::read(&file, slug, *language, &read(&path)?), mistakes));
        }
    }
    Ok(pages)
}

/// The instance's own templates by name.
fn templates(dir: &Path, mistakes: &mut Vec<Diagnostic>) -> Result<BTreeMap<String, String>, FolderError> {
    let mut own = BTreeMap::new();
    for folder in ["form", "report", "site", "mail"] {
        for ending in ["html", "svg", "txt", "typ"] {
            for (name, path) in files(&dir.join("templates").join(folder), ending, mistakes)? {
                own.insert(format!("{folder}/{name}"), read(&path)?);
            }
        }
    }
    Ok(own)
}
