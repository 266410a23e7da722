//! `trailhound report`: everything that was found, as files in a folder.

mod evidence;
mod parts;
mod watch;
mod write;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Serialize;

use self::write::{Folder, Written};
use crate::cli::args::{ListFormat, Part, ReportArgs};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::fonts::{self, FontArgs};
use crate::cli::notify::Ready;
use crate::cli::{author, load, output, rule_files, scan};
use crate::cloud::address::is_cloud;
use crate::config::Settings;
use crate::event::time::Time;
use crate::follow::wake;
use crate::ingest::status::Status;
use crate::investigation::Investigation;
use crate::query::{self, Query};
use crate::report::compose;
use crate::report::model::{Options, Report, Tlp};
use crate::report::pdf::{self, PdfOptions};
use crate::source::{Listing, Place};
use crate::text::{count, plural, visible};

/// Nobody stops a command but by ending it.
static GO: AtomicBool = AtomicBool::new(false);

pub(crate) fn run(args: &ReportArgs) -> Outcome {
    let mut flags = args.settings.flags();
    if !args.sources.iter().any(|source| is_cloud(source)) {
        // Of files the times choose events, which is done here; in AWS they choose objects as well.
        (flags.pick.since, flags.pick.until) = (None, None);
    }
    let settings = load::sound_settings(&flags)?;
    let job = Job::new(args, &settings)?;
    if args.watch {
        return watch::run(&job);
    }
    job.once()
}

/// What is to be done, checked.
struct Job<'a> {
    args: &'a ReportArgs,
    settings: &'a Settings,
    query: Query,
    tlp: Option<Tlp>,
    folder: Folder,
    parts: Vec<Part>,
    /// Who is told of the run, where that was asked for.
    ready: Option<Ready>,
}

impl<'a> Job<'a> {
    fn new(args: &'a ReportArgs, settings: &'a Settings) -> Result<Self, Failure> {
        let tlp = args
            .tlp
            .as_deref()
            .map(|label| label.parse().map_err(|e| Failure::Use(format!("--tlp {}: {e}", visible(label)))));
        let mut parts = if args.only.is_empty() { parts::ALL.to_vec() } else { args.only.clone() };
        parts.sort_unstable();
        parts.dedup();
        Ok(Self {
            args,
            settings,
            query: scope(args)?,
            tlp: tlp.transpose()?,
            folder: Folder::new(&args.out)?,
            parts,
            ready: if args.slack { Some(Ready::new(settings)?) } else { None },
        })
    }

    /// The objects that some sources name, but nothing that was written here before.
    fn listing(&self, sources: &[String], status: &Arc<Status>) -> Result<Listing, Failure> {
        let out = self.folder.path().to_owned();
        let inside = move |place: &Place| match place {
            Place::File(path) => std::fs::canonicalize(path).is_ok_and(|path| path.starts_with(&out)),
            _ => false,
        };
        let all = load::listing(sources, self.settings, status)?;
        Ok(Box::new(all.filter(move |listed| listed.as_ref().map_or(true, |object| !inside(&object.place)))))
    }

    /// Reads everything and writes everything.
    fn once(&self) -> Outcome {
        let status = Arc::default();
        let listing = self.listing(&self.args.sources, &status)?;
        let loaded = load::loaded(listing, status, self.settings, self.args.quiet)?;
        if loaded.event_count() == 0 && loaded.status.counts().rejected > 0 {
            let exit = load::tell_rejects(&loaded, self.args.quiet, self.args.show_rejects);
            eprintln!(
                "trailhound: no event could be read, so nothing was written to {}",
                self.folder.path().display()
            );
            return Ok(exit);
        }
        let narrowed = self.narrowed(&loaded)?;
        let inv = narrowed.as_ref().unwrap_or(&loaded);
        let bar = self.bar();
        let files = self.write(&loaded, inv, &bar);
        bar.finish_and_clear();
        let (report_id, files) = files?;
        self.tell(report_id.as_deref(), &files)?;
        if let Some(ready) = &self.ready {
            ready.summary(inv, self.args.quiet)?;
        }
        Ok(load::tell_rejects(&loaded, self.args.quiet, self.args.show_rejects))
    }

    /// The events that the scope selects; `None` where it selects all.
    fn narrowed(&self, inv: &Investigation) -> Result<Option<Investigation>, Failure> {
        if self.query.is_all() {
            return Ok(None);
        }
        let selected = scan::select(inv, &self.query)?;
        let rows: Vec<u32> = selected.rows(&inv.table).collect();
        Ok(Some(inv.narrowed(&rows)))
    }

    fn bar(&self) -> indicatif::ProgressBar {
        if self.args.quiet || !std::io::stderr().is_terminal() {
            return indicatif::ProgressBar::hidden();
        }
        let bar = indicatif::ProgressBar::new(self.parts.len() as u64 + 1);
        if let Ok(style) = indicatif::ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        bar
    }

    /// Writes all parts; the id of the report where one was made.
    fn write(
        &self,
        loaded: &Investigation,
        inv: &Investigation,
        bar: &indicatif::ProgressBar,
    ) -> Result<(Option<String>, Vec<Written>), Failure> {
        let mut report = None;
        if self.parts.iter().any(|part| part.needs_report()) {
            bar.set_message("gathering");
            report = Report::new(inv, self.options(loaded)?, &GO);
        }
        bar.inc(1);
        let mut writer = parts::Parts::new(self, inv, report.as_ref());
        for &part in &self.parts {
            bar.set_message(parts::name(part));
            writer.write(part)?;
            bar.inc(1);
        }
        Ok((report.as_ref().map(|r| r.cover.report_id.clone()), writer.finish()))
    }

