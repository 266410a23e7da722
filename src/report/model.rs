//! Everything a report states, gathered once from an [`Investigation`] and in no form yet.
//!
//! Each file below is one part: it counts, it names the events that it counted, and it never guesses. All
//! forms are made from this one value, so that the page, the table and the document for programs say the same. The
//! texts are as the log has them: hostile. The only time that is not from the log is the one that the options
//! give, so that the same input gives the same bytes.

mod advice;
mod appendix;
mod attack;
mod blast;
mod chains;
pub(crate) mod cover;
mod detections;
mod findings;
mod indicators;
pub mod options;
pub mod overview;
mod scope;
mod summary;
mod timeline;

use std::sync::atomic::AtomicBool;

use serde::Serialize;

pub use advice::Advice;
pub use appendix::{Cited, Term};
pub use attack::{State, TacticRow, TechniqueRow};
pub use blast::{Blast, Grant};
pub use chains::Chains;
pub use cover::Cover;
pub use detections::{Detections, RuleHits};
pub use findings::{Finding, Technique};
pub use indicators::{Indicator, IndicatorKind};
pub use options::{Evidence, Options, Ruleset, Tlp};
pub use overview::{Counted, Overview, PlainEvent, User};
pub use scope::{Gap, LoggingChange, Scope};
pub use timeline::{Moment, Timeline};

use crate::investigation::Investigation;
use crate::profile::Background;

/// What the document for programs calls its form; a change of it that readers must know raises the number.
pub const SCHEMA: &str = "trailhound-report-1";

/// Everything a report states.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The form, see [`SCHEMA`].
    pub schema: &'static str,
    /// What the cover states.
    pub cover: Cover,
    /// The summary for who reads nothing else, in sentences.
    pub summary: Vec<String>,
    /// Counts, users and services, as older analyzers report them.
    pub overview: Overview,
    /// What was looked at, and what could not be seen.
    pub scope: Scope,
    /// What was found, the gravest first; all of them.
    pub findings: Vec<Finding>,
    /// The notable events in order of time, the first ones of them.
    pub timeline: Timeline,
    /// Who is behind the findings: chains of credentials with the proof of each link.
    pub chains: Chains,
    /// The tactics of ATT&CK, each with what was seen of it.
    pub attack: Vec<TacticRow>,
    /// What the sessions of the gravest findings touched and left behind.
    pub blast: Blast,
    /// Values to look for elsewhere.
    pub indicators: Vec<Indicator>,
    /// What rules and statistics said.
    pub detections: Detections,
    /// What to do next.
    pub recommendations: Vec<Advice>,
    /// What the report cannot say.
    pub limitations: Vec<String>,
    /// The files that were read.
    pub evidence: Vec<Evidence>,
    /// Which selections the parts above were made by.
    pub queries: Vec<Used>,
    /// The records of the cited events.
    pub records: Vec<Cited>,
    /// Words of this report.
    pub glossary: Vec<Term>,
}

/// A selection of events.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Used {
    /// The query, or the selection in words; empty for every event.
    pub query: String,
    /// How many events, or bursts of them, it has.
    pub found: u64,
}

/// What the parts are gathered from.
struct Gather<'a> {
    inv: &'a Investigation,
    background: &'a Background,
    options: &'a Options,
    stop: &'a AtomicBool,
}

impl Report {
    /// Gathers everything; `None` when `stop` was set meanwhile.
    ///
    /// `inv` holds the events that the report is about and no others, see [`Investigation::narrowed`].
    pub fn new(inv: &Investigation, options: Options, stop: &AtomicBool) -> Option<Self> {
        let background = Background::new(&inv.table, stop)?;
        let gather = Gather { inv, background: &background, options: &options, stop };
        let cover = Cover::new(&gather);
        let overview = Overview::new(&gather)?;
        let scope = Scope::new(&gather);
        let findings = findings::findings(&gather)?;
        let timeline = Timeline::new(&gather);
        let chains = Chains::new(&gather, &findings)?;
        let attack = attack::tactics(&gather, &scope);
        let blast = Blast::new(&gather, &findings);
        let indicators = indicators::indicators(&gather, &findings);
        let detections = Detections::new(&gather)?;
        let recommendations = advice::advice(&gather, &findings, &blast, &chains, &scope);
        let records = appendix::cited(&gather, &findings);
        let used = |query: &str, found| Used { query: query.to_owned(), found };
        let queries = vec![
            used(&options.query, inv.event_count()),
            used("ranked at medium level or above, bursts folded", timeline.total),
        ];
        let summary = summary::sentences(&gather, &findings, &blast, &scope, &overview);
        let limitations = scope::limitations(&gather, &scope);
        Some(Self {
            schema: SCHEMA,
            cover,
            summary,
            overview,
            scope,
            findings,
            timeline,
            chains,
            attack,
            blast,
            indicators,
            detections,
            recommendations,
            limitations,
            evidence: options.evidence,
            queries,
            records,
            glossary: appendix::glossary(),
        })
    }
}

/// The notable events in order of time, each burst as one, for who writes all of them.
pub fn timeline(inv: &Investigation) -> Vec<Moment> {
    timeline::moments(inv)
}

#[cfg(test)]
mod tests;
