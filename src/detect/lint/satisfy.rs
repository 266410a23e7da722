//! Whether a condition can hold at all: every way in which the searches may match is tried.

use super::clash::{Clash, Literal, clash};
use super::{Finding, Kind, warning};
use crate::detect::sigma::condition::Condition;
use crate::detect::sigma::item::Item;
use crate::detect::sigma::rule::Rule;

/// With more searches than this nothing is tried.
const MOST_SEARCHES: usize = 12;

/// How many sets of items are looked at for one rule before it is given the benefit of the doubt.
const MOST_SETS: usize = 2_000;

/// The largest set of items that is looked at: pairs of them are compared.
const MOST_ITEMS: usize = 64;

pub(super) fn check(rule: &Rule, out: &mut Vec<Finding>) {
    let dead = dead_groups(rule);
    for clash in &dead {
        let text = format!("this can never match: {}; leave one of them out", clash.reason);
        out.push(warning(clash.line, Kind::Contradiction, text));
    }
    if !dead.is_empty() || rule.searches.len() > MOST_SEARCHES {
        return;
    }
    for condition in &rule.conditions {
        let mut trial = Trial { rule, left: MOST_SETS, reason: None };
        if !trial.can_hold(condition) {
            let reason = trial.reason.map_or_else(
                || "whichever searches match, it does not hold".to_owned(),
                |clash| format!("{} (line {})", clash.reason, clash.line),
            );
            let text = format!("the condition can never hold: {reason}; ask for less in it");
            out.push(warning(rule.line, Kind::Contradiction, text));
        }
    }
}

/// Groups that no record matches.
fn dead_groups(rule: &Rule) -> Vec<Clash> {
    let groups = rule.searches.iter().flat_map(|(_, search)| &search.groups);
    groups.filter(|group| group.len() <= MOST_ITEMS).filter_map(|group| clash(&matching(group))).collect()
}

fn matching(group: &[Item]) -> Vec<Literal<'_>> {
    group.iter().map(|item| Literal::of(item, true)).collect()
}

struct Trial<'r> {
    rule: &'r Rule,
    /// How many sets may still be looked at.
    left: usize,
    /// The first reason that was found.
    reason: Option<Clash>,
}

impl<'r> Trial<'r> {
    fn can_hold(&mut self, condition: &Condition) -> bool {
        let ways = 0..1u32 << self.rule.searches.len();
        let mut holding = ways.filter(|way| condition.holds(&mut |n| way >> n & 1 == 1));
        holding.any(|way| self.can_be(way))
    }

    /// Whether a record can match exactly these searches.
    fn can_be(&mut self, way: u32) -> bool {
        let all = || self.rule.searches.iter().enumerate();
        let wanted: Vec<&'r [Vec<Item>]> =
            all().filter(|(n, _)| way >> n & 1 == 1).map(|(_, (_, search))| &search.groups[..]).collect();
        let unwanted: Vec<&'r [Item]> = all()
            .filter(|(n, _)| way >> n & 1 == 0)
            .flat_map(|(_, (_, search))| search.groups.iter().map(Vec::as_slice))
            .collect();
        // One group of each search is chosen, like the wheels of an odometer.
        let mut choice = vec![0; wanted.len()];
        loop {
            if self.left == 0 || self.set_can_be(&wanted, &choice, &unwanted) {
                return true;
            }
            self.left -= 1;
            if !turn(&mut choice, &wanted) {
                return false;
            }
        }
    }

    fn set_can_be(&mut self, wanted: &[&'r [Vec<Item>]], choice: &[usize], unwanted: &[&'r [Item]]) -> bool {
        let chosen = wanted.iter().zip(choice).filter_map(|(groups, n)| groups.get(*n));
        let mut literals: Vec<Literal<'r>> = chosen.flat_map(|group| matching(group)).collect();
        for group in unwanted {
            if let [only] = group {
                literals.push(Literal::of(only, false));
            }
        }
        if literals.len() > MOST_ITEMS {
            return true;
        }
        let mut found = clash(&literals);
        if found.is_none() {
            let follows = |item: &Item| {
                let mut with = literals.clone();
                with.push(Literal::of(item, false));
                clash(&with)
            };
            // A group that must not match, and does as soon as the others do.
            let forced =
                |group: &&&[Item]| group.len() > 1 && group.iter().all(|item| follows(item).is_some());
            found = unwanted.iter().find(forced).and_then(|group| group.first().and_then(follows));
        }
        let possible = found.is_none();
        self.reason = self.reason.take().or(found);
        possible
    }
}

/// Goes to the next choice; false when there is none.
fn turn(choice: &mut [usize], wanted: &[&[Vec<Item>]]) -> bool {
    for (n, groups) in choice.iter_mut().zip(wanted) {
        *n += 1;
        if *n < groups.len() {
            return true;
        }
        *n = 0;
    }
    false
}
