//! Counts by the values of a field: the frequency table.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use foldhash::fast::FixedState;

use crate::event::address::AddressKind;
use crate::event::agent;
use crate::event::field::{FIRST_SEEN, Field, FieldRef};
use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::json;
use crate::query::plan::text_at;
use crate::query::raw;
use crate::query::records::{self, Reading};
use crate::query::run::Selection;
use crate::score::Level;
use crate::score::rank::PECULIAR;
use crate::score::scorer::plain_name;
use crate::store::flags::Flags;
use crate::store::table::service_of;
use crate::store::{Column, Row};

/// So many values of one record are counted at most.
const MOST_VALUES: usize = 1000;

/// One value of a field, and what happened with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// The value; empty for "absent". Hostile.
    pub value: String,
    /// How many events.
    pub events: u64,
    /// How many of them were denied.
    pub denied: u64,
    /// How many changed something, or tried to.
    pub writes: u64,
    /// The highest risk.
    pub risk: u8,
    /// The first time, where known.
    pub first: Time,
    /// The last time.
    pub last: Time,
}

/// Groups the selected rows by a field; most events first, equal counts by value.
///
/// A path into the record reads all their records; `reading` shows how far that is and can stop it.
pub fn group(inv: &Investigation, selection: &Selection, field: &FieldRef, reading: &Reading) -> Vec<Group> {
    let mut groups = Groups::default();
    let table = &inv.table;
    let rows = selection.rows(table).filter_map(|n| table.row(n));
    match field {
        FieldRef::Column(field) => {
            let mut keyer = Keyer::new(inv, *field);
            for row in rows {
                keyer.key(&row, |slot, label| groups.add(slot, label, &row));
            }
        }
        FieldRef::Identity(path) => {
            let raw = table.dicts().column(Column::Identity);
            let mut slots = Slots::default();
            let mut known: HashMap<u32, Vec<(u64, String)>, FixedState> = HashMap::default();
            for row in rows {
                let id = row.id_of(Column::Identity);
                let known = known.entry(id).or_insert_with(|| {
                    let texts = texts_at(raw.get(id).as_bytes(), path);
                    texts.into_iter().map(|text| (slots.of(&text), text)).collect()
                });
                known.iter().for_each(|(slot, text)| groups.add(*slot, || text.clone(), &row));
            }
        }
        FieldRef::Raw(path) => {
            let counting = Mutex::new((Slots::default(), groups));
            records::each(inv, selection.rows(table), reading, &|row, raw| {
                let texts = raw.map_or_else(|| vec![String::new()], |raw| texts_at(raw, path));
                let mut counting = counting.lock().unwrap_or_else(PoisonError::into_inner);
                let (slots, groups) = &mut *counting;
                texts.iter().for_each(|text| groups.add(slots.of(text), || text.clone(), row));
            });
            return counting.into_inner().unwrap_or_else(PoisonError::into_inner).1.finish();
        }
    }
    groups.finish()
}

/// Whether an event can have more than one value of a field: then the groups together have more events than there are.
pub fn may_be_several(field: &FieldRef) -> bool {
    use Field::{File, FirstSeen, Flag, Rule, Tactic, Technique};
    match field {
        FieldRef::Column(field) => matches!(field, File | FirstSeen | Flag | Rule | Tactic | Technique),
        FieldRef::Identity(_) | FieldRef::Raw(_) => true,
    }
}

/// Which group a row belongs to.
struct Keyer<'a> {
    inv: &'a Investigation,
    field: Field,
    slots: Slots,
    files: Vec<String>,
}

/// A number for each different text.
#[derive(Default)]
struct Slots {
    by_text: HashMap<String, u64>,
    /// For texts that are derived from a dictionary value: the number for each value.
    by_id: Vec<Option<u64>>,
    /// Nobody asks for numbers: there is one row.
    unused: bool,
}

impl Slots {
    fn of(&mut self, text: &str) -> u64 {
        if self.unused {
            return 0;
        }
        if let Some(slot) = self.by_text.get(text) {
            return *slot;
        }
        let next = self.by_text.len() as u64;
        self.by_text.insert(text.to_owned(), next);
        next
    }

    /// As [`Slots::of`] for the text that a dictionary value comes to, which is asked for once.
    fn of_id(&mut self, id: u32, text: impl FnOnce() -> String) -> u64 {
        // The table is as long as the dictionary.
        if self.unused {
            return 0;
        }
        let id = id as usize;
        if self.by_id.len() <= id {
            self.by_id.resize(id + 1, None);
        }
        if let Some(Some(slot)) = self.by_id.get(id) {
            return *slot;
        }
        let slot = self.of(&text());
        if let Some(place) = self.by_id.get_mut(id) {
            *place = Some(slot);
        }
        slot
    }
}

impl<'a> Keyer<'a> {
    fn new(inv: &'a Investigation, field: Field) -> Self {
        let files = if field == Field::File { inv.files.names() } else { Vec::new() };
        Self { inv, field, slots: Slots::default(), files }
    }

