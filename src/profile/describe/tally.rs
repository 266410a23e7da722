//! Counts over the events of a subject.

use std::collections::HashMap;
use std::hash::Hash;

use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::profile::Background;
use crate::profile::describe::{KeyUse, Profile, Seen, TacticReached, key_use};
use crate::profile::first_seen::History;
use crate::profile::subject::SubjectKind;
use crate::store::flags::{Access, RecordKind};
use crate::store::{Aside, Column, Row};

/// What happened with one value.
#[derive(Clone, Copy)]
struct Entry {
    events: u64,
    writes: u64,
    denied: u64,
    first: Time,
    last: Time,
}

/// Counts by a value.
struct Tally<K>(HashMap<K, Entry, foldhash::fast::FixedState>);

impl<K: Hash + Eq + Copy> Tally<K> {
    fn new() -> Self {
        Self(HashMap::default())
    }

    fn add(&mut self, key: K, row: &Row<'_>) {
        let time = row.time();
        let new = Entry { events: 0, writes: 0, denied: 0, first: time, last: time };
        let entry = self.0.entry(key).or_insert(new);
        entry.events += 1;
        entry.writes += u64::from(row.flags().access() == Access::Write);
        entry.denied += u64::from(row.outcome() == Outcome::Denied);
        entry.first = if entry.first.is_known() { entry.first.min(time) } else { time };
        entry.last = entry.last.max(time);
    }

    /// The values that have a name, most events first.
    fn seen(&self, all: u64, name: impl Fn(K) -> String) -> Vec<Seen> {
        let mut seen: Vec<Seen> = self
            .0
            .iter()
            .map(|(&key, entry)| Seen {
                name: name(key),
                events: entry.events,
                share: entry.events as f64 / all.max(1) as f64,
                writes: entry.writes,
                denied: entry.denied,
                first: entry.first,
                last: entry.last,
            })
            .filter(|seen| !seen.name.is_empty())
            .collect();
        seen.sort_by(|a, b| b.events.cmp(&a.events).then_with(|| a.name.cmp(&b.name)));
        seen
    }
}

/// Counts by everything that a profile tells.
pub(super) struct Tallies<'a> {
    inv: &'a Investigation,
    background: &'a Background,
    outcomes: Tally<Outcome>,
    actors: Tally<u32>,
    accounts: Tally<(u32, u32)>,
    services: Tally<u32>,
    calls: Tally<u32>,
    regions: Tally<u32>,
    agents: Tally<u32>,
    addresses: Tally<u32>,
    /// Key and account of the caller.
    keys: Tally<(u32, u32)>,
    kinds: Tally<(u32, u32)>,
    hours: [[u32; 24]; 7],
    /// A row for each kind of event, to look its techniques up by.
    kind_rows: HashMap<(u32, u32), u32, foldhash::fast::FixedState>,
    risky: u64,
    risk: u8,
    bytes: (u64, u64),
    events: u64,
    writes: u64,
    denied: u64,
    span: (Time, Time),
}

impl<'a> Tallies<'a> {
    pub(super) fn new(inv: &'a Investigation, background: &'a Background) -> Self {
        Self {
            inv,
            background,
            outcomes: Tally::new(),
            actors: Tally::new(),
            accounts: Tally::new(),
            services: Tally::new(),
            calls: Tally::new(),
            regions: Tally::new(),
            agents: Tally::new(),
            addresses: Tally::new(),
            keys: Tally::new(),
            kinds: Tally::new(),
            hours: [[0; 24]; 7],
            kind_rows: HashMap::default(),
            risky: 0,
            risk: 0,
            bytes: (0, 0),
            events: 0,
            writes: 0,
            denied: 0,
            span: (Time::UNKNOWN, Time::UNKNOWN),
        }
    }

    pub(super) fn add(&mut self, row: &Row<'_>) {
        if row.kind() == RecordKind::Aggregated {
            return;
        }
        let lookup = self.background.first_seen.lookup();
        let identity = row.identity();
        let (event, source) = (row.id_of(Column::Event), row.id_of(Column::Source));
        self.outcomes.add(row.outcome(), row);
        self.actors.add(identity.actor, row);
        self.accounts.add((row.id_of(Column::Account), identity.account), row);
        self.services.add(lookup.services.of(source), row);
        self.calls.add(lookup.events.of(event), row);
        self.regions.add(row.id_of(Column::Region), row);
        self.agents.add(lookup.agents.of(row.id_of(Column::Agent)), row);
        self.addresses.add(row.id_of(Column::Ip), row);
        self.keys.add((identity.access_key, identity.account), row);
        self.kinds.add((event, source), row);
        self.kind_rows.entry((event, source)).or_insert(row.number());
        self.risk = self.risk.max(row.risk());
        self.risky += u64::from(u32::from(row.risk()) >= self.inv.judgment.scoring.critical_at);
        self.bytes.0 = self.bytes.0.saturating_add(row.aside(Aside::BytesIn));
        self.bytes.1 = self.bytes.1.saturating_add(row.aside(Aside::BytesOut));
        self.events += 1;
        self.writes += u64::from(row.flags().access() == Access::Write);
        self.denied += u64::from(row.outcome() == Outcome::Denied);
        let time = row.time();
        if let Some(civil) = time.civil() {
            let day = self.hours.get_mut(usize::from(civil.weekday()));
            if let Some(hour) = day.and_then(|day| day.get_mut(usize::from(civil.hour))) {
                *hour += 1;
            }
            let (first, last) = self.span;
            self.span = (if first.is_known() { first.min(time) } else { time }, last.max(time));
        }
    }

