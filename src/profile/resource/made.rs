//! Things that were made, and whether the log shows that somebody unmade them.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde_json::Value;

use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::profile::change::texts_at;
use crate::score::scorer::plain_name;
use crate::store::table::service_of;
use crate::store::{Column, Row};

/// The table as shipped.
const SHIPPED: &str = include_str!("../../../rules/resources.txt");

/// How many records are read to learn the names of what was made, and as many again for what was unmade.
const READ: usize = 400;

/// Something that was made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Made {
    /// What kind of thing: `access key`, `security group`.
    pub kind: &'static str,
    /// Its name. Hostile.
    pub name: String,
    /// The event that made it.
    #[serde(skip)]
    pub row: u32,
    /// When.
    #[serde(serialize_with = "super::time")]
    pub time: Time,
    /// The event that unmade it, whoever did that; `None`: the log shows none, so it may still be there.
    #[serde(skip)]
    pub gone: Option<u32>,
    /// Whether the log shows no unmaking.
    pub still_there: bool,
    /// The kind of thing that it is part of, and goes with.
    #[serde(skip)]
    part_of: &'static str,
}

/// Something that was unmade.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unmade {
    /// What kind of thing.
    pub kind: &'static str,
    /// Its name. Hostile.
    pub name: String,
    /// The event.
    #[serde(skip)]
    pub row: u32,
    /// When.
    #[serde(serialize_with = "super::time")]
    pub time: Time,
}

/// One line of the table.
#[derive(Debug)]
struct Kind {
    name: &'static str,
    make: (&'static str, &'static str),
    unmake: (&'static str, &'static str),
    /// The kind of thing that it is part of; empty where it stands alone.
    part_of: &'static str,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| SHIPPED.lines().filter_map(parse).collect());

/// Reads a line; `None` for an empty one, a comment and a broken one, which a test rules out.
fn parse(line: &'static str) -> Option<Kind> {
    let mut parts = line.split('|').map(str::trim);
    let (name, make, unmake) = (parts.next()?, parts.next()?, parts.next()?);
    let call = |text: &'static str| text.split_once(' ').filter(|(call, _)| call.contains(':'));
    let part_of = parts.next().unwrap_or_default();
    (!name.starts_with('#')).then_some(Kind { name, make: call(make)?, unmake: call(unmake)?, part_of })
}

/// For each pair of event and source the line it makes, or unmakes, something by.
struct Calls {
    kinds: HashMap<(u32, u32), Option<usize>, foldhash::fast::FixedState>,
    makes: bool,
}

impl Calls {
    fn new(makes: bool) -> Self {
        Self { kinds: HashMap::default(), makes }
    }

