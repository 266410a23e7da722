//! The sentences, as `rules/changes.txt` has them.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::profile::change::judge::Judge;

/// The table as shipped.
const SHIPPED: &str = include_str!("../../../rules/changes.txt");

/// One line of the table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line {
    /// The sentence, in the infinitive.
    pub(super) sentence: String,
    /// Who judges what the call changed, and where it stands.
    pub(super) judge: Option<(Judge, String)>,
}

static LINES: LazyLock<HashMap<String, Line>> = LazyLock::new(|| {
    // A test reads every line, so a fault in one cannot be shipped.
    SHIPPED.lines().filter_map(|line| parse(line).ok().flatten()).collect()
});

/// The line of a call.
pub(super) fn line(service: &str, name: &str) -> Option<&'static Line> {
    LINES.get(&format!("{service}:{name}"))
}

#[cfg(test)]
/// The calls of which a sentence is known, as `service:Name`.
pub(super) fn calls() -> impl Iterator<Item = &'static str> {
    LINES.keys().map(String::as_str)
}

/// Reads a line; `Ok(None)` for an empty one and a comment.
fn parse(line: &str) -> Result<Option<(String, Line)>, &'static str> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (call, rest) = line.split_once(char::is_whitespace).ok_or("there is no sentence")?;
    if call.split(':').count() != 2 {
        return Err("the call is no `service:Name`");
    }
    let (sentence, judge) = match rest.split_once('|') {
        None => (rest, None),
        Some((sentence, judge)) => {
            let (name, path) = judge.trim().split_once(' ').ok_or("the judge has no path")?;
            (sentence, Some((Judge::named(name).ok_or("there is no such judge")?, path.to_owned())))
        }
    };
    Ok(Some((call.to_owned(), Line { sentence: sentence.trim().to_owned(), judge })))
}

/// The past of each verb that is not made by adding `ed` or `d`.
const IRREGULAR: &[(&str, &str)] = &[
    ("give", "gave"),
    ("run", "ran"),
    ("write", "wrote"),
    ("set", "set"),
    ("put", "put"),
    ("take", "took"),
    ("stop", "stopped"),
    ("send", "sent"),
    ("make", "made"),
    ("leave", "left"),
    ("read", "read"),
    ("let", "let"),
    ("copy", "copied"),
    ("transfer", "transferred"),
    ("reset", "reset"),
    ("bound", "bounded"),
    ("keep", "set retention to keep"),
];

/// The past of a verb.
pub(super) fn past(verb: &str) -> String {
    if let Some((_, past)) = IRREGULAR.iter().find(|(v, _)| *v == verb) {
        return (*past).to_owned();
    }
    if verb.ends_with('e') { format!("{verb}d") } else { format!("{verb}ed") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_sound_and_there_is_one_for_each_call() {
        let mut known = std::collections::HashSet::new();
        for (number, line) in SHIPPED.lines().enumerate() {
            let parsed = parse(line).unwrap_or_else(|fault| panic!("line {}: {fault}", number + 1));
            let Some((call, line)) = parsed else { continue };
            assert!(known.insert(call.clone()), "{call} stands twice");
            let marks = |c: char| line.sentence.matches(c).count();
            assert!(marks('{') == marks('}') && marks('[') == marks(']'), "{call}");
            assert!(line.sentence.starts_with(|c: char| c.is_ascii_lowercase()), "{call}");
        }
        assert!(known.len() >= 60 && known.len() == calls().count());
    }

    #[test]
    fn faults_in_a_line_are_named() {
        for (line, fault) in [
            ("iam:CreateUser", "there is no sentence"),
            ("CreateUser create user", "the call is no `service:Name`"),
            ("iam:CreateUser create user | policy", "the judge has no path"),
            ("iam:CreateUser create user | wise x", "there is no such judge"),
        ] {
            assert_eq!(parse(line), Err(fault), "{line}");
        }
        assert_eq!(parse("# comment"), Ok(None));
    }

    #[test]
    fn verbs_have_a_past() {
        for (verb, told) in [
            ("create", "created"),
            ("attach", "attached"),
            ("let", "let"),
            ("stop", "stopped"),
            ("give", "gave"),
        ] {
            assert_eq!(past(verb), told);
        }
    }
}
