//! The desk: the threads that work on the case and let things out of the console.
//!
//! One thread has the case and nobody else: changes are made in the order in which they were asked for, and about once
//! a second it looks whether another console has written. What was asked for is done before the console ends. Another
//! thread writes files and sends, which may take its time, and tells the first what went out.
//!
//! A case is made with its first change: who only looks leaves no file behind.

mod deliver;
pub(super) mod file;
mod open;
mod push;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use self::file::Pen;
use super::busy::Busy;
use super::work::{Library, tell};
use crate::case::exchange::{self, Imported};
use crate::case::model::Position;
use crate::case::{By, Case, CaseError, Subject, gather};
use crate::console::app::Msg;
use crate::console::app::casework::{Delivery, Known, Removed, Ruled, Told, Work};
use crate::investigation::Investigation;
use crate::notify::{Alert, Targets};
use crate::score::Level;
use crate::text::{plural, visible};

/// How often the case is looked at for what others wrote.
const LOOK: Duration = Duration::from_secs(1);
/// How much of the history is told.
const HISTORY: usize = 500;

/// Makes the report of an investigation of these sources as PDF.
pub type Printer = Box<dyn Fn(&Investigation, &[String]) -> Result<Vec<u8>, String> + Send>;

/// What the desk works with.
pub struct Office {
    /// The file of the case; `None`: there is none.
    pub case: Option<PathBuf>,
    /// Who works, and what time it is.
    pub by: Box<dyn Fn() -> By + Send>,
    /// Whom messages go to, or why they cannot.
    pub targets: Result<Targets, String>,
    /// The folder of the queue of messages.
    pub queue: Option<PathBuf>,
    /// The level at or above which people are told by itself; `None`: they are not.
    pub push: Option<Level>,
    /// Makes the report.
    pub print: Printer,
    /// Reads the rules.
    pub library: Library,
    /// Whether who opens the case is taken to where they stood.
    pub returns: bool,
}

impl std::fmt::Debug for Office {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Office").field("case", &self.case).finish_non_exhaustive()
    }
}

/// Something that left the console.
#[derive(Debug)]
struct Sent {
    what: String,
    target: String,
    subject: Subject,
    sha256: String,
}

enum Job {
    Work(Work),
    Sent(Sent),
    /// The console ends; what was asked for before is done.
    End,
}

/// Where work on the case is handed in.
#[derive(Clone)]
struct Jobs {
    send: mpsc::Sender<Job>,
    busy: Busy,
}

impl Jobs {
    fn send(&self, job: Job) {
        self.busy.begin();
        let _ = self.send.send(job);
    }
}

/// Both threads.
pub(super) struct Desk {
    jobs: Jobs,
    deliveries: mpsc::Sender<Delivery>,
    busy: Busy,
    pushed: mpsc::Sender<Vec<Alert>>,
    pen: Pen,
    keeper: Option<JoinHandle<()>>,
}

impl Desk {
    /// Starts the threads; what comes of their work goes to `out`.
    pub(super) fn start(office: Office, out: &Sender<Msg>, busy: &Busy) -> io::Result<Self> {
        let (send, taken) = mpsc::channel();
        let jobs = Jobs { send, busy: busy.clone() };
        let (deliveries, due) = mpsc::channel::<Delivery>();
        let Office { case, by, targets, queue, push, print, library: _, returns } = office;
        let (told, counted) = (out.clone(), busy.clone());
        // The first look at the case.
        busy.begin();
        let keeper = thread::Builder::new().name("case".to_owned()).spawn(move || {
            let (case, file, stood) = (None, case, !returns);
            Keeper { file, case, by, out: told, version: 0, stood, busy: counted }.run(&taken);
        })?;
        let (pushed, alerts) = mpsc::channel();
        let pusher = push::Pusher::new(&targets, push, queue.clone(), jobs.clone(), out.clone());
        thread::Builder::new().name("push".to_owned()).spawn(move || pusher.run(&alerts))?;
        let pen = Pen::default();
        let messenger =
            deliver::Messenger::new(targets, queue, print, jobs.clone(), out.clone(), pen.clone());
        let counted = busy.clone();
        thread::Builder::new().name("deliver".to_owned()).spawn(move || {
            while let Ok(delivery) = due.recv() {
                messenger.take(&delivery);
                counted.end(1);
            }
        })?;
        Ok(Self { jobs, deliveries, busy: busy.clone(), pushed, pen, keeper: Some(keeper) })
    }

    pub(super) fn work(&self, work: Work) {
        self.jobs.send(Job::Work(work));
    }

    /// Sends alerts that nobody asked for one by one.
    pub(super) fn push(&self, alerts: Vec<Alert>) {
        let _ = self.pushed.send(alerts);
    }

