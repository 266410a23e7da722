//! Pasting, parts of time, the brush, links, completion of paths, and the keys that may follow.

use super::harness::{Console, story};
use crate::console::app::action::View;
use crate::console::app::casework::{Delivery, Export};
use crate::console::app::overlay::Overlay;
use crate::console::app::{Effect, Msg};

fn paste(console: &mut Console, text: &str) {
    console.send(Msg::Paste(text.to_owned()));
}

/// What was copied last.
fn copied(console: &Console) -> &str {
    let text = console.left.iter().rev().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.as_str()),
        _ => None,
    });
    text.unwrap()
}

#[test]
fn what_an_alert_names_is_jumped_to() {
    for (pasted, view, crumb) in [
        (" AKIAEXAMPLEmallory\n", View::Events, "/ \"AKIAEXAMPLEmallory\""),
        ("203.0.113.9", View::Profile, "all ▸ ip 203.0.113.9"),
        ("mallory", View::Profile, "all ▸ user mallory"),
        ("arn:aws:iam::111122223333:user/mallory", View::Profile, "all ▸ actor mallory"),
        ("00000000-0000-4000-8000-000000000010", View::Events, "all"),
    ] {
        let mut console = Console::on_story(140, 42);
        paste(&mut console, pasted);
        assert_eq!(console.model.page().view, view, "{pasted}");
        console.line_with(crumb);
    }
    let mut console = Console::on_story(140, 42);
    console.press("/event:ListUsers<enter>");
    paste(&mut console, "00000000-0000-4000-8000-000000000010");
    assert_eq!(console.model.row().unwrap().event(), "StopLogging");
    // Where letters are typed, what is pasted is typed.
    console.press("/");
    paste(&mut console, "mallory");
    console.line_with("/ mallory");
}

#[test]
fn a_name_that_nobody_has_is_looked_for_in_everything() {
    let mut console = Console::on_story(140, 42);
    paste(&mut console, "main-trail");
    console.line_with("nobody here acted under that name");
    console.press("<enter>");
    assert_eq!(console.model.answer.matched, 1);
}

#[test]
fn a_profile_answers_who_what_and_what_is_left_and_who_again_is_their_profile() {
    let mut console = Console::on_story(140, 42);
    console.press("w");
    paste(&mut console, "203.0.113.9");
    console.press("<esc>");
    paste(&mut console, "203.0.113.9");
    for (key, panel) in [("d", "story"), ("r", "made"), ("w", "chain")] {
        console.press(key);
        assert_eq!(console.model.page().desk.panel, panel);
    }
    console.press("w");
    console.line_with("all ▸ actor mallory");
    console.press("<bs>");
    console.line_with("all ▸ ip 203.0.113.9");
}

#[test]
fn a_part_of_time_is_asked_for_in_words() {
    let mut console = Console::on_story(140, 42);
    console.press("r");
    console.line_with("around the event under the cursor");
    console.press("last 5m");
    console.line_with("2026-03-02T09:16:40Z – 2026-03-02T09:21:40Z");
    console.press("<enter>");
    assert_eq!(console.model.answer.matched, 2);
    console.press("<esc>");
    assert_eq!(console.model.page().window, None);
    console.press(":range 2026-03-02T08:00..2026-03-02T08:30<enter>");
    assert_eq!(console.model.answer.matched, 6);
    // What is wrong is said, and can be put right.
    console.press("rlast year<enter>");
    assert!(matches!(console.model.overlays.last(), Some(Overlay::Prompt(_))));
    console.line_with("is no part of time");
    console.press("<c-u>all<enter>");
    assert_eq!(console.model.answer.matched, 12);
    // Tab goes through what is offered.
    console.press("r<tab><tab>");
    console.line_with("time last 1h");
}

#[test]
fn the_brush_looks_closer_and_backspace_goes_back() {
    let mut console = Console::on_story(140, 42);
    console.press("b<left><left><tab><right>");
    console.line_with("enter looks closer");
    console.press("<enter>");
    let (matched, page) = (console.model.answer.matched, console.model.page());
    assert!(matched > 0 && matched < 12, "{matched}");
    assert_eq!(page.scopes.len(), 1);
    // The timeline is of that part alone now.
    assert!(console.model.answer.series.buckets.len() > 1);
    console.press("<bs>");
    assert_eq!((console.model.answer.matched, console.model.page().scopes.len()), (12, 0));
    console.press("b<esc>");
    assert!(console.model.overlays.is_empty());
}

