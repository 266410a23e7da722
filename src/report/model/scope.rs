//! What was looked at and what could not be seen: sources, accounts, regions, times, counts, gaps.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Counted, Gather};
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::profile::describe::EventRef;
use crate::profile::resource;
use crate::report::event_line::time_text;
use crate::score::rank;
use crate::score::scorer::plain_name;
use crate::store::flags::RecordKind;
use crate::store::{Column, Row};
use crate::text::{count, plural};

/// A stretch without events counts as a gap from this many hours on.
const GAP_HOURS: i64 = 3;
/// How many gaps and changes of logging are told.
const GAPS: usize = 20;
const CHANGES: usize = 50;
const HOUR_MS: i64 = 3_600_000;

/// Calls that change what is logged, or who watches.
const LOGGING: [&str; 26] = [
    "StartLogging",
    "StopLogging",
    "CreateTrail",
    "UpdateTrail",
    "DeleteTrail",
    "PutEventSelectors",
    "PutInsightSelectors",
    "CreateEventDataStore",
    "UpdateEventDataStore",
    "DeleteEventDataStore",
    "StopEventDataStoreIngestion",
    "StartEventDataStoreIngestion",
    "StopConfigurationRecorder",
    "DeleteConfigurationRecorder",
    "DeleteDeliveryChannel",
    "DeleteFlowLogs",
    "DeleteLogGroup",
    "DeleteLogStream",
    "DeleteDetector",
    "UpdateDetector",
    "DisassociateFromMasterAccount",
    "DisableSecurityHub",
    "DisableMacie",
    "StopMonitoringMembers",
    "DisableAlarmActions",
    "DeleteAlarms",
];

/// A stretch in which an account has no event, though it has some in most hours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// The account.
    pub account: String,
    /// The first hour without an event.
    #[serde(serialize_with = "resource::time")]
    pub from: Time,
    /// The first hour with one again.
    #[serde(serialize_with = "resource::time")]
    pub to: Time,
    /// How many hours.
    pub hours: i64,
}

/// A change of what is logged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggingChange {
    /// The event.
    pub event: EventRef,
    /// Who did it. Hostile.
    pub actor: String,
    /// The account.
    pub account: String,
    /// On what. Hostile.
    pub target: String,
}

/// What was looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scope {
    /// The sources as they were named.
    pub sources: Vec<String>,
    /// The query that events had to match.
    pub query: String,
    /// From when on events were asked for.
    pub requested_from: Option<String>,
    /// Until when; a day is meant with its end.
    pub requested_to: Option<String>,
    /// The first event.
    pub covered_from: Option<String>,
    /// The last event.
    pub covered_to: Option<String>,
    /// Files read.
    pub files: u64,
    /// CloudTrail records found.
    pub records: u64,
    /// Records folded into another one of the same id and content.
    pub duplicates: u64,
    /// Events that share their id with one of other content: a sign of tampering.
    pub conflicts: u64,
    /// Things that could not be read.
    pub rejected: u64,
    /// Digest files, left out.
    pub digests: u64,
    /// What was passed over, with counts.
    pub passed_over: BTreeMap<String, u64>,
    /// Events that the report is about.
    pub events: u64,
    /// Actors among them.
    pub actors: u64,
    /// Accounts, most events first.
    pub accounts: Vec<Counted>,
    /// Regions, most events first.
    pub regions: Vec<Counted>,
    /// Classes of events: `Management`, `Data`, `Insight`, `NetworkActivity`, else `not said`.
    pub classes: Vec<Counted>,
    /// Calls that changed what is logged, or who watches, in order of time.
    pub logging_changes: Vec<LoggingChange>,
    /// How many there are.
    pub logging_changes_total: u64,
    /// Stretches without events.
    pub gaps: Vec<Gap>,
    /// How many there are.
    pub gaps_total: u64,
    /// Accounts with events in less than half of the hours, of whose gaps nothing can be said.
    pub quiet_accounts: u64,
}

