//! Rules held to the examples in their own files, by the same way that logs go: loaded, matched, correlated.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::correlate::{Hit, ValueRef, correlate};
use super::rules::{Files, Rules};
use super::sigma::correlation::{Correlation, Kind};
use super::sigma::examples::{Example, Examples};
use super::sigma::plain;
use super::sigma::rule::{Rule, RuleError, slug};
use super::sigma::yaml::{self, Node};
use crate::event::time::Time;
use crate::ingest::worker::Options;
use crate::investigation::{Investigation, Judgment, load};
use crate::source::{Object, Place};
use crate::store::dict::ABSENT;
use crate::store::{Column, Row};

/// What became of an example.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tested {
    /// The file of the rule.
    pub file: String,
    /// The line of the example.
    pub line: usize,
    /// The id of the rule.
    pub rule: String,
    /// What the example shows.
    pub what: String,
    /// Why the rule failed it; `None` when it did as it should.
    pub failed: Option<String>,
}

/// Holds every rule in `files` to its examples. What cannot be read as examples is told apart.
///
/// `judgment` must hold rules that were read from the same files.
pub fn test(files: &Files, judgment: &Judgment) -> (Vec<Tested>, Vec<RuleError>) {
    let (mut done, mut faults) = (Vec::new(), Vec::new());
    for (file, text) in files {
        for document in yaml::documents(text).0 {
            let (examples, its) = Examples::read(file, &document);
            faults.extend(its);
            let Some(examples) = examples else { continue };
            let id = id_of(file, &document);
            let all = examples.matches.iter().map(|e| (e, true));
            for (example, wanted) in all.chain(examples.passes.iter().map(|e| (e, false))) {
                done.push(Tested {
                    file: file.clone(),
                    line: example.line,
                    rule: id.clone(),
                    what: example.what.clone(),
                    failed: failure(&id, example, wanted, judgment),
                });
            }
        }
    }
    (done, faults)
}

/// What in `files` cannot be read as examples.
pub fn faults(files: &Files) -> Vec<RuleError> {
    let documents = |(file, text): &(String, String)| -> Vec<RuleError> {
        yaml::documents(text).0.iter().flat_map(|document| Examples::read(file, document).1).collect()
    };
    files.iter().flat_map(documents).collect()
}

fn id_of(file: &str, document: &Node) -> String {
    let text = |key: &str| document.get(key).and_then(Node::scalar).filter(|text| !text.is_empty());
    text("id").or_else(|| text("name")).unwrap_or_else(|| slug(file))
}

/// Why an example failed.
fn failure(id: &str, example: &Example, wanted: bool, judgment: &Judgment) -> Option<String> {
    let rules = &judgment.rules;
    let hit = if let Some(rule) = rules.set().generic.iter().find(|rule| rule.id == id) {
        Ok(example.events.iter().any(|event| plain::fires(rule, event)))
    } else if let Some(correlation) = rules.set().generic_correlations.iter().find(|c| c.id == id) {
        Ok(generic_matches(correlation, &rules.set().generic, &example.events))
    } else {
        fires(id, rules, example, judgment)
    };
    match hit {
        Err(reason) => Some(reason),
        Ok(hit) if hit == wanted => None,
        Ok(true) => Some("the rule hits, and should not".to_owned()),
        Ok(false) => Some("the rule does not hit, and should".to_owned()),
    }
}

fn fires(id: &str, rules: &Rules, example: &Example, judgment: &Judgment) -> Result<bool, String> {
    let number = rules.find(id).ok_or_else(|| "the rule cannot be used".to_owned())? as u32;
    let records: Vec<Json> =
        example.events.iter().enumerate().map(|(n, event)| completed(n, event)).collect();
    let wanted = records.len();
    let text = json!({ "Records": records }).to_string();
    let object =
        Object { name: "examples".to_owned(), place: Place::Memory(text.into_bytes().into()), found: true };
    let options = Options { threads: 1, ..Options::default() };
    let listing = Box::new(std::iter::once(Ok(object)));
    let inv: Investigation = load(listing, options, judgment.clone(), Arc::default(), &|_| {});
    let is_nameless = |row: Row<'_>| row.id_of(Column::Event) == ABSENT;
    if inv.table.len() as usize != wanted || inv.table.rows().any(is_nameless) {
        return Err("an event is no CloudTrail record; give it an eventName and an eventSource".to_owned());
    }
    Ok(inv.table.rows().any(|row| inv.hits.get(row.hits()).contains(&number)))
}

