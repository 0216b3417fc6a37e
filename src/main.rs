//! The `palaute` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    palaute::cli::run()
}
