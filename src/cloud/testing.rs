//! Servers for tests: S3 with its faults, and the CloudTrail API with its limits; keys to reach them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use futures::StreamExt as _;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::dto::{
    CommonPrefix, ETag, GetObjectInput, GetObjectOutput, ListObjectsV2Input, ListObjectsV2Output,
    StreamingBlob,
};
use s3s::service::S3ServiceBuilder;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use crate::cloud::{Access, Options, Say};
use crate::event::time::Time;
use crate::source::{Listed, Listing};

/// How a test reaches its server.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    pub(crate) between: Duration,
}

impl Keys {
    pub(crate) fn credentials(&self) -> SharedCredentialsProvider {
        let token = self.token.clone();
        SharedCredentialsProvider::new(Credentials::new(&self.id, &self.secret, token, None, "test"))
    }
}

pub(crate) const ID: &str = "AKIAEXAMPLE";
pub(crate) const SECRET: &str = "a-secret-that-must-never-be-shown";

/// Access to a server of this module.
pub(crate) fn access(at: SocketAddr) -> Access {
    let keys = Keys { id: ID.into(), secret: SECRET.into(), token: None, between: Duration::from_millis(5) };
    Access { endpoint: Some(format!("http://{at}")), path_style: true, keys: Some(keys), ..Access::default() }
}

pub(crate) fn options(at: SocketAddr) -> Options {
    Options { access: access(at), now: Time::parse(b"2026-03-03T12:00:00Z"), ..Options::default() }
}

/// Takes note of what is said.
pub(crate) fn notebook() -> (Say, Arc<Mutex<Vec<String>>>) {
    let notes = Arc::new(Mutex::new(Vec::new()));
    let kept = notes.clone();
    (Arc::new(move |text: &str| kept.lock().unwrap().push(text.to_owned())), notes)
}

/// What a listing comes to: the names with the bytes, and the faults.
pub(crate) fn read_all(listing: Listing) -> (BTreeMap<String, Vec<u8>>, Vec<String>) {
    let (mut found, mut faults) = (BTreeMap::new(), Vec::new());
    for listed in listing {
        match read(listed) {
            Ok((name, bytes)) => assert!(found.insert(name, bytes).is_none(), "listed twice"),
            Err(fault) => faults.push(fault),
        }
    }
    (found, faults)
}

fn read(listed: Listed) -> Result<(String, Vec<u8>), String> {
    let object = listed.map_err(|missing| format!("{}: {}", missing.name, missing.reason))?;
    let mut bytes = Vec::new();
    let opened = object.place.open().and_then(|mut reader| reader.read_to_end(&mut bytes));
    opened.map(|_| (object.name.clone(), bytes)).map_err(|e| format!("{}: {e}", object.name))
}

/// Serves on a thread of its own until the test ends; where.
pub(crate) fn serve<F>(run: impl FnOnce(tokio::net::TcpListener) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()>,
{
    let (send, at) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            send.send(listener.local_addr().unwrap()).unwrap();
            run(listener).await;
        });
    });
    at.recv().unwrap()
}

/// Serves an S3 that checks signatures.
pub(crate) fn serve_s3(s3: impl S3) -> SocketAddr {
    let mut builder = S3ServiceBuilder::new(s3);
    builder.set_auth(SimpleAuth::from_single(ID, SECRET));
    let service = builder.build();
    serve(move |listener| async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = service.clone();
            tokio::spawn(async move {
                let _ =
                    Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
            });
        }
    })
}

/// What goes wrong with an object, so many times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    Denied,
    DeniedKey,
    SlowDown(u32),
    Broken(u32),
    /// The body ends early, after so many bytes of what was asked for.
    Cut(u32, usize),
    Expired,
    Skewed,
    Archived,
    /// The bucket is in another region, which is said so many times.
    Elsewhere(u32),
}

/// Objects that come and go.
pub(crate) type Objects = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A bucket in memory.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) objects: BTreeMap<String, Vec<u8>>,
    /// Objects that come and go while it is served, in place of the others.
    pub(crate) live: Option<Objects>,
    pub(crate) faults: BTreeMap<String, Fault>,
    pub(crate) list_fault: Option<Fault>,
    /// How many listings and downloads there were; how many objects are under way, and were at most.
    pub(crate) seen: Arc<Seen>,
    /// How long each download takes.
    pub(crate) slow: Duration,
}

#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) listed: Mutex<Vec<String>>,
    pub(crate) gets: AtomicU32,
    pub(crate) bytes: AtomicU64,
    times: Mutex<BTreeMap<String, u32>>,
}

impl Memory {
    pub(crate) fn with(objects: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self { objects: objects.into_iter().collect(), ..Self::default() }
    }

    fn all(&self) -> BTreeMap<String, Vec<u8>> {
        self.live.as_ref().map_or_else(|| self.objects.clone(), |live| live.lock().unwrap().clone())
    }

