//! Documents that are made from the code, held against the ones in the repository.

use std::path::Path;

/// Fails when the file at `path` in the repository is not `text`. With `TRAILHOUND_BLESS=1` it is written instead.
pub(crate) fn check(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("TRAILHOUND_BLESS").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(found == text, "{path} is not what the code says; write it anew: TRAILHOUND_BLESS=1 cargo test");
}
