//! One set of credentials, and what is noticed while its events go by.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::event::address::AddressKind;
use crate::event::time::{DAY_MS, Time};
use crate::investigation::Investigation;
use crate::profile::Background;
use crate::profile::describe::EventRef;
use crate::profile::first_seen::{Dimension, Owner};
use crate::profile::lookup::Lookup;
use crate::profile::session::{Anchor, Sessions};
use crate::profile::theft::{Place, Places, Sign, SignKind, id_of, stretch, travel};
use crate::store::dicts::DictSet;
use crate::store::flags::{Flags, RecordKind};
use crate::store::{Column, Row, Table};

/// One set of credentials with all of its events.
pub(super) struct Unit {
    /// What it is called. Hostile.
    name: String,
    /// Whether the credentials belong to an instance.
    on_instance: bool,
    /// Whether they belong to a session of the console, which is many programs at once.
    is_console: bool,
    /// Its events, in order.
    pub(super) rows: Vec<u32>,
}

/// What makes sessions one unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Same {
    /// A word: the key of use that does not expire, or the principal of an instance.
    Word(u32),
    /// Nothing: the session is a unit of its own.
    Session(u32),
}

impl Unit {
    /// The units that these events belong to, in the order of their first events.
    pub(super) fn behind(inv: &Investigation, background: &Background, rows: &[u32]) -> Vec<Self> {
        let (sessions, dicts) = (&background.sessions, inv.table.dicts());
        let mut wanted: HashSet<u32> = HashSet::new();
        let mut kinds: BTreeMap<Same, Vec<u32>> = BTreeMap::new();
        for session in rows.iter().filter_map(|&row| sessions.of_row(row)) {
            if wanted.insert(session) {
                kinds.entry(same(sessions, dicts, session)).or_default();
            }
        }
        for number in (0u32..).take(sessions.len()) {
            if let Some(of) = kinds.get_mut(&same(sessions, dicts, number)) {
                of.push(number);
            }
        }
        let all: Vec<(usize, u32)> = kinds
            .values()
            .enumerate()
            .flat_map(|(unit, of)| of.iter().map(move |number| (unit, *number)))
            .collect();
        let mut units: Vec<Self> =
            kinds.into_iter().map(|(same, of)| Self::of(same, &of, sessions, dicts)).collect();
        for (row, place) in sessions.rows_of(all.iter().map(|of| of.1)) {
            if let Some(unit) = all.get(place).and_then(|of| units.get_mut(of.0)) {
                unit.rows.push(row);
            }
        }
        units.sort_by_key(|unit| unit.rows.first().copied());
        units
    }

    /// One of these sessions, without its events.
    fn of(same: Same, numbers: &[u32], sessions: &Sessions, dicts: &DictSet) -> Self {
        let identity = numbers.first().and_then(|&n| sessions.get(n)).map(|s| dicts.identity(s.identity));
        let on_instance = identity.is_some_and(|i| i.on_instance || is_instance(dicts.word(i.session_name)));
        let name = match same {
            Same::Session(number) => sessions.id(dicts, number),
            Same::Word(_) if on_instance => {
                identity.map(|i| dicts.word(i.session_name).to_owned()).unwrap_or_default()
            }
            Same::Word(word) => dicts.word(word).to_owned(),
        };
        let anchor = numbers.first().and_then(|&n| sessions.get(n)).map(|s| s.anchor);
        let is_console = matches!(anchor, Some(Anchor::Console { .. } | Anchor::SignIn { .. }));
        Self { name, on_instance, is_console, rows: Vec::new() }
    }
}

fn same(sessions: &Sessions, dicts: &DictSet, number: u32) -> Same {
    let Some(session) = sessions.get(number) else { return Same::Session(number) };
    let identity = dicts.identity(session.identity);
    match session.anchor {
        Anchor::Window { of, .. } => Same::Word(of),
        _ if is_instance(dicts.word(identity.session_name)) && identity.principal_id != 0 => {
            Same::Word(identity.principal_id)
        }
        _ => Same::Session(number),
    }
}

