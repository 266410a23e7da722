use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};

use super::*;
use crate::investigation::Investigation;
use crate::profile::sample::{HOME, OTHER, OUTSIDE, assumed, investigation, record, role, user};

struct Story {
    inv: Investigation,
    sessions: Sessions,
    chains: Chains,
}

fn story(records: &[Value]) -> Story {
    let inv = investigation(records);
    let go = AtomicBool::new(false);
    let sessions = Sessions::new(&inv.table, &go).unwrap();
    let chains = Chains::new(&inv.table, &sessions, &go).unwrap();
    Story { inv, sessions, chains }
}

impl Story {
    fn number(&self, id: &str) -> u32 {
        self.sessions.find(&self.inv.table, id)[0]
    }

    fn name(&self, session: u32) -> String {
        self.sessions.id(self.inv.table.dicts(), session)
    }

    /// The tree below a session, a line each: depth, name, proof.
    fn tree(&self, id: &str) -> Vec<(u32, String, Option<Proof>)> {
        let nodes = self.chains.tree(self.number(id));
        nodes.iter().map(|n| (n.depth, self.name(n.session), n.link.map(|l| l.proof))).collect()
    }

    fn origin(&self, id: &str) -> Origin {
        Origin::of(&self.inv.table, &self.sessions, &self.chains, self.number(id))
    }
}

/// A user's key, a role, the role of another account, and a new key there.
fn four_hops() -> Story {
    let bob = user("bob", "AKIABOB");
    let first = role(HOME, "Deploy", "d", "ASIA1", "09:01:00");
    let second = role(OTHER, "Admin", "x", "ASIA2", "09:02:00");
    let mut vending = assumed("Admin", "x", "ASIA2");
    vending["sharedEventID"] = "1eccc8c2-9cad-423c-afb4-54c55f419ebd".into();
    let mut seen_there = vending.clone();
    seen_there["recipientAccountId"] = OTHER.into();
    let caller = json!({"type": "AWSAccount", "principalId": "AROADeploy:d", "accountId": HOME});
    story(&[
        record("09:00:00", "sts:GetCallerIdentity", &bob, json!({})),
        record("09:01:00", "sts:AssumeRole", &bob, assumed("Deploy", "d", "ASIA1")),
        record("09:02:00", "sts:AssumeRole", &first, vending),
        record("09:02:00", "sts:AssumeRole", &caller, seen_there),
        record(
            "09:03:00",
            "iam:CreateAccessKey",
            &second,
            json!({"recipientAccountId": OTHER,
            "requestParameters": {"userName": "eve"}, "responseElements": {"accessKey": {"accessKeyId": "AKIAEVE"}}}),
        ),
        record("09:10:00", "s3:ListBuckets", &user("eve", "AKIAEVE"), json!({})),
        record("11:00:00", "s3:ListBuckets", &user("eve", "AKIAEVE"), json!({})),
    ])
}

#[test]
fn four_hops_across_accounts_are_one_tree() {
    let story = four_hops();
    let key = Some(Proof::VendedKey);
    assert_eq!(
        story.tree("AKIABOB"),
        [
            (0, "AKIABOB@2026-01-10T09:00:00Z".to_owned(), None),
            (1, "ASIA1".to_owned(), key),
            (2, "ASIA2".to_owned(), key),
            (3, "AKIAEVE@2026-01-10T09:10:00Z".to_owned(), key),
            (3, "AKIAEVE@2026-01-10T11:00:00Z".to_owned(), key),
        ]
    );
    let crossing = story.chains.parent(story.number("ASIA2")).unwrap();
    let accounts =
        [crossing.row, crossing.seen_by.unwrap()].map(|r| story.inv.table.row(r).unwrap().account());
    assert_eq!(accounts, [HOME, OTHER], "the caller's own record counts, and the other one is kept");
}

#[test]
fn the_trail_leads_back_to_the_one_who_began_it() {
    let story = four_hops();
    let eve = story.number("AKIAEVE@2026-01-10T11:00:00Z");
    assert_eq!(story.name(story.chains.top(eve)), "AKIABOB@2026-01-10T09:00:00Z");
    let names: Vec<String> =
        story.chains.ancestry(eve).iter().map(|l| story.name(l.parent.unwrap())).collect();
    assert_eq!(names, ["ASIA2", "ASIA1", "AKIABOB@2026-01-10T09:00:00Z"]);
    let origin = story.origin("AKIAEVE@2026-01-10T11:00:00Z");
    assert_eq!((origin.kind, origin.name.as_str()), (OriginKind::Person, "bob"));
}

