//! Following sources in AWS: what has come since the last look.
//!
//! Of a bucket the folders of today and yesterday are listed again, from a while before the newest key on; now and then from
//! their beginning, so that what is delivered late is found. What was fetched is known by key and ETag. The API is asked
//! again for the time since the last look and an overlap before it; what came before is known by its id.
//! One runtime and one client serve all looks. What is remembered is bounded by two days of a bucket and one overlap.

use std::collections::{BTreeMap, HashMap};
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

    /// Whether anything of it could be had at the last look, if only that nothing came.
    pub fn worked(&self) -> bool {
        match &self.kind {
            Kind::Wrong(_) => false,
            Kind::S3(following) => following.worked(),
            Kind::Lookup(following) => following.worked(),
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
/// After how many looks at most an object is tried again that could not be had.
const LONGEST: u64 = 15;

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
    /// What could not be had, by key.
    failed: BTreeMap<String, Failed>,
    /// Whether something was listed at this look.
    worked: bool,
}

/// An object that could not be had.
#[derive(Debug)]
struct Failed {
    reason: String,
    /// A hash of the ETag.
    etag: u64,
    tries: u32,
    /// The look from which on it is tried again, and that at which it was listed last.
    again: u64,
    listed: u64,
}

impl Taken {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another look begins.
    pub(super) fn look(&self) {
        let mut known = self.lock();
        known.look += 1;
        known.worked = false;
    }

    /// A part of the bucket could be listed.
    pub(super) fn works(&self) {
        self.lock().worked = true;
    }

    pub(super) fn worked(&self) -> bool {
        self.lock().worked
    }

    /// Whether this look lists folders from their beginning.
    fn is_whole(look: u64) -> bool {
        look % FROM_THE_BEGINNING == 1
    }

    /// Whether an object that is listed was not taken yet, as it is.
    ///
    /// # Errors
    /// It could not be had, for that reason, and is tried later.
    pub(super) fn wants(&self, meta: &s3::Meta) -> Result<bool, String> {
        let mut known = self.lock();
        let (key, etag) = (known.hasher.hash_one(&meta.key), known.hasher.hash_one(&meta.etag));
        let look = known.look;
        if let Some((taken, listed)) = known.objects.get_mut(&key) {
            *listed = look;
            let is_new = *taken != etag;
            known.failed.remove(&meta.key);
            return Ok(is_new);
        }
        match known.failed.get_mut(&meta.key) {
            Some(failed) => {
                failed.listed = look;
                if failed.etag == etag && look < failed.again { Err(failed.reason.clone()) } else { Ok(true) }
            }
            None => Ok(true),
        }
    }

    /// An object could not be had, or not to its end: it is tried again, later each time.
    pub(super) fn failed(&self, meta: &s3::Meta, reason: String) {
        let mut known = self.lock();
        let (key, etag) = (known.hasher.hash_one(&meta.key), known.hasher.hash_one(&meta.etag));
        known.objects.remove(&key);
        let look = known.look;
        let tries = known.failed.get(&meta.key).map_or(0, |failed| failed.tries.saturating_add(1));
        let again = look + (1 << tries.min(10)).min(LONGEST);
        known.failed.insert(meta.key.clone(), Failed { reason, etag, tries, again, listed: look });
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

    /// After which key a folder is listed: a while before the newest one, by the time in its name. One in which something
    /// could not be had is listed from its beginning.
    pub(super) fn after(&self, folder: &str) -> Option<String> {
        let known = self.lock();
        let mut failed =
            known.failed.range(folder.to_owned()..).take_while(|(key, _)| key.starts_with(folder));
        if Self::is_whole(known.look) || failed.next().is_some() {
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
            known.failed.retain(|_, failed| failed.listed == look);
            known.newest.retain(|_, (_, listed)| look.saturating_sub(*listed) < 2 * FROM_THE_BEGINNING);
        }
    }

    pub(super) fn remembered(&self) -> usize {
        let known = self.lock();
        known.objects.len() + known.newest.len() + known.failed.len()
    }
}

#[cfg(test)]
mod tests;
