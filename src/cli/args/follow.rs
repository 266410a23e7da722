//! What can be typed for sources that grow.

use clap::Args;

use crate::query;

const FOLLOW: &str = "Following";

/// Whether sources are followed, and how.
#[derive(Args, Clone, Default, Debug)]
pub struct FollowArgs {
    /// Stay, and take what comes: new files and lines in folders, new objects in buckets, new events of the API.
    #[arg(long, help_heading = FOLLOW)]
    pub follow: bool,
    /// How often sources are looked at, in seconds, or as 30s, 5m, 1h [default: 5 s for files, beside what the system
    /// tells; 60 s in AWS].
    #[arg(long, value_name = "TIME", requires = "follow", help_heading = FOLLOW, value_parser = seconds)]
    pub follow_every: Option<u32>,
    /// Send events that come at or above this level to the targets of messages: low, medium, high or critical.
    #[arg(long, value_name = "LEVEL", requires = "follow", help_heading = FOLLOW)]
    pub notify_level: Option<String>,
}

/// A length of time in seconds, from one second to a day.
fn seconds(text: &str) -> Result<u32, String> {
    let millis = text.parse::<i64>().ok().map_or_else(|| query::length(text), |n| n.checked_mul(1000));
    let seconds = millis.and_then(|millis| u32::try_from(millis / 1000).ok());
    seconds
        .filter(|seconds| (1..=86_400).contains(seconds))
        .ok_or_else(|| "expected from 1 second to a day, such as 30, 30s, 5m or 1h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_seconds_or_have_a_unit() {
        for (text, wanted) in [("2", 2), ("30s", 30), ("5m", 300), ("1m30s", 90), ("24h", 86_400)] {
            assert_eq!(seconds(text), Ok(wanted), "{text}");
        }
        for text in ["", "0", "s", "-1", "2 s", "25h", "15ms", "99999999999", "9999999999999999999", "é"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
