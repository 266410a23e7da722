//! Where addresses lie, from a MaxMind database of cities that the user has.
//!
//! Such a file is a binary tree over the bits of an address, then a heap of values. Nothing of it is unpacked: a look-up
//! walks the tree and reads the few values it wants. A file is as hostile as a log: whatever it
//! says, reading it ends, and the worst that comes of it is no place.
//!
//! This room must not open files; it is given their bytes.

use std::net::IpAddr;

use thiserror::Error;

use crate::profile::theft::{Place, Places};

/// Why some bytes are no database of places.
#[derive(Clone, PartialEq, Eq, Error, Debug)]
pub enum PlacesError {
    /// There is no end that says what the file is.
    #[error(
        "this is no MaxMind database; give the .mmdb file of a database of cities, such as GeoLite2-City.mmdb"
    )]
    NoDatabase,
    /// A form that is not known.
    #[error("version {0} of the MaxMind format is not known, only version 2 is; give a newer or older file")]
    Version(u64),
    /// The tree does not fit into the file.
    #[error("the file is cut short or damaged; get it again")]
    Damaged,
}

/// What stands before the description at the end of a file.
const MARK: &[u8] = b"\xab\xcd\xefMaxMind.com";
/// What lies between the tree and the values.
const GAP: usize = 16;

/// A database of places.
#[derive(Clone, Debug)]
pub struct MaxMind {
    bytes: Vec<u8>,
    nodes: usize,
    /// Bits of each of the two records of a node.
    record: usize,
    /// Whether the tree is over addresses of 128 bits.
    is_v6: bool,
    /// Where the values begin.
    values: usize,
}

impl MaxMind {
    /// Takes the bytes of a file.
    ///
    /// # Errors
    /// When they are no database of a known version.
    pub fn new(bytes: Vec<u8>) -> Result<Self, PlacesError> {
        let end = memchr::memmem::rfind(&bytes, MARK).ok_or(PlacesError::NoDatabase)?;
        let start = end + MARK.len();
        let about = Heap(bytes.get(start..).unwrap_or_default());
        let number = |key: &str| about.member(0, key).and_then(|at| about.number(at));
        let whole = |key: &str| number(key).and_then(|n| usize::try_from(n).ok());
        match number("binary_format_major_version") {
            Some(2) => {}
            Some(version) => return Err(PlacesError::Version(version)),
            None => return Err(PlacesError::NoDatabase),
        }
        let (nodes, record) = whole("node_count").zip(whole("record_size")).ok_or(PlacesError::Damaged)?;
        let tree = nodes.checked_mul(record / 4).filter(|_| matches!(record, 24 | 28 | 32));
        let values = tree.and_then(|tree| tree.checked_add(GAP)).filter(|&at| at <= end);
        let values = values.ok_or(PlacesError::Damaged)?;
        let is_v6 = number("ip_version") == Some(6);
        Ok(Self { nodes, record, is_v6, values, bytes })
    }

    /// The value of an address, as an offset into the values.
    fn find(&self, ip: IpAddr) -> Option<usize> {
        let (bits, count) = match (ip, self.is_v6) {
            (IpAddr::V4(v4), false) => (u128::from(v4.to_bits()) << 96, 32),
            // Addresses of the old kind lie at the beginning of the new ones.
            (IpAddr::V4(v4), true) => (u128::from(v4.to_bits()), 128),
            (IpAddr::V6(v6), true) => (v6.to_bits(), 128),
            (IpAddr::V6(_), false) => return None,
        };
        let mut node = 0;
        for bit in 0..count {
            if node >= self.nodes {
                break;
            }
            node = self.child(node, bits >> (127 - bit) & 1 == 1)?;
        }
        node.checked_sub(self.nodes)?.checked_sub(GAP)
    }

    /// One of the two records of a node.
    fn child(&self, node: usize, right: bool) -> Option<usize> {
        let at = node.checked_mul(self.record / 4)?;
        let byte = |n: usize| self.bytes.get(at.checked_add(n)?).map(|&b| usize::from(b));
        let bytes = |from: usize, to: usize| (from..to).try_fold(0usize, |n, at| Some(n << 8 | byte(at)?));
        match (self.record, right) {
            (24, false) => bytes(0, 3),
            (24, true) => bytes(3, 6),
            // The byte in the middle holds the highest four bits of both.
            (28, false) => Some((byte(3)? >> 4) << 24 | bytes(0, 3)?),
            (28, true) => Some((byte(3)? & 15) << 24 | bytes(4, 7)?),
            (_, false) => bytes(0, 4),
            (_, true) => bytes(4, 8),
        }
    }
}