#[test]
fn without_a_key_principal_and_time_prove_the_link() {
    let bob = user("bob", "AKIABOB");
    let mut silent = assumed("Admin", "x", "");
    silent["responseElements"] = json!({"assumedRoleUser": {"assumedRoleId": "AROAAdmin:x"}});
    let near = role(HOME, "Admin", "x", "ASIA1", "09:00:03");
    let far = role(HOME, "Admin", "x", "ASIA2", "09:20:00");
    let story = story(&[
        record("09:00:00", "sts:AssumeRole", &bob, silent),
        record("09:00:10", "iam:ListUsers", &near, json!({})),
        record("09:20:10", "iam:ListUsers", &far, json!({})),
    ]);
    let link = story.chains.parent(story.number("ASIA1")).unwrap();
    assert_eq!(
        (link.proof, story.name(link.parent.unwrap()).as_str()),
        (Proof::PrincipalAndTime, "AKIABOB@2026-01-10T09:00:00Z")
    );
    assert!(story.chains.parent(story.number("ASIA2")).is_none());
    assert_eq!(story.origin("ASIA2").kind, OriginKind::Unknown, "no link, no guess");
}

#[test]
fn a_console_session_goes_back_to_its_sign_in_and_to_who_set_the_password() {
    let signing_in = json!({"type": "IAMUser", "principalId": "AIDAeve", "accountId": HOME, "userName": "eve",
        "arn": format!("arn:aws:iam::{HOME}:user/eve")});
    let mut inside = signing_in.clone();
    inside["accessKeyId"] = "ASIACON1".into();
    inside["sessionContext"] =
        json!({"attributes": {"creationDate": "2026-01-10T10:00:01Z", "mfaAuthenticated": "false"}});
    let story = story(&[
        record(
            "09:00:00",
            "iam:CreateLoginProfile",
            &user("bob", "AKIABOB"),
            json!({"requestParameters": {"userName": "eve"}}),
        ),
        record(
            "10:00:00",
            "signin:ConsoleLogin",
            &signing_in,
            json!({"responseElements": {"ConsoleLogin": "Success"}}),
        ),
        record("10:00:09", "iam:ListUsers", &inside, json!({"sessionCredentialFromConsole": "true"})),
    ]);
    assert_eq!(
        story.tree("AKIABOB"),
        [
            (0, "AKIABOB@2026-01-10T09:00:00Z".to_owned(), None),
            (1, "AIDAeve@2026-01-10T10:00:00Z".to_owned(), Some(Proof::Password)),
            (2, "AIDAeve@2026-01-10T10:00:01Z".to_owned(), Some(Proof::ConsoleSignIn)),
        ]
    );
}

#[test]
fn stolen_keys_lead_into_the_console_by_a_token() {
    let stolen = role(HOME, "Admin", "ann", "ASIA1", "09:00:00");
    let opened = role(HOME, "Admin", "ann", "ASIA2", "09:10:00");
    let story = story(&[
        record("09:05:00", "signin:GetSigninToken", &stolen, json!({})),
        record("09:10:05", "iam:ListUsers", &opened, json!({"sessionCredentialFromConsole": "true"})),
    ]);
    let link = story.chains.parent(story.number("ASIA2")).unwrap();
    assert_eq!((link.proof, link.parent), (Proof::SignInToken, Some(story.number("ASIA1"))));
}

#[test]
fn single_sign_on_masks_the_key_and_is_joined_by_time_and_address() {
    let portal = json!({"type": "IdentityCenterUser", "userName": "ann@example.com", "accountId": HOME, "principalId": "x"});
    let ours = role(HOME, "AWSReservedSSO_Admin_0123456789abcdef", "ann@example.com", "ASIA1", "09:00:02");
    let story = story(&[
        record(
            "09:00:00",
            "sso:GetRoleCredentials",
            &portal,
            json!({"responseElements": {"roleCredentials": {"accessKeyId": "HIDDEN_DUE_TO_SECURITY_REASONS"}}}),
        ),
        record("09:00:05", "iam:ListUsers", &ours, json!({})),
        record(
            "09:00:06",
            "iam:ListUsers",
            &role(HOME, "AWSReservedSSO_Admin_0123456789abcdef", "ann@example.com", "ASIA2", "09:00:03"),
            json!({"sourceIPAddress": "198.51.100.1"}),
        ),
    ]);
    let proofs = ["ASIA1", "ASIA2"].map(|k| story.chains.parent(story.number(k)).map(|l| l.proof));
    assert_eq!(proofs, [Some(Proof::RoleTimeAddress), None]);
    assert_eq!(story.origin("ASIA1").name, "ann@example.com");
}

