//! Values of the gravest findings, to look for elsewhere.
//!
//! Each says how many of the findings' events have it and how many events at all: a value that most
//! events have is nobody's mark.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use serde::Serialize;

use super::{Finding, Gather};
use crate::event::address::AddressKind;
use crate::event::time::Time;
use crate::profile::resource;
use crate::score::Level;
use crate::store::flags::RecordKind;
use crate::store::{Column, Row};

/// What kind of value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IndicatorKind {
    /// A public address.
    Address,
    /// An access key.
    AccessKey,
    /// The ARN of an actor.
    Arn,
    /// A user agent.
    UserAgent,
    /// The name of a role session.
    SessionName,
    /// The account of an actor.
    Account,
    /// A bucket.
    Bucket,
}

impl IndicatorKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Address,
        Self::AccessKey,
        Self::Arn,
        Self::UserAgent,
        Self::SessionName,
        Self::Account,
        Self::Bucket,
    ];

    /// Its name: `access-key`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::AccessKey => "access-key",
            Self::Arn => "arn",
            Self::UserAgent => "user-agent",
            Self::SessionName => "session-name",
            Self::Account => "account",
            Self::Bucket => "bucket",
        }
    }

    /// The value of an event; empty where it has none.
    fn of<'a>(self, row: &Row<'a>) -> &'a str {
        let identity = row.identity();
        match self {
            Self::Address if row.address_kind() == AddressKind::Public => row.text(Column::Ip),
            Self::AccessKey => row.word(identity.access_key),
            Self::Arn => row.word(identity.arn),
            // A service that called on somebody's behalf has an agent of its own.
            Self::UserAgent if identity.is_service => "",
            Self::UserAgent => row.text(Column::Agent),
            Self::SessionName => row.word(identity.session_name),
            Self::Account => row.word(identity.account),
            Self::Bucket if row.service() == "s3" => bucket(row.text(Column::Target)),
            Self::Address | Self::Bucket => "",
        }
    }
}

/// The bucket in the name of something in S3.
fn bucket(target: &str) -> &str {
    let name = target.strip_prefix("arn:aws:s3:::").unwrap_or(target);
    name.split('/').next().unwrap_or_default()
}

/// A value and where it was seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Indicator {
    /// What it is.
    pub kind: IndicatorKind,
    /// The value, as the log has it. Hostile.
    pub value: String,
    /// The first event that has it.
    #[serde(serialize_with = "resource::time")]
    pub first: Time,
    /// The last.
    #[serde(serialize_with = "resource::time")]
    pub last: Time,
    /// How many events have it.
    pub events: u64,
    /// How many of them belong to findings of high level or above.
    pub in_findings: u64,
    /// The gravest finding with it.
    pub finding: u32,
}

struct Seen {
    finding: u32,
    in_findings: u64,
    events: u64,
    first: Option<Time>,
    last: Time,
}

/// All values, by kind, those of most events of findings first.
pub(super) fn indicators(gather: &Gather<'_>, findings: &[Finding]) -> Vec<Indicator> {
    let inv = gather.inv;
    let mut seen: HashMap<(IndicatorKind, &str), Seen, FixedState> = HashMap::default();
    for finding in findings.iter().filter(|f| f.level >= Level::High) {
        for row in finding.rows.iter().filter_map(|&n| inv.table.row(n)) {
            for kind in IndicatorKind::ALL {
                let value = kind.of(&row);
                if !value.is_empty() {
                    let new = || Seen {
                        finding: finding.number,
                        in_findings: 0,
                        events: 0,
                        first: None,
                        last: Time::UNKNOWN,
                    };
                    seen.entry((kind, value)).or_insert_with(new).in_findings += 1;
                }
            }
        }
    }
    if seen.is_empty() {
        return Vec::new();
    }
    for row in inv.table.rows().filter(|row| row.kind() != RecordKind::Aggregated) {
        for kind in IndicatorKind::ALL {
            let Some(seen) = seen.get_mut(&(kind, kind.of(&row))) else { continue };
            seen.events += 1;
            if row.time().is_known() {
                seen.first = Some(seen.first.map_or(row.time(), |first| first.min(row.time())));
            }
            seen.last = seen.last.max(row.time());
        }
    }
    sorted(seen)
}

fn sorted(seen: HashMap<(IndicatorKind, &str), Seen, FixedState>) -> Vec<Indicator> {
    let by_name: BTreeMap<(IndicatorKind, &str), Seen> = seen.into_iter().collect();
    let mut all: Vec<Indicator> = by_name
        .into_iter()
        .map(|((kind, value), s)| Indicator {
            kind,
            value: value.to_owned(),
            first: s.first.unwrap_or_default(),
            last: s.last,
            events: s.events,
            in_findings: s.in_findings,
            finding: s.finding,
        })
        .collect();
    all.sort_by_key(|i| (i.kind, std::cmp::Reverse(i.in_findings)));
    all
}
