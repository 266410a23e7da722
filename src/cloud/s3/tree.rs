//! What there is in a bucket: accounts, kinds, regions, and from which day to which. Only folders are listed.

use std::sync::Arc;

use crate::cloud::address::{self, Address};
use crate::cloud::engine::Engine;
use crate::cloud::explain::Trouble;
use crate::cloud::layout::{Place, place};
use crate::cloud::s3::bucket::Bucket;
use crate::cloud::{Access, s3};

/// A folder with what lies in it.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Branch {
    /// The folder.
    pub folder: String,
    /// Whether this is the folder of a region, as CloudTrail makes them.
    pub delivered: bool,
    /// The first and the last day, such as `2026/01/10`; as far as the folders say.
    pub days: Option<(String, String)>,
    /// How many objects lie in it, beside its folders; at most those of one page.
    pub objects: usize,
}

/// How many folders are opened at most.
const MOST: usize = 5000;
/// How deep folders are opened that are none of CloudTrail's.
const DEEP: usize = 4;

/// The branches of a bucket below a prefix, in the order of their names.
///
/// # Errors
/// What went wrong, and the way out.
pub fn tree(source: &str, access: &Access) -> Result<Vec<Branch>, String> {
    let Address::S3(address) = address::parse(source)? else {
        return Err("only a bucket has a tree; it is written s3://bucket/prefix".to_owned());
    };
    if address.bucket.is_empty() {
        return Err("name a bucket: s3://bucket/prefix".to_owned());
    }
    let engine = Engine::start()?;
    let access = access.clone();
    let work = async move {
        let bucket = Arc::new(Bucket::open(&access, &address.bucket, None).await);
        branches(&bucket, address.prefix).await
    };
    let result = engine.wait(work).unwrap_or_else(|| Err(Trouble::last("it was stopped")));
    result.map_err(|trouble| format!("{source}: {}", trouble.reason))
}

async fn branches(bucket: &Bucket, prefix: String) -> Result<Vec<Branch>, Trouble> {
    let mut open = vec![prefix];
    let mut found = Vec::new();
    let mut opened = 0;
    while let Some(folder) = open.pop() {
        opened += 1;
        if opened > MOST {
            return Err(Trouble::last(format!("there are more than {MOST} folders; name a deeper one")));
        }
        let Place { region, date, delivered, .. } = place(&folder);
        if region.is_some() && date == [None; 3] {
            let days = days(bucket, &folder).await?;
            found.push(Branch { folder, delivered: true, days, objects: 0 });
            continue;
        }
        let (folders, objects) = folders(bucket, &folder).await?;
        let deep = !delivered && folder.matches('/').count() >= DEEP || date != [None; 3];
        if objects > 0 || deep || folders.is_empty() {
            found.push(Branch { folder, objects, ..Branch::default() });
        }
        if !deep {
            open.extend(folders);
        }
    }
    found.retain(|branch| !branch.folder.is_empty() || branch.objects > 0);
    found.sort_by(|a, b| a.folder.cmp(&b.folder));
    Ok(found)
}

/// All folders of a folder, and how many objects lie beside them.
async fn folders(bucket: &Bucket, folder: &str) -> Result<(Vec<String>, usize), Trouble> {
    let (mut folders, mut objects, mut next) = (Vec::new(), 0, None);
    loop {
        let page: s3::bucket::Page = bucket.page(folder, true, next.as_deref(), None).await?;
        folders.extend(page.folders);
        objects += page.objects.len();
        // A folder with thousands of objects has few folders, and they come between the objects.
        if page.next.is_none() || objects > 10_000 {
            return Ok((folders, objects));
        }
        next = page.next;
    }
}

/// The first and the last day below a region.
async fn days(bucket: &Bucket, region: &str) -> Result<Option<(String, String)>, Trouble> {
    let (mut first, mut last) = (region.to_owned(), region.to_owned());
    for _ in 0..3 {
        let below_first = folders(bucket, &first).await?.0;
        let below_last = if first == last { below_first.clone() } else { folders(bucket, &last).await?.0 };
        let (Some(a), Some(b)) = (below_first.into_iter().min(), below_last.into_iter().max()) else { break };
        (first, last) = (a, b);
    }
    let day = |folder: &str| folder.get(region.len()..).unwrap_or_default().trim_end_matches('/').to_owned();
    Ok((first != region).then(|| (day(&first), day(&last))))
}
