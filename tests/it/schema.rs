//! As much of JSON Schema as the published schemas use, so that what is written can be held to them.

use std::path::Path;

use serde_json::Value;

/// What a document does not hold to, each with its place. `path` is that of the schema in the repository.
pub fn faults(path: &str, document: &Value) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let root: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut faults = Vec::new();
    check(&root, &root, document, "$", &mut faults);
    faults
}

/// The words that are understood; any other in a schema is a fault of the schema.
const WORDS: [&str; 15] = [
    "$schema",
    "$id",
    "$defs",
    "$ref",
    "title",
    "description",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "pattern",
    "minimum",
];

fn check(root: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    let schema = match schema["$ref"].as_str() {
        Some(to) => root.pointer(to.trim_start_matches('#')).unwrap_or_else(|| panic!("{to} is not there")),
        None => schema,
    };
    let object = schema.as_object().unwrap_or_else(|| panic!("{at}: a schema is an object"));
    if let Some(word) = object.keys().find(|word| !WORDS.contains(&word.as_str())) {
        faults.push(format!("{at}: the schema says {word}, which is not understood here"));
    }
    if let Some(wanted) = object.get("type") {
        let wanted: Vec<&str> = match wanted {
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        if !wanted.iter().any(|name| is(value, name)) {
            faults.push(format!("{at}: {value} is not {}", wanted.join(" or ")));
            return;
        }
    }
    if object.get("const").is_some_and(|only| only != value) {
        faults.push(format!("{at}: {value} is not {}", schema["const"]));
    }
    if let Some(allowed) = object.get("enum").and_then(Value::as_array)
        && !allowed.contains(value)
    {
        faults.push(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str())
        && !regex::Regex::new(pattern).unwrap().is_match(text)
    {
        faults.push(format!("{at}: {text} does not match {pattern}"));
    }
    if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), value.as_f64())
        && number < least
    {
        faults.push(format!("{at}: {number} is below {least}"));
    }
    if let Some(list) = value.as_array()
        && let Some(items) = object.get("items")
    {
        for (n, item) in list.iter().enumerate() {
            check(root, items, item, &format!("{at}[{n}]"), faults);
        }
    }
    members(root, schema, value, at, faults);
}

fn members(root: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    let Some(members) = value.as_object() else { return };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            faults.push(format!("{at}: {name} is missing"));
        }
    }
    for (name, member) in members {
        let at = format!("{at}.{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(inner), _) | (None, inner @ Value::Object(_)) => check(root, inner, member, &at, faults),
            (None, Value::Bool(false)) => faults.push(format!("{at}: the schema does not have this")),
            _ => {}
        }
    }
}

fn is(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the schema names a type {other}"),
    }
}
