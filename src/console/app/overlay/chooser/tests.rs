use super::*;

fn typed(mut chooser: Chooser, text: &str) -> Chooser {
    chooser.line = Line::new(text);
    chooser.narrow();
    chooser
}

#[test]
fn the_palette_finds_commands_by_a_few_letters() {
    let keymap = Keymap::built_in();
    for (text, label) in [
        ("srisk", "sort risk"),
        ("viewev", "view events"),
        ("quit", "quit"),
        ("pivkey", "pivot key"),
        ("without a second factor", "preset logins-without-mfa"),
        ("export", "export"),
        ("Export", "export"),
        ("help", "help"),
    ] {
        let palette = typed(Chooser::palette(&keymap, Context::Events), text);
        assert_eq!(palette.chosen().map(|e| e.label.as_str()), Some(label), "{text}");
    }
    let none = typed(Chooser::palette(&keymap, Context::Events), "zzzzqqq");
    assert!(none.hits.is_empty() && none.chosen().is_none());
}

#[test]
fn help_shows_each_action_once_with_all_its_keys() {
    let help = Chooser::help(&Keymap::built_in(), Context::Events);
    let down: Vec<&Entry> = help.entries.iter().filter(|e| e.about == "move down").collect();
    assert_eq!(down.len(), 1);
    assert!(down[0].keys.contains('↓') && down[0].keys.contains('j'), "{}", down[0].keys);
    let mut headings: Vec<&str> = help.entries.iter().map(|entry| entry.heading).collect();
    headings.dedup();
    let mut unique = headings.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(headings.len(), unique.len(), "every heading stands once");
}

#[test]
fn help_points_at_what_was_meant() {
    let keymap = Keymap::built_in();
    for (context, text, key) in [
        (Context::Rules, "mute", "m"),
        (Context::Events, "burst", "z"),
        (Context::Events, "/", "/"),
        (Context::Events, "pdf", "p"),
    ] {
        let help = typed(Chooser::help(&keymap, context), text);
        let keys = help.chosen().map(|e| e.keys.as_str()).unwrap_or_default();
        assert!(keys.split_whitespace().any(|one| one == key), "{text}: {keys}");
        let fits = |hit: &Hit| {
            let entry = &help.entries[hit.entry];
            format!("{} {} {}", entry.label, entry.about, entry.keys).to_lowercase().contains(text)
        };
        assert!(help.hits.iter().all(fits), "{text}");
    }
}

#[test]
fn columns_are_switched_and_moved_and_one_is_always_left() {
    let mut chooser = Chooser::columns(&[Field::Risk, Field::Event]);
    chooser.reorder(1);
    assert_eq!(chooser.on, [Field::Event, Field::Risk]);
    chooser.toggle();
    assert_eq!(chooser.on, [Field::Event]);
    chooser = typed(chooser, "event");
    chooser.toggle();
    assert_eq!(chooser.on, [Field::Event]);
    let mut chooser = typed(chooser, "region");
    chooser.toggle();
    assert_eq!(chooser.on, [Field::Event, Field::Region]);
}
