//! Fields with a few words for values, and how else these are written.

use super::{is_equality, pattern, shown};
use crate::detect::attack::RETIRED_TACTICS;
use crate::event::field::{Field, LEVELS, TACTIC_IDS, TACTICS};
use crate::query::ast::Test;
use crate::query::error::QueryError;
use crate::query::lex::Compare;
use crate::query::pattern::Pattern;
use crate::query::value::Value;
use crate::text::nearest;

/// The test for one of `words`, or for those that match.
pub(super) fn test(field: Field, words: &'static [&'static str], value: &Value) -> Result<Test, QueryError> {
    let text = value.text();
    let known = if value.has_wildcards() {
        let pattern = pattern(value)?;
        words.iter().any(|word| pattern.matches(word)).then_some(pattern)
    } else {
        word_of(field, words, &text).map(Pattern::exact)
    };
    known.map(Test::Matches).ok_or_else(|| {
        let message = format!("{} is no value of `{}`: {}", shown(&text), field.name(), words.join(", "));
        let near = nearest(&spelled(field, &text), words.iter().copied());
        QueryError::new(value.span.clone(), message).suggest_some(near)
    })
}

/// Whether levels are compared by their order, or a range of them is meant.
pub(super) fn reaches_over(compare: Compare, value: &Value) -> bool {
    !is_equality(compare) || (value.range().is_some() && !value.has_wildcards())
}

/// The levels that compare so with a value, or that lie between its two ends.
pub(super) fn levels(compare: Compare, value: &Value) -> Result<Vec<&'static str>, QueryError> {
    let no_level = |text: &str| {
        let message = format!("{} is no value of `level`: {}", shown(text), LEVELS.join(", "));
        let near = nearest(&spelled(Field::Level, text), LEVELS.iter().copied());
        // What is proposed stands for the whole value, of which an end is a part.
        QueryError::new(value.span.clone(), message).suggest_some(near.filter(|_| text == value.text()))
    };
    let place = |text: &str| {
        let word = word_of(Field::Level, LEVELS, text).ok_or_else(|| no_level(text))?;
        Ok(LEVELS.iter().position(|level| *level == word).unwrap_or_default())
    };
    let fault = |message| QueryError::new(value.span.clone(), message);
    let last = LEVELS.len() - 1;
    let (from, behind) = match value.range().filter(|_| is_equality(compare)) {
        Some((left, right)) if left.is_empty() && right.is_empty() => {
            return Err(fault("a range needs an end, as in medium..high"));
        }
        Some((left, right)) => {
            let from = if left.is_empty() { 0 } else { place(&left)? };
            let to = if right.is_empty() { last } else { place(&right)? };
            if from > to {
                return Err(fault("the range ends before it begins").suggest(format!("{right}..{left}")));
            }
            (from, to + 1)
        }
        None => {
            let at = place(&value.text())?;
            match compare {
                Compare::Less => (0, at),
                Compare::LessOrEqual => (0, at + 1),
                Compare::Is | Compare::IsNot => (at, at + 1),
                Compare::GreaterOrEqual => (at, last + 1),
                Compare::Greater => (at + 1, last + 1),
            }
        }
    };
    match LEVELS.get(from..behind).unwrap_or_default() {
        [] => Err(fault("no level is beyond this one")),
        levels => Ok(levels.to_vec()),
    }
}

/// The tactics of today that a retired one means.
pub(super) fn retired(value: &Value) -> Option<&'static [&'static str]> {
    let name = spelled(Field::Tactic, &value.text());
    let found = RETIRED_TACTICS.iter().find(|(old, _)| *old == name)?;
    (!value.has_wildcards()).then_some(found.1)
}

fn word_of(field: Field, words: &[&'static str], text: &str) -> Option<&'static str> {
    let text = spelled(field, text);
    let by_id = || {
        let at = TACTIC_IDS.iter().position(|id| id.eq_ignore_ascii_case(&text))?;
        TACTICS.get(at).copied().filter(|_| field == Field::Tactic)
    };
    words.iter().copied().find(|word| word.eq_ignore_ascii_case(&text)).or_else(by_id)
}

/// A value as the catalogue spells it, where others spell it otherwise.
fn spelled(field: Field, text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    match (field, lower.as_str()) {
        // CloudTrail's own name for the field is `readOnly`, and its values are these.
        (Field::Access, "true") => "read".to_owned(),
        (Field::Access, "false") => "write".to_owned(),
        // As Sigma spells it.
        (Field::Level, "informational") => "info".to_owned(),
        (Field::Tactic, name) => {
            let words: Vec<&str> = name.split([' ', '_', '-']).filter(|word| !word.is_empty()).collect();
            words.join("-")
        }
        _ => lower,
    }
}
