//! Correlations run: hits of rules put into groups, windows slid over each group, matches told.
//!
//! # Windows
//! A window is a run of hits of one group between whose first and last there is no more time than the span of the
//! correlation, both ends included. Only windows are judged to which no neighbor could be added. For a lower
//! bound (`gte: 10`) that finds whatever any window would; for an upper bound, an exact count, a range or a mean
//! it keeps a flood from being taken for the few events with which it begins or ends. A window holds at least
//! one event, so that nothing is said of groups in which nothing happens.
//!
//! Windows that satisfy the correlation and share an event are one match, which grows: an attack that goes on
//! is told once, with all its events. Matches of a group are therefore apart from each other, and together no larger
//! than the hits.
//!
//! # Cost
//! Hits are sorted once where they are not; then every kind is one pass, linear but for `value_percentile` (a logarithm
//! of the different values) and `temporal_ordered` (times its steps and alternatives). Nothing is ever quadratic, however many
//! hits there are in one group or at one time.
//!
//! Nothing here sees an event: who calls resolves the fields of groups and values and numbers them.

mod chain;
mod exact;
mod measure;
mod rank;
mod window;

pub(crate) use chain::bit;

use crate::detect::sigma::correlation::{Correlation, Kind};

/// An event that a rule of a correlation matched.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Hit {
    /// When, in milliseconds.
    pub time_ms: i64,
    /// What is measured, where the kind measures something. Without it such a kind leaves the hit out.
    pub value: Option<ValueRef>,
    /// The row of the event.
    pub row: u32,
    /// The number of its group: of the values of its group fields.
    pub group: u32,
    /// Which of the correlation's rules matched.
    pub rule: u16,
}

/// A value that is measured.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ValueRef {
    /// The number of a value that is told apart and no more: for `value_count`.
    Id(u32),
    /// A number: for sums, means and percentiles. What is not finite is left out.
    Number(f64),
}

/// What a correlation found in a group.
#[derive(Clone, PartialEq, Debug)]
pub struct Match {
    /// The number of the group.
    pub group: u32,
    /// The rows of its events in the order of time, each once.
    pub rows: Vec<u32>,
    /// From which of `rows` on it held: that row completed the first window.
    pub held: usize,
    /// When its first event was.
    pub first_ms: i64,
    /// When its last event was.
    pub last_ms: i64,
    /// The measure of its strongest window: the highest, or the lowest where only low ones satisfy. For the temporal
    /// kinds, how many of the rules matched.
    pub value: f64,
}

impl Match {
    /// The rows that are hits for a correlation of the kind `of` which refers to the one that matched.
    ///
    /// For those that count, a match is one hit: its last row. For the temporal kinds it is a hit for as long as it holds:
    /// what follows upon ten failures has to be found though failures go on behind it.
    pub fn hits(&self, of: &Kind) -> &[u32] {
        let from = if of.is_temporal() { self.held } else { self.rows.len().saturating_sub(1) };
        self.rows.get(from..).unwrap_or_default()
    }
}

/// Every match of a correlation in the hits of its rules, by group and time.
///
/// Hits can be in any order; those that lack a field of the group are left out by the caller. An event with several values
/// of a group field is a hit in each group; one with several values to count is several hits.
pub fn correlate(correlation: &Correlation, mut hits: Vec<Hit>) -> Vec<Match> {
    let kind = &correlation.kind;
    hits.retain(|hit| usable(kind, hit));
    let mut hits = by_group(correlation, hits);
    if matches!(kind, Kind::EventCount) || kind.is_numeric() {
        one_of_each_event(kind, &mut hits);
    }
    let mut matches = Vec::new();
    let mut room = measure::Room::default();
    for group in hits.chunk_by(|a, b| a.group == b.group) {
        match kind {
            Kind::TemporalOrdered(sequences) => {
                chain::matches(sequences, correlation.span, group, &mut matches);
            }
            _ => measure::matches(correlation, group, &mut room, &mut matches),
        }
    }
    matches
}

/// The hits by group, time, row and rule, without the groups that have too few for any window.
///
/// Groups are numbered densely and the hits of a rule mostly come in order of time, so that they are dealt out and
/// not sorted.
fn by_group(correlation: &Correlation, mut hits: Vec<Hit>) -> Vec<Hit> {
    let key = |hit: &Hit| (hit.group, hit.time_ms, hit.row, hit.rule);
    let groups = hits.iter().map(|hit| hit.group as usize + 1).max().unwrap_or(0);
    let (Some(&some), true) = (hits.first(), groups <= hits.len().saturating_mul(4)) else {
        hits.sort_unstable_by_key(key);
        return hits;
    };
    let mut counts = vec![0usize; groups];
    for hit in &hits {
        if let Some(count) = counts.get_mut(hit.group as usize) {
            *count += 1;
        }
    }
    let counting = matches!(correlation.kind, Kind::EventCount | Kind::ValueCount);
    let needs_more =
        |count: usize| counting && correlation.bounds.only_lower() && !correlation.bounds.hold(count as f64);
    const NOWHERE: usize = usize::MAX;
    let mut kept = 0;
    for count in &mut counts {
        let place = if needs_more(*count) { NOWHERE } else { kept };
        kept += if place == NOWHERE { 0 } else { *count };
        *count = place;
    }
    let mut dealt = vec![some; kept];
    for hit in hits {
        let Some(place) = counts.get_mut(hit.group as usize).filter(|place| **place != NOWHERE) else {
            continue;
        };
        if let Some(slot) = dealt.get_mut(*place) {
            *slot = hit;
        }
        *place += 1;
    }
    for group in dealt.chunk_by_mut(|a, b| a.group == b.group) {
        if !group.is_sorted_by_key(key) {
            group.sort_unstable_by_key(key);
        }
    }
    dealt
}

fn usable(kind: &Kind, hit: &Hit) -> bool {
    match hit.value {
        _ if *kind == Kind::EventCount || kind.is_temporal() => true,
        Some(ValueRef::Number(number)) => number.is_finite(),
        Some(ValueRef::Id(_)) => !kind.is_numeric(),
        None => false,
    }
}

/// An event that several rules match is one event: it stays as a hit of the first of them, with all values of that one.
fn one_of_each_event(kind: &Kind, hits: &mut Vec<Hit>) {
    hits.dedup_by(|hit, kept| {
        let same_event = hit.group == kept.group && hit.row == kept.row;
        same_event && (hit.rule != kept.rule || *kind == Kind::EventCount)
    });
}

#[cfg(test)]
mod tests;
