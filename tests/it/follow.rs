//! Following from the command line: what lands is printed once, and told.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::help::{Folder, gzip, id, log, program, record, run, stop_logging};
use super::notify::server::{Say, Server};

/// The program while it follows.
struct Following {
    child: Child,
    lines: Receiver<String>,
}

impl Following {
    fn start(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (send, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { child, lines }
    }

    /// The name of the next event that is printed.
    fn next(&self) -> String {
        let line = self.lines.recv_timeout(Duration::from_secs(60)).unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        format!("{} {}", line["eventName"].as_str().unwrap(), line["eventID"].as_str().unwrap())
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn each_event_is_printed_once_when_it_lands() {
    let folder = Folder::new();
    folder.file("logs/a.json", log(&[record(1, json!({})), stop_logging(2)]));
    let logs = folder.path().join("logs");
    let mut command = program();
    command.args(["scan", logs.to_str().unwrap(), "--follow", "--follow-every", "1", "--format", "jsonl"]);
    let following = Following::start(command);
    assert_eq!(following.next(), format!("StopLogging {}", id(2)), "what is there comes first");
    let whole = gzip(log(&[stop_logging(2), stop_logging(3), record(4, json!({}))]).as_bytes());
    folder.file("logs/b.json.gz", &whole[..whole.len() / 2]);
    folder.file("logs/c.jsonl", format!("{}\n", stop_logging(5)));
    assert_eq!(following.next(), format!("StopLogging {}", id(5)), "what is cut is waited for");
    folder.file("logs/b.json.gz", &whole);
    assert_eq!(following.next(), format!("StopLogging {}", id(3)), "and event 2 was printed before");
    folder.file("logs/c.jsonl", format!("{}\n{}\n", stop_logging(5), stop_logging(6)));
    assert_eq!(following.next(), format!("StopLogging {}", id(6)));
    assert!(following.lines.try_recv().is_err());
}

#[cfg(unix)]
#[test]
fn what_lands_at_a_level_is_told_by_itself() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Server::http(vec![Say::ok()]);
    let folder = Folder::new();
    // By the settings alone this one would go out for nothing less than critical.
    let config = folder.file(
        "config.toml",
        format!(
            "[notify]\ntrusted_hosts = [\"{}\"]\n[notify.webhook]\nurl_file = \"url\"\nmin_level = \"critical\"\n",
            server.address
        ),
    );
    let url = folder.file("url", server.url());
    std::fs::set_permissions(url, std::fs::Permissions::from_mode(0o600)).unwrap();
    folder.file("logs/a.json", log(&[stop_logging(1)]));
    let logs = folder.path().join("logs");
    let mut command = program();
    command.args(["scan", logs.to_str().unwrap(), "--follow", "--notify-level", "high"]);
    command.env("TRAILHOUND_CONFIG", config).env("XDG_STATE_HOME", folder.path().join("state"));
    let following = Following::start(command);
    following.next();
    let delete = json!({
        "eventSource": "cloudtrail.amazonaws.com", "eventName": "DeleteTrail", "readOnly": false,
        "sourceIPAddress": "203.0.113.9", "requestParameters": {"name": "main"}
    });
    folder.file("logs/b.json", log(&[record(2, delete), record(3, json!({}))]));
    assert!(following.next().starts_with("DeleteTrail"));
    let heard = server.wait_for(1);
    assert_eq!(heard.len(), 1, "what was there at first is not told");
    assert_eq!(heard[0].json()["alert"]["event"], "DeleteTrail");
}

#[test]
fn what_needs_an_end_does_not_go_with_following() {
    for (more, said) in [
        (&["--summary"][..], "--summary"),
        (&["--fail-on", "high"], "--fail-on"),
        (&["--notify"], "--notify-level"),
        (&["--format", "csv"], "--format jsonl"),
        (&["--notify-level", "loud"], "this is no level"),
        (&["--follow-every", "0"], "--follow-every"),
        (&["--days", "3"], "is for sources in AWS"),
    ] {
        let ran = run(&[&["scan", "/tmp", "--follow"], more].concat());
        assert_eq!(ran.code, 2, "{more:?}");
        assert!(ran.err.contains(said), "{more:?}: {}", ran.err);
    }
    let ran = run(&["scan", "/tmp", "--notify-level", "high"]);
    assert!(ran.code == 2 && ran.err.contains("--follow"), "{}", ran.err);
}
