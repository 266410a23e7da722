//! A sum of numbers that is exact, and from which numbers can be taken away again.
//!
//! A double is a whole number of the smallest steps a double can make, 2^-1074. The sum is kept as such a whole number,
//! in pieces of 32 bits, so that nothing is ever rounded and adding and removing cancel out.

use std::cmp::Ordering;

/// How many pieces: 2,098 bits of a double and room for 2^64 of the largest.
const PIECES: usize = 70;

/// After how many additions pieces are carried over; each adds less than 2^33 to a piece.
const ROOM: u32 = 1 << 28;

/// A sum.
#[derive(Clone)]
pub(super) struct Exact {
    /// The lowest first; a piece can be negative or more than 32 bits until it is carried over.
    pieces: [i64; PIECES],
    additions: u32,
}

impl Default for Exact {
    fn default() -> Self {
        Self { pieces: [0; PIECES], additions: 0 }
    }
}

impl Exact {
    /// Adds `times` the number, `times` within 33 bits. What is not finite is nothing.
    pub(super) fn add(&mut self, number: f64, times: i64) {
        if !number.is_finite() || number == 0.0 || times == 0 {
            return;
        }
        let bits = number.to_bits();
        let exponent = (bits >> 52) & 0x7ff;
        let fraction = bits & ((1 << 52) - 1);
        // Below the normal numbers there is no leading one, and the step stays the same.
        let (mantissa, place) =
            if exponent == 0 { (fraction, 0) } else { (fraction | 1 << 52, exponent - 1) };
        let negative = (number < 0.0) != (times < 0);
        let mut rest = (u128::from(mantissa) * u128::from(times.unsigned_abs())) << (place % 32);
        let first = usize::try_from(place / 32).unwrap_or(PIECES);
        for piece in self.pieces.iter_mut().skip(first) {
            if rest == 0 {
                break;
            }
            let part = i64::try_from(rest & 0xffff_ffff).unwrap_or_default();
            *piece += if negative { -part } else { part };
            rest >>= 32;
        }
        self.additions += 1;
        if self.additions >= ROOM {
            carry(&mut self.pieces);
            self.additions = 0;
        }
    }

    /// How the sum stands to `times` the limit.
    pub(super) fn compared(&self, limit: f64, times: i64) -> Ordering {
        let mut difference = self.clone();
        difference.add(limit, -times);
        let sign = carry(&mut difference.pieces);
        match sign {
            ..0 => Ordering::Less,
            _ if difference.pieces.iter().all(|piece| *piece == 0) => Ordering::Equal,
            _ => Ordering::Greater,
        }
    }

    /// The sum as the nearest double or its neighbor, to be shown.
    pub(super) fn rounded(&self) -> f64 {
        let mut pieces = self.pieces;
        let negative = carry(&mut pieces) < 0;
        if negative {
            pieces = self.pieces.map(|piece| -piece);
            carry(&mut pieces);
        }
        let mut sum = 0.0;
        let Some(top) = pieces.iter().rposition(|piece| *piece != 0) else { return 0.0 };
        let low = top.saturating_sub(3);
        for piece in pieces.iter().take(top + 1).skip(low).rev() {
            #[expect(clippy::cast_precision_loss, reason = "a carried piece has 32 bits")]
            let piece = *piece as f64;
            sum = sum * 4_294_967_296.0 + piece;
        }
        let scaled = scaled(sum, i32::try_from(low).unwrap_or_default() * 32 - 1074);
        if negative { -scaled } else { scaled }
    }
}

/// Carries over, so that every piece is within 32 bits; the sign of the whole is returned, -1 or 0.
fn carry(pieces: &mut [i64; PIECES]) -> i64 {
    let mut over = 0;
    for piece in pieces.iter_mut() {
        let value = *piece + over;
        *piece = value & 0xffff_ffff;
        over = value >> 32;
    }
    if over < 0 {
        // The last piece keeps what is beyond it, so that a negative sum stays one.
        if let Some(last) = pieces.last_mut() {
            *last += over << 32;
        }
    }
    over
}

/// `number` times 2^`power`, in steps that no power of two is too small or large for.
fn scaled(number: f64, power: i32) -> f64 {
    let third = power / 3;
    number * 2_f64.powi(third) * 2_f64.powi(third) * 2_f64.powi(power - 2 * third)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(list: &[f64]) -> Exact {
        let mut sum = Exact::default();
        list.iter().for_each(|number| sum.add(*number, 1));
        sum
    }

    #[test]
    fn what_doubles_round_away_is_kept() {
        let mut exact = sum(&[1e300, 1.0, -1e300]);
        assert_eq!(exact.compared(1.0, 1), Ordering::Equal);
        exact.add(1.0, -1);
        assert_eq!(exact.compared(0.0, 1), Ordering::Equal);
        assert_eq!(sum(&[f64::MIN_POSITIVE, -5e-324]).compared(f64::MIN_POSITIVE, 1), Ordering::Less);
        assert_eq!(sum(&[f64::MAX; 100]).compared(f64::MAX, 100), Ordering::Equal);
        assert_eq!(sum(&[f64::MAX; 100]).compared(f64::MAX, 99), Ordering::Greater);
        assert_eq!(sum(&[-3.5, 1.0]).compared(-2.5, 1), Ordering::Equal);
    }

    #[test]
    fn sums_are_shown_as_they_are() {
        for (list, shown) in [
            (&[][..], 0.0),
            (&[1.5, 2.25], 3.75),
            (&[-1.5, -2.25], -3.75),
            (&[5e-324, 5e-324], 1e-323),
            (&[1e300, 1e-300, -1e300], 1e-300),
            (&[f64::MAX], f64::MAX),
            (&[f64::MIN], f64::MIN),
            (&[123_456_789.0, -0.125], 123_456_788.875),
        ] {
            assert_eq!(sum(list).rounded(), shown, "{list:?}");
        }
    }

    #[test]
    fn carrying_over_in_between_changes_nothing() {
        for number in [-1.0, 1e18, -7.25] {
            let mut all = sum(&[number, 3.0, number]);
            carry(&mut all.pieces);
            all.add(number, -2);
            carry(&mut all.pieces);
            assert_eq!(all.compared(3.0, 1), Ordering::Equal, "{number}");
        }
    }

    proptest! {
        #[test]
        fn sums_of_whole_numbers_are_right(list in prop::collection::vec(-(1_i64 << 50)..1 << 50, 0..20), limit in any::<i32>()) {
            #[expect(clippy::cast_precision_loss, reason = "within 2^50")]
            let exact = sum(&list.iter().map(|n| *n as f64).collect::<Vec<_>>());
            let whole: i64 = list.iter().sum();
            prop_assert_eq!(exact.compared(f64::from(limit), 1), whole.cmp(&i64::from(limit)));
            let count = i64::try_from(list.len()).unwrap();
            prop_assert_eq!(exact.compared(f64::from(limit), count), whole.cmp(&(i64::from(limit) * count)));
        }

        #[test]
        fn what_is_added_and_removed_leaves_no_trace(
            list in prop::collection::vec(any::<f64>().prop_filter("finite", |n| n.is_finite()), 0..20),
            kept in any::<f64>().prop_filter("finite", |n| n.is_finite()),
        ) {
            let mut exact = sum(&list);
            exact.add(kept, 1);
            list.iter().for_each(|number| exact.add(*number, -1));
            prop_assert_eq!(exact.compared(kept, 1), Ordering::Equal);
            prop_assert!(exact.rounded() == kept);
        }
    }
}
