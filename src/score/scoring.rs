//! The weights and lists of a score, read from a file and checked once.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use crate::text::nearest;

/// The default, as shipped.
const DEFAULT: &str = include_str!("../../rules/scoring.toml");
/// The plain additive table, as shipped.
const CLASSIC: &str = include_str!("../../rules/classic.toml");

/// Everything that decides how many points an event gets.
#[derive(Clone, PartialEq, Default, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scoring {
    /// The name to show: `default`, `classic`, or the user's.
    pub name: String,
    /// The most points an event can have.
    pub cap: u32,
    /// From this many points on an event counts as critical in lists of its kind.
    pub critical_at: u32,
    /// Points for the root user.
    pub root: u32,
    /// Points for a public source address.
    pub public_address: u32,
    /// Points for a successful console login.
    pub console_login: u32,
    /// The most that an event of an AWS service can earn by itself; without it, as much as any other.
    #[serde(default)]
    pub service_cap: Option<u8>,
    /// Services against which the calls of AWS services are not capped: those of trails and keys. Neither are
    /// those against buckets of logs.
    #[serde(default)]
    pub never_spared: Vec<String>,
    /// The most that an event can earn at which no rule of medium level or above points, where there are rules; without
    /// it, as much as any other.
    #[serde(default)]
    pub unruled_cap: Option<u8>,
    /// Whether a rule that hits raises an event to the points at which its level begins.
    #[serde(default)]
    pub rule_floors: bool,
    /// What a denied call earns.
    pub denied: Denied,
    /// What assuming a sensitive role earns.
    pub sensitive_role: SensitiveRole,
    /// Lists of events, by name; an event earns the points of each list it stands in.
    pub lists: BTreeMap<String, List>,
}

/// What a denied call earns, and which calls are denied.
#[derive(Clone, PartialEq, Default, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denied {
    /// The points.
    pub points: u32,
    /// Error codes that contain one of these are denied; empty: the outcome family decides.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Whether AWS services are spared.
    #[serde(default)]
    pub spare_services: bool,
}

/// What assuming a sensitive role earns.
#[derive(Clone, PartialEq, Default, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensitiveRole {
    /// The points.
    pub points: u32,
    /// Roles whose ARN contains one of these.
    pub roles: Vec<String>,
}

/// A list of events that earn points.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The points.
    pub points: u32,
    /// What the reason says before the name of the event.
    pub reason: String,
    /// `eventName`, or `service:eventName` where the name alone says too little.
    pub events: Vec<String>,
}

/// Why a scoring file cannot be used.
#[derive(Clone, PartialEq, Eq, Error, Debug)]
pub enum ScoringError {
    /// The file is no valid TOML, or a key or value is wrong.
    #[error("{file}{}: {message}{}", line.map(|l| format!(":{l}")).unwrap_or_default(), suggestion.as_ref().map(|s| format!("; did you mean `{s}`?")).unwrap_or_default())]
    Bad {
        /// The file.
        file: String,
        /// The line, from 1.
        line: Option<usize>,
        /// What is wrong.
        message: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
}

/// The keys of a scoring file, for suggestions.
const KEYS: [&str; 20] = [
    "service_cap",
    "unruled_cap",
    "never_spared",
    "rule_floors",
    "name",
    "cap",
    "critical_at",
    "root",
    "public_address",
    "console_login",
    "denied",
    "sensitive_role",
    "lists",
    "points",
    "codes",
    "spare_services",
    "roles",
    "reason",
    "events",
    "family",
];

impl Scoring {
    /// The scoring of that name as shipped: `default` or `classic`.
    ///
    /// # Errors
    /// When there is none of that name, or the shipped file is broken (which the tests rule out).
    pub fn built_in(name: &str) -> Result<Self, ScoringError> {
        match name {
            "default" => Self::parse("rules/scoring.toml", DEFAULT),
            "classic" => Self::parse("rules/classic.toml", CLASSIC),
            _ => Err(ScoringError::Bad {
                file: "--scoring".to_owned(),
                line: None,
                message: format!("there is no scoring `{name}`; there are `default` and `classic`"),
                suggestion: nearest(name, ["default", "classic"].into_iter()).map(str::to_owned),
            }),
        }
    }

