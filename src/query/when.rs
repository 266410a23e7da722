//! Times in queries: a point given to a precision, a span before the newest event, and how both are written.
//!
//! A time covers its precision: `2023-07-10` is a whole day and `2023-07-10T12:00`
//! a minute. `>=` and `<` therefore look at where it begins, `>` and `<=` at where
//! it ends. Without an offset it is UTC. There is no "now": old logs have none.

use std::fmt::Write as _;

use super::ast::{Moment, Test};
use super::error::{QueryError, shown};
use super::lex::Compare;
use super::value::Value;
use crate::event::time::{Civil, DAY_MS, Time};

const FORMATS: &str =
    "write 2023-07-10, 2023-07-10T12:00, 2023-07-10T12:00:05Z, or -1h for one hour before the newest event";

/// Units of relative times, the greatest first, in milliseconds.
const UNITS: &[(&str, i64)] =
    &[("w", 7 * DAY_MS), ("d", DAY_MS), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// No relative time goes back further than this.
const LONGEST_MS: i64 = 10_000 * 366 * DAY_MS;

/// What a written time covers: from the first instant to the instant behind the last one.
#[derive(Clone, Copy)]
struct Cover {
    from: Moment,
    /// `None` behind the last time that there is.
    to: Option<Moment>,
}

/// The test for a comparison with a time or a range of times.
pub(super) fn test(compare: Compare, value: &Value) -> Result<Test, QueryError> {
    let is = matches!(compare, Compare::Is | Compare::IsNot);
    match value.range() {
        Some((left, right)) if is => range(&left, &right, value),
        _ => point(compare, &value.text(), value),
    }
}

fn point(compare: Compare, text: &str, value: &Value) -> Result<Test, QueryError> {
    let cover = cover(text, value)?;
    let relative = matches!(cover.from, Moment::BeforeNewest(_));
    let span = || value.span.clone();
    let (from, to) = match compare {
        Compare::Is | Compare::IsNot if relative => {
            let message = format!("{} is a single moment; `time>{text}` is what came after it", shown(text));
            return Err(QueryError::new(span(), message).suggest(format!("{text}..")));
        }
        Compare::Is | Compare::IsNot => (Some(cover.from), cover.to),
        Compare::GreaterOrEqual => (Some(cover.from), None),
        Compare::Less => (None, Some(cover.from)),
        Compare::LessOrEqual => (None, cover.to),
        Compare::Greater if cover.to.is_none() => {
            return Err(QueryError::new(span(), format!("nothing comes after {}", shown(text))));
        }
        Compare::Greater => (cover.to, None),
    };
    Ok(if from.is_none() && to.is_none() { Test::Exists } else { Test::Time { from, to } })
}

fn range(left: &str, right: &str, value: &Value) -> Result<Test, QueryError> {
    let span = value.span.clone();
    if left.is_empty() && right.is_empty() {
        return Err(QueryError::new(span, format!("a range needs an end; {FORMATS}")));
    }
    let from = if left.is_empty() { None } else { Some(cover(left, value)?.from) };
    let to = if right.is_empty() { None } else { cover(right, value)?.to };
    if let (Some(from), Some(to)) = (from, to)
        && ends_before_it_begins(from, to)
    {
        let message = "the range ends before it begins";
        return Err(QueryError::new(span, message).suggest(format!("{right}..{left}")));
    }
    Ok(if from.is_none() && to.is_none() { Test::Exists } else { Test::Time { from, to } })
}

fn ends_before_it_begins(from: Moment, to: Moment) -> bool {
    match (from, to) {
        (Moment::At(from), Moment::At(to)) => to <= from,
        (Moment::BeforeNewest(from), Moment::BeforeNewest(to)) => to >= from,
        _ => false,
    }
}

fn cover(text: &str, value: &Value) -> Result<Cover, QueryError> {
    if value.has_wildcards() {
        let better = text.trim_end_matches(['*', '?', '-', ':', 'T']).to_owned();
        let better = absolute(&better).is_some().then_some(better);
        let message = "a time has no wildcards: the part that is given covers the rest";
        return Err(QueryError::new(value.span.clone(), message).suggest_some(better));
    }
    match text.strip_prefix('-') {
        Some(amount) => relative(amount, value),
        None => absolute(text).ok_or_else(|| no_time(text, value)),
    }
}

fn no_time(text: &str, value: &Value) -> QueryError {
    let amount = text.strip_prefix("now").or(text.strip_prefix("NOW")).unwrap_or(text);
    let amount = amount.strip_prefix('-').unwrap_or(amount);
    let better = relative_ms(amount).map(|_| format!("-{amount}"));
    let whole = value.text() == text;
    QueryError::new(value.span.clone(), format!("{} is no time; {FORMATS}", shown(text)))
        .suggest_some(better.filter(|_| whole))
}

fn relative(amount: &str, value: &Value) -> Result<Cover, QueryError> {
    let Some(ms) = relative_ms(amount) else {
        let message = format!(
            "{} is no relative time; write -90m, with the units s m h d w for seconds, minutes, hours, days, weeks",
            shown(&value.text())
        );
        let better = shorter_unit(amount).filter(|_| value.range().is_none());
        return Err(QueryError::new(value.span.clone(), message).suggest_some(better));
    };
    Ok(Cover { from: Moment::BeforeNewest(ms), to: Some(Moment::BeforeNewest(ms - 1)) })
}

/// `90m`, `1h30m`: the sum in milliseconds.
fn relative_ms(amount: &str) -> Option<i64> {
    let mut rest = amount;
    let mut total = 0i64;
    while !rest.is_empty() {
        let (number, behind) = rest.split_at(rest.len() - rest.trim_start_matches(digit).len());
        let (unit, behind) = behind.split_at(behind.find(digit).unwrap_or(behind.len()));
        let ms = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?.1;
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(ms)?)?;
        rest = behind;
    }
    (!amount.is_empty() && total <= LONGEST_MS).then_some(total)
}

