//! Rules on more than one event: correlations, and what is seen for the first time.
//!
//! They run once all events are there and in order of time, on what the rules on single events found. What an
//! event belongs to is read from its columns where they hold it, else it was taken from its record on the way.

mod fields;
mod sieve;

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::capture::Captures;
use super::correlate::{Hit, Match, ValueRef, correlate};
use super::rules::Rules;
use super::sigma::correlation::{Correlation, Kind, Link};
use super::sigma::first_seen::{Considered, FirstSeen, Outcome};
use crate::event::time::Time;
use crate::investigation::Investigation;
use fields::Fields;

/// What a correlation found.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// The number of the rule.
    pub rule: u32,
    /// The values that its events have in common; empty where the rule asks for none. Hostile.
    pub group: Vec<String>,
    /// The rows of its events, in the order of time.
    pub rows: Vec<u32>,
    /// The measure: how many events, how many different values, a sum.
    pub value: f64,
    /// The times of the first and the last event.
    pub span: (Time, Time),
}

/// What rules on more than one event came to.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Compared {
    /// What the correlations found.
    pub findings: Vec<Finding>,
    /// The rules that rows hit: (row, rule), in order.
    pub hits: Vec<(u32, u32)>,
    /// The rows that stand for what was found, and rank by it: (row, rule), in order. Of a hundred reads that together
    /// are a search, one is to be looked at.
    pub lifts: Vec<(u32, u32)>,
    /// For rules on what is new, how many events could not be told: nothing was known yet to compare them with.
    pub no_baseline: Vec<(u32, usize)>,
}

impl Compared {
    /// Of how many events a rule on what is new could not tell, as nothing was known yet to compare them with.
    pub fn without_baseline(&self, rule: u32) -> usize {
        self.no_baseline.iter().filter(|(number, _)| *number == rule).map(|(_, events)| events).sum()
    }
}

/// Runs all rules on more than one event. `captures` are what was taken from the records while they were loaded.
pub fn compare(inv: &Investigation, captures: &Captures) -> Compared {
    let rules = &*inv.judgment.rules;
    if !rules.has_comparisons() {
        return Compared::default();
    }
    run(inv, rules, rows_of_rules(inv, rules), captures, &|_| true)
}

/// Runs the rules on more than one event whose numbers are wanted, on the rows that each rule on single events hits.
/// What a wanted correlation refers to has to be wanted too.
pub(super) fn run(
    inv: &Investigation,
    rules: &Rules,
    rows: Vec<Vec<u32>>,
    captures: &Captures,
    wanted: &dyn Fn(u32) -> bool,
) -> Compared {
    let fields = Fields::new(inv, captures, rules.needs());
    let mut run = Run { inv, rules, fields, rows, histories: HashMap::new(), compared: Compared::default() };
    run.correlations(wanted);
    run.first_seen(wanted);
    for rows in [&mut run.compared.hits, &mut run.compared.lifts] {
        rows.sort_unstable();
        rows.dedup();
    }
    run.compared
}

/// The rows that hit each rule on single events, in order, for the rules that others need.
fn rows_of_rules(inv: &Investigation, rules: &Rules) -> Vec<Vec<u32>> {
    let needed = |set| inv.hits.get(set).iter().copied().filter(|rule| rules.is_needed(*rule)).collect();
    let needed: Vec<Vec<u32>> = (0..inv.hits.len()).map(needed).collect();
    let mut rows = vec![Vec::new(); rules.singles().len()];
    for (start, segment) in inv.table.segments() {
        segment.hit_column().for_each(|row, set| {
            for rule in needed.get(set as usize).into_iter().flatten() {
                if let Some(rows) = rows.get_mut(*rule as usize) {
                    rows.push(start + row as u32);
                }
            }
        });
    }
    rows
}

/// When each key was first seen.
type History = HashMap<u64, i64, FixedState>;

struct Run<'a> {
    inv: &'a Investigation,
    rules: &'a Rules,
    fields: Fields<'a>,
    rows: Vec<Vec<u32>>,
    /// By the fields of a key.
    histories: HashMap<Vec<Vec<String>>, History>,
    compared: Compared,
}

