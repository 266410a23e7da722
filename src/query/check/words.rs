//! Fields with a few words for values, and how else these are written.

use super::{pattern, shown};
use crate::detect::attack::RETIRED_TACTICS;
use crate::event::field::{Field, TACTIC_IDS, TACTICS};
use crate::query::ast::Test;
use crate::query::error::QueryError;
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
        (Field::Tactic, name) => {
            let words: Vec<&str> = name.split([' ', '_', '-']).filter(|word| !word.is_empty()).collect();
            words.join("-")
        }
        _ => lower,
    }
}