    /// For the labels of a single row, which cost nothing that grows with the log.
    fn of_one(inv: &'a Investigation, field: Field) -> Self {
        Self { inv, field, slots: Slots { unused: true, ..Slots::default() }, files: Vec::new() }
    }

    /// Tells the group of a row and how to get its label; a row can be in several groups, or none.
    fn key(&mut self, row: &Row<'a>, mut put: impl FnMut(u64, &dyn Fn() -> String)) {
        let inv = self.inv;
        let dicts = inv.table.dicts();
        let word = |id: u32| (u64::from(id), dicts.word(id).to_owned());
        let identity = || row.identity();
        match self.field {
            // The same name in two accounts is one name: a query cannot tell them apart either.
            Field::Actor => {
                let id = identity().actor;
                let slot = self.slots.of_id(id, || dicts.actor(id).0.to_owned());
                put(slot, &|| dicts.actor(id).0.to_owned());
            }
            Field::Session => {
                let (slot, text) = word(row.session_id());
                put(slot, &|| text.clone());
            }
            Field::Event => self.by_value(row, Column::Event, |t| plain_name(t).to_owned(), put),
            Field::Service => self.by_value(row, Column::Source, |t| service_of(t).to_owned(), put),
            Field::Agent => self.by_value(row, Column::Agent, |t| agent::family(t).to_owned(), put),
            Field::Network => self.by_value(row, Column::Ip, |t| AddressKind::of(t).name().to_owned(), put),
            Field::Source => self.column(row, Column::Source, put),
            Field::Region => self.column(row, Column::Region, put),
            Field::Ip => self.column(row, Column::Ip, put),
            Field::Error => self.column(row, Column::Error, put),
            Field::Target => self.column(row, Column::Target, put),
            Field::Category => self.column(row, Column::Category, put),
            Field::Type => self.column(row, Column::Type, put),
            Field::Account => {
                let account = row.account().to_owned();
                let slot = self.slots.of(&account);
                put(slot, &|| account.clone());
            }
            Field::Outcome => put(row.outcome() as u64, &|| Outcome::name(row.outcome()).to_owned()),
            Field::Access => {
                put(u64::from(is_write(row)), &|| if is_write(row) { "write" } else { "read" }.to_owned());
            }
            Field::Risk => {
                let level = Level::of(row.risk());
                put(level as u64, &|| level.name().to_owned());
            }
            Field::Record => put(row.kind() as u64, &|| row.kind().name().to_owned()),
            Field::Id => {
                let id = row.id();
                let slot = self.slots.of(&id);
                put(slot, &|| id.clone());
            }
            Field::Time => {
                // By hour: a group for each instant would say nothing.
                let hour = row
                    .time()
                    .millis()
                    .map_or(Time::UNKNOWN, |ms| Time::from_millis(ms - ms.rem_euclid(3_600_000)));
                put(hour.raw() as u64, &|| hour.to_string());
            }
            Field::FirstSeen => {
                for (n, name) in FIRST_SEEN.iter().enumerate().filter(|(n, _)| row.context() >> n & 1 == 1) {
                    put(n as u64, &|| (*name).to_owned());
                }
            }
            Field::Technique | Field::Tactic => self.attack(row, put),
            Field::File => {
                let mut files = vec![row.locator().file];
                if row.flags().has(Flags::DUPLICATE) {
                    files.extend(inv.table.origins(row.number()).map(|at| at.file));
                    files.sort_unstable();
                    files.dedup();
                }
                for file in files {
                    put(u64::from(file), &|| self.files.get(file as usize).cloned().unwrap_or_default());
                }
            }
            Field::Flag => {
                for name in flag_names(row) {
                    let slot = self.slots.of(name);
                    put(slot, &|| name.to_owned());
                }
            }
            Field::Rule => {
                for rule in inv.rules_of(row) {
                    let slot = self.slots.of(&rule.id);
                    put(slot, &|| rule.id.clone());
                }
            }
            Field::Level => {
                let level = inv.rules_of(row).map(|rule| rule.level).max();
                let slot = level.map_or(0, |level| level as u64 + 1);
                put(slot, &|| level.map_or_else(String::new, |level| level.name().to_owned()));
            }
            Field::Principal | Field::Kind | Field::User | Field::Role | Field::Key | Field::Caller => {
                let field = self.field;
                let row = identity();
                let (slot, text) = word(match field {
                    Field::Principal => row.principal,
                    Field::Kind => row.kind,
                    Field::User => row.user_name,
                    Field::Role => row.role,
                    Field::Key => row.access_key,
                    _ => row.account,
                });
                put(slot, &|| text.clone());
            }
        }
    }

    fn column(&self, row: &Row<'a>, column: Column, mut put: impl FnMut(u64, &dyn Fn() -> String)) {
        put(u64::from(row.id_of(column)), &|| row.text(column).to_owned());
    }

