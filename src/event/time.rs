//! Points in time, read leniently and written in one way.
//!
//! CloudTrail writes `2026-01-10T10:38:41Z`, and everything that ever copied a
//! record writes something else: fractions, a space instead of the `T`,
//! offsets, epoch seconds or milliseconds, the basic form, `Jan 10, 2026
//! 10:38:41 AM`. All of them are read here; what is no time at all stays a
//! record with an unknown time and is never dropped.

mod reader;

use std::fmt;

pub use reader::Reader;

/// Milliseconds since 1970-01-01T00:00:00Z, or [`Time::UNKNOWN`].
///
/// Unknown sorts before everything else, so that records without a readable
/// time stand together at the start of a time-ordered list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Time(i64);

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;

/// The latest instant that is believed: the last millisecond of the year 9999.
const LATEST_MS: i64 = 253_402_300_799_999;
/// The earliest instant that is believed: 0001-01-01T00:00:00Z.
const EARLIEST_MS: i64 = -62_135_596_800_000;

impl Time {
    /// The time of a record that has none, or none that can be read.
    pub const UNKNOWN: Self = Self(i64::MIN);
    /// The earliest time there is: the beginning of the year 1.
    pub const EARLIEST: Self = Self(EARLIEST_MS);
    /// The latest time there is: the end of the year 9999.
    pub const LATEST: Self = Self(LATEST_MS);

    /// A time from milliseconds since the epoch; unknown when out of the years 1-9999.
    pub const fn from_millis(ms: i64) -> Self {
        if ms < EARLIEST_MS || ms > LATEST_MS { Self::UNKNOWN } else { Self(ms) }
    }

    /// A time from a UTC calendar date and a time of day.
    pub const fn from_civil(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> Self {
        Self::from_millis(
            days_from_civil(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000,
        )
    }

    /// Milliseconds since the epoch; `None` when unknown.
    pub const fn millis(self) -> Option<i64> {
        if self.is_known() { Some(self.0) } else { None }
    }

    /// The stored number, for columns: unknown is `i64::MIN`.
    pub const fn raw(self) -> i64 {
        self.0
    }

    /// The inverse of [`Time::raw`]; unknown for a number that no time has.
    pub const fn from_raw(raw: i64) -> Self {
        Self::from_millis(raw)
    }

    /// Whether the time could be read.
    pub const fn is_known(self) -> bool {
        self.0 != i64::MIN
    }

    /// The time `ms` milliseconds later (earlier when negative); unknown stays unknown.
    #[must_use]
    pub const fn plus_millis(self, ms: i64) -> Self {
        if self.is_known() { Self::from_millis(self.0.saturating_add(ms)) } else { self }
    }

    /// The hour of the day in UTC, 0-23; `None` when unknown.
    pub const fn hour(self) -> Option<u8> {
        match self.millis() {
            Some(ms) => Some((ms.rem_euclid(DAY_MS) / 3_600_000) as u8),
            None => None,
        }
    }

    /// The calendar parts in UTC; `None` when unknown.
    pub const fn civil(self) -> Option<Civil> {
        let Some(ms) = self.millis() else { return None };
        let (year, month, day) = civil_from_days(ms.div_euclid(DAY_MS));
        let in_day = ms.rem_euclid(DAY_MS);
        Some(Civil {
            year,
            month: month as u8,
            day: day as u8,
            hour: (in_day / 3_600_000) as u8,
            minute: (in_day / 60_000 % 60) as u8,
            second: (in_day / 1000 % 60) as u8,
            millisecond: (in_day % 1000) as u16,
        })
    }

    /// Reads a time in any of the forms named at the top of this module.
    pub fn parse(text: &[u8]) -> Self {
        fixed_form(text).or_else(|| lenient(text)).unwrap_or(Self::UNKNOWN)
    }
}

impl Default for Time {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

/// Writes a time into a document: as text, `null` when unknown.
pub(crate) fn or_null<S: serde::Serializer>(time: &Time, to: S) -> Result<S::Ok, S::Error> {
    if time.is_known() { to.collect_str(time) } else { to.serialize_none() }
}

/// RFC 3339 in UTC with `Z`; milliseconds only where there are any; `unknown` when unknown.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, len) = self.text();
        f.pad(std::str::from_utf8(&text[..len]).unwrap_or_default())
    }
}

impl Time {
    /// The longest text of a time, in bytes.
    pub const LONGEST: usize = 24;

