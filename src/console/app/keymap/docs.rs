//! The keys and the actions as a document.

use std::fmt::Write as _;

use super::{Binding, CONTEXTS, ContextInfo, Keymap};
use crate::console::app::action::{ACTIONS, Action, ActionInfo, Category};

const HEAD: &str = "# Keys and actions

This page is made from `keymap.toml` and the list of actions; a test keeps it true.

Your own keys go into `keymap.toml` in the folder of `config.toml`, and lie over these, key by key:

```toml
[events]
keys = [
  { on = \"<f5>\", run = \"preset last-hour\" },         # one key
  { on = [\"gs\", \"<a-s>\"], run = \"sort risk\" },       # a sequence, and another key for the same
  { on = \"w\", run = \"filter access:write\", desc = \"writes\" },  # with a word for the line at the bottom
  { on = \"z\", run = \"noop\" },                        # this key does nothing any more
]
```

A letter stands for itself. Other keys are `<enter> <esc> <tab> <bs> <del> <ins> <up> <down> <left> <right> <home>
<end> <pgup> <pgdn> <space> <lt> <gt> <f1>` and so on; `c-`, `a-` and `s-` in front are control, alt and shift: `<c-x>`,
`<s-tab>`. What is wrong with the file is told at the start, all at once, and the rest of it works.
";

/// The keys of `keymap`, context by context, and every action, as Markdown.
pub fn markdown(keymap: &Keymap) -> String {
    let mut out = HEAD.to_owned();
    out.push_str("\n## Keys\n");
    for info in CONTEXTS {
        push_context(&mut out, keymap, info);
    }
    out.push_str("\n## Actions\n\nAll of them can be run from the palette as well.\n");
    for category in Category::ALL {
        push_category(&mut out, *category);
    }
    out
}

fn push_context(out: &mut String, keymap: &Keymap, info: &ContextInfo) {
    let _ = write!(out, "\n### `[{}]`: {}\n\n", info.name, info.about);
    if let Some(parent) = info.parent {
        let _ = write!(out, "What is not here is as in `[{}]`.\n\n", parent.name());
    }
    let own = keymap.own(info.context);
    if own.is_empty() {
        out.push_str("No keys of its own.\n");
        return;
    }
    out.push_str("| keys | action | |\n|---|---|---|\n");
    let mut done: Vec<&Action> = Vec::new();
    for action in own.iter().filter_map(|binding| binding.action.as_ref()) {
        if !done.contains(&action) {
            push_row(out, own, action);
            done.push(action);
        }
    }
}

/// One row for all the keys of an action.
fn push_row(out: &mut String, own: &[Binding], action: &Action) {
    let same = own.iter().filter(|binding| binding.action.as_ref() == Some(action));
    let keys: Vec<String> = same.map(|binding| code(&binding.keys.to_string())).collect();
    let later = action.later().map(|later| format!(" ({later})")).unwrap_or_default();
    let action_code = code(&action.to_string());
    let _ = writeln!(out, "| {} | {action_code} | {}{later} |", keys.join(" "), cell(&action.about()));
}

fn push_category(out: &mut String, category: Category) {
    let _ = write!(out, "\n### {}: {}\n\n| action | |\n|---|---|\n", category.name(), category.about());
    for info in ACTIONS.iter().filter(|info| info.category == category) {
        let later = info.later.map(|later| format!(" (comes with {later})")).unwrap_or_default();
        let _ = writeln!(out, "| {} | {}{}{later} |", code(&usage(info)), cell(info.about), words(info));
    }
}

/// How an action is written: `sort [FIELD]`.
fn usage(info: &ActionInfo) -> String {
    match info.argument {
        None => info.name.to_owned(),
        Some(argument) => {
            let kind = argument.kind.to_uppercase();
            let (open, close) = if argument.needed { ("", "") } else { ("[", "]") };
            format!("{} {open}{kind}{close}", info.name)
        }
    }
}

/// The words that may follow, where they are few.
fn words(info: &ActionInfo) -> String {
    const FEW: usize = 12;
    let choices = info.argument.map(|argument| argument.choices()).unwrap_or_default();
    if choices.is_empty() || choices.len() > FEW {
        return String::new();
    }
    let words: Vec<String> = choices.iter().map(|choice| code(choice.name)).collect();
    format!(": {}", words.join(", "))
}

/// Text as code in a cell of a table.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {} ``", cell(text)) } else { format!("`{}`", cell(text)) }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_of_the_keys_is_true() {
        crate::golden::check("docs/keys.md", &markdown(&Keymap::built_in()));
    }

    #[test]
    fn the_keys_in_the_document_are_read_without_a_fault() {
        let example = HEAD.split("```").nth(1).and_then(|block| block.strip_prefix("toml\n")).unwrap();
        assert_eq!(Keymap::with_user("mine.toml", example).1, []);
    }
}
