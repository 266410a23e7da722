//! The console on sources, and on the built-in incident.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::{mpsc, watch};

use crate::cli::args::{ConsoleArgs, DemoArgs, FollowArgs};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::follow::{self, Alarm};
use crate::cli::{author, eval, load, report, rule_files};
use crate::cloud::address::is_cloud;
use crate::config::dirs::System;
use crate::config::{Depth, Dirs, Environment, Settings};
use crate::console::app::Start;
use crate::console::app::keymap::Keymap;
use crate::console::app::rules::Labeled;
use crate::console::app::update::name_of;
use crate::console::shell::{
    self, Ended, Habits, Live, Loader, Notebook, Office, Recorder, Replay, Snapshots, Stop, Tape,
};
use crate::detect::rules::Rules;
use crate::follow::News;
use crate::follow::control::Controls;
use crate::ingest::status::Status;
use crate::ingest::worker::Options;
use crate::investigation::growing::Grown;
use crate::investigation::{self, Investigation, Judgment};
use crate::notify::{Alert, Targets};
use crate::query::run::Reading;
use crate::query::{self, Query};
use crate::synth;
use crate::text::{count, visible};

/// What the built-in incident is called in the console.
const DEMO_NAME: &str = "built-in incident";

/// `trailhound SOURCE...`
pub(crate) fn open(sources: &[String], args: &ConsoleArgs) -> Outcome {
    let name = match sources {
        [one] if one == load::DEMO => Some(DEMO_NAME.to_owned()),
        sources => name_of(sources),
    };
    console(sources, name, args)
}

/// `trailhound demo`
pub(crate) fn demo(args: &DemoArgs) -> Outcome {
    match &args.out {
        Some(dir) => write_demo(dir),
        None => open(&[load::DEMO.to_owned()], &args.console),
    }
}

/// Writes the files of the built-in incident below a folder.
fn write_demo(dir: &Path) -> Outcome {
    let incident = synth::demo();
    let files = incident.files.len() as u64;
    for (path, bytes) in incident.files {
        write(&dir.join(path), &bytes)?;
    }
    let labels: Vec<String> = incident.labels.iter().map(|label| label.line() + "\n").collect();
    write(&dir.join("labels.tsv"), format!("{}\n{}", synth::LABEL_HEADER, labels.concat()).as_bytes())?;
    eprintln!("trailhound: wrote {} log files and labels.tsv to {}", count(files), dir.display());
    Ok(Exit::Done)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let written =
        path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, bytes));
    written.map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))
}

