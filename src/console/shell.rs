//! The shell: the only place where the console touches the terminal, files and clipboard.
//!
//! It holds no state of its own. Input, signals, snapshots of the load and answers of
//! the workers become messages; [`update()`] turns each into effects, which
//! are carried out here. The screen is drawn when something changed, at most once in
//! 16 milliseconds, inside of a synchronized update, so that nothing flickers.
//!
//! Whatever happens, the terminal is left as it was found: see [`terminal`].

mod busy;
mod desk;
mod feeds;
mod habits;
mod input;
mod notebook;
mod paths;
mod rules;
mod signals;
mod tape;
pub mod terminal;
mod work;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream};
use futures::StreamExt as _;
use tokio::sync::{mpsc, watch};

use crate::config::settings::TimeZone;
use crate::config::{Depth, Theme};
use crate::console::app::casework::Work;
use crate::console::app::msg::Adding;
use crate::console::app::rules::work::RuleWork;
use crate::console::app::{Effect, Model, Msg, Now, Start, update};
use crate::console::ui::{Clock, view};
use crate::detect::rules::Rules;
use crate::ingest::status::Status;
use crate::investigation::Investigation;
use crate::notify::Alert;
use busy::Busy;
use desk::Desk;
pub use desk::{Office, Printer};
use feeds::Feeds;
pub use habits::Habits;
pub use notebook::Notebook;
pub use signals::Stop;
use signals::{Signal, Signals};
pub use tape::{Recorder, Replay, Tape};
use terminal::Screen;
pub use work::Library;
use work::Workers;

/// The least time between two drawings.
const FRAME: Duration = Duration::from_millis(16);

/// How often progress is looked at while something is under way.
const PROGRESS: Duration = Duration::from_millis(100);

/// How many answers may wait.
const WAITING: usize = 64;

/// The variable with which tests ask for a fault, in builds for development alone: `error` or `panic`.
const FAULT: &str = "FAULT_IN_TRAILHOUND";

/// Fails as it was asked to, so that tests can see what is left of the terminal.
#[expect(clippy::panic, reason = "this is what is tested; builds for users do not have it")]
fn fault_for_tests() -> io::Result<()> {
    if !cfg!(debug_assertions) {
        return Ok(());
    }
    match std::env::var(FAULT).as_deref() {
        Ok("error") => Err(io::Error::other("asked for by a test")),
        Ok("panic") => panic!("asked for by a test"),
        _ => Ok(()),
    }
}

/// How the console ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The user left.
    Quit,
    /// A signal asked it to.
    Stopped(Stop),
    /// What was replayed did not fit: where, and why.
    Unfit(String),
}

/// Snapshots of a load, the newest at any time.
pub type Snapshots = watch::Receiver<Option<Arc<Investigation>>>;

/// Begins to load sources: how that is getting on, and its snapshots; or why it cannot be.
pub type Loader = Box<dyn FnMut(&[String]) -> Result<(Arc<Status>, Snapshots), String>>;

/// Sources that are followed.
pub struct Live {
    /// Pauses it, or lets it go on.
    pub pause: Box<dyn Fn(bool)>,
    /// Has what comes judged by these rules, and what is loaded later.
    pub rules: Box<dyn Fn(Arc<Rules>)>,
    /// What people are to be told of by itself.
    pub alerts: mpsc::UnboundedReceiver<Vec<Alert>>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Live")
    }
}

/// Runs the console until the user leaves.
///
/// # Errors
/// The terminal cannot be used, or is gone.
pub fn run(
    start: Start,
    snapshots: Snapshots,
    loader: Loader,
    office: Office,
    feed: Live,
    habits: Habits,
) -> io::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mouse = start.settings.mouse;
    runtime.block_on(async {
        let signals = Signals::listen()?;
        let screen = Screen::enter(mouse)?;
        Shell::new(start, screen, signals, (snapshots, loader), office, feed, habits)?.run().await
    })
}

