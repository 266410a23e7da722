//! What the columns answer, held against a plain evaluation of the same records one by one.

use std::sync::{Arc, OnceLock};

use proptest::prelude::*;
use serde_json::Value;

use crate::event::address::parse_ip;
use crate::event::field::{Field, FieldRef, FieldType};
use crate::event::time::Time;
use crate::ingest::worker::Options;
use crate::investigation::{Investigation, Judgment, load};
use crate::query::group::{group, may_be_several, value_of};
use crate::query::order::{Sort, sorted, sorted_in_bursts};
use crate::query::plan::plan;
use crate::query::run::{self, Reading, Selection};
use crate::query::series::Series;
use crate::query::{Expr, Moment, Term, Test, parse};
use crate::score::{Level, burst, rank};
use crate::source::{Object, Place};
use crate::store::Row;
use crate::synth;

/// Some hundreds of made-up events with their records, loaded once.
fn loaded() -> &'static (Investigation, Vec<Value>) {
    static LOADED: OnceLock<(Investigation, Vec<Value>)> = OnceLock::new();
    LOADED.get_or_init(|| {
        let judgment = Judgment::shipped();
        let files = synth::demo().files.into_iter().rev().step_by(9).take(8);
        let objects =
            files.map(|(name, bytes)| Ok(Object { name, place: Place::Memory(bytes.into()), found: true }));
        let listing = Box::new(objects.collect::<Vec<_>>().into_iter());
        let inv = load(listing, Options::default(), judgment, Arc::default(), &|_| {});
        let records = inv.table.rows().map(|row| serde_json::from_slice(&inv.raw(&row).unwrap()).unwrap());
        let records: Vec<Value> = records.collect();
        assert!(records.len() > 300, "{}", records.len());
        (inv, records)
    })
}

fn answered(expr: &Expr) -> Vec<u32> {
    let (inv, _) = loaded();
    let node = plan(expr, inv);
    let selection = run::decide_all(&node, inv, run::columns(&node, &inv.table), &Reading::default());
    selection.rows(&inv.table).collect()
}

/// One event after the other, nothing prepared.
fn naive(expr: &Expr) -> Vec<u32> {
    let (inv, records) = loaded();
    inv.table
        .rows()
        .filter(|row| holds(expr, row, &records[row.number() as usize]))
        .map(|row| row.number())
        .collect()
}

fn holds(expr: &Expr, row: &Row<'_>, record: &Value) -> bool {
    match expr {
        Expr::All => true,
        Expr::And(parts) => parts.iter().all(|part| holds(part, row, record)),
        Expr::Or(parts) => parts.iter().any(|part| holds(part, row, record)),
        Expr::Not(part) => !holds(part, row, record),
        Expr::Term(term) => term_holds(term, row, record),
        Expr::Text(pattern) => pattern.matches(&record.to_string()),
    }
}

fn term_holds(term: &Term, row: &Row<'_>, record: &Value) -> bool {
    let (inv, _) = loaded();
    match (&term.field, &term.test) {
        (FieldRef::Column(Field::Time), Test::Time { from, to }) => {
            let at = |moment: &Moment| moment.at(inv.table.newest());
            row.time().is_known()
                && from.as_ref().is_none_or(|from| at(from) <= row.time())
                && to.as_ref().is_none_or(|to| row.time() < at(to))
        }
        (FieldRef::Column(_), test) => passes(&value_of(inv, row, &term.field), test),
        (FieldRef::Identity(path), test) => below(&record["userIdentity"], path, test),
        (FieldRef::Raw(path), test) => below(record, path, test),
    }
}

/// Whether any value that a path leads to passes; lists on the way are entered.
fn below(value: &Value, path: &[String], test: &Test) -> bool {
    match (value, path.split_first()) {
        (Value::Array(list), Some((step, rest))) => {
            let picked = step.parse::<usize>().ok().and_then(|n| list.get(n));
            list.iter().any(|v| below(v, path, test)) || picked.is_some_and(|v| below(v, rest, test))
        }
        (Value::Array(list), None) => list.iter().any(|v| below(v, path, test)),
        (Value::Object(map), Some((step, rest))) => map.get(step).is_some_and(|v| below(v, rest, test)),
        (Value::String(text), None) => passes(text, test),
        (Value::Null, _) | (_, Some(_)) => false,
        (other, None) => passes(&other.to_string(), test),
    }
}

