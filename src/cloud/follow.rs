//! Following sources in AWS: what has come since the last look.
//!
//! Of a bucket the folders of today and yesterday are listed again, from a while before the newest key on; now and then from
//! their beginning, so that what is delivered late is found. What was fetched is known by key and ETag. The API is asked
//! again for the time since the last look and an overlap before it; what came before is known by its id.
//! One runtime and one client serve all looks. What is remembered is bounded by two days of a bucket and one overlap.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;

use crate::cloud::address::{self, Address};
use crate::cloud::layout::{self, LATE_MS};
use crate::cloud::{Options, Say, lookup, s3};
use crate::event::time::{DAY_MS, Time};
use crate::source::{Listed, Listing, Missing};

/// A source in AWS that is followed.
pub struct Follow {
    name: String,
    options: Options,
    say: Say,
    looks: u64,
    kind: Kind,
}

enum Kind {
    Wrong(String),
    S3(s3::Following),
    Lookup(lookup::Following),
}

impl std::fmt::Debug for Follow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follow").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Follow {
    /// Gets ready to follow; nothing is asked of AWS yet.
    pub fn new(source: &str, options: Options, say: Say) -> Self {
        let kind = address::parse(source).and_then(|address| match address {
            Address::S3(address) => s3::Following::new(&address, &options).map(Kind::S3),
            Address::Lookup(address) => lookup::Following::new(&address, &options).map(Kind::Lookup),
        });
        Self { name: source.to_owned(), options, say, looks: 0, kind: kind.unwrap_or_else(Kind::Wrong) }
    }

    /// What has come since the last look; the first look finds everything that is wanted.
    pub fn look(&mut self, now: Time) -> Listing {
        let first = self.looks == 0;
        self.looks += 1;
        let options = Options { now, ..self.options.clone() };
        match &mut self.kind {
            Kind::Wrong(reason) => {
                let missing = Missing { name: self.name.clone(), reason: reason.clone() };
                Box::new(std::iter::once::<Listed>(Err(missing)))
            }
            Kind::S3(following) if first => following.look(&options, &self.say, true),
            Kind::S3(following) => {
                let since = yesterday(now);
                let since = options.since.filter(|wanted| *wanted > since).unwrap_or(since);
                let quiet: Say = std::sync::Arc::new(|_| {});
                following.look(&Options { since: Some(since), max_files: None, ..options }, &quiet, false)
            }
            Kind::Lookup(following) => following.look(&options, &self.say),
        }
    }

    /// How many objects and events are remembered so that none is taken twice.
    pub fn remembered(&self) -> usize {
        match &self.kind {
            Kind::Wrong(_) => 0,
            Kind::S3(following) => following.remembered(),
            Kind::Lookup(following) => following.remembered(),
        }
    }
}

/// The beginning of the day before.
fn yesterday(now: Time) -> Time {
    let day = now.millis().unwrap_or_default().div_euclid(DAY_MS);
    Time::from_millis(day.saturating_sub(1).saturating_mul(DAY_MS))
}

/// After how many looks folders are listed from their beginning again.
const FROM_THE_BEGINNING: u64 = 5;

/// The objects of a bucket that were taken.
#[derive(Default, Debug)]
pub(super) struct Taken {
    known: Mutex<Known>,
}

#[derive(Default, Debug)]
struct Known {
    hasher: RandomState,
    look: u64,
    /// By a hash of the key: a hash of the ETag, and the look at which it was listed last.
    objects: HashMap<u64, (u64, u64)>,
    /// The newest key of each folder that was taken, and the look at which something was listed in it last.
    newest: HashMap<String, (String, u64)>,
}

impl Taken {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another look begins.
    pub(super) fn look(&self) {
        self.lock().look += 1;
    }

    /// Whether this look lists folders from their beginning.
    fn is_whole(look: u64) -> bool {
        look % FROM_THE_BEGINNING == 1
    }

    /// Whether an object that is listed was not taken yet, as it is.
    pub(super) fn wants(&self, meta: &s3::Meta) -> bool {
        let mut known = self.lock();
        let (key, etag) = (known.hasher.hash_one(&meta.key), known.hasher.hash_one(&meta.etag));
        let look = known.look;
        match known.objects.get_mut(&key) {
            Some((taken, listed)) => {
                *listed = look;
                *taken != etag
            }
            None => true,
        }
    }

    /// An object was fetched.
    pub(super) fn took(&self, meta: &s3::Meta) {
        let mut known = self.lock();
        let (key, etag) = (known.hasher.hash_one(&meta.key), known.hasher.hash_one(&meta.etag));
        let look = known.look;
        known.objects.insert(key, (etag, look));
        let Some((folder, _)) = meta.key.rsplit_once('/') else { return };
        let folder = format!("{folder}/");
        match known.newest.get_mut(&folder) {
            Some((newest, listed)) => {
                *listed = look;
                if meta.key > *newest {
                    newest.clone_from(&meta.key);
                }
            }
            None => {
                known.newest.insert(folder, (meta.key.clone(), look));
            }
        }
    }

    /// After which key a folder is listed: a while before the newest one, by the time in its name.
    pub(super) fn after(&self, folder: &str) -> Option<String> {
        let known = self.lock();
        if Self::is_whole(known.look) {
            return None;
        }
        let (newest, _) = known.newest.get(folder)?;
        let name = newest.strip_prefix(folder)?;
        let time = layout::delivery(name)?.plus_millis(-LATE_MS);
        let at = name.split('_').take(3).map(|part| part.len() + 1).sum::<usize>();
        let text: String = time.to_string().chars().filter(char::is_ascii_alphanumeric).take(13).collect();
        Some(format!("{folder}{}{text}", name.get(..at)?))
    }

    /// Everything was listed: what is not there any more, or lies too far back to be listed, is forgotten.
    pub(super) fn listed(&self) {
        let mut known = self.lock();
        let look = known.look;
        if Self::is_whole(look) {
            known.objects.retain(|_, (_, listed)| *listed == look);
            known.newest.retain(|_, (_, listed)| look.saturating_sub(*listed) < 2 * FROM_THE_BEGINNING);
        }
    }

    pub(super) fn remembered(&self) -> usize {
        let known = self.lock();
        known.objects.len() + known.newest.len()
    }
}

#[cfg(test)]
mod tests;
