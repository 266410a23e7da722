//! What somebody read, changed, made and unmade, and what of it is still there.
//!
//! Most of it is in the columns: an event names what it acted on. What a call *made* often stands only in its
//! answer, so the records of such calls are read; `rules/resources.txt` says where to look, and that the
//! unmaking may be somebody else's. "Still there" means that the log shows no unmaking, which is all that a log can say.

mod made;

use std::collections::HashMap;

use serde::Serialize;

pub use made::{Made, Unmade, made, unmade};

use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::store::dict::ABSENT;
use crate::store::flags::{Access, RecordKind};
use crate::store::table::service_of;
use crate::store::{Column, Table};

/// Something that was acted on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Touched {
    /// Its name, as the events name it. Hostile.
    pub name: String,
    /// The service.
    pub service: String,
    /// How often it was read.
    pub reads: u64,
    /// How often it was changed, made or unmade.
    pub writes: u64,
    /// How often that was denied.
    pub denied: u64,
    /// The first time.
    #[serde(serialize_with = "time")]
    pub first: Time,
    /// The last time.
    #[serde(serialize_with = "time")]
    pub last: Time,
}

/// Writes a time as text, or `null`.
pub(crate) fn time<S: serde::Serializer>(time: &Time, s: S) -> Result<S::Ok, S::Error> {
    time.is_known().then(|| time.to_string()).serialize(s)
}

/// What the events acted on: changed things first, then by how often.
pub fn touched(table: &Table, rows: &[u32]) -> Vec<Touched> {
    let mut found: HashMap<(u32, u32), Touched, foldhash::fast::FixedState> = HashMap::default();
    for row in rows.iter().filter_map(|&n| table.row(n)) {
        let target = row.id_of(Column::Target);
        if target == ABSENT || row.kind() == RecordKind::Aggregated {
            continue;
        }
        let thing = found.entry((row.id_of(Column::Source), target)).or_insert_with(|| Touched {
            name: row.text(Column::Target).to_owned(),
            service: service_of(row.text(Column::Source)).to_owned(),
            reads: 0,
            writes: 0,
            denied: 0,
            first: row.time(),
            last: row.time(),
        });
        match (row.outcome(), row.flags().access()) {
            (Outcome::Success, Access::Read) => thing.reads += 1,
            (Outcome::Success, Access::Write) => thing.writes += 1,
            (Outcome::Denied, _) => thing.denied += 1,
            _ => {}
        }
        thing.first = thing.first.min(row.time());
        thing.last = thing.last.max(row.time());
    }
    let mut all: Vec<Touched> = found.into_values().collect();
    all.sort_by(|a, b| {
        (b.writes, b.reads, b.denied, &a.service, &a.name)
            .cmp(&(a.writes, a.reads, a.denied, &b.service, &b.name))
    });
    all
}
