//! A dictionary: each distinct text once, with a number that never changes.
//!
//! Writers intern from many threads; readers take a [`Values`], a snapshot that
//! shares all full pages with the dictionary and so costs next to nothing.

use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// The number of the empty text, which stands for "absent", in every dictionary.
pub const ABSENT: u32 = 0;

/// How many texts a page holds; a power of two.
const PAGE: usize = 1024;

/// Texts of so many bytes stand by themselves, wherever they are.
const ALONE: usize = 256 << 10;

/// Texts in the order of their numbers, at most [`PAGE`] of them.
#[derive(Clone, Default, Debug)]
struct Page {
    text: String,
    ends: Vec<u32>,
}

impl Page {
    fn get(&self, slot: usize) -> &str {
        let end = self.ends.get(slot).map_or(0, |&e| e as usize);
        let start = slot.checked_sub(1).and_then(|s| self.ends.get(s)).map_or(0, |&e| e as usize);
        self.text.get(start..end).unwrap_or_default()
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }
}

/// A dictionary that is being filled.
#[derive(Debug)]
pub struct Dict {
    inner: Mutex<Inner>,
    hasher: RandomState,
}

#[derive(Debug)]
struct Inner {
    full: Vec<Arc<Page>>,
    tail: Page,
    /// Numbers with a part of their hash, so that other texts are hardly ever looked at.
    index: HashTable<(u32, u32)>,
    bytes: usize,
    /// The last snapshot taken, reused while nothing new was interned.
    last: Values,
}

impl Inner {
    fn get(&self, id: u32) -> &str {
        let (page, slot) = (id as usize / PAGE, id as usize % PAGE);
        self.full.get(page).map_or(&self.tail, |p| p).get(slot)
    }

    fn len(&self) -> u32 {
        (self.full.len() * PAGE + self.tail.ends.len()) as u32
    }

    fn find(&self, text: &[u8], hash: u32) -> Option<u32> {
        let is = |&(own, id): &(u32, u32)| own == hash && self.get(id).as_bytes() == text;
        self.index.find(spread(hash), is).map(|&(_, id)| id)
    }

    fn intern(&mut self, text: &str, hash: u32) -> u32 {
        self.find(text.as_bytes(), hash).unwrap_or_else(|| {
            let id = self.push(text);
            self.index.insert_unique(spread(hash), (hash, id), |&(hash, _)| spread(hash));
            id
        })
    }

    fn push(&mut self, text: &str) -> u32 {
        let id = self.len();
        self.tail.push(text);
        self.bytes += text.len();
        if self.tail.ends.len() == PAGE {
            let mut page = std::mem::take(&mut self.tail);
            let len = page.text.len();
            if page.text.capacity() > len + len / 32 {
                // The allocator would leave a block that is half full as it is.
                page.text = page.text.as_str().to_owned();
            }
            self.full.push(Arc::new(page));
            // The texts of the next page will be about as long: grown by doubling, they would be written twice.
            let room = (len + len / 64).min(LONGEST);
            self.tail = Page { text: String::with_capacity(room), ends: Vec::with_capacity(PAGE) };
        }
        id
    }
}

impl Default for Dict {
    fn default() -> Self {
        let mut inner = Inner {
            full: Vec::new(),
            tail: Page::default(),
            index: HashTable::new(),
            bytes: 0,
            last: Values::default(),
        };
        let hasher = RandomState::default();
        inner.intern("", hasher.hash_one(&b""[..]) as u32);
        Self { inner: Mutex::new(inner), hasher }
    }
}

/// The longest text that is kept; longer ones are cut at a character boundary.
///
/// A page holds 1,024 texts behind 32-bit offsets, so this bound keeps them exact.
pub const LONGEST: usize = (4 << 20) - 4;

/// Whether a text may be the beginning of a longer one: characters have up to four bytes.
pub fn may_be_cut(text: &str) -> bool {
    text.len() > LONGEST - 4
}

/// What is kept of a text.
fn kept(text: &str) -> &str {
    if text.len() > LONGEST { &text[..text.floor_char_boundary(LONGEST)] } else { text }
}

