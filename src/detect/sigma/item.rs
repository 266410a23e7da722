//! One line of a search: a field, its modifiers, and the values it is compared with.
//!
//! Modifiers are worked off once, when the rule is read: what is left is a list of tests, any of which
//! (or all, with `all`) has to pass.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;
use regex::{Regex, RegexBuilder};

use super::yaml::{Node, Value};
use crate::query::{Op, Part, Pattern};
use crate::text::nearest;

/// A field with what its value must be.
#[derive(Clone, Debug)]
pub struct Item {
    /// The line in the file.
    pub line: usize,
    /// The steps of the field's path; `None`: anywhere in the record.
    pub field: Option<Vec<String>>,
    /// What the value is held against.
    pub tests: Vec<Test>,
    /// The line of each test.
    pub lines: Vec<usize>,
    /// Whether all tests have to pass instead of one.
    pub all: bool,
    /// Whether the outcome is turned round.
    pub negated: bool,
}

/// What a value must be.
#[derive(Clone, Debug)]
pub enum Test {
    /// Text with wildcards, without regard to case.
    Text(Pattern),
    /// A regular expression; also text whose case counts.
    Regex(Regex),
    /// An address in this network.
    Cidr(IpNet),
    /// Absent, or null.
    Null,
    /// There at all, or not.
    Exists(bool),
    /// The value of another field stands in it so.
    Field(Vec<String>, Place),
    /// A number that compares so.
    Number(Op, f64),
    /// A part of a time is this number.
    TimePart(Unit, f64),
}

/// Where a text has to stand in another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Place {
    Whole,
    Anywhere,
    Beginning,
    End,
}

/// A part of a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// What is wrong with a line of a search.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ItemError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and the way out.
    pub reason: String,
}

/// Every modifier there is.
const MODIFIERS: [&str; 31] = [
    "contains",
    "startswith",
    "endswith",
    "all",
    "cased",
    "re",
    "i",
    "m",
    "s",
    "cidr",
    "exists",
    "fieldref",
    "base64",
    "base64offset",
    "utf16le",
    "utf16be",
    "utf16",
    "wide",
    "windash",
    "expand",
    "lt",
    "lte",
    "gt",
    "gte",
    "neq",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "year",
];

/// The largest regular expression, in bytes once it is compiled.
const REGEX_SIZE: usize = 1 << 20;

/// What the modifiers of an item add up to.
#[derive(Default)]
struct Modifiers<'m> {
    place: Option<Place>,
    cased: bool,
    all: bool,
    negated: bool,
    regex: bool,
    flags: (bool, bool, bool),
    cidr: bool,
    exists: bool,
    fieldref: bool,
    op: Option<Op>,
    unit: Option<Unit>,
    /// What is done to the values, in order.
    changes: Vec<&'m str>,
}

/// What placeholders stand for: `%name%` in values with `expand`.
pub type Placeholders = std::collections::BTreeMap<String, Vec<String>>;

impl Item {
    /// Reads `key: value` of a search; a key without a name looks anywhere in the record.
    ///
    /// # Errors
    /// An unknown modifier, or a value that cannot be what the modifiers ask for.
    pub fn read(key: &Node, value: &Node, placeholders: &Placeholders) -> Result<Self, ItemError> {
        let line = key.line;
        let name = key.scalar().unwrap_or_default();
        let mut parts = name.split('|');
        let field = parts.next().filter(|field| !field.is_empty());
        let words: Vec<&str> = parts.collect();
        let modifiers = modifiers(&words).map_err(|reason| ItemError { line, reason })?;
        let mut tests = Vec::new();
        let mut lines = Vec::new();
        for node in value.elements() {
            let line = node.line;
            let values = changed(node, &modifiers.changes, placeholders);
            let values = values.map_err(|reason| ItemError { line, reason })?;
            for value in values {
                let test = test(&modifiers, &value).map_err(|reason| ItemError { line, reason })?;
                tests.push(test);
                lines.push(line);
            }
        }
        if tests.is_empty() {
            return Err(ItemError { line, reason: format!("{name} has no value to compare with") });
        }
        let field = field.map(|field| field.split('.').map(str::to_owned).collect());
        Ok(Self { line, field, tests, lines, all: modifiers.all, negated: modifiers.negated })
    }
}