/// Whether a role session has the name that the service gives to sessions of instances.
fn is_instance(session_name: &str) -> bool {
    session_name
        .strip_prefix("i-")
        .is_some_and(|id| id.len() >= 8 && id.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Who used which address first: an office or a gateway is used by many, a thief's address by few.
pub(super) struct Neighbors {
    /// By address: the first event of each actor, in order.
    firsts: HashMap<u32, Vec<(u32, u32)>>,
}

/// From how many others of the same account on an address is nobody's own.
const MANY: usize = 2;

impl Neighbors {
    pub(super) fn new(background: &Background) -> Self {
        let mut firsts: HashMap<u32, Vec<(u32, u32)>> = HashMap::new();
        for first in background.first_seen.all() {
            if let (Owner::Actor(actor), Dimension::Address) = (first.owner, first.dimension) {
                firsts.entry(first.value).or_default().push((first.row, actor));
            }
        }
        Self { firsts }
    }

    /// Whether others of the same account had used the address before this event, or the actor itself for long.
    fn share(&self, table: &Table, lookup: &Lookup, ip: u32, row: &Row<'_>) -> bool {
        let account = row.identity().account;
        let actor = lookup.actors.of(row.id_of(Column::Identity));
        let before =
            self.firsts.get(&ip).into_iter().flatten().take_while(|(first, _)| *first < row.number());
        let mut others = 0;
        for (first, who) in before.filter_map(|&(first, who)| Some((table.row(first)?, who))) {
            if who == actor && first.time().plus_millis(DAY_MS) <= row.time() {
                return true;
            }
            others += usize::from(who != actor && first.identity().account == account);
            if others == MANY {
                return true;
            }
        }
        false
    }
}

/// Where and when a value was met last.
#[derive(Clone, Copy)]
struct Met {
    value: u32,
    row: u32,
    time: Time,
}

/// What of the events of a unit was seen so far.
pub(super) struct Watch<'a> {
    inv: &'a Investigation,
    lookup: &'a Lookup,
    unit: &'a Unit,
    places: Option<&'a dyn Places>,
    known: HashSet<(SignKind, u32)>,
    neighbors: &'a Neighbors,
    /// The last call from within private networks, and from outside: who goes out by two ways is one all the same.
    inside: Option<Met>,
    outside: Option<Met>,
    agent: Option<Met>,
    /// By agent and service.
    tls: HashMap<(u32, u32), Met>,
    /// The last event whose place is known.
    place: Option<(Place, Met)>,
    /// How many signs of each kind there are.
    told: HashMap<SignKind, usize>,
    pub(super) signs: Vec<Sign>,
}

/// How many signs of a kind are told of one set of credentials: what changes all the time says nothing.
const MOST_OF_A_KIND: usize = 5;

impl<'a> Watch<'a> {
    pub(super) fn new(
        inv: &'a Investigation,
        background: &'a Background,
        unit: &'a Unit,
        neighbors: &'a Neighbors,
        places: Option<&'a dyn Places>,
    ) -> Self {
        Self {
            inv,
            neighbors,
            lookup: background.first_seen.lookup(),
            unit,
            places,
            known: HashSet::new(),
            inside: None,
            outside: None,
            agent: None,
            tls: HashMap::new(),
            place: None,
            told: HashMap::new(),
            signs: Vec::new(),
        }
    }

    /// Takes the next event in.
    pub(super) fn see(&mut self, row: &Row<'a>) {
        let ip = row.id_of(Column::Ip);
        let place = self.lookup.place(ip);
        if row.kind() == RecordKind::Aggregated
            || !matches!(place, AddressKind::Public | AddressKind::Private)
            || row.identity().invoked_by != 0
        {
            return;
        }
        self.see_address(row, ip, place);
        if !self.unit.is_console && !row.flags().has(Flags::CONSOLE) && is_program(row.text(Column::Agent)) {
            self.see_program(row);
        }
        self.see_place(row, ip);
    }

    fn see_address(&mut self, row: &Row<'a>, ip: u32, place: AddressKind) {
        let network = self.lookup.networks.of(ip);
        let new_network = self.known.insert((SignKind::Network, network));
        let new_address = self.known.insert((SignKind::Address, ip));
        let is_outside = place == AddressKind::Public;
        let before = if is_outside { self.outside.or(self.inside) } else { self.inside };
        if let Some(before) =
            before.filter(|_| new_address && !self.neighbors.share(&self.inv.table, self.lookup, ip, row))
        {
            let kind = match (new_network, self.unit.on_instance && is_outside) {
                (true, true) => SignKind::OffInstance,
                (true, false) => SignKind::Network,
                (false, _) => SignKind::Address,
            };
            self.sign_address(row, kind, network, before);
        }
        let met = Some(Met { value: ip, row: row.number(), time: row.time() });
        *(if is_outside { &mut self.outside } else { &mut self.inside }) = met;
    }

    fn sign_address(&mut self, row: &Row<'a>, kind: SignKind, network: u32, before: Met) {
        let (text, was) = (row.text(Column::Ip), self.address_of(before.row));
        let after = stretch(before.time, row.time());
        let said = match kind {
            SignKind::OffInstance => {
                format!("credentials of instance {} used from {text}, {after} after {was}", self.unit.name)
            }
            SignKind::Network => {
                let network = self.lookup.networks.value(network).map_or("", String::as_str);
                format!("first call from {text} in {network}, {after} after one from {was}")
            }
            _ => format!("first call from {text}, {after} after one from {was}"),
        };
        self.sign(row, kind, said, text.to_owned(), was, Some(before.row));
    }

    fn see_program(&mut self, row: &Row<'a>) {
        let agent = self.lookup.agents.of(row.id_of(Column::Agent));
        let met = |value| Met { value, row: row.number(), time: row.time() };
        let new = self.known.insert((SignKind::Agent, agent));
        if let Some(before) = self.agent.filter(|_| new) {
            let (was, now) = (self.family(before.value), self.family(agent));
            let text =
                format!("first call by {now}, {} after one by {was}", stretch(before.time, row.time()));
            self.sign(row, SignKind::Agent, text, now, was, Some(before.row));
        }
        self.agent = Some(met(agent));
        let tls = row.id_of(Column::Tls);
        if row.text(Column::Tls).is_empty() {
            return;
        }
        let before = self.tls.insert((agent, row.id_of(Column::Source)), met(tls));
        let new = self.known.insert((SignKind::Tls, tls));
        if let Some(before) = before.filter(|before| new && before.value != tls) {
            let was = self.inv.table.dicts().column(Column::Tls).get(before.value).to_owned();
            let now = row.text(Column::Tls).to_owned();
            let text = format!("{} speaks {now} to {} and spoke {was}", self.family(agent), row.service());
            self.sign(row, SignKind::Tls, text, now, was, Some(before.row));
        }
    }

    fn see_place(&mut self, row: &Row<'a>, ip: u32) {
        let Some(place) = row.ip().and_then(|ip| self.places?.place(ip)) else { return };
        let met = Met { value: ip, row: row.number(), time: row.time() };
        if let Some((there, before)) = self.place.replace((place.clone(), met))
            && before.value != ip
            && let Some(journey) = travel::impossible((&there, before.time), (&place, row.time()))
            && self.known.insert((SignKind::Travel, ip))
        {
            let (now, was) = (row.text(Column::Ip).to_owned(), self.address_of(before.row));
            let text = format!(
                "{now} ({}) is {:.0} km from {was} ({}), {} later",
                place.name,
                journey.kilometers,
                there.name,
                stretch(before.time, row.time())
            );
            self.sign(row, SignKind::Travel, text, now, was, Some(before.row));
        }
    }

    fn sign(
        &mut self,
        row: &Row<'a>,
        kind: SignKind,
        text: String,
        value: String,
        was: String,
        than: Option<u32>,
    ) {
        let told = self.told.entry(kind).or_default();
        *told += 1;
        if *told > MOST_OF_A_KIND {
            return;
        }
        self.signs.push(Sign {
            kind,
            credentials: self.unit.name.clone(),
            text,
            value,
            before: was,
            event: EventRef::new(row),
            before_event: than.and_then(|row| id_of(&self.inv.table, row)),
        });
    }

    fn address_of(&self, row: u32) -> String {
        self.inv.table.row(row).map(|row| row.text(Column::Ip).to_owned()).unwrap_or_default()
    }

    fn family(&self, agent: u32) -> String {
        self.lookup.agents.value(agent).cloned().unwrap_or_default()
    }
}

/// Whether a user agent is that of a program outside of AWS.
fn is_program(agent: &str) -> bool {
    !agent.is_empty() && agent != "AWS Internal" && !agent.contains(".amazonaws.com")
}
