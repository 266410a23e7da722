//! A look at the bytes around something that could not be read.
//!
//! The text as it was inflated, where the file is still what it was; else the file as it is stored; else what was kept when it
//! was rejected.

use std::io::Read as _;

use crate::ingest::status::Reject;
use crate::investigation::Investigation;

/// How many bytes are shown before the place.
const BEFORE: u64 = 256;
/// How many bytes are shown at most.
const MOST: usize = 4096;

/// Which bytes are seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seen {
    /// The inflated text: offsets are those of rejects.
    Text,
    /// The file as it is stored, where nothing of it could be inflated.
    Stored,
    /// What was kept of it when it was rejected.
    Kept,
}

/// Some bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    /// Which they are.
    pub seen: Seen,
    /// The offset of the first one.
    pub from: u64,
    /// The bytes. Hostile.
    pub bytes: Vec<u8>,
    /// Why these are not the bytes of the text. Hostile.
    pub fault: Option<String>,
}

impl Investigation {
    /// The bytes around what could not be read. Opens the file again.
    pub fn look(&self, reject: &Reject) -> Look {
        let kept = |fault: Option<String>| Look {
            seen: Seen::Kept,
            from: reject.offset.unwrap_or(0),
            bytes: reject.sample.clone().into_bytes(),
            fault,
        };
        let Some(file) = reject.number else {
            return kept(Some("the file was not opened".to_owned()));
        };
        // Where a part of the file was read, the text begins with that part.
        let base = self.files.offset(file, 0);
        let from = reject.offset.unwrap_or(base).saturating_sub(BEFORE).max(base);
        match self.records().window(file, from - base, MOST) {
            Ok(bytes) if !bytes.is_empty() => Look { seen: Seen::Text, from, bytes, fault: None },
            Ok(_) => self.stored(file).unwrap_or_else(|| kept(None)),
            Err(e) => kept(Some(e.to_string())),
        }
    }

    /// The beginning of a file as it is stored; `None` for a member of an archive, and where there is nothing.
    fn stored(&self, file: u32) -> Option<Look> {
        let info = self.files.get(file).filter(|info| info.members.is_empty())?;
        let mut bytes = Vec::new();
        info.place.open().ok()?.take(MOST as u64).read_to_end(&mut bytes).ok()?;
        (!bytes.is_empty()).then_some(Look { seen: Seen::Stored, from: 0, bytes, fault: None })
    }
}
