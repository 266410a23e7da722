//! A leaked key: from a deploy user of one account to the administration of all.
//!
//! The user assumes the role it may assume, that role leads to a second one; the
//! attacker makes a user of his own, signs in with it, switches off the trail, and
//! takes data out of production. Somebody's automation turns the trail on again.

use crate::synth::cast::{DEPLOY_ROLE, DEV, LEAKED_USER, MANAGEMENT, PROD};
use crate::synth::names::{ATTACKER_ACCOUNT, LOG_BUCKET, ORG_TRAIL};
use crate::synth::record::Draft;
use crate::synth::script::{Caller, Script};
use crate::synth::session;
use crate::synth::template::Word;
use crate::synth::world::World;

/// The role that automation of the platform team uses in the managing account.
const AUTOMATION_ROLE: &str = "platform-automation";
/// The role by which the managing account rules the others.
const MEMBER_ROLE: &str = "OrganizationAccountAccessRole";
/// The user that the attacker makes.
const NEW_USER: &str = "svc-cloudwatch-agent";

const CLI: &str = "aws-cli/2.15.57 Python/3.11.9 Linux/6.8.11-amd64 exe/x86_64.kali.2024 prompt/off";
const PYTHON: &str = "Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#6.8.11-amd64 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.131";
const RCLONE: &str = "rclone/v1.66.0";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0";

/// What a script tries that asks which calls a key may make.
const TRIED: [(&str, &[&str]); 15] = [
    ("iam", &["ListUsers", "ListGroups", "ListPolicies", "GetAccountSummary", "GetAccountPasswordPolicy"]),
    (
        "iam",
        &["ListSAMLProviders", "ListOpenIDConnectProviders", "ListAccountAliases", "GetCredentialReport"],
    ),
    ("iam", &["GetAccountAuthorizationDetails", "ListVirtualMFADevices", "ListInstanceProfiles"]),
    (
        "ec2",
        &["DescribeSnapshots", "DescribeImages", "DescribeKeyPairs", "DescribeVolumes", "DescribeFlowLogs"],
    ),
    ("ec2", &["DescribeVpcs", "DescribeSubnets", "DescribeAddresses", "DescribeNetworkInterfaces"]),
    ("rds", &["DescribeDBInstances", "DescribeDBSnapshots", "DescribeDBClusters"]),
    ("secretsmanager", &["ListSecrets"]),
    ("ssm", &["DescribeParameters", "DescribeInstanceInformation"]),
    ("dynamodb", &["ListTables"]),
    ("kms", &["ListKeys", "ListAliases"]),
    ("cloudtrail", &["DescribeTrails", "ListTrails"]),
    ("guardduty", &["ListDetectors"]),
    ("organizations", &["DescribeOrganization", "ListAccounts"]),
    ("eks", &["ListClusters"]),
    ("ses", &["GetSendQuota", "ListIdentities"]),
];

/// Plays it from that second on, with `bulk` objects taken.
pub(crate) fn play(world: &World, time: i64, bulk: u64) -> Vec<Draft> {
    let mut s = Script::new(world, "leaked-key", 0, time);
    let key = world.user_key(DEV, LEAKED_USER);
    let leaked = Caller::user(DEV, LEAKED_USER, key, "203.0.113.66", CLI);
    look_around(&mut s, &leaked);
    try_everything(&mut s, &leaked.from("203.0.113.67", PYTHON));
    let automation = move_on(&mut s, &leaked);
    let made = settle(&mut s, &automation);
    let signed_in = s.sign_in_as_new(&made);
    blind(&mut s, &signed_in);
    let member = return_later(&mut s, &made);
    take(&mut s, &member, bulk);
    share_disk(&mut s, &member);
    s.finish()
}

