//! A thread that sends, for a caller that must not wait: the console.
//!
//! [`Notifier::enqueue`] hands messages over and comes back at once; the thread
//! puts them on disk and sends them. What came of it is asked for with [`Notifier::news`], which
//! does not wait either. Nothing is sent after [`Notifier::close`], and nothing is lost: what is not sent waits on disk.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt as _, LocalBoxFuture};
use tokio::sync::mpsc as channel;

use super::message::Message;
use super::queue::{JournalError, Queue};
use super::send::{Clock, Computer, Report, Sender};
use super::target::Targets;

/// How many hand-overs may be on their way to the disk.
const ON_THEIR_WAY: usize = 256;
/// How long one attempt may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);
/// How long to wait after trouble before what waits is tried again.
const REST: Duration = Duration::from_secs(60);

/// What the thread has to tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum News {
    /// What came of sending, for each target.
    Sent(Vec<Report>),
    /// The queue took no more: that many messages were not kept.
    Full(u64),
    /// The queue cannot be used.
    Trouble(String),
}

/// A message could not be handed over: too many are on their way to the disk, or the thread has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("too many messages at once; it may work in a moment")]
pub struct Busy;

/// A thread that sends.
#[derive(Debug)]
pub struct Notifier {
    jobs: Option<channel::Sender<Vec<Message>>>,
    news: mpsc::Receiver<News>,
    ended: mpsc::Receiver<()>,
    stop: Arc<AtomicBool>,
}

impl Notifier {
    /// Starts the thread; what waits in the queue is sent at once.
    ///
    /// # Errors
    /// The computer has no thread to give.
    pub fn start(queue: Queue, targets: Targets) -> std::io::Result<Self> {
        Self::with_clock(queue, targets, Arc::new(Computer::new()), PATIENCE)
    }

    pub(crate) fn with_clock(
        queue: Queue,
        targets: Targets,
        clock: Arc<dyn Clock>,
        patience: Duration,
    ) -> std::io::Result<Self> {
        let (jobs, taken) = channel::channel(ON_THEIR_WAY);
        let (tell, news) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let stopped = stop.clone();
        std::thread::Builder::new().name("notify".to_owned()).spawn(move || {
            let sender = Sender::new(&targets, clock.as_ref(), patience, &stopped);
            runtime.block_on(Worker { queue: &queue, sender: &sender, tell }.run(taken));
            // Who waits for the end is told, or is gone.
            let _ = end.send(());
        })?;
        Ok(Self { jobs: Some(jobs), news, ended, stop })
    }

    /// Hands messages over, without waiting.
    ///
    /// # Errors
    /// Too many are on their way; nothing was taken.
    pub fn enqueue(&self, messages: Vec<Message>) -> Result<(), Busy> {
        let jobs = self.jobs.as_ref().ok_or(Busy)?;
        jobs.try_send(messages).map_err(|_| Busy)
    }

    /// What came of it since this was asked last; empty when there is nothing new.
    pub fn news(&self) -> Vec<News> {
        self.news.try_iter().collect()
    }

    /// Puts what was handed over on disk, finishes the message that is on its way, and ends the thread; waits
    /// at most that long. Whether it was done in that time.
    pub fn close(mut self, most: Duration) -> bool {
        self.stop.store(true, Ordering::Relaxed);
        self.jobs = None;
        self.ended.recv_timeout(most).is_ok()
    }
}

struct Worker<'a> {
    queue: &'a Queue,
    sender: &'a Sender<'a>,
    tell: mpsc::Sender<News>,
}

type Flushed = Result<Option<Vec<Report>>, JournalError>;

impl Worker<'_> {
    async fn run(&self, mut jobs: channel::Receiver<Vec<Message>>) {
        let mut flush = Some(self.sender.flush(self.queue).boxed_local());
        let mut rest = never();
        let mut more = false;
        loop {
            tokio::select! {
                // What was handed over goes to the disk before anything else.
                biased;
                job = jobs.recv() => match job {
                    None => break,
                    Some(messages) => more |= self.store(&messages),
                },
                flushed = running(&mut flush) => {
                    flush = None;
                    if self.tell_of(flushed) {
                        rest = self.sender.clock.sleep(REST);
                    }
                }
                () = &mut rest => {
                    rest = never();
                    more = true;
                }
            }
            if more && flush.is_none() {
                more = false;
                rest = never();
                flush = Some(self.sender.flush(self.queue).boxed_local());
            }
        }
        if let Some(flush) = flush {
            self.tell_of(flush.await);
        }
    }

    /// Puts messages on disk; whether there is something to send.
    fn store(&self, messages: &[Message]) -> bool {
        let now = i64::try_from(self.sender.clock.seconds()).unwrap_or(i64::MAX).saturating_mul(1000);
        match self.queue.add(super::for_targets(messages, self.sender.targets), now) {
            Ok(added) => {
                if added.full > 0 {
                    self.tell(News::Full(added.full));
                }
                added.queued > 0
            }
            Err(e) => {
                self.tell(News::Trouble(e.to_string()));
                false
            }
        }
    }

    /// Tells what came of sending; whether something is left to be tried later.
    fn tell_of(&self, flushed: Flushed) -> bool {
        match flushed {
            // Another program sends; it may end before it has sent all.
            Ok(None) => true,
            Ok(Some(reports)) => {
                let left = reports.iter().any(|report| report.waiting > 0);
                let worth =
                    |report: &Report| report.sent > 0 || report.trouble.is_some() || !report.unfit.is_empty();
                if reports.iter().any(worth) {
                    self.tell(News::Sent(reports));
                }
                left
            }
            Err(e) => {
                self.tell(News::Trouble(e.to_string()));
                true
            }
        }
    }

    fn tell(&self, news: News) {
        // Nobody may be listening any more.
        let _ = self.tell.send(news);
    }
}

fn never() -> BoxFuture<'static, ()> {
    Box::pin(std::future::pending())
}

/// Waits for what is running; for ever where nothing is.
async fn running(flush: &mut Option<LocalBoxFuture<'_, Flushed>>) -> Flushed {
    match flush {
        Some(flush) => flush.await,
        None => std::future::pending().await,
    }
}