fn console(sources: &[String], name: Option<String>, args: &ConsoleArgs) -> Outcome {
    if !io::stdout().is_terminal() {
        let instead = "to print findings, use: trailhound scan SOURCE...";
        return Err(Failure::Use(format!("the console needs a terminal to draw on; {instead}")));
    }
    let query = match args.query.as_deref().map(query::parse) {
        None => Query::all(),
        Some(Ok(query)) => query,
        Some(Err(e)) => return Err(Failure::Use(e.render(args.query.as_deref().unwrap_or_default()))),
    };
    let loaded = load::settings(&args.flags());
    let (keymap, keymap_faults) = match loaded.keymap() {
        Ok(Some((file, text))) => Keymap::with_user(&file, &text),
        Ok(None) => (Keymap::built_in(), Vec::new()),
        Err(fault) => (Keymap::built_in(), vec![*fault]),
    };
    let (_, theme_faults) = loaded.themes.get(&loaded.settings.theme);
    if let Some(fault) = loaded.faults.iter().find(|fault| fault.line.is_none()) {
        // What was typed a moment ago can be typed anew; a file is put right later.
        return Err(Failure::Use(fault.to_string()));
    }
    let faults = loaded.faults.iter().chain(&keymap_faults).chain(&theme_faults);
    let faults: Vec<String> = faults.map(ToString::to_string).collect();
    let judgment = load::judgment(&loaded.settings)?;
    let status = Arc::new(Status::default());
    let inv = match sources {
        [] => Investigation::empty(judgment.clone()),
        _ => Investigation::begun(judgment.clone(), status.clone()),
    };
    let labels = args.labels.as_deref().map(labels).transpose()?;
    let office = office(sources, args, &loaded.settings, &judgment)?;
    let alarm = Alarm::new(&args.follow)?;
    // A case that is not there yet keeps nothing.
    let case = office.case.as_deref().is_some_and(Path::exists);
    let habits = habits(sources, args, case)?;
    let start = Start {
        depth: loaded.settings.colors.unwrap_or_else(|| Depth::detect(&Environment::of_process())),
        themes: loaded.themes,
        keymap,
        source: name,
        sources: sources.into(),
        query,
        faults,
        inv: Arc::new(inv),
        case: office.case.as_deref().map(case_name),
        labels,
        live: args.follow.follow && !sources.is_empty(),
        size: (0, 0),
        settings: loaded.settings,
    };
    let options = load::options(&start.settings);
    let (send, alerts) = mpsc::unbounded_channel();
    let following = Following {
        args: args.follow.clone(),
        controls: Arc::default(),
        rules: Arc::default(),
        alerts: send,
    };
    let snapshots = if start.live {
        following.begin(sources, &start.settings, judgment.clone(), alarm, &status)?
    } else {
        let listing = load::listing(sources, &start.settings, &status)?;
        let judgment = judgment.clone();
        begin(!sources.is_empty(), move |update| {
            investigation::load(listing, options, judgment, status, update)
        })?
    };
    let live = Live { pause: following.pauser(), rules: following.ruler(), alerts };
    let loader = loader(start.settings.clone(), options, judgment, following);
    match shell::run(start, snapshots, loader, office, live, habits) {
        Ok(Ended::Quit) => Ok(Exit::Done),
        Ok(Ended::Stopped(Stop::Terminate)) => Ok(Exit::Terminated),
        Ok(Ended::Stopped(Stop::HangUp)) => Ok(Exit::HungUp),
        Ok(Ended::Stopped(Stop::Interrupt)) => Ok(Exit::Interrupted),
        Ok(Ended::Unfit(why)) => Err(Failure::Use(why)),
        Err(e) => Err(Failure::Use(format!("the terminal cannot be used: {e}"))),
    }
}

/// What a case is called: its file without the ending.
fn case_name(path: &Path) -> String {
    path.file_stem().map_or_else(|| path.display().to_string(), |stem| stem.to_string_lossy().into_owned())
}

/// Loads other sources while the console runs.
fn loader(settings: Settings, options: Options, judgment: Judgment, following: Following) -> Loader {
    Box::new(move |sources| {
        again(sources)?;
        let status = Arc::new(Status::default());
        let judgment = Judgment {
            rules: following.wanted().unwrap_or_else(|| judgment.rules.clone()),
            ..judgment.clone()
        };
        if following.args.follow {
            let alarm = Alarm::new(&following.args).map_err(|failure| failure.words())?;
            let snapshots = following.begin(sources, &settings, judgment, alarm, &status);
            return Ok((status, snapshots.map_err(|failure| failure.words())?));
        }
        let listing = load::listing(sources, &settings, &status).map_err(|failure| failure.words())?;
        let shared = status.clone();
        let load = move |update: &(dyn Fn(Investigation) + Sync)| {
            investigation::load(listing, options, judgment, shared, update)
        };
        let snapshots = begin(true, load).map_err(|e| format!("the load cannot begin: {e}"))?;
        Ok((status, snapshots))
    })
}

/// The rules that are wanted by now; `None`: those that the console began with.
type Wanted = Arc<Mutex<Option<Arc<Rules>>>>;

/// How sources are followed while the console runs.
struct Following {
    args: FollowArgs,
    /// What holds those that are under way.
    controls: Arc<Mutex<Controls>>,
    rules: Wanted,
    alerts: mpsc::UnboundedSender<Vec<Alert>>,
}

