//! What was done, used or reached for the first time: per actor, and per account.
//!
//! One pass finds the first event of every (owner, value) pair. Whether a first means anything depends on how
//! long the owner had been known by then, and that [`Baseline`] is chosen when the question is asked: another
//! window costs a walk over the firsts, not over the events. An owner that has no baseline yet says so
//! instead of calling everything new.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::event::time::Time;
use crate::profile::lookup::Lookup;
use crate::score::rank::GLOBAL_SERVICES;
use crate::store::dict::ABSENT;
use crate::store::dicts::DictSet;
use crate::store::flags::RecordKind;
use crate::store::pairs::PairSet;
use crate::store::segment::Segment;
use crate::store::{Column, Table};

/// In which respect something can be new.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Dimension {
    /// The name of the event.
    Event,
    /// The service.
    Service,
    /// The source address.
    Address,
    /// The network around it.
    Network,
    /// The region, of services that have regions.
    Region,
    /// The family of the user agent.
    Agent,
    /// The role that was assumed.
    Role,
    /// What was acted on.
    Resource,
}

impl Dimension {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Event,
        Self::Service,
        Self::Address,
        Self::Network,
        Self::Region,
        Self::Agent,
        Self::Role,
        Self::Resource,
    ];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Service => "service",
            Self::Address => "address",
            Self::Network => "network",
            Self::Region => "region",
            Self::Agent => "agent",
            Self::Role => "role",
            Self::Resource => "resource",
        }
    }
}

/// For whom something is new.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Owner {
    /// An actor, as a dense number of [`Lookup::actors`].
    Actor(u32),
    /// An account, as a number of [`FirstSeen::account`].
    Account(u32),
}

/// Which part of the log is taken for normal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Baseline {
    /// The first so many milliseconds of each owner.
    Span(i64),
    /// Everything before this time.
    Before(Time),
}

/// What can be said of an owner's past.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum History {
    /// The owner was there during the baseline and went on after it: what had not been seen by then is new.
    Known,
    /// The owner is known for too short a time, or came only after the baseline: nothing can be called new yet.
    NoBaselineYet,
    /// The owner did nothing after the baseline.
    Quiet,
}

impl History {
    /// What it says, in a few words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Known => "known long enough",
            Self::NoBaselineYet => "no baseline yet",
            Self::Quiet => "nothing after the baseline",
        }
    }
}

/// The first event of a value for an owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct First {
    /// For whom.
    pub owner: Owner,
    /// In which respect.
    pub dimension: Dimension,
    /// The value: a number whose text is [`FirstSeen::text`].
    pub value: u32,
    /// The event.
    pub row: u32,
    /// When.
    pub time: Time,
}

/// How long an owner is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Its first event with a time.
    pub since: Time,
    /// Its last event.
    pub until: Time,
    /// How many events it has.
    pub events: u32,
}

impl Default for Span {
    fn default() -> Self {
        Self { since: Time::UNKNOWN, until: Time::UNKNOWN, events: 0 }
    }
}

/// All firsts of a snapshot, in the order of their events.
#[derive(Clone, Debug)]
pub struct FirstSeen {
    firsts: Vec<First>,
    actors: Vec<Span>,
    accounts: Vec<Span>,
    account_names: Vec<String>,
    lookup: Lookup,
}

impl FirstSeen {
    /// Finds them; `None` when `stop` was set meanwhile. The table must be in order of time.
    pub fn new(table: &Table, stop: &AtomicBool) -> Option<Self> {
        let mut finder = Finder::new(table);
        for (start, segment) in table.segments() {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            finder.segment(start, segment);
        }
        let Finder { mut firsts, actors, accounts, account_names, lookup, .. } = finder;
        firsts.shrink_to_fit();
        Some(Self { firsts, actors, accounts, account_names, lookup })
    }

    /// Every first, whatever the baseline.
    pub fn all(&self) -> &[First] {
        &self.firsts
    }

    /// What is new when `baseline` is taken for normal, in the order of time. Owners without a baseline have nothing
    /// new; [`FirstSeen::history`] tells them.
    pub fn news(&self, baseline: Baseline) -> impl Iterator<Item = &First> {
        self.firsts.iter().filter(move |first| {
            let span = self.span(first.owner);
            history(span, baseline) == History::Known && first.time >= end_of(span, baseline)
        })
    }

