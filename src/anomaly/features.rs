//! Events as rows of numbers for the forest.
//!
//! Two presets: [`Preset::Bytes`], the two columns of transferred bytes that other analyzers use, and
//! [`Preset::Behavior`], how usual an event is for its actor. Rarity is told in halvings: 0 for what an
//! actor always does, 10 for one event in a thousand.

mod behavior;
mod counts;

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use behavior::Behavior;

use crate::anomaly::forest::{Forest, Growth, Matrix, Scores, Usual};
use crate::profile::Background;
use crate::store::flags::RecordKind;
use crate::store::{Aside, Table};

/// Which numbers stand for an event.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Bytes in and bytes out.
    Bytes,
    /// How usual the event is for its actor.
    Behavior,
}

impl Preset {
    /// The features, in the order of the columns.
    pub const fn features(self) -> &'static [Feature] {
        match self {
            Self::Bytes => &[Feature::BytesIn, Feature::BytesOut],
            Self::Behavior => &[
                Feature::Event,
                Feature::Service,
                Feature::Address,
                Feature::Agent,
                Feature::Hour,
                Feature::Outcome,
                Feature::Bytes,
                Feature::Breadth,
            ],
        }
    }
}

/// One number of an event.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Bytes that came in.
    BytesIn,
    /// Bytes that went out.
    BytesOut,
    /// How rare the event is for its actor.
    Event,
    /// How rare the service is for its actor.
    Service,
    /// How rare the network of the address is for its actor.
    Address,
    /// How rare the family of the agent is for its actor.
    Agent,
    /// How rare the hour of the day, with its neighbors, is for its actor.
    Hour,
    /// 0 done, 1 failed, 2 denied.
    Outcome,
    /// Bytes in both directions, as a power of two.
    Bytes,
    /// How many different events the session has, as a power of two.
    Breadth,
}

impl Feature {
    /// What it is, in a few words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BytesIn => "bytes in",
            Self::BytesOut => "bytes out",
            Self::Event => "event",
            Self::Service => "service",
            Self::Address => "network",
            Self::Agent => "agent",
            Self::Hour => "hour",
            Self::Outcome => "outcome",
            Self::Bytes => "bytes",
            Self::Breadth => "session",
        }
    }

    /// A value of the feature in words.
    pub fn words(self, value: f32) -> String {
        match self {
            Self::BytesIn | Self::BytesOut => size(f64::from(value)),
            Self::Bytes => size(f64::from(value).exp2() - 1.0),
            Self::Breadth => format!("{:.0} different events", value.exp2() - 1.0),
            Self::Outcome if value >= 2.0 => "denied".to_owned(),
            Self::Outcome if value > 0.0 => "failed".to_owned(),
            Self::Outcome => "done".to_owned(),
            _ => {
                let percent = 100.0 * (-value).exp2();
                format!("{percent:.*} % of the actor's events", if percent < 1.0 { 2 } else { 0 })
            }
        }
    }
}

/// A number of bytes for people: `512 bytes`, `9.0 GB`.
fn size(bytes: f64) -> String {
    const UNITS: [(&str, f64); 4] = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    match UNITS.iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{:.1} {name}", bytes / unit),
        None => format!("{bytes:.0} bytes"),
    }
}

/// Why an event is an anomaly.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Cause {
    /// The feature.
    pub feature: Feature,
    /// Its part, 0-1.
    pub share: f64,
    /// Its value.
    pub value: f32,
    /// The value in words.
    pub words: String,
}

/// The events of a table, scored.
///
/// The numbers of ten million events take more room than the events. What is kept of them is those of the events that are out of
/// the ordinary, and of some of the others.
#[derive(Clone, Debug)]
pub struct Isolation {
    /// Which numbers stood for an event.
    pub preset: Preset,
    /// The rows of the table that were scored, in order; `None`: all of them.
    rows: Option<Vec<u32>>,
    forest: Forest,
    usual: Usual,
    /// The score above which an event is out of the ordinary.
    threshold: f32,
    /// How many rows were scored.
    len: usize,
    /// The scores of all of them, unless they were forgotten.
    scores: Option<Scores>,
    /// The scored rows whose numbers are kept, in order, with their scores: all that are out of the ordinary, and others.
    kept: Vec<(u32, f32)>,
    numbers: Matrix,
}

/// Of about so many events the numbers are kept whatever their score.
const KEPT: usize = 100_000;

impl Isolation {
    /// Scores all events; `None` when `stop` was set meanwhile.
    pub fn new(
        table: &Table,
        background: &Background,
        preset: Preset,
        growth: Growth,
        stop: &AtomicBool,
    ) -> Option<Self> {
        let (rows, matrix) = match preset {
            Preset::Bytes => bytes(table, stop)?,
            Preset::Behavior => Behavior::new(table, background, stop)?.matrix(table, background, stop)?,
        };
        let forest = Forest::grow(&matrix, growth);
        let usual = forest.usual(&matrix);
        let scores = forest.score(&matrix, growth.contamination, stop)?;
        let kept = kept(&scores, KEPT);
        let numbers = matrix.of_rows(&kept);
        let kept = kept.into_iter().map(|row| (row, scores.get(row as usize).unwrap_or_default())).collect();
        let rows = (rows.len() < table.len() as usize).then_some(rows);
        let (threshold, len) = (scores.threshold, scores.len());
        Some(Self { preset, rows, forest, usual, threshold, len, scores: Some(scores), kept, numbers })
    }

