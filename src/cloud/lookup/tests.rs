//! The source against a server that speaks the protocol of the API, with its limits.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::cloud::list as list_source;
use crate::cloud::testing::{SECRET, notebook, options, read_all, serve};

/// What the service answers, and what it was asked.
#[derive(Default)]
struct Service {
    events: usize,
    /// Events that came later, newer than those.
    more: AtomicUsize,
    /// Faults for the next calls: the code and text.
    faults: Mutex<VecDeque<(&'static str, &'static str)>>,
    /// The least time between two calls; those before it are refused.
    between: Duration,
    asked: Mutex<Vec<(Instant, Value)>>,
}

impl Service {
    fn answer(&self, head: &str, body: &Value) -> (u16, Value) {
        assert!(head.contains("CloudTrail_20131101.LookupEvents"), "{head}");
        assert!(head.contains("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/"), "{head}");
        let mut asked = self.asked.lock().unwrap();
        let early = asked.last().is_some_and(|(at, _)| at.elapsed() < self.between);
        asked.push((Instant::now(), body.clone()));
        let fault = self.faults.lock().unwrap().pop_front();
        if let Some((code, text)) = fault.or(early.then_some(("ThrottlingException", "Rate exceeded"))) {
            return (400, json!({ "__type": code, "message": text }));
        }
        let from: usize = body["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        let wanted = |n: &usize| match &body["LookupAttributes"][0]["AttributeValue"] {
            Value::String(name) => name == name_of(*n),
            _ => true,
        };
        let end = body["EndTime"].as_f64().unwrap_or(f64::MAX);
        let start = body["StartTime"].as_f64().unwrap_or(0.0);
        let newer = (0..self.more.load(Ordering::Relaxed)).rev().map(|n| LATER + n);
        let all: Vec<usize> = newer
            .chain(0..self.events)
            .filter(wanted)
            .filter(|n| (start..=end).contains(&time_of(*n)))
            .collect();
        let page = &all[from.min(all.len())..(from + 50).min(all.len())];
        let events: Vec<Value> = page.iter().map(|&n| event(n)).collect();
        let next = (from + 50 < all.len()).then(|| (from + 50).to_string());
        (200, json!({ "Events": events, "NextToken": next }))
    }
}

fn name_of(n: usize) -> &'static str {
    if n.is_multiple_of(10) { "ConsoleLogin" } else { "AssumeRole" }
}

/// The numbers of events that came later begin here.
const LATER: usize = 10_000;

fn time_of(n: usize) -> f64 {
    match n.checked_sub(LATER) {
        Some(later) => 1_772_500_001.0 + later as f64,
        None => 1_772_500_000.0 - n as f64,
    }
}

fn event(n: usize) -> Value {
    let record = json!({ "eventName": name_of(n), "eventID": format!("event-{n}") });
    json!({ "EventId": format!("event-{n}"), "EventTime": time_of(n), "CloudTrailEvent": record.to_string() })
}

fn start(service: Arc<Service>) -> SocketAddr {
    serve(move |listener| async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(talk(stream, service.clone()));
        }
    })
}

/// HTTP 1.1 as far as it is needed here.
async fn talk(mut stream: tokio::net::TcpStream, service: Arc<Service>) {
    let mut got = Vec::new();
    loop {
        let head_end = got.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4);
        if let Some(head_end) = head_end {
            let head = String::from_utf8_lossy(&got[..head_end]).into_owned();
            let length = head.lines().find_map(|l| {
                l.to_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse::<usize>().unwrap())
            });
            let end = head_end + length.unwrap_or(0);
            if got.len() >= end {
                let body = serde_json::from_slice(&got[head_end..end]).unwrap();
                got.drain(..end);
                let (status, answer) = service.answer(&head, &body);
                let answer = answer.to_string();
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\r\n",
                    answer.len()
                );
                stream.write_all((head + &answer).as_bytes()).await.unwrap();
                continue;
            }
        }
        let mut piece = [0; 8192];
        match stream.read(&mut piece).await {
            Ok(n @ 1..) => got.extend_from_slice(&piece[..n]),
            _ => return,
        }
    }
}

