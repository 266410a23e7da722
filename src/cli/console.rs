//! The console on sources, and on the built-in incident.

use crate::cli::args::{ConsoleArgs, DemoArgs};
use crate::cli::exit::{Failure, Outcome};

pub(crate) fn open(_sources: &[String], _args: &ConsoleArgs) -> Outcome {
    Err(Failure::Use("the console is not here yet".to_owned()))
}

pub(crate) fn demo(_args: &DemoArgs) -> Outcome {
    Err(Failure::Use("the console is not here yet".to_owned()))
}
