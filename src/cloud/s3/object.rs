//! An object of a bucket, as the engine sees it: fetched ahead for the first reading, fetched again for later ones.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::cloud::cache::{Cache, Identity};
use crate::cloud::engine::Engine;
use crate::cloud::explain::Trouble;
use crate::cloud::follow::Taken;
use crate::cloud::s3::Meta;
use crate::cloud::s3::body::Body;
use crate::cloud::s3::bucket::Bucket;
use crate::source::{Remote, Stamp};

/// Objects above this are not fetched ahead but read as they come.
pub(super) const STREAMED_ABOVE: u64 = 32 << 20;

/// Bytes that were fetched ahead, and their share of the budget.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) bytes: Vec<u8>,
    pub(super) _share: OwnedSemaphorePermit,
}

/// An object.
#[derive(Debug)]
pub(super) struct S3Object {
    pub(super) bucket: Arc<Bucket>,
    pub(super) meta: Arc<Meta>,
    pub(super) cache: Option<Arc<Cache>>,
    pub(super) engine: Arc<Engine>,
    pub(super) fetched: Mutex<Option<Fetched>>,
    /// Where it is noted when the first reading fails.
    pub(super) taken: Mutex<Option<Arc<Taken>>>,
}

/// What makes it the one it is.
pub(super) fn identity<'a>(bucket: &'a Bucket, meta: &'a Meta) -> Identity<'a> {
    let (key, etag) = (meta.key.as_str(), meta.etag.as_str());
    Identity { endpoint: bucket.endpoint(), bucket: &bucket.name, key, etag, size: meta.size }
}

impl Remote for S3Object {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner).take();
        let first = taken.map(|taken| First { taken, meta: self.meta.clone() });
        let fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(fetched) = fetched {
            return Ok(Box::new(Once { at: 0, fetched }));
        }
        let kept = self.cache.as_ref().and_then(|cache| cache.find(&identity(&self.bucket, &self.meta)));
        if let Some(file) = kept.and_then(|path| File::open(path).ok()) {
            return Ok(Box::new(file));
        }
        let body = Body::new(self.bucket.clone(), self.meta.clone());
        if self.meta.size > STREAMED_ABOVE {
            return Ok(Box::new(self.stream(body, first)));
        }
        let bytes = self.engine.wait(body.whole()).unwrap_or_else(|| Err(Trouble::last("it was stopped")));
        match bytes {
            Ok(bytes) => Ok(Box::new(Cursor::new(bytes))),
            Err(trouble) => Err(fault(trouble, first.as_ref())),
        }
    }

    fn stamp(&self) -> Stamp {
        let modified = self.meta.modified.millis().and_then(|ms| u64::try_from(ms).ok());
        let modified = modified.and_then(|ms| SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(ms)));
        Stamp { size: Some(self.meta.size), modified }
    }
}

/// The first reading of an object that is followed: when it fails, later looks want it again.
struct First {
    taken: Arc<Taken>,
    meta: Arc<Meta>,
}

/// As the engine has faults; the words are ours already.
fn fault(trouble: Trouble, first: Option<&First>) -> io::Error {
    if let Some(First { taken, meta }) = first {
        taken.failed(meta, trouble.reason.clone());
    }
    io::Error::other(trouble.reason)
}

impl S3Object {
    /// Reads as it comes, a few pieces ahead.
    fn stream(&self, mut body: Body, first: Option<First>) -> Pieces {
        let (send, queue) = std::sync::mpsc::sync_channel(AHEAD);
        let (ask, mut asked) = mpsc::channel::<()>(AHEAD);
        for _ in 0..AHEAD {
            let _ = ask.try_send(());
        }
        let send_all = async move {
            // A piece is sent for each that was asked for: waiting for the reader must not hold a thread here.
            while asked.recv().await.is_some() {
                let piece = body.next().await;
                let last = !matches!(piece, Ok(Some(_)));
                let piece = piece.map(|piece| piece.map(|piece| piece.as_ref().to_vec()));
                if send.send(piece).is_err() || last {
                    break;
                }
            }
        };
        self.engine.spawn(send_all);
        Pieces { queue, ask, piece: Cursor::default(), ended: false, first }
    }
}

/// How many pieces of a large object are fetched ahead.
const AHEAD: usize = 8;

/// What was fetched ahead, given out once.
struct Once {
    at: usize,
    fetched: Fetched,
}

impl Read for Once {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fetched.bytes.get(self.at..).unwrap_or_default().read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

/// A large object as it comes.
struct Pieces {
    queue: std::sync::mpsc::Receiver<Result<Option<Vec<u8>>, Trouble>>,
    ask: mpsc::Sender<()>,
    piece: Cursor<Vec<u8>>,
    ended: bool,
    first: Option<First>,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || self.ended || buffer.is_empty() {
                return Ok(read);
            }
            match self.queue.recv() {
                Ok(Ok(Some(piece))) => {
                    self.piece = Cursor::new(piece);
                    let _ = self.ask.try_send(());
                }
                Ok(Ok(None)) => self.ended = true,
                Ok(Err(trouble)) => {
                    self.ended = true;
                    return Err(fault(trouble, self.first.as_ref()));
                }
                Err(_) => return Err(io::Error::other("the download was stopped")),
            }
        }
    }
}