/// Half a hash as a whole one: a table looks at both ends.
const fn spread(hash: u32) -> u64 {
    (hash as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Dict {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Interning leaves no half-made state behind that a panic elsewhere could expose.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody has to wait while a text is hashed.
    fn hash(&self, text: &[u8]) -> u32 {
        self.hasher.hash_one(text) as u32
    }

    /// The number of `text`, new or known.
    pub fn intern(&self, text: &str) -> u32 {
        self.intern_new(text).0
    }

    /// The numbers of several texts.
    pub(crate) fn intern_all<const N: usize>(&self, texts: [&str; N]) -> [u32; N] {
        // First the hashes, so that nobody has to wait for them, in the place of the numbers.
        let mut ids = [ABSENT; N];
        for (id, text) in ids.iter_mut().zip(&texts).filter(|(_, text)| !text.is_empty()) {
            *id = self.hash(kept(text).as_bytes());
        }
        let mut inner = self.lock();
        for (id, text) in ids.iter_mut().zip(&texts).filter(|(_, text)| !text.is_empty()) {
            *id = inner.intern(kept(text), *id);
        }
        ids
    }

    /// The number of `text`, and whether it was new.
    pub fn intern_new(&self, text: &str) -> (u32, bool) {
        let text = kept(text);
        let hash = self.hash(text.as_bytes());
        let mut inner = self.lock();
        let before = inner.len();
        let id = inner.intern(text, hash);
        (id, id == before)
    }

    /// The number of a text that is there.
    pub fn find(&self, text: &[u8]) -> Option<u32> {
        let hash = self.hash(text);
        self.lock().find(text, hash)
    }

    /// Copies what was filled page by page, so that it stands together; snapshots taken before keep the old pages.
    ///
    /// Between the pages there were columns that are gone. Each page that is left keeps the half megabyte around it from
    /// going back to the system.
    pub(crate) fn gather(&self) {
        let mut inner = self.lock();
        for page in inner.full.iter_mut().filter(|page| page.text.len() < ALONE) {
            *page = Arc::new(Page::clone(page));
        }
        inner.last = Values::default();
    }

    /// What is in the dictionary now.
    pub fn values(&self) -> Values {
        let mut inner = self.lock();
        if inner.last.len() != inner.len() {
            let mut pages = inner.full.clone();
            if !inner.tail.ends.is_empty() {
                pages.push(Arc::new(inner.tail.clone()));
            }
            inner.last = Values { pages: pages.into(), len: inner.len(), bytes: inner.bytes };
        }
        inner.last.clone()
    }
}

/// A snapshot of a dictionary.
#[derive(Clone, Default, Debug)]
pub struct Values {
    pages: Arc<[Arc<Page>]>,
    len: u32,
    bytes: usize,
}

impl Values {
    /// How many texts there are; their numbers are `0..len`.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Whether there is nothing at all in it, not even the empty text.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The text of that number; empty for numbers that are not in the snapshot.
    pub fn get(&self, id: u32) -> &str {
        self.pages.get(id as usize / PAGE).map_or("", |page| page.get(id as usize % PAGE))
    }

    /// All texts with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        (0..self.len).map(|id| (id, self.get(id)))
    }

    /// The number of exactly this text, by looking at each.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.iter().find(|(_, t)| *t == text).map(|(id, _)| id)
    }

    /// The memory that the texts take, in bytes.
    pub fn heap_bytes(&self) -> usize {
        self.bytes + self.len as usize * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_final_and_snapshots_do_not_change() {
        let dict = Dict::default();
        assert_eq!(dict.intern(""), ABSENT);
        let a = dict.intern("a");
        let before = dict.values();
        let ids: Vec<u32> = (0..5000).map(|i| dict.intern(&format!("value {i}"))).collect();
        assert_eq!(dict.intern("a"), a);
        assert_eq!(dict.intern_new("a"), (a, false));
        let after = dict.values();
        assert_eq!((before.len(), after.len()), (2, 5002));
        for (i, id) in ids.iter().enumerate() {
            assert_eq!(after.get(*id), format!("value {i}"));
        }
        assert_eq!(before.get(ids[0]), "", "a number from after the snapshot is not in it");
        assert_eq!(after.find("value 4999"), ids.last().copied());
    }

    #[test]
    fn several_texts_have_the_numbers_that_each_has() {
        let dict = Dict::default();
        let b = dict.intern("b");
        let long = "x".repeat(LONGEST + 1);
        let ids = dict.intern_all(["a", "", "b", &long, "a"]);
        assert_eq!(ids, [b + 1, ABSENT, b, b + 2, b + 1]);
        assert_eq!(ids, ["a", "", "b", &long, "a"].map(|text| dict.intern(text)));
        assert_eq!((dict.find(b"a"), dict.find(b""), dict.find(b"c")), (Some(b + 1), Some(ABSENT), None));
    }

    #[test]
    fn what_is_gathered_stays_what_it_was_and_goes_on() {
        let dict = Dict::default();
        let text = |n: usize| format!("value {n} {}", "x".repeat(if n < 1200 { 400 } else { 3 }));
        let ids: Vec<u32> = (0..3000).map(|n| dict.intern(&text(n))).collect();
        let before = dict.values();
        dict.gather();
        assert_eq!(dict.intern(&text(7)), ids[7]);
        let new = dict.intern("new");
        let after = dict.values();
        assert_eq!((after.get(new), after.len()), ("new", before.len() + 1));
        for (n, id) in ids.iter().enumerate() {
            assert_eq!((before.get(*id), after.get(*id)), (text(n).as_str(), text(n).as_str()));
        }
    }

    #[test]
    fn threads_agree_on_numbers() {
        let dict = Dict::default();
        let all: Vec<Vec<u32>> = std::thread::scope(|s| {
            let run = || (0..3000).map(|i| dict.intern(&format!("{}", i % 1500))).collect();
            let handles: Vec<_> = (0..4).map(|_| s.spawn(run)).collect();
            handles.into_iter().map(|h| h.join().unwrap()).collect()
        });
        assert!(all.windows(2).all(|w| w[0] == w[1]));
        assert_eq!(dict.values().len(), 1501);
    }

    #[test]
    fn a_text_beyond_the_bound_is_cut_and_nothing_breaks() {
        let dict = Dict::default();
        let long = "é".repeat(LONGEST);
        let id = dict.intern(&long);
        assert_eq!(dict.values().get(id).len(), LONGEST);
        let next = dict.intern("next");
        assert_eq!(dict.values().get(next), "next");
    }
}
