//! `session`, `profile` and `anomalies` as they are used.

use serde_json::{Value, json};

use super::help::{Folder, Ran, id, log, record, run};

fn caller(kind: Value) -> Value {
    json!({ "userIdentity": kind })
}

fn with(n: usize, minute: usize, change: Value, more: Value) -> Value {
    let mut out = record(n, change);
    out["eventTime"] = format!("2026-03-02T09:{minute:02}:00Z").into();
    for (key, value) in more.as_object().unwrap() {
        out[key] = value.clone();
    }
    out
}

fn role(account: &str, name: &str, key: &str, minute: usize) -> Value {
    caller(json!({
        "type": "AssumedRole", "principalId": format!("AROA{name}:work"), "accountId": account, "accessKeyId": key,
        "arn": format!("arn:aws:sts::{account}:assumed-role/{name}/work"),
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "principalId": format!("AROA{name}"), "accountId": account,
                "arn": format!("arn:aws:iam::{account}:role/{name}"), "userName": name},
            "attributes": {"creationDate": format!("2026-03-02T09:{minute:02}:00Z"), "mfaAuthenticated": "false"}
        }
    }))
}

fn assume(role: &str, key: &str) -> Value {
    json!({
        "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole",
        "requestParameters": {"roleArn": format!("arn:aws:iam::444455556666:role/{role}"), "roleSessionName": "work"},
        "responseElements": {"credentials": {"accessKeyId": key}, "assumedRoleUser": {"assumedRoleId": format!("AROA{role}:work")}}
    })
}

/// Alice assumes a role, by it one of another account, makes a user there, and the key is used from elsewhere.
fn story() -> Vec<Value> {
    let made = json!({"eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "readOnly": false,
        "recipientAccountId": "444455556666", "requestParameters": {"userName": "bot"}});
    let key = json!({"eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey", "readOnly": false,
        "recipientAccountId": "444455556666", "requestParameters": {"userName": "bot"},
        "responseElements": {"accessKey": {"userName": "bot", "accessKeyId": "AKIABOT"}}});
    vec![
        record(0, json!({})),
        with(1, 10, assume("Deploy", "ASIADEPLOY"), json!({})),
        with(2, 11, role("111122223333", "Deploy", "ASIADEPLOY", 10), assume("Admin", "ASIAADMIN")),
        with(3, 12, role("444455556666", "Admin", "ASIAADMIN", 11), made),
        with(4, 13, role("444455556666", "Admin", "ASIAADMIN", 11), key),
        with(
            5,
            14,
            role("444455556666", "Admin", "ASIAADMIN", 11),
            json!({"eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity", "sourceIPAddress": "203.0.113.9",
                   "userAgent": "python-requests/2.31"}),
        ),
    ]
}

fn asked(args: &[&str]) -> (Folder, Ran) {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let args: Vec<&str> = args.iter().copied().chain([file.as_str()]).collect();
    let ran = run(&args);
    (folder, ran)
}

fn depths(page: &Value) -> Vec<(u64, &str, &str)> {
    let tree = page["tree"].as_array().unwrap();
    tree.iter()
        .map(|b| {
            let proof = b["link"]["proof"].as_str().unwrap_or("-");
            (b["depth"].as_u64().unwrap(), b["session"]["actor"].as_str().unwrap(), proof)
        })
        .collect()
}

