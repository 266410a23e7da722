//! The table of sensitive API calls: `service:Action` to a risk, a reason and techniques.
//!
//! Looked up as `service:Action`, `service:*`, `*:Action`, `*:*`; what is in none of
//! them has risk 10.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

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
    /// An entry is wrong.
    #[error("{file}: entry \"{key}\": {message}")]
    Entry {
        /// The file.
        file: String,
        /// The key of the entry.
        key: String,
        /// What is wrong, and the way out.
        message: String,
    },
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
    /// At the first fault.
    pub fn parse(file: &str, text: &str) -> Result<Self, TableError> {
        let raw: HashMap<String, Value> = serde_json::from_str(text).map_err(|e| TableError::Syntax {
            file: file.to_owned(),
            line: e.line(),
            message: e.to_string(),
        })?;
        let mut keys: Vec<&String> = raw.keys().collect();
        keys.sort();
        let mut entries = HashMap::with_capacity(raw.len());
        for key in keys {
            let fault =
                |message: String| TableError::Entry { file: file.to_owned(), key: key.clone(), message };
            if key.split(':').count() != 2 || key.starts_with(':') || key.ends_with(':') {
                return Err(fault(
                    "this is no `service:Action`, such as `iam:CreateUser` or `iam:*`".to_owned(),
                ));
            }
            let entry: Entry = serde_json::from_value(raw.get(key).cloned().unwrap_or_default())
                .map_err(|e| fault(e.to_string()))?;
            if entry.risk > 100 {
                return Err(fault(format!("risk {} is not in 0-100", entry.risk)));
            }
            let (service, action) = key.split_once(':').unwrap_or_default();
            entries.insert(format!("{}:{action}", service.to_lowercase()), entry);
        }
        Ok(Self { entries })
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
            (r#"{"iam:X":{"risk":101,"reason":"x"}}"#, "risk 101 is not in 0-100"),
            (r#"{"iam:X":{"risk":-1,"reason":"x"}}"#, "entry \"iam:X\": "),
            (r#"{"iam:X":{"rsk":1,"reason":"x"}}"#, "unknown field `rsk`"),
            (r#"{"iam:X":5}"#, "entry \"iam:X\": "),
        ] {
            let fault = SensitiveApis::parse("t.json", text).unwrap_err().to_string();
            assert!(fault.starts_with("t.json:") && fault.contains(message), "{fault}");
        }
    }
}