    /// The same without the scores of most events that are nothing out of the ordinary.
    #[must_use]
    pub fn forgetting(self) -> Self {
        Self { scores: None, ..self }
    }

    /// The events that are out of the ordinary with their scores, the most unusual first, at most `most`.
    pub fn anomalies(&self, most: usize) -> Vec<(u32, f32)> {
        let mut found: Vec<(u32, f32)> =
            self.kept.iter().copied().filter(|(_, score)| *score > self.threshold).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(most);
        found.into_iter().filter_map(|(at, score)| Some((self.row(at)?, score))).collect()
    }

    /// The score of an event, 0-1; `None` for what was not scored, or was forgotten.
    pub fn score(&self, row: u32) -> Option<f32> {
        match &self.scores {
            Some(scores) => scores.get(self.place(row)? as usize),
            None => self.kept.get(self.kept_at(row)?).map(|kept| kept.1),
        }
    }

    /// Whether an event is out of the ordinary.
    pub fn is_anomaly(&self, row: u32) -> bool {
        let kept = self.kept_at(row).and_then(|at| self.kept.get(at));
        kept.is_some_and(|(_, score)| *score > self.threshold)
    }

    /// The score above which an event is out of the ordinary.
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// How many events were scored.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The numbers of an event, in the order of the preset's features; none for what was not scored, and for most of what is
    /// nothing out of the ordinary where there are very many events.
    pub fn values(&self, row: u32) -> &[f32] {
        self.kept_at(row).map_or(&[], |at| self.numbers.row(at))
    }

    /// The events whose numbers are kept and that are nothing out of the ordinary, in order, with them.
    pub fn ordinary(&self) -> impl Iterator<Item = (u32, &[f32])> {
        let kept = self.kept.iter().enumerate().filter(|(_, (_, score))| *score <= self.threshold);
        kept.filter_map(|(at, (row, _))| Some((self.row(*row)?, self.numbers.row(at))))
    }

    /// The row of the table that was scored in that place.
    fn row(&self, at: u32) -> Option<u32> {
        match &self.rows {
            Some(rows) => rows.get(at as usize).copied(),
            None => Some(at),
        }
    }

    /// Where the numbers of an event are kept.
    fn kept_at(&self, row: u32) -> Option<usize> {
        let place = self.place(row)?;
        self.kept.binary_search_by_key(&place, |kept| kept.0).ok()
    }

    /// What sets an event apart, the strongest first.
    pub fn causes(&self, row: u32) -> Vec<Cause> {
        let values = self.values(row);
        let shares = if values.is_empty() { Vec::new() } else { self.forest.explain(&self.usual, values) };
        let cause = |share: crate::anomaly::forest::Share| {
            let feature = *self.preset.features().get(share.feature)?;
            let value = *values.get(share.feature)?;
            Some(Cause { feature, share: share.share, value, words: feature.words(value) })
        };
        shares.into_iter().filter_map(cause).collect()
    }

    /// In which place a row of the table was scored.
    fn place(&self, row: u32) -> Option<u32> {
        match &self.rows {
            Some(rows) => rows.binary_search(&row).ok().and_then(|at| u32::try_from(at).ok()),
            None => Some(row).filter(|at| (*at as usize) < self.len),
        }
    }
}

/// The rows whose numbers are kept: those that are out of the ordinary, and of all of them about `some`, evenly spread.
fn kept(scores: &Scores, some: usize) -> Vec<u32> {
    let step = scores.len().div_ceil(some).max(1);
    let is_kept = |row: &u32| (*row as usize).is_multiple_of(step) || scores.is_anomaly(*row as usize);
    (0..scores.len() as u32).filter(is_kept).collect()
}

/// The transferred bytes of each event.
fn bytes(table: &Table, stop: &AtomicBool) -> Option<(Vec<u32>, Matrix)> {
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for (start, segment) in table.segments() {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let from = values.len();
        let mut places = vec![u32::MAX; segment.len()];
        for (slot, place) in places.iter_mut().enumerate() {
            if segment.flags(slot).kind() != RecordKind::Aggregated {
                *place = ((values.len() - from) / 2) as u32;
                rows.push(start + slot as u32);
                values.extend([0.0, 0.0]);
            }
        }
        for (aside, column) in [(Aside::BytesIn, 0), (Aside::BytesOut, 1)] {
            for (slot, number) in segment.aside(aside).iter() {
                let place = places.get(slot).map(|&place| from + place as usize * 2 + column);
                if let Some(value) = place.and_then(|place| values.get_mut(place)) {
                    *value = number as f32;
                }
            }
        }
    }
    Some((rows, Matrix::new(values, 2)))
}

#[cfg(test)]
mod tests;
