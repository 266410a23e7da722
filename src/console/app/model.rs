//! The state of the console: everything that is on the screen follows from it.
//!
//! Only [`super::update::update`] changes it. Nothing in it is a handle to the outside, but for the
//! snapshot of the events, which is read.

mod read;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::action::{Action, View};
use super::answer::Answer;
use super::board::request::Knowledge;
use super::board::shown::Shown;
use super::casework::{Known, Sights};
use super::detail::{Detail, Search};
use super::key::Key;
use super::keymap::{Context, Keymap};
use super::layout::USUAL_SHARE;
use super::lens::Lens;
use super::msg::Adding;
use super::overlay::Overlay;
use super::overlay::frequency::Values;
use super::page::{History, Page};
use super::rules::{Labeled, faulty};
use super::update::{Asked, Boarding, Ruling};
use crate::config::settings::TimeZone;
use crate::config::{Depth, Settings, Theme, Themes};
use crate::detect::rules::Rules;
use crate::event::field::Field;
use crate::ingest::status::Status;
use crate::investigation::Investigation;
use crate::query::Query;
use crate::text::plural;

/// A moment on the clock of the console: milliseconds since it was opened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct Now(pub u64);

/// The pane that takes the keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Focus {
    /// The list, or whatever else the view shows.
    List,
    /// The detail of the row.
    Detail,
}

/// A short message at the bottom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Toast {
    /// What it says. Hostile.
    pub text: String,
    /// How it is meant.
    pub tone: ToastTone,
    /// When it goes away.
    pub until: Now,
}

/// How a message is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ToastTone {
    /// Something was done.
    Done,
    /// Something cannot be done now, and why.
    Note,
    /// Something failed.
    Failed,
}

/// What the console starts with.
#[derive(Clone, Debug)]
pub struct Start {
    /// The settings in force.
    pub settings: Settings,
    /// All themes.
    pub themes: Themes,
    /// The keys.
    pub keymap: Keymap,
    /// What the terminal can show.
    pub depth: Depth,
    /// What is opened, in words; `None`: nothing, and a page says how.
    pub source: Option<String>,
    /// What is opened: the sources as they were given. Hostile.
    pub sources: Arc<[String]>,
    /// The query to begin with.
    pub query: Query,
    /// What was wrong with settings, keys and themes.
    pub faults: Vec<String>,
    /// Nothing yet.
    pub inv: Arc<Investigation>,
    /// What is known of the events beforehand, to hold rules against.
    pub labels: Option<Labeled>,
    /// What the case is called that can be worked on; `None`: there is none. Hostile.
    pub case: Option<String>,
    /// Whether the sources are followed.
    pub live: bool,
    /// The size of the screen in columns and rows.
    pub size: (u16, u16),
}

/// Sources that are followed.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Live {
    /// How many events there were at first; `None` while these are loaded.
    pub(super) first: Option<u64>,
    /// How many have come since.
    pub new: u64,
    /// Whether nothing is taken for now.
    pub paused: bool,
    /// What keeps a source from being followed. Hostile.
    pub trouble: Option<String>,
}

