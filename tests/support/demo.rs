//! `palaute demo` in a folder of its own, serving the forms and the site.

use super::process::Process;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the demo's clock starts.
pub(crate) const NOW: &str = "2025-12-01T09:00:00+02:00";

/// The running demo; ends with its owner.
#[derive(Debug)]
pub(crate) struct Demo {
    _server: Process,
    dir: PathBuf,
    origin: String,
    links: BTreeMap<String, String>,
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
        let (mut site, mut links) = (None, BTreeMap::new());
        loop {
            let line = server.line();
            if let Some(address) = line.trim().strip_prefix("The site") {
                site = Some(address.trim().trim_end_matches('/').to_owned());
            } else if let Some((label, address)) = line.trim().rsplit_once(' ').filter(|(_, a)| a.contains("/f/")) {
                links.insert(label.trim().to_owned(), address.to_owned());
            } else if line.contains("Ctrl-C") {
                break;
            }
        }
        let origin = site.expect("the demo tells where the site is");
        assert_eq!(links.len(), 4, "the demo leaves a link open for everybody who can try it: {links:?}");
        Self { _server: server, dir, origin, links, _folder: folder }
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Where its data are.
    pub(crate) fn database(&self) -> PathBuf {
        self.dir.join("data/palaute.sqlite")
    }

    /// A link to the client form that nobody has answered yet.
    pub(crate) fn link(&self) -> &str {
        &self.links["Answer as a client"]
    }

    /// A fresh link to a form on a case whose coaching has ended; community links are as many as asked for.
    pub(crate) fn invite(&self, form: &str) -> String {
        self.invite_with(form, &[])
    }

    /// The link at which somebody keys in what stands on paper.
    pub(crate) fn invite_to_key(&self, form: &str) -> String {
        self.invite_with(form, &["--paper"])
    }

    /// A link that so many colleagues share.
    pub(crate) fn invite_shared(&self, form: &str, places: usize) -> String {
        self.invite_with(form, &["--shared", &places.to_string()])
    }

    fn invite_with(&self, form: &str, more: &[&str]) -> String {
        // The demo leaves the last cases unanswered; an officer is asked about the first.
        let open = (1..=22).rev().map(|n| format!("V-{n:03}")).find_map(|case| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_palaute"));
            let command =
                command.arg("--instance").arg(&self.dir).args(["--now", NOW, "invite", &case, "--form", form]);
            command.args(more);
            let printed = command.output().expect("the program runs");
            let text = String::from_utf8_lossy(&printed.stdout).into_owned();
            printed.status.success().then(|| text.lines().next().unwrap_or_default().to_owned())
        });
        open.unwrap_or_else(|| panic!("no case has an open invitation to {form}"))
    }

    /// Addresses of the site's pages in a language.
    pub(crate) fn site_pages(&self, language: &str) -> Vec<String> {
        let pages = html_files(&self.dir.join("public").join(language));
        let address = |file: &PathBuf| format!("{}/{language}/{}", self.origin, file_name(file));
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
