//! One line of a search: a field, its modifiers, and the values it is compared with.
//!
//! Modifiers are worked off once, when the rule is read: what is left is a list of tests, any of which
//! (or all, with `all`) has to pass.

mod modifiers;
mod value;
mod whom;

use ipnet::{IpNet, Ipv4Net};
use regex::{Regex, RegexBuilder};

use super::yaml::{Node, Value};
use crate::detect::operations::without_version;
use crate::event::account;
use crate::query::{Op, Part, Pattern};
use modifiers::Modifiers;
use value::{Changing, changed, parts};
pub use whom::Whom;
pub(crate) use whom::{HOME, home, named_accounts};

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
    /// A part of a time compares so with this number.
    TimePart(Unit, Op, f64),
    /// Somebody is named, or let in by a policy.
    Names(Whom),
    /// One object, of which all of this holds.
    Element(Vec<Item>),
}

impl Test {
    /// Whether it asks for more than the value that it is held against, or for more than its text.
    pub(crate) fn needs_record(&self) -> bool {
        matches!(self, Self::Field(..) | Self::Names(_) | Self::Element(_))
    }

    /// The paths of what it asks for beside the value that it is held against.
    pub(crate) fn refers_to(&self) -> Vec<Vec<String>> {
        match self {
            Self::Field(path, _) => vec![path.clone()],
            Self::Names(whom) => whom.refers_to(),
            _ => Vec::new(),
        }
    }
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

/// The largest regular expression, in bytes once it is compiled.
const REGEX_SIZE: usize = 1 << 20;

/// What placeholders stand for: `%name%` in values with `expand`.
pub type Placeholders = std::collections::BTreeMap<String, Vec<String>>;

/// The placeholder for the accounts of one's own organization.
pub const OWN_ACCOUNTS: &str = "own_accounts";

impl Item {
    /// Reads `key: value` of a search; a key without a name looks anywhere in the record. With `all` and `neq`, or modifiers that make
    /// several values of one, it is an item for each value that is written: of its forms one, or none, has to be there.
    ///
    /// # Errors
    /// An unknown modifier, or a value that cannot be what the modifiers ask for.
    pub fn read(key: &Node, value: &Node, placeholders: &Placeholders) -> Result<Vec<Self>, ItemError> {
        let line = key.line;
        let name = key.scalar().unwrap_or_default();
        let mut parts = name.split('|');
        let field = parts.next().filter(|field| !field.is_empty());
        let words: Vec<&str> = parts.collect();
        let mut modifiers = Modifiers::read(&words).map_err(|reason| ItemError { line, reason })?;
        if field.is_none() {
            // Words without a field are looked for in all that a record says.
            modifiers.place.get_or_insert(Place::Anywhere);
        }
        let field: Option<Vec<String>> = field.map(|field| field.split('.').map(str::to_owned).collect());
        let whom = match modifiers.policy.take() {
            Some(whom) => Some(only_true(&words, value).map(|()| whom)?),
            None if modifiers.other_account => Some(other_account(value, &modifiers, placeholders)?),
            None => None,
        };
        if let Some(whom) = whom {
            let tests = vec![Test::Names(whom)];
            let (all, negated) = (false, modifiers.negated);
            return Ok(vec![Self { line, field, tests, lines: vec![value.line], all, negated }]);
        }
        let written = value.elements().iter().map(|node| {
            if modifiers.element {
                return Ok((node.line, vec![element(node, placeholders)?]));
            }
            let fault = |reason| ItemError { line: node.line, reason };
            let values = changed(node, &modifiers.changes, placeholders).map_err(fault)?;
            let tests: Result<Vec<Test>, _> = values.iter().map(|value| test(&modifiers, value)).collect();
            Ok((node.line, tests.map_err(fault)?))
        });
        let written = written.collect::<Result<Vec<(usize, Vec<Test>)>, ItemError>>()?;
        let (all, negated) = (modifiers.all, modifiers.negated);
        let item = |line: usize, all: bool, written: Vec<(usize, Vec<Test>)>| {
            let (lines, tests) = written
                .into_iter()
                .flat_map(|(line, tests)| tests.into_iter().map(move |test| (line, test)))
                .unzip();
            Self { line, field: field.clone(), tests, lines, all, negated }
        };
        if written.iter().all(|(_, tests)| tests.is_empty()) {
            return Err(ItemError { line, reason: format!("{name} has no value to compare with") });
        }
        // With `neq` each value is one that it is not.
        if !all || (!negated && written.iter().all(|(_, tests)| tests.len() == 1)) {
            return Ok(vec![item(line, all, written)]);
        }
        Ok(written.into_iter().map(|one| item(one.0, false, vec![one])).collect())
    }

    /// What a text is held against the tests as, beside what it is: the name of an event without the version of its API.
    pub(crate) fn other_form<'t>(&self, text: &'t str) -> Option<&'t str> {
        let is_name = self.field.as_deref().is_some_and(|field| matches!(field, [one] if one == "eventName"));
        is_name.then(|| without_version(text)).filter(|plain| *plain != text)
    }
}

