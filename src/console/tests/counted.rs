//! Tables that count the values of a field: what they show, what they filter, and who counts.

use std::sync::Arc;

use serde_json::json;

use super::harness::Console;
use crate::console::app::answer::{CountRequest, Source};
use crate::console::app::casework::{Delivery, Export};
use crate::console::app::key::Keys;
use crate::console::app::{Effect, Msg, Now, update};
use crate::profile::sample;

fn console() -> Console {
    Console::on_story(140, 42)
}

#[test]
fn a_frequency_table_counts_and_filters() {
    let mut console = console();
    console.press("<right><right><right>f");
    let row = console.line_with("alice");
    assert!(console.screen().contains("actor · 2 values in 12 events"), "{}", console.screen());
    assert!(row.contains('6'), "{row}");
    // The riskiest first, then its events.
    console.press("o<enter>");
    assert_eq!((console.scopes(), console.model.overlays.len()), (vec!["actor mallory"], 0));
    console.press("<esc>f<down>-");
    // What is dropped leaves the table, which stays open.
    assert!(console.screen().contains("actor · 1 value in 6 events"), "{}", console.screen());
    console.press("<esc>");
    assert_eq!(console.scopes().len(), 1);
}

#[test]
fn a_value_that_is_kept_has_the_events_that_its_row_counts() {
    // One name is a part of the other's.
    let ann = |time: &str| sample::record(time, "s3:GetObject", &sample::user("ann", "AKIA1"), json!({}));
    let role = sample::role(sample::HOME, "Admin", "ann", "ASIA1", "07:00:00");
    let other = sample::record("08:00:02", "s3:GetObject", &role, json!({}));
    let records = [ann("08:00:00"), ann("08:00:01"), other];
    for (key, left) in [("<enter>", 2), ("-<esc>", 1)] {
        let mut console = Console::begun(140, 42, Some("logs"));
        console.send(Msg::Loaded(Arc::new(sample::investigation(&records))));
        console.press("2:frequency<space>actor<enter>");
        assert!(console.line_with(" ann ").contains(" 2 "), "{}", console.screen());
        console.press(key);
        assert_eq!((console.scopes().len(), console.model.answer.matched), (1, left), "{key}");
    }
}

/// What is asked of the workers on a key, and not done yet.
fn asked(console: &mut Console, key: &str) -> Vec<Effect> {
    let keys: Keys = key.parse().unwrap();
    keys.as_slice().iter().flat_map(|key| update(&mut console.model, Msg::Key(*key), Now(0))).collect()
}

fn count_request(effects: Vec<Effect>) -> CountRequest {
    let request = effects.into_iter().find_map(|effect| match effect {
        Effect::Count(request) => Some(*request),
        _ => None,
    });
    request.expect("values are asked for")
}

fn counted(console: &mut Console, request: &CountRequest) {
    let (counted, at) = request.answer();
    console.send(Msg::Counted(request.generation, Arc::new(counted), at));
}

#[test]
fn values_are_counted_on_below_other_overlays() {
    for over in ["?", ":", "x"] {
        let mut console = console();
        console.press("<right><right><right>");
        let request = count_request(asked(&mut console, "f"));
        asked(&mut console, over);
        assert_eq!(console.model.overlays.len(), 2, "{over}");
        assert!(console.model.is_asking(), "{over} stops the counting");
        counted(&mut console, &request);
        console.press("<esc>");
        assert!(console.screen().contains("actor · 2 values in 12 events"), "{over}: {}", console.screen());
    }
}

#[test]
fn a_table_above_another_does_not_keep_it_from_being_counted() {
    let mut console = console();
    console.press("<right><right><right>");
    asked(&mut console, "f");
    console.press(":frequency<space>region<enter>");
    assert!(console.screen().contains("region · 1 value in 12 events"), "{}", console.screen());
    console.press("<esc>");
    assert!(console.screen().contains("actor · 2 values in 12 events"), "{}", console.screen());
}

#[test]
fn a_key_in_a_table_of_values_leaves_all_that_takes_time_to_a_worker() {
    let mut console = console();
    console.press("<right><right><right>f");
    let request = count_request(asked(&mut console, "o"));
    assert!(matches!(request.from, Source::Counted(_)), "they are not counted again");
    assert!(console.screen().contains("by events · sorting …"), "{}", console.screen());
    counted(&mut console, &request);
    assert!(console.screen().contains("by risk ─"), "{}", console.screen());
    console.press("x<enter>");
    let Some(Effect::Deliver(delivery)) = console.left.pop() else { panic!("{:?}", console.left) };
    assert!(matches!(*delivery, Delivery::Export(Export::Values(_), _)), "{delivery:?}");
    let closed = asked(&mut console, "<esc>");
    assert!(closed.iter().any(|effect| matches!(effect, Effect::Discard(_))), "{closed:?}");
}
