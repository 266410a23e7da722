//! Objects of a bucket as a source: listed in many folders at once, fetched ahead of the workers.
//!
//! Two tasks: `walk` lists and hands on what is wanted, `fetch` downloads it and hands
//! it to the listing. Every queue between them is bounded, and bytes in memory are counted
//! against a budget, so that a slow reader slows the network and not the other way round.

mod body;
mod bucket;
mod fetch;
mod object;
pub(super) mod tree;
mod walk;

use std::sync::Arc;

use tokio::sync::{OnceCell, mpsc};

use crate::cloud::address::S3Address;
use crate::cloud::cache::Cache;
use crate::cloud::engine::{Ahead, Engine};
use crate::cloud::follow::Taken;
use crate::cloud::{Options, Say};
use crate::event::time::Time;
use crate::source::{Listing, Missing};

use self::bucket::Bucket;

/// What a listing says of an object.
#[derive(Clone, Debug)]
pub(super) struct Meta {
    pub(super) key: String,
    pub(super) etag: String,
    pub(super) size: u64,
    pub(super) modified: Time,
}

/// One bucket to read.
#[derive(Clone, Debug)]
struct Job {
    address: S3Address,
    region: Option<String>,
    max_files: Option<usize>,
}

/// How many objects may wait for the workers, and how many names for the fetching.
const READY: usize = 256;
const LISTED: usize = 4096;

/// The objects of a bucket, or of those of the settings.
pub(super) fn list(address: &S3Address, options: &Options, say: &Say) -> Result<Listing, String> {
    let mut all = Following::new(address, options)?;
    all.buckets.iter_mut().for_each(|followed| followed.taken = None);
    Ok(all.look(options, say, true))
}

/// Buckets that are looked at again and again, by one runtime and with one client each.
pub(super) struct Following {
    engine: Arc<Engine>,
    cache: Option<Arc<Cache>>,
    buckets: Vec<Followed>,
}

#[derive(Clone)]
struct Followed {
    job: Job,
    bucket: Arc<OnceCell<Arc<Bucket>>>,
    /// What was taken; `None`: there is one look only.
    taken: Option<Arc<Taken>>,
}

impl Following {
    /// Gets ready; nothing is asked of AWS yet.
    pub(super) fn new(address: &S3Address, options: &Options) -> Result<Self, String> {
        let followed = |job| Followed { job, bucket: Arc::default(), taken: Some(Arc::default()) };
        let cache = options.cache.as_ref().map(|(folder, cap)| Arc::new(Cache::new(folder.clone(), *cap)));
        let buckets = jobs(address, options)?.into_iter().map(followed).collect();
        Ok(Self { engine: Engine::start()?, cache, buckets })
    }

    /// What is wanted and was not taken yet. At the first look it is said when there is nothing.
    pub(super) fn look(&mut self, options: &Options, say: &Say, first: bool) -> Listing {
        let (ready, queue) = mpsc::channel(READY);
        for followed in &self.buckets {
            if let Some(taken) = &followed.taken {
                taken.look();
            }
            let (ready, options, say) = (ready.clone(), options.clone(), say.clone());
            let (cache, engine, followed) = (self.cache.clone(), self.engine.clone(), followed.clone());
            self.engine.spawn(async move {
                let Followed { job, bucket, taken } = followed;
                let open = || async {
                    let name = &job.address.bucket;
                    Arc::new(Bucket::open(&options.access, name, job.region.as_deref()).await)
                };
                let bucket = bucket.get_or_init(open).await.clone();
                let (found, metas) = mpsc::channel(LISTED);
                let most = job.max_files.filter(|_| first).or(options.max_files);
                let walk = walk::walk(
                    walk::Way {
                        bucket: bucket.clone(),
                        prefix: job.address.prefix,
                        wanted: options.wanted(),
                        taken: taken.clone(),
                        first,
                    },
                    found,
                    ready.clone(),
                    say,
                );
                let fetch = fetch::fetch(fetch::Fetch { bucket, cache, engine, ready, taken }, metas, most);
                tokio::join!(walk, fetch);
            });
        }
        Box::new(Ahead { queue, engine: self.engine.clone() })
    }

    /// Whether any bucket could be listed, or a part of it, at the last look.
    pub(super) fn worked(&self) -> bool {
        self.buckets.iter().filter_map(|followed| followed.taken.as_ref()).any(|taken| taken.worked())
    }

    /// How much is remembered of what was taken.
    pub(super) fn remembered(&self) -> usize {
        self.buckets
            .iter()
            .filter_map(|followed| followed.taken.as_ref())
            .map(|taken| taken.remembered())
            .sum()
    }
}

/// What to read: the bucket that was named, or all of the settings that are switched on.
fn jobs(address: &S3Address, options: &Options) -> Result<Vec<Job>, String> {
    let known = |name: &str| options.buckets.iter().find(|bucket| bucket.name == name);
    if !address.bucket.is_empty() {
        let region = known(&address.bucket).and_then(|bucket| bucket.region.clone());
        return Ok(vec![Job { address: address.clone(), region, max_files: None }]);
    }
    if options.buckets.is_empty() {
        return Err("s3:// alone stands for the buckets of the settings, and there are none; write s3://bucket/prefix, or [[buckets]] in config.toml".to_owned());
    }
    let job = |bucket: &crate::cloud::ConfiguredBucket| Job {
        address: S3Address { bucket: bucket.name.clone(), prefix: bucket.prefix.clone() },
        region: bucket.region.clone(),
        max_files: bucket.max_files,
    };
    Ok(options.buckets.iter().map(job).collect())
}

/// A folder or an object that cannot be read.
fn missing(bucket: &Bucket, key: &str, reason: impl Into<String>) -> Missing {
    Missing { name: bucket.name_of(key), reason: reason.into() }
}

#[cfg(test)]
mod tests;
