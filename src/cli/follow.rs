//! `--follow`: sources that grow, for `scan` and for the console; and telling people of what comes by itself.

use std::collections::HashSet;
use std::hash::BuildHasher as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use foldhash::fast::FixedState;

use crate::cli::args::{FollowArgs, Format, ScanArgs};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::notify::Ready;
use crate::cli::{aws, load, output, scan};
use crate::cloud::address::is_cloud;
use crate::config::Settings;
use crate::follow::folder::Folder;
use crate::follow::{Feed, Follower, News, Run, wake};
use crate::ingest::status::Status;
use crate::investigation::growing::{Growing, Grown};
use crate::investigation::{Investigation, Judgment};
use crate::notify::{Alert, Message, Notifier};
use crate::query::Query;
use crate::report::event_line;
use crate::report::shown::Shown;
use crate::score::{Level, rank};
use crate::text::{plural, visible};

/// How many rejects are told of what came at once.
const REJECTS_SHOWN: usize = 5;

/// How long the end waits until what is to be told is on disk.
const CLOSING: Duration = Duration::from_secs(3);

/// Gets ready to follow sources.
pub(crate) fn run(
    sources: &[String],
    settings: &Settings,
    judgment: Judgment,
    args: &FollowArgs,
    status: &Arc<Status>,
) -> Result<Run, Failure> {
    load::check_pick(sources, settings)?;
    let feed = |source: &String| match source.as_str() {
        load::DEMO => Ok(Feed::Once(Some(load::demo()))),
        cloud if is_cloud(cloud) => Ok(Feed::Cloud(Box::new(aws::follow(cloud, settings, status)?))),
        _ => Ok(Feed::Folder(Folder::new(vec![source.clone()]))),
    };
    let feeds = sources.iter().map(feed).collect::<Result<_, Failure>>()?;
    let places = places(sources);
    let growing = Growing::new(load::options(settings), judgment, status.clone());
    let every = args.follow_every.map(|seconds| i64::from(seconds) * 1000);
    let follower = Follower::new(feeds, growing, every);
    Ok(Run::new(follower, &places, status.clone()))
}

/// What of the sources is watched on this machine.
fn places(sources: &[String]) -> Vec<PathBuf> {
    let grows = |source: &&String| {
        let path = std::path::Path::new(source.as_str());
        source.as_str() != "-"
            && source.as_str() != load::DEMO
            && !is_cloud(source)
            && (!path.exists() || path.is_file() || path.is_dir())
    };
    sources.iter().filter(grows).map(|source| wake::place(source)).collect()
}

/// Which of the events that come people are told of by themselves.
#[derive(Debug)]
pub(crate) struct Alarm {
    least: Level,
    /// Hashes of the ids of those at that level that stand for what rules on several events found, and were told or
    /// there at first.
    lifted: HashSet<u64, FixedState>,
}

impl Alarm {
    /// By the level that was asked for, if one was.
    pub(crate) fn new(args: &FollowArgs) -> Result<Option<Self>, Failure> {
        let Some(name) = &args.notify_level else { return Ok(None) };
        let least = Level::ALL.into_iter().find(|level| level.name().eq_ignore_ascii_case(name));
        let least = least.ok_or_else(|| {
            Failure::Use(format!(
                "--notify-level {}: this is no level; it is low, medium, high or critical",
                visible(name)
            ))
        })?;
        Ok(Some(Self { least, lifted: HashSet::default() }))
    }

    /// The level at or above which people are told.
    pub(crate) fn least(&self) -> Level {
        self.least
    }

    /// What was there at first is not told.
    pub(crate) fn begun(&mut self, inv: &Investigation) {
        self.newly_lifted(inv);
    }

    /// What is told of what has come, the riskiest first.
    pub(crate) fn alerts(&mut self, grown: &Grown) -> Vec<Alert> {
        let inv = &grown.inv;
        let mut rows = self.newly_lifted(inv);
        rows.extend(&grown.fresh);
        rows.sort_unstable();
        rows.dedup();
        let mut rows: Vec<_> = rows.into_iter().filter_map(|row| inv.table.row(row)).collect();
        rows.retain(|row| rank::level_of(row) >= self.least);
        rows.sort_by_key(|row| std::cmp::Reverse(rank::key_of(row)));
        rows.iter().map(|row| Alert::of_row(inv, row)).collect()
    }

    /// The rows at that level that stand for a finding and did not before. An old event can become one by what came
    /// after it, at a low level first and at a higher one later.
    fn newly_lifted(&mut self, inv: &Investigation) -> Vec<u32> {
        let mut rows: Vec<u32> = inv.compared.lifts.iter().map(|lift| lift.0).collect();
        rows.dedup();
        rows.retain(|row| {
            let row = inv.table.row(*row).filter(|row| rank::level_of(row) >= self.least);
            row.is_some_and(|row| self.lifted.insert(FixedState::default().hash_one(row.id())))
        });
        rows
    }
}

