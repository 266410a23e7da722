//! The made-up organization: accounts, regions, what they hold, who works there and when.
//!
//! Built once from a plan, then only read. Everything in it follows from the seed.

use crate::synth::actor::{Actor, Kind};
use crate::synth::cast;
use crate::synth::catalog::Catalog;
use crate::synth::ids;
use crate::synth::names::{ACCOUNTS, REGIONS};
use crate::synth::rhythm::{Curve, WEEK, hour_of_week};
use crate::synth::rng::{Rng, tag};
use crate::synth::session;
use crate::synth::stock::{Place, Stock, made};
use crate::synth::template::Word;

/// The region where calls of global services are logged.
pub(crate) const HOME_REGION: &str = "us-east-1";

/// What a world is built from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// How many events there will be.
    pub(crate) events: u64,
    /// What everything follows from.
    pub(crate) seed: u64,
    /// The first second.
    pub(crate) start: i64,
    /// The second behind the last.
    pub(crate) end: i64,
    /// A time in which the trail is off.
    pub(crate) gap: Option<(i64, i64)>,
}

/// An AWS account.
#[derive(Debug)]
pub(crate) struct Account {
    /// Its number.
    pub(crate) id: u64,
    /// Its number in twelve digits.
    pub(crate) text: String,
    /// Its site in us-east-1.
    pub(crate) home: usize,
    /// The site where most of its work is done.
    pub(crate) main: usize,
}

/// A region of an account: what one stream of log files is about.
#[derive(Debug)]
pub(crate) struct Site {
    /// The number of the account.
    pub(crate) account: usize,
    /// The region.
    pub(crate) region: &'static str,
    /// What is there.
    pub(crate) stock: Stock,
    /// Who works there.
    pub(crate) crew: Crew,
}

/// Who works at a site, hour by hour.
#[derive(Debug)]
pub(crate) struct Crew {
    actors: Vec<usize>,
    /// For each hour of the week, the sum of the work up to and including each actor's.
    hours: Vec<Vec<f32>>,
    /// How the work spreads over the time of the plan.
    pub(crate) curve: Curve,
    /// Its part of the work of all sites.
    pub(crate) weight: f64,
}

impl Crew {
    fn new(site: usize, actors: &[Actor], size: &Size) -> Self {
        let mut crew = Vec::new();
        let mut weight = 0.0;
        let mut hours = vec![Vec::new(); WEEK];
        for (number, actor) in actors.iter().enumerate() {
            let share: f64 = actor.homes.iter().filter(|h| h.site == site).map(|h| h.share).sum();
            if share <= 0.0 {
                continue;
            }
            let all: f64 = actor.homes.iter().map(|h| h.share).sum();
            let part = actor.weight * share / all;
            weight += part;
            crew.push(number);
            for (hour, work) in hours.iter_mut().zip(actor.rhythm.week()) {
                let before = hour.last().copied().unwrap_or(0.0);
                hour.push(before + work * part as f32);
            }
        }
        let week: Vec<f32> = hours.iter().map(|h| h.last().copied().unwrap_or(0.0)).collect();
        Self { actors: crew, hours, curve: Curve::new(size.start, size.end, &week, size.gap), weight }
    }

    /// Somebody who is at work at that second; nobody where nobody ever is.
    pub(crate) fn at(&self, seconds: i64, rng: &mut Rng) -> Option<usize> {
        let sums = self.hours.get(hour_of_week(seconds))?;
        let ticket = rng.unit() as f32 * sums.last()?;
        let place = sums.partition_point(|&sum| sum <= ticket).min(sums.len().checked_sub(1)?);
        self.actors.get(place).copied()
    }
}

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World {
    /// What it was built from.
    pub(crate) size: Size,
    /// The calls that can be made.
    pub(crate) catalog: Catalog,
    /// The id of the organization: `o-...`.
    pub(crate) organization: String,
    /// The accounts; the first one manages the others.
    pub(crate) accounts: Vec<Account>,
    /// The regions of the accounts.
    pub(crate) sites: Vec<Site>,
    /// Who acts.
    pub(crate) actors: Vec<Actor>,
}

impl World {
    /// Builds the world of that size.
    pub(crate) fn new(size: Size) -> Self {
        let (accounts, places) = settle(size.events);
        let more = (size.events / 4000).min(2960) as usize;
        let actors = cast::cast(size.seed, &accounts, size.events, more);
        let stocked = 10 + (size.events / 50_000).min(40) as usize;
        let sites = places.iter().enumerate().map(|(number, &(account, region))| {
            let place = Place { account: ACCOUNTS.get(account).map_or("", |a| a.1), region };
            let mut stock = Stock::new(size.seed, place, stocked);
            for actor in actors.iter().filter(|a| a.homes.iter().any(|h| h.site == number)) {
                known_there(size.seed, &mut stock, actor);
            }
            Site { account, region, stock, crew: Crew::new(number, &actors, &size) }
        });
        let sites = sites.collect();
        let organization = made(|out| {
            out.extend_from_slice(b"o-");
            ids::hex(out, &mut Rng::keyed(size.seed, &[tag("organization")]), 10);
        });
        Self { size, catalog: Catalog::load(), organization, accounts, sites, actors }
    }