    /// Groups by a text that several values of a column share.
    fn by_value(
        &mut self,
        row: &Row<'a>,
        column: Column,
        text: impl Fn(&str) -> String,
        mut put: impl FnMut(u64, &dyn Fn() -> String),
    ) {
        let slot = self.slots.of_id(row.id_of(column), || text(row.text(column)));
        put(slot, &|| text(row.text(column)));
    }

    fn attack(&mut self, row: &Row<'a>, mut put: impl FnMut(u64, &dyn Fn() -> String)) {
        let attack = self.inv.judgment.attack.clone();
        let mut labels: Vec<String> = Vec::new();
        for id in self.inv.techniques(row) {
            match (self.field, attack.technique(id)) {
                (Field::Tactic, Some(technique)) => labels.extend(technique.tactics.iter().cloned()),
                (Field::Tactic, None) => {}
                _ => labels.push(attack.title(id)),
            }
        }
        // Two techniques of one tactic are one event of it.
        labels.sort_unstable();
        labels.dedup();
        for label in labels {
            let slot = self.slots.of(&label);
            put(slot, &|| label.clone());
        }
    }
}

/// What is peculiar about a record, as the query language calls it.
fn flag_names(row: &Row<'_>) -> impl Iterator<Item = &'static str> {
    let flags = row.flags();
    let context = row.context();
    let all = [
        (flags.has(Flags::CONFLICT), "conflict"),
        (flags.has(Flags::DUPLICATE), "duplicate"),
        (flags.has(Flags::RECONSTRUCTED), "reconstructed"),
        (flags.has(Flags::DAMAGED_TEXT), "damaged-text"),
        (flags.has(Flags::CONSOLE), "console"),
        (flags.has(Flags::ADDENDUM), "addendum"),
    ];
    let peculiar = PECULIAR.into_iter().map(move |(name, bit)| (context & bit != 0, name));
    all.into_iter().chain(peculiar).filter(|(is, _)| *is).map(|(_, name)| name)
}

fn is_write(row: &Row<'_>) -> bool {
    row.flags().access() == crate::store::flags::Access::Write
}

/// Groups being counted.
#[derive(Default)]
struct Groups {
    by_slot: HashMap<u64, Group, FixedState>,
}

impl Groups {
    fn add(&mut self, slot: u64, label: impl FnOnce() -> String, row: &Row<'_>) {
        let time = row.time();
        let group = self.by_slot.entry(slot).or_insert_with(|| Group {
            value: label(),
            events: 0,
            denied: 0,
            writes: 0,
            risk: 0,
            first: time,
            last: time,
        });
        group.events += 1;
        group.denied += u64::from(row.outcome() == Outcome::Denied);
        group.writes += u64::from(is_write(row));
        group.risk = group.risk.max(row.risk());
        if time.is_known() {
            group.first = if group.first.is_known() { group.first.min(time) } else { time };
            group.last = group.last.max(time);
        }
    }

    fn finish(self) -> Vec<Group> {
        let mut groups: Vec<Group> = self.by_slot.into_values().collect();
        groups.sort_by(|a, b| b.events.cmp(&a.events).then_with(|| a.value.cmp(&b.value)));
        groups
    }
}

/// The value of a field of one event, as text; empty when absent. Raw fields read the raw record.
pub fn value_of(inv: &Investigation, row: &Row<'_>, field: &FieldRef) -> String {
    match field {
        FieldRef::Column(Field::Time) => row.time().to_string(),
        FieldRef::Column(Field::Risk) => row.risk().to_string(),
        FieldRef::Column(Field::Event) => row.event().to_owned(),
        FieldRef::Column(Field::Agent) => row.text(Column::Agent).to_owned(),
        FieldRef::Column(Field::Session) => row.session().to_owned(),
        FieldRef::Column(Field::File) => inv.files.name(row.locator().file),
        FieldRef::Column(field) => {
            let mut labels = Vec::new();
            Keyer::of_one(inv, *field).key(row, |_, label| labels.push(label()));
            labels.join(" ")
        }
        FieldRef::Identity(path) => text_of(row.text(Column::Identity).as_bytes(), path),
        FieldRef::Raw(path) => inv.raw(row).map(|raw| text_of(&raw, path)).unwrap_or_default(),
    }
}

/// The value at a path; where lists on the way have several, all of them.
fn text_of(record: &[u8], path: &[String]) -> String {
    text_at(record, path).unwrap_or_else(|| texts_at(record, path).join(" "))
}

/// The values that a path leads to, as a filter by it finds them, each once; one that is empty where there is none.
fn texts_at(record: &[u8], path: &[String]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    raw::walk(record, path, true, &mut |value| {
        let text = json::display(value).filter(|_| !json::is_null(value));
        if let Some(text) = text.filter(|text| !texts.iter().any(|known| known == text)) {
            texts.push(text.into_owned());
        }
        texts.len() >= MOST_VALUES
    });
    // Lists are walked from their end.
    texts.reverse();
    if texts.is_empty() {
        texts.push(String::new());
    }
    texts
}
