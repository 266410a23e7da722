//! The story of a session and of what came out of it: who did what, in sentences.
//!
//! A sentence says only what its events say, and names them. Calls that change something get one each, from their
//! records ([`change`](crate::profile::change)); the same sentence many times in a row is told once with its
//! number. Calls that only look are told together, a sentence for each bout of looking around. The same events
//! give the same story, whatever the machine.

mod act;
mod look;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::detect::own::Own;
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::profile::Background;
use crate::profile::chain::Node;
use crate::profile::change::Judgment;
use crate::profile::resource;
use crate::profile::theft::{self, Places, SignKind};
use crate::store::{Column, Row};
use act::Acts;
use look::Looks;

/// What kind of thing a sentence tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A session begins.
    Began,
    /// A sign that somebody else uses the credentials, of the stronger ones.
    Sign,
    /// Something was changed, or somebody tried to.
    Did,
    /// Somebody looked around.
    Looked,
}

/// One sentence.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sentence {
    /// When it begins.
    #[serde(serialize_with = "resource::time")]
    pub from: Time,
    /// When it ends; the same where it is about one event.
    #[serde(serialize_with = "resource::time")]
    pub to: Time,
    /// What kind of thing it tells.
    pub kind: Kind,
    /// The session. Hostile.
    pub session: String,
    /// How many links lie between the session and the top of the story.
    pub depth: u32,
    /// The sentence, with who did it. Hostile.
    pub text: String,
    /// How many events it is about.
    pub events: u64,
    /// The ids of the first [`IDS`] of them.
    #[serde(rename = "eventIDs")]
    pub ids: Vec<String>,
    /// The techniques of ATT&CK, with their names.
    pub techniques: Vec<String>,
    /// What is dangerous about it.
    pub dangers: Vec<Judgment>,
    /// The highest risk among the events.
    pub risk: u8,
    /// The first event.
    #[serde(skip)]
    pub row: u32,
}

/// How many event ids a sentence names.
pub const IDS: usize = 10;

/// A story.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Story {
    /// The sentences, in order of time.
    pub sentences: Vec<Sentence>,
    /// How many were left out, those of the least risk.
    pub left_out: u64,
}

/// How many records are read for a story.
const READ: usize = 2000;

/// What all sentences are made from.
struct Teller<'a> {
    inv: &'a Investigation,
    background: &'a Background,
    nodes: &'a [Node],
    own: Own,
    sentences: Vec<Sentence>,
}

/// The story of the sessions of a tree, told with at most `most` sentences; `None` when `stop` was set meanwhile.
///
/// `places` knows where addresses lie, if anybody does.
pub fn story(
    inv: &Investigation,
    background: &Background,
    nodes: &[Node],
    places: Option<&dyn Places>,
    most: usize,
    stop: &AtomicBool,
) -> Option<Story> {
    let own = inv.own_accounts();
    let mut teller = Teller { inv, background, nodes, own, sentences: Vec::new() };
    let rows = background.sessions.rows_of(nodes.iter().map(|node| node.session));
    nodes.iter().for_each(|node| teller.begin(node));
    let (mut acts, mut looks) = (Acts::new(nodes.len()), Looks::new(nodes.len()));
    for (n, &(row, node)) in rows.iter().enumerate() {
        if n % 4096 == 0 && stop.load(Ordering::Relaxed) {
            return None;
        }
        let Some(row) = inv.table.row(row) else { continue };
        if !acts.take(&mut teller, node, &row) {
            looks.take(&mut teller, node, &row);
        }
    }
    acts.finish(&mut teller);
    looks.finish(&mut teller);
    let places_of: HashMap<u32, usize> = rows.iter().copied().collect();
    let rows: Vec<u32> = rows.iter().map(|r| r.0).collect();
    let signs = theft::signs(inv, background, &rows, places, stop)?.into_iter();
    for sign in signs.filter(|sign| sign.kind <= SignKind::Network) {
        let at = places_of.get(&sign.event.row).copied().unwrap_or(0);
        teller.sign(at, &sign);
    }
    Some(teller.finish(most))
}

impl<'a> Teller<'a> {
    /// A sentence about one event.
    fn sentence(&self, node: usize, kind: Kind, row: &Row<'_>, text: String) -> Sentence {
        let (session, depth) = self.nodes.get(node).map_or((u32::MAX, 0), |n| (n.session, n.depth));
        Sentence {
            from: row.time(),
            to: row.time(),
            kind,
            session: self.background.sessions.id(self.inv.table.dicts(), session),
            depth,
            text,
            events: 1,
            ids: vec![row.id()],
            techniques: self.techniques(row),
            dangers: Vec::new(),
            risk: row.risk(),
            row: row.number(),
        }
    }

    fn techniques(&self, row: &Row<'_>) -> Vec<String> {
        self.inv.techniques(row).iter().map(|id| self.inv.judgment.attack.title(id)).collect()
    }

    /// Tells that a session begins, and who handed on its credentials.
    fn begin(&mut self, node: &Node) {
        let Some(session) = self.background.sessions.get(node.session) else { return };
        let Some(first) = self.inv.table.row(session.first_row) else { return };
        let name = self.background.sessions.id(self.inv.table.dicts(), node.session);
        let mut text = format!("session {name} of {} begins", first.actor());
        let link = self.background.chains.parent(node.session).copied();
        let source = link.and_then(|link| Some((link, self.inv.table.row(link.row)?)));
        if let Some((link, by)) = &source {
            text += &format!(", with what {} got by {} ({})", by.actor(), by.event(), link.proof.words());
        }
        let from = first.text(Column::Ip);
        if !from.is_empty() {
            text += &format!("; it comes from {from}");
        }
        let at = self.nodes.iter().position(|n| n.session == node.session).unwrap_or(0);
        let mut sentence = self.sentence(at, Kind::Began, &first, text);
        sentence.ids = source.iter().map(|(_, by)| by.id()).chain([first.id()]).collect();
        sentence.techniques.clear();
        self.sentences.push(sentence);
    }

    fn sign(&mut self, node: usize, sign: &theft::Sign) {
        let Some(row) = self.inv.table.row(sign.event.row) else { return };
        let text = format!("{}, {}: {}", row.actor(), sign.kind.words(), sign.text);
        let mut sentence = self.sentence(node, Kind::Sign, &row, text);
        sentence.ids = sign.before_event.iter().cloned().chain([row.id()]).collect();
        sentence.techniques.clear();
        self.sentences.push(sentence);
    }

    fn finish(self, most: usize) -> Story {
        let mut sentences = self.sentences;
        let left_out = sentences.len().saturating_sub(most) as u64;
        // What is left out is looking around before doing, and of that what has the least risk, the latest first.
        sentences.sort_by_key(|s| (s.kind == Kind::Looked, std::cmp::Reverse(s.risk), s.row, s.kind));
        sentences.truncate(most);
        sentences.sort_by_key(|s| (s.row, s.kind, s.depth));
        Story { sentences, left_out }
    }
}

impl Sentence {
    /// Makes the sentence about what another one tells as well.
    fn swallow(&mut self, other: Self) {
        self.to = self.to.max(other.to);
        self.events += other.events;
        self.risk = self.risk.max(other.risk);
        self.ids.extend(other.ids);
        self.ids.truncate(IDS);
    }

    /// Makes the sentence about one more event.
    fn add(&mut self, row: &Row<'_>) {
        self.to = self.to.max(row.time());
        self.events += 1;
        self.risk = self.risk.max(row.risk());
        if self.ids.len() < IDS {
            self.ids.push(row.id());
        }
    }
}

#[cfg(test)]
mod tests;
