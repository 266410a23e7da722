//! One object, its members found once and looked up by name many times.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::json::{self, Member};

/// How many members of an object are looked at; real records and rows have a few dozen.
const MAX_MEMBERS: usize = 2000;

/// The members of one object.
pub(crate) struct Object<'a> {
    pub json: &'a [u8],
    members: Vec<Member<'a>>,
}

impl<'a> Object<'a> {
    pub(crate) fn of(text: &'a [u8]) -> Self {
        Self { json: text, members: json::members(text).take(MAX_MEMBERS).collect() }
    }

    pub(crate) fn members(&self) -> &[Member<'a>] {
        &self.members
    }

    /// Whether the members reach to the closing bracket; else there is a fault among them.
    pub(crate) fn is_complete(&self) -> bool {
        let end =
            self.members.last().map_or(1, |m| offset_in(self.json, m.value).saturating_add(m.value.len()));
        self.members.len() == MAX_MEMBERS || is_closed(self.json, end, b'}')
    }

    /// The value of the last member with this key; `null` counts as absent.
    pub(crate) fn get(&self, key: &str) -> Option<&'a [u8]> {
        self.raw(key).filter(|value| !json::is_null(value))
    }

    /// The same, where `null` is a value.
    pub(crate) fn raw(&self, key: &str) -> Option<&'a [u8]> {
        self.members.iter().rev().find(|m| m.key == key.as_bytes()).map(|m| m.value)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The value when it is an object.
    pub(crate) fn object(&self, key: &str) -> Option<&'a [u8]> {
        self.get(key).filter(|value| value.starts_with(b"{"))
    }

    /// The value when it is a list.
    pub(crate) fn list(&self, key: &str) -> Option<&'a [u8]> {
        self.get(key).filter(|value| value.starts_with(b"["))
    }

    /// The text when it is a string.
    pub(crate) fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        self.get(key).filter(|value| value.starts_with(b"\"")).map(|value| json::unquote(value).0)
    }
}

/// Where `part`, which is a part of `whole`, begins in it.
pub(crate) fn offset_in(whole: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize).min(whole.len())
}

/// Whether nothing but a comma stands between `end` and the bracket that closes.
pub(crate) fn is_closed(text: &[u8], end: usize, bracket: u8) -> bool {
    let mut at = json::skip_space(text, end);
    if text.get(at) == Some(&b',') {
        at = json::skip_space(text, at.saturating_add(1));
    }
    text.get(at) == Some(&bracket)
}

/// How deep, and how many values of, a document are indexed; a document of Elastic or OCSF has some hundred.
const MAX_STEPS: usize = 10;
const MAX_VALUES: usize = 4000;
const MAX_NAME: usize = 128;

/// Every value of a document by its path, the names joined by points.
///
/// Any of the points may be part of a key, and a list stands for its first element:
/// `event.action` finds `{"event":{"action":…}}`, `{"event.action":…}` and `{"event":[{"action":…}]}`.
pub(crate) struct Paths<'a>(HashMap<String, &'a [u8]>);

impl<'a> Paths<'a> {
    pub(crate) fn of(document: &'a [u8]) -> Self {
        let mut paths = Self(HashMap::new());
        paths.add("", document, 0);
        paths
    }

    /// Recursion is bounded by [`MAX_STEPS`].
    fn add(&mut self, before: &str, value: &'a [u8], steps: usize) {
        for m in json::members(first(value)) {
            if self.0.len() >= MAX_VALUES || m.key.len() > MAX_NAME {
                continue;
            }
            let key = json::decode(m.key).0;
            let path = if before.is_empty() { key.into_owned() } else { format!("{before}.{key}") };
            if steps < MAX_STEPS {
                self.add(&path, m.value, steps + 1);
            }
            self.0.insert(path, m.value);
        }
    }

    /// The value as written; `null` counts as absent.
    pub(crate) fn raw(&self, path: &str) -> Option<&'a [u8]> {
        self.0.get(path).copied().filter(|value| !json::is_null(value))
    }

    /// The value, or the first of a list.
    pub(crate) fn get(&self, path: &str) -> Option<&'a [u8]> {
        self.raw(path).map(first).filter(|value| !json::is_null(value))
    }

    /// The value when it is a list.
    pub(crate) fn list(&self, path: &str) -> Option<&'a [u8]> {
        self.raw(path).filter(|value| value.starts_with(b"["))
    }

    /// The text of the first of these paths that holds a scalar which is not empty.
    pub(crate) fn text(&self, paths: &[&str]) -> Option<Cow<'a, str>> {
        paths.iter().find_map(|path| json::scalar(self.get(path)?).filter(|text| !text.is_empty()))
    }
}

fn first(value: &[u8]) -> &[u8] {
    if value.starts_with(b"[") { json::elements(value).next().unwrap_or(b"null") } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_in_keys_and_between_them_are_the_same() {
        for text in [
            r#"{"aws":{"cloudtrail":{"type":"x"}}}"#,
            r#"{"aws.cloudtrail":{"type":"x"}}"#,
            r#"{"aws.cloudtrail.type":"x"}"#,
            r#"{"aws":{"cloudtrail.type":["x","y"]}}"#,
            r#"{"aws":[{"cloudtrail":{"type":"x"}},{}]}"#,
        ] {
            let paths = Paths::of(text.as_bytes());
            assert_eq!(paths.text(&["no.such", "aws.cloudtrail.type"]).as_deref(), Some("x"), "{text}");
        }
        assert_eq!(Paths::of(br#"{"a":{"b":null}}"#).get("a.b"), None);
        let empty = Paths::of(br#"{"a":[]}"#);
        assert_eq!((empty.get("a"), empty.raw("a")), (None, Some(&b"[]"[..])));
    }
}
