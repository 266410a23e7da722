//! How times are written: in UTC, or in the zone of this computer, and which of the two is said.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::event::time::{Civil, Time};

/// A zone, and how it is called.
#[derive(Clone, Debug)]
pub struct Clock {
    /// `None`: UTC.
    zone: Option<TimeZone>,
}

/// How much of a time is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Precision {
    /// All events are of one day: the time of day is enough.
    OfDay,
    /// All are of one year: month and day are needed.
    OfYear,
    /// The year is needed.
    Full,
}

impl Clock {
    /// Times in UTC.
    pub const UTC: Self = Self { zone: None };

    /// Times in a zone.
    pub fn in_zone(zone: TimeZone) -> Self {
        Self { zone: Some(zone) }
    }

    /// What the zone is called: `UTC`, `CET`, `local`.
    pub fn name(&self, at: Time) -> String {
        let Some(zone) = &self.zone else { return "UTC".to_owned() };
        let stamp = timestamp(at).unwrap_or(Timestamp::UNIX_EPOCH);
        zone.to_offset_info(stamp).abbreviation().to_owned()
    }

    /// The parts of a time on the calendar of the zone; `None` when it is unknown.
    pub fn civil(&self, time: Time) -> Option<Civil> {
        let shifted = match &self.zone {
            None => time,
            Some(zone) => match timestamp(time) {
                Some(stamp) => time.plus_millis(i64::from(zone.to_offset(stamp).seconds()) * 1000),
                None => time,
            },
        };
        shifted.civil()
    }

    /// How much of the times between two of them has to be written.
    pub fn precision(&self, from: Time, to: Time) -> Precision {
        match (self.civil(from), self.civil(to)) {
            (Some(a), Some(b)) if a.year != b.year => Precision::Full,
            (Some(a), Some(b)) if (a.month, a.day) != (b.month, b.day) => Precision::OfYear,
            _ => Precision::OfDay,
        }
    }

    /// A time for a cell: `11:58:03`, `07-10 11:58:03`, `2023-07-10 11:58:03`.
    pub fn cell(&self, time: Time, precision: Precision) -> String {
        let Some(Civil { year, month, day, hour, minute, second, .. }) = self.civil(time) else {
            return "unknown".to_owned();
        };
        let clock = format!("{hour:02}:{minute:02}:{second:02}");
        match precision {
            Precision::OfDay => clock,
            Precision::OfYear => format!("{month:02}-{day:02} {clock}"),
            Precision::Full => format!("{year:04}-{month:02}-{day:02} {clock}"),
        }
    }

    /// The stretch between two times: `10 Jul 2023 11:42–12:37 UTC`, `3 Feb–9 Mar 2026 UTC`.
    pub fn span(&self, from: Time, to: Time) -> String {
        let (Some(a), Some(b)) = (self.civil(from), self.civil(to)) else { return String::new() };
        let zone = self.name(to);
        let day = |c: &Civil| format!("{} {}", c.day, c.month_name());
        let minute = |c: &Civil| format!("{:02}:{:02}", c.hour, c.minute);
        if a.year != b.year {
            return format!("{} {}–{} {} {zone}", day(&a), a.year, day(&b), b.year);
        }
        if (a.month, a.day) != (b.month, b.day) {
            return format!("{}–{} {} {zone}", day(&a), day(&b), b.year);
        }
        format!("{} {} {}–{} {zone}", day(&a), a.year, minute(&a), minute(&b))
    }
}

fn timestamp(time: Time) -> Option<Timestamp> {
    Timestamp::from_millisecond(time.millis()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::parse(text.as_bytes())
    }

    #[test]
    fn times_are_as_short_as_they_can_be_and_say_their_zone() {
        let (a, b, c) =
            (time("2023-07-10T11:42:08Z"), time("2023-07-11T00:10:00Z"), time("2024-01-01T00:00:00Z"));
        let utc = Clock::UTC;
        for (from, to, cell, span) in [
            (a, a, "11:42:08", "10 Jul 2023 11:42–11:42 UTC"),
            (a, b, "07-10 11:42:08", "10 Jul–11 Jul 2023 UTC"),
            (a, c, "2023-07-10 11:42:08", "10 Jul 2023–1 Jan 2024 UTC"),
        ] {
            assert_eq!(utc.cell(from, utc.precision(from, to)), cell);
            assert_eq!(utc.span(from, to), span);
        }
        let tokyo = Clock::in_zone(TimeZone::fixed(jiff::tz::offset(9)));
        assert_eq!(tokyo.cell(b, Precision::OfYear), "07-11 09:10:00");
        assert_eq!(tokyo.precision(a, b), Precision::OfYear);
        assert_eq!(utc.cell(Time::UNKNOWN, Precision::Full), "unknown");
    }
}
