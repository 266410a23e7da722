//! Rules run anew over what is loaded: nothing is loaded again, and what stays as it was is not run again.
//!
//! A rule that reads as it did keeps its hits, which stand in the columns. One that is new or changed runs as a query
//! on columns ([`super::retro`]); where it works on several events, what it needs of records is read from those that
//! its rules hit, and from no others. So a rule can be tried while it is typed, and many can be exchanged at once.

use std::collections::{BTreeMap, HashMap};

use super::capture::{Captured, Captures};
use super::compare::{self, Compared};
use super::engine::leaf::Written;
use super::hits::HitSets;
use super::retro;
use super::rules::Rules;
use super::sigma::correlation::Link;
use super::sigma::rule::Rule;
use crate::investigation::Investigation;
use crate::query::records;
use crate::query::run::Reading;
use crate::store::segment::Segment;

/// What a rule hits.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Found {
    /// Its rows, ascending.
    pub rows: Vec<u32>,
    /// How many times it found several events together; `None` for rules that look for no such thing.
    pub together: Option<usize>,
    /// Of how many events a rule on what is new could not tell, as nothing was known yet to compare them with.
    pub untold: usize,
}

/// The events that one of `rules` hits, whatever rules are in force; `None` when the reading was stopped.
pub fn hits(inv: &Investigation, rules: &Rules, number: u32, reading: &Reading) -> Option<Found> {
    if let Some(rule) = rules.singles().get(number as usize) {
        let rows = rows_of(inv, rule, reading);
        return (!reading.is_stopped()).then_some(Found { rows, ..Found::default() });
    }
    let mut wanted = vec![false; rules.infos().len()];
    want(rules, number, &mut wanted);
    let compared = compared(inv, rules, &wanted, &|_| None, reading)?;
    let rows = compared.hits.iter().filter(|hit| hit.1 == number).map(|hit| hit.0).collect();
    let found = compared.findings.iter().filter(|finding| finding.rule == number).count();
    let is_first_seen = rules.firsts().any(|(_, rule)| rule == number);
    let together = (!is_first_seen).then_some(found);
    Some(Found { rows, together, untold: compared.without_baseline(number) })
}

/// The rows that a rule on single events hits.
fn rows_of(inv: &Investigation, rule: &Rule, reading: &Reading) -> Vec<u32> {
    let rule = inv.own_accounts().told(rule);
    retro::hits(inv, &rule, reading).rows(&inv.table).collect()
}

/// Marks a rule on several events, and the correlations that it refers to.
fn want(rules: &Rules, number: u32, wanted: &mut [bool]) {
    let mut open = vec![number];
    while let Some(number) = open.pop() {
        let Some(slot) = wanted.get_mut(number as usize).filter(|slot| !**slot) else { continue };
        *slot = true;
        let place = (number as usize).checked_sub(rules.singles().len());
        let links = place.and_then(|place| rules.set().links.links.get(place));
        open.extend(links.into_iter().flatten().filter_map(|link| match link {
            Link::Correlation(other) => Some(rules.number_of_correlation(*other)),
            Link::Rule(_) => None,
        }));
    }
}

/// Runs the rules on several events that are wanted. `known` gives the rows of rules on single events where they are
/// known; the others are run.
fn compared(
    inv: &Investigation,
    rules: &Rules,
    wanted: &[bool],
    known: &dyn Fn(u32) -> Option<Vec<u32>>,
    reading: &Reading,
) -> Option<Compared> {
    let is_wanted = |number: u32| wanted.get(number as usize) == Some(&true);
    let mut rows = vec![Vec::new(); rules.singles().len()];
    for single in rules.below(&is_wanted) {
        let (Some(slot), Some(rule)) = (rows.get_mut(single), rules.singles().get(single)) else { continue };
        *slot = match known(single as u32) {
            Some(rows) => rows,
            None => rows_of(inv, rule, reading),
        };
        if reading.is_stopped() {
            return None;
        }
    }
    let captures = captured(inv, rules, &rows, reading);
    let compared = compare::run(inv, rules, rows, &captures, &is_wanted);
    (!reading.is_stopped()).then_some(compared)
}

