//! What keys do.

use std::sync::Arc;

use super::harness::{Console, investigation, story};
use crate::config::Depth;
use crate::console::app::action::View;
use crate::console::app::model::Focus;
use crate::console::app::msg::Mouse;
use crate::console::app::naming::Named;
use crate::console::app::{Effect, Msg, Now, update};
use crate::event::field::Field;

fn console() -> Console {
    Console::on_story(140, 42)
}

fn event(console: &Console) -> String {
    console.model.row().map_or_else(String::new, |row| row.event().to_owned())
}

#[test]
fn the_riskiest_event_is_under_the_cursor_with_its_reasons_beside_it() {
    let console = console();
    assert_eq!(event(&console), "StopLogging");
    let screen = console.screen();
    for text in ["Events by risk · 12", "mallory", "public address 203.0.113.9", "main-trail", "T1685.002"] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
}

#[test]
fn drilling_down_and_back_lands_on_the_row_that_was_left() {
    let mut console = console();
    console.press("j");
    let left = console.model.page().cursor.clone();
    console.press("u");
    assert_eq!((console.scopes(), console.model.answer.matched), (vec!["user mallory"], 6));
    // The event stays under the cursor where it is among those that are left.
    assert_eq!(console.model.page().cursor.id, left.id);
    console.press("e");
    assert_eq!(console.scopes().len(), 2);
    console.press("<esc><esc>");
    assert_eq!((console.scopes().len(), &console.model.page().cursor), (0, &left));
    console.press("]]");
    assert_eq!(console.scopes().len(), 2);
    console.press("[");
    assert_eq!(console.scopes(), ["user mallory"]);
    console.press("a");
    assert!(console.scopes().is_empty());
    console.press("<bs>");
    assert_eq!(console.scopes(), ["user mallory"]);
}

#[test]
fn every_pivot_narrows_to_what_is_shared() {
    for (keys, label, matched) in [
        ("i", "ip 203.0.113.9", 6),
        ("k", "key AKIAEXAMPLEmallory", 6),
        ("s", "session AKIAEXAMPLEmallory", 6),
        ("e", "event StopLogging", 1),
        ("A", "account 111122223333", 12),
        ("L", "region eu-west-1", 12),
    ] {
        let mut console = console();
        console.press(keys);
        assert_eq!((console.scopes(), console.model.answer.matched), (vec![label], matched), "{keys}");
    }
    let mut console = console();
    console.press("R");
    assert!(console.line_with("has no role").contains("this event has no role"));
    console.press("P");
    assert!(console.screen().contains("Events of the same"));
    console.press("addr<enter>");
    assert_eq!(console.scopes(), ["ip 203.0.113.9"]);
}

#[test]
fn a_pivot_leaves_the_filter_that_led_to_the_event_and_going_back_brings_it_back() {
    let mut console = console();
    console.press("/event:StopLogging<enter>");
    assert_eq!(console.model.answer.matched, 1);
    console.press("k");
    assert_eq!((console.scopes(), console.model.answer.matched), (vec!["key AKIAEXAMPLEmallory"], 6));
    assert_eq!(event(&console), "StopLogging");
    // A value that is kept narrows what the filter shows.
    console.press("<esc>");
    assert_eq!((console.model.page().filter.text(), console.model.answer.matched), ("event:StopLogging", 1));
    console.press("+");
    assert_eq!((console.scopes().len(), console.model.page().filter.text()), (1, "event:StopLogging"));
}

