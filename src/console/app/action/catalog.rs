//! Every line that the palette can offer: each action, with each of its arguments where those are known.

use super::{ACTIONS, Action, ActionInfo, Category};

/// One line of the palette.
#[derive(Clone, Debug)]
pub struct Command {
    /// What runs.
    pub action: Action,
    /// How it is written: `sort risk`.
    pub line: String,
    /// One line about it.
    pub about: String,
    /// Under which heading help shows it.
    pub category: Category,
}

/// Every command, in the order of the list of actions.
pub fn commands() -> Vec<Command> {
    ACTIONS.iter().flat_map(lines).filter_map(command).collect()
}

/// The ways to write an action.
fn lines(info: &'static ActionInfo) -> Vec<String> {
    let alone = info.argument.is_none_or(|argument| !argument.needed);
    let choices = info.argument.map(|argument| argument.choices()).unwrap_or_default();
    let with = choices.iter().map(|choice| format!("{} {}", info.name, choice.name));
    alone.then(|| info.name.to_owned()).into_iter().chain(with).collect()
}

fn command(line: String) -> Option<Command> {
    // Every line was made from the list, which a test checks; none is lost.
    let action = Action::parse(&line).ok()?;
    Some(Command { about: action.about(), category: action.info().category, action, line })
}
