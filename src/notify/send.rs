//! Sending: one message a second to each target, with patience where that helps and none where it does not.
//!
//! `Sender::flush` takes what waits in the queue, target by target at the same time, in
//! order. An answer decides what is next: sent, then the next one; later, then the same one
//! again after a while, three times at most; refused, then nothing more goes to this target, and what waits
//! stays; unfit, then this one is put away. Time is asked for and waited for by a `Clock` alone.

mod clock;
mod http;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub(crate) use self::clock::{Bucket, Clock, Computer};
pub(crate) use self::http::Client;
use super::message::{Message, Similar};
use super::outcome::Outcome;
use super::queue::{Entry, JournalError, Queue};
use super::target::{Kind, Target, Targets};
use super::{mail, slack, webhook};

/// How often one message is tried.
const TRIES: u32 = 3;
/// The longest wait that another side can ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What came of sending to one target.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The target: `slack`, `webhook` or `mail`.
    pub place: String,
    /// How many messages were acknowledged.
    pub sent: u64,
    /// How many still wait.
    pub waiting: u64,
    /// Messages that nobody will ever take, and why.
    pub unfit: Vec<String>,
    /// Why it stopped before all was sent, and what to do.
    pub trouble: Option<String>,
}

/// Everything that sending needs.
pub(crate) struct Sender<'a> {
    pub targets: &'a Targets,
    pub clock: &'a dyn Clock,
    pub client: Client,
    /// Set from outside to stop after the message that is on its way.
    pub stop: &'a AtomicBool,
    /// One for each target, in their order; they outlast a flush, which may follow another at once.
    buckets: Vec<Mutex<Bucket>>,
}

impl<'a> Sender<'a> {
    /// One that gives every attempt that long.
    pub(crate) fn new(
        targets: &'a Targets,
        clock: &'a dyn Clock,
        patience: Duration,
        stop: &'a AtomicBool,
    ) -> Self {
        let buckets = targets.0.iter().map(|_| Mutex::new(Bucket::full(clock.now()))).collect();
        Self { targets, clock, client: Client::new(patience), stop, buckets }
    }

    /// Sends what waits; a report for each target that is set up or waited for. `None`: another program is sending.
    pub(crate) async fn flush(&self, queue: &Queue) -> Result<Option<Vec<Report>>, JournalError> {
        let Some(_sending) = queue.sending()? else { return Ok(None) };
        let targets = self.targets.0.iter().zip(&self.buckets);
        let each = targets.map(|(target, bucket)| self.flush_one(queue, target, bucket));
        let mut reports = futures::future::try_join_all(each).await?;
        for entry in queue.waiting()? {
            match reports.iter_mut().find(|report| report.place == entry.place) {
                Some(report) => report.waiting += 1,
                None => reports.push(Report {
                    waiting: 1,
                    trouble: Some("it is not set up any more".to_owned()),
                    ..Report::of(&entry.place)
                }),
            }
        }
        Ok(Some(reports))
    }

    async fn flush_one(
        &self,
        queue: &Queue,
        target: &Target,
        bucket: &Mutex<Bucket>,
    ) -> Result<Report, JournalError> {
        let mut report = Report::of(target.place());
        for entry in queue.waiting()?.into_iter().filter(|entry| entry.place == target.place()) {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            // It is read again, since it may have taken others in by now.
            let was_begun = entry.begun;
            let Some(entry) = queue.begin(entry.id)? else { continue };
            let (outcome, unsure) = self.deliver(target, &entry, was_begun, bucket).await;
            match outcome {
                Outcome::Sent => {
                    queue.sent(entry.id)?;
                    report.sent += 1;
                }
                Outcome::Unfit { .. } => {
                    let why = target.scrub(&outcome.words());
                    queue.drop(entry.id, &why)?;
                    report.unfit.push(format!("{}: {why}", entry.message.headline()));
                }
                Outcome::Later { .. } | Outcome::Refused { .. } => {
                    if !unsure {
                        queue.back(entry.id)?;
                    }
                    report.trouble = Some(target.scrub(&outcome.words()));
                    break;
                }
            }
        }
        Ok(report)
    }

