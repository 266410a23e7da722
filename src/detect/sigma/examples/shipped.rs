//! The rules that are shipped, held to their own examples and to the form that all of them share.

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

    use serde_json::Value as Json;

    use super::super::super::item::Placeholders;
    use super::super::super::plain::fires;
    use super::super::super::rule::Rule;
    use super::super::super::yaml::{self, Node, Value};
    use super::super::Examples;

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
            let (examples, faults) = Examples::read(&file, &node);
            assert_eq!(faults, []);
            let examples = examples.unwrap_or_default();
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
            let (examples, faults) = Examples::read(&file, &node);
            assert_eq!(faults, []);
            let examples = examples.unwrap_or_default();
            assert!(
                !examples.matches.is_empty() && !examples.passes.is_empty(),
                "{at}: examples are missing"
            );
        }
        assert!(ids.len() > 200, "only {} rules", ids.len());
    }

    #[test]
    fn every_tag_of_a_shipped_rule_is_known() {
        let attack: Json = serde_json::from_str(include_str!("../../../../rules/attack.json")).unwrap();
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
