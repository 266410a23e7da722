//! Logs that lie in AWS: objects of S3 buckets, and the events that the CloudTrail API keeps.
//!
//! To the engine these are sources like any other: a [`Listing`] of objects that can
//! be opened now and again later. Behind the listing a thread of its own runs an async
//! runtime, lists many folders at once and fetches ahead, within a budget of bytes; workers
//! take what is there. This is the one room below the command line that knows AWS.
//!
//! It must only ever read: it lists, gets and looks up, and `trailhound aws policy`
//! prints the permissions for just that. No message holds a credential. Nothing of this is
//! started, and no AWS configuration is read, unless a source asks for it.

pub mod address;
pub mod cache;
mod client;
mod engine;
mod explain;
mod follow;
pub mod layout;
mod lookup;
pub mod pace;
pub mod policy;
mod s3;
#[cfg(test)]
pub(crate) mod testing;

use std::path::PathBuf;
use std::sync::Arc;

use crate::event::time::Time;
use crate::source::{Listed, Listing, Missing};

use self::address::Address;
pub use self::follow::Follow;
use self::layout::Wanted;
pub use self::s3::tree::{Branch, tree};

/// How AWS is reached. Credentials come from where all AWS programs take them.
#[derive(Clone, Default, Debug)]
pub struct Access {
    /// The profile of `~/.aws/config`; `None`: that of the environment, or the default.
    pub profile: Option<String>,
    /// Another address for the service: MinIO, LocalStack, a VPC endpoint.
    pub endpoint: Option<String>,
    /// Bucket names in the path and not in the host name.
    pub path_style: bool,
    /// Say that the reader pays for requests, which some buckets demand.
    pub requester_pays: bool,
    #[cfg(test)]
    pub(crate) keys: Option<testing::Keys>,
}

impl Access {
    /// By a profile, at an endpoint, in a style, and who pays; see the fields.
    pub fn new(
        profile: Option<String>,
        endpoint: Option<String>,
        path_style: bool,
        requester_pays: bool,
    ) -> Self {
        Self {
            profile,
            endpoint,
            path_style,
            requester_pays,
            #[cfg(test)]
            keys: None,
        }
    }
}

/// A bucket of the settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfiguredBucket {
    /// Its name.
    pub name: String,
    /// How the keys begin.
    pub prefix: String,
    /// The region it is in; found out where it is not said.
    pub region: Option<String>,
    /// At most this many objects, the newest.
    pub max_files: Option<usize>,
}

/// What is wanted, and how it is fetched.
#[derive(Clone, Default, Debug)]
pub struct Options {
    /// How AWS is reached.
    pub access: Access,
    /// Accounts, by their twelve digits; all when empty.
    pub accounts: Vec<String>,
    /// Regions; all when empty.
    pub regions: Vec<String>,
    /// Only from this time on.
    pub since: Option<Time>,
    /// Only until this time.
    pub until: Option<Time>,
    /// Only events of these names. The API is asked for these alone; what comes from a bucket is sifted elsewhere.
    pub events: Vec<String>,
    /// At most this many objects of each bucket, the newest.
    pub max_files: Option<usize>,
    /// Take prefixes as they are, without looking for the folders of CloudTrail.
    pub exact_path: bool,
    /// Where objects are kept, and how many bytes of them.
    pub cache: Option<(PathBuf, u64)>,
    /// The buckets that `s3://` stands for.
    pub buckets: Vec<ConfiguredBucket>,
    /// The time now.
    pub now: Time,
}

impl Options {
    fn wanted(&self) -> Wanted {
        Wanted {
            accounts: self.accounts.clone(),
            regions: self.regions.clone(),
            since: self.since,
            until: self.until,
            now: self.now,
            exact: self.exact_path,
        }
    }
}

/// Takes what is to be said beside the objects: what was left out, and why.
pub type Say = Arc<dyn Fn(&str) + Send + Sync>;

/// The objects of a source in AWS. Nothing is asked of AWS before this is called; what fails is in the listing.
pub fn list(source: &str, options: &Options, say: &Say) -> Listing {
    let listed = address::parse(source).and_then(|address| match address {
        Address::S3(address) => s3::list(&address, options, say),
        Address::Lookup(address) => lookup::list(&address, options, say),
    });
    listed.unwrap_or_else(|reason| {
        let missing = Missing { name: source.to_owned(), reason };
        Box::new(std::iter::once::<Listed>(Err(missing)))
    })
}
