//! What the sessions of the gravest findings touched, made, unmade and opened to others.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Finding, Gather};
use crate::event::outcome::Outcome;
use crate::profile::change::{self, Danger};
use crate::profile::describe::EventRef;
use crate::profile::resource::{self, Made, Touched, Unmade};
use crate::score::Level;
use crate::store::flags::Access;

/// How many touched resources are told.
const TOUCHED: usize = 200;
/// Of how many calls the records are read for what they opened.
const READ: usize = 2000;
/// Kinds of things that let somebody in.
const CREDENTIALS: [&str; 8] = [
    "access key",
    "console password",
    "service credential",
    "user",
    "role",
    "key pair",
    "second factor",
    "SAML provider",
];

/// Something that was opened to others, or weakened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// What kind of danger.
    pub danger: Danger,
    /// What exactly. Hostile.
    pub reason: String,
    /// What was done. Hostile.
    pub what: String,
    /// Who did it. Hostile.
    pub actor: String,
    /// The event.
    pub event: EventRef,
}

/// What was touched.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Blast {
    /// How many sessions were looked at: those with a finding of high level or above, and what came out of them.
    pub sessions: u64,
    /// How many events they have.
    pub events: u64,
    /// Resources that were read, changed, made or unmade, changed ones first.
    pub touched: Vec<Touched>,
    /// How many there are.
    pub touched_total: u64,
    /// What was made.
    pub made: Vec<Made>,
    /// What was unmade.
    pub unmade: Vec<Unmade>,
    /// What was opened to others, or weakened.
    pub grants: Vec<Grant>,
}

impl Blast {
    pub(super) fn new(gather: &Gather<'_>, findings: &[Finding]) -> Self {
        let background = gather.background;
        let mut sessions = BTreeSet::new();
        let mut rows = BTreeSet::new();
        for finding in findings.iter().filter(|f| f.level >= Level::High) {
            for &row in &finding.rows {
                rows.insert(row);
                if let Some(session) = background.sessions.of_row(row).filter(|s| !sessions.contains(s)) {
                    sessions.extend(background.chains.tree(session).iter().map(|node| node.session));
                }
            }
        }
        rows.extend(background.sessions.rows_of(sessions.iter().copied()).into_iter().map(|(row, _)| row));
        let rows: Vec<u32> = rows.into_iter().collect();
        let mut touched = resource::touched(&gather.inv.table, &rows);
        let touched_total = touched.len() as u64;
        touched.truncate(TOUCHED);
        Self {
            sessions: sessions.len() as u64,
            events: rows.len() as u64,
            touched,
            touched_total,
            made: resource::made(gather.inv, &rows, gather.stop),
            unmade: resource::unmade(gather.inv, &rows, gather.stop),
            grants: grants(gather, &rows),
        }
    }

    /// Credentials and identities that were made and of which the log shows no end.
    pub fn active_credentials(&self) -> impl Iterator<Item = &Made> {
        self.made.iter().filter(|made| made.still_there && CREDENTIALS.contains(&made.kind))
    }
}

fn grants(gather: &Gather<'_>, rows: &[u32]) -> Vec<Grant> {
    let inv = gather.inv;
    let done = rows.iter().filter_map(|&n| inv.table.row(n)).filter(|row| {
        row.outcome() == Outcome::Success
            && row.flags().access() == Access::Write
            && change::is_known(row.service(), row.event())
    });
    let own = inv.own_accounts();
    let mut found = Vec::new();
    for row in done.take(READ) {
        let Some(change) = inv.raw(&row).ok().and_then(|raw| change::decode(&raw, &own)) else { continue };
        found.extend(change.judgments.into_iter().map(|judgment| Grant {
            danger: judgment.danger,
            reason: judgment.reason,
            what: change.sentence.clone(),
            actor: row.actor().to_owned(),
            event: EventRef::new(&row),
        }));
    }
    found
}
