//! How a load is getting on, and what it could not read.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Something that could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reject {
    /// The file, folder or source.
    pub file: String,
    /// The number of the file, if it was opened.
    pub number: Option<u32>,
    /// The byte offset in the inflated text, counted from the beginning of the file where a part of it was read; `None` when it
    /// concerns the file as a whole.
    pub offset: Option<u64>,
    /// Why, and the way out.
    pub reason: String,
    /// How it begins, at most 200 bytes; hostile.
    pub sample: String,
}

impl std::fmt::Display for Reject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if let Some(offset) = self.offset {
            write!(f, ", byte {offset}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// How many rejects are kept in full; all are counted.
pub const REJECTS_KEPT: usize = 10_000;

/// What all workers of a load report to, and what stops them.
#[derive(Default, Debug)]
pub struct Status {
    counts: [AtomicU64; 8],
    listing_done: AtomicBool,
    cancelled: AtomicBool,
    rejects: Mutex<Vec<Reject>>,
    notes: Mutex<BTreeMap<String, u64>>,
    trouble: Mutex<Option<String>>,
}

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    /// Files listed so far.
    Listed,
    /// Files dealt with.
    Done,
    /// Bytes read, compressed as they were.
    Read,
    /// Bytes of inflated text.
    Inflated,
    /// CloudTrail records, before duplicates are folded.
    Records,
    /// Digest files, which are evidence and no events.
    Digests,
    /// Things that could not be read.
    Rejected,
    /// Files among those dealt with that are no logs at all.
    Passed,
}

/// The counts at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[expect(missing_docs, reason = "see `Count`")]
pub struct Counts {
    pub listed: u64,
    pub done: u64,
    pub read: u64,
    pub inflated: u64,
    pub records: u64,
    pub digests: u64,
    pub rejected: u64,
    pub passed: u64,
    /// Whether `listed` is final.
    pub listing_done: bool,
}

impl Counts {
    /// How many logs were read.
    pub fn logs(&self) -> u64 {
        self.done.saturating_sub(self.passed)
    }

    /// How far the load is, 0 to 1.
    pub fn fraction(&self) -> f64 {
        if self.listed == 0 { 0.0 } else { self.done as f64 / self.listed as f64 }
    }
}

impl Status {
    /// Adds to a count.
    pub fn add(&self, count: Count, n: u64) {
        self.counts[count as usize].fetch_add(n, Ordering::Relaxed);
    }

    /// All counts now.
    pub fn counts(&self) -> Counts {
        let get = |c: Count| self.counts[c as usize].load(Ordering::Relaxed);
        Counts {
            listed: get(Count::Listed),
            done: get(Count::Done),
            read: get(Count::Read),
            inflated: get(Count::Inflated),
            records: get(Count::Records),
            digests: get(Count::Digests),
            rejected: get(Count::Rejected),
            passed: get(Count::Passed),
            listing_done: self.listing_done.load(Ordering::Relaxed),
        }
    }

    /// Says that no more files will be listed.
    pub fn finish_listing(&self) {
        self.listing_done.store(true, Ordering::Relaxed);
    }

    /// Adds to the list of what could not be read.
    pub fn reject(&self, reject: Reject) {
        self.add(Count::Rejected, 1);
        let mut rejects = self.rejects.lock().unwrap_or_else(PoisonError::into_inner);
        if rejects.len() < REJECTS_KEPT {
            rejects.push(reject);
        }
    }

    /// What could not be read, by file and offset. What is wrong with a file as a whole comes before the objects in it, which
    /// may be broken for that.
    pub fn rejects(&self) -> Vec<Reject> {
        let mut rejects = self.rejects.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let order = |reject: &Reject| (!reject.sample.is_empty(), reject.offset);
        rejects.sort_by(|a, b| a.file.cmp(&b.file).then_with(|| order(a).cmp(&order(b))));
        rejects
    }

    /// What could not be read, from the `from`th that was met on, in the order in which it was met.
    pub fn rejects_from(&self, from: usize) -> Vec<Reject> {
        let rejects = self.rejects.lock().unwrap_or_else(PoisonError::into_inner);
        rejects.get(from..).unwrap_or_default().to_vec()
    }

    /// Says what keeps a source from being followed, or that nothing does. Hostile.
    pub fn set_trouble(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// What keeps a source from being followed. Hostile.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts something that is no event and no fault: a control message, a pointer to another file.
    pub fn note(&self, what: &str) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        match notes.get_mut(what) {
            Some(n) => *n += 1,
            None => {
                notes.insert(what.to_owned(), 1);
            }
        }
    }

    /// What was noted, with counts.
    pub fn notes(&self) -> BTreeMap<String, u64> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks all workers to stop after what they are at.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether they were asked to.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_are_bounded_and_all_counted() {
        let status = Status::default();
        for n in 0..REJECTS_KEPT as u64 + 5 {
            let (file, reason, sample) = ("f".to_owned(), "broken".to_owned(), String::new());
            status.reject(Reject { file, number: None, offset: Some(n), reason, sample });
        }
        assert_eq!(
            (status.rejects().len(), status.counts().rejected),
            (REJECTS_KEPT, REJECTS_KEPT as u64 + 5)
        );
        assert_eq!(status.rejects()[0].to_string(), "f, byte 0: broken");
        status.note("control message");
        status.note("control message");
        assert_eq!(status.notes()["control message"], 2);
    }
}
