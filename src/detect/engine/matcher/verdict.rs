//! What the columns say of kinds of events, worked out once for each kind.

use super::{LOOK, MOST_PUT_OFF, Matcher, Named, put_off};
use crate::detect::engine::Bounds;
use crate::detect::engine::candidates::{Candidates, Gate, Judged, Known};
use crate::detect::engine::classes::{ODD, Slot, UNKNOWN};
use crate::detect::engine::kind::{self, Kind, NAME, NAMED, Others};
use crate::detect::engine::root::RootName;
use crate::ingest::scan::Spans;
use crate::store::Column;
use crate::store::segment::EventRow;

/// How many verdicts are remembered before all are forgotten.
const MOST_VERDICTS: usize = 1 << 18;

/// How many sets are remembered by the values of a verdict: where there are more, each is hardly met again.
const MOST_VALUES: usize = 4096;

/// After how many questions for a set by values it is seen whether half of them were answered. Keys of objects hardly stand
/// in the log twice, and what is remembered of them only takes the cache from others.
const TRIAL: u32 = 512;

/// What the columns say of events whose values are of the same classes.
#[derive(Default, Debug)]
pub(super) struct Verdict {
    /// The rules that fire.
    pub(super) hits: Vec<u32>,
    /// The number of that set.
    pub(super) number: u32,
    /// The rules that only the record can decide.
    pub(super) open: Vec<usize>,
    /// The roots of the record below which these look.
    roots: Vec<usize>,
    /// Which verdict belongs to the keys that stand there.
    by_keys: Known<u64, u32>,
    /// The names there whose values decide; none where something else has a say, or before it is known which are there.
    names: Vec<RootName>,
    /// Which set belongs to these values.
    by_values: Known<u64, u32>,
    /// How often that was asked for lately, and how often answered.
    asked: (u32, u32),
    /// Whether the columns say everything, and nothing is to be taken from the record for another rule.
    pub(super) is_final: bool,
}

impl Matcher {
    /// What is known of the name and the source of an event; `None` when one of them has no class.
    #[inline]
    pub(super) fn known_name(&mut self, row: &EventRow) -> Option<Named> {
        let (event, source) = (row.columns[Column::Event as usize], row.columns[Column::Source as usize]);
        match self.by_name.get(event as usize) {
            Some(named) if named.source == source => Some(*named),
            _ => self.learn_name(event, source),
        }
    }

    #[cold]
    fn learn_name(&mut self, event: u32, source: u32) -> Option<Named> {
        let mut named = [ODD; NAMED];
        for ((class, classes), id) in named.iter_mut().zip(&self.classes).zip([event, source]) {
            *class = classes.known(id);
        }
        if named.iter().any(|class| matches!(*class, ODD | UNKNOWN)) {
            return None;
        }
        let at = match self.candidates_of.get(&named) {
            Some(at) => *at,
            None => {
                let kind = Kind { named, others: Others::default() };
                let said = |slot, bit| self.said(kind, slot, bit);
                let holding = self.classes.get(NAME).into_iter().flat_map(|names| names.holding(named[NAME]));
                let rules = self.names.rules(holding);
                let candidates = Candidates::new(&self.engine, &self.places, rules, named, said);
                let at = self.candidates.len() as u32;
                self.candidates.push(candidates);
                self.candidates_of.insert(named, at);
                at
            }
        };
        let gate = &self.candidates.get(at as usize)?.gate;
        let can_wait = !self.at_hand && at < MOST_PUT_OFF;
        let answer = match gate {
            Gate::Idle => 0,
            Gate::Shut if can_wait => put_off(at, 0),
            _ => LOOK,
        };
        let known = Named { source, answer, candidates: at };
        let event = event as usize;
        if self.by_name.len() <= event {
            self.by_name.resize(event + 1, Named::UNKNOWN);
        }
        if let Some(slot) = self.by_name.get_mut(event) {
            *slot = known;
        }
        Some(known)
    }

    fn said(&self, kind: Kind, slot: usize, bit: usize) -> Bounds {
        Bounds::sure(self.classes.get(slot).is_some_and(|classes| classes.holds(kind.class(slot), bit)))
    }

