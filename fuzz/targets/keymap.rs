//! Any text as a keymap: faults are said, and there is always a way out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailhound::console::app::action::Action;
use trailhound::console::app::keymap::{Context, Keymap};

fuzz_target!(|text: &str| {
    let (keymap, faults) = Keymap::with_user("keymap.toml", text);
    for fault in faults {
        let _ = fault.to_string();
    }
    let out = |action| !keymap.keys_for(Context::Global, &action).is_empty();
    assert!(out(Action::Quit) || out(Action::Palette));
});
