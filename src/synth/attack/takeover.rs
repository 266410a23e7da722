//! A person's console session in the wrong hands, and a role that leads from one account to the next.

use super::Stage;
use crate::synth::names::ATTACKER_ACCOUNT;
use crate::synth::script::{Caller, Script};
use crate::synth::template::Word;

const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0";
const CLI: &str =
    "aws-cli/1.32.101 Python/3.10.12 Linux/5.15.153.1-microsoft-standard-WSL2 botocore/1.34.101";

/// Wrong passwords, then the right one; a second factor of the attacker's; a key, and a way back in.
pub(super) fn console(s: &mut Script<'_>, stage: Stage) {
    let world = s.world();
    let user = "contractor.lee";
    let outside = stage.stolen_key(world, user, BROWSER);
    s.set(Word::User, user);
    s.phase("initial-access", "T1110.001");
    for _ in 0..9 {
        s.sign_in(user, false, &outside);
        s.answering(r#"{"ConsoleLogin":"Failure"}"#);
        s.change(|draft| "Failed authentication".clone_into(&mut draft.message));
        // A failed sign-in has a message and no code.
        s.wait(6, 40);
    }
    s.phase("initial-access", "T1078.004");
    let inside = s.sign_in(user, false, &outside);
    s.by(&inside);
    s.phase("recon", "T1087.004");
    s.sweep(
        (2, 9),
        "iam",
        &["GetUser", "ListMFADevices", "ListAccessKeys", "ListUsers", "ListGroupsForUser"],
    );
    s.phase("recon", "T1580");
    s.sweep((2, 9), "ec2", &["DescribeRegions", "DescribeInstances", "DescribeVpcs"]);
    s.sweep((2, 9), "s3", &["ListBuckets"]);
    s.phase("persistence", "T1556.006");
    s.sweep((20, 90), "iam", &["DeactivateMFADevice", "CreateVirtualMFADevice", "EnableMFADevice"]);
    s.phase("persistence", "T1098.001");
    s.sweep((20, 90), "iam", &["CreateAccessKey", "UpdateLoginProfile"]);
    s.phase("lateral-movement", "T1550.001");
    s.sweep((20, 90), "signin", &["GetSigninToken"]);
    s.phase("privilege-escalation", "T1098.003");
    s.set(Word::PolicyArn, "arn:aws:iam::aws:policy/AdministratorAccess");
    s.sweep((30, 90), "iam", &["AttachUserPolicy"]);
    s.phase("credential-access", "T1555.006");
    s.sweep(
        (10, 60),
        "secretsmanager",
        &["ListSecrets", "GetSecretValue", "GetSecretValue", "GetSecretValue"],
    );
}

/// A user's key, a role, the role of the next account, and a door left open in each.
pub(super) fn chain(s: &mut Script<'_>, stage: Stage) {
    let world = s.world();
    let count = world.accounts.len();
    let mut who = stage.stolen_key(world, "svc-integration", CLI);
    s.by(&who);
    s.phase("initial-access", "T1078.004");
    s.ok("sts", "GetCallerIdentity");
    for hop in 0..4 {
        s.phase("recon", "T1069.003");
        s.sweep((5, 40), "iam", &["ListRoles", "GetRole", "ListAttachedRolePolicies"]);
        s.phase("lateral-movement", "T1550.001");
        s.wait(30, 200);
        for role in ["admin", "cross-account-admin"] {
            s.wait(2, 9);
            s.assume_denied((stage.account + hop + 1) % count, role);
        }
        s.wait(10, 60);
        who = s.assume((stage.account + hop + 1) % count, "network-hub", "sync");
        s.by(&who);
        s.sweep((4, 20), "sts", &["GetCallerIdentity"]);
    }
    leave_door_open(s, &who);
}

fn leave_door_open(s: &mut Script<'_>, who: &Caller) {
    s.by(who);
    s.phase("persistence", "T1098.003");
    s.set(Word::Role, "network-hub");
    s.sweep((30, 90), "iam", &["UpdateAssumeRolePolicy"]);
    s.asking(&format!(
        r#"{{"roleName":"$role","policyDocument":"{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"arn:aws:iam::{ATTACKER_ACCOUNT}:root\"}},\"Action\":\"sts:AssumeRole\"}}]}}"}}"#
    ));
}
