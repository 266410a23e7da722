use super::*;
use crate::investigation::load;
use crate::source::{Object, Place};
use crate::synth;

/// Everything that is known of the events of an investigation, without numbers that depend on who read what first.
pub(crate) fn told(inv: &Investigation) -> Vec<String> {
    let rules: Vec<_> = inv.judgment.rules.infos().iter().map(|rule| rule.id.as_str()).collect();
    let line = |row: crate::store::Row<'_>| {
        let mut hits: Vec<_> = inv.rules_of(&row).map(|rule| rule.id.as_str()).collect();
        hits.sort_unstable();
        let mut origins: Vec<_> = inv.table.origins(row.number()).map(|at| inv.files.name(at.file)).collect();
        origins.push(inv.files.name(row.locator().file));
        origins.sort();
        origins.dedup();
        format!(
            "{} {} {} {:?} {} {:?} {hits:?} {:?} {origins:?}",
            row.id(),
            row.time(),
            row.risk(),
            crate::score::rank::key_of(&row),
            row.event(),
            row.burst(),
            row.flags(),
        )
    };
    let mut all: Vec<String> = inv.table.rows().map(line).collect();
    let finding = |finding: &compare::Finding| {
        let rule = rules.get(finding.rule as usize);
        format!("{rule:?} {:?} {:?} {}", finding.group, finding.rows, finding.value)
    };
    all.extend(inv.compared.findings.iter().map(finding));
    all.push(format!("{} duplicates, {} conflicts", inv.duplicates, inv.conflicts));
    all
}

fn objects() -> Vec<Object> {
    let object = |(path, bytes): (String, Vec<u8>)| Object {
        name: path,
        place: Place::Memory(bytes.into()),
        found: true,
    };
    synth::demo().files.into_iter().map(object).collect()
}

fn listing(objects: &[Object]) -> Listing {
    Box::new(objects.iter().cloned().map(Ok).collect::<Vec<_>>().into_iter())
}

fn growing() -> Growing {
    let options = Options { threads: 1, ..Options::default() };
    Growing::new(options, Judgment::shipped(), Arc::default())
}

#[test]
fn what_comes_in_pieces_is_as_if_it_had_come_at_once() {
    let mut objects = objects();
    // In an order that has nothing to do with time, and some of it twice.
    objects.sort_by_key(|object| object.name.bytes().rev().map(u64::from).sum::<u64>() % 17);
    let mut all = objects.clone();
    let twice: Vec<Object> = objects.iter().step_by(5).cloned().collect();
    all.extend(twice.into_iter().map(|object| Object { name: format!("again/{}", object.name), ..object }));
    let whole = load(listing(&all), Options::default(), Judgment::shipped(), Arc::default(), &|_| {});
    assert!(
        whole.duplicates > 0 && !whole.compared.findings.is_empty(),
        "the demo has what is compared here"
    );
    let mut growing = growing();
    let mut pieces = all.chunks(all.len() / 6 + 1);
    let mut last = growing.begin(listing(pieces.next().unwrap()), &|_| {});
    let mut fresh = last.table.len() as usize;
    for piece in pieces {
        let Some(grown) = growing.go_on(listing(piece)) else { continue };
        fresh += grown.fresh.len();
        assert!(grown.fresh.iter().all(|row| grown.inv.table.row(*row).is_some()));
        last = grown.inv;
    }
    let (whole, pieces) = (told(&whole), told(&last));
    for (whole, pieces) in whole.iter().zip(&pieces) {
        assert_eq!(whole, pieces);
    }
    assert_eq!((whole.len(), fresh), (pieces.len(), last.table.len() as usize), "each event was new once");
}

#[test]
fn what_was_there_before_is_not_new_and_an_old_snapshot_stays_as_it_was() {
    let objects = objects();
    let (first, rest) = objects.split_at(objects.len() / 2);
    let mut growing = growing();
    let before = growing.begin(listing(first), &|_| {});
    let (rows, said) = (before.table.len(), told(&before));
    // The name sorts before the other, so that the new place takes over; the event is known all the same.
    let renamed: Vec<Object> =
        first.iter().map(|object| Object { name: format!("!/{}", object.name), ..object.clone() }).collect();
    let again = growing.go_on(listing(&renamed)).unwrap();
    assert_eq!((again.fresh.len(), again.inv.table.len()), (0, rows));
    assert!(growing.go_on(listing(&[])).is_none(), "nothing came");
    let grown = growing.go_on(listing(rest)).unwrap();
    assert_eq!(grown.fresh.len() as u32, grown.inv.table.len() - rows);
    assert_eq!(told(&before), said);
    let row = grown.inv.table.row(*grown.fresh.first().unwrap()).unwrap();
    assert!(grown.inv.raw(&row).is_ok());
}

#[test]
fn a_file_that_is_written_anew_is_the_same_file() {
    let dir = tempfile::tempdir().unwrap();
    let (path, copy) = (dir.path().join("a.json"), dir.path().join("b.json"));
    let record = r#"{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ann","accountId":"111122223333","userName":"ann"},"eventTime":"2026-03-02T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.9","eventID":"00000000-0000-4000-8000-000000000001","recipientAccountId":"111122223333"}"#;
    let value: Value = serde_json::from_str(record).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    let file = |path: &std::path::Path, text: &str| {
        std::fs::write(path, text).unwrap();
        let (name, place) = (path.display().to_string(), Place::File(path.to_owned()));
        listing(&[Object { name, place, found: true }])
    };
    let mut growing = growing();
    let mut state = |listing: Listing| {
        let inv = growing.go_on(listing).unwrap().inv;
        let origins = inv.table.rows().map(|row| inv.table.origins(row.number()).count()).sum::<usize>();
        let marked =
            inv.table.rows().filter(|row| row.flags().has(crate::store::flags::Flags::DUPLICATE)).count();
        assert!(inv.raw(&inv.table.row(0).unwrap()).is_ok(), "its newest reading stands for it");
        (inv.table.len(), inv.duplicates, origins, marked, inv.conflicts)
    };
    assert_eq!(state(file(&path, record)), (1, 0, 0, 0, 0));
    for n in 1..4 {
        let longer = format!("{record}{}", "\n".repeat(n));
        assert_eq!(state(file(&path, &longer)), (1, 0, 0, 0, 0), "time {n}");
    }
    assert_eq!(state(file(&path, &pretty)), (1, 0, 0, 0, 0), "set otherwise");
    assert_eq!(state(file(&copy, record)), (1, 1, 1, 1, 0), "another file holds it as well");
    for n in 1..4 {
        let longer = format!("{pretty}{}", "\n".repeat(n));
        assert_eq!(state(file(&copy, &longer)), (1, 1, 1, 1, 0), "time {n}");
        assert_eq!(state(file(&path, &longer)), (1, 1, 1, 1, 0), "time {n}");
    }
    let other = record.replace("/ann", "/eve");
    assert_eq!(state(file(&path, &other)).4, 2, "what says something else is a conflict");
}
