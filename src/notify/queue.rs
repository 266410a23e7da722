//! What waits to be sent, on disk: nothing is lost when the program ends, and nothing is sent twice.
//!
//! The queue is a journal: each thing that happens to a message is a line at its end,
//! written through to the disk before the program goes on. Before a message is sent the journal says
//! that it begins, afterwards that it was sent: what was acknowledged is never sent again. Where the program
//! dies between the two nobody can know; such a message is sent again and says so of itself.
//!
//! Alike messages become one: the same event is told once ever, the same rule, actor,
//! target and hour once, and what waits with the same rule and account takes others in
//! for a minute ("+37 similar"). The queue is bounded: beyond [`MOST`] waiting messages it
//! takes no more and says so.
//!
//! Several programs may use it at once: each action holds a lock and reads the journal anew. Only one
//! may send at a time, which is another lock.

mod journal;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use self::journal::Journal;
pub use self::journal::{Entry, JournalError};
use super::message::Message;

/// How many messages may wait.
pub const MOST: usize = 1000;
/// How long a waiting message takes others in that are alike, in milliseconds.
const WINDOW_MS: i64 = 60_000;

/// The queue in a folder.
#[derive(Clone, Debug)]
pub struct Queue {
    folder: PathBuf,
    most: usize,
}

/// What became of messages that were put into the queue.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Added {
    /// They wait.
    pub queued: u64,
    /// They are counted in one that waits and is alike.
    pub folded: u64,
    /// They were there before, or one of the same rule, actor, target and hour was.
    pub known: u64,
    /// The queue was full; they are not kept.
    pub full: u64,
}

/// As long as it lives no other program sends from the queue.
#[derive(Debug)]
pub(crate) struct Sending {
    _lock: File,
}

impl Queue {
    /// The queue in that folder, which is made when it is not there, for its owner alone.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        journal::make_folder(folder)?;
        Ok(Self { folder: folder.to_owned(), most: MOST })
    }

    /// Puts messages in, each for the target of that name. `now` is milliseconds since 1970.
    ///
    /// # Errors
    /// The journal cannot be read or written; then none of them is in.
    pub fn add<'m>(
        &self,
        messages: impl IntoIterator<Item = (&'m str, &'m Message)>,
        now: i64,
    ) -> Result<Added, JournalError> {
        let mut journal = Journal::open(&self.folder)?;
        let mut added = Added::default();
        for (place, message) in messages {
            let slot = match judge(&journal, place, message, now) {
                Judged::Known => &mut added.known,
                Judged::Seen(keys) => {
                    journal.seen(keys);
                    &mut added.known
                }
                Judged::Like(id, keys) => {
                    journal.fold(id, message, keys);
                    &mut added.folded
                }
                Judged::New if journal.waiting().count() >= self.most => &mut added.full,
                Judged::New => {
                    journal.add(place, message, now);
                    &mut added.queued
                }
            };
            *slot = slot.saturating_add(1);
        }
        journal.write()?;
        Ok(added)
    }

    /// What waits, in the order in which it came.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn waiting(&self) -> Result<Vec<Entry>, JournalError> {
        Ok(Journal::open(&self.folder)?.waiting().cloned().collect())
    }

    /// Says that a message is about to be sent; the message as it is now, `None` where it is gone.
    pub(crate) fn begin(&self, id: u64) -> Result<Option<Entry>, JournalError> {
        let mut journal = Journal::open(&self.folder)?;
        let entry = journal.waiting().find(|entry| entry.id == id).cloned();
        if entry.is_some() {
            journal.begin(id);
            journal.write()?;
        }
        Ok(entry)
    }

    /// Says that a message was acknowledged.
    pub(crate) fn sent(&self, id: u64) -> Result<(), JournalError> {
        self.change(|journal| journal.done(id, None))
    }

    /// Says that a message was not taken, and that this is certain.
    pub(crate) fn back(&self, id: u64) -> Result<(), JournalError> {
        self.change(|journal| journal.back(id))
    }

    /// Says that nobody will ever take a message, and why.
    pub(crate) fn drop(&self, id: u64, why: &str) -> Result<(), JournalError> {
        self.change(|journal| journal.done(id, Some(why)))
    }

    fn change(&self, change: impl FnOnce(&mut Journal)) -> Result<(), JournalError> {
        let mut journal = Journal::open(&self.folder)?;
        change(&mut journal);
        journal.write()
    }

    /// The right to send; `None` while another program does.
    pub(crate) fn sending(&self) -> Result<Option<Sending>, JournalError> {
        let path = self.folder.join("sending.lock");
        let lock = journal::open_private(&path).map_err(|why| JournalError::new(&path, why))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Sending { _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(why)) => Err(JournalError::new(&path, why)),
        }
    }
}

/// What a new message is to what the queue knows.
enum Judged {
    /// The same event was there.
    Known,
    /// Another event of the same rule, actor, target and hour was sent.
    Seen([u64; 2]),
    /// That message waits and is alike.
    Like(u64, [u64; 2]),
    /// It is new.
    New,
}

fn judge(journal: &Journal, place: &str, message: &Message, now: i64) -> Judged {
    let Some(keys) = message.keys(place) else { return Judged::New };
    if journal.knows(keys.own) {
        return Judged::Known;
    }
    let both = [keys.own, keys.same];
    // What has begun to be sent takes in nothing more.
    let mut open = journal.waiting().filter(|entry| !entry.begun && entry.place == place);
    let same = open.clone().find(|entry| entry.keys.is_some_and(|known| known.same == keys.same));
    if let Some(entry) = same {
        return Judged::Like(entry.id, both);
    }
    let alike = open.find(|entry| {
        let near = now.saturating_sub(entry.at).abs() < WINDOW_MS;
        near && entry.keys.is_some_and(|known| known.alike == keys.alike)
    });
    match alike {
        Some(entry) => Judged::Like(entry.id, both),
        None if journal.knows(keys.same) => Judged::Seen(both),
        None => Judged::New,
    }
}

#[cfg(test)]
mod tests;
