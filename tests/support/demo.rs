//! `palaute demo` in a folder of its own, serving the forms and the site.

use super::process::Process;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The running demo; ends with its owner.
#[derive(Debug)]
pub(crate) struct Demo {
    _server: Process,
    dir: PathBuf,
    origin: String,
    links: Vec<String>,
    // Last, so that the folder goes after the server.
    _folder: tempfile::TempDir,
}

impl Demo {
    /// Starts it on a free port and waits until it has told its addresses.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the demo");
        let dir = folder.path().join("demo");
        let mut command = Command::new(env!("CARGO_BIN_EXE_palaute"));
        let command = command.args(["demo", "--port", "0", "--dir"]).arg(&dir);
        let server = Process::start(command, folder.path().join("stderr.txt"));
        let (mut site, mut links) = (None, Vec::new());
        loop {
            let line = server.line();
            if let Some(address) = line.trim().strip_prefix("The site") {
                site = Some(address.trim().trim_end_matches('/').to_owned());
            } else if let Some(address) = line.trim().strip_prefix("Answer as a client") {
                links.push(address.trim().to_owned());
            } else if line.contains("Ctrl-C") {
                break;
            }
        }
        let origin = site.expect("the demo tells where the site is");
        assert!(!links.is_empty(), "the demo leaves no link open");
        Self { _server: server, dir, origin, links, _folder: folder }
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// A link to the client form that nobody has answered yet.
    pub(crate) fn link(&self) -> &str {
        &self.links[0]
    }

    /// Addresses of the site's pages, those that send a reader elsewhere left out.
    pub(crate) fn site_pages(&self) -> Vec<String> {
        let pages = html_files(&self.dir.join("public/fi"));
        let address = |file: &PathBuf| format!("{}/fi/{}", self.origin, file_name(file));
        pages.iter().map(address).collect()
    }

    /// The closing reports.
    pub(crate) fn reports(&self) -> Vec<PathBuf> {
        html_files(&self.dir.join("reports"))
    }
}

fn file_name(file: &Path) -> String {
    file.file_name().expect("a file has a name").to_string_lossy().into_owned()
}

fn html_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let files = entries.map(|entry| entry.expect("a readable folder").path());
    let mut files: Vec<PathBuf> = files.filter(|f| f.extension().is_some_and(|e| e == "html")).collect();
    files.sort();
    files
}
