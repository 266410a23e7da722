//! A field, a comparison and a value: whether they fit, and what they mean together.

mod words;

use std::net::IpAddr;
use std::ops::Range;

use ipnet::{IpNet, Ipv4Net};

use super::ast::{Expr, Op, Test};
use super::error::{QueryError, shown};
use super::lex::Compare;
use super::pattern::Pattern;
use super::value::Value;
use super::when;
use super::write::quoted;
use crate::event::address::parse_ip;
use crate::event::field::{Field, FieldRef, FieldType};
use crate::text::nearest;

/// A value with wildcards may have so many characters.
const MAX_WILD: usize = 1024;

/// The words for the risk, with the least and the greatest number that each stands for.
///
/// `risk:high` is a range; `risk>=high` and the like compare with its ends.
pub const LEVELS: &[(&str, u8, u8)] =
    &[("critical", 90, 100), ("high", 70, 89), ("medium", 45, 69), ("low", 20, 44), ("info", 0, 19)];

/// The condition that `field` compares so with `value`.
pub(super) fn condition(field: &FieldRef, compare: Compare, value: &Value) -> Result<Expr, QueryError> {
    let term = |test| Expr::term(field.clone(), test);
    let term = match field {
        FieldRef::Column(Field::Tactic) if is_equality(compare) && words::retired(value).is_some() => {
            let current = words::retired(value).unwrap_or_default().iter();
            Expr::or(current.map(|name| term(Test::Matches(Pattern::exact(*name)))))
        }
        FieldRef::Column(Field::Level) if words::reaches_over(compare, value) => {
            let levels = words::levels(compare, value)?;
            Expr::or(levels.into_iter().map(|name| term(Test::Matches(Pattern::exact(name)))))
        }
        FieldRef::Column(column) => term(column_test(*column, compare, value)?),
        FieldRef::Identity(_) | FieldRef::Raw(_) => term(path_test(compare, value)?),
    };
    Ok(if compare == Compare::IsNot { term.negate() } else { term })
}

/// The free text that `word` stands for.
pub(super) fn free_text(word: &Value) -> Result<Expr, QueryError> {
    Ok(Expr::free(pattern(word)?.anywhere()))
}

/// Fields whose values have no comma and no bar in them, so that one outside of quotes is a list without parentheses.
const NAMES: &[Field] =
    &[Field::Event, Field::Service, Field::Source, Field::Region, Field::Account, Field::Key, Field::Id];

fn column_test(field: Field, compare: Compare, value: &Value) -> Result<Test, QueryError> {
    if is_equality(compare) && value.pattern().is_any() {
        return Ok(Test::Exists);
    }
    match field.info().kind {
        FieldType::Time => when::test(compare, value),
        FieldType::Number => number_test(field, compare, value),
        FieldType::Text | FieldType::Address | FieldType::Word(_) if !is_equality(compare) => {
            let message =
                format!("`{}` is no number and no time: it is compared with `:` or `!=`", field.name());
            Err(QueryError::new(value.span.clone(), message))
        }
        FieldType::Text
            if NAMES.contains(&field) && value.plain_pieces().any(|text| text.contains([',', '|'])) =>
        {
            Err(several(value))
        }
        FieldType::Text => text_test(value),
        FieldType::Address => address_test(value),
        FieldType::Word(words) => words::test(field, words, value),
    }
}

/// `a,b` or `a|b` where one value stands.
fn several(value: &Value) -> QueryError {
    let text = value.text();
    let mark = if text.contains('|') { "bar" } else { "comma" };
    let message =
        format!("several values stand in parentheses; quote the value if the {mark} is a part of it");
    let list = text.replace('|', " ");
    let better = (!value.is_quoted() && !list.trim().is_empty()).then(|| format!("({})", list.trim()));
    QueryError::new(value.span.clone(), message).suggest_some(better)
}

const fn is_equality(compare: Compare) -> bool {
    matches!(compare, Compare::Is | Compare::IsNot)
}

fn text_test(value: &Value) -> Result<Test, QueryError> {
    Ok(Test::Matches(pattern(value)?))
}

