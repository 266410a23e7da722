//! What is out of the ordinary, with the reasons.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::anomaly::features::{Cause, Preset};
use crate::anomaly::found::{Burst, Bursts, Found, Unlike};
use crate::anomaly::outlier::{self, Outliers};
use crate::anomaly::series;
use crate::event::time::Time;
use crate::profile::theft::stretch;
use crate::report::table::Style;
use crate::report::who::{write_json, write_part};
use crate::text::{count, plural};

/// How many causes of an anomaly are shown to people.
const CAUSES: usize = 5;

/// Writes everything as one document. Rows of actors and actions have the keys that other analyzers use.
///
/// # Errors
/// Those of the writer.
pub fn write_document(out: &mut dyn Write, found: &Found) -> io::Result<()> {
    let document = json!({
        "actors": outliers(&found.actors, "actor"),
        "actions": outliers(&found.actions, "action"),
        "activity": found.activity,
        "events": found.events,
    });
    write_json(out, &document)
}

fn outliers(found: &Outliers, name: &str) -> Value {
    let row = |o: &outlier::Outlier| json!({ name: o.name, "count": o.count, "zscore": o.zscore });
    let mut document = json!({
        "compared": found.compared,
        "mean": found.mean,
        "deviation": found.deviation,
        "threshold": outlier::THRESHOLD,
        "rows": found.rows.iter().map(row).collect::<Vec<Value>>(),
    });
    if found.too_few() {
        document["note"] = few(name).into();
    }
    document
}

/// Why there are no rows.
fn few(name: &str) -> String {
    format!("fewer than two {name}s: there is nothing to compare")
}

/// Writes everything for people; of each kind at most `most`.
///
/// # Errors
/// Those of the writer.
pub fn write_table(out: &mut dyn Write, found: &Found, most: usize, style: Style) -> io::Result<()> {
    write_outliers(out, &found.actors, "actor", most, style)?;
    write_outliers(out, &found.actions, "action", most, style)?;
    write_bursts(out, &found.activity, most, style)?;
    write_events(out, &found.events, most, style)
}

fn write_title(out: &mut dyn Write, title: &str, said: &str, style: Style) -> io::Result<()> {
    writeln!(out, "{}\n  {}", style.bold(title), style.dim(said))
}

fn write_outliers(
    out: &mut dyn Write,
    found: &Outliers,
    name: &str,
    most: usize,
    style: Style,
) -> io::Result<()> {
    let said = if found.too_few() {
        few(name)
    } else {
        format!(
            "{} compared; mean {:.1}, standard deviation {:.1}; shown is z > {}",
            plural(found.compared as u64, name),
            found.mean,
            found.deviation,
            outlier::THRESHOLD
        )
    };
    write_title(out, &format!("{name}s with far more events than others"), &said, style)?;
    let rows: Vec<[String; 3]> =
        found.rows.iter().map(|o| [o.name.clone(), count(o.count), format!("{:.2}", o.zscore)]).collect();
    write_part(out, [name, "events", "z"], &rows, [70, 0, 0], most, style)?;
    writeln!(out)
}

fn write_bursts(out: &mut dyn Write, found: &Bursts, most: usize, style: Style) -> io::Result<()> {
    let width = stretch(Time::from_millis(0), Time::from_millis(found.bucket_ms));
    let said = format!(
        "stretches of {width}; {}, of {} nothing can be said, as they were active in fewer than {}; {} found",
        plural(found.actors as u64, "actor"),
        count(found.silent as u64),
        series::LEAST_BUCKETS,
        count(found.found as u64),
    );
    write_title(out, "actors that did far more than they usually do", &said, style)?;
    let cells = |b: &Burst| -> [String; 7] {
        let calls: Vec<String> = b.calls.iter().map(|c| format!("{} ×{}", c.event, count(c.count))).collect();
        [
            b.start.to_string(),
            b.actor.clone(),
            count(b.events),
            format!("{:.0}", b.usual),
            format!("{:.0}", b.limit),
            format!("{:.1}", b.score),
            calls.join(", "),
        ]
    };
    let rows: Vec<[String; 7]> = found.rows.iter().map(cells).collect();
    let head = ["from (UTC)", "actor", "events", "usual", "limit", "score", "mostly"];
    write_part(out, head, &rows, [0, 44, 0, 0, 0, 0, 80], most, style)?;
    writeln!(out)
}

fn write_events(out: &mut dyn Write, found: &Unlike, most: usize, style: Style) -> io::Result<()> {
    let preset = match found.preset {
        Preset::Bytes => "bytes in and out",
        Preset::Behavior => "how usual an event is for its actor",
    };
    let said = format!(
        "isolation forest over {preset}: {}, {} trees, seed {}; {} found above {:.3}, {} % of the events being taken for unusual",
        plural(found.events as u64, "event"),
        found.trees,
        found.seed,
        count(found.found as u64),
        found.threshold,
        found.contamination * 100.0,
    );
    write_title(out, "events unlike the others", &said, style)?;
    let cells = |odd: &crate::anomaly::found::Odd| -> [String; 6] {
        let e = &odd.event;
        let causes: Vec<String> = odd.causes.iter().take(CAUSES).map(cause).collect();
        [
            e.time.to_string(),
            format!("{:.3}", odd.score),
            e.event.clone(),
            odd.actor.clone(),
            odd.address.clone(),
            causes.join("; "),
        ]
    };
    let rows: Vec<[String; 6]> = found.rows.iter().map(cells).collect();
    let head =
        ["when (UTC)", "score", "event", "actor", "source", "because (shares are of the actor's events)"];
    write_part(out, head, &rows, [0, 0, 32, 36, 39, 140], most, style)
}

fn cause(cause: &Cause) -> String {
    let share = cause.words.split(" of the actor").next().unwrap_or_default();
    format!("{} {share}", cause.feature.name())
}
