//! Text with wildcards, matched without regard to case.
//!
//! A pattern is prepared once and then asked for every entry of a dictionary and
//! perhaps every raw record, so matching allocates nothing and takes time that is
//! linear in the value: the pieces between the `*` are found from left to right
//! and never again. ASCII pieces are compared as bytes.
//!
//! Case is folded one character to one character and never from outside of ASCII
//! into it, so that `K` (the Kelvin sign) is no `k` and lengths never change.

mod find;

use std::fmt;

use find::Piece;

/// A part of a pattern as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// This text.
    Text(String),
    /// `*`: any text, also none.
    Many,
    /// `?`: any one character.
    One,
}

/// What a pattern comes down to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape<'a> {
    /// Anything, also nothing.
    Any,
    /// The whole value.
    Exact(&'a str),
    /// The beginning.
    Prefix(&'a str),
    /// The end.
    Suffix(&'a str),
    /// Somewhere inside.
    Contains(&'a str),
    /// Anything else.
    Wild(&'a [Part]),
}

/// Text with wildcards that a whole value has to match, without regard to case.
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
    plan: Plan,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.parts).finish()
    }
}

/// How a pattern is matched: a function of its parts.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Plan {
    /// No `*`.
    Whole(Piece),
    /// What the value begins with, what follows in this order, what it ends with.
    Split { head: Piece, middle: Vec<Piece>, tail: Piece },
}

impl Pattern {
    /// A pattern of `parts`, which are brought into their normal form: `*?*` is `?*`, neighboring texts are one.
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let parts = normal(parts);
        let plan = Plan::of(&parts);
        Self { parts, plan }
    }

    /// The whole value is `text`.
    pub fn exact(text: impl Into<String>) -> Self {
        Self::new([Part::Text(text.into())])
    }

    /// `text` is somewhere in the value.
    pub fn contains(text: impl Into<String>) -> Self {
        Self::new([Part::Many, Part::Text(text.into()), Part::Many])
    }

    /// The same pattern, to be found anywhere in a value.
    #[must_use]
    pub fn anywhere(self) -> Self {
        let open = || std::iter::once(Part::Many);
        Self::new(open().chain(self.parts).chain(open()))
    }

    /// The parts in their normal form, as written.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// What the pattern comes down to, in the spelling in which it was written.
    pub fn shape(&self) -> Shape<'_> {
        match self.parts.as_slice() {
            [] => Shape::Exact(""),
            [Part::Many] => Shape::Any,
            [Part::Text(t)] => Shape::Exact(t),
            [Part::Text(t), Part::Many] => Shape::Prefix(t),
            [Part::Many, Part::Text(t)] => Shape::Suffix(t),
            [Part::Many, Part::Text(t), Part::Many] => Shape::Contains(t),
            parts => Shape::Wild(parts),
        }
    }

    /// Whether every value matches.
    pub fn is_any(&self) -> bool {
        self.parts == [Part::Many]
    }

    /// Whether `value` as a whole matches.
    pub fn matches(&self, value: &str) -> bool {
        match &self.plan {
            Plan::Whole(piece) => piece.at_start(value) == Some(value.len()),
            Plan::Split { head, middle, tail } => split_matches(head, middle, tail, value).is_some(),
        }
    }
}

/// Takes the head off the front and the tail off the end, then looks for the rest from left to right.
fn split_matches(head: &Piece, middle: &[Piece], tail: &Piece, value: &str) -> Option<()> {
    let mut rest = value.get(head.at_start(value)?..)?;
    rest = rest.get(..rest.len().checked_sub(tail.at_end(rest)?)?)?;
    for piece in middle {
        rest = rest.get(piece.find_end(rest)?..)?;
    }
    Some(())
}

impl Plan {
    fn of(parts: &[Part]) -> Self {
        let mut pieces = parts.split(|part| *part == Part::Many).map(Piece::new);
        let head = pieces.next().unwrap_or_else(|| Piece::new(&[]));
        let mut middle: Vec<Piece> = pieces.collect();
        match middle.pop() {
            None => Self::Whole(head),
            Some(tail) => Self::Split { head, middle, tail },
        }
    }
}

