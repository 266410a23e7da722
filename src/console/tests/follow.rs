//! The console while sources are followed.

use std::sync::Arc;

use super::harness::{Console, judgment, story};
use crate::console::app::msg::Adding;
use crate::console::app::rules::work::RuleWork;
use crate::console::app::{Effect, Msg, Now, update};
use crate::ingest::status::Status;
use crate::ingest::worker::Options;
use crate::investigation::growing::Growing;
use crate::source::{Listing, Object, Place};

fn listing(name: &str, text: &str) -> Listing {
    let place = Place::Memory(text.as_bytes().into());
    Box::new(std::iter::once(Ok(Object { name: name.to_owned(), place, found: true })))
}

/// The story again at another hour, as another day's records.
fn later(text: &str, hour: &str, id: &str) -> String {
    text.replace("T09:", &format!("T{hour}:")).replace("-8000-", &format!("-{id}-"))
}

fn live(width: u16, height: u16) -> (Console, Growing, Arc<Status>) {
    let mut console = Console::begun(width, height, Some("./logs"));
    console.model.live = Some(Default::default());
    let status: Arc<Status> = Arc::default();
    let options = Options { threads: 1, ..Options::default() };
    let mut growing = Growing::new(options, judgment(), status.clone());
    let inv = growing.begin(listing("a.json", &story()), &|_| {});
    console.send(Msg::Loaded(Arc::new(inv)));
    (console, growing, status)
}

#[test]
fn new_events_slide_in_and_the_cursor_stays_on_its_event() {
    let (mut console, mut growing, _) = live(140, 42);
    assert!(console.screen().contains("live +0"), "{}", console.screen());
    console.press("jj");
    let (id, at) = (console.model.page().cursor.id.clone(), console.model.page().cursor.line);
    assert!(id.is_some());
    let before = console.model.answer.lines.len();
    let grown = growing.go_on(listing("b.json", &later(&story(), "07", "9000"))).unwrap();
    console.send(Msg::Loaded(Arc::new(grown.inv)));
    assert!(console.model.answer.lines.len() > before);
    assert_eq!(console.model.page().cursor.id, id);
    let cursor = &console.model.page().cursor;
    let listed = console.model.answer.lines.get(cursor.line).map(|line| line.row);
    let row = listed.and_then(|row| console.model.answer.inv.table.row(row)).unwrap();
    assert_eq!(Some(row.id()), id, "it was at {at} and is at {}", cursor.line);
    assert!(console.screen().contains("live +12"), "{}", console.screen());
}

#[test]
fn following_pauses_on_a_key_and_a_failing_source_is_said() {
    let (mut console, mut growing, status) = live(140, 42);
    console.press("F");
    assert!(matches!(console.left.last(), Some(Effect::Pause(true))), "{:?}", console.left);
    assert!(console.screen().contains("paused +0"), "{}", console.screen());
    console.press("F");
    assert!(matches!(console.left.last(), Some(Effect::Pause(false))));
    status.set_trouble(Some("s3://logs: the credentials have expired".to_owned()));
    console.send(Msg::Loaded(console.model.inv.clone()));
    let screen = console.screen();
    assert!(screen.contains("live, failing +0") && screen.contains("credentials have expired"), "{screen}");
    status.set_trouble(None);
    let grown = growing.go_on(listing("b.json", &later(&story(), "10", "9000"))).unwrap();
    console.send(Msg::Loaded(Arc::new(grown.inv)));
    assert!(console.screen().contains("live +12"));
}

#[test]
fn what_is_not_followed_cannot_be_paused() {
    let mut console = Console::on_story(140, 42);
    console.press("F");
    assert!(console.screen().contains("not followed"), "{}", console.screen());
    assert!(!console.screen().contains("live"));
}

#[test]
fn a_board_keeps_up_and_its_cursor_stays_on_its_row() {
    let (mut console, mut growing, _) = live(140, 42);
    console.press("1j");
    let actor = console.model.item().map(|item| item.id.clone());
    assert!(actor.is_some());
    for n in 0..3 {
        let text = later(&story(), &format!("1{n}"), &format!("900{n}"));
        let grown = growing.go_on(listing("b.json", &text)).unwrap();
        console.send(Msg::Loaded(Arc::new(grown.inv)));
    }
    console.wait(5_000).wait(5_000);
    assert_eq!(console.model.item().map(|item| item.id.clone()), actor);
    let shown = console.model.shown.as_ref().unwrap();
    assert!(Arc::ptr_eq(&shown.board.inv, &console.model.inv), "the board is of the newest events");
    assert!(!console.model.owes_board());
}

#[test]
fn what_is_followed_grows_on_while_a_source_is_added_and_stays_paused() {
    let (mut console, mut growing, _) = live(140, 42);
    console.press("F7a").press("other").press("<enter>");
    let Some(Effect::Load(sources)) = console.left.pop() else { panic!("{:?}", console.left) };
    let status: Arc<Status> = Arc::default();
    console.send(Msg::Adding(Ok(Adding { sources: sources.clone(), status: status.clone() })));
    let grown = growing.go_on(listing("b.json", &later(&story(), "07", "9000"))).unwrap();
    console.send(Msg::Loaded(Arc::new(grown.inv)));
    assert_eq!(console.model.inv.event_count(), 24);
    let options = Options { threads: 1, ..Options::default() };
    let mut next = Growing::new(options, judgment(), status);
    console.send(Msg::Loaded(Arc::new(next.begin(listing("a.json", &story()), &|_| {}))));
    assert_eq!(console.model.sources, sources);
    assert!(console.screen().contains("paused +0"), "{}", console.screen());
}

#[test]
fn what_comes_is_not_shown_before_it_is_judged_by_the_rules_that_are_wanted() {
    let (mut console, mut growing, _) = live(140, 42);
    console.press("5m");
    let (before, rules) = (console.model.inv.clone(), console.model.inv.judgment.rules.clone());
    assert!(rules.infos().iter().any(|rule| rule.muted));
    assert!(
        console.rules.as_ref().is_some_and(|told| Arc::ptr_eq(told, &rules)),
        "what comes is judged by them"
    );
    // It came while the rule was being muted.
    let grown = growing.go_on(listing("b.json", &later(&story(), "07", "9000"))).unwrap();
    let effects = update(&mut console.model, Msg::Loaded(Arc::new(grown.inv)), Now(0));
    assert!(Arc::ptr_eq(&console.model.inv, &before), "what is muted came back");
    let judge = effects.into_iter().find_map(|effect| match effect {
        Effect::Rule(RuleWork::Judge(judging)) => judging.answer(),
        _ => None,
    });
    console.send(Msg::Rule(judge.unwrap()));
    assert_eq!(console.model.inv.event_count(), 24);
    assert!(Arc::ptr_eq(&console.model.inv.judgment.rules, &rules));
    assert!(console.screen().contains("live +12"), "{}", console.screen());
}
