//! A few digest files, so that loaders meet them: one for each account.
//!
//! They say the truth about the log files that they list, but nobody signed them.

use std::io::Write as _;

use crate::synth::bytes::{Clock, time_text};
use crate::synth::names::{LOG_BUCKET, ORG_TRAIL};
use crate::synth::shard::Digested;
use crate::synth::world::{HOME_REGION, World};

/// The digest of some log files of an account: its path and its text; none without files.
pub(crate) fn digest(world: &World, account: usize, files: &[Digested]) -> Option<(String, Vec<u8>)> {
    let first = files.first()?;
    let start = first.times.2 / 3600 * 3600;
    let listed: Vec<&Digested> = files.iter().filter(|f| f.times.2 < start + 3600).collect();
    let (account, organization) = (world.account_text(account), &world.organization);
    let (end, day) = (start + 3600, time_text(start + 3600, Clock::Folder));
    let name = format!(
        "AWSLogs/{organization}/{account}/CloudTrail-Digest/{HOME_REGION}/{day}/{account}_CloudTrail-Digest_{HOME_REGION}_{ORG_TRAIL}_{HOME_REGION}_{}.json.gz",
        time_text(end, Clock::Digest)
    );
    let oldest = listed.iter().map(|f| f.times.0).min()?;
    let newest = listed.iter().map(|f| f.times.1).max()?;
    let iso = |seconds| time_text(seconds, Clock::Iso);
    let mut out = Vec::new();
    let _ = write!(
        out,
        r#"{{"awsAccountId":"{account}","digestStartTime":"{}","digestEndTime":"{}","digestS3Bucket":"{LOG_BUCKET}","digestS3Object":"{name}","digestPublicKeyFingerprint":"5f3c6e8d1b0a497c8e2d3f4a5b6c7d8e","digestSignatureAlgorithm":"SHA256withRSA","newestEventTime":"{}","oldestEventTime":"{}","previousDigestS3Bucket":null,"previousDigestS3Object":null,"previousDigestHashValue":null,"previousDigestHashAlgorithm":null,"previousDigestSignature":null,"logFiles":["#,
        iso(start),
        iso(end),
        iso(newest),
        iso(oldest)
    );
    for (i, file) in listed.iter().enumerate() {
        let Digested { path, hash, times } = file;
        let comma = if i > 0 { "," } else { "" };
        let _ = write!(
            out,
            r#"{comma}{{"s3Bucket":"{LOG_BUCKET}","s3Object":"{path}","hashValue":"{hash}","hashAlgorithm":"SHA-256","newestEventTime":"{}","oldestEventTime":"{}"}}"#,
            iso(times.1),
            iso(times.0)
        );
    }
    out.extend_from_slice(b"]}");
    Some((name, out))
}
