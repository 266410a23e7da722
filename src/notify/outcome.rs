//! What came of an attempt to send.

use std::time::Duration;

/// What came of one attempt, and so what to do next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// The other side has it.
    Sent,
    /// It may be better later: too many, a fault over there, no connection.
    Later {
        /// How long the other side asks to wait.
        after: Option<Duration>,
        /// What it said.
        why: String,
        /// Whether it may have arrived all the same: the answer is missing.
        unsure: bool,
    },
    /// The other side takes nothing from us until somebody changes something; the message waits.
    Refused {
        /// What it said.
        why: String,
        /// What to change.
        hint: &'static str,
    },
    /// The other side does not take this message, now or ever.
    Unfit {
        /// What it said.
        why: String,
        /// What to change.
        hint: &'static str,
    },
}

impl Outcome {
    /// The other side says that it cannot now.
    pub(crate) fn later(after: Option<Duration>, why: String) -> Self {
        Self::Later { after, why, unsure: false }
    }

    /// In words, for people.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Sent => "sent".to_owned(),
            Self::Later { why, .. } => format!("not sent: {why}; it may work later"),
            Self::Refused { why, hint } | Self::Unfit { why, hint } => format!("not sent: {why}; {hint}"),
        }
    }

    /// The same with `change` made to what the other side said.
    pub(crate) fn said(self, change: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::Sent => Self::Sent,
            Self::Later { after, why, unsure } => Self::Later { after, why: change(&why), unsure },
            Self::Refused { why, hint } => Self::Refused { why: change(&why), hint },
            Self::Unfit { why, hint } => Self::Unfit { why: change(&why), hint },
        }
    }
}
