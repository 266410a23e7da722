//! ATT&CK: names and tactics of the techniques, and where retired ids went.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The table as shipped.
const SHIPPED: &str = include_str!("../../rules/attack.json");

/// Tactics that were retired, and those of today that took their place.
pub const RETIRED_TACTICS: [(&str, &[&str]); 1] = [("defense-evasion", &["stealth", "defense-impairment"])];

/// The part of ATT&CK that concerns a cloud control plane.
#[derive(Clone, Default, Debug, Deserialize)]
pub struct Attack {
    /// The version of ATT&CK that the ids are from.
    pub version: String,
    /// The tactics, in the order of an attack.
    pub tactics: Vec<Tactic>,
    techniques: BTreeMap<String, Technique>,
    redirects: BTreeMap<String, String>,
}

/// A column of the matrix.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Tactic {
    /// As queries write it: `defense-impairment`.
    pub name: String,
    /// As people write it: `Defense Impairment`.
    pub title: String,
    /// `TA0112`.
    pub id: String,
}

/// A technique or sub-technique.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Technique {
    /// Its name.
    pub name: String,
    /// The names of the tactics it serves.
    pub tactics: Vec<String>,
}

impl Attack {
    /// The table as shipped.
    pub fn shipped() -> Self {
        // A test reads the same file, so a fault in it cannot be shipped.
        serde_json::from_str(SHIPPED).unwrap_or_default()
    }

    /// The id that stands for `id` in this version.
    pub fn current<'a>(&'a self, id: &'a str) -> &'a str {
        self.redirects.get(id).map_or(id, String::as_str)
    }

    /// The current ids that an id or the beginning of ids, as it is written in a query, means by retired ones: all that
    /// became of it and of its sub-techniques.
    pub fn instead_of(&self, written: &str, is_beginning: bool) -> Vec<&str> {
        let written = written.to_uppercase();
        let is_part = |old: &str| old.strip_prefix(&written).is_some_and(|part| part.starts_with('.'));
        let is_meant = |old: &str| match is_beginning {
            true => old.starts_with(&written),
            false => old == written || (self.redirects.contains_key(&written) && is_part(old)),
        };
        // A letter and some digits begin every id; only a whole number says which.
        let too_short = is_beginning && written.len() < "T1562".len();
        let meant = self.redirects.iter().filter(|(old, _)| !too_short && is_meant(old));
        meant.map(|(_, new)| new.as_str()).collect()
    }

    /// The technique of that id, or its parent where only that is known.
    pub fn technique(&self, id: &str) -> Option<&Technique> {
        let id = self.current(id);
        self.techniques.get(id).or_else(|| self.techniques.get(id.split('.').next()?))
    }

    /// The technique's id and name: `T1685.002 Disable or Modify Cloud Logs`.
    pub fn title(&self, id: &str) -> String {
        let current = self.current(id);
        match self.technique(id) {
            Some(technique) => format!("{current} {}", technique.name),
            None => current.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::field::{TACTIC_IDS, TACTICS};

    #[test]
    fn the_shipped_table_is_sound() {
        let attack: Attack = serde_json::from_str(SHIPPED).unwrap();
        assert_eq!((attack.version.as_str(), attack.tactics.len()), ("19", 15));
        for (id, technique) in &attack.techniques {
            assert!(!technique.tactics.is_empty(), "{id}");
            for tactic in &technique.tactics {
                assert!(attack.tactics.iter().any(|t| t.name == *tactic), "{id}: {tactic}");
            }
            assert!(!attack.redirects.contains_key(id), "{id} is retired");
        }
        assert!(attack.tactics.iter().map(|t| t.name.as_str()).eq(TACTICS.iter().copied()));
        assert!(attack.tactics.iter().map(|t| t.id.as_str()).eq(TACTIC_IDS.iter().copied()));
        for (old, new) in RETIRED_TACTICS {
            assert!(new.iter().all(|name| TACTICS.contains(name)), "{old}");
            assert!(!TACTICS.contains(&old), "{old}");
        }
    }

    #[test]
    fn retired_ids_lead_to_current_ones() {
        let attack = Attack::shipped();
        assert_eq!(attack.title("T1562.008"), "T1685.002 Disable or Modify Cloud Logs");
        assert_eq!(attack.title("T1098.999"), "T1098.999 Account Manipulation");
        assert_eq!(attack.title("T9999"), "T9999");
    }
    #[test]
    fn a_retired_id_means_all_that_became_of_it() {
        let attack = Attack::shipped();
        assert_eq!(attack.instead_of("t1562.008", false), ["T1685.002"]);
        let parent = attack.instead_of("T1562", false);
        assert!(["T1685", "T1685.002", "T1690"].iter().all(|id| parent.contains(id)), "{parent:?}");
        assert_eq!(attack.instead_of("T1562", true), parent);
        assert!(attack.instead_of("T1070", false).is_empty(), "it is not retired, only parts of it are");
        assert!(attack.instead_of("T1", true).is_empty() && attack.instead_of("T1098", false).is_empty());
    }
}