    fn options(&self, inv: &Investigation) -> Result<Options, Failure> {
        let args = self.args;
        let (evidence, dataset) = evidence::inventory(inv);
        Ok(Options {
            case: args.case.clone(),
            title: args.title.clone(),
            tlp: self.tlp,
            analyst: args.analyst.clone(),
            organization: args.organization.clone(),
            sources: args.sources.clone(),
            since: bound(args.settings.pick.since.as_deref(), inv),
            until: bound(args.settings.pick.until.as_deref(), inv),
            query: self.query.text().to_owned(),
            made: author::now(),
            ruleset: rule_files::ruleset(self.settings, &inv.judgment.rules),
            evidence,
            dataset,
        })
    }

    /// Says what was written, with hashes.
    fn tell(&self, report_id: Option<&str>, files: &[Written]) -> Result<(), Failure> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Document<'a> {
            report_id: Option<&'a str>,
            folder: String,
            files: &'a [Written],
        }
        let folder = self.args.out.display().to_string();
        output::to_stdout(|out| match self.args.format {
            ListFormat::Json => {
                serde_json::to_writer_pretty(&mut *out, &Document { report_id, folder, files })?;
                out.write_all(b"\n")
            }
            ListFormat::Table => {
                for file in files {
                    writeln!(out, "{}  {:>12}  {}", file.sha256, count(file.bytes), visible(&file.path))?;
                }
                let id = report_id.map_or_else(String::new, |id| format!(", report {id}"));
                writeln!(out, "{} in {}{id}", plural(files.len() as u64, "file"), visible(&folder))
            }
        })?;
        Ok(())
    }
}

/// The report about all that was read, as PDF: for the console.
pub(crate) fn pdf(inv: &Investigation, sources: &[String], settings: &Settings) -> Result<Vec<u8>, Failure> {
    let (evidence, dataset) = evidence::inventory(inv);
    let options = Options {
        case: String::new(),
        title: "CloudTrail investigation".to_owned(),
        tlp: None,
        analyst: author::user(),
        organization: String::new(),
        sources: sources.to_vec(),
        since: Time::UNKNOWN,
        until: Time::UNKNOWN,
        query: String::new(),
        made: author::now(),
        ruleset: rule_files::ruleset(settings, &inv.judgment.rules),
        evidence,
        dataset,
    };
    let stopped = || Failure::Use("the work was stopped".to_owned());
    let report = Report::new(inv, options, &GO).ok_or_else(stopped)?;
    let paper = compose::paper(&report);
    let found = fonts::for_paper(&FontArgs::default(), &paper).map_err(|e| Failure::Use(e.to_string()))?;
    let options = PdfOptions { fonts: found.fonts, author: author::user() };
    pdf::render(&paper, &options).map_err(|e| Failure::Use(e.to_string()))
}

/// The query of the scope: what was asked for, and the times.
fn scope(args: &ReportArgs) -> Result<Query, Failure> {
    let query = scan::checked(args.query.as_deref().unwrap_or_default())?;
    let mut text = query.text().trim().to_owned();
    for (flag, time, sign) in
        [("--since", &args.settings.pick.since, ">="), ("--until", &args.settings.pick.until, "<=")]
    {
        let Some(time) = time else { continue };
        let wrong = || {
            Failure::Use(format!(
                "{flag} {}: this is neither a time such as 2026-01-10 nor one before the last event such as -7d",
                visible(time)
            ))
        };
        if query::beginning(time).is_none() && relative(time).is_none() {
            return Err(wrong());
        }
        let ago = relative(time).map(|_| format!("-{}", time.trim().trim_start_matches('-')));
        let term = format!("time{sign}\"{}\"", ago.as_deref().unwrap_or(time));
        query::parse(&term).map_err(|_| wrong())?;
        text = match (text.is_empty(), query.is_all()) {
            (true, _) => term,
            (false, false) if text == query.text().trim() => format!("({text}) {term}"),
            (false, _) => format!("{text} {term}"),
        };
    }
    scan::checked(&text)
}

/// How long before the last event: `-7d`, or `7d` as for sources in AWS.
fn relative(text: &str) -> Option<i64> {
    let text = text.trim();
    query::length(text.strip_prefix('-').unwrap_or(text))
}

/// A bound of the scope as a time; unknown where there is none.
fn bound(text: Option<&str>, inv: &Investigation) -> Time {
    let Some(text) = text else { return Time::UNKNOWN };
    let ago = || relative(text).map(|ms| inv.table.newest().plus_millis(-ms));
    query::beginning(text).or_else(ago).unwrap_or_default()
}

/// The folders and files that a report is about, for whoever watches them.
fn places(sources: &[String]) -> Vec<PathBuf> {
    sources.iter().filter(|source| is_local(source)).map(|source| wake::place(source)).collect()
}

/// Whether a source is of this machine, and more than what comes in once.
fn is_local(source: &str) -> bool {
    source != "-" && source != load::DEMO && !is_cloud(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_of_this_machine_is_watched() {
        let sources =
            ["logs/**/*.json.gz", "a*.json", "-", "demo:", "s3://bucket/", "/tmp"].map(str::to_owned);
        assert_eq!(places(&sources), ["logs", ".", "/tmp"].map(PathBuf::from));
    }
}
