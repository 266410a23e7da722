//! Counts, users and services as older analyzers report them, by the plain table of sensitive calls.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use serde::Serialize;

use super::Gather;
use crate::anomaly::outlier::{self, Outliers};
use crate::event::time::Time;
use crate::profile::summary::user_of;
use crate::report::classic::Plain;
use crate::report::event_line::time_text;
use crate::score::rank;
use crate::store::flags::RecordKind;
use crate::store::{Column, Row};

/// How many services the chart of services shows.
pub const SERVICES: usize = 15;
/// How many of the riskiest and of the latest events are told.
pub const EVENTS: usize = 5;
/// How many services a user is told with.
const MAIN_SERVICES: usize = 3;

/// A name and how often it occurs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Counted {
    /// The name. Hostile.
    pub name: String,
    /// How many events.
    pub count: u64,
}

/// An event in the plain form.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlainEvent {
    /// When.
    pub time: Option<String>,
    /// The user. Hostile.
    pub actor: String,
    /// The service.
    pub service: String,
    /// The call. Hostile.
    pub action: String,
    /// `Allowed`, or the error.
    pub result: String,
    /// Its risk by the table of sensitive calls, as in `alerts.csv`.
    pub risk_score: u8,
    /// Its points.
    pub points: u8,
    /// The reason of the table.
    pub reason: String,
    /// Its id.
    #[serde(rename = "eventID")]
    pub id: String,
}

/// What a user did.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The user, named as in `user_summary.json`. Hostile.
    pub name: String,
    /// How many events.
    pub total: u64,
    /// How many have as many points as a critical event.
    pub risky: u64,
    /// The services, most first, at most three.
    pub services: Vec<Counted>,
    /// Events in each quarter of the day, UTC.
    pub quarters: [u64; 4],
    /// The last event.
    pub last: Option<String>,
}

/// The quarters of the day, UTC.
pub const QUARTERS: [&str; 4] = ["00-06", "06-12", "12-18", "18-24"];

/// Counts, users and services.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// How many events.
    pub total_events: u64,
    /// The mean of their risk by the table of sensitive calls, as in `alerts.csv`.
    pub average_risk: f64,
    /// The mean of their points.
    pub average_points: f64,
    /// Users with far more events than others.
    pub anomalous_users: Outliers,
    /// Actions with far more events than others.
    pub anomalous_actions: Outliers,
    /// The services, most events first, at most fifteen.
    pub services: Vec<Counted>,
    /// The users, most events first; all of them.
    pub users: Vec<User>,
    /// The riskiest events by the table, equal ones by rank.
    pub riskiest: Vec<PlainEvent>,
    /// The latest events, the last first.
    pub latest: Vec<PlainEvent>,
}

/// What one user did, while the events go by.
#[derive(Default)]
struct UserTally {
    total: u64,
    risky: u64,
    services: HashMap<u32, u64, FixedState>,
    quarters: [u64; 4],
    last: Time,
}

/// All events, while they go by.
struct Tally<'a> {
    plain: Plain<'a>,
    /// From how many points on an event counts as risky.
    critical_at: u32,
    total: u64,
    risk: u64,
    points: u64,
    /// By the number of the source.
    services: HashMap<u32, u64, FixedState>,
    users: HashMap<&'a str, UserTally, FixedState>,
    /// The riskiest so far: risk, rank, row.
    riskiest: Vec<(u8, u32, u32)>,
    latest: Vec<u32>,
}

