//! Sending as it is: servers of ours that speak Slack's answers, a clock that nobody waits for.

mod delivery;
mod server;
mod thread;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;

use self::server::{Say, Server};
use super::message::Alert;
use super::queue::Queue;
use super::send::{Clock, Report, Sender};
use super::*;
use crate::config::Secret;
use crate::config::notify::Notify;
use crate::config::secret::Places;
use crate::score::Level;

/// The built-in incident.
pub(crate) fn demo() -> crate::source::Listing {
    let objects = crate::synth::demo().files.into_iter().map(|(path, bytes)| {
        Ok(crate::source::Object {
            name: path,
            place: crate::source::Place::Memory(bytes.into()),
            found: true,
        })
    });
    Box::new(objects)
}

/// A clock on which waiting takes no time; it tells how long was waited.
#[derive(Default)]
struct Fake(Arc<Mutex<Vec<Duration>>>);

impl Fake {
    /// The waits that took any time, in whole seconds.
    fn waits(&self) -> Vec<u64> {
        let waits = self.0.lock().unwrap();
        waits.iter().filter(|wait| !wait.is_zero()).map(Duration::as_secs).collect()
    }
}

impl Clock for Fake {
    fn now(&self) -> Duration {
        self.0.lock().unwrap().iter().sum()
    }

    fn seconds(&self) -> u64 {
        1_700_000_000 + self.now().as_secs()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        self.0.lock().unwrap().push(time);
        Box::pin(tokio::task::yield_now())
    }
}

fn given(secret: &str) -> Places {
    Places { given: Some(Secret::new(secret)), ..Places::default() }
}

/// Settings that trust a server of ours.
fn trusting<T>(server: &Server<T>) -> Notify {
    Notify { trusted_hosts: vec![server.address.to_string()], ..Notify::default() }
}

/// Slack's webhook at a server of ours.
fn slack_at(server: &Server) -> Targets {
    let mut settings = trusting(server);
    settings.slack.webhook = given(&server.url());
    Targets::of(&settings).unwrap()
}

fn alert(n: usize) -> Message {
    Message::Alert(Box::new(Alert {
        level: Level::Critical,
        score: 95,
        event: format!("StopLogging{n}"),
        rules: vec![format!("rule {n}")],
        actor: format!("actor-{n}"),
        account: "111122223333".into(),
        time: "2026-03-02T09:00:00Z".into(),
        event_id: format!("00000000-0000-4000-8000-{n:012}"),
        ..Alert::default()
    }))
}

/// A queue in a folder that goes away.
fn queue() -> (tempfile::TempDir, Queue) {
    let folder = tempfile::tempdir().unwrap();
    let queue = Queue::open(&folder.path().join("queue")).unwrap();
    (folder, queue)
}

/// What came of sending `count` alerts to one target, and how long was waited.
fn send(targets: &Targets, count: usize) -> (Report, Vec<u64>, Queue, tempfile::TempDir) {
    let (folder, queue) = queue();
    let alerts: Vec<Message> = (0..count).map(alert).collect();
    queue.add(for_targets(&alerts, targets), 0).unwrap();
    let (report, waits) = flush_fake(&queue, targets);
    (report, waits, queue, folder)
}

fn flush_fake(queue: &Queue, targets: &Targets) -> (Report, Vec<u64>) {
    let (clock, go) = (Fake::default(), AtomicBool::new(false));
    let sender = Sender::new(targets, &clock, Duration::from_millis(300), &go);
    let mut reports = runtime().unwrap().block_on(sender.flush(queue)).unwrap().unwrap();
    let report = reports.pop().unwrap();
    let shown = format!("{report:?} {targets:?}");
    assert!(!shown.contains("sesame"), "a secret is shown: {shown}");
    (report, clock.waits())
}
