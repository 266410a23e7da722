//! Any text as settings, in the file and in the environment.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailhound::config::{Dirs, Environment, Flags, load};

fuzz_target!(|text: &str| {
    let file = std::env::temp_dir().join(format!("trailhound-fuzz-{}.toml", std::process::id()));
    std::fs::write(&file, text).expect("the temporary folder can be written");
    let flags = Flags { config: Some(file), theme: Some(text.chars().take(8).collect()), ..Flags::default() };
    let environment: Environment =
        [("TRAILHOUND_COLUMNS", text), ("TRAILHOUND_RECORD_CAP", text)].into_iter().collect();
    let loaded = load(&environment, &flags, Dirs::default());
    for fault in &loaded.faults {
        let _ = fault.to_string();
    }
    let _ = loaded.show();
});
