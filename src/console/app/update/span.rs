//! Choosing a part of time: by words, and by two edges on the timeline.

use crate::console::app::action::Edge;
use crate::console::app::model::{Focus, Model, ToastTone};
use crate::console::app::overlay::prompt::{Asking, Prompt};
use crate::console::app::overlay::{Overlay, Reach, Span};
use crate::console::app::page::Scope;
use crate::console::app::range::{OFFERED, Range};
use crate::event::time::Time;
use crate::query::{Candidate, Completions};

impl Model {
    /// Takes a part of time; without one, asks which.
    pub(super) fn range(&mut self, range: Option<Range>) {
        let Some(range) = range else {
            let mut prompt = Prompt::new(Asking::Range, "");
            let offered = OFFERED.iter().map(|(text, about)| Candidate { text: (*text).to_owned(), about });
            prompt.completions = Completions { replace: 0..0, candidates: offered.collect() };
            self.overlays.push(Overlay::Prompt(Box::new(prompt)));
            return;
        };
        let (table, at) = (&self.inv.table, self.row().map(|row| row.time()));
        match range.resolve((table.oldest(), table.newest()), at) {
            Ok(window) => {
                self.history.page_mut().window = window;
                let text =
                    window.map_or("everything".to_owned(), |(from, to)| format!("from {from} to {to}"));
                self.say(ToastTone::Done, text);
            }
            Err(reason) => self.note(reason.to_string()),
        }
    }

    pub(super) fn accept_range(&mut self, prompt: Box<Prompt>) {
        match Range::parse(prompt.line.text()) {
            Ok(range) => self.range(Some(range)),
            Err(reason) => {
                // What is wrong is said; it can be put right there.
                self.note(reason.to_string());
                self.overlays.push(Overlay::Prompt(prompt));
            }
        }
    }

    /// Takes the brush: two edges on the timeline, around the cursor or what is shown.
    pub(super) fn take_brush(&mut self) {
        let Some(Reach { ends, step }) = self.reach() else {
            return self.note("there is no stretch of time here to choose from");
        };
        self.focus = Focus::List;
        if self.layout().timeline.is_none() || self.page().view.has_board() {
            return self.note("there is no room for the timeline here");
        }
        let place = |time: Time| {
            let at = time.millis().unwrap_or(ends.0).clamp(ends.0, ends.1 - 1) - ends.0;
            ends.0 + at / step * step
        };
        let edges = match (self.page().window, self.listed()) {
            (Some((a, b)), _) => (place(a), place(b) + step),
            (None, Some(row)) => {
                let (at, some) = (place(row.time()), ((ends.1 - ends.0) / step / 16).max(1) * step);
                ((at - some).max(ends.0), (at + some + step).min(ends.1))
            }
            (None, None) => ends,
        };
        self.overlays.push(Overlay::Span(Span { edges, left: true }));
    }

    /// How far edges can move on the timeline as it is now; `None` where there are not two stretches.
    fn reach(&self) -> Option<Reach> {
        let series = &self.answer.series;
        let count = Some(series.buckets.len()).filter(|count| *count > 1)?;
        let ends = (series.from.millis()?, series.start_of(count).millis()?);
        Some(Reach { ends, step: series.step_ms.max(1) })
    }

    pub(super) fn move_edge(&mut self, edge: Edge) {
        let reach = self.reach();
        if let (Some(Overlay::Span(span)), Some(reach)) = (self.overlays.last_mut(), reach) {
            span.change(edge, reach);
        }
    }

    /// Looks closer: what lies between the edges becomes a page of its own.
    pub(super) fn zoom_in(&mut self, span: &Span) {
        let (from, to) = span.times();
        self.open_scope(Scope::time(from, to));
    }
}
