//! The keys of the repository, and stories about the user's.

use proptest::prelude::*;

use super::*;
use crate::console::app::action::commands;

fn run(keymap: &Keymap, context: Context, keys: &str) -> String {
    let keys: Keys = keys.parse().unwrap();
    match keymap.resolve(context, keys.as_slice()) {
        Resolution::Match(action) => action.to_string(),
        Resolution::Prefix => "...".to_owned(),
        Resolution::None => String::new(),
    }
}

/// The keymap of a user's file, which must have no fault.
fn user(text: &str) -> Keymap {
    let (keymap, faults) = Keymap::with_user("mine.toml", text);
    assert_eq!(faults, []);
    keymap
}

fn faults(text: &str) -> Vec<String> {
    Keymap::with_user("mine.toml", text).1.iter().map(ToString::to_string).collect()
}

#[test]
fn every_context_has_one_row_in_its_place() {
    assert_eq!(CONTEXTS.len(), Context::COUNT);
    for (place, info) in CONTEXTS.iter().enumerate() {
        assert_eq!(info.context as usize, place);
        assert_eq!(Context::find(info.name), Some(info.context));
        let parents_type = info.parent.is_some_and(|parent| parent.info().typing);
        assert!(info.parent.is_none() || parents_type == info.typing, "{}", info.name);
    }
}

#[test]
fn the_keys_of_the_repository_are_read_without_a_fault() {
    let (keymap, faults) = Keymap::layer(BUILT_IN_FILE, BUILT_IN, false);
    assert_eq!(faults, []);
    assert_eq!(keymap.no_way_out(), None);
    assert!(keymap.contexts.iter().flatten().all(|binding| binding.action.is_some()));
}

#[test]
fn every_action_has_a_key() {
    let keymap = Keymap::built_in();
    for command in commands() {
        let name = command.action.name();
        let bound =
            keymap.contexts.iter().flatten().any(|b| b.action.as_ref().is_some_and(|a| a.name() == name));
        assert!(bound, "{name}");
    }
}

#[test]
fn the_keys_that_were_promised_do_what_was_promised() {
    let keymap = Keymap::built_in();
    for (keys, action) in [
        ("<enter>", "open"),
        ("u", "pivot user"),
        ("i", "pivot address"),
        ("s", "pivot session"),
        ("k", "pivot key"),
        ("e", "pivot event-name"),
        ("+", "keep"),
        ("-", "drop"),
        ("f", "frequency"),
        ("m", "mark"),
        ("c", "add-to-case"),
        ("x", "export"),
        ("S", "slack"),
        ("p", "report"),
        (":", "palette"),
        ("?", "help"),
        ("/", "filter"),
        ("n", "match next"),
        ("N", "match previous"),
        ("y", "copy value"),
        ("z", "burst"),
        ("T", "time-zone"),
        ("[", "back"),
        ("]", "forward"),
        ("<esc>", "pop"),
        ("<bs>", "pop"),
        ("1", "view actors"),
        ("7", "view sources"),
        ("q", "quit"),
        ("<tab>", "pane next"),
        ("j", "move down"),
        ("<up>", "move up"),
        ("g", "move top"),
        ("G", "move bottom"),
        ("<c-d>", "move half-page-down"),
        ("<c-u>", "move half-page-up"),
        ("o", "sort"),
        ("O", "reverse"),
        ("C", "columns"),
        ("<c-z>", "suspend"),
        ("<c-l>", "redraw"),
        ("<c-c>", "cancel"),
    ] {
        assert_eq!(run(&keymap, Context::Events, keys), action, "{keys}");
    }
}

#[test]
fn a_context_comes_before_what_it_inherits() {
    let keymap = Keymap::built_in();
    for (context, keys, action) in [
        (Context::Detail, "/", "search"),
        (Context::Detail, "u", "pivot user"),
        (Context::Detail, "z", "..."),
        (Context::Detail, "zM", "fold close-all"),
        (Context::Detail, "zz", ""),
        (Context::Table, "<enter>", "keep"),
        (Context::Table, "k", "move up"),
        (Context::Prompt, "<up>", "history previous"),
        (Context::Picker, "<up>", "move up"),
        (Context::Prompt, "q", ""),
        (Context::Confirm, "q", ""),
        (Context::Confirm, "y", "accept"),
    ] {
        assert_eq!(run(&keymap, context, keys), action, "{keys} in {}", context.name());
    }
}

