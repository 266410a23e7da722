//! Sentences about what was changed, or tried.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::event::outcome::Outcome;
use crate::profile::change::{self, Change};
use crate::profile::narrative::{Kind, READ, Sentence, Teller};
use crate::profile::session::IDLE_MS;
use crate::profile::theft::stretch;
use crate::score::scorer::plain_name;
use crate::store::flags::{Access, RecordKind};
use crate::store::{Column, Row};

/// The acts of each session that may go on.
pub(super) struct Acts {
    open: Vec<Option<Sentence>>,
    /// By event and source: whether a sentence is known for it.
    known: HashMap<(u32, u32), bool, FixedState>,
    read: usize,
}

impl Acts {
    pub(super) fn new(nodes: usize) -> Self {
        Self { open: (0..nodes).map(|_| None).collect(), known: HashMap::default(), read: 0 }
    }

    /// Takes an event that is an act; false for one that is not.
    pub(super) fn take(&mut self, teller: &mut Teller<'_>, node: usize, row: &Row<'_>) -> bool {
        let known = self.is_known(row);
        if row.kind() == RecordKind::Aggregated || (row.flags().access() != Access::Write && !known) {
            return false;
        }
        let change = known.then(|| self.decode(teller, row)).flatten().unwrap_or_else(|| plain(row));
        let text = format!("{} {}", row.actor(), change.sentence);
        let Some(open) = self.open.get_mut(node) else { return true };
        match open {
            Some(before) if before.text == text && !is_later(before, row) => before.add(row),
            _ => {
                let mut sentence = teller.sentence(node, Kind::Did, row, text);
                sentence.dangers = change.judgments;
                teller.sentences.extend(open.replace(sentence).map(closed));
            }
        }
        true
    }

    pub(super) fn finish(self, teller: &mut Teller<'_>) {
        teller.sentences.extend(self.open.into_iter().flatten().map(closed));
    }

    fn is_known(&mut self, row: &Row<'_>) -> bool {
        let key = (row.id_of(Column::Event), row.id_of(Column::Source));
        *self.known.entry(key).or_insert_with(|| change::is_known(row.service(), row.event()))
    }

    fn decode(&mut self, teller: &Teller<'_>, row: &Row<'_>) -> Option<Change> {
        if self.read >= READ {
            return None;
        }
        self.read += 1;
        change::decode(&teller.inv.raw(row).ok()?)
    }
}

/// Whether an event comes too late to belong to a sentence.
fn is_later(before: &Sentence, row: &Row<'_>) -> bool {
    let apart = row.time().millis().zip(before.to.millis()).map(|(now, then)| now.saturating_sub(then));
    apart.is_none_or(|apart| apart > IDLE_MS)
}

/// A sentence to which nothing will be added.
fn closed(mut sentence: Sentence) -> Sentence {
    if sentence.events > 1 {
        sentence.text += &format!(", {} times in {}", sentence.events, stretch(sentence.from, sentence.to));
    }
    sentence
}

/// What the columns say of a call of which no sentence is known.
fn plain(row: &Row<'_>) -> Change {
    let (service, event) = (row.service(), plain_name(row.event()));
    let on = match row.text(Column::Target) {
        "" => String::new(),
        target => format!(" on {target}"),
    };
    let sentence = match (row.outcome(), row.text(Column::Error)) {
        (Outcome::Success, _) => format!("called {service} {event}{on}"),
        (outcome, "") => format!("tried to call {service} {event}{on} ({})", outcome.name()),
        (outcome, error) => format!("tried to call {service} {event}{on} ({}: {error})", outcome.name()),
    };
    Change { sentence, judgments: Vec::new() }
}