struct Shell {
    model: Model,
    screen: Screen,
    signals: Signals,
    feeds: Feeds,
    loader: Loader,
    input: EventStream,
    answers: mpsc::Receiver<Msg>,
    workers: Workers,
    desk: Desk,
    busy: Busy,
    habits: Habits,
    feed: Live,
    opened: Instant,
    look: Look,
    changed: bool,
    drawn: Option<Instant>,
    ended: Option<Ended>,
    /// Whether the terminal was somebody else's meanwhile.
    lent: bool,
}

/// What the looks of the screen are made of, kept as long as they fit.
struct Look {
    name: String,
    depth: Depth,
    theme: Theme,
    zone: TimeZone,
    clock: Clock,
}

impl Look {
    fn of(model: &Model) -> Self {
        let clock = match model.time_zone {
            TimeZone::Utc => Clock::UTC,
            TimeZone::Local => Clock::in_zone(jiff::tz::TimeZone::system()),
        };
        let (depth, zone) = (model.depth, model.time_zone);
        Self { name: model.theme.name.clone(), depth, theme: model.theme.at(depth), zone, clock }
    }

    fn fits(&self, model: &Model) -> bool {
        self.name == model.theme.name && self.depth == model.depth && self.zone == model.time_zone
    }
}

impl Shell {
    fn new(
        start: Start,
        screen: Screen,
        signals: Signals,
        (snapshots, loader): (Snapshots, Loader),
        office: Office,
        feed: Live,
        habits: Habits,
    ) -> io::Result<Self> {
        let (send, answers) = mpsc::channel(WAITING);
        let mut model = Model::new(Start { size: screen.size()?, ..start });
        habits.begin(&mut model);
        let busy = Busy::default();
        Ok(Self {
            look: Look::of(&model),
            model,
            screen,
            signals,
            feeds: Feeds::new(snapshots),
            loader,
            input: EventStream::new(),
            answers,
            workers: Workers::start(&send, &busy, office.library.clone())?,
            desk: Desk::start(office, &send, &busy)?,
            busy,
            habits,
            feed,
            opened: Instant::now(),
            changed: true,
            drawn: None,
            ended: None,
            lent: false,
        })
    }

    async fn run(mut self) -> io::Result<Ended> {
        self.take(Msg::Tick)?;
        loop {
            self.draw_if_due()?;
            fault_for_tests()?;
            self.wait().await?;
            self.drain().await?;
            self.forget_signals().await;
            if let Some(ended) = self.ended.take() {
                if let Some(position) = self.model.position() {
                    self.desk.work(Work::Stand(position));
                }
                self.leave();
                return Ok(ended);
            }
        }
    }

    /// What was pressed to break off the user's own editor came to us as well, and was not meant for us.
    async fn forget_signals(&mut self) {
        if std::mem::take(&mut self.lent) {
            // Signals are taken in while the loop waits.
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.signals.forget_keys();
        }
    }

    /// Waits for whatever happens first.
    async fn wait(&mut self) -> io::Result<()> {
        let frame =
            self.changed.then(|| self.drawn.map_or(FRAME, |drawn| FRAME.saturating_sub(drawn.elapsed())));
        let busy = self.model.is_loading()
            || self.model.adding.is_some()
            || self.model.is_asking()
            || self.model.owes_board();
        let toast = self
            .model
            .toast
            .as_ref()
            .map(|toast| Duration::from_millis(toast.until.0.saturating_sub(self.now().0) + 1));
        let replaying = self.habits.tape.replay.is_some();
        let settled = replaying && self.is_settled();
        tokio::select! {
            biased;
            signal = self.signals.next() => self.signal(signal),
            event = self.input.next() => self.event(event),
            answer = self.answers.recv() => answer.map_or(Ok(()), |msg| self.take(msg)),
            Some(alerts) = self.feed.alerts.recv() => {
                self.desk.push(alerts);
                Ok(())
            }
            newest = self.feeds.changed() => newest.map_or(Ok(()), |inv| self.take(Msg::Loaded(inv))),
            () = tokio::time::sleep(frame.unwrap_or_default()), if frame.is_some() => Ok(()),
            () = std::future::ready(()), if settled => self.replay(),
            () = self.busy.changed(), if replaying => Ok(()),
            () = tokio::time::sleep(PROGRESS), if busy => self.take(Msg::Tick),
            () = tokio::time::sleep(toast.unwrap_or_default()), if toast.is_some() => self.take(Msg::Tick),
        }
    }

