//! Holding what follows: letting it pause and go on. It is stopped by the status of its load, or when nobody listens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

/// Holds a [`Run`](super::Run) that is under way.
#[derive(Clone, Debug)]
pub struct Control {
    paused: Arc<AtomicBool>,
    bell: Sender<()>,
}

impl Control {
    /// Holds the run that hears this bell.
    pub(super) fn new(bell: Sender<()>) -> Self {
        Self { paused: Arc::default(), bell }
    }

    /// Pauses it, or lets it go on; whether it is still under way.
    pub fn pause(&self, paused: bool) -> bool {
        self.paused.store(paused, Ordering::Relaxed);
        self.bell.send(()).is_ok()
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }
}

/// Holds the runs of one console: while the next one loads, the one before goes on. All pause together.
#[derive(Default, Debug)]
pub struct Controls {
    all: Vec<Control>,
    paused: bool,
}

impl Controls {
    /// Holds one more, which pauses where the others do.
    pub fn add(&mut self, control: Control) {
        self.all.push(control);
        self.pause(self.paused);
    }

    /// Pauses all of them, or lets them go on. Those that have ended are let go of.
    pub fn pause(&mut self, paused: bool) {
        self.paused = paused;
        self.all.retain(|control| control.pause(paused));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn the_run_before_and_the_next_one_pause_together_and_what_has_ended_is_let_go_of() {
        let (first, heard) = channel();
        let (second, _heard) = channel();
        let (first, second) = (Control::new(first), Control::new(second));
        let mut controls = Controls::default();
        controls.add(first.clone());
        controls.pause(true);
        controls.add(second.clone());
        assert!(first.is_paused() && second.is_paused());
        controls.pause(false);
        assert!(!first.is_paused() && !second.is_paused());
        drop(heard);
        controls.pause(true);
        assert!(controls.all.len() == 1 && second.is_paused());
    }
}
