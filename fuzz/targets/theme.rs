//! Any text as a theme: faults are said, and the screen can be drawn in every number of colors.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailhound::config::{Depth, Themes};

fuzz_target!(|text: &str| {
    let (theme, faults) = Themes::built_in().with("mine", "mine.toml", text).get("mine");
    for fault in faults {
        let _ = fault.to_string();
    }
    for depth in [Depth::None, Depth::Ansi16, Depth::Ansi256, Depth::True] {
        let _ = theme.at(depth);
    }
});
