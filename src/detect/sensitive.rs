//! The table of sensitive API calls: `service:Action` to a risk, a reason and techniques.
//!
//! Looked up as `service:Action`, `service:*`, `*:Action`, `*:*`; what is in none of
//! them has risk 10.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::text::nearest;

/// The table as shipped.
const SHIPPED: &str = include_str!("../../rules/sensitive_apis.json");

/// The risk of what no entry covers.
const UNLISTED: u8 = 10;

/// What is known of an API call.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// 0-100.
    pub risk: u8,
    /// Why, in a few words.
    pub reason: String,
    /// ATT&CK ids.
    #[serde(default)]
    pub techniques: Vec<String>,
}

/// The table.
#[derive(Clone, Default, Debug)]
pub struct SensitiveApis {
    entries: HashMap<String, Entry>,
}

/// Why a table cannot be used.
#[derive(Clone, PartialEq, Eq, Error, Debug)]
pub enum TableError {
    /// The file is no JSON.
    #[error(
        "{file}:{line}: {message}; the table is a JSON object from \"service:Action\" to {{\"risk\": 0-100, \"reason\": text}}"
    )]
    Syntax {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What the parser said.
        message: String,
    },
    /// Entries are wrong.
    #[error("{}", .0.join("\n"))]
    Entries(
        /// Of each the file, the line, the key, what is wrong and the way out.
        Vec<String>,
    ),
}

impl SensitiveApis {
    /// The table as shipped.
    pub fn shipped() -> Self {
        // A test reads the same file, so a fault in it cannot be shipped.
        Self::parse("rules/sensitive_apis.json", SHIPPED).unwrap_or_default()
    }

    /// Reads and checks a table; `file` is its name for messages.
    ///
    /// # Errors
    /// With every entry that is wrong, in the order of the file.
    pub fn parse(file: &str, text: &str) -> Result<Self, TableError> {
        let raw: HashMap<String, Value> = serde_json::from_str(text).map_err(|e| TableError::Syntax {
            file: file.to_owned(),
            line: e.line(),
            message: e.to_string(),
        })?;
        let mut entries = HashMap::with_capacity(raw.len());
        let mut faults = Vec::new();
        for (key, value) in raw {
            match entry(&key, value) {
                Ok(entry) => {
                    let (service, action) = key.split_once(':').unwrap_or_default();
                    entries.insert(format!("{}:{action}", service.to_lowercase()), entry);
                }
                Err(message) => faults.push((line_of(text, &key), key, message)),
            }
        }
        if faults.is_empty() {
            return Ok(Self { entries });
        }
        faults.sort();
        let told =
            faults.iter().map(|(line, key, message)| format!("{file}:{line}: entry \"{key}\": {message}"));
        Err(TableError::Entries(told.collect()))
    }

    /// What is known of a call; `None` when only the last resort `*:*` or nothing covers it.
    pub fn known(&self, service: &str, action: &str) -> Option<&Entry> {
        [format!("{service}:{action}"), format!("{service}:*"), format!("*:{action}")]
            .iter()
            .find_map(|key| self.entries.get(key))
    }

    /// The risk of a call and the reason for it.
    pub fn risk(&self, service: &str, action: &str) -> (u8, &str) {
        match self.known(service, action).or_else(|| self.entries.get("*:*")) {
            Some(entry) => (entry.risk, &entry.reason),
            None => (UNLISTED, ""),
        }
    }