    /// The classes in some slots of an event; `None` when a value has none.
    #[inline]
    fn classes_in(&self, slots: &[usize], row: &EventRow, words: u32) -> Option<Others> {
        let mut others = Others::default();
        for &slot in slots {
            let classes = self.classes.get(slot)?;
            let class = classes.known(match classes.slot() {
                Slot::Column(column, _) => row.columns[column as usize],
                Slot::Word(n) => kind::word(words, n),
            });
            if matches!(class, ODD | UNKNOWN) {
                return None;
            }
            let (word, bit) = kind::place(slot);
            if let Some(word) = others.get_mut(word) {
                *word |= u64::from(class) << bit;
            }
        }
        Some(others)
    }

    /// Whether the columns of an event are enough to say which rules hit it; `None` when a value has no class.
    #[inline]
    pub(super) fn is_shut(&mut self, at: u32, row: &EventRow, words: u32) -> Option<bool> {
        let candidates = self.candidates.get(at as usize)?;
        let ask = match &candidates.gate {
            Gate::Idle | Gate::Shut => return Some(true),
            Gate::Open => return Some(false),
            Gate::Ask(ask) => ask,
        };
        let others = self.classes_in(&ask.slots, row, words)?;
        let Some(Gate::Ask(ask)) = self.candidates.get_mut(at as usize).map(|c| &mut c.gate) else {
            return None;
        };
        if let Some(opens) = ask.opens.get(others) {
            return Some(!opens);
        }
        self.judge_gate(at, others)
    }

    /// Works out whether the columns are enough for events of a kind.
    #[cold]
    fn judge_gate(&mut self, at: u32, others: Others) -> Option<bool> {
        let candidates = self.candidates.get(at as usize)?;
        let Gate::Ask(ask) = &candidates.gate else { return None };
        let opens = ask.is_open(&self.engine, &|n| self.bounds(Kind { named: candidates.named, others }, n));
        if let Some(Gate::Ask(ask)) = self.candidates.get_mut(at as usize).map(|c| &mut c.gate) {
            ask.opens.insert(others, opens);
        }
        Some(!opens)
    }

    /// What the columns of a kind of events say of a leaf.
    fn bounds(&self, kind: Kind, leaf: usize) -> Bounds {
        match self.places.get(leaf) {
            Some(Some((slot, bit))) => self.said(kind, *slot, *bit),
            _ => Bounds::OPEN,
        }
    }

    /// What the columns say of an event; `None` when one of its values has to be looked at by itself.
    #[inline]
    pub(super) fn verdict(&mut self, at: u32, row: &EventRow, words: u32) -> Option<(Kind, u32)> {
        let candidates = self.candidates.get(at as usize)?;
        let kind = Kind { named: candidates.named, others: self.classes_in(&candidates.slots, row, words)? };
        Some((kind, self.verdict_of(at, kind.others)?.verdict))
    }

    /// What the columns say of the events of a kind.
    #[inline]
    pub(super) fn verdict_of(&mut self, at: u32, others: Others) -> Option<Judged> {
        match self.candidates.get_mut(at as usize)?.verdicts.get(others) {
            Some(verdict) => Some(verdict),
            None => self.judge(at, others),
        }
    }

    /// Works out what the columns say of the events of a kind.
    #[cold]
    fn judge(&mut self, at: u32, others: Others) -> Option<Judged> {
        if self.verdicts.len() >= MOST_VERDICTS {
            self.verdicts.clear();
            for candidates in &mut self.candidates {
                candidates.forget();
            }
        }
        let candidates = self.candidates.get(at as usize)?;
        let kind = Kind { named: candidates.named, others };
        let (hits, open) = self.sorted(&candidates.rules, &|n| self.bounds(kind, n));
        let mut roots: Vec<usize> = self.deciding(kind, &open).flatten().map(|(root, _)| root).collect();
        roots.sort_unstable();
        roots.dedup();
        let judged = self.add(Verdict { hits, open, roots, ..Verdict::default() });
        self.candidates.get_mut(at as usize)?.verdicts.insert(others, judged);
        Some(judged)
    }

    /// Those of some rules that fire, and those that may, by what is known of leaves.
    fn sorted(&self, rules: &[usize], leaf: &dyn Fn(usize) -> Bounds) -> (Vec<u32>, Vec<usize>) {
        let (mut hits, mut open) = (Vec::new(), Vec::new());
        for &rule in rules {
            let Some(program) = self.engine.programs.get(rule) else { continue };
            match program.bounds(leaf) {
                Bounds { may_hold: true, may_fail: true } => open.push(rule),
                Bounds { may_hold: true, .. } => hits.push(rule as u32),
                Bounds { .. } => {}
            }
        }
        (hits, open)
    }

