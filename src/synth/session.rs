//! The sessions of the actors: which one is open at a second, and when each was opened.
//!
//! A session follows from the actor and the time alone. So an event can be made
//! without those before it, and still carries the key that was handed out when its
//! session was opened.

use crate::synth::actor::{Actor, Kind};
use crate::synth::identity::{Delivery, RoleSession};
use crate::synth::ids;
use crate::synth::rhythm::{Rhythm, hour_of_week};
use crate::synth::rng::{Rng, tag};
use crate::synth::stock::made;
use crate::synth::world::World;

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// A span of time for which credentials are good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Window {
    /// Its number in the life of the actor.
    index: i64,
    /// Its first second.
    created: i64,
}

/// The window that is open at that second.
fn window(seed: u64, actor: &Actor, member: u64, seconds: i64) -> Window {
    let period = actor.kind.period().max(1);
    if let Rhythm::Office(start) | Rhythm::OnCall(start) = actor.rhythm
        && actor.kind == Kind::Person
    {
        return office_window(seed, actor, start, seconds);
    }
    let phase = Rng::keyed(seed, &[tag("phase"), actor.number, member]).below(period.unsigned_abs()) as i64;
    let index = (seconds - phase).div_euclid(period);
    Window { index, created: index * period + phase }
}

/// People sign in shortly before their first event of the day, and again in the afternoon.
fn office_window(seed: u64, actor: &Actor, start: u8, seconds: i64) -> Window {
    let day = seconds.div_euclid(DAY);
    let afternoon = i64::from(seconds.rem_euclid(DAY) / HOUR >= i64::from(start) + 5);
    let index = day * 2 + afternoon;
    let early = 30 + Rng::keyed(seed, &[tag("early"), actor.number, index as u64]).below(1500) as i64;
    Window { index, created: day * DAY + (i64::from(start) + 5 * afternoon) * HOUR - early }
}

/// The session of a member of an actor in that account at that second.
pub(crate) fn at(world: &World, actor: &Actor, account: usize, member: u64, seconds: i64) -> RoleSession {
    let seed = world.size.seed;
    let Window { index, created } = window(seed, actor, member, seconds);
    let mut rng =
        Rng::keyed(seed, &[tag("session"), actor.number, account as u64, member, index.cast_unsigned()]);
    RoleSession {
        account: world.account_text(account).to_owned(),
        role: actor.role.clone(),
        path: actor.role_path(),
        role_id: world.principal("AROA", account, &actor.role),
        key: world.access_key("ASIA", account, &mut rng),
        name: session_name(seed, actor, member, &mut rng),
        created,
        mfa: false,
        delivery: match actor.kind {
            Kind::Instance => Delivery::Instance,
            Kind::Function => Delivery::Function,
            Kind::Pipeline => Delivery::Web,
            _ => Delivery::Plain,
        },
    }
}

fn session_name(seed: u64, actor: &Actor, member: u64, rng: &mut Rng) -> String {
    match actor.kind {
        Kind::Instance => instance(seed, actor.number, member),
        Kind::Task => made(|out| ids::hex(out, rng, 32)),
        Kind::Linked => actor.name.split('.').next().unwrap_or_default().to_owned(),
        _ => actor.name.clone(),
    }
}

/// The id of an instance of a fleet.
pub(crate) fn instance(seed: u64, actor: u64, member: u64) -> String {
    let mut rng = Rng::keyed(seed, &[tag("instance"), actor, member]);
    format!("i-0{}", made(|out| ids::hex(out, &mut rng, 16)))
}

/// The opening of a session: an event of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Opening {
    /// The number of the actor.
    pub(crate) actor: usize,
    /// The account of the role.
    pub(crate) account: usize,
    /// The member of the actor.
    pub(crate) member: u64,
    /// The site that logs it.
    pub(crate) site: usize,
    /// When.
    pub(crate) time: i64,
    /// A second at which the session is open, by which [`at`] finds it.
    pub(crate) within: i64,
}

impl Opening {
    /// The session that is opened.
    pub(crate) fn session(&self, world: &World, actor: &Actor) -> RoleSession {
        at(world, actor, self.account, self.member, self.within)
    }
}

/// All openings within the time of the plan, actor by actor.
pub(crate) fn openings(world: &World) -> Vec<Opening> {
    let mut all = Vec::new();
    for (number, actor) in world.actors.iter().enumerate().filter(|a| a.1.kind.period() > 0) {
        let mut accounts: Vec<usize> = actor.homes.iter().map(|h| world.account_of(h.site)).collect();
        accounts.dedup();
        for account in accounts {
            for member in 0..actor.members {
                open_all(
                    world,
                    Opening { actor: number, account, member, site: 0, time: 0, within: 0 },
                    &mut all,
                );
            }
        }
    }
    all
}

/// Adds the openings of one member in one account.
fn open_all(world: &World, template: Opening, all: &mut Vec<Opening>) {
    let (Some(actor), Some(account)) =
        (world.actors.get(template.actor), world.accounts.get(template.account))
    else {
        return;
    };
    let week = actor.rhythm.week();
    let busy = |from: i64| {
        let mut hours = 0..=actor.kind.period() / HOUR;
        hours.any(|h| week.get(hour_of_week(from + h * HOUR)).is_some_and(|&w| w > 0.0))
    };
    let site = if actor.kind == Kind::Person { account.home } else { account.main };
    let mut last = i64::MIN;
    let mut seconds = world.size.start;
    while seconds < world.size.end {
        let time = window(world.size.seed, actor, template.member, seconds).created;
        if time != last && time >= world.size.start && busy(time) {
            all.push(Opening { site, time, within: seconds, ..template });
        }
        last = time;
        seconds += HOUR;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::synth::world::Size;

    const MONDAY: i64 = 1_767_571_200;

    fn world() -> World {
        World::new(Size { events: 15_000, seed: 1, start: MONDAY, end: MONDAY + 7 * DAY, gap: None })
    }

    #[test]
    fn a_session_is_open_when_its_events_happen() {
        let world = world();
        for actor in world.actors.iter().filter(|a| a.kind.period() > 0) {
            let week = actor.rhythm.week();
            for hour in (0..168_usize).filter(|&h| week[h] > 0.0) {
                let now = MONDAY + hour as i64 * HOUR + 1800;
                let session = at(&world, actor, 1, 0, now);
                let age = now - session.created;
                assert!((0..=12 * HOUR).contains(&age), "{} is {age} s old", actor.name);
                assert_eq!(ids::decode_account(&session.key), Some(444_455_556_666));
            }
        }
    }

    #[test]
    fn every_session_of_a_working_hour_was_opened() {
        let world = world();
        let openings = openings(&world);
        let keys: BTreeSet<_> =
            openings.iter().map(|o| o.session(&world, &world.actors[o.actor]).key).collect();
        for actor in world.actors.iter().filter(|a| a.kind.period() > 0) {
            let week = actor.rhythm.week();
            let account = world.account_of(actor.homes[0].site);
            for hour in (13..168_usize).filter(|&h| week[h] > 0.0) {
                let session = at(&world, actor, account, 0, MONDAY + hour as i64 * HOUR);
                assert!(keys.contains(&session.key), "{} in hour {hour}", actor.name);
            }
        }
    }

    #[test]
    fn sessions_have_keys_of_their_own() {
        let world = world();
        let openings = openings(&world);
        let key = |o: &Opening| o.session(&world, &world.actors[o.actor]).key;
        let keys: BTreeSet<_> = openings.iter().map(key).collect();
        assert_eq!(keys.len(), openings.len());
    }
}
