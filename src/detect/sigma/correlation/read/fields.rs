//! Fields as a correlation names them: paths, and aliases that mean another path for each rule.

use std::collections::BTreeMap;

use super::super::super::yaml::{Node, Value};
use super::super::Aliases;
use super::Fault;

/// Paths of fields, from one text or a list.
pub(in super::super::super) fn paths(node: &Node, what: &str) -> Result<Vec<Vec<String>>, Fault> {
    if node.value == Value::Null {
        return Ok(Vec::new());
    }
    let path = |element: &Node| {
        let text = element.scalar().filter(|text| !text.is_empty() && !text.split('.').any(str::is_empty));
        let text = text.ok_or_else(|| {
            (element.line, format!("{what} takes names of fields, such as userIdentity.arn"))
        })?;
        Ok(text.split('.').map(str::to_owned).collect())
    };
    node.elements().iter().map(path).collect()
}

/// The aliases as they are written: by alias and rule, which field is meant.
pub(super) fn aliases(section: &Node) -> Result<Aliases, Fault> {
    let Some(node) = section.get("aliases").filter(|node| node.value != Value::Null) else {
        return Ok(BTreeMap::new());
    };
    let shape = "aliases are written as `alias: {rule: field}`";
    if node.entries().is_empty() {
        return Err((node.line, shape.to_owned()));
    }
    let mut aliases = BTreeMap::new();
    for (alias, by_rule) in node.entries() {
        if by_rule.entries().is_empty() {
            return Err((alias.line, shape.to_owned()));
        }
        let mut fields = BTreeMap::new();
        for (rule, field) in by_rule.entries() {
            let mut path = paths(field, "an alias")?;
            let path = path.pop().filter(|_| path.is_empty());
            let path =
                path.ok_or_else(|| (field.line, "an alias stands for one field of each rule".to_owned()))?;
            fields.insert(rule.scalar().unwrap_or_default(), path);
        }
        aliases.insert(alias.scalar().unwrap_or_default(), fields);
    }
    Ok(aliases)
}

/// On which line each alias stands.
pub(super) fn alias_lines(node: &Node) -> BTreeMap<String, usize> {
    node.entries().iter().map(|(alias, _)| (alias.scalar().unwrap_or_default(), alias.line)).collect()
}
