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
use super::overlay::Overlay;
use super::overlay::results::{Results, Tone};

pub use sources::name_of;

pub(super) use board::Boarding;
pub(super) use ruling::Ruling;
pub(super) use settle::Asked;

/// How long a message is seen, in milliseconds.
const TOAST_MS: u64 = 5_000;

/// How many messages can be seen again.
const MESSAGES_KEPT: usize = 50;

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
        let text = text.into();
        if self.messages.front().is_none_or(|last| last.1 != text) {
            self.messages.push_front((tone, text.clone()));
            self.messages.truncate(MESSAGES_KEPT);
        }
        self.toast = Some(Toast { text, tone, until: Now(self.now.0 + TOAST_MS) });
    }

    /// Shows what is wrong with the user's files, and the last messages.
    fn show_messages(&mut self) {
        let rules = self.inv.judgment.rules.faults().iter().map(ToString::to_string);
        let faults = self.faults.iter().cloned().chain(rules).map(|fault| (Tone::Bad, fault));
        let told = self.messages.iter().map(|(tone, text)| {
            let tone = match tone {
                ToastTone::Done => Tone::Good,
                ToastTone::Note => Tone::More,
                ToastTone::Failed => Tone::Bad,
            };
            (tone, text.clone())
        });
        let lines: Vec<(Tone, String)> = faults.chain(told).collect();
        if lines.is_empty() {
            return self.note("there was no message yet");
        }
        let title = "Faults in your files, and the last messages".to_owned();
        self.overlays.push(Overlay::Results(Box::new(Results::new(title, lines))));
    }

    fn note(&mut self, text: impl Into<String>) {
        self.say(ToastTone::Note, text);
    }
}
