//! What the screens look like: letters and styles of each state, kept in `snapshots`.

use super::harness::Console;
use crate::config::Depth;

/// Each state: its name, its size, the keys that lead there.
const STATES: &[(&str, (u16, u16), &str)] = &[
    ("events_80x24", (80, 24), ""),
    ("events_140x42", (140, 42), ""),
    ("events_60x15", (60, 15), ""),
    ("too_small", (59, 14), ""),
    ("detail_80x24", (80, 24), "<enter>G"),
    ("detail_140x42", (140, 42), "<enter>jj"),
    ("scopes_80x24", (80, 24), "ue/risk>=50<enter>>"),
    ("filter_typing", (80, 24), "/outcome:denied act"),
    ("filter_fault", (80, 24), "/actr:x"),
    ("filter_long_fault", (80, 24), "/time>yesterday"),
    ("filter_values", (80, 24), "/actor:<tab>"),
    ("nothing_matches", (80, 24), "/actor:nobody<enter>"),
    ("search", (140, 42), "<enter>/main"),
    ("palette", (80, 24), ":sorta"),
    ("help", (80, 24), "?"),
    ("themes", (80, 24), "t"),
    ("columns", (80, 24), "C<down><down><tab>"),
    ("sorts", (80, 24), "o"),
    ("hunts", (80, 24), "H"),
    ("frequency_80x24", (80, 24), "<right><right>f"),
    ("frequency_140x42", (140, 42), "<right><right>f"),
    ("burst_open", (140, 42), "/event:ListUsers<enter>z"),
    ("actors_80x24", (80, 24), "1"),
    ("actors_140x42", (140, 42), "1"),
    ("actors_200x55", (200, 55), "1<right><right><right>oj"),
    ("sessions_80x24", (80, 24), "1z"),
    ("profile_80x24", (80, 24), "1<enter><tab>"),
    ("profile_140x42", (140, 42), "1<enter><tab><tab><tab>"),
    ("profile_200x55", (200, 55), "1<enter>B"),
    ("profile_of_nobody", (80, 24), "/actor:nobody<enter>3"),
    ("anomalies_80x24", (80, 24), "4"),
    ("anomalies_140x42", (140, 42), "4<tab>"),
    ("anomalies_200x55", (200, 55), "4<tab><tab>j"),
    ("sources_80x24", (80, 24), "7"),
    ("sources_140x42", (140, 42), "7<tab><tab><tab>"),
    ("sources_prompt", (80, 24), "7a./more"),
    ("rules_80x24", (80, 24), "5"),
    ("rules_140x42", (140, 42), "5"),
    ("editor_80x24", (80, 24), "5E"),
    ("editor_140x42", (140, 42), "5E"),
    ("message", (80, 24), "n"),
    ("case_empty", (80, 24), "6"),
    ("note_prompt", (80, 24), ";one<a-enter>two"),
    ("export_prompt", (80, 24), "x"),
];

#[test]
fn every_state_looks_as_it_did() {
    for (name, (width, height), keys) in STATES {
        let mut console = Console::on_story(*width, *height);
        console.press(keys);
        insta::assert_snapshot!(*name, console.styled());
    }
}

#[test]
fn the_welcome_stays_in_its_box() {
    for size in [(60, 15), (70, 18), (80, 24)] {
        let mut console = Console::on_story(size.0, size.1);
        console.model.welcome = true;
        insta::assert_snapshot!(format!("welcome_{}x{}", size.0, size.1), console.styled());
    }
}

#[test]
fn the_start_and_the_load_look_as_they_did() {
    insta::assert_snapshot!("start", Console::begun(80, 24, None).styled());
    insta::assert_snapshot!("loading", Console::begun(80, 24, Some("./logs")).styled());
}

#[test]
fn without_colors_everything_can_still_be_told_apart() {
    let mut console = Console::on_story(80, 24);
    console.model.depth = Depth::None;
    insta::assert_snapshot!("no_colors", console.styled());
}

#[test]
fn without_colors_the_boards_can_be_read() {
    for (name, keys) in
        [("actors", "1"), ("profile", "1<enter><tab><tab><tab>"), ("anomalies", "4<tab>"), ("sources", "7")]
    {
        let mut console = Console::on_story(140, 42);
        console.model.depth = Depth::None;
        console.press(keys);
        insta::assert_snapshot!(format!("no_colors_{name}"), console.styled());
    }
}