    pub(super) fn deliver(&self, delivery: Delivery) {
        self.busy.begin();
        let _ = self.deliveries.send(delivery);
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.pen.put_down();
        self.jobs.send(Job::End);
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

/// Who has the case.
struct Keeper {
    file: Option<PathBuf>,
    case: Option<Case>,
    by: Box<dyn Fn() -> By + Send>,
    out: Sender<Msg>,
    version: u64,
    /// Whether it was told where one stood.
    stood: bool,
    busy: Busy,
}

impl Keeper {
    fn run(mut self, jobs: &mpsc::Receiver<Job>) {
        self.look();
        self.busy.end(1);
        loop {
            let job = match &self.file {
                // Without a case there is nothing to look at.
                None => jobs.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected),
                Some(_) => jobs.recv_timeout(LOOK),
            };
            match job {
                Ok(Job::Work(work)) => {
                    self.work(work);
                    self.busy.end(1);
                }
                Ok(Job::Sent(sent)) => {
                    self.record(&sent);
                    self.busy.end(1);
                }
                Ok(Job::End) | Err(mpsc::RecvTimeoutError::Disconnected) => return,
                Err(mpsc::RecvTimeoutError::Timeout) => self.look(),
            }
        }
    }

    fn tell(&self, told: Told) {
        tell(&self.out, Msg::Told(told));
    }

    fn fail(&self, e: &CaseError) {
        self.tell(Told::Failed(visible(&e.to_string()).into_owned()));
    }

    /// Opens the case where there is one by now, and tells what others wrote.
    fn look(&mut self) {
        let Some(file) = &self.file else { return };
        let changed = match &mut self.case {
            Some(case) => case.has_changed(),
            None if !file.exists() => return,
            None => Case::open(file, false).map(|case| {
                self.case = Some(case);
                true
            }),
        };
        match changed {
            Ok(false) => {}
            Ok(true) => {
                self.show();
                self.show_position();
            }
            Err(e) => {
                self.fail(&e);
                // It would be said again each second. A case that cannot be opened is not tried again.
                self.file = self.case.take().and_then(|_| self.file.take());
            }
        }
    }

    /// Tells where one stood, once.
    fn show_position(&mut self) {
        let Some(case) = self.case.as_ref().filter(|_| !std::mem::replace(&mut self.stood, true)) else {
            return;
        };
        match case.position(&(self.by)().who) {
            Ok(Some(position)) => self.tell(Told::Stood(position)),
            Ok(None) => {}
            Err(e) => self.fail(&e),
        }
    }

    /// Keeps where one stands, where there is a case by now.
    fn stand(&mut self, position: &Position) {
        let by = (self.by)();
        if let Some(Err(e)) = self.case.as_mut().map(|case| case.stand(&by, position)) {
            self.fail(&e);
        }
    }

    /// Tells what is in the case.
    fn show(&mut self) {
        let Some(case) = &self.case else { return };
        let read = || -> crate::case::Result<_> { Ok((case.contents()?, case.history(None, HISTORY)?)) };
        match read() {
            Ok((contents, mut history)) => {
                history.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
                self.version += 1;
                let known = Known::new(self.version, contents, history);
                tell(&self.out, Msg::Told(Told::Case(Arc::new(known))));
            }
            Err(e) => self.fail(&e),
        }
    }

    /// The case, made where it is not there yet.
    fn open(&mut self) -> Result<Option<&mut Case>, CaseError> {
        let Some(file) = &self.file else { return Ok(None) };
        if self.case.is_none() {
            self.case = Some(Case::open(file, true)?);
        }
        Ok(self.case.as_mut())
    }

    fn work(&mut self, work: Work) {
        let by = (self.by)();
        let work = match work {
            Work::Stand(position) => return self.stand(&position),
            Work::Import(path) => return self.import(&by, &path),
            work => work,
        };
        let done = match self.open() {
            Ok(Some(case)) => change(case, &by, work),
            Ok(None) => return self.tell(Told::Failed("the case cannot be opened".to_owned())),
            Err(e) => Err(e),
        };
        match done {
            Ok(said) => self.tell(Told::Done(visible(&said).into_owned())),
            Err(e) => self.fail(&e),
        }
        self.show();
    }

    /// Brings in the indicators of a file; what could not be taken is told.
    fn import(&mut self, by: &By, path: &str) {
        let full = file::full(path);
        let name =
            full.file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned());
        let bytes = match file::read(&full) {
            Ok(bytes) => bytes,
            Err(e) => return self.tell(Told::Failed(visible(&format!("{path}: {e}")).into_owned())),
        };
        let Imported { indicators, faults, counted } = exchange::import(&bytes, &name);
        let done = match self.open() {
            _ if indicators.is_empty() => Ok(0),
            Ok(Some(case)) => case.add_indicators(by, &name, &indicators),
            Ok(None) => return self.tell(Told::Failed("the case cannot be opened".to_owned())),
            Err(e) => Err(e),
        };
        match done {
            Ok(new) => {
                let read = plural(indicators.len() as u64, "indicator");
                self.tell(Told::Done(format!("{read} read, {new} of them new to the case")));
            }
            Err(e) => self.fail(&e),
        }
        if !faults.is_empty() {
            let said = faults.iter().map(|fault| format!("{counted} {fault}")).collect();
            self.tell(Told::Faults(name, said));
        }
        self.show();
    }

