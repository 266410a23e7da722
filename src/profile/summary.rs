//! `user_summary.json`: a short profile of every user, in the form that other analyzers write.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value};

use crate::event::time::Time;
use crate::profile::lookup::Dense;
use crate::store::flags::RecordKind;
use crate::store::table::service_of;
use crate::store::{Column, Table};

/// How many actions of a user are told.
const ACTIONS: usize = 5;
/// The quarters of a day, UTC.
const QUARTERS: [&str; 4] = ["00-06", "06-12", "12-18", "18-24"];

/// The user as that form names it: `userName`, else the last part of the ARN, else `Unknown`.
pub fn user_of<'a>(user_name: &'a str, arn: &'a str) -> &'a str {
    let last = arn.rsplit('/').next().unwrap_or_default();
    [user_name, last, arn].into_iter().find(|text| !text.is_empty()).unwrap_or("Unknown")
}

/// What one user did.
#[derive(Clone, Default)]
struct Tally {
    total: u64,
    services: HashMap<u32, u64, foldhash::fast::FixedState>,
    actions: HashMap<u32, u64, foldhash::fast::FixedState>,
    regions: HashMap<u32, u64, foldhash::fast::FixedState>,
    quarters: [u64; 4],
}

/// An object by user: `total_events`, `services`, `actions` (the five most frequent), `regions` and
/// `time_distribution`; `None` when `stop` was set meanwhile. Users are in the order of their names, what belongs to one by count.
pub fn user_summary(table: &Table, stop: &AtomicBool) -> Option<Value> {
    let dicts = table.dicts();
    let names = (0..dicts.identity_count()).map(|id| {
        let identity = dicts.identity(id);
        user_of(dicts.word(identity.user_name), dicts.word(identity.arn)).to_owned()
    });
    let users = Dense::new(names);
    let services = Dense::new(dicts.column(Column::Source).iter().map(|(_, s)| service_of(s).to_lowercase()));
    let mut tallies = vec![Tally::default(); users.len()];
    for (_, segment) in table.segments() {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let column = |c: Column| segment.column(c);
        let (identity, event) = (column(Column::Identity), column(Column::Event));
        let (source, region) = (column(Column::Source), column(Column::Region));
        for (slot, time) in segment.times().iter().enumerate() {
            let is_event = segment.flags(slot).kind() != RecordKind::Aggregated;
            let Some(tally) = tallies.get_mut(users.of(identity.id(slot)) as usize).filter(|_| is_event)
            else {
                continue;
            };
            tally.total += 1;
            *tally.services.entry(services.of(source.id(slot))).or_default() += 1;
            *tally.actions.entry(event.id(slot)).or_default() += 1;
            *tally.regions.entry(region.id(slot)).or_default() += 1;
            if let Some(hour) = Time::from_raw(time).hour()
                && let Some(quarter) = tally.quarters.get_mut(usize::from(hour / 6))
            {
                *quarter += 1;
            }
        }
    }
    let service = |id: u32| services.value(id).cloned().unwrap_or_default();
    let action = |id: u32| named(dicts.column(Column::Event).get(id));
    let region = |id: u32| dicts.column(Column::Region).get(id).to_owned();
    let mut out: BTreeMap<String, Value> = BTreeMap::new();
    for (number, tally) in (0u32..).zip(&tallies).filter(|(_, t)| t.total > 0) {
        let mut user = Map::new();
        user.insert("total_events".to_owned(), tally.total.into());
        user.insert("services".to_owned(), counts(&tally.services, service, usize::MAX));
        user.insert("actions".to_owned(), counts(&tally.actions, action, ACTIONS));
        user.insert("regions".to_owned(), counts(&tally.regions, region, usize::MAX));
        let quarters = QUARTERS.iter().zip(tally.quarters).map(|(q, n)| ((*q).to_owned(), Value::from(n)));
        user.insert("time_distribution".to_owned(), Value::Object(quarters.collect()));
        out.insert(users.value(number).cloned().unwrap_or_default(), user.into());
    }
    Some(Value::Object(out.into_iter().collect()))
}

fn named(action: &str) -> String {
    if action.is_empty() { "Unknown".to_owned() } else { action.to_owned() }
}