fn ids(found: &std::collections::BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let text: Vec<&str> =
        found.values().flat_map(|page| std::str::from_utf8(page).unwrap().lines()).collect();
    let mut ids: Vec<String> = text
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["eventID"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

#[test]
fn each_event_comes_once_however_often_the_api_is_asked() {
    let service = Arc::new(Service { events: 230, ..Service::default() });
    let at = start(service.clone());
    let now = Time::from_millis(1_772_500_060_000);
    let mut follow = crate::cloud::Follow::new("cloudtrail://us-east-1", options(at), notebook().0);
    let mut look = |minutes: i64| {
        let (found, faults) = read_all(follow.look(now.plus_millis(minutes * 60_000)));
        assert_eq!(faults, Vec::<String>::new());
        (ids(&found), follow.remembered())
    };
    assert_eq!(look(0).0.len(), 230);
    service.more.store(3, Ordering::Relaxed);
    assert_eq!(look(1).0, ["event-10000", "event-10001", "event-10002"]);
    assert_eq!(look(2).0, Vec::<String>::new());
    service.faults.lock().unwrap().push_back(("AccessDeniedException", "no"));
    assert_eq!(read_all(follow.look(now.plus_millis(180_000))).1.len(), 1);
    service.more.store(5, Ordering::Relaxed);
    let mut look = |minutes: i64| {
        (ids(&read_all(follow.look(now.plus_millis(minutes * 60_000))).0), follow.remembered())
    };
    assert_eq!(look(4).0, ["event-10003", "event-10004"], "what came during a fault is not lost");
    assert_eq!(look(120), (vec![], 0), "what lies behind the overlap is forgotten");
    let asked = service.asked.lock().unwrap();
    let from = asked.last().unwrap().1["StartTime"].as_f64().unwrap();
    assert_eq!(from, 1_772_500_060.0 + 4.0 * 60.0 - 20.0 * 60.0, "the last look and an overlap");
}

#[test]
fn a_page_for_which_there_was_no_room_comes_again_and_later_ones_are_read_right() {
    let event = |id: &str, record: &str| Event::builder().event_id(id).cloud_trail_event(record).build();
    let page = |events: Vec<Event>| LookupEventsOutput::builder().set_events(Some(events)).build();
    let text = |kept: Option<Object>| {
        let mut text = String::new();
        io::Read::read_to_string(&mut kept.unwrap().place.open().unwrap(), &mut text).unwrap();
        text
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pages");
    std::fs::write(&path, "").unwrap();
    let full = Arc::new(File::open(&path).unwrap());
    let mut known = Known { pages: Some(Pages { file: full, at: 0 }), ..Known::default() };
    let one = page(vec![event("1", "{\"n\":1}"), event("1", "{\"n\":1}")]);
    assert!(known.keep("x", &one).is_err());
    let file = Arc::new(tempfile::tempfile().unwrap());
    known.pages = Some(Pages { file: file.clone(), at: 0 });
    assert_eq!(text(known.keep("x", &one).unwrap()), "{\"n\":1}\n", "it is new still, and is there once");
    assert!(known.keep("x", &one).unwrap().is_none());
    // Half of a page found room, and the next one comes.
    io::Write::write_all(&mut &*file, b"{\"n\":1}\n{\"n\"").unwrap();
    let two = page(vec![event("2", "{\"n\":2}")]);
    assert_eq!(text(known.keep("x", &two).unwrap()), "{\"n\":2}\n");
}

#[test]
fn all_pages_come_and_each_event_once() {
    let service = Arc::new(Service { events: 230, ..Service::default() });
    let at = start(service.clone());
    let (found, faults) = read_all(list_source("cloudtrail://us-east-1", &options(at), &notebook().0));
    assert_eq!((found.len(), faults), (5, vec![]));
    let ids = ids(&found);
    assert_eq!((ids.len(), ids.first().unwrap().as_str()), (230, "event-0"));
    assert!(
        found.keys().all(|name| name.starts_with("cloudtrail://us-east-1/2026-03-03T")),
        "{:?}",
        found.keys()
    );
}

#[test]
fn several_regions_are_asked_at_once() {
    let at = start(Arc::new(Service { events: 60, ..Service::default() }));
    let (found, faults) =
        read_all(list_source("cloudtrail://us-east-1,eu-west-1", &options(at), &notebook().0));
    assert_eq!((found.len(), faults), (4, vec![]));
}

#[test]
fn names_and_attributes_are_asked_of_the_api() {
    let service = Arc::new(Service { events: 100, ..Service::default() });
    let at = start(service.clone());
    let (found, _) =
        read_all(list_source("cloudtrail://us-east-1?EventName=ConsoleLogin", &options(at), &notebook().0));
    assert_eq!(ids(&found).len(), 10);
    let events = vec!["ConsoleLogin".to_owned(), "AssumeRole".to_owned()];
    let options = Options { events, since: Some(Time::parse(b"2026-03-01T00:00:00Z")), ..options(at) };
    let (found, _) = read_all(list_source("cloudtrail://us-east-1", &options, &notebook().0));
    assert_eq!(ids(&found).len(), 100);
    let asked = service.asked.lock().unwrap();
    let last = &asked.last().unwrap().1;
    assert_eq!(
        last["LookupAttributes"],
        json!([{ "AttributeKey": "EventName", "AttributeValue": "AssumeRole" }])
    );
    assert_eq!((&last["StartTime"], &last["MaxResults"]), (&json!(1_772_323_200), &json!(50)));
}

#[test]
fn throttling_is_waited_out_and_a_token_that_grew_old_is_replaced() {
    for fault in [("ThrottlingException", "Rate exceeded"), ("InvalidNextTokenException", "Expired")] {
        let service = Arc::new(Service { events: 120, ..Service::default() });
        let at = start(service.clone());
        let mut listing = list_source("cloudtrail://us-east-1", &options(at), &notebook().0);
        let first = listing.next().unwrap();
        service.faults.lock().unwrap().push_back(fault);
        let (found, faults) = read_all(Box::new(std::iter::once(first).chain(listing)));
        assert_eq!(faults, Vec::<String>::new());
        let mut ids = ids(&found);
        ids.dedup();
        assert_eq!(ids.len(), 120, "{fault:?}");
    }
}

#[test]
fn the_pace_of_the_service_is_kept() {
    let service = Arc::new(Service { events: 300, between: Duration::from_millis(30), ..Service::default() });
    let at = start(service.clone());
    let mut options = options(at);
    options.access.keys.as_mut().unwrap().between = Duration::from_millis(40);
    let (found, _) = read_all(list_source("cloudtrail://us-east-1", &options, &notebook().0));
    assert_eq!(ids(&found).len(), 300);
    let asked = service.asked.lock().unwrap();
    assert!(asked.len() <= 8, "hardly one of six calls was refused: {}", asked.len());
}

#[test]
fn what_the_api_no_longer_has_is_said() {
    let at = start(Arc::new(Service { events: 1, ..Service::default() }));
    for (since, said) in [("", true), ("2025-06-01T00:00:00Z", true), ("2026-02-01T00:00:00Z", false)] {
        let (say, notes) = notebook();
        let since = (!since.is_empty()).then(|| Time::parse(since.as_bytes()));
        read_all(list_source("cloudtrail://us-east-1", &Options { since, ..options(at) }, &say));
        let notes = notes.lock().unwrap();
        assert_eq!(notes.iter().any(|note| note.starts_with("events before 2025-12-03")), said, "{notes:?}");
    }
}

#[test]
fn each_refusal_says_what_to_do() {
    for (code, text, part) in [
        (
            "AccessDeniedException",
            "User: x is not authorized to perform: cloudtrail:LookupEvents because no identity-based policy",
            "no permission: cloudtrail:LookupEvents on cloudtrail://us-east-1",
        ),
        ("UnrecognizedClientException", "The security token is invalid", "does not know these credentials"),
        ("ExpiredTokenException", "expired", "have expired"),
        (
            "InvalidSignatureException",
            "The Canonical String was a-secret-that-must-never-be-shown",
            "secret key does not fit",
        ),
    ] {
        let service = Service { events: 1, faults: Mutex::new([(code, text)].into()), ..Service::default() };
        let at = start(Arc::new(service));
        let (_, faults) = read_all(list_source("cloudtrail://us-east-1", &options(at), &notebook().0));
        assert!(faults.len() == 1 && faults[0].contains(part), "{code}: {faults:?}");
        assert!(!faults[0].contains(SECRET));
    }
    let (_, faults) = read_all(list_source("cloudtrail://", &Options::default(), &notebook().0));
    assert!(faults[0].contains("no region is named"), "{faults:?}");
}
