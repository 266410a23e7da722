//! Keys that were pressed, as text that people read, write and keep beside their documents.
//!
//! ```text
//! # From an alert to the profile of its key. What follows "# " is for people.
//! paste "AKIAIOSFODNN7EXAMPLE"
//! see "Riskiest events"
//! <enter>          # a key, as keymaps write it
//! j
//! "event:Stop"     # typed, letter by letter
//! click 12 7
//! ```
//!
//! A line holds one thing. `#` alone is the key; with a blank behind it, it begins a note. Nothing says how long to
//! wait: whoever replays a recording goes on when the screen has settled. `see` presses nothing; it demands that
//! the settled screen shows a text.

use std::fmt;

use super::key::{Key, Keys};
use super::msg::Mouse;
use crate::config::Reason;

/// The most that is read, in bytes: nobody has pressed so many keys.
pub const LONGEST: u64 = 4 << 20;

/// One line.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// What it does.
    pub step: Step,
}

/// What a line does.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    /// Presses a key.
    Press(Key),
    /// Types a text, a key for each of its letters.
    Type(String),
    /// Pastes a text.
    Paste(String),
    /// Does something with the mouse.
    Mouse(Mouse),
    /// Demands that a text is on the screen.
    See(String),
}

/// A line that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct RecordingError {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: Reason,
}

impl Step {
    /// How many keys a person presses for it: a text that is typed counts each letter, a paste is one.
    pub fn presses(&self) -> usize {
        match self {
            Self::Press(_) | Self::Paste(_) | Self::Mouse(_) => 1,
            Self::Type(text) => text.chars().count(),
            Self::See(_) => 0,
        }
    }
}

/// The lines of a recording that do something.
///
/// # Errors
/// The first line that means nothing.
pub fn read(text: &str) -> Result<Vec<Line>, RecordingError> {
    let mut lines = Vec::new();
    for (n, line) in text.lines().enumerate() {
        match step(line.trim()) {
            Ok(None) => {}
            Ok(Some(step)) => lines.push(Line { number: n + 1, step }),
            Err(reason) => return Err(RecordingError { line: n + 1, reason }),
        }
    }
    Ok(lines)
}

/// What a line does; `None`: nothing.
fn step(line: &str) -> Result<Option<Step>, Reason> {
    if line.is_empty() || line.starts_with("# ") || line.starts_with("##") {
        return Ok(None);
    }
    if let Some(text) = line.strip_prefix('"').filter(|rest| !rest.trim().is_empty()) {
        return quoted(text).map(|text| Some(Step::Type(text)));
    }
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim_start();
    match word {
        "paste" => text_after(word, rest).map(|text| Some(Step::Paste(text))),
        "see" => text_after(word, rest).map(|text| Some(Step::See(text))),
        "click" => mouse(rest, Mouse::Click),
        "wheel-up" => mouse(rest, Mouse::WheelUp),
        "wheel-down" => mouse(rest, Mouse::WheelDown),
        _ => {
            nothing_after(rest)?;
            key(word).map(|key| Some(Step::Press(key)))
        }
    }
}

fn key(word: &str) -> Result<Key, Reason> {
    let keys: Keys = word
        .parse()
        .map_err(|reason: Reason| Reason { message: format!("{word}: {}", reason.message), ..reason })?;
    match keys.as_slice() {
        [key] => Ok(*key),
        _ => Err(Reason::new(format!(
            "{word} is more than one key; each has its line, or \"{word}\" is typed"
        ))),
    }
}

fn nothing_after(rest: &str) -> Result<(), Reason> {
    match rest.is_empty() || rest.starts_with('#') {
        true => Ok(()),
        false => Err(Reason::new(format!("{rest} follows where only a note that begins with # may"))),
    }
}

fn text_after(word: &str, rest: &str) -> Result<String, Reason> {
    let inside = rest.strip_prefix('"');
    quoted(inside.ok_or_else(|| Reason::new(format!("{word} needs a text in quotes behind it")))?)
}

