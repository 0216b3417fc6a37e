//! `palaute preview` on a new instance of its own.

use super::process::Process;
use std::path::PathBuf;
use std::process::Command;

/// The running preview; ends with its owner.
#[derive(Debug)]
pub(crate) struct Preview {
    _server: Process,
    dir: PathBuf,
    origin: String,
    // Last, so that the folder goes after the server.
    _folder: tempfile::TempDir,
}

impl Preview {
    /// Writes an instance and shows its forms on a free port.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the instance");
        let dir = folder.path().join("instance");
        let made = Command::new(env!("CARGO_BIN_EXE_palaute")).arg("init").arg(&dir).output();
        let made = made.expect("the program runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut command = Command::new(env!("CARGO_BIN_EXE_palaute"));
        let command = command.args(["preview", "--port", "0", "--instance"]).arg(&dir);
        let server = Process::start(command, folder.path().join("stderr.txt"));
        let line = server.line();
        let told = line.split_whitespace().find(|word| word.starts_with("http://"));
        let origin = told.unwrap_or_else(|| panic!("no address in: {line}")).trim_end_matches('.').to_owned();
        Self { _server: server, dir, origin, _folder: folder }
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Writes another text in place of one of a form's file, as its author would.
    pub(crate) fn edit(&self, form: &str, from: &str, to: &str) {
        let file = self.dir.join(format!("forms/{form}.yaml"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(text.contains(from), "{} has no {from}", file.display());
        std::fs::write(&file, text.replace(from, to)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}