impl Overview {
    pub(super) fn new(gather: &Gather<'_>) -> Option<Self> {
        let inv = gather.inv;
        let mut tally = Tally {
            plain: Plain::new(inv),
            critical_at: inv.judgment.scoring.critical_at,
            total: 0,
            risk: 0,
            points: 0,
            services: HashMap::default(),
            users: HashMap::default(),
            riskiest: Vec::new(),
            latest: Vec::new(),
        };
        for row in inv.table.rows().filter(|row| row.kind() != RecordKind::Aggregated) {
            tally.add(&row);
        }
        let mean = |sum: u64| if tally.total == 0 { 0.0 } else { sum as f64 / tally.total as f64 };
        let (average_risk, average_points) = (mean(tally.risk), mean(tally.points));
        let riskiest: Vec<u32> = tally.riskiest.iter().map(|r| r.2).collect();
        let latest: Vec<u32> = tally.latest.iter().rev().copied().collect();
        Some(Self {
            total_events: tally.total,
            average_risk,
            average_points,
            anomalous_users: outlier::actors(&inv.table, gather.stop)?,
            anomalous_actions: outlier::actions(&inv.table, gather.stop)?,
            services: tally.counted(&tally.services, SERVICES),
            users: tally.users(),
            riskiest: tally.events(gather, &riskiest),
            latest: tally.events(gather, &latest),
        })
    }
}

impl<'a> Tally<'a> {
    fn add(&mut self, row: &Row<'a>) {
        let (risk, _) = self.plain.risk(row);
        self.total += 1;
        self.risk += u64::from(risk);
        self.points += u64::from(row.risk());
        let source = row.id_of(Column::Source);
        *self.services.entry(source).or_default() += 1;
        let identity = row.identity();
        let user = user_of(row.word(identity.user_name), row.word(identity.arn));
        let user = self.users.entry(user).or_default();
        user.total += 1;
        user.risky += u64::from(u32::from(row.risk()) >= self.critical_at);
        *user.services.entry(source).or_default() += 1;
        user.last = user.last.max(row.time());
        if let Some(hour) = row.time().hour()
            && let Some(quarter) = user.quarters.get_mut(usize::from(hour / 6))
        {
            *quarter += 1;
        }
        self.keep((risk, rank::key_of(row), row.number()));
        self.latest.push(row.number());
        if self.latest.len() > EVENTS {
            self.latest.remove(0);
        }
    }

    /// Keeps the event among the riskiest where it is one of them.
    fn keep(&mut self, event: (u8, u32, u32)) {
        let key = |e: &(u8, u32, u32)| (std::cmp::Reverse((e.0, e.1)), e.2);
        let at = self.riskiest.partition_point(|other| key(other) < key(&event));
        if at < EVENTS {
            self.riskiest.insert(at, event);
            self.riskiest.truncate(EVENTS);
        }
    }

    /// Services by name, the most frequent first, equal ones by name.
    fn counted(&self, by_source: &HashMap<u32, u64, FixedState>, most: usize) -> Vec<Counted> {
        let mut by_name: HashMap<String, u64> = HashMap::new();
        for (&source, &count) in by_source {
            *by_name.entry(self.plain.service_name(source)).or_default() += count;
        }
        let mut all: Vec<Counted> =
            by_name.into_iter().map(|(name, count)| Counted { name, count }).collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        all.truncate(most);
        all
    }

    fn users(&self) -> Vec<User> {
        let user = |(name, t): (&&str, &UserTally)| User {
            name: (*name).to_owned(),
            total: t.total,
            risky: t.risky,
            services: self.counted(&t.services, MAIN_SERVICES),
            quarters: t.quarters,
            last: time_text(t.last),
        };
        let mut users: Vec<User> = self.users.iter().map(user).collect();
        users.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.name.cmp(&b.name)));
        users
    }

    fn events(&mut self, gather: &Gather<'_>, rows: &[u32]) -> Vec<PlainEvent> {
        let rows = rows.iter().filter_map(|&n| gather.inv.table.row(n));
        rows.map(|row| {
            let line = self.plain.line(&row);
            PlainEvent {
                time: line.time,
                actor: line.actor.to_owned(),
                service: line.service,
                action: line.action.to_owned(),
                result: line.result.to_owned(),
                risk_score: line.risk,
                points: row.risk(),
                reason: line.reason,
                id: row.id(),
            }
        })
        .collect()
    }
}
