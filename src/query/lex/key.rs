//! Names of fields: which words are one, and what to say when one is not.

use super::super::error::{QueryError, shown};
use super::super::value::{Piece, Value};
use super::super::write::quoted;
use super::{operator, word};
use crate::event::field::{self, FieldRef, RECORD_KEYS};
use crate::text::nearest;

/// What every message about an unknown field ends with.
const OR_TEXT: &str = " (to search for the text, quote it)";

/// Why a word names no field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum NoField {
    /// Nothing is called so.
    Unknown,
    /// The path has a step without a name.
    EmptyStep,
    /// A step like `resources[0]` or `*`; the name without it.
    Subscript(String),
}

/// One step of a path, and whether a part of it was quoted.
#[derive(Default)]
struct Step {
    text: String,
    quoted: bool,
}

impl Step {
    fn has_subscript(&self) -> bool {
        !self.quoted && self.text.contains(['[', ']', '*', '?'])
    }
}

/// The field that `head` names.
pub(super) fn name(head: &Value) -> Result<FieldRef, NoField> {
    let steps = steps(head);
    let Some((first, rest)) = steps.split_first() else { return Err(NoField::Unknown) };
    if rest.is_empty() && !first.has_subscript() {
        return resolve(&first.text);
    }
    let (begin, _) = first.text.split_once('[').unwrap_or((&first.text, ""));
    let Some(key) = RECORD_KEYS.iter().find(|key| key.eq_ignore_ascii_case(begin)) else {
        return Err(NoField::Unknown);
    };
    if rest.iter().any(|step| step.text.is_empty() && !step.quoted) {
        return Err(NoField::EmptyStep);
    }
    if steps.iter().any(Step::has_subscript) {
        return Err(NoField::Subscript(without_subscripts(&head.text())));
    }
    let rest = rest.iter().map(|step| step.text.clone());
    Ok(match *key {
        "userIdentity" => FieldRef::Identity(rest.collect()),
        key => FieldRef::Raw(std::iter::once(key.to_owned()).chain(rest).collect()),
    })
}

/// The name of a field that was probably meant by `name`, which may be a path.
pub(super) fn nearest_field(name: &str) -> Option<&'static str> {
    nearest(name.split('.').next().unwrap_or_default(), field::names())
}

/// [`field::resolve`] for a name that was not taken apart; looks for no nearest name, which takes long.
pub(super) fn resolve(name: &str) -> Result<FieldRef, NoField> {
    let first = name.split('.').next().unwrap_or_default();
    if !field::names().any(|known| known.eq_ignore_ascii_case(first)) {
        return Err(NoField::Unknown);
    }
    match field::resolve(name) {
        Ok(FieldRef::Raw(path) | FieldRef::Identity(path)) if path.iter().any(String::is_empty) => {
            Err(NoField::EmptyStep)
        }
        other => other.map_err(|_| NoField::Unknown),
    }
}

fn steps(head: &Value) -> Vec<Step> {
    let mut steps = vec![Step::default()];
    for piece in &head.pieces {
        let (text, quoted) = match piece {
            Piece::Plain(text) => (text.as_str(), false),
            Piece::Literal(text) => (text.as_str(), true),
            Piece::Many => ("*", false),
            Piece::One => ("?", false),
        };
        let (first, later) = text.split_once('.').filter(|_| !quoted).unwrap_or((text, ""));
        if let Some(last) = steps.last_mut() {
            last.text.push_str(first);
            last.quoted |= quoted;
        }
        if first.len() < text.len() {
            steps.extend(later.split('.').map(|part| Step { text: part.to_owned(), quoted: false }));
        }
    }
    steps
}

/// `resources[0].*.ARN` as `resources.0.ARN`.
fn without_subscripts(path: &str) -> String {
    let dotted = path.replace('[', ".").replace(']', "");
    let steps: Vec<&str> = dotted.split('.').filter(|s| !s.is_empty() && !s.contains(['*', '?'])).collect();
    steps.join(".")
}