/// A length of time such as `90m`, `1d`, `1d12h`, in milliseconds; `None` for anything else and for nothing at all.
pub fn length(text: &str) -> Option<i64> {
    relative_ms(text).filter(|&ms| ms > 0)
}

/// Where a written time begins, in any form that queries read; `None` for anything else.
pub fn beginning(text: &str) -> Option<Time> {
    match absolute(text)?.from {
        Moment::At(time) => Some(time),
        Moment::BeforeNewest(_) => None,
    }
}

/// The first instant behind a written time: that of `2023-07-10` is the midnight at its end; `None` for anything else.
pub fn ending(text: &str) -> Option<Time> {
    match absolute(text)?.to? {
        Moment::At(time) => Some(time),
        Moment::BeforeNewest(_) => None,
    }
}

/// Whether a text begins as a time of day does: `10:00`, `9:30:05Z`.
pub(super) fn is_time_of_day(text: &str) -> bool {
    let Some((hour, rest)) = text.split_once(':') else { return false };
    let minute = rest.get(..2).unwrap_or_default();
    matches!(hour.len(), 1 | 2) && minute.len() == 2 && (hour.chars().chain(minute.chars())).all(digit)
}

fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// `90min`, `3days` with the unit as it should be.
fn shorter_unit(amount: &str) -> Option<String> {
    let unit_at = amount.find(|c: char| !digit(c))?;
    let (number, unit) = amount.split_at_checked(unit_at)?;
    let better = format!("{number}{}", unit.chars().next()?.to_ascii_lowercase());
    relative_ms(&better).map(|_| format!("-{better}"))
}

/// A year, a month, an hour, or any form that [`Time::parse`] reads.
fn absolute(text: &str) -> Option<Cover> {
    let text = text.trim();
    let cover = |from: Time, to: Time| {
        from.is_known().then(|| Cover { from: Moment::At(from), to: to.is_known().then_some(Moment::At(to)) })
    };
    if let Some((year, month)) = year_and_month(text) {
        let begin = |year, month| Time::from_civil(year, month, 1, 0, 0, 0);
        return match month {
            None => cover(begin(year, 1), begin(year + 1, 1)),
            Some(12) => cover(begin(year, 12), begin(year + 1, 1)),
            Some(month) => cover(begin(year, month), begin(year, month + 1)),
        };
    }
    let from = Time::parse(text.as_bytes());
    if from.is_known() {
        return cover(from, from.plus_millis(precision(text)));
    }
    let hour = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let from = Time::parse(format!("{hour}:00Z").as_bytes());
    let is_hour = hour.len() == 13 && !hour.contains(':');
    if is_hour { cover(from, from.plus_millis(3_600_000)) } else { None }
}

