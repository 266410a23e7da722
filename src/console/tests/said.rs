//! What the header and the detail say beside the columns: the case, tags, and records that add to another one.

use std::sync::Arc;

use super::cases;
use super::harness::{Console, story};
use crate::case::Subject;
use crate::case::model::Tag;
use crate::console::app::Msg;
use crate::console::app::casework::Told;

/// The story, and two records that correct it: of one the original is loaded, of the other not.
fn corrected() -> Console {
    let addendum = |original: &str| {
        format!(
            r#","addendum":{{"reason":"UPDATED_DATA","updatedFields":"responseElements","originalRequestID":"r-10","originalEventID":"{original}"}}}}"#
        )
    };
    let record = |n: u32, original: &str| {
        let text = format!(
            r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","userName":"mallory"}},"eventTime":"2026-03-02T09:30:0{n}Z","eventSource":"s3.amazonaws.com","eventName":"Correction{n}","eventID":"00000000-0000-4000-8000-00000000009{n}""#
        );
        text + &addendum(original)
    };
    let loaded = record(1, "00000000-0000-4000-8000-000000000010");
    let missing = record(2, "00000000-0000-4000-8000-000000000077");
    let text = story();
    let text = text.strip_suffix("]}").unwrap();
    Console::on(140, 42, format!("{text},{loaded},{missing}]}}"))
}

#[test]
fn a_correction_says_so_and_leads_to_the_original() {
    let mut console = corrected();
    console.press("/flag:addendum<enter>");
    console.line_with("Correction1 +");
    console.press("<esc>");
    console.press("/event:Correction1<enter>d");
    console.line_with("UPDATED_DATA: responseElements");
    console.line_with("00000000-0000-4000-8000-000000000010");
    console.line_with("enter on the id goes there");
    console.line_with("r-10");
    console.press("gj").press("j<enter>");
    assert_eq!(console.model.row().unwrap().event(), "StopLogging", "{}", console.screen());
    assert!(!console.screen().contains("UPDATED_DATA"), "{}", console.screen());
}

#[test]
fn an_original_that_is_not_loaded_is_said_to_be_so() {
    let mut console = corrected();
    console.press("/event:Correction2<enter>d");
    console.line_with("00000000-0000-4000-8000-000000000077");
    console.line_with("which is not loaded");
    console.press("gjj<enter>");
    console.line_with("the original event is not among those that are loaded");
    assert_eq!(console.model.row().unwrap().event(), "Correction2");
}

#[test]
fn the_tags_of_an_event_stand_in_its_detail() {
    let mut console = cases::console(140, 42);
    let event = Subject::Event(console.model.row().unwrap().id());
    let tagged = |console: &mut Console, version, names: &[&str]| {
        let mut known = console.model.case.as_deref().unwrap().clone();
        known.version = version;
        let tag = |name: &&str| Tag { subject: event.clone(), name: (*name).to_owned() };
        known.contents.tags = names.iter().map(tag).collect();
        console.send(Msg::Told(Told::Case(Arc::new(known))));
    };
    assert!(!console.screen().contains("tags"), "{}", console.screen());
    tagged(&mut console, 2, &["exfiltration", "seen by dana"]);
    console.line_with("exfiltration, seen by dana");
    tagged(&mut console, 3, &[]);
    assert!(!console.screen().contains("seen by dana"), "{}", console.screen());
}

#[test]
fn the_header_says_which_case_it_is() {
    let mut empty = Console::on_story(140, 42);
    empty.line_with("case: acme");
    empty.model.case = None;
    assert!(!empty.screen().contains("case: "), "{}", empty.screen());
    cases::console(140, 42).line_with("case: acme, 1 finding, 1 mark");
    let narrow = cases::console(90, 30);
    narrow.line_with("case: acme");
    assert!(!narrow.screen().contains("1 finding, 1 mark"), "{}", narrow.screen());
}
