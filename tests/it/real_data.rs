//! Real records, where they are at hand: in the folder that `TRAILHOUND_REAL_DATA` names, or beside the project.

use std::path::PathBuf;

use super::help::run;

/// The folder of that name among the real data; says so when there is none.
pub fn data(name: &str) -> Option<PathBuf> {
    let named = std::env::var_os("TRAILHOUND_REAL_DATA").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = named.unwrap_or(beside).join(name);
    if !folder.is_dir() {
        eprintln!("skipped: there is no real data at {}", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn a_red_team_run_is_read_whole_and_its_deeds_are_on_top() {
    let Some(folder) = data("invictus") else { return };
    let folder = folder.to_str().unwrap();
    let summary = run(&["scan", folder, "--summary"]).json();
    assert_eq!((summary["events"].as_u64(), summary["rejected"].as_u64()), (Some(2900), Some(0)));
    let top = run(&["scan", folder, "--top", "60", "--format", "jsonl"]).lines();
    let names: Vec<&str> = top.iter().filter_map(|line| line["eventName"].as_str()).collect();
    for deed in ["StopLogging", "DeleteTrail", "LeaveOrganization", "DeleteFlowLogs"] {
        assert!(names.contains(&deed), "{deed} is not among {names:?}");
    }
    assert!(top.iter().filter(|line| line["actor"] == "bert-jan").count() > 20);
}

#[test]
fn the_public_rules_get_the_warnings_they_deserve() {
    let Some(folder) = data("sigma-aws") else { return };
    let ran = run(&["rules", "check", folder.to_str().unwrap()]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let warnings: Vec<&str> = ran.out.lines().filter(|line| line.contains(": warning: ")).collect();
    // Each of these is so: looked up in the documents of AWS.
    let deserved = [
        ("aws_delete_saml_provider.yml", "no record has a field `status`"),
        ("aws_elasticache_security_group_modified_or_deleted.yml", "`AuthorizeCacheSecurityGroupEgress`"),
        ("aws_elasticache_security_group_modified_or_deleted.yml", "`RevokeCacheSecurityGroupEgress`"),
        ("aws_iam_backdoor_users_keys.yml", "`|fieldref` compares with the value"),
        ("aws_route_53_domain_transferred_lock_disabled.yml", "logged by route53domains.amazonaws.com"),
        ("aws_route_53_domain_transferred_to_another_account.yml", "logged by route53domains.amazonaws.com"),
        ("aws_s3_data_management_tampering.yml", "it is `PutBucketEncryption` there"),
        ("aws_s3_data_management_tampering.yml", "it is `PutBucketLifecycle` there"),
        ("aws_s3_data_management_tampering.yml", "it is `PutBucketReplication` there"),
        ("aws_s3_data_management_tampering.yml", "never logs `ReplicateObject`"),
    ];
    assert_eq!(warnings.len(), deserved.len(), "{warnings:#?}");
    for (warning, (file, said)) in warnings.iter().zip(deserved) {
        assert!(warning.contains(file) && warning.contains(said), "{warning}");
    }
}
