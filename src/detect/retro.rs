//! A rule over everything that is loaded: what would it have caught?
//!
//! The rule becomes a query on columns; only events that the columns leave open have their records read again.
//! This is how a rule is tried while it is being written, and how one that was changed is run anew.

use std::sync::Arc;

use super::engine::Place;
use super::engine::leaf::{IdentityOnly, Written, item_on, item_on_text};
use super::sigma::condition::Condition;
use super::sigma::item::Item;
use super::sigma::rule::{Rule, Search};
use crate::investigation::Investigation;
use crate::json;
use crate::query::plan::{Node, RecordTest};
use crate::query::records::Reading;
use crate::query::run::{self, Selection};
use crate::store::Column;
use crate::store::bits::IdSet;
use crate::store::dict::may_be_cut;
use crate::store::dicts::{DictSet, is_text};
use crate::store::flags::RecordKind;

/// The events that a rule hits. `reading` tells how far the reading of records is, and can stop it.
pub fn hits(inv: &Investigation, rule: &Rule, reading: &Reading) -> Selection {
    let node = node_of(rule, inv.table.dicts());
    run::decide_all(&node, inv, run::columns(&node, &inv.table), reading)
}

/// The rule as a query on the columns.
pub fn node_of(rule: &Rule, dicts: &DictSet) -> Node {
    let searches: Vec<&Search> = rule.searches.iter().map(|(_, search)| search).collect();
    let conditions = rule.conditions.iter().map(|condition| condition_node(condition, &searches, dicts));
    // Counts and sums of events are no acts of anybody.
    let kinds = 1 << RecordKind::Event as u8 | 1 << RecordKind::Network as u8;
    and(vec![Node::Record(kinds), or(conditions.collect())])
}

fn condition_node(condition: &Condition, searches: &[&Search], dicts: &DictSet) -> Node {
    let parts = |parts: &[Condition]| parts.iter().map(|p| condition_node(p, searches, dicts)).collect();
    match condition {
        Condition::Search(n) => searches.get(*n).map_or(Node::Const(false), |s| search_node(s, dicts)),
        Condition::And(all) => and(parts(all)),
        Condition::Or(any) => or(parts(any)),
        Condition::Not(part) => not(condition_node(part, searches, dicts)),
        Condition::AtLeast(least, names) => {
            let nodes = names.iter().map(|n| condition_node(&Condition::Search(*n), searches, dicts));
            Node::AtLeast(*least, nodes.collect())
        }
    }
}

fn search_node(search: &Search, dicts: &DictSet) -> Node {
    let group = |items: &Vec<Item>| and(items.iter().map(|item| item_node(item, dicts)).collect());
    or(search.groups.iter().map(group).collect())
}

fn item_node(item: &Item, dicts: &DictSet) -> Node {
    let test = |item: &Item| {
        let item = item.clone();
        Node::Tested(RecordTest(Arc::new(move |raw: &[u8]| item_on(&item, &Written(raw)))))
    };
    match Place::of(item) {
        Place::Record => test(item),
        Place::Identity => {
            let values = dicts.column(Column::Identity);
            let is_doubtful = |id: u32| may_be_cut(values.get(id)) || is_text(values.get(id));
            let holds = |id: u32| item_on(item, &IdentityOnly(values.get(id).as_bytes()));
            sure_or_asked(
                Column::Identity,
                IdSet::from_test(values.len(), is_doubtful),
                |doubtful| IdSet::from_test(values.len(), |id| !doubtful.contains(id) && holds(id)),
                || test(item),
            )
        }
        Place::Column(column) => {
            let values = dicts.column(column);
            let absent = item_on(item, &super::engine::leaf::Nothing);
            let doubtful = IdSet::from_test(values.len(), |id| is_doubtful(column, values.get(id)));
            let set = |doubtful: &IdSet| {
                IdSet::from_test(values.len(), |id| match id {
                    0 => absent,
                    id => !doubtful.contains(id) && item_on_text(item, values.get(id)),
                })
            };
            sure_or_asked(column, doubtful, set, || test(item))
        }
    }
}

/// The values of a column for which an item holds for sure, and those where the record has to be asked.
fn sure_or_asked(
    column: Column,
    doubtful: IdSet,
    sure: impl Fn(&IdSet) -> IdSet,
    ask: impl Fn() -> Node,
) -> Node {
    let sure = Node::Ids(column, sure(&doubtful));
    if doubtful.is_empty() {
        return sure;
    }
    or(vec![sure, and(vec![Node::Ids(column, doubtful), ask()])])
}

