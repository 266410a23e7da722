//! What to do next, as far as it follows from what was found.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Blast, Chains, Finding, Gather, Scope};
use crate::event::outcome::Outcome;
use crate::profile::change::Danger;
use crate::profile::theft::SignKind;
use crate::score::Level;

/// How many things of a kind are advised about one by one.
const EACH: usize = 25;

/// Something to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Advice {
    /// `contain`, `remove`, `restore`, `see more` or `keep`.
    pub kind: &'static str,
    /// What to do. Hostile where it names something.
    pub text: String,
    /// The findings or events that it follows from.
    pub because: String,
    /// The text of a policy, where one is to be put in place.
    pub policy: Option<String>,
}

/// What to do, the most urgent first.
pub(super) fn advice(
    gather: &Gather<'_>,
    findings: &[Finding],
    blast: &Blast,
    chains: &Chains,
    scope: &Scope,
) -> Vec<Advice> {
    let mut list = List::default();
    credentials(&mut list, gather, findings);
    left_behind(&mut list, blast);
    opened(&mut list, blast);
    logging(&mut list, scope);
    if chains.trails.iter().flat_map(|t| &t.signs).any(|s| s.kind == SignKind::NoSecondFactor) {
        list.add(
            "contain",
            "Ask for a second factor of every user with a console password",
            "sign-ins without one",
        );
    }
    if !scope.has_data_events() {
        list.add(
            "see more",
            "Turn on data events for the buckets and functions that matter",
            "none are in these logs",
        );
    }
    if !findings.is_empty() {
        list.add(
            "keep",
            "Keep the log files of this report unchanged, with the hashes of the evidence inventory",
            "they are evidence",
        );
    }
    list.all
}

#[derive(Default)]
struct List {
    all: Vec<Advice>,
}

impl List {
    fn add(&mut self, kind: &'static str, text: impl Into<String>, because: impl Into<String>) {
        self.all.push(Advice { kind, text: text.into(), because: because.into(), policy: None });
    }
}

/// Keys and roles that the gravest findings were done with.
fn credentials(list: &mut List, gather: &Gather<'_>, findings: &[Finding]) {
    let inv = gather.inv;
    let mut told: BTreeSet<String> = BTreeSet::new();
    for finding in findings.iter().filter(|f| f.level >= Level::High) {
        for row in finding.rows.iter().filter_map(|&n| inv.table.row(n)) {
            let identity = row.identity();
            let because = format!("finding {}", finding.number);
            let (key, role) = (row.word(identity.access_key), row.word(identity.issuer_arn));
            let thing = match (identity.is_root, key.starts_with("AKIA"), role.is_empty()) {
                (true, _, _) => format!("root of {}", row.word(identity.account)),
                (_, true, _) => key.to_owned(),
                (_, _, false) if !identity.is_service => role.to_owned(),
                _ => continue,
            };
            if told.len() >= EACH || !told.insert(thing.clone()) {
                continue;
            }
            if identity.is_root {
                list.add(
                    "contain",
                    format!(
                        "Change the password and second factor of the {thing}, and delete its access keys"
                    ),
                    because,
                );
            } else if key.starts_with("AKIA") {
                list.add(
                    "contain",
                    format!("Make access key {key} of {} inactive, then replace it", row.actor()),
                    because,
                );
            } else {
                let last = background_last(gather, row.number());
                list.all.push(Advice {
                    kind: "contain",
                    text: format!("Revoke the sessions of role {role} that were issued until {last}"),
                    because,
                    policy: Some(revoke_older(&last)),
                });
            }
        }
    }
}

/// When the session of an event was last used, else the time of the event.
fn background_last(gather: &Gather<'_>, row: u32) -> String {
    let sessions = &gather.background.sessions;
    let session = sessions.of_row(row).and_then(|n| sessions.get(n));
    let time = session.map(|s| s.last).or_else(|| Some(gather.inv.table.row(row)?.time()));
    time.unwrap_or_default().to_string()
}

/// A policy that denies everything to sessions that were issued before a time.
fn revoke_older(time: &str) -> String {
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny",
            "Action": ["*"],
            "Resource": ["*"],
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": time}},
        }],
    });
    serde_json::to_string_pretty(&policy).unwrap_or_default()
}

fn left_behind(list: &mut List, blast: &Blast) {
    for made in blast.active_credentials().take(EACH) {
        list.add(
            "remove",
            format!("Delete {} {}, or say who needs it", made.kind, made.name),
            format!("made at {} and not unmade in these logs", made.time),
        );
    }
    let others = blast.made.iter().filter(|m| m.still_there).count() - blast.active_credentials().count();
    if others > 0 {
        list.add(
            "remove",
            format!("Look through the {others} other things that were made and are still there"),
            "see the blast radius",
        );
    }
}

fn opened(list: &mut List, blast: &Blast) {
    let mut told = BTreeSet::new();
    for grant in blast.grants.iter().filter(|g| g.danger != Danger::Wildcard) {
        if told.len() < EACH && told.insert((grant.danger, grant.reason.clone())) {
            list.add(
                "remove",
                format!("Take back: {} ({})", grant.reason, grant.danger.name()),
                format!("event {} by {}", grant.event.id, grant.actor),
            );
        }
    }
}

/// Trails that were stopped and not started again, and detectors that were taken away.
fn logging(list: &mut List, scope: &Scope) {
    let done = |name: &'static str| {
        let changes = scope.logging_changes.iter();
        changes.filter(move |c| c.event.outcome == Outcome::Success.name() && c.event.event == name)
    };
    for stop in done("StopLogging").collect::<Vec<_>>() {
        let again = done("StartLogging").any(|s| s.target == stop.target && s.event.time > stop.event.time);
        if !again {
            list.add(
                "restore",
                format!("Start logging again for trail {}", stop.target),
                format!("event {} stopped it, and nothing started it", stop.event.id),
            );
        }
    }
    for name in ["DeleteTrail", "DeleteDetector", "DeleteFlowLogs", "DeleteConfigurationRecorder"] {
        for change in done(name) {
            list.add(
                "restore",
                format!("Put back what {name} took away: {}", change.target),
                format!("event {} by {}", change.event.id, change.actor),
            );
        }
    }
    if done("PutEventSelectors").next().is_some() {
        list.add("restore", "Check what the trails select", "event selectors were changed");
    }
}
