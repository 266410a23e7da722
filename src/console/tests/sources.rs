//! The view of sources: what could not be read, what is covered, and one more source.

use std::sync::Arc;

use super::harness::{Console, investigation, story};
use crate::console::app::action::View;
use crate::console::app::msg::Adding;
use crate::console::app::{Effect, Msg};
use crate::investigation::Investigation;

/// A log that holds a broken record with an escape sequence in it.
fn broken() -> Investigation {
    let text = story().replacen("{\"Records\":[", "{\"Records\":[{\"eventName\": \u{1b}[31m \"broken\"},", 1);
    investigation(text)
}

fn on(inv: Investigation) -> Console {
    let mut console = Console::begun(100, 40, Some("logs"));
    console.send(Msg::Loaded(Arc::new(inv)));
    console
}

#[test]
fn a_reject_leads_to_its_bytes_and_none_of_them_reaches_the_terminal() {
    let inv = broken();
    let rejects = inv.status.rejects();
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    let mut console = on(inv);
    console.press("7<tab>");
    console.line_with("Could not be read · 1");
    console.press("<enter>");
    let screen = console.screen();
    // The escape itself is a number in the middle, and a dot at the right.
    assert!(screen.contains(" 1b ") && screen.contains("·[31m"), "{screen}");
    assert!(screen.contains("the inflated text") && !screen.contains('\u{1b}'), "{screen}");
    assert!(console.line_with("> ").contains("00000000"), "{screen}");
    console.press("<esc>");
    assert_eq!(console.model.page().view, View::Sources);
    assert!(console.model.overlays.is_empty());
}

#[test]
fn a_low_screen_keeps_no_room_for_notes_that_there_are_not() {
    for (rows, kept) in [(24, false), (40, true)] {
        let mut console = Console::begun(80, rows, Some("logs"));
        console.send(Msg::Loaded(Arc::new(broken())));
        console.press("7");
        assert_eq!(console.screen().contains("Under the cursor"), kept, "{}", console.screen());
        // A file that could not be read has more to say.
        console.press("<tab>");
        assert!(console.screen().contains("Under the cursor"), "{}", console.screen());
    }
}

#[test]
fn the_switch_leads_to_its_event_alone() {
    let mut console = on(investigation(story()));
    console.press("7<tab><tab><tab>");
    console.line_with("Calls that switched logging · 1");
    console.press("<enter>");
    assert_eq!((console.model.page().view, console.model.answer.matched), (View::Events, 1));
    console.line_with("StopLogging");
}

/// Types a source and takes it; the sources that are asked for.
fn add(console: &mut Console, source: &str) -> Arc<[String]> {
    console.press("7a").press(source).press("<enter>");
    match console.left.pop() {
        Some(Effect::Load(sources)) => sources,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_seen_stays_until_the_other_source_is_there() {
    let mut console = on(investigation(story()));
    console.press("jjj");
    let id = console.model.listed().unwrap().id();
    let sources = add(&mut console, "more");
    assert_eq!(sources.to_vec(), ["logs", "more"]);
    let more = investigation(story().replace("-8000-", "-8001-"));
    let both = investigation(format!("{}\n{}", story(), story().replace("-8000-", "-8001-")));
    let status = both.status.clone();
    console.send(Msg::Adding(Ok(Adding { sources, status: status.clone() })));
    console.line_with("what is seen stays until then");
    let mut part = more;
    (part.complete, part.status) = (false, status);
    console.send(Msg::Loaded(Arc::new(part)));
    assert_eq!(console.model.inv.event_count(), 12, "a part is not shown");
    console.send(Msg::Loaded(Arc::new(both)));
    console.line_with("12 events more: 24 now");
    console.line_with("logs and 1 more");
    console.press("2");
    assert_eq!(console.model.answer.matched, 24);
    assert_eq!(console.model.listed().unwrap().id(), id, "the cursor stays on its event");
}

#[test]
fn a_source_that_is_stopped_or_cannot_be_read_changes_nothing() {
    let mut console = on(investigation(story()));
    let sources = add(&mut console, "more");
    let both = investigation(format!("{}\n{}", story(), story().replace("-8000-", "-8001-")));
    console.send(Msg::Adding(Ok(Adding { sources, status: both.status.clone() })));
    console.press("<c-c>");
    assert!(both.status.is_cancelled());
    console.send(Msg::Loaded(Arc::new(both)));
    assert_eq!((console.model.inv.event_count(), console.model.sources.len()), (12, 1));
    add(&mut console, "nowhere");
    console.send(Msg::Adding(Err("nowhere: there is none".to_owned())));
    console.line_with("nowhere: there is none");
    console.press("alogs<enter>");
    console.line_with("logs is loaded already");
}
