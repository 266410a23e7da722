//! What can be typed about a case, and about what the evidence is worth.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::{InputArgs, ListFormat};

/// `trailhound case`.
#[derive(Args, Debug)]
pub struct CaseArgs {
    /// The file of the case [default: cases/default.sqlite below the state folder].
    #[arg(long, value_name = "FILE", global = true)]
    pub case: Option<PathBuf>,
    /// What to do with it.
    #[command(subcommand)]
    pub command: CaseCommand,
}

/// What to do with a case.
#[derive(Subcommand, Debug)]
pub enum CaseCommand {
    /// Print what is in the case, or all of one finding, incident, indicator or event.
    Show {
        /// finding:N, incident:N, indicator:N or event:ID.
        #[arg(value_name = "SUBJECT")]
        subject: Option<String>,
        /// How it is printed.
        #[command(flatten)]
        list: ListArgs,
    },
    /// Print a list of what is in the case.
    List {
        /// Of what.
        #[arg(value_enum)]
        what: Listed,
        /// Only findings and incidents in this state.
        #[arg(long, value_name = "STATE")]
        state: Option<String>,
        /// How it is printed.
        #[command(flatten)]
        list: ListArgs,
    },
    /// Bring in an event as a finding, with what it shows to look out for.
    Add {
        /// The id of the event.
        #[arg(value_name = "EVENT-ID")]
        id: String,
        /// What is read.
        #[command(flatten)]
        input: Box<InputArgs>,
    },
    /// Open an incident for each rule at or above a level that hit, with its findings and indicators.
    Gather {
        /// The least level: low, medium, high or critical.
        #[arg(long, value_name = "LEVEL", default_value = "high")]
        level: String,
        /// What is read.
        #[command(flatten)]
        input: Box<InputArgs>,
    },
    /// Open an incident from a finding.
    Open {
        /// The finding, as finding:N.
        #[arg(value_name = "FINDING")]
        subject: String,
    },
    /// Write a note; it may have many lines.
    Note {
        /// What it says; - or nothing reads it from the standard input.
        #[arg(value_name = "TEXT")]
        text: Option<String>,
        /// What it is about: case, finding:N, incident:N, indicator:N or event:ID.
        #[arg(long, value_name = "SUBJECT", default_value = "case")]
        on: String,
    },
    /// Put a tag on something.
    Tag {
        /// case, finding:N, incident:N, indicator:N or event:ID.
        #[arg(value_name = "SUBJECT")]
        subject: String,
        /// The tag.
        #[arg(value_name = "TAG")]
        tag: String,
        /// Take it off instead.
        #[arg(long)]
        off: bool,
    },
    /// Move a finding or an incident to a state.
    State {
        /// finding:N or incident:N.
        #[arg(value_name = "SUBJECT")]
        subject: String,
        /// detected, analyzing, in_progress, resolved or false_positive.
        #[arg(value_name = "STATE")]
        state: String,
        /// What came of it; kept with a closed state.
        #[arg(long, value_name = "TEXT", default_value = "")]
        resolution: String,
    },
    /// Take in, hand out, or look for indicators.
    #[command(subcommand)]
    Indicators(IndicatorsCommand),
    /// Print who changed what, the newest change first.
    History {
        /// Only changes of finding:N, incident:N, indicator:N or event:ID.
        #[arg(value_name = "SUBJECT")]
        subject: Option<String>,
        /// How it is printed.
        #[command(flatten)]
        list: ListArgs,
    },
    /// Take back the last change that was made on the command line.
    Undo,
}

/// Of what a list is.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Listed {
    Findings,
    Incidents,
    Notes,
    Tags,
    Marks,
    Indicators,
    Hunts,
    Sent,
}

/// How a list of a case is printed.
#[derive(Args, Clone, Copy, Debug)]
pub struct ListArgs {
    /// The form of the output.
    #[arg(long, short, value_enum, default_value = "table")]
    pub format: ListFormat,
    /// Print at most N of everything; 0 for all. A table shows 40 unless told.
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
}

/// What to do with indicators.
#[derive(Subcommand, Debug)]
pub enum IndicatorsCommand {
    /// Take in indicators: CSV, a list of values, or STIX 2.1, told apart by content.
    Import {
        /// The file, or - for the standard input.
        #[arg(value_name = "FILE")]
        file: String,
    },
    /// Hand out the indicators of the case.
    Export {
        /// The form.
        #[arg(long = "as", value_enum, default_value = "csv", value_name = "FORM")]
        form: Form,
        /// The file to write; the standard output when none is named.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Leave out private addresses.
        #[arg(long)]
        no_private: bool,
        /// Write CSV cells as they are, also those that a spreadsheet would run.
        #[arg(long)]
        csv_raw: bool,
    },
    /// Look for the indicators of the case in logs.
    Match {
        /// How it is printed.
        #[command(flatten)]
        list: ListArgs,
        /// What is read.
        #[command(flatten)]
        input: Box<InputArgs>,
    },
}

/// The form in which indicators are handed out.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// For spreadsheets and most programs.
    Csv,
    /// A bundle of STIX 2.1.
    Stix,
}

/// `trailhound coverage`.
#[derive(Args, Debug)]
pub struct CoverageArgs {
    /// How it is printed.
    #[command(flatten)]
    pub list: ListArgs,
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
}

/// `trailhound custody`.
#[derive(Subcommand, Debug)]
pub enum CustodyCommand {
    /// Hash files as they lie there, and add a line for each to a log of custody.
    Add {
        /// The log; it is made where there is none.
        #[arg(value_name = "LOG")]
        log: PathBuf,
        /// Files, folders or patterns to hash.
        #[arg(value_name = "SOURCE", required = true)]
        sources: Vec<String>,
        /// What was done with them.
        #[arg(long, value_name = "WORD", default_value = "acquired")]
        action: String,
    },
    /// Check that no line of a log of custody was changed; the exit status is 1 where something is not as it was.
    Verify {
        /// The log.
        #[arg(value_name = "LOG")]
        log: PathBuf,
        /// Hash the files that it names as well, and compare.
        #[arg(long)]
        files: bool,
    },
}
