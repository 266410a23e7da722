use super::context::FIRST_BITS;
use super::*;
use crate::store::Table;
use crate::store::dicts::Dicts;
use crate::store::segment::{Builder, EventRow};

const HOUR: i64 = 3_600_000;

/// Rows of (hour, actor, event, region, outcome); an event of another service than EC2 has it in front: `iam:GetUser`.
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
        let (service, event) = event.split_once(':').unwrap_or(("ec2", event));
        for (column, text) in [
            (Column::Identity, identity.as_str()),
            (Column::Event, event),
            (Column::Region, region),
            (Column::Source, &format!("{service}.amazonaws.com")),
        ] {
            row.columns[column as usize] = dicts.intern(column, text);
        }
        builder.push(&row);
    }
    let mut segments = vec![Arc::new(builder.seal())];
    let set = dicts.snapshot();
    contexts(&mut segments, &set, RuleLevels { of_sets: &[], of_rows: &[] }, &[]);
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
        (0, "ann", "kms:A", "r", Success),
        (0, "ann", "A", "r", Success),
        (0, "ann", "A", "r", Success),
    ]);
    let marks: Vec<bool> = (0..5).map(|r| context(&table, r).after_denial()).collect();
    assert_eq!(marks, [false, false, false, true, false], "of another service it is another act");
}

fn with(bits: u16) -> Context {
    Context::from_bits(bits)
}

#[test]
fn a_level_comes_before_everything_else_and_a_new_network_before_the_points() {
    let (none, write) = (Flags::default(), Flags::default().with(Flags::WRITE));
    let all = with(NEW_NETWORK | AFTER_DENIAL | FIRST_BITS | 15 << RARITY_SHIFT);
    assert!(key(70, Context::default(), none) > key(69, all, write));
    assert!(key(60, with(NEW_NETWORK), none) > key(65, Context::default(), write));
    let medium = with(3 << RULE_SHIFT);
    assert!(key(50, medium, none) > key(60, Context::default(), write), "a rule before points");
    assert!(key(51, Context::default(), none) > key(50, with(AFTER_DENIAL | FIRST_BITS), write));
    assert!(key(50, Context::default(), write) > key(50, Context::default(), none));
}

#[test]
fn habits_stand_below_and_what_completes_a_rule_above() {
    assert_eq!((weight(70, with(HABIT)), weight(10, with(HABIT))), (50, 0));
    let completes = with(4 << RULE_SHIFT);
    assert_eq!(weight(20, completes), 70, "what completes a rule on several events");
}

#[test]
fn a_region_says_nothing_of_a_service_that_has_one_for_all() {
    let table = ranked(&[
        (0, "ann", "iam:A", "r1", Outcome::Success),
        (2, "ann", "iam:A", "r2", Outcome::Success),
        (2, "ann", "iam:A", "r3", Outcome::Success),
        (2, "ann", "A", "r4", Outcome::Success),
    ]);
    let is_new = |row| context(&table, row).first_seen() & 1 << 3 != 0;
    assert_eq!([0, 1, 2, 3].map(is_new), [false, false, false, true]);
}

/// Contexts of (day, actor, event, address, risk), with the level of the one rule where the last is one.
fn placed(rows: &[(i64, &str, &str, &str, u8, u16)]) -> Vec<Context> {
    placed_with(&[], rows)
}

/// The same, where these are the networks of one's own organization.
fn placed_with(own: &[IpNet], rows: &[(i64, &str, &str, &str, u8, u16)]) -> Vec<Context> {
    table_of(own, rows).rows().map(|row| with(row.context())).collect()
}

