use super::*;
use crate::ingest::status::{REJECTS_KEPT, Reject};
use crate::ingest::worker::Options;
use crate::investigation::load;
use crate::notify::{Queue, Targets};
use crate::query::parse;
use crate::source::{Listing, Object, Place};

const ID: &str = "00000000-0000-4000-8000-000000000001";

fn record(name: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ann","accountId":"111122223333","userName":"ann"}},"eventTime":"2026-03-02T10:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.9","userAgent":"aws-cli/2","requestParameters":{{"name":"main"}},"eventID":"{ID}","eventType":"AwsApiCall","recipientAccountId":"111122223333"}}"#
    )
}

fn listing(place: Place) -> Listing {
    Box::new(std::iter::once(Ok(Object { name: "log.json".to_owned(), place, found: false })))
}

/// One event, which stands for what a rule on several events found.
fn lifted(name: &str) -> Investigation {
    let listing = listing(Place::Memory(record(name).into_bytes().into()));
    let mut inv = load(listing, Options::default(), Judgment::shipped(), Arc::default(), &|_| {});
    let mut compared = (*inv.compared).clone();
    compared.lifts = vec![(0, 0)];
    inv.compared = Arc::new(compared);
    inv
}

#[test]
fn an_event_that_was_lifted_to_a_low_level_is_told_once_it_is_lifted_higher() {
    let mut alarm = Alarm { least: Level::High, lifted: HashSet::default() };
    alarm.begun(&lifted("GetTrailStatus"));
    let mut grown = |name| alarm.alerts(&Grown { inv: lifted(name), fresh: Vec::new() }).len();
    assert_eq!(grown("GetTrailStatus"), 0);
    assert_eq!(grown("StopLogging"), 1, "now it is at the level");
    assert_eq!(grown("StopLogging"), 0, "once");
}

#[test]
fn what_cannot_be_printed_is_told_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log.json");
    std::fs::write(&path, record("StopLogging")).unwrap();
    let inv = load(
        listing(Place::File(path.clone())),
        Options::default(),
        Judgment::shipped(),
        Arc::default(),
        &|_| {},
    );
    std::fs::remove_file(path).unwrap();
    let queue = Queue::open(&dir.path().join("queue")).unwrap();
    // What is asked for stands in the raw record alone, which is gone.
    let query = parse("requestParameters.name=main").unwrap();
    let mut printing = Printing {
        query: &query,
        min_risk: 0,
        quiet: true,
        status: Arc::default(),
        alarm: Some(Alarm { least: Level::High, lifted: HashSet::default() }),
        notifier: Some(Notifier::start(queue, Targets::default()).unwrap()),
        rejects: 0,
        waiting: Vec::new(),
        ended: None,
    };
    assert!(!printing.take(News::Grown(Grown { inv, fresh: vec![0] })));
    assert!(printing.ended.is_some() && printing.waiting.is_empty(), "{:?}", printing.waiting);
}

#[test]
fn what_cannot_be_read_is_told_however_much_it_is() {
    let (status, mut told) = (Status::default(), 0);
    let reject = |n: usize| {
        for _ in 0..n {
            let (file, reason) = ("f".to_owned(), "broken".to_owned());
            status.reject(Reject { file, number: None, offset: None, reason, sample: String::new() });
        }
    };
    reject(1);
    assert_eq!(news_of_rejects(&status, &mut told), ["f: broken"]);
    assert!(news_of_rejects(&status, &mut told).is_empty());
    reject(REJECTS_KEPT + 3);
    let lines = news_of_rejects(&status, &mut told);
    assert_eq!((lines.len(), lines[5].as_str()), (6, "and 9,998 more records that could not be read"));
    reject(2);
    assert_eq!(news_of_rejects(&status, &mut told), ["2 records that could not be read"]);
}
