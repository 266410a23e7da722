//! YAML as rules are written in it: values with the line on which each stands.
//!
//! Only what rules need is taken: maps with text keys, lists, scalars, several documents in a file. An alias stands
//! for a copy, and copies are counted, so that a file of a few lines cannot grow into
//! gigabytes. Nothing here recurses over the input.

use saphyr_parser::{Event, Parser, ScalarStyle};

/// A value and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// The line, from 1.
    pub line: usize,
    /// The value.
    pub value: Value,
}

/// What a value is.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `null`, `~`, or nothing.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number, and how it is written.
    Number(f64, String),
    /// Any other text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the file. Keys can be there twice.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The scalar as it is written; `None` for lists, maps and null.
    pub fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) | Value::Number(_, text) => Some(text.clone()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The value under a key of a map; the last one where it is there twice.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().rev().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[(Node, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of a list; a single value is a list of itself.
    pub fn elements(&self) -> &[Node] {
        match &self.value {
            Value::List(list) => list,
            _ => std::slice::from_ref(self),
        }
    }

    /// How many values there are in it, itself among them.
    fn weight(&self) -> usize {
        let mut open = vec![self];
        let mut weight = 0;
        while let Some(node) = open.pop() {
            weight += 1;
            match &node.value {
                Value::List(list) => open.extend(list),
                Value::Map(entries) => open.extend(entries.iter().flat_map(|(key, value)| [key, value])),
                _ => {}
            }
        }
        weight
    }
}

/// A file that is no YAML, or more than a rule can be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct YamlError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub reason: String,
}

/// How many values a file may hold, copies included.
const MOST: usize = 2_000_000;

/// How deep values may be nested.
const DEEPEST: usize = 64;

/// The documents of a file; what stands before a fault is kept.
pub fn documents(text: &str) -> (Vec<Node>, Option<YamlError>) {
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let taken = match event {
            Ok((event, span)) => builder.take(event, span.start.line()),
            Err(e) => Err(YamlError { line: e.marker().line(), reason: e.info().to_owned() }),
        };
        if let Err(error) = taken {
            return (builder.documents, Some(error));
        }
    }
    (builder.documents, None)
}

/// A list or map that is being read.
struct Open {
    line: usize,
    anchor: usize,
    is_map: bool,
    values: Vec<Node>,
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: Vec<(usize, Node)>,
    values: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), YamlError> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = scalar(&text, style == ScalarStyle::Plain);
                self.put(Node { line, value }, anchor, 1)
            }
            Event::SequenceStart(anchor, _) => self.begin(line, anchor, false),
            Event::MappingStart(anchor, _) => self.begin(line, anchor, true),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => {
                    let anchor = open.anchor;
                    self.put(close(open), anchor, 1)
                }
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let known = self.anchors.iter().rev().find(|(known, _)| *known == anchor);
                let node = known.map(|(_, node)| node.clone());
                let node = node.ok_or_else(|| fault(line, "an alias of something that is not there yet"))?;
                let weight = node.weight();
                self.put(node, 0, weight)
            }
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, line: usize, anchor: usize, is_map: bool) -> Result<(), YamlError> {
        if self.open.len() >= DEEPEST {
            return Err(fault(line, &format!("nested deeper than {DEEPEST} levels")));
        }
        self.open.push(Open { line, anchor, is_map, values: Vec::new() });
        Ok(())
    }

    fn put(&mut self, node: Node, anchor: usize, weight: usize) -> Result<(), YamlError> {
        self.values += weight;
        if self.values > MOST {
            return Err(fault(node.line, &format!("more than {MOST} values, aliases counted")));
        }
        if anchor > 0 {
            self.anchors.push((anchor, node.clone()));
        }
        match self.open.last_mut() {
            Some(open) => open.values.push(node),
            None => self.documents.push(node),
        }
        Ok(())
    }
}

fn close(open: Open) -> Node {
    let Open { line, is_map, values, .. } = open;
    if !is_map {
        return Node { line, value: Value::List(values) };
    }
    let mut entries = Vec::with_capacity(values.len() / 2);
    let mut values = values.into_iter();
    while let (Some(key), Some(value)) = (values.next(), values.next()) {
        entries.push((key, value));
    }
    Node { line, value: Value::Map(entries) }
}

fn fault(line: usize, reason: &str) -> YamlError {
    YamlError { line, reason: reason.to_owned() }
}

/// What a scalar means; only plain ones can be something else than text.
fn scalar(text: &str, plain: bool) -> Value {
    if !plain {
        return Value::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => match text.parse::<f64>() {
            // Words such as `inf` are text to whoever writes a rule.
            Ok(number) if number.is_finite() && text.ends_with(|c: char| c.is_ascii_digit() || c == '.') => {
                Value::Number(number, text.to_owned())
            }
            _ => Value::Text(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_keep_their_lines_and_kinds() {
        let (documents, error) =
            documents("title: A\nlist:\n  - 1\n  - '1'\n  - yes\n  - null\n---\na: {b: true}\n");
        assert_eq!((documents.len(), error), (2, None));
        let list = documents[0].get("list").unwrap();
        let kinds: Vec<&Value> = list.elements().iter().map(|node| &node.value).collect();
        assert_eq!(
            kinds,
            [
                &Value::Number(1.0, "1".to_owned()),
                &Value::Text("1".to_owned()),
                &Value::Text("yes".to_owned()),
                &Value::Null
            ]
        );
        assert_eq!(list.elements()[3].line, 6);
        assert_eq!(
            documents[1].get("a").and_then(|a| a.get("b")).map(|b| b.value.clone()),
            Some(Value::Bool(true))
        );
    }

    #[test]
    fn faults_name_their_line_and_keep_what_came_before() {
        let (documents, error) = documents("a: 1\n---\nb: [1\nc: }\n");
        assert_eq!(documents.len(), 1);
        assert!(error.unwrap().line >= 3);
        let deep = format!("a: {}1{}", "[".repeat(500), "]".repeat(500));
        assert!(super::documents(&deep).1.is_some());
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            let of: Vec<String> = (0..10).map(|_| format!("*a{}", n - 1)).collect();
            text.push_str(&format!("a{n}: &a{n} [{}]\n", of.join(", ")));
        }
        assert!(documents(&text).1.unwrap().reason.contains("aliases counted"));
    }

    proptest! {
        #[test]
        fn no_text_ends_the_program(text in "[a-z:\\-&*\\[\\]{}'\"|>#\n ]{0,120}") {
            let _ = documents(&text);
        }
    }
}
