//! Any bytes as a file of indicators, and any text as a STIX pattern.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailhound::case::exchange::{import, pattern};
use trailhound::case::matching::query;

fuzz_target!(|bytes: &[u8]| {
    let imported = import(bytes, "fuzz");
    for fault in imported.faults {
        let _ = fault.to_string();
    }
    for indicator in imported.indicators {
        assert!(!indicator.value.is_empty());
        let _ = query(indicator.kind, &indicator.value);
    }
    let _ = pattern::read(&String::from_utf8_lossy(bytes));
});
