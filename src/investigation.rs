//! What everybody looks at: the loaded events with their scores, and all that is known of the load.
//!
//! The console, the reports and the headless commands share this one thing, so
//! that the same input gives the same ids, order and scores in each of them. It is
//! a snapshot: while a load runs, new ones are made, and the old ones stay valid.

mod anew;
pub mod growing;
pub mod look;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock, OnceLock};

use crate::detect::attack::Attack;
use crate::detect::compare::{self, Compared};
use crate::detect::environment::Environment;
use crate::detect::hits::Sets;
use crate::detect::own::Own;
use crate::detect::rules::{RuleInfo, Rules};
use crate::detect::sensitive::SensitiveApis;
use crate::event::time::Time;
use crate::ingest::files::Files;
use crate::ingest::reopen::Reopener;
use crate::ingest::status::{Counts, Status};
use crate::ingest::worker::Options;
use crate::score::rank::{self, RuleLevels};
use crate::score::scorer::plain_name;
use crate::score::{Factor, Scorer, Scoring, burst};
use crate::source::Listing;
use crate::store::dicts::DictSet;
use crate::store::narrow;
use crate::store::raw::{RawError, Records};
use crate::store::segment::Segment;
use crate::store::{Row, Table};
use growing::Growing;

/// The data by which events are judged.
#[derive(Clone, Debug)]
pub struct Judgment {
    /// Weights and lists of the score.
    pub scoring: Arc<Scoring>,
    /// The table of sensitive calls.
    pub sensitive: Arc<SensitiveApis>,
    /// Techniques and tactics.
    pub attack: Arc<Attack>,
    /// The rules.
    pub rules: Arc<Rules>,
    /// What is known of one's own organization.
    pub environment: Arc<Environment>,
}

impl Judgment {
    /// As shipped: our weights, tables and rules, and nothing known of the organization.
    pub fn shipped() -> Self {
        // Some hundred rules are read and made ready once, however often this is asked for.
        static SHIPPED: LazyLock<Judgment> = LazyLock::new(|| {
            let attack = Attack::shipped();
            Judgment {
                scoring: Arc::new(Scoring::built_in("default").unwrap_or_default()),
                sensitive: Arc::new(SensitiveApis::shipped()),
                rules: Arc::new(Rules::built_in(&attack)),
                attack: Arc::new(attack),
                environment: Arc::default(),
            }
        });
        SHIPPED.clone()
    }

    /// What depends on the other events: ranks and bursts. The segments are in order of time; `of_rows` are those that
    /// rank by rules on several events.
    fn rank(&self, segments: &mut [Arc<Segment>], dicts: &DictSet, hits: &Sets, of_rows: &[(u32, u16)]) {
        let of_sets = self.rules.levels(hits);
        let levels = RuleLevels { of_sets: &of_sets, of_rows };
        rank::contexts(segments, dicts, levels, &self.environment.own_networks);
        burst::number(segments, dicts);
    }

    fn scorer(&self) -> Scorer {
        Scorer::new(self.scoring.clone(), self.rules.clone(), self.environment.clone())
    }
}

/// A snapshot of everything that is loaded.
#[derive(Clone, Debug)]
pub struct Investigation {
    /// The events.
    pub table: Table,
    /// The files they came from.
    pub files: Arc<Files>,
    /// How the load is getting on, live.
    pub status: Arc<Status>,
    /// The counts when this snapshot was made.
    pub counts: Counts,
    /// How many records were folded into another one; known once the load is complete.
    pub duplicates: u64,
    /// How many events share their id with an event of other content.
    pub conflicts: u64,
    /// Whether everything is loaded, ordered and folded.
    pub complete: bool,
    /// The data by which events were judged.
    pub judgment: Judgment,
    /// Which rules the numbers in the column of hits stand for.
    pub hits: Sets,
    /// What rules on more than one event found; known once the load is complete.
    pub compared: Arc<Compared>,
    scorer: Arc<Scorer>,
    records: Arc<Records>,
    actors: OnceLock<usize>,
}

impl Investigation {
    /// One with nothing in it.
    pub fn empty(judgment: Judgment) -> Self {
        let files = Arc::new(Files::default());
        let opener = Reopener::new(files.clone(), Options::default().limits);
        Self {
            table: Table::default(),
            files,
            status: Arc::default(),
            counts: Counts::default(),
            duplicates: 0,
            conflicts: 0,
            complete: true,
            hits: Sets::default(),
            compared: Arc::default(),
            scorer: Arc::new(judgment.scorer()),
            judgment,
            records: Arc::new(Records::new(Arc::new(opener))),
            actors: OnceLock::new(),
        }
    }

