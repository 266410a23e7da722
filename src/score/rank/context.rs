//! What a column keeps of how an event compares with the others.

use crate::score::Level;

/// What is known of an event by comparing it with the others.
///
/// Bits 0-4: the first of its actor in [`crate::event::field::FIRST_SEEN`]; bits 5-8:
/// rarity, 15 for a kind of event that happened once; bit 9: went through after a denial; bits 10-12: the level of
/// the best rule that it hit, 0 for none and 1 for the lowest; bit 13: from a new network; bit 14: a habit of its
/// actor.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Context(u16);

pub(super) const FIRST_BITS: u16 = 0b1_1111;
pub(super) const RARITY_SHIFT: u32 = 5;
pub(super) const RULE_SHIFT: u32 = 10;
/// The bit of [`Context::after_denial`].
pub(super) const AFTER_DENIAL: u16 = 1 << 9;
/// The bit of [`Context::new_network`].
pub(super) const NEW_NETWORK: u16 = 1 << 13;
/// The bit of [`Context::habit`].
pub(super) const HABIT: u16 = 1 << 14;

/// What a context says beside firsts and rarity, as the query language calls it, with its bit.
pub(crate) const PECULIAR: [(&str, u16); 3] =
    [("after-denial", AFTER_DENIAL), ("new-network", NEW_NETWORK), ("habit", HABIT)];

impl Context {
    /// From a column.
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// For a column.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// In which respects it is the first of its actor: a bit for each of [`crate::event::field::FIRST_SEEN`].
    pub const fn first_seen(self) -> u16 {
        self.0 & FIRST_BITS
    }

    /// 15 for a kind of event that happened once, one less for each doubling.
    pub const fn rarity(self) -> u16 {
        self.0 >> RARITY_SHIFT & 15
    }

    /// The level of the best rule that it hit: 0 for none, 1 for the lowest level, 5 for the highest.
    pub(super) const fn rule(self) -> u16 {
        self.0 >> RULE_SHIFT & 7
    }

    /// The level of the best rule that it hit.
    pub fn level(self) -> Option<Level> {
        Level::ALL.get(usize::from(self.rule().checked_sub(1)?)).copied()
    }

    /// Whether it was done after the same was denied in the same session.
    pub const fn after_denial(self) -> bool {
        self.0 & AFTER_DENIAL != 0
    }

    /// Whether it came from a network that was new to the whole log, or had been met for less than a day.
    pub const fn new_network(self) -> bool {
        self.0 & NEW_NETWORK != 0
    }

    /// Whether its actor had done the same with the same outcome on two days before, and not from a new network.
    pub const fn habit(self) -> bool {
        self.0 & HABIT != 0
    }
}
