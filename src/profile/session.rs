//! Sessions: which events belong to one use of one set of credentials.
//!
//! The console gives nearly every request a key of its own, so grouping by key would shatter a console session
//! into hundreds. What holds a session together is its [`Anchor`]: the sign-in that all its credentials go back
//! to, else principal and creation date where it came through the console, else the temporary key. Keys
//! that do not expire, and callers without a key, have no such thing; theirs are cut where nothing happened for
//! [`IDLE_MS`]. What AWS services do in their own name belongs to no session.
//!
//! This room must not look into raw records.

mod anchor;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use anchor::{Anchors, Slot};

use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::store::dicts::DictSet;
use crate::store::flags::{Access, Flags, RecordKind};
use crate::store::ints::Ints;
use crate::store::segment::Segment;
use crate::store::{Column, Table};

/// How long a key that does not expire may be quiet within one session.
pub const IDLE_MS: i64 = 30 * 60_000;

/// Stands for "no session".
pub const NONE: u32 = u32::MAX;

/// What holds the events of a session together. Texts are numbers of the dictionary of words.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Anchor {
    /// `signInSessionArn`.
    SignIn {
        /// The ARN.
        arn: u32,
    },
    /// A principal and the time at which its session was created: the console.
    Console {
        /// `principalId`.
        principal: u32,
        /// `creationDate`.
        created: Time,
    },
    /// A temporary key.
    Key {
        /// `accessKeyId`.
        key: u32,
    },
    /// A stretch of activity of a key that does not expire, or of a caller without a key.
    Window {
        /// The key, else the principal.
        of: u32,
        /// Its first event.
        start: Time,
    },
}

/// One session.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// What holds it together.
    pub anchor: Anchor,
    /// The identity of its first event.
    pub identity: u32,
    /// The first event.
    pub first_row: u32,
    /// The time of the first event.
    pub first: Time,
    /// The time of the last event.
    pub last: Time,
    /// How many events.
    pub events: u32,
    /// How many of them changed something, or tried to.
    pub writes: u32,
    /// How many were denied.
    pub denied: u32,
    /// The highest risk.
    pub risk: u8,
}

/// All sessions of a snapshot, in the order of their first events.
#[derive(Clone, Default, Debug)]
pub struct Sessions {
    all: Vec<Session>,
    /// By row: one more than the number of its session, 0 for none.
    of_row: Ints,
    /// (key, session), sorted.
    by_key: Vec<(u32, u32)>,
}

impl Sessions {
    /// Finds the sessions of a snapshot; `None` when `stop` was set meanwhile.
    ///
    /// Of a table that is not in order of time yet, keys that do not expire have one session each.
    pub fn new(table: &Table, stop: &AtomicBool) -> Option<Self> {
        let mut finder = Finder::new(table);
        for (start, segment) in table.segments() {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            finder.segment(start, segment);
        }
        Some(finder.finish())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All of them, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &Session> {
        self.all.iter()
    }

    /// The session of that number.
    pub fn get(&self, number: u32) -> Option<&Session> {
        self.all.get(number as usize)
    }

    /// The number of the session that an event belongs to.
    pub fn of_row(&self, row: u32) -> Option<u32> {
        self.of_row.id(row as usize).checked_sub(1)
    }

    /// The events of a session, in order.
    pub fn rows(&self, number: u32) -> Vec<u32> {
        self.rows_of([number]).into_iter().map(|(row, _)| row).collect()
    }

    /// The events of several sessions, in order, each with the place of its session among `numbers`. They are not listed
    /// by session: whoever wants those of many asks once, and all events from their first to their last are looked at.
    pub fn rows_of(&self, numbers: impl IntoIterator<Item = u32>) -> Vec<(u32, usize)> {
        let mut place_of = vec![NONE; self.all.len()];
        let (mut from, mut events) = (u32::MAX, 0);
        for (place, number) in (0u32..).zip(numbers) {
            if let (Some(slot), Some(session)) = (place_of.get_mut(number as usize), self.get(number)) {
                *slot = place;
                from = from.min(session.first_row);
                events += session.events as usize;
            }
        }
        let place = |of: u32| place_of.get(of as usize).copied().filter(|place| *place != NONE);
        let rows = from..self.of_row.len() as u32;
        rows.filter_map(|row| Some((row, place(self.of_row(row)?)? as usize))).take(events).collect()
    }

    /// The sessions in which a key was used, in order of time.
    pub fn of_key(&self, key: u32) -> impl Iterator<Item = u32> + '_ {
        let from = self.by_key.partition_point(|pair| pair.0 < key);
        self.by_key[from..].iter().take_while(move |pair| pair.0 == key).map(|pair| pair.1)
    }

