//! Sources: adding one while the console runs, and looking at what could not be read.
//!
//! Whatever is added is loaded together with what is there already, from the beginning: the same input gives the same ids, order
//! and scores, however it was opened. What is seen stays on the screen until all of it is loaded.

use std::sync::Arc;

use crate::console::app::model::{Live, Model, ToastTone};
use crate::console::app::msg::{Adding, Effect};
use crate::console::app::overlay::Overlay;
use crate::console::app::overlay::bytes::Bytes;
use crate::console::app::overlay::prompt::{Asking, Prompt};
use crate::console::app::sources::Ask;
use crate::ingest::status::Reject;
use crate::investigation::Investigation;
use crate::investigation::look::Look;
use crate::text::{count, plural};

/// What the border and the names of accounts and regions take of the width of the map.
const BESIDES: u16 = 33;

/// What sources are called together.
pub fn name_of(sources: &[String]) -> Option<String> {
    match sources {
        [] => None,
        [one] => Some(one.clone()),
        [first, others @ ..] => Some(format!("{first} and {} more", count(others.len() as u64))),
    }
}

impl Model {
    pub(super) fn ask_sources(&self) -> Ask {
        Ask { sources: self.sources.clone(), columns: self.layout().body.width.saturating_sub(BESIDES) }
    }

    /// Asks for a source.
    pub(super) fn ask_source(&mut self) {
        if self.is_loading() || self.adding.is_some() {
            return self.note("a load is under way; ctrl-c stops it, then a source can be added");
        }
        self.overlays.push(Overlay::Prompt(Box::new(Prompt::new(Asking::Source, ""))));
    }

    /// Has everything loaded anew, with one more source.
    pub(super) fn add_source(&mut self, source: &str, effects: &mut Vec<Effect>) {
        if source.is_empty() {
            return;
        }
        if self.sources.iter().any(|known| known == source) {
            return self.note(format!("{source} is loaded already"));
        }
        self.typed_sources.retain(|earlier| earlier != source);
        self.typed_sources.push(source.to_owned());
        let sources: Vec<String> = self.sources.iter().cloned().chain([source.to_owned()]).collect();
        effects.push(Effect::Load(sources.into()));
    }

    /// A load has begun, or could not.
    pub(super) fn adding(&mut self, added: Result<Adding, String>) {
        match added {
            Ok(adding) => {
                let sources = plural(adding.sources.len() as u64, "source");
                self.note(format!("loading {sources} from the beginning; what is seen stays until then"));
                self.adding = Some(adding);
            }
            Err(reason) => self.say(ToastTone::Failed, reason),
        }
    }

    /// Stops the load of another source; whether there is one.
    pub(super) fn stop_adding(&mut self) -> bool {
        let Some(adding) = self.adding.take() else { return false };
        adding.status.cancel();
        self.stopped = Some(adding.status);
        self.note("stopped; what was loaded before stays");
        true
    }

    /// A snapshot has come.
    pub(super) fn loaded(&mut self, inv: Arc<Investigation>) {
        let is_newest = self.adding.as_ref().is_some_and(|adding| Arc::ptr_eq(&adding.status, &inv.status));
        if !is_newest {
            // What comes of a load that was stopped is not wanted any more.
            let is_stopped = self.stopped.as_ref().is_some_and(|stopped| Arc::ptr_eq(stopped, &inv.status));
            if !is_stopped && !self.hold(&inv) {
                self.inv = inv;
                self.came();
            }
            return;
        }
        if !inv.complete {
            return;
        }
        let Some(adding) = self.adding.take() else { return };
        let (before, after) = (self.inv.event_count(), inv.event_count());
        self.sources = adding.sources;
        self.source = name_of(&self.sources);
        self.inv = inv;
        self.drop_held();
        self.live = self.live.take().map(|before| Live { paused: before.paused, ..Live::default() });
        self.came();
        let more = plural(after.saturating_sub(before), "event");
        self.say(ToastTone::Done, format!("{more} more: {} now", count(after)));
    }

    /// Counts what has come to sources that are followed, and says when one fails.
    pub(super) fn came(&mut self) {
        let Some(live) = self.live.as_mut().filter(|_| self.inv.complete) else { return };
        let now = self.inv.event_count();
        live.new = now.saturating_sub(*live.first.get_or_insert(now));
        let trouble = self.inv.status.trouble();
        if trouble != live.trouble {
            live.trouble.clone_from(&trouble);
            match trouble {
                Some(trouble) => self.say(ToastTone::Failed, format!("{trouble}; it is tried again")),
                None => self.say(ToastTone::Done, "all sources can be had again"),
            }
        }
    }

    /// Takes nothing for now of what comes, or goes on.
    pub(super) fn pause_or_go_on(&mut self, effects: &mut Vec<Effect>) {
        let Some(live) = &mut self.live else {
            return self.note("the sources are not followed; trailhound SOURCE --follow does that");
        };
        live.paused = !live.paused;
        let paused = live.paused;
        effects.push(Effect::Pause(paused));
        self.note(if paused { "paused: what comes is taken when you go on" } else { "following again" });
    }

    /// Shows the bytes of what could not be read.
    pub(super) fn open_bytes(&mut self, reject: Reject, effects: &mut Vec<Effect>) {
        let inv = self.shown.as_ref().map_or_else(|| self.inv.clone(), |shown| shown.board.inv.clone());
        effects.push(Effect::Look(inv, Box::new(reject.clone())));
        self.overlays.push(Overlay::Bytes(Box::new(Bytes::new(reject))));
    }

    /// The bytes have come.
    pub(super) fn looked(&mut self, reject: &Reject, look: Look) {
        if let Some(Overlay::Bytes(bytes)) = self.overlays.last_mut()
            && bytes.reject == *reject
        {
            bytes.look = Some(look);
        }
    }
}
