//! The walk through wrappers down to the records.
//!
//! A walker goes from value to value, from text to the values inside of it, and
//! from payloads to their text. Every step inwards is counted, so that neither
//! depth nor growth is in the hands of the input. What is not recognized is told
//! to the caller first: only the caller knows whether that is a fault.

use std::borrow::Cow;

use super::object::{Object, is_closed, offset_in};
use super::reason::{self, Unknown};
use super::tree::Tree;
use super::{Evidence, Found, MAX_DEPTH, MAX_PAYLOAD, MAX_PAYLOADS, MAX_RECORD};
use super::{line, payload, python, query, struct_text, wrapper};
use crate::json;

/// Whether something was recognized; if so, everything about it has been told to the sink.
pub(crate) type Step = Result<(), Unknown>;

/// How many elements a list may begin with that are unknown before the list itself counts as unknown.
const MAX_PENDING: usize = 1000;

/// Where the walk stands.
pub(crate) struct Walker<'s> {
    sink: &'s mut dyn FnMut(Found<'_>),
    depth: usize,
    budget: usize,
    rebuilt: bool,
}

/// How the members of a `{` are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Style {
    Json,
    Python,
    Struct,
    Unquoted,
}

impl<'s> Walker<'s> {
    pub(crate) fn new(sink: &'s mut dyn FnMut(Found<'_>)) -> Self {
        Self { sink, depth: 0, budget: MAX_PAYLOADS, rebuilt: false }
    }

    /// Opens a value at the top: what is not recognized is a reject.
    pub(crate) fn open(&mut self, value: &[u8]) {
        let value = value.trim_ascii();
        let is_list = value.starts_with(b"[") && style(value) == Style::Json;
        let row = if is_list { query::lone_row(self, value) } else { None };
        let told = match row {
            Some(told) => told,
            None if is_list => self.list(value, "", true),
            None => self.value(value),
        };
        self.tell(told, value);
    }

    /// Makes a reject of what was not recognized.
    pub(crate) fn tell(&mut self, step: Step, value: &[u8]) {
        if let Err(why) = step {
            self.reject(reason::describe(why, value));
        }
    }

    pub(crate) fn reject(&mut self, reason: String) {
        (self.sink)(Found::Reject(reason));
    }

    pub(crate) fn nothing(&mut self, what: &'static str) -> Step {
        (self.sink)(Found::Nothing(what));
        Ok(())
    }

    pub(crate) fn digest(&mut self) -> Step {
        (self.sink)(Found::Digest);
        Ok(())
    }

    /// A record as found.
    pub(crate) fn record(&mut self, json: &[u8]) -> Step {
        let rebuilt = self.rebuilt;
        self.pass(Cow::Borrowed(json), rebuilt)
    }

    /// A record put together from parts.
    pub(crate) fn rebuilt(&mut self, record: &Tree) -> Step {
        self.pass(Cow::Owned(record.to_json()), true)
    }

    /// A record whose own text was added to.
    pub(crate) fn stamped(&mut self, json: Vec<u8>) -> Step {
        self.pass(Cow::Owned(json), true)
    }

    fn pass(&mut self, json: Cow<'_, [u8]>, reconstructed: bool) -> Step {
        if json.len() > MAX_RECORD {
            let (size, most) = (json.len() >> 10, MAX_RECORD >> 20);
            self.reject(format!("the record has {size} KB; no more than {most} MB are read"));
        } else {
            (self.sink)(Found::Record { json, reconstructed });
        }
        Ok(())
    }

    /// One level further in; the only way to get there, so that depth has an end.
    pub(crate) fn deeper(&mut self, step: impl FnOnce(&mut Self) -> Step) -> Step {
        if self.depth >= MAX_DEPTH {
            return Err(Unknown::TooDeep);
        }
        self.depth += 1;
        let told = step(self);
        self.depth -= 1;
        told
    }

    /// A value that a wrapper holds; strings are decoded, which costs no further level.
    pub(crate) fn inner(&mut self, value: &[u8]) -> Step {
        self.deeper(|w| if value.starts_with(b"\"") { w.string(value) } else { w.value(value) })
    }

    /// A value where it stands.
    pub(crate) fn value(&mut self, value: &[u8]) -> Step {
        match value.first() {
            Some(b'{' | b'[') => self.literal(value).map(|_| ()),
            Some(b'"') => self.deeper(|w| w.string(value)),
            _ => Err(Unknown::NotRecord),
        }
    }

    fn string(&mut self, value: &[u8]) -> Step {
        self.exact_text(json::unquote(value).0.as_bytes())
    }

    /// Text that is exact again, also when it stands in something rebuilt.
    pub(crate) fn exact_text(&mut self, text: &[u8]) -> Step {
        let before = std::mem::take(&mut self.rebuilt);
        let told = self.text(text);
        self.rebuilt = before;
        told
    }

    /// What text says: values back to back, lines that hold them behind a prefix, or a payload.
    fn text(&mut self, text: &[u8]) -> Step {
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text).trim_ascii();
        match self.values(text) {
            Err(why) => match payload::decode(text, self.budget.min(MAX_PAYLOAD)) {
                Some(found) => self.deeper(|w| w.payload(&found)),
                None => Err(why),
            },
            told => told,
        }
    }

    fn payload(&mut self, found: &payload::Payload) -> Step {
        self.budget = self.budget.saturating_sub(found.bytes.len());
        let told = match (&found.fault, found.bytes.is_empty()) {
            (None, true) => self.nothing("an empty payload"),
            (Some(_), true) => Ok(()),
            _ => self.text(&found.bytes),
        };
        if let Some(fault) = &found.fault {
            self.tell(told, &found.bytes);
            self.reject(fault.clone());
            return Ok(());
        }
        told
    }

    /// Values back to back, with white space, commas or prefixes of log lines between them.
    fn values(&mut self, text: &[u8]) -> Step {
        let mut batch = Batch::new(false);
        let mut at = skip_between(text, 0);
        while let Some(first) = text.get(at) {
            let rest = &text[at..];
            let used = match first {
                // `[2026-01-10T10:43:02Z] {…}` opens a bracket and is no JSON.
                b'[' if !looks_like_json(rest) && line::prefix_len(rest).is_some() => {
                    line::prefix_len(rest).unwrap_or(1)
                }
                b'{' | b'[' | b'"' => self.one_of(rest, &mut batch),
                _ => match line::prefix_len(rest) {
                    Some(prefix) => prefix,
                    None => self.scrap(rest, &mut batch),
                },
            };
            at = skip_between(text, at.saturating_add(used.max(1)));
            if batch.is_hopeless() {
                break;
            }
        }
        batch.finish()
    }

    /// The first value of `rest`; how many bytes it took.
    fn one_of(&mut self, rest: &[u8], batch: &mut Batch) -> usize {
        if rest.starts_with(b"\"") || style(rest) == Style::Json {
            let Some(end) = json::skip_value(rest, 0) else {
                // `[INFO] …` opens a bracket and is no JSON at all.
                let why = if looks_like_json(rest) { Unknown::Cut } else { Unknown::NotRecord };
                self.note(Err(why), rest, batch, "text");
                return rest.len();
            };
            let value = &rest[..end];
            let told = self.value(value);
            self.note(told, value, batch, "text");
            return end;
        }
        // After one failure only the line is tried, or every line would cost a walk to the end.
        let reach = if batch.by_line { end_of_line(rest) } else { rest.len() };
        let told = self.literal(&rest[..reach]);
        self.note(told.map(|_| ()), rest, batch, "text");
        told.unwrap_or_else(|_| {
            batch.by_line = true;
            end_of_line(rest)
        })
    }

    /// A line that is no JSON.
    fn scrap(&mut self, rest: &[u8], batch: &mut Batch) -> usize {
        let end = end_of_line(rest);
        self.note(Err(Unknown::NotRecord), &rest[..end], batch, "text");
        end
    }

    /// What `{` or `[` begins, in whichever notation; how many bytes it took.
    fn literal(&mut self, text: &[u8]) -> Result<usize, Unknown> {
        let Some((tree, used)) = foreign(text)? else {
            let is_list = text.starts_with(b"[");
            let told = if is_list { self.deeper(|w| w.list(text, "", false)) } else { self.object(text) };
            return told.map(|()| text.len());
        };
        let json = tree.to_json();
        let before = std::mem::replace(&mut self.rebuilt, true);
        let told =
            self.deeper(|w| if json.starts_with(b"[") { w.list(&json, "", false) } else { w.object(&json) });
        self.rebuilt = before;
        told.map(|()| used)
    }

    fn object(&mut self, text: &[u8]) -> Step {
        let mut evidence = Evidence::default();
        for member in json::members(text) {
            evidence.note(&member);
        }
        if evidence.is_record() {
            return self.record(text);
        }
        wrapper::open(self, &Object::of(text), evidence)
    }

    /// The elements of a list; `name` is how reasons call it.
    ///
    /// With `sure` the list is known to be one of records, and every element that is none is a reject;
    /// else the list is recognized by the first element that is.
    pub(crate) fn list(&mut self, list: &[u8], name: &str, sure: bool) -> Step {
        let mut batch = Batch::new(sure);
        let mut end = 1;
        for element in json::elements(list) {
            end = offset_in(list, element).saturating_add(element.len());
            let told = self.value(element);
            self.note(told, element, &mut batch, name);
            if batch.is_hopeless() {
                return batch.finish();
            }
        }
        if batch.seen == 0 && sure && is_closed(list, end, b']') {
            return self.nothing("an empty list of records");
        }
        if batch.known && !is_closed(list, end, b']') {
            self.reject(format!("the list {name} breaks off after {} elements", batch.seen));
        }
        batch.finish()
    }

    /// Takes note of what became of one value.
    pub(crate) fn note(&mut self, told: Step, value: &[u8], batch: &mut Batch, list: &str) {
        let index = batch.seen;
        batch.seen += 1;
        match told {
            Ok(()) => {
                batch.known = true;
                for reason in batch.pending.drain(..) {
                    (self.sink)(Found::Reject(reason));
                }
            }
            Err(why) => {
                batch.worst = batch.worst.max(why);
                let reason = reason::element(index, list, why, value);
                if batch.known { self.reject(reason) } else { batch.pending.push(reason) }
            }
        }
    }
}