impl Run<'_> {
    fn correlations(&mut self, wanted: &dyn Fn(u32) -> bool) {
        let set = self.rules.set();
        // What each correlation found, for those that refer to it.
        let mut found: HashMap<usize, Vec<Match>> = HashMap::new();
        for &number in &set.links.order {
            let (Some(correlation), Some(links), true) = (
                set.correlations.get(number),
                set.links.links.get(number),
                wanted(self.rules.number_of_correlation(number)),
            ) else {
                continue;
            };
            let rows: Vec<Cow<'_, [u32]>> =
                links.iter().map(|link| self.rows_of(link, &correlation.kind, &found)).collect();
            let hits = sieve::hits(&self.fields, &self.inv.table, correlation, &rows)
                .unwrap_or_else(|| self.all_hits(correlation, &rows));
            let matches = correlate(correlation, hits);
            let rule = self.rules.number_of_correlation(number);
            for found in &matches {
                self.tell(correlation, rule, found);
            }
            found.insert(number, matches);
        }
    }

    fn tell(&mut self, correlation: &Correlation, rule: u32, found: &Match) {
        self.compared.hits.extend(found.rows.iter().map(|row| (*row, rule)));
        self.compared.lifts.extend(found.rows.get(found.held).map(|row| (*row, rule)));
        let first = found.rows.first().and_then(|row| self.inv.table.row(*row));
        let group = first.map(|row| self.fields.texts(&row, &correlation.group_fields(0)));
        self.compared.findings.push(Finding {
            rule,
            group: group.unwrap_or_default(),
            rows: found.rows.clone(),
            value: found.value,
            span: (Time::from_millis(found.first_ms), Time::from_millis(found.last_ms)),
        });
    }

    /// The rows of what a correlation of that kind refers to.
    fn rows_of(&self, link: &Link, kind: &Kind, found: &HashMap<usize, Vec<Match>>) -> Cow<'_, [u32]> {
        match link {
            Link::Rule(rule) => self.rows.get(*rule).map_or(&[][..], Vec::as_slice).into(),
            Link::Correlation(other) => {
                let matches = found.get(other).into_iter().flatten();
                matches.flat_map(|found| found.hits(kind)).copied().collect::<Vec<_>>().into()
            }
        }
    }

    /// The hits of a correlation, given the rows of each of its rules; rows without a field of the group are left out.
    fn all_hits<R: AsRef<[u32]>>(&self, correlation: &Correlation, rows: &[R]) -> Vec<Hit> {
        let (mut groups, mut values) = (Numbers::default(), Numbers::default());
        let (mut hits, mut measures) = (Vec::new(), Vec::new());
        let is_numeric = correlation.kind.is_numeric();
        for (rule, rows) in rows.iter().enumerate() {
            let by = self.fields.of(&correlation.group_fields(rule), false);
            let measured = self.fields.of(&correlation.value_fields(rule), is_numeric);
            for row in rows.as_ref().iter().filter_map(|row| self.inv.table.row(*row)) {
                let Some(time_ms) = row.time().millis() else { continue };
                measures.clear();
                if measured.is_empty() {
                    measures.push(None);
                } else {
                    self.fields.each(&row, &measured, |value| {
                        measures.push(Some(match is_numeric {
                            true => ValueRef::Number(f64::from_bits(value)),
                            false => ValueRef::Id(values.of(value)),
                        }));
                    });
                }
                self.fields.each(&row, &by, |group| {
                    let (group, rule, row) = (groups.of(group), rule as u16, row.number());
                    hits.extend(measures.iter().map(|&value| Hit { time_ms, value, row, group, rule }));
                });
            }
        }
        hits
    }

    fn first_seen(&mut self, wanted: &dyn Fn(u32) -> bool) {
        for (single, rule) in self.rules.firsts().filter(|(_, rule)| wanted(*rule)) {
            let first = self.rules.singles().get(single).and_then(|rule| rule.first_seen.as_ref());
            let Some(first_seen) = first else { continue };
            let rows = self.rows.get_mut(single).map(std::mem::take).unwrap_or_default();
            let outcome = self.new_for(first_seen, &rows);
            if let Some(place) = self.rows.get_mut(single) {
                *place = rows;
            }
            self.compared.hits.extend(outcome.fired.iter().map(|row| (*row, rule)));
            self.compared.lifts.extend(outcome.fired.iter().map(|row| (*row, rule)));
            if !outcome.no_baseline.is_empty() {
                self.compared.no_baseline.push((rule, outcome.no_baseline.len()));
            }
        }
    }

    fn new_for(&mut self, rule: &FirstSeen, rows: &[u32]) -> Outcome {
        let key_paths: Vec<&[String]> = rule.key.iter().map(Vec::as_slice).collect();
        let dimension_paths: Vec<&[String]> = rule.dimension.iter().map(Vec::as_slice).collect();
        let (by, new) = (self.fields.of(&key_paths, false), self.fields.of(&dimension_paths, false));
        let mut events = Vec::new();
        for row in rows.iter().filter_map(|row| self.inv.table.row(*row)) {
            let Some(time_ms) = row.time().millis() else { continue };
            self.fields.each(&row, &by, |key| {
                self.fields.each(&row, &new, |dimension| {
                    events.push(Considered { time_ms, row: row.number(), key, dimension });
                });
            });
        }
        let history = match self.histories.remove(&rule.key) {
            Some(history) => history,
            None => self.fields.history(&by),
        };
        // A key that columns do not tell is known from the first event that was considered.
        let mut considered: HashMap<u64, i64, FixedState> = HashMap::default();
        if history.is_empty() {
            for event in &events {
                considered.entry(event.key).or_insert(event.time_ms);
            }
        }
        let starts = if history.is_empty() { &considered } else { &history };
        let outcome = rule.run(&events, |key| starts.get(&key).copied());
        self.histories.insert(rule.key.clone(), history);
        outcome
    }
}

/// Numbers for values.
#[derive(Default)]
struct Numbers {
    numbers: HashMap<u64, u32, FixedState>,
}

impl Numbers {
    fn of(&mut self, value: u64) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(value).or_insert(next)
    }
}

#[cfg(test)]
mod tests;
