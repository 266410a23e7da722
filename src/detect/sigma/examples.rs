//! Examples inside of a rule file: events on which the rule has to fire, and events that it has to pass.
//!
//! A rule brings its own proof along, under `tests`, in the document that it tests:
//!
//! ```yaml
//! tests:
//!   matches:
//!     - what: A trail is stopped
//!       event: {eventSource: cloudtrail.amazonaws.com, eventName: StopLogging}
//!   passes:
//!     - what: A trail is started, then looked at
//!       events:
//!         - {eventName: StartLogging, eventTime: "2026-03-02T09:20:11Z"}
//!         - {eventName: GetTrailStatus, eventTime: "2026-03-02T09:20:15Z"}
//! ```
//!
//! This only reads them. Whether a rule keeps its promises is for whoever runs the rule to say. Other tools
//! pass over the key, so the file stays a rule that they can use.

use serde_json::{Map, Number, Value as Json};

use super::rule::RuleError;
use super::yaml::{Node, Value};
use crate::text::nearest;

/// The examples of a rule.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Examples {
    /// On these it fires.
    pub matches: Vec<Example>,
    /// On these it does not.
    pub passes: Vec<Example>,
}

/// One example.
#[derive(Clone, PartialEq, Debug)]
pub struct Example {
    /// The line in the file, from 1.
    pub line: usize,
    /// What it shows, in a sentence.
    pub what: String,
    /// The events, in the order in which they happen; parts of records are enough.
    pub events: Vec<Json>,
}

/// How deep an event may be nested.
const DEEPEST: usize = 64;

/// What is wrong, and on which line.
type Fault = (usize, String);

impl Examples {
    /// Reads the examples of the document `node` of `file`; `None` when it has none. A fault, which is told with the line and
    /// the way out, costs the example that it is in, and no other.
    pub fn read(file: &str, node: &Node) -> (Option<Self>, Vec<RuleError>) {
        let Some(tests) = node.get("tests") else { return (None, Vec::new()) };
        let mut faults = Vec::new();
        let examples = Self::of(tests, &mut faults);
        let fault = |(line, reason)| RuleError { file: file.to_owned(), line, reason };
        (Some(examples), faults.into_iter().map(fault).collect())
    }

    fn of(tests: &Node, faults: &mut Vec<Fault>) -> Self {
        let mut examples = Self::default();
        let Value::Map(entries) = &tests.value else {
            faults.push((tests.line, "tests takes a map of `matches` and `passes`".to_owned()));
            return examples;
        };
        for (key, list) in entries {
            let place = match key.text() {
                Some("matches") => &mut examples.matches,
                Some("passes") => &mut examples.passes,
                _ => {
                    faults.push(unknown(key, &["matches", "passes"]));
                    continue;
                }
            };
            match list_of(list, "examples") {
                Ok(list) => {
                    let read = list.iter().map(example);
                    place.extend(read.filter_map(|one| one.map_err(|fault| faults.push(fault)).ok()));
                }
                Err(fault) => faults.push(fault),
            }
        }
        examples
    }
}

fn example(node: &Node) -> Result<Example, Fault> {
    if node.entries().is_empty() {
        return Err((node.line, "an example takes a map of `what` and `event` or `events`".to_owned()));
    }
    if let Some((key, _)) =
        node.entries().iter().find(|(key, _)| !matches!(key.text(), Some("what" | "event" | "events")))
    {
        return Err(unknown(key, &["what", "event", "events"]));
    }
    let what = node.get("what").and_then(Node::scalar).filter(|what| !what.trim().is_empty());
    let what = what.ok_or_else(|| (node.line, "an example needs `what`, a sentence".to_owned()))?;
    let events = match (node.get("event"), node.get("events")) {
        (Some(one), None) => vec![event(one)?],
        (None, Some(many)) => list_of(many, "events")?.iter().map(event).collect::<Result<_, _>>()?,
        (Some(_), Some(second)) => {
            return Err((second.line, "either `event` or `events`, not both".to_owned()));
        }
        (None, None) => return Err((node.line, "an example needs `event` or `events`".to_owned())),
    };
    Ok(Example { line: node.line, what, events })
}

fn event(node: &Node) -> Result<Json, Fault> {
    match node.value {
        Value::Map(_) => json(node),
        _ => Err((node.line, "an event is a map, as CloudTrail writes it".to_owned())),
    }
}

