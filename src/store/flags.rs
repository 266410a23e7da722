//! Small facts about an event, packed into one number.

use crate::event::outcome::Outcome;

/// What kind of record it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RecordKind {
    /// A management or data event.
    Event,
    /// A CloudTrail Insights event.
    Insight,
    /// A network activity event of a VPC endpoint.
    Network,
    /// A count of data events over some minutes; no event of its own.
    Aggregated,
}

impl RecordKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Event, Self::Insight, Self::Network, Self::Aggregated];

    /// The word that queries and exports use for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Insight => "insight",
            Self::Network => "network",
            Self::Aggregated => "aggregated",
        }
    }
}

/// Whether a call only read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    /// It only read.
    Read,
    /// It changed something, or tried to.
    Write,
}

/// The packed facts; the first three bits are the outcome.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash, Debug)]
pub struct Flags(u32);

const OUTCOME: u32 = 0b111;
const KIND_SHIFT: u32 = 3;

impl Flags {
    /// It changed something, or tried to.
    pub const WRITE: Self = Self(1 << 5);
    /// The call came through the management console.
    pub const CONSOLE: Self = Self(1 << 6);
    /// `responseElements.ConsoleLogin` says `Success`.
    pub const LOGIN_OK: Self = Self(1 << 7);
    /// Another record has the same id and other content.
    pub const CONFLICT: Self = Self(1 << 8);
    /// The same record was met more than once.
    pub const DUPLICATE: Self = Self(1 << 9);
    /// The record was put together from a form that keeps no raw record.
    pub const RECONSTRUCTED: Self = Self(1 << 10);
    /// Some text was no valid Unicode and had to be replaced.
    pub const DAMAGED_TEXT: Self = Self(1 << 11);
    /// The id is no UUID: the id column holds a number into the dictionary of odd ids.
    pub const ODD_ID: Self = Self(1 << 12);
    /// There is no id: the id column holds a hash of the record.
    pub const NO_ID: Self = Self(1 << 13);

    /// A console sign-in whose record says that no second factor was used.
    pub const NO_MFA: Self = Self(1 << 14);

    /// The event has something beside its columns, see [`crate::store::Aside`].
    pub const ASIDE: Self = Self(1 << 15);

    /// The record says that it came late, or that it corrects one that was delivered before.
    pub const ADDENDUM: Self = Self(1 << 16);

    /// The facts with this outcome and kind, and no others.
    pub const fn new(outcome: Outcome, kind: RecordKind) -> Self {
        Self(outcome as u32 | (kind as u32) << KIND_SHIFT)
    }

    /// From a column.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// For a column.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// With `other` added.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// With `other` added when `on`.
    #[must_use]
    pub const fn with_if(self, on: bool, other: Self) -> Self {
        if on { self.with(other) } else { self }
    }

    /// Whether all of `other` holds.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// How the call ended.
    pub const fn outcome(self) -> Outcome {
        Outcome::from_number((self.0 & OUTCOME) as u8)
    }

    /// What kind of record it is.
    pub const fn kind(self) -> RecordKind {
        RecordKind::ALL[(self.0 >> KIND_SHIFT & 3) as usize]
    }

    /// Whether it only read.
    pub const fn access(self) -> Access {
        if self.has(Self::WRITE) { Access::Write } else { Access::Read }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_do_not_disturb_each_other() {
        for outcome in Outcome::ALL {
            for kind in RecordKind::ALL {
                let flags = Flags::new(outcome, kind).with(Flags::CONFLICT).with_if(false, Flags::WRITE);
                assert_eq!((flags.outcome(), flags.kind(), flags.access()), (outcome, kind, Access::Read));
                assert!(flags.has(Flags::CONFLICT) && !flags.has(Flags::WRITE.with(Flags::CONFLICT)));
                assert_eq!(Flags::from_bits(flags.bits()), flags);
            }
        }
    }
}
