//! TLS as it is: `openssl` on the other side, which the program trusts by `SSL_CERT_FILE` or does not.
#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::Desk;

/// A certificate for `localhost` that is its own authority.
const REQUEST: &str = "[req]\ndistinguished_name=name\nx509_extensions=extensions\nprompt=no\n[name]\nCN=localhost\n\
    [extensions]\nsubjectAltName=DNS:localhost\nbasicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n";

/// Makes `cert.pem` and `key.pem`; whether the tool is there.
fn certificate(desk: &Desk) -> bool {
    let request = desk.folder.file("request.cnf", REQUEST);
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-config", &request, "-keyout", &desk.path("key.pem"), "-out", &desk.path("cert.pem")])
        .stdin(Stdio::null())
        .output();
    let there = made.is_ok_and(|made| made.status.success());
    if !there {
        eprintln!("skipped: there is no openssl to be the other side");
    }
    there
}

/// How long the other side lives at most; where a test waits for it in vain, the wait ends with it.
const LIFE: &str = "60";

/// The other side: what it writes goes out by TLS, what it reads came by it.
struct Side {
    child: Child,
    port: u16,
    out: ChildStdin,
    lines: BufReader<ChildStdout>,
}

impl Side {
    fn start(desk: &Desk) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut child = Command::new("timeout")
            .args([LIFE, "openssl", "s_server", "-accept", &format!("127.0.0.1:{port}")])
            .args(["-cert", &desk.path("cert.pem"), "-key", &desk.path("key.pem")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut side = Self { child, port, out, lines };
        side.wait_for("ACCEPT");
        side
    }

    fn say(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }

    /// The next line; empty at the end.
    fn line(&mut self) -> String {
        let mut line = String::new();
        let _ = self.lines.read_line(&mut line);
        line
    }

    /// Waits for a line that begins so; what the tool says of itself goes by.
    fn wait_for(&mut self, beginning: &str) {
        loop {
            let line = self.line();
            assert!(!line.is_empty(), "the other side ended before {beginning}");
            if line.starts_with(beginning) {
                return;
            }
        }
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        // SIGTERM, which `timeout` hands on.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// Takes one post; its body.
fn take_post(side: &mut Side) -> String {
    let mut length = 0;
    side.wait_for("POST ");
    loop {
        let line = side.line().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    side.lines.read_exact(&mut body).unwrap();
    side.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    String::from_utf8(body).unwrap()
}

/// Takes one mail; everything that was said.
fn take_mail(side: &mut Side) -> String {
    let mut said = String::new();
    loop {
        let line = side.line();
        said.push_str(&line);
        match line.get(..4).unwrap_or_default() {
            "" => return said,
            "EHLO" => side.say("250-test\r\n250 AUTH PLAIN\r\n"),
            "AUTH" => side.say("235 come in\r\n"),
            "DATA" => {
                side.say("354 go on\r\n");
                while !said.ends_with("\r\n.\r\n") {
                    let line = side.line();
                    assert!(!line.is_empty(), "the mail has no end: {said}");
                    said.push_str(&line);
                }
                side.say("250 taken\r\n");
            }
            "QUIT" => {
                side.say("221 bye\r\n");
                return said;
            }
            "MAIL" | "RCPT" => side.say("250 ok\r\n"),
            _ => {}
        }
    }
}

#[test]
fn a_post_goes_by_tls_to_whom_the_computer_trusts_alone() {
    let desk = Desk::new("");
    if !certificate(&desk) {
        return;
    }
    let mut side = Side::start(&desk);
    let settings = format!(
        "notify.trusted_hosts = [\"localhost:{}\"]\nnotify.slack.webhook_file = \"hook\"\n",
        side.port
    );
    desk.folder.file("config.toml", settings);
    desk.secret("hook", &format!("https://localhost:{}/services/T0/B0/sesame-hook", side.port));
    let ran = desk.run(&["notify", "test"]);
    assert!(ran.code == 4 && ran.out.contains("does not trust the server"), "{}{}", ran.out, ran.err);
    let child = desk
        .command(&["notify", "test"])
        .env("SSL_CERT_FILE", desk.path("cert.pem"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let body = take_post(&mut side);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(body.contains("This is a test of trailhound"), "{body}");
}

#[test]
fn a_mail_and_its_password_go_by_tls() {
    let desk = Desk::new("");
    if !certificate(&desk) {
        return;
    }
    let mut side = Side::start(&desk);
    desk.folder.file(
        "config.toml",
        format!(
            "[notify.mail]\nhost = \"localhost\"\nport = {}\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]\n\
             user = \"alerts\"\npassword_file = \"password\"\n",
            side.port
        ),
    );
    desk.secret("password", "sesame-password");
    let child = desk
        .command(&["notify", "test"])
        .env("SSL_CERT_FILE", desk.path("cert.pem"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    side.wait_for("Secure Renegotiation");
    side.say("220 test\r\n");
    let said = take_mail(&mut side);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}{said}", String::from_utf8_lossy(&output.stdout));
    assert!(said.contains("AUTH PLAIN ") && said.contains("To: b@example.com\r\n"), "{said}");
}
