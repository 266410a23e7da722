//! `--scoring classic` gives the points of the plain additive table, worked out here once more on its own.

use serde_json::{Value, json};

use super::help::{Folder, id, log, record, run};

/// The lists of the table, one string each.
const LISTS: [&str; 5] = [
    "CreateRole DeleteRole AttachRolePolicy DetachRolePolicy PutRolePolicy DeleteRolePolicy CreateUser DeleteUser \
     AttachUserPolicy DetachUserPolicy PutUserPolicy CreateGroup DeleteGroup AddUserToGroup RemoveUserFromGroup \
     CreateAccessKey DeleteAccessKey UpdateAccessKey CreateLoginProfile UpdateLoginProfile DeleteLoginProfile",
    "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress \
     RevokeSecurityGroupEgress CreateSecurityGroup DeleteSecurityGroup CreateVpc DeleteVpc ModifyVpcAttribute \
     CreateInternetGateway AttachInternetGateway DetachInternetGateway CreateRoute DeleteRoute ReplaceRoute \
     AssociateRouteTable DisassociateRouteTable",
    "PutBucketPolicy DeleteBucketPolicy PutBucketAcl PutBucketPublicAccessBlock DeleteBucketPublicAccessBlock \
     PutBucketEncryption DeleteBucketEncryption",
    "StopConfigurationRecorder DeleteConfigurationRecorder PutConfigurationRecorder DeleteDeliveryChannel \
     StopLogging DeleteTrail PutEventSelectors",
    "CreateKey ScheduleKeyDeletion CancelKeyDeletion PutKeyPolicy CreateGrant RevokeGrant DisableKey EnableKey",
];

/// Addresses, and whether the table takes them for external.
const ADDRESSES: [(&str, bool); 16] = [
    ("8.8.8.8", true),
    ("172.32.0.1", true),
    ("100.128.0.1", true),
    ("2600:1f18::1", true),
    ("10.1.2.3", false),
    ("172.16.0.1", false),
    ("172.31.255.255", false),
    ("192.168.10.20", false),
    ("100.64.0.1", false),
    ("127.0.0.1", false),
    ("169.254.169.254", false),
    ("fd00::1", false),
    ("::1", false),
    ("cloudtrail.amazonaws.com", false),
    ("AWS Internal", false),
    ("", false),
];

/// Error codes, and whether the table takes them for denied.
const ERRORS: [(&str, bool); 6] = [
    ("", false),
    ("AccessDenied", true),
    ("AccessDeniedException", true),
    ("Client.UnauthorizedOperation", true),
    ("ThrottlingException", false),
    ("NoSuchEntity", false),
];

/// One event and its points, added up from the table.
fn case(n: usize, name: &str, root: bool, address: (&str, bool), error: (&str, bool)) -> (Value, u64) {
    let mut change = json!({"eventName": name, "sourceIPAddress": address.0});
    if root {
        change["userIdentity"] =
            json!({"type": "Root", "accountId": "111122223333", "arn": "arn:aws:iam::111122223333:root"});
    }
    if !error.0.is_empty() {
        change["errorCode"] = json!(error.0);
    }
    let lists = LISTS.iter().filter(|list| list.split_whitespace().any(|other| other == name)).count() as u64;
    let points = lists * 50 + u64::from(root) * 30 + u64::from(address.1) * 20 + u64::from(error.1) * 25;
    (record(n, change), points.min(100))
}

fn cases() -> Vec<(Value, u64)> {
    let listed = LISTS.iter().flat_map(|list| list.split_whitespace());
    let names: Vec<&str> = listed.chain(["DescribeInstances", "createuser", "GetObject"]).collect();
    let mut cases = Vec::new();
    for (n, name) in names.iter().enumerate() {
        // Every list meets every address and error, without multiplying all by all.
        for (k, address) in ADDRESSES.iter().enumerate() {
            let error = ERRORS[(n + k) % ERRORS.len()];
            cases.push(case(cases.len(), name, (n + k) % 3 == 0, *address, error));
        }
    }
    let assume = |role: &str| {
        json!({"eventName": "AssumeRole", "eventSource": "sts.amazonaws.com", "sourceIPAddress": "10.0.0.1",
               "requestParameters": {"roleArn": format!("arn:aws:iam::111122223333:role/{role}")}})
    };
    let login = |answer: &str| {
        json!({"eventName": "ConsoleLogin", "eventSource": "signin.amazonaws.com", "sourceIPAddress": "8.8.8.8",
               "eventType": "AwsConsoleSignIn", "responseElements": {"ConsoleLogin": answer}})
    };
    for (change, points) in [
        (assume("OrganizationAccountAccessRole"), 15),
        (assume("reader"), 0),
        (login("Success"), 30),
        (login("Failure"), 20),
    ] {
        cases.push((record(cases.len(), change), points));
    }
    cases
}

#[test]
fn every_event_has_the_points_of_the_table() {
    let cases = cases();
    let records: Vec<Value> = cases.iter().map(|(record, _)| record.clone()).collect();
    let folder = Folder::new();
    let file = folder.file("a.json", log(&records));
    let ran = run(&["scan", &file, "--scoring", "classic", "--all", "--top", "0", "--format", "jsonl"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut seen = 0;
    for line in ran.lines() {
        let n = (0..cases.len()).find(|n| line["eventID"] == id(*n).as_str()).unwrap();
        let (record, points) = &cases[n];
        assert_eq!(line["risk"], *points, "{record}\n{line}");
        let sum: u64 =
            line["factors"].as_array().unwrap().iter().map(|f| f["points"].as_u64().unwrap()).sum();
        assert_eq!(sum.min(100), *points, "the reasons add up to the points: {line}");
        seen += 1;
    }
    assert_eq!(seen, cases.len());
}

#[test]
fn the_cap_is_a_hundred() {
    let (worst, points) = case(1, "StopLogging", true, ("8.8.8.8", true), ("AccessDenied", true));
    assert_eq!(points, 100);
    let folder = Folder::new();
    let file = folder.file("a.json", log(&[worst]));
    let ran = run(&["scan", &file, "--scoring", "classic", "--format", "jsonl"]);
    assert_eq!(ran.lines()[0]["risk"], 100);
}