    fn kind(&mut self, row: &Row<'_>) -> Option<usize> {
        let makes = self.makes;
        let find = || {
            let call = format!("{}:{}", service_of(row.text(Column::Source)), plain_name(row.event()));
            KINDS.iter().position(|k| if makes { k.make.0 == call } else { k.unmake.0 == call })
        };
        *self.kinds.entry((row.id_of(Column::Event), row.id_of(Column::Source))).or_insert_with(find)
    }
}

/// What the events made, in their order; `stop` ends the search early with what was found by then.
///
/// Of a great many things the first 400 are told.
pub fn made(inv: &Investigation, rows: &[u32], stop: &AtomicBool) -> Vec<Made> {
    let mut calls = Calls::new(true);
    let mut all = Vec::new();
    let done = rows.iter().filter_map(|&n| inv.table.row(n)).filter(|r| r.outcome() == Outcome::Success);
    let makers = done.filter_map(|row| Some((calls.kind(&row)?, row))).take(READ);
    for (kind, row) in makers {
        if stop.load(Ordering::Relaxed) {
            return all;
        }
        let Some(kind) = KINDS.get(kind) else { continue };
        for name in names(inv, &row, kind.make.1) {
            let (time, number) = (row.time(), row.number());
            let (kind, part_of) = (kind.name, kind.part_of);
            all.push(Made { kind, name, row: number, time, gone: None, still_there: true, part_of });
        }
    }
    find_unmaking(inv, &mut all, stop);
    all
}

/// What the events unmade, in their order; of a great many things the first 400 are told.
pub fn unmade(inv: &Investigation, rows: &[u32], stop: &AtomicBool) -> Vec<Unmade> {
    let mut calls = Calls::new(false);
    let done = rows.iter().filter_map(|&n| inv.table.row(n)).filter(|r| r.outcome() == Outcome::Success);
    let mut all = Vec::new();
    for (kind, row) in done.filter_map(|row| Some((calls.kind(&row)?, row))).take(READ) {
        let Some(kind) = KINDS.get(kind).filter(|_| !stop.load(Ordering::Relaxed)) else { break };
        let (time, number) = (row.time(), row.number());
        let names = names(inv, &row, kind.unmake.1).into_iter();
        all.extend(names.map(|name| Unmade { kind: kind.name, name, row: number, time }));
    }
    all
}

/// Notes for each thing the event that unmade it.
fn find_unmaking(inv: &Investigation, all: &mut [Made], stop: &AtomicBool) {
    let Some(since) = all.iter().map(|m| m.row).min() else { return };
    // What something is called, and what it is part of: both can end it.
    let mut open: HashMap<(&'static str, String), Vec<usize>> = HashMap::new();
    for (place, made) in all.iter().enumerate() {
        open.entry((made.kind, made.name.clone())).or_default().push(place);
        if !made.part_of.is_empty() {
            let whole = made.name.split(' ').next().unwrap_or_default().to_owned();
            open.entry((made.part_of, whole)).or_default().push(place);
        }
    }
    let wanted: std::collections::HashSet<&str> = open.keys().map(|key| key.0).collect();
    let mut read = 0;
    for (kind, row) in unmakers(inv, since) {
        if read == READ || stop.load(Ordering::Relaxed) {
            return;
        }
        let Some(kind) = KINDS.get(kind).filter(|k| wanted.contains(k.name)) else { continue };
        let Some(row) = inv.table.row(row) else { continue };
        read += 1;
        for name in names(inv, &row, kind.unmake.1) {
            for made in open.get(&(kind.name, name)).into_iter().flatten() {
                if let Some(made) = all.get_mut(*made).filter(|m| m.row < row.number() && m.gone.is_none()) {
                    made.gone = Some(row.number());
                    made.still_there = false;
                }
            }
        }
    }
}

/// The events after `since` that unmade something, with their lines.
fn unmakers(inv: &Investigation, since: u32) -> Vec<(usize, u32)> {
    let names = inv.table.dicts().column(Column::Event);
    let may: Vec<bool> = names
        .iter()
        .map(|(_, name)| {
            let plain = plain_name(name);
            KINDS.iter().any(|k| k.unmake.0.split_once(':').is_some_and(|(_, event)| event == plain))
        })
        .collect();
    let mut calls = Calls::new(false);
    let mut found = Vec::new();
    for (start, segment) in inv.table.segments() {
        segment.column(Column::Event).for_each(|slot, id| {
            let number = start + slot as u32;
            if number > since
                && may.get(id as usize).copied().unwrap_or(false)
                && let Some(row) = inv.table.row(number).filter(|r| r.outcome() == Outcome::Success)
                && let Some(kind) = calls.kind(&row)
            {
                found.push((kind, number));
            }
        });
    }
    found
}

/// The names that stand at a place of the table, from the raw record, else what the columns say.
fn names(inv: &Investigation, row: &Row<'_>, place: &str) -> Vec<String> {
    let record: Value =
        inv.raw(row).ok().and_then(|raw| serde_json::from_slice(&raw).ok()).unwrap_or_default();
    let found = place.split(',').map(|path| joined(&record, path)).find(|names| !names.is_empty());
    found.unwrap_or_else(|| {
        let target = row.text(Column::Target);
        if target.is_empty() { Vec::new() } else { vec![target.to_owned()] }
    })
}

/// The values at a path; two values joined by `+` are one name.
fn joined(record: &Value, path: &str) -> Vec<String> {
    let at = |path: &str| match path.strip_prefix('>') {
        Some(path) => texts_at(record.get("responseElements").unwrap_or(&Value::Null), path),
        None => texts_at(record.get("requestParameters").unwrap_or(&Value::Null), path),
    };
    if !path.contains('+') {
        return at(path);
    }
    let parts: Option<Vec<String>> = path.split('+').map(|p| at(p).into_iter().next()).collect();
    parts.map(|parts| vec![parts.join(" ")]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::profile::sample::{investigation, record, user};

    #[test]
    fn every_line_is_sound() {
        let lines = SHIPPED.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#'));
        for line in lines {
            assert!(parse(line).is_some(), "{line}");
        }
        assert!(KINDS.len() > 40);
    }

    #[test]
    fn what_was_made_is_there_until_anybody_unmakes_it() {
        let (eve, ann) = (user("eve", "AKIAEVE"), user("ann", "AKIAANN"));
        let made_key = json!({"requestParameters": {"userName": "bot"}, "responseElements": {"accessKey": {"accessKeyId": "AKIABOT"}}});
        let runs = json!({"responseElements": {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}}});
        let gone = json!({"requestParameters": {"instancesSet": {"items": [{"instanceId": "i-2"}]}}});
        let group = json!({"requestParameters": {"userName": "bot", "groupName": "Admins"}});
        let inv = investigation(&[
            record("08:00:00", "iam:DeleteUser", &ann, json!({"requestParameters": {"userName": "bot"}})),
            record("09:00:00", "iam:CreateUser", &eve, json!({"requestParameters": {"userName": "bot"}})),
            record("09:00:01", "iam:CreateAccessKey", &eve, made_key),
            record("09:00:02", "iam:AddUserToGroup", &eve, group.clone()),
            record("09:00:03", "ec2:RunInstances", &eve, runs),
            record(
                "09:00:05",
                "iam:PutRolePolicy",
                &eve,
                json!({"requestParameters": {"roleName": "x", "policyName": "p"}}),
            ),
            record(
                "09:00:04",
                "iam:CreateRole",
                &eve,
                json!({"requestParameters": {"roleName": "r"}, "errorCode": "AccessDenied"}),
            ),
            record("10:00:00", "ec2:TerminateInstances", &ann, gone),
            record("10:00:01", "iam:RemoveUserFromGroup", &ann, group),
            record("10:00:02", "iam:DeleteRole", &ann, json!({"requestParameters": {"roleName": "x"}})),
            record(
                "10:00:03",
                "iam:DeleteUser",
                &ann,
                json!({"requestParameters": {"userName": "bot"}, "errorCode": "AccessDenied"}),
            ),
        ]);
        let rows: Vec<u32> = (0..inv.table.len()).collect();
        let go = AtomicBool::new(false);
        let gone: Vec<(&str, String)> =
            unmade(&inv, &rows, &go).into_iter().map(|m| (m.kind, m.name)).collect();
        let unmade =
            [("user", "bot"), ("instance", "i-2"), ("group membership", "bot Admins"), ("role", "x")];
        assert_eq!(gone, unmade.map(|(kind, name)| (kind, name.to_owned())));
        let said: Vec<(&str, String, Option<u32>)> = made(&inv, &rows, &AtomicBool::new(false))
            .into_iter()
            .map(|m| (m.kind, m.name, m.gone))
            .collect();
        assert_eq!(
            said,
            [
                ("user", "bot".to_owned(), None),
                ("access key", "AKIABOT".to_owned(), None),
                ("group membership", "bot Admins".to_owned(), Some(8)),
                ("instance", "i-1".to_owned(), None),
                ("instance", "i-2".to_owned(), Some(7)),
                ("inline policy", "x p".to_owned(), Some(9)),
            ]
        );
    }
}