impl Scope {
    pub(super) fn new(gather: &Gather<'_>) -> Self {
        let (inv, options) = (gather.inv, gather.options);
        let counts = inv.status.counts();
        let (first, last) = inv.span();
        let mut tally = Tally::default();
        for row in inv.table.rows().filter(|row| row.kind() != RecordKind::Aggregated) {
            tally.add(&row);
        }
        let (gaps, quiet_accounts) = gaps(&tally.hours, first, last);
        let (gaps_total, logging_changes_total) = (gaps.len() as u64, tally.changes.len() as u64);
        Self {
            sources: options.sources.clone(),
            query: options.query.clone(),
            requested_from: time_text(options.since),
            requested_to: time_text(options.until),
            covered_from: time_text(first),
            covered_to: time_text(last),
            files: counts.logs(),
            records: counts.records,
            duplicates: inv.duplicates,
            conflicts: inv.conflicts,
            rejected: counts.rejected,
            digests: counts.digests,
            passed_over: inv.status.notes(),
            events: inv.event_count(),
            actors: inv.actor_count() as u64,
            accounts: counted(tally.accounts),
            regions: counted(tally.regions),
            classes: counted(tally.classes),
            logging_changes: changes(inv, &tally.changes),
            logging_changes_total,
            gaps: gaps.into_iter().take(GAPS).collect(),
            gaps_total,
            quiet_accounts,
        }
    }

    /// Whether there are data events.
    pub fn has_data_events(&self) -> bool {
        self.classes.iter().any(|class| class.name == "Data")
    }
}

#[derive(Default)]
struct Tally<'a> {
    accounts: BTreeMap<&'a str, u64>,
    regions: BTreeMap<&'a str, u64>,
    classes: BTreeMap<&'a str, u64>,
    /// The hours in which an account has events.
    hours: BTreeMap<&'a str, BTreeSet<i64>>,
    changes: Vec<u32>,
}

impl<'a> Tally<'a> {
    fn add(&mut self, row: &Row<'a>) {
        let account = row.account();
        let or = |text: &'a str| if text.is_empty() { "not said" } else { text };
        *self.accounts.entry(or(account)).or_default() += 1;
        *self.regions.entry(or(row.text(Column::Region))).or_default() += 1;
        let class = match (row.text(Column::Category), row.kind()) {
            ("", RecordKind::Insight) => "Insight",
            ("", RecordKind::Network) => "NetworkActivity",
            (class, _) => or(class),
        };
        *self.classes.entry(class).or_default() += 1;
        if let Some(ms) = row.time().millis().filter(|_| !account.is_empty()) {
            self.hours.entry(account).or_default().insert(ms.div_euclid(HOUR_MS));
        }
        // Services delete the alarms that they made, all day long.
        if LOGGING.contains(&plain_name(row.event())) && !row.identity().is_service {
            self.changes.push(row.number());
        }
    }
}

fn counted(counts: BTreeMap<&str, u64>) -> Vec<Counted> {
    let mut all: Vec<Counted> =
        counts.into_iter().map(|(name, count)| Counted { name: name.to_owned(), count }).collect();
    all.sort_by_key(|c| std::cmp::Reverse(c.count));
    all
}

/// What is told of changes of logging. Where there are more than are told, the gravest are, so that a stopped trail is not lost among a hundred log streams.
fn changes(inv: &Investigation, rows: &[u32]) -> Vec<LoggingChange> {
    let mut rows: Vec<_> = rows.iter().filter_map(|&n| inv.table.row(n)).collect();
    rows.sort_by_key(|row| std::cmp::Reverse((rank::level_of(row), row.risk())));
    rows.truncate(CHANGES);
    rows.sort_by_key(Row::number);
    let rows = rows.into_iter();
    rows.map(|row| LoggingChange {
        event: EventRef::new(&row),
        actor: row.actor().to_owned(),
        account: row.account().to_owned(),
        target: row.text(Column::Target).to_owned(),
    })
    .collect()
}

