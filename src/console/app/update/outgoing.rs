//! What leaves the console: handing it over, what comes back of it, and leaving while it is under way.
//!
//! An answer may come long after it was asked for. It opens something only where nothing was pressed since: no key
//! may mean what its presser has not seen.

use crate::console::app::casework::Delivery;
use crate::console::app::model::{Model, Now, Toast, ToastTone};
use crate::console::app::msg::Effect;
use crate::console::app::overlay::{Overlay, Preview, Then};
use crate::text::clip_middle;

/// How long it is said that the console waits to leave, in milliseconds.
const LEAVING_MS: u64 = 3_600_000;

/// How much of a path is named, in columns.
const LONGEST: usize = 60;

impl Model {
    /// Hands over what is to leave the console.
    pub(super) fn deliver(&mut self, delivery: Delivery, effects: &mut Vec<Effect>) {
        self.outgoing.extend(delivery.words());
        self.awaiting = Some(self.overlays.len());
        effects.push(Effect::Deliver(Box::new(delivery)));
    }

    /// The first of what was handed over is done, or has failed.
    pub(super) fn delivered(&mut self, effects: &mut Vec<Effect>) {
        self.outgoing.pop_front();
        if self.outgoing.is_empty() && self.leaving {
            effects.push(Effect::Quit);
        }
    }

    /// Whether an answer is what is waited for: nothing was pressed, and nothing has opened, since it was asked for.
    pub(super) fn is_awaited(&mut self) -> bool {
        self.awaiting.take() == Some(self.overlays.len())
    }

    /// There is such a file: asks whether it may be replaced.
    pub(super) fn exists(&mut self, delivery: Delivery) {
        self.leaving = false;
        let path =
            clip_middle(delivery.target().map_or("the file", |target| &target.path), LONGEST).into_owned();
        if !self.is_awaited() {
            let key = delivery.key();
            return self.note(format!("{path} is there already and stays as it is; {key} asks again"));
        }
        let question = format!("{path} is there already. Replace it? y / n");
        let then = Then::Deliver(Box::new(delivery));
        self.overlays.push(Overlay::Confirm { question, then });
    }

    /// Shows what would go out.
    pub(super) fn previewed(&mut self, text: &str, ready: bool, send: Delivery) {
        if !self.is_awaited() {
            return self.note("the message can be looked at now; S shows it");
        }
        let lines = text.lines().map(str::to_owned).collect();
        self.overlays.push(Overlay::Preview(Box::new(Preview { lines, top: 0, ready, send })));
    }

    /// Leaves; asks where something is under way that would be lost.
    pub(super) fn quit(&mut self, effects: &mut Vec<Effect>) {
        if self.outgoing.is_empty() || self.leaving {
            return effects.push(Effect::Quit);
        }
        let question = format!("Still {}. Leave when that is done? y / n", self.under_way());
        self.overlays.push(Overlay::Confirm { question, then: Then::Leave });
    }

    /// Leaves as soon as nothing is under way.
    pub(super) fn leave(&mut self, effects: &mut Vec<Effect>) {
        if self.outgoing.is_empty() {
            return effects.push(Effect::Quit);
        }
        self.leaving = true;
        self.awaiting = Some(self.overlays.len());
        let text = format!("leaving soon; q leaves now, any other key stays · {}", self.under_way());
        self.toast = Some(Toast { text, tone: ToastTone::Note, until: Now(self.now.0 + LEAVING_MS) });
    }

    fn under_way(&self) -> String {
        self.outgoing.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}
