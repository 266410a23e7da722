//! What the columns say of kinds of events, worked out once for each kind.

use super::Matcher;
use crate::detect::engine::Bounds;
use crate::detect::engine::candidates::{Candidates, Gate};
use crate::detect::engine::classes::{ODD, Slot, UNKNOWN};
use crate::detect::engine::kind::{self, Kind, NAMED, Others};
use crate::store::segment::EventRow;

/// How many verdicts are remembered before all are forgotten.
const MOST_VERDICTS: usize = 1 << 18;

/// What the columns say of events whose values are of the same classes.
#[derive(Debug)]
pub(super) struct Verdict {
    /// The rules that fire.
    pub(super) hits: Vec<u32>,
    /// The number of that set.
    pub(super) number: u32,
    /// The rules that only the record can decide.
    pub(super) open: Vec<usize>,
    /// Whether the columns say everything, and nothing is to be taken from the record for another rule.
    pub(super) is_final: bool,
}

impl Matcher {
    /// Which of the candidates belong to a name and a source; `None` when one of them has no class.
    #[inline]
    pub(super) fn candidates(&mut self, event: u32, source: u32) -> Option<u32> {
        match self.by_name.get(event as usize) {
            Some((with, at)) if *with == source => Some(*at),
            _ => self.named(event, source),
        }
    }

    #[cold]
    fn named(&mut self, event: u32, source: u32) -> Option<u32> {
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
                let candidates = Candidates::new(&self.engine, &self.places, named, said);
                let at = self.candidates.len() as u32;
                self.candidates.push(candidates);
                self.candidates_of.insert(named, at);
                at
            }
        };
        let event = event as usize;
        if self.by_name.len() <= event {
            self.by_name.resize(event + 1, (u32::MAX, 0));
        }
        if let Some(slot) = self.by_name.get_mut(event) {
            *slot = (source, at);
        }
        Some(at)
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
            Gate::Shut => return Some(true),
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
        Some((kind, self.verdict_of(at, kind.others)?))
    }

    /// What the columns say of the events of a kind.
    #[inline]
    pub(super) fn verdict_of(&mut self, at: u32, others: Others) -> Option<u32> {
        match self.candidates.get_mut(at as usize)?.verdicts.get(others) {
            Some(verdict) => Some(verdict),
            None => self.judge(at, others),
        }
    }

    /// Works out what the columns say of the events of a kind.
    #[cold]
    fn judge(&mut self, at: u32, others: Others) -> Option<u32> {
        if self.verdicts.len() >= MOST_VERDICTS {
            self.verdicts.clear();
            for candidates in &mut self.candidates {
                candidates.verdicts.clear();
            }
        }
        let candidates = self.candidates.get(at as usize)?;
        let kind = Kind { named: candidates.named, others };
        let (mut hits, mut open) = (Vec::new(), Vec::new());
        for &rule in &candidates.rules {
            let Some(program) = self.engine.programs.get(rule) else { continue };
            match program.bounds(&|n| self.bounds(kind, n)) {
                Bounds { may_hold: true, may_fail: true } => open.push(rule),
                Bounds { may_hold: true, .. } => hits.push(rule as u32),
                Bounds { .. } => {}
            }
        }
        let is_final = open.is_empty() && !hits.iter().any(|rule| self.engine.takes(*rule as usize));
        let verdict = Verdict { number: self.number(&hits), is_final, hits, open };
        let number = self.verdicts.len() as u32;
        self.verdicts.push(verdict);
        self.candidates.get_mut(at as usize)?.verdicts.insert(others, number);
        Some(number)
    }
}