/// `2023` or `2023-07`.
fn year_and_month(text: &str) -> Option<(i64, Option<i64>)> {
    let (year, month) = match text.split_once('-') {
        Some((year, month)) => (year, Some(month)),
        None => (text, None),
    };
    let number = |text: &str, len: usize| -> Option<i64> {
        (text.len() == len && text.chars().all(digit)).then(|| text.parse().ok())?
    };
    match month {
        None => Some((number(year, 4)?, None)),
        Some(month) => {
            let month = number(month, 2).filter(|m| (1..=12).contains(m))?;
            Some((number(year, 4)?, Some(month)))
        }
    }
}

/// How many milliseconds a time covers that [`Time::parse`] has read.
fn precision(text: &str) -> i64 {
    if text.chars().all(|c| digit(c) || matches!(c, '.' | 'e' | 'E' | '+')) {
        return match text.len() {
            8 => DAY_MS,
            9..=11 if text.chars().all(digit) => 1000,
            _ => 1,
        };
    }
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 1000;
    }
    let Some((_, time)) = text.split_once(['T', 't', ' ']) else { return DAY_MS };
    let zone = |c: char| !digit(c) && !matches!(c, ':' | '.' | ',');
    let time = time.split(zone).next().unwrap_or_default();
    match time.split_once(['.', ',']) {
        Some((_, fraction)) => match fraction.len() {
            1 => 100,
            2 => 10,
            _ => 1,
        },
        None if time.chars().filter(|c| digit(*c)).count() <= 4 => 60_000,
        None => 1000,
    }
}

/// The comparison and value that stand for a range of times.
pub(super) fn write(from: Option<Moment>, to: Option<Moment>) -> (&'static str, String) {
    match (from, to) {
        (None, None) => (":", "*".to_owned()),
        (Some(Moment::At(from)), None) => (">=", stamp(from, coarsest(from))),
        (Some(Moment::BeforeNewest(ms)), None) if ms.wrapping_add(1) % 1000 == 0 && ms >= 0 => {
            (">", ago(ms + 1))
        }
        (Some(Moment::BeforeNewest(ms)), None) => (">=", ago(ms)),
        (None, Some(Moment::At(to))) => ("<", stamp(to, coarsest(to))),
        (None, Some(Moment::BeforeNewest(ms))) if ms.wrapping_add(1) % 1000 == 0 => ("<=", ago(ms + 1)),
        (None, Some(Moment::BeforeNewest(ms))) => ("<", ago(ms)),
        (Some(from), Some(to)) => (":", both_ends(from, to)),
    }
}

fn both_ends(from: Moment, to: Moment) -> String {
    if let (Moment::At(from), Moment::At(to)) = (from, to)
        && let Some(unit) =
            PRECISIONS.iter().find(|unit| from.plus_millis(**unit) == to && divides(**unit, from))
    {
        return stamp(from, *unit);
    }
    let from = match from {
        Moment::At(time) => stamp(time, coarsest(time)),
        Moment::BeforeNewest(ms) => ago(ms),
    };
    let to = match to {
        Moment::At(time) => stamp(time.plus_millis(-coarsest(time)), coarsest(time)),
        Moment::BeforeNewest(ms) => ago(ms.saturating_add(1)),
    };
    format!("{from}..{to}")
}

/// The precisions in which times are written, in milliseconds.
const PRECISIONS: &[i64] = &[DAY_MS, 60_000, 1000, 1];

fn divides(unit: i64, time: Time) -> bool {
    time.millis().is_some_and(|ms| ms.rem_euclid(unit) == 0)
}

fn coarsest(time: Time) -> i64 {
    PRECISIONS.iter().copied().find(|unit| divides(*unit, time)).unwrap_or(1)
}