#[test]
fn a_session_is_traced_to_the_person_behind_it_by_key_session_and_event() {
    for asked_for in ["ASIAADMIN", &id(3)] {
        let (_folder, ran) = asked(&["session", asked_for, "--format", "json"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let document = ran.json();
        assert_eq!(document["found"], 1);
        let page = &document["sessions"][0];
        assert_eq!(
            (page["origin"]["kind"].as_str(), page["origin"]["name"].as_str()),
            (Some("person"), Some("alice"))
        );
        assert_eq!(
            depths(page),
            [(0, "alice", "-"), (1, "Deploy/work", "vended-key"), (2, "Admin/work", "vended-key")]
        );
        let admin = &page["tree"][2];
        assert_eq!(
            (admin["asked"].as_bool(), admin["link"]["crossesAccounts"].as_bool()),
            (Some(true), Some(true))
        );
        assert_eq!(admin["link"]["event"]["eventID"], id(2));
        let signs: Vec<&str> =
            page["signs"].as_array().unwrap().iter().map(|s| s["kind"].as_str().unwrap()).collect();
        assert_eq!(signs, ["network", "agent"]);
        let said: Vec<&str> = page["story"]["sentences"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|s| s["kind"] == "did")
            .map(|s| s["text"].as_str().unwrap())
            .collect();
        assert_eq!(
            said,
            ["Admin/work created user bot", "Admin/work created access key AKIABOT for user bot"]
        );
    }
}

#[test]
fn the_page_of_a_session_shows_tree_proofs_signs_and_story() {
    let (_folder, ran) = asked(&["session", "ASIADEPLOY"]);
    let lines: Vec<&str> = ran.out.lines().map(str::trim_end).collect();
    let holds = |text: &str| assert!(lines.iter().any(|l| l.contains(text)), "{text}\n{}", ran.out);
    holds("session ASIADEPLOY of Deploy/work");
    holds("behind it: alice (a person; user)");
    holds("▶    Deploy/work");
    holds("its answer names the key, across accounts; event 00000000-0000-4000-8000-000000000002");
    holds("another network");
    holds("Admin/work created user bot [T1136.003");
    assert!(!ran.out.contains('\u{1b}'), "no colors in a file");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (_a, one) = asked(&["session", "ASIADEPLOY", "--format", "json"]);
    let (_b, two) = asked(&["session", "ASIADEPLOY", "--format", "json"]);
    assert_eq!(one.out, two.out);
}

#[test]
fn a_key_that_was_handed_out_and_never_used_is_told_apart_from_a_wrong_one() {
    let (_folder, ran) = asked(&["session", "AKIABOT"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.contains("handed out at 2026-03-02T09:13:00Z") && ran.err.contains("not used"),
        "{}",
        ran.err
    );
    let (_folder, ran) = asked(&["session", "ASIANOBODY"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no session, access key or event"), "{}", ran.err);
}

#[test]
fn an_event_without_a_session_is_there_and_said_to_have_none() {
    let folder = Folder::new();
    let service = caller(json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}));
    let file = folder.file("a.json", log(&[record(1, service)]));
    let ran = run(&["session", &id(1), &file]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("this event, DescribeInstances of ") && ran.err.contains("belongs to no session")
    );
    assert!(!ran.err.contains("no session, access key or event"), "{}", ran.err);
}

#[test]
fn all_of_a_profile_is_all_of_its_events() {
    let folder = Folder::new();
    let records: Vec<Value> =
        (0..15).map(|n| record(n, json!({"eventName": format!("Describe{n}")}))).collect();
    let file = folder.file("a.json", log(&records));
    for (top, told) in [(None, 10), (Some("0"), 15), (Some("12"), 12)] {
        let mut args = vec!["profile", "alice", &file, "--format", "json"];
        args.extend(top.iter().flat_map(|top| ["--top", top]));
        let profile = run(&args).json();
        for list in ["riskiest", "latest"] {
            let list = profile.pointer(&format!("/profile/{list}")).or_else(|| profile.get(list)).unwrap();
            assert_eq!(list.as_array().unwrap().len(), told, "{top:?}");
        }
    }
}

#[test]
fn a_profile_tells_what_is_usual_new_and_still_there() {
    let (_folder, ran) = asked(&["profile", "role:Admin", "--format", "json", "--baseline", "90s"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let page = ran.json();
    assert_eq!(
        (page["kind"].as_str(), page["events"].as_u64(), page["writes"].as_u64()),
        (Some("role"), Some(3), Some(2))
    );
    assert_eq!(
        (page["history"].as_str(), page["baseline"].as_str()),
        (Some("known"), Some("the first 1 min 30 s of each actor"))
    );
    let new: Vec<String> = page["new"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| format!("{} {}", n["dimension"].as_str().unwrap(), n["value"].as_str().unwrap()))
        .collect();
    for expected in
        ["event GetCallerIdentity", "service sts", "network 203.0.113.0/24", "agent python-requests"]
    {
        assert!(new.contains(&expected.to_owned()), "{expected}: {new:?}");
    }
    let made: Vec<(&str, &str, bool)> = page["made"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| {
            (m["kind"].as_str().unwrap(), m["name"].as_str().unwrap(), m["stillThere"].as_bool().unwrap())
        })
        .collect();
    assert_eq!(made, [("user", "bot", true), ("access key", "AKIABOT", true)]);
    assert_eq!(page["hours"].as_array().unwrap().len(), 7);
    let (_folder, ran) = asked(&["profile", "alice"]);
    assert!(ran.out.contains("no baseline yet: normal would be the first 1 d of each actor"), "{}", ran.out);
}

#[test]
fn wrong_names_and_windows_are_wrong_use_and_say_the_way_out() {
    for (args, said) in [
        (vec!["profile", "alicia"], "did you mean `alice`?"),
        (vec!["profile", "alice", "--baseline", "soon"], "--baseline soon: this is neither a length"),
        (vec!["profile", "alice", "--places", "/nonexistent.mmdb"], "--places /nonexistent.mmdb"),
        (
            vec!["session", "ASIAADMIN", "--places", env!("CARGO_MANIFEST_PATH")],
            "this is no MaxMind database",
        ),
        (vec!["anomalies", "--bucket", "5ms"], "--bucket 5ms"),
        (vec!["anomalies", "--contamination", "0.9"], "not between 0 and 0.5"),
    ] {
        let (_folder, ran) = asked(&args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
    }
}

/// Nine calm users and a loud one with a download that nobody else has.
fn loud() -> Vec<Value> {
    let of = |n: usize, name: &str, bytes: u64| {
        let user = json!({"type": "IAMUser", "principalId": format!("AIDA{name}"), "accountId": "111122223333",
            "arn": format!("arn:aws:iam::111122223333:user/{name}"), "accessKeyId": format!("AKIA{name}"), "userName": name});
        record(
            n,
            json!({"userIdentity": user, "eventSource": "s3.amazonaws.com", "eventName": "GetObject",
                   "additionalEventData": {"bytesTransferredIn": 0, "bytesTransferredOut": bytes}}),
        )
    };
    let calm = (0..9).map(|n| of(n, &format!("user{n}"), 100 + n as u64));
    let loud = (0..100).map(|n| of(100 + n, "loud", if n == 50 { 9_000_000_000 } else { 100 }));
    calm.chain(loud).collect()
}

#[test]
fn anomalies_have_the_rows_that_others_have_and_name_their_features() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&loud()));
    let ran = run(&["anomalies", &file, "--format", "json", "--features", "bytes"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let found = ran.json();
    let actors = &found["actors"];
    assert_eq!((actors["compared"].as_u64(), actors["rows"].as_array().unwrap().len()), (Some(10), 1));
    // Nine ones and a hundred: z is exactly 3.
    assert_eq!(
        (actors["rows"][0]["actor"].as_str(), actors["rows"][0]["count"].as_u64()),
        (Some("loud"), Some(100))
    );
    assert!((actors["rows"][0]["zscore"].as_f64().unwrap() - 3.0).abs() < 1e-9);
    assert_eq!(found["actions"]["rows"], json!([]));
    assert!(found["actions"]["note"].as_str().unwrap().contains("fewer than two"));
    let first = &found["events"]["rows"][0];
    assert_eq!((first["eventID"].as_str(), first["actor"].as_str()), (Some(id(150).as_str()), Some("loud")));
    assert_eq!(first["causes"][0]["feature"], "bytes-out");
    assert_eq!(first["causes"][0]["words"], "9.0 GB");
    assert_eq!(found["events"]["contamination"], 0.05);
}

#[test]
fn anomalies_read_as_a_page() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&loud()));
    let ran = run(&["anomalies", &file]);
    for text in [
        "actors with far more events than others",
        "10 actors compared; mean 10.9, standard deviation 29.7",
        "fewer than two actions: there is nothing to compare",
        "isolation forest over how usual an event is for its actor: 109 events",
    ] {
        assert!(ran.out.contains(text), "{text}\n{}", ran.out);
    }
}

#[test]
fn hostile_names_reach_no_terminal() {
    let folder = Folder::new();
    let mut bad = record(0, json!({}));
    bad["userIdentity"]["userName"] = "ev\u{1b}[31mil\u{202e}".into();
    bad["userIdentity"]["arn"] = Value::Null;
    let file = folder.file("a.json", log(&[bad]));
    for args in [vec!["session", "AKIAEXAMPLE"], vec!["profile", "key:AKIAEXAMPLE"], vec!["anomalies"]] {
        let args: Vec<&str> = args.into_iter().chain([file.as_str()]).collect();
        let ran = run(&args);
        assert_eq!(ran.code, 0, "{args:?} {}", ran.err);
        assert!(!ran.out.contains('\u{1b}') && !ran.out.contains('\u{202e}'), "{args:?}\n{}", ran.out);
    }
}
