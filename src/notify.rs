//! Telling people: Slack, a web server of one's own, e-mail.
//!
//! A [`Message`] is made from an event or from a run; [`Queue`] keeps it on disk until
//! every target that is set up has acknowledged it, once; [`flush`] and [`Notifier`] send.
//! [`preview`] shows what would go out, to the letter, and sends nothing.
//!
//! Every text of a message is an attacker's, and each form makes it safe for itself: what
//! Slack would act on is escaped, a mail holds no markup but its own. What is secret (the address of a
//! webhook, a token, a password) stands in no error, no log, no preview and no queue. Nothing leaves this
//! computer but what the user has set up, and nothing goes to a host that was not named.
//!
//! This room must not judge events, and nothing of the engine may know it.

mod mail;
pub mod message;
pub mod notifier;
mod outcome;
pub mod queue;
pub mod send;
pub mod slack;
pub mod target;
pub mod webhook;

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

pub use self::message::{Alert, Message, RunSummary, Similar};
use self::notifier::PATIENCE;
pub use self::notifier::{Busy, News, Notifier};
use self::queue::JournalError;
pub use self::queue::{Added, Queue};
pub use self::send::Report;
use self::send::{Computer, Sender};
pub use self::target::{Kind, Target, Targets};
use crate::text::visible;

/// Sending has not begun or not ended; each target says for itself what came of it.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The queue cannot be used.
    #[error(transparent)]
    Queue(#[from] JournalError),
    /// There is nothing to send with.
    #[error("sending cannot begin: {0}")]
    Runtime(#[from] std::io::Error),
}

/// Each message for each target that wants it: alerts by their level, everything else always.
pub(crate) fn for_targets<'m>(
    messages: &'m [Message],
    targets: &'m Targets,
) -> impl Iterator<Item = (&'m str, &'m Message)> {
    messages.iter().flat_map(|message| {
        let wanted = |target: &&Target| match message {
            Message::Alert(alert) => alert.level >= target.min_level,
            Message::Summary(_) | Message::Test => true,
        };
        targets.0.iter().filter(wanted).map(move |target| (target.place(), message))
    })
}

/// Puts messages into the queue, for each target that wants them.
///
/// # Errors
/// The queue cannot be used.
pub fn enqueue(queue: &Queue, targets: &Targets, messages: &[Message]) -> Result<Added, NotifyError> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis());
    Ok(queue.add(for_targets(messages, targets), i64::try_from(now).unwrap_or(i64::MAX))?)
}

/// Sends what waits in the queue, and comes back when that is done. `None`: another program is sending.
///
/// # Errors
/// The queue cannot be used.
pub fn flush(queue: &Queue, targets: &Targets) -> Result<Option<Vec<Report>>, NotifyError> {
    let (clock, go) = (Computer::new(), AtomicBool::new(false));
    let sender = Sender::new(targets, &clock, PATIENCE, &go);
    Ok(runtime()?.block_on(sender.flush(queue))?)
}

/// Sends a test to each target, past the queue; of each, which it is, whether it arrived, and what came back.
///
/// # Errors
/// The computer has nothing to send with.
pub fn test(targets: &Targets) -> Result<Vec<Tested>, NotifyError> {
    let (clock, go) = (Computer::new(), AtomicBool::new(false));
    let sender = Sender::new(targets, &clock, PATIENCE, &go);
    // A number of its own for each test, so that nobody takes the second for a repetition of the first.
    let id = send::Clock::seconds(&clock);
    let similar = Similar::default();
    Ok(runtime()?.block_on(async {
        let mut tested = Vec::new();
        for target in &targets.0 {
            let outcome = sender.post(target, &Message::Test, &similar, false, id).await;
            let arrived = outcome == outcome::Outcome::Sent;
            tested.push(Tested {
                place: target.place(),
                shown: target.shown(),
                arrived,
                words: outcome.words(),
            });
        }
        tested
    }))
}

/// What came of a test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tested {
    /// The target: `slack`, `webhook` or `mail`.
    pub place: &'static str,
    /// Which one, masked.
    pub shown: String,
    /// Whether it was acknowledged.
    pub arrived: bool,
    /// What came back.
    pub words: String,
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// What would go out for an alert: to each target, to the letter, with what is secret masked.
///
/// Without a target it shows what Slack would get.
pub fn preview(alert: &Alert, targets: &Targets) -> String {
    let message = Message::Alert(Box::new(alert.clone().cut()));
    let mut out = String::new();
    if targets.0.is_empty() {
        out.push_str("No target is set up; Slack would get:\n");
        push_json(&mut out, &slack::body(&message, &Similar::default(), false));
    }
    for target in &targets.0 {
        let _ = writeln!(out, "{} {}", target.place(), target.shown());
        if alert.level < target.min_level {
            let (level, least) = (alert.level.name(), target.min_level.name());
            let _ = writeln!(out, "does not go out: it is {level}, and only {least} and above does");
        }
        preview_of(&mut out, target, &message);
    }
    out
}

fn preview_of(out: &mut String, target: &Target, message: &Message) {
    let similar = Similar::default();
    match &target.kind {
        Kind::SlackWebhook { .. } => push_json(out, &slack::body(message, &similar, false)),
        Kind::SlackApi { channel, .. } => push_json(out, &slack::api_body(message, &similar, false, channel)),
        Kind::Webhook { key, .. } => {
            let _ = writeln!(out, "{}: {}", webhook::DELIVERY, send::delivery(message, 0));
            if key.is_some() {
                let _ = writeln!(out, "{}: v1=HMAC-SHA256 of TIMESTAMP.BODY", webhook::SIGNATURE);
            }
            push_json(out, &webhook::body(message, &similar, false));
        }
        Kind::Mail(server) => {
            let id = send::delivery(message, 0);
            let date = SystemTime::UNIX_EPOCH + Duration::ZERO;
            match mail::compose(server, message, &similar, false, &id, date) {
                Ok(mail) => out.push_str(&shown_lines(&String::from_utf8_lossy(&mail.formatted()))),
                Err(e) => {
                    let _ = writeln!(out, "{e}");
                }
            }
        }
    }
}

/// JSON in lines. What a terminal would act on is escaped, which JSON says in the same way.
fn push_json(out: &mut String, value: &serde_json::Value) {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    for c in text.chars() {
        if c != '\n' && crate::text::is_hostile(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out.push('\n');
}

fn shown_lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", visible(line))).collect()
}

#[cfg(test)]
pub(crate) mod tests;
