use proptest::prelude::*;

use super::*;

fn read(text: &str) -> String {
    Time::parse(text.as_bytes()).to_string()
}

#[test]
fn every_form_in_the_wild_is_read() {
    for (text, expected) in [
        ("2026-01-10T10:38:41Z", "2026-01-10T10:38:41Z"),
        ("2026-01-10T10:38:41.123Z", "2026-01-10T10:38:41.123Z"),
        ("2026-01-10T10:38:41.123456Z", "2026-01-10T10:38:41.123Z"),
        ("2026-01-11 22:54:56.000000000", "2026-01-11T22:54:56Z"),
        ("2026-01-10 10:38:41.000", "2026-01-10T10:38:41Z"),
        ("2026-01-10 10:38:41.5 UTC", "2026-01-10T10:38:41.500Z"),
        ("2026-01-10T11:38:41+01:00", "2026-01-10T10:38:41Z"),
        ("2026-01-10T05:08:41-0530", "2026-01-10T10:38:41Z"),
        ("2026-01-10T10:38:41", "2026-01-10T10:38:41Z"),
        ("2026-01-10T10:38", "2026-01-10T10:38:00Z"),
        ("2026-01-10", "2026-01-10T00:00:00Z"),
        ("20131102T010628Z", "2013-11-02T01:06:28Z"),
        ("20260110", "2026-01-10T00:00:00Z"),
        ("1768041521", "2026-01-10T10:38:41Z"),
        ("1768041521.0", "2026-01-10T10:38:41Z"),
        ("1.768041521E9", "2026-01-10T10:38:41Z"),
        ("1768041521000", "2026-01-10T10:38:41Z"),
        ("Jan 10, 2026 10:38:41 AM", "2026-01-10T10:38:41Z"),
        ("Mar 24, 2014 9:11:59 PM", "2014-03-24T21:11:59Z"),
        ("Mar 24, 2014 12:00:00 AM", "2014-03-24T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_time_is_unknown() {
    for text in [
        "",
        " ",
        "null",
        "...",
        "yesterday",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-10T25:00:00Z",
        "2026-01-10T10:38:41Q",
        "2026-01-10T10:38:41+99:00",
        "99999999999999999999999",
        "-5",
        "2026",
        "Janvier 10 2026",
        "２０２６-01-10T10:38:41Z",
    ] {
        assert_eq!(Time::parse(text.as_bytes()), Time::UNKNOWN, "{text}");
    }
    assert_eq!(Time::parse(b"\xff\xfe"), Time::UNKNOWN);
}

#[test]
fn numbers_that_no_time_has_are_unknown() {
    for raw in [i64::MIN, i64::MIN + 1, EARLIEST_MS - 1, LATEST_MS + 1, i64::MAX] {
        assert_eq!(Time::from_raw(raw), Time::UNKNOWN);
    }
    assert_eq!(Time::from_raw(EARLIEST_MS).to_string(), "0001-01-01T00:00:00Z");
    assert_eq!(Time::from_raw(LATEST_MS).to_string(), "9999-12-31T23:59:59.999Z");
    assert_eq!(Time::from_millis(1_005).to_string(), "1970-01-01T00:00:01.005Z");
}

#[test]
fn unknown_sorts_first_and_prints() {
    assert!(Time::UNKNOWN < Time::from_millis(EARLIEST_MS));
    assert_eq!(format!("{:>9}", Time::UNKNOWN), "  unknown");
    assert_eq!(format!("{:>22}", Time::from_millis(0)), "  1970-01-01T00:00:00Z");
    assert_eq!(Time::UNKNOWN.plus_millis(5), Time::UNKNOWN);
}

#[test]
fn the_calendar_knows_weekdays_and_months() {
    let c = Time::from_civil(2026, 1, 10, 0, 0, 0).civil().unwrap();
    assert_eq!((c.weekday(), c.month_name()), (5, "Jan"));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(ms in EARLIEST_MS..=LATEST_MS) {
        let time = Time::from_millis(ms);
        prop_assert_eq!(Time::parse(time.to_string().as_bytes()), time);
        let mut pushed = String::new();
        time.push_to(&mut pushed);
        prop_assert_eq!(pushed, time.to_string());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _ = Time::parse(&bytes);
    }

    #[test]
    fn no_text_that_looks_like_a_time_makes_it_panic(text in "[0-9TZ:., +/APMJan-]{0,40}") {
        let _ = Time::parse(text.as_bytes());
    }

    #[test]
    fn the_calendar_agrees_with_jiff(ms in EARLIEST_MS..=LATEST_MS) {
        let c = Time::from_millis(ms).civil().unwrap();
        let j = jiff::Timestamp::from_millisecond(ms).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
        prop_assert_eq!(
            (c.year, c.month as i8, c.day as i8, c.hour as i8, c.minute as i8, c.second as i8),
            (i64::from(j.year()), j.month(), j.day(), j.hour(), j.minute(), j.second())
        );
        prop_assert_eq!(c.weekday() as i8, j.weekday().to_monday_zero_offset());
    }
}
