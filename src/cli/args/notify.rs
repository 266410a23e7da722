//! What can be typed to tell people.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::args::InputArgs;

/// `trailhound notify`.
#[derive(Subcommand, Debug)]
pub enum NotifyCommand {
    /// Send a test to each target that is set up, and say what came back.
    Test(NotifyTargetArgs),
    /// Print what would go out for an event, to each target; nothing is sent.
    Preview(Box<NotifyPreviewArgs>),
    /// Send what waits in the queue.
    Flush(NotifyTargetArgs),
}

/// Where the targets stand.
#[derive(Args, Debug)]
pub struct NotifyTargetArgs {
    /// Read settings from this file.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The file with the address of a Slack webhook, or a config.json with `slack_webhook_url`; its mode is 600.
    #[arg(long, value_name = "FILE")]
    pub slack_webhook_file: Option<PathBuf>,
}

/// `trailhound notify preview`.
#[derive(Args, Debug)]
pub struct NotifyPreviewArgs {
    /// The file with the address of a Slack webhook, or a config.json with `slack_webhook_url`; its mode is 600.
    #[arg(long, value_name = "FILE")]
    pub slack_webhook_file: Option<PathBuf>,
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
    /// The id of the event.
    #[arg(value_name = "EVENT-ID")]
    pub id: String,
}
