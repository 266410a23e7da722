//! A condition over rules, worked out into its alternatives: which rules have to be there, and which must not be.
//!
//! An ordered correlation needs them one by one, as each has an order of its own.

use super::super::condition::Condition;

/// One way in which an ordered correlation can come true.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sequence {
    /// The rules in order; a rule can be there twice.
    pub steps: Vec<u16>,
    /// The rules (a bit each) of which no event may lie between the first and the last step, those two included.
    pub without: u64,
}

/// Rules that have to be there, and rules that must not be: a bit each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Alternative {
    pub(crate) with: u64,
    pub(crate) without: u64,
}

/// How many alternatives a condition may have.
pub(crate) const MOST: usize = 256;

/// The alternatives of a condition, none of which another one makes needless; `None` when they are more than [`MOST`].
///
/// The depth of a condition is bounded by its parser, and so is the recursion here.
pub(crate) fn alternatives(condition: &Condition) -> Option<Vec<Alternative>> {
    let mut found = worked_out(condition, true)?;
    found.retain(|term| term.with & term.without == 0);
    found.sort_unstable_by_key(|term| (term.with.count_ones() + term.without.count_ones(), term.with));
    let mut kept: Vec<Alternative> = Vec::new();
    for term in found {
        let needless = |less: &Alternative| {
            less.with & term.with == less.with && less.without & term.without == less.without
        };
        if !kept.iter().any(needless) {
            kept.push(term);
        }
    }
    Some(kept)
}

fn worked_out(condition: &Condition, wanted: bool) -> Option<Vec<Alternative>> {
    match (condition, wanted) {
        (Condition::Search(n), _) => Some(vec![literal(*n, wanted)]),
        (Condition::Not(inner), _) => worked_out(inner, !wanted),
        (Condition::And(parts), true) | (Condition::Or(parts), false) => {
            let mut all = vec![Alternative { with: 0, without: 0 }];
            for part in parts {
                all = product(&all, &worked_out(part, wanted)?)?;
            }
            Some(all)
        }
        (Condition::Or(parts), true) | (Condition::And(parts), false) => {
            let mut any = Vec::new();
            for part in parts {
                any.extend(worked_out(part, wanted)?);
            }
            (any.len() <= MOST).then_some(any)
        }
        (Condition::AtLeast(least, of), true) => chosen(*least, of, true),
        // Not so many of them: all but so few are missing.
        (Condition::AtLeast(least, of), false) => chosen((of.len() + 1).saturating_sub(*least), of, false),
    }
}

fn literal(n: usize, wanted: bool) -> Alternative {
    let bit = u32::try_from(n).ok().and_then(|n| 1_u64.checked_shl(n)).unwrap_or(0);
    if wanted { Alternative { with: bit, without: 0 } } else { Alternative { with: 0, without: bit } }
}

fn product(left: &[Alternative], right: &[Alternative]) -> Option<Vec<Alternative>> {
    if left.len().saturating_mul(right.len()) > MOST {
        return None;
    }
    let both = |a: &Alternative, b: &Alternative| Alternative {
        with: a.with | b.with,
        without: a.without | b.without,
    };
    Some(left.iter().flat_map(|a| right.iter().map(move |b| both(a, b))).collect())
}

/// Every choice of `least` of these.
fn chosen(least: usize, of: &[usize], wanted: bool) -> Option<Vec<Alternative>> {
    let mut open: Vec<(usize, Alternative)> = vec![(0, Alternative { with: 0, without: 0 })];
    for (place, n) in of.iter().enumerate() {
        let left = of.len() - place - 1;
        let one = literal(*n, wanted);
        let mut next = Vec::new();
        for (count, term) in open {
            if count < least {
                let with = term.with | one.with;
                next.push((count + 1, Alternative { with, without: term.without | one.without }));
            }
            if count + left >= least {
                next.push((count, term));
            }
        }
        if next.len() > MOST * 4 {
            return None;
        }
        open = next;
    }
    let full: Vec<Alternative> =
        open.into_iter().filter(|(count, _)| *count >= least).map(|(_, term)| term).collect();
    (full.len() <= MOST).then_some(full)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::condition::parse;
    use super::*;

    const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

    #[test]
    fn alternatives_are_the_ways_to_come_true() {
        let of = |text: &str| {
            let found = alternatives(&parse(text, &NAMES).unwrap()).unwrap();
            found.iter().map(|term| (term.with, term.without)).collect::<Vec<_>>()
        };
        assert_eq!(of("a and b and not c"), [(0b11, 0b100)]);
        assert_eq!(of("(a or b) and c"), [(0b101, 0), (0b110, 0)]);
        assert_eq!(of("a or a and b"), [(0b1, 0)]);
        assert_eq!(of("a and not a"), []);
        assert_eq!(of("not (a or not b)"), [(0b10, 0b1)]);
        assert_eq!(of("4 of them").len(), 5);
        assert_eq!(of("all of them"), [(0b11111, 0)]);
    }

    #[test]
    fn too_many_alternatives_are_refused_before_they_fill_the_memory() {
        let names: Vec<String> = (0..64).map(|n| format!("r{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(alternatives(&parse("32 of them", &names).unwrap()), None);
        assert_eq!(alternatives(&parse("64 of them", &names).unwrap()).map(|all| all.len()), Some(1));
        let pairs: Vec<String> = (0..32).map(|n| format!("(r{} or r{})", 2 * n, 2 * n + 1)).collect();
        assert_eq!(alternatives(&parse(&pairs.join(" and "), &names).unwrap()), None);
    }

    proptest! {
        #[test]
        fn alternatives_hold_when_the_condition_does(
            text in "(not )?[a-e] (and|or) (not )?([a-e]|\\([a-e] (and|or) not [a-e]\\)|not 2 of them) (and|or) [a-e]",
            there in 0_u64..32,
        ) {
            let condition = parse(&text, &NAMES).unwrap();
            let holds = condition.holds(&mut |n| there >> n & 1 == 1);
            let found = alternatives(&condition).unwrap();
            let any = found.iter().any(|t| t.with & there == t.with && t.without & there == 0);
            prop_assert_eq!(holds, any);
        }
    }
}
