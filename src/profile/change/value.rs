//! Values at a path of a request or an answer, without regard to case, through lists and their `items`.

use serde_json::Value;

use crate::event::policy::member;

/// How many values of a list are told.
const TOLD: usize = 3;

/// All values that a path leads to; a list on the way stands for each of its elements.
pub(super) fn all<'a>(root: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![root];
    for step in path.split('.') {
        let below = |value: &'a Value| -> Vec<&'a Value> {
            let holders: Vec<&Value> = match value {
                Value::Array(list) => list.iter().collect(),
                other => vec![other],
            };
            let keyed = holders.into_iter().filter_map(|holder| member(holder, step));
            keyed.collect()
        };
        found = found.into_iter().flat_map(below).collect();
    }
    let flat = |value: &'a Value| match value {
        Value::Array(list) => list.iter().collect(),
        other => vec![other],
    };
    found.into_iter().flat_map(flat).filter(|v| !v.is_null()).collect()
}

/// The text of a scalar; of an object that of its `value` or `items`, which some services put around everything.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|t| !t.is_empty()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Object(_) => match member(value, "value") {
            Some(inner @ (Value::String(_) | Value::Bool(_) | Value::Number(_))) => text(inner),
            _ => None,
        },
        _ => None,
    }
}

/// The texts at a path, each once.
pub(crate) fn texts(root: &Value, path: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in all(root, path).into_iter().filter_map(text) {
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

/// A list as people say it: `a`, `a and b`, `a, b, c and 4 more`.
pub(super) fn listed(texts: &[String]) -> Option<String> {
    let (last, before) = texts.split_last()?;
    if before.is_empty() {
        return Some(last.clone());
    }
    if texts.len() > TOLD + 1 {
        let told = texts.get(..TOLD).unwrap_or_default().join(", ");
        return Some(format!("{told} and {} more", texts.len() - TOLD));
    }
    Some(format!("{} and {last}", before.join(", ")))
}

/// The last part of an ARN, path or address.
pub(crate) fn name_of(text: &str) -> &str {
    let tail = text.rsplit('/').next().unwrap_or(text);
    if tail == text && text.starts_with("arn:") { text.rsplit(':').next().unwrap_or(text) } else { tail }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_go_through_lists_and_do_not_mind_case() {
        let value = json!({"Set": {"items": [{"Id": "a"}, {"id": "b"}, {"id": null}]}, "flag": {"value": true}, "n": [1, 2]});
        assert_eq!(texts(&value, "set.items.id"), ["a", "b"]);
        assert_eq!(texts(&value, "flag"), ["true"]);
        assert_eq!(texts(&value, "n"), ["1", "2"]);
        assert!(texts(&value, "set.none.id").is_empty() && texts(&value, "set").is_empty());
    }

    #[test]
    fn lists_are_told_up_to_a_point() {
        let listed = |n: usize| listed(&(0..n).map(|i| format!("i-{i}")).collect::<Vec<_>>());
        assert_eq!(listed(0), None);
        assert_eq!(listed(1).unwrap(), "i-0");
        assert_eq!(listed(2).unwrap(), "i-0 and i-1");
        assert_eq!(listed(4).unwrap(), "i-0, i-1, i-2 and i-3");
        assert_eq!(listed(9).unwrap(), "i-0, i-1, i-2 and 6 more");
    }

    #[test]
    fn names_are_the_last_part() {
        for (text, name) in [
            ("arn:aws:iam::aws:policy/AdministratorAccess", "AdministratorAccess"),
            ("arn:aws:sns:us-east-1:111122223333:alarms", "alarms"),
            ("https://sqs.us-east-1.amazonaws.com/111122223333/jobs", "jobs"),
            ("plain", "plain"),
        ] {
            assert_eq!(name_of(text), name);
        }
    }
}
