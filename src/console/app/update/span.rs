//! Choosing a part of time: by words, and by two edges on the timeline.

use crate::console::app::action::Edge;
use crate::console::app::model::{Focus, Model, ToastTone};
use crate::console::app::overlay::prompt::{Asking, Prompt};
use crate::console::app::overlay::{Overlay, Span};
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
        let series = &self.answer.series;
        let count = series.buckets.len();
        let Some(from) = series.from.millis().filter(|_| count > 1) else {
            return self.note("there is no stretch of time here to choose from");
        };
        self.focus = Focus::List;
        if self.layout().timeline.is_none() || self.page().view.has_board() {
            return self.note("there is no room for the timeline here");
        }
        let bucket = |time: Time| {
            let at = time.millis().unwrap_or(from).saturating_sub(from) / series.step_ms.max(1);
            usize::try_from(at).unwrap_or(0).min(count - 1)
        };
        let edges = match (self.page().window, self.listed()) {
            (Some((a, b)), _) => (bucket(a), bucket(b)),
            (None, Some(row)) => {
                let (at, some) = (bucket(row.time()), (count / 16).max(1));
                (at.saturating_sub(some), (at + some).min(count - 1))
            }
            (None, None) => (0, count - 1),
        };
        self.overlays.push(Overlay::Span(Span { edges, left: true, count }));
    }

    pub(super) fn move_edge(&mut self, edge: Edge) {
        if let Some(Overlay::Span(span)) = self.overlays.last_mut() {
            span.change(edge);
        }
    }

    /// Looks closer: what lies between the edges becomes a page of its own.
    pub(super) fn zoom_in(&mut self, span: &Span) {
        let (from, to) = self.edges(span);
        self.open_scope(Scope::time(from, to));
    }

    /// The times of the edges: the first instant, and the first one behind.
    pub fn edges(&self, span: &Span) -> (Time, Time) {
        let series = &self.answer.series;
        (series.start_of(span.edges.0), series.start_of(span.edges.1.saturating_add(1)))
    }
}
