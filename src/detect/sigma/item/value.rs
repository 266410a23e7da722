//! A value of a rule on its way through the modifiers that change it: encodings, placeholders, escapes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Placeholders;
use crate::detect::sigma::yaml::{Node, Value};
use crate::query::Part;

/// A value on its way through the modifiers.
pub(super) enum Changing {
    /// Something that is no text.
    Other(Value),
    /// Text whose `*`, `?` and `\` mean something.
    Wild(String),
    /// Bytes that stand for themselves.
    Bytes(Vec<u8>),
}

pub(super) fn changed(
    node: &Node,
    changes: &[&str],
    placeholders: &Placeholders,
) -> Result<Vec<Changing>, String> {
    let mut values = vec![match &node.value {
        Value::Text(text) => Changing::Wild(text.clone()),
        Value::List(_) | Value::Map(_) => {
            return Err("a list or map stands where a single value belongs; write one value here, and what is a map as a search of its own".to_owned());
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
    let (mut out, mut rest) = (vec![String::new()], text.as_str());
    while let Some((before, name, behind)) = placeholder(rest) {
        let Some(values) = placeholders.get(name) else {
            return Err(format!(
                "nothing is known of the placeholder %{name}%; name its values in the environment file"
            ));
        };
        let with =
            |text: &String| values.iter().map(|value| format!("{text}{before}{value}")).collect::<Vec<_>>();
        out = out.iter().flat_map(with).collect();
        if out.len() > 10_000 {
            return Err("the placeholders stand for more than 10,000 values".to_owned());
        }
        rest = behind;
    }
    Ok(out.into_iter().map(|text| Changing::Wild(text + rest)).collect())
}

/// The first `%name%` in a text: what stands before it, its name, and what stands behind it.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices('%').find_map(|(start, _)| {
        let (before, rest) = text.split_at_checked(start)?;
        let (name, behind) = rest.strip_prefix('%')?.split_once('%')?;
        let sound = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
        sound.then_some((before, name, behind))
    })
}

/// The parts of a value as Sigma writes it: `*` and `?`, with `\` before one that stands for itself.
pub(super) fn parts(text: &str) -> Vec<Part> {
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
