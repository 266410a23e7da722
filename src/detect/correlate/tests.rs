//! Stories, and every kind against a search that tries everything.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::detect::sigma::correlation::Sequence;
use crate::detect::sigma::yaml::documents;

/// A correlation over the rules a, b, c with a span of 10 seconds.
fn correlation(section: &str) -> Correlation {
    let text = format!("title: T\ncorrelation: {{rules: [a, b, c], timespan: 10s, {section}}}\n");
    Correlation::read("c.yml", &documents(&text).0[0]).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn hit(second: i64, row: u32, rule: u16) -> Hit {
    Hit { time_ms: second * 1_000, value: None, row, group: 0, rule }
}

/// Hits of the rule a at these seconds.
fn at(seconds: &[i64]) -> Vec<Hit> {
    (0..).zip(seconds).map(|(row, second)| hit(*second, row, 0)).collect()
}

/// Hits of the rules a, b, c in that order, a second apart; `-` lets a second pass.
fn story(text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (second, letter) in (0..).zip(text.chars()) {
        if let Some(rule) = "abc".find(letter) {
            hits.push(hit(second, u32::try_from(second).unwrap(), u16::try_from(rule).unwrap()));
        }
    }
    hits
}

/// The first and last second of each match, with its measure.
fn told(correlation: &Correlation, hits: Vec<Hit>) -> Vec<(i64, i64, f64)> {
    let matches = correlate(correlation, hits);
    matches.iter().map(|m| (m.first_ms / 1_000, m.last_ms / 1_000, m.value)).collect()
}

#[test]
fn events_are_counted_in_windows_that_slide() {
    let three = correlation("type: event_count, condition: {gte: 3}");
    for (seconds, expected) in [
        (&[0, 5, 10][..], &[(0, 10, 3.0)][..]),
        (&[0, 5, 11], &[]),
        (&[0, 1, 2, 30, 31, 32], &[(0, 2, 3.0), (30, 32, 3.0)]),
        // A burst that goes on is one match, longer than the span.
        (&[0, 4, 8, 12, 16, 20], &[(0, 20, 3.0)]),
        (&[], &[]),
    ] {
        assert_eq!(told(&three, at(seconds)), expected, "{seconds:?}");
    }
    let found = correlate(&three, at(&[0, 1, 2, 3]));
    assert_eq!((found[0].rows.as_slice(), found[0].held), (&[0, 1, 2, 3][..], 2));
}

#[test]
fn upper_bounds_judge_a_flood_as_a_whole() {
    let flood: Vec<i64> = vec![0, 1, 2, 3, 4, 5];
    for (condition, seconds, expected) in [
        ("{lt: 3}", &flood[..], &[][..]),
        ("{eq: 3}", &flood, &[]),
        ("{gt: 2, lte: 5}", &flood, &[]),
        ("{neq: 6}", &flood, &[]),
        ("{eq: 6}", &flood, &[(0, 5, 6.0)]),
        ("{lt: 3}", &[7], &[(7, 7, 1.0)]),
        ("{eq: 3}", &[0, 1, 2, 20], &[(0, 2, 3.0)]),
        ("{gt: 2, lte: 5}", &[0, 1, 2], &[(0, 2, 3.0)]),
        ("{lt: 3}", &[], &[]),
    ] {
        let correlation = correlation(&format!("type: event_count, condition: {condition}"));
        assert_eq!(told(&correlation, at(seconds)), expected, "{condition} {seconds:?}");
    }
}

#[test]
fn groups_are_apart_and_an_event_of_two_rules_counts_once() {
    let two = correlation("type: event_count, condition: {gte: 2}");
    let twice = vec![hit(0, 7, 0), hit(0, 7, 1), hit(0, 7, 1)];
    assert_eq!(correlate(&two, twice), []);
    let mut hits = at(&[0, 1, 2]);
    hits[1].group = 1;
    assert_eq!(told(&two, hits.clone()), [(0, 2, 2.0)]);
    hits.reverse();
    assert_eq!(correlate(&two, hits)[0].rows, [0, 2], "the order of the hits does not matter");
}

fn valued(list: &[(i64, f64)]) -> Vec<Hit> {
    let mut hits = at(&list.iter().map(|(second, _)| *second).collect::<Vec<_>>());
    for (hit, (_, number)) in hits.iter_mut().zip(list) {
        hit.value = Some(ValueRef::Number(*number));
    }
    hits
}

#[test]
fn values_are_measured() {
    let list = [(0, 5.0), (1, 1.0), (2, 5.0), (3, 9.0)];
    for (section, expected) in [
        ("type: value_count, condition: {field: f, gte: 3}", &[(0, 3, 3.0)][..]),
        ("type: value_count, condition: {field: f, gte: 4}", &[]),
        ("type: value_sum, condition: {field: f, gte: 20}", &[(0, 3, 20.0)]),
        ("type: value_sum, condition: {field: f, gt: 20}", &[]),
        ("type: value_avg, condition: {field: f, eq: 5}", &[(0, 3, 5.0)]),
        ("type: value_avg, condition: {field: f, lt: 5}", &[]),
        ("type: value_percentile, condition: {field: f, percentile: 75, eq: 5}", &[(0, 3, 5.0)]),
        ("type: value_max, condition: {field: f, gte: 9}", &[(0, 3, 9.0)]),
        ("type: value_min, condition: {field: f, lte: 1}", &[(0, 3, 1.0)]),
        ("type: value_median, condition: {field: f, gt: 5}", &[]),
    ] {
        assert_eq!(told(&correlation(section), valued(&list)), expected, "{section}");
    }
}

#[test]
fn hits_without_a_value_to_measure_are_left_out() {
    let sum = correlation("type: value_sum, condition: {field: f, gte: 0}");
    let mut hits = valued(&[(0, f64::NAN), (1, f64::INFINITY), (2, 1.0), (3, 1.0)]);
    hits[3].value = None;
    assert_eq!(correlate(&sum, hits)[0].rows, [2]);
    let count = correlation("type: value_count, condition: {field: f, gte: 1}");
    let mut hits = at(&[0, 1]);
    hits[1].value = Some(ValueRef::Id(5));
    assert_eq!(correlate(&count, hits)[0].rows, [1]);
}

#[test]
fn what_has_left_a_window_leaves_no_rounding_behind() {
    let sum = correlation("type: value_sum, condition: {field: f, gt: 0.3}");
    let hits = valued(&[(0, 1e200), (1, -1e200), (20, 0.1), (21, 0.2)]);
    let mut plain = 0.0;
    [1e200, 0.1, 0.2, -1e200].iter().for_each(|n| plain += n);
    assert_eq!(plain, 0.0, "a plain sum forgets");
    assert_eq!(told(&sum, hits), [(20, 21, 0.1 + 0.2)]);
}

#[test]
fn rules_in_any_order_are_found() {
    for (section, events, expected) in [
        ("type: temporal", "c--b--a", &[(0, 6, 3.0)][..]),
        ("type: temporal", "c--b", &[]),
        ("type: temporal", "a-b---------c", &[]),
        ("type: temporal, condition: {gte: 2}", "c--b", &[(0, 3, 2.0)]),
        ("type: temporal, condition: {eq: 2}", "c--ba", &[]),
        ("type: temporal, condition: a and b and not c", "a-b", &[(0, 2, 2.0)]),
        ("type: temporal, condition: a and b and not c", "a-b-c", &[]),
        ("type: temporal, condition: (a or c) and b", "c-b", &[(0, 2, 2.0)]),
        ("type: temporal, condition: 2 of them", "aaaa-c", &[(0, 5, 2.0)]),
    ] {
        assert_eq!(told(&correlation(section), story(events)), expected, "{section} {events}");
    }
    let one_for_all = vec![hit(0, 1, 0), hit(0, 1, 1), hit(0, 1, 2)];
    assert_eq!(correlate(&correlation("type: temporal"), one_for_all)[0].rows, [1]);
}

#[test]
fn rules_in_their_order_are_found() {
    for (section, events, expected) in [
        ("type: temporal_ordered", "a-b-c", &[(0, 4, 3.0)][..]),
        ("type: temporal_ordered", "c-b-a", &[]),
        ("type: temporal_ordered", "a-c-b-c", &[(0, 6, 3.0)]),
        ("type: temporal_ordered", "abab-c", &[(0, 5, 3.0)]),
        // The first a is too long ago; a greedy search that stays with it finds nothing.
        ("type: temporal_ordered", "a----a--b----c", &[(5, 13, 3.0)]),
        ("type: temporal_ordered", "a-b---------c", &[]),
        ("type: temporal_ordered", "abc----------abc", &[(0, 2, 3.0), (13, 15, 3.0)]),
        ("type: temporal_ordered, condition: a and c and not b", "a-c", &[(0, 2, 2.0)]),
        ("type: temporal_ordered, condition: a and c and not b", "a-b-c", &[]),
        ("type: temporal_ordered, condition: a and c and not b", "b-a-c-b", &[(2, 4, 2.0)]),
        ("type: temporal_ordered, condition: a and c and not b", "a-b-a-c", &[(4, 6, 2.0)]),
        ("type: temporal_ordered, condition: (a or b) and c", "b-c", &[(0, 2, 2.0)]),
        ("type: temporal_ordered, condition: a", "a-a-----------a", &[(0, 2, 1.0), (14, 14, 1.0)]),
        ("type: temporal_ordered, condition: {gte: 2}", "b-a-c", &[(0, 4, 3.0)]),
    ] {
        let found: Vec<_> = told(&correlation(section), story(events));
        assert_eq!(found, expected, "{section} {events}");
    }
}

#[test]
fn what_must_not_lie_between_ends_chains_that_have_begun() {
    let mut correlation = correlation("type: temporal_ordered");
    correlation.kind = Kind::TemporalOrdered(vec![Sequence { steps: vec![0, 1, 0, 1], without: 0b100 }]);
    assert_eq!(told(&correlation, story("a-b-c-a-b")), []);
    assert_eq!(told(&correlation, story("abacab")), []);
    assert_eq!(told(&correlation, story("c-a-b-a-b")), [(2, 8, 2.0)]);
}

#[test]
fn events_of_one_second_are_in_any_order_but_one_event_is_no_sequence() {
    let ordered = correlation("type: temporal_ordered");
    let together = vec![hit(0, 1, 2), hit(0, 2, 1), hit(0, 3, 0)];
    assert_eq!(correlate(&ordered, together)[0].rows, [1, 2, 3]);
    let one = vec![hit(0, 1, 0), hit(0, 1, 1), hit(0, 1, 2), hit(0, 2, 0)];
    assert_eq!(correlate(&ordered, one), []);
    // Only one way to give each rule an event: 3 is a, 1 is b, 2 is c.
    let narrow = vec![hit(0, 1, 0), hit(0, 1, 1), hit(0, 2, 0), hit(0, 2, 2), hit(0, 3, 0)];
    assert_eq!(correlate(&ordered, narrow)[0].rows, [1, 2, 3]);
}

#[test]
fn a_match_is_a_hit_for_other_correlations() {
    let three = correlation("type: event_count, condition: {gte: 3}");
    let found = correlate(&three, at(&[0, 1, 2, 3, 4]));
    assert_eq!(found[0].hits(&Kind::EventCount), [4]);
    assert_eq!(found[0].hits(&correlation("type: temporal").kind), [2, 3, 4]);
}

#[test]
fn a_success_amid_failures_that_go_on_is_found() {
    let failures: Vec<Hit> = at(&(0..60).collect::<Vec<_>>());
    let burst = correlate(&correlation("type: event_count, condition: {gte: 5}"), failures);
    let then = correlation("type: temporal_ordered, condition: a and b");
    // The rows of the failures are their seconds.
    let mut hits: Vec<Hit> =
        burst[0].hits(&then.kind).iter().map(|row| hit(i64::from(*row), *row, 0)).collect();
    hits.push(hit(30, 100, 1));
    let found = correlate(&then, hits);
    assert_eq!(found.iter().map(|m| (m.first_ms, m.last_ms)).collect::<Vec<_>>(), [(20_000, 30_000)]);
    assert!(found[0].rows.contains(&100));
}

#[test]
fn floods_are_worked_off() {
    let flood = |rules: u16| -> Vec<Hit> {
        let one = |n: u32| Hit {
            time_ms: i64::from(n / 100),
            value: Some(ValueRef::Number(f64::from(n % 1_000))),
            row: n,
            group: 0,
            rule: u16::try_from(n).unwrap_or_default() % rules,
        };
        (0..200_000).map(one).collect()
    };
    for section in [
        "type: event_count, condition: {gte: 10}",
        "type: event_count, condition: {eq: 7}",
        "type: value_count, condition: {field: f, gte: 500}",
        "type: value_sum, condition: {field: f, gte: 500}",
        "type: value_percentile, condition: {field: f, percentile: 99, gte: 500}",
        "type: temporal",
        "type: temporal_ordered",
    ] {
        let found = correlate(&correlation(section), flood(3));
        assert!(found.len() <= 1, "{section}");
        let same_time = flood(1).into_iter().map(|hit| Hit { time_ms: 0, ..hit }).collect();
        assert!(correlate(&correlation(section), same_time).len() <= 1, "{section}");
    }
}

/// An event: its second, the rules that match it (a bit each), its value.
type Event = (i64, u8, i8);

fn hits_of(events: &[Event]) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (row, (second, rules, value)) in (0..).zip(events) {
        for rule in (0..4).filter(|rule| rules >> rule & 1 == 1) {
            let value = Some(ValueRef::Number(f64::from(*value)));
            hits.push(Hit { value, ..hit(*second, row, rule) });
        }
    }
    hits
}

