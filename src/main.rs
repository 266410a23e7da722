//! The program `trailhound`.

use std::process::ExitCode;

fn main() -> ExitCode {
    trailhound::cli::run()
}