fn look_around(s: &mut Script<'_>, leaked: &Caller) {
    s.by(leaked);
    s.set(Word::User, LEAKED_USER);
    s.phase("initial-access", "T1078.004");
    s.ok("sts", "GetCallerIdentity");
    s.phase("recon", "T1069.003");
    s.sweep(
        (9, 40),
        "iam",
        &["GetUser", "ListAttachedUserPolicies", "ListUserPolicies", "ListGroupsForUser"],
    );
    s.phase("recon", "T1087.004");
    s.sweep((20, 70), "iam", &["ListRoles"]);
    s.phase("recon", "T1619");
    s.sweep((15, 60), "s3", &["ListBuckets"]);
    s.phase("recon", "T1580");
    s.sweep((12, 50), "ec2", &["DescribeRegions", "DescribeInstances", "DescribeSecurityGroups"]);
    s.phase("recon", "T1526");
    s.sweep((12, 50), "lambda", &["ListFunctions20150331"]);
    s.sweep((12, 50), "ecs", &["ListClusters"]);
}

/// A burst of refused calls: which of them are allowed?
fn try_everything(s: &mut Script<'_>, scanner: &Caller) {
    s.wait(500, 900);
    s.by(scanner);
    s.phase("recon", "T1580");
    for (service, names) in TRIED {
        for name in names {
            s.wait(0, 3);
            s.denied(service, name);
        }
    }
    s.wait(200, 400);
    s.phase("privilege-escalation", "T1098.003");
    for name in ["CreateAccessKey", "PutUserPolicy", "AttachUserPolicy", "CreateLoginProfile"] {
        s.wait(4, 30);
        s.denied("iam", name);
    }
    s.phase("lateral-movement", "T1078.004");
    for role in ["Admin", "Administrator", "admin", "PowerUser", "infra-admin", "terraform", MEMBER_ROLE] {
        s.wait(1, 4);
        s.assume_denied(DEV, role);
    }
}

/// From the user to a role in production, and from there to the managing account.
fn move_on(s: &mut Script<'_>, leaked: &Caller) -> Caller {
    s.wait(700, 1300);
    s.by(leaked);
    s.phase("lateral-movement", "T1550.001");
    let deploy = s.assume(PROD, DEPLOY_ROLE, "deploy-sync");
    s.by(&deploy);
    s.phase("recon", "T1580");
    s.sweep((6, 30), "sts", &["GetCallerIdentity"]);
    s.sweep((9, 60), "cloudformation", &["ListStacks", "DescribeStacks"]);
    s.sweep((9, 60), "ec2", &["DescribeInstances", "DescribeVolumes"]);
    s.phase("credential-access", "T1555.006");
    s.sweep((9, 40), "ssm", &["DescribeParameters", "GetParameter", "GetParameter", "GetParametersByPath"]);
    s.sweep((9, 40), "secretsmanager", &["ListSecrets"]);
    s.wait(5, 20);
    s.denied("secretsmanager", "GetSecretValue");
    s.wait(300, 700);
    s.phase("lateral-movement", "T1550.001");
    let automation = s.assume(MANAGEMENT, AUTOMATION_ROLE, "deploy-sync");
    s.by(&automation);
    s.phase("recon", "T1087.004");
    s.sweep((6, 30), "sts", &["GetCallerIdentity"]);
    s.sweep((9, 60), "organizations", &["DescribeOrganization", "ListAccounts", "ListPolicies"]);
    s.sweep(
        (9, 60),
        "iam",
        &["GetAccountAuthorizationDetails", "ListUsers", "ListRoles", "GetAccountSummary"],
    );
    s.phase("recon", "T1526");
    s.sweep((9, 60), "cloudtrail", &["DescribeTrails", "GetTrailStatus", "GetEventSelectors"]);
    s.sweep((9, 60), "guardduty", &["ListDetectors"]);
    automation
}

