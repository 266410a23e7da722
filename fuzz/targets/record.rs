//! Any bytes as a record in the detail: it folds, and nothing in it acts on the terminal.
#![no_main]

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use trailhound::console::app::tree::Tree;
use trailhound::text::{clip, is_hostile, visible, width};

fuzz_target!(|data: &[u8]| {
    let mut tree = Tree::new(data, &HashMap::new());
    for at in tree.shown() {
        let _ = (tree.path(at), tree.query_path(at));
        let text = visible(&tree.nodes()[at].text);
        assert!(!text.chars().any(is_hostile));
        assert!(width(&clip(&text, 20)) <= 20);
    }
    tree.set_all(false);
    for at in 0..tree.nodes().len() {
        tree.reveal(at);
        assert!(tree.shown().contains(&at) || at > 200);
        if at > 200 {
            break;
        }
    }
});