/// `trailhound scan --follow`: prints each event when it comes; ends with the process, or when nobody reads on.
pub(crate) fn scan(args: &ScanArgs, query: &Query, min_risk: u8, settings: &Settings) -> Outcome {
    check(args)?;
    let alarm = Alarm::new(&args.follow)?;
    let notifier = alarm.as_ref().map(|alarm| Ready::at(settings, alarm.least())?.notifier()).transpose()?;
    let status: Arc<Status> = Arc::default();
    let run = run(&args.sources, settings, load::judgment(settings)?, &args.follow, &status)?;
    let printing = Printing {
        query,
        min_risk,
        quiet: args.print.quiet,
        status,
        alarm,
        notifier,
        rejects: 0,
        waiting: Vec::new(),
        ended: None,
    };
    let printing = Mutex::new(printing);
    run.run(&|news| printing.lock().unwrap_or_else(PoisonError::into_inner).take(news));
    let mut printing = printing.into_inner().unwrap_or_else(PoisonError::into_inner);
    let _ = printing.hand_over();
    if let Some(notifier) = printing.notifier {
        notifier.close(CLOSING);
    }
    printing.ended.map_or(Ok(Exit::Done), Err)
}

/// What would need an end is not for what has none.
fn check(args: &ScanArgs) -> Result<(), Failure> {
    let unfit = [
        (args.summary, "--summary"),
        (args.collapse, "--collapse"),
        (args.fail_on.is_some(), "--fail-on"),
        (args.notify, "--notify; --notify-level LEVEL tells of what comes"),
        (args.print.top.is_some(), "--top"),
        (matches!(args.print.format, Format::Csv | Format::Json), "this --format, only --format jsonl"),
    ];
    match unfit.into_iter().find(|(given, _)| *given) {
        Some((_, flag)) => Err(Failure::Use(format!("--follow does not go with {flag}"))),
        None => Ok(()),
    }
}

struct Printing<'a> {
    query: &'a Query,
    min_risk: u8,
    quiet: bool,
    status: Arc<Status>,
    alarm: Option<Alarm>,
    notifier: Option<Notifier>,
    /// How many rejects were told.
    rejects: usize,
    /// What could not be handed over yet.
    waiting: Vec<Message>,
    ended: Option<Failure>,
}

impl Printing<'_> {
    /// Takes news; whether to go on.
    fn take(&mut self, news: News) -> bool {
        let done = match news {
            News::Loading(_) => Ok(()),
            News::Beat => self.hand_over(),
            News::Begun(inv) => {
                if let Some(alarm) = &mut self.alarm {
                    alarm.begun(&inv);
                }
                self.print(&inv)
            }
            News::Grown(grown) => {
                let alerts = self.alarm.as_mut().map(|alarm| alarm.alerts(&grown)).unwrap_or_default();
                self.waiting.extend(alerts.into_iter().map(|alert| Message::Alert(Box::new(alert))));
                // What cannot be printed is told all the same.
                self.hand_over().and_then(|()| self.print(&grown.inv.narrowed(&grown.fresh)))
            }
            News::Trouble(trouble) => {
                self.tell_trouble(trouble.as_deref());
                Ok(())
            }
        };
        self.tell_rejects();
        self.ended = done.err();
        self.ended.is_none()
    }

    /// Prints the events that are wanted, in the order of time.
    fn print(&self, inv: &Investigation) -> Result<(), Failure> {
        let wanted = scan::at_least(inv, &scan::select(inv, self.query)?, self.min_risk);
        let shown = Shown::singly(wanted.rows(&inv.table).collect());
        if shown.is_empty() {
            return Ok(());
        }
        Ok(output::to_stdout(|out| event_line::write(out, inv, &shown))?)
    }

    /// Gives messages to whoever sends them; what it has no room for is given later.
    fn hand_over(&mut self) -> Result<(), Failure> {
        let Some(notifier) = &self.notifier else { return Ok(()) };
        if !self.waiting.is_empty() && notifier.enqueue(self.waiting.clone()).is_ok() {
            self.waiting.clear();
        }
        for news in notifier.news() {
            crate::cli::notify::tell_news(&news, self.quiet);
        }
        Ok(())
    }

    fn tell_trouble(&self, trouble: Option<&str>) {
        match trouble {
            Some(trouble) => eprintln!("trailhound: {}; it is tried again", visible(trouble)),
            None if !self.quiet => eprintln!("trailhound: all sources can be had again"),
            None => {}
        }
    }

    /// Says what could not be read of what came.
    fn tell_rejects(&mut self) {
        for line in news_of_rejects(&self.status, &mut self.rejects) {
            eprintln!("trailhound: {line}");
        }
    }
}

/// What to say of what could not be read since so many rejects were told. Not all of them are kept; all are counted.
fn news_of_rejects(status: &Status, told: &mut usize) -> Vec<String> {
    let new = status.rejects_from(*told);
    let all = usize::try_from(status.counts().rejected).unwrap_or(usize::MAX).max(*told + new.len());
    let shown = new.iter().take(REJECTS_SHOWN);
    let mut lines: Vec<String> = shown.map(|reject| visible(&reject.to_string()).into_owned()).collect();
    let more = (all - *told - lines.len()) as u64;
    if more > 0 {
        let what = if lines.is_empty() {
            plural(more, "record")
        } else {
            format!("and {}", plural(more, "more record"))
        };
        lines.push(format!("{what} that could not be read"));
    }
    *told = all;
    lines
}

#[cfg(test)]
mod tests;