    /// Every pair of a key and a session in which it was used.
    pub(crate) fn keys(&self) -> &[(u32, u32)] {
        &self.by_key
    }

    /// The name of a session, by which it is found again.
    pub fn id(&self, dicts: &DictSet, number: u32) -> String {
        match self.get(number).map(|s| s.anchor) {
            Some(Anchor::SignIn { arn }) => dicts.word(arn).to_owned(),
            Some(Anchor::Console { principal, created }) => format!("{}@{created}", dicts.word(principal)),
            Some(Anchor::Key { key }) => dicts.word(key).to_owned(),
            Some(Anchor::Window { of, start }) => format!("{}@{start}", dicts.word(of)),
            None => String::new(),
        }
    }

    /// The sessions that `text` names: by their name, by a key that was used in them, or by the id of an event.
    pub fn find(&self, table: &Table, text: &str) -> Vec<u32> {
        let dicts = table.dicts();
        let stem = text.split_once('@').map_or(text, |_| text.rsplit_once('@').map_or(text, |p| p.0));
        let may_be = |session: &Session| match session.anchor {
            Anchor::SignIn { arn: word } | Anchor::Key { key: word } => dicts.word(word) == text,
            Anchor::Console { principal: word, .. } | Anchor::Window { of: word, .. } => {
                dicts.word(word) == stem
            }
        };
        let named = (0u32..).zip(&self.all).filter(|(_, s)| may_be(s)).map(|(n, _)| n);
        let named: Vec<u32> = named.filter(|&n| self.id(dicts, n) == text).collect();
        if !named.is_empty() {
            return named;
        }
        let mut by_key =
            self.by_key.iter().filter(|(key, _)| dicts.word(*key) == text).map(|p| p.1).peekable();
        if by_key.peek().is_some() {
            return by_key.collect();
        }
        // A session that is held together by its sign-in may be asked for as other sessions of the console are.
        let as_console = |session: &Session| {
            let identity = dicts.identity(session.identity);
            dicts.word(identity.principal_id) == stem && format!("{stem}@{}", identity.created) == text
        };
        let mut like = (0u32..).zip(&self.all).filter(|(_, s)| as_console(s)).map(|(n, _)| n).peekable();
        if like.peek().is_some() {
            return like.collect();
        }
        table.find_id(text).and_then(|row| self.of_row(row)).into_iter().collect()
    }
}

/// A session slot while the rows go by.
#[derive(Clone, Copy)]
struct Open {
    slot: Slot,
    /// The session that events of the slot go to now.
    session: u32,
    last: i64,
}

struct Finder {
    anchors: Anchors,
    open: Vec<Open>,
    sessions: Sessions,
    /// As in [`Sessions`].
    of_row: Vec<u32>,
    ordered: bool,
    /// Pairs of a key and a session in which it was used.
    keys: Vec<(u32, u32)>,
    /// The key of each identity.
    key_of: Vec<u32>,
    /// The session that each identity was met in last.
    last_of: Vec<u32>,
}

