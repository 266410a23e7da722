//! The bytes of an object, whatever happens to the line: a body that is cut is asked for again from where it ended.

use std::sync::Arc;

use aws_sdk_s3::primitives::ByteStream;
use futures::future::Either;

use crate::cloud::explain::{Sort, Trouble};
use crate::cloud::pace::backoff;
use crate::cloud::s3::Meta;
use crate::cloud::s3::bucket::Bucket;

/// How often a body is continued without a single byte in between.
const FRUITLESS: u32 = 6;

/// A download that is under way.
pub(super) struct Body {
    bucket: Arc<Bucket>,
    meta: Arc<Meta>,
    at: u64,
    stream: Option<ByteStream>,
    fruitless: u32,
}

impl Body {
    pub(super) fn new(bucket: Arc<Bucket>, meta: Arc<Meta>) -> Self {
        Self { bucket, meta, at: 0, stream: None, fruitless: 0 }
    }

    /// The next piece; `None` when the object is whole.
    pub(super) async fn next(&mut self) -> Result<Option<impl AsRef<[u8]> + Send + 'static>, Trouble> {
        loop {
            if self.at >= self.meta.size {
                return Ok(None);
            }
            let piece = match self.stream.as_mut() {
                Some(stream) => Either::Left(stream.next().await),
                None => Either::Right(self.bucket.body(&self.meta, self.at).await),
            };
            match piece {
                Either::Left(Some(Ok(piece))) => {
                    let left = usize::try_from(self.meta.size - self.at).unwrap_or(usize::MAX);
                    let piece = if piece.len() > left { piece.slice(..left) } else { piece };
                    self.at += piece.len() as u64;
                    self.fruitless = 0;
                    return Ok(Some(piece));
                }
                // Cut, or at an end that is none: go on from here.
                Either::Left(_) => self.again(Trouble::line("the line broke again and again")).await?,
                Either::Right(Ok(stream)) => self.stream = Some(stream),
                Either::Right(Err(trouble)) if trouble.sort == Sort::Line => self.again(trouble).await?,
                Either::Right(Err(trouble)) => return Err(trouble),
            }
        }
    }

    /// Gets ready for another try, unless there were enough.
    async fn again(&mut self, trouble: Trouble) -> Result<(), Trouble> {
        self.stream = None;
        self.fruitless += 1;
        if self.fruitless > FRUITLESS {
            return Err(trouble);
        }
        tokio::time::sleep(backoff(self.fruitless.saturating_sub(1), luck(&self.meta.key))).await;
        Ok(())
    }

    /// All of it.
    pub(super) async fn whole(mut self) -> Result<Vec<u8>, Trouble> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.meta.size).unwrap_or(0));
        while let Some(piece) = self.next().await? {
            bytes.extend_from_slice(piece.as_ref());
        }
        Ok(bytes)
    }
}

/// A number from 0 to 1 that differs from object to object: enough that they do not all come back at once.
pub(super) fn luck(key: &str) -> f64 {
    let sum = key.bytes().fold(7u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    f64::from(sum % 1000) / 1000.0
}