#[test]
fn the_user_s_keys_lie_over_the_others_key_by_key() {
    let keymap = user(
        "[events]\nkeys = [\n\
         { on = \"gs\", run = \"sort risk\" },\n\
         { on = [\"u\", \"<f5>\"], run = \"preset last-hour\", desc = \"hour\" },\n\
         { on = \"s\", run = \"noop\" },\n\
         ]\n[global]\nkeys = [{ on = \"qq\", run = \"quit\" }]",
    );
    for (context, keys, action) in [
        (Context::Events, "g", "..."),
        (Context::Events, "gs", "sort risk"),
        (Context::Events, "G", "move bottom"),
        (Context::Events, "u", "preset last-hour"),
        (Context::Events, "<f5>", "preset last-hour"),
        (Context::Events, "s", ""),
        (Context::Detail, "s", "pivot session"),
        (Context::Detail, "g", "move top"),
        (Context::Detail, "u", "pivot user"),
        (Context::Events, "q", "..."),
        (Context::Events, "qq", "quit"),
    ] {
        assert_eq!(run(&keymap, context, keys), action, "{keys} in {}", context.name());
    }
}

#[test]
fn a_key_that_hides_a_built_in_sequence_takes_its_place() {
    let keymap = user("[detail]\nkeys = [{ on = \"z\", run = \"search\" }]");
    assert_eq!(run(&keymap, Context::Detail, "z"), "search");
    assert_eq!(keymap.keys_for(Context::Detail, &Action::Search).len(), 2);
    assert!(keymap.bindings(Context::Detail).all(|(binding, _)| binding.keys.to_string() != "zM"));
}

#[test]
fn the_example_in_the_file_itself_works() {
    let example = "[global]\nkeys = [{ on = \"k\", run = \"move up\" }, { on = \"K\", run = \"pivot key\", desc = \"key\" }]";
    for line in example.lines() {
        assert!(BUILT_IN.contains(&format!("#   {line}")), "{line}");
    }
    let keymap = user(example);
    assert_eq!(run(&keymap, Context::Events, "k"), "move up");
    assert_eq!(run(&keymap, Context::Events, "K"), "pivot key");
}

#[test]
fn every_fault_is_told_at_once_and_the_rest_works() {
    let text = "evnts = 1\n[events]\nkey = []\nkeys = [\n\
                { on = \"<entr>\", run = \"open\" },\n\
                { on = \"w\", run = \"srot risk\" },\n\
                { on = \"w\", run = \"sort rsik\" },\n\
                { on = 5, run = \"open\" },\n\
                { on = [\"v\", \"<c-m>\"], run = \"open\" },\n\
                { on = \"v\", run = \"quit\" },\n\
                { on = \"vv\", run = \"quit\" },\n\
                { on = \"b\" },\n\
                { on = \"b\", run = true, dsc = \"x\", desc = 1 },\n\
                5,\n\
                ]\n[prompt]\nkeys = [{ on = \"a\", run = \"close\" }, { on = \"<c-x>\", run = \"close\" }]\n[table]\nkeys = 1\n";
    assert_eq!(
        faults(text),
        [
            "mine.toml:1: evnts: no such context; did you mean \"events\"?",
            "mine.toml:3: events.key: no such part of a context; did you mean \"keys\"?",
            "mine.toml:5: events.keys[1].on = \"<entr>\": no key is named <entr>; did you mean \"<enter>\"?",
            "mine.toml:6: events.keys[2].run = \"srot risk\": no such action; did you mean \"sort\"?",
            "mine.toml:7: events.keys[3].run = \"sort rsik\": there is no field rsik; did you mean \"sort risk\"?",
            "mine.toml:8: events.keys[4].on = 5: expected a text in quotes, found a whole number",
            "mine.toml:9: events.keys[5].on[2] = \"<c-m>\": a terminal sends <enter> for <c-m>; did you mean \
             \"<enter>\"?",
            "mine.toml:10: events.keys[6].on = \"v\": bound already on line 9, which holds",
            "mine.toml:11: events.keys[7].on = \"vv\": cannot be told from v on line 9, which holds",
            "mine.toml:12: events.keys[8] = { on = \"b\" }: needs both on and run",
            "mine.toml:13: events.keys[9].run = true: expected a text in quotes, found true or false",
            "mine.toml:13: events.keys[9].dsc: no such part of a row; did you mean \"desc\"?",
            "mine.toml:13: events.keys[9].desc = 1: expected a text in quotes, found a whole number",
            "mine.toml:14: events.keys[10] = 5: expected a table, found a whole number",
            "mine.toml:17: prompt.keys[1].on = \"a\": a is typed here; bind a key with <c-...> or a named one",
            "mine.toml:19: table.keys = 1: expected a list in brackets, found a whole number",
        ]
    );
    let keymap = Keymap::with_user("mine.toml", text).0;
    assert_eq!(run(&keymap, Context::Events, "v"), "open");
    assert_eq!(run(&keymap, Context::Prompt, "<c-x>"), "close");
    assert_eq!(run(&keymap, Context::Events, "o"), "sort");
}

