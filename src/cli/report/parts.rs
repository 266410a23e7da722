//! The parts of a report: which files each consists of, and what goes into them.

use std::io;

use super::write::Written;
use super::{GO, Job};
use crate::anomaly::features::{Isolation, Preset};
use crate::anomaly::forest::Growth;
use crate::anomaly::outlier;
use crate::cli::args::Part;
use crate::cli::exit::Failure;
use crate::cli::fonts;
use crate::investigation::Investigation;
use crate::profile::Background;
use crate::profile::summary::user_summary;
use crate::query::order::{self, Sort};
use crate::query::run::Selection;
use crate::report::classic::{alerts, isolation, normalized, outliers};
use crate::report::csv::Style;
use crate::report::model::Report;
use crate::report::paper::{Chart, Paper};
use crate::report::pdf::{self, PdfOptions};
use crate::report::shown::Shown;
use crate::report::{compose, csv, event_line, html, lists, markdown, model, navigator, png, stix};

/// All parts, in the order in which they are written.
pub(super) const ALL: [Part; 16] = [
    Part::ParsedLogs,
    Part::Alerts,
    Part::Anomalies,
    Part::UserSummary,
    Part::ServiceChart,
    Part::Isolation,
    Part::Pdf,
    Part::Html,
    Part::Markdown,
    Part::Json,
    Part::Events,
    Part::Findings,
    Part::Timeline,
    Part::Indicators,
    Part::Navigator,
    Part::Stix,
];

/// The name of a part, as it is typed.
pub(super) fn name(part: Part) -> String {
    use clap::ValueEnum as _;
    part.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Writes parts.
pub(super) struct Parts<'a> {
    job: &'a Job<'a>,
    inv: &'a Investigation,
    report: Option<&'a Report>,
    style: Style,
    written: Vec<Written>,
}

/// What a stopped computation would give, which there is none of here.
fn stopped() -> Failure {
    Failure::Use("the work was stopped".to_owned())
}

impl<'a> Parts<'a> {
    pub(super) fn new(job: &'a Job<'a>, inv: &'a Investigation, report: Option<&'a Report>) -> Self {
        Self { job, inv, report, style: Style { raw: job.args.csv_raw }, written: Vec::new() }
    }

    /// Everything that was written.
    pub(super) fn finish(self) -> Vec<Written> {
        self.written
    }

    fn file(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        self.written.push(self.job.folder.file(name, write)?);
        Ok(())
    }

    /// Writes one part.
    pub(super) fn write(&mut self, part: Part) -> Result<(), Failure> {
        let (inv, style) = (self.inv, self.style);
        match part {
            Part::ParsedLogs => self.file("parsed_logs.jsonl", |out| normalized::write(out, inv)),
            Part::Alerts => self.file("alerts.csv", |out| alerts::write(out, inv, style)),
            Part::Anomalies => self.outliers(),
            Part::UserSummary => {
                let summary = user_summary(&inv.table, &GO).ok_or_else(stopped)?;
                self.file("user_summary.json", |out| pretty(out, &summary))
            }
            Part::Isolation => self.isolation(),
            Part::Events => self.events(),
            Part::Timeline => {
                let lines = model::timeline(inv);
                self.file("timeline.csv", |out| lists::write_timeline(out, &lines, style))
            }
            part => match self.report {
                Some(report) => self.of_report(part, report),
                None => Err(stopped()),
            },
        }
    }

    /// Writes a part that is made from the whole report.
    fn of_report(&mut self, part: Part, report: &Report) -> Result<(), Failure> {
        let style = self.style;
        let text = |text: String| move |out: &mut dyn io::Write| out.write_all(text.as_bytes());
        match part {
            Part::ServiceChart => self.picture("out/service_chart.png", &compose::services(report)),
            Part::Pdf => self.pdf(&compose::paper(report)),
            Part::Html => self.file("reports/report.html", text(html::render(&compose::paper(report)))),
            Part::Markdown => self.file("reports/report.md", text(markdown::render(&compose::paper(report)))),
            Part::Json => self.file("reports/report.json", |out| pretty(out, report)),
            Part::Findings => {
                self.file("findings.csv", |out| lists::write_findings(out, &report.findings, style))
            }
            Part::Indicators => {
                self.file("indicators.csv", |out| lists::write_indicators(out, &report.indicators, style))
            }
            Part::Navigator => self.file("attack_layer.json", |out| pretty(out, &navigator::layer(report))),
            _ => self.file("stix.json", |out| pretty(out, &stix::bundle(report))),
        }
    }

    fn pdf(&mut self, paper: &Paper) -> Result<(), Failure> {
        let found = fonts::for_paper(&self.job.args.fonts, paper).map_err(|e| Failure::Use(e.to_string()))?;
        if !found.missing.is_empty() && !self.job.args.quiet {
            let (some, all) = (found.missing.iter().take(8), found.missing.len());
            let some: Vec<String> = some.map(|c| c.escape_unicode().to_string()).collect();
            eprintln!(
                "trailhound: reports/report.pdf: no font has {}{}; they stand there as escapes, and --font FILE adds a font",
                some.join(" "),
                if all > some.len() { format!(" and {} more", all - some.len()) } else { String::new() }
            );
        }
        let options = PdfOptions { fonts: found.fonts, author: self.job.args.analyst.clone() };
        let bytes = pdf::render(paper, &options).map_err(|e| Failure::Use(e.to_string()))?;
        self.file("reports/report.pdf", |out| out.write_all(&bytes))
    }

    fn outliers(&mut self) -> Result<(), Failure> {
        let (table, style) = (&self.inv.table, self.style);
        for (file, name, found) in [
            ("anomalies.csv", "actor", outlier::actors(table, &GO)),
            ("event_anomalies.csv", "action", outlier::actions(table, &GO)),
        ] {
            let found = found.ok_or_else(stopped)?;
            self.file(file, |out| outliers::write(out, &found, name, style))?;
            if let Some(note) = outliers::note(&found, file, name).filter(|_| !self.job.args.quiet) {
                eprintln!("trailhound: {note}");
            }
        }
        Ok(())
    }

    fn isolation(&mut self) -> Result<(), Failure> {
        let (inv, style) = (self.inv, self.style);
        let background = Background::new(&inv.table, &GO).ok_or_else(stopped)?;
        let grown = Isolation::new(&inv.table, &background, Preset::Bytes, Growth::default(), &GO);
        let grown = grown.ok_or_else(stopped)?;
        self.file("results/anomaly_results.csv", |out| isolation::write_csv(out, inv, &grown, style))?;
        self.file("results/anomaly_results.json", |out| isolation::write_json(out, inv, &grown))?;
        self.picture("results/anomaly_plot.png", &isolation::plot(inv, &grown))
    }

    fn events(&mut self) -> Result<(), Failure> {
        let (inv, style) = (self.inv, self.style);
        let time = Sort { descending: false, ..Sort::by(crate::event::field::Field::Time) };
        let rows = order::sorted(&inv.table, &Selection::all(&inv.table), time, None);
        let shown = Shown::singly(rows);
        self.file("events.csv", |out| csv::write_events(out, inv, &shown, style))?;
        self.file("events.jsonl", |out| event_line::write(out, inv, &shown))
    }

    fn picture(&mut self, name: &str, chart: &Chart) -> Result<(), Failure> {
        let picture = png::render(chart).map_err(|e| Failure::Use(format!("{name}: {e}")))?;
        self.file(name, |out| out.write_all(&picture))
    }
}

fn pretty(out: &mut dyn io::Write, document: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}
