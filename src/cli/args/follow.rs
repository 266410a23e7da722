//! What can be typed for sources that grow.

use clap::Args;

const FOLLOW: &str = "Following";

/// Whether sources are followed, and how.
#[derive(Args, Clone, Default, Debug)]
pub struct FollowArgs {
    /// Stay, and take what comes: new files and lines in folders, new objects in buckets, new events of the API.
    #[arg(long, help_heading = FOLLOW)]
    pub follow: bool,
    /// How often sources are looked at, in seconds [default: 5 for files, beside what the system tells; 60 in AWS].
    #[arg(long, value_name = "SECONDS", requires = "follow", help_heading = FOLLOW,
          value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub follow_every: Option<u32>,
    /// Send events that come at or above this level to the targets of messages: low, medium, high or critical.
    #[arg(long, value_name = "LEVEL", requires = "follow", help_heading = FOLLOW)]
    pub notify_level: Option<String>,
}
