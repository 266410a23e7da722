//! Rules that find nothing which another rule does not find as well.
//!
//! Only rules are compared that say plainly what they ask for and what they leave out: some searches of
//! which all or any have to match, and some that must not. Rules are looked up by the event names they ask
//! for, so that hundreds take a moment.

use std::collections::{BTreeSet, HashMap};

use super::clash::tests;
use super::{Finding, Kind, Weight, is_about, note, warning};
use crate::detect::sigma::condition::Condition;
use crate::detect::sigma::item::Item;
use crate::detect::sigma::rule::{Rule, Search};

/// How many pairs of rules are compared.
const MOST_PAIRS: usize = 2_000_000;

/// How many ways to match a rule may have to be compared.
const MOST_WAYS: usize = 64;

/// The levels, the least first.
pub(super) const LEVELS: [&str; 5] = ["informational", "low", "medium", "high", "critical"];

/// The rules that another one makes needless, by their place in `rules`.
///
/// Give it only rules that report hits of their own: what serves a correlation is part of another rule by
/// intention. Rules on what is seen for the first time are passed over, as they find less than they ask for.
pub fn shadowed(rules: &[Rule]) -> Vec<(usize, Finding)> {
    let mut findings = Vec::new();
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut single: Vec<(usize, Meaning)> = Vec::new();
    for (n, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.first_seen.is_none()) {
        let meaning = Meaning::of(rule);
        let key = meaning.as_ref().map_or_else(|| whole_key(rule), Meaning::key);
        match first.get(&key).and_then(|n| rules.get(*n)) {
            Some(other) => {
                let text = format!(
                    "this looks for the same as `{}` in {}:{}; leave one of them out",
                    other.title, other.file, other.line
                );
                findings.push((n, warning(rule.line, Kind::Shadowed, text)));
            }
            None => {
                first.insert(key, n);
                single.extend(meaning.map(|meaning| (n, meaning)));
            }
        }
    }
    implied(rules, &single, &mut findings);
    findings.sort_by_key(|(n, finding)| (*n, finding.weight != Weight::Warning));
    findings
}

fn implied(rules: &[Rule], single: &[(usize, Meaning)], out: &mut Vec<(usize, Finding)>) {
    let mut by_event: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, (_, meaning)) in single.iter().enumerate() {
        let names: BTreeSet<&str> = meaning.ways.iter().flat_map(Way::events).collect();
        for name in names {
            by_event.entry(name).or_default().push(place);
        }
    }
    let mut left = MOST_PAIRS;
    for (n, narrow) in single {
        let Some(rule) = rules.get(*n) else { continue };
        let own = narrow.ways.first().and_then(|way| way.events().next()).unwrap_or(ANY);
        let places = by_event.get(own).into_iter().chain(by_event.get(ANY).filter(|_| own != ANY)).flatten();
        for (m, broad) in places.filter_map(|place| single.get(*place)) {
            left = left.saturating_sub(1);
            if left == 0 {
                return;
            }
            let Some(other) = rules.get(*m).filter(|_| m != n) else { continue };
            // The narrow rule that weighs more is what a narrow rule is for.
            if rank(&rule.level) <= rank(&other.level) && broad.covers(narrow) {
                let text = format!(
                    "whatever this finds, `{}` in {}:{} finds as well; give this one more weight or leave it out",
                    other.title, other.file, other.line
                );
                out.push((*n, note(rule.line, Kind::Shadowed, text)));
                break;
            }
        }
    }
}

fn rank(level: &str) -> usize {
    LEVELS.iter().position(|known| *known == level).unwrap_or(0)
}

/// What stands for the name of an event where any will do.
const ANY: &str = "*";

/// What a rule asks for: one of these ways, and none of what is left out.
struct Meaning {
    ways: Vec<Way>,
    without: BTreeSet<String>,
}

/// Things that a record has to be all of.
#[derive(Clone)]
struct Way {
    wants: Vec<Want>,
}

/// One item.
#[derive(Clone)]
struct Want {
    /// The field, and how its tests are taken.
    field: String,
    tests: BTreeSet<String>,
    /// Whether one more test makes it broader.
    open: bool,
    /// The names of events it asks for, in lower case.
    events: Vec<String>,
}

impl Want {
    fn of(item: &Item) -> Self {
        let open = !item.negated && (!item.all || item.tests.len() == 1);
        let path = item.field.as_ref().map_or_else(String::new, |path| path.join("."));
        let tests = tests(item);
        let is_name = open && is_about(item, "eventName");
        let events = if is_name { tests.iter().cloned().collect() } else { Vec::new() };
        Self { field: format!("{path}|{}|{}", item.negated, !open), tests, open, events }
    }

    fn covers(&self, narrow: &Self) -> bool {
        let tests = match self.open {
            true => narrow.tests.is_subset(&self.tests),
            false => narrow.tests == self.tests,
        };
        self.field == narrow.field && tests
    }

