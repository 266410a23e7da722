//! What is wrong with something that the user wrote, and where.
//!
//! One type for settings, themes and keys, so that all of them are reported the
//! same way: `config.toml:3: theme = "drak": no such theme; did you mean "dark"?`

use std::fmt;

use crate::text::{clip, nearest, visible};

/// The widest piece of a faulty value that a message repeats, in columns.
const SHOWN: usize = 48;

/// How many words a message lists where none of them is near.
const LISTED: usize = 8;

/// Why a value cannot be used, without the place where it stands.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}", explain(message, suggestion.as_deref()))]
pub struct Reason {
    /// What is wrong, as the second half of a sentence.
    pub message: String,
    /// The word that was probably meant.
    pub suggestion: Option<String>,
}

impl Reason {
    /// A reason without a suggestion.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), suggestion: None }
    }

    /// The same reason with the word that was probably meant.
    #[must_use]
    pub fn near(self, word: Option<impl Into<String>>) -> Self {
        Self { suggestion: word.map(Into::into), ..self }
    }

    /// `word` is no `kind`: with the nearest of `known`, or all of them where they are few and none is near.
    pub fn unknown<'a>(kind: &str, word: &str, known: impl Iterator<Item = &'a str> + Clone) -> Self {
        if let Some(near) = nearest(word, known.clone()) {
            return Self::new(format!("no such {kind}")).near(Some(near));
        }
        if known.clone().count() > LISTED {
            return Self::new(format!("no such {kind}"));
        }
        let words: Vec<&str> = known.collect();
        Self::new(format!("no such {kind}; there are {}", words.join(", ")))
    }
}

/// One fault: its place, the value found there, the reason and the way out.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct Fault {
    /// The file as it was named, or [`ENVIRONMENT`] or [`COMMAND_LINE`].
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The character within the line, from 1.
    pub column: Option<usize>,
    /// The path of the key in the file, the variable, or the flag. Empty: the file as a whole.
    pub key: String,
    /// The value as it was written.
    pub value: Option<String>,
    /// What is wrong.
    pub message: String,
    /// The word that was probably meant.
    pub suggestion: Option<String>,
}

/// Stands in [`Fault::file`] for a value of the environment.
pub const ENVIRONMENT: &str = "environment";

/// Stands in [`Fault::file`] for a value of the command line.
pub const COMMAND_LINE: &str = "command line";

impl Fault {
    /// A fault of `file` as a whole.
    pub fn of_file(file: impl Into<String>, reason: Reason) -> Self {
        Self {
            file: file.into(),
            line: None,
            column: None,
            key: String::new(),
            value: None,
            message: reason.message,
            suggestion: reason.suggestion,
        }
    }

    /// A fault of a value that stands outside of any file: in the environment or on the command line.
    pub fn of_value(place: &str, key: impl Into<String>, value: &str, reason: Reason) -> Self {
        Self { key: key.into(), value: Some(value.to_owned()), ..Self::of_file(place, reason) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        if !self.key.is_empty() {
            f.write_str(&clip(&visible(&self.key), SHOWN))?;
            if let Some(value) = &self.value {
                let sign = if self.key.starts_with("--") { " " } else { " = " };
                write!(f, "{sign}{}", clip(&visible(value), SHOWN))?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&visible(&explain(&self.message, self.suggestion.as_deref())))
    }
}

fn explain(message: &str, suggestion: Option<&str>) -> String {
    suggestion.map_or_else(|| message.to_owned(), |word| format!("{message}; did you mean \"{word}\"?"))
}

/// Puts faults in the order in which a reader meets them: file by file as they came, by line within one.
pub fn sort(faults: &mut [Fault]) {
    let mut files: Vec<String> = Vec::new();
    for fault in faults.iter() {
        if !files.contains(&fault.file) {
            files.push(fault.file.clone());
        }
    }
    let rank = |fault: &Fault| files.iter().position(|file| *file == fault.file);
    faults.sort_by_key(|fault| (rank(fault), fault.line, fault.column));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_place_value_reason_and_the_way_out() {
        let reason = || Reason::unknown("theme", "drak", ["dark", "light"].into_iter());
        let in_file = Fault {
            line: Some(3),
            key: "theme".into(),
            value: Some("\"drak\"".into()),
            ..Fault::of_file("config.toml", reason())
        };
        for (fault, said) in [
            (in_file, "config.toml:3: theme = \"drak\": no such theme; did you mean \"dark\"?"),
            (
                Fault::of_value(ENVIRONMENT, "TRAILHOUND_THEME", "drak", reason()),
                "environment: TRAILHOUND_THEME = drak: no such theme; did you mean \"dark\"?",
            ),
            (
                Fault::of_value(COMMAND_LINE, "--theme", "drak", reason()),
                "command line: --theme drak: no such theme; did you mean \"dark\"?",
            ),
            (Fault::of_file("keymap.toml", Reason::new("cannot be read")), "keymap.toml: cannot be read"),
        ] {
            assert_eq!(fault.to_string(), said);
        }
    }

    #[test]
    fn a_fault_does_nothing_to_the_terminal_and_stays_on_one_line() {
        let value = format!("\x1b]0;owned\x07\n{}", "x".repeat(500));
        let said = Fault::of_value(ENVIRONMENT, "TRAILHOUND_THEME", &value, Reason::new("no")).to_string();
        assert!(!said.chars().any(crate::text::is_hostile), "{said}");
        assert!(said.len() < 200, "{said}");
    }

    #[test]
    fn few_words_are_listed_where_none_is_near() {
        let said = |known: &'static [&'static str]| {
            Reason::unknown("zone", "mars", known.iter().copied()).to_string()
        };
        assert_eq!(said(&["utc", "local"]), "no such zone; there are utc, local");
        assert_eq!(said(&["a", "b", "c", "d", "e", "f", "g", "h", "i"]), "no such zone");
    }

    #[test]
    fn faults_are_read_from_top_to_bottom() {
        let at = |file: &str, line| Fault { line: Some(line), ..Fault::of_file(file, Reason::new("no")) };
        let mut faults = vec![at("b", 9), at("a", 2), at("b", 1), at("a", 1)];
        sort(&mut faults);
        assert_eq!(faults, [at("b", 1), at("b", 9), at("a", 1), at("a", 2)]);
    }
}
