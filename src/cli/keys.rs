//! `trailhound keys`: the keys, and what is wrong with a keymap.

use crate::cli::args::KeysCommand;
use crate::cli::exit::{Failure, Outcome};

pub(crate) fn run(_command: &KeysCommand) -> Outcome {
    Err(Failure::Use("keys come with the console".to_owned()))
}
