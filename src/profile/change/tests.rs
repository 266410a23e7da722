#![expect(clippy::needless_pass_by_value, reason = "JSON is written where it is used")]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::profile::sample::{HOME, OUTSIDE, record, user};

fn change(call: &str, more: Value) -> Change {
    let record = record("10:00:00", call, &user("bob", "AKIABOB"), more);
    decode(&serde_json::to_vec(&record).unwrap(), &Own::default())
        .unwrap_or_else(|| panic!("{call} is known"))
}

fn asked(call: &str, request: Value) -> Change {
    change(call, json!({ "requestParameters": request }))
}

fn trust(principal: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]})
        .to_string()
        .into()
}

fn ingress(rules: Value) -> Value {
    json!({"groupId": "sg-1", "ipPermissions": {"items": rules}})
}

#[test]
fn plain_calls_become_plain_sentences() {
    for (call, request, sentence) in [
        ("iam:CreateUser", json!({"userName": "eve"}), "created user eve"),
        ("iam:DeleteUser", json!({}), "deleted user ?"),
        ("secretsmanager:DeleteSecret", json!({"secretId": "s"}), "deleted secret s"),
        (
            "secretsmanager:DeleteSecret",
            json!({"secretId": "s", "forceDeleteWithoutRecovery": true}),
            "deleted secret s without a way back",
        ),
        (
            "iam:AddUserToGroup",
            json!({"userName": "eve", "groupName": "Admins"}),
            "added user eve to group Admins",
        ),
        (
            "cloudtrail:StopLogging",
            json!({"name": "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"}),
            "stopped trail main",
        ),
        (
            "ec2:TerminateInstances",
            json!({"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}}),
            "terminated instances i-1 and i-2",
        ),
        (
            "s3:PutBucketVersioning",
            json!({"bucketName": "b", "VersioningConfiguration": {"Status": "Suspended"}}),
            "set versioning of bucket b to Suspended",
        ),
        (
            "lambda:UpdateFunctionCode20150331v2",
            json!({"functionName": "arn:aws:lambda:us-east-1:111122223333:function:f"}),
            "replaced the code of function f",
        ),
        (
            "kms:ScheduleKeyDeletion",
            json!({"keyId": "k", "pendingWindowInDays": 7}),
            "scheduled key k for deletion in 7 days",
        ),
        (
            "s3:PutBucketLifecycle",
            json!({"bucketName": "b", "LifecycleConfiguration": {"Rule": {"Expiration": {"Days": 1}}}}),
            "changed how long bucket b keeps objects: 1 day",
        ),
        ("iam:CreateLoginProfile", json!({"userName": "eve"}), "gave user eve a password for the console"),
        (
            "ssm:SendCommand",
            json!({"documentName": "AWS-RunShellScript", "instanceIds": ["i-1"]}),
            "ran AWS-RunShellScript on i-1",
        ),
    ] {
        assert_eq!(asked(call, request).sentence, sentence, "{call}");
    }
}

#[test]
fn answers_are_looked_into() {
    let made = json!({"requestParameters": {"userName": "eve"}, "responseElements": {"accessKey": {"accessKeyId": "AKIAEVE"}}});
    assert_eq!(change("iam:CreateAccessKey", made).sentence, "created access key AKIAEVE for user eve");
    let own = json!({"responseElements": {"accessKey": {"accessKeyId": "AKIAEVE"}}});
    assert_eq!(change("iam:CreateAccessKey", own).sentence, "created access key AKIAEVE");
    let runs = json!({"requestParameters": {"instanceType": "p5.48xlarge", "instancesSet": {"items": [{"imageId": "ami-1", "maxCount": 2}]}},
        "responseElements": {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}}});
    assert_eq!(
        change("ec2:RunInstances", runs).sentence,
        "started 2 instances of type p5.48xlarge from image ami-1: i-1 and i-2"
    );
}

#[test]
fn what_failed_is_told_as_tried() {
    let denied = json!({"requestParameters": {"userName": "eve"}, "errorCode": "AccessDenied"});
    assert_eq!(change("iam:CreateUser", denied).sentence, "tried to create user eve (denied: AccessDenied)");
    let dry =
        json!({"requestParameters": {"instanceType": "t3.micro"}, "errorCode": "Client.DryRunOperation"});
    assert_eq!(
        change("ec2:RunInstances", dry).sentence,
        "tried to start new instances of type t3.micro (a dry run; it would have been allowed)"
    );
    let failed = json!({"responseElements": {"ConsoleLogin": "Failure"}});
    assert_eq!(
        change("signin:ConsoleLogin", failed).sentence,
        "tried to sign in to the console (denied: failed authentication)"
    );
}

#[test]
fn opened_ports_are_named_with_whom_they_are_open_to() {
    let ssh = asked(
        "ec2:AuthorizeSecurityGroupIngress",
        ingress(
            json!([{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]),
        ),
    );
    assert_eq!(ssh.sentence, "opened tcp/22 of sg-1 to 0.0.0.0/0");
    assert_eq!(
        ssh.judgments,
        [Judgment { danger: Danger::Public, reason: "tcp/22 is open to 0.0.0.0/0".to_owned() }]
    );
    for (network, is_open) in
        [("128.0.0.0/1", true), ("1.2.3.4/0", true), ("2000::/3", true), ("17.0.0.0/8", false)]
    {
        let rule = json!({"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": network}]}});
        let half = asked("ec2:AuthorizeSecurityGroupIngress", ingress(json!([rule])));
        assert_eq!(half.judgments.iter().any(|j| j.danger == Danger::Public), is_open, "{network}");
    }
    let two = asked(
        "ec2:AuthorizeSecurityGroupIngress",
        ingress(json!([
            {"ipProtocol": "tcp", "fromPort": 8000, "toPort": 8100, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}},
            {"ipProtocol": "-1", "groups": {"items": [{"groupId": "sg-2", "userId": OUTSIDE}]}}])),
    );
    assert_eq!(two.sentence, "opened tcp/8000-8100 of sg-1 to 10.0.0.0/8 and every port of sg-1 to sg-2");
    assert_eq!(two.judgments[0].danger, Danger::External);
    let out = asked(
        "ec2:AuthorizeSecurityGroupEgress",
        ingress(json!([{"ipProtocol": "-1", "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}])),
    );
    assert_eq!(
        (out.sentence.as_str(), out.judgments.len()),
        ("opened every port of sg-1 to 0.0.0.0/0, going out", 0)
    );
    let old = asked(
        "ec2:RevokeSecurityGroupIngress",
        json!({"groupName": "web", "ipProtocol": "tcp", "fromPort": 80, "toPort": 80, "cidrIp": "0.0.0.0/0"}),
    );
    assert_eq!((old.sentence.as_str(), old.judgments.len()), ("closed tcp/80 of web to 0.0.0.0/0", 0));
}

#[test]
fn who_may_assume_a_role_is_said() {
    let out = json!({"AWS": format!("arn:aws:iam::{OUTSIDE}:root")});
    let update =
        asked("iam:UpdateAssumeRolePolicy", json!({"roleName": "Admin", "policyDocument": trust(out)}));
    assert_eq!(update.sentence, format!("let account {OUTSIDE} assume role Admin"));
    assert_eq!(update.judgments[0].danger, Danger::External);
    let own: Own = [OUTSIDE, HOME].into_iter().collect();
    let request = json!({"roleName": "Admin", "policyDocument": trust(json!({ "AWS": OUTSIDE }))});
    let record = record(
        "10:00:00",
        "iam:UpdateAssumeRolePolicy",
        &user("bob", "AKIABOB"),
        json!({ "requestParameters": request }),
    );
    let update = decode(&serde_json::to_vec(&record).unwrap(), &own).unwrap();
    assert_eq!(
        (update.sentence, update.judgments),
        (format!("let account {OUTSIDE} assume role Admin"), Vec::new())
    );
    let create = asked(
        "iam:CreateRole",
        json!({"roleName": "r", "assumeRolePolicyDocument": trust(json!({"Service": "ec2.amazonaws.com"}))}),
    );
    assert_eq!(
        (create.sentence.as_str(), create.judgments.len()),
        ("created role r, which service ec2.amazonaws.com may assume", 0)
    );
    let open = asked(
        "iam:CreateRole",
        json!({"roleName": "r", "assumeRolePolicyDocument": trust(json!({"AWS": "*"}))}),
    );
    assert_eq!(
        (open.sentence.as_str(), open.judgments[0].danger),
        ("created role r, which everybody may assume", Danger::Public)
    );
}

#[test]
fn policies_are_decoded_and_judged() {
    let admin = json!({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}).to_string();
    let put =
        asked("iam:PutUserPolicy", json!({"userName": "eve", "policyName": "p", "policyDocument": admin}));
    assert_eq!(put.sentence, "put policy p on user eve: allows everything on everything");
    assert_eq!(put.judgments[0].danger, Danger::Admin);
    let attach = asked(
        "iam:AttachRolePolicy",
        json!({"roleName": "r", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    );
    assert_eq!(
        (attach.sentence.as_str(), attach.judgments[0].danger),
        ("attached policy AdministratorAccess to role r", Danger::Admin)
    );
    let bucket = asked(
        "s3:PutBucketPolicy",
        json!({"bucketName": "b", "bucketPolicy": {"Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]}}),
    );
    assert_eq!(
        bucket.sentence,
        "changed the policy of bucket b: allows s3:GetObject on arn:aws:s3:::b/* to everybody"
    );
    assert_eq!(bucket.judgments[0].danger, Danger::Public);
}

#[test]
fn shares_and_switches_are_judged() {
    for (call, request, sentence, danger) in [
        (
            "ec2:ModifySnapshotAttribute",
            json!({"snapshotId": "snap-1", "createVolumePermission": {"add": {"items": [{"userId": OUTSIDE}]}}}),
            format!("changed who may use snapshot snap-1: shared with {OUTSIDE}"),
            Some(Danger::External),
        ),
        (
            "ec2:ModifyImageAttribute",
            json!({"imageId": "ami-1", "launchPermission": {"add": {"items": [{"group": "all"}]}}}),
            "changed who may use image ami-1: shared with everybody".to_owned(),
            Some(Danger::Public),
        ),
        (
            "rds:ModifyDBSnapshotAttribute",
            json!({"dBSnapshotIdentifier": "d", "attributeName": "restore", "valuesToAdd": [HOME]}),
            format!("changed who may restore database snapshot d: shared with {HOME}"),
            None,
        ),
        (
            "rds:ModifyDBInstance",
            json!({"dBInstanceIdentifier": "d", "publiclyAccessible": true, "masterUserPassword": "****"}),
            "changed database d: publiclyAccessible true; masterUserPassword".to_owned(),
            Some(Danger::Public),
        ),
        (
            "s3:PutBucketAcl",
            json!({"bucketName": "b", "AccessControlPolicy": {"AccessControlList": {"Grant": [
            {"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}]}}}),
            "changed the access list of bucket b: READ to AllUsers".to_owned(),
            Some(Danger::Public),
        ),
        (
            "s3:PutBucketPublicAccessBlock",
            json!({"bucketName": "b", "PublicAccessBlockConfiguration": {"BlockPublicAcls": false, "BlockPublicPolicy": true}}),
            "changed the block on public access of bucket b: BlockPublicAcls off".to_owned(),
            Some(Danger::Weakens),
        ),
        (
            "lambda:AddPermission",
            json!({"functionName": "f", "principal": "*", "action": "lambda:InvokeFunction"}),
            "gave * lambda:InvokeFunction on function f".to_owned(),
            Some(Danger::Public),
        ),
        (
            "ec2:ModifyInstanceAttribute",
            json!({"instanceId": "i-1", "userData": {"value": "x"}}),
            "changed instance i-1: userData".to_owned(),
            None,
        ),
        (
            "ec2:CreateNetworkAclEntry",
            json!({"networkAclId": "acl-1", "ruleNumber": 1, "ruleAction": "allow", "cidrBlock": "0.0.0.0/0"}),
            "wrote rule 1 of network ACL acl-1: allow 0.0.0.0/0".to_owned(),
            Some(Danger::Public),
        ),
    ] {
        let change = asked(call, request);
        assert_eq!(change.sentence, sentence, "{call}");
        assert_eq!(change.judgments.first().map(|j| j.danger), danger, "{call}");
    }
}

#[test]
fn unknown_calls_and_broken_records_have_no_sentence() {
    for record in
        ["", "null", "[]", r#"{"eventSource":"x.amazonaws.com","eventName":"Y"}"#, r#"{"eventName":7}"#]
    {
        assert_eq!(decode(record.as_bytes(), &Own::default()), None, "{record}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from)
    ];
    let key = prop_oneof![
        Just("items".to_owned()),
        Just("ipPermissions".to_owned()),
        Just("policyDocument".to_owned()),
        Just("Statement".to_owned()),
        Just("userName".to_owned()),
        ".{0,6}"
    ];
    leaf.prop_recursive(4, 30, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_request_makes_any_sentence_panic(request in any_json(), answer in any_json(), pick: prop::sample::Index) {
        let mut calls: Vec<&str> = table::calls().collect();
        calls.sort_unstable();
        let change = change(calls[pick.index(calls.len())], json!({"requestParameters": request, "responseElements": answer}));
        prop_assert!(!change.sentence.is_empty());
    }
}
