use super::*;
use crate::case::State;
use crate::case::model::{Hunt, Kind, NewIndicator};
use crate::console::app::casework::Target;
use crate::event::time::Time;
use crate::ingest::worker::Options;
use crate::investigation::{Judgment, load};
use crate::score::Level;
use crate::source::{Object, Place};

const RECORD: &str = r#"{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/eve","accountId":"111122223333","userName":"eve"},"eventTime":"2026-03-02T09:20:11Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.9","userAgent":"x","requestParameters":{"name":"t"},"eventID":"00000000-0000-4000-8000-000000000001","readOnly":false}]}"#;

fn stopped_trail() -> Arc<Investigation> {
    let place = Place::Memory(RECORD.as_bytes().to_vec().into());
    let object = Object { name: "a.json".to_owned(), place, found: true };
    let options = Options { threads: 1, ..Options::default() };
    let listing = Box::new(std::iter::once(Ok(object)));
    Arc::new(load(listing, options, Judgment::shipped(), Arc::default(), &|_| {}))
}

fn keeper(file: PathBuf, console: &'static str) -> (Keeper, tokio::sync::mpsc::Receiver<Msg>) {
    let (out, told) = tokio::sync::mpsc::channel(64);
    let by = Box::new(move || By {
        who: "dana@host".to_owned(),
        console: console.to_owned(),
        at: Time::from_millis(1_772_445_600_000),
    });
    (Keeper { file: Some(file), case: None, by, out, version: 0, stood: false, busy: Busy::default() }, told)
}

/// What was told since: in words, and the last picture of the case.
fn told(from: &mut tokio::sync::mpsc::Receiver<Msg>) -> (Vec<String>, Option<Arc<Known>>, Option<Position>) {
    let (mut said, mut known, mut stood) = (Vec::new(), None, None);
    while let Ok(Msg::Told(told)) = from.try_recv() {
        match told {
            Told::Case(case) => known = Some(case),
            Told::Stood(position) => stood = Some(position),
            Told::Done(text) | Told::Failed(text) => said.push(text),
            Told::Faults(_, faults) => said.extend(faults),
            other => panic!("{other:?}"),
        }
    }
    (said, known, stood)
}

fn kept() -> Hunt {
    let words = ["h", "risk>=70", "events", ""].map(str::to_owned);
    let [name, query, view, saved_by] = words;
    Hunt { name, query, view, saved: Time::UNKNOWN, saved_by }
}

fn hunt() -> Work {
    let Hunt { name, query, view, .. } = kept();
    Work::Hunt { name, query, view, seen: None }
}

/// A change, what is said of it, and what it changes.
type Step = (Work, &'static str, fn(&Known) -> usize);

#[test]
fn each_change_is_made_told_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let (mut keeper, mut from) = keeper(folder.path().join("case.sqlite"), "one");
    let inv = stopped_trail();
    let feed = folder.path().join("feed.csv");
    std::fs::write(&feed, "198.51.100.7\nnot anything\n").unwrap();
    let indicator = |value: &str| {
        let (time, note) = (Time::UNKNOWN, String::new());
        let source = "event".to_owned();
        let value = value.to_owned();
        Box::new(NewIndicator {
            kind: Kind::Ip,
            value,
            private: false,
            first: time,
            last: time,
            source,
            note,
        })
    };
    let tag = |on| Work::Tag(Subject::Finding(1), "odd".to_owned(), on);
    let closed = || Work::State(Subject::Incident(1), State::Resolved, "key disabled".to_owned(), None);
    let steps: Vec<Step> = vec![
        (Work::Add(inv.clone(), 0, None), "finding 1", |k| k.contents.findings.len()),
        (Work::Incident(1), "incident 1 is opened", |k| k.contents.incidents.len()),
        (Work::Group(1, 1, false), "is not in incident 1", |k| k.contents.incidents[0].findings.len()),
        (Work::Group(1, 1, true), "is in incident 1", |k| k.contents.incidents[0].findings.len()),
        (Work::Gather(inv.clone(), Ruled::Least(Level::High)), "incident", |k| k.contents.incidents.len()),
        (tag(true), "tagged odd", |k| k.contents.tags.len()),
        (tag(false), "not tagged any more", |k| k.contents.tags.len()),
        (hunt(), "is kept", |k| k.contents.hunts.len()),
        (Work::Remove(Removed::Hunt(kept())), "taken out", |k| k.contents.hunts.len()),
        (Work::Indicator(indicator("198.51.100.9")), "is an indicator", |k| k.contents.indicators.len()),
        (Work::Import(feed.display().to_string()), "1 of them new", |k| k.contents.indicators.len()),
        (Work::Mark("e".into(), true), "marked", |k| k.contents.marks.len()),
        (Work::Remove(Removed::Mark("e".into())), "mark is taken away", |k| k.contents.marks.len()),
        (closed(), "incident:1 is resolved", |k| k.contents.incidents[0].resolution.len()),
    ];
    let mut counts = Vec::new();
    for (work, words, count) in steps {
        let name = format!("{work:?}").chars().take(30).collect::<String>();
        let before = counts.len();
        keeper.work(work);
        let (said, known, _) = told(&mut from);
        assert!(said.iter().any(|text| text.contains(words)), "{name}: {said:?}");
        counts.push((count, count(&known.unwrap())));
        // Taken back and made again, it is as it was. The number of an incident is never given again.
        if before > 1 {
            keeper.work(Work::Undo);
            let (said, known, _) = told(&mut from);
            assert!(said.iter().any(|text| text.starts_with("took back")), "{name}: {said:?}");
            assert_ne!(count(&known.unwrap()), counts[before].1, "{name}");
            redo(&mut keeper, before, &inv, &feed, &indicator);
            let (_, known, _) = told(&mut from);
            assert_eq!(count(&known.unwrap()), counts[before].1, "{name}");
        }
    }
}