    /// The number of the account of a site; 0 when there is no such site.
    pub(crate) fn account_of(&self, site: usize) -> usize {
        self.sites.get(site).map_or(0, |s| s.account)
    }

    /// The account of that number in twelve digits.
    pub(crate) fn account_text(&self, account: usize) -> &str {
        self.accounts.get(account).map_or("000000000000", |a| &a.text)
    }

    fn account_id(&self, account: usize) -> u64 {
        self.accounts.get(account).map_or(0, |a| a.id)
    }

    /// The region of a site.
    pub(crate) fn region(&self, site: usize) -> &'static str {
        self.sites.get(site).map_or(HOME_REGION, |s| s.region)
    }

    /// The stable id (`AROA...`, `AIDA...`) of a named thing of an account.
    pub(crate) fn principal(&self, prefix: &str, account: usize, name: &str) -> String {
        let mut rng = Rng::keyed(self.size.seed, &[tag(prefix), account as u64, tag(name)]);
        ids::principal(prefix, self.account_id(account), &mut rng)
    }

    /// A new access key of an account.
    pub(crate) fn access_key(&self, prefix: &str, account: usize, rng: &mut Rng) -> String {
        ids::access_key(prefix, self.account_id(account), rng)
    }

    /// The long-lived key of a user.
    pub(crate) fn user_key(&self, account: usize, user: &str) -> String {
        let mut rng = Rng::keyed(self.size.seed, &[tag("key"), account as u64, tag(user)]);
        self.access_key("AKIA", account, &mut rng)
    }
}

/// What an actor is, as a thing that others can look at.
fn known_there(seed: u64, stock: &mut Stock, actor: &Actor) {
    match actor.kind {
        Kind::User => stock.add(Word::User, &actor.name),
        Kind::Linked | Kind::Service => {}
        _ => stock.add(Word::Role, &actor.role),
    }
    match actor.kind {
        Kind::Function => stock.add(Word::Function, &actor.name),
        Kind::Instance => {
            (0..actor.members)
                .for_each(|m| stock.add(Word::Instance, &session::instance(seed, actor.number, m)));
        }
        _ => {}
    }
}

/// The accounts of an organization with so many events, and the regions that each uses.
fn settle(events: u64) -> (Vec<Account>, Vec<(usize, &'static str)>) {
    let count = (3 + events / 150_000).min(ACCOUNTS.len() as u64) as usize;
    let mut places = Vec::new();
    let mut accounts = Vec::new();
    for (number, &(id, _)) in ACCOUNTS.iter().take(count).enumerate() {
        let home = places.len();
        places.push((number, HOME_REGION));
        let main = match number {
            cast::MANAGEMENT => home,
            cast::PROD | cast::DEV => add(&mut places, number, 0),
            _ => add(&mut places, number, number),
        };
        if number == cast::PROD {
            add(&mut places, number, 1);
        }
        accounts.push(Account { id, text: format!("{id:012}"), home, main });
    }
    (accounts, places)
}

fn add(places: &mut Vec<(usize, &'static str)>, account: usize, region: usize) -> usize {
    places.push((account, REGIONS.get(region % REGIONS.len()).copied().unwrap_or(HOME_REGION)));
    places.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONDAY: i64 = 1_767_571_200;

    fn world(events: u64) -> World {
        World::new(Size { events, seed: 1, start: MONDAY, end: MONDAY + 7 * 86_400, gap: None })
    }

    #[test]
    fn a_small_world_has_three_accounts_and_some_forty_actors() {
        let world = world(15_000);
        assert_eq!((world.accounts.len(), world.sites.len()), (3, 6));
        assert!((40..=48).contains(&world.actors.len()), "{}", world.actors.len());
        let weight: f64 = world.sites.iter().map(|s| s.crew.weight).sum();
        assert!((weight - 1.0).abs() < 1e-6, "{weight}");
    }

    #[test]
    fn worlds_grow_and_stop_growing() {
        let million = world(1_000_000);
        assert_eq!(million.accounts.len(), 9);
        assert!((280..320).contains(&million.actors.len()));
        let (accounts, _) = settle(u64::MAX);
        assert_eq!(accounts.len(), ACCOUNTS.len());
    }

    #[test]
    fn nobody_of_the_office_works_at_night() {
        let world = world(15_000);
        let mut rng = Rng::new(1);
        let crew = &world.sites[world.accounts[cast::PROD].main].crew;
        let people = |hour: i64, rng: &mut Rng| {
            let at_work = (0..500).filter_map(|_| crew.at(MONDAY + hour * 3600, rng));
            at_work.filter(|&a| world.actors[a].kind == Kind::Person).count()
        };
        assert_eq!(people(3, &mut rng), 0);
        assert!(people(10, &mut rng) > 50);
    }

    #[test]
    fn ids_are_stable_and_belong_to_their_account() {
        let world = world(1000);
        let id = world.principal("AROA", cast::DEV, "x");
        assert_eq!(id, world.principal("AROA", cast::DEV, "x"));
        assert_ne!(id, world.principal("AROA", cast::PROD, "x"));
        assert_eq!(ids::decode_account(&world.user_key(cast::DEV, "x")), Some(777_788_889_999));
    }
}