#[test]
fn the_value_under_the_cursor_is_kept_dropped_and_copied() {
    let mut console = console();
    // The fourth column is the actor.
    console.press("<right><right><right>");
    assert_eq!(console.model.page().field(), Field::Actor);
    console.press("-");
    assert_eq!((console.scopes(), console.model.answer.matched), (vec!["not actor mallory"], 6));
    console.press("<esc>+");
    assert_eq!((console.scopes(), console.model.answer.matched), (vec!["actor mallory"], 6));
    console.press("y");
    let copied = |console: &Console| match console.left.last() {
        Some(Effect::Copy(text)) => text.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(copied(&console), "mallory");
    console.press("<c-y>");
    assert_eq!(copied(&console), "00000000-0000-4000-8000-000000000010");
    console.press("Y");
    let record: serde_json::Value = serde_json::from_str(&copied(&console)).unwrap();
    assert_eq!(record["requestParameters"]["name"], "main-trail");
    assert!(copied(&console).lines().count() > 10);
}

#[test]
fn what_a_text_names_is_looked_up_by_a_worker_unless_something_else_is_done_meanwhile() {
    let id = "00000000-0000-4000-8000-000000000010";
    for (key, view) in [(None, View::Profile), (Some("?"), View::Events)] {
        let mut console = console();
        let effects = update(&mut console.model, Msg::Paste("203.0.113.9".to_owned()), Now(0));
        let [Effect::Name(naming)] = effects.as_slice() else { panic!("{effects:?}") };
        assert_eq!(console.model.page().view, View::Events);
        let named = naming.answer();
        key.map(|key| console.press(key).model.page().view);
        console.send(Msg::Named(naming.text.clone(), named));
        assert_eq!(console.model.page().view, view, "{key:?}");
        // What was asked before is not wanted any more.
        console.send(Msg::Named(id.to_owned(), Named::Event));
        assert_eq!(console.model.page().view, view, "{key:?}");
    }
}

#[test]
fn a_filter_works_as_it_is_typed_and_is_forgotten_when_it_is_closed() {
    let mut console = console();
    console.press("/outcome:denied");
    assert_eq!(console.model.answer.matched, 4);
    console.press("<esc>");
    assert_eq!((console.model.answer.matched, console.model.page().filter.is_all()), (12, true));
    console.press("/outcome:denied<enter>");
    assert_eq!((console.model.answer.matched, console.model.page().filter.text()), (4, "outcome:denied"));
    assert!(console.line_with("/ outcome:denied").contains("all"));
    // It is edited where it stands, and what is wrong with it is said.
    console.press("/actr:x");
    let fault = console.line_with("did you mean");
    assert!(fault.contains("actor"), "{fault}");
    console.press("<enter>");
    assert_eq!(console.model.overlays.len(), 1, "a faulty filter is not taken");
    console.press("<c-u>risk>=50<enter>");
    assert_eq!(console.model.page().filter.text(), "risk>=50");
    // A filter in place of another one is left to where the first one was typed.
    console.press("<esc>");
    assert_eq!(console.model.answer.matched, 12);
    console.press("/<up>");
    assert_eq!(console.model.filter().text(), "risk>=50");
    console.press("<up>");
    assert_eq!(console.model.filter().text(), "outcome:denied");
}

#[test]
fn the_filter_is_completed_with_names_and_with_values_that_are_there() {
    let mut console = console();
    console.press("/outc<tab>");
    assert_eq!(console.model.filter().text(), "");
    assert!(console.line_with("/ outcome").contains("/ outcome"), "{}", console.screen());
    console.press("<c-u>event:stop");
    assert!(console.screen().contains("StopLogging"));
    console.press("<tab>");
    assert_eq!((console.model.filter().text(), console.model.answer.matched), ("event:StopLogging", 1));
    console.press("<c-u>actor:");
    let (alice, mallory) = (console.line_with(" alice "), console.line_with(" mallory "));
    assert!(!alice.is_empty() && !mallory.is_empty());
}

#[test]
fn bursts_are_one_row_and_open() {
    let mut console = console();
    assert_eq!((console.model.answer.matched, console.model.answer.lines.len()), (12, 4));
    let denied = console.line_with("ListUsers");
    assert!(denied.contains("×4"), "{denied}");
    console.press("/event:ListUsers<enter>z");
    assert_eq!(console.model.answer.lines.len(), 4, "{}", console.screen());
    assert!(console.screen().contains("▾4"), "{}", console.screen());
    console.press("jz");
    assert_eq!((console.model.answer.lines.len(), console.model.page().cursor.line), (1, 0));
    console.press("agz");
    assert!(console.screen().contains("stands for one event"), "{}", console.screen());
}

#[test]
fn order_and_columns_are_chosen() {
    let mut console = console();
    console.press("o");
    assert!(console.screen().contains("Sort by"));
    console.press("time<enter>");
    assert_eq!(event(&console), "DescribeInstances");
    console.press("O");
    assert_eq!(event(&console), "DeleteObject");
    console.press(":sort -event<enter>");
    assert_eq!(event(&console), "StopLogging");
    console.press("C");
    console.press("region<tab>");
    assert_eq!(console.model.page().columns.len(), 7, "chosen columns are seen at once");
    console.press("<esc>");
    assert_eq!(console.model.page().columns.len(), 6, "closing brings back what was there");
    console.press("Cregion<tab><enter>");
    assert_eq!(console.model.page().columns.last(), Some(&Field::Region));
}

#[test]
fn a_record_is_folded_and_searched_and_its_values_are_kept() {
    let mut console = console();
    console.press("<enter>");
    assert_eq!(console.model.focus, Focus::Detail);
    let shown = console.model.detail.as_ref().unwrap().lines().len();
    console.press("zM");
    assert!(console.model.detail.as_ref().unwrap().lines().len() < shown);
    console.press("/main-tr<enter>");
    assert!(console.screen().contains("match 1 of 1"), "{}", console.screen());
    console.press("+");
    assert_eq!(console.scopes(), ["requestParameters.name main-trail"]);
    assert_eq!(console.model.answer.matched, 1);
    console.press("<esc><enter>zR/arn<enter>");
    console.press("<left>");
    assert!(console.model.detail.as_ref().unwrap().is_on_container());
    console.press("-");
    assert!(console.screen().contains("a single value can be kept"), "{}", console.screen());
    // What was folded by hand stays so for the next event.
    console.press("<space>");
    let closed = |console: &Console| {
        let tree = console.model.detail.as_ref().unwrap().tree().unwrap().clone();
        tree.nodes().iter().any(|node| node.key == "userIdentity" && !node.open)
    };
    assert!(closed(&console), "{}", console.screen());
    console.press("<esc>j");
    assert!(closed(&console));
}

#[test]
fn the_brush_narrows_the_list_and_the_timeline_stays() {
    let mut console = console();
    let series = console.model.answer.series.clone();
    console.press(">>");
    assert!(console.model.answer.matched < 12 && console.model.page().window.is_some());
    assert_eq!(console.model.answer.series, series);
    assert!(console.screen().contains('⟨'), "{}", console.screen());
    assert_eq!(event(&console), "StopLogging", "the brush closes in on the cursor");
    console.press("<esc>");
    assert_eq!(console.model.answer.matched, 12);
}

#[test]
fn hunts_are_scopes() {
    let mut console = console();
    console.press("H");
    console.press("logging<enter>");
    assert_eq!(console.model.answer.matched, 1);
    assert_eq!(console.scopes(), ["trails, detectors and logs that were changed"]);
    console.press("aE");
    assert_eq!(console.model.answer.matched, 4);
}

#[test]
fn themes_are_seen_as_one_goes_and_taken_or_not() {
    let mut console = console();
    console.press("t<down>");
    assert_eq!(console.model.theme.name, "light");
    console.press("<esc>");
    assert_eq!(console.model.theme.name, "default");
    console.press("tharb<enter>");
    assert_eq!(console.model.theme.name, "harbor");
    console.press("<c-t>");
    assert_eq!(console.model.theme.name, "ember");
    console.press("T");
    assert!(console.screen().contains("zone of this computer"));
}

#[test]
fn a_message_goes_away() {
    let mut console = console();
    console.press("n");
    assert!(console.screen().contains("nothing is looked for"));
    console.wait(6_000);
    assert!(!console.screen().contains("nothing is looked for"), "a message goes away");
}

#[test]
fn escape_never_quits_and_q_does() {
    let mut console = console();
    console.press("<esc><esc><esc><esc><bs>");
    assert!(console.left.is_empty());
    console.press(":<esc>/<esc>?<esc>t<esc>");
    assert!(console.model.overlays.is_empty() && console.left.is_empty());
    console.press("q");
    assert!(matches!(console.left.last(), Some(Effect::Quit)));
}

#[test]
fn help_is_of_the_place_and_searched() {
    let mut console = console();
    console.press("?");
    assert!(console.screen().contains("Keys: the list of events"));
    console.press("burst");
    assert!(console.screen().contains("opens or closes a burst"), "{}", console.screen());
    console.press("<esc><enter>?");
    assert!(console.screen().contains("Keys: the detail of a row"));
}

#[test]
fn a_snapshot_that_comes_later_does_not_move_the_row_under_the_cursor() {
    let mut console = Console::begun(100, 30, Some("./logs"));
    assert!(console.screen().contains("Reading"), "{}", console.screen());
    let whole = story();
    let (head, tail) = whole.split_at(whole.find("StopLogging").unwrap());
    let cut = head.rfind(",{\"eventVersion").unwrap();
    let first = format!("{}]}}", &head[..cut]);
    assert!(!tail.is_empty());
    let mut early = investigation(first);
    early.complete = false;
    console.send(Msg::Loaded(Arc::new(early)));
    assert_eq!(event(&console), "ListUsers");
    // The cursor was not moved: it stays at the top, whatever comes there.
    let mut moved = Console::begun(100, 30, Some("./logs"));
    moved.send(Msg::Loaded(console.model.inv.clone()));
    moved.press("j");
    let id = moved.model.page().cursor.id.clone();
    console.send(Msg::Loaded(Arc::new(investigation(story()))));
    moved.send(Msg::Loaded(Arc::new(investigation(story()))));
    assert_eq!(event(&console), "StopLogging");
    assert_eq!(moved.model.page().cursor.id, id);
    assert_eq!(moved.model.row().map(|row| row.id()), id);
}

#[test]
fn hostile_text_is_shown_and_does_nothing() {
    let mut console = console();
    console.press("/event:DeleteObject<enter><enter>");
    let screen = console.screen();
    assert!(screen.contains("logs-␛[31m"), "{screen}");
    assert!(!screen.contains('\u{1b}'));
}

#[test]
fn the_mouse_chooses_rows_and_scrolls() {
    let mut console = console();
    let y = console.screen().lines().position(|line| line.contains("ListUsers")).unwrap() as u16;
    console.send(Msg::Mouse(Mouse::Click(10, y)));
    assert_eq!(event(&console), "ListUsers");
    console.send(Msg::Mouse(Mouse::WheelDown(10, y)));
    assert_ne!(event(&console), "ListUsers");
    console.send(Msg::Mouse(Mouse::Click(135, 10)));
    assert_eq!(console.model.focus, Focus::Detail);
    console.press("M");
    assert!(matches!(console.left.last(), Some(Effect::Mouse(true))));
}

#[test]
fn every_size_can_be_drawn_whatever_is_open() {
    for keys in [
        "",
        "<enter>",
        "/actr",
        "f",
        "?",
        ":",
        "t",
        "C",
        ">",
        "1",
        "1<enter>",
        "1<enter><tab><tab><tab>",
        "4",
        "4<tab><tab>",
    ] {
        let mut console = console();
        console.press(keys);
        for (width, height) in
            [(1, 1), (0, 0), (59, 40), (60, 15), (61, 16), (80, 24), (109, 20), (110, 15), (300, 90)]
        {
            console.send(Msg::Resize(width, height));
            let screen = console.screen();
            assert_eq!(screen.lines().count(), usize::from(height), "{keys} {width}x{height}");
        }
        console.model.depth = Depth::None;
        console.send(Msg::Resize(80, 24));
        assert!(!console.screen().is_empty());
    }
}

#[test]
fn what_was_told_can_be_read_again() {
    let mut console = Console::on_story(100, 30);
    console.model.faults =
        vec!["keymap.toml:3: there is no key `<c-hyper>`; did you mean `<c-h>`?".to_owned()];
    console.press("y");
    let told = console.model.toast.clone().unwrap().text;
    console.press("j!");
    let screen = console.screen();
    assert!(screen.contains("keymap.toml:3") && screen.contains(&told), "{screen}");
    console.press("<esc>");
    assert!(console.model.overlays.is_empty());
}
