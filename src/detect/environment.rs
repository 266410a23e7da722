//! What the user knows of their own organization: accounts, networks, roles, buckets, hours.
//!
//! Everything works without it, and better with it: what is known to be one's own is not taken for a stranger's.

use ipnet::IpNet;
use serde::Deserialize;
use thiserror::Error;

use super::sigma::item::{OWN_ACCOUNTS, Placeholders};
use crate::event::account;
use crate::text::nearest;

/// What is known of one's own organization.
#[derive(Clone, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Environment {
    /// The numbers of one's own accounts.
    pub own_accounts: Vec<String>,
    /// One's own public networks.
    pub own_networks: Vec<IpNet>,
    /// Roles and users that machines work under: texts that their ARNs contain.
    pub automation: Vec<String>,
    /// The buckets to which trails are delivered.
    pub trail_buckets: Vec<String>,
    /// The keys with which trails are encrypted: ids or ARNs.
    pub trail_keys: Vec<String>,
    /// When people work, as hours of the day in UTC, the end excluded.
    pub business_hours: Option<[u8; 2]>,
    /// What `%name%` stands for in rules with the modifier `expand`.
    pub placeholders: Placeholders,
}

/// Why an environment file cannot be used.
#[derive(Clone, PartialEq, Eq, Error, Debug)]
#[error("{file}{}: {message}", line.map(|l| format!(":{l}")).unwrap_or_default())]
pub struct EnvironmentError {
    /// The file.
    pub file: String,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong, and the way out.
    pub message: String,
}

const KEYS: [&str; 7] = [
    "own_accounts",
    "own_networks",
    "automation",
    "trail_buckets",
    "trail_keys",
    "business_hours",
    "placeholders",
];

impl Environment {
    /// Reads and checks a file; `file` is its name for messages.
    ///
    /// # Errors
    /// At the first fault.
    pub fn parse(file: &str, text: &str) -> Result<Self, EnvironmentError> {
        let fault = |line, message| EnvironmentError { file: file.to_owned(), line, message };
        let environment: Self = toml::from_str(text).map_err(|e| {
            let line = e.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let word = e.message().strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
            let message = match word {
                Some(word) => {
                    let near = nearest(word, KEYS.into_iter());
                    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                    format!("there is no key `{word}`{near}")
                }
                None => e.message().to_owned(),
            };
            fault(line, message)
        })?;
        let line_of = |text_part: &str| text.lines().position(|l| l.contains(text_part)).map(|l| l + 1);
        if let Some(odd) = environment.own_accounts.iter().find(|a| !account::is_id(a)) {
            let message = format!("own_accounts: `{odd}` is no account number, which has twelve digits");
            return Err(fault(line_of(odd), message));
        }
        match environment.business_hours {
            Some([from, to]) if from > 23 || to > 24 || from == to => {
                let message = "business_hours: two different hours such as [7, 19] are meant".to_owned();
                Err(fault(line_of("business_hours"), message))
            }
            _ => Ok(environment),
        }
    }

    /// What rules can ask for as `%name%`: what the file says itself, and `own_accounts`, `own_networks`,
    /// `automation`, `trail_buckets`, `trail_keys`, and `business_hours` as the single hours.
    pub fn placeholders(&self) -> Placeholders {
        let networks: Vec<String> = self.own_networks.iter().map(ToString::to_string).collect();
        let hours = self.business_hours.map_or_else(Vec::new, |[from, to]| {
            // From 22 to 6 goes over midnight.
            let is_in =
                |hour: u8| if from < to { from <= hour && hour < to } else { hour >= from || hour < to };
            (0..24).filter(|hour| is_in(*hour)).map(|hour| hour.to_string()).collect()
        });
        let known = [
            ("business_hours", &hours),
            (OWN_ACCOUNTS, &self.own_accounts),
            ("own_networks", &networks),
            ("automation", &self.automation),
            ("trail_buckets", &self.trail_buckets),
            ("trail_keys", &self.trail_keys),
        ];
        let mut all = self.placeholders.clone();
        for (name, values) in known {
            if !values.is_empty() {
                all.entry(name.to_owned()).or_insert_with(|| values.clone());
            }
        }
        all
    }

    /// Whether a bucket holds the logs of trails: one that is named here, else one that is called so.
    pub fn is_log_bucket(&self, bucket: &str) -> bool {
        if !self.trail_buckets.is_empty() {
            return self.trail_buckets.iter().any(|own| own == bucket);
        }
        let words = || bucket.split(['-', '.', '_']);
        words().any(|word| ["log", "logs", "logging", "trail", "cloudtrail", "audit"].contains(&word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_the_way_out() {
        for (text, message) in [
            ("own_account = []", "e.toml:1: there is no key `own_account`; did you mean `own_accounts`?"),
            ("\nown_accounts = [\"12\"]", "e.toml:2: own_accounts: `12` is no account number"),
            ("own_networks = [\"10.0.0\"]", "e.toml:1: "),
            ("business_hours = [9, 99]", "e.toml:1: business_hours: two different hours"),
            ("business_hours = [", "e.toml:1: "),
        ] {
            let error = Environment::parse("e.toml", text).unwrap_err().to_string();
            assert!(error.starts_with(message), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_known_is_there_for_rules() {
        let text = "own_accounts = [\"111122223333\"]\nown_networks = [\"203.0.113.0/24\"]\nbusiness_hours = [7, 19]\n[placeholders]\nadmins = [\"alice\"]\n";
        let environment = Environment::parse("e.toml", text).unwrap();
        let known = environment.placeholders();
        let names: Vec<&str> = known.keys().map(String::as_str).collect();
        assert_eq!(names, ["admins", "business_hours", "own_accounts", "own_networks"]);
        assert_eq!(known["business_hours"].len(), 12);
        let night = Environment { business_hours: Some([22, 2]), ..Environment::default() };
        assert_eq!(night.placeholders()["business_hours"], ["0", "1", "22", "23"]);
        assert_eq!(known["own_networks"], ["203.0.113.0/24"]);
    }

    #[test]
    fn buckets_of_logs_are_known_by_name_where_nobody_says_which_they_are() {
        let guessing = Environment::default();
        assert!(guessing.is_log_bucket("acme-cloudtrail-logs") && guessing.is_log_bucket("org.trail"));
        assert!(!guessing.is_log_bucket("acme-catalog") && !guessing.is_log_bucket("blog"));
        let told = Environment { trail_buckets: vec!["x".to_owned()], ..Environment::default() };
        assert!(told.is_log_bucket("x") && !told.is_log_bucket("acme-logs"));
    }
}