/// Counts by name, the highest first, equal ones by name.
fn counts(
    counts: &HashMap<u32, u64, foldhash::fast::FixedState>,
    name: impl Fn(u32) -> String,
    most: usize,
) -> Value {
    let mut named: Vec<(String, u64)> =
        counts.iter().map(|(&id, &n)| (name(id), n)).filter(|(name, _)| !name.is_empty()).collect();
    named.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    named.truncate(most);
    Value::Object(named.into_iter().map(|(name, n)| (name, n.into())).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::profile::sample::{HOME, investigation, record, role, user};

    #[test]
    fn users_are_named_as_that_form_names_them() {
        for (user, arn, expected) in [
            ("bob", "arn:aws:iam::1:user/x", "bob"),
            ("", "arn:aws:sts::1:assumed-role/Admin/ann", "ann"),
            ("", "arn:aws:iam::1:root", "arn:aws:iam::1:root"),
            ("", "", "Unknown"),
        ] {
            assert_eq!(user_of(user, arn), expected);
        }
    }

    #[test]
    fn the_document_has_exactly_its_keys() {
        let bob = user("bob", "AKIA1");
        let mut records: Vec<Value> = ["A", "B", "C", "D", "E", "F"]
            .iter()
            .enumerate()
            .map(|(n, name)| record(&format!("0{n}:00:00"), &format!("EC2:{name}"), &bob, json!({})))
            .collect();
        records.push(record("18:00:00", "s3:A", &bob, json!({"awsRegion": "eu-west-1"})));
        records.push(record("23:59:59", "s3:G", &role(HOME, "Admin", "ann", "ASIA1", "23:00:00"), json!({})));
        let inv = investigation(&records);
        let summary = user_summary(&inv.table, &AtomicBool::new(false)).unwrap();
        let expected = json!({
            "ann": {"total_events": 1, "services": {"s3": 1}, "actions": {"G": 1}, "regions": {"us-east-1": 1},
                "time_distribution": {"00-06": 0, "06-12": 0, "12-18": 0, "18-24": 1}},
            "bob": {"total_events": 7, "services": {"ec2": 6, "s3": 1},
                "actions": {"A": 2, "B": 1, "C": 1, "D": 1, "E": 1},
                "regions": {"us-east-1": 6, "eu-west-1": 1},
                "time_distribution": {"00-06": 6, "06-12": 0, "12-18": 0, "18-24": 1}},
        });
        assert_eq!(summary.to_string(), expected.to_string(), "the order counts as well");
    }

    /// The user, service, action and region of every different record of the built-in incident, and its hour.
    fn plainly() -> Vec<[String; 5]> {
        let mut seen = std::collections::HashSet::new();
        let mut rows = Vec::new();
        for (_, bytes) in crate::synth::demo().files {
            let mut text = String::new();
            let mut reader = flate2::read::MultiGzDecoder::new(&bytes[..]);
            std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
            let document: Value = serde_json::from_str(&text).unwrap();
            for record in document["Records"].as_array().into_iter().flatten() {
                if !seen.insert(record["eventID"].to_string()) {
                    continue;
                }
                let text = |pointer: &str| {
                    record.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
                };
                let (name, arn) = (text("/userIdentity/userName"), text("/userIdentity/arn"));
                let last = arn.rsplit_once('/').map_or(arn.clone(), |p| p.1.to_owned());
                let user =
                    [name, last, arn, "Unknown".to_owned()].into_iter().find(|t| !t.is_empty()).unwrap();
                // An insight says inside what it is about.
                let either = |key: &str| match text(&format!("/{key}")) {
                    empty if empty.is_empty() => text(&format!("/insightDetails/{key}")),
                    value => value,
                };
                let service = either("eventSource").split('.').next().unwrap_or_default().to_lowercase();
                rows.push([
                    user,
                    service,
                    either("eventName"),
                    text("/awsRegion"),
                    text("/eventTime")[11..13].to_owned(),
                ]);
            }
        }
        rows
    }

    #[test]
    fn it_agrees_with_a_count_over_the_raw_records() {
        let rows = plainly();
        let objects = crate::synth::demo().files.into_iter().map(|(name, bytes)| {
            Ok(crate::source::Object { name, place: crate::source::Place::Memory(bytes.into()), found: true })
        });
        let inv = crate::profile::sample::loaded(Box::new(objects));
        let summary = user_summary(&inv.table, &AtomicBool::new(false)).unwrap();
        let mut users: BTreeMap<&str, Vec<&[String; 5]>> = BTreeMap::new();
        for row in &rows {
            users.entry(&row[0]).or_default().push(row);
        }
        assert_eq!(summary.as_object().unwrap().keys().collect::<Vec<_>>(), users.keys().collect::<Vec<_>>());
        for (user, of) in users {
            let told = &summary[user];
            assert_eq!(told["total_events"], of.len(), "{user}");
            for (key, place) in [("services", 1), ("regions", 3)] {
                let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
                of.iter().for_each(|row| *counts.entry(&row[place]).or_default() += 1);
                assert_eq!(told[key], json!(counts), "{user} {key}");
            }
            let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
            of.iter().for_each(|row| *counts.entry(&row[2]).or_default() += 1);
            let mut counts: Vec<(&str, u64)> = counts.into_iter().collect();
            counts.sort_by_key(|&(name, n)| (std::cmp::Reverse(n), name));
            counts.truncate(5);
            let actions: Vec<(&str, u64)> = told["actions"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(k, n)| (k.as_str(), n.as_u64().unwrap()))
                .collect();
            assert_eq!(actions, counts, "{user}");
            let quarter =
                |n: usize| of.iter().filter(|row| row[4].parse::<usize>().unwrap() / 6 == n).count();
            let times =
                json!({"00-06": quarter(0), "06-12": quarter(1), "12-18": quarter(2), "18-24": quarter(3)});
            assert_eq!(told["time_distribution"], times, "{user}");
        }
    }
}
