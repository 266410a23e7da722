//! `trailhound notify`, and `scan --notify`: telling people.

use std::cmp::Reverse;
use std::path::Path;

use crate::cli::args::{NotifyCommand, NotifyPreviewArgs, NotifyTargetArgs};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{load, output};
use crate::config::{Dirs, Environment, Settings, dirs::System};
use crate::investigation::Investigation;
use crate::notify::{self, Added, Alert, Message, News, Notifier, Queue, Report, RunSummary, Targets};
use crate::query::run::Selection;
use crate::score::{Level, rank};
use crate::text::{count, plural, visible};

/// From how many messages on sending takes a while.
const MANY: usize = 10;

pub(crate) fn run(command: &NotifyCommand) -> Outcome {
    match command {
        NotifyCommand::Test(args) => test(args),
        NotifyCommand::Preview(args) => preview(args),
        NotifyCommand::Flush(args) => flush(args),
    }
}

fn test(args: &NotifyTargetArgs) -> Outcome {
    let targets = some_targets(&settings(args)?)?;
    let tested = notify::test(&targets)?;
    output::to_stdout(|out| {
        for one in &tested {
            writeln!(out, "{} {}: {}", one.place, one.shown, visible(&one.words))?;
        }
        Ok(())
    })?;
    Ok(if tested.iter().all(|one| one.arrived) { Exit::Done } else { Exit::NotWritten })
}

fn preview(args: &NotifyPreviewArgs) -> Outcome {
    let settings = load::sound_settings(&args.input.settings.flags())?;
    let settings = with_file(settings, args.slack_webhook_file.as_deref());
    let targets = targets(&settings)?;
    let inv = load::everything(&args.input.sources, &settings, args.input.quiet)?;
    let row = inv.table.find_id(&args.id).and_then(|row| inv.table.row(row));
    let missing = || Failure::Use(format!("there is no event {} in what was read", visible(&args.id)));
    let alert = Alert::of_row(inv, &row.ok_or_else(missing)?);
    output::to_stdout(|out| out.write_all(notify::preview(&alert, &targets).as_bytes()))?;
    Ok(load::tell_rejects(inv, args.input.quiet, args.input.show_rejects))
}

fn flush(args: &NotifyTargetArgs) -> Outcome {
    let targets = targets(&settings(args)?)?;
    send(&queue()?, &targets, false)
}

/// Sends what waits, and says on stdout what came of it.
fn send(queue: &Queue, targets: &Targets, quiet: bool) -> Outcome {
    let waiting = queue.waiting().map_err(notify::NotifyError::from)?.len();
    if !quiet && waiting > MANY {
        eprintln!("trailhound: {} to send, one a second to each target", plural(waiting as u64, "message"));
    }
    let reports = notify::flush(queue, targets)?;
    let Some(reports) = reports else {
        eprintln!("trailhound: another trailhound is sending; what waits is sent by it");
        return Ok(Exit::Done);
    };
    for report in &reports {
        tell(report, quiet);
    }
    if reports.is_empty() && !quiet {
        eprintln!("trailhound: nothing waits and no target is set up");
    }
    let done = |report: &Report| report.waiting == 0 && report.unfit.is_empty();
    Ok(if reports.iter().all(done) { Exit::Done } else { Exit::NotWritten })
}

fn tell(report: &Report, quiet: bool) {
    let Report { place, sent, waiting, unfit, trouble } = report;
    if !quiet || *waiting > 0 {
        let waiting = if *waiting > 0 { format!(", {} waiting", count(*waiting)) } else { String::new() };
        eprintln!("trailhound: {}: {} sent{waiting}", visible(place), plural(*sent, "message"));
    }
    if let Some(why) = trouble {
        eprintln!("trailhound: {}: {}", visible(place), visible(why));
    }
    for one in unfit {
        eprintln!("trailhound: {}: given up: {}", visible(place), visible(one));
    }
}

/// For `scan --notify`: where it goes, checked before anything is read.
#[derive(Debug)]
pub(crate) struct Ready {
    targets: Targets,
    queue: Queue,
    summary: bool,
}

impl Ready {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Failure> {
        Ok(Self { targets: some_targets(settings)?, queue: queue()?, summary: settings.notify.summary })
    }

    /// As [`Ready::new`], with everything at or above a level for each target, whatever the settings say of it.
    pub(crate) fn at(settings: &Settings, least: Level) -> Result<Self, Failure> {
        let mut ready = Self::new(settings)?;
        ready.targets.0.iter_mut().for_each(|target| target.min_level = least);
        Ok(ready)
    }