    /// Takes everything that waits, so that it is drawn at once.
    async fn drain(&mut self) -> io::Result<()> {
        while self.ended.is_none() {
            tokio::select! {
                biased;
                event = self.input.next() => self.event(event)?,
                Some(msg) = self.answers.recv() => self.take(msg)?,
                () = std::future::ready(()) => break,
            }
        }
        Ok(())
    }

    fn event(&mut self, event: Option<io::Result<Event>>) -> io::Result<()> {
        match event {
            Some(Ok(event)) => input::message(&event).map_or(Ok(()), |msg| self.input(msg)),
            Some(Err(e)) => Err(e),
            None => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the terminal is gone")),
        }
    }

    fn signal(&mut self, signal: Signal) -> io::Result<()> {
        match signal {
            Signal::Stop(stop) => self.ended = Some(Ended::Stopped(stop)),
            Signal::Suspend => self.suspend()?,
            Signal::Continue => self.reenter()?,
        }
        Ok(())
    }

    fn now(&self) -> Now {
        Now(u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Hands a message to the model and carries out what follows.
    fn take(&mut self, msg: Msg) -> io::Result<()> {
        self.changed = true;
        let now = self.now();
        for effect in update(&mut self.model, msg, now) {
            self.carry_out(effect)?;
        }
        self.feeds.settle(self.model.adding.is_some(), &self.model.inv.status);
        Ok(())
    }

    fn carry_out(&mut self, effect: Effect) -> io::Result<()> {
        match effect {
            Effect::Copy(text) => self.screen.copy(&text)?,
            Effect::Mouse(on) => self.screen.mouse(on)?,
            Effect::Redraw => self.screen.clear()?,
            Effect::Suspend => self.suspend()?,
            Effect::Load(sources) => self.load(sources)?,
            Effect::Quit => self.ended = Some(Ended::Quit),
            Effect::Rule(RuleWork::External(text)) => self.external(&text)?,
            Effect::Case(work) => self.desk.work(work),
            Effect::Deliver(delivery) => self.desk.deliver(*delivery),
            Effect::Pause(paused) => (self.feed.pause)(paused),
            Effect::Rules(rules) => (self.feed.rules)(rules),
            work => self.workers.give(work),
        }
        Ok(())
    }

    /// Loads other sources; what is seen stays until they are there.
    fn load(&mut self, sources: Arc<[String]>) -> io::Result<()> {
        let begun = (self.loader)(&sources).map(|(status, snapshots)| {
            self.feeds.add(status.clone(), snapshots);
            Adding { sources, status }
        });
        self.take(Msg::Adding(begun))
    }

    /// Goes into the background; comes back with `fg`.
    fn suspend(&mut self) -> io::Result<()> {
        self.screen.leave();
        signals::stop_self();
        self.reenter()
    }

    /// Hands the terminal to the user's own editor and takes it back.
    fn external(&mut self, text: &str) -> io::Result<()> {
        // What reads keys lets go of them: they are the editor's now.
        self.input = EventStream::new();
        self.screen.leave();
        self.lent = true;
        let news = rules::external(text);
        self.reenter()?;
        self.take(Msg::Rule(news))
    }

    fn reenter(&mut self) -> io::Result<()> {
        self.screen.reenter(self.model.mouse)?;
        let (width, height) = self.screen.size()?;
        self.take(Msg::Resize(width, height))
    }

    fn draw_if_due(&mut self) -> io::Result<()> {
        let due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= FRAME);
        if !self.changed || !due {
            return Ok(());
        }
        if !self.look.fits(&self.model) {
            self.look = Look::of(&self.model);
        }
        let (model, look) = (&self.model, &self.look);
        self.screen.draw(|area, buffer| view(model, &look.theme, &look.clock, area, buffer))?;
        self.changed = false;
        self.drawn = Some(Instant::now());
        Ok(())
    }
}
