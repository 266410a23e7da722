//! What an event acted on: the most telling of the parameters of its request.
//!
//! This runs for every event and reads nothing but the keys of one object. What a parameter means beyond its name is
//! not asked here.

use crate::json;

/// Of the first so many of [`TARGETS`] the one that stands first is taken, without a look at the rest.
const UNMISTAKABLE: usize = 4;

/// The request parameters that name what is acted on, the most telling first.
const TARGETS: &[&str] = &[
    "roleArn",
    "bucketName",
    "userName",
    "roleName",
    "groupName",
    "instanceProfileName",
    // The policy of a key is always called the same.
    "keyId",
    "policyArn",
    "policyName",
    "trailName",
    "secretId",
    "functionName",
    "instanceId",
    "dBInstanceIdentifier",
    "dBSnapshotIdentifier",
    "dBClusterIdentifier",
    "snapshotId",
    "imageId",
    "volumeId",
    "groupId",
    "vpcId",
    "subnetId",
    "networkAclId",
    "routeTableId",
    "detectorId",
    "logGroupName",
    "tableName",
    "queueUrl",
    "topicArn",
    "repositoryName",
    "clusterName",
    "cluster",
    "stackName",
    "modelId",
    "parameterName",
    "name",
    "names",
    "resourceArn",
    "arn",
    "id",
];

/// How telling a parameter is, the less the better; asked for each parameter of each event.
#[inline]
fn target_rank(key: &[u8]) -> Option<usize> {
    let candidates = &TARGETS_BY_MARK[mark(key)];
    let rank = |rank: &u8| TARGETS.get(usize::from(*rank)).filter(|target| target.as_bytes() == key);
    candidates.iter().find(|candidate| rank(candidate).is_some()).map(|rank| usize::from(*rank))
}

/// A small number that most keys do not share with a target: by its ends and its length.
#[inline]
const fn mark(key: &[u8]) -> usize {
    match key {
        [first, .., last] => (key.len() * 11 + *first as usize * 3 + *last as usize * 19) % MARKS,
        _ => 0,
    }
}

/// How many marks there are.
const MARKS: usize = 256;

/// How many targets may have the same mark.
const ALIKE: usize = 2;

/// For each mark the ranks of the targets that have it, filled up with 255.
static TARGETS_BY_MARK: [[u8; ALIKE]; MARKS] = {
    let mut table = [[u8::MAX; ALIKE]; MARKS];
    let mut used = [0; MARKS];
    let mut rank = 0;
    while rank < TARGETS.len() {
        let mark = mark(TARGETS[rank].as_bytes());
        table[mark][used[mark]] = rank as u8;
        used[mark] += 1;
        rank += 1;
    }
    table
};

/// The most telling of the known parameters, as a raw string value; a list gives its first text.
pub(super) fn target_in(parameters: &[u8]) -> Option<&[u8]> {
    let mut best: Option<(usize, &[u8])> = None;
    for member in json::members(parameters) {
        if !matches!(member.value.first(), Some(b'"' | b'[')) {
            continue;
        }
        let Some(rank) = target_rank(member.key) else { continue };
        let value = if member.value.first() == Some(&b'[') {
            json::elements(member.value).next().unwrap_or_default()
        } else {
            member.value
        };
        if value.first() == Some(&b'"') && value.len() > 2 && best.is_none_or(|(r, _)| rank < r) {
            best = Some((rank, value));
            if rank < UNMISTAKABLE {
                break;
            }
        }
    }
    best.map(|(_, value)| value)
}
