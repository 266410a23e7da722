//! The samples as whole files: read, and their records opened again, the way a load does it.
//!
//! The walk through a file takes long lists apart before the shapes see them, so a
//! shape that works for a value may still fail in a file.

use std::sync::{Arc, Mutex};

use crate::ingest::files::Files;
use crate::ingest::inflate::Limits;
use crate::ingest::pipeline;
use crate::ingest::reopen::Reopener;
use crate::ingest::shape::Found;
use crate::ingest::status::Status;
use crate::ingest::worker::{Options, Shared};
use crate::source::{Object, Place};
use crate::store::dicts::Dicts;
use crate::store::raw::Records;

/// What a file came to.
struct Loaded {
    records: Vec<Vec<u8>>,
    places: Vec<u64>,
    rejects: Vec<String>,
}

fn load(text: &[u8]) -> Loaded {
    let object = Object { name: "sample".to_owned(), place: Place::Memory(text.into()), found: false };
    let files = Arc::new(Files::default());
    let shared = Shared {
        dicts: Arc::new(Dicts::default()),
        files: files.clone(),
        status: Arc::new(Status::default()),
        options: Options { threads: 1, ..Options::default() },
        watcher: None,
    };
    let places = Mutex::new(Vec::new());
    pipeline::run(Box::new(std::iter::once(Ok(object))), &shared, &|segment| {
        places.lock().unwrap().extend((0..segment.len()).map(|row| segment.locator(row)));
    });
    let mut places = places.into_inner().unwrap();
    places.sort_by_key(|at| (at.offset, at.part));
    let said = places.iter().map(|at| files.offset(at.file, at.offset)).collect();
    let records = Records::new(Arc::new(Reopener::new(files, Limits::default())));
    Loaded {
        records: places.into_iter().map(|at| records.get(at).unwrap()).collect(),
        places: said,
        rejects: shared.status.rejects().iter().map(ToString::to_string).collect(),
    }
}

/// Where the records of a file of this text are said to be; each is opened again on the way.
pub(super) fn places(text: &[u8]) -> Vec<u64> {
    load(text).places
}

/// What is rejected of a file of this text.
pub(super) fn rejects(text: &[u8]) -> Vec<String> {
    load(text).rejects
}

/// Asserts that a file of this text has the records that were found in the value, and rejects only where that has.
pub(super) fn assert_agrees(text: &[u8], found: &[Found<'_>]) {
    let loaded = load(text);
    let records: Vec<&[u8]> = found
        .iter()
        .filter_map(|found| match found {
            Found::Record { json, .. } => Some(&**json),
            _ => None,
        })
        .collect();
    let is_clean = !found.iter().any(|found| matches!(found, Found::Reject(_)));
    let shown = String::from_utf8_lossy(text);
    assert_eq!(loaded.rejects.is_empty(), is_clean, "{shown}: {:?}", loaded.rejects);
    if is_clean {
        let shown_of = |record: &[u8]| String::from_utf8_lossy(record).into_owned();
        let (is, should): (Vec<_>, Vec<_>) = (
            loaded.records.iter().map(|r| shown_of(r)).collect(),
            records.iter().map(|r| shown_of(r)).collect(),
        );
        assert_eq!(is, should, "{shown}");
    }
}
