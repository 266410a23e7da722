//! A document read into a [`Correlation`], every fault with its line and the way out.

mod fields;
mod measured;
mod temporal;

use std::collections::HashSet;

use self::fields::{alias_lines, aliases};
use self::measured::{Measured, measured};
use super::super::rule::{RuleError, slug};
use super::super::yaml::{Node, Value};
use super::{Correlation, timespan};
use crate::text::nearest;

pub(in super::super) use self::fields::paths;

/// What the section can hold.
const KEYS: [&str; 7] = ["type", "rules", "group-by", "timespan", "aliases", "condition", "generate"];

/// The kinds, as rules write them.
const KINDS: [&str; 10] = [
    "event_count",
    "value_count",
    "temporal",
    "temporal_ordered",
    "value_sum",
    "value_avg",
    "value_percentile",
    "value_median",
    "value_min",
    "value_max",
];

/// How many rules a temporal correlation can be about, repeated ones counted.
const MOST_STEPS: usize = 64;

/// A fault: the line and the reason.
type Fault = (usize, String);

impl Correlation {
    /// Reads a document of the file `file` that has a `correlation`.
    ///
    /// # Errors
    /// It is no correlation, or one that can never match; with the line and the way out.
    pub fn read(file: &str, node: &Node) -> Result<Self, RuleError> {
        read(file, node).map_err(|(line, reason)| RuleError { file: file.to_owned(), line, reason })
    }
}

fn read(file: &str, node: &Node) -> Result<Correlation, Fault> {
    let text = |key: &str| node.get(key).and_then(Node::scalar).filter(|text| !text.is_empty());
    let (name, id) = (text("name"), text("id"));
    // Inner documents of a file of correlations often have a name alone.
    let title = text("title").or_else(|| name.clone()).or_else(|| id.clone());
    let title = title.ok_or_else(|| (node.line, "a correlation needs a title".to_owned()))?;
    let section = node.get("correlation").filter(|section| !section.entries().is_empty());
    let section = section.ok_or_else(|| {
        (node.line, "a correlation needs a section `correlation` with type, rules and timespan".to_owned())
    })?;
    known_keys(section, &KEYS, "a correlation")?;
    let Looked { measured, rules, lines } = looked_for(section)?;
    let tags = node.get("tags").map(|tags| tags.elements().iter().filter_map(Node::scalar).collect());
    Ok(Correlation {
        id: id.or_else(|| name.clone()).unwrap_or_else(|| slug(file)),
        name,
        title,
        level: text("level").unwrap_or_default(),
        tags: tags.unwrap_or_default(),
        file: file.to_owned(),
        line: node.line,
        kind: measured.kind,
        rules,
        group_by: section.get("group-by").map_or(Ok(Vec::new()), |fields| paths(fields, "group-by"))?,
        aliases: aliases(section)?,
        span: span(section)?,
        bounds: measured.bounds,
        fields: measured.fields,
        generate: generate(section.get("generate").or_else(|| node.get("generate")))?,
        lines,
        alias_lines: section.get("aliases").map(alias_lines).unwrap_or_default(),
    })
}

/// What is looked for, in the hits of which rules.
struct Looked {
    measured: Measured,
    rules: Vec<String>,
    lines: Vec<usize>,
}

fn looked_for(section: &Node) -> Result<Looked, Fault> {
    let what = kind_word(section)?;
    let is_temporal = matches!(what.as_str(), "temporal" | "temporal_ordered");
    let (listed, listed_lines) = listed(section, is_temporal)?;
    let mut known = HashSet::new();
    let each_once = listed.iter().zip(listed_lines).filter(|(rule, _)| known.insert(rule.as_str()));
    let (rules, lines): (Vec<String>, Vec<usize>) =
        each_once.map(|(rule, line)| (rule.clone(), line)).unzip();
    let measured = match is_temporal {
        true => Measured::nothing(temporal::temporal(section, &what, &listed, &rules)?),
        false => measured(section, &what)?,
    };
    Ok(Looked { measured, rules, lines })
}

/// A misspelt key would be left out without a word, and `group_by` makes one group of all.
pub(in super::super) fn known_keys(section: &Node, known: &[&str], what: &str) -> Result<(), Fault> {
    for (key, _) in section.entries() {
        let name = key.scalar().unwrap_or_default();
        if !known.contains(&name.as_str()) {
            let near = near(&name, known.iter().copied());
            return Err((key.line, format!("`{name}` is nothing that {what} can have{near}")));
        }
    }
    Ok(())
}

fn near<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

fn kind_word(section: &Node) -> Result<String, Fault> {
    let all = || format!("one of {}", KINDS.join(", "));
    let Some(node) = section.get("type") else {
        return Err((section.line, format!("a correlation needs a type: {}", all())));
    };
    let word = node.scalar().unwrap_or_default();
    if KINDS.contains(&word.as_str()) {
        return Ok(word);
    }
    let near = nearest(&word, KINDS.into_iter());
    let way = near.map_or_else(|| format!("write {}", all()), |near| format!("did you mean `{near}`?"));
    Err((node.line, format!("there is no kind of correlation `{word}`; {way}")))
}

/// The rules as they are listed, and the line of each. A temporal correlation can name them in its condition alone.
fn listed(section: &Node, temporal: bool) -> Result<(Vec<String>, Vec<usize>), Fault> {
    let Some(node) = section.get("rules").filter(|node| node.value != Value::Null) else {
        let condition = section.get("condition").filter(|_| temporal);
        return match condition.and_then(|node| Some((node.text()?, node.line))) {
            Some((text, line)) => {
                let names = named(text);
                let lines = vec![line; names.len()];
                Ok((names, lines))
            }
            None => {
                Err((section.line, "a correlation needs `rules`: the ids or names of its rules".to_owned()))
            }
        };
    };
    let mut listed = (Vec::new(), Vec::new());
    for element in node.elements() {
        let name = element.scalar().filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| (element.line, "a rule is named by its id or name".to_owned()))?;
        listed.0.push(name);
        listed.1.push(element.line);
    }
    let most = if temporal { MOST_STEPS } else { usize::from(u16::MAX) };
    match listed.0.len() {
        0 => Err((node.line, "`rules` is empty; name at least one".to_owned())),
        count if count > most => {
            let way = "make correlations of some of them and refer to those";
            Err((node.line, format!("{count} rules, where {most} are the most; {way}")))
        }
        _ => Ok(listed),
    }
}

/// The names of rules in a condition, each once.
fn named(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || c == '(' || c == ')') {
        let grammar = ["and", "or", "not", ""].iter().any(|known| word.eq_ignore_ascii_case(known));
        if !grammar && names.len() < MOST_STEPS && !names.iter().any(|known| known == word) {
            names.push(word.to_owned());
        }
    }
    names
}

fn span(section: &Node) -> Result<i64, Fault> {
    let Some(node) = section.get("timespan") else {
        return Err((section.line, "a correlation needs a timespan, such as `timespan: 15m`".to_owned()));
    };
    let text = node.scalar().unwrap_or_default();
    timespan(&text).map_err(|reason| (node.line, format!("the timespan: {reason}")))
}

fn generate(node: Option<&Node>) -> Result<bool, Fault> {
    match node.map(|node| (node.line, &node.value)) {
        None | Some((_, Value::Null)) => Ok(false),
        Some((_, Value::Bool(is))) => Ok(*is),
        Some((line, _)) => Err((line, "generate is true or false".to_owned())),
    }
}

#[cfg(test)]
mod tests;