/// A user of one's own, and a door left open.
fn settle(s: &mut Script<'_>, automation: &Caller) -> Caller {
    let world = s.world();
    s.set(Word::User, NEW_USER);
    let key = world.user_key(MANAGEMENT, NEW_USER);
    s.set(Word::LongKey, key.clone());
    s.set(Word::PolicyArn, "arn:aws:iam::aws:policy/AdministratorAccess");
    s.wait(400, 900);
    s.phase("persistence", "T1136.003");
    s.ok("iam", "CreateUser").asking(r#"{"userName":"$iamuser"}"#);
    s.phase("persistence", "T1098.001");
    s.sweep((8, 30), "iam", &["CreateAccessKey"]);
    s.phase("persistence", "T1098.003");
    s.sweep((8, 30), "iam", &["AttachUserPolicy"]);
    s.phase("persistence", "T1098.001");
    s.sweep((15, 60), "iam", &["CreateLoginProfile"]);
    s.phase("persistence", "T1098.003");
    s.set(Word::Role, "audit-readonly");
    s.sweep((60, 200), "iam", &["GetRole", "UpdateAssumeRolePolicy"]);
    let account = s.world().account_text(MANAGEMENT);
    s.asking(&format!(
        r#"{{"roleName":"$role","policyDocument":"{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":[\"arn:aws:iam::{account}:root\",\"arn:aws:iam::{ATTACKER_ACCOUNT}:root\"]}},\"Action\":\"sts:AssumeRole\"}}]}}"}}"#
    ));
    s.unset(Word::Role);
    Caller { account: automation.account, ..Caller::user(MANAGEMENT, NEW_USER, key, "203.0.113.91", PYTHON) }
}

impl Script<'_> {
    /// The new user signs in without a second factor and looks at the trails.
    fn sign_in_as_new(&mut self, made: &Caller) -> Caller {
        self.wait(1200, 2400);
        self.phase("initial-access", "T1078.004");
        let user = self.sign_in(NEW_USER, false, &made.from("203.0.113.91", BROWSER));
        self.by(&user);
        self.phase("recon", "T1526");
        self.sweep((1, 4), "health", &["DescribeEventAggregates"]);
        self.sweep((1, 4), "notifications", &["ListNotificationHubs"]);
        self.sweep((1, 4), "ec2", &["DescribeRegions"]);
        self.sweep((20, 90), "cloudtrail", &["DescribeTrails", "GetTrailStatus", "GetEventSelectors"]);
        self.sweep((10, 40), "s3", &["ListBuckets"]);
        self.sweep((20, 60), "guardduty", &["ListDetectors", "ListFindings"]);
        self.sweep((20, 60), "config", &["DescribeConfigurationRecorderStatus"]);
        user
    }
}

/// The trail records less, and then nothing.
fn blind(s: &mut Script<'_>, user: &Caller) {
    s.by(user);
    s.set(Word::Trail, ORG_TRAIL);
    s.phase("defense-impairment", "T1685.002");
    if let Some((from, _)) = s.world().size.gap {
        s.time = (from - 75).max(s.time);
    }
    s.ok("cloudtrail", "PutEventSelectors");
    s.wait(48, 70);
    s.ok("cloudtrail", "StopLogging");
    s.unset(Word::Trail);
}

/// Comes back when the trail is on again, with the key of the new user.
fn return_later(s: &mut Script<'_>, made: &Caller) -> Caller {
    if let Some((_, to)) = s.world().size.gap {
        s.time = s.time.max(to + 900);
    }
    s.by(made);
    s.wait(10, 300);
    s.phase("initial-access", "T1078.004");
    s.ok("sts", "GetCallerIdentity");
    s.wait(20, 60);
    s.phase("lateral-movement", "T1550.001");
    let member = s.assume(PROD, MEMBER_ROLE, "maintenance");
    s.by(&member);
    s.phase("defense-impairment", "T1685.002");
    s.sweep((60, 200), "ec2", &["DescribeFlowLogs", "DeleteFlowLogs"]);
    member
}

