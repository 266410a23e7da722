//! Telling people from the command line: what goes out, what comes back, and what a crash leaves.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::help::{Folder, Ran, id, log, program, record};
use server::{Say, Server};

#[path = "../../src/notify/tests/server.rs"]
pub(super) mod server;
mod tls;

/// A folder with settings, secrets, logs and the state of the program.
struct Desk {
    folder: Folder,
}

impl Desk {
    fn new(settings: &str) -> Self {
        let folder = Folder::new();
        folder.file("config.toml", settings);
        folder.file("log.json", log(&threats()));
        Self { folder }
    }

    /// One whose messages go to that server, signed, whatever their level.
    fn with_webhook(server: &Server) -> Self {
        let desk = Self::new(&format!(
            "[notify]\ntrusted_hosts = [\"{}\"]\nsummary = false\n[notify.webhook]\nurl_file = \"url\"\n\
             secret_file = \"key\"\nmin_level = \"info\"\n",
            server.address
        ));
        desk.secret("url", &server.url());
        desk.secret("key", "sesame-key");
        desk
    }

    fn secret(&self, name: &str, content: &str) -> String {
        let path = self.folder.file(name, content);
        mode(&path, 0o600);
        path
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.args(args).env("TRAILHOUND_CONFIG", self.path("config.toml"));
        command.env("XDG_STATE_HOME", self.path("state")).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ran = Ran {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(!ran.out.contains("sesame") && !ran.err.contains("sesame"), "{}{}", ran.out, ran.err);
        ran
    }
}

#[cfg(unix)]
fn mode(path: &str, mode: u32) {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn mode(_: &str, _: u32) {}

/// Five events of which none is like another.
fn threats() -> Vec<Value> {
    ["DescribeVpcs", "ListBuckets", "GetUser", "DescribeKey", "ListTrails"]
        .iter()
        .enumerate()
        .map(|(n, name)| {
            let account = format!("11112222333{n}");
            record(n, json!({"eventName": name, "eventSource": format!("s{n}.amazonaws.com"), "recipientAccountId": account}))
        })
        .collect()
}

#[test]
fn a_test_arrives_by_the_settings_or_the_file_of_an_older_tool() {
    let server = Server::http(vec![Say::ok()]);
    let host = server.address;
    let desk =
        Desk::new(&format!("notify.trusted_hosts = [\"{host}\"]\nnotify.slack.webhook_file = \"hook\"\n"));
    desk.secret("hook", &server.url());
    let ran = desk.run(&["notify", "test"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, format!("slack http://{host}/services/T…/****: sent\n").as_str())
    );
    let old = json!({"enable_slack": true, "slack_webhook_url": server.url()}).to_string();
    let old = desk.secret("config.json", &old);
    let desk = Desk::new(&format!("notify.trusted_hosts = [\"{host}\"]\n"));
    assert_eq!(desk.run(&["notify", "test", "--slack-webhook-file", &old]).code, 0);
    assert_eq!(server.heard().len(), 2);
    assert!(server.heard()[1].json()["text"].as_str().unwrap().contains("test of trailhound"));
}

#[test]
fn what_is_wrong_is_told_with_the_way_out() {
    let server = Server::http(vec![Say::status(404, "no_service")]);
    let desk = Desk::new("");
    let ran = desk.run(&["notify", "test"]);
    assert!(ran.code == 2 && ran.err.contains("no target of messages is set up"), "{}", ran.err);
    let hook = desk.secret("hook", &server.url());
    let ran = desk.run(&["notify", "test", "--slack-webhook-file", &hook]);
    assert!(ran.code == 2 && ran.err.contains("messages go by https:// alone"), "{}", ran.err);
    let desk = Desk::new(&format!("notify.trusted_hosts = [\"{}\"]\n", server.address));
    let ran = desk.run(&["notify", "test", "--slack-webhook-file", &hook]);
    assert!(ran.code == 4 && ran.out.contains("HTTP 404 no_service; the webhook was revoked"), "{}", ran.out);
    let broken = Server::http(vec![Say::Reset]);
    let desk = Desk::new(&format!("notify.trusted_hosts = [\"{}\"]\n", broken.address));
    let hook = desk.secret("hook", &broken.url());
    let ran = desk.run(&["notify", "test", "--slack-webhook-file", &hook]);
    assert!(ran.code == 4 && ran.out.contains("it may work later"), "{}", ran.out);
    if cfg!(unix) {
        mode(&hook, 0o644);
        let ran = desk.run(&["notify", "test", "--slack-webhook-file", &hook]);
        assert!(ran.code == 2 && ran.err.contains(&format!("chmod 600 {hook}")), "{}", ran.err);
    }
    let ran = desk.run(&["notify", "flush", "--slack-webhook-file", "/nonexistent"]);
    assert!(ran.code == 2 && ran.err.contains("cannot be read"), "{}", ran.err);
}

#[test]
fn a_mail_arrives() {
    let server = Server::smtp(None);
    let desk = Desk::new(&format!(
        "[notify]\ntrusted_hosts = [\"127.0.0.1\"]\n[notify.mail]\nhost = \"127.0.0.1\"\nport = {}\n\
         security = \"none\"\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]\n",
        server.address.port()
    ));
    let ran = desk.run(&["notify", "test"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(server.heard()[0].contains("To: b@example.com\r\n"), "{:?}", server.heard());
}

#[test]
fn a_preview_shows_what_would_go_out_and_sends_nothing() {
    let server = Server::http(vec![Say::ok()]);
    let desk = Desk::with_webhook(&server);
    let ran = desk.run(&["notify", "preview", &desk.path("log.json"), &id(2)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let json: Value = serde_json::from_str(&ran.out[ran.out.find('{').unwrap()..]).unwrap();
    assert_eq!(
        (&json["alert"]["event"], &json["alert"]["account"]),
        (&json!("GetUser"), &json!("111122223332"))
    );
    assert!(
        ran.out.starts_with(&format!("webhook http://{}/services/T…/****\n", server.address)),
        "{}",
        ran.out
    );
    let ran = desk.run(&["notify", "preview", &desk.path("log.json"), &id(99)]);
    assert!(ran.code == 2 && ran.err.contains("there is no event"), "{}", ran.err);
    assert!(server.heard().is_empty());
}

#[test]
fn a_scan_tells_each_event_once() {
    let server = Server::http(vec![Say::retry_after("0"), Say::ok()]);
    let desk = Desk::with_webhook(&server);
    let scan = || desk.run(&["scan", &desk.path("log.json"), "--notify"]);
    let ran = scan();
    assert!(ran.code == 0 && ran.err.contains("webhook: 5 messages sent"), "{}", ran.err);
    // The first one was asked to wait, and was sent again.
    let mut events: Vec<Value> =
        server.heard().iter().skip(1).map(|one| one.json()["alert"]["event"].clone()).collect();
    events.sort_by_key(Value::to_string);
    assert_eq!(events, ["DescribeKey", "DescribeVpcs", "GetUser", "ListBuckets", "ListTrails"]);
    let ran = scan();
    assert!(
        ran.code == 0 && ran.err.contains("0 new messages, 0 more counted in them, 5 told before"),
        "{}",
        ran.err
    );
    assert_eq!(server.heard().len(), 6);
    let ran = desk.run(&["notify", "flush"]);
    assert!(ran.code == 0 && ran.err.contains("0 messages sent"), "{}", ran.err);
}

#[test]
fn what_is_not_taken_waits_and_fails_the_scan() {
    let server = Server::http(vec![Say::status(404, "gone")]);
    let desk = Desk::with_webhook(&server);
    let ran = desk.run(&["scan", &desk.path("log.json"), "--notify", "--quiet"]);
    assert!(
        ran.code == 4 && ran.err.contains("5 waiting") && ran.err.contains("HTTP 404 gone"),
        "{}",
        ran.err
    );
    assert!(!ran.out.is_empty(), "the events are printed all the same");
}

/// Kills the program while a message is on its way: what was acknowledged is not sent again, the one on
/// its way is and says so, the others are not lost.
#[cfg(unix)]
#[test]
fn a_kill_loses_nothing_and_sends_nothing_twice_that_was_acknowledged() {
    for acknowledged in [0, 2] {
        let mut script = vec![Say::ok(); acknowledged];
        script.push(Say::Hang);
        script.extend([Say::ok()]);
        let server = Server::http(script);
        let desk = Desk::with_webhook(&server);
        let mut child = desk
            .command(&["scan", &desk.path("log.json"), "--notify", "--quiet"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        server.wait_for(acknowledged + 1);
        // SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        let ran = desk.run(&["notify", "flush"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let heard = server.heard();
        assert_eq!(heard.len(), 6, "five, and one of them twice");
        for (n, request) in heard.iter().enumerate() {
            let delivery = |one: &server::Request| one.header("X-Trailhound-Delivery").unwrap().to_owned();
            let times = heard.iter().filter(|other| delivery(other) == delivery(request)).count();
            let twice = n == acknowledged || n == acknowledged + 1;
            assert_eq!(times, if twice { 2 } else { 1 }, "{acknowledged}: {n}");
            assert_eq!(request.json()["repeated"], n == acknowledged + 1, "{acknowledged}: {n}");
        }
        let ran = desk.run(&["notify", "flush"]);
        assert_eq!((ran.code, server.heard().len()), (0, 6), "{}", ran.err);
    }
}
