//! What follows from what happens: the one function that changes the state.
//!
//! It does no I/O and reads no clock. What is to be done outside it returns as
//! effects. What the screen needs from elsewhere (rows, a record, counts) is not asked for
//! by each action on its own: after every message `settle` compares what is
//! needed with what was asked for last, so that nothing can be forgotten.

mod arrange;
mod board;
mod case;
mod casework;
mod counting;
mod drill;
mod elsewhere;
mod exporting;
mod jump;
mod keys;
mod list;
mod outgoing;
mod overlays;
mod reading;
mod rules;
mod ruling;
mod settle;
mod sorting;
mod sources;
mod span;
mod standing;
mod timeline;
mod values;
mod whom;

use super::model::{Model, Now, Toast, ToastTone};
use super::msg::{Effect, Msg};

pub use sources::name_of;

pub(super) use board::Boarding;
pub(super) use ruling::Ruling;
pub(super) use settle::Asked;

/// How long a message is seen, in milliseconds.
const TOAST_MS: u64 = 5_000;

/// Changes the state; what is to be done.
pub fn update(model: &mut Model, msg: Msg, now: Now) -> Vec<Effect> {
    model.now = now;
    let mut effects = Vec::new();
    if matches!(msg, Msg::Key(_) | Msg::Paste(_) | Msg::Mouse(_)) {
        (model.awaiting, model.resuming) = (None, None);
    }
    match msg {
        Msg::Key(key) => model.key(key, &mut effects),
        Msg::Paste(text) => model.paste(&text, &mut effects),
        Msg::Paths(typed, found) => model.paths_came(&typed, found),
        Msg::Mouse(mouse) => model.mouse(mouse),
        Msg::Resize(width, height) => model.size = (width, height),
        Msg::Loaded(inv) => model.loaded(inv),
        Msg::Adding(added) => model.adding(added),
        Msg::Looked(reject, look) => model.looked(&reject, look),
        Msg::Answered(answer) => model.answered(*answer),
        Msg::Record(id, record) => model.record_came(&id, record),
        Msg::ToCopy(record) => model.record_to_copy(record, &mut effects),
        Msg::Counted(generation, counted, at) => model.counted(generation, counted, at, &mut effects),
        Msg::Named(text, named) => model.text_named(&text, named, &mut effects),
        Msg::Values(field, groups) => model.values_came(field, groups),
        Msg::Board(generation, board) => model.board_came(generation, board),
        Msg::Rule(news) => model.rule_news(news, &mut effects),
        Msg::Told(told) => model.told(told, &mut effects),
        Msg::Sighted(sights) => model.sights = Some(sights),
        Msg::Tick => {}
    }
    if model.toast.as_ref().is_some_and(|toast| toast.until <= now) {
        model.toast = None;
    }
    model.settle(&mut effects);
    effects
}

impl Model {
    fn say(&mut self, tone: ToastTone, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), tone, until: Now(self.now.0 + TOAST_MS) });
    }

    fn note(&mut self, text: impl Into<String>) {
        self.say(ToastTone::Note, text);
    }
}
