//! The walls between the rooms: what a room must not name.

use std::path::{Path, PathBuf};

fn sources(under: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut open = vec![root.join(under), root.join(format!("{under}.rs"))];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            // Tests may touch what the room itself must not, in files of their own and below.
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            // What a room tells of others in words is no use of them.
            let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            found.push((path, code.join("\n")));
        }
    }
    assert!(!found.is_empty(), "there is no room {under}");
    found
}

fn names_none_of(rooms: &[&str], forbidden: &[&str]) {
    for room in rooms {
        for (path, code) in sources(room) {
            for word in forbidden {
                assert!(!code.contains(word), "{} names {word}", path.display());
            }
        }
    }
}

const ENGINE: &[&str] = &[
    "event",
    "source",
    "ingest",
    "store",
    "query",
    "detect",
    "score",
    "profile",
    "anomaly",
    "case",
    "evidence",
    "report",
    "json",
    "text",
    "investigation",
];

#[test]
fn the_engine_knows_no_terminal_no_network_and_no_runtime() {
    names_none_of(ENGINE, &["ratatui", "crossterm", "tokio", "aws_sdk", "reqwest", "lettre"]);
    names_none_of(ENGINE, &["crate::console", "crate::cli", "crate::notify"]);
    names_none_of(&["config"], &["tokio", "reqwest", "lettre", "crate::notify"]);
}

#[test]
fn what_tells_people_judges_nothing_and_knows_no_screen() {
    names_none_of(
        &["notify"],
        &["ratatui", "crossterm", "crate::console", "crate::cli", "eprintln!", "std::env"],
    );
    // What can be known without sending is worked out without a network.
    names_none_of(
        &["notify/message", "notify/slack", "notify/webhook", "notify/queue"],
        &["tokio", "reqwest", "lettre", "std::net"],
    );
}

#[test]
fn aws_is_known_in_one_room_which_only_reads() {
    names_none_of(&["config", "console", "synth", "cli"], &["aws_sdk", "aws_config"]);
    names_none_of(&["cloud"], &["crate::cli", "crate::console", "crate::store", "crate::score", "Settings"]);
    let writing =
        [".put_object(", ".delete_object", ".copy_object(", ".create_", ".put_bucket", ".restore_object("];
    names_none_of(&["cloud"], &writing);
}

#[test]
fn data_goes_one_way() {
    names_none_of(
        &["event"],
        &["crate::ingest", "crate::source", "crate::store", "crate::query", "crate::score"],
    );
    names_none_of(&["source"], &["crate::ingest", "crate::store", "crate::event"]);
    names_none_of(
        &["ingest"],
        &["crate::score", "crate::detect", "crate::query", "crate::profile", "crate::report"],
    );
    names_none_of(
        &["store"],
        &["crate::ingest", "crate::score", "crate::detect", "crate::query", "crate::report"],
    );
    names_none_of(&["profile"], &["crate::anomaly", "crate::report", "std::fs"]);
    names_none_of(&["anomaly"], &["crate::report", "File::create"]);
    names_none_of(&["detect"], &["crate::report", "std::fs", "crate::console"]);
    // CSV is written in one way everywhere; nothing else of the reports is named.
    names_none_of(&["case"], &["report::table", "report::who", "report::case", "SystemTime", "Instant::now"]);
    names_none_of(&["evidence"], &["crate::report", "crate::case", "SystemTime", "Instant::now"]);
    names_none_of(&["report"], &["std::fs", "File::create"]);
}

#[test]
fn the_state_of_the_console_is_pure() {
    let outside = [
        "ratatui",
        "crossterm",
        "tokio",
        "std::fs",
        "std::net",
        "std::process",
        "SystemTime",
        "Instant",
        "std::env",
        "console::ui",
        "console::shell",
    ];
    names_none_of(&["console/app"], &outside);
    // The text of a rule while it is edited is the library's; whoever holds it knows a `Buffer` alone.
    names_none_of(&["console/app", "console/ui", "console/shell"], &["tui_textarea"]);
    names_none_of(&["console/edit"], &["crossterm", "tokio", "std::fs", "console::ui", "console::shell"]);
    names_none_of(
        &["console/ui"],
        &["crossterm", "tokio", "std::fs", "SystemTime", "Instant::now", "console::shell", "&mut Model"],
    );
}

#[test]
fn settings_are_read_at_the_edge_alone() {
    names_none_of(ENGINE, &["Settings", "std::env::var", "config::load"]);
}

#[test]
fn the_map_of_the_code_names_every_room() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = std::fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    // What is no room: the parent of three, tests, and what only holds the others together.
    let none = ["console", "tests", "lib.rs", "golden.rs"];
    for (folder, prefix) in [("src", ""), ("src/console", "console/")] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let is_folder = entry.path().is_dir();
            let stem = name.trim_end_matches(".rs");
            // A file beside a folder of its name belongs to that room.
            let part_of_room = !is_folder && root.join(folder).join(stem).is_dir();
            if none.contains(&name.as_str()) || part_of_room || (!is_folder && !prefix.is_empty()) {
                continue;
            }
            let slash = if is_folder { "/" } else { "" };
            let room = format!("`{prefix}{name}{slash}`");
            assert!(map.contains(&room), "docs/architecture.md does not name {room}");
        }
    }
}