    fn key(&self) -> String {
        format!("{}{:?}", self.field, self.tests)
    }
}

impl Way {
    fn covers(&self, narrow: &Self) -> bool {
        self.wants.iter().all(|want| narrow.wants.iter().any(|other| want.covers(other)))
    }

    fn events(&self) -> impl Iterator<Item = &str> {
        let named = self.wants.iter().find(|want| !want.events.is_empty());
        let names = named.map_or(&[][..], |want| want.events.as_slice());
        let any = names.is_empty().then_some(ANY);
        names.iter().map(String::as_str).chain(any)
    }

    fn key(&self) -> String {
        let mut keys: Vec<String> = self.wants.iter().map(Want::key).collect();
        keys.sort_unstable();
        keys.join("&")
    }
}

impl Meaning {
    /// `None` for a rule whose condition is more than this can say.
    fn of(rule: &Rule) -> Option<Self> {
        let [condition] = rule.conditions.as_slice() else { return None };
        let mut out = Self { ways: vec![Way { wants: Vec::new() }], without: BTreeSet::new() };
        let mut open = vec![condition];
        while let Some(condition) = open.pop() {
            match condition {
                Condition::And(parts) => open.extend(parts),
                Condition::Not(inner) => {
                    out.without.insert(condition_key(rule, inner));
                }
                Condition::AtLeast(least, of) if *least == of.len() => {
                    for n in of {
                        out.and(&searches(rule, &[*n]))?;
                    }
                }
                Condition::AtLeast(1, of) => out.and(&searches(rule, of))?,
                Condition::Search(n) => out.and(&searches(rule, &[*n]))?,
                Condition::Or(parts) => {
                    let search = |part: &Condition| match part {
                        Condition::Search(n) => Some(*n),
                        _ => None,
                    };
                    let of: Vec<usize> = parts.iter().map(search).collect::<Option<_>>()?;
                    out.and(&searches(rule, &of))?;
                }
                Condition::AtLeast(..) => return None,
            }
        }
        Some(out)
    }

    /// One of these groups has to match as well.
    fn and(&mut self, groups: &[&[Item]]) -> Option<()> {
        if self.ways.len().saturating_mul(groups.len()) > MOST_WAYS {
            return None;
        }
        let with = |way: &Way, group: &[Item]| {
            let mut way = way.clone();
            way.wants.extend(group.iter().map(Want::of));
            way
        };
        self.ways = self.ways.iter().flat_map(|way| groups.iter().map(|group| with(way, group))).collect();
        Some(())
    }

    fn covers(&self, narrow: &Self) -> bool {
        self.without.is_subset(&narrow.without)
            && narrow.ways.iter().all(|way| self.ways.iter().any(|broad| broad.covers(way)))
    }

    fn key(&self) -> String {
        let mut ways: Vec<String> = self.ways.iter().map(Way::key).collect();
        ways.sort_unstable();
        format!("{ways:?}{:?}", self.without)
    }
}

fn searches<'r>(rule: &'r Rule, of: &[usize]) -> Vec<&'r [Item]> {
    let found = of.iter().filter_map(|n| rule.searches.get(*n));
    found.flat_map(|(_, search)| search.groups.iter().map(Vec::as_slice)).collect()
}

fn search_key(search: &Search) -> String {
    let way = |group: &Vec<Item>| Way { wants: group.iter().map(Want::of).collect() }.key();
    let mut ways: Vec<String> = search.groups.iter().map(way).collect();
    ways.sort_unstable();
    ways.join("/")
}

/// A condition in a form in which equal ones are equal, whatever their searches are called.
fn condition_key(rule: &Rule, condition: &Condition) -> String {
    let of_search = |n: &usize| rule.searches.get(*n).map_or_else(String::new, |(_, s)| search_key(s));
    // Reading a condition has bounded how deep it is.
    let of_parts = |parts: &[Condition]| {
        let mut keys: Vec<String> = parts.iter().map(|part| condition_key(rule, part)).collect();
        keys.sort_unstable();
        keys.join(" ")
    };
    match condition {
        Condition::Search(n) => of_search(n),
        Condition::And(parts) => format!("and({})", of_parts(parts)),
        Condition::Or(parts) => format!("or({})", of_parts(parts)),
        Condition::Not(inner) => format!("not({})", condition_key(rule, inner)),
        Condition::AtLeast(least, of) => {
            let mut keys: Vec<String> = of.iter().map(of_search).collect();
            keys.sort_unstable();
            format!("{least}of({})", keys.join(" "))
        }
    }
}

fn whole_key(rule: &Rule) -> String {
    let keys: Vec<String> = rule.conditions.iter().map(|c| condition_key(rule, c)).collect();
    keys.join(";")
}