#[test]
fn the_brush_means_the_same_times_after_another_answer_or_on_another_screen() {
    let mut console = Console::on_story(140, 42);
    let span = |console: &Console| match console.model.overlays.last() {
        Some(Overlay::Span(span)) => span.times(),
        other => panic!("{other:?}"),
    };
    console.press("b");
    let (was, step) = (span(&console), console.model.answer.series.step_ms);
    let shown = console.line_with("enter looks closer");
    console.send(Msg::Resize(70, 30));
    assert_ne!(console.model.answer.series.step_ms, step, "the stretches are others");
    assert_eq!(span(&console), was);
    let part = |line: &str| {
        let before = line.split(" · enter").next().unwrap().to_owned();
        before.trim_matches(|c: char| !c.is_ascii_digit()).to_owned()
    };
    assert_eq!(part(&console.line_with("enter looks closer")), part(&shown));
    console.press("<enter>");
    assert_eq!(console.model.page().scopes[0].label, format!("{} to {}", was.0, was.1));
}

#[test]
fn the_record_of_a_row_of_a_board_is_copied_and_of_a_row_without_one_none() {
    let mut console = Console::on_story(140, 42);
    console.press("Y");
    assert!(copied(&console).contains("StopLogging"), "the record of the list");
    console.press("v");
    let of_event = |console: &Console| console.model.row().map(|row| row.id());
    for _ in 0..12 {
        if of_event(&console).is_some() {
            break;
        }
        console.press("<tab>");
    }
    // The detail is of the event of the list.
    console.press("j");
    let id = of_event(&console).unwrap();
    assert_ne!(Some(&id), console.model.detail.as_ref().map(|detail| &detail.id));
    console.press("Y");
    assert!(copied(&console).contains(&id), "{}", copied(&console));
    console.left.clear();
    console.press("1Y");
    assert!(console.left.is_empty() && console.screen().contains("nothing under the cursor"));
}

#[test]
fn the_link_is_shown_and_copied_and_opened_only_on_another_key() {
    let mut console = Console::on_story(140, 42);
    console.press("w");
    console.line_with(
        "https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/00000000",
    );
    assert!(copied(&console).starts_with("https://eu-west-1.console.aws.amazon.com/"));
    let opened = |c: &Console| {
        c.left.iter().any(|e| matches!(e, Effect::Deliver(d) if matches!(**d, Delivery::Open(_))))
    };
    console.press("<esc>");
    assert!(!opened(&console));
    console.press("w<enter>");
    assert!(opened(&console));
}

#[test]
fn a_page_is_copied_as_a_command_with_all_that_narrows_it() {
    let mut console = Console::on_story(140, 42);
    console.press("u/access:write<enter>Xcommand<enter>");
    let command = copied(&console);
    assert!(command.starts_with("trailhound scan --all --top 0 --query='"), "{command}");
    assert!(command.contains("user:mallory") && command.contains("access:write"), "{command}");
    assert!(command.ends_with(" logs"), "{command}");
    console.press(":copy lookup<enter>");
    assert!(copied(&console).starts_with(
        "aws cloudtrail lookup-events --region eu-west-1 --lookup-attributes AttributeKey=EventId,"
    ));
    console.press(":copy arn<enter>");
    assert_eq!(copied(&console), "arn:aws:iam::111122223333:user/mallory");
}

#[test]
fn a_path_is_completed_and_its_forms_are_gone_through() {
    let mut console = Console::on_story(140, 42);
    console.press("x<c-u>out/a<tab>");
    assert!(matches!(console.left.last(), Some(Effect::Paths(typed)) if typed == "out/a"));
    console.send(Msg::Paths("out/a".to_owned(), vec!["out/abc/".to_owned()]));
    console.line_with("export to out/abc/");
    console.press("<c-u>b<tab>");
    console.send(Msg::Paths("b".to_owned(), Vec::new()));
    console.line_with("export to b.csv");
    console.press("<tab>");
    console.line_with("export to b.json");
    // What comes for another line is not for this one.
    console.press("<c-u>c");
    console.send(Msg::Paths("b".to_owned(), vec!["b2".to_owned()]));
    console.line_with("export to c");
}

