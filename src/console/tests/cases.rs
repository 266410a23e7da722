//! The view of the case, and what is asked of it.

use std::sync::Arc;

use super::harness::Console;
use crate::case::model::Position;
use crate::case::{By, Case, State, Subject, gather};
use crate::console::app::action::View;
use crate::console::app::casework::{Delivery, Export, Known, Place, Removed, Ruled, Told, Work};
use crate::console::app::overlay::Overlay;
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
    case.open_incident(&by, id).unwrap();
    case.save_hunt(&by, "denied", Some(("outcome:denied", "actors")), None).unwrap();
    case.save_hunt(&by, "trails", Some(("event:*Logging", "events")), None).unwrap();
    case.mark(&by, &["00000000-0000-4000-8000-000000000011".to_owned()], true).unwrap();
    let mut history = case.history(None, 100).unwrap();
    history.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
    Known::new(1, case.contents().unwrap(), history)
}

pub(super) fn console(width: u16, height: u16) -> Console {
    let mut console = Console::on_story(width, height);
    let known = known(&console);
    console.send(Msg::Told(Told::Case(Arc::new(known))));
    console.left.clear();
    console
}

/// The last change that was asked for.
fn asked(console: &Console) -> &Work {
    match console.left.last() {
        Some(Effect::Case(work)) => work,
        other => panic!("{other:?}\n{}", console.screen()),
    }
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
    console.press("6wresol<enter>key disabled<enter>");
    let Some(Effect::Case(Work::State(subject, state, text, Some(_)))) = console.left.last() else {
        panic!()
    };
    assert_eq!((subject, *state, text.as_str()), (&Subject::Finding(1), State::Resolved, "key disabled"));
    // What another console writes while one thinks is not what was decided on.
    let later = |console: &mut Console| {
        let mut known = console.model.case.as_deref().unwrap().clone();
        known.version += 1;
        known.contents.findings[0].revision += 1;
        console.send(Msg::Told(Told::Case(Arc::new(known))));
    };
    let revision = |console: &Console| console.model.case.as_ref().unwrap().contents.findings[0].revision;
    for (before, then) in [("wresol<enter>", "key disabled<enter>"), ("w", "analy<enter>")] {
        let was = revision(&console);
        console.press(before);
        later(&mut console);
        console.press(then);
        assert!(matches!(asked(&console), Work::State(.., Some(seen)) if *seen == was), "{before}");
    }
    console.left.clear();
    // A state that is not the end of it asks for no words.
    console.press("wanaly<enter>");
    assert!(matches!(console.left.last(), Some(Effect::Case(Work::State(_, State::Analyzing, ..)))));
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
    let delivery = handed_over(&mut console);
    let Delivery::Export(Export::Events(..), target) = &delivery else { panic!() };
    assert_eq!((target.path.as_str(), target.replace), ("a.csv", false));
    // The very same may replace the file, and only on yes.
    let exists = || Msg::Told(Told::Exists(delivery.clone().replacing().into()));
    console.send(exists());
    assert!(console.screen().contains("a.csv is there already. Replace it?"), "{}", console.screen());
    console.press("<enter>");
    assert!(console.left.is_empty(), "enter is no yes");
    console.press("y");
    let Some(Effect::Deliver(delivery)) = console.left.pop() else { panic!() };
    assert!(matches!(*delivery, Delivery::Export(_, target) if target.replace && target.path == "a.csv"));
}

