//! One item of a rule on the bytes of a record: only the value that is asked for is read.

mod narrow;

use std::borrow::Cow;

use serde_json::Value;

use crate::detect::sigma::item::{Item, Test};
use crate::detect::sigma::plain;
use crate::ingest::scan::{Key, Spans};
use crate::json;

/// A record whose parts can be asked for.
pub trait Parts {
    /// The raw value of a top-level key; empty when there is none.
    fn root(&self, key: &str) -> &[u8];
    /// The whole record.
    fn whole(&self) -> &[u8];
}

/// A record with nothing in it.
pub(crate) struct Nothing;

impl Parts for Nothing {
    fn root(&self, _: &str) -> &[u8] {
        &[]
    }

    fn whole(&self) -> &[u8] {
        b"{}"
    }
}

/// A record as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Written<'r>(pub &'r [u8]);

impl Parts for Written<'_> {
    fn root(&self, key: &str) -> &[u8] {
        last_member(self.0, key).unwrap_or_default()
    }

    fn whole(&self) -> &[u8] {
        self.0
    }
}

impl Parts for Spans<'_> {
    fn root(&self, key: &str) -> &[u8] {
        match Key::of(key) {
            Some(key) => self.get(key),
            None => last_member(self.text, key).unwrap_or_default(),
        }
    }

    fn whole(&self) -> &[u8] {
        self.text
    }
}

/// A `userIdentity` without the record around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdentityOnly<'r>(pub(crate) &'r [u8]);

impl Parts for IdentityOnly<'_> {
    fn root(&self, key: &str) -> &[u8] {
        if key == "userIdentity" { self.0 } else { &[] }
    }

    fn whole(&self) -> &[u8] {
        b"{}"
    }
}

/// The value of a member; of a key that stands twice the last one counts.
fn last_member<'r>(object: &'r [u8], name: &str) -> Option<&'r [u8]> {
    let is = |key: &[u8]| match memchr::memchr(b'\\', key) {
        None => key == name.as_bytes(),
        Some(_) => json::decode(key).0 == name,
    };
    json::members(object).filter(|member| is(member.key)).last().map(|member| member.value)
}

/// Whether an item matches a record. It says what [`plain::item_matches`] says.
pub fn item_on(item: &Item, record: &dyn Parts) -> bool {
    let refers = || item.tests.iter().any(Test::needs_record);
    let Some(path) = item.field.as_deref().filter(|_| !refers()) else {
        let value = narrow::narrowed(item, record).or_else(|| parsed(record.whole()));
        return value.is_some_and(|value| plain::item_matches(item, &value));
    };
    item_on_values(item, &seen(path, values_at(record, path)))
}

/// What rules see of the values of a field: an empty text at the top level of a record is absent.
pub(crate) fn seen<'r>(path: &[String], mut values: Vec<&'r [u8]>) -> Vec<&'r [u8]> {
    if path.len() == 1 {
        values.retain(|value| *value != b"\"\"");
    }
    values
}

/// Whether an item matches the values that its path leads to.
pub(crate) fn item_on_values(item: &Item, values: &[&[u8]]) -> bool {
    let forms: Vec<Form<'_>> = values.iter().map(|value| Form::of(value)).collect();
    let passes = |test: &Test| match test {
        Test::Null => values.iter().all(|value| json::is_null(value)),
        Test::Exists(wanted) => values.iter().any(|value| !json::is_null(value)) == *wanted,
        test => forms.iter().any(|form| form.passes(item, test)),
    };
    let found = if item.all { item.tests.iter().all(passes) } else { item.tests.iter().any(passes) };
    found != item.negated
}

/// Whether an item on a column matches a text in it, which is no list and no object.
pub(crate) fn item_on_text(item: &Item, text: &str) -> bool {
    let other = item.other_form(text);
    let passes = |test: &Test| passes_as(test, text, other);
    let found = if item.all { item.tests.iter().all(passes) } else { item.tests.iter().any(passes) };
    found != item.negated
}

/// Whether one of the tests of an item on a column passes for a text in it.
pub(super) fn test_on_text(item: &Item, test: &Test, text: &str) -> bool {
    passes_as(test, text, item.other_form(text))
}

/// Whether a text passes as it is, or in its other form.
fn passes_as(test: &Test, text: &str, other: Option<&str>) -> bool {
    let passes = |text| plain::text_passes(test, text, &Value::Null);
    match test {
        Test::Null => false,
        Test::Exists(wanted) => *wanted,
        _ => passes(text) || other.is_some_and(passes),
    }
}

/// The raw values that a path leads to; lists are entered.
pub(crate) fn values_at<'r>(record: &'r dyn Parts, path: &[String]) -> Vec<&'r [u8]> {
    let Some((root, rest)) = path.split_first() else { return Vec::new() };
    let root = record.root(root);
    if root.is_empty() { Vec::new() } else { values_below(root, rest) }
}

/// How many levels of lists and objects are entered: as many as `serde_json` does. Each level is walked by itself, so that
/// a hundred thousand of them would take minutes.
const DEEPEST: usize = 127;