fn modifiers<'m>(words: &[&'m str]) -> Result<Modifiers<'m>, String> {
    let mut out = Modifiers::default();
    for word in words {
        match *word {
            "contains" => out.place = Some(Place::Anywhere),
            "startswith" => out.place = Some(Place::Beginning),
            "endswith" => out.place = Some(Place::End),
            "all" => out.all = true,
            "cased" => out.cased = true,
            "neq" => out.negated = true,
            "re" => out.regex = true,
            "i" if out.regex => out.flags.0 = true,
            "m" if out.regex => out.flags.1 = true,
            "s" if out.regex => out.flags.2 = true,
            "i" | "m" | "s" => return Err(format!("the modifier {word} belongs behind re")),
            "cidr" => out.cidr = true,
            "exists" => out.exists = true,
            "fieldref" => out.fieldref = true,
            "lt" => out.op = Some(Op::Less),
            "lte" => out.op = Some(Op::LessOrEqual),
            "gt" => out.op = Some(Op::Greater),
            "gte" => out.op = Some(Op::GreaterOrEqual),
            "minute" => out.unit = Some(Unit::Minute),
            "hour" => out.unit = Some(Unit::Hour),
            "day" => out.unit = Some(Unit::Day),
            "week" => out.unit = Some(Unit::Week),
            "month" => out.unit = Some(Unit::Month),
            "year" => out.unit = Some(Unit::Year),
            "base64" | "base64offset" | "utf16le" | "utf16be" | "utf16" | "wide" | "windash" | "expand" => {
                out.changes.push(word);
            }
            _ => {
                let near = nearest(word, MODIFIERS.into_iter());
                let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
                return Err(format!("there is no modifier {word}{near}"));
            }
        }
    }
    Ok(out)
}

/// A value on its way through the modifiers.
enum Changing {
    /// Something that is no text.
    Other(Value),
    /// Text whose `*`, `?` and `\` mean something.
    Wild(String),
    /// Bytes that stand for themselves.
    Bytes(Vec<u8>),
}

fn changed(node: &Node, changes: &[&str], placeholders: &Placeholders) -> Result<Vec<Changing>, String> {
    let mut values = vec![match &node.value {
        Value::Text(text) => Changing::Wild(text.clone()),
        Value::List(_) | Value::Map(_) => {
            return Err("a list or map stands where a single value belongs".to_owned());
        }
        other if changes.is_empty() => Changing::Other(other.clone()),
        _ => Changing::Wild(node.scalar().unwrap_or_default()),
    }];
    for change in changes {
        let mut next = Vec::new();
        for value in values {
            next.extend(apply(change, value, placeholders)?);
        }
        values = next;
    }
    Ok(values)
}

fn apply(change: &str, value: Changing, placeholders: &Placeholders) -> Result<Vec<Changing>, String> {
    if change == "expand" {
        return expanded(&value, placeholders);
    }
    if change == "windash" {
        let Changing::Wild(text) = &value else { return Ok(vec![value]) };
        // Every sign that a command line takes for a dash, at the beginning of a word.
        let dashes = ['-', '/', '–', '—', '―'];
        let with = |dash: char| {
            let mut out = String::new();
            let mut before = ' ';
            for c in text.chars() {
                out.push(if before == ' ' && dashes.contains(&c) { dash } else { c });
                before = c;
            }
            Changing::Wild(out)
        };
        return Ok(dashes.into_iter().map(with).collect());
    }
    let bytes = match value {
        Changing::Bytes(bytes) => bytes,
        Changing::Wild(text) => plain(&text)
            .ok_or_else(|| {
                format!("wildcards cannot be encoded by {change}; write them as \\* or leave them out")
            })?
            .into_bytes(),
        Changing::Other(_) => Vec::new(),
    };
    let units = || String::from_utf8_lossy(&bytes).encode_utf16().collect::<Vec<u16>>();
    Ok(match change {
        "utf16le" | "wide" => vec![Changing::Bytes(units().into_iter().flat_map(u16::to_le_bytes).collect())],
        "utf16be" => vec![Changing::Bytes(units().into_iter().flat_map(u16::to_be_bytes).collect())],
        "utf16" => {
            let marked = std::iter::once(0xfeff).chain(units());
            vec![Changing::Bytes(marked.flat_map(u16::to_le_bytes).collect())]
        }
        "base64" => vec![Changing::Bytes(STANDARD.encode(&bytes).into_bytes())],
        _ => (0..3).map(|offset| Changing::Bytes(at_offset(&bytes, offset))).collect(),
    })
}

/// What of an encoding in Base64 depends on `bytes` alone when they begin at `offset` in a group of three.
fn at_offset(bytes: &[u8], offset: usize) -> Vec<u8> {
    let padded: Vec<u8> = vec![0; offset].into_iter().chain(bytes.iter().copied()).collect();
    let encoded = STANDARD.encode(&padded);
    let (start, end) = ([0, 2, 3][offset], [0, 3, 2][padded.len() % 3]);
    encoded.as_bytes().get(start..encoded.len() - end).unwrap_or_default().to_vec()
}

fn expanded(value: &Changing, placeholders: &Placeholders) -> Result<Vec<Changing>, String> {
    let Changing::Wild(text) = value else { return Err("only text can hold a placeholder".to_owned()) };
    let mut out = vec![text.clone()];
    while let Some((name, place)) = out.first().and_then(|text| placeholder(text)) {
        let Some(values) = placeholders.get(&name) else {
            return Err(format!(
                "nothing is known of the placeholder %{name}%; name its values in the environment file"
            ));
        };
        let mut next = Vec::new();
        for text in &out {
            let (before, rest) = text.split_at(place);
            let behind = rest.get(name.len() + 2..).unwrap_or_default();
            next.extend(values.iter().map(|value| format!("{before}{value}{behind}")));
        }
        out = next;
        if out.len() > 10_000 {
            return Err("the placeholders stand for more than 10,000 values".to_owned());
        }
    }
    Ok(out.into_iter().map(Changing::Wild).collect())
}