    /// What can be said of an owner's past.
    pub fn history(&self, owner: Owner, baseline: Baseline) -> History {
        history(self.span(owner), baseline)
    }

    /// How long an owner is known.
    pub fn span(&self, owner: Owner) -> Span {
        match owner {
            Owner::Actor(number) => self.actors.get(number as usize),
            Owner::Account(number) => self.accounts.get(number as usize),
        }
        .copied()
        .unwrap_or_default()
    }

    /// The number and name of each account.
    pub fn accounts(&self) -> impl Iterator<Item = (Owner, &str)> {
        (0u32..).zip(&self.account_names).map(|(n, name)| (Owner::Account(n), name.as_str()))
    }

    /// The name of an account.
    pub fn account(&self, number: u32) -> &str {
        self.account_names.get(number as usize).map_or("", String::as_str)
    }

    /// The name of an owner. Hostile.
    pub fn owner_name<'a>(&'a self, dicts: &'a DictSet, owner: Owner) -> &'a str {
        match owner {
            Owner::Actor(number) => self.lookup.actor(dicts, number).0,
            Owner::Account(number) => self.account(number),
        }
    }

    /// The actor of an identity, as an owner.
    pub fn actor_of(&self, identity: u32) -> Owner {
        Owner::Actor(self.lookup.actors.of(identity))
    }

    /// The value of a first. Hostile.
    pub fn text<'a>(&'a self, dicts: &'a DictSet, first: &First) -> &'a str {
        let column = |c: Column| dicts.column(c).get(first.value);
        let dense =
            |d: &'a crate::profile::lookup::Dense<String>| d.value(first.value).map_or("", String::as_str);
        match first.dimension {
            Dimension::Event => dense(&self.lookup.events),
            Dimension::Service => dense(&self.lookup.services),
            Dimension::Network => dense(&self.lookup.networks),
            Dimension::Agent => dense(&self.lookup.agents),
            Dimension::Address => column(Column::Ip),
            Dimension::Region => column(Column::Region),
            Dimension::Role | Dimension::Resource => column(Column::Target),
        }
    }

    /// The tables that the numbers are of.
    pub fn lookup(&self) -> &Lookup {
        &self.lookup
    }
}

/// When the baseline of an owner ends.
fn end_of(span: Span, baseline: Baseline) -> Time {
    match baseline {
        Baseline::Span(ms) => span.since.plus_millis(ms),
        Baseline::Before(time) => time,
    }
}

fn history(span: Span, baseline: Baseline) -> History {
    let end = end_of(span, baseline);
    if !span.since.is_known() || !end.is_known() || span.since >= end {
        return History::NoBaselineYet;
    }
    match baseline {
        _ if span.until >= end => History::Known,
        Baseline::Span(_) => History::NoBaselineYet,
        Baseline::Before(_) => History::Quiet,
    }
}

struct Finder {
    lookup: Lookup,
    firsts: Vec<First>,
    actors: Vec<Span>,
    accounts: Vec<Span>,
    account_names: Vec<String>,
    /// The account of each number of the column, and of each identity.
    of_column: Vec<u32>,
    of_identity: Vec<u32>,
    /// Whether a service has no regions, and whether an event assumes a role.
    global: Vec<bool>,
    assumes: Vec<bool>,
    by_actor: [PairSet; 8],
    by_account: [PairSet; 8],
}