impl Following {
    /// Loads and follows in a thread of its own, until nobody wants its snapshots; those.
    fn begin(
        &self,
        sources: &[String],
        settings: &Settings,
        judgment: Judgment,
        alarm: Option<Alarm>,
        status: &Arc<Status>,
    ) -> Result<Snapshots, Failure> {
        let run = follow::run(sources, settings, judgment, &self.args, status)?;
        self.controls.lock().unwrap_or_else(PoisonError::into_inner).add(run.control());
        let (send, snapshots) = watch::channel(None);
        let (rules, alerts) = (self.rules.clone(), self.alerts.clone());
        let telling = Telling { send, alarm: Mutex::new(alarm), rules, alerts };
        thread::Builder::new()
            .name("follow".to_owned())
            .spawn(move || run.run(&|news| telling.take(news)))?;
        Ok(snapshots)
    }

    /// Pauses those that are under way.
    fn pauser(&self) -> Box<dyn Fn(bool)> {
        let controls = self.controls.clone();
        Box::new(move |paused| controls.lock().unwrap_or_else(PoisonError::into_inner).pause(paused))
    }

    /// Has all that comes judged by other rules.
    fn ruler(&self) -> Box<dyn Fn(Arc<Rules>)> {
        let wanted = self.rules.clone();
        Box::new(move |rules| *wanted.lock().unwrap_or_else(PoisonError::into_inner) = Some(rules))
    }

    fn wanted(&self) -> Option<Arc<Rules>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Tells the console what has come.
struct Telling {
    send: watch::Sender<Option<Arc<Investigation>>>,
    alarm: Mutex<Option<Alarm>>,
    rules: Wanted,
    alerts: mpsc::UnboundedSender<Vec<Alert>>,
}

impl Telling {
    fn take(&self, news: News) -> bool {
        if self.send.is_closed() {
            // Another run tells by now of what comes.
            return false;
        }
        let mut alarm = self.alarm.lock().unwrap_or_else(PoisonError::into_inner);
        match news {
            News::Loading(inv) => self.show(inv),
            News::Begun(inv) => {
                let inv = self.judged(inv);
                if let Some(alarm) = alarm.as_mut() {
                    alarm.begun(&inv);
                }
                self.show(inv);
            }
            News::Grown(grown) => {
                let grown = Grown { inv: self.judged(grown.inv), ..grown };
                let alerts = alarm.as_mut().map(|alarm| alarm.alerts(&grown)).unwrap_or_default();
                if !alerts.is_empty() {
                    let _ = self.alerts.send(alerts);
                }
                self.show(grown.inv);
            }
            // The console looks at the status of what it has.
            News::Trouble(_) => self.send.send_modify(|_| {}),
            News::Beat => {}
        }
        !self.send.is_closed()
    }

    /// What a load judged by the rules that it began with, judged by those that are wanted by now.
    fn judged(&self, inv: Investigation) -> Investigation {
        let wanted = self.rules.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let others = wanted.filter(|rules| !Arc::ptr_eq(rules, &inv.judgment.rules));
        others.and_then(|rules| inv.judged_by(rules, &Reading::default())).unwrap_or(inv)
    }