impl Places for MaxMind {
    fn place(&self, ip: IpAddr) -> Option<Place> {
        let heap = Heap(self.bytes.get(self.values..)?);
        let of = self.find(ip)?;
        let location = heap.member(of, "location")?;
        let degrees = |key: &str| heap.double(heap.member(location, key)?).filter(|d| d.is_finite());
        let text = |path: &[&str]| {
            let at = path.iter().try_fold(of, |at, key| heap.member(at, key))?;
            heap.text(at).map(str::to_owned)
        };
        let (city, country) = (text(&["city", "names", "en"]), text(&["country", "iso_code"]));
        let named: Vec<String> = city.into_iter().chain(country).collect();
        Some(Place {
            name: if named.is_empty() { "no name".to_owned() } else { named.join(", ") },
            latitude: degrees("latitude")?,
            longitude: degrees("longitude")?,
        })
    }
}

/// Values behind each other, each with its kind and size in front.
#[derive(Clone, Copy)]
struct Heap<'a>(&'a [u8]);

/// The front of a value.
#[derive(Clone, Copy)]
struct Front {
    kind: u8,
    /// Bytes, or members.
    size: usize,
    /// Where what follows begins.
    body: usize,
}

const POINTER: u8 = 1;
const TEXT: u8 = 2;
const DOUBLE: u8 = 3;
const NUMBERS: [u8; 4] = [5, 6, 9, 10];
const MAP: u8 = 7;
const ARRAY: u8 = 11;
const BOOL: u8 = 14;

impl<'a> Heap<'a> {
    fn byte(self, at: usize) -> Option<usize> {
        self.0.get(at).map(|&b| usize::from(b))
    }

    fn bytes(self, at: usize, count: usize) -> Option<usize> {
        (0..count).try_fold(0usize, |n, k| Some(n << 8 | self.byte(at.checked_add(k)?)?))
    }

    fn front(self, at: usize) -> Option<Front> {
        let control = self.byte(at)?;
        let (kind, at) = match control >> 5 {
            0 => (u8::try_from(self.byte(at + 1)?).ok()?.saturating_add(7), at + 2),
            kind => (kind as u8, at + 1),
        };
        if kind == POINTER {
            return Some(Front { kind, size: control & 31, body: at });
        }
        let (size, body) = match control & 31 {
            29 => (29 + self.byte(at)?, at + 1),
            30 => (285 + self.bytes(at, 2)?, at + 2),
            31 => (65_821 + self.bytes(at, 3)?, at + 3),
            size => (size, at),
        };
        Some(Front { kind, size, body })
    }

    /// Where a pointer points to, and where it ends.
    fn pointer(self, front: Front) -> Option<(usize, usize)> {
        let high = front.size & 7;
        let of = |count: usize| Some((self.bytes(front.body, count)?, front.body + count));
        match front.size >> 3 {
            0 => of(1).map(|(n, end)| (high << 8 | n, end)),
            1 => of(2).map(|(n, end)| ((high << 16 | n) + 2048, end)),
            2 => of(3).map(|(n, end)| ((high << 24 | n) + 526_336, end)),
            _ => of(4),
        }
    }

    /// The front of a value, behind the one pointer that may lead to it.
    fn resolved(self, at: usize) -> Option<Front> {
        let front = self.front(at)?;
        if front.kind != POINTER {
            return Some(front);
        }
        self.front(self.pointer(front)?.0).filter(|front| front.kind != POINTER)
    }

    /// Where the value behind the one at `at` begins. Every step reads a byte, so it ends.
    fn skip(self, mut at: usize) -> Option<usize> {
        let mut left = 1usize;
        while left > 0 {
            let front = self.front(at)?;
            left -= 1;
            at = match front.kind {
                POINTER => self.pointer(front)?.1,
                MAP => {
                    left = left.checked_add(front.size.checked_mul(2)?)?;
                    front.body
                }
                ARRAY => {
                    left = left.checked_add(front.size)?;
                    front.body
                }
                BOOL => front.body,
                _ => front.body.checked_add(front.size)?,
            };
        }
        Some(at)
    }

    /// Where the member of a map begins.
    fn member(self, map: usize, key: &str) -> Option<usize> {
        let front = self.resolved(map).filter(|front| front.kind == MAP)?;
        let mut at = front.body;
        for _ in 0..front.size {
            let value = self.skip(at)?;
            if self.text(at) == Some(key) {
                return Some(value);
            }
            at = self.skip(value)?;
        }
        None
    }

    fn text(self, at: usize) -> Option<&'a str> {
        let front = self.resolved(at).filter(|front| front.kind == TEXT)?;
        std::str::from_utf8(self.0.get(front.body..front.body.checked_add(front.size)?)?).ok()
    }

    fn number(self, at: usize) -> Option<u64> {
        let front = self.resolved(at).filter(|f| NUMBERS.contains(&f.kind) && f.size <= 8)?;
        self.bytes(front.body, front.size).map(|n| n as u64)
    }

    fn double(self, at: usize) -> Option<f64> {
        let front = self.resolved(at).filter(|front| front.kind == DOUBLE && front.size == 8)?;
        let bytes = self.0.get(front.body..front.body + 8)?;
        Some(f64::from_be_bytes(bytes.try_into().ok()?))
    }
}

#[cfg(test)]
pub(crate) mod tests;
