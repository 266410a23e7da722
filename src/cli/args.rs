//! What can be typed on the command line: types only, no deeds.

mod aws;
mod case;
mod follow;
mod notify;
mod report;
mod rules;
mod settings;
mod who;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use self::aws::{AwsArgs, AwsCommand, PickArgs, PolicyArgs, S3Command, TreeArgs};
pub use self::case::{
    CaseArgs, CaseCommand, CoverageArgs, CustodyCommand, Form, IndicatorsCommand, ListArgs, Listed,
};
pub use self::follow::FollowArgs;
pub use self::notify::{NotifyCommand, NotifyPreviewArgs, NotifyTargetArgs};
pub use self::report::{Part, ReportArgs};
pub use self::rules::{ExplainArgs, RulesCommand};
pub use self::settings::{ConfigCommand, KeysCommand, SettingArgs};
pub use self::who::{AnomaliesArgs, Features, PageArgs, ProfileArgs, SessionArgs};
use crate::config;

/// Investigate AWS CloudTrail: whom and what to look at first.
///
/// Without a command it opens the console on the sources. A SOURCE is a file, a folder (all logs below it),
/// a pattern in quotes ("logs/**/*.json.gz"), - for what is piped in, s3://bucket/prefix, cloudtrail://region for
/// the last 90 days from the API, or demo: for the built-in incident; every form that CloudTrail comes in is read: as
/// delivered to S3, from the API, from Athena, CloudWatch, EventBridge, Splunk, Elastic and more.
#[derive(Parser, Debug)]
#[command(
    name = "trailhound",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Cli {
    /// What to do; without one, the console opens on SOURCE.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Files, folders, patterns, s3://, cloudtrail:// or - to open.
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// How the console looks and what it starts with.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

/// A command.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Open the console on a built-in incident to look around in.
    Demo(DemoArgs),
    /// Print the riskiest events, with the reasons.
    Scan(ScanArgs),
    /// Print the events that match a query, count them by a field, or draw them over time.
    Query(QueryArgs),
    /// Print whom to look at first: actors, or sessions, by all that they did.
    Actors(ActorsArgs),
    /// Measure how early the list shows a labeled attack.
    Eval(EvalArgs),
    /// Print a session: who is behind it, which credentials came out of it, what was done.
    Session(SessionArgs),
    /// Print all about a user, role, address, key or session: what is usual, what is new, what was left behind.
    Profile(ProfileArgs),
    /// Print actors, actions, hours and events that are out of the ordinary, with the reasons.
    Anomalies(AnomaliesArgs),
    /// Work on a case: findings, incidents, notes and indicators that outlive the session.
    Case(CaseArgs),
    /// Print which accounts and regions have events when, where some are missing, and who switched logging.
    Coverage(CoverageArgs),
    /// Keep or check a log of who did what with the evidence.
    #[command(subcommand)]
    Custody(CustodyCommand),
    /// Write a report: everything that was found, as documents, tables and pictures, into a folder.
    Report(Box<ReportArgs>),
    /// Write realistic CloudTrail logs with labeled attacks in them.
    Synth(SynthArgs),
    /// List or check detection rules in the Sigma format.
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Look into a bucket without reading its objects.
    #[command(subcommand)]
    S3(S3Command),
    /// What trailhound needs of AWS.
    #[command(subcommand)]
    Aws(AwsCommand),
    /// Tell people: test the targets, see what would go out, send what waits.
    #[command(subcommand)]
    Notify(NotifyCommand),
    /// Show the keys, or check a keymap.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Show or check the settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

/// How the console looks and what it starts with.
#[derive(Args, Clone, Default, Debug)]
pub struct ConsoleArgs {
    /// Start with this query.
    #[arg(long, short, value_name = "QUERY", allow_hyphen_values = true)]
    pub query: Option<String>,
    /// The file of the case [default: cases/default.sqlite below the state folder; the demo has none].
    #[arg(long, value_name = "FILE", conflicts_with = "no_case")]
    pub case: Option<PathBuf>,
    /// Keep no case.
    #[arg(long)]
    pub no_case: bool,
    /// A table that says which events belong to an attack, as for `eval`: rules tell how many of each they hit.
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// Begin anew, not where you were when you left these sources.
    #[arg(long)]
    pub fresh: bool,
    /// Write the keys that you press into this file.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Press the keys of this file, each as soon as the screen has settled.
    #[arg(long, value_name = "FILE")]
    pub replay: Option<PathBuf>,
    /// The colors.
    #[arg(long, value_name = "NAME", help_heading = "Settings")]
    pub theme: Option<String>,
    /// How many colors: auto, none, 16, 256 or true.
    #[arg(long, value_name = "N", help_heading = "Settings")]
    pub colors: Option<String>,
    /// A file with your keys.
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    pub keymap: Option<String>,
    /// The zone in which times are shown: utc or local.
    #[arg(long, value_name = "ZONE", help_heading = "Settings")]
    pub time_zone: Option<String>,
    /// Use the mouse; --mouse=false where the settings say otherwise.
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        help_heading = "Settings"
    )]
    pub mouse: Option<String>,
    /// Whether sources are followed.
    #[command(flatten)]
    pub follow: FollowArgs,
    /// Settings that every command shares.
    #[command(flatten)]
    pub settings: SettingArgs,
}