fn pattern(value: &Value) -> Result<Pattern, QueryError> {
    if value.has_wildcards() && value.text().chars().count() > MAX_WILD {
        let message = format!("a text with wildcards may have {MAX_WILD} characters");
        return Err(QueryError::new(value.span.clone(), message));
    }
    Ok(value.pattern())
}

/// A value somewhere in the record: a number where it is compared like one, otherwise text.
fn path_test(compare: Compare, value: &Value) -> Result<Test, QueryError> {
    if !is_equality(compare) {
        let number = number(&value.text()).ok_or_else(|| no_number(value))?;
        return Ok(Test::Number { op: op(compare), value: number });
    }
    if value.pattern().is_any() {
        return Ok(Test::Exists);
    }
    match value.range().filter(|_| !value.has_wildcards()) {
        Some((left, right)) if is_number_range(&left, &right) => number_range(&left, &right, value),
        _ => text_test(value),
    }
}

fn is_number_range(left: &str, right: &str) -> bool {
    let fits = |text: &str| text.is_empty() || number(text).is_some();
    fits(left) && fits(right) && !(left.is_empty() && right.is_empty())
}

const fn op(compare: Compare) -> Op {
    match compare {
        Compare::Is | Compare::IsNot => Op::Equal,
        Compare::Less => Op::Less,
        Compare::LessOrEqual => Op::LessOrEqual,
        Compare::GreaterOrEqual => Op::GreaterOrEqual,
        Compare::Greater => Op::Greater,
    }
}

fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    let value: f64 = if plain { text.parse().ok()? } else { return None };
    // The sum turns -0 into 0.
    value.is_finite().then_some(value + 0.0)
}

fn no_number(value: &Value) -> QueryError {
    QueryError::new(value.span.clone(), format!("{} is no number", shown(&value.text())))
}

fn number_range(left: &str, right: &str, value: &Value) -> Result<Test, QueryError> {
    let end = |text: &str| match text {
        "" => Ok(None),
        text => number(text).map(Some).ok_or_else(|| no_number(value)),
    };
    match (end(left)?, end(right)?) {
        (Some(from), Some(to)) if from > to => {
            let message = "the range ends before it begins";
            Err(QueryError::new(value.span.clone(), message).suggest(format!("{right}..{left}")))
        }
        (Some(from), Some(to)) => Ok(Test::NumberRange { from, to }),
        (Some(value), None) => Ok(Test::Number { op: Op::GreaterOrEqual, value }),
        (None, Some(value)) => Ok(Test::Number { op: Op::LessOrEqual, value }),
        (None, None) => Err(QueryError::new(value.span.clone(), "a range needs an end, as in 50..80")),
    }
}

/// A field of whole numbers; the risk has words as well.
fn number_test(field: Field, compare: Compare, value: &Value) -> Result<Test, QueryError> {
    let text = value.text();
    if let Some((left, right)) = value.range().filter(|_| is_equality(compare)) {
        let from = level(field, &left).map_or_else(|| left.clone(), |(low, _)| low.to_string());
        let to = level(field, &right).map_or_else(|| right.clone(), |(_, high)| high.to_string());
        if let Some(end) =
            [&from, &to].into_iter().find(|end| number(end).is_some_and(|n| !in_reach(field, n)))
        {
            return Err(out_of_reach(end, value.span.clone()));
        }
        // What is proposed is made of the words: turned round they stand for other ends.
        return number_range(&from, &to, value).map_err(|fault| match fault.suggestion {
            Some(_) => fault.suggest(format!("{right}..{left}")),
            None => fault,
        });
    }
    if let Some((low, high)) = level(field, &text) {
        return Ok(level_test(compare, low, high));
    }
    match number(&text).filter(|number| number.fract() == 0.0) {
        Some(value) if in_reach(field, value) => Ok(Test::Number { op: op(compare), value }),
        Some(_) => Err(out_of_reach(&text, value.span.clone())),
        None => Err(no_whole_number(field, &text, value.span.clone())),
    }
}

/// Whether a field can have that number.
fn in_reach(field: Field, number: f64) -> bool {
    field != Field::Risk || (0.0..=100.0).contains(&number)
}