/// What is written in another notation than JSON, and how long it is; `None` when it is JSON.
pub(crate) fn foreign(text: &[u8]) -> Result<Option<(Tree, usize)>, Unknown> {
    match style(text) {
        Style::Json => Ok(None),
        Style::Unquoted => Err(Unknown::Unquoted),
        Style::Python => python::parse(text).map(Some).ok_or(Unknown::Python),
        Style::Struct => {
            struct_text::parse(text, struct_text::Keys::Cloudtrail).map(Some).ok_or(Unknown::Struct)
        }
    }
}

/// Several values of which some may be unknown.
pub(crate) struct Batch {
    known: bool,
    seen: usize,
    worst: Unknown,
    pending: Vec<String>,
    by_line: bool,
}

impl Batch {
    pub(crate) const fn new(known: bool) -> Self {
        Self { known, seen: 0, worst: Unknown::NotRecord, pending: Vec::new(), by_line: false }
    }

    fn is_hopeless(&self) -> bool {
        self.pending.len() > MAX_PENDING
    }

    pub(crate) fn finish(self) -> Step {
        if self.known { Ok(()) } else { Err(self.worst) }
    }
}

fn skip_between(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | 0x1e) = text.get(at) {
        at += 1;
    }
    at
}

fn end_of_line(text: &[u8]) -> usize {
    memchr::memchr(b'\n', text).unwrap_or(text.len())
}

