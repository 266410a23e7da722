//! A rule: what it is about, what it looks for, and under which condition it fires.

use super::condition::{self, Condition};
use super::first_seen::FirstSeen;
use super::item::{Item, Placeholders};
use super::yaml::{Node, Value};

/// A rule that has been checked.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The file it is from.
    pub file: String,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The name under which correlations refer to it.
    pub name: Option<String>,
    /// What it is about, in some sentences.
    pub description: String,
    /// What has to be new for whom, in a rule of that kind.
    pub first_seen: Option<FirstSeen>,
    /// Whether it says of events which it must and must not match.
    pub tested: bool,
    /// Its id, else its name, else the name of its file.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// `informational`, `low`, `medium`, `high`, `critical`; empty where it does not say.
    pub level: String,
    /// What else is said of it: `attack.t1098`.
    pub tags: Vec<String>,
    /// The line of each tag.
    pub tag_lines: Vec<usize>,
    /// The keys at the top, with their lines.
    pub keys: Vec<(String, usize)>,
    /// The searches by name, in the order of the file.
    pub searches: Vec<(String, Search)>,
    /// When it fires; with several, any of them.
    pub conditions: Vec<Condition>,
}

/// Something that is looked for: it is found when one of these groups matches, each of whose items must.
#[derive(Clone, Debug)]
pub struct Search {
    /// The groups.
    pub groups: Vec<Vec<Item>>,
}

/// A rule that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct RuleError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and the way out.
    pub reason: String,
}

impl Rule {
    /// Reads a document of the file `file`.
    ///
    /// # Errors
    /// It is no rule, or one that can never be used; with the line and the way out.
    pub fn read(file: &str, node: &Node, placeholders: &Placeholders) -> Result<Self, RuleError> {
        let fault = |line: usize, reason: String| RuleError { file: file.to_owned(), line, reason };
        let text = |key: &str| node.get(key).and_then(Node::scalar).unwrap_or_default();
        let some = |key: &str| Some(text(key)).filter(|text| !text.is_empty());
        let name = some("name");
        // What only serves a correlation often has a name and no title.
        let title = some("title").or_else(|| name.clone());
        let title = title.ok_or_else(|| fault(node.line, "a rule needs a title".to_owned()))?;
        let first_seen = FirstSeen::read(file, node).transpose()?;
        let detection = node.get("detection").filter(|d| !d.entries().is_empty());
        let detection = detection.ok_or_else(|| {
            fault(node.line, "a rule needs a detection with a search and a condition".to_owned())
        })?;
        let mut searches = Vec::new();
        for (name, value) in detection.entries() {
            let name = name.scalar().unwrap_or_default();
            if name != "condition" && name != "timeframe" {
                let search =
                    Search::read(value, placeholders).map_err(|(line, reason)| fault(line, reason))?;
                searches.push((name, search));
            }
        }
        let condition = detection.get("condition");
        let condition =
            condition.ok_or_else(|| fault(detection.line, "the detection needs a condition".to_owned()))?;
        let names: Vec<&str> = searches.iter().map(|(name, _)| name.as_str()).collect();
        let conditions = condition
            .elements()
            .iter()
            .map(|c| {
                let text = c.scalar().unwrap_or_default();
                condition::parse(&text, &names).map_err(|e| fault(c.line, format!("the condition: {e}")))
            })
            .collect::<Result<Vec<_>, _>>()?;
        if conditions.is_empty() {
            return Err(fault(condition.line, "the detection needs a condition".to_owned()));
        }
        let tags = node.get("tags").map_or(&[][..], Node::elements).iter();
        let (tags, tag_lines) = tags.filter_map(|tag| Some((tag.scalar()?, tag.line))).unzip();
        let id = some("id").or_else(|| name.clone()).unwrap_or_else(|| slug(file));
        Ok(Self {
            file: file.to_owned(),
            line: node.line,
            name,
            description: text("description"),
            first_seen,
            tested: node.get("tests").is_some_and(|tests| tests.value != Value::Null),
            id,
            title,
            level: text("level"),
            tags,
            tag_lines,
            keys: node.entries().iter().filter_map(|(key, _)| Some((key.scalar()?, key.line))).collect(),
            searches,
            conditions,
        })
    }
}

/// The name of a file without its folder and ending.
pub(crate) fn slug(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let known = |end: &str| end.eq_ignore_ascii_case("yml") || end.eq_ignore_ascii_case("yaml");
    name.rsplit_once('.').filter(|(_, end)| known(end)).map_or(name, |(name, _)| name).to_owned()
}

impl Search {
    /// Reads the value of a search; a fault comes with its line.
    pub(crate) fn read(node: &Node, placeholders: &Placeholders) -> Result<Self, (usize, String)> {
        let group = |map: &Node| -> Result<Vec<Item>, (usize, String)> {
            let items = map.entries().iter().map(|(key, value)| Item::read(key, value, placeholders));
            let items = items.collect::<Result<Vec<Vec<Item>>, _>>().map_err(|e| (e.line, e.reason))?;
            Ok(items.into_iter().flatten().collect())
        };
        let groups = match &node.value {
            Value::Map(_) => vec![group(node)?],
            Value::List(list) if list.iter().all(|n| !n.entries().is_empty()) && !list.is_empty() => {
                list.iter().map(group).collect::<Result<_, _>>()?
            }
            _ => {
                let anywhere = Node { line: node.line, value: Value::Text(String::new()) };
                vec![Item::read(&anywhere, node, placeholders).map_err(|e| (e.line, e.reason))?]
            }
        };
        Ok(Self { groups })
    }
}