/// The change of that number once more.
fn redo(
    keeper: &mut Keeper,
    number: usize,
    inv: &Arc<Investigation>,
    feed: &std::path::Path,
    indicator: &dyn Fn(&str) -> Box<NewIndicator>,
) {
    let again = match number {
        2 => Work::Group(1, 1, false),
        3 => Work::Group(1, 1, true),
        4 => Work::Gather(inv.clone(), Ruled::Least(Level::High)),
        5 => Work::Tag(Subject::Finding(1), "odd".to_owned(), true),
        6 => Work::Tag(Subject::Finding(1), "odd".to_owned(), false),
        7 => hunt(),
        8 => Work::Remove(Removed::Hunt(kept())),
        9 => Work::Indicator(indicator("198.51.100.9")),
        10 => Work::Import(feed.display().to_string()),
        11 => Work::Mark("e".into(), true),
        12 => Work::Remove(Removed::Mark("e".into())),
        _ => Work::State(Subject::Incident(1), State::Resolved, "key disabled".to_owned(), None),
    };
    keeper.work(again);
}

#[test]
fn one_rule_alone_opens_its_incident_and_one_without_hits_none() {
    let folder = tempfile::tempdir().unwrap();
    let (mut keeper, mut from) = keeper(folder.path().join("case.sqlite"), "one");
    let inv = stopped_trail();
    let id = inv.rules_of(&inv.table.row(0).unwrap()).next().unwrap().id.clone();
    keeper.work(Work::Gather(inv.clone(), Ruled::One(id.clone())));
    let known = told(&mut from).1.unwrap();
    assert_eq!((known.contents.incidents.len(), &known.contents.incidents[0].rule), (1, &id));
    keeper.work(Work::Gather(inv, Ruled::One("none".to_owned())));
    assert!(told(&mut from).0[0].contains("no such rule"));
}

#[test]
fn where_one_stood_is_told_once_and_makes_no_case_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.sqlite");
    let position =
        Position { view: "actors".to_owned(), sources: "./logs".to_owned(), ..Position::default() };
    let (mut first, mut from) = keeper(file.clone(), "one");
    first.look();
    first.work(Work::Stand(position.clone()));
    assert!(!file.exists() && told(&mut from).0.is_empty());
    first.work(Work::Mark("e".into(), true));
    first.work(Work::Stand(position.clone()));
    let (mut second, mut from) = keeper(file, "two");
    second.look();
    assert_eq!(told(&mut from).2, Some(position));
    first.work(Work::Mark("f".into(), true));
    second.look();
    let (_, known, stood) = told(&mut from);
    assert!(known.unwrap().is_marked("f") && stood.is_none(), "what another console writes appears");
}

#[test]
fn a_file_that_is_not_there_is_told_and_makes_no_case() {
    let folder = tempfile::tempdir().unwrap();
    let (mut keeper, mut from) = keeper(folder.path().join("case.sqlite"), "one");
    let large = folder.path().join("large.csv");
    std::fs::File::create(&large).unwrap().set_len((64 << 20) + 1).unwrap();
    for (path, why) in [
        (folder.path().join("none.csv"), "none.csv: "),
        (folder.path().to_owned(), "no file"),
        // Neither is what may never end.
        (PathBuf::from("/dev/null"), "no file"),
        (large, "larger than 64 MiB"),
    ] {
        keeper.work(Work::Import(path.display().to_string()));
        let said = told(&mut from).0;
        assert!(said[0].contains(why), "{said:?}");
    }
    assert!(!folder.path().join("case.sqlite").exists());
}

#[test]
fn whether_a_file_is_there_is_asked_before_the_report_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.pdf");
    std::fs::write(&path, "before").unwrap();
    let (out, mut told) = tokio::sync::mpsc::channel(8);
    let (send, _jobs) = mpsc::channel();
    let jobs = Jobs { send, busy: Busy::default() };
    let (made, makings) = mpsc::channel();
    let print: Printer = Box::new(move |_, sources| {
        made.send(()).unwrap();
        Ok(sources.join(" ").into_bytes())
    });
    let targets = Ok(Targets(Vec::new()));
    let messenger = deliver::Messenger::new(targets, None, print, jobs, out, Pen::default());
    let target = Target { path: path.display().to_string(), replace: false };
    let sources: Arc<[String]> = Arc::new(["logs".to_owned(), "added later".to_owned()]);
    messenger.take(&Delivery::Report(stopped_trail(), sources, target));
    let Ok(Msg::Told(Told::Exists(again))) = told.try_recv() else { panic!() };
    assert!(makings.try_recv().is_err() && matches!(told.try_recv(), Ok(Msg::Told(Told::Delivered))));
    messenger.take(&again);
    assert_eq!(std::fs::read(&path).unwrap(), b"logs added later");
}
