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

/// From how many sentences of the same kind in a row on they become one.
const MANY: usize = 4;
/// How many things such a sentence names beside the first.
const NAMED: usize = 5;

/// What makes two acts the same kind of act: event, source and outcome.
type Call = (u32, u32, Outcome);

/// Sentences about the same kind of act that follow each other, each about something else.
struct Run {
    call: Call,
    /// With what each is about.
    sentences: Vec<(Sentence, String)>,
}

/// The acts of each session that may go on.
pub(super) struct Acts {
    open: Vec<Option<Run>>,
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
        let call = (row.id_of(Column::Event), row.id_of(Column::Source), row.outcome());
        if let Some(run) = open.take_if(|run| !run.goes_on(call, &text, row)) {
            run.finish(teller);
        }
        let run = open.get_or_insert_with(|| Run { call, sentences: Vec::new() });
        match run.sentences.last_mut().filter(|(before, _)| before.text == text) {
            Some((before, _)) => before.add(row),
            None => {
                let mut sentence = teller.sentence(node, Kind::Did, row, text);
                sentence.dangers = change.judgments;
                run.sentences.push((sentence, change::name_of(row.text(Column::Target)).to_owned()));
            }
        }
        true
    }

    pub(super) fn finish(self, teller: &mut Teller<'_>) {
        self.open.into_iter().flatten().for_each(|run| run.finish(teller));
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
        change::decode(&teller.inv.raw(row).ok()?, &teller.own)
    }
}

impl Run {
    /// Whether an event belongs to the run.
    fn goes_on(&self, call: Call, text: &str, row: &Row<'_>) -> bool {
        let Some((last, _)) = self.sentences.last() else { return true };
        let apart = row.time().millis().zip(last.to.millis()).map(|(now, then)| now.saturating_sub(then));
        // What is dangerous is told by itself.
        let alike = self.call == call && last.dangers.is_empty();
        apart.is_some_and(|apart| apart <= IDLE_MS) && (alike || last.text == text)
    }

    /// Tells the sentences one by one where they are few, else as one.
    fn finish(self, teller: &mut Teller<'_>) {
        let (dangerous, plain): (Vec<_>, Vec<_>) =
            self.sentences.into_iter().partition(|(sentence, _)| !sentence.dangers.is_empty());
        teller.sentences.extend(dangerous.into_iter().map(|(sentence, _)| closed(sentence)));
        if plain.len() < MANY {
            teller.sentences.extend(plain.into_iter().map(|(sentence, _)| closed(sentence)));
            return;
        }
        let others = plain.len() - 1;
        let mut rest = plain.into_iter();
        let Some((mut one, _)) = rest.next() else { return };
        let mut named: Vec<String> = Vec::new();
        for (other, target) in rest {
            one.swallow(other);
            if !target.is_empty() {
                named.push(target);
            }
        }
        let shown = named.get(..NAMED).unwrap_or(&named);
        one.text += &match (shown.len(), others.saturating_sub(shown.len())) {
            (0, more) => format!(", and {more} more such calls"),
            (_, 0) => format!(", the same for {}", shown.join(", ")),
            (_, more) => format!(", the same for {} and {more} more", shown.join(", ")),
        };
        teller.sentences.push(timed(one));
    }
}

/// A sentence to which nothing will be added.
fn closed(mut sentence: Sentence) -> Sentence {
    if sentence.events > 1 {
        sentence.text += &format!(", {} times in {}", sentence.events, stretch(sentence.from, sentence.to));
    }
    sentence
}

/// A sentence about many things, with the time they took.
fn timed(mut sentence: Sentence) -> Sentence {
    sentence.text += &format!(", within {}", stretch(sentence.from, sentence.to));
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