    /// The techniques of a call.
    pub fn techniques(&self, service: &str, action: &str) -> &[String] {
        self.known(service, action).map_or(&[], |entry| &entry.techniques)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The keys of an entry.
const KEYS: [&str; 3] = ["risk", "reason", "techniques"];

/// Reads an entry; a fault is told with the way out.
fn entry(key: &str, value: Value) -> Result<Entry, String> {
    if key.split(':').count() != 2 || key.starts_with(':') || key.ends_with(':') {
        return Err("this is no `service:Action`, such as `iam:CreateUser` or `iam:*`".to_owned());
    }
    let Value::Object(map) = &value else {
        return Err("write {\"risk\": 0-100, \"reason\": text}".to_owned());
    };
    if let Some(unknown) = map.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let near = nearest(unknown, KEYS.into_iter());
        let near =
            near.map_or_else(|| format!("there are {}", KEYS.join(", ")), |n| format!("did you mean `{n}`?"));
        return Err(format!("there is no `{unknown}` in an entry; {near}"));
    }
    match map.get("risk") {
        Some(risk) if risk.as_u64().is_none_or(|risk| risk > 100) => {
            return Err(format!("the risk is {risk}; write a whole number from 0 to 100"));
        }
        None => return Err("it has no `risk`; write a whole number from 0 to 100".to_owned()),
        Some(_) => {}
    }
    match map.get("reason") {
        Some(Value::String(_)) => {}
        _ => return Err("it has no `reason`; say in a few words why, as text".to_owned()),
    }
    serde_json::from_value(value)
        .map_err(|_| "`techniques` is a list of ATT&CK ids, such as [\"T1098\"]".to_owned())
}

/// The line on which a key stands, from 1.
fn line_of(text: &str, key: &str) -> usize {
    let written = serde_json::to_string(key).unwrap_or_default();
    let before = text.find(&written).and_then(|at| text.get(..at)).unwrap_or_default();
    1 + before.bytes().filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::attack::Attack;

    #[test]
    fn the_shipped_table_is_sound() {
        let table = SensitiveApis::parse("shipped", SHIPPED).unwrap();
        assert!(table.len() > 200);
        let attack = Attack::shipped();
        for (key, entry) in &table.entries {
            assert!(!entry.reason.is_empty(), "{key}");
            for id in &entry.techniques {
                assert!(attack.technique(id).is_some() && attack.current(id) == id, "{key}: {id}");
            }
        }
    }

    #[test]
    fn the_more_exact_entry_wins() {
        let table = SensitiveApis::parse("t", r#"{"iam:CreateUser":{"risk":70,"reason":"a"},"iam:*":{"risk":20,"reason":"b"},"*:DeleteAlarms":{"risk":75,"reason":"c"},"*:*":{"risk":11,"reason":"d"}}"#).unwrap();
        let risks =
            [("iam", "CreateUser"), ("iam", "ListUsers"), ("monitoring", "DeleteAlarms"), ("ec2", "X")]
                .map(|(s, a)| table.risk(s, a));
        assert_eq!(risks, [(70, "a"), (20, "b"), (75, "c"), (11, "d")]);
        assert_eq!(SensitiveApis::default().risk("a", "b"), (10, ""));
    }

    #[test]
    fn faults_name_the_entry_and_the_way_out() {
        for (text, message) in [
            ("{", "t.json:1: "),
            ("[]", "t.json:1: "),
            (r#"{"iam":{"risk":1,"reason":"x"}}"#, "entry \"iam\": this is no `service:Action`"),
            (
                r#"{"iam:X":{"risk":101,"reason":"x"}}"#,
                "entry \"iam:X\": the risk is 101; write a whole number",
            ),
            (r#"{"iam:X":{"risk":-1,"reason":"x"}}"#, "the risk is -1; "),
            (r#"{"iam:X":{"risk":"x","reason":"x"}}"#, "the risk is \"x\"; "),
            (r#"{"iam:X":{"reason":"x"}}"#, "it has no `risk`; "),
            (r#"{"iam:X":{"risk":1,"reason":2}}"#, "it has no `reason`; "),
            (r#"{"iam:X":{"risk":1,"reason":"","techniques":"T1"}}"#, "`techniques` is a list"),
            (r#"{"iam:X":{"rsk":1,"reason":"x"}}"#, "there is no `rsk` in an entry; did you mean `risk`?"),
            (r#"{"iam:X":5}"#, "entry \"iam:X\": write {"),
        ] {
            let fault = SensitiveApis::parse("t.json", text).unwrap_err().to_string();
            assert!(fault.starts_with("t.json:") && fault.contains(message), "{fault}");
        }
    }
    #[test]
    fn all_faults_are_told_with_their_lines() {
        let text = "{\n\"a:B\": {\"risk\": 1, \"reason\": \"\"},\n\"b\": 1,\n\"c:D\": {\"risk\": 700, \"reason\": \"\"}\n}";
        let fault = SensitiveApis::parse("t.json", text).unwrap_err().to_string();
        let lines: Vec<&str> = fault.lines().collect();
        assert!(
            lines[0].starts_with("t.json:3: entry \"b\": ")
                && lines[1].starts_with("t.json:4: entry \"c:D\": "),
            "{fault}"
        );
        assert_eq!(lines.len(), 2);
    }
}
