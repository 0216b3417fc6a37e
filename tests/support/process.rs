//! A child process that tells on its standard output when it is ready, and dies with its owner.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Longest silence before a process counts as stuck.
const SPEAKS_WITHIN: Duration = Duration::from_secs(60);

/// The process, its lines, and where it complains.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    lines: Receiver<String>,
    complaints: PathBuf,
}

impl Process {
    /// Starts it; its standard error goes to the file `complaints`.
    pub(crate) fn start(command: &mut Command, complaints: PathBuf) -> Self {
        let stderr = File::create(&complaints).expect("a file for standard error");
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let stdout = child.stdout.take().expect("standard output is a pipe");
        let (send, lines) = channel();
        // Reads until the process ends, so that it never waits for a full pipe.
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Nobody listens any more once the process is ready.
                let _ = send.send(line);
            }
        });
        Self { child, lines, complaints }
    }

    /// The next line of standard output.
    pub(crate) fn line(&self) -> String {
        self.lines.recv_timeout(SPEAKS_WITHIN).unwrap_or_else(|error| {
            let complaints = std::fs::read_to_string(&self.complaints).unwrap_or_default();
            panic!(
                "process {} said nothing more before it was ready ({error}); it complained:\n{complaints}",
                self.child.id()
            )
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