/// What rules need of the records of their rows, read again.
fn captured(inv: &Investigation, rules: &Rules, rows: &[Vec<u32>], reading: &Reading) -> Captures {
    let needs = rules.needs();
    let mut fields: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (rows, needed) in rows.iter().zip(&needs.of_rule).filter(|(_, needed)| !needed.is_empty()) {
        for row in rows {
            fields.entry(*row).or_default().extend(needed);
        }
    }
    let captures = Captures::default();
    records::each(inv, fields.keys().copied(), reading, &|row, raw| {
        let (Some(raw), Some(numbers)) = (raw, fields.get(&row.number())) else { return };
        let mut values = Vec::new();
        for &field in numbers {
            let Some(wanted) = needs.fields.get(field as usize) else { continue };
            let at = row.locator();
            captures.values(wanted, &Written(raw), |value| values.push(Captured { at, field, value }));
        }
        captures.add(&mut values);
    });
    captures
}

/// What other rules come to over the same events.
#[derive(Debug)]
pub struct Anew {
    /// What rules on several events found.
    pub compared: Compared,
    /// For each set of hits as it was, the rules in it now, by their new numbers.
    sets: Vec<Vec<u32>>,
    /// What was hit besides: (row, rule), in order.
    fresh: Vec<(u32, u32)>,
}

/// Holds `rules` against the events of `inv`, which has been judged by others; `None` when the reading was stopped.
pub fn judge(inv: &Investigation, rules: &Rules, reading: &Reading) -> Option<Anew> {
    let before = &*inv.judgment.rules;
    let same = Same::of(before, rules);
    let mut fresh = Vec::new();
    let mut run: HashMap<u32, Vec<u32>> = HashMap::new();
    for (number, rule) in (0u32..).zip(rules.singles()).filter(|(number, _)| !same.is_known(*number)) {
        let rows = rows_of(inv, rule, reading);
        if reading.is_stopped() {
            return None;
        }
        fresh.extend(rows.iter().map(|row| (*row, number)));
        run.insert(number, rows);
    }
    let mut wanted = vec![false; rules.infos().len()];
    let singles = rules.singles().len() as u32;
    for number in (singles..rules.infos().len() as u32).filter(|number| !same.is_known(*number)) {
        want(rules, number, &mut wanted);
    }
    let columns = rows_in_columns(inv, &same, rules, &wanted, &run);
    let known = |number: u32| run.get(&number).or_else(|| columns.get(&number)).cloned();
    let mut found = compared(inv, rules, &wanted, &known, reading)?;
    fresh.extend(found.hits.iter().copied());
    let is_kept = |number: &u32| wanted.get(*number as usize) != Some(&true);
    let kept = |number: u32| same.number(number).filter(is_kept);
    let sets = (0..inv.hits.len())
        .map(|set| {
            let mut now: Vec<u32> = inv.hits.get(set).iter().filter_map(|old| kept(*old)).collect();
            now.sort_unstable();
            now
        })
        .collect();
    carry(&inv.compared, &mut found, &kept);
    fresh.sort_unstable();
    fresh.dedup();
    Some(Anew { compared: found, sets, fresh })
}

/// Adds what rules that were not run again had found.
fn carry(before: &Compared, found: &mut Compared, kept: &dyn Fn(u32) -> Option<u32>) {
    let pairs = |pairs: &[(u32, u32)]| -> Vec<(u32, u32)> {
        pairs.iter().filter_map(|&(row, old)| Some((row, kept(old)?))).collect()
    };
    found.hits.extend(pairs(&before.hits));
    found.lifts.extend(pairs(&before.lifts));
    found.no_baseline.extend(before.no_baseline.iter().filter_map(|&(old, count)| Some((kept(old)?, count))));
    let findings = before.findings.iter();
    found
        .findings
        .extend(findings.filter_map(|old| Some(compare::Finding { rule: kept(old.rule)?, ..old.clone() })));
    found.findings.sort_by_key(|finding| (finding.rule, finding.span.0));
    for rows in [&mut found.hits, &mut found.lifts] {
        rows.sort_unstable();
        rows.dedup();
    }
}

/// The rows of rules on single events that stay as they are and are needed by those that run, from the columns.
fn rows_in_columns(
    inv: &Investigation,
    same: &Same,
    rules: &Rules,
    wanted: &[bool],
    run: &HashMap<u32, Vec<u32>>,
) -> HashMap<u32, Vec<u32>> {
    let below = rules.below(&|number| wanted.get(number as usize) == Some(&true));
    let below = below.into_iter().map(|number| number as u32).filter(|number| !run.contains_key(number));
    let mut rows: HashMap<u32, Vec<u32>> = below.map(|number| (number, Vec::new())).collect();
    if rows.is_empty() {
        return rows;
    }
    for (start, segment) in inv.table.segments() {
        segment.hit_column().for_each(|row, set| {
            for old in inv.hits.get(set as u32) {
                if let Some(rows) = same.number(*old).and_then(|new| rows.get_mut(&new)) {
                    rows.push(start + row as u32);
                }
            }
        });
    }
    rows
}

