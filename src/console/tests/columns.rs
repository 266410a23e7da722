//! Columns: which are seen, where the cursor may stand, and what rows are put in order by.

use super::harness::Console;
use crate::console::app::action::View;
use crate::console::app::{Msg, Now, update};
use crate::event::field::Field;

/// Whether the headings of the list name a column.
fn shows(console: &Console, name: &str) -> bool {
    console.screen().lines().nth(4).is_some_and(|line| line.contains(name))
}

#[test]
fn columns_that_are_chosen_are_seen_in_place_of_usual_ones() {
    let mut console = Console::on_story(80, 24);
    assert!(shows(&console, "outcome"));
    console.press("Ctarget<tab><c-u>agent<tab><enter>");
    assert!(
        shows(&console, "target") && shows(&console, "agent") && !shows(&console, "outcome"),
        "{}",
        console.screen()
    );
    console.line_with("more columns of width; left and right go there");
    let said = console.screen();
    assert!(said.contains("outcome needs"), "{said}");
    // Where there is room for all of them nothing is said.
    let mut console = Console::on_story(200, 42);
    console.press("Ctarget<tab><c-u>agent<tab><enter>");
    assert!(shows(&console, "target") && shows(&console, "outcome"), "{}", console.screen());
    assert!(!console.screen().contains("of width"), "{}", console.screen());
}

#[test]
fn the_cursor_stands_on_no_column_that_is_not_seen() {
    for width in [60, 80, 100, 140] {
        let mut console = Console::on_story(width, 24);
        console.press("Ctarget<tab><c-u>agent<tab><c-u>principal<tab><c-u>region<tab><enter>");
        let fields = console.model.page().columns.clone();
        assert_eq!(fields.len(), 10);
        for (at, field) in fields.into_iter().enumerate() {
            assert_eq!(console.model.page().column, at);
            let seen = console.model.shown_columns();
            assert!(seen.contains(&at) && seen.len() > 1, "{width} {at}: {seen:?}");
            let name = if field == Field::Ip { "address" } else { field.name() };
            assert!(shows(&console, name), "{width} {name}: {}", console.screen());
            console.press("<right>");
        }
    }
}

/// The ids of the rows of the first panel, as they are shown.
fn rows(console: &Console) -> Vec<String> {
    let shown = console.model.shown.as_ref().unwrap();
    (0..shown.panel(0).unwrap().len()).map(|line| shown.item(0, line).unwrap().id.clone()).collect()
}

#[test]
fn actors_are_sorted_by_a_column_that_is_seen_and_first_by_their_score() {
    for width in [80, 140] {
        let mut console = Console::on_story(width, 24);
        console.press("1");
        let ranked = rows(&console);
        console.press("o");
        console.line_with("sorted by score");
        assert_eq!(rows(&console), ranked, "the worst comes first");
        console.press("o");
        console.line_with("in the usual order");
        console.press("O");
        console.line_with("sorted by score, turned round");
        assert_eq!(rows(&console), ranked.iter().rev().cloned().collect::<Vec<_>>());
        console.press("O");
        assert_eq!(rows(&console), ranked);
        // Walking goes over what is seen and nothing else.
        let seen = console.model.columns_on_board(0);
        console.press(&"h".repeat(20));
        for column in &seen {
            assert_eq!(console.model.column_on_board(0, &seen), *column, "{width}");
            console.press("l");
        }
        assert_eq!(console.model.column_on_board(0, &seen), *seen.last().unwrap());
        assert_eq!(seen.contains(&0), width == 140, "the rank is left out where room is short");
    }
}

#[test]
fn a_board_is_sorted_by_the_name_of_a_column_or_says_which_there_are() {
    let mut console = Console::on_story(140, 42);
    let order = console.model.page().sort;
    console.press("1");
    let ranked = rows(&console);
    for (typed, said, turned) in [
        ("sort -risk", "sorted by score, the other way round", true),
        ("sort risk", "sorted by score", false),
        ("sort -events", "sorted by events, the other way round", false),
        ("sort actor", "sorted by actor", true),
    ] {
        console.press(&format!(":{typed}<enter>"));
        console.line_with(said);
        assert_eq!(rows(&console) != ranked, turned, "{typed}: {:?}", rows(&console));
    }
    for typed in ["sort region", "sort nonsense"] {
        let before = rows(&console);
        console.press(&format!(":{typed}<enter>"));
        let said = console.line_with("there is no column ");
        assert!(said.contains("score, actor, kind"), "{said}");
        assert_eq!(rows(&console), before);
    }
    assert_eq!(console.model.page().sort, order, "the list of events is sorted as it was");
}

#[test]
fn the_cursor_moves_as_was_typed_before_the_board_was_there() {
    let mut console = Console::on_story(140, 42);
    let mut effects = Vec::new();
    for key in ['5', 'j', 'j', 'j'] {
        let key = crate::console::app::key::Key::letter(key);
        effects.extend(update(&mut console.model, Msg::Key(key), Now(1)));
    }
    assert!(console.model.shown.is_none() && console.model.page().view == View::Rules);
    for effect in effects {
        for msg in console.carry_out(effect) {
            console.send(msg);
        }
    }
    let shown = console.model.shown.as_ref().unwrap();
    assert_eq!(shown.line(0, &console.model.page().desk), 3);
    // What was typed in a view that was left moves nothing in another.
    console.press("2");
    let mut effects = Vec::new();
    for key in ['4', 'j', '2', '1'] {
        let key = crate::console::app::key::Key::letter(key);
        effects.extend(update(&mut console.model, Msg::Key(key), Now(1)));
    }
    for effect in effects {
        for msg in console.carry_out(effect) {
            console.send(msg);
        }
    }
    let shown = console.model.shown.as_ref().unwrap();
    assert_eq!(shown.line(0, &console.model.page().desk), 0);
}

#[test]
fn the_line_at_the_bottom_names_what_can_be_done_with_the_row() {
    let footer = |console: &Console| console.screen().lines().last().unwrap().to_owned();
    let mut console = Console::on_story(200, 42);
    assert!(footer(&console).contains("m mark") && footer(&console).contains("i address"));
    for view in ["1", "5", "6", "7"] {
        console.press(view);
        let line = footer(&console);
        for key in ["i address", "k key", "c add to case", "S Slack", "m mark"] {
            assert!(!line.contains(key), "{view}: {line}");
        }
        assert!(line.contains("x export") && line.contains("/ filter"), "{view}: {line}");
    }
    console.press("1");
    assert!(
        footer(&console).contains("u user") && footer(&console).contains("v profile"),
        "{}",
        footer(&console)
    );
    // A row that is an event has all that events have.
    console.press("2v");
    while console.model.row().is_none() {
        console.press("<tab>");
    }
    assert!(
        footer(&console).contains("i address") && footer(&console).contains("m mark"),
        "{}",
        footer(&console)
    );
    console.press("2:frequency ip<enter>");
    assert!(
        footer(&console).contains("i address") && !footer(&console).contains("m mark"),
        "{}",
        footer(&console)
    );
}

#[test]
fn a_filter_that_is_taken_in_the_view_of_rules_stays_there() {
    let mut console = Console::on_story(140, 42);
    console.press("5/actor:mallory<enter>");
    assert_eq!(
        (console.model.page().view, console.model.page().filter.text()),
        (View::Rules, "actor:mallory")
    );
    console.press("<esc>");
    assert!(console.model.page().filter.is_all());
}