    fn record(&mut self, sent: &Sent) {
        let by = (self.by)();
        let done = match self.open() {
            Ok(Some(case)) => {
                case.record_sent(&by, &sent.what, &sent.target, &sent.subject, &sent.sha256).map(|_| ())
            }
            Ok(None) => return,
            Err(e) => Err(e),
        };
        match done {
            Ok(()) => self.show(),
            Err(e) => self.fail(&e),
        }
    }
}

/// Makes a change; what was done, in words.
fn change(case: &mut Case, by: &By, work: Work) -> Result<String, CaseError> {
    match work {
        Work::Mark(event, on) => {
            case.mark(by, &[event], on)?;
            Ok(if on { "marked" } else { "the mark is taken away" }.to_owned())
        }
        Work::Add(inv, row, selection) => {
            let mut rows = vec![row];
            let burst = |row| inv.table.row(row).and_then(|row| row.burst());
            if let (Some(selection), Some(of)) = (selection, burst(row)) {
                rows = selection.rows(&inv.table).filter(|&row| burst(row) == Some(of)).collect();
            }
            let Some(found) = gather::finding(&inv, &rows) else {
                return Ok("there is no event to add".to_owned());
            };
            let (events, title) = (found.finding.events.len() as u64, found.finding.title.clone());
            let id = case.add_finding(by, &found)?;
            Ok(format!("finding {id}: {title}, {}", plural(events, "event")))
        }
        Work::Indicator(new) => {
            let value = new.value.clone();
            case.add_indicators(by, "console", &[*new])?;
            Ok(format!("{value} is an indicator"))
        }
        Work::Incident(finding) => {
            let id = case.open_incident(by, finding)?;
            Ok(format!("incident {id} is opened"))
        }
        Work::Group(incident, finding, inside) => {
            case.group(by, incident, finding, inside)?;
            let verb = if inside { "is in" } else { "is not in" };
            Ok(format!("finding {finding} {verb} incident {incident}"))
        }
        Work::Gather(inv, ruled) => {
            let of_rules = match &ruled {
                Ruled::Least(least) => gather::by_rules(&inv, *least),
                Ruled::One(id) => gather::by_rules_that(&inv, &|rule| rule.id == *id),
            };
            if of_rules.is_empty() {
                return Ok("no such rule hits anything here".to_owned());
            }
            let incidents = case.open_by_rules(by, &of_rules)?.len() as u64;
            let findings: usize = of_rules.iter().map(|of_rule| of_rule.findings.len()).sum();
            let left: usize = of_rules.iter().map(|of_rule| of_rule.left_out).sum();
            let left = if left > 0 { format!("; {left} more were left out") } else { String::new() };
            let findings = plural(findings as u64, "finding");
            Ok(format!("{} with {findings}{left}", plural(incidents, "incident")))
        }
        Work::State(subject, state, resolution, seen) => {
            case.set_state(by, &subject, state, &resolution, seen)?;
            Ok(format!("{subject} is {}", state.name()))
        }
        Work::Note(subject, text) => {
            case.add_note(by, &subject, &text)?;
            Ok(format!("a note on {subject} is written"))
        }
        Work::Tag(subject, name, on) => {
            case.tag(by, &subject, &name, on)?;
            let verb = if on { "is tagged" } else { "is not tagged any more:" };
            Ok(format!("{subject} {verb} {name}"))
        }
        Work::Hunt { name, query, view, seen } => {
            case.save_hunt(by, &name, Some((&query, &view)), seen.as_ref())?;
            Ok(format!("the hunt {name} is kept; the palette and view 6 run it"))
        }
        Work::Remove(removed) => remove(case, by, removed),
        // These tell what they did themselves.
        Work::Import(_) | Work::Stand(_) => Ok(String::new()),
        Work::Undo => Ok(case.undo(by)?.text),
    }
}

/// Takes something out; what was done, in words.
fn remove(case: &mut Case, by: &By, removed: Removed) -> Result<String, CaseError> {
    match removed {
        Removed::Indicator(id) => {
            case.remove_indicator(by, id)?;
            Ok(format!("indicator {id} is taken out; U brings it back"))
        }
        Removed::Hunt(hunt) => {
            case.save_hunt(by, &hunt.name, None, Some(&hunt))?;
            Ok(format!("the hunt {} is taken out; U brings it back", hunt.name))
        }
        Removed::Mark(event) => {
            case.mark(by, &[event], false)?;
            Ok("the mark is taken away; U brings it back".to_owned())
        }
        Removed::Note(id, seen) => {
            case.edit_note(by, id, "", Some(seen))?;
            Ok(format!("note {id} is taken out; U brings it back"))
        }
    }
}

#[cfg(test)]
mod tests;
