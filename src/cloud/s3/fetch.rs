//! Fetches objects ahead of the workers: as many at once as the line can take, as many bytes as the budget allows.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use futures::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::cloud::cache::Cache;
use crate::cloud::engine::Engine;
use crate::cloud::explain::{Sort, Trouble};
use crate::cloud::follow::Taken;
use crate::cloud::pace::{MEASURED, Pace, backoff};
use crate::cloud::s3::body::{Body, luck};
use crate::cloud::s3::bucket::Bucket;
use crate::cloud::s3::object::{Fetched, S3Object, STREAMED_ABOVE, identity};
use crate::cloud::s3::{Meta, missing};
use crate::source::{Listed, Object, Place};

/// Bytes that may be in memory, fetched and not yet read, in KiB.
const BUDGET_KIB: u32 = 64 << 10;
/// How often an object is tried that the service is too busy for, beside what the SDK tries.
const BUSY: u32 = 6;

/// Where objects come from and go to.
#[derive(Clone)]
pub(super) struct Fetch {
    pub(super) bucket: Arc<Bucket>,
    pub(super) cache: Option<Arc<Cache>>,
    pub(super) engine: Arc<Engine>,
    pub(super) ready: Sender<Listed>,
    /// Where it is noted what was fetched.
    pub(super) taken: Option<Arc<Taken>>,
}

/// What all downloads share.
struct Shared {
    fetch: Fetch,
    budget: Arc<Semaphore>,
    bytes: AtomicU64,
    busy: AtomicU64,
}

/// Fetches everything that is listed; with `most`, the newest of all.
pub(super) async fn fetch(fetch: Fetch, mut metas: Receiver<Meta>, most: Option<usize>) {
    let budget = Arc::new(Semaphore::new(BUDGET_KIB as usize));
    let (bytes, busy) = (AtomicU64::new(0), AtomicU64::new(0));
    let shared = Arc::new(Shared { fetch, budget, bytes, busy });
    let mut newest = match most {
        Some(most) => Some(newest(&mut metas, most, shared.fetch.taken.as_deref()).await.into_iter()),
        None => None,
    };
    let mut pace = Pace::default();
    let mut flying = FuturesUnordered::new();
    let mut ticks = interval(MEASURED);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut since, mut listed_all) = (Instant::now(), false);
    while !listed_all || !flying.is_empty() {
        let room = flying.len() < pace.limit() && !listed_all;
        let next = async {
            match newest.as_mut() {
                Some(newest) => newest.next(),
                None => metas.recv().await,
            }
        };
        tokio::select! {
            meta = next, if room => match meta {
                Some(meta) => flying.push(one(shared.clone(), Arc::new(meta))),
                None => listed_all = true,
            },
            Some((listed, stop)) = flying.next(), if !flying.is_empty() => {
                if shared.fetch.ready.send(listed).await.is_err() || stop {
                    return;
                }
            }
            _ = ticks.tick() => {
                let bytes = shared.bytes.swap(0, Ordering::Relaxed);
                if shared.busy.swap(0, Ordering::Relaxed) > 0 {
                    pace.slowed();
                } else if flying.len() >= pace.limit() && shared.budget.available_permits() > 1024 {
                    pace.measured(bytes, since.elapsed());
                }
                since = Instant::now();
            }
        }
    }
    if let Some(cache) = shared.fetch.cache.clone() {
        let _ = tokio::task::spawn_blocking(move || cache.trim()).await;
    }
}

/// The newest of all that is listed. The others count as taken: nobody wants them later either.
async fn newest(metas: &mut Receiver<Meta>, most: usize, taken: Option<&Taken>) -> Vec<Meta> {
    let mut all = Vec::new();
    while let Some(meta) = metas.recv().await {
        all.push(meta);
        if all.len() > most.saturating_mul(2).saturating_add(1000) {
            keep_newest(&mut all, most, taken);
        }
    }
    keep_newest(&mut all, most, taken);
    all
}

fn keep_newest(all: &mut Vec<Meta>, most: usize, taken: Option<&Taken>) {
    all.sort_by(|a, b| (b.modified, &b.key).cmp(&(a.modified, &a.key)));
    let others = all.split_off(most.min(all.len()));
    if let Some(taken) = taken {
        others.iter().for_each(|meta| taken.took(meta));
    }
}

/// Fetches one; and whether nothing else will go better.
async fn one(shared: Arc<Shared>, meta: Arc<Meta>) -> (Listed, bool) {
    let fetch = &shared.fetch;
    match bytes(&shared, &meta).await {
        Ok(fetched) => {
            if let Some(taken) = &fetch.taken {
                taken.took(&meta);
            }
            let object = S3Object {
                bucket: fetch.bucket.clone(),
                meta: meta.clone(),
                cache: fetch.cache.clone(),
                engine: fetch.engine.clone(),
                fetched: Mutex::new(fetched),
                taken: Mutex::new(fetch.taken.clone()),
            };
            let name = fetch.bucket.name_of(&meta.key);
            (Ok(Object { name, place: Place::Remote(Arc::new(object)), found: true }), false)
        }
        Err(trouble) => {
            let stop = trouble.sort == Sort::Stop;
            if let Some(taken) = fetch.taken.as_ref().filter(|_| !stop) {
                taken.failed(&meta, trouble.reason.clone());
            }
            let reason =
                if stop { format!("{}; nothing more was fetched", trouble.reason) } else { trouble.reason };
            (Err(missing(&fetch.bucket, &meta.key, reason)), stop)
        }
    }
}

/// The bytes of an object; `None` where it is read later: it is in the cache, empty, or very large.
async fn bytes(shared: &Shared, meta: &Arc<Meta>) -> Result<Option<Fetched>, Trouble> {
    let fetch = &shared.fetch;
    let id = identity(&fetch.bucket, meta);
    let kept = fetch.cache.as_ref().and_then(|cache| cache.find(&id));
    if kept.is_some() || meta.size == 0 || meta.size > STREAMED_ABOVE {
        return Ok(None);
    }
    let share = u32::try_from(meta.size / 1024 + 1).unwrap_or(BUDGET_KIB).min(BUDGET_KIB);
    let stopped = |_| Trouble::last("it was stopped");
    let share = shared.budget.clone().acquire_many_owned(share).await.map_err(stopped)?;
    let bytes = patiently(shared, meta).await?;
    shared.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    if let Some(cache) = fetch.cache.clone() {
        let (bucket, meta) = (fetch.bucket.clone(), meta.clone());
        // A cache that cannot be written to costs time and nothing else.
        let kept = tokio::task::spawn_blocking(move || {
            let _ = cache.keep(&identity(&bucket, &meta), &bytes);
            bytes
        });
        let bytes = kept.await.map_err(|_| Trouble::last("it was stopped"))?;
        return Ok(Some(Fetched { bytes, _share: share }));
    }
    Ok(Some(Fetched { bytes, _share: share }))
}

/// Downloads, and waits where the service is too busy.
async fn patiently(shared: &Shared, meta: &Arc<Meta>) -> Result<Vec<u8>, Trouble> {
    let mut tries = 0;
    loop {
        match Body::new(shared.fetch.bucket.clone(), meta.clone()).whole().await {
            Err(trouble) if trouble.sort == Sort::Slow && tries < BUSY => {
                shared.busy.fetch_add(1, Ordering::Relaxed);
                sleep(backoff(tries, luck(&meta.key))).await;
                tries += 1;
            }
            other => return other,
        }
    }
}
