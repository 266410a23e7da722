//! What everybody looks at: the loaded events with their scores, and all that is known of the load.
//!
//! The console, the reports and the headless commands share this one thing, so
//! that the same input gives the same ids, order and scores in each of them. It is
//! a snapshot: while a load runs, new ones are made, and the old ones stay valid.

mod anew;
pub mod look;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::detect::attack::Attack;
use crate::detect::capture::Captures;
use crate::detect::compare::{self, Compared};
use crate::detect::environment::Environment;
use crate::detect::hits::{HitSets, Sets};
use crate::detect::rules::{RuleInfo, Rules};
use crate::detect::sensitive::SensitiveApis;
use crate::event::time::Time;
use crate::ingest::files::Files;
use crate::ingest::pipeline;
use crate::ingest::reopen::Reopener;
use crate::ingest::status::{Counts, Status};
use crate::ingest::worker::{Options, Shared};
use crate::score::rank::RuleLevels;
use crate::score::scorer::plain_name;
use crate::score::{Factor, Scorer, Scoring, burst, rank};
use crate::source::Listing;
use crate::store::finish::{Finished, finish};
use crate::store::flags::RecordKind;
use crate::store::narrow;
use crate::store::raw::{RawError, Records};
use crate::store::segment::{Locator, Segment};
use crate::store::{Row, Table};

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
        let aggregated: usize = self
            .table
            .segments()
            .map(|(_, segment)| match segment.flag_column() {
                crate::store::ints::Ints::Const { .. } if !segment.is_empty() => {
                    if segment.flags(0).kind() == RecordKind::Aggregated { segment.len() } else { 0 }
                }
                _ => {
                    (0..segment.len()).filter(|&r| segment.flags(r).kind() == RecordKind::Aggregated).count()
                }
            })
            .sum();
        u64::from(self.table.len()) - aggregated as u64
    }

    /// The times of the first and the last event.
    pub fn span(&self) -> (Time, Time) {
        (self.table.oldest(), self.table.newest())
    }
}

/// How often a snapshot is made while a load runs.
const UPDATE_EVERY: Duration = Duration::from_millis(150);

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
    let sets = Arc::new(HitSets::default());
    let captures = Arc::new(Captures::default());
    let watcher = judgment.rules.watcher(sets.clone(), captures.clone());
    let shared =
        Shared { dicts: Arc::default(), files: Arc::default(), status: status.clone(), options, watcher };
    let opener = Reopener::new(shared.files.clone(), options.limits);
    let base = Investigation {
        files: shared.files.clone(),
        status,
        complete: false,
        records: Arc::new(Records::new(Arc::new(opener))),
        ..Investigation::empty(judgment)
    };
    let loading = Loading { base, shared: &shared, sets, captures, state: Mutex::default(), update };
    pipeline::run(listing, &shared, &|segment| loading.publish(segment));
    loading.finish()
}

/// A load that is running.
struct Loading<'a> {
    base: Investigation,
    shared: &'a Shared,
    sets: Arc<HitSets>,
    captures: Arc<Captures>,
    state: Mutex<State>,
    update: &'a (dyn Fn(Investigation) + Sync),
}

#[derive(Default)]
struct State {
    segments: Vec<Arc<Segment>>,
    last: Option<Instant>,
    /// Scorers that are not at work now; a worker takes one, so that tables are learned few times.
    scorers: Vec<Scorer>,
}

impl Loading<'_> {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Scores a segment and adds it; makes a snapshot when the last one is old enough.
    fn publish(&self, mut segment: Segment) {
        let scorer = self.lock().scorers.pop();
        let mut scorer = scorer.unwrap_or_else(|| self.base.judgment.scorer());
        scorer.score(&self.shared.dicts.snapshot(), &self.sets.snapshot(), &mut segment);
        let due = {
            let mut state = self.lock();
            state.segments.push(Arc::new(segment));
            let due = state.last.is_none_or(|last| last.elapsed() >= UPDATE_EVERY);
            if due {
                state.last = Some(Instant::now());
            }
            due.then(|| state.segments.clone())
        };
        if let Some(segments) = due {
            // The dictionaries are taken after the segments, so that they hold all their numbers.
            let dicts = self.shared.dicts.snapshot();
            let hits = self.sets.snapshot();
            scorer.learn(&dicts, &hits);
            let table = Table::new(segments, dicts, false);
            (self.update)(Investigation { scorer: Arc::new(scorer.clone()), hits, ..self.snapshot(table) });
        }
        self.lock().scorers.push(scorer);
    }

    fn snapshot(&self, table: Table) -> Investigation {
        Investigation { table, counts: self.base.status.counts(), ..self.base.clone() }
    }

    fn finish(self) -> Investigation {
        let segments = std::mem::take(&mut self.lock().segments);
        let records = self.base.records.clone();
        let mut same = |a: Locator, b: Locator| says_the_same(&records, a, b);
        let Finished { mut segments, origins, duplicates, conflicts } =
            finish(&segments, &self.shared.files.ranks(), &mut same);
        let dicts = self.shared.dicts.snapshot();
        let table = Table::new(std::mem::take(&mut segments), dicts.clone(), true);
        let mut inv =
            Investigation { hits: self.sets.snapshot(), duplicates, conflicts, ..self.snapshot(table) };
        let compared = compare::compare(&inv, &self.captures);
        segments = std::mem::take(&mut inv.table).into_segments();
        self.add_hits(&mut segments, &compared.hits);
        let hits = self.sets.snapshot();
        let rules = &inv.judgment.rules;
        let (of_sets, of_rows) = (rules.levels(&hits), rules.lifted(&compared.lifts));
        rank::contexts(&mut segments, &dicts, RuleLevels { of_sets: &of_sets, of_rows: &of_rows });
        burst::number(&mut segments, &dicts);
        let mut scorer = inv.judgment.scorer();
        scorer.learn(&dicts, &hits);
        let table = Table::new(segments, dicts, true).with_origins(origins);
        Investigation {
            table,
            hits,
            compared: Arc::new(compared),
            complete: true,
            scorer: Arc::new(scorer),
            ..inv
        }
    }

    /// Adds hits of rules on more than one event to the column of hits: (row, rule), in order.
    fn add_hits(&self, segments: &mut [Arc<Segment>], hits: &[(u32, u32)]) {
        let sets = self.sets.snapshot();
        let mut start = 0u32;
        for segment in segments {
            let end = start.saturating_add(segment.len() as u32);
            let from = hits.partition_point(|(row, _)| *row < start);
            let to = hits.partition_point(|(row, _)| *row < end);
            let own = hits.get(from..to).unwrap_or_default();
            if !own.is_empty() {
                let mut numbers = Vec::with_capacity(segment.len());
                segment.hit_column().for_each(|_, set| numbers.push(set));
                for of_row in own.chunk_by(|a, b| a.0 == b.0) {
                    let Some(slot) = of_row.first().and_then(|hit| numbers.get_mut((hit.0 - start) as usize))
                    else {
                        continue;
                    };
                    let mut all = sets.get(*slot as u32).to_vec();
                    all.extend(of_row.iter().map(|hit| hit.1));
                    *slot = u64::from(self.sets.number(&all));
                }
                Arc::make_mut(segment).set_hits(&numbers);
            }
            start = end;
        }
    }
}

/// Whether two raw records say the same, whatever their spacing and the order of their keys.
fn says_the_same(records: &Records, a: Locator, b: Locator) -> bool {
    let (Ok(a), Ok(b)) = (records.get(a), records.get(b)) else { return false };
    match (serde_json::from_slice::<Value>(&a), serde_json::from_slice::<Value>(&b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}