    fn show(&self, inv: Investigation) {
        self.send.send_replace(Some(Arc::new(inv)));
    }
}

/// All sources are read from the beginning, which is not possible where one is a pipe. The last one is new.
fn again(sources: &[String]) -> Result<(), String> {
    for (n, source) in sources.iter().enumerate() {
        if source == load::DEMO || is_cloud(source) {
            continue;
        }
        let meta = std::fs::metadata(source);
        let is_pipe = source == "-" || meta.as_ref().is_ok_and(|meta| !meta.is_file() && !meta.is_dir());
        if is_pipe {
            return Err(format!(
                "{source} can be read only once, and adding a source reads all of them; save it to a file first"
            ));
        }
        let is_new = n + 1 == sources.len();
        if let Err(e) = meta
            && is_new
            && !source.contains(['*', '?', '['])
        {
            return Err(format!("{source}: {e}; check the spelling, and where you are"));
        }
    }
    Ok(())
}

/// What is known of the events beforehand.
fn labels(path: &Path) -> Result<Labeled, Failure> {
    Ok(Labeled(Arc::new(eval::labels(path)?)))
}

/// What the console works on a case with, and lets things out.
fn office(
    sources: &[String],
    args: &ConsoleArgs,
    settings: &Settings,
    judgment: &Judgment,
) -> Result<Office, Failure> {
    let dirs = Dirs::of(&Environment::of_process(), System::HERE);
    let usual = || if sources.iter().any(|one| one == load::DEMO) { None } else { dirs.case() };
    let case = if args.no_case { None } else { args.case.clone().or_else(usual) };
    let targets = Targets::of(&settings.notify).map_err(|faults| {
        let faults: Vec<String> =
            faults.iter().map(|fault| visible(&fault.to_string()).into_owned()).collect();
        format!("messages cannot be sent: {}", faults.join("; "))
    });
    let push = Alarm::new(&args.follow)?.map(|alarm| alarm.least());
    let nobody = targets.as_ref().is_ok_and(|targets| targets.0.is_empty());
    if push.is_some() && nobody {
        return Err(Failure::Use(
            "--notify-level: no target of messages is set up; see docs/notify.md".to_owned(),
        ));
    }
    let settings = settings.clone();
    let (environment, attack, read_by) =
        (judgment.environment.clone(), judgment.attack.clone(), settings.clone());
    Ok(Office {
        case,
        by: Box::new(author::at_console),
        targets,
        queue: dirs.state.as_ref().map(|state| state.join("notify")),
        library: Arc::new(move || {
            rule_files::read_quietly(&read_by, &environment, &attack).map_err(|failure| failure.words())
        }),
        push,
        returns: !args.fresh && args.query.is_none() && args.replay.is_none(),
        print: Box::new(move |inv, sources| report::pdf(inv, sources, &settings).map_err(|e| e.words())),
    })
}

/// What outlives the session. A case that is there keeps where one stood itself; whoever names a query begins with
/// that, and a replay with nothing. Beginning anew is for this time only: where it ends is kept.
fn habits(sources: &[String], args: &ConsoleArgs, case: bool) -> Result<Habits, Failure> {
    let state = Dirs::of(&Environment::of_process(), System::HERE).state;
    let keeps = !case && args.query.is_none() && args.replay.is_none();
    let can = keeps && !sources.is_empty() && !sources.iter().any(|source| source == "-");
    let welcomed = state.as_ref().filter(|_| args.replay.is_none() && !sources.is_empty());
    let welcomed = welcomed.map(|state| state.join("welcomed"));
    let folder = state.filter(|_| can).map(|state| state.join("stands"));
    let record = |path: &std::path::PathBuf| {
        Recorder::create(path).map_err(|e| Failure::Use(format!("--record {}: {e}", path.display())))
    };
    let replay = args.replay.as_deref().map(Replay::open).transpose().map_err(Failure::Use)?;
    let tape = Tape { recorder: args.record.as_ref().map(record).transpose()?, replay };
    // Where one stood without a case, or in another one, is no place in a case that is named.
    let named =
        args.case.as_deref().map(|case| std::path::absolute(case).unwrap_or_else(|_| case.to_owned()));
    let named = named.map(|case| format!("case {}", case.display()));
    let known: Vec<String> = sources.iter().cloned().chain(named).collect();
    let notebook = folder.map(|folder| Notebook::of(&folder, &known));
    Ok(Habits { tape, notebook, fresh: args.fresh, welcomed })
}

/// Loads in a thread of its own; the snapshots it makes.
fn begin(
    anything: bool,
    load: impl FnOnce(&(dyn Fn(Investigation) + Sync)) -> Investigation + Send + 'static,
) -> io::Result<Snapshots> {
    let (send, snapshots) = watch::channel(None);
    if anything {
        thread::Builder::new().name("load".to_owned()).spawn(move || {
            let complete = load(&|inv| {
                send.send_replace(Some(Arc::new(inv)));
            });
            send.send_replace(Some(Arc::new(complete)));
        })?;
    }
    Ok(snapshots)
}

#[cfg(test)]
mod tests;
