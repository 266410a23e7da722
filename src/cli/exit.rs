//! How the program ends.

use std::io;
use std::process::ExitCode;

/// What the exit status says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exit {
    /// 0: done.
    Done = 0,
    /// 1: done, and something was found at or above `--fail-on`.
    Found = 1,
    /// 2: wrong use: an argument, a query, a setting; nothing was done.
    WrongUse = 2,
    /// 3: some of the input could not be read; the rest was done.
    PartlyUnreadable = 3,
    /// 4: the output could not be written, or a message could not be sent.
    NotWritten = 4,
    /// 129: the console was closed because its terminal went away (SIGHUP).
    HungUp = 129,
    /// 130: the console was interrupted from outside (SIGINT).
    Interrupted = 130,
    /// 143: the console was asked to end (SIGTERM).
    Terminated = 143,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command gave up.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An argument, query or setting is wrong; the message says which, where and what to do.
    Use(String),
    /// There is no writing where the output should go; the message says where and what to do.
    Place(String),
    /// The output could not be written.
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(e: io::Error) -> Self {
        Self::Output(e)
    }
}

impl Failure {
    /// What went wrong, for a screen.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Use(message) | Self::Place(message) => message.clone(),
            Self::Output(e) => e.to_string(),
        }
    }

    /// Says it on stderr; a closed pipe is nobody's fault and says nothing.
    pub(crate) fn report(&self) -> Exit {
        match self {
            Self::Use(message) => {
                eprintln!("trailhound: {message}");
                Exit::WrongUse
            }
            Self::Place(message) => {
                eprintln!("trailhound: {message}");
                Exit::NotWritten
            }
            Self::Output(e) if e.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Self::Output(e) => {
                eprintln!("trailhound: the output could not be written: {e}; what was written is incomplete");
                Exit::NotWritten
            }
        }
    }
}

/// What a command comes to.
pub(crate) type Outcome = Result<Exit, Failure>;
