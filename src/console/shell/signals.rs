//! Signals: who wants the console to end, to go into the background, or to come back.

use std::io;

/// Why the console was asked to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the signal of that name")]
pub enum Stop {
    Terminate,
    HangUp,
    Interrupt,
}

/// What a signal asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Signal {
    /// To end.
    Stop(Stop),
    /// To go into the background.
    #[cfg_attr(not(unix), expect(dead_code, reason = "only Unix has it"))]
    Suspend,
    /// The program runs again after it was stopped from outside.
    #[cfg_attr(not(unix), expect(dead_code, reason = "only Unix has it"))]
    Continue,
}

#[cfg(unix)]
mod system {
    use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

    use super::{Signal, Stop, io};

    pub(in super::super) struct Signals {
        terminate: Stream,
        hang_up: Stream,
        interrupt: Stream,
        suspend: Stream,
        resume: Stream,
    }

    impl Signals {
        pub(in super::super) fn listen() -> io::Result<Self> {
            let raw = |signal: rustix::process::Signal| SignalKind::from_raw(signal.as_raw());
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
                interrupt: signal(SignalKind::interrupt())?,
                suspend: signal(raw(rustix::process::Signal::TSTP))?,
                resume: signal(raw(rustix::process::Signal::CONT))?,
            })
        }

        pub(in super::super) async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.terminate.recv() => Signal::Stop(Stop::Terminate),
                _ = self.hang_up.recv() => Signal::Stop(Stop::HangUp),
                _ = self.interrupt.recv() => Signal::Stop(Stop::Interrupt),
                _ = self.suspend.recv() => Signal::Suspend,
                _ = self.resume.recv() => Signal::Continue,
            }
        }
    }

    impl Signals {
        /// Forgets that somebody wanted to interrupt or stop the program that had the terminal: that was not for us.
        pub(in super::super) fn forget_keys(&mut self) {
            use std::task::{Context, Waker};
            let mut context = Context::from_waker(Waker::noop());
            for stream in [&mut self.interrupt, &mut self.suspend, &mut self.resume] {
                while stream.poll_recv(&mut context).is_ready() {}
            }
        }
    }

    /// Stops this process; returns when it runs again.
    pub(in super::super) fn stop_self() {
        use rustix::process::{Signal, getpid, kill_process};
        // A process may always signal itself; were it not so, nothing would be lost but the stop.
        let _ = kill_process(getpid(), Signal::STOP);
    }
}

#[cfg(not(unix))]
mod system {
    use super::{Signal, Stop, io};

    pub(in super::super) struct Signals;

    impl Signals {
        pub(in super::super) fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        pub(in super::super) async fn next(&mut self) -> Signal {
            match tokio::signal::ctrl_c().await {
                Ok(()) => Signal::Stop(Stop::Interrupt),
                Err(_) => std::future::pending().await,
            }
        }
    }

    impl Signals {
        /// There is nothing to forget on this system.
        pub(in super::super) fn forget_keys(&mut self) {}
    }

    /// There is no such thing on this system.
    pub(in super::super) fn stop_self() {}
}

pub(super) use system::{Signals, stop_self};
