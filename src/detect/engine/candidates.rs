//! The rules that can fire for events of some name and source, and what is known of what they say.

use std::hash::Hash;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::classes::Class;
use super::kind::{NAME, NAMED, Others, WIDTH, mask};
use super::{Bounds, Engine, Program};

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
    pub(super) verdicts: Known<Others, Judged>,
    pub(super) gate: Gate,
}

/// A verdict by its place among those of a worker, and the number of the set that it begins with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) verdict: u32,
    pub(super) number: u32,
}

/// Whether the record of an event is to be looked at, or its columns are enough.
#[derive(Debug)]
pub(super) enum Gate {
    /// No rule can fire, whatever the columns say.
    Idle,
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
    pub(super) opens: Known<Others, bool>,
}

/// With more slots than these to ask for, all may as well be looked at.
const FEW: usize = 3;

/// What is known for combinations of classes, or of keys.
#[derive(Debug)]
pub(super) struct Known<K, T> {
    of: HashMap<K, T, FixedState>,
    /// The last of these: the next event is often of the same kind.
    last: Option<(K, T)>,
}

impl<K, T> Default for Known<K, T> {
    fn default() -> Self {
        Self { of: HashMap::default(), last: None }
    }
}

impl<K: Copy + Eq + Hash, T: Copy> Known<K, T> {
    #[inline]
    pub(super) fn get(&mut self, of: K) -> Option<T> {
        if let Some((last, known)) = self.last
            && last == of
        {
            return Some(known);
        }
        let known = *self.of.get(&of)?;
        self.last = Some((of, known));
        Some(known)
    }

    pub(super) fn insert(&mut self, of: K, known: T) {
        self.of.insert(of, known);
    }

    pub(super) fn len(&self) -> usize {
        self.of.len()
    }

    pub(super) fn clear(&mut self) {
        self.of.clear();
        self.last = None;
    }
}

/// Where the bit of each leaf stands: the slot, and which bit; `None` where the record has to be asked.
pub(super) type LeafPlaces = [Option<(usize, usize)>];

/// The rules that can fire for some name at all, without a look at each rule.
#[derive(Debug)]
pub(super) struct ByName {
    /// By the bit of a leaf on names: the rules that only fire where it or another one of them holds.
    of_bit: Vec<Vec<usize>>,
    /// The rules that look for no name.
    always: Vec<usize>,
}

impl ByName {
    pub(super) fn new(engine: &Engine, places: &LeafPlaces) -> Self {
        let mut all = Self { of_bit: Vec::new(), always: Vec::new() };
        for (rule, program) in engine.programs.iter().enumerate() {
            let Some(bits) = Self::needed(program, places) else {
                all.always.push(rule);
                continue;
            };
            for bit in bits {
                if all.of_bit.len() <= bit {
                    all.of_bit.resize(bit + 1, Vec::new());
                }
                if let Some(rules) = all.of_bit.get_mut(bit) {
                    rules.push(rule);
                }
            }
        }
        all
    }

    /// Leaves on names of which one has to hold for a rule to fire.
    fn needed(program: &Program, places: &LeafPlaces) -> Option<Vec<usize>> {
        let on_name = |leaf: &usize| match places.get(*leaf) {
            Some(Some((NAME, bit))) => Some(*bit),
            _ => None,
        };
        let all = program.searches.iter().enumerate();
        all.filter_map(|(n, groups)| {
            let bits: Option<Vec<usize>> =
                groups.iter().map(|group| group.iter().find_map(on_name)).collect();
            bits.filter(|_| program.needs(n))
        })
        .min_by_key(Vec::len)
    }

    /// The rules that can fire where these leaves on names hold, in order.
    pub(super) fn rules(&self, holding: impl Iterator<Item = usize>) -> Vec<usize> {
        let of_name = holding.filter_map(|bit| self.of_bit.get(bit)).flatten();
        let mut rules: Vec<usize> = self.always.iter().chain(of_name).copied().collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}

impl Candidates {
    /// Those among some rules for a name and a source whose classes are `named`, of which `said` tells what they say of leaves.
    pub(super) fn new(
        engine: &Engine,
        places: &LeafPlaces,
        mut rules: Vec<usize>,
        named: [Class; NAMED],
        said: impl Fn(usize, usize) -> Bounds,
    ) -> Self {
        let leaf = |n: usize| match places.get(n) {
            Some(Some((slot, bit))) if *slot < NAMED => said(*slot, *bit),
            _ => Bounds::OPEN,
        };
        rules.retain(|rule| engine.programs.get(*rule).is_some_and(|program| program.bounds(&leaf).may_hold));
        let live = Live { engine, places, leaf: &leaf };
        let slots = live.slots(&rules);
        let gate = Gate::new(&live, &rules);
        Self { named, mask: mask(&slots), rules, slots, verdicts: Known::default(), gate }
    }
}

impl Candidates {
    /// Forgets what is known for combinations of classes.
    pub(super) fn forget(&mut self) {
        self.verdicts.clear();
        if let Gate::Ask(ask) = &mut self.gate {
            ask.opens.clear();
        }
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
        let program = self.engine.programs.get(rule);
        let open = program.map(|program| program.open_searches(self.leaf)).unwrap_or_default();
        let searches = program.into_iter().flat_map(|program| &program.searches).zip(open);
        let groups = searches.filter(|(_, open)| *open).flat_map(|(groups, _)| groups);
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
        if rules.is_empty() {
            return Self::Idle;
        }
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
