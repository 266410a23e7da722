//! What can be typed to have a report written.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::args::{ListFormat, SettingArgs};
use crate::cli::fonts::FontArgs;

/// A part of what a report writes.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Part {
    /// parsed_logs.jsonl: each event as eventTime, service, action, actor, result.
    ParsedLogs,
    /// alerts.csv: every event with its risk by the table of sensitive calls.
    Alerts,
    /// anomalies.csv and event_anomalies.csv: users and actions with far more events than others.
    Anomalies,
    /// user_summary.json: the profile of each user.
    UserSummary,
    /// out/service_chart.png: the 15 services with most events.
    ServiceChart,
    /// results/anomaly_results.csv, .json and anomaly_plot.png: an isolation forest over transferred bytes.
    Isolation,
    /// reports/report.pdf.
    Pdf,
    /// reports/report.html.
    Html,
    /// reports/report.md.
    Markdown,
    /// reports/report.json, as docs/schema/report-1.schema.json describes it.
    Json,
    /// events.csv and events.jsonl: all events with everything that is known of them.
    Events,
    /// findings.csv.
    Findings,
    /// timeline.csv.
    Timeline,
    /// indicators.csv.
    Indicators,
    /// attack_layer.json, for the ATT&CK Navigator.
    Navigator,
    /// stix.json: the indicators as a STIX 2.1 bundle.
    Stix,
}

impl Part {
    /// Whether it is made from the whole report, and not from the events alone.
    pub fn needs_report(self) -> bool {
        !matches!(
            self,
            Self::ParsedLogs
                | Self::Alerts
                | Self::Anomalies
                | Self::UserSummary
                | Self::Isolation
                | Self::Events
                | Self::Timeline
        )
    }
}

/// `trailhound report`.
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// Files, folders, patterns or - to read.
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// The folder to write to; it is made when it is not there. What is in it is not read as a log.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Write only these parts: one, or several with commas between them. Can be repeated.
    #[arg(long, value_enum, value_name = "PART", value_delimiter = ',')]
    pub only: Vec<Part>,
    /// Only events that match this query; --since and --until are part of the scope as well, for files too.
    #[arg(long, short, value_name = "QUERY", help_heading = "Scope", allow_hyphen_values = true)]
    pub query: Option<String>,
    /// The title.
    #[arg(long, value_name = "TEXT", default_value = "CloudTrail investigation", help_heading = "Cover")]
    pub title: String,
    /// The id of the case.
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true, help_heading = "Cover")]
    pub case: String,
    /// How far the report may travel, by TLP 2.0: clear, green, amber, amber+strict or red.
    #[arg(long, value_name = "LABEL", help_heading = "Cover")]
    pub tlp: Option<String>,
    /// Who makes the report.
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true, help_heading = "Cover")]
    pub analyst: String,
    /// For whom the report is.
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true, help_heading = "Cover")]
    pub organization: String,
    /// Fonts of the PDF.
    #[command(flatten)]
    pub(crate) fonts: FontArgs,
    /// Tell the targets that are set up (see `trailhound notify`) the counts of the run, once everything is written.
    #[arg(long)]
    pub slack: bool,
    /// Write CSV cells as they are, also those that a spreadsheet would run.
    #[arg(long)]
    pub csv_raw: bool,
    /// Stay, and write everything again whenever a log is added or changed.
    #[arg(long)]
    pub watch: bool,
    /// The form of the list of what was written.
    #[arg(long, short, value_enum, default_value = "table")]
    pub format: ListFormat,
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
