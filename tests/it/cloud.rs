//! Sources in AWS as they are typed: a bucket served on this machine, and what is said when something is wrong.

use std::net::SocketAddr;
use std::process::Stdio;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use serde_json::json;

use super::help::{Folder, Ran, gzip, log, program, record, run, stop_logging};

const SECRET: &str = "a-secret-that-must-never-be-shown";

/// Serves the folders of a folder as buckets.
fn serve(folder: &Folder) -> SocketAddr {
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
    service.set_auth(SimpleAuth::from_single("AKIAEXAMPLE", SECRET));
    let service = service.build();
    let (send, at) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            send.send(listener.local_addr().unwrap()).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let service = service.clone();
                tokio::spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
    });
    at.recv().unwrap()
}

/// Runs the program with keys for that server.
fn run_at(at: SocketAddr, secret: &str, args: &[&str]) -> Ran {
    let mut command = program();
    command.env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE").env("AWS_SECRET_ACCESS_KEY", secret);
    command.env("AWS_REGION", "us-east-1").env("AWS_EC2_METADATA_DISABLED", "true");
    let output =
        command.args(args).arg("--endpoint-url").arg(format!("http://{at}")).stdin(Stdio::null()).output();
    super::help::finish(output.unwrap())
}

/// Two days of an account in a region, one file a day.
fn bucket() -> Folder {
    let folder = Folder::new();
    let day = |day: &str| {
        format!(
            "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/{day}/111122223333_CloudTrail_us-east-1_202603{day}T1000Z_x.json.gz"
        )
    };
    folder.file(&day("01"), gzip(log(&[record(1, json!({})), record(2, json!({}))]).as_bytes()));
    folder.file(&day("02"), gzip(log(&[stop_logging(20)]).as_bytes()));
    folder.file("logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/d.json.gz", gzip(b"{}"));
    folder
}

#[test]
fn a_bucket_is_scanned_like_a_folder() {
    let folder = bucket();
    let at = serve(&folder);
    let ran = run_at(at, SECRET, &["scan", "s3://logs", "--all", "--format", "jsonl"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.lines().len(), 3);
    let file = ran.lines()[0]["source"]["file"].as_str().unwrap().to_owned();
    assert!(file.starts_with("s3://logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/"), "{file}");
    assert!(ran.err.contains("CloudTrail-Digest"), "what is left out is said: {}", ran.err);
    // A field that no column holds is looked for in the raw records, which are fetched again.
    let query = "requestParameters.name:*";
    let ran = run_at(at, SECRET, &["query", "s3://logs", query, "--format", "jsonl"]);
    assert_eq!((ran.code, ran.lines().len()), (0, 1), "{}", ran.err);
}

#[test]
fn days_and_names_choose() {
    let folder = bucket();
    let at = serve(&folder);
    let ran =
        run_at(at, SECRET, &["scan", "s3://logs", "--all", "--format", "jsonl", "--since", "2026-03-02"]);
    assert_eq!((ran.code, ran.lines().len()), (0, 1), "{}", ran.err);
    let ran = run_at(
        at,
        SECRET,
        &["scan", "s3://logs", "--all", "--format", "jsonl", "--events", "StopLogging,Other"],
    );
    assert_eq!((ran.code, ran.lines().len()), (0, 1), "{}", ran.err);
    assert_eq!(ran.lines()[0]["eventName"], "StopLogging");
    let ran = run_at(at, SECRET, &["scan", "s3://logs", "--account", "444455556666"]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("there are no objects here"), "{}", ran.err);
}

#[test]
fn names_choose_from_files_too_and_days_do_not() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&[record(1, json!({})), stop_logging(2)]));
    let ran = run(&["scan", &file, "--all", "--format", "jsonl", "--events", "StopLogging"]);
    assert_eq!((ran.code, ran.lines().len()), (0, 1), "{}", ran.err);
    let ran = run(&["scan", &file, "--days", "7"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--since or --days is for sources in AWS"), "{}", ran.err);
}

#[test]
fn the_tree_and_the_policy_are_printed() {
    let folder = bucket();
    let at = serve(&folder);
    let ran = run_at(at, SECRET, &["s3", "tree", "s3://logs"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("AWSLogs/111122223333/CloudTrail/us-east-1/")
            && ran.out.contains("2026/03/01  to  2026/03/02"),
        "{}",
        ran.out
    );
    let policy = run(&["aws", "policy", "s3://logs/AWSLogs/"]).json();
    assert_eq!(policy["Statement"][1]["Resource"][0], "arn:aws:s3:::logs/AWSLogs/*");
}

#[test]
fn what_is_wrong_is_said_and_no_secret_is() {
    let folder = bucket();
    let at = serve(&folder);
    for (secret, source, part) in [
        ("wrong-secret", "s3://logs", "the secret key does not fit"),
        (SECRET, "s3://logz", "there is no bucket"),
        (SECRET, "s3://", "there are none; write s3://bucket/prefix"),
        (SECRET, "cloudtrail://mars", "is no region"),
    ] {
        let ran = run_at(at, secret, &["scan", source]);
        assert_eq!(ran.code, 3, "{}", ran.err);
        assert!(ran.err.contains(part), "{source}: {}", ran.err);
        assert!(!ran.err.contains(secret) && !ran.err.contains("AKIAEXAMPLE"), "{}", ran.err);
    }
}

#[test]
fn without_credentials_it_says_where_they_were_looked_for() {
    let mut command = program();
    command.env("AWS_REGION", "us-east-1").env("AWS_EC2_METADATA_DISABLED", "true");
    let output = command.args(["scan", "s3://logs", "--endpoint-url", "http://127.0.0.1:9"]).output();
    let ran = super::help::finish(output.unwrap());
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("no AWS credentials were found"), "{}", ran.err);
}