    /// Appends a time as it is displayed. Every identity has one, and a formatter takes longer than the writing.
    pub fn push_to(self, out: &mut String) {
        let (text, len) = self.text();
        out.push_str(std::str::from_utf8(&text[..len]).unwrap_or_default());
    }

    /// The text, and how much of it counts.
    fn text(self) -> ([u8; Self::LONGEST], usize) {
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let Some(c) = self.civil() else {
            text[..7].copy_from_slice(b"unknown");
            return (text, 7);
        };
        // Every line has one, and formatting number by number takes ten times as long.
        // Years have four digits, as there are no other times.
        let (year, millisecond) = (c.year as u16, c.millisecond);
        let pairs = [
            (0, year / 100),
            (2, year % 100),
            (5, c.month.into()),
            (8, c.day.into()),
            (11, c.hour.into()),
            (14, c.minute.into()),
            (17, c.second.into()),
            (20, millisecond / 10),
        ];
        for (at, number) in pairs {
            (text[at], text[at + 1]) = (written(number / 10), written(number));
        }
        text[22] = written(millisecond);
        if millisecond != 0 {
            return (text, Self::LONGEST);
        }
        text[19] = b'Z';
        (text, 20)
    }
}

/// The last digit of a number, written.
const fn written(number: u16) -> u8 {
    b'0' + (number % 10) as u8
}

/// The parts of a time on the UTC calendar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Civil {
    pub year: i64,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    pub millisecond: u16,
}

impl Civil {
    /// The day of the week, Monday = 0.
    pub const fn weekday(&self) -> u8 {
        (days_from_civil(self.year, self.month as i64, self.day as i64) + 3).rem_euclid(7) as u8
    }

    /// The English three-letter name of the month.
    pub fn month_name(&self) -> &'static str {
        MONTHS.get(usize::from(self.month).wrapping_sub(1)).copied().unwrap_or("???")
    }
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

/// The inverse of [`days_from_civil`].
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + if month <= 2 { 1 } else { 0 }, month, day)
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The form that nearly every record has: exactly `YYYY-MM-DDTHH:MM:SSZ`.
fn fixed_form(t: &[u8]) -> Option<Time> {
    let t: &[u8; 20] = t.try_into().ok()?;
    if t[4] != b'-' || t[7] != b'-' || t[10] != b'T' || t[13] != b':' || t[16] != b':' || t[19] != b'Z' {
        return None;
    }
    let two = |i: usize| -> Option<i64> { Some(digit(t[i])? * 10 + digit(t[i + 1])?) };
    civil_checked(two(0)? * 100 + two(2)?, two(5)?, two(8)?, two(11)?, two(14)?, two(17)?)
}

fn digit(b: u8) -> Option<i64> {
    b.is_ascii_digit().then(|| i64::from(b - b'0'))
}

/// Checks the ranges; second 60 (a leap second) counts as 59.
fn civil_checked(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> Option<Time> {
    let fits = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    fits.then(|| Time::from_civil(year, month, day, hour, minute, second.min(59)))
}

/// Every other form.
fn lenient(text: &[u8]) -> Option<Time> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if !text.is_ascii() {
        return None;
    }
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return english_form(text);
    }
    epoch_form(text).or_else(|| iso_form(text))
}

/// `1768041521`, `1768041521.25` (seconds), `1768041521000` (milliseconds), also `1.768041521E9`.
fn epoch_form(text: &str) -> Option<Time> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    // Four digits are a year and eight a date, not a moment in 1970.
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let exponent = text.contains(['e', 'E']);
    if !plain || text.contains('-') || (digits < 9 && !exponent) || text.len() > 32 {
        return None;
    }
    if let Ok(whole) = text.parse::<i64>() {
        // Seconds until the year 5138, milliseconds and finer beyond.
        let ms = match whole {
            0..=99_999_999_999 => whole.checked_mul(1000)?,
            100_000_000_000..=99_999_999_999_999 => whole,
            100_000_000_000_000..=99_999_999_999_999_999 => whole / 1000,
            _ => whole / 1_000_000,
        };
        return known(Time::from_millis(ms));
    }
    let seconds: f64 = text.parse().ok()?;
    let ms = if seconds.abs() < 1e11 { seconds * 1000.0 } else { seconds };
    known(Time::from_millis(ms.round() as i64))
}