/// The text up to its closing quote; `rest` begins behind the first one.
fn quoted(rest: &str) -> Result<String, Reason> {
    let mut text = String::new();
    let mut letters = rest.chars();
    loop {
        match letters.next() {
            Some('"') => break,
            Some('\\') => match letters.next() {
                Some('n') => text.push('\n'),
                Some(c @ ('"' | '\\')) => text.push(c),
                _ => return Err(Reason::new("behind a \\ stands \", \\ or n")),
            },
            Some(c) => text.push(c),
            None => return Err(Reason::new("a text without its closing quote")),
        }
    }
    nothing_after(letters.as_str().trim_start())?;
    if text.is_empty() { Err(Reason::new("a text with nothing in it")) } else { Ok(text) }
}

fn mouse(rest: &str, make: fn(u16, u16) -> Mouse) -> Result<Option<Step>, Reason> {
    let mut words = rest.split_whitespace();
    let mut number = || words.next().and_then(|word| word.parse::<u16>().ok());
    match (number(), number()) {
        (Some(x), Some(y)) => {
            nothing_after(words.next().unwrap_or_default())?;
            Ok(Some(Step::Mouse(make(x, y))))
        }
        _ => Err(Reason::new("needs a column and a row behind it, as in click 12 7")),
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], "\\n");
        match self {
            Self::Press(key) => write!(f, "{key}"),
            Self::Type(typed) => write!(f, "\"{}\"", text(typed)),
            Self::Paste(pasted) => write!(f, "paste \"{}\"", text(pasted)),
            Self::See(seen) => write!(f, "see \"{}\"", text(seen)),
            Self::Mouse(Mouse::Click(x, y)) => write!(f, "click {x} {y}"),
            Self::Mouse(Mouse::WheelUp(x, y)) => write!(f, "wheel-up {x} {y}"),
            Self::Mouse(Mouse::WheelDown(x, y)) => write!(f, "wheel-down {x} {y}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_kind_of_line_is_read_and_its_keys_are_counted() {
        let text = "# a note\n\npaste \"AKIA \\\"x\\\"\"  # one\n<enter> # opens\n#\n\"\n\"a # b\"\nclick 3 4\nsee \"x\"\n";
        let lines = read(text).unwrap();
        let steps: Vec<String> = lines.iter().map(|line| line.step.to_string()).collect();
        assert_eq!(
            steps,
            ["paste \"AKIA \\\"x\\\"\"", "<enter>", "#", "\"", "\"a # b\"", "click 3 4", "see \"x\""]
        );
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(lines.iter().map(|line| line.step.presses()).sum::<usize>(), 1 + 1 + 1 + 1 + 5 + 1);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, said) in [
            ("j\n<entr>", "line 2: <entr>: no key is named <entr>"),
            ("jk", "line 1: jk is more than one key"),
            ("\"open", "line 1: a text without its closing quote"),
            ("paste x", "line 1: paste needs a text in quotes behind it"),
            ("click 3", "line 1: needs a column and a row"),
            ("j k", "line 1: k follows where only a note"),
        ] {
            let fault = read(text).unwrap_err().to_string();
            assert!(fault.starts_with(said), "{fault}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_be_read(text: String) {
            let _ = read(&text);
        }

        #[test]
        fn what_is_written_is_read_as_the_same(texts in proptest::collection::vec("[^\\r]{1,12}", 1..5)) {
            let steps: Vec<Step> = texts.into_iter().flat_map(|t| [Step::Type(t.clone()), Step::Paste(t)]).collect();
            let written: Vec<String> = steps.iter().map(ToString::to_string).collect();
            let read: Vec<Step> = read(&written.join("\n")).unwrap().into_iter().map(|line| line.step).collect();
            // A text of blanks is the key of the quote and a note, and nobody types that.
            let is_plain = |step: &Step| !matches!(step, Step::Type(t) if t.trim().is_empty());
            if steps.iter().all(is_plain) {
                prop_assert_eq!(read, steps);
            }
        }
    }
}
