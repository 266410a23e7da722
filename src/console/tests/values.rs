//! What keys mean on a table of values: they act on its row, or on nothing; never on the event that lies below it.

use super::harness::Console;
use crate::console::app::Effect;
use crate::console::app::action::View;
use crate::console::app::casework::Work;
use crate::console::app::overlay::Overlay;

/// The table of a field over the list; nothing has left the console.
fn table(field: &str) -> Console {
    let mut console = Console::on_story(140, 42);
    console.press(&format!(":frequency<space>{field}<enter>"));
    assert!(matches!(console.model.overlays.last(), Some(Overlay::Frequency(_))), "{}", console.screen());
    console.left.clear();
    console
}

#[test]
fn keys_about_an_event_reach_none_below_a_table_of_values() {
    let keys = [
        "m",
        "c",
        "S",
        "n",
        "N",
        "d",
        "<tab>",
        "Y",
        "<c-y>",
        "s",
        "i",
        "e",
        "R",
        "A",
        "L",
        "v",
        ":note<enter>",
        ":tag<enter>",
        ":untag<enter>",
        ":state<enter>",
        ":remove<enter>",
        ":burst<enter>",
        ":search<enter>",
        ":open<enter>",
        ":incident<enter>",
        ":copy lookup<enter>",
        ":rule new<enter>",
    ];
    for key in keys {
        let mut console = table("service");
        console.press("/risk>=50<enter>").press(key);
        let said = console.line_with("there is no event under the cursor here");
        assert!(said.contains("enter keeps the value"), "{key}: {said}");
        assert_eq!((console.left.len(), console.model.overlays.len()), (0, 1), "{key}");
        assert_eq!((console.scopes().len(), console.model.page().view), (0, View::Events), "{key}");
    }
}

#[test]
fn keys_about_a_row_of_a_board_reach_none_below_a_table_of_values() {
    for key in [
        "m",
        "c",
        ":rule mute<enter>",
        ":rule edit<enter>",
        ":note<enter>",
        ":tag<enter>",
        ":incident<enter>",
    ] {
        for view in ["5", "6", "1"] {
            let mut console = Console::on_story(140, 42);
            console.press(view).press(":frequency<space>actor<enter>");
            console.left.clear();
            console.press(key);
            console.line_with("there is no event under the cursor here");
            assert_eq!((console.left.len(), console.model.overlays.len()), (0, 1), "{view} {key}");
        }
    }
}

#[test]
fn keys_about_a_value_act_on_the_row_of_the_table() {
    // Mallory's events are the riskiest, so that the list below is at one of these.
    let mut console = table("ip");
    console.press("G");
    let row = |console: &Console| console.model.table().unwrap().chosen().unwrap().clone();
    let chosen = row(&console);
    console.press("yI");
    assert!(matches!(&console.left[0], Effect::Copy(text) if *text == chosen.value), "{:?}", console.left);
    let Effect::Case(Work::Indicator(new)) = &console.left[1] else { panic!("{:?}", console.left) };
    assert_eq!((new.value.as_str(), new.first, new.last), (chosen.value.as_str(), chosen.first, chosen.last));
    console.press("i");
    assert_eq!((console.model.overlays.len(), console.model.answer.matched as u64), (0, chosen.events));
    assert_eq!(console.scopes(), [format!("ip {}", chosen.value)]);
    for (field, key) in
        [("actor", "u"), ("user", "u"), ("event", "e"), ("session", "s"), ("account", "A"), ("region", "L")]
    {
        let mut console = table(field);
        console.press("G");
        let chosen = row(&console);
        console.press(key);
        assert_eq!(console.model.answer.matched as u64, chosen.events, "{field} {key}: {}", console.screen());
        assert_eq!((console.model.overlays.len(), console.scopes().len()), (0, 1), "{field} {key}");
    }
}

#[test]
fn the_profile_is_of_the_value_of_the_row() {
    for key in ["v", "3"] {
        let mut console = table("actor");
        console.press("o");
        let name = console.model.table().unwrap().chosen().unwrap().value.clone();
        console.press("j");
        let other = console.model.table().unwrap().chosen().unwrap().value.clone();
        assert_ne!(name, other);
        console.press(key);
        let subject = console.model.page().subject.clone().unwrap();
        assert_eq!((subject.name, console.model.overlays.len()), (other, 0), "{key}");
    }
    // Of what nobody is behind, the view says how to choose somebody.
    let mut console = table("service");
    console.press("3");
    assert_eq!((console.model.page().view, &console.model.page().subject), (View::Profile, &None));
}

#[test]
fn another_field_is_chosen_in_a_table_and_its_values_are_counted() {
    let mut console = table("service");
    console.press("fregion<enter>");
    assert!(console.screen().contains("region · 1 value"), "{}", console.screen());
}
