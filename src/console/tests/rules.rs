//! The view of rules and its editor.

use std::sync::Arc;

use super::harness::Console;
use crate::console::app::Msg;
use crate::console::app::action::View;
use crate::console::app::board::Cell;
use crate::console::app::overlay::Overlay;
use crate::console::app::rules::Labeled;
use crate::console::app::rules::editor::Editor;
use crate::console::app::rules::work::{RuleNews, RuleWork};
use crate::console::app::{Effect, update};
use crate::detect::rules::Rules;
use crate::report::eval::Labels;

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
            Cell::Count(n) => Some(*n),
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
    assert!(console.screen().contains("[x] eventName"), "{}", console.screen());
    console.press("<enter>");
    let first = editor(&console).verdict.clone();
    assert_eq!((first.hits, first.gained, first.lost), (1, 1, 0), "{}", console.screen());
    // Saved as it is, nothing is gained; without its last letter it finds nothing.
    console.press("<c-s>");
    let Some(Effect::Rule(RuleWork::Save(saving))) = console.left.pop() else { panic!("nothing is saved") };
    let name = saving.path.file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.starts_with("own-stoplogging-") && name.ends_with(".yml"), "{name}");
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
fn what_is_wrong_is_told_to_its_end_which_says_what_to_do() {
    for (columns, rows) in [(140, 42), (80, 24)] {
        let mut console = Console::on_story(columns, rows);
        console.press("/event:StopLogging<enter>:rule<space>new<enter><enter>");
        // What lint says leaves room for what the rule would catch.
        assert!(editor(&console).verdict.lint.len() > 1);
        console.line_with("StopLogging by ");
        console.press("<c-f>condition:<esc><end>X");
        let fault = &editor(&console).verdict.faults[0].1;
        let end = fault.rsplit(' ').next().unwrap().to_owned();
        let told = console.screen().lines().filter(|line| line.contains(&end)).count();
        assert!(end.contains("selection`") && told > 0, "{fault}\n{}", console.screen());
    }
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
fn what_could_not_be_used_is_not_saved_over_a_rule_unasked() {
    let saved = |console: &Console| {
        console.left.iter().filter(|effect| matches!(effect, Effect::Rule(RuleWork::Save(_)))).count()
    };
    let text = "title: a\nid: a\ndetection: {s: {eventName: StopLogging}, condition: s}\n";
    let broken = format!("{text}---\ntitle: b\ndetection: {{s: {{eventName: X}}, condition: nothing}}\n");
    for (text, said) in [
        ("title: a\nid: a\n", "No rule in this text can be used (line 1: "),
        ("", "No rule in this text can be used. Save it all the same?"),
        (&broken, "A part of this text cannot be used (line "),
    ] {
        let mut console = console();
        console.press("E");
        console.send(Msg::Rule(RuleNews::Edited(text.to_owned())));
        console.press("<c-s>");
        assert!(console.screen().contains(said), "{text}: {}", console.screen());
        assert_eq!(saved(&console), 0);
        console.press("n");
        editor(&console);
        assert_eq!(saved(&console), 0);
        console.press("<c-s>y");
        assert_eq!(saved(&console), 1);
        // What somebody else changed is asked about as well.
        console.send(Msg::Rule(RuleNews::Changed));
        console.press("y");
        assert_eq!(saved(&console), 2);
    }
    let mut console = console();
    console.press("E");
    console.send(Msg::Rule(RuleNews::Edited(text.to_owned())));
    console.press("<c-s>");
    assert_eq!(saved(&console), 1, "{}", console.screen());
}

#[test]
fn rules_that_cannot_be_used_are_said_at_the_start_and_opened_from_the_view_of_rules() {
    let broken = ("own/broken.yml".to_owned(), "title: a\nid: a\n".to_owned());
    let mut files = crate::detect::rules::pack();
    files.push(broken);
    let shipped = super::harness::judgment();
    let rules = Rules::read(&files, &shipped.environment.placeholders(), &[], &shipped.attack);
    assert_eq!(rules.faults().len(), 1);
    let judgment = crate::investigation::Judgment { rules: Arc::new(rules), ..shipped };
    let mut console = Console::judging(140, 42, Some("./logs"), judgment.clone());
    assert!(console.screen().contains("1 rule cannot be used; view 5 lists it"), "{}", console.screen());
    let mut inv = super::harness::investigation(super::harness::story());
    inv.judgment = judgment;
    console.send(Msg::Loaded(Arc::new(inv)));
    console.press("5");
    assert!(console.line_with("with hits here").contains("1 cannot be used"), "{}", console.screen());
    assert!(console.line_with("own/broken.yml").contains("fault"), "{}", console.screen());
    let key = crate::console::app::key::Key::letter('E');
    let effects = update(&mut console.model, Msg::Key(key), crate::console::app::Now(1));
    let opens = |effect: &Effect| matches!(effect, Effect::Rule(RuleWork::Open { file, new: None, .. }) if file == "own/broken.yml");
    assert!(effects.iter().any(opens), "{effects:?}");
    console.press("<enter>m");
    assert_eq!(console.model.page().view, View::Rules);
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

#[test]
fn a_muted_rule_is_shown_as_such_and_counts_for_nothing() {
    let mut console = console();
    let id = console.model.item().unwrap().id.clone();
    let hit = |console: &Console| {
        let inv = &console.model.inv;
        inv.table.rows().filter(|row| inv.rules_of(row).any(|rule| rule.id == id)).count()
    };
    let (hits, risk) = (hit(&console), console.model.inv.table.row(10).unwrap().risk());
    assert!(hits > 0);
    console.press("m");
    assert_eq!(hit(&console), 0);
    assert!(
        console.screen().contains("1 muted") && console.screen().contains("in this session"),
        "{}",
        console.screen()
    );
    assert!(console.left.is_empty(), "nothing is written: {:?}", console.left);
    // The cursor is on the rule still.
    assert_eq!(console.model.item().unwrap().id, id);
    console.press("<enter>");
    assert_eq!(console.model.page().view, View::Rules, "no event can be asked for");
    console.press("m");
    assert_eq!((hit(&console), console.model.inv.table.row(10).unwrap().risk()), (hits, risk));
    // For good it is written down as well; and what is loaded later is under the same rules.
    console.press("D");
    let Some(Effect::Rule(RuleWork::Disable(of, true))) = console.left.pop() else { panic!("not written") };
    assert_eq!((of.as_str(), hit(&console)), (id.as_str(), 0));
    let fresh = super::harness::investigation(super::harness::story());
    console.send(Msg::Loaded(Arc::new(fresh)));
    assert_eq!(hit(&console), 0);
    // Rules that were read again do not bring back what was muted here.
    console.press("r");
    assert!(matches!(console.left.pop(), Some(Effect::Rule(RuleWork::Reload))));
    let read = Rules::built_in(&console.model.inv.judgment.attack);
    console.send(Msg::Rule(RuleNews::Reloaded(Ok(Arc::new(read)))));
    assert_eq!(hit(&console), 0);
    console.send(Msg::Rule(RuleNews::Reloaded(Err("a.yml: gone".to_owned()))));
    assert!(console.screen().contains("a.yml: gone") && console.screen().contains("1 muted"));
}

#[test]
fn what_was_judged_for_an_older_choice_is_dropped() {
    let mut console = console();
    let key = crate::console::app::key::Key::letter('m');
    let mut asked = Vec::new();
    for _ in 0..2 {
        for effect in update(&mut console.model, Msg::Key(key), crate::console::app::Now(1)) {
            if let Effect::Rule(RuleWork::Judge(judging)) = effect {
                asked.push(judging);
            }
        }
    }
    let [old, new] = <[_; 2]>::try_from(asked).unwrap();
    assert!(old.reading.is_stopped() && console.model.is_asking());
    let (inv, rules) = (old.inv.clone(), old.rules.clone());
    let late = inv.judged_by(rules, &crate::query::run::Reading::default()).unwrap();
    console.send(Msg::Rule(RuleNews::Judged(inv.clone(), Arc::new(late))));
    assert!(Arc::ptr_eq(&console.model.inv, &inv));
    console.send(Msg::Rule(new.answer().unwrap()));
    assert!(!Arc::ptr_eq(&console.model.inv, &inv) && !console.model.is_asking());
}

#[test]
fn the_examples_of_a_rule_are_run_and_each_is_told() {
    let mut console = console();
    console.press("X");
    let Some(Overlay::Results(results)) = console.model.overlays.last() else {
        panic!("{}", console.screen())
    };
    assert!(results.lines.len() >= 2 && results.title.ends_with("all as they should"), "{results:?}");
    assert!(console.screen().contains('✓'), "{}", console.screen());
    console.press("<esc>");
    assert!(console.model.overlays.is_empty());
}

#[test]
fn hits_are_told_apart_by_labels() {
    let mut console = Console::on_story(140, 42);
    let text = "eventID\tattack\ttechnique\n00000000-0000-4000-8000-000000000010\t1\tT1\n00000000-0000-4000-8000-000000000011\t0\t\n";
    console.model.labels = Some(Labeled(Arc::new(Labels::parse("l.tsv", text).unwrap())));
    console.press("5");
    let board = &console.model.shown.as_ref().unwrap().board;
    let cells = |item: &crate::console::app::board::Item| match &item.cells[3..6] {
        [Cell::Count(hits), Cell::Count(attack), Cell::Count(benign)] => (*hits, *attack, *benign),
        other => panic!("{other:?}"),
    };
    let all: Vec<_> = board.panels[0].table().unwrap().items.iter().map(cells).collect();
    assert!(all.iter().any(|(hits, attack, benign)| (*hits, *attack, *benign) == (1, 1, 0)), "{all:?}");
    assert!(all.iter().all(|(hits, attack, benign)| attack + benign <= *hits));
    console.press("2/event:StopLogging<enter>:rule<space>new<enter><enter>");
    assert_eq!(editor(&console).verdict.labeled, Some((1, 0)), "{}", console.screen());
    assert!(console.screen().contains("1 of an attack, 0 benign"));
}

#[test]
fn a_rule_on_several_events_is_tried_as_it_is_typed() {
    let mut console = console();
    console.press("2:rule<space>new<enter><enter>");
    let text = "title: many\nid: many\nlevel: high\ncorrelation:\n  type: event_count\n  rules: [listed]\n  group-by: [sourceIPAddress]\n  timespan: 1h\n  condition: {gte: 4}\n---\ntitle: listed\nid: listed\nname: listed\ndetection: {s: {eventName: ListUsers}, condition: s}\n";
    console.send(Msg::Rule(RuleNews::Edited(text.to_owned())));
    console.press("<c-f>id:<space>many<esc>");
    let verdict = &editor(&console).verdict;
    assert_eq!((verdict.hits, verdict.together), (4, Some(1)), "{}", console.screen());
    console.send(Msg::Rule(RuleNews::Edited(text.replace("gte: 4", "gte: 5"))));
    console.press("<c-f>id:<space>listed<esc>");
    assert_eq!(editor(&console).verdict.hits, 4, "the other rule of the file");
    console.press("<c-f>id:<space>many<esc>");
    assert_eq!(editor(&console).verdict.hits, 0, "{}", console.screen());
    // What it refers to may stand in another file that is in force.
    let known = console.model.inv.judgment.rules.singles()[0].clone();
    let alone = text.split("---").next().unwrap().replace("[listed]", &format!("[{}]", known.id));
    console.send(Msg::Rule(RuleNews::Edited(alone)));
    assert_eq!(editor(&console).verdict.faults, [], "{}", console.screen());
    let first = "title: new\nid: new\ndetection: {s: {eventSource: s3.amazonaws.com}, condition: s}\nfirst_seen: {key: [userIdentity.arn], dimension: [eventName], within: 7d, min_history: 1m}\n";
    console.send(Msg::Rule(RuleNews::Edited(first.to_owned())));
    let verdict = &editor(&console).verdict;
    assert_eq!((verdict.hits, verdict.rule.as_deref()), (1, Some("new")), "{}", console.screen());
}

#[test]
fn fields_of_a_new_rule_are_chosen_from_a_list() {
    let mut console = console();
    console.press("2/event:StopLogging<enter>:rule<space>new<enter>");
    assert!(console.screen().contains("[ ] requestParameters.name"), "{}", console.screen());
    console.press("Parameters.name<tab><c-u>eventSource<tab><c-u>eventName<tab><enter>");
    let text = editor(&console).buffer.text();
    assert!(text.contains("    requestParameters.name: 'main-trail'\n"), "{text}");
    assert!(!text.contains("eventName:") && !text.contains("eventSource:"), "{text}");
    assert_eq!(editor(&console).verdict.hits, 1);
    // Nothing chosen is no rule.
    console.press("<esc>y:rule<space>new<enter>eventSource<tab><c-u>eventName<tab><enter>");
    assert!(console.screen().contains("choose at least one field"), "{}", console.screen());
}

#[test]
fn what_is_searched_for_far_to_the_right_is_seen_to_its_end() {
    let mut console = console();
    console.press("<esc>/event:StopLogging<enter>:rule<space>new<enter><enter>");
    let far = format!("# {}needleinthehay{}", "x".repeat(90), "y".repeat(60));
    console.send(Msg::Paste(format!("{far}\n")));
    assert!(!console.screen().contains("needle"), "{}", console.screen());
    console.press("<c-f>needleinthehay");
    assert!(console.screen().lines().any(|line| line.contains("xneedleinthehay")), "{}", console.screen());
}