    pub(super) fn finish(self, kind: SubjectKind, name: &str) -> Profile {
        let lookup = self.background.first_seen.lookup();
        let dicts = self.inv.table.dicts();
        let column = |c: Column| move |id: u32| dicts.column(c).get(id).to_owned();
        let account = |(id, caller): (u32, u32)| match dicts.column(Column::Account).get(id) {
            "" => dicts.word(caller).to_owned(),
            account => account.to_owned(),
        };
        let all = self.events;
        Profile {
            kind,
            name: name.to_owned(),
            events: all,
            writes: self.writes,
            denied: self.denied,
            risky: self.risky,
            risk: self.risk,
            bytes_in: self.bytes.0,
            bytes_out: self.bytes.1,
            first: self.span.0,
            last: self.span.1,
            outcomes: self.outcomes.seen(all, |o| o.name().to_owned()),
            actors: self.actors.seen(all, |id| dicts.actor(id).0.to_owned()),
            accounts: merged(self.accounts.seen(all, account)),
            services: self.services.seen(all, |n| lookup.services.value(n).cloned().unwrap_or_default()),
            calls: self.calls.seen(all, |n| lookup.events.value(n).cloned().unwrap_or_default()),
            regions: self.regions.seen(all, column(Column::Region)),
            agents: self.agents.seen(all, |n| lookup.agents.value(n).cloned().unwrap_or_default()),
            addresses: self.addresses.seen(all, column(Column::Ip)),
            keys: self.keys(),
            hours: self.hours,
            tactics: self.tactics(),
            history: History::NoBaselineYet,
            new: Vec::new(),
            riskiest: Vec::new(),
            latest: Vec::new(),
            resources: Vec::new(),
            made: Vec::new(),
            unmade: Vec::new(),
            signs: Vec::new(),
            sessions: Vec::new(),
        }
    }

    fn keys(&self) -> Vec<KeyUse> {
        let dicts = self.inv.table.dicts();
        let separate = |(key, account): (u32, u32)| format!("{}\n{}", dicts.word(key), dicts.word(account));
        let seen = self.keys.seen(self.events, separate).into_iter();
        seen.filter_map(|mut seen| {
            let (key, account) = seen.name.split_once('\n').map(|(k, a)| (k.to_owned(), a.to_owned()))?;
            seen.name = key;
            (!seen.name.is_empty()).then(|| key_use(seen, &account))
        })
        .collect()
    }

    /// The tactics of what was done, each by the tactic that its technique mostly serves.
    fn tactics(&self) -> Vec<TacticReached> {
        let attack = &self.inv.judgment.attack;
        let mut reached: Vec<TacticReached> = Vec::new();
        for (kind, entry) in &self.kinds.0 {
            let Some(row) = self.kind_rows.get(kind).and_then(|&n| self.inv.table.row(n)) else { continue };
            let ids = self.inv.techniques(&row);
            let mut names: Vec<&String> =
                ids.iter().filter_map(|id| attack.technique(id)).filter_map(|t| t.tactics.first()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let done = entry.events - entry.denied;
                match reached.iter_mut().find(|t| t.name == *name) {
                    Some(tactic) => {
                        tactic.events += entry.events;
                        tactic.done += done;
                        tactic.first = tactic.first.min(entry.first);
                    }
                    None => reached.push(TacticReached {
                        name: name.clone(),
                        title: attack
                            .tactics
                            .iter()
                            .find(|t| t.name == *name)
                            .map_or_else(String::new, |t| t.title.clone()),
                        events: entry.events,
                        done,
                        first: entry.first,
                    }),
                }
            }
        }
        reached.sort_by_key(|t| attack.tactics.iter().position(|known| known.name == t.name));
        reached
    }
}

/// Adds up entries of the same name.
fn merged(seen: Vec<Seen>) -> Vec<Seen> {
    let mut out: Vec<Seen> = Vec::new();
    for one in seen {
        match out.iter_mut().find(|s| s.name == one.name) {
            Some(sum) => {
                sum.events += one.events;
                sum.share += one.share;
                sum.writes += one.writes;
                sum.denied += one.denied;
                sum.first = sum.first.min(one.first);
                sum.last = sum.last.max(one.last);
            }
            None => out.push(one),
        }
    }
    out
}