/// The raw values that a path leads to from a value; lists are entered.
pub(crate) fn values_below<'r>(value: &'r [u8], rest: &[String]) -> Vec<&'r [u8]> {
    if rest.is_empty() && value.first() != Some(&b'[') {
        return vec![value];
    }
    let mut open: Vec<(&[u8], usize, usize)> = vec![(value, 0, DEEPEST)];
    let mut found = Vec::new();
    while let Some((value, step, levels)) = open.pop() {
        match (value.first(), rest.get(step)) {
            (Some(b'[' | b'{'), _) if levels == 0 => {}
            (Some(b'['), _) => open.extend(json::elements(value).map(|element| (element, step, levels - 1))),
            (Some(b'{'), Some(name)) => {
                open.extend(last_member(value, name).map(|v| (v, step + 1, levels - 1)));
            }
            (_, Some(_)) => {}
            (_, None) => found.push(value),
        }
    }
    found
}

/// A value as it is held against tests, worked out once for all of them.
enum Form<'r> {
    /// A text.
    Text(Cow<'r, str>),
    /// Something else, and all texts in it, as `serde_json` would write them.
    Written(Vec<&'r str>),
    /// Something that has to be read first.
    Parsed(Option<Value>),
}

impl<'r> Form<'r> {
    fn of(value: &'r [u8]) -> Self {
        match value.first() {
            Some(b'"') => Self::Text(json::unquote(value).0),
            None => Self::Parsed(None),
            Some(_) => match as_written(value).and_then(parts) {
                Some(parts) => Self::Written(parts),
                None => Self::Parsed(parsed(value)),
            },
        }
    }

    fn passes(&self, item: &Item, test: &Test) -> bool {
        let passes = |text: &str| plain::text_passes(test, text, &Value::Null);
        match self {
            Self::Text(text) => passes(text) || item.other_form(text).is_some_and(passes),
            Self::Written(parts) => parts.iter().any(|part| passes(part)),
            Self::Parsed(value) => {
                value.as_ref().is_some_and(|value| plain::value_passes(test, value, &Value::Null))
            }
        }
    }
}

/// The value as text, when that is how `serde_json` would write it: nothing is escaped, no space stands between
/// its parts, and its numbers are whole.
fn as_written(value: &[u8]) -> Option<&str> {
    let mut in_text = false;
    let mut before = b' ';
    for &byte in value {
        match byte {
            b'\\' => return None,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            // `-0` is written as `-0.0`, fractions and powers may be written otherwise.
            b' ' | b'\t' | b'\r' | b'\n' | b'.' | b'+' | b'-' => return None,
            b'e' | b'E' if before.is_ascii_digit() => return None,
            _ => {}
        }
        before = byte;
    }
    // Whole numbers of more than 18 digits may not fit.
    let long = value.split(|b| !b.is_ascii_digit()).any(|digits| digits.len() > 18);
    if long {
        return None;
    }
    std::str::from_utf8(value).ok()
}

/// The texts that [`plain::value_passes`] looks at, of a value that is written as `serde_json` would write it. `None` where
/// a key stands twice in an object, of which only the last one counts, or where there are too many levels.
fn parts(text: &str) -> Option<Vec<&str>> {
    let mut open: Vec<(&str, usize)> = vec![(text, DEEPEST)];
    let mut parts = Vec::new();
    while let Some((text, levels)) = open.pop() {
        let bytes = text.as_bytes();
        if text != "null" {
            parts.push(text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text));
        }
        match bytes.first() {
            Some(b'[' | b'{') if levels == 0 => return None,
            Some(b'[') => open.extend(
                json::elements(bytes).filter_map(|v| std::str::from_utf8(v).ok()).map(|v| (v, levels - 1)),
            ),
            Some(b'{') => {
                let mut keys: Vec<&[u8]> = Vec::new();
                for member in json::members(bytes) {
                    keys.push(member.key);
                    if matches!(member.value.first(), Some(b'"' | b'{' | b'[')) {
                        open.extend(std::str::from_utf8(member.value).ok().map(|v| (v, levels - 1)));
                    }
                }
                keys.sort_unstable();
                if !keys.is_sorted_by(|a, b| a < b) {
                    return None;
                }
            }
            _ => {}
        }
    }
    Some(parts)
}

/// The value as JSON; what is no UTF-8 in it is replaced, as everywhere.
pub(crate) fn parsed(raw: &[u8]) -> Option<Value> {
    let strict = serde_json::from_str(&String::from_utf8_lossy(raw)).ok();
    strict.or_else(|| lenient(raw, DEEPEST))
}

/// The same for what `serde_json` refuses: half a character in escapes, or too many levels, of which those beyond are text.
fn lenient(raw: &[u8], levels: usize) -> Option<Value> {
    Some(match raw.first()? {
        b'"' => Value::String(json::unquote(raw).0.into_owned()),
        b'{' | b'[' if levels == 0 => Value::String(String::from_utf8_lossy(raw).into_owned()),
        b'{' => json::members(raw)
            .filter_map(|m| Some((json::decode(m.key).0.into_owned(), lenient(m.value, levels - 1)?)))
            .collect(),
        b'[' => json::elements(raw).filter_map(|value| lenient(value, levels - 1)).collect(),
        _ => serde_json::from_slice(raw)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(raw).into_owned())),
    })
}
