//! Any text as weights of the score, and as a table of sensitive calls.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailhound::detect::sensitive::SensitiveApis;
use trailhound::score::Scoring;

fuzz_target!(|text: &str| {
    if let Err(fault) = Scoring::parse("scoring.toml", text) {
        let _ = fault.to_string();
    }
    if let Err(fault) = SensitiveApis::parse("sensitive.json", text) {
        let _ = fault.to_string();
    }
});
