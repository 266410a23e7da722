//! The attacks that are planted, and when.
//!
//! Each is a script of its own with its own addresses. The first, a leaked key, runs
//! through the whole organization and switches its trail off for a while; the others
//! happen to one account each.

mod compute;
mod data;
mod leaked_key;
mod quiet;
mod takeover;

use crate::synth::record::Draft;
use crate::synth::rng::{Rng, tag};
use crate::synth::script::{Caller, Script};
use crate::synth::world::{Size, World};

pub(crate) use leaked_key::restore;

/// Below so many events no attack is planted: it would be most of them.
const FEWEST_EVENTS: u64 = 2000;
/// Whatever is planted takes no longer than this.
const LONGEST: i64 = 20 * 3600;

/// Where a scenario is set.
#[derive(Clone, Copy, Debug)]
struct Stage {
    /// The account that it happens to.
    account: usize,
    /// The last part of the attacker's address.
    host: u8,
    /// How many things are taken or destroyed, where a scenario does that in bulk.
    bulk: u64,
}

impl Stage {
    /// One of the attacker's addresses.
    fn address(self, number: u8) -> String {
        format!("203.0.113.{}", self.host.saturating_add(number).max(1))
    }

    /// A key of a user of the account, in the hands of the attacker.
    fn stolen_key(self, world: &World, user: &str, agent: &str) -> Caller {
        Caller::user(self.account, user, world.user_key(self.account, user), &self.address(0), agent)
    }
}

/// A scenario: its name, and what happens in it.
type Scene = (&'static str, fn(&mut Script<'_>, Stage));

/// The scenarios after the first, in the order in which they are planted.
const SCENES: [Scene; 8] = [
    ("console-takeover", takeover::console),
    ("s3-ransom", data::ransom),
    ("crypto-mining", compute::mining),
    ("secrets-sweep", quiet::secrets),
    ("snapshot-share", data::snapshots),
    ("role-chaining", takeover::chain),
    ("instance-credentials", compute::instance),
    ("logging-impairment", quiet::impairment),
];

/// Whether a world of so many events has attacks in it.
pub(crate) const fn is_planted(events: u64) -> bool {
    events >= FEWEST_EVENTS
}

/// When the key leaks: late on the fifth day of seven, and so that all of it fits.
fn leak_time(start: i64, end: i64) -> i64 {
    let day = (end - start) * 2 / 3 / 86_400;
    let evening = start + day * 86_400 + 21 * 3600 + 47 * 60 + 12;
    evening.min(end - LONGEST).max(start + 1800)
}

/// The time in which the trail of the organization is off.
pub(crate) fn gap(events: u64, start: i64, end: i64) -> Option<(i64, i64)> {
    let (step, length) = if end - start > 40 * 86_400 { (3600, 3600) } else { (300, 3000) };
    let from = leak_time(start, end) + 4 * 3600 + 600;
    let from = start + (from - start + step - 1) / step * step;
    is_planted(events).then_some((from, from + length))
}

/// All attack events, scenario by scenario, and how many scenarios there are.
pub(crate) fn plant(world: &World) -> (Vec<Draft>, u64) {
    let Size { events, start, end, .. } = world.size;
    if !is_planted(events) {
        return (Vec::new(), 0);
    }
    let bulk = (events / 120).clamp(24, 150);
    let mut all = leaked_key::play(world, leak_time(start, end), bulk);
    let mut played = 1;
    // Attacks stay below a hundredth of all events; one more for each half million.
    for number in 0..SCENES.len() as u64 + events / 500_000 {
        let drafts = play(world, number);
        if (all.len() + drafts.len()) as u64 > events / 120 {
            break;
        }
        all.extend(drafts);
        played += 1;
    }
    (all, played)
}

/// Plays the scenario of that number.
fn play(world: &World, number: u64) -> Vec<Draft> {
    let Size { seed, start, end, gap, .. } = world.size;
    let Some(&(name, scene)) = SCENES.get(number as usize % SCENES.len()) else { return Vec::new() };
    let mut rng = Rng::keyed(seed, &[tag("scene"), number]);
    let room = (end - start - LONGEST - 3600).max(1);
    let mut time = start + 3600 + rng.below(room.unsigned_abs()) as i64;
    if let Some((from, to)) = gap
        && (from - LONGEST / 4..to).contains(&time)
    {
        time = to + 600;
    }
    let stage = Stage {
        account: 1 + rng.index(world.accounts.len() - 1),
        host: 100 + (number * 9 % 140) as u8,
        bulk: 40 + rng.below(60),
    };
    let mut script = Script::new(world, name, number, time);
    scene(&mut script, stage);
    script.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const MONDAY: i64 = 1_767_571_200;

    fn world(events: u64, days: i64) -> World {
        let end = MONDAY + days * 86_400;
        World::new(Size { events, seed: 4, start: MONDAY, end, gap: gap(events, MONDAY, end) })
    }

    #[test]
    fn every_scenario_is_planted_in_a_large_world() {
        let world = world(1_000_000, 7);
        let (drafts, played) = plant(&world);
        let names: BTreeSet<_> = drafts.iter().filter_map(|d| d.mark.map(|m| m.scenario)).collect();
        assert_eq!((names.len(), played), (9, 11), "{names:?}");
        assert!(drafts.len() < 10_000, "{}", drafts.len());
        assert!(drafts.iter().all(|d| d.mark.is_some_and(|m| m.attack.starts_with('T'))));
    }

    #[test]
    fn attacks_happen_within_the_time_of_the_plan() {
        for days in [1, 7, 30, 90] {
            let world = world(200_000, days);
            let (from, to) = world.size.gap.unwrap();
            for draft in plant(&world).0 {
                let inside = (world.size.start..world.size.end).contains(&draft.time);
                assert!(inside, "{} of {days} days at {}", draft.name, draft.time);
                let first = draft.mark.is_some_and(|m| m.scenario == "leaked-key");
                assert!(!first || !(from..to).contains(&draft.time), "{} is in the gap", draft.name);
            }
        }
    }

    #[test]
    fn small_worlds_have_one_attack_or_none() {
        assert_eq!(plant(&world(1999, 7)).1, 0);
        let (drafts, played) = plant(&world(4000, 7));
        assert_eq!(played, 1);
        assert!(drafts.len() < 300, "{}", drafts.len());
    }

    #[test]
    fn attackers_come_from_the_range_set_aside_for_them() {
        let world = world(1_000_000, 7);
        assert!(plant(&world).0.iter().all(|d| d.address.starts_with("203.0.113.")));
    }
}