/// Which rules read as they did.
struct Same {
    /// The new number of each old rule that is the same.
    numbers: Vec<Option<u32>>,
    known: Vec<bool>,
}

impl Same {
    fn of(before: &Rules, now: &Rules) -> Self {
        let old = marks(before);
        let by_mark: HashMap<&str, u32> = (0u32..).zip(&old).map(|(n, mark)| (mark.as_str(), n)).collect();
        let mut same = Self { numbers: vec![None; old.len()], known: Vec::new() };
        for (number, mark) in (0u32..).zip(marks(now)) {
            let place = by_mark.get(mark.as_str()).and_then(|old| same.numbers.get_mut(*old as usize));
            // Each old rule stands for one new one.
            let free = place.filter(|slot| slot.is_none());
            same.known.push(free.is_some());
            if let Some(slot) = free {
                *slot = Some(number);
            }
        }
        same
    }

    fn is_known(&self, number: u32) -> bool {
        self.known.get(number as usize) == Some(&true)
    }

    fn number(&self, old: u32) -> Option<u32> {
        self.numbers.get(old as usize).copied().flatten()
    }
}

/// For each rule a text that is another one as soon as it could hit something else. It holds what the rule says, and
/// what those say that it refers to; lines are in it, so a rule that was moved runs again, which does no harm.
fn marks(rules: &Rules) -> Vec<String> {
    let set = rules.set();
    let single =
        |rule: &Rule| format!("{} {:?} {:?} {:?}", rule.id, rule.searches, rule.conditions, rule.first_seen);
    let mut marks: Vec<String> = set.rules.iter().map(single).collect();
    let singles = marks.len();
    marks.extend(set.correlations.iter().map(|correlation| format!("unlinked {}", correlation.id)));
    for &number in &set.links.order {
        let (Some(correlation), Some(links)) = (set.correlations.get(number), set.links.links.get(number))
        else {
            continue;
        };
        let place = |link: &Link| match link {
            Link::Rule(rule) => *rule,
            Link::Correlation(other) => singles + other,
        };
        let below: Vec<&str> =
            links.iter().filter_map(|link| Some(marks.get(place(link))?.as_str())).collect();
        let mark = format!("{correlation:?} of {below:?}");
        if let Some(slot) = marks.get_mut(singles + number) {
            *slot = mark;
        }
    }
    let firsts = rules.firsts().filter_map(|(rule, _)| Some(format!("first {}", marks.get(rule)?)));
    let firsts: Vec<String> = firsts.collect();
    marks.extend(firsts);
    marks
}

impl Anew {
    /// Writes the hits into segments that continue each other; the sets they stand for are numbered by `sets`.
    pub(crate) fn write(&self, segments: &mut [std::sync::Arc<Segment>], sets: &HitSets) {
        let numbers: Vec<u32> = self.sets.iter().map(|rules| sets.number(rules)).collect();
        let is_as_it_was = (0u32..).zip(&numbers).all(|(old, new)| old == *new);
        let mut start = 0u32;
        let mut fresh = self.fresh.as_slice();
        for segment in segments {
            let end = start.saturating_add(segment.len() as u32);
            let (own, rest) = fresh.split_at(fresh.partition_point(|(row, _)| *row < end));
            fresh = rest;
            if !(is_as_it_was && own.is_empty()) {
                let now = self.of_segment(segment, &numbers, (start, own), sets);
                std::sync::Arc::make_mut(segment).set_hits(&now);
            }
            start = end;
        }
    }

    fn of_segment(
        &self,
        segment: &Segment,
        numbers: &[u32],
        (start, own): (u32, &[(u32, u32)]),
        sets: &HitSets,
    ) -> Vec<u64> {
        let mut old = Vec::with_capacity(segment.len());
        segment.hit_column().for_each(|_, set| old.push(set as usize));
        let mut now: Vec<u64> =
            old.iter().map(|set| numbers.get(*set).copied().map_or(0, u64::from)).collect();
        for of_row in own.chunk_by(|a, b| a.0 == b.0) {
            let Some(row) = of_row.first().map(|hit| (hit.0 - start) as usize) else { continue };
            let kept = old.get(row).and_then(|set| self.sets.get(*set)).cloned().unwrap_or_default();
            let mut all = kept;
            all.extend(of_row.iter().map(|hit| hit.1));
            all.sort_unstable();
            all.dedup();
            if let Some(slot) = now.get_mut(row) {
                *slot = u64::from(sets.number(&all));
            }
        }
        now
    }
}

#[cfg(test)]
mod tests;