/// Whether the text of a value does not tell what the record holds: a list or a number and its text look alike, what is
/// too long was cut, and a failure without a code shows its message.
fn is_doubtful(column: Column, text: &str) -> bool {
    json::may_be_no_text(text)
        || may_be_cut(text)
        || (column == Column::Error && text == "Failed authentication")
}

fn not(node: Node) -> Node {
    match node {
        Node::Const(is) => Node::Const(!is),
        node => Node::Not(Box::new(node)),
    }
}

/// All of them, what costs least first.
fn and(mut nodes: Vec<Node>) -> Node {
    nodes.sort_by_key(Node::cost);
    if nodes.len() == 1 { nodes.swap_remove(0) } else { Node::And(nodes) }
}

fn or(mut nodes: Vec<Node>) -> Node {
    nodes.sort_by_key(Node::cost);
    if nodes.len() == 1 { nodes.swap_remove(0) } else { Node::Or(nodes) }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::detect::attack::Attack;
    use crate::detect::rules::{Files, Rules};
    use crate::detect::sigma::item::Placeholders;
    use crate::detect::sigma::plain;
    use crate::ingest::worker::Options;
    use crate::investigation::{Judgment, load};
    use crate::source::{Object, Place as Source, local};
    use crate::synth;

    /// Rules that use whatever rules can, on fields of every kind.
    const ODD_RULES: &str = "
title: no name is asked for
id: agent
detection: {s: {userAgent|contains: [python, aws-cli]}, condition: s}
---
title: absent
id: absent
detection: {s: {errorCode: null, sourceIPAddress|cidr: [10.0.0.0/8, 203.0.113.0/24]}, condition: s}
---
title: empty
id: empty
detection: {s: {errorCode: null}, t: {userAgent|exists: true}, condition: s or t}
---
title: not
id: not
detection: {s: {eventSource: s3.amazonaws.com}, f: {eventName|startswith: [Get, List, Head]}, condition: s and not f}
---
title: at least
id: least
detection: {a: {eventName|contains: Role}, b: {userIdentity.type: AssumedRole}, c: {errorCode|exists: true}, d: {requestParameters|contains: admin}, condition: 2 of them}
---
title: words
id: words
detection: {keywords: [arn:aws:iam, AccessDenied], condition: keywords}
---
title: reference
id: reference
detection: {s: {userIdentity.accountId|fieldref: recipientAccountId}, condition: not s}
---
title: numbers
id: numbers
detection: {s: {additionalEventData.bytesTransferredOut|gt: 1000}, t: {eventTime|hour: [2, 3, 4]}, condition: s or t}
---
title: identity
id: identity
detection: {s: {userIdentity.sessionContext.attributes.mfaAuthenticated: 'false', userIdentity.type: null}, t: {userIdentity|contains: MFA}, condition: 1 of s or not t}
---
title: other fields
id: others
detection: {s: {readOnly: false, managementEvent: true, eventID|re: '^[0-7]'}, condition: s}
---
title: any case
id: any-case
detection: {s: {eventName|re|i: '^GET'}, exactly: {eventName|re: '^GET'}, condition: s and not exactly}
---
title: without its version
id: without-its-version
detection: {s: {eventName: [ListFunctions, Get]}, condition: s}
---
title: a number and its text
id: number
detection: {s: {userAgent: '1000.0'}, t: {userAgent: '1e3'}, condition: s or t}
---
title: root
id: root
detection: {s: {userIdentity.type: Root}, t: {userIdentity|contains: Root}, condition: s or t}
---
title: expression
id: expression
detection: {s: {userIdentity.arn|re: 'assumed-role/[^/]+/i-', eventName|neq: Decrypt}, condition: s}
";

    fn files() -> Files {
        let mut files = crate::detect::rules::pack();
        files.push(("odd.yml".to_owned(), ODD_RULES.to_owned()));
        if let Some(folder) = real_data("sigma-aws") {
            let entries = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path());
            for path in entries.filter(|p| p.extension().is_some_and(|e| e == "yml")) {
                files.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
        files
    }

    fn real_data(name: &str) -> Option<std::path::PathBuf> {
        let beside = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
        let folder = std::env::var_os("TRAILHOUND_REAL_DATA").map_or(beside, Into::into).join(name);
        if !folder.exists() {
            eprintln!("skipped in part: there is nothing at {}", folder.display());
        }
        folder.exists().then_some(folder)
    }

    /// Each rule must hit the same events while loading, afterwards, and one by one.
    fn agrees(listing: crate::source::Listing, least: usize) {
        let attack = Attack::shipped();
        let rules = Rules::read(&files(), &Placeholders::new(), &[], &attack);
        let judgment = Judgment { rules: Arc::new(rules), ..Judgment::shipped() };
        let inv = load(listing, Options::default(), judgment, Arc::default(), &|_| {});
        let records: Vec<Value> =
            inv.table.rows().map(|row| serde_json::from_slice(&inv.raw(&row).unwrap()).unwrap()).collect();
        let mut silent = 0;
        for (number, rule) in inv.judgment.rules.singles().iter().enumerate() {
            let plainly: Vec<u32> = (0..inv.table.len())
                .filter(|n| plain::fires(rule, &records[*n as usize]) && is_act(&inv, *n))
                .collect();
            let loading: Vec<u32> = (0..inv.table.len())
                .filter(|n| inv.hits.get(inv.table.row(*n).unwrap().hits()).contains(&(number as u32)))
                .collect();
            let later: Vec<u32> = hits(&inv, rule, &Reading::default()).rows(&inv.table).collect();
            assert_eq!((&loading, &later), (&plainly, &plainly), "{}", rule.title);
            silent += usize::from(plainly.is_empty());
        }
        let rules = inv.judgment.rules.singles().len();
        assert!(rules - silent >= least, "only {} of {rules} rules hit something", rules - silent);
    }

    fn is_act(inv: &Investigation, row: u32) -> bool {
        matches!(inv.table.row(row).unwrap().kind(), RecordKind::Event | RecordKind::Network)
    }

    #[test]
    fn all_ways_of_running_a_rule_agree_on_made_up_events() {
        let files = synth::demo().files.into_iter().step_by(3).take(24);
        let objects =
            files.map(|(name, bytes)| Ok(Object { name, place: Source::Memory(bytes.into()), found: true }));
        agrees(Box::new(objects.collect::<Vec<_>>().into_iter()), 10);
    }

    #[test]
    fn all_ways_of_running_a_rule_agree_on_odd_records() {
        let mut records = Vec::new();
        for value in [
            "null",
            "7",
            "-1.50",
            "true",
            "\"\"",
            "[]",
            "{}",
            "[null]",
            "[\"a\",[\"Get\"]]",
            "\"[1]\"",
            "{\"type\":[\"Root\"]}",
            "\"\\u0047et\"",
            "1e3",
            "\"1e3\"",
            "\"{\\\"type\\\":\\\"Root\\\"}\"",
            "\"Failed authentication\"",
        ] {
            for key in [
                "userIdentity",
                "eventTime",
                "eventName",
                "eventSource",
                "sourceIPAddress",
                "userAgent",
                "errorCode",
                "requestParameters",
                "additionalEventData",
                "readOnly",
                "recipientAccountId",
            ] {
                let rest = ["eventVersion", "eventName", "eventSource", "eventTime", "userIdentity"]
                    .into_iter()
                    .filter(|k| *k != key);
                let rest: String = rest
                    .map(|k| match k {
                        "userIdentity" => {
                            ",\"userIdentity\":{\"type\":\"IAMUser\",\"accountId\":\"1\"}".to_owned()
                        }
                        k => format!(
                            ",\"{k}\":\"{}\"",
                            if k == "eventTime" { "2026-01-01T02:00:00Z" } else { "GetX" }
                        ),
                    })
                    .collect();
                records.push(format!("{{\"{key}\":{value}{rest},\"eventID\":\"{}\"}}", records.len()));
            }
        }
        let text = format!("{{\"Records\":[{}]}}", records.join(","));
        let object =
            Object { name: "odd".to_owned(), place: Source::Memory(text.into_bytes().into()), found: true };
        agrees(Box::new(std::iter::once(Ok(object))), 4);
    }

    #[test]
    fn all_ways_of_running_a_rule_agree_on_real_events() {
        let Some(folder) = real_data("invictus") else { return };
        agrees(local::list(&[folder.display().to_string()]), 12);
    }
}