impl ConsoleArgs {
    /// As the settings room wants it.
    pub fn flags(&self) -> config::Flags {
        config::Flags {
            theme: self.theme.clone(),
            colors: self.colors.clone(),
            keymap: self.keymap.clone(),
            time_zone: self.time_zone.clone(),
            mouse: self.mouse.clone(),
            ..self.settings.flags()
        }
    }
}

/// `trailhound demo`.
#[derive(Args, Debug)]
pub struct DemoArgs {
    /// How the console looks and what it starts with.
    #[command(flatten)]
    pub console: ConsoleArgs,
    /// Write the incident's log files into this folder instead of opening it.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// The form of what is printed.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A table for people.
    Table,
    /// Comma-separated values for spreadsheets.
    Csv,
    /// One JSON document.
    Json,
    /// A line of JSON for each event, or for each entry of what is counted.
    Jsonl,
}

/// Where the input is and how the output looks, for the commands that print.
#[derive(Args, Debug)]
pub struct PrintArgs {
    /// The form of the output.
    #[arg(long, short, value_enum, default_value = "table")]
    pub format: Format,
    /// Write CSV cells as they are, also those that a spreadsheet would run.
    #[arg(long)]
    pub csv_raw: bool,
    /// Print at most N; 0 for all. A table shows 40 unless told.
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

/// `trailhound scan`.
#[derive(Args, Debug)]
pub struct ScanArgs {
    /// Files, folders, patterns, s3://, cloudtrail:// or - to read.
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// Only events with at least this risk, 0-100 [default: 30].
    #[arg(long, value_name = "N")]
    pub min_risk: Option<String>,
    /// All events, whatever their risk.
    #[arg(long, conflicts_with = "min_risk")]
    pub all: bool,
    /// Only events that match this query.
    #[arg(long, short, value_name = "QUERY", allow_hyphen_values = true)]
    pub query: Option<String>,
    /// Print only counts, as JSON; with a query, events, actors, first and last are those of what matches, the rest is of all that was read.
    #[arg(long)]
    pub summary: bool,
    /// One line for all that a session repeats, whatever it does between, with how often, first and last time; a table does so always.
    #[arg(long)]
    pub collapse: bool,
    /// End with status 1 when an event has at least this risk: a number, or low, medium, high, critical.
    #[arg(long, value_name = "RISK")]
    pub fail_on: Option<String>,
    /// Send what is risky enough to the targets of messages; what was sent before is not sent again.
    #[arg(long, conflicts_with = "summary")]
    pub notify: bool,
    /// Whether sources are followed; then each event is printed as a line of JSON when it comes.
    #[command(flatten)]
    pub follow: FollowArgs,
    /// What is printed, and how.
    #[command(flatten)]
    pub print: PrintArgs,
}

/// `trailhound query`.
#[derive(Args, Debug)]
pub struct QueryArgs {
    /// What to read, and last the query ("" for everything); a word behind a - stands behind --.
    #[arg(value_name = "SOURCE... QUERY", required = true, num_args = 1..)]
    pub words: Vec<String>,
    /// Count by this field instead of printing events; a share is of all events that match, so shares of a field with several values for one event, as technique, tactic and rule, can sum to more than 100 %.
    #[arg(long, short, value_name = "FIELD")]
    pub group_by: Option<String>,
    /// Count over time instead of printing events.
    #[arg(long, conflicts_with = "group_by")]
    pub histogram: bool,
    /// Sort by this field; a leading - turns it round [default: time].
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// What is printed, and how.
    #[command(flatten)]
    pub print: PrintArgs,
}

/// What to read, for commands with few choices.
#[derive(Args, Debug)]
pub struct InputArgs {
    /// Files, folders, patterns, s3://, cloudtrail:// or - to read.
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
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

/// The form of a list.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ListFormat {
    /// A table for people.
    Table,
    /// One JSON document.
    Json,
}

/// `trailhound actors`.
#[derive(Args, Debug)]
pub struct ActorsArgs {
    /// The form of the output.
    #[arg(long, short, value_enum, default_value = "table")]
    pub format: ListFormat,
    /// Sessions instead of actors.
    #[arg(long)]
    pub sessions: bool,
    /// Only what was done in events that match this query.
    #[arg(long, short, value_name = "QUERY", allow_hyphen_values = true)]
    pub query: Option<String>,
    /// Print at most N; 0 for all. A table shows 40 unless told.
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
}

/// `trailhound eval`.
#[derive(Args, Debug)]
pub struct EvalArgs {
    /// A table with the columns eventID, attack (1 for an event of the attack) and technique, parted by tabs or commas.
    #[arg(long, value_name = "FILE")]
    pub labels: PathBuf,
    /// Replace this word in the input before it is judged, so that a telling name helps nobody. Can be repeated.
    #[arg(long, value_name = "WORD")]
    pub mask: Vec<String>,
    /// The form of the output.
    #[arg(long, short, value_enum, default_value = "table")]
    pub format: ListFormat,
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
}

/// `trailhound synth`.
#[derive(Args, Debug)]
pub struct SynthArgs {
    /// How many events.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub events: u64,
    /// The seed: the same seed gives the same bytes.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// The folder to write to; it is made when it is not there.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How many records a file holds.
    #[arg(long, value_name = "N", default_value_t = 600)]
    pub records_per_file: usize,
    /// Over how many days the events are spread.
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub days: u32,
    /// No progress.
    #[arg(long)]
    pub quiet: bool,
}