/// Looks at all buckets, empties one of them, and opens it to an account of his own.
fn take(s: &mut Script<'_>, member: &Caller, bulk: u64) {
    s.by(member);
    s.wait(200, 500);
    s.phase("recon", "T1619");
    s.ok("s3", "ListBuckets");
    let site = s.world().accounts.get(PROD).map_or(0, |a| a.main);
    let buckets = s.world().sites.get(site).map_or(&[][..], |place| place.stock.of(Word::Bucket));
    for bucket in buckets.iter().take(6) {
        s.set(Word::Bucket, bucket);
        s.sweep(
            (0, 2),
            "s3",
            &["GetBucketLocation", "GetBucketAcl", "GetBucketPolicy", "GetBucketVersioning"],
        );
        s.sweep((0, 2), "s3", &["GetBucketEncryption", "GetBucketPublicAccessBlock", "GetBucketLogging"]);
    }
    s.set(Word::Bucket, buckets.get(2).map_or("", String::as_str));
    s.by(&member.from("203.0.113.92", RCLONE));
    s.phase("exfiltration", "T1530");
    s.wait(200, 500);
    for i in 0..bulk {
        if i % 40 == 0 {
            s.sweep((1, 4), "s3", &["ListObjects"]);
        }
        s.wait(1, 17);
        s.ok("s3", "GetObject");
        let bytes = 4_000_000 + s.rng().below(220_000_000);
        s.noting(&format!(
            r#"{{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"SSEApplied":"SSE_KMS","AuthenticationMethod":"AuthHeader","x-amz-id-2":"$hostid","bytesTransferredOut":{bytes}}}"#
        ));
    }
    s.by(member);
    s.phase("exfiltration", "T1537");
    s.wait(100, 300);
    s.ok("s3", "PutBucketPolicy").asking(&format!(
        r#"{{"bucketPolicy":{{"Version":"2012-10-17","Statement":[{{"Sid":"Sync","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{ATTACKER_ACCOUNT}:root"}},"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::$bucket","arn:aws:s3:::$bucket/*"]}}]}},"bucketName":"$bucket","Host":"$bucket.s3.$region.amazonaws.com","policy":""}}"#
    ));
    s.unset(Word::Bucket);
}

/// A copy of a disk, given away.
fn share_disk(s: &mut Script<'_>, member: &Caller) {
    s.by(member);
    s.phase("recon", "T1580");
    s.sweep((40, 120), "ec2", &["DescribeVolumes", "DescribeSnapshots"]);
    s.phase("exfiltration", "T1537");
    let snapshot = s.filled("snap-$hex17");
    s.set(Word::Snapshot, snapshot);
    s.set(Word::Partner, ATTACKER_ACCOUNT);
    s.sweep((60, 200), "ec2", &["CreateSnapshot"]);
    s.wait(120, 240);
    s.ok("ec2", "ModifySnapshotAttribute");
}

/// What the automation of the platform team does about it: no attack.
pub(crate) fn restore(world: &World) -> Vec<Draft> {
    let Some((_, to)) = world.size.gap else { return Vec::new() };
    let Some(guard) = world.actors.iter().find(|a| a.name == "trail-guard") else { return Vec::new() };
    let session = session::at(world, guard, MANAGEMENT, 0, to);
    let credentials = crate::synth::script::Credentials::Role(session);
    let agent = guard.agent.clone();
    let caller = Caller { account: MANAGEMENT, credentials, address: "192.0.2.77".to_owned(), agent };
    let mut s = Script::new(world, "", 0, to);
    s.by(&caller);
    s.set(Word::Trail, ORG_TRAIL);
    s.set(Word::Bucket, LOG_BUCKET);
    s.ok("cloudtrail", "StartLogging");
    s.wait(1, 2);
    s.ok("cloudtrail", "GetTrailStatus");
    s.wait(1, 3);
    let selectors = r#""eventSelectors":[{"readWriteType":"All","includeManagementEvents":true,"dataResources":[{"type":"AWS::S3::Object","values":["arn:aws:s3"]},{"type":"AWS::DynamoDB::Table","values":["arn:aws:dynamodb"]}],"excludeManagementEventSources":[]}]"#;
    s.ok("cloudtrail", "PutEventSelectors")
        .asking(&format!(r#"{{"trailName":"$trail",{selectors}}}"#))
        .answering(&format!(
            r#"{{"trailARN":"arn:aws:cloudtrail:us-east-1:$account:trail/$trail",{selectors}}}"#
        ));
    s.wait(1, 2);
    s.ok("sns", "Publish");
    s.finish()
}