fn passes(text: &str, test: &Test) -> bool {
    let number = || text.parse::<f64>().ok();
    match test {
        _ if text.is_empty() => false,
        Test::Matches(pattern) => pattern.matches(text),
        Test::Net(net) => parse_ip(text).is_some_and(|ip| net.contains(&ip)),
        Test::Number { op, value } => number().is_some_and(|n| op.holds(n, *value)),
        Test::NumberRange { from, to } => number().is_some_and(|n| *from <= n && n <= *to),
        Test::Time { .. } => false,
        Test::Exists => true,
    }
}

/// Fields whose value is one text.
const FIELDS: [&str; 23] = [
    "event",
    "service",
    "source",
    "actor",
    "principal",
    "identity",
    "user",
    "role",
    "session",
    "key",
    "account",
    "caller",
    "ip",
    "network",
    "region",
    "outcome",
    "error",
    "target",
    "access",
    "level",
    "category",
    "type",
    "userIdentity.sessionContext.sessionIssuer.userName",
];

/// Paths into the record.
const PATHS: [&str; 5] = [
    "requestParameters.bucketName",
    "requestParameters.roleArn",
    "errorMessage",
    "resources.ARN",
    "tlsDetails.tlsVersion",
];

fn term() -> impl Strategy<Value = String> {
    let exact = FIELDS.into_iter().filter(|field| *field != "principal");
    let field = prop::sample::select(exact.chain(PATHS).collect::<Vec<_>>());
    (field, any::<prop::sample::Index>(), 0..5u8).prop_map(|(field, row, form)| {
        let (inv, _) = loaded();
        let name = crate::event::field::resolve(field).unwrap();
        let row = inv.table.row(row.index(inv.table.len() as usize) as u32).unwrap();
        let value = value_of(inv, &row, &name);
        let words = matches!(&name, FieldRef::Column(f) if matches!(f.info().kind, FieldType::Word(_)));
        let middle: String = value.chars().skip(1).take(4).filter(|c| c.is_alphanumeric()).collect();
        match form {
            _ if value.is_empty() => format!("-{field}:*"),
            0 if !middle.is_empty() && !words => format!("{field}:*{middle}*"),
            1 => format!("-{field}:\"{value}\""),
            2 => format!("{field}:*"),
            3 if field == "ip" => "ip:203.0.113.0/24".to_owned(),
            _ => format!("{field}:\"{}\"", value.to_uppercase()),
        }
    })
}

fn number_or_time() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..100u8, prop::sample::select(vec!["<", "<=", ">", ">=", ":"]))
            .prop_map(|(n, op)| format!("risk{op}{n}")),
        (0..60u8).prop_map(|n| format!("risk:{n}..{}", n + 30)),
        (0..100i64).prop_map(|percent| {
            let (from, to) = loaded().0.span();
            let (from, to) = (from.millis().unwrap(), to.millis().unwrap());
            format!("time>={}", Time::from_millis(from + (to - from) * percent / 100))
        }),
        Just("time>-1d".to_owned()),
    ]
}

fn queries() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![4 => term(), 1 => number_or_time()];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" ")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" OR "))),
            inner.prop_map(|part| format!("NOT ({part})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_columns_answer_as_the_records_do(text in queries()) {
        let query = parse(&text).unwrap();
        prop_assert_eq!(answered(query.expr()), naive(query.expr()), "{}", text);
    }
}

#[test]
fn a_service_is_known_by_both_names_and_a_pattern_means_the_short_one() {
    let rows = |text: &str| answered(parse(text).unwrap().expr());
    assert_eq!(rows("service:s3"), rows("service:s3.amazonaws.com"));
    let all = rows("service:*").len();
    assert!(rows("service:*am*").len() < all && !rows("service:*am*").is_empty());
    assert!(rows("service:*amazonaws*").is_empty());
}

#[test]
fn retired_names_of_attack_find_what_the_current_ones_do() {
    let rows = |text: &str| answered(parse(text).unwrap().expr());
    for (old, new) in [
        ("technique:T1562", "technique:T1685"),
        ("technique:t1562.008", "technique:T1685.002"),
        ("technique:T1562*", "technique:T1685*"),
        ("attack:T1562.00*", "technique:T1685"),
        ("tactic:defense-evasion", "tactic:(stealth defense-impairment)"),
        ("tactic:Initial_Access", "tactic:initial-access"),
        ("tactic:\"initial access\"", "tactic:initial-access"),
        ("tactic:TA0003", "tactic:persistence"),
    ] {
        assert!(!rows(new).is_empty(), "{new}");
        assert_eq!(rows(old), rows(new), "{old}");
    }
    let (parent, part) = (rows("technique:T1685"), rows("technique:T1685.002"));
    assert!(part.iter().all(|row| parent.contains(row)), "a technique finds its sub-techniques");
}