impl Finder {
    fn new(table: &Table) -> Self {
        let dicts = table.dicts();
        let anchors = Anchors::new(table);
        let open = anchors.slots().iter().map(|&slot| Open { slot, session: NONE, last: i64::MIN }).collect();
        let identities = dicts.identity_count() as usize;
        Self {
            open,
            anchors,
            sessions: Sessions::default(),
            of_row: vec![0; table.len() as usize],
            ordered: table.is_ordered(),
            keys: Vec::new(),
            key_of: (0..identities).map(|id| dicts.identity(id as u32).access_key).collect(),
            last_of: vec![NONE; identities],
        }
    }

    fn segment(&mut self, start: u32, segment: &Segment) {
        let identity = segment.column(Column::Identity);
        let risks = segment.risks();
        for (slot, time) in segment.times().iter().enumerate() {
            let flags = segment.flags(slot);
            if flags.kind() == RecordKind::Aggregated {
                continue;
            }
            let who = identity.id(slot);
            let row = start + slot as u32;
            let Some(number) = self.session_of(who, flags.has(Flags::CONSOLE), time, row) else { continue };
            if let Some(place) = self.of_row.get_mut(row as usize) {
                *place = number + 1;
            }
            self.note_key(who, number);
            if let Some(session) = self.sessions.all.get_mut(number as usize) {
                session.add(time, flags, risks.get(slot).copied().unwrap_or(0));
            }
        }
    }

    /// The session of an event, a new one where it begins one.
    fn session_of(&mut self, who: u32, console: bool, time: i64, row: u32) -> Option<u32> {
        let open = self.open.get_mut(self.anchors.slot_of(who, console)? as usize)?;
        let quiet = self.ordered && time.saturating_sub(open.last) > IDLE_MS;
        let begins = open.session == NONE || (open.slot.is_window() && quiet);
        open.last = open.last.max(time);
        if begins {
            let time = Time::from_raw(time);
            open.session = self.sessions.all.len() as u32;
            self.sessions.all.push(Session {
                anchor: open.slot.anchor(time),
                identity: who,
                first_row: row,
                first: time,
                last: time,
                events: 0,
                writes: 0,
                denied: 0,
                risk: 0,
            });
        }
        Some(open.session)
    }

    fn note_key(&mut self, who: u32, session: u32) {
        let Some(last) = self.last_of.get_mut(who as usize) else { return };
        if *last != session {
            *last = session;
            let key = self.key_of.get(who as usize).copied().unwrap_or(0);
            if key != 0 {
                self.keys.push((key, session));
            }
        }
    }

    fn finish(mut self) -> Sessions {
        self.keys.sort_unstable();
        self.keys.dedup();
        self.keys.shrink_to_fit();
        self.sessions.by_key = self.keys;
        self.sessions.all.shrink_to_fit();
        self.sessions.of_row = Ints::pack_tight(&self.of_row);
        self.sessions
    }
}

impl Session {
    fn add(&mut self, time: i64, flags: Flags, risk: u8) {
        let time = Time::from_raw(time);
        self.events += 1;
        self.writes += u32::from(flags.access() == Access::Write);
        self.denied += u32::from(flags.outcome() == Outcome::Denied);
        self.risk = self.risk.max(risk);
        self.last = self.last.max(time);
        if time.is_known() && (!self.first.is_known() || time < self.first) {
            self.first = time;
        }
    }
}

/// The sessions by the actor behind them, as numbers of the dictionary of words.
pub fn by_actor(sessions: &Sessions, dicts: &DictSet) -> HashMap<u32, Vec<u32>, foldhash::fast::FixedState> {
    let mut out: HashMap<u32, Vec<u32>, foldhash::fast::FixedState> = HashMap::default();
    for (number, session) in (0u32..).zip(sessions.iter()) {
        out.entry(dicts.identity(session.identity).actor).or_default().push(number);
    }
    out
}

#[cfg(test)]
mod tests;
