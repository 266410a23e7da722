//! What lies beside logs and is evidence about them, never events: signatures, public keys, metadata of digests.
//!
//! Known by what they hold; what they are called is up to whoever saved them.

use super::object::Object;
use super::walk::{Step, Walker};
use crate::json;

/// Answers `None` for anything else.
pub(crate) fn open(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    let what = if o.has("hashSignature") && o.list("files").is_some() {
        "the signature of query results of CloudTrail Lake"
    } else if o.list("PublicKeyList").is_some() {
        "public keys of CloudTrail, by which digests are checked"
    } else if o.object("Metadata").is_some_and(is_signature) || are_signatures(o) {
        "the metadata of digest files, with their signatures"
    } else {
        return None;
    };
    Some(w.nothing(what))
}

/// The signature of one digest, with the names of the metadata in S3.
fn is_signature(metadata: &[u8]) -> bool {
    ["signature", "x-amz-meta-signature"].iter().any(|key| json::member(metadata, key).is_some())
        && ["signature-algorithm", "x-amz-meta-signature-algorithm"]
            .iter()
            .any(|key| json::member(metadata, key).is_some())
}

/// The signatures of many, by the key of each object.
fn are_signatures(o: &Object<'_>) -> bool {
    !o.members().is_empty() && o.members().iter().all(|m| m.value.starts_with(b"{") && is_signature(m.value))
}
