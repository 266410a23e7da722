//! Lengths of time as rules write them: `90m`, `7d`.

/// How many milliseconds one of each unit is.
///
/// A month is 30 days and a year 365: a window slides, so it has no calendar.
const UNITS: [(&str, i64); 7] = [
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
    ("w", 7 * 86_400_000),
    ("M", 30 * 86_400_000),
    ("y", 365 * 86_400_000),
];

/// The longest span, in years. What is longer is a slip of the hand.
const MOST_YEARS: i64 = 100;

/// A whole number and a unit, in milliseconds: at least a second, at most a hundred years.
///
/// # Errors
/// Anything else, with what would do.
pub(in super::super) fn timespan(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let Some(number) = number.parse::<i64>().ok().filter(|n| *n > 0) else {
        return Err(format!("`{text}` is no length of time; write a whole number above 0 and a unit: 90m"));
    };
    let Some((_, each)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(unknown_unit(text, number, unit));
    };
    let span = number.saturating_mul(*each);
    if span > MOST_YEARS * 365 * 86_400_000 {
        return Err(format!("`{text}` is longer than {MOST_YEARS} years"));
    }
    Ok(span)
}

fn unknown_unit(text: &str, number: i64, unit: &str) -> String {
    let all = "s, m (minutes), h, d, w, M (30 days) or y (365 days)";
    if unit.is_empty() {
        return format!("`{text}` has no unit; write {number} and one of {all}");
    }
    if unit.starts_with('.') {
        return format!("`{text}` is no whole number; write it in a smaller unit: 90m for 1.5h");
    }
    if unit.contains(|c: char| c.is_ascii_digit()) {
        return format!("`{text}` has more than one number; write it in its smallest unit: 90m for 1h30m");
    }
    format!("`{unit}` in `{text}` is no unit of time; write one of {all}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_unit_is_read() {
        for (text, seconds) in [
            ("15s", 15),
            ("90m", 5_400),
            ("1h", 3_600),
            ("7d", 604_800),
            ("2w", 1_209_600),
            ("1M", 2_592_000),
            ("1y", 31_536_000),
            (" 5m ", 300),
        ] {
            assert_eq!(timespan(text), Ok(seconds * 1_000), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_of_time_says_what_would_be() {
        for (text, reason) in [
            ("", "no length of time"),
            ("0s", "above 0"),
            ("-5m", "no length of time"),
            ("1.5h", "90m for 1.5h"),
            ("5", "has no unit"),
            ("5 m", "no unit of time"),
            ("1H", "no unit of time"),
            ("1h30m", "90m for 1h30m"),
            ("99999999999999999999s", "no length of time"),
            ("101y", "longer than 100 years"),
        ] {
            let error = timespan(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_ends_the_program(text in "\\PC{0,12}", number in any::<u64>()) {
            let _ = timespan(&text);
            let _ = timespan(&format!("{number}y"));
        }
    }
}