    /// One with nothing in it yet, whose load is about to begin.
    pub fn begun(judgment: Judgment, status: Arc<Status>) -> Self {
        Self { status, complete: false, ..Self::empty(judgment) }
    }

    /// The same with only these events, given as ascending numbers of rows: points, ranks and hits stay as they are.
    #[must_use]
    pub fn narrowed(&self, rows: &[u32]) -> Self {
        let at = |row: u32| rows.binary_search(&row).ok().map(|n| n as u32);
        let kept = |pairs: &[(u32, u32)]| -> Vec<(u32, u32)> {
            pairs.iter().filter_map(|&(row, rule)| Some((at(row)?, rule))).collect()
        };
        let findings = self.compared.findings.iter().filter_map(|finding| {
            let rows: Vec<u32> = finding.rows.iter().filter_map(|&row| at(row)).collect();
            (!rows.is_empty()).then(|| compare::Finding { rows, ..finding.clone() })
        });
        let compared = Compared {
            findings: findings.collect(),
            hits: kept(&self.compared.hits),
            lifts: kept(&self.compared.lifts),
            no_baseline: self.compared.no_baseline.clone(),
        };
        Self {
            table: narrow::narrowed(&self.table, rows),
            compared: Arc::new(compared),
            actors: OnceLock::new(),
            ..self.clone()
        }
    }

    /// The factors that make up the score of an event.
    pub fn factors(&self, row: &Row<'_>) -> Vec<Factor> {
        self.scorer.factors(row, &self.hits)
    }

    /// The ATT&CK techniques that an event stands for: by what it is, and by the rules that it hit.
    pub fn techniques(&self, row: &Row<'_>) -> Vec<&str> {
        let known = self.judgment.sensitive.techniques(row.service(), plain_name(row.event()));
        let mut ids: Vec<&str> = known.iter().map(String::as_str).collect();
        for id in self.rules_of(row).flat_map(|rule| &rule.techniques) {
            if !ids.contains(&id.as_str()) {
                ids.push(id);
            }
        }
        ids
    }

    /// The rules that an event hit.
    pub fn rules_of<'a>(&'a self, row: &Row<'_>) -> impl Iterator<Item = &'a RuleInfo> {
        self.judgment.rules.shown(self.hits.get(row.hits()))
    }

    /// One's own accounts: those of which logs are loaded, and those that the environment file names.
    pub(crate) fn own_accounts(&self) -> Own {
        Own::of(self.table.dicts(), &self.judgment.environment)
    }

    /// The raw record of an event.
    ///
    /// # Errors
    /// When its file is gone or has changed.
    pub fn raw(&self, row: &Row<'_>) -> Result<Vec<u8>, RawError> {
        self.records.get(row.locator())
    }

    /// The raw records, for whoever reads many of them.
    pub fn records(&self) -> &Arc<Records> {
        &self.records
    }

    /// How many different actors there are.
    pub fn actor_count(&self) -> usize {
        *self.actors.get_or_init(|| self.count_actors())
    }

    fn count_actors(&self) -> usize {
        let dicts = self.table.dicts();
        let mut seen = vec![false; dicts.identity_count() as usize];
        for (_, segment) in self.table.segments() {
            segment.column(crate::store::Column::Identity).for_each(|_, id| {
                if let Some(slot) = seen.get_mut(id as usize) {
                    *slot = true;
                }
            });
        }
        let used = seen.iter().enumerate().filter(|(_, used)| **used);
        used.map(|(id, _)| dicts.identity(id as u32).actor).collect::<HashSet<_>>().len()
    }

    /// How many events there are, without the aggregated ones, which are counts and no events.
    pub fn event_count(&self) -> u64 {
        self.table.segments().map(|(_, segment)| segment.event_count()).sum()
    }

    /// The times of the first and the last event.
    pub fn span(&self) -> (Time, Time) {
        (self.table.oldest(), self.table.newest())
    }
}

/// Loads everything that the listing yields and returns it complete.
///
/// While it runs, `update` gets snapshots from time to time, on whichever thread made them.
/// The load can be stopped by `status`; what is there then is ordered and returned.
pub fn load(
    listing: Listing,
    options: Options,
    judgment: Judgment,
    status: Arc<Status>,
    update: &(dyn Fn(Investigation) + Sync),
) -> Investigation {
    Growing::once(options, judgment, status).begin(listing, update)
}
