use super::*;

const ROLE: &str = r#"{"type":"AssumedRole","principalId":"AROAEXAMPLE:alice",
    "arn":"arn:aws:sts::111122223333:assumed-role/Admin/alice","accountId":"111122223333",
    "accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE",
    "arn":"arn:aws:iam::111122223333:role/Admin","accountId":"111122223333","userName":"Admin"},
    "webIdFederationData":{},"sourceIdentity":"al","attributes":{"creationDate":"2026-01-10T10:00:00Z","mfaAuthenticated":"false"}}}"#;

#[test]
fn of_parts_that_stand_twice_the_last_one_counts_whole() {
    let issuer = r#""sessionIssuer":{"arn":"arn:a","userName":"A"}"#;
    let attributes = r#""attributes":{"creationDate":"2026-01-10T10:00:00Z","mfaAuthenticated":"true"}"#;
    let whole_of = |context: &str| format!(r#"{{"type":"AssumedRole",{context}}}"#);
    let known =
        |id: &Identity<'_>| (id.issuer_arn.to_string(), id.role.to_string(), id.created.is_known(), id.mfa);
    let whole =
        format!(r#""sessionContext":{{{issuer},{attributes},"sourceIdentity":"s","ec2RoleDelivery":"2.0"}}"#);
    let raw = whole_of(&whole);
    let all = Identity::parse(raw.as_bytes());
    assert_eq!(known(&all), ("arn:a".to_owned(), "A".to_owned(), true, Some(true)));
    assert!(all.on_instance && all.source_identity == "s");
    for (context, expected) in [
        (format!(r#"{whole},"sessionContext":{{}}"#), ("", "", false, None)),
        (format!(r#"{whole},"sessionContext":null"#), ("", "", false, None)),
        (
            format!(r#""sessionContext":{{{issuer},{attributes},"sessionIssuer":{{"userName":"B"}}}}"#),
            ("", "B", true, Some(true)),
        ),
        (
            format!(r#""sessionContext":{{{issuer},{attributes},"sessionIssuer":"x"}}"#),
            ("", "", true, Some(true)),
        ),
        (
            format!(
                r#""sessionContext":{{{issuer},{attributes},"attributes":{{"mfaAuthenticated":"false"}}}}"#
            ),
            ("arn:a", "A", false, Some(false)),
        ),
        (
            r#""sessionContext":{"attributes":{"mfaAuthenticated":"true","mfaAuthenticated":"so"}}"#
                .to_owned(),
            ("", "", false, None),
        ),
    ] {
        let raw = whole_of(&context);
        let id = Identity::parse(raw.as_bytes());
        let (arn, role, created, mfa) = expected;
        assert_eq!(known(&id), (arn.to_owned(), role.to_owned(), created, mfa), "{context}");
        assert!(!id.on_instance && id.source_identity.is_empty(), "{context}");
    }
}

#[test]
fn an_assumed_role_is_read_whole() {
    let id = Identity::parse(ROLE.as_bytes());
    assert_eq!((&*id.kind, id.actor.as_str(), &*id.role), ("AssumedRole", "Admin/alice", "Admin"));
    assert_eq!((&*id.session_name, id.mfa, &*id.source_identity), ("alice", Some(false), "al"));
    assert_eq!(id.created.to_string(), "2026-01-10T10:00:00Z");
    assert_eq!(id.session(false), "ASIAEXAMPLE");
    assert_eq!(id.session(true), "AROAEXAMPLE:alice@2026-01-10T10:00:00Z");
    assert!(!id.is_service);
}

#[test]
fn what_is_escaped_or_damaged_is_read_beside_what_is_not() {
    let raw = b"{\"type\":\"IAMUser\",\"userName\":\"b\\u006fb\",\"accessKeyId\":\"AKIA\xff\",\"arn\":\"arn:aws:iam::1:user\\/bob\"}";
    let id = Identity::parse(raw);
    assert_eq!((&*id.kind, &*id.user_name, &*id.access_key), ("IAMUser", "bob", "AKIA\u{fffd}"));
    assert_eq!((&*id.arn, &*id.account, id.actor.as_str()), ("arn:aws:iam::1:user/bob", "1", "bob"));
}

#[test]
fn the_parts_of_a_name_are_cut_where_they_end() {
    for (text, account) in [
        ("arn:aws:iam::1:user/a:b", Some("1")),
        ("arn:aws:s3:::bucket", Some("")),
        ("arn:aws:iam::1", None),
        ("xarn:aws:iam::1:user/a", None),
        ("", None),
    ] {
        assert_eq!(Arn::parse(text).map(|arn| arn.account), account, "{text}");
    }
    assert_eq!(Arn::parse("arn:aws:iam::1:user/a:b").unwrap().resource, "user/a:b");
    for (arn, role, session) in [
        ("assumed-role/r/s/t", "r", "s/t"),
        ("assumed-role/r", "r", ""),
        ("federated-user/f/g", "", "f"),
        ("federated-user", "", ""),
    ] {
        let raw = format!(r#"{{"arn":"arn:aws:sts::1:{arn}"}}"#);
        let id = Identity::parse(raw.as_bytes());
        assert_eq!((&*id.role, &*id.session_name), (role, session), "{arn}");
    }
}

#[test]
fn users_of_identity_center_are_told_apart() {
    let raw = r#"{"type":"IdentityCenterUser","accountId":"111122223333","onBehalfOf":{"userId":"9067-a",
        "identityStoreArn":"arn:aws:identitystore::111122223333:identitystore/d-1"},"credentialId":"c1"}"#;
    let id = Identity::parse(raw.as_bytes());
    assert_eq!((id.actor.as_str(), id.principal()), ("9067-a", "9067-a"));
    assert_eq!((&*id.session(false), &*id.session(true)), ("c1", "c1"));
}

#[test]
fn what_stands_behind_a_session_is_read() {
    let raw = r#"{"type":"AssumedRole","onBehalfOf":{"userId":"9067","identityStoreArn":"arn:aws:identitystore::1:x"},
        "inScopeOf":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:aws:lambda:us-east-1:111122223333:function:f"},
        "sessionContext":{"signInSessionArn":"arn:aws:signin:us-east-1:111122223333:session/abc","ec2RoleDelivery":"1.0"}}"#;
    let id = Identity::parse(raw.as_bytes());
    assert_eq!(
        (&*id.on_behalf_of, &*id.sign_in_session, &*id.issued_to, id.on_instance),
        (
            "9067",
            "arn:aws:signin:us-east-1:111122223333:session/abc",
            "arn:aws:lambda:us-east-1:111122223333:function:f",
            true
        )
    );
}

#[test]
fn the_actor_is_found_whatever_is_missing() {
    for (raw, actor) in [
        (
            r#"{"type":"Root","accountId":"111122223333","arn":"arn:aws:iam::111122223333:root"}"#,
            "root@111122223333",
        ),
        (r#"{"type":"IAMUser","userName":"bob","arn":"arn:aws:iam::1:user/x/bob"}"#, "bob"),
        (r#"{"type":"IAMUser","arn":"arn:aws-cn:iam::1:user/x/bob"}"#, "bob"),
        (r#"{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/web/i-0123456789abcdef0"}"#, "web"),
        (
            r#"{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/ci/botocore-session-1690000000"}"#,
            "ci",
        ),
        (r#"{"type":"AssumedRole","principalId":"AROA1:eve","sessionContext":{"sessionIssuer":{}}}"#, "eve"),
        (
            r#"{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/al@example.com"}"#,
            "Admin/al@example.com",
        ),
        (r#"{"type":"FederatedUser","arn":"arn:aws:sts::1:federated-user/fred"}"#, "fred"),
        (r#"{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}"#, "ec2.amazonaws.com"),
        (r#"{"type":"AWSAccount","principalId":"AIDAX","accountId":"999988887777"}"#, "AIDAX"),
        (r#"{"type":"AWSAccount","accountId":"999988887777"}"#, "999988887777"),
        (
            r#"{"type":"IdentityCenterUser","accountId":"111122223333","onBehalfOf":{"userId":"9067-a"},"credentialId":"c"}"#,
            "9067-a",
        ),
        (r#"{"accountId":"1","userName":null}"#, "1"),
        (r#"{"type":7,"userName":["x"]}"#, UNKNOWN_ACTOR),
        ("{}", UNKNOWN_ACTOR),
        ("null", UNKNOWN_ACTOR),
        (r#""text""#, UNKNOWN_ACTOR),
        ("", UNKNOWN_ACTOR),
    ] {
        assert_eq!(Identity::parse(raw.as_bytes()).actor, actor, "{raw}");
    }
}

#[test]
fn services_are_told_from_people() {
    for (raw, service) in [
        (r#"{"type":"AWSService","invokedBy":"x.amazonaws.com"}"#, true),
        (r#"{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/AWSServiceRoleForConfig/s"}"#, true),
        (r#"{"invokedBy":"config.amazonaws.com"}"#, true),
        (r#"{"type":"IAMUser","userName":"AWSServiceRole"}"#, false),
    ] {
        assert_eq!(Identity::parse(raw.as_bytes()).is_service, service, "{raw}");
    }
}

#[test]
fn generated_session_names_are_known() {
    for (name, generated) in [
        ("i-0123456789abcdef0", true),
        ("1690000000", true),
        ("aws-go-sdk-1690000000000", true),
        ("deploy-4f2d9c1ab37e-prod", true),
        ("alice", false),
        ("alice@example.com", false),
        ("deadbeef", false),
        ("facade-decade", false),
        ("GitHubActions", false),
    ] {
        assert_eq!(is_generated(name), generated, "{name}");
    }
}

#[test]
fn arns_of_every_partition_split() {
    let arn = Arn::parse("arn:aws-us-gov:s3:::bucket/key:with:colons").unwrap();
    assert_eq!((arn.partition, arn.service, arn.resource), ("aws-us-gov", "s3", "bucket/key:with:colons"));
    assert_eq!(Arn::parse("arn:aws:s3"), None);
    assert_eq!(Arn::parse("nonsense"), None);
}