/// Every window to which no neighbor could be added, and whether it satisfies; those that share an event are one.
fn oracle(
    events: &[Event],
    mut measure: impl FnMut(&[Event]) -> (f64, bool),
    lowest: bool,
) -> Vec<(Vec<u32>, f64)> {
    let mut found: Vec<(usize, usize, f64)> = Vec::new();
    for start in 0..events.len() {
        for end in start..events.len() {
            let fits = |from: usize, to: usize| events[to].0 - events[from].0 <= 10;
            let whole =
                (start == 0 || !fits(start - 1, end)) && (end + 1 == events.len() || !fits(start, end + 1));
            let (value, satisfies) = measure(&events[start..=end]);
            if !fits(start, end) || !whole || !satisfies {
                continue;
            }
            match found.last_mut() {
                Some(last) if last.1 >= start => {
                    *last = (last.0, end, if lowest { last.2.min(value) } else { last.2.max(value) });
                }
                _ => found.push((start, end, value)),
            }
        }
    }
    let rows = |(start, end, value): (usize, usize, f64)| {
        ((start..=end).map(|row| u32::try_from(row).unwrap()).collect(), value)
    };
    found.into_iter().map(rows).collect()
}

fn found(correlation: &Correlation, events: &[Event]) -> Vec<(Vec<u32>, f64)> {
    correlate(correlation, hits_of(events)).into_iter().map(|m| (m.rows, m.value)).collect()
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let one = (0_i64..40, 1_u8..8, -2_i8..3);
    prop::collection::vec(one, 0..14).prop_map(|mut events| {
        events.sort_unstable_by_key(|event| event.0);
        events
    })
}

