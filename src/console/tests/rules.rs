//! The view of rules and its editor.

use super::harness::Console;
use crate::console::app::Msg;
use crate::console::app::action::View;
use crate::console::app::overlay::Overlay;
use crate::console::app::rules::editor::Editor;
use crate::console::app::rules::work::{RuleNews, RuleWork};
use crate::console::app::{Effect, update};

fn console() -> Console {
    let mut console = Console::on_story(140, 42);
    console.press("5");
    console
}

fn editor(console: &Console) -> &Editor {
    match console.model.overlays.last() {
        Some(Overlay::Editor(editor)) => editor,
        other => panic!("no editor: {other:?}"),
    }
}

#[test]
fn a_rule_leads_to_as_many_events_as_it_hits() {
    let mut console = console();
    let rows = console.model.shown.as_ref().unwrap().board.panels[0].table().unwrap().items.clone();
    let mut hit = 0;
    for line in 0..6.min(rows.len()) {
        let item = console.model.item().unwrap().clone();
        let shown = item.cells.iter().find_map(|cell| match cell {
            crate::console::app::board::Cell::Count(n) => Some(*n),
            _ => None,
        });
        console.press("<enter>");
        assert_eq!(console.model.page().view, View::Events);
        assert_eq!(Some(console.model.answer.matched as u64), shown, "{} {line}", item.id);
        hit += shown.unwrap();
        console.press("<esc>j");
    }
    assert!(hit > 0);
}

#[test]
fn hits_gains_and_losses_follow_what_is_typed() {
    let mut console = console();
    console.press("<esc>/event:StopLogging<enter>:rule<space>new<enter>");
    let first = editor(&console).verdict.clone();
    assert_eq!((first.hits, first.gained, first.lost), (1, 1, 0), "{}", console.screen());
    // Saved as it is, nothing is gained; without its last letter it finds nothing.
    console.press("<c-s>");
    let Some(Effect::Rule(RuleWork::Save(saving))) = console.left.pop() else { panic!("nothing is saved") };
    assert!(saving.path.ends_with("own-stoplogging.yml") && saving.text.contains("# sourceIPAddress"));
    console.send(Msg::Rule(RuleNews::Saved(saving)));
    let saved = &editor(&console).verdict;
    assert_eq!((saved.hits, saved.gained, saved.lost), (1, 0, 0));
    console.press("<c-f>eventName:<esc><end><left><bs>");
    let typed = &editor(&console).verdict;
    assert_eq!((typed.hits, typed.gained, typed.lost), (0, 0, 1), "{}", console.screen());
    assert!(console.screen().contains("StopLoggin'"), "{}", console.screen());
    console.press("<c-u>");
    assert_eq!(editor(&console).verdict.hits, 1);
    // What cannot be read is told in its line.
    console.press("<home>[");
    assert!(
        !editor(&console).verdict.faults.is_empty() && console.screen().contains('◂'),
        "{}",
        console.screen()
    );
}

#[test]
fn what_would_be_lost_is_asked_about() {
    let mut console = console();
    console.press("E#<esc>");
    assert!(console.screen().contains("without saving?"), "{}", console.screen());
    console.press("n");
    editor(&console);
    console.press("<c-s>");
    console.send(Msg::Rule(RuleNews::Changed));
    console.left.clear();
    console.press("y");
    assert!(matches!(console.left.first(), Some(Effect::Rule(RuleWork::Save(saving))) if saving.overwrite));
    console.press("<esc>y");
    assert!(console.model.overlays.is_empty());
}

#[test]
fn a_verdict_on_an_older_text_is_dropped_and_its_work_stopped() {
    let mut console = console();
    console.press("E");
    let mut trials = Vec::new();
    for key in "##".chars() {
        let key = crate::console::app::key::Key::letter(key);
        let effects = update(&mut console.model, Msg::Key(key), crate::console::app::Now(1));
        trials.extend(effects.into_iter().filter_map(|effect| match effect {
            Effect::Rule(RuleWork::Try(trial)) => Some(trial),
            _ => None,
        }));
    }
    let [old, new] = <[_; 2]>::try_from(trials).unwrap();
    assert!(old.reading.is_stopped() && old.answer().is_none());
    let verdict = Box::new(new.answer().unwrap());
    let stale = Box::new(crate::console::app::rules::trial::Verdict { generation: 1, ..*verdict.clone() });
    console.send(Msg::Rule(RuleNews::Tried(stale)));
    assert!(editor(&console).is_trying());
    console.send(Msg::Rule(RuleNews::Tried(verdict)));
    assert!(!editor(&console).is_trying());
}
