//! Words that stand beside an event.

use crate::store::flags::Flags;

/// Flags that deserve a word beside an event.
pub fn marks(flags: Flags) -> Vec<&'static str> {
    let words = [
        (Flags::CONFLICT, "conflict"),
        (Flags::DUPLICATE, "met more than once"),
        (Flags::RECONSTRUCTED, "reconstructed"),
        (Flags::DAMAGED_TEXT, "damaged text"),
        (Flags::ADDENDUM, "addendum"),
    ];
    words.into_iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, word)| word).collect()
}
