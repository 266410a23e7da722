#![expect(clippy::needless_pass_by_value, reason = "JSON is written where it is used")]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::detect::own::Own;

const HOME: &str = "111122223333";

/// Reads a document that belongs to [`HOME`].
fn read(document: &Value) -> Option<Policy> {
    let call = Call { request: &Value::Null, response: &Value::Null, home: HOME, own: &Own::default() };
    super::read(document, &call)
}

fn judged(statement: Value) -> Vec<(Danger, String)> {
    let policy = read(&json!({"Version": "2012-10-17", "Statement": statement})).unwrap();
    policy.judgments.into_iter().map(|j| (j.danger, j.reason)).collect()
}

fn dangers(statement: Value) -> Vec<Danger> {
    judged(statement).into_iter().map(|j| j.0).collect()
}

#[test]
fn everybody_is_everybody_unless_a_condition_binds() {
    let to = |principal: Value, condition: Value| {
        dangers(
            json!([{"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": condition}]),
        )
    };
    assert_eq!(to(json!("*"), json!({})), [Danger::Public]);
    assert_eq!(to(json!({"AWS": "*"}), json!({})), [Danger::Public]);
    assert_eq!(to(json!("*"), json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}})), []);
    assert_eq!(to(json!("*"), json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})), []);
    assert_eq!(
        dangers(json!({"Effect": "Allow", "NotPrincipal": {"AWS": HOME}, "Action": "*"})),
        [Danger::Public]
    );
}

#[test]
fn other_accounts_are_external_and_the_own_is_not() {
    let to = |principal: Value| {
        judged(json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}))
    };
    assert_eq!(
        to(json!({"AWS": ["arn:aws:iam::444455556666:root", "arn:aws:iam::111122223333:root"]})),
        [(Danger::External, "account 444455556666 is allowed sts:AssumeRole".to_owned())]
    );
    assert_eq!(to(json!({"AWS": "777788889999"})).len(), 1);
    assert_eq!(to(json!({"Service": "ec2.amazonaws.com"})), []);
}

#[test]
fn whom_a_condition_makes_of_everybody_is_external() {
    let to = |condition: Value| {
        judged(json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Condition": condition}))
    };
    let external = [(Danger::External, "account 444455556666 is allowed s3:GetObject".to_owned())];
    assert_eq!(to(json!({"StringEquals": {"aws:PrincipalAccount": ["444455556666", HOME]}})), external);
    assert_eq!(to(json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/*"}})), external);
    assert_eq!(to(json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}})), []);
}

#[test]
fn everything_is_everything_however_it_is_written() {
    let all = |more: Value| {
        let mut statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        for (key, value) in more.as_object().unwrap() {
            statement[key] = value.clone();
        }
        judged(statement)
    };
    for (more, told) in [
        (json!({"Resource": "arn:*"}), "it allows everything on everything"),
        (json!({"Resource": "arn:aws:*:*:*:*"}), "it allows everything on everything"),
        (json!({"Resource": "**"}), "it allows everything on everything"),
        (json!({"Action": "?*"}), "it allows everything on everything"),
        (json!({"Action": ["s3:GetObject", "**"]}), "it allows everything on everything"),
    ] {
        assert_eq!(all(more.clone()), [(Danger::Admin, told.to_owned())], "{more}");
    }
    let but = json!({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::x"});
    assert_eq!(
        judged(but),
        [(Danger::Admin, "it allows everything on everything but arn:aws:s3:::x".to_owned())]
    );
    for narrow in ["arn:aws:s3:::x", "arn:aws:iam::*:role/x", "arn", "aws:*", "arn:aws", ""] {
        assert_eq!(all(json!({ "Resource": narrow })), [], "{narrow}");
    }
    assert_eq!(all(json!({"Action": "?"})), []);
}

#[test]
fn admin_and_wildcards_are_told_apart() {
    let on = |action: Value, resource: &str| {
        dangers(json!({"Effect": "Allow", "Action": action, "Resource": resource}))
    };
    assert_eq!(on(json!("*"), "*"), [Danger::Admin]);
    assert_eq!(on(json!(["s3:GetObject", "*:*"]), "*"), [Danger::Admin]);
    assert_eq!(on(json!("iam:*"), "*"), [Danger::Admin]);
    assert_eq!(on(json!(["s3:*", "ec2:*"]), "*"), [Danger::Wildcard, Danger::Wildcard]);
    assert_eq!(on(json!("s3:Get*"), "*"), []);
    assert_eq!(on(json!("*"), "arn:aws:s3:::b"), []);
    assert_eq!(on(json!("*"), "arn:aws:s3:::*"), [Danger::Wildcard]);
    assert_eq!(on(json!(["iam:*", "S3:*"]), "arn:aws:s3:::*"), [Danger::Wildcard]);
    assert_eq!(on(json!("iam:*"), "arn:aws:s3:::*"), []);
    assert_eq!(dangers(json!({"Effect": "Deny", "Action": "*", "Resource": "*"})), []);
    assert_eq!(dangers(json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})), [Danger::Admin]);
}

#[test]
fn providers_are_open_unless_a_subject_narrows_them() {
    let with = |condition: Value| {
        dangers(json!({"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition,
            "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}}))
    };
    assert_eq!(with(json!({})), [Danger::Wildcard]);
    assert_eq!(
        with(json!({"StringLike": {"token.actions.githubusercontent.com:sub": "repo:*"}})),
        [Danger::Wildcard]
    );
    assert_eq!(with(json!({"StringLike": {"token.actions.githubusercontent.com:sub": "repo:halden/*"}})), []);
    assert_eq!(
        with(
            json!({"ForAllValues:StringLike": {"token.actions.githubusercontent.com:sub": "repo:halden/*"}})
        ),
        []
    );
}

#[test]
fn what_is_no_policy_is_none() {
    for nothing in [json!("text"), json!({}), json!(null), json!("%7B%2"), json!([])] {
        assert_eq!(read(&nothing), None, "{nothing}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(%7B)?[%0-9a-fA-F{}\":a-zA-Z*,\\[\\]]{0,60}") {
        let _ = read(&Value::String(text));
    }
}