    /// Reads and checks a scoring file; `file` is its name for messages.
    ///
    /// # Errors
    /// At the first fault, with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScoringError> {
        let bad = |line: Option<usize>, message: String, suggestion: Option<String>| ScoringError::Bad {
            file: file.to_owned(),
            line,
            message,
            suggestion,
        };
        let scoring: Self = toml::from_str(text).map_err(|e| {
            let line = e.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let message = e.message().to_owned();
            let word = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
            let suggestion = word.and_then(|w| nearest(w, KEYS.into_iter())).map(str::to_owned);
            let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
            let message = match (word, missing) {
                (Some(word), _) => format!("there is no key `{word}`"),
                (_, Some(key)) => format!(
                    "the key `{key}` is missing: a scoring file has all of them; begin with a copy of rules/scoring.toml"
                ),
                _ => message,
            };
            bad(line, message, suggestion)
        })?;
        for (name, list) in &scoring.lists {
            if let Some(odd) =
                list.events.iter().find(|e| e.split(':').count() > 2 || e.is_empty() || e.contains(' '))
            {
                let line = text.lines().position(|l| l.contains(odd.as_str())).map(|l| l + 1);
                let message = format!("list `{name}`: `{odd}` is no event name and no `service:eventName`");
                return Err(bad(line, message, None));
            }
        }
        Ok(scoring)
    }
}

/// How risky a number of points is, in words. Colors and signs follow it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Below 20.
    Info,
    /// 20-44.
    Low,
    /// 45-69.
    Medium,
    /// 70-89.
    High,
    /// 90 and more.
    Critical,
}

impl Level {
    /// All levels, the lowest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The level of that many points.
    pub const fn of(points: u8) -> Self {
        match points {
            0..20 => Self::Info,
            20..45 => Self::Low,
            45..70 => Self::Medium,
            70..90 => Self::High,
            _ => Self::Critical,
        }
    }

    /// The least points of the level.
    pub const fn floor(self) -> u8 {
        match self {
            Self::Info => 0,
            Self::Low => 20,
            Self::Medium => 45,
            Self::High => 70,
            Self::Critical => 90,
        }
    }

    /// The level that rules call so.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "informational" | "info" => Some(Self::Info),
            name => Self::ALL.into_iter().find(|level| level.name() == name),
        }
    }

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_files_are_sound() {
        for name in ["default", "classic"] {
            let scoring = Scoring::built_in(name).unwrap();
            assert_eq!(scoring.name, name);
            assert!(scoring.cap == 100 && !scoring.lists.is_empty());
        }
    }

    #[test]
    fn no_event_stands_twice_in_the_default() {
        let scoring = Scoring::built_in("default").unwrap();
        let mut all: Vec<&String> = scoring.lists.values().flat_map(|l| &l.events).collect();
        all.sort();
        let twice: Vec<_> = all.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }

    #[test]
    fn faults_name_line_value_and_way_out() {
        for (change, message) in [
            (("cap = 100", "cap = \"x\""), "my.toml:"),
            (("root = 30", "rot = 30"), "there is no key `rot`; did you mean `root`?"),
            (("\"StopLogging\"", "\"Stop Logging\""), "`Stop Logging` is no event name"),
            (("cap = 100", "cap = "), "my.toml:"),
            (
                ("cap = 100\n", ""),
                "the key `cap` is missing: a scoring file has all of them; begin with a copy of rules/scoring.toml",
            ),
        ] {
            let text = CLASSIC.replacen(change.0, change.1, 1);
            assert_ne!(text, CLASSIC);
            let fault = Scoring::parse("my.toml", &text).unwrap_err().to_string();
            assert!(fault.starts_with("my.toml:") && fault.contains(message), "{fault}");
        }
        let fault = Scoring::built_in("clasic").unwrap_err().to_string();
        assert!(fault.contains("did you mean `classic`"), "{fault}");
    }

    #[test]
    fn levels_cover_all_points() {
        for points in 0..=100 {
            let level = Level::of(points);
            assert!(level.floor() <= points);
            assert_eq!(Level::of(level.floor()), level);
        }
    }
}
