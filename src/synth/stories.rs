//! What a platform team does that looks like an attack and is none, and the rarer kinds of events.
//!
//! Without these, every risky call would be the attacker's, and finding him no art.

use crate::synth::actor::Kind;
use crate::synth::agents;
use crate::synth::cast::{DEV, MANAGEMENT, PROD};
use crate::synth::compose::person_address;
use crate::synth::identity;
use crate::synth::record::{Draft, Form};
use crate::synth::rhythm::{Rhythm, hour_of_week};
use crate::synth::rng::Rng;
use crate::synth::script::{Caller, Credentials, Script};
use crate::synth::session;
use crate::synth::template::Word;
use crate::synth::world::World;

const DAY: i64 = 86_400;
const BROWSER: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36";

/// A story, and the account that it happens in.
type Story = (fn(&mut Script<'_>), usize);

const STORIES: [Story; 10] = [
    (new_service_user, DEV),
    (new_phone, DEV),
    (open_web_port, PROD),
    (trust_own_account, PROD),
    (tidy_bucket, PROD),
    (share_with_own_account, PROD),
    (rotate_key, DEV),
    (rotate_secrets, PROD),
    (load_test, DEV),
    (change_trail, DEV),
];

/// All of it; more often in a larger world.
pub(crate) fn tell(world: &World) -> Vec<Draft> {
    let rounds = 1 + (world.size.events / 100_000).min(60);
    let mut all = Vec::new();
    for round in 0..rounds {
        for (number, &(story, account)) in STORIES.iter().enumerate() {
            let number = round * 100 + number as u64;
            all.extend(by_platform(world, story, account, number));
        }
        all.extend(mistyped_password(world, round));
    }
    all.extend(federated_sign_ins(world));
    all.extend(break_glass(world));
    all.extend(refused_by_endpoint(world, 3 + rounds));
    all.extend(unusual_rates(world, rounds));
    all
}

/// A workday morning of the plan; none when the plan has no workday.
fn workday(world: &World, rng: &mut Rng, start: u8) -> Option<i64> {
    let days = (world.size.end - world.size.start) / DAY;
    let first = rng.below(days.max(1).unsigned_abs()) as i64;
    let mut candidates = (0..days.min(7)).map(|i| world.size.start + (first + i) % days * DAY);
    let day = candidates.find(|&day| hour_of_week(day) / 24 < 5)?;
    Some(day.div_euclid(DAY) * DAY + (i64::from(start) + 1) * 3600 + rng.below(3 * 3600) as i64)
        .filter(|&time| (world.size.start..world.size.end - 3600).contains(&time))
}

/// A story told by somebody of the platform team who works in that account.
fn by_platform(world: &World, story: fn(&mut Script<'_>), account: usize, number: u64) -> Vec<Draft> {
    let mut script = Script::new(world, "", 1 + number, 0);
    let works_there = |a: &&crate::synth::actor::Actor| {
        a.behavior == "platform" && a.homes.iter().any(|h| world.account_of(h.site) == account)
    };
    let team: Vec<_> = world.actors.iter().filter(works_there).collect();
    let Some(person) = team.get(script.rng().index(team.len())) else { return Vec::new() };
    let (Rhythm::Office(start) | Rhythm::OnCall(start)) = person.rhythm else { return Vec::new() };
    let Some(time) = workday(world, script.rng(), start) else { return Vec::new() };
    script.time = time;
    let session = session::at(world, person, account, 0, time);
    let address = person_address(person, session.created);
    let in_console = script.rng().chance(0.4);
    let credentials = if in_console { Credentials::ConsoleRole(session) } else { Credentials::Role(session) };
    script.by(&Caller { account, credentials, address, agent: person.agent.clone() });
    story(&mut script);
    script.finish()
}

fn new_service_user(s: &mut Script<'_>) {
    let user = s.filled("svc-$word-$small");
    s.set(Word::User, user);
    s.set(Word::PolicyArn, "arn:aws:iam::aws:policy/ReadOnlyAccess");
    s.sweep(
        (10, 60),
        "iam",
        &["ListUsers", "CreateUser", "AttachUserPolicy", "CreateAccessKey", "AddUserToGroup"],
    );
}

fn new_phone(s: &mut Script<'_>) {
    s.set(Word::User, "contractor.lee");
    s.sweep((10, 60), "iam", &["GetUser", "ListMFADevices", "DeactivateMFADevice"]);
    s.sweep((20, 60), "iam", &["CreateVirtualMFADevice", "EnableMFADevice"]);
}

fn open_web_port(s: &mut Script<'_>) {
    s.sweep(
        (10, 60),
        "ec2",
        &["DescribeSecurityGroups", "CreateSecurityGroup", "AuthorizeSecurityGroupIngress"],
    );
    s.asking(r#"{"groupId":"$sg","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0","description":"public https"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}"#);
    s.sweep((10, 60), "ec2", &["DescribeSecurityGroupRules"]);
}

fn trust_own_account(s: &mut Script<'_>) {
    let account = s.world().account_text(MANAGEMENT);
    s.sweep((10, 60), "iam", &["GetRole", "UpdateAssumeRolePolicy"]);
    s.asking(&format!(
        r#"{{"roleName":"$role","policyDocument":"{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"arn:aws:iam::{account}:role/platform-automation\"}},\"Action\":\"sts:AssumeRole\"}}]}}"}}"#
    ));
    s.sweep((10, 60), "iam", &["AttachRolePolicy", "CreatePolicyVersion"]);
}

fn tidy_bucket(s: &mut Script<'_>) {
    let bucket = s.filled("$bucket");
    s.set(Word::Bucket, bucket);
    s.sweep(
        (10, 60),
        "s3",
        &["GetBucketPolicy", "PutBucketPolicy", "PutBucketLifecycle", "PutBucketTagging"],
    );
    s.sweep((10, 60), "s3", &["PutBucketVersioning"]);
}

fn share_with_own_account(s: &mut Script<'_>) {
    let snapshot = s.filled("snap-$hex17");
    s.set(Word::Snapshot, snapshot);
    s.sweep((20, 90), "ec2", &["DescribeVolumes", "CreateSnapshot", "ModifySnapshotAttribute"]);
}

fn rotate_key(s: &mut Script<'_>) {
    s.set(Word::User, "svc-reporting");
    s.sweep((10, 60), "iam", &["ListAccessKeys", "CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"]);
}

fn rotate_secrets(s: &mut Script<'_>) {
    s.sweep(
        (5, 30),
        "secretsmanager",
        &["ListSecrets", "DescribeSecret", "GetSecretValue", "PutSecretValue"],
    );
    s.sweep((5, 30), "ssm", &["PutParameter", "PutParameter"]);
}

fn load_test(s: &mut Script<'_>) {
    s.sweep(
        (5, 20),
        "ec2",
        &["DescribeImages", "RunInstances", "RunInstances", "RunInstances", "DescribeInstances"],
    );
    s.sweep((900, 1500), "ec2", &["TerminateInstances", "TerminateInstances", "TerminateInstances"]);
}

fn change_trail(s: &mut Script<'_>) {
    s.set(Word::Trail, "app-data-events");
    s.sweep((10, 60), "cloudtrail", &["DescribeTrails", "GetEventSelectors", "UpdateTrail"]);
}

/// A contractor with a user of his own gets his password wrong once or twice.
fn mistyped_password(world: &World, round: u64) -> Vec<Draft> {
    let mut s = Script::new(world, "", 10_000 + round, 0);
    let Some(time) = workday(world, s.rng(), 8) else { return Vec::new() };
    s.time = time;
    let user = "contractor.lee";
    let key = world.user_key(DEV, user);
    let outside = Caller::user(DEV, user, key, "2001:db8:41:7::1c", BROWSER);
    for _ in 0..=s.rng().below(2) {
        s.sign_in(user, false, &outside);
        s.answering(r#"{"ConsoleLogin":"Failure"}"#);
        s.change(|draft| "Failed authentication".clone_into(&mut draft.message));
        s.wait(8, 30);
    }
    let inside = s.sign_in(user, true, &outside);
    s.by(&inside);
    s.set(Word::User, user);
    s.sweep((1, 4), "notifications", &["ListNotificationHubs"]);
    s.sweep((1, 4), "health", &["DescribeEventAggregates"]);
    s.sweep((5, 60), "ec2", &["DescribeInstances", "DescribeVolumes", "DescribeSecurityGroups"]);
    s.sweep((5, 60), "s3", &["ListBuckets", "GetBucketLocation"]);
    s.wait(3, 20);
    s.denied("iam", "ListUsers");
    s.sweep((5, 60), "logs", &["DescribeLogGroups", "FilterLogEvents"]);
    s.finish()
}

/// People who only use the console come there from single sign-on; the second factor was asked for before.
fn federated_sign_ins(world: &World) -> Vec<Draft> {
    let mut s = Script::new(world, "", 25_000, 0);
    let days = (world.size.end - world.size.start) / DAY;
    for person in world.actors.iter().filter(|a| matches!(a.behavior, "finance" | "auditor")) {
        let Rhythm::Office(start) = person.rhythm else { continue };
        let account = person.homes.first().map_or(0, |h| world.account_of(h.site));
        for day in (0..days).map(|i| world.size.start.div_euclid(DAY) * DAY + i * DAY) {
            let time = day + i64::from(start) * 3600;
            if hour_of_week(time) / 24 >= 5 || !(world.size.start..world.size.end).contains(&time) {
                continue;
            }
            let session = session::at(world, person, account, 0, time);
            s.time = session.created + 2;
            let address = person_address(person, session.created);
            let agent = agents::browser(&mut Rng::keyed(person.number, &[])).to_owned();
            s.by(&Caller { account, credentials: Credentials::Role(session), address, agent });
            s.ok("signin", "ConsoleLogin").noting(
                r#"{"MobileVersion":"No","MFAUsed":"No","SamlProviderArn":"arn:aws:iam::$account:saml-provider/AWSSSO_0f4c2d9a7b1e3568_DO_NOT_DELETE"}"#,
            );
        }
    }
    s.finish()
}

/// The root user of the managing account signs in, with a second factor, to change the billing contact.
fn break_glass(world: &World) -> Vec<Draft> {
    let mut s = Script::new(world, "", 20_000, 0);
    let Some(time) = workday(world, s.rng(), 9) else { return Vec::new() };
    s.time = time;
    let account = MANAGEMENT;
    let credentials = Credentials::Root(time);
    let root =
        Caller { account, credentials, address: "198.51.100.11".to_owned(), agent: BROWSER.to_owned() };
    s.by(&root);
    s.ok("signin", "ConsoleLogin").noting(
        r#"{"LoginTo":"https://console.aws.amazon.com/billing/home","MobileVersion":"No","MFAIdentifier":"arn:aws:iam::$account:mfa/root-account-mfa-device","MFAUsed":"Yes"}"#,
    );
    let mut identity = Vec::new();
    identity::root(&mut identity, world.account_text(account), "", time);
    s.change(|draft| draft.identity = identity);
    s.sweep((1, 5), "notifications", &["ListNotificationHubs"]);
    s.sweep((4, 30), "iam", &["GetAccountSummary", "ListMFADevices"]);
    s.sweep((4, 30), "budgets", &["DescribeBudgets"]);
    s.sweep((4, 30), "ce", &["GetCostAndUsage"]);
    s.finish()
}

/// Somebody of another organization meets an endpoint's policy.
fn refused_by_endpoint(world: &World, count: u64) -> Vec<Draft> {
    let mut s = Script::new(world, "", 30_000, 0);
    let stranger = identity::other_account("121212121212", "AROASTRANGER7EXAMPLE:job");
    s.by(&Caller::user(PROD, "", String::new(), "10.20.3.77", ""));
    let span = (world.size.end - world.size.start - 7200).max(1).unsigned_abs();
    for _ in 0..count {
        s.time = world.size.start + 3600 + s.rng().below(span) as i64;
        let endpoint = s.filled("vpce-$hex17");
        s.ok("s3", "PutObject")
            .failing("VpceAccessDenied", "The request was denied due to a VPC endpoint policy");
        s.change(|draft| {
            draft.form = Form::Network;
            draft.identity = stranger.clone().into_bytes();
            draft.endpoint = endpoint;
            draft.params.clear();
            draft.extra.clear();
            draft.host.clear();
        });
    }
    s.finish()
}

/// Pairs of Insight events: an unusual rate begins and ends.
fn unusual_rates(world: &World, count: u64) -> Vec<Draft> {
    let mut s = Script::new(world, "", 40_000, 0);
    s.by(&Caller::user(PROD, "", String::new(), "", ""));
    let span = (world.size.end - world.size.start - 14_400).max(1).unsigned_abs();
    let Some(role) = world.actors.iter().find(|a| a.kind == Kind::Vendor).map(|a| a.role.clone()) else {
        return Vec::new();
    };
    for _ in 0..count {
        let begin = world.size.start + 7200 + s.rng().below(span) as i64;
        let (id, rate) = (s.filled("$uuid"), 300 + s.rng().below(600));
        for (state, minutes) in [("Start", 0), ("End", 6)] {
            s.time = begin + minutes * 60;
            s.ok("monitoring", "GetMetricData").asking(&format!(
                r#"{{"state":"{state}","eventSource":"monitoring.amazonaws.com","eventName":"GetMetricData","insightType":"ApiCallRateInsight","insightContext":{{"statistics":{{"baseline":{{"average":84.5}},"insight":{{"average":{rate}}},"insightDuration":{minutes},"baselineDuration":11336}},"attributions":[{{"attribute":"userIdentityArn","insight":[{{"value":"arn:aws:sts::$account:assumed-role/{role}/observer","average":{rate}}}],"baseline":[{{"value":"arn:aws:sts::$account:assumed-role/{role}/observer","average":84.5}}]}}]}}}}"#
            ));
            let shared = id.clone();
            s.change(|draft| (draft.form, draft.version, draft.shared) = (Form::Insight, "1.08", shared));
        }
    }
    s.finish()
}
