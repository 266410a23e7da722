//! Cursors in lists: where they go, and which part of the list is seen.

use super::action::Motion;

/// Where the cursor goes in a list of `len` rows of which `page` are seen.
pub fn moved(cursor: usize, motion: Motion, len: usize, page: usize) -> usize {
    let last = len.saturating_sub(1);
    let page = page.max(1);
    let to = match motion {
        Motion::Up => cursor.saturating_sub(1),
        Motion::Down => cursor.saturating_add(1),
        Motion::HalfPageUp => cursor.saturating_sub(page.div_ceil(2)),
        Motion::HalfPageDown => cursor.saturating_add(page.div_ceil(2)),
        Motion::PageUp => cursor.saturating_sub(page),
        Motion::PageDown => cursor.saturating_add(page),
        Motion::Top => 0,
        Motion::Bottom => last,
        Motion::Left | Motion::Right => cursor,
    };
    to.min(last)
}

/// The row at the top of the screen so that the cursor is seen, moved as little as possible.
pub fn top(top: usize, cursor: usize, len: usize, page: usize) -> usize {
    let page = page.max(1);
    let least = (cursor + 1).saturating_sub(page);
    top.clamp(least, cursor.max(least)).min(len.saturating_sub(page).max(least))
}

/// The place `by` steps further in a circle of `len`.
pub fn around(at: usize, by: isize, len: usize) -> usize {
    match isize::try_from(len) {
        Ok(0) | Err(_) => 0,
        Ok(len) => (isize::try_from(at).unwrap_or(0) + by).rem_euclid(len) as usize,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_cursor_is_always_in_the_list_and_seen(
            steps in proptest::collection::vec(0..Motion::ALL.len(), 0..60), len in 0usize..50, page in 0usize..20,
        ) {
            let (mut cursor, mut first) = (0, 0);
            for step in steps {
                cursor = moved(cursor, Motion::ALL[step], len, page);
                first = top(first, cursor, len, page);
                prop_assert!(cursor < len.max(1));
                prop_assert!(first <= cursor && cursor < first + page.max(1));
            }
        }
    }

    #[test]
    fn a_circle_goes_around_both_ways() {
        assert_eq!((around(0, -1, 3), around(2, 1, 3), around(1, 1, 3), around(5, 1, 0)), (2, 0, 2, 0));
    }
}
