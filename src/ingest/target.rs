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
    "policyArn",
    "policyName",
    "trailName",
    "secretId",
    "keyId",
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
fn target_rank(key: &[u8]) -> Option<usize> {
    let candidates = TARGETS_BY_LENGTH.get(key.len())?;
    candidates
        .iter()
        .map_while(|&rank| TARGETS.get(rank as usize).map(|t| (rank, t)))
        .find_map(|(rank, target)| (target.as_bytes() == key).then_some(rank as usize))
}

/// For each length of a key the ranks of the targets of that length, ended by 255.
static TARGETS_BY_LENGTH: [[u8; 12]; 24] = {
    let mut table = [[u8::MAX; 12]; 24];
    let mut used = [0; 24];
    let mut rank = 0;
    while rank < TARGETS.len() {
        let len = TARGETS[rank].len();
        table[len][used[len]] = rank as u8;
        used[len] += 1;
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
