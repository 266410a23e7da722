//! What a report is told from outside: names, the scope that was asked for, hashes of what was read.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::event::time::Time;

/// How far a report may travel, by the Traffic Light Protocol 2.0.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Tlp {
    /// To everybody.
    #[serde(rename = "TLP:CLEAR")]
    Clear,
    /// Within the community.
    #[serde(rename = "TLP:GREEN")]
    Green,
    /// Within the organization and its clients.
    #[serde(rename = "TLP:AMBER")]
    Amber,
    /// Within the organization.
    #[serde(rename = "TLP:AMBER+STRICT")]
    AmberStrict,
    /// To nobody but its recipients.
    #[serde(rename = "TLP:RED")]
    Red,
}

impl Tlp {
    /// All labels, the widest first.
    pub const ALL: [Self; 5] = [Self::Clear, Self::Green, Self::Amber, Self::AmberStrict, Self::Red];

    /// The label as it is printed.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Clear => "TLP:CLEAR",
            Self::Green => "TLP:GREEN",
            Self::Amber => "TLP:AMBER",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Red => "TLP:RED",
        }
    }
}

impl fmt::Display for Tlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl FromStr for Tlp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let word = text.trim();
        let word = word.strip_prefix("TLP:").or_else(|| word.strip_prefix("tlp:")).unwrap_or(word);
        let label =
            |tlp: &Self| tlp.label().strip_prefix("TLP:").is_some_and(|l| l.eq_ignore_ascii_case(word));
        Self::ALL
            .into_iter()
            .find(label)
            .ok_or_else(|| "a label of TLP 2.0 is one of clear, green, amber, amber+strict, red".to_owned())
    }
}

/// A file that was read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// `EV-1`, in the order of names.
    pub id: String,
    /// Its name: a path as it was named, or found.
    pub name: String,
    /// Bytes, as acquired.
    pub size: u64,
    /// SHA-256 of these bytes, in lower-case hexadecimal; `None` when the file could not be read again.
    pub sha256: Option<String>,
    /// What is odd about it: that it changed after it was read, or is gone.
    pub note: Option<String>,
}

/// The rules in force.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ruleset {
    /// Where they are from: `built-in`, and the paths of others.
    pub name: String,
    /// How many are in force.
    pub rules: u64,
    /// SHA-256 over the sorted SHA-256 sums of their files, each on a line of its own.
    pub sha256: String,
}

/// What a report is told.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// The case.
    pub case: String,
    /// The title.
    pub title: String,
    /// How far it may travel.
    pub tlp: Option<Tlp>,
    /// Who made it.
    pub analyst: String,
    /// For whom, or whose.
    pub organization: String,
    /// The sources as they were named.
    pub sources: Vec<String>,
    /// From when on events were asked for; unknown: from the first.
    pub since: Time,
    /// Until when, exclusive; unknown: until the last.
    pub until: Time,
    /// The query that events had to match, times included; empty: all.
    pub query: String,
    /// When the report is made.
    pub made: Time,
    /// The rules.
    pub ruleset: Ruleset,
    /// The files, in the order of names.
    pub evidence: Vec<Evidence>,
    /// SHA-256 over the sorted hashes of all files, each on a line of its own.
    pub dataset: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            case: String::new(),
            title: "CloudTrail investigation".to_owned(),
            tlp: None,
            analyst: String::new(),
            organization: String::new(),
            sources: Vec::new(),
            since: Time::UNKNOWN,
            until: Time::UNKNOWN,
            query: String::new(),
            made: Time::UNKNOWN,
            ruleset: Ruleset::default(),
            evidence: Vec::new(),
            dataset: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_with_and_without_their_prefix() {
        for tlp in Tlp::ALL {
            assert_eq!(tlp.label().parse(), Ok(tlp));
            assert_eq!(tlp.label().to_lowercase().parse(), Ok(tlp));
            assert_eq!(tlp.label()[4..].parse(), Ok(tlp));
        }
        for wrong in ["", "white", "TLP", "amber strict"] {
            assert!(wrong.parse::<Tlp>().is_err(), "{wrong}");
        }
    }
}
