//! One worker's view of the rules: what it has learned of the values it met.

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::leaf::item_on;
use super::{Bounds, Engine, Leaf, Place, Program};
use crate::detect::hits::HitSets;
use crate::ingest::scan::{Key, Spans};
use crate::ingest::watch::Watch;
use crate::store::Column;
use crate::store::segment::EventRow;

/// Holds records against all rules.
#[derive(Debug)]
pub struct Matcher {
    engine: Arc<Engine>,
    sets: Arc<HitSets>,
    /// For each leaf on a column what is known of the column's values.
    memory: Vec<Vec<Known>>,
    /// The rules that can fire for a kind of event, by the numbers of its name and source.
    kinds: HashMap<Kind, Arc<[usize]>, FixedState>,
    last: Option<(Kind, Arc<[usize]>)>,
    /// The numbers of the sets that this worker has met.
    numbers: HashMap<Box<[u32]>, u32, FixedState>,
    hits: Vec<u32>,
}

/// A kind of event: the numbers of its name and source.
type Kind = (u32, u32);

/// What is known of a leaf for a value.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Known {
    #[default]
    Nothing,
    No,
    Yes,
}

impl Matcher {
    /// One that has learned nothing yet, and numbers what hits a record by `sets`.
    pub fn new(engine: Arc<Engine>, sets: Arc<HitSets>) -> Self {
        Self {
            memory: vec![Vec::new(); engine.leaves.len()],
            engine,
            sets,
            kinds: HashMap::default(),
            last: None,
            numbers: HashMap::default(),
            hits: Vec::new(),
        }
    }

    /// The rules that can still fire for the kind of event that this is.
    fn candidates(&mut self, spans: &Spans<'_>, row: &EventRow) -> Arc<[usize]> {
        let kind = (row.columns[Column::Event as usize], row.columns[Column::Source as usize]);
        if let Some((_, rules)) = self.last.as_ref().filter(|(last, _)| *last == kind) {
            return rules.clone();
        }
        let rules = match self.kinds.get(&kind) {
            Some(rules) => rules.clone(),
            None => {
                let rules = possible(&self.engine, spans);
                // A list and its text have the same number; only what is plainly text is remembered.
                let is_text = |key| matches!(spans.get(key).first(), Some(b'"') | None);
                if !(is_text(Key::EventName) && is_text(Key::EventSource)) {
                    return rules;
                }
                self.kinds.insert(kind, rules.clone());
                rules
            }
        };
        self.last = Some((kind, rules.clone()));
        rules
    }

    fn number(&mut self) -> u32 {
        if self.hits.is_empty() {
            return 0;
        }
        if let Some(number) = self.numbers.get(self.hits.as_slice()) {
            return *number;
        }
        let number = self.sets.number(&self.hits);
        self.numbers.insert(self.hits.as_slice().into(), number);
        number
    }
}

impl Watch for Matcher {
    fn record(&mut self, spans: &Spans<'_>, row: &EventRow) -> u32 {
        let rules = self.candidates(spans, row);
        if rules.is_empty() {
            return 0;
        }
        let engine = self.engine.clone();
        self.hits.clear();
        for &rule in rules.iter() {
            let Some(program) = engine.programs.get(rule) else { continue };
            let memory = &mut self.memory;
            let mut leaf = |n: usize| leaf_holds(&engine, memory, n, spans, row);
            if fires(program, &mut leaf) {
                self.hits.push(rule as u32);
            }
        }
        self.number()
    }
}

/// Whether a rule fires, given what its leaves say.
pub(super) fn fires(program: &Program, leaf: &mut dyn FnMut(usize) -> bool) -> bool {
    let mut search = |n: usize| {
        let groups = program.searches.get(n);
        groups.is_some_and(|groups| groups.iter().any(|group| group.iter().all(|&l| leaf(l))))
    };
    program.conditions.iter().any(|condition| condition.holds(&mut search))
}

/// The rules that the name and source of an event leave open.
fn possible(engine: &Engine, spans: &Spans<'_>) -> Arc<[usize]> {
    let known: Vec<Bounds> = engine
        .leaves
        .iter()
        .map(|leaf| match leaf.place {
            Place::Column(Column::Event | Column::Source) => Bounds::sure(item_on(&leaf.item, spans)),
            _ => Bounds::OPEN,
        })
        .collect();
    let of = |n: usize| known.get(n).copied().unwrap_or(Bounds::OPEN);
    let rules = engine.programs.iter().enumerate();
    rules.filter(|(_, program)| program.bounds(&of).may_hold).map(|(n, _)| n).collect()
}

/// What a leaf says of a record; for a value in a column it is worked out once.
fn leaf_holds(
    engine: &Engine,
    memory: &mut [Vec<Known>],
    number: usize,
    spans: &Spans<'_>,
    row: &EventRow,
) -> bool {
    let (Some(leaf), Some(memory)) = (engine.leaves.get(number), memory.get_mut(number)) else {
        return false;
    };
    let (column, raw) = match leaf.place {
        Place::Column(column) => (column, spans.get(key_of(column))),
        Place::Identity => (Column::Identity, spans.get(Key::UserIdentity)),
        Place::Record => return item_on(&leaf.item, spans),
    };
    let usual = if column == Column::Identity { b'{' } else { b'"' };
    match raw.first() {
        None => leaf.absent,
        Some(first) if *first == usual => remembered(leaf, memory, row.columns[column as usize], spans),
        Some(_) => item_on(&leaf.item, spans),
    }
}

fn remembered(leaf: &Leaf, memory: &mut Vec<Known>, id: u32, spans: &Spans<'_>) -> bool {
    let id = id as usize;
    if memory.len() <= id {
        memory.resize(id + 1, Known::Nothing);
    }
    match memory.get_mut(id) {
        Some(Known::Yes) => true,
        Some(Known::No) => false,
        slot => {
            let holds = item_on(&leaf.item, spans);
            if let Some(slot) = slot {
                *slot = if holds { Known::Yes } else { Known::No };
            }
            holds
        }
    }
}

/// The key whose value a column holds.
const fn key_of(column: Column) -> Key {
    match column {
        Column::Event => Key::EventName,
        Column::Source => Key::EventSource,
        Column::Region => Key::AwsRegion,
        Column::Agent => Key::UserAgent,
        Column::Ip => Key::SourceIpAddress,
        Column::Error => Key::ErrorCode,
        Column::Account => Key::RecipientAccountId,
        Column::Type => Key::EventType,
        Column::Category => Key::EventCategory,
        Column::Identity | Column::Target | Column::Tls => Key::UserIdentity,
    }
}