/// The gaps of accounts that have events in at least half of the hours of the log, the longest first; how many have not.
fn gaps(hours: &BTreeMap<&str, BTreeSet<i64>>, first: Time, last: Time) -> (Vec<Gap>, u64) {
    let (Some(first), Some(last)) = (first.millis(), last.millis()) else { return (Vec::new(), 0) };
    let (first, last) = (first.div_euclid(HOUR_MS), last.div_euclid(HOUR_MS));
    let all = last - first + 1;
    let (mut found, mut quiet) = (Vec::new(), 0);
    for (account, busy) in hours {
        if (busy.len() as i64).saturating_mul(2) < all {
            quiet += 1;
            continue;
        }
        let mut before = first - 1;
        for &hour in busy.iter().chain([&(last + 1)]) {
            let hours = hour - before - 1;
            if hours >= GAP_HOURS {
                let at = |hour: i64| Time::from_millis(hour.saturating_mul(HOUR_MS));
                found.push(Gap { account: (*account).to_owned(), from: at(before + 1), to: at(hour), hours });
            }
            before = hour;
        }
    }
    found.sort_by(|a, b| b.hours.cmp(&a.hours).then_with(|| (a.from, &a.account).cmp(&(b.from, &b.account))));
    (found, quiet)
}

/// What the report cannot say.
pub(super) fn limitations(gather: &Gather<'_>, scope: &Scope) -> Vec<String> {
    let mut said = vec![
        "No record does not mean no act: CloudTrail records calls to the APIs that it covers, where a trail, an event \
         data store or the event history was on, and nothing within instances, containers or databases."
            .to_owned(),
        "Events are delivered minutes after the act, some later; the last quarter of an hour may be incomplete."
            .to_owned(),
        format!(
            "{}",
            match scope.digests {
                0 => "No digest files were at hand: that the logs are as AWS delivered them was not verified."
                    .to_owned(),
                n => format!(
                    "{} were met and left out: that the logs are as AWS delivered them was not verified here.",
                    plural(n, "digest file")
                ),
            }
        ),
        "\"Still there\" means that these logs show no unmaking; the account itself was not asked.".to_owned(),
        "A statistical anomaly is not a finding: it says that something is unlike the rest, and nothing of intent."
            .to_owned(),
    ];
    if !scope.has_data_events() {
        said.push(
            "There are no data events: reading, writing and deleting of objects, and calls of functions, are not visible."
                .to_owned(),
        );
    }
    if scope.rejected > 0 {
        said.push(format!(
            "{} could not be read and are not in this report.",
            plural(scope.rejected, "thing")
        ));
    }
    if scope.conflicts > 0 {
        said.push(format!(
            "{} share their id with an event of other content: a sign of tampering, or of two exports put together.",
            plural(scope.conflicts, "event")
        ));
    }
    if scope.quiet_accounts > 0 {
        said.push(format!(
            "{} had events in less than half of the hours: gaps in them cannot be told from quiet.",
            plural(scope.quiet_accounts, "account")
        ));
    }
    if !gather.options.query.is_empty() {
        said.push(
            "The report is about a part of what was loaded: what lies outside of its query was not looked at, also \
             not for who handed out credentials."
                .to_owned(),
        );
    }
    let unread = gather.options.evidence.iter().filter(|e| e.note.is_some()).count() as u64;
    if unread > 0 {
        said.push(format!("Of {} the hash may not be that of what was read.", plural(unread, "file")));
    }
    said.push(format!(
        "Rules find what they were written for; {} were in force.",
        count(gather.options.ruleset.rules)
    ));
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_told_of_busy_accounts_alone() {
        let hour = |h: i64| h * HOUR_MS;
        let busy: BTreeSet<i64> = (0..24).filter(|h| !(10..14).contains(h) && *h != 20).collect();
        let hours = BTreeMap::from([("busy", busy), ("quiet", BTreeSet::from([0, 23]))]);
        let (found, quiet) = gaps(&hours, Time::from_millis(0), Time::from_millis(hour(23) + 5));
        let [gap] = &found[..] else { panic!("{found:?}") };
        assert_eq!((gap.account.as_str(), gap.hours, quiet), ("busy", 4, 1));
        assert_eq!((gap.from.millis(), gap.to.millis()), (Some(hour(10)), Some(hour(14))));
        assert_eq!(gaps(&hours, Time::UNKNOWN, Time::UNKNOWN), (Vec::new(), 0));
    }
}
