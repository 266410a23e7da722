use proptest::prelude::*;

use super::*;

fn shipped() -> Operations {
    let mut text = String::new();
    flate2::read::GzDecoder::new(OPERATIONS).read_to_string(&mut text).unwrap();
    Operations::parse(&text, EVENT_NAMES).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn the_shipped_tables_are_sound() {
    let operations = shipped();
    assert!(operations.len() > 15_000, "{}", operations.len());
    assert!(operations.services().count() > 350);
    for name in operations.names() {
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{name}");
    }
    let renamed = operations.renamed.values().flatten();
    for (service, logged) in renamed {
        assert!(operations.renamed(logged, &[&operations.services[*service]]).is_none(), "{logged}");
    }
}

#[test]
fn names_belong_to_the_service_that_logs_them() {
    let operations = shipped();
    for (service, name, logged) in [
        ("iam", "CreateUser", true),
        ("iam", "createuser", true),
        ("iam", "DescribeInstances", false),
        ("monitoring", "DeleteAlarms", true),
        ("signin", "ConsoleLogin", true),
        ("states", "CreateStateMachine", true),
        ("elasticloadbalancing", "SetSecurityGroups", true),
        ("lambda", "ListTags20170331", true),
        ("lambda", "UpdateFunctionCode20150331v2", true),
        ("cloudfront", "ListDistributions2020_05_31", true),
        ("s3", "PutBucketPublicAccessBlock", true),
        ("kms", "RotateKey", true),
        ("kms", "20150331", false),
        ("nothing", "CreateUser", false),
    ] {
        assert_eq!(operations.logs(service, name), logged, "{service} {name}");
    }
}

#[test]
fn a_name_is_logged_as_another_only_where_it_has_no_meaning_of_its_own() {
    let operations = shipped();
    for (name, services, logged) in [
        ("PutBucketLifecycleConfiguration", &[][..], Some("PutBucketLifecycle")),
        ("PutLifecycleConfiguration", &["s3"], Some("PutBucketLifecycle")),
        ("PutLifecycleConfiguration", &["s3", "elasticfilesystem"], None),
        ("PutLifecycleConfiguration", &[], None),
        ("TagResource", &["lambda"], Some("TagResource20170331v2")),
        ("TagResource", &[], None),
        ("PutBucketLifecycle", &["s3"], None),
    ] {
        assert_eq!(operations.renamed(name, services), logged, "{name} {services:?}");
    }
}

#[test]
fn the_nearest_name_is_sought_in_the_service_first() {
    let operations = shipped();
    for (name, services, near) in [
        ("DescribeOrgnanizationalUnit", &["organizations"][..], Some("DescribeOrganizationalUnit")),
        ("CreatUser", &["iam"], Some("CreateUser")),
        ("StopLoging", &[], Some("StopLogging")),
        ("Zzzzzzzz", &[], None),
    ] {
        assert_eq!(operations.nearest(name, services), near, "{name}");
    }
}

#[test]
fn faults_name_their_place() {
    let error = Operations::parse("# a\nCreate User\n", EVENT_NAMES).unwrap_err().to_string();
    assert!(error.starts_with("operations:2: "), "{error}");
    let error = Operations::parse("[iam]\nCreate User\n", "[lgged]\n").unwrap_err().to_string();
    assert!(error.contains("lgged"), "{error}");
}

proptest! {
    #[test]
    fn no_name_ends_the_program(name: String) {
        let operations = Operations::parse("[iam]\nCreate User -\n", "[logged]\n[renamed]\n[sources]\n").unwrap();
        let _ = (operations.spelling(&name), operations.nearest(&name, &["iam"]), without_version(&name));
    }
}