fn known(time: Time) -> Option<Time> {
    time.is_known().then_some(time)
}

/// ISO 8601, extended or basic: date, `T` or space, time, fraction, zone. All after the date may be missing.
fn iso_form(text: &str) -> Option<Time> {
    let mut c = Cursor(text.as_bytes());
    let year = c.number(4)?;
    let extended = c.skip(b'-') || c.skip(b'/');
    let month = c.number(2)?;
    if extended && !(c.skip(b'-') || c.skip(b'/')) {
        return None;
    }
    let day = c.number(2)?;
    if c.0.is_empty() {
        return civil_checked(year, month, day, 0, 0, 0);
    }
    if !(c.skip(b'T') || c.skip(b't') || c.skip(b' ')) {
        return None;
    }
    let hour = c.number(2)?;
    let colon = c.skip(b':');
    let minute = c.number(2)?;
    let second = if c.skip(b':') || (!colon && c.peek_digit()) { c.number(2)? } else { 0 };
    let ms = if c.skip(b'.') || c.skip(b',') { c.fraction_ms()? } else { 0 };
    let offset = c.zone_minutes()?;
    let base = civil_checked(year, month, day, hour, minute, second)?;
    known(base.plus_millis(ms - offset * 60_000))
}

/// `Jan 10, 2026 10:38:41 AM` (Java's default form, always taken as UTC).
fn english_form(text: &str) -> Option<Time> {
    let name = text.get(..3)?;
    let month = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(name))? as i64 + 1;
    let mut parts = text.get(3..)?.split([' ', ',', ':', '\u{202f}']).filter(|p| !p.is_empty());
    let mut next = || parts.next()?.parse::<i64>().ok();
    let (day, year, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?);
    let hour = match parts.next().map(str::to_ascii_uppercase).as_deref() {
        Some("AM") if (1..=12).contains(&hour) => hour % 12,
        Some("PM") if (1..=12).contains(&hour) => hour % 12 + 12,
        None | Some("UTC" | "GMT") => hour,
        Some(_) => return None,
    };
    civil_checked(year, month, day, hour, minute, second)
}

/// A reader of digits and marks.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn skip(&mut self, mark: u8) -> bool {
        let hit = self.0.first() == Some(&mark);
        if hit {
            self.0 = &self.0[1..];
        }
        hit
    }

    fn peek_digit(&self) -> bool {
        self.0.first().is_some_and(u8::is_ascii_digit)
    }

    /// Exactly `n` digits.
    fn number(&mut self, n: usize) -> Option<i64> {
        let (head, tail) = self.0.split_at_checked(n)?;
        let value = head.iter().try_fold(0, |v, &b| Some(v * 10 + digit(b)?))?;
        self.0 = tail;
        Some(value)
    }

    /// Any number of digits after the point, cut to milliseconds.
    fn fraction_ms(&mut self) -> Option<i64> {
        let len = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, tail) = self.0.split_at(len);
        self.0 = tail;
        let place = |i: usize| digits.get(i).map_or(0, |b| i64::from(b - b'0'));
        (len > 0).then(|| place(0) * 100 + place(1) * 10 + place(2))
    }

    /// Minutes east of UTC; nothing, `Z` and `UTC` are 0. Anything left over is no zone.
    fn zone_minutes(&mut self) -> Option<i64> {
        if self.0.first() == Some(&b' ') {
            self.0 = &self.0[1..];
        }
        if matches!(self.0, b"" | b"Z" | b"z" | b"UTC" | b"GMT") {
            return Some(0);
        }
        let sign = if self.skip(b'+') {
            1
        } else if self.skip(b'-') {
            -1
        } else {
            return None;
        };
        let hours = self.number(2)?;
        let minutes = if self.skip(b':') || self.peek_digit() { self.number(2)? } else { 0 };
        (self.0.is_empty() && hours <= 18 && minutes < 60).then_some(sign * (hours * 60 + minutes))
    }
}

#[cfg(test)]
mod tests;