    /// Takes up a new verdict.
    fn add(&mut self, mut verdict: Verdict) -> Judged {
        verdict.is_final = verdict.open.is_empty() && !self.takes(&verdict.hits);
        verdict.number = self.number(&verdict.hits);
        let judged = Judged { verdict: self.verdicts.len() as u32, number: verdict.number };
        self.verdicts.push(verdict);
        judged
    }

    /// Whether something is to be taken from records that these rules hit.
    pub(super) fn takes(&self, hits: &[u32]) -> bool {
        hits.iter().any(|rule| self.engine.takes(*rule as usize))
    }

    /// Where in a record open rules look for what may still match: `None` for a look at more than one name below a root.
    fn deciding(&self, kind: Kind, open: &[usize]) -> impl Iterator<Item = Option<RootName>> {
        let programs = open.iter().filter_map(|rule| self.engine.programs.get(*rule));
        let groups = programs.flat_map(|program| program.searches.iter().flatten());
        let may_match = move |group: &&Vec<usize>| group.iter().all(|leaf| self.bounds(kind, *leaf).may_hold);
        let in_record = |leaf: &&usize| !matches!(self.places.get(**leaf), Some(Some(_)));
        let leaves = groups.filter(may_match).flatten().filter(in_record);
        leaves.map(|leaf| self.record_leaves.name_of(*leaf))
    }

    /// The verdict on a record by the keys that it has where the open rules look: that of its columns where these do not
    /// tell.
    pub(super) fn by_keys(&mut self, kind: Kind, at: u32, spans: &Spans<'_>) -> u32 {
        let Self { verdicts, record_leaves, .. } = self;
        let Some(verdict) = verdicts.get_mut(at as usize).filter(|v| !v.roots.is_empty()) else { return at };
        let Some(keys) = record_leaves.keys(&verdict.roots, spans) else { return at };
        match verdict.by_keys.get(keys) {
            Some(verdict) => verdict,
            None => self.judge_keys(kind, at, keys).unwrap_or(at),
        }
    }

    /// Works out what is open still for records with the keys of the one that is being looked at.
    #[cold]
    fn judge_keys(&mut self, kind: Kind, at: u32, keys: u64) -> Option<u32> {
        if self.verdicts.len() >= MOST_VERDICTS {
            return None;
        }
        let verdict = self.verdicts.get(at as usize)?;
        let (mut hits, open) = self.sorted(&verdict.open, &|n| match self.places.get(n) {
            Some(Some(_)) => self.bounds(kind, n),
            _ => self.record_leaves.by_keys(&self.engine, n),
        });
        hits.extend(&verdict.hits);
        hits.sort_unstable();
        let mut names: Vec<RootName> = self.deciding(kind, &open).collect::<Option<_>>().unwrap_or_default();
        names.sort_unstable();
        names.dedup();
        let verdict = self.add(Verdict { hits, open, names, ..Verdict::default() }).verdict;
        self.verdicts.get_mut(at as usize)?.by_keys.insert(keys, verdict);
        Some(verdict)
    }

    /// A number for the values that decide what a verdict leaves open, and the set that belongs to them if it is known.
    pub(super) fn by_values(&mut self, at: u32, spans: &Spans<'_>) -> Option<(u64, Option<u32>)> {
        let verdict = self.verdicts.get_mut(at as usize).filter(|verdict| !verdict.names.is_empty())?;
        let values = self.record_leaves.values(&verdict.names, spans)?;
        let known = verdict.by_values.get(values);
        verdict.asked.0 = verdict.asked.0.saturating_add(1);
        verdict.asked.1 = verdict.asked.1.saturating_add(u32::from(known.is_some()));
        Some((values, known))
    }

    /// Remembers the set that belongs to these values, as long as that is worth it.
    pub(super) fn remember(&mut self, at: u32, values: u64, set: u32) {
        let Some(verdict) = self.verdicts.get_mut(at as usize) else { return };
        if verdict.asked.0 >= TRIAL {
            if verdict.asked.1 < TRIAL / 2 {
                (verdict.names, verdict.by_values) = Default::default();
                return;
            }
            verdict.asked = (0, 0);
        }
        if verdict.by_values.len() < MOST_VALUES {
            verdict.by_values.insert(values, set);
        }
    }
}
