//! When everything happens: what was thought out, what opens sessions, and how much is left for daily work.
//!
//! The events of the plan are shared out exactly. The work of a site is cut into
//! shards of about one log file each, which can be made in any order.

use crate::synth::actor::Kind;
use crate::synth::attack;
use crate::synth::cast::DEV;
use crate::synth::record::Draft;
use crate::synth::session::{self, Opening};
use crate::synth::stories;
use crate::synth::world::World;

/// An event that has a place in the timetable of its own.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// A session is opened, as the account of its role logs it.
    Open(Opening),
    /// A session is opened, as the account of the user logs it who asked for the role.
    OpenFrom(Opening, usize),
    /// A step of a script.
    Step(Box<Draft>),
}

impl Item {
    /// When, in seconds since 1970.
    pub(crate) fn time(&self) -> i64 {
        match self {
            Self::Open(opening) | Self::OpenFrom(opening, _) => opening.time,
            Self::Step(draft) => draft.time,
        }
    }

    fn site(&self, world: &World) -> usize {
        match self {
            Self::Open(opening) => opening.site,
            Self::OpenFrom(_, account) => world.accounts.get(*account).map_or(0, |a| a.main),
            Self::Step(draft) => draft.site,
        }
    }
}

/// What happens at one site.
#[derive(Debug, Default)]
pub(crate) struct Program {
    /// The items, in order of time.
    pub(crate) items: Vec<Item>,
    /// How many events of daily work there are besides.
    pub(crate) daily: u64,
    /// Into how many shards it is cut.
    pub(crate) shards: u64,
}

/// What happens at all sites.
#[derive(Debug)]
pub(crate) struct Timetable {
    /// The programs, by the number of the site.
    pub(crate) programs: Vec<Program>,
    /// How many events are part of an attack.
    pub(crate) attacks: u64,
    /// How many scenarios were planted.
    pub(crate) scenarios: u64,
}

impl Timetable {
    /// Shares out the events of the world, in log files of so many records.
    pub(crate) fn new(world: &World, per_file: u64) -> Self {
        let events = world.size.events;
        let (drafts, scenarios) = attack::plant(world);
        let attacks = drafts.len() as u64;
        let mut items: Vec<Item> = drafts.into_iter().map(step).collect();
        let restored = if scenarios > 0 { attack::restore(world) } else { Vec::new() };
        items.extend(restored.into_iter().map(step));
        let mut room = events.saturating_sub(items.len() as u64) / 4;
        let told: Vec<Item> = stories::tell(world).into_iter().map(step).collect();
        let told = thinned(visible(world, told), room);
        room -= told.len() as u64;
        items.extend(told);
        items.extend(thinned(visible(world, opened(world)), room));
        let mut programs: Vec<Program> = world.sites.iter().map(|_| Program::default()).collect();
        let daily = events.saturating_sub(items.len() as u64);
        for item in items {
            if let Some(program) = programs.get_mut(item.site(world)) {
                program.items.push(item);
            }
        }
        share_out(world, &mut programs, daily);
        for program in &mut programs {
            program.items.sort_by_key(Item::time);
            // A little room, so that a shard with more than its share of items still fits into one file.
            let fit = (per_file - per_file / 25).max(1);
            program.shards = (program.daily + program.items.len() as u64).div_ceil(fit);
        }
        Self { programs, attacks, scenarios }
    }
}

fn step(draft: Draft) -> Item {
    Item::Step(Box::new(draft))
}

/// The openings of all sessions.
fn opened(world: &World) -> Vec<Item> {
    let mut items = Vec::new();
    for opening in session::openings(world) {
        items.push(Item::Open(opening));
        if world.actors.get(opening.actor).is_some_and(|a| a.kind == Kind::Deployed) {
            items.push(Item::OpenFrom(opening, DEV));
        }
    }
    items
}

/// Without what nobody saw, because the trail was off.
fn visible(world: &World, mut items: Vec<Item>) -> Vec<Item> {
    if let Some((from, to)) = world.size.gap {
        items.retain(|item| !(from..to).contains(&item.time()));
    }
    items
}

/// At most so many of them, evenly spread.
fn thinned(items: Vec<Item>, room: u64) -> Vec<Item> {
    let count = items.len() as u64;
    if count <= room {
        return items;
    }
    let kept = |i: u64| (i + 1) * room / count > i * room / count;
    items.into_iter().zip(0..).filter(|&(_, i)| kept(i)).map(|(item, _)| item).collect()
}

/// Shares out daily work by the weight of the sites, to the last event.
fn share_out(world: &World, programs: &mut [Program], daily: u64) {
    let total: f64 = world.sites.iter().map(|s| s.crew.weight).sum();
    let (mut weight, mut given) = (0.0, 0);
    let last = programs.len().saturating_sub(1);
    for (number, (program, site)) in programs.iter_mut().zip(&world.sites).enumerate() {
        weight += site.crew.weight;
        let upto = if number == last { daily } else { (weight / total * daily as f64) as u64 };
        program.daily = upto.min(daily).saturating_sub(given);
        given += program.daily;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::world::Size;

    const MONDAY: i64 = 1_767_571_200;

    fn world(events: u64) -> World {
        let (start, end) = (MONDAY, MONDAY + 7 * 86_400);
        World::new(Size { events, seed: 1, start, end, gap: attack::gap(events, start, end) })
    }

    #[test]
    fn every_event_of_the_plan_has_its_place() {
        for events in [0, 1, 7, 100, 1999, 2000, 15_000, 123_457] {
            let table = Timetable::new(&world(events), 600);
            let planned: u64 = table.programs.iter().map(|p| p.daily + p.items.len() as u64).sum();
            assert_eq!(planned, events);
        }
    }

    #[test]
    fn nothing_was_logged_while_the_trail_was_off() {
        let world = world(15_000);
        let (from, to) = world.size.gap.unwrap();
        let table = Timetable::new(&world, 600);
        let items = table.programs.iter().flat_map(|p| &p.items);
        assert_eq!(items.filter(|i| (from..to).contains(&i.time())).count(), 0);
    }

    #[test]
    fn attacks_are_rare_in_a_large_world() {
        let table = Timetable::new(&world(300_000), 600);
        assert!(table.attacks * 100 < 300_000, "{}", table.attacks);
        assert!(table.scenarios >= 9, "{}", table.scenarios);
    }
}
