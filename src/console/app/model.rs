//! The state of the console: everything that is on the screen follows from it.
//!
//! Only [`super::update::update`] changes it. Nothing in it is a handle to the outside, but for the
//! snapshot of the events, which is read.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::action::{Action, View};
use super::answer::{Answer, Line};
use super::board::flow;
use super::board::request::Knowledge;
use super::board::shown::Shown;
use super::board::{Item, Lead};
use super::casework::{Known, Sights};
use super::detail::{Detail, Search};
use super::key::Key;
use super::keymap::{Context, Keymap};
use super::layout::{Area, Layout, USUAL_SHARE};
use super::lens::Lens;
use super::msg::Adding;
use super::overlay::Overlay;
use super::overlay::frequency::{Frequency, Values};
use super::overlay::prompt::Asking;
use super::page::{History, Page};
use super::rules::{Labeled, faulty};
use super::update::{Asked, Boarding, Ruling};
use crate::config::settings::TimeZone;
use crate::config::{Depth, Settings, Theme, Themes};
use crate::detect::rules::Rules;
use crate::event::field::{Field, FieldRef};
use crate::ingest::status::Status;
use crate::investigation::Investigation;
use crate::query::group::value_of;
use crate::query::{Expr, Query};
use crate::store::Row;
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

    /// The page that is open.
    pub fn page(&self) -> &Page {
        self.history.page()
    }

    /// The parts of the screen.
    pub fn layout(&self) -> Layout {
        Layout::of(self.size, self.share, self.focus == Focus::Detail && self.page().view == View::Events)
    }

    /// Which keys work now.
    pub fn context(&self) -> Context {
        match self.overlays.last() {
            Some(overlay) => overlay.context(),
            None => self.page_context(),
        }
    }

    /// Which keys work on the page below the overlays.
    pub fn page_context(&self) -> Context {
        match (self.page().view, self.focus) {
            (View::Events, Focus::List) => Context::Events,
            (View::Events, Focus::Detail) => Context::Detail,
            (View::Actors, _) => Context::Actors,
            (View::Profile, _) => Context::Profile,
            (View::Anomalies, _) => Context::Anomalies,
            (View::Sources, _) => Context::Sources,
            (View::Rules, _) => Context::Rules,
            (View::Case, _) => Context::Case,
        }
    }

    /// The filter in force: the one being typed, else that of the page.
    pub fn filter(&self) -> &Query {
        let typed = self.overlays.iter().rev().find_map(|overlay| match overlay {
            Overlay::Prompt(prompt) if prompt.asking == Asking::Filter => Some(&prompt.query),
            _ => None,
        });
        typed.unwrap_or(&self.page().filter)
    }

    /// Which events the page shows, its part of time aside.
    pub fn expr(&self) -> Expr {
        self.page().scope_expr(self.filter())
    }

    /// The line under the cursor.
    pub fn line(&self) -> Option<&Line> {
        self.answer.lines.get(self.page().cursor.line)
    }

    /// The event under the cursor of the list, whatever view is open.
    pub fn listed(&self) -> Option<Row<'_>> {
        self.answer.inv.table.row(self.line()?.row)
    }

    /// The table of values that lies over the page: while it is open, nothing below it is under the cursor.
    pub fn table(&self) -> Option<&Frequency> {
        self.overlays.iter().rev().find_map(|overlay| match overlay {
            Overlay::Frequency(table) => Some(&**table),
            _ => None,
        })
    }

    /// The event under the cursor: that of the list, or that to which a row of a board leads.
    pub fn row(&self) -> Option<Row<'_>> {
        if self.table().is_some() {
            return None;
        }
        if !self.page().view.has_board() {
            return self.listed();
        }
        match self.item()?.lead {
            Lead::Event(row) => self.shown.as_ref()?.board.inv.table.row(row),
            _ => None,
        }
    }

    /// The events that [`Model::row`] is one of.
    pub fn row_inv(&self) -> &Arc<Investigation> {
        match &self.shown {
            Some(shown) if self.page().view.has_board() => &shown.board.inv,
            _ => &self.answer.inv,
        }
    }

    /// The row of the board under the cursor.
    pub fn item(&self) -> Option<&Item> {
        let shown = self.shown.as_ref().filter(|_| self.page().view.has_board() && self.table().is_none())?;
        let desk = &self.page().desk;
        let at = shown.focus(desk);
        shown.item(at, shown.line(at, desk))
    }

    /// The panels of the board that are seen, with their places.
    pub fn places(&self) -> Vec<(usize, Area)> {
        let Some(shown) = &self.shown else { return Vec::new() };
        let desk = &self.page().desk;
        let (area, _) = shown.split(self.layout().body, desk);
        flow::flow(area, &shown.board, shown.focus(desk), &mut desk.tops.clone())
    }

    /// The field and value under the cursor: a cell of the list, a line of the detail, or a row of a table of values.
    pub fn value(&self) -> Option<(FieldRef, String)> {
        if let Some(table) = self.table() {
            return table.value();
        }
        if self.focus == Focus::Detail {
            return self.detail.as_ref()?.value();
        }
        if self.page().view.has_board() {
            let (field, value) = self.item()?.value.clone()?;
            return Some((FieldRef::Column(field), value));
        }
        let row = self.row()?;
        let field = FieldRef::Column(self.page().field());
        let value = match self.page().field() {
            // A cell shows all of them; one can be kept.
            Field::FirstSeen | Field::Tactic | Field::Technique | Field::Rule | Field::Flag => {
                value_of(&self.answer.inv, &row, &field).split(' ').next().unwrap_or_default().to_owned()
            }
            _ => value_of(&self.answer.inv, &row, &field),
        };
        Some((field, value))
    }

    /// How many records were read so far to find what matches; `None` when none are being read.
    pub fn records_read(&self) -> Option<u64> {
        self.asked.reading().map(|reading| reading.done()).filter(|done| *done > 0)
    }

    /// How many records were read so far to count values; `None` when none are being read.
    pub fn records_counted(&self) -> Option<u64> {
        self.asked.counting().map(|reading| reading.done()).filter(|done| *done > 0)
    }

    /// Whether the board is not, or not yet, what the page asks for.
    pub fn is_stale(&self) -> bool {
        self.boarding.is_waiting() || self.asked.is_waiting()
    }

    /// Whether events are still being loaded.
    pub fn is_loading(&self) -> bool {
        !self.inv.complete
    }

    /// Whether a board is due later, of events that have come since the last one.
    pub fn owes_board(&self) -> bool {
        self.boarding.is_owed()
    }

    /// Whether an answer to what is shown is still to come.
    pub fn is_asking(&self) -> bool {
        self.asked.is_waiting()
            || !self.answer.complete
            || self.asked.counting().is_some()
            || self.boarding.is_waiting()
            || self.ruling.is_waiting()
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