#[test]
fn levels_are_compared_by_their_order() {
    let (inv, _) = loaded();
    let rows = |text: &str| answered(parse(text).unwrap().expr());
    let with = |test: &dyn Fn(Level) -> bool| -> Vec<u32> {
        let highest = |row: &Row<'_>| inv.rules_of(row).map(|rule| rule.level).max();
        inv.table.rows().filter(|row| highest(row).is_some_and(test)).map(|row| row.number()).collect()
    };
    for (text, test) in [
        ("level:high", &(|level| level == Level::High) as &dyn Fn(Level) -> bool),
        ("severity>=medium", &|level| level >= Level::Medium),
        ("level<high", &|level| level < Level::High),
        ("level<=Low", &|level| level <= Level::Low),
        ("level>informational", &|level| level > Level::Info),
        ("level:low..medium", &|level| (Level::Low..=Level::Medium).contains(&level)),
        ("level:medium..", &|level| level >= Level::Medium),
        ("level:*", &|_| true),
        ("level:(high critical)", &|level| level >= Level::High),
    ] {
        let found = rows(text);
        assert_eq!(found, with(test), "{text}");
        assert!(!found.is_empty(), "{text}");
    }
    assert_eq!(rows("-level:*").len() + rows("level:*").len(), inv.table.len() as usize);
}

#[test]
fn free_text_is_found_in_columns_and_in_records() {
    for (text, some) in
        [("ci-deploy", true), ("\"halden-org-trail\"", true), ("no-such-text-anywhere", false)]
    {
        let query = parse(text).unwrap();
        let rows = answered(query.expr());
        assert_eq!(rows, naive(query.expr()), "{text}");
        assert_eq!(!rows.is_empty(), some, "{text}");
    }
}

#[test]
fn groups_count_every_event_once_and_can_be_kept() {
    let (inv, records) = loaded();
    let all = Selection::all(&inv.table);
    for name in FIELDS.iter().chain(&PATHS) {
        let field = crate::event::field::resolve(name).unwrap();
        let groups = group(inv, &all, &field, &Reading::default());
        let (events, all) = (groups.iter().map(|g| g.events).sum::<u64>(), records.len() as u64);
        match may_be_several(&field) {
            true => assert!(events >= all, "{name}: {events}"),
            false => assert_eq!(events, all, "{name}"),
        }
        assert!(groups.is_sorted_by(|a, b| a.events >= b.events), "{name}");
        let mut values: Vec<&str> = groups.iter().map(|g| g.value.as_str()).collect();
        values.sort_unstable();
        values.dedup();
        assert_eq!(values.len(), groups.len(), "{name}: a value has one group");
        for group in groups.iter().take(6).filter(|g| !g.value.is_empty()) {
            let query = super::super::Query::all().keep(&field, &group.value).unwrap();
            let rows = answered(query.expr());
            if *name == "principal" {
                // It is found by the other name of the same identity as well.
                assert!(rows.len() as u64 >= group.events, "{name} {}", group.value);
                continue;
            }
            assert_eq!(rows.len() as u64, group.events, "{name} {}", group.value);
            let risk = rows.iter().map(|n| inv.table.row(*n).unwrap().risk()).max();
            assert_eq!(risk, Some(group.risk), "{name} {}", group.value);
        }
    }
    for (name, query) in [
        ("flag", "flag:console"),
        ("first-seen", "first-seen:ip"),
        ("tactic", "tactic:impact"),
        ("tactic", "tactic:discovery"),
        ("tactic", "tactic:persistence"),
    ] {
        let field = crate::event::field::resolve(name).unwrap();
        let value = query.split(':').nth(1).unwrap();
        let counted = group(inv, &all, &field, &Reading::default())
            .into_iter()
            .find(|g| g.value == value)
            .map_or(0, |g| g.events);
        assert_eq!(counted, answered(parse(query).unwrap().expr()).len() as u64, "{query}");
    }
}

