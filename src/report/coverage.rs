//! Which accounts and regions have events when, where some are missing, and who switched logging.

use std::io::{self, Write};

use crate::evidence::coverage::{Coverage, Effect, Lane, start_of};
use crate::report::table::{Style, write_rows as rows};
use crate::text::{count, plural};

/// How many columns the hours of a lane take.
const STRIP: usize = 48;
/// From few events to many.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Writes coverage for people; of each kind at most `most` rows.
///
/// # Errors
/// Those of the writer.
pub fn write(out: &mut dyn Write, coverage: &Coverage, most: usize, style: Style) -> io::Result<()> {
    let (from, to) = coverage.hours;
    let hours = (to - from).max(0) as u64;
    if hours == 0 {
        writeln!(out, "no events with a readable time")?;
    } else {
        writeln!(out, "{} from {} to {}", plural(hours, "hour"), start_of(from), start_of(to))?;
    }
    lanes(out, coverage, most, style)?;
    gaps(out, coverage, most, style)?;
    switches(out, coverage, most, style)?;
    let said =
        "what was never logged leaves no trace here: data events that are off, regions without a trail";
    writeln!(out, "\n{}", style.dim(said))
}

fn lanes(out: &mut dyn Write, coverage: &Coverage, most: usize, style: Style) -> io::Result<()> {
    let cells = coverage.lanes.iter().map(|lane| {
        let text = |text: &str| if text.is_empty() { "(none)".to_owned() } else { text.to_owned() };
        [
            text(&lane.account),
            text(&lane.region),
            count(lane.events),
            count(lane.hours.len() as u64),
            lane.hours.first().map(|h| start_of(h.0).to_string()).unwrap_or_default(),
            lane.hours.last().map(|h| start_of(h.0 + 1).to_string()).unwrap_or_default(),
            strip(lane, coverage.hours),
        ]
    });
    let head = ["account", "region", "events", "hours", "from (UTC)", "to (UTC)", "when"];
    rows(out, head, cells, [30, 20, 0, 0, 0, 0, STRIP], most, style)
}

/// The hours of a lane as a line: a sign for each stretch, `·` where there is nothing.
fn strip(lane: &Lane, (from, to): (i64, i64)) -> String {
    let hours = usize::try_from(to.saturating_sub(from)).unwrap_or(0);
    let width = hours.min(STRIP);
    let mut sums = vec![0u64; width];
    for (hour, events) in &lane.hours {
        let at = i128::from(hour - from) * width as i128 / hours.max(1) as i128;
        if let Some(sum) = usize::try_from(at).ok().and_then(|at| sums.get_mut(at)) {
            *sum += u64::from(*events);
        }
    }
    let most = sums.iter().copied().max().unwrap_or(0).max(1);
    let bar = |sum: u64| match sum {
        0 => '·',
        sum => *BARS.get((sum * 7 / most) as usize).unwrap_or(&'█'),
    };
    sums.into_iter().map(bar).collect()
}

fn gaps(out: &mut dyn Write, coverage: &Coverage, most: usize, style: Style) -> io::Result<()> {
    if coverage.gaps.is_empty() && coverage.hours.0 >= coverage.hours.1 {
        return writeln!(out, "\nwhether there are gaps cannot be told: no hour has an event");
    }
    if coverage.gaps.is_empty() {
        return writeln!(
            out,
            "\nno gaps: no stretch of hours is empty in which events should be by the other days"
        );
    }
    let cells = coverage.gaps.iter().map(|gap| {
        let end = if gap.open { "to the end".to_owned() } else { gap.to.to_string() };
        let around = match (gap.elsewhere, gap.in_other_accounts) {
            (0, 0) => "nothing is there at all".to_owned(),
            (0, _) => "other accounts have events, this one has none in any region".to_owned(),
            (n, _) => format!("{} with events in other regions of the account", plural(n, "hour")),
        };
        [
            gap.account.clone(),
            gap.region.clone(),
            gap.from.to_string(),
            end,
            count(gap.hours),
            format!("{:.0}", gap.expected),
            around,
        ]
    });
    writeln!(out)?;
    let head = ["gap in", "", "from (UTC)", "to (UTC)", "hours", "expected", "meanwhile"];
    rows(out, head, cells, [30, 20, 0, 0, 0, 0, 70], most, style)
}

fn switches(out: &mut dyn Write, coverage: &Coverage, most: usize, style: Style) -> io::Result<()> {
    if coverage.switches.is_empty() {
        return writeln!(out, "\nnobody switched logging");
    }
    let cells = coverage.switches.iter().map(|s| {
        let effect = match (s.done, s.effect) {
            (false, _) => "did not go through",
            (true, Effect::On) => "on",
            (true, Effect::Off) => "OFF",
            (true, Effect::Changed) => "changed",
        };
        [
            s.time.to_string(),
            s.event.clone(),
            effect.to_owned(),
            s.actor.clone(),
            s.account.clone(),
            s.region.clone(),
            s.target.clone(),
        ]
    });
    writeln!(out)?;
    let head = ["logging switched (UTC)", "event", "", "actor", "account", "region", "trail"];
    rows(out, head, cells, [0, 32, 0, 36, 30, 20, 60], most, style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_any_event_nothing_is_said_of_gaps() {
        let nothing = Coverage { hours: (0, 0), lanes: vec![], gaps: vec![], switches: vec![] };
        let words = |coverage: &Coverage| {
            let mut out = Vec::new();
            write(&mut out, coverage, 10, Style { color: false, width: 100 }).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(words(&nothing).contains("cannot be told") && !words(&nothing).contains("no gaps"));
        assert!(words(&Coverage { hours: (5, 9), ..nothing }).contains("no gaps"));
    }

    #[test]
    fn a_strip_shows_much_little_and_nothing() {
        let lane = |hours: Vec<(i64, u32)>| Lane {
            account: "a".to_owned(),
            region: "r".to_owned(),
            events: 1,
            hours,
            without_time: 0,
        };
        assert_eq!(strip(&lane(vec![(10, 700), (11, 1), (13, 350)]), (10, 14)), "█▁·▄");
        assert_eq!(strip(&lane(vec![]), (0, 0)), "");
        let long = strip(&lane(vec![(0, 1), (99_999, 1)]), (0, 100_000));
        assert_eq!((long.chars().count(), long.starts_with('█'), long.ends_with('█')), (STRIP, true, true));
    }
}
