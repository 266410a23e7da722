//! A web server and a mail server that say what a test wants them to say.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// What the server does with a request.
#[derive(Clone, Debug)]
pub enum Say {
    /// Answers with that status, headers and body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Keeps the connection and says nothing.
    Hang,
    /// Resets the connection once the request is there.
    Reset,
}

impl Say {
    pub fn ok() -> Self {
        Self::status(200, "ok")
    }

    pub fn status(status: u16, body: &str) -> Self {
        Self::Answer(status, Vec::new(), body.to_owned())
    }

    pub fn retry_after(seconds: &str) -> Self {
        Self::Answer(429, vec![("Retry-After", seconds.to_owned())], "rate_limited".to_owned())
    }
}

/// What came.
#[derive(Clone, Debug)]
pub struct Request {
    /// The first line and the headers.
    pub head: String,
    pub body: String,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

type Heard<T> = Arc<(Mutex<Vec<T>>, Condvar)>;

/// A server on this computer, with everything that it has heard.
#[derive(Clone)]
pub struct Server<T = Request> {
    pub address: SocketAddr,
    heard: Heard<T>,
}

impl<T: Clone> Server<T> {
    pub fn heard(&self) -> Vec<T> {
        self.heard.0.lock().unwrap().clone()
    }

    /// Waits until it has heard so many.
    pub fn wait_for(&self, count: usize) -> Vec<T> {
        let (lock, heard_more) = &*self.heard;
        let few = |heard: &mut Vec<T>| heard.len() < count;
        let (heard, late) =
            heard_more.wait_timeout_while(lock.lock().unwrap(), Duration::from_secs(60), few).unwrap();
        assert!(!late.timed_out(), "{} of {count} requests came", heard.len());
        heard.clone()
    }
}

impl Server<Request> {
    /// Says what the script says, request by request, and then always the last of it.
    pub fn http(script: Vec<Say>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { address: listener.local_addr().unwrap(), heard: Heard::default() };
        let heard = server.heard.clone();
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            for (number, stream) in listener.incoming().enumerate() {
                let Ok(mut stream) = stream else { continue };
                let say = script.get(number).or(script.last()).cloned().unwrap_or(Say::Hang);
                if matches!(say, Say::Reset) {
                    // What is closed with something unread in it is reset.
                    let _ = stream.peek(&mut [0]);
                    push(&heard, Request { head: String::new(), body: String::new() });
                    continue;
                }
                let Some(request) = read(&stream) else { continue };
                push(&heard, request);
                match say {
                    Say::Answer(status, headers, body) => {
                        let headers: String =
                            headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
                        let _ = write!(
                            stream,
                            "HTTP/1.1 {status} Word\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
                            body.len()
                        );
                    }
                    Say::Hang | Say::Reset => kept.push(stream),
                }
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("http://{}/services/T000/B000/sesame-webhook", self.address)
    }
}

impl Server<String> {
    /// A mail server that speaks no TLS; `refuse`: the beginning of a line, and what it says to that.
    pub fn smtp(refuse: Option<(&'static str, &'static str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { address: listener.local_addr().unwrap(), heard: Heard::default() };
        let heard = server.heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                talk(stream, refuse, &heard);
            }
        });
        server
    }
}

fn push<T>(heard: &Heard<T>, one: T) {
    heard.0.lock().unwrap().push(one);
    heard.1.notify_all();
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let mut request = Request { head, body: String::new() };
    let length = request.header("Content-Length")?.parse().ok()?;
    reader.take(length).read_to_string(&mut request.body).ok()?;
    Some(request)
}

fn talk(stream: TcpStream, refuse: Option<(&str, &str)>, heard: &Heard<String>) -> Option<()> {
    let mut out = stream.try_clone().ok()?;
    let mut lines = BufReader::new(stream).lines();
    let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes()).ok();
    say("220 test")?;
    let (mut data, mut mail) = (false, String::new());
    loop {
        let line = lines.next()?.ok()?;
        if data {
            if line == "." {
                push(heard, std::mem::take(&mut mail));
                data = false;
                say(refuse.filter(|(at, _)| *at == ".").map_or("250 taken", |(_, words)| words))?;
            } else {
                mail.push_str(&line);
                mail.push_str("\r\n");
            }
            continue;
        }
        if let Some((_, words)) = refuse.filter(|(at, _)| line.starts_with(at)) {
            say(words)?;
            continue;
        }
        match line.get(..4).unwrap_or_default() {
            "EHLO" => say("250-test\r\n250 8BITMIME")?,
            "DATA" => {
                data = true;
                say("354 go on")?;
            }
            "QUIT" => {
                say("221 bye")?;
                return Some(());
            }
            _ => say("250 ok")?,
        }
    }
}
