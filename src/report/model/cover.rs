//! What the cover states, and the id of a report.

use serde::Serialize;
use uuid::Uuid;

use super::options::{Ruleset, Tlp};
use super::{Gather, SCHEMA};
use crate::report::event_line::time_text;

/// The namespace of all ids that reports make by name.
pub(crate) const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_8d9e_5c3b_5f0a_9a27_3f6f_4be1_77c2);

/// What the cover states.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cover {
    /// The title.
    pub title: String,
    /// The case; may be empty, like analyst and organization.
    pub case: String,
    /// How far it may travel.
    pub tlp: Option<Tlp>,
    /// Who made it.
    pub analyst: String,
    /// For whom, or whose.
    pub organization: String,
    /// When it was made.
    pub made: Option<String>,
    /// `trailhound`.
    pub tool: &'static str,
    /// The version of the tool.
    pub version: &'static str,
    /// The rules in force.
    pub ruleset: Ruleset,
    /// How points were given: `default`, `classic` or a file.
    pub scoring: String,
    /// The version of ATT&CK.
    pub attack_version: String,
    /// An id that follows from what was read, by which rules, and for what: the same report has the same.
    pub report_id: String,
    /// SHA-256 of the data set: over the sorted SHA-256 sums of its files, each on a line of its own.
    pub dataset_sha256: String,
}

impl Cover {
    pub(super) fn new(gather: &Gather<'_>) -> Self {
        let (o, judgment) = (gather.options, &gather.inv.judgment);
        let name = [
            SCHEMA,
            env!("CARGO_PKG_VERSION"),
            &o.dataset,
            &o.ruleset.sha256,
            &judgment.scoring.name,
            &o.query,
            &o.case,
            &o.title,
        ];
        Self {
            title: o.title.clone(),
            case: o.case.clone(),
            tlp: o.tlp,
            analyst: o.analyst.clone(),
            organization: o.organization.clone(),
            made: time_text(o.made),
            tool: "trailhound",
            version: env!("CARGO_PKG_VERSION"),
            ruleset: o.ruleset.clone(),
            scoring: judgment.scoring.name.clone(),
            attack_version: judgment.attack.version.clone(),
            report_id: Uuid::new_v5(&NAMESPACE, name.join("\0").as_bytes()).to_string(),
            dataset_sha256: o.dataset.clone(),
        }
    }
}
