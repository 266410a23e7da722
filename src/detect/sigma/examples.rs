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
    /// Reads the examples of the document `node` of `file`; `None` when it has none.
    ///
    /// # Errors
    /// What stands under `tests` has another form; with the line and the way out.
    pub fn read(file: &str, node: &Node) -> Result<Option<Self>, RuleError> {
        let Some(tests) = node.get("tests") else { return Ok(None) };
        let fault = |(line, reason)| RuleError { file: file.to_owned(), line, reason };
        Self::of(tests).map(Some).map_err(fault)
    }

    fn of(tests: &Node) -> Result<Self, Fault> {
        let Value::Map(entries) = &tests.value else {
            return Err((tests.line, "tests takes a map of `matches` and `passes`".to_owned()));
        };
        let mut examples = Self::default();
        for (key, list) in entries {
            let place = match key.text() {
                Some("matches") => &mut examples.matches,
                Some("passes") => &mut examples.passes,
                _ => return Err(unknown(key, &["matches", "passes"])),
            };
            place.extend(list_of(list, "examples")?.iter().map(example).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(examples)
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
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

    use proptest::prelude::*;
    use serde_json::json;

    use super::super::item::Placeholders;
    use super::super::plain::fires;
    use super::super::rule::Rule;
    use super::super::yaml;
    use super::*;

    fn read(text: &str) -> Result<Option<Examples>, String> {
        let (documents, error) = yaml::documents(text);
        assert_eq!(error, None, "{text}");
        Examples::read("rules/t.yml", &documents[0]).map_err(|e| e.to_string())
    }

    #[test]
    fn a_rule_without_tests_has_no_examples() {
        assert_eq!(read("title: t\nlevel: low\n"), Ok(None));
    }

    #[test]
    fn events_come_as_they_are_written_with_the_line_of_their_example() {
        let text = "title: t\ntests:\n  matches:\n    - what: one\n      event:\n        eventName: A\n        n: 7\n        f: 1.5\n\
                    \x20       big: 18446744073709551615\n        yes: true\n        no: null\n        id: 012345678901\n        q: \"7\"\n\
                    \x20       list: [1, {k: v}, []]\n    - what: two\n      events:\n        - {eventName: B}\n        - {eventName: C, m: {}}\n\
                    \x20 passes:\n    - {what: three, event: {x: {y: {z: -1}}}}\n";
        let examples = read(text).unwrap().unwrap();
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
            let error = read(tests).unwrap_err();
            assert!(error.contains(reason), "{tests}{error}");
        }
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

    /// The rules that are shipped, each with its file.
    fn shipped() -> Vec<(String, Node)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        let list = |folder: &Path| -> Vec<PathBuf> {
            let entries = std::fs::read_dir(folder).unwrap();
            let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
            paths.sort();
            paths
        };
        let mut found = Vec::new();
        for path in list(&root).iter().filter(|path| path.is_dir()).flat_map(|folder| list(folder)) {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            let (documents, error) = yaml::documents(&std::fs::read_to_string(&path).unwrap());
            assert_eq!(error, None, "{name}");
            found.extend(documents.into_iter().map(|document| (name.clone(), document)));
        }
        found
    }

    fn place(file: &str, node: &Node) -> String {
        format!("{file}:{} {}", node.line, node.get("title").and_then(Node::scalar).unwrap_or_default())
    }

    #[test]
    fn every_shipped_rule_keeps_the_promises_of_its_examples() {
        let mut broken = Vec::new();
        let mut held = 0;
        for (file, node) in shipped() {
            if node.get("correlation").is_some() {
                continue;
            }
            let rule = Rule::read(&file, &node, &Placeholders::new()).unwrap_or_else(|e| panic!("{e}"));
            if node.get("first_seen").is_some() {
                continue;
            }
            let examples = Examples::read(&file, &node).unwrap_or_else(|e| panic!("{e}")).unwrap_or_default();
            for (fires_then, examples) in [(true, &examples.matches), (false, &examples.passes)] {
                for example in examples {
                    held += 1;
                    let event = &example.events[0];
                    if example.events.len() != 1 || fires(&rule, event) != fires_then {
                        broken.push(format!(
                            "{file}:{}: {} (fires: {})",
                            example.line, example.what, !fires_then
                        ));
                    }
                }
            }
        }
        assert_eq!(broken, Vec::<String>::new());
        assert!(held > 300, "only {held} examples");
    }

    #[test]
    fn every_shipped_rule_is_whole() {
        let mut ids: BTreeMap<String, String> = BTreeMap::new();
        for (file, node) in shipped() {
            let at = place(&file, &node);
            let text = |key: &str| node.get(key).and_then(Node::scalar).unwrap_or_default();
            for key in ["title", "status", "description", "author", "date"] {
                assert!(!text(key).is_empty(), "{at}: no {key}");
            }
            assert!(
                ["informational", "low", "medium", "high", "critical"].contains(&text("level").as_str()),
                "{at}"
            );
            assert_eq!(text("id").len(), 36, "{at}: the id is no uuid");
            assert_eq!(ids.insert(text("id"), at.clone()), None, "{at}: the id is there twice");
            let references = node.get("references").map(Node::elements).unwrap_or_default();
            assert!(!references.is_empty(), "{at}: no references");
            for reference in references {
                let known = ["https://docs.aws.amazon.com/", "https://attack.mitre.org/"];
                let address = reference.scalar().unwrap_or_default();
                assert!(known.iter().any(|known| address.starts_with(known)), "{at}: {address}");
            }
            assert!(node.get("falsepositives").is_some(), "{at}: no falsepositives");
            let examples = Examples::read(&file, &node).unwrap_or_else(|e| panic!("{e}")).unwrap_or_default();
            assert!(
                !examples.matches.is_empty() && !examples.passes.is_empty(),
                "{at}: examples are missing"
            );
        }
        assert!(ids.len() > 200, "only {} rules", ids.len());
    }

    #[test]
    fn every_tag_of_a_shipped_rule_is_known() {
        let attack: Json = serde_json::from_str(include_str!("../../../rules/attack.json")).unwrap();
        let techniques = attack["techniques"].as_object().unwrap();
        let tactics: BTreeSet<&str> =
            attack["tactics"].as_array().unwrap().iter().filter_map(|t| t["name"].as_str()).collect();
        for (file, node) in shipped() {
            let at = place(&file, &node);
            let tags: Vec<String> =
                node.get("tags").unwrap().elements().iter().filter_map(Node::scalar).collect();
            let names: Vec<&str> = tags.iter().map(|tag| tag.strip_prefix("attack.").unwrap()).collect();
            let (ids, named): (Vec<&str>, Vec<&str>) =
                names.iter().partition(|name| !tactics.contains(**name));
            assert!(!ids.is_empty() && !named.is_empty(), "{at}: a tactic or technique is missing");
            for id in ids {
                let technique = techniques.get(&id.to_uppercase());
                let technique = technique.unwrap_or_else(|| panic!("{at}: {id} is not known"));
                let serves = technique["tactics"].as_array().unwrap().iter().filter_map(Json::as_str);
                assert!(
                    serves.into_iter().any(|tactic| named.contains(&tactic)),
                    "{at}: {id} serves another tactic"
                );
            }
            let folder = file.split('/').next().unwrap();
            assert!(folder == "generic" || named.contains(&folder), "{at}: it stands in the wrong folder");
        }
    }

    #[test]
    fn a_shipped_correlation_counts_rules_of_its_own_file() {
        let mut named: BTreeMap<String, String> = BTreeMap::new();
        for (file, node) in shipped() {
            let at = place(&file, &node);
            if let Some(name) = node.get("name").and_then(Node::scalar) {
                assert_eq!(named.insert(name, file.clone()), None, "{at}: the name is there twice");
            }
            let Some(correlation) = node.get("correlation") else { continue };
            for key in ["type", "rules", "group-by", "timespan"] {
                assert!(correlation.get(key).is_some(), "{at}: no {key}");
            }
            for rule in correlation.get("rules").map(Node::elements).unwrap_or_default() {
                let name = rule.scalar().unwrap_or_default();
                assert_eq!(named.get(&name), Some(&file), "{at}: {name} does not stand above it in its file");
            }
        }
        assert!(named.len() > 40, "only {} rules with a name", named.len());
    }

    #[test]
    fn no_map_of_a_shipped_rule_has_a_key_twice() {
        for (file, node) in shipped() {
            let mut open = vec![&node];
            while let Some(node) = open.pop() {
                let keys: Vec<String> = node.entries().iter().filter_map(|(key, _)| key.scalar()).collect();
                let different: BTreeSet<&String> = keys.iter().collect();
                assert_eq!(different.len(), keys.len(), "{file}:{}: {keys:?}", node.line);
                open.extend(node.entries().iter().map(|(_, value)| value));
                if let Value::List(list) = &node.value {
                    open.extend(list);
                }
            }
        }
    }
}
