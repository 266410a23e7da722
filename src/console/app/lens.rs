//! What was chosen for the boards, whatever page is open: what counts as normal, by what actors are told apart, which
//! features are drawn.

use super::action::{Axis, Brush, Length};
use super::anomalies::STEPS;
use super::board::request::Wanted;
use super::page::Page;
use super::profile::BASELINES;
use super::scroll::around;
use crate::anomaly::features::Preset;
use crate::console::app::action::View;
use crate::profile::first_seen::Baseline;
use crate::score::rollup::Unit;

/// The choices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lens {
    /// Whether actors or sessions are told.
    pub unit: Unit,
    /// By which features events are compared.
    pub preset: Preset,
    /// The features of the two axes, by their places.
    pub axes: (usize, usize),
    /// The length of a stretch of time, in milliseconds; `None`: one that fits.
    pub step: Option<i64>,
    /// What counts as normal: a place in [`BASELINES`].
    baseline: usize,
}

/// A day.
const USUAL: usize = 4;

impl Default for Lens {
    fn default() -> Self {
        let (unit, preset) = (Unit::Actor, Preset::Behavior);
        Self { unit, preset, axes: (0, 2), step: None, baseline: USUAL }
    }
}

impl Lens {
    /// What the board of a page has to tell; `None`: its view has none.
    pub fn wanted(&self, page: &Page) -> Option<Wanted> {
        match page.view {
            View::Actors => Some(Wanted::Actors(self.unit)),
            View::Profile => Some(Wanted::Profile(page.subject.clone(), self.baseline())),
            View::Anomalies => Some(Wanted::Anomalies(self.preset, self.baseline(), self.step)),
            View::Events | View::Rules | View::Case | View::Sources => None,
        }
    }

    /// The part of the log that counts as normal.
    pub fn baseline(&self) -> Baseline {
        Baseline::Span(BASELINES.get(self.baseline).copied().unwrap_or(i64::MAX))
    }

    /// Takes the next longer or shorter one; whether there is one.
    pub fn change_baseline(&mut self, length: Length) -> bool {
        let to = match length {
            Length::Longer => Some(self.baseline + 1).filter(|to| *to < BASELINES.len()),
            Length::Shorter => self.baseline.checked_sub(1),
        };
        self.baseline = to.unwrap_or(self.baseline);
        to.is_some()
    }

    /// Takes the next feature for an axis, never the same as for the other.
    pub fn change_axis(&mut self, axis: Axis) {
        let count = self.preset.features().len();
        let (across, up) = self.axes;
        match axis {
            Axis::Across => self.axes.0 = next(across, up, count),
            Axis::Up => self.axes.1 = next(up, across, count),
        }
    }

    /// Takes the other features.
    pub fn change_features(&mut self) {
        (self.preset, self.axes) = match self.preset {
            Preset::Behavior => (Preset::Bytes, (0, 1)),
            Preset::Bytes => (Preset::Behavior, (0, 2)),
        };
    }

    /// Takes a shorter or longer stretch of time; `now` is the one in use.
    pub fn change_step(&mut self, brush: Brush, now: i64) {
        self.step = match brush {
            Brush::ZoomIn => STEPS.iter().rev().find(|step| **step < now).copied().or(self.step),
            Brush::ZoomOut => STEPS.iter().find(|step| **step > now).copied().or(self.step),
            Brush::All => None,
            Brush::Left | Brush::Right => self.step,
        };
    }
}

fn next(at: usize, other: usize, count: usize) -> usize {
    let to = around(at, 1, count);
    if to == other && count > 2 { around(to, 1, count) } else { to }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_has_ends_and_a_day_is_usual() {
        let mut lens = Lens::default();
        assert_eq!(lens.baseline(), Baseline::Span(86_400_000));
        while lens.change_baseline(Length::Shorter) {}
        assert_eq!(lens.baseline(), Baseline::Span(3_600_000));
        while lens.change_baseline(Length::Longer) {}
        assert_eq!(lens.baseline(), Baseline::Span(30 * 86_400_000));
    }

    #[test]
    fn an_axis_goes_through_all_features_but_that_of_the_other() {
        let mut lens = Lens::default();
        let mut seen = Vec::new();
        for _ in 0..7 {
            lens.change_axis(Axis::Across);
            seen.push(lens.axes.0);
        }
        assert_eq!(seen, [1, 3, 4, 5, 6, 7, 0]);
        lens.change_features();
        lens.change_axis(Axis::Up);
        assert!(lens.axes.0 < 2 && lens.axes.1 < 2);
    }

    #[test]
    fn stretches_of_time_have_ends_too() {
        let mut lens = Lens::default();
        lens.change_step(Brush::ZoomOut, 3_600_000);
        assert_eq!(lens.step, Some(3 * 3_600_000));
        lens.change_step(Brush::ZoomIn, 60_000);
        assert_eq!(lens.step, Some(3 * 3_600_000));
        lens.change_step(Brush::All, 60_000);
        assert_eq!(lens.step, None);
    }
}
