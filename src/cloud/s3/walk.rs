//! Lists a bucket: only the folders that are wanted, many at once, the newest first.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::mpsc::Sender;

use crate::cloud::Say;
use crate::cloud::explain::{Sort, Trouble};
use crate::cloud::follow::Taken;
use crate::cloud::layout::{Plan, Wanted};
use crate::cloud::s3::bucket::{Bucket, Page};
use crate::cloud::s3::{Meta, missing};
use crate::source::Listed;

/// How many pages are asked for at once.
const AT_ONCE: usize = 16;

/// A page to ask for.
#[derive(Clone, Debug)]
struct Visit {
    prefix: String,
    folders: bool,
    next: Option<String>,
    /// After which key to begin.
    after: Option<String>,
}

/// What is to be listed.
pub(super) struct Way {
    pub(super) bucket: Arc<Bucket>,
    pub(super) prefix: String,
    pub(super) wanted: Wanted,
    /// What need not be fetched again.
    pub(super) taken: Option<Arc<Taken>>,
    /// Whether it is said when there is nothing.
    pub(super) first: bool,
}

/// Lists everything that is wanted into `found`; folders that cannot be listed are told in `ready`.
pub(super) async fn walk(way: Way, found: Sender<Meta>, ready: Sender<Listed>, say: Say) {
    let Way { bucket, prefix, wanted, taken, first } = way;
    let mut walk = Walk { open: Vec::new(), wanted, say, taken, failed: BTreeMap::new() };
    walk.begin(&prefix);
    let mut flying = FuturesUnordered::new();
    let (mut seen, mut taken) = (0u64, 0u64);
    loop {
        while flying.len() < AT_ONCE
            && let Some(visit) = walk.open.pop()
        {
            let bucket = bucket.clone();
            flying.push(async move {
                let page = bucket
                    .page(&visit.prefix, visit.folders, visit.next.as_deref(), visit.after.as_deref())
                    .await;
                (visit, page)
            });
        }
        let Some((visit, page)) = flying.next().await else { break };
        match page {
            Ok(page) => {
                seen += page.objects.len() as u64;
                for wanted in walk.page(visit, page) {
                    taken += 1;
                    let sent = match wanted {
                        Ok(meta) => found.send(meta).await.is_ok(),
                        Err((key, reason)) => ready.send(Err(missing(&bucket, &key, reason))).await.is_ok(),
                    };
                    if !sent {
                        return;
                    }
                }
            }
            Err(trouble) => {
                let stop = trouble.sort == Sort::Stop;
                if let Some(reason) = walk.failed(trouble) {
                    let listed = Err(missing(&bucket, &visit.prefix, reason));
                    if ready.send(listed).await.is_err() {
                        return;
                    }
                }
                if stop {
                    return;
                }
            }
        }
    }
    if let Some(known) = walk.taken.as_ref().filter(|_| walk.failed.is_empty()) {
        known.listed();
    }
    if let Some(reason) = walk.summary(seen, taken).filter(|_| first) {
        let _ = ready.send(Err(missing(&bucket, &prefix, reason))).await;
    }
}

struct Walk {
    open: Vec<Visit>,
    wanted: Wanted,
    say: Say,
    taken: Option<Arc<Taken>>,
    /// Reasons for which folders could not be listed, and how many more there were of each.
    failed: BTreeMap<String, u64>,
}

impl Walk {
    /// Begins with what was typed: a folder, or how names of folders or objects begin.
    fn begin(&mut self, prefix: &str) {
        if prefix.is_empty() || prefix.ends_with('/') {
            self.folder(prefix.to_owned());
        } else {
            let folders = !self.wanted.exact;
            self.open.push(Visit { prefix: prefix.to_owned(), folders, next: None, after: None });
        }
    }

    fn folder(&mut self, folder: String) {
        let visit = |prefix: String, folders| Visit { prefix, folders, next: None, after: None };
        match self.wanted.plan(&folder) {
            Plan::Leave(note) => {
                if let Some(note) = note {
                    (self.say)(note);
                }
            }
            Plan::Open => self.open.push(visit(folder, true)),
            Plan::Whole => self.open.push(visit(folder, false)),
            Plan::These(folders) => self.open.extend(folders.into_iter().map(|folder| {
                let after = self.taken.as_ref().and_then(|taken| taken.after(&folder));
                Visit { after, ..visit(folder, false) }
            })),
        }
    }

    /// Takes a page: more to visit, and the objects that are wanted, the newest first; those that could not be had, with
    /// the reason.
    fn page(&mut self, visit: Visit, page: Page) -> Vec<Result<Meta, (String, String)>> {
        if let Some(taken) = &self.taken {
            taken.works();
        }
        if page.next.is_some() {
            self.open.push(Visit { next: page.next, ..visit });
        }
        for folder in page.folders {
            self.folder(folder);
        }
        let objects = page.objects.into_iter().rev().filter(|meta| self.wanted.takes(&meta.key));
        let wanted = |meta: Meta| match self.taken.as_ref().map_or(Ok(true), |taken| taken.wants(&meta)) {
            Ok(wants) => wants.then_some(Ok(meta)),
            Err(reason) => Some(Err((meta.key, reason))),
        };
        objects.filter_map(wanted).collect()
    }

    /// A folder that could not be listed; what to say, unless the same was said of another one.
    fn failed(&mut self, trouble: Trouble) -> Option<String> {
        if let Some(more) = self.failed.get_mut(&trouble.reason) {
            *more += 1;
            return None;
        }
        self.failed.insert(trouble.reason.clone(), 0);
        Some(trouble.reason)
    }

    /// What to say at the end: how many more folders failed, or that there was nothing.
    fn summary(&self, seen: u64, taken: u64) -> Option<String> {
        let more: u64 = self.failed.values().sum();
        if more > 0 {
            return Some(format!("{more} more folders could not be listed, for the same reason"));
        }
        if taken > 0 || !self.failed.is_empty() {
            return None;
        }
        Some(match seen {
            0 => "there are no objects here, or none in this time, account and region; see what there is with: trailhound s3 tree".to_owned(),
            n => format!("none of the {n} objects here is a log of the wanted time, account and region"),
        })
    }
}