const OPERATORS: [&str; 6] = ["gt", "gte", "lt", "lte", "eq", "neq"];

fn compares(operator: &str, measure: f64, limit: f64) -> bool {
    match operator {
        "gt" => measure > limit,
        "gte" => measure >= limit,
        "lt" => measure < limit,
        "lte" => measure <= limit,
        "eq" => measure == limit,
        _ => measure != limit,
    }
}

fn rules_in(window: &[Event]) -> u8 {
    window.iter().fold(0, |all, event| all | event.1)
}

fn measured(kind: &str, window: &[Event]) -> f64 {
    let mut values: Vec<f64> = window.iter().map(|event| f64::from(event.2)).collect();
    values.sort_unstable_by(f64::total_cmp);
    let count = values.len();
    let sum: f64 = values.iter().sum();
    match kind {
        "event_count" => f64::from(u32::try_from(count).unwrap()),
        "value_count" => {
            f64::from(u32::try_from(BTreeSet::from_iter(window.iter().map(|e| e.2)).len()).unwrap())
        }
        "value_sum" => sum,
        "value_avg" => sum / f64::from(u32::try_from(count).unwrap()),
        "value_median" => values[count.div_ceil(2) - 1],
        _ => unreachable!("{kind}"),
    }
}

/// The ends of every choice of different events that makes the steps in order, without a forbidden one between.
fn chains(sequence: &Sequence, events: &[Event]) -> BTreeSet<(i64, i64)> {
    let mut open: Vec<Vec<usize>> = vec![Vec::new()];
    for step in &sequence.steps {
        let mut next = Vec::new();
        for chain in open {
            for (row, event) in events.iter().enumerate() {
                let later = chain.last().is_none_or(|last: &usize| events[*last].0 <= event.0);
                if later && event.1 >> step & 1 == 1 && !chain.contains(&row) {
                    next.push(chain.iter().copied().chain([row]).collect());
                }
            }
        }
        open = next;
    }
    let ends = open.iter().map(|chain| (events[chain[0]].0, events[*chain.last().unwrap()].0));
    let free = |(first, last): &(i64, i64)| {
        let mut between = events.iter().filter(|event| event.0 >= *first && event.0 <= *last);
        last - first <= 10 && !between.any(|event| u64::from(event.1) & sequence.without != 0)
    };
    ends.filter(free).collect()
}

