//! Messages that go out by themselves while sources are followed: queued, sent, and told to the case.

use std::path::PathBuf;
use std::sync::mpsc;

use tokio::sync::mpsc::Sender;

use super::{Job, Jobs, Sent};
use crate::case::Subject;
use crate::console::app::Msg;
use crate::console::app::casework::Told;
use crate::console::shell::work::tell;
use crate::notify::{self, Alert, Message, Queue, Targets};
use crate::score::Level;
use crate::text::{plural, visible};

/// Who sends what comes.
pub(super) struct Pusher {
    targets: Result<Targets, String>,
    queue: Option<PathBuf>,
    case: Jobs,
    out: Sender<Msg>,
}

impl Pusher {
    /// One that sends what is at or above a level, whatever the settings say of the targets.
    pub(super) fn new(
        targets: &Result<Targets, String>,
        least: Option<Level>,
        queue: Option<PathBuf>,
        case: Jobs,
        out: Sender<Msg>,
    ) -> Self {
        let mut targets = targets.clone();
        if let (Ok(targets), Some(least)) = (&mut targets, least) {
            targets.0.iter_mut().for_each(|target| target.min_level = least);
        }
        Self { targets, queue, case, out }
    }

    /// Sends until nobody hands anything over any more.
    pub(super) fn run(&self, alerts: &mpsc::Receiver<Vec<Alert>>) {
        while let Ok(mut all) = alerts.recv() {
            // What came while the last ones were sent goes out together, so that it can be rolled up.
            all.extend(alerts.try_iter().flatten());
            let told = match self.send(all) {
                Ok(None) => continue,
                Ok(Some(said)) => Told::Done(said),
                Err(why) => Told::Failed(visible(&why).into_owned()),
            };
            tell(&self.out, Msg::Told(told));
        }
    }

    /// Queues alerts and sends what waits; what came of it, where anything was new.
    fn send(&self, alerts: Vec<Alert>) -> Result<Option<String>, String> {
        let targets = self.targets.as_ref().map_err(Clone::clone)?;
        let folder = self.queue.as_ref().ok_or("there is no folder for the queue; set XDG_STATE_HOME")?;
        let queue = Queue::open(folder).map_err(|e| e.to_string())?;
        let ids: Vec<String> = alerts.iter().map(|alert| alert.event_id.clone()).collect();
        let messages: Vec<Message> =
            alerts.into_iter().map(|alert| Message::Alert(Box::new(alert))).collect();
        let added = notify::enqueue(&queue, targets, &messages).map_err(|e| e.to_string())?;
        if added.full > 0 {
            return Err("the queue of messages is full; trailhound notify flush sends what waits".to_owned());
        }
        if added.queued + added.folded == 0 {
            return Ok(None);
        }
        let Some(reports) = notify::flush(&queue, targets).map_err(|e| e.to_string())? else {
            return Ok(Some("another trailhound sends what has come".to_owned()));
        };
        for report in reports.iter().filter(|report| report.sent > 0) {
            for id in &ids {
                self.told(&report.place, id);
            }
        }
        if let Some(why) = reports.iter().find_map(|report| report.trouble.as_ref()) {
            return Err(format!("{why}; what waits is tried again later"));
        }
        let sent: u64 = reports.iter().map(|report| report.sent).sum();
        Ok((sent > 0).then(|| format!("{} sent of what has come", plural(sent, "message"))))
    }

    /// Has the case note that an event was told.
    fn told(&self, place: &str, id: &str) {
        let subject = Subject::Event(id.to_owned());
        let (what, target) = (place.to_owned(), place.to_owned());
        self.case.send(Job::Sent(Sent { what, target, subject, sha256: String::new() }));
    }
}
