//! A bucket: pages of its listing, and bodies of its objects. Finds its region by itself.

use std::sync::{PoisonError, RwLock};

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::RequestPayer;

use crate::cloud::explain::{Act, Sort, Trouble, explain};
use crate::cloud::s3::Meta;
use crate::cloud::{Access, client};
use crate::event::time::Time;

/// A bucket that is read.
#[derive(Debug)]
pub(in crate::cloud) struct Bucket {
    access: Access,
    sdk: SdkConfig,
    /// Its name, or the name or ARN of an access point.
    pub(in crate::cloud) name: String,
    client: RwLock<Client>,
}

/// One page of a listing.
#[derive(Debug, Default)]
pub(in crate::cloud) struct Page {
    pub(in crate::cloud) objects: Vec<Meta>,
    pub(in crate::cloud) folders: Vec<String>,
    pub(in crate::cloud) next: Option<String>,
}

impl Bucket {
    /// Gets ready to read it; nothing is asked of it yet.
    pub(in crate::cloud) async fn open(access: &Access, name: &str, region: Option<&str>) -> Self {
        let sdk = client::configuration(access, region).await;
        let client = RwLock::new(client::s3(access, &sdk, region));
        Self { access: access.clone(), sdk, name: name.to_owned(), client }
    }

    /// An object or folder as it is typed.
    pub(in crate::cloud) fn name_of(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.name)
    }

    /// The endpoint, where it is not that of AWS.
    pub(in crate::cloud) fn endpoint(&self) -> &str {
        self.access.endpoint.as_deref().unwrap_or_default()
    }

    fn client(&self) -> Client {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn arn(&self) -> String {
        if self.name.starts_with("arn:") { self.name.clone() } else { format!("arn:aws:s3:::{}", self.name) }
    }

    fn payer(&self) -> Option<RequestPayer> {
        self.access.requester_pays.then_some(RequestPayer::Requester)
    }

    fn explain<E>(&self, error: &SdkError<E, HttpResponse>, permission: &str, on: &str) -> Trouble
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let (profile, endpoint) = (self.access.profile.as_deref(), self.access.endpoint.as_deref());
        explain(error, Act { permission, on, profile, endpoint })
    }

    /// Goes to another region where the answer says so; whether it is worth another try.
    fn follow(&self, trouble: &Trouble, already: bool) -> bool {
        let Sort::Region(Some(region)) = &trouble.sort else { return false };
        if already {
            return false;
        }
        let client = client::s3(&self.access, &self.sdk, Some(region));
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = client;
        true
    }

    /// A page of what begins with `prefix`; `folders`: what lies deeper is summed up as folders; `after`: only keys behind that one.
    pub(in crate::cloud) async fn page(
        &self,
        prefix: &str,
        folders: bool,
        next: Option<&str>,
        after: Option<&str>,
    ) -> Result<Page, Trouble> {
        let mut moved = false;
        loop {
            let request = self
                .client()
                .list_objects_v2()
                .bucket(&self.name)
                .prefix(prefix)
                .set_delimiter(folders.then(|| "/".to_owned()))
                .set_continuation_token(next.map(str::to_owned))
                .set_start_after(after.filter(|_| next.is_none()).map(str::to_owned))
                .set_request_payer(self.payer());
            let trouble = match request.send().await {
                Ok(answer) => return Ok(page(answer)),
                Err(e) => self.explain(&e, "s3:ListBucket", &self.arn()),
            };
            if !self.follow(&trouble, moved) {
                return Err(trouble);
            }
            moved = true;
        }
    }

    /// The body of an object from a byte on, if it is still the one that was listed.
    pub(in crate::cloud) async fn body(&self, meta: &Meta, from: u64) -> Result<ByteStream, Trouble> {
        let mut moved = false;
        loop {
            let etag = Some(meta.etag.clone()).filter(|etag| !etag.is_empty());
            let request = self
                .client()
                .get_object()
                .bucket(&self.name)
                .key(&meta.key)
                .set_if_match(etag)
                .set_range((from > 0).then(|| format!("bytes={from}-")))
                .set_request_payer(self.payer());
            let trouble = match request.send().await {
                Ok(answer) if from > 0 && answer.content_range().is_none() => {
                    return Err(Trouble::last("the service cannot continue a broken download"));
                }
                Ok(answer) => return Ok(answer.body),
                Err(e) => self.explain(&e, "s3:GetObject", &format!("{}/{}", self.arn(), meta.key)),
            };
            if !self.follow(&trouble, moved) {
                return Err(trouble);
            }
            moved = true;
        }
    }
}

fn page(answer: aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output) -> Page {
    let folders = answer.common_prefixes().iter().filter_map(|p| p.prefix().map(str::to_owned)).collect();
    let next = answer.next_continuation_token.filter(|_| answer.is_truncated == Some(true));
    let object = |object: aws_sdk_s3::types::Object| {
        let modified = object.last_modified.and_then(|at| at.to_millis().ok());
        Some(Meta {
            key: object.key?,
            etag: object.e_tag.unwrap_or_default(),
            size: object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
            modified: modified.map_or(Time::UNKNOWN, Time::from_millis),
        })
    };
    Page {
        objects: answer.contents.unwrap_or_default().into_iter().filter_map(object).collect(),
        folders,
        next,
    }
}