/// The elements of a list that has some.
fn list_of<'n>(node: &'n Node, what: &str) -> Result<&'n [Node], Fault> {
    match &node.value {
        Value::List(list) if !list.is_empty() => Ok(list),
        _ => Err((node.line, format!("a list of {what} belongs here, with at least one in it"))),
    }
}

fn unknown(key: &Node, known: &[&str]) -> Fault {
    let name = key.scalar().unwrap_or_default();
    let near = nearest(&name, known.iter().copied());
    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    (key.line, format!("`{name}` is unknown here; known are {}{near}", known.join(", ")))
}

/// A list or map on its way from YAML to JSON.
struct Open<'n> {
    /// The key under which it goes into the map above it.
    name: String,
    /// What is still to come into it; the keys of a list are empty.
    todo: std::vec::IntoIter<(String, &'n Node)>,
    /// What is in it so far.
    done: Json,
}

impl<'n> Open<'n> {
    /// `None` for a single value.
    fn of(name: &str, node: &'n Node) -> Result<Option<Self>, Fault> {
        let (todo, done): (Vec<_>, _) = match &node.value {
            Value::List(list) => {
                (list.iter().map(|node| (String::new(), node)).collect(), Json::Array(Vec::new()))
            }
            Value::Map(entries) => {
                let named = |(key, value): &'n (Node, Node)| match key.scalar() {
                    Some(name) => Ok((name, value)),
                    None => Err((key.line, "the key of an event is a text".to_owned())),
                };
                (entries.iter().map(named).collect::<Result<_, _>>()?, Json::Object(Map::new()))
            }
            _ => return Ok(None),
        };
        Ok(Some(Self { name: name.to_owned(), todo: todo.into_iter(), done }))
    }

    /// A key that is there twice keeps its last value, as in other YAML of rules.
    fn put(&mut self, name: String, value: Json) {
        match &mut self.done {
            Json::Array(list) => list.push(value),
            Json::Object(map) => {
                map.insert(name, value);
            }
            _ => {}
        }
    }
}

/// A value as JSON.
fn json(node: &Node) -> Result<Json, Fault> {
    let Some(first) = Open::of("", node)? else { return Ok(scalar(&node.value)) };
    let mut open = vec![first];
    while let Some(top) = open.last_mut() {
        if let Some((name, node)) = top.todo.next() {
            match Open::of(&name, node)? {
                None => top.put(name, scalar(&node.value)),
                Some(_) if open.len() >= DEEPEST => {
                    return Err((node.line, format!("an event nested deeper than {DEEPEST} levels")));
                }
                Some(inner) => open.push(inner),
            }
        } else if let Some(Open { name, done, .. }) = open.pop() {
            match open.last_mut() {
                Some(above) => above.put(name, done),
                None => return Ok(done),
            }
        }
    }
    Ok(Json::Null)
}

/// A single value as JSON. Digits behind a zero are text: the number of an account, not an amount.
fn scalar(value: &Value) -> Json {
    match value {
        Value::Bool(is) => Json::Bool(*is),
        Value::Text(text) => Json::String(text.clone()),
        Value::Number(number, written) => {
            let padded = written.len() > 1 && written.bytes().all(|b| b.is_ascii_digit());
            if padded && written.starts_with('0') {
                return Json::String(written.clone());
            }
            let whole = written.parse::<i64>().map(Number::from).ok();
            let whole = whole.or_else(|| written.parse::<u64>().map(Number::from).ok());
            let number = whole.or_else(|| Number::from_f64(*number));
            number.map_or_else(|| Json::String(written.clone()), Json::Number)
        }
        Value::Null | Value::List(_) | Value::Map(_) => Json::Null,
    }
}