    /// Tries one message up to three times; the last outcome, and whether it may have arrived unacknowledged.
    async fn deliver(
        &self,
        target: &Target,
        entry: &Entry,
        was_begun: bool,
        bucket: &Mutex<Bucket>,
    ) -> (Outcome, bool) {
        let mut unsure = was_begun;
        let mut attempt = 1;
        loop {
            let wait = bucket.lock().unwrap_or_else(PoisonError::into_inner).take(self.clock.now());
            self.clock.sleep(wait).await;
            let outcome = self.post(target, &entry.message, &entry.similar, unsure, entry.id).await;
            let Outcome::Later { after, unsure: lost, .. } = &outcome else {
                // A clear no says that nothing of it is there, but of this attempt alone.
                return (outcome, unsure);
            };
            unsure |= *lost;
            if attempt >= TRIES || self.stop.load(Ordering::Relaxed) {
                return (outcome, unsure);
            }
            self.clock.sleep(pause(*after, attempt, entry.id)).await;
            attempt += 1;
        }
    }

    /// One attempt. `id` tells the message from all others.
    pub(crate) async fn post(
        &self,
        target: &Target,
        message: &Message,
        similar: &Similar,
        repeated: bool,
        id: u64,
    ) -> Outcome {
        let outcome = match &target.kind {
            Kind::SlackWebhook { url } => {
                let body = slack::body(message, similar, repeated);
                let answer = self.client.post(url, None, &[], &body).await;
                answer
                    .map(|answer| slack::read_answer(answer.status, answer.retry_after, &answer.body, false))
            }
            Kind::SlackApi { url, token, channel } => {
                let body = slack::api_body(message, similar, repeated, channel);
                let answer = self.client.post(url, Some(token), &[], &body).await;
                answer.map(|answer| slack::read_answer(answer.status, answer.retry_after, &answer.body, true))
            }
            Kind::Webhook { url, key } => {
                let body = webhook::body(message, similar, repeated);
                let headers =
                    webhook::headers(key.as_ref(), &delivery(message, id), self.clock.seconds(), &body);
                let answer = self.client.post(url, None, &headers, &body).await;
                answer.map(|answer| webhook::read_answer(answer.status, answer.retry_after, &answer.body))
            }
            Kind::Mail(server) => {
                let date = std::time::UNIX_EPOCH + Duration::from_secs(self.clock.seconds());
                match mail::compose(server, message, similar, repeated, &delivery(message, id), date) {
                    Ok(mail) => Ok(mail::post(server, mail, self.client.patience()).await),
                    Err(e) => {
                        Ok(Outcome::Unfit { why: e.to_string(), hint: "this is a fault of trailhound" })
                    }
                }
            }
        };
        outcome.unwrap_or_else(|failed| failed).said(|why| target.scrub(why))
    }
}

impl Report {
    fn of(place: &str) -> Self {
        Self { place: place.to_owned(), sent: 0, waiting: 0, unfit: Vec::new(), trouble: None }
    }
}

/// What tells a message from all others, the same whenever it is sent again.
pub(crate) fn delivery(message: &Message, id: u64) -> String {
    let own = message.keys("").map_or(0, |keys| keys.own);
    format!("{id}-{own:016x}")
}

/// How long to wait before the next attempt: as asked for, else one second and then twice as long each time, with
/// up to half as much again, different for each message, so that many programs do not come back at once.
fn pause(asked: Option<Duration>, attempt: u32, id: u64) -> Duration {
    let base = asked.unwrap_or_else(|| Duration::from_secs(1u64 << attempt.saturating_sub(1).min(6)));
    let base = base.min(LONGEST_WAIT);
    let mut hasher = DefaultHasher::new();
    (std::process::id(), attempt, id).hash(&mut hasher);
    let share = (hasher.finish() % 1000) as f64 / 1000.0;
    base + base.mul_f64(share / 2.0).min(Duration::from_secs(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_as_long_as_asked_and_a_little_longer() {
        let seconds = Duration::from_secs;
        for (asked, attempt, least, most) in [
            (None, 1, seconds(1), Duration::from_millis(1500)),
            (None, 2, seconds(2), seconds(3)),
            (None, u32::MAX, seconds(60), seconds(65)),
            (Some(seconds(7)), 1, seconds(7), seconds(11)),
            (Some(seconds(86_400)), 1, seconds(60), seconds(65)),
            (Some(seconds(0)), 1, seconds(0), seconds(0)),
        ] {
            for id in 0..50 {
                let pause = pause(asked, attempt, id);
                assert!(pause >= least && pause <= most, "{asked:?} {attempt}: {pause:?}");
            }
        }
        let some: std::collections::HashSet<Duration> = (0..50).map(|id| pause(None, 1, id)).collect();
        assert!(some.len() > 10, "all come back at once");
    }
}