#[test]
fn services_and_source_identities_are_named() {
    let service = json!({"type": "AWSService", "invokedBy": "ecs-tasks.amazonaws.com"});
    let task = role(HOME, "task", "t", "ASIA1", "09:00:00");
    let mut named = role(HOME, "Admin", "x", "ASIA2", "09:00:00");
    named["sessionContext"]["sourceIdentity"] = "ann".into();
    let vendor = json!({"type": "AWSAccount", "principalId": "AROAVENDOR:v", "accountId": OUTSIDE});
    let story = story(&[
        record("09:00:00", "sts:AssumeRole", &service, assumed("task", "t", "ASIA1")),
        record("09:00:01", "s3:GetObject", &task, json!({})),
        record("09:00:02", "s3:GetObject", &named, json!({})),
        record("09:00:03", "sts:AssumeRole", &vendor, assumed("audit", "v", "ASIA3")),
        record("09:00:04", "s3:GetObject", &role(HOME, "audit", "v", "ASIA3", "09:00:03"), json!({})),
    ]);
    let origins = ["ASIA1", "ASIA2", "ASIA3"].map(|k| story.origin(k));
    let said: Vec<_> = origins.iter().map(|o| (o.kind, o.name.as_str())).collect();
    assert_eq!(
        said,
        [
            (OriginKind::Service, "ecs-tasks.amazonaws.com"),
            (OriginKind::Person, "ann"),
            (OriginKind::OtherAccount, "AROAVENDOR:v")
        ]
    );
}

#[test]
fn a_circle_of_forged_records_ends() {
    let one = role(HOME, "A", "a", "ASIA1", "09:00:00");
    let two = role(HOME, "B", "b", "ASIA2", "09:00:00");
    let story = story(&[
        record("09:00:01", "sts:AssumeRole", &one, assumed("B", "b", "ASIA2")),
        record("09:00:02", "sts:AssumeRole", &two, assumed("A", "a", "ASIA1")),
    ]);
    let (a, b) = (story.number("ASIA1"), story.number("ASIA2"));
    assert_eq!((story.chains.tree(a).len(), story.chains.ancestry(a).len()), (2, 2));
    assert!([a, b].contains(&story.chains.top(a)));
    assert!(!story.chains.is_empty() && story.chains.iter().count() == 2);
}

#[test]
fn a_key_that_was_handed_out_does_not_stand_for_another_one() {
    let bob = user("bob", "AKIABOB");
    let story = story(&[
        record("09:00:00", "sts:AssumeRole", &bob, assumed("Deploy", "d", "ASIAUNUSED")),
        record("09:00:03", "s3:ListBuckets", &role(HOME, "Deploy", "d", "ASIAOTHER", "09:00:01"), json!({})),
    ]);
    assert!(story.chains.is_empty(), "{:?}", story.chains);
}

#[test]
fn the_record_of_the_other_account_names_the_key_and_the_shared_id_names_the_caller() {
    let bob = user("bob", "AKIABOB");
    let shared = json!({"sharedEventID": "1eccc8c2-9cad-423c-afb4-54c55f419ebd"});
    let mut there = assumed("Admin", "x", "ASIA2");
    there["sharedEventID"] = shared["sharedEventID"].clone();
    there["recipientAccountId"] = OTHER.into();
    let caller = json!({"type": "AWSAccount", "principalId": "AIDAbob", "accountId": HOME});
    let found = story(&[
        record("09:00:00", "sts:AssumeRole", &bob, shared),
        record("09:00:00", "sts:AssumeRole", &caller, there),
        record("09:01:00", "s3:ListBuckets", &role(OTHER, "Admin", "x", "ASIA2", "09:00:00"), json!({})),
    ]);
    let link = *found.chains.parent(found.number("ASIA2")).unwrap();
    assert_eq!((link.parent, link.proof), (Some(found.number("AKIABOB")), Proof::VendedKey));
    let account = |row: u32| found.inv.table.row(row).unwrap().account().to_owned();
    assert_eq!((account(link.row), link.seen_by.map(account)), (HOME.to_owned(), Some(OTHER.to_owned())));
    assert_eq!(found.origin("ASIA2").name, "bob");
}