/// The first `%name%` in a text, and where it begins.
fn placeholder(text: &str) -> Option<(String, usize)> {
    let start = text.find('%')?;
    let (name, _) = text.get(start + 1..)?.split_once('%')?;
    let sound = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
    sound.then(|| (name.to_owned(), start))
}

/// The parts of a value as Sigma writes it: `*` and `?`, with `\` before one that stands for itself.
fn parts(text: &str) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    let mut plain = String::new();
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let wild = match c {
            '*' => Part::Many,
            '?' => Part::One,
            '\\' => {
                match letters.peek() {
                    Some(next @ ('*' | '?' | '\\')) => {
                        plain.push(*next);
                        letters.next();
                    }
                    _ => plain.push('\\'),
                }
                continue;
            }
            c => {
                plain.push(c);
                continue;
            }
        };
        if !plain.is_empty() {
            out.push(Part::Text(std::mem::take(&mut plain)));
        }
        out.push(wild);
    }
    if !plain.is_empty() {
        out.push(Part::Text(plain));
    }
    out
}

/// The text without its escapes; `None` when there are wildcards in it.
fn plain(text: &str) -> Option<String> {
    let mut out = String::new();
    for part in parts(text) {
        match part {
            Part::Text(text) => out.push_str(&text),
            Part::Many | Part::One => return None,
        }
    }
    Some(out)
}

fn test(modifiers: &Modifiers<'_>, value: &Changing) -> Result<Test, String> {
    let text = match value {
        Changing::Other(Value::Null) => return Ok(Test::Null),
        Changing::Other(Value::Bool(is)) if modifiers.exists => return Ok(Test::Exists(*is)),
        Changing::Other(Value::Bool(is)) => is.to_string(),
        Changing::Other(Value::Number(_, written)) => written.clone(),
        Changing::Other(_) => return Err("this cannot be compared with".to_owned()),
        Changing::Wild(text) => text.clone(),
        Changing::Bytes(bytes) => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            return Ok(pattern(modifiers, vec![Part::Text(text)]));
        }
    };
    let number = || text.parse::<f64>().map_err(|_| format!("`{text}` is no number"));
    if modifiers.exists {
        return Err("exists takes true or false".to_owned());
    } else if let Some(unit) = modifiers.unit {
        return number().map(|n| Test::TimePart(unit, n));
    } else if let Some(op) = modifiers.op {
        return number().map(|n| Test::Number(op, n));
    } else if modifiers.cidr {
        let net = text.parse::<IpNet>().or_else(|_| text.parse().map(|ip: std::net::IpAddr| ip.into()));
        return net
            .map(|net| Test::Cidr(net.trunc()))
            .map_err(|_| format!("`{text}` is no network such as 10.0.0.0/8"));
    } else if modifiers.fieldref {
        let path = text.split('.').map(str::to_owned).collect();
        return Ok(Test::Field(path, modifiers.place.unwrap_or(Place::Whole)));
    } else if modifiers.regex {
        return regex(&text, modifiers.flags);
    }
    Ok(pattern(modifiers, parts(&text)))
}

fn regex(text: &str, flags: (bool, bool, bool)) -> Result<Test, String> {
    let mut builder = RegexBuilder::new(text);
    builder
        .case_insensitive(flags.0)
        .multi_line(flags.1)
        .dot_matches_new_line(flags.2)
        .size_limit(REGEX_SIZE);
    builder.build().map(Test::Regex).map_err(|e| {
        let reason = e.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("the regular expression cannot be used: {reason}")
    })
}

fn pattern(modifiers: &Modifiers<'_>, mut parts: Vec<Part>) -> Test {
    match modifiers.place {
        Some(Place::Anywhere) => {
            parts.insert(0, Part::Many);
            parts.push(Part::Many);
        }
        Some(Place::Beginning) => parts.push(Part::Many),
        Some(Place::End) => parts.insert(0, Part::Many),
        Some(Place::Whole) | None => {}
    }
    if !modifiers.cased {
        return Test::Text(Pattern::new(parts));
    }
    let body: String = parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => regex::escape(text),
            Part::Many => ".*".to_owned(),
            Part::One => ".".to_owned(),
        })
        .collect();
    // Escaped text with dots is an expression always; were it too large, the pattern without case is the next best.
    match RegexBuilder::new(&format!("^{body}$")).dot_matches_new_line(true).size_limit(REGEX_SIZE).build() {
        Ok(regex) => Test::Regex(regex),
        Err(_) => Test::Text(Pattern::new(parts)),
    }
}
