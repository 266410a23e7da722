use proptest::prelude::*;
use serde_json::json;

use super::*;

fn one(statement: &Value) -> Statement {
    statements(&json!({"Version": "2012-10-17", "Statement": statement})).unwrap().remove(0)
}

fn is_open(condition: &Value) -> bool {
    one(&json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Condition": condition}))
        .lets_everybody_in()
}

#[test]
fn everybody_is_let_in_by_name_and_by_leaving_some_out() {
    for (statement, open) in [
        (json!({"Effect": "Allow", "Principal": "*"}), true),
        (json!({"Effect": "Allow", "Principal": {"AWS": "*"}}), true),
        (json!({"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com", "AWS": ["1", "*"]}}), true),
        (json!({"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}}), true),
        (json!({"Effect": "Deny", "Principal": "*"}), false),
        (json!({"Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}}), false),
        (json!({"Effect": "Allow", "Principal": {"Service": "*"}}), false),
        (json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}), false),
        (json!({"Effect": "Allow", "Action": "*", "Resource": "*"}), false),
        (json!("odd"), false),
    ] {
        assert_eq!(one(&statement).lets_everybody_in(), open, "{statement}");
    }
}

#[test]
fn a_condition_binds_where_it_says_who_or_from_where() {
    for condition in [
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}),
        json!({"StringEquals": {"AWS:SourceOwner": "111122223333"}}),
        json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-exampleorgid/*"]}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::example-data"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}),
        json!({"StringLike": {"aws:userid": "AROAEXAMPLE:*"}}),
        json!({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "203.0.113.7", "2001:db8::/32"]}}),
        json!({"StringLike": {"sns:Endpoint": "*@example.com"}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:example-data"}}),
        json!({"StringEquals": {"elasticfilesystem:AccessPointArn": "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-1"}}),
        json!({"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true", "aws:SecureTransport": "true"}}),
        json!({"Bool": {"aws:PrincipalIsAWSService": true}}),
        // Of what is asked for, not of who asks.
        json!({"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}),
        json!({"StringEquals": {"aws:PrincipalAccount": "${aws:resourceAccount}"}}),
        // The key has to be there.
        json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"}, "Null": {"aws:PrincipalOrgID": "false"}}),
        json!({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-exampleorgid/*"}, "Null": {"aws:principalorgpaths": false}}),
        json!({"IpAddress": {"aws:SourceIp": ["17.0.0.0/8", "19.0.0.0/8"]}}),
        // One that binds is enough.
        json!({"StringEquals": {"sts:ExternalId": "x", "aws:SourceVpce": "vpce-1a2b3c4d"}}),
    ] {
        assert!(!is_open(&condition), "{condition}");
    }
}

#[test]
fn a_condition_that_everybody_can_meet_binds_nobody() {
    for condition in [
        json!({}),
        json!(null),
        json!({"Bool": {"aws:SecureTransport": "true"}}),
        // Whoever belongs to any organization at all.
        json!({"Null": {"aws:PrincipalOrgID": "false"}}),
        // Whoever comes by no endpoint.
        json!({"Null": {"aws:SourceVpce": "true"}}),
        json!({"Bool": {"aws:PrincipalIsAWSService": "false"}}),
        json!({"StringEquals": {"sts:ExternalId": "x"}}),
        json!({"StringEquals": {"aws:PrincipalTag/team": "data", "aws:username": "alice", "aws:CalledVia": "athena.amazonaws.com"}}),
        json!({"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "${aws:PrincipalOrgID}"}}),
        json!({"StringLike": {"sns:Endpoint": "*"}}),
        json!({"StringLike": {"aws:UserAgent": "app*", "aws:Referer": "https://example.com/*"}}),
        json!({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}),
        json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}),
        json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"}}),
        json!({"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-exampleorgid/*"}}),
        json!({"Null": {"aws:SourceVpce": "false"}}),
        json!({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}}),
        json!({"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}),
        json!({"IpAddress": {"aws:SourceIp": "::/0"}}),
        json!({"StringLike": {"aws:SourceVpce": "vpce-*"}}),
        json!({"StringLike": {"aws:PrincipalOrgID": "o-*"}}),
        json!({"StringLike": {"aws:userid": "*:alice"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::a*"}}),
        json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:role/x"}}),
        json!({"StringEquals": {"aws:PrincipalArn": "${aws:ResourceAccount}${aws:PrincipalArn}"}}),
        json!({"IpAddress": {"aws:SourceIp": (0..=255).map(|n| format!("{n}.0.0.0/8")).collect::<Vec<_>>()}}),
        json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"}, "Null": {"aws:PrincipalOrgID": "true"}}),
        json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"}, "Null": {"aws:SourceVpce": "false"}}),
    ] {
        assert!(is_open(&condition), "{condition}");
    }
}

#[test]
fn documents_come_as_objects_as_text_and_encoded() {
    let object = json!({"statement": {"Effect": "Allow", "Action": "a b", "Resource": "*"}});
    let text = object.to_string();
    let encoded: String =
        text.bytes().map(|b| if b == b' ' { "+".into() } else { format!("%{b:02x}") }).collect();
    for document in [object, Value::String(format!("\n {text}")), Value::String(encoded)] {
        assert_eq!(statements(&document).unwrap()[0].actions, ["a b"], "{document}");
    }
    for nothing in [json!("text"), json!({}), json!(null), json!("%7B%2"), json!("{"), json!([])] {
        assert_eq!(statements(&nothing), None, "{nothing}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(%7B)?[%0-9a-fA-F{}\":a-zA-Z*,\\[\\]]{0,60}") {
        let _ = statements(&Value::String(text));
    }
}