#[test]
fn a_mistake_in_the_syntax_leaves_the_built_in_keys() {
    let (keymap, faults) = Keymap::with_user("mine.toml", "[global\nkeys = [ { on = \"q\" ");
    assert!(faults[0].to_string().starts_with("mine.toml:1: not valid TOML"), "{faults:?}");
    assert_eq!(run(&keymap, Context::Global, "q"), "quit");
}

#[test]
fn nobody_is_locked_in() {
    for (text, said) in [
        (
            "[global]\nkeys = [{ on = [\"q\", \":\"], run = \"noop\" }]",
            "leaves no key for quit or palette in [global]; the built-in keys are used",
        ),
        (
            "[input]\nkeys = [{ on = [\"<esc>\", \"<c-c>\"], run = \"noop\" }]",
            "leaves no key for close in [input]; the built-in keys are used",
        ),
    ] {
        assert_eq!(faults(text), [format!("mine.toml: {said}")]);
        assert_eq!(run(&Keymap::with_user("mine.toml", text).0, Context::Global, "q"), "quit");
    }
    user("[global]\nkeys = [{ on = \"q\", run = \"noop\" }]");
}

#[test]
fn the_line_at_the_bottom_shows_what_works_here_in_the_order_of_the_file() {
    let line = |keymap: &Keymap, context| {
        let shown: Vec<String> =
            keymap.footer(context).iter().map(|(b, label)| format!("{} {label}", b.keys.label())).collect();
        shown.join("  ")
    };
    let keymap = Keymap::built_in();
    assert_eq!(
        line(&keymap, Context::Events),
        "enter open  / filter  u user  i address  s session  k key  e event  v profile  + keep  - drop  m mark  c add to case  \
         x export  S Slack  p report  : commands  esc back  f frequency  ? help  H hunts  y copy"
    );
    assert!(line(&keymap, Context::Detail).starts_with("space fold  / search  u user"));
    assert!(line(&keymap, Context::Table).starts_with("enter keep  O reverse  / filter  u user"));
    assert_eq!(line(&keymap, Context::Confirm), "y yes  n no");
    let mine = user(
        "[events]\nkeys = [{ on = \"u\", run = \"noop\" }, { on = \"w\", run = \"columns\", desc = \"cols\" }]",
    );
    assert!(line(&mine, Context::Events).starts_with("w cols  enter open  / filter  i address"));
}

#[test]
fn help_finds_the_keys_of_an_action() {
    let keymap = Keymap::built_in();
    let keys = |context, action: &str| {
        let action = Action::parse(action).unwrap();
        keymap.keys_for(context, &action).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(keys(Context::Events, "move down"), ["<down>", "j", "J", "<c-n>"]);
    assert_eq!(keys(Context::Events, "sort"), ["o"]);
    assert_eq!(keys(Context::Detail, "sort"), [""; 0]);
    assert_eq!(keys(Context::Detail, "filter"), [""; 0]);
    assert_eq!(keys(Context::Table, "pivot key"), [""; 0]);
}

proptest! {
    #[test]
    fn no_text_breaks_a_keymap(text in "(\\[(global|events|x)\\]\n|keys ?= ?\\[(\\{ ?on ?= ?(\"[a-z<>-]{0,5}\"|1|\\[\"g\"\\]), run ?= ?\"(quit|noop|sort [a-z]{0,4})\" ?\\},?)*\\]?\n){0,4}") {
        let (keymap, _) = Keymap::with_user("mine.toml", &text);
        prop_assert_eq!(keymap.no_way_out(), None);
    }
}