    /// Whether the fault happens this time; how much of the body comes where it is cut.
    fn happens(&self, key: &str, fault: Option<Fault>) -> S3Result<Option<usize>> {
        let mut times = self.seen.times.lock().unwrap();
        let time = times.entry(key.to_owned()).or_default();
        *time += 1;
        match fault {
            Some(Fault::Denied) => Err(s3_error!(AccessDenied, "Access Denied")),
            Some(Fault::DeniedKey) => Err(s3_error!(
                AccessDenied,
                "User: x is not authorized to perform: kms:Decrypt on the resource"
            )),
            Some(Fault::SlowDown(n)) if *time <= n => {
                Err(s3_error!(SlowDown, "Please reduce your request rate."))
            }
            Some(Fault::Broken(n)) if *time <= n => Err(s3_error!(InternalError, "We had a fault")),
            Some(Fault::Cut(n, at)) if *time <= n => Ok(Some(at)),
            Some(Fault::Expired) => Err(s3_error!(ExpiredToken, "The provided token has expired.")),
            Some(Fault::Skewed) => Err(s3_error!(RequestTimeTooSkewed, "The difference is too large.")),
            Some(Fault::Elsewhere(n)) if *time <= n => Err(s3_error!(
                AuthorizationHeaderMalformed,
                "the region 'us-east-1' is wrong; expecting 'eu-west-1'"
            )),
            Some(Fault::Archived) => Err(s3_error!(InvalidObjectState, "archived")),
            _ => Ok(None),
        }
    }
}

fn etag(bytes: &[u8]) -> ETag {
    let sum = bytes.iter().fold(7u64, |sum, b| sum.wrapping_mul(131).wrapping_add(u64::from(*b)));
    ETag::Strong(format!("{sum:016x}"))
}

#[async_trait::async_trait]
impl S3 for Memory {
    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        if input.bucket != "logs" {
            return Err(s3_error!(NoSuchBucket, "The specified bucket does not exist"));
        }
        let prefix = input.prefix.unwrap_or_default();
        self.seen.listed.lock().unwrap().push(prefix.clone());
        self.happens(&format!("list {prefix}"), self.list_fault)?;
        let after = input.continuation_token.or(input.start_after).unwrap_or_default();
        let all = self.all();
        let (mut contents, mut folders, mut next) = (Vec::new(), Vec::new(), None);
        let mut last = String::new();
        for (key, bytes) in all.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(&prefix)) {
            let folder = input.delimiter.as_ref().and_then(|d| {
                let end = key[prefix.len()..].find(d.as_str())?;
                Some(key[..prefix.len() + end + d.len()].to_owned())
            });
            let name = folder.clone().unwrap_or_else(|| key.clone());
            if name <= after || name == last {
                continue;
            }
            if contents.len() + folders.len() == 1000 {
                next = Some(last);
                break;
            }
            last.clone_from(&name);
            if folder.is_some() {
                folders.push(CommonPrefix { prefix: Some(name) });
            } else {
                contents.push(s3s::dto::Object {
                    key: Some(key.clone()),
                    size: Some(bytes.len() as i64),
                    e_tag: Some(etag(bytes)),
                    ..Default::default()
                });
            }
        }
        Ok(S3Response::new(ListObjectsV2Output {
            contents: Some(contents),
            common_prefixes: Some(folders),
            is_truncated: Some(next.is_some()),
            next_continuation_token: next,
            ..Default::default()
        }))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        self.seen.gets.fetch_add(1, Ordering::Relaxed);
        let bytes = match &self.live {
            Some(live) => live.lock().unwrap().get(&input.key).cloned(),
            None => self.objects.get(&input.key).cloned(),
        };
        let bytes = &bytes.ok_or_else(|| s3_error!(NoSuchKey))?;
        let cut = self.happens(&input.key, self.faults.get(&input.key).copied())?;
        if let Some(wanted) = input.if_match
            && wanted.as_etag() != Some(&etag(bytes))
        {
            return Err(s3_error!(PreconditionFailed));
        }
        tokio::time::sleep(self.slow).await;
        let whole = bytes.len() as u64;
        let range = match input.range {
            Some(range) => range.check(whole)?,
            None => 0..whole,
        };
        let content_range =
            input.range.map(|_| format!("bytes {}-{}/{whole}", range.start, range.end.saturating_sub(1)));
        let part = bytes[range.start as usize..range.end as usize].to_vec();
        let length = part.len();
        self.seen.bytes.fetch_add(length as u64, Ordering::Relaxed);
        let end = cut.map_or(length, |at| at.min(length));
        // Pieces as they would come over a line; where it is cut, the line breaks once they are on their way.
        let pieces: Vec<_> = part[..end].chunks(64 << 10).map(bytes::Bytes::copy_from_slice).collect();
        let broken = end < length;
        let pieces = futures::stream::iter(pieces.into_iter().map(Ok));
        let rest = futures::stream::iter(broken.then_some(())).then(|()| async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Err(std::io::Error::other("the line broke"))
        });
        let pieces = pieces.chain(rest);
        Ok(S3Response::new(GetObjectOutput {
            body: Some(StreamingBlob::wrap(pieces)),
            content_length: Some(length as i64),
            content_range,
            e_tag: Some(etag(bytes)),
            ..Default::default()
        }))
    }
}