#[test]
fn a_table_of_values_is_exported_as_it_stands() {
    let mut console = Console::on_story(140, 42);
    console.press("f:export<esc>x<c-u>a.md<enter>");
    let export = console.left.iter().find_map(|effect| match effect {
        Effect::Deliver(delivery) => match &**delivery {
            Delivery::Export(Export::Values(counted), target) => {
                Some((counted.rows().count(), target.path.clone()))
            }
            _ => None,
        },
        _ => None,
    });
    let (rows, path) = export.unwrap();
    assert_eq!(path, "a.md");
    assert!(rows > 1);
}

#[test]
fn a_view_that_is_chosen_is_not_hidden_by_the_table_of_values() {
    let mut console = Console::on_story(140, 42);
    console.press("f5");
    assert!(console.model.overlays.is_empty());
    console.line_with("rules, ");
}

/// The rows of a view as they go into a file, and what stands above them.
fn exported(view: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut console = Console::on_story(140, 42);
    console.press(view).press("x<c-u>a.json<enter>");
    let export = console.left.iter().find_map(|effect| match effect {
        Effect::Deliver(delivery) => match &**delivery {
            Delivery::Export(Export::Rows(heads, rows), _) => Some((heads.clone(), rows.clone())),
            _ => None,
        },
        _ => None,
    });
    export.unwrap()
}

#[test]
fn what_is_a_letter_on_the_screen_is_a_name_in_a_file() {
    let (heads, rows) = exported("1");
    let tactics = heads.iter().position(|head| head == "tactics").unwrap();
    assert!(rows[0][tactics].contains("Defense Impairment"), "{rows:?}");
}

#[test]
fn rows_without_headings_have_some_in_a_file() {
    let (heads, rows) = exported("3");
    assert_eq!(heads, ["what", "value"]);
    assert!(rows.iter().all(|row| row.len() == 2) && rows[0][0] == "risk", "{rows:?}");
}

#[test]
fn the_keys_that_may_follow_are_named() {
    let mut console = Console::on_story(140, 42);
    console.press("<enter>z");
    let line = console.line_with("z …");
    for text in ["a fold", "R fold open-all", "M fold close-all"] {
        assert!(line.contains(text), "{line}");
    }
}

#[test]
fn a_click_on_the_tabs_opens_a_view() {
    let mut console = Console::on_story(140, 42);
    let tabs = console.line_with("4 Anomalies");
    let x = tabs.find("Anomalies").unwrap() as u16;
    console.send(Msg::Mouse(crate::console::app::msg::Mouse::Click(x, 1)));
    assert_eq!(console.model.page().view, View::Anomalies);
}

#[test]
fn whoever_is_here_for_the_first_time_is_told_what_to_press_and_any_key_goes_on() {
    let mut console = Console::on_story(140, 42);
    console.model.welcome = true;
    console.line_with("What to press first");
    console.press("<esc>");
    assert!(!console.screen().contains("What to press first"));
    console.model.welcome = true;
    console.press("1");
    assert_eq!(console.model.page().view, View::Actors);
    assert!(!console.screen().contains("What to press first"));
}

#[test]
fn a_chart_is_no_list_and_no_file_is_asked_for() {
    let mut console = Console::on_story(140, 42);
    console.press("4");
    let charts = (0..6).find(|_| {
        console.press("x");
        let is_asked = !console.model.overlays.is_empty();
        console.press(if is_asked { "<esc><tab>" } else { "" });
        !is_asked
    });
    assert!(charts.is_some(), "{}", console.screen());
    console.line_with("nothing to export here");
}

#[test]
fn a_part_of_one_day_says_which_day() {
    let days = story().replacen("2026-03-02", "2026-03-01", 1);
    let mut console = Console::on(140, 42, days);
    console.press("r<c-u>±5m<enter>");
    let screen = console.screen();
    let at = screen.lines().nth(2).unwrap();
    assert!(at.contains('⟨'), "{at}");
    let from = at.split('⟨').nth(1).unwrap().split('–').next().unwrap();
    assert_eq!((from.len(), from.matches('-').count()), (14, 1), "{at}");
}