/// Tells by the first sign behind the bracket how the members are written.
fn style(text: &[u8]) -> Style {
    let opening = |b: &u8| matches!(b, b'{' | b'[' | b' ' | b'\n' | b'\r' | b'\t');
    let start = text.iter().take(4096).position(|b| !opening(b)).unwrap_or(text.len());
    let rest = &text[start..];
    let in_object = text[..start].trim_ascii_end().ends_with(b"{");
    match rest {
        [b'\'', ..] | [b'u' | b'b', b'\'', ..] => Style::Python,
        _ if in_object => word_style(rest),
        _ => Style::Json,
    }
}

fn word_style(rest: &[u8]) -> Style {
    let in_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'@' | b'$');
    let word = rest.iter().take(128).take_while(|b| in_word(b)).count();
    match rest[word..].trim_ascii_start().first() {
        Some(b'=') if word > 0 => Style::Struct,
        Some(b':') if word > 0 => Style::Unquoted,
        _ => Style::Json,
    }
}

fn looks_like_json(text: &[u8]) -> bool {
    matches!(text, [b'{' | b'[', rest @ ..]
        if matches!(rest.trim_ascii_start().first(), Some(b'"' | b'{' | b'}' | b'[' | b']')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations_are_told_apart_by_their_first_key() {
        for (text, expected) in [
            (r#"{"a":1}"#, Style::Json),
            ("{}", Style::Json),
            ("[ { 'a': 1 } ]", Style::Python),
            ("{u'a': 1}", Style::Python),
            ("['a', 'b']", Style::Python),
            ("{type=AssumedRole, a=b}", Style::Struct),
            ("[{type=AssumedRole}]", Style::Struct),
            ("{\n  eventVersion: '1.08'", Style::Unquoted),
            ("[1, 2]", Style::Json),
            ("[INFO] a=b", Style::Json),
            ("{", Style::Json),
        ] {
            assert_eq!(style(text.as_bytes()), expected, "{text}");
        }
    }
}
