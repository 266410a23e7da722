//! Who is behind the findings: their sessions, each traced to where its trail ends.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Finding, Gather};
use crate::report::who::session::{Limits, SessionPage};
use crate::score::Level;

/// How many trails are told, and how much of each.
const TRAILS: usize = 6;
const LIMITS: Limits = Limits { sessions: 25, sentences: 20 };

/// Trails of credentials.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Chains {
    /// The trails of the gravest findings, each from its top.
    pub trails: Vec<SessionPage>,
    /// How many trails of findings there are.
    pub total: u64,
}

impl Chains {
    /// The trails of findings of high level and above, those with the gravest findings first; `None` when stopped.
    pub(super) fn new(gather: &Gather<'_>, findings: &[Finding]) -> Option<Self> {
        let background = gather.background;
        // For each trail the best place among the findings.
        let mut tops: BTreeMap<u32, u32> = BTreeMap::new();
        for finding in findings.iter().filter(|f| f.level >= Level::High) {
            for session in finding.rows.iter().filter_map(|&row| background.sessions.of_row(row)) {
                tops.entry(background.chains.top(session)).or_insert(finding.number);
            }
        }
        let mut order: Vec<(u32, u32)> = tops.into_iter().map(|(top, place)| (place, top)).collect();
        order.sort_unstable();
        let page =
            |&(_, top): &(u32, u32)| SessionPage::new(gather.inv, background, top, None, LIMITS, gather.stop);
        let trails: Option<Vec<SessionPage>> = order.iter().take(TRAILS).map(page).collect();
        Some(Self { trails: trails?, total: order.len() as u64 })
    }
}
