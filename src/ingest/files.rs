//! The register of files that records came from; a record knows its file by number.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use crate::source::{Place, Stamp};

/// A file, or a member of an archive.
#[derive(Clone, Debug)]
pub struct FileInfo {
    /// The name to show: `logs.zip!/a/b.json` for a member.
    pub name: String,
    /// Where the file, or the outermost archive, is.
    pub place: Place,
    /// What it looked like when it was read.
    pub stamp: Stamp,
    /// For a member of an archive: its position in each of the nested archives.
    pub members: Vec<usize>,
}

/// All files of a load, by number.
#[derive(Default, Debug)]
pub struct Files {
    list: RwLock<Vec<Arc<FileInfo>>>,
    /// How long the byte order mark is that stands before a text and is not read with it, for the few that have one.
    marks: RwLock<HashMap<u32, u64>>,
}

impl Files {
    /// Registers a file; its number.
    pub fn add(&self, info: FileInfo) -> u32 {
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        list.push(Arc::new(info));
        (list.len() - 1) as u32
    }

    /// Says what a file looks like that is about to be read.
    pub fn set_stamp(&self, number: u32, stamp: Stamp) {
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(info) = list.get_mut(number as usize) {
            Arc::make_mut(info).stamp = stamp;
        }
    }

    /// The file of that number.
    pub fn get(&self, number: u32) -> Option<Arc<FileInfo>> {
        self.list.read().unwrap_or_else(PoisonError::into_inner).get(number as usize).cloned()
    }

    /// Says that a byte order mark of so many bytes stands before the text of a file.
    pub fn set_mark(&self, number: u32, bytes: u64) {
        self.marks.write().unwrap_or_else(PoisonError::into_inner).insert(number, bytes);
    }

    /// Where the text that was read under that number begins, counted from the beginning of the file.
    pub fn start(&self, number: u32) -> u64 {
        let base = self.get(number).map_or(0, |info| info.place.base());
        let marks = self.marks.read().unwrap_or_else(PoisonError::into_inner);
        base.saturating_add(marks.get(&number).copied().unwrap_or(0))
    }

    /// An offset in what was read under that number, counted from the beginning of the file.
    pub fn offset(&self, number: u32, offset: u64) -> u64 {
        self.start(number).saturating_add(offset)
    }

    /// Which of the first `known` files were read anew since, from their beginning: what they held then is not there any more.
    pub fn replaced(&self, known: usize) -> Vec<u32> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        let (old, new) = list.split_at(known.min(list.len()));
        if old.is_empty() {
            return Vec::new();
        }
        let anew = new.iter().filter(|info| info.place.base() == 0);
        let anew: HashSet<_> = anew.map(|info| (&info.name, &info.members)).collect();
        let old = (0u32..).zip(old).filter(|(_, info)| anew.contains(&(&info.name, &info.members)));
        old.map(|(number, _)| number).collect()
    }

    /// The name of a file; `?` for a number that was never given.
    pub fn name(&self, number: u32) -> String {
        self.get(number).map_or_else(|| "?".to_owned(), |info| info.name.clone())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// For each number its position by name: an order that does not depend on who read what first. Those that were
    /// read anew since (`replaced`, by number) come last, as they cannot be opened.
    pub fn ranks(&self, replaced: &[bool]) -> Vec<u32> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        let mut numbers: Vec<u32> = (0..list.len() as u32).collect();
        let is_replaced = |number: u32| replaced.get(number as usize).copied().unwrap_or(false);
        let name = |number: u32| list.get(number as usize).map(|info| info.name.as_str());
        numbers.sort_by(|&a, &b| (is_replaced(a), name(a)).cmp(&(is_replaced(b), name(b))).then(b.cmp(&a)));
        let mut ranks = vec![0; list.len()];
        for (rank, &number) in numbers.iter().enumerate() {
            ranks[number as usize] = rank as u32;
        }
        ranks
    }

    /// All names, by number.
    pub fn names(&self) -> Vec<String> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        list.iter().map(|info| info.name.clone()).collect()
    }
}
