//! Any bytes as a log file: nothing ends the program, every event can be scored, shown and found again.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use trailhound::event::field::{FIELDS, FieldRef};
use trailhound::ingest::inflate::Limits;
use trailhound::ingest::worker::Options;
use trailhound::investigation::{Judgment, load};
use trailhound::query::group::value_of;
use trailhound::source::{Object, Place};

thread_local! {
    static JUDGMENT: Judgment = Judgment::shipped();
}

fuzz_target!(|data: &[u8]| {
    let object = Object { name: "fuzz".to_owned(), place: Place::Memory(data.into()), found: false };
    let options = Options {
        threads: 1,
        limits: Limits { inflated: 1 << 22, ..Limits::default() },
        ..Options::default()
    };
    let listing = Box::new(std::iter::once(Ok(object)));
    let inv = load(listing, options, JUDGMENT.with(Clone::clone), Arc::default(), &|_| {});
    for row in inv.table.rows().take(64) {
        for info in FIELDS {
            let _ = value_of(&inv, &row, &FieldRef::Column(info.field));
        }
        assert_eq!(inv.factors(&row).iter().map(|f| f.points).sum::<i32>().min(100), i32::from(row.risk()));
        assert!(inv.raw(&row).is_ok(), "the record of an event that was loaded is there");
        assert!(inv.table.find_id(&row.id()).is_some());
    }
});