/// The accounts that do not count as others, or `true` where none but the event's own is known; those of one's own
/// organization never do.
fn other_account(
    value: &Node,
    modifiers: &Modifiers<'_>,
    placeholders: &Placeholders,
) -> Result<Whom, ItemError> {
    let mut known = placeholders.get(OWN_ACCOUNTS).cloned().unwrap_or_default();
    for node in value.elements() {
        let fault = |reason| ItemError { line: node.line, reason };
        for value in changed(node, &modifiers.changes, placeholders).map_err(fault)? {
            match value {
                Changing::Other(Value::Bool(true)) => {}
                Changing::Wild(id) if account::is_id(&id) => known.push(id),
                _ => {
                    let reason =
                        "otheraccount takes true, or the ids of accounts that are no others, in quotes";
                    return Err(fault(reason.to_owned()));
                }
            }
        }
    }
    Ok(Whom::OtherAccount(known))
}

/// Refuses any value but `true` for a modifier that asks of a policy; at most `neq` stands beside it.
fn only_true(words: &[&str], value: &Node) -> Result<(), ItemError> {
    if value.value == Value::Bool(true) {
        return Ok(());
    }
    let word = words.iter().find(|word| **word != "neq").unwrap_or(&"it");
    Err(ItemError {
        line: value.line,
        reason: format!("{word} takes true; for its contrary write `not` in the condition"),
    })
}

/// What has to hold of one object.
fn element(node: &Node, placeholders: &Placeholders) -> Result<Test, ItemError> {
    let Value::Map(entries) = &node.value else {
        let reason = "element takes a map of fields and values that one object must have";
        return Err(ItemError { line: node.line, reason: reason.to_owned() });
    };
    let items = entries.iter().map(|(key, value)| Item::read(key, value, placeholders));
    let items: Vec<Item> = items.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let asks =
        |item: &&Item| item.tests.iter().any(|test| matches!(test, Test::Names(Whom::OtherAccount(_))));
    if let Some(item) = items.iter().find(asks) {
        let reason = "otheraccount needs the account of the event, which one object does not have; write it beside the \
                      element, with the whole path";
        return Err(ItemError { line: item.line, reason: reason.to_owned() });
    }
    Ok(Test::Element(items))
}

fn test(modifiers: &Modifiers<'_>, value: &Changing) -> Result<Test, String> {
    let text = match value {
        Changing::Other(Value::Null) => return Ok(Test::Null),
        Changing::Other(Value::Bool(is)) if modifiers.exists => return Ok(Test::Exists(*is)),
        // Words that stand for true and false in older YAML.
        Changing::Wild(text) if modifiers.exists && ["yes", "on"].contains(&text.to_lowercase().as_str()) => {
            return Ok(Test::Exists(true));
        }
        Changing::Wild(text) if modifiers.exists && ["no", "off"].contains(&text.to_lowercase().as_str()) => {
            return Ok(Test::Exists(false));
        }
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
        return Err(format!("`{text}`: exists takes true or false, without quotes"));
    } else if let Some(unit) = modifiers.unit {
        return number().map(|n| Test::TimePart(unit, modifiers.op.unwrap_or(Op::Equal), n));
    } else if let Some(op) = modifiers.op {
        return number().map(|n| Test::Number(op, n));
    } else if modifiers.cidr {
        let net = text.parse::<IpNet>().or_else(|_| text.parse().map(|ip: std::net::IpAddr| ip.into()));
        return net
            .map(|net| Test::Cidr(unmapped(net.trunc())))
            .map_err(|_| format!("`{text}` is no network such as 10.0.0.0/8"));
    } else if modifiers.fieldref {
        let path = text.split('.').map(str::to_owned).collect();
        return Ok(Test::Field(path, modifiers.place.unwrap_or(Place::Whole)));
    } else if modifiers.regex {
        return regex(&text, modifiers.flags);
    }
    Ok(pattern(modifiers, parts(&text)))
}

/// An IPv4 network that is written as one of IPv6, as addresses are taken too.
fn unmapped(net: IpNet) -> IpNet {
    let IpNet::V6(v6) = net else { return net };
    let v4 = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96));
    v4.and_then(|(addr, prefix)| Ipv4Net::new(addr, prefix).ok()).map_or(net, IpNet::V4)
}

fn regex(text: &str, flags: (bool, bool, bool)) -> Result<Test, String> {
    // The flags stand in the expression: what is written alike has to mean the same, or two items would be taken for one.
    let letters: String =
        [(flags.0, 'i'), (flags.1, 'm'), (flags.2, 's')].into_iter().filter(|f| f.0).map(|f| f.1).collect();
    let whole = if letters.is_empty() { text.to_owned() } else { format!("(?{letters}){text}") };
    RegexBuilder::new(&whole).size_limit(REGEX_SIZE).build().map(Test::Regex).map_err(|e| {
        let reason = e.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
        let way_out = match reason {
            r if r.contains("look-around") || r.contains("backreferences") => {
                "write a search of its own for it, and `and` or `not` in the condition"
            }
            r if r.contains("size limit") => "make it shorter, or several values of it",
            _ => "a character that stands for itself has a `\\` before it",
        };
        format!("the regular expression cannot be used: {}; {way_out}", reason.trim_end_matches('.'))
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
    match RegexBuilder::new(&format!("(?s)^{body}$")).size_limit(REGEX_SIZE).build() {
        Ok(regex) => Test::Regex(regex),
        Err(_) => Test::Text(Pattern::new(parts)),
    }
}
