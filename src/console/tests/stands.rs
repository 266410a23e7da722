//! Coming back to where one stood.

use std::sync::Arc;

use super::harness::{Console, investigation, story};
use crate::console::app::Msg;
use crate::console::app::stand::Stand;

/// A console that comes back, before anything is loaded.
fn back(stand: &Stand) -> Console {
    let mut console = Console::begun(140, 42, Some("./logs"));
    console.model.return_to(stand);
    console
}

#[test]
fn view_scopes_filter_order_columns_and_cursor_are_those_that_were_left() {
    let mut left = Console::on_story(140, 42);
    left.press("/access:write<enter>");
    // The user of the row, then sorted by time, and down to another event.
    left.press("u:sort time<enter>jjl");
    let stand = Stand::of(&left.model).unwrap();
    let text = serde_json::to_string(&stand).unwrap();
    let mut console = back(&serde_json::from_str(&text).unwrap());
    assert!(console.screen().contains("back where you were"), "{}", console.screen());
    console.send(Msg::Loaded(Arc::new(investigation(story()))));
    let (was, is) = (left.model.page(), console.model.page());
    assert_eq!((is.view, &is.columns, is.column, is.sort), (was.view, &was.columns, was.column, was.sort));
    assert_eq!((&is.filter, is.window, &is.cursor.id), (&was.filter, was.window, &was.cursor.id));
    assert_eq!(is.cursor.line, was.cursor.line);
    let scopes = |c: &Console| c.model.page().scopes.iter().map(|s| s.expr.to_string()).collect::<Vec<_>>();
    assert_eq!(scopes(&console), scopes(&left));
    // Leaving leads to everything.
    console.press("<esc>");
    assert!(!console.model.page().is_narrowed());
}

#[test]
fn a_profile_is_come_back_to_and_the_beginning_is_nothing_to_come_back_to() {
    let mut left = Console::on_story(140, 42);
    let fresh = back(&Stand::of(&left.model).unwrap());
    assert!(!fresh.screen().contains("back where you were"));
    left.press(":profile key<enter>");
    let mut console = back(&Stand::of(&left.model).unwrap());
    console.send(Msg::Loaded(Arc::new(investigation(story()))));
    assert_eq!(console.model.page().subject, left.model.page().subject);
    assert!(console.screen().contains("Riskiest events"), "{}", console.screen());
}

#[test]
fn the_panel_and_the_row_of_a_board_are_come_back_to() {
    let mut left = Console::on_story(140, 42);
    left.press("1j");
    let actors = Stand::of(&left.model).unwrap();
    let actor = left.model.item().unwrap().id.clone();
    left.press("2gv<tab>j");
    let profile = Stand::of(&left.model).unwrap();
    let panel = left.model.page().desk.panel;
    for (stand, panel) in [(&actors, "actors"), (&profile, panel)] {
        let mut console = back(stand);
        console.send(Msg::Loaded(Arc::new(investigation(story()))));
        assert_eq!(Stand::of(&console.model).as_ref(), Some(stand));
        assert_eq!(console.model.page().desk.panel, panel);
    }
    let mut console = back(&actors);
    console.send(Msg::Loaded(Arc::new(investigation(story()))));
    assert_eq!(console.model.item().unwrap().id, actor);
    // A row that is gone, or a stand of an earlier program, leaves the cursor where the panel begins.
    for stand in [
        Stand { row: Some("gone".to_owned()), ..actors.clone() },
        Stand { panel: String::new(), row: None, ..actors },
    ] {
        let mut console = back(&stand);
        console.send(Msg::Loaded(Arc::new(investigation(story()))));
        assert_ne!(console.model.item().unwrap().id, actor);
    }
}

#[test]
fn an_event_that_is_gone_leaves_the_cursor_at_the_top_and_a_key_goes_on_from_there() {
    let stand = Stand { event: Some("gone".to_owned()), sort: "time".to_owned(), ..Stand::default() };
    let mut console = back(&stand);
    console.send(Msg::Loaded(Arc::new(investigation(story()))));
    assert_eq!(console.model.page().cursor.line, 0);
    console.press("j");
    assert_eq!(console.model.page().cursor.line, 1);
}
