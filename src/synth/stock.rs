//! The things that a region of an account holds: instances, buckets, tables, keys.
//!
//! Names are put together from the words of [`names`](crate::synth::names); numbers
//! come from the stream of the place, so that the same world has the same things.

use crate::synth::ids;
use crate::synth::names::{COMPANY, LOG_BUCKET, ORG_TRAIL, VERBS, WORDS};
use crate::synth::rng::{Rng, tag};
use crate::synth::template::Word;

/// All stocks of one region of one account.
#[derive(Debug)]
pub(crate) struct Stock {
    pools: Vec<Vec<String>>,
}

/// Where a stock stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The short name of the account: `prod`.
    pub(crate) account: &'a str,
    /// The region.
    pub(crate) region: &'a str,
}

impl Stock {
    /// The stock of a place, about `size` things of each kind.
    pub(crate) fn new(seed: u64, place: Place<'_>, size: usize) -> Self {
        let words = Word::ALL.iter().filter(|w| w.1.pool().is_some());
        let pools = words.map(|&(name, word)| {
            let mut rng = Rng::keyed(seed, &[tag(place.account), tag(place.region), tag(name)]);
            let count = count_of(word, size);
            (0..count).map(|i| thing(word, place, i, &mut rng)).collect()
        });
        Self { pools: pools.collect() }
    }

    /// The things that a word can stand for; none when it takes from no stock.
    pub(crate) fn of(&self, word: Word) -> &[String] {
        word.pool().and_then(|pool| self.pools.get(pool)).map_or(&[], Vec::as_slice)
    }

    /// Adds a thing to the stock.
    pub(crate) fn add(&mut self, word: Word, name: &str) {
        if let Some(pool) = word.pool().and_then(|pool| self.pools.get_mut(pool))
            && !pool.iter().any(|known| known == name)
        {
            pool.push(name.to_owned());
        }
    }
}

/// How many there are of a thing.
fn count_of(word: Word, size: usize) -> usize {
    match word {
        Word::Trail => 2,
        Word::Vpc | Word::Cluster | Word::Zone => 3,
        Word::Subnet | Word::Image | Word::Database | Word::Balancer | Word::User => 4 + size / 8,
        Word::Snapshot | Word::Volume | Word::Interface => size * 2,
        _ => size,
    }
}

/// One new thing.
fn thing(word: Word, place: Place<'_>, i: usize, rng: &mut Rng) -> String {
    match word {
        Word::Instance => tagged("i-", rng, 17),
        Word::Volume => tagged("vol-", rng, 17),
        Word::Snapshot => tagged("snap-", rng, 17),
        Word::Image => tagged("ami-", rng, 17),
        Word::SecurityGroup => tagged("sg-", rng, 17),
        Word::Subnet => tagged("subnet-", rng, 17),
        Word::Vpc => tagged("vpc-", rng, 17),
        Word::Interface => tagged("eni-", rng, 17),
        Word::KmsKey => made(|out| ids::uuid(out, rng)),
        Word::Zone => format!("Z{}", made(|out| ids::upper(out, rng, 20))),
        Word::Trail => if i == 0 { ORG_TRAIL } else { "app-data-events" }.to_owned(),
        Word::Bucket if i == 0 && place.account == "management" && place.region == "us-east-1" => {
            LOG_BUCKET.to_owned()
        }
        _ => named(word, place, i, rng),
    }
}

/// A thing that people gave a name to.
fn named(word: Word, place: Place<'_>, i: usize, rng: &mut Rng) -> String {
    // The first round takes each word of the list once, later ones are numbered.
    let offset = (tag(place.account) as usize).wrapping_add(word as usize * 5);
    let name = WORDS.get(offset.wrapping_add(i) % WORDS.len()).copied().unwrap_or_default();
    let verb = VERBS.get(offset.wrapping_add(i / 2) % VERBS.len()).copied().unwrap_or_default();
    let round = i / WORDS.len();
    let name = if round == 0 { name.to_owned() } else { format!("{name}{}", round + 1) };
    let account = place.account;
    match word {
        Word::Bucket => format!("{COMPANY}-{account}-{name}-{}", short(place.region)),
        Word::Role => format!("{name}-{verb}-role"),
        Word::User => format!("svc-{name}"),
        Word::Policy => format!("{name}-access"),
        Word::Function => format!("{name}-{verb}"),
        Word::Table => format!("{account}-{name}"),
        Word::Queue => format!("{name}-{verb}-queue"),
        Word::Topic => format!("{name}-notifications"),
        Word::Secret => format!("{account}/{name}/database-{}", made(|out| ids::alnum(out, rng, 6))),
        Word::Parameter => format!("/{account}/{name}/{verb}/url"),
        Word::LogGroup if i.is_multiple_of(2) => format!("/aws/lambda/{name}-{verb}"),
        Word::LogGroup => format!("/ecs/{name}"),
        Word::Cluster => format!("{account}-{}", i + 1),
        Word::Service => format!("{name}-api"),
        Word::Database => format!("{account}-{name}-db"),
        Word::Stack => format!("{account}-{name}-stack"),
        Word::Repository => format!("{COMPANY}/{name}"),
        Word::Balancer | Word::TargetGroup => format!("{name}/{}", made(|out| ids::hex(out, rng, 16))),
        Word::ScalingGroup => format!("{name}-asg"),
        Word::Alarm => format!("{account}-{name}-age"),
        Word::Rule => format!("{name}-every-5-minutes"),
        _ => name,
    }
}

/// `eu-west-1` as `euw1`.
fn short(region: &str) -> String {
    let mut parts = region.split('-');
    let (first, second, third) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    format!("{first}{}{third}", second.get(..1).unwrap_or_default())
}

fn tagged(prefix: &str, rng: &mut Rng, digits: usize) -> String {
    // Ids of the long form begin with a zero.
    format!("{prefix}0{}", made(|out| ids::hex(out, rng, digits - 1)))
}

/// What a function appends, as text.
pub(crate) fn made(push: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    push(&mut out);
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const PLACE: Place<'_> = Place { account: "prod", region: "eu-west-1" };

    #[test]
    fn every_pool_is_filled_with_different_names() {
        let stock = Stock::new(1, PLACE, 12);
        for (name, word) in Word::ALL.iter().filter(|w| w.1.pool().is_some()) {
            let things = stock.of(*word);
            let distinct: BTreeSet<_> = things.iter().collect();
            assert!(things.len() >= 2 && distinct.len() == things.len(), "{name}: {things:?}");
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_/.".contains(c);
            assert!(things.iter().all(|t| t.chars().all(plain)), "{name}: {things:?}");
        }
        assert!(stock.of(Word::Account).is_empty());
    }

    #[test]
    fn places_have_things_of_their_own() {
        let other = Place { region: "us-west-2", ..PLACE };
        let (here, there) = (Stock::new(1, PLACE, 8), Stock::new(1, other, 8));
        assert_ne!(here.of(Word::Instance), there.of(Word::Instance));
        assert_ne!(here.of(Word::Bucket), there.of(Word::Bucket));
        assert_eq!(here.of(Word::Instance), Stock::new(1, PLACE, 8).of(Word::Instance));
    }
}
