//! Rules on more than one event: correlations, and what is seen for the first time.
//!
//! They run once all events are there and in order of time, on what the rules on single events found. What an
//! event belongs to is read from its columns where they hold it, else it was taken from its record on the way.

mod fields;

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::capture::Captures;
use super::correlate::{Hit, Match, ValueRef, correlate};
use super::rules::Rules;
use super::sigma::correlation::{Correlation, Link};
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
    let mut rows = vec![Vec::new(); rules.singles().len()];
    for (start, segment) in inv.table.segments() {
        segment.hit_column().for_each(|row, set| {
            for rule in inv.hits.get(set as u32).iter().filter(|_| set != 0) {
                if let Some(rows) = rows.get_mut(*rule as usize).filter(|_| rules.is_needed(*rule)) {
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
            let (mut groups, mut values) = (Numbers::default(), Numbers::default());
            let mut hits = Vec::new();
            for (index, link) in links.iter().enumerate() {
                let others;
                let rows: &[u32] = match link {
                    Link::Rule(rule) => self.rows.get(*rule).map_or(&[], Vec::as_slice),
                    Link::Correlation(other) => {
                        let matches = found.get(other).into_iter().flatten();
                        others = matches
                            .flat_map(|found| found.hits(&correlation.kind))
                            .copied()
                            .collect::<Vec<_>>();
                        &others
                    }
                };
                self.hits_of(correlation, index, rows, (&mut groups, &mut values), &mut hits);
            }
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

    /// The hits of one of a correlation's rules; rows without a field of the group are left out.
    fn hits_of(
        &self,
        correlation: &Correlation,
        rule: usize,
        rows: &[u32],
        (groups, values): (&mut Numbers, &mut Numbers),
        hits: &mut Vec<Hit>,
    ) {
        let by = self.fields.of(&correlation.group_fields(rule), false);
        let is_numeric = correlation.kind.is_numeric();
        let measured = self.fields.of(&correlation.value_fields(rule), is_numeric);
        let mut measures = Vec::new();
        for row in rows.iter().filter_map(|row| self.inv.table.row(*row)) {
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
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::detect::attack::Attack;
    use crate::detect::sigma::item::Placeholders;
    use crate::ingest::worker::Options;
    use crate::investigation::{Judgment, load};
    use crate::source::{Object, Place as Source};

    const BASES: &str = "
title: failed
name: failed
level: high
detection: {s: {eventName: ConsoleLogin, responseElements.ConsoleLogin: Failure}, condition: s}
---
title: worked
name: worked
detection: {s: {eventName: ConsoleLogin, responseElements.ConsoleLogin: Success}, condition: s}
---
";

    fn investigation(rules: &str, events: &[Value]) -> Investigation {
        let files = vec![("r.yml".to_owned(), format!("{BASES}{rules}"))];
        let rules = Rules::read(&files, &Placeholders::new(), &[], &Attack::shipped());
        assert_eq!(rules.faults(), []);
        let records: Vec<Value> = events
            .iter()
            .enumerate()
            .map(|(n, event)| {
                let mut record = json!({
                    "eventVersion": "1.10", "eventName": "ConsoleLogin", "eventSource": "signin.amazonaws.com",
                    "eventTime": "2026-03-02T09:00:00Z", "eventID": format!("e{n}"),
                });
                for (key, value) in event.as_object().unwrap() {
                    record[key] = value.clone();
                }
                record
            })
            .collect();
        let text = json!({ "Records": records }).to_string();
        let object =
            Object { name: "t".to_owned(), place: Source::Memory(text.into_bytes().into()), found: true };
        let judgment = Judgment { rules: Arc::new(rules), ..Judgment::shipped() };
        load(Box::new(std::iter::once(Ok(object))), Options::default(), judgment, Arc::default(), &|_| {})
    }

    fn login(minute: u32, user: &str, ip: &str, worked: bool) -> Value {
        let answer = if worked { "Success" } else { "Failure" };
        json!({"eventTime": format!("2026-03-02T09:{minute:02}:00Z"), "userIdentity": {"type": "IAMUser", "userName": user},
               "sourceIPAddress": ip, "responseElements": {"ConsoleLogin": answer}})
    }

    /// The ids of the shown rules that each event hit, in order of time.
    fn shown(inv: &Investigation) -> Vec<Vec<&str>> {
        inv.table.rows().map(|row| inv.rules_of(&row).map(|rule| rule.id.as_str()).collect()).collect()
    }

    #[test]
    fn what_follows_upon_failures_is_found_by_group() {
        let rules = "
title: guessed
id: guessed
level: critical
correlation: {type: temporal_ordered, rules: [many, worked], group-by: [sourceIPAddress], timespan: 30m}
---
title: many
name: many
id: many
correlation: {type: event_count, rules: [failed], group-by: [sourceIPAddress], timespan: 10m, condition: {gte: 3}}
";
        let events = [
            login(0, "ann", "203.0.113.7", false),
            login(1, "bob", "203.0.113.7", false),
            login(2, "eve", "203.0.113.7", false),
            login(5, "eve", "203.0.113.7", true),
            login(6, "kim", "198.51.100.1", true),
        ];
        let inv = investigation(rules, &events);
        let hits = shown(&inv);
        assert_eq!(hits[3], ["guessed"]);
        assert!(hits[4].is_empty(), "another address");
        assert!(hits[0].is_empty() || hits[0] == ["guessed"], "what only serves is not shown: {hits:?}");
        let many = inv.compared.findings.iter().find(|f| f.rows.len() == 3).unwrap();
        assert_eq!((many.group.as_slice(), many.value), (&["203.0.113.7".to_owned()][..], 3.0));
        // A hit that depends on other events ranks an event and gives it no points.
        assert!(inv.table.row(3).unwrap().risk() < 90);
    }

    #[test]
    fn different_values_are_counted_and_events_without_a_group_are_left_out() {
        let rules = "
title: spray
id: spray
correlation: {type: value_count, rules: [failed], group-by: [sourceIPAddress], timespan: 1h, condition: {field: userIdentity.userName, gte: 3}, generate: true}
";
        let mut nowhere = login(1, "dan", "x", false);
        nowhere.as_object_mut().unwrap().remove("sourceIPAddress");
        let ip = "203.0.113.7";
        let three = [
            login(0, "ann", ip, false),
            nowhere,
            login(2, "ann", ip, false),
            login(3, "bob", ip, false),
            login(4, "eve", ip, false),
        ];
        let inv = investigation(rules, &three);
        let hits = shown(&inv);
        assert_eq!(hits[0], ["failed", "spray"], "the rule reports by itself as well");
        assert_eq!(hits[1], ["failed"]);
        assert_eq!(hits[4], ["failed", "spray"]);
        assert!(shown(&investigation(rules, &three[..4])).iter().all(|hits| !hits.contains(&"spray")));
    }

    #[test]
    fn numbers_in_records_are_summed() {
        let rules = "
title: much
id: much
correlation: {type: value_sum, rules: [read], group-by: [userIdentity.userName, requestParameters.bucketName], timespan: 1h, condition: {field: additionalEventData.bytesTransferredOut, gt: 100}}
---
title: read
name: read
detection: {s: {eventName: GetObject}, condition: s}
";
        let read = |minute: u32, bucket: &str, bytes: u32| {
            json!({"eventTime": format!("2026-03-02T09:{minute:02}:00Z"), "eventName": "GetObject", "eventSource": "s3.amazonaws.com",
                   "userIdentity": {"type": "IAMUser", "userName": "ann"}, "requestParameters": {"bucketName": bucket},
                   "additionalEventData": {"bytesTransferredOut": bytes}})
        };
        let inv = investigation(rules, &[read(0, "a", 60), read(1, "b", 60), read(2, "a", 50)]);
        assert_eq!(shown(&inv), [vec!["much"], vec![], vec!["much"]]);
        assert_eq!(inv.compared.findings[0].group, ["ann", "a"]);
    }

    #[test]
    fn what_is_new_is_told_and_what_has_no_baseline_is_counted() {
        let rules = "
title: new region
id: new
detection: {s: {eventName: RunInstances}, condition: s}
first_seen: {key: [userIdentity.userName], dimension: [awsRegion], within: 7d, min_history: 1h}
";
        let run = |hour: u32, user: &str, name: &str, region: &str| {
            json!({"eventTime": format!("2026-03-02T{hour:02}:00:00Z"), "eventName": name, "awsRegion": region,
                   "eventSource": "ec2.amazonaws.com", "userIdentity": {"type": "IAMUser", "userName": user}})
        };
        let inv = investigation(
            rules,
            &[
                run(1, "ann", "DescribeInstances", "eu-west-1"),
                run(2, "eve", "RunInstances", "us-east-1"),
                run(3, "ann", "RunInstances", "eu-west-1"),
                run(4, "ann", "RunInstances", "eu-west-1"),
                run(5, "ann", "RunInstances", "ap-south-1"),
            ],
        );
        assert_eq!(shown(&inv), [vec![], vec![], vec!["new"], vec![], vec!["new"]]);
        let rule = inv.judgment.rules.find("new").unwrap() as u32;
        assert_eq!(inv.compared.no_baseline, [(rule, 1)]);
    }
}