/// Joins texts, drops empty ones, and writes each run of wildcards as its `?` and then one `*`.
fn normal(parts: impl IntoIterator<Item = Part>) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    for part in parts {
        match (part, out.last_mut()) {
            (Part::Text(t), _) if t.is_empty() => {}
            (Part::Text(t), Some(Part::Text(last))) => last.push_str(&t),
            (Part::Many, Some(Part::Many)) => {}
            (Part::One, Some(Part::Many)) => {
                out.pop();
                out.extend([Part::One, Part::Many]);
            }
            (part, _) => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `*` and `?` as in a query, nothing escaped.
    fn pattern(text: &str) -> Pattern {
        Pattern::new(text.chars().map(|c| match c {
            '*' => Part::Many,
            '?' => Part::One,
            c => Part::Text(c.to_string()),
        }))
    }

    /// The definition, with a table instead of cleverness.
    fn by_definition(pattern: &str, value: &str) -> bool {
        let value: Vec<char> = value.chars().map(find::fold).collect();
        let mut row: Vec<bool> = (0..=value.len()).map(|i| i == 0).collect();
        for p in pattern.chars() {
            let mut next = vec![p == '*' && row[0]; value.len() + 1];
            for i in 1..=value.len() {
                next[i] = match p {
                    '*' => row[i] || next[i - 1],
                    '?' => row[i - 1],
                    c => row[i - 1] && find::fold(c) == value[i - 1],
                };
            }
            row = next;
        }
        row[value.len()]
    }

    #[test]
    fn wildcards_are_anchored_to_the_whole_value() {
        for (text, value, expected) in [
            ("CreateUser", "createuser", true),
            ("CreateUser", "CreateUsers", false),
            ("Create*", "CREATEACCESSKEY", true),
            ("Create*", "ReCreate", false),
            ("*Key", "CreateAccessKey", true),
            ("*Key", "KeyList", false),
            ("*access*", "CreateAccessKey", true),
            ("C*Key", "CreateAccessKey", true),
            ("C*C*Key", "CreateAccessKey", true),
            ("C*C*C*C*Key", "CreateAccessKey", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("?", "é", true),
            ("?", "", false),
            ("??", "é", false),
            ("a?c*", "ABCDE", true),
            ("*?", "", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("straße*", "STRAßE 7", true),
            ("*ÉTÉ", "l'été", true),
            ("k", "\u{212a}", false),
            ("İ", "i", false),
            ("*東京*", "東京都庁", true),
        ] {
            assert_eq!(pattern(text).matches(value), expected, "{text} {value}");
        }
    }

    #[test]
    fn shapes_are_recognized_in_any_spelling() {
        for (text, shape) in [
            ("", Shape::Exact("")),
            ("***", Shape::Any),
            ("Abc", Shape::Exact("Abc")),
            ("Abc**", Shape::Prefix("Abc")),
            ("*Abc", Shape::Suffix("Abc")),
            ("*Abc*", Shape::Contains("Abc")),
            ("*?*?*", Shape::Wild(&[Part::One, Part::One, Part::Many])),
        ] {
            assert_eq!(pattern(text).shape(), shape, "{text}");
        }
        assert_eq!(pattern("a").anywhere(), Pattern::contains("a"));
        assert_eq!(pattern("*a*").anywhere(), Pattern::contains("a"));
    }

    #[test]
    fn the_worst_values_take_linear_time() {
        let value = "a".repeat(200_000);
        assert!(!pattern(&format!("*{}b*", "a".repeat(2000))).matches(&value));
        assert!(!pattern(&format!("{}b", "a*".repeat(500))).matches(&value));
        assert!(!pattern(&format!("*{}b*", "a*".repeat(500))).matches(&value));
        let accents = "é".repeat(20_000);
        assert!(!pattern(&format!("*{}b*", "é*".repeat(500))).matches(&accents));
    }

    proptest! {
        #[test]
        fn matching_follows_the_definition(text in "[aAbé*?]{0,8}", value in "[aAbBéÉ]{0,12}") {
            prop_assert_eq!(pattern(&text).matches(&value), by_definition(&text, &value));
        }

        #[test]
        fn long_runs_follow_the_definition(text in "\\*?[aab]{1,10}\\*?", value in "[aab]{0,80}") {
            prop_assert_eq!(pattern(&text).matches(&value), by_definition(&text, &value));
        }

        #[test]
        fn every_text_matches_itself_and_is_found_in_itself(value: String, around: String) {
            prop_assert!(Pattern::exact(value.as_str()).matches(&value));
            let inside = format!("{around}{value}{around}");
            prop_assert!(Pattern::contains(value.as_str()).matches(&inside));
        }
    }
}
