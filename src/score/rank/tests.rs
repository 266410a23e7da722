use super::*;
use crate::store::Table;
use crate::store::dicts::Dicts;
use crate::store::segment::{Builder, EventRow};

const HOUR: i64 = 3_600_000;

/// Rows of (hour, actor, event, region, outcome).
fn ranked(rows: &[(i64, &str, &str, &str, Outcome)]) -> Table {
    let dicts = Dicts::default();
    let mut builder = Builder::default();
    for (n, (hour, actor, event, region, outcome)) in rows.iter().enumerate() {
        let mut row = EventRow {
            time: Time::from_millis(hour * HOUR + n as i64),
            id: n as u128,
            ..EventRow::default()
        };
        row.flags = Flags::new(*outcome, RecordKind::Event);
        let identity = format!(r#"{{"type":"IAMUser","userName":"{actor}","accessKeyId":"AKIA{actor}"}}"#);
        for (column, text) in [
            (Column::Identity, identity.as_str()),
            (Column::Event, event),
            (Column::Region, region),
            (Column::Source, "ec2.amazonaws.com"),
        ] {
            row.columns[column as usize] = dicts.intern(column, text);
        }
        builder.push(&row);
    }
    let mut segments = vec![Arc::new(builder.seal())];
    let set = dicts.snapshot();
    contexts(&mut segments, &set, RuleLevels { of_sets: &[], of_rows: &[] });
    Table::new(segments, set, true)
}

fn context(table: &Table, row: u32) -> Context {
    Context::from_bits(table.row(row).unwrap().context())
}

#[test]
fn what_is_new_after_the_baseline_counts() {
    use Outcome::Success;
    let table = ranked(&[
        (0, "ann", "A", "r1", Success),
        (0, "ann", "B", "r1", Success),
        (2, "ann", "A", "r1", Success),
        (2, "ann", "C", "r2", Success),
        (2, "bob", "C", "r2", Success),
    ]);
    let bits: Vec<u16> = (0..5).map(|r| context(&table, r).first_seen()).collect();
    assert_eq!(bits, [0, 0, 0, 0b01001, 0], "the first hour, and an actor without a history, say nothing");
}

#[test]
fn rare_kinds_rank_before_common_ones() {
    let mut rows = vec![(0, "ann", "Common", "r", Outcome::Success); 8];
    rows.push((1, "ann", "Once", "r", Outcome::Success));
    let table = ranked(&rows);
    assert_eq!((context(&table, 0).rarity(), context(&table, 8).rarity()), (12, 15));
    assert!(key_of(&table.row(8).unwrap()) > key_of(&table.row(0).unwrap()));
}

#[test]
fn a_success_after_a_denial_is_marked_once() {
    use Outcome::{Denied, Success};
    let table = ranked(&[
        (0, "ann", "A", "r", Denied),
        (0, "bob", "A", "r", Success),
        (0, "ann", "A", "r", Success),
        (0, "ann", "A", "r", Success),
    ]);
    let marks: Vec<bool> = (0..4).map(|r| context(&table, r).after_denial()).collect();
    assert_eq!(marks, [false, false, true, false]);
}

#[test]
fn risk_comes_before_everything_else() {
    let all = Context::from_bits(u16::MAX);
    let write = Flags::default().with(Flags::WRITE);
    assert!(key(50, Context::default(), Flags::default()) > key(49, all, write));
    assert!(key(50, Context::default(), write) > key(50, Context::default(), Flags::default()));
}

#[test]
fn both_kinds_of_pair_set_agree() {
    let (mut bits, mut table) = (PairSet::new(10, 10), PairSet::Table(HashTable::new()));
    for (a, b) in [(1, 2), (2, 1), (1, 2), (9, 9), (0, 0), (9, 9)] {
        assert_eq!(bits.insert(a, b), table.insert(a, b), "{a} {b}");
    }
}