#[test]
fn marked_events_are_exported_alone() {
    let mut console = console(140, 42);
    console.press("x");
    console.line_with("1 marked in this list; ctrl-x exports only those");
    console.press("<c-x>");
    console.line_with("export marked to trailhound-events.csv");
    console.line_with("1 marked in this list; ctrl-x exports all of it");
    console.press("<c-x>");
    console.line_with("export to trailhound-events.csv");
    console.press("<c-x><c-u>a.json<enter>");
    let Delivery::Export(Export::Events(inv, marked, _), target) = handed_over(&mut console) else {
        panic!()
    };
    let ids: Vec<String> =
        marked.rows(&inv.table).filter_map(|row| inv.table.row(row)).map(|row| row.id()).collect();
    assert_eq!(
        (ids, target.path.as_str()),
        (vec!["00000000-0000-4000-8000-000000000011".to_owned()], "a.json")
    );
    // The key asks by itself as well, and says where there is nothing to ask for.
    console.press("<c-x>");
    console.line_with("export marked to trailhound-marked.csv");
    console.press("<esc>/event:StopLogging<enter><c-x>");
    console.line_with("no event of this list is marked: m marks one");
    console.press("x");
    assert!(!console.screen().contains("marked in this list"), "{}", console.screen());
}

/// What was handed over last.
fn handed_over(console: &mut Console) -> Delivery {
    match console.left.pop() {
        Some(Effect::Deliver(delivery)) => *delivery,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_that_comes_late_opens_nothing_and_takes_no_key() {
    let mut console = console(140, 42);
    console.press("x<c-u>a.csv<enter>");
    let export = handed_over(&mut console);
    console.press("j");
    console.send(Msg::Told(Told::Exists(export.replacing().into())));
    assert!(console.screen().contains("stays as it is; x asks again"), "{}", console.screen());
    console.press("S");
    let Delivery::Preview(inv, Place::Row(row), subject) = handed_over(&mut console) else { panic!() };
    console.press("/risk");
    let send = Box::new(Delivery::Send(inv, row, subject));
    console.send(Msg::Told(Told::Preview { text: "{}".to_owned(), ready: true, send }));
    assert!(console.screen().contains("S shows it"), "{}", console.screen());
    console.press("<enter>");
    assert!(console.model.overlays.is_empty() && console.left.is_empty(), "{:?}", console.left);
}

#[test]
fn leaving_asks_while_something_is_on_its_way_out() {
    let quits = |console: &Console| matches!(console.left.last(), Some(Effect::Quit));
    let mut console = console(140, 42);
    console.press("p<c-u>r.pdf<enter>q");
    assert!(console.screen().contains("Still making the report r.pdf."), "{}", console.screen());
    console.press("n");
    assert!(!quits(&console) && console.model.overlays.is_empty());
    // Whoever waits leaves when it is done; any other key stays.
    console.press("qyj");
    console.send(Msg::Told(Told::Delivered));
    assert!(!quits(&console));
    for (came, leaves) in [
        (Told::Done("wrote r.pdf".to_owned()), true),
        (Told::Failed("no room".to_owned()), false),
        (Told::Exists(handed_over(&mut console).replacing().into()), false),
    ] {
        console.press("x<c-u>a.csv<enter>qy");
        console.send(Msg::Told(came));
        console.send(Msg::Told(Told::Delivered));
        assert_eq!(quits(&console), leaves, "{}", console.screen());
        console.press("<esc>");
        console.left.clear();
    }
    // Twice is without waiting.
    console.press("x<c-u>a.csv<enter>qyq");
    assert!(quits(&console));
}

#[test]
fn nothing_is_sent_before_it_was_seen() {
    let mut console = console(140, 42);
    for ready in [false, true] {
        console.press("S");
        let Delivery::Preview(inv, Place::Row(row), subject) = handed_over(&mut console) else {
            panic!("it would be sent")
        };
        let send = Box::new(Delivery::Send(inv, row, subject));
        console.send(Msg::Told(Told::Preview { text: "{\n\"text\": 1\n}".to_owned(), ready, send }));
        assert!(console.line_with("\"text\": 1").contains("1"));
        console.press("<enter>");
        let sent = matches!(console.left.pop(), Some(Effect::Deliver(d)) if matches!(*d, Delivery::Send(..)));
        assert_eq!((sent, ready), (ready, ready));
        assert_eq!(matches!(console.model.overlays.last(), Some(Overlay::Preview(_))), !ready);
        console.press("<esc>");
    }
}

/// Puts the cursor on the first row of a panel of the case.
fn on_panel(console: &mut Console, name: &str) {
    console.press("6");
    for _ in 0..8 {
        let desk = &console.model.page().desk;
        let shown = console.model.shown.as_ref().unwrap();
        if shown.board.panels[shown.focus(desk)].name == name {
            return;
        }
        console.press("<tab>");
    }
    panic!("no panel {name}");
}

#[test]
fn an_incident_is_opened_from_a_finding_and_from_rules() {
    let mut console = console(140, 42);
    console.press("6inew<enter>");
    assert!(matches!(asked(&console), Work::Incident(1)));
    // The finding is in incident 1 already: that takes it out.
    console.press("iout of<enter>");
    assert!(matches!(asked(&console), Work::Group(1, 1, false)));
    console.press(":incident<space>7<enter>");
    assert!(matches!(asked(&console), Work::Group(7, 1, true)));
    console.press("Lhigh<space>and<enter>");
    assert!(matches!(asked(&console), Work::Gather(_, Ruled::Least(crate::score::Level::High))));
    console.press("5i");
    let Work::Gather(_, Ruled::One(id)) = asked(&console) else { panic!() };
    assert_eq!(*id, console.model.item().unwrap().id);
    let before = console.left.len();
    console.press("2:incident<enter>");
    assert!(console.left.len() == before && console.screen().contains("from a finding of view 6"));
    // Of the first incident nothing has to be chosen.
    let mut fresh = Console::on_story(140, 42);
    let mut known = known(&fresh);
    known.contents.incidents.clear();
    fresh.send(Msg::Told(Told::Case(Arc::new(known))));
    fresh.press("6i");
    assert!(matches!(asked(&fresh), Work::Incident(1)));
}

#[test]
fn an_incident_tells_its_findings_and_leads_to_their_events() {
    let mut console = console(140, 42);
    on_panel(&mut console, "incidents");
    assert!(console.model.item().unwrap().notes.iter().any(|note| note.label == "finding 1"));
    console.press("<enter>");
    assert_eq!(console.model.answer.matched, 1);
}

#[test]
fn a_hunt_is_kept_with_its_view_and_run_from_the_palette_and_the_case() {
    let mut console = console(140, 42);
    console.press(":save-hunt<enter>");
    assert!(console.screen().contains("this page shows everything"), "{}", console.screen());
    console.press("/outcome:denied<enter>1:save-hunt<enter>no entry<enter>");
    let Work::Hunt { name, query, view, seen: None } = asked(&console) else { panic!() };
    assert_eq!((name.as_str(), query.as_str(), view.as_str()), ("no entry", "outcome:denied", "actors"));
    let shows = |console: &Console| {
        let page = console.model.page();
        (page.view, console.model.answer.matched, page.scopes.last().map(|scope| scope.label.clone()))
    };
    console.press(":hunt<space>denied<enter>");
    assert_eq!(shows(&console), (View::Actors, 4, Some("hunt denied".to_owned())));
    console.press(":hunt<enter>trails<enter>");
    assert_eq!(shows(&console), (View::Events, 1, Some("hunt trails".to_owned())));
    console.press("Hhunt<space>den<enter>");
    assert_eq!(shows(&console).0, View::Actors);
    on_panel(&mut console, "hunts");
    console.press("<enter>");
    assert_eq!(shows(&console), (View::Actors, 4, Some("hunt denied".to_owned())));
    console.press(":hunt<space>nothing<enter>");
    assert!(console.screen().contains("no hunt nothing"), "{}", console.screen());
}

#[test]
fn a_hunt_of_the_same_name_is_replaced_on_yes_and_a_profile_is_none() {
    let mut console = console(140, 42);
    console.press("/risk>=50<enter>:save-hunt<enter>denied<enter>");
    assert!(console.left.is_empty() && console.screen().contains("There is a hunt denied"));
    console.press("y");
    let Work::Hunt { seen: Some(seen), query, .. } = asked(&console) else { panic!() };
    assert_eq!((seen.query.as_str(), query.as_str()), ("outcome:denied", "risk>=50"));
    // Whom a profile is of is not kept: the hunt would show somebody else.
    console.press(":profile<space>user<enter>:save-hunt<enter>whose<enter>");
    let Work::Hunt { name, view, .. } = asked(&console) else { panic!() };
    assert_eq!((name.as_str(), view.as_str()), ("whose", "events"));
    let mut known = console.model.case.as_deref().unwrap().clone();
    known.contents.hunts[0].view = "profile".to_owned();
    console.send(Msg::Told(Told::Case(Arc::new(known))));
    console.press(":hunt<space>denied<enter>");
    assert_eq!(console.model.page().view, View::Events);
}

#[test]
fn what_is_in_the_case_is_taken_out_but_a_finding_is_not() {
    let mut console = console(140, 42);
    let wanted = [
        ("indicators", Removed::Indicator(1)),
        ("hunts", Removed::Hunt(console.model.case.as_ref().unwrap().contents.hunts[0].clone())),
        ("marks", Removed::Mark("00000000-0000-4000-8000-000000000011".to_owned())),
    ];
    for (panel, removed) in wanted {
        on_panel(&mut console, panel);
        console.press("-");
        let Work::Remove(found) = asked(&console) else { panic!("{panel}") };
        assert_eq!(*found, removed);
    }
    on_panel(&mut console, "notes");
    console.press("-");
    assert!(matches!(asked(&console), Work::Remove(Removed::Note(1, _))));
    let before = console.left.len();
    on_panel(&mut console, "findings");
    console.press("-");
    assert!(console.left.len() == before && console.screen().contains("findings have a state"));
    console.press("_");
    assert!(matches!(asked(&console), Work::Tag(Subject::Finding(1), tag, false) if tag == "trail"));
    console.press(":untag<space>other<enter>");
    assert!(console.screen().contains("has no tag other"), "{}", console.screen());
}

#[test]
fn events_that_show_an_indicator_of_the_case_are_marked_as_such() {
    let mut console = console(140, 42);
    let here = |console: &Console| {
        let board = &console.model.shown.as_ref().unwrap().board;
        let panel = &board.panels[board.find("indicators").unwrap()];
        panel.table().unwrap().items.iter().map(|item| item.cells[2].clone()).collect::<Vec<_>>()
    };
    assert!(console.screen().contains("│! 90"), "{}", console.screen());
    assert!(!console.line_with("DescribeInstances").contains("│!"), "{}", console.screen());
    on_panel(&mut console, "indicators");
    let counts = here(&console);
    assert!(!counts.is_empty());
    for (n, cell) in counts.iter().enumerate() {
        on_panel(&mut console, "indicators");
        console.press("g");
        console.press(&"j".repeat(n));
        console.press("<enter>");
        let matched = console.model.answer.matched as u64;
        assert_eq!(*cell, crate::console::app::board::Cell::Count(matched), "{}", console.screen());
    }
    // What is loaded later is held against them too, and what is taken out marks nothing any more.
    let fresh = super::harness::investigation(super::harness::story());
    console.send(Msg::Loaded(Arc::new(fresh)));
    console.press("2a");
    assert!(console.screen().contains("│! 90"), "{}", console.screen());
    console.send(Msg::Told(Told::Case(Arc::default())));
    assert!(!console.screen().contains("│!"), "{}", console.screen());
}

#[test]
fn where_one_stood_is_gone_back_to_on_the_same_sources_before_a_key_is_pressed() {
    let mut before = console(140, 42);
    before.press("/actor:mallory<enter>:sort<space>time<enter>jj");
    let position = before.model.position().unwrap();
    let id = before.model.row().unwrap().id();
    assert_eq!((position.view.as_str(), &position.event), ("events", &id));
    let stood = |sources: &str| Position { sources: sources.to_owned(), ..position.clone() };
    let open = || Console::begun(140, 42, Some("./logs"));
    let load = |console: &mut Console| {
        let inv = super::harness::investigation(super::harness::story());
        console.send(Msg::Loaded(Arc::new(inv)));
    };
    let mut same = open();
    same.send(Msg::Told(Told::Stood(stood("logs"))));
    load(&mut same);
    assert_eq!(same.model.row().unwrap().id(), id);
    assert_eq!((same.model.answer.matched, same.model.page().sort), (6, before.model.page().sort));
    let untouched = |console: &Console| !console.model.page().is_narrowed();
    let mut other = open();
    other.send(Msg::Told(Told::Stood(stood("other"))));
    load(&mut other);
    assert!(untouched(&other));
    let mut busy = open();
    busy.press("1");
    busy.send(Msg::Told(Told::Stood(stood("logs"))));
    assert!(untouched(&busy) && busy.model.page().view == View::Actors);
    // What was pressed meanwhile is stronger than the old cursor.
    let mut moved = open();
    moved.send(Msg::Told(Told::Stood(stood("logs"))));
    moved.press("g");
    load(&mut moved);
    assert_ne!(moved.model.row().unwrap().id(), id);
}

#[test]
fn indicators_come_from_a_file_and_go_into_one() {
    let mut console = console(140, 42);
    console.press("6<lt>feed.csv<enter>");
    assert!(matches!(asked(&console), Work::Import(path) if path == "feed.csv"));
    let faults = vec!["line 2: \u{1b}[31mno".to_owned()];
    console.send(Msg::Told(Told::Faults("feed.csv".to_owned(), faults)));
    assert!(console.screen().contains("feed.csv: 1 entry not taken"), "{}", console.screen());
    console.press("<esc>><c-u>iocs.txt<enter>");
    assert!(console.screen().contains(".csv, .json, .stix"), "what is wrong is seen: {}", console.screen());
    console.press("<c-u>iocs.json<enter>");
    let Some(Effect::Deliver(delivery)) = console.left.pop() else { panic!("{}", console.screen()) };
    let Delivery::Indicators(all, target) = *delivery else { panic!() };
    assert!(!all.is_empty() && target.path == "iocs.json" && !target.replace);
    console.send(Msg::Told(Told::Case(Arc::default())));
    console.press(">");
    assert!(console.screen().contains("no indicator yet"), "{}", console.screen());
}

#[test]
fn an_empty_case_says_what_would_fill_it() {
    let mut console = Console::on_story(140, 42);
    console.press("6");
    for key in ["c on an event", "i on a finding", "I on a value", "ctrl-s", "n writes", "m marks"] {
        assert!(console.screen().contains(key), "{key}: {}", console.screen());
    }
}

#[test]
fn what_is_too_long_for_its_box_goes_on_below() {
    let mut console = console(80, 24);
    let why = format!("line 2: {}the end of it", "long words ".repeat(9));
    console.send(Msg::Told(Told::Faults("feed.csv".to_owned(), vec![why])));
    console.line_with("the end of it");
    console.press("<esc>S");
    let Delivery::Preview(inv, Place::Row(row), subject) = handed_over(&mut console) else { panic!() };
    let send = Box::new(Delivery::Send(inv, row, subject));
    let text = format!("\"text\": \"{}last\"", "letters".repeat(12));
    console.send(Msg::Told(Told::Preview { text, ready: true, send }));
    console.line_with("last\"");
    let path = format!("{}.csv", "folder/".repeat(20));
    console.press(&format!("<esc>x<c-u>{path}<enter>q"));
    console.line_with("y / n");
    console.press("n");
    let export = handed_over(&mut console);
    console.press("x<c-u>b.csv<enter>");
    console.send(Msg::Told(Told::Exists(export.replacing().into())));
    console.line_with("y / n");
    // What can be typed is told in full where nothing long is typed.
    console.press("nx");
    console.line_with(".csv .json .jsonl .md, tab completes");
}