/// The state.
#[derive(Debug)]
pub struct Model {
    /// The newest snapshot of the events.
    pub inv: Arc<Investigation>,
    /// What is opened, in words. Hostile.
    pub source: Option<String>,
    /// The sources as they were given. Hostile.
    pub sources: Arc<[String]>,
    /// How following the sources is getting on; `None`: they are not followed.
    pub live: Option<Live>,
    /// The load that will take the place of what is seen.
    pub adding: Option<Adding>,
    /// The load of that kind that was stopped last.
    pub(super) stopped: Option<Arc<Status>>,
    /// Sources that were typed, the latest last.
    pub typed_sources: Vec<String>,
    /// The columns of the settings, which give way to those that are chosen.
    pub(super) usual_columns: Vec<Field>,
    /// The pages.
    pub history: History,
    /// What the page shows: it may be older than the page, until a new answer comes.
    pub answer: Answer,
    /// The board of the view, where it has one: it may be older than the page, until a new one comes.
    pub shown: Option<Shown>,
    /// What was chosen for the boards.
    pub lens: Lens,
    /// What is known of the events beforehand.
    pub labels: Option<Labeled>,
    /// What is in the case; `None`: there is none.
    pub case: Option<Arc<Known>>,
    /// What the case is called. Hostile.
    pub case_name: String,
    /// Which indicators of the case are seen in what is loaded.
    pub sights: Option<Arc<Sights>>,
    /// What is leaving the console and would be lost, in words, in its order.
    pub(super) outgoing: VecDeque<String>,
    /// How many overlays there were when something was asked that opens another one; `None`: a key was pressed since.
    pub(super) awaiting: Option<usize>,
    /// Whether the console ends as soon as nothing is leaving it any more.
    pub(super) leaving: bool,
    /// The event that the cursor stood on when one left, until all is loaded or a key is pressed.
    pub(super) standing: Option<String>,
    /// The pane that takes the keys.
    pub focus: Focus,
    /// The detail of the row under the cursor.
    pub detail: Option<Detail>,
    /// What is looked for in records.
    pub search: Search,
    /// What lies over the page, the topmost last.
    pub overlays: Vec<Overlay>,
    /// The keys.
    pub keymap: Keymap,
    /// Keys that may begin a sequence.
    pub pending: Vec<Key>,
    /// All themes.
    pub themes: Themes,
    /// The theme in use, in its own colors.
    pub theme: Theme,
    /// What the terminal can show.
    pub depth: Depth,
    /// In which zone times are shown.
    pub time_zone: TimeZone,
    /// Whether the mouse is the console's.
    pub mouse: bool,
    /// The size of the screen in columns and rows.
    pub size: (u16, u16),
    /// How much of the width the detail gets, in percent.
    pub share: u16,
    /// Whether somebody is here for the first time, and told what to press.
    pub welcome: bool,
    /// A message.
    pub toast: Option<Toast>,
    /// What was wrong with settings, keys and themes.
    pub faults: Vec<String>,
    /// The last messages, the latest first. Hostile.
    pub messages: VecDeque<(ToastTone, String)>,
    /// The values of fields, as far as they were asked for.
    pub values: Values,
    /// Filters that were typed, the latest last.
    pub filters: Vec<String>,
    /// Searches that were typed, the latest last.
    pub searches: Vec<String>,
    /// What was folded and unfolded by hand, by path.
    pub folds: HashMap<String, bool>,
    /// The clock at the last message.
    pub now: Now,
    /// What was asked for and not yet answered.
    pub(super) asked: Asked,
    /// The same of boards, and those that were made.
    pub(super) boarding: Boarding,
    /// Which rules are in force.
    pub(super) ruling: Ruling,
    /// The event to which the cursor goes as soon as it is listed, unless it is moved before.
    pub(super) returning: Option<String>,
    /// The text of which it is being looked up what it names.
    pub(super) naming: Option<String>,
    /// The panel of a board that gets the keys, and the row that gets its cursor, as soon as they are there, unless a key
    /// is pressed before.
    pub(super) resuming: Option<(String, Option<String>)>,
    /// What workers have found out about the snapshot.
    pub(super) knowledge: Option<Arc<Knowledge>>,
}

impl Model {
    /// The state at the beginning.
    pub fn new(start: Start) -> Self {
        let settings = start.settings;
        let start_rules = start.inv.judgment.rules.clone();
        let usual_columns = settings.columns.clone();
        let mut page = Page::first(View::Events, settings.sort, settings.columns);
        page.filter = start.query;
        let toast = faults_at_start(&start.faults, &start_rules, &start.keymap);
        Self {
            answer: Answer::none(start.inv.clone()),
            inv: start.inv,
            source: start.source,
            sources: start.sources,
            live: start.live.then(Live::default),
            adding: None,
            stopped: None,
            typed_sources: Vec::new(),
            usual_columns,
            history: History::new(page),
            shown: None,
            lens: Lens::default(),
            labels: start.labels,
            case: start.case.is_some().then(Arc::default),
            case_name: start.case.unwrap_or_default(),
            sights: None,
            outgoing: VecDeque::new(),
            awaiting: None,
            leaving: false,
            standing: None,
            focus: Focus::List,
            detail: None,
            search: Search::default(),
            overlays: Vec::new(),
            keymap: start.keymap,
            pending: Vec::new(),
            theme: start.themes.get(&settings.theme).0,
            themes: start.themes,
            depth: start.depth,
            time_zone: settings.time_zone,
            mouse: settings.mouse,
            size: start.size,
            share: USUAL_SHARE,
            welcome: false,
            toast,
            faults: start.faults,
            messages: VecDeque::new(),
            values: Values::new(),
            filters: Vec::new(),
            searches: Vec::new(),
            folds: HashMap::new(),
            now: Now::default(),
            asked: Asked::default(),
            boarding: Boarding::default(),
            ruling: Ruling::default(),
            returning: None,
            naming: None,
            resuming: None,
            knowledge: None,
        }
    }
}

/// How long faults of the settings are seen, in milliseconds, unless a key is pressed before.
const FAULTS_MS: u64 = 20_000;

/// What is wrong with settings, keys, themes and rules, said once at the start. A low line cuts it, so what it comes to
/// stands first, and the way to all of it.
fn faults_at_start(faults: &[String], rules: &Rules, keymap: &Keymap) -> Option<Toast> {
    let key = keymap.keys_for(Context::Events, &Action::Messages).first().map(|keys| keys.label());
    let read =
        key.map_or_else(|| "the command messages shows them".to_owned(), |key| format!("{key} shows them"));
    let text = match (faults, faulty::words(rules)) {
        ([], _) => faulty::said_at_start(rules)?,
        ([one], None) => one.clone(),
        ([first, ..], None) => {
            format!("{} faults in your files, {read}: {first}", faults.len())
        }
        ([first, ..], Some(words)) => {
            let faults = plural(faults.len() as u64, "fault");
            format!("{faults} in your files, {read}; of the rules {words}, see view 5; {first}")
        }
    };
    Some(Toast { text, tone: ToastTone::Failed, until: Now(FAULTS_MS) })
}