/// An event with what every record has: a version, an id, a time.
fn completed(number: usize, event: &Json) -> Json {
    let mut record = Map::new();
    record.insert("eventVersion".to_owned(), json!("1.11"));
    record.insert("eventID".to_owned(), json!(format!("example-{number}")));
    let second = number % 60;
    record
        .insert("eventTime".to_owned(), json!(format!("2026-03-02T10:{:02}:{second:02}Z", number / 60 % 60)));
    for (key, value) in event.as_object().into_iter().flatten() {
        record.insert(key.clone(), value.clone());
    }
    Json::Object(record)
}

/// Whether a correlation of generic events holds over some of them, which are in the order of their times.
fn generic_matches(correlation: &Correlation, rules: &[Rule], events: &[Json]) -> bool {
    let refers = |name: &String| rules.iter().find(|r| r.id == *name || r.name.as_ref() == Some(name));
    let mut groups: Vec<Vec<Json>> = Vec::new();
    let mut values: Vec<Vec<Json>> = Vec::new();
    let number = |all: &mut Vec<Vec<Json>>, key: Vec<Json>| {
        all.iter().position(|known| *known == key).unwrap_or_else(|| {
            all.push(key);
            all.len() - 1
        }) as u32
    };
    let read = |event: &Json, paths: &[&[String]]| -> Option<Vec<Json>> {
        paths.iter().map(|path| path.iter().try_fold(event, |value, step| value.get(step)).cloned()).collect()
    };
    let mut hits = Vec::new();
    for (index, rule) in correlation.rules.iter().enumerate() {
        let Some(rule) = refers(rule) else { continue };
        for (row, event) in events.iter().enumerate().filter(|(_, event)| plain::fires(rule, event)) {
            let time = event.get("eventTime").or_else(|| event.get("timestamp")).and_then(Json::as_str);
            let time_ms = time.and_then(|t| Time::parse(t.as_bytes()).millis()).unwrap_or(row as i64 * 1000);
            let Some(group) = read(event, &correlation.group_fields(index)) else { continue };
            let value =
                read(event, &correlation.value_fields(index)).filter(|v| !v.is_empty()).map(|v| {
                    match (&correlation.kind, v.first().and_then(Json::as_f64)) {
                        (Kind::ValueCount, _) | (_, None) => ValueRef::Id(number(&mut values, v)),
                        (_, Some(n)) => ValueRef::Number(n),
                    }
                });
            let group = number(&mut groups, group);
            hits.push(Hit { time_ms, value, row: row as u32, group, rule: index as u16 });
        }
    }
    !correlate(correlation, hits).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::attack::Attack;
    use crate::detect::rules::pack;
    use crate::detect::sigma::item::Placeholders;

    #[test]
    fn every_shipped_rule_keeps_what_its_examples_promise() {
        let (done, faults) = test(&pack(), &Judgment::shipped());
        assert_eq!(faults, []);
        assert!(done.len() >= 200, "{}", done.len());
        let failed: Vec<String> = done
            .iter()
            .filter_map(|t| Some(format!("{}:{}: {}: {}", t.file, t.line, t.what, t.failed.as_ref()?)))
            .collect();
        assert_eq!(failed, [""; 0]);
    }

    #[test]
    fn an_example_that_is_not_kept_is_told_with_its_place() {
        let text = "title: t\nid: t\nlogsource: {product: aws}\ndetection: {s: {eventName: A}, condition: s}\ntests:\n  matches:\n    - what: B\n      event: {eventName: B, eventSource: x.amazonaws.com}\n  passes:\n    - what: A\n      event: {eventName: A, eventSource: x.amazonaws.com}\n    - what: no event\n      event: {a: 1}\n";
        let files = vec![("t.yml".to_owned(), text.to_owned())];
        let rules = Rules::read(&files, &Placeholders::new(), &[], &Attack::shipped());
        let judgment = Judgment { rules: Arc::new(rules), ..Judgment::shipped() };
        let (done, _) = test(&files, &judgment);
        let failed: Vec<(usize, &str)> =
            done.iter().map(|t| (t.line, t.failed.as_deref().unwrap_or_default())).collect();
        assert_eq!(failed[0], (7, "the rule does not hit, and should"));
        assert_eq!(failed[1], (10, "the rule hits, and should not"));
        assert!(failed[2].1.starts_with("an event is no CloudTrail record"), "{failed:?}");
    }
}