#[test]
fn every_order_has_all_rows_and_keeps_to_its_field() {
    let (inv, records) = loaded();
    let all = Selection::all(&inv.table);
    for by in Sort::FIELDS {
        for descending in [false, true] {
            let rows = sorted(&inv.table, &all, Sort { by, descending }, None);
            let mut unique = rows.clone();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!((rows.len(), unique.len()), (records.len(), records.len()), "{by:?}");
            let first = sorted(&inv.table, &all, Sort { by, descending }, Some(17));
            assert_eq!(first, rows[..17], "{by:?}: the first ones are the first of all");
        }
    }
    let by_risk = sorted(&inv.table, &all, Sort::default(), None);
    let rank = |n: &u32| rank::key_of(&inv.table.row(*n).unwrap());
    assert!(by_risk.is_sorted_by_key(|n| std::cmp::Reverse(rank(n))));
    // The level comes first, and is that of the points for most.
    let rows: Vec<_> = by_risk.iter().map(|n| inv.table.row(*n).unwrap()).collect();
    assert!(rows.is_sorted_by_key(|row| std::cmp::Reverse(rank::place_of(row))));
    let own = rows.iter().filter(|row| rank::place_of(row) == Level::of(row.risk()));
    assert!(own.count() > rows.len() / 2);
    let events = sorted(&inv.table, &all, Sort::by(Field::Event), None);
    let names: Vec<String> =
        events.iter().map(|n| inv.table.row(*n).unwrap().event().to_lowercase()).collect();
    assert!(names.is_sorted());
}

#[test]
fn bursts_stand_together_and_go_by_the_highest_of_their_ranks() {
    let (inv, _) = loaded();
    let rank = |n: u32| rank::key_of(&inv.table.row(n).unwrap());
    let some = run::columns(&plan(parse("-region:us-east-1").unwrap().expr(), inv), &inv.table).yes;
    for selection in [Selection::all(&inv.table), some] {
        let singly = sorted(&inv.table, &selection, Sort::default(), None);
        let rows = sorted_in_bursts(&inv.table, &selection, Sort::default(), None);
        let (mut a, mut b) = (singly.clone(), rows.clone());
        a.sort_unstable();
        b.sort_unstable();
        assert_eq!(a, b, "the same rows");
        let bursts = burst::bursts(&inv.table, &rows);
        let of = |n: u32| inv.table.row(n).unwrap().burst();
        let mut firsts: Vec<_> = bursts.iter().map(|burst| of(rows[burst.start])).collect();
        assert!(bursts.len() < rows.len(), "something repeats itself");
        for burst in &bursts {
            let members = &rows[burst.clone()];
            assert!(members.iter().all(|n| of(*n) == of(members[0]) && rank(*n) <= rank(members[0])));
        }
        assert!(bursts.is_sorted_by_key(|burst| std::cmp::Reverse(rank(rows[burst.start]))));
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), bursts.len(), "a burst stands in one place");
        let few = sorted_in_bursts(&inv.table, &selection, Sort::default(), Some(5));
        assert_eq!(few, rows[..few.len()], "the first ones are the first of all");
        assert!(few.len() >= 5);
    }
}

#[test]
fn the_first_and_the_last_year_are_in_a_series_by_their_names() {
    let (inv, _) = loaded();
    let all = Selection::all(&inv.table);
    for most in [1, 7, 48, 500] {
        let series = Series::new(&inv.table, &all, Time::EARLIEST, Time::LATEST, most);
        let names: Vec<String> = (0..=series.buckets.len()).map(|n| series.start_of(n).to_string()).collect();
        assert_eq!(names[0], "0001-01-01T00:00:00Z", "{most}");
        assert!(!names.contains(&"unknown".to_owned()) && names.is_sorted(), "{names:?}");
    }
}

#[test]
fn a_series_counts_every_event_that_has_a_time() {
    let (inv, _) = loaded();
    let all = Selection::all(&inv.table);
    let (from, to) = inv.span();
    let known = inv.table.rows().filter(|row| row.time().is_known()).count() as u64;
    for most in [1, 2, 7, 80, 1000] {
        let series = Series::new(&inv.table, &all, from, to, most);
        assert!(series.buckets.len() <= most, "{most}");
        assert_eq!(series.buckets.iter().flatten().sum::<u64>(), known, "{most}");
        for row in inv.table.rows().filter(|row| row.time().is_known()).step_by(37) {
            let bucket = (row.time().millis().unwrap() - series.from.millis().unwrap()) / series.step_ms;
            let counts = series.buckets[bucket as usize];
            assert!(counts[Level::of(row.risk()) as usize] > 0);
        }
    }
    assert_eq!(Series::new(&inv.table, &all, from, to, 0), Series::default());
}
