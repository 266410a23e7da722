//! What is written and does nothing: keys that nobody looks at, searches that no condition asks for, times that never are.

use super::{Finding, Kind, warning};
use crate::detect::sigma::condition::Condition;
use crate::detect::sigma::item::{Item, Test, Unit};
use crate::detect::sigma::rule::Rule;
use crate::query::Op;
use crate::text::nearest;

/// The keys of a rule: those of Sigma and ours.
const KEYS: [&str; 24] = [
    "title",
    "id",
    "name",
    "related",
    "taxonomy",
    "status",
    "description",
    "license",
    "author",
    "references",
    "date",
    "modified",
    "logsource",
    "detection",
    "fields",
    "falsepositives",
    "level",
    "tags",
    "scope",
    "action",
    "correlation",
    "filter",
    "tests",
    "first_seen",
];

pub(super) fn check(rule: &Rule, out: &mut Vec<Finding>) {
    keys(rule, out);
    searches(rule, out);
    for item in rule.searches.iter().flat_map(|(_, search)| search.groups.iter().flatten()) {
        times(item, out);
    }
}

/// Rules may have keys of others, so only what is almost a key is told.
fn keys(rule: &Rule, out: &mut Vec<Finding>) {
    for (key, line) in rule.keys.iter().filter(|(key, _)| !KEYS.contains(&key.as_str())) {
        out.extend(nearest(key, KEYS.into_iter()).map(|near| {
            let text = format!("a rule has no key `{key}`, and nobody looks at it; did you mean `{near}`?");
            warning(*line, Kind::UnknownKey, text)
        }));
    }
}

fn searches(rule: &Rule, out: &mut Vec<Finding>) {
    let mut used = vec![false; rule.searches.len()];
    let mut open: Vec<&Condition> = rule.conditions.iter().collect();
    let mut use_one = |n: &usize| {
        if let Some(used) = used.get_mut(*n) {
            *used = true;
        }
    };
    while let Some(condition) = open.pop() {
        match condition {
            Condition::Search(n) => use_one(n),
            Condition::AtLeast(_, of) => of.iter().for_each(&mut use_one),
            Condition::And(parts) | Condition::Or(parts) => open.extend(parts),
            Condition::Not(part) => open.push(part),
        }
    }
    // A name that begins with _ says that the search is put aside.
    let is_idle = |(name, used): (&str, bool)| !used && !name.starts_with('_');
    for ((name, search), _) in
        rule.searches.iter().zip(used).filter(|((name, _), used)| is_idle((name, *used)))
    {
        let first = search.groups.iter().flatten().next();
        let text =
            format!("no condition asks for the search `{name}`; name it in the condition, or leave it out");
        out.push(warning(first.map_or(rule.line, |item| item.line), Kind::Unused, text));
    }
}

fn times(item: &Item, out: &mut Vec<Finding>) {
    for (test, line) in item.tests.iter().zip(&item.lines) {
        let Test::TimePart(unit, op, number) = test else { continue };
        let (name, first, last) = match unit {
            Unit::Minute => ("minute", 0, 59),
            Unit::Hour => ("hour", 0, 23),
            Unit::Day => ("day", 1, 31),
            Unit::Week => ("week", 1, 53),
            Unit::Month => ("month", 1, 12),
            Unit::Year => ("year", 0, 9999),
        };
        if !(first..=last).any(|part| op.holds(f64::from(part), *number)) {
            let sign = if *op == Op::Equal { "" } else { op.sign() };
            let text =
                format!("there is no {name} {sign}{number}; write a whole number from {first} to {last}");
            out.push(warning(*line, Kind::Contradiction, text));
        }
    }
}