fn table_of(own: &[IpNet], rows: &[(i64, &str, &str, &str, u8, u16)]) -> Table {
    let dicts = Dicts::default();
    let mut builder = Builder::default();
    for (n, (day, actor, event, address, ..)) in rows.iter().enumerate() {
        let time = Time::from_millis(day * 24 * HOUR + n as i64);
        let mut row = EventRow { time, id: n as u128, ..EventRow::default() };
        row.flags = Flags::new(Outcome::Success, RecordKind::Event);
        let identity = format!(r#"{{"type":"IAMUser","userName":"{actor}"}}"#);
        for (column, text) in
            [(Column::Identity, identity.as_str()), (Column::Event, event), (Column::Ip, address)]
        {
            row.columns[column as usize] = dicts.intern(column, text);
        }
        builder.push(&row);
    }
    let mut segment = builder.seal();
    segment.set_risks(rows.iter().map(|row| row.4).collect());
    segment.set_hits(&rows.iter().map(|row| u64::from(row.5)).collect::<Vec<_>>());
    let mut segments = vec![Arc::new(segment)];
    let levels = RuleLevels { of_sets: &[0, 2, 4], of_rows: &[] };
    contexts(&mut segments, &dicts.snapshot(), levels, own);
    Table::new(segments, dicts.snapshot(), true)
}

#[test]
fn what_is_done_day_after_day_is_a_habit() {
    let home = "198.51.100.1";
    let found = placed(&[
        (0, "job", "Drop", home, 80, 0),
        (1, "job", "Drop", home, 80, 0),
        (2, "job", "Drop", home, 80, 0),
        (2, "ann", "Drop", home, 80, 0),
        (2, "job", "Drop", "203.0.113.5", 80, 0),
        (3, "job", "Drop", home, 80, 2),
        (3, "job", "Drop", home, 80, 1),
    ]);
    let habits: Vec<bool> = found.iter().map(|context| context.habit()).collect();
    assert_eq!(habits, [false, false, true, false, false, false, true]);
    assert!(found[4].new_network() && !found[3].new_network());
}

#[test]
fn a_habit_stands_lower_and_is_no_less_than_it_is() {
    let home = "198.51.100.1";
    let table = table_of(&[], &[0, 1, 2].map(|day| (day, "job", "Drop", home, 80, 0)));
    let (first, habit) = (table.row(0).unwrap(), table.row(2).unwrap());
    assert_eq!((level_of(&first), place_of(&first)), (Level::of(80), Level::of(80)));
    assert_eq!((level_of(&habit), place_of(&habit)), (Level::of(80), Level::of(60)));
    assert_ne!(Level::of(80), Level::of(60));
}

/// Whoever stole credentials makes no habits of what they do with them.
#[test]
fn days_from_a_new_network_make_no_habit() {
    let (home, away) = ("198.51.100.1", "203.0.113.5");
    let found = placed(&[
        (0, "job", "Read", home, 80, 0),
        (5, "job", "Drop", away, 80, 0),
        (6, "job", "Drop", away, 80, 0),
        (7, "job", "Drop", away, 80, 0),
        (8, "job", "Drop", away, 80, 0),
    ]);
    let habits: Vec<bool> = found.iter().map(|context| context.habit()).collect();
    assert_eq!(habits, [false, false, false, false, true], "the first day does not count");
}

#[test]
fn a_network_is_new_for_a_day_and_for_everybody() {
    let new = |rows: &[(i64, &str, &str, &str, u8, u16)]| -> Vec<bool> {
        placed(rows).iter().map(|context| context.new_network()).collect()
    };
    let (home, away) = ("198.51.100.1", "203.0.113.5");
    let row = |day, actor, address| (day, actor, "A", address, 20, 0);
    assert_eq!(
        new(&[row(0, "ann", home), row(0, "ann", away), row(5, "bob", away)]),
        [false; 3],
        "the first day is the measure"
    );
    assert_eq!(
        new(&[row(0, "ann", home), row(3, "ann", away), row(3, "bob", "203.0.9.9"), row(4, "bob", away)]),
        [false, true, true, false]
    );
    let own: Vec<bool> =
        placed_with(&["203.0.113.0/24".parse().unwrap()], &[row(0, "ann", home), row(3, "ann", away)])
            .iter()
            .map(|context| context.new_network())
            .collect();
    assert_eq!(own, [false, false], "one's own");
    let mut fleet: Vec<_> = Vec::new();
    let addresses: Vec<String> = (0..12).map(|n| format!("20.{n}.0.1")).collect();
    fleet.extend(addresses.iter().map(|address| row(0, "fleet", address)));
    fleet.push(row(3, "fleet", away));
    assert!(!new(&fleet)[12]);
    let nearly: Vec<_> =
        fleet[1..11].iter().copied().chain([row(1, "fleet", "10.0.0.1"), fleet[12]]).collect();
    assert!(new(&nearly)[11], "ten networks, and that of the house");
}