fn stamp(time: Time, unit: i64) -> String {
    let Some(Civil { year, month, day, hour, minute, second, millisecond }) = time.civil() else {
        return "unknown".to_owned();
    };
    let mut out = format!("{year:04}-{month:02}-{day:02}");
    if unit < DAY_MS {
        let _ = write!(out, "T{hour:02}:{minute:02}");
    }
    if unit < 60_000 {
        let _ = write!(out, ":{second:02}");
    }
    if unit < 1000 {
        let _ = write!(out, ".{millisecond:03}");
    }
    out
}

fn ago(ms: i64) -> String {
    if ms == 0 {
        return "-0s".to_owned();
    }
    let unit = UNITS.iter().find(|(_, size)| ms % size == 0);
    unit.map_or_else(String::new, |(name, size)| format!("-{}{name}", ms / size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(text: &str) -> Option<(String, String)> {
        let Cover { from, to } = absolute(text)?;
        let show = |m: Moment| m.at(Time::UNKNOWN).to_string();
        Some((show(from), to.map_or("end".to_owned(), show)))
    }

    #[test]
    fn a_time_covers_its_precision() {
        for (text, from, to) in [
            ("2023", "2023-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
            ("2023-12", "2023-12-01T00:00:00Z", "2024-01-01T00:00:00Z"),
            ("2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
            ("2023-07-10", "2023-07-10T00:00:00Z", "2023-07-11T00:00:00Z"),
            ("20230710", "2023-07-10T00:00:00Z", "2023-07-11T00:00:00Z"),
            ("2023-07-10T12", "2023-07-10T12:00:00Z", "2023-07-10T13:00:00Z"),
            ("2023-07-10T12Z", "2023-07-10T12:00:00Z", "2023-07-10T13:00:00Z"),
            ("2023-07-10 12:05", "2023-07-10T12:05:00Z", "2023-07-10T12:06:00Z"),
            ("2023-07-10T12:05+02:00", "2023-07-10T10:05:00Z", "2023-07-10T10:06:00Z"),
            ("2023-07-10T12:05:07Z", "2023-07-10T12:05:07Z", "2023-07-10T12:05:08Z"),
            ("2023-07-10T12:05:07-0530", "2023-07-10T17:35:07Z", "2023-07-10T17:35:08Z"),
            ("2023-07-10T12:05:07.2", "2023-07-10T12:05:07.200Z", "2023-07-10T12:05:07.300Z"),
            ("2023-07-10T12:05:07.25", "2023-07-10T12:05:07.250Z", "2023-07-10T12:05:07.260Z"),
            ("2023-07-10T12:05:07.000Z", "2023-07-10T12:05:07Z", "2023-07-10T12:05:07.001Z"),
            ("20131102T010628Z", "2013-11-02T01:06:28Z", "2013-11-02T01:06:29Z"),
            ("1768041521", "2026-01-10T10:38:41Z", "2026-01-10T10:38:42Z"),
            ("1768041521000", "2026-01-10T10:38:41Z", "2026-01-10T10:38:41.001Z"),
            ("Jan 10, 2026 10:38:41 AM", "2026-01-10T10:38:41Z", "2026-01-10T10:38:42Z"),
            ("9999-12-31", "9999-12-31T00:00:00Z", "end"),
        ] {
            assert_eq!(covered(text), Some((from.to_owned(), to.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_covers_nothing() {
        for text in ["", "now", "0000", "2023-13", "2023-7", "12:00", "2023-07-10T25", "yesterday", "1h", "é"]
        {
            assert_eq!(covered(text), None, "{text}");
        }
    }

    #[test]
    fn relative_amounts_add_up() {
        for (text, ms) in [
            ("0s", Some(0)),
            ("1h", Some(3_600_000)),
            ("1h30m", Some(5_400_000)),
            ("2W", Some(14 * DAY_MS)),
            ("15ms", Some(15)),
            ("", None),
            ("h", None),
            ("5", None),
            ("1h5", None),
            ("1y", None),
            ("99999999999w", None),
            ("99999999999999999999999s", None),
        ] {
            assert_eq!(relative_ms(text), ms, "{text}");
        }
        assert_eq!(shorter_unit("90minutes"), Some("-90m".to_owned()));
        assert_eq!(shorter_unit("3years"), None);
    }
}