#[cfg(test)]
mod shipped;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::yaml;
    use super::*;

    fn read(text: &str) -> (Option<Examples>, Vec<String>) {
        let (documents, error) = yaml::documents(text);
        assert_eq!(error, None, "{text}");
        let (examples, faults) = Examples::read("rules/t.yml", &documents[0]);
        (examples, faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_rule_without_tests_has_no_examples() {
        assert_eq!(read("title: t\nlevel: low\n"), (None, Vec::new()));
    }

    #[test]
    fn events_come_as_they_are_written_with_the_line_of_their_example() {
        let text = "title: t\ntests:\n  matches:\n    - what: one\n      event:\n        eventName: A\n        n: 7\n        f: 1.5\n\
                    \x20       big: 18446744073709551615\n        yes: true\n        no: null\n        id: 012345678901\n        q: \"7\"\n\
                    \x20       list: [1, {k: v}, []]\n    - what: two\n      events:\n        - {eventName: B}\n        - {eventName: C, m: {}}\n\
                    \x20 passes:\n    - {what: three, event: {x: {y: {z: -1}}}}\n";
        let (examples, faults) = read(text);
        assert_eq!(faults, [""; 0]);
        let examples = examples.unwrap();
        let first = &examples.matches[0];
        assert_eq!((first.line, first.what.as_str()), (4, "one"));
        assert_eq!(
            first.events,
            [json!({"eventName": "A", "n": 7, "f": 1.5, "big": u64::MAX, "yes": true, "no": null,
                "id": "012345678901", "q": "7", "list": [1, {"k": "v"}, []]})]
        );
        assert_eq!(examples.matches[1].line, 15);
        assert_eq!(
            examples.matches[1].events,
            [json!({"eventName": "B"}), json!({"eventName": "C", "m": {}})]
        );
        assert_eq!(examples.passes[0].events, [json!({"x": {"y": {"z": -1}}})]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_the_way_out() {
        for (tests, reason) in [
            ("tests: 7\n", "rules/t.yml:1: tests takes a map"),
            ("tests:\n  match:\n    - {what: x, event: {a: 1}}\n", "t.yml:2: `match` is unknown here"),
            ("tests:\n  match:\n    - {what: x, event: {a: 1}}\n", "did you mean `matches`?"),
            ("tests:\n  passes: []\n", "t.yml:2: a list of examples belongs here"),
            ("tests:\n  passes:\n    - x\n", "t.yml:3: an example takes a map"),
            ("tests:\n  passes:\n    - event: {a: 1}\n", "t.yml:3: an example needs `what`"),
            ("tests:\n  passes:\n    - what: x\n", "t.yml:3: an example needs `event` or `events`"),
            ("tests:\n  passes:\n    - what: x\n      even: {a: 1}\n", "t.yml:4: `even` is unknown here"),
            ("tests:\n  passes:\n    - {what: x, event: {a: 1}, events: [{a: 1}]}\n", "not both"),
            ("tests:\n  passes:\n    - what: x\n      events: {a: 1}\n", "t.yml:4: a list of events"),
            ("tests:\n  passes:\n    - what: x\n      event: [1]\n", "t.yml:4: an event is a map"),
            (
                "tests:\n  passes:\n    - what: x\n      event: {[1]: 2}\n",
                "t.yml:4: the key of an event is a text",
            ),
        ] {
            let (_, faults) = read(tests);
            assert!(faults.len() == 1 && faults[0].contains(reason), "{tests}{faults:?}");
        }
    }

    #[test]
    fn a_faulty_example_costs_no_other() {
        let text = "tests:\n  matches:\n    - event: {a: 1}\n    - {what: good, event: {a: 2}}\n  pases: []\n  passes:\n    - {what: fine, event: {a: 3}}\n    - x\n";
        let (examples, faults) = read(text);
        let examples = examples.unwrap();
        let what = |list: &[Example]| -> Vec<String> { list.iter().map(|e| e.what.clone()).collect() };
        assert_eq!(
            (what(&examples.matches), what(&examples.passes)),
            (vec!["good".to_owned()], vec!["fine".to_owned()])
        );
        let places: Vec<&str> = faults.iter().map(|fault| &fault[..13]).collect();
        assert_eq!(places, ["rules/t.yml:3", "rules/t.yml:5", "rules/t.yml:8"]);
    }

    #[test]
    fn depth_is_bounded_without_recursion() {
        let nested = |levels: usize| {
            let mut node = Node { line: 9, value: Value::Bool(true) };
            for _ in 0..levels {
                let key = Node { line: 9, value: Value::Text("k".to_owned()) };
                node = Node { line: 9, value: Value::Map(vec![(key, node)]) };
            }
            node
        };
        assert!(json(&nested(DEEPEST)).is_ok());
        assert_eq!(json(&nested(DEEPEST + 1)).unwrap_err().0, 9);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(tests|matches|passes|what|events?|[-:{}\\[\\] \n'\"0-9a-z]){0,60}") {
            for document in yaml::documents(&text).0 {
                let _ = Examples::read("t.yml", &document);
            }
        }
    }
}