    /// A thread that sends what it is given, and what waits.
    pub(crate) fn notifier(self) -> Result<Notifier, Failure> {
        Notifier::start(self.queue, self.targets)
            .map_err(|e| Failure::Use(format!("messages cannot be sent: {e}")))
    }

    /// Queues the events of the selection that are risky enough, and the counts of the run, and sends what waits.
    pub(crate) fn tell(&self, inv: &Investigation, wanted: &Selection, quiet: bool) -> Outcome {
        let least = self.targets.0.iter().map(|target| target.min_level).min().unwrap_or(Level::Critical);
        let rows = wanted.rows(&inv.table).filter_map(|row| inv.table.row(row));
        let mut rows: Vec<_> = rows.filter(|row| rank::level_of(row) >= least).collect();
        rows.sort_by_key(|row| (Reverse((rank::level_of(row), row.risk())), row.number()));
        let alert = |row: &_| Message::Alert(Box::new(Alert::of_row(inv, row)));
        let mut messages: Vec<Message> = rows.iter().map(alert).collect();
        messages.extend(self.summary.then(|| Message::Summary(RunSummary::of(inv))));
        let added = notify::enqueue(&self.queue, &self.targets, &messages)?;
        tell_added(added, quiet);
        let sent = send(&self.queue, &self.targets, quiet)?;
        Ok(if added.full > 0 { Exit::NotWritten } else { sent })
    }

    /// Queues the counts of a run, and sends what waits.
    pub(crate) fn summary(&self, inv: &Investigation, quiet: bool) -> Outcome {
        let message = Message::Summary(RunSummary::of(inv));
        let added = notify::enqueue(&self.queue, &self.targets, &[message])?;
        tell_added(added, quiet);
        send(&self.queue, &self.targets, quiet)
    }
}

/// Says what the thread that sends has to tell.
pub(crate) fn tell_news(news: &News, quiet: bool) {
    match news {
        News::Sent(reports) => reports.iter().for_each(|report| tell(report, quiet)),
        News::Full(lost) => eprintln!(
            "trailhound: the queue is full, {} not kept; send with `trailhound notify flush`",
            plural(*lost, "message")
        ),
        News::Trouble(why) => eprintln!("trailhound: {}", visible(why)),
    }
}

fn tell_added(added: Added, quiet: bool) {
    let Added { queued, folded, known, full } = added;
    if !quiet {
        eprintln!(
            "trailhound: {}, {} more counted in them, {} told before",
            plural(queued, "new message"),
            count(folded),
            count(known)
        );
    }
    if full > 0 {
        eprintln!(
            "trailhound: the queue is full, {} not kept; send with `trailhound notify flush`",
            plural(full, "message")
        );
    }
}

fn settings(args: &NotifyTargetArgs) -> Result<Settings, Failure> {
    let flags = crate::config::Flags { config: args.config.clone(), ..crate::config::Flags::default() };
    Ok(with_file(load::sound_settings(&flags)?, args.slack_webhook_file.as_deref()))
}

/// The settings with the webhook of that file, whatever they say of Slack.
fn with_file(mut settings: Settings, file: Option<&Path>) -> Settings {
    if let Some(file) = file {
        let slack = &mut settings.notify.slack;
        slack.webhook = crate::config::secret::Places { file: Some(file.to_owned()), ..Default::default() };
        slack.token = crate::config::secret::Places::default();
    }
    settings
}

fn targets(settings: &Settings) -> Result<Targets, Failure> {
    Targets::of(&settings.notify).map_err(|faults| {
        let faults: Vec<String> =
            faults.iter().map(|fault| visible(&fault.to_string()).into_owned()).collect();
        Failure::Use(format!("messages cannot be sent:\n  {}", faults.join("\n  ")))
    })
}

fn some_targets(settings: &Settings) -> Result<Targets, Failure> {
    let targets = targets(settings)?;
    if targets.0.is_empty() {
        return Err(Failure::Use(
            "no target of messages is set up; put the address of a Slack webhook into a file of mode 600 and name it \
             in config.toml as notify.slack.webhook_file, or see docs/notify.md"
                .to_owned(),
        ));
    }
    Ok(targets)
}

/// The queue in the user's folder of state.
fn queue() -> Result<Queue, Failure> {
    let dirs = Dirs::of(&Environment::of_process(), System::HERE);
    let state = dirs.state.ok_or_else(|| {
        Failure::Use("there is no folder for the queue of messages; set XDG_STATE_HOME or HOME".to_owned())
    })?;
    Queue::open(&state.join("notify")).map_err(|e| Failure::Use(e.to_string()))
}

impl From<notify::NotifyError> for Failure {
    fn from(e: notify::NotifyError) -> Self {
        Self::Use(e.to_string())
    }
}