/// Whether `word` begins with the name of a field and a comparison; a bare ARN does not count.
pub(super) fn is_field_word(word: &str) -> bool {
    let Some((at, _)) =
        word.char_indices().find(|(at, _)| word.get(*at..).is_some_and(|r| operator::len(r) > 0))
    else {
        return false;
    };
    let (head, rest) = word.split_at(at);
    resolve(head).is_ok() && !(head.eq_ignore_ascii_case("arn") && rest.starts_with(":aws"))
}

/// Whether `head` and `rest` are an ARN, and not a value of the field `arn`.
pub(super) fn begins_arn(head: &Value, rest: &str) -> bool {
    head.plain().is_some_and(|text| text.eq_ignore_ascii_case("arn")) && rest.starts_with(":aws")
}

/// Whether an ARN can be that of a caller: a user, a session, root. A role calls by the ARN of its session.
pub(super) fn is_caller(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, service, _, _, resource] = parts.as_slice() else { return arn.contains('*') };
    let kind = resource.split('/').next().unwrap_or_default();
    let calls = kind.contains('*') || matches!(kind, "user" | "assumed-role" | "federated-user" | "root");
    matches!(*service, "iam" | "sts" | "*") && calls
}

/// The fault of a word whose beginning `head` looks like a field and is none; `None` when it is free text.
pub(super) fn fault(head: &Value, why: NoField, word: &Value, text: &str) -> Option<QueryError> {
    let written = text.get(word.span.clone()).unwrap_or_default();
    let rest = text.get(head.span.end..).unwrap_or_default();
    let name = head.text();
    if word::is_address(written) || is_unique_id(&name) {
        return None;
    }
    match why {
        NoField::EmptyStep => {
            Some(QueryError::new(head.span.clone(), format!("{} has a step without a name", shown(&name))))
        }
        NoField::Subscript(better) => {
            let message = "steps are joined by dots, and lists on the way are searched by themselves";
            Some(QueryError::new(head.span.clone(), message).suggest(better))
        }
        NoField::Unknown if !name.starts_with(char::is_alphabetic) => odd_beginning(head, word, rest),
        NoField::Unknown => Some(unknown(head, word, rest)),
    }
}

/// A word like `+actor:x`, `$.eventName:x` (a fault), or `12:04` (free text).
fn odd_beginning(head: &Value, word: &Value, rest: &str) -> Option<QueryError> {
    let name = head.text();
    let stripped = name.trim_start_matches(|c: char| !c.is_alphanumeric());
    let odd = name.strip_suffix(stripped).unwrap_or_default();
    if !stripped.is_empty() && resolve(stripped).is_ok() {
        let sign = if odd == "!" { "-" } else { "" };
        let message = format!("{} has no meaning before a field", shown(odd));
        return Some(QueryError::new(head.span.clone(), message).suggest(format!("{sign}{stripped}")));
    }
    if rest.starts_with(':') {
        return None;
    }
    let message = format!("no field is called {}{OR_TEXT}", shown(&name));
    Some(QueryError::new(word.span.clone(), message).suggest(quoted(&word.text())))
}

fn unknown(head: &Value, word: &Value, rest: &str) -> QueryError {
    let name = head.text();
    let message = format!("no field is called {}", shown(&name));
    if let Some(near) = nearest_field(&name) {
        // In a path only the first step is wrong.
        let first = name.find('.').filter(|_| !head.is_quoted()).unwrap_or(head.span.len());
        return QueryError::new(head.span.start..head.span.start + first, message).suggest(near);
    }
    let service = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let better = match rest.strip_prefix(':') {
        Some(action) if service && action.starts_with(|c: char| c.is_ascii_uppercase()) => {
            let action = word.text().get(name.len() + 1..).unwrap_or_default().to_owned();
            let plain = action.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'*');
            plain.then(|| format!("service:{name} event:{action}"))
        }
        _ => None,
    };
    let better = better.unwrap_or_else(|| quoted(&word.text()));
    QueryError::new(word.span.clone(), format!("{message}{OR_TEXT}")).suggest(better)
}

/// Whether `name` is a unique id of IAM, as in the principal id `AROAEXAMPLEEXAMPLE:session`.
fn is_unique_id(name: &str) -> bool {
    name.len() >= 16
        && name.starts_with('A')
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}
