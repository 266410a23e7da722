//! A window that slides over the hits of a group, and the runs of hits in which it satisfied.

use super::{Hit, Match};

/// What is known of the hits in a window, kept up while it slides.
pub(super) trait Measure {
    /// A hit comes in.
    fn add(&mut self, hit: &Hit);
    /// The oldest hit goes.
    fn remove(&mut self, hit: &Hit);
    /// The measure of the window, when it satisfies.
    fn satisfies(&mut self) -> Option<f64>;
}

/// How a correlation judges its windows.
#[derive(Clone, Copy)]
pub(super) struct Judging {
    /// How long a window is at most, in milliseconds.
    pub(super) span: i64,
    /// Whether more hits can only help. Then a window is judged as soon as a hit comes in, so that the hit which completes
    /// it is known; the runs that are found stay the same.
    pub(super) grows: bool,
    /// Whether the lowest measure is the strongest.
    pub(super) lowest: bool,
}

/// Hits one behind the other, in windows that satisfied.
struct Run {
    start: usize,
    end: usize,
    held: usize,
    value: f64,
}

/// Slides a window over the hits of a group, which are in the order of time, and adds what it finds to `matches`.
pub(super) fn slide(hits: &[Hit], judging: Judging, measure: &mut impl Measure, matches: &mut Vec<Match>) {
    let mut window = hits.iter().enumerate().peekable();
    let mut run: Option<Run> = None;
    for (end, hit) in hits.iter().enumerate() {
        let outside = |oldest: &Hit, hit: &Hit| hit.time_ms.saturating_sub(oldest.time_ms) > judging.span;
        while let Some((_, oldest)) = window.next_if(|(_, oldest)| outside(oldest, hit)) {
            measure.remove(oldest);
        }
        measure.add(hit);
        let Some((start, oldest)) = window.peek() else { continue };
        let closed = hits.get(end + 1).is_none_or(|next| outside(oldest, next));
        if !judging.grows && !closed {
            continue;
        }
        if let Some(value) = measure.satisfies() {
            match &mut run {
                Some(run) if run.end >= *start => {
                    run.end = end;
                    run.value = if judging.lowest { run.value.min(value) } else { run.value.max(value) };
                }
                _ => {
                    let before = run.replace(Run { start: *start, end, held: end, value });
                    matches.extend(before.and_then(|run| told(hits, &run)));
                }
            }
        }
    }
    matches.extend(run.and_then(|run| told(hits, &run)));
}

fn told(hits: &[Hit], run: &Run) -> Option<Match> {
    let (part, held) = (hits.get(run.start..=run.end)?, hits.get(run.held)?);
    let (first, last) = (part.first()?, part.last()?);
    let mut rows: Vec<u32> = part.iter().map(|hit| hit.row).collect();
    // One event can be several hits, which stand side by side.
    rows.dedup();
    // The completing hit lies behind the others of the first window, so that it is near the beginning.
    let held = rows.iter().position(|row| *row == held.row).unwrap_or_default();
    Some(Match {
        group: first.group,
        rows,
        held,
        first_ms: first.time_ms,
        last_ms: last.time_ms,
        value: run.value,
    })
}