proptest! {
    #[test]
    fn measures_agree_with_a_search_of_all_windows(
        events in events(),
        kind in prop::sample::select(&["event_count", "value_count", "value_sum", "value_avg", "value_median"][..]),
        operator in prop::sample::select(&OPERATORS[..]),
        limit in 1_i8..5,
    ) {
        // Fewer than one event is no condition.
        let limit = limit + i8::from(operator == "lt");
        let field = if kind == "event_count" { "" } else { "field: f, " };
        let section = format!("type: {kind}, condition: {{{field}{operator}: {limit}}}");
        let judged = |window: &[Event]| {
            let value = measured(kind, window);
            (value, compares(operator, value, f64::from(limit)))
        };
        let expected = oracle(&events, judged, operator.starts_with('l'));
        prop_assert_eq!(found(&correlation(&section), &events), expected);
    }

    #[test]
    fn a_lower_bound_finds_what_any_window_would(events in events(), least in 1_usize..6) {
        let section = format!("type: event_count, condition: {{gte: {least}}}");
        let rows: BTreeSet<u32> = found(&correlation(&section), &events).into_iter().flat_map(|m| m.0).collect();
        let mut expected = BTreeSet::new();
        for start in 0..events.len() {
            for end in start..events.len() {
                if events[end].0 - events[start].0 <= 10 && end + 1 - start >= least {
                    expected.extend((start..=end).map(|row| u32::try_from(row).unwrap()));
                }
            }
        }
        prop_assert_eq!(rows, expected);
    }

    #[test]
    fn rules_in_any_order_agree_with_a_search_of_all_windows(
        events in events(),
        (text, of) in prop::sample::select(&[
            ("a and b and c", (|r| r == 7) as fn(u8) -> bool),
            ("a and b and not c", |r| r == 3),
            ("a and (b or c)", |r| r & 1 == 1 && r > 1),
            ("2 of them", |r| r.count_ones() >= 2),
            ("b and not (a or c)", |r| r == 2),
        ][..]),
    ) {
        let correlation = correlation(&format!("type: temporal, condition: {text}"));
        let judged = |window: &[Event]| {
            let rules = rules_in(window);
            (f64::from(rules.count_ones()), of(rules))
        };
        prop_assert_eq!(found(&correlation, &events), oracle(&events, judged, false));
    }

    #[test]
    fn rules_in_their_order_agree_with_a_search_of_all_choices(
        events in prop::collection::vec((0_i64..16, 1_u8..12, Just(0_i8)), 0..9),
        steps in prop::collection::vec(0_u16..3, 2..5),
        without in prop::sample::select(&[0_u64, 0, 1, 4, 8, 8][..]),
    ) {
        let mut events = events;
        events.sort_unstable_by_key(|event| event.0);
        let without = steps.iter().fold(without, |all, step| all & !(1 << step));
        let sequence = Sequence { steps, without };
        let mut expected: Vec<(i64, i64)> = Vec::new();
        for (first, last) in chains(&sequence, &events) {
            match expected.last_mut() {
                Some(before) if before.1 >= first => before.1 = before.1.max(last),
                _ => expected.push((first, last)),
            }
        }
        let mut correlation = correlation("type: temporal_ordered");
        correlation.kind = Kind::TemporalOrdered(vec![sequence]);
        let found: Vec<(i64, i64)> = told(&correlation, hits_of(&events)).iter().map(|m| (m.0, m.1)).collect();
        prop_assert_eq!(found, expected);
    }
}