impl Finder {
    fn new(table: &Table) -> Self {
        let dicts = table.dicts();
        let lookup = Lookup::new(table);
        let mut names: HashMap<&str, u32> = HashMap::new();
        let mut account_names = Vec::new();
        let mut number = |text| {
            *names.entry(text).or_insert_with(|| {
                account_names.push(str::to_owned(text));
                account_names.len() as u32 - 1
            })
        };
        let of_column = dicts.column(Column::Account).iter().map(|(_, text)| number(text)).collect();
        let of_identity =
            (0..dicts.identity_count()).map(|id| number(dicts.word(dicts.identity(id).account))).collect();
        let sizes = sizes(&lookup, dicts);
        let sets = |owners: usize| sizes.map(|size| PairSet::new(owners, size));
        Self {
            by_actor: sets(lookup.actors.len()),
            by_account: sets(account_names.len()),
            actors: vec![Span::default(); lookup.actors.len()],
            accounts: vec![Span::default(); account_names.len()],
            global: dicts
                .column(Column::Source)
                .iter()
                .map(|(_, s)| GLOBAL_SERVICES.contains(&crate::store::table::service_of(s)))
                .collect(),
            assumes: dicts.column(Column::Event).iter().map(|(_, e)| e.starts_with("AssumeRole")).collect(),
            firsts: Vec::new(),
            account_names,
            of_column,
            of_identity,
            lookup,
        }
    }

    fn segment(&mut self, start: u32, segment: &Segment) {
        let column = |c: Column| segment.column(c);
        let (event, source, ip) = (column(Column::Event), column(Column::Source), column(Column::Ip));
        let (region, agent, target) = (column(Column::Region), column(Column::Agent), column(Column::Target));
        let (identity, account) = (column(Column::Identity), column(Column::Account));
        for (slot, time) in segment.times().iter().enumerate() {
            if segment.flags(slot).kind() == RecordKind::Aggregated {
                continue;
            }
            let (event, source, ip) = (event.id(slot), source.id(slot), ip.id(slot));
            let (who, target) = (identity.id(slot), target.id(slot));
            let is = |table: &[bool], id: u32| table.get(id as usize).copied().unwrap_or(false);
            let assumed = is(&self.assumes, event);
            let values = [
                value(event, self.lookup.events.of(event)),
                value(source, self.lookup.services.of(source)),
                value(ip, ip),
                value(ip, self.lookup.networks.of(ip)),
                value(if is(&self.global, source) { ABSENT } else { region.id(slot) }, region.id(slot)),
                value(agent.id(slot), self.lookup.agents.of(agent.id(slot))),
                value(if assumed { target } else { ABSENT }, target),
                value(if assumed { ABSENT } else { target }, target),
            ];
            let at = |list: &[u32], id: u32| list.get(id as usize).copied().unwrap_or(0);
            let account = match account.id(slot) {
                ABSENT => at(&self.of_identity, who),
                id => at(&self.of_column, id),
            };
            let place = (start + slot as u32, Time::from_raw(time));
            self.event(self.lookup.actors.of(who), account, values, place);
        }
    }

    #[inline]
    fn event(&mut self, actor: u32, account: u32, values: [Option<u32>; 8], (row, time): (u32, Time)) {
        for (spans, number) in [(&mut self.actors, actor), (&mut self.accounts, account)] {
            if let Some(span) = spans.get_mut(number as usize) {
                span.events += 1;
                if time.is_known() {
                    span.since = if span.since.is_known() { span.since } else { time };
                    span.until = time;
                }
            }
        }
        for (n, value) in values.into_iter().enumerate() {
            let Some(value) = value else { continue };
            let dimension = Dimension::ALL[n];
            if self.by_actor[n].insert(actor, value) {
                self.firsts.push(First { owner: Owner::Actor(actor), dimension, value, row, time });
            }
            if self.by_account[n].insert(account, value) {
                self.firsts.push(First { owner: Owner::Account(account), dimension, value, row, time });
            }
        }
    }
}

/// The value where there is one.
#[inline]
fn value(id: u32, value: u32) -> Option<u32> {
    (id != ABSENT).then_some(value)
}

/// How many values each dimension has.
fn sizes(lookup: &Lookup, dicts: &DictSet) -> [usize; 8] {
    let column = |c: Column| dicts.column(c).len() as usize;
    Dimension::ALL.map(|dimension| match dimension {
        Dimension::Event => lookup.events.len(),
        Dimension::Service => lookup.services.len(),
        Dimension::Address => column(Column::Ip),
        Dimension::Network => lookup.networks.len(),
        Dimension::Region => column(Column::Region),
        Dimension::Agent => lookup.agents.len(),
        Dimension::Role | Dimension::Resource => column(Column::Target),
    })
}

#[cfg(test)]
mod tests;
