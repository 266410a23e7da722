//! What can be typed to ask who is behind it, what is normal, and what is not.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::args::{ListFormat, SettingArgs};

/// Where the input is and how the page looks.
#[derive(Args, Debug)]
pub struct PageArgs {
    /// The form of the output.
    #[arg(long, short, value_enum, default_value = "table")]
    pub format: ListFormat,
    /// Show at most N of everything; 0 for all.
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    /// List everything that could not be read, not only the first few.
    #[arg(long)]
    pub show_rejects: bool,
    /// No progress and no notes, only results and errors.
    #[arg(long)]
    pub quiet: bool,
    /// Settings that every command shares.
    #[command(flatten)]
    pub settings: SettingArgs,
}

/// `trailhound session`.
#[derive(Args, Debug)]
pub struct SessionArgs {
    /// A session, an access key that was used in it, or the id of an event of it.
    #[arg(value_name = "ID")]
    pub id: String,
    /// Files, folders, patterns, s3://, cloudtrail:// or - to read.
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// A MaxMind database of cities, such as GeoLite2-City.mmdb, to find journeys that nobody can make.
    #[arg(long, value_name = "FILE")]
    pub places: Option<PathBuf>,
    /// What is printed, and how.
    #[command(flatten)]
    pub page: PageArgs,
}

/// `trailhound profile`.
#[derive(Args, Debug)]
pub struct ProfileArgs {
    /// An actor, user, role, address, access key or session; role:NAME, ip:ADDRESS and so on say which it is.
    #[arg(value_name = "ACTOR")]
    pub subject: String,
    /// Files, folders, patterns, s3://, cloudtrail:// or - to read.
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// What is taken for normal: the first 12h or 7d of each actor, or everything before a time such as 2026-01-10.
    #[arg(long, value_name = "LENGTH|TIME", default_value = "1d")]
    pub baseline: String,
    /// A MaxMind database of cities, such as GeoLite2-City.mmdb, to find journeys that nobody can make.
    #[arg(long, value_name = "FILE")]
    pub places: Option<PathBuf>,
    /// What is printed, and how.
    #[command(flatten)]
    pub page: PageArgs,
}

/// Which numbers stand for an event.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Features {
    /// How usual the event, service, network, program, hour and more are for the actor.
    Behavior,
    /// Transferred bytes, in and out.
    Bytes,
}

/// `trailhound anomalies`.
#[derive(Args, Debug)]
pub struct AnomaliesArgs {
    /// Files, folders, patterns, s3://, cloudtrail:// or - to read.
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// By what events are compared.
    #[arg(long, value_enum, default_value = "behavior")]
    pub features: Features,
    /// Which part of the events is taken for unusual, 0-0.5.
    #[arg(long, value_name = "PART", default_value_t = 0.05)]
    pub contamination: f64,
    /// The seed: the same seed gives the same scores.
    #[arg(long, value_name = "S", default_value_t = 42)]
    pub seed: u64,
    /// The stretches of time by which an actor is compared with itself, such as 15m, 1h, 1d.
    #[arg(long, value_name = "LENGTH", default_value = "1h")]
    pub bucket: String,
    /// What is printed, and how.
    #[command(flatten)]
    pub page: PageArgs,
}
