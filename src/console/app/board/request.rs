//! What a view asks of the events, and what is known of a snapshot already.
//!
//! A request is data, made by the state and answered by a worker. What is dear to work out, and asked for again with every
//! choice that is made (sessions, chains, firsts, the forest), is kept in [`Knowledge`], one for each snapshot.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::Board;
use crate::anomaly::features::{Isolation, Preset};
use crate::anomaly::forest::Growth;
use crate::console::app::casework::{Known, Sights};
use crate::console::app::profile::Told;
use crate::console::app::{actors, anomalies, case, profile, rules, sources};
use crate::investigation::Investigation;
use crate::profile::Background;
use crate::profile::first_seen::Baseline;
use crate::profile::subject::Subject;
use crate::query::Expr;
use crate::query::run::Selection;
use crate::score::rollup::Unit;

/// What a view wants to be told.
#[derive(Clone, PartialEq, Debug)]
pub enum Wanted {
    /// Whom to look at first.
    Actors(Unit),
    /// What is normal for somebody; of nobody it says how to choose one.
    Profile(Option<Subject>, Baseline),
    /// What is out of the ordinary; the length of a stretch of time in milliseconds, `None`: one that fits.
    Anomalies(Preset, Baseline, Option<i64>),
    /// Where events come from, and what is missing.
    Sources(sources::Ask),
    /// What rules hit, and how much of that was labeled beforehand.
    Rules(Option<rules::Labeled>),
    /// What is in the case, `None`: there is none; and which of its indicators are seen.
    Case(Option<Arc<Known>>, Option<Arc<Sights>>),
}

/// What decides what a board shows.
#[derive(Clone, Debug)]
pub struct Key {
    /// What is wanted.
    pub wanted: Wanted,
    /// Of which events: the scopes and filter of the page, and its part of time.
    pub of: (Expr, Option<Expr>),
    /// Of which snapshot.
    pub inv: Arc<Investigation>,
}

impl Key {
    /// Whether both ask the same, of whatever snapshot.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        self.wanted == other.wanted && self.of == other.of
    }

    /// Whether both have the same answer.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inv, &other.inv) && self.asks_the_same(other)
    }
}

/// What is asked of a worker.
#[derive(Clone, Debug)]
pub struct BoardRequest {
    /// Which request it is; an answer to an older one is dropped.
    pub generation: u64,
    /// What is wanted, of which events.
    pub key: Key,
    /// The same events as a set.
    pub selection: Arc<Selection>,
    /// What is known of the snapshot.
    pub knowledge: Arc<Knowledge>,
    /// Set when nobody waits any more.
    pub stop: Arc<AtomicBool>,
}

impl BoardRequest {
    /// Makes the board; `None` when nobody waits any more.
    pub fn answer(&self) -> Option<Board> {
        match &self.key.wanted {
            Wanted::Actors(unit) => actors::board(self, *unit),
            Wanted::Profile(subject, baseline) => profile::board(self, subject.as_ref(), *baseline),
            Wanted::Case(known, sights) => case::board(self, known.as_deref(), sights.as_deref()),
            Wanted::Anomalies(preset, baseline, step) => anomalies::board(self, *preset, *baseline, *step),
            Wanted::Sources(ask) => sources::board(self, ask),
            Wanted::Rules(labels) => rules::board(self, labels.as_ref()),
        }
    }

    /// What is said where no event is asked for: what stands there once there are some, or the way back to them.
    pub(crate) fn said_of_nothing(&self, then: &str) -> String {
        match self.inv().table.is_empty() {
            true => format!("{then}."),
            false => "No event matches: esc leaves the last scope, a shows everything.".to_owned(),
        }
    }

    /// The events.
    pub fn inv(&self) -> &Arc<Investigation> {
        &self.key.inv
    }

    /// Whether nobody waits any more.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// What was worked out about a snapshot, for whoever asks next.
#[derive(Debug)]
pub struct Knowledge {
    inv: Arc<Investigation>,
    background: Mutex<Option<Arc<Background>>>,
    isolations: Mutex<Vec<Arc<Isolation>>>,
    profile: Mutex<Option<(Subject, Arc<Told>)>>,
}

/// How many trees the forest has while events still come: a smaller one says nearly the same, and sooner.
const WHILE_LOADING: usize = 100;

impl Knowledge {
    /// Nothing yet.
    pub fn new(inv: Arc<Investigation>) -> Self {
        Self { inv, background: Mutex::default(), isolations: Mutex::default(), profile: Mutex::default() }
    }

    /// Whether it is about this snapshot.
    pub fn is_of(&self, inv: &Arc<Investigation>) -> bool {
        Arc::ptr_eq(&self.inv, inv)
    }

    /// Sessions, chains and firsts; `None` when `stop` was set meanwhile.
    pub fn background(&self, stop: &AtomicBool) -> Option<Arc<Background>> {
        let mut known = self.background.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none() {
            *known = Some(Arc::new(Background::new(&self.inv.table, stop)?));
        }
        known.clone()
    }

    /// The forest over those features; `None` when `stop` was set meanwhile.
    pub fn isolation(&self, preset: Preset, stop: &AtomicBool) -> Option<Arc<Isolation>> {
        let background = self.background(stop)?;
        let mut known = self.isolations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(isolation) = known.iter().find(|isolation| isolation.preset == preset) {
            return Some(isolation.clone());
        }
        let usual = Growth::default();
        let growth = if self.inv.complete { usual } else { Growth { trees: WHILE_LOADING, ..usual } };
        let isolation = Isolation::new(&self.inv.table, &background, preset, growth, stop)?;
        let isolation = Arc::new(isolation.forgetting());
        known.push(isolation.clone());
        Some(isolation)
    }

    /// The profile of a subject, made by `make` unless it was the last one that was asked for.
    pub fn profile(
        &self,
        subject: &Subject,
        make: impl FnOnce(&Background) -> Option<Told>,
        stop: &AtomicBool,
    ) -> Option<Arc<Told>> {
        let background = self.background(stop)?;
        let mut known = self.profile.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, told)) = &*known
            && of == subject
        {
            return Some(told.clone());
        }
        let told = Arc::new(make(&background)?);
        *known = Some((subject.clone(), told.clone()));
        Some(told)
    }
}