fn out_of_reach(text: &str, span: Range<usize>) -> QueryError {
    QueryError::new(span, format!("{} is no risk: it goes from 0 to 100", shown(text)))
}

fn no_whole_number(field: Field, text: &str, span: Range<usize>) -> QueryError {
    let words = if field == Field::Risk { ", nor one of critical high medium low info" } else { "" };
    let message = format!("{} is no whole number{words}", shown(text));
    let near = nearest(text, LEVELS.iter().map(|level| level.0)).filter(|_| field == Field::Risk);
    QueryError::new(span, message).suggest_some(near)
}

fn level(field: Field, text: &str) -> Option<(u8, u8)> {
    let found = LEVELS.iter().find(|level| level.0.eq_ignore_ascii_case(text))?;
    (field == Field::Risk).then_some((found.1, found.2))
}

fn level_test(compare: Compare, low: u8, high: u8) -> Test {
    let number = |op, value: u8| Test::Number { op, value: f64::from(value) };
    match compare {
        // What is above the highest level still is of that level.
        Compare::Is | Compare::IsNot if high == 100 => number(Op::GreaterOrEqual, low),
        Compare::Is | Compare::IsNot if low == 0 => number(Op::LessOrEqual, high),
        Compare::Is | Compare::IsNot => Test::NumberRange { from: f64::from(low), to: f64::from(high) },
        Compare::Less => number(Op::Less, low),
        Compare::LessOrEqual => number(Op::LessOrEqual, high),
        Compare::GreaterOrEqual => number(Op::GreaterOrEqual, low),
        Compare::Greater => number(Op::Greater, high),
    }
}

/// An address, a network, or a text like `AWS Internal`.
fn address_test(value: &Value) -> Result<Test, QueryError> {
    let text = value.text();
    if let Some(ip) = parse_ip(&text) {
        return Ok(Test::Net(IpNet::from(ip)));
    }
    let unquoted_slash = value.plain_pieces().any(|piece| piece.contains('/'));
    if unquoted_slash {
        return network(&text, value.span.clone()).map(Test::Net);
    }
    if value.plain().is_some() && is_part_of_address(&text) {
        let message = format!("{} is no complete address", shown(&text));
        let better = text.trim_end_matches('.').to_owned() + ".*";
        let fits = text.split('.').filter(|part| !part.is_empty()).all(|part| part.parse::<u8>().is_ok());
        let better = Some(better).filter(|_| fits && text.split('.').count() < 5 && text.len() > 1);
        return Err(QueryError::new(value.span.clone(), message).suggest_some(better));
    }
    text_test(value)
}

/// Whether a text would be an IPv4 address if it were complete or correct.
pub(super) fn is_part_of_address(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

fn network(text: &str, span: Range<usize>) -> Result<IpNet, QueryError> {
    let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
    let Ok(ip) = address.parse::<IpAddr>() else {
        let message = format!("{} is no address, so {} is no network", shown(address), shown(text));
        return Err(QueryError::new(span, message).suggest(quoted(text)));
    };
    let most = if ip.is_ipv4() { 32 } else { 128 };
    let bits = prefix.bytes().all(|b| b.is_ascii_digit()).then(|| prefix.parse::<u8>().ok()).flatten();
    if let Some(net) = bits.and_then(|bits| IpNet::new(ip, bits).ok()) {
        return Ok(unmapped(net.trunc()));
    }
    let family = if ip.is_ipv4() { "IPv4" } else { "IPv6" };
    let message =
        format!("{} is no prefix: an {family} network has 0 to {most} bits", shown(&format!("/{prefix}")));
    let mask = prefix.parse::<IpAddr>().ok().and_then(|mask| ipnet::ip_mask_to_prefix(mask).ok());
    let better = mask.filter(|bits| *bits <= most).map(|bits| format!("{ip}/{bits}"));
    Err(QueryError::new(span, message).suggest_some(better))
}

/// A network of IPv4 addresses inside of IPv6 as one of IPv4.
fn unmapped(net: IpNet) -> IpNet {
    let IpNet::V6(v6) = net else { return net };
    let v4 = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96));
    v4.and_then(|(ip, bits)| Ipv4Net::new(ip, bits).ok()).map_or(net, IpNet::V4)
}
