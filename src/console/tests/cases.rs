//! The view of the case, and what is asked of it.

use std::sync::Arc;

use super::harness::Console;
use crate::case::{By, Case, State, Subject, gather};
use crate::console::app::casework::{Delivery, Export, Known, Told, Work};
use crate::console::app::overlay::Overlay;
use crate::console::app::overlay::prompt::Asking;
use crate::console::app::{Effect, Msg};
use crate::event::time::Time;

/// A case on the story: a finding with a note of two lines and a tag, and a mark.
fn known(console: &Console) -> Known {
    let folder = tempfile::tempdir().unwrap();
    let mut case = Case::open(&folder.path().join("case.sqlite"), true).unwrap();
    let at = Time::from_millis(1_772_445_600_000);
    let by = By { who: "dana@host".into(), console: "console 1".into(), at };
    let inv = &console.model.inv;
    let row = inv.table.find_id("00000000-0000-4000-8000-000000000010").unwrap();
    let id = case.add_finding(&by, &gather::finding(inv, &[row]).unwrap()).unwrap();
    case.add_note(&by, &Subject::Finding(id), "asked mallory\nno answer \u{1b}[31m").unwrap();
    case.tag(&by, &Subject::Finding(id), "trail", true).unwrap();
    case.mark(&by, &["00000000-0000-4000-8000-000000000011".to_owned()], true).unwrap();
    let mut history = case.history(None, 100).unwrap();
    history.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
    Known::new(1, case.contents().unwrap(), history)
}

fn console(width: u16, height: u16) -> Console {
    let mut console = Console::on_story(width, height);
    let known = known(&console);
    console.send(Msg::Told(Told::Case(Arc::new(known))));
    console.left.clear();
    console
}

fn works(console: &Console) -> Vec<String> {
    let work = |effect: &Effect| match effect {
        Effect::Case(work) => Some(format!("{work:?}").split('(').next().unwrap().to_owned()),
        _ => None,
    };
    console.left.iter().filter_map(work).collect()
}

#[test]
fn the_case_looks_as_it_did() {
    for (name, size) in [("case_80x24", (80, 24)), ("case_140x42", (140, 42))] {
        let mut console = console(size.0, size.1);
        console.press("6");
        insta::assert_snapshot!(name, console.styled());
    }
    insta::assert_snapshot!("events_marked", console(80, 24).styled());
}

#[test]
fn keys_on_an_event_ask_for_changes_of_the_case() {
    let mut console = console(140, 42);
    console.press("mcU#odd<enter>;why<a-enter>really<enter>");
    assert_eq!(works(&console), ["Mark", "Add", "Undo", "Tag", "Note"]);
    let Some(Effect::Case(Work::Note(subject, text))) = console.left.last() else { panic!() };
    assert_eq!(
        (subject.to_string().as_str(), text.as_str()),
        ("event:00000000-0000-4000-8000-000000000010", "why\nreally")
    );
    let Some(Effect::Case(Work::Mark(_, true))) = console.left.first() else { panic!("it was not marked") };
    // The next one is marked already.
    console.press("/event:DeleteObject<enter>m");
    assert!(matches!(console.left.last(), Some(Effect::Case(Work::Mark(_, false)))));
    let mut without = Console::on_story(140, 42);
    without.model.case = None;
    without.press("m");
    assert!(without.left.is_empty() && without.screen().contains("no case is open"));
}

#[test]
fn a_finding_moves_to_a_state_that_was_decided_on_what_was_seen() {
    let mut console = console(140, 42);
    console.press("6wresol<enter>");
    let Some(Effect::Case(Work::State(subject, state, Some(_)))) = console.left.last() else { panic!() };
    assert_eq!((subject, *state), (&Subject::Finding(1), State::Resolved));
    // Where no finding is, nothing has a state.
    console.press("<esc>2w");
    assert_eq!(works(&console).len(), 1);
}

#[test]
fn a_finding_leads_to_its_events() {
    let mut console = console(140, 42);
    console.press("6<enter>");
    assert_eq!(console.model.answer.matched, 1);
    assert_eq!(console.model.row().unwrap().event(), "StopLogging");
}

#[test]
fn an_export_names_its_form_and_replaces_nothing_unasked() {
    let mut console = console(140, 42);
    console.press("x<c-u>a.txt<enter>");
    assert!(console.left.is_empty() && console.screen().contains(".jsonl"), "{}", console.screen());
    console.press("<c-u>a.csv<enter>");
    let first = console.left.pop();
    let Some(Effect::Deliver(delivery)) = first else { panic!("{first:?}") };
    let Delivery::Export(Export::Events(..), target) = *delivery else { panic!() };
    assert_eq!((target.path.as_str(), target.replace), ("a.csv", false));
    console.send(Msg::Told(Told::Exists(Asking::Export, "a.csv".to_owned())));
    console.press("<enter>");
    let Some(Effect::Deliver(delivery)) = console.left.pop() else { panic!() };
    assert!(matches!(*delivery, Delivery::Export(_, target) if target.replace));
    // Another name was not agreed to.
    console.send(Msg::Told(Told::Exists(Asking::Export, "a.csv".to_owned())));
    console.press("<c-u>b.csv<enter>");
    let Some(Effect::Deliver(delivery)) = console.left.pop() else { panic!() };
    assert!(matches!(*delivery, Delivery::Export(_, target) if !target.replace));
}

#[test]
fn nothing_is_sent_before_it_was_seen() {
    let mut console = console(140, 42);
    console.press("S");
    let Some(Effect::Deliver(delivery)) = console.left.pop() else { panic!() };
    let Delivery::Preview(inv, row, subject) = *delivery else { panic!("it would have been sent") };
    for ready in [false, true] {
        let send = Box::new(Delivery::Send(inv.clone(), row, subject.clone()));
        console.send(Msg::Told(Told::Preview { text: "{\n\"text\": 1\n}".to_owned(), ready, send }));
        assert!(console.line_with("\"text\": 1").contains("1"));
        console.press("<enter>");
        let sent = matches!(console.left.pop(), Some(Effect::Deliver(d)) if matches!(*d, Delivery::Send(..)));
        assert_eq!((sent, ready), (ready, ready));
        assert_eq!(matches!(console.model.overlays.last(), Some(Overlay::Preview(_))), !ready);
        console.press("<esc>");
    }
}
