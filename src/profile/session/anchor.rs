//! Which session an identity belongs to, as far as that can be said without looking at the time.

use std::collections::{HashMap, HashSet};

use crate::event::identity::UNKNOWN_ACTOR;
use crate::event::time::Time;
use crate::profile::key::is_long_lived;
use crate::profile::session::{Anchor, NONE};
use crate::store::dicts::{DictSet, IdentityRow};
use crate::store::flags::Flags;
use crate::store::{Column, Table};

/// What events have in common that may belong to one session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Slot {
    /// One session for all of them.
    Whole(Anchor),
    /// A session for each stretch of activity of this key or principal.
    Windows(u32),
}

impl Slot {
    pub(super) fn is_window(self) -> bool {
        matches!(self, Self::Windows(_))
    }

    /// The anchor of a session that begins at that time.
    pub(super) fn anchor(self, start: Time) -> Anchor {
        match self {
            Self::Whole(anchor) => anchor,
            Self::Windows(of) => Anchor::Window { of, start },
        }
    }
}

/// The slots, and the slot of each identity: through the console, and otherwise.
pub(super) struct Anchors {
    slots: Vec<Slot>,
    of_identity: Vec<[u32; 2]>,
}

impl Anchors {
    pub(super) fn new(table: &Table) -> Self {
        let dicts = table.dicts();
        let known = Known::new(table);
        let mut numbers: HashMap<Slot, u32, foldhash::fast::FixedState> = HashMap::default();
        let mut slots = Vec::new();
        let mut number = |slot: Option<Slot>| match slot {
            None => NONE,
            Some(slot) => *numbers.entry(slot).or_insert_with(|| {
                slots.push(slot);
                slots.len() as u32 - 1
            }),
        };
        let of_identity = (0..dicts.identity_count())
            .map(|id| {
                let identity = dicts.identity(id);
                [false, true].map(|console| number(known.slot(dicts, &identity, console)))
            })
            .collect();
        Self { slots, of_identity }
    }

    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The slot of events of this identity.
    #[inline]
    pub(super) fn slot_of(&self, identity: u32, console: bool) -> Option<u32> {
        let slots = self.of_identity.get(identity as usize)?;
        Some(slots[usize::from(console)]).filter(|&slot| slot != NONE)
    }
}

/// What one identity says about the session of another one.
struct Known {
    /// The sign-in of each key: not every service writes it down.
    sign_ins: HashMap<u32, u32, foldhash::fast::FixedState>,
    /// Sessions that came through the console, whichever of their events say so.
    consoles: HashSet<(u32, Time), foldhash::fast::FixedState>,
}

impl Known {
    fn new(table: &Table) -> Self {
        let dicts = table.dicts();
        let mut through_console = vec![false; dicts.identity_count() as usize];
        for (_, segment) in table.segments() {
            let identity = segment.column(Column::Identity);
            segment.flag_column().for_each(|row, bits| {
                if Flags::from_bits(bits as u32).has(Flags::CONSOLE)
                    && let Some(slot) = through_console.get_mut(identity.id(row) as usize)
                {
                    *slot = true;
                }
            });
        }
        let mut known = Self { sign_ins: HashMap::default(), consoles: HashSet::default() };
        for (id, &console) in (0u32..).zip(&through_console) {
            let identity = dicts.identity(id);
            if identity.sign_in_session != 0 && identity.access_key != 0 {
                known.sign_ins.insert(identity.access_key, identity.sign_in_session);
            }
            if console && identity.created.is_known() && identity.principal_id != 0 {
                known.consoles.insert((identity.principal_id, identity.created));
            }
        }
        known
    }

    fn slot(&self, dicts: &DictSet, identity: &IdentityRow, console: bool) -> Option<Slot> {
        let IdentityRow { principal_id, created, access_key: key, .. } = *identity;
        let sign_in = match identity.sign_in_session {
            0 => self.sign_ins.get(&key).copied().filter(|_| key != 0),
            arn => Some(arn),
        };
        if let Some(arn) = sign_in {
            return Some(Slot::Whole(Anchor::SignIn { arn }));
        }
        let is_dated = created.is_known() && principal_id != 0;
        if is_dated && (console || key == 0 || self.consoles.contains(&(principal_id, created))) {
            return Some(Slot::Whole(Anchor::Console { principal: principal_id, created }));
        }
        if key != 0 {
            let temporary = created.is_known() || !is_long_lived(dicts.word(key));
            return Some(if temporary { Slot::Whole(Anchor::Key { key }) } else { Slot::Windows(key) });
        }
        let of = if principal_id == 0 { identity.principal } else { principal_id };
        let nobody = identity.is_service || dicts.word(of) == UNKNOWN_ACTOR || dicts.word(of).is_empty();
        (!nobody).then_some(Slot::Windows(of))
    }
}
