//! The keys of `docs/walkthrough.md`, pressed as they stand there.
#![cfg(unix)]

use std::time::{Duration, Instant};

use super::help::Folder;
use super::real_data::data;
use super::terminal::Terminal;

/// What is promised: so many keys, in so much time.
const KEYS: usize = 40;
const TIME: Duration = Duration::from_secs(120);

fn document() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/walkthrough.md")).unwrap()
}

/// All blocks of keys of the document, one after the other.
fn keys(document: &str) -> String {
    let mut inside = false;
    let mut keys = String::new();
    for line in document.lines() {
        match line {
            "```keys" => inside = true,
            "```" => inside = false,
            line if inside => keys.extend([line, "\n"]),
            _ => {}
        }
    }
    keys
}

/// The alert and who was behind it, as the table says for these logs.
fn row(document: &str, logs: &str) -> (String, String) {
    let line = document.lines().find(|line| line.starts_with(&format!("| {logs} |"))).unwrap();
    let cells: Vec<&str> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
    (cells[2].to_owned(), cells[3].to_owned())
}

fn walk(source: &str, keys: &str) {
    let lines = trailhound::console::app::recording::read(keys).unwrap();
    // Leaving is no part of the way.
    let presses: usize = lines.iter().map(|line| line.step.presses()).sum::<usize>() - 1;
    assert!(presses <= KEYS, "{presses} keys");
    let folder = Folder::new();
    let file = folder.file("keys.txt", keys);
    let begun = Instant::now();
    let args = [source, "--no-case", "--replay", &file];
    let mut terminal = Terminal::start_in((140, 42), &args, folder.path());
    assert_eq!(terminal.end_within(TIME), 0, "{}", terminal.text());
    assert!(begun.elapsed() < TIME);
    terminal.is_restored();
    let report = std::fs::read(folder.path().join("trailhound-report.pdf")).unwrap();
    assert!(report.starts_with(b"%PDF"));
    eprintln!("{source}: {presses} keys in {:.1} s", begun.elapsed().as_secs_f32());
}

#[test]
fn the_built_in_incident_is_walked_through_as_the_document_says() {
    walk("demo", &keys(&document()));
}

#[test]
fn real_logs_are_walked_through_with_the_same_keys() {
    let Some(folder) = data("invictus") else { return };
    let document = document();
    let (demo, real) = (row(&document, "the built-in incident"), row(&document, "Invictus"));
    let keys = keys(&document).replace(&demo.0, &real.0).replace(&demo.1, &real.1);
    walk(folder.to_str().unwrap(), &keys);
}
