//! The rules that can fire for events of some name and source, and what is known of what they say.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::classes::Class;
use super::kind::{NAMED, Others, WIDTH, mask};
use super::{Bounds, Engine};

/// The rules that can fire for events of some name and source.
#[derive(Debug)]
pub(super) struct Candidates {
    pub(super) named: [Class; NAMED],
    pub(super) rules: Vec<usize>,
    /// Which of the other slots they look at.
    pub(super) slots: Vec<usize>,
    /// The bits of these.
    pub(super) mask: Others,
    /// Which verdict belongs to the classes there.
    pub(super) verdicts: Known<u32>,
    pub(super) gate: Gate,
}

/// Whether the record of an event is to be looked at, or its columns are enough.
#[derive(Debug)]
pub(super) enum Gate {
    /// The columns are enough.
    Shut,
    /// It depends on some of the classes.
    Ask(Ask),
    /// Whether the columns are enough is known once they are looked at.
    Open,
}

/// What opens a gate.
#[derive(Debug)]
pub(super) struct Ask {
    /// The rules that need more than columns.
    pub(super) rules: Vec<usize>,
    /// The slots that they look at.
    pub(super) slots: Vec<usize>,
    /// Whether it is open for the classes there.
    pub(super) opens: Known<bool>,
}

/// With more slots than these to ask for, all may as well be looked at.
const FEW: usize = 3;

/// What is known for combinations of classes.
#[derive(Debug)]
pub(super) struct Known<T> {
    by_classes: HashMap<Others, T, FixedState>,
    /// The last of these: the next event is often of the same kind.
    last: Option<(Others, T)>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { by_classes: HashMap::default(), last: None }
    }
}

impl<T: Copy> Known<T> {
    #[inline]
    pub(super) fn get(&mut self, classes: Others) -> Option<T> {
        if let Some((last, known)) = self.last
            && last == classes
        {
            return Some(known);
        }
        let known = *self.by_classes.get(&classes)?;
        self.last = Some((classes, known));
        Some(known)
    }

    pub(super) fn insert(&mut self, classes: Others, known: T) {
        self.by_classes.insert(classes, known);
    }

    pub(super) fn clear(&mut self) {
        self.by_classes.clear();
        self.last = None;
    }
}

/// Where the bit of each leaf stands: the slot, and which bit; `None` where the record has to be asked.
pub(super) type LeafPlaces = [Option<(usize, usize)>];

impl Candidates {
    /// Those of a name and a source whose classes are `named`, of which `said` tells what they say of leaves.
    pub(super) fn new(
        engine: &Engine,
        places: &LeafPlaces,
        named: [Class; NAMED],
        said: impl Fn(usize, usize) -> Bounds,
    ) -> Self {
        let leaf = |n: usize| match places.get(n) {
            Some(Some((slot, bit))) if *slot < NAMED => said(*slot, *bit),
            _ => Bounds::OPEN,
        };
        let programs = engine.programs.iter().enumerate();
        let rules: Vec<usize> =
            programs.filter(|(_, program)| program.bounds(&leaf).may_hold).map(|(n, _)| n).collect();
        let live = Live { engine, places, leaf: &leaf };
        let slots = live.slots(&rules);
        let gate = Gate::new(&live, &rules);
        Self { named, mask: mask(&slots), rules, slots, verdicts: Known::default(), gate }
    }
}

/// What of the rules is still alive once name and source are known: what a group that cannot match asks for is asked in vain.
struct Live<'a> {
    engine: &'a Engine,
    places: &'a LeafPlaces,
    /// What name and source say.
    leaf: &'a dyn Fn(usize) -> Bounds,
}

impl Live<'_> {
    fn leaves(&self, rule: usize) -> impl Iterator<Item = usize> {
        let groups =
            self.engine.programs.get(rule).into_iter().flat_map(|program| program.searches.iter().flatten());
        let is_alive = |group: &&Vec<usize>| group.iter().all(|leaf| (self.leaf)(*leaf).may_hold);
        groups.filter(is_alive).flatten().copied()
    }

    /// The slots behind name and source that some rules look at.
    fn slots(&self, rules: &[usize]) -> Vec<usize> {
        let mut looked_at = [false; WIDTH];
        for leaf in rules.iter().flat_map(|rule| self.leaves(*rule)) {
            if let Some(Some((slot, _))) = self.places.get(leaf)
                && let Some(looked_at) = looked_at.get_mut(*slot)
            {
                *looked_at = true;
            }
        }
        (NAMED..WIDTH).filter(|slot| looked_at.get(*slot) == Some(&true)).collect()
    }
}

impl Gate {
    fn new(live: &Live<'_>, rules: &[usize]) -> Self {
        let asks = |rule: &usize| {
            let in_record = |leaf| !matches!(live.places.get(leaf), Some(Some(_)));
            live.engine.takes(*rule) || live.leaves(*rule).any(in_record)
        };
        let rules: Vec<usize> = rules.iter().copied().filter(asks).collect();
        let slots = live.slots(&rules);
        match (rules.len(), slots.len()) {
            (0, _) => Self::Shut,
            (_, 0..=FEW) => Self::Ask(Ask { rules, slots, opens: Known::default() }),
            _ => Self::Open,
        }
    }
}

impl Ask {
    /// Whether a rule needs the record where `leaf` tells what the columns say.
    pub(super) fn is_open(&self, engine: &Engine, leaf: &dyn Fn(usize) -> Bounds) -> bool {
        self.rules.iter().any(|rule| {
            let bounds = engine.programs.get(*rule).map(|program| program.bounds(leaf));
            bounds.is_some_and(|b| b.may_hold && (b.may_fail || engine.takes(*rule)))
        })
    }
}
