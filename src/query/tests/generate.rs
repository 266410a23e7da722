//! Trees as the parser makes them, for the property tests.

use ipnet::IpNet;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use crate::event::field::{FIELDS, FieldType};
use crate::event::time::Time;

pub(super) fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        1 => Just(Expr::All),
        3 => pattern().prop_map(|p| Expr::free(p.anywhere())),
        6 => term(),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..5).prop_map(Expr::and),
            prop::collection::vec(inner.clone(), 2..5).prop_map(Expr::or),
            inner.prop_map(Expr::negate),
            prop::collection::vec(term(), 2..4).prop_map(Expr::or),
            (text_field(), prop::collection::vec(pattern(), 2..4)).prop_map(|(field, patterns)| {
                Expr::or(patterns.into_iter().map(|p| Expr::term(field.clone(), matches(p))))
            }),
        ]
    })
}

/// A field of text, or a path.
pub(super) fn text_field() -> impl Strategy<Value = FieldRef> {
    let text: Vec<Field> = FIELDS.iter().filter(|i| i.kind == FieldType::Text).map(|i| i.field).collect();
    prop_oneof![select(text).prop_map(FieldRef::Column), path()]
}

fn path() -> impl Strategy<Value = FieldRef> {
    let step = prop_oneof!["[a-zA-Z0-9_-]{1,8}", ".{0,6}"];
    let steps = prop::collection::vec(step, 1..4);
    (any::<bool>(), steps).prop_map(|(identity, mut steps)| {
        if identity {
            return FieldRef::Identity(steps);
        }
        steps.insert(0, "requestParameters".to_owned());
        FieldRef::Raw(steps)
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9:/.=@_-]{0,12}",
        ".{0,8}",
        any::<String>(),
        select(vec![
            "AND",
            "or",
            "not",
            "LIKE",
            "-x",
            "..",
            "5..6",
            ":x",
            "a:b",
            "type:x",
            "arn:aws:x",
            "(",
            "\\"
        ])
        .prop_map(str::to_owned),
    ]
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let part = prop_oneof![3 => text().prop_map(Part::Text), 1 => Just(Part::Many), 1 => Just(Part::One)];
    prop::collection::vec(part, 0..4).prop_map(Pattern::new)
}

fn matches(pattern: Pattern) -> Test {
    if pattern.is_any() { Test::Exists } else { Test::Matches(pattern) }
}

fn term() -> impl Strategy<Value = Expr> {
    let column = |field| FieldRef::Column(field);
    prop_oneof![
        (text_field(), pattern()).prop_map(|(field, p)| Expr::term(field, matches(p))),
        (path(), number_test(-1e9..1e9)).prop_map(|(field, test)| Expr::term(field, test)),
        risk().prop_map(move |test| Expr::term(column(Field::Risk), test)),
        word().prop_map(move |word| Expr::term(column(Field::Outcome), Test::Matches(Pattern::exact(word)))),
        address().prop_map(move |test| Expr::term(column(Field::Ip), test)),
        time().prop_map(move |test| Expr::term(column(Field::Time), test)),
    ]
}

fn word() -> impl Strategy<Value = &'static str> {
    match Field::Outcome.info().kind {
        FieldType::Word(words) => select(words),
        _ => unreachable!("outcomes are words"),
    }
}

fn number_test(values: std::ops::Range<f64>) -> impl Strategy<Value = Test> {
    let op = select(vec![Op::Less, Op::LessOrEqual, Op::GreaterOrEqual, Op::Greater]);
    prop_oneof![
        (op, values.clone()).prop_map(|(op, value)| Test::Number { op, value }),
        (values.clone(), values).prop_map(|(a, b)| Test::NumberRange { from: a.min(b), to: a.max(b) }),
    ]
}

fn risk() -> impl Strategy<Value = Test> {
    prop_oneof![
        (0i32..=100).prop_map(|n| Test::Number { op: Op::Equal, value: f64::from(n) }),
        (0i32..=100).prop_map(|n| Test::Number { op: Op::Less, value: f64::from(n) }),
        (0i32..=100, 0i32..=100)
            .prop_map(|(a, b)| Test::NumberRange { from: f64::from(a.min(b)), to: f64::from(a.max(b)) }),
        Just(Test::Exists),
    ]
}

fn address() -> impl Strategy<Value = Test> {
    let v4 = (any::<[u8; 4]>(), 0u8..=32).prop_map(|(ip, bits)| (std::net::IpAddr::from(ip), bits));
    let v6 = (any::<[u8; 16]>(), 0u8..=128).prop_map(|(ip, bits)| (std::net::IpAddr::from(ip), bits));
    let net = prop_oneof![v4, v6].prop_filter_map("a network", |(ip, bits)| {
        let net = IpNet::new(ip, bits).ok()?.trunc();
        let mapped = matches!(net, IpNet::V6(v6) if v6.addr().to_ipv4_mapped().is_some());
        (!mapped).then_some(Test::Net(net))
    });
    let text = pattern().prop_filter_map("no address", |p| match p.shape() {
        Shape::Exact(text) if crate::event::address::parse_ip(text).is_some() => None,
        _ => Some(matches(p)),
    });
    let odd = select(vec!["10.0.0", "300.1.2.3", "10.0.0.0/8", "AWS Internal", "***", "5"]);
    prop_oneof![net, text, odd.prop_map(|t| Test::Matches(Pattern::exact(t)))]
}

fn time() -> impl Strategy<Value = Test> {
    let unit = || select(vec![1i64, 10, 1000, 60_000, 3_600_000, 86_400_000]);
    let point = (0i64..1_000_000_000, unit()).prop_map(|(n, unit)| n * unit % 4_000_000_000_000);
    let pair = (point.clone(), point, unit(), any::<bool>(), any::<bool>());
    pair.prop_flat_map(|(a, length, unit, relative_from, relative_to)| {
        let length = (length % 100 + 1) * unit;
        let moment = |relative, ms| match relative {
            true => Moment::BeforeNewest(ms),
            false => Moment::At(Time::from_millis(ms)),
        };
        let (from, to) = match (relative_from, relative_to) {
            (true, true) => (moment(true, a + length), moment(true, a)),
            (from, to) => (moment(from, a), moment(to, a + length)),
        };
        select(vec![
            Test::Time { from: Some(from), to: Some(to) },
            Test::Time { from: Some(from), to: None },
            Test::Time { from: None, to: Some(to) },
        ])
    })
}
