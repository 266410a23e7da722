//! What a query means, after every check: the tree that is executed.
//!
//! The parser builds trees in one normal form, which [`Expr::and`], [`Expr::or`]
//! and [`Expr::negate`] keep: `And` and `Or` hold two parts or more and none of
//! their own kind, [`Expr::All`] stands alone or below `Not`, and `Not` never
//! holds a `Not`. For such a tree, writing it and reading it again changes nothing.

use ipnet::IpNet;

use super::pattern::Pattern;
use crate::event::field::FieldRef;
use crate::event::time::Time;

/// A condition on one event.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// Every event.
    All,
    /// All of these.
    And(Vec<Expr>),
    /// At least one of these.
    Or(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// A condition on one field.
    Term(Term),
    /// Free text: some column, or else the raw record, contains this. The pattern is open at both ends.
    Text(Pattern),
}

/// A condition on one field.
#[derive(Clone, PartialEq, Debug)]
pub struct Term {
    /// The field. A path matches when any value that it leads to matches; lists on the way are entered.
    pub field: FieldRef,
    /// What its value must be.
    pub test: Test,
}

/// What a value must be. An absent value passes no test.
#[derive(Clone, PartialEq, Debug)]
pub enum Test {
    /// Text that matches; for fields of words the pattern is in the spelling of the catalogue where it is exact.
    Matches(Pattern),
    /// An address inside of this network (a single address is a network of one).
    Net(IpNet),
    /// A number that compares so. Never NaN or infinite.
    Number {
        /// The comparison.
        op: Op,
        /// Its right side.
        value: f64,
    },
    /// A number from `from` to `to`, both included.
    NumberRange {
        /// The least number.
        from: f64,
        /// The greatest number.
        to: f64,
    },
    /// A known time, from `from` (included) to `to` (excluded); `None` is open. At least one end is given.
    Time {
        /// The first instant.
        from: Option<Moment>,
        /// The instant behind the last one.
        to: Option<Moment>,
    },
    /// Any value at all; for the time, that it is known.
    Exists,
}

/// A comparison of numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Op {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

impl Op {
    /// The sign that queries write.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Equal => ":",
            Self::GreaterOrEqual => ">=",
            Self::Greater => ">",
        }
    }

    /// Whether `left op right`.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Equal => left == right,
            Self::GreaterOrEqual => left >= right,
            Self::Greater => left > right,
        }
    }
}

/// An end of a range of times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// A point in time, always known.
    At(Time),
    /// So many milliseconds before the newest event; -1 is the instant behind it.
    BeforeNewest(i64),
}

impl Moment {
    /// The point in time, given when the newest event happened.
    ///
    /// Unknown when `newest` is, or when the result lies before the year 1; unknown sorts first.
    pub const fn at(self, newest: Time) -> Time {
        match self {
            Self::At(time) => time,
            Self::BeforeNewest(ms) => newest.plus_millis(ms.saturating_neg()),
        }
    }
}

impl Expr {
    /// All of `parts`; everything when there are none.
    pub fn and(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::All => {}
                Self::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::All,
            1 => flat.swap_remove(0),
            _ => Self::And(flat),
        }
    }

    /// At least one of `parts`; nothing when there are none.
    pub fn or(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::All => return Self::All,
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::All.negate(),
            1 => flat.swap_remove(0),
            _ => Self::Or(flat),
        }
    }

    /// The opposite.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// A condition on one field.
    pub const fn term(field: FieldRef, test: Test) -> Self {
        Self::Term(Term { field, test })
    }

    /// Free text, taken literally.
    pub fn text(text: &str) -> Self {
        Self::free(Pattern::contains(text))
    }

    /// Free text; what matches anything is [`Expr::All`].
    pub(super) fn free(pattern: Pattern) -> Self {
        if pattern.is_any() { Self::All } else { Self::Text(pattern) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_form_is_kept() {
        let t = |s: &str| Expr::text(s);
        assert_eq!(Expr::and([]), Expr::All);
        assert_eq!(Expr::and([Expr::All, t("a")]), t("a"));
        assert_eq!(Expr::or([Expr::All, t("a")]), Expr::All);
        assert_eq!(Expr::or([]), Expr::All.negate());
        assert_eq!(Expr::and([t("a"), Expr::and([t("b"), t("c")])]), Expr::And(vec![t("a"), t("b"), t("c")]));
        assert_eq!(Expr::or([t("a"), Expr::or([t("b"), t("c")])]), Expr::Or(vec![t("a"), t("b"), t("c")]));
        assert_eq!(t("a").negate().negate(), t("a"));
        assert_eq!(t(""), Expr::All);
    }

    #[test]
    fn a_relative_moment_counts_back_from_the_newest_event() {
        let newest = Time::from_civil(2023, 7, 10, 12, 0, 0);
        assert_eq!(Moment::BeforeNewest(3_600_000).at(newest), Time::from_civil(2023, 7, 10, 11, 0, 0));
        assert_eq!(Moment::BeforeNewest(-1).at(newest), newest.plus_millis(1));
        assert_eq!(Moment::BeforeNewest(i64::MIN).at(Time::UNKNOWN), Time::UNKNOWN);
        assert_eq!(Moment::At(newest).at(Time::UNKNOWN), newest);
    }

    #[test]
    fn numbers_compare() {
        for (op, results) in [
            (Op::Less, [true, false, false]),
            (Op::LessOrEqual, [true, true, false]),
            (Op::Equal, [false, true, false]),
            (Op::GreaterOrEqual, [false, true, true]),
            (Op::Greater, [false, false, true]),
        ] {
            assert_eq!([1.0, 2.0, 3.0].map(|left| op.holds(left, 2.0)), results);
        }
    }
}
