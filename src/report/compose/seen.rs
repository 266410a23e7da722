//! ATT&CK, indicators, users, detections and anomalies.

use super::{heading, number, says, section, sentence, table, time, value};
use crate::anomaly::found::{Burst, Odd};
use crate::anomaly::outlier::{self, Outliers};
use crate::anomaly::series;
use crate::profile::theft::stretch;
use crate::report::model::overview::QUARTERS;
use crate::report::model::{Indicator, IndicatorKind, Report, RuleHits, State, User};
use crate::report::paper::{Block, Look, Section, Text};
use crate::text::{count, plural};

/// How many techniques of a tactic, users, rules and indicators of a kind are told.
const TECHNIQUES: usize = 6;
const USERS: usize = 40;
const RULES: usize = 50;
const INDICATORS: usize = 40;
const ANOMALIES: usize = 10;

/// The tactics.
pub(super) fn attack(report: &Report) -> Section {
    let mut rows = Vec::new();
    for tactic in &report.attack {
        let state = Text::plain(tactic.state.words());
        let state = if tactic.state == State::Notable {
            Text::new().and(Look::Strong, tactic.state.words())
        } else {
            state
        };
        let mut first = vec![Text::plain(format!("{} {}", tactic.id, tactic.title)), state];
        if tactic.techniques.is_empty() {
            first.extend((0..5).map(|_| Text::new()));
            rows.push(first);
            continue;
        }
        for (n, t) in tactic.techniques.iter().take(TECHNIQUES).enumerate() {
            let mut row = if n == 0 { std::mem::take(&mut first) } else { vec![Text::new(), Text::new()] };
            row.push(Text::plain(format!("{} {}", t.id, t.name)));
            row.extend([number(t.events), number(t.notable), time(t.first), time(t.last)]);
            rows.push(row);
        }
    }
    let columns = [
        ("Tactic", 20),
        ("State", 18),
        ("Technique", 32),
        ("Events", 8),
        ("Notable", 8),
        ("First (UTC)", 15),
        ("Last (UTC)", 15),
    ];
    let total = rows.len() as u64;
    let blocks = vec![
        says(
            "A technique is counted for every event that can serve it, most of which are ordinary; notable are those at medium level and above.",
        ),
        table("", &columns, &[3, 4], rows, total, "attack_layer.json"),
    ];
    section("attack", "ATT&CK", blocks)
}

/// The indicators.
pub(super) fn indicators(report: &Report) -> Section {
    let mut blocks = Vec::new();
    if report.indicators.is_empty() {
        blocks.push(says("There is no finding of high level or above to take values from."));
        return section("indicators", "Indicators", blocks);
    }
    blocks.push(says(
        "Values of events in findings of high level and above. One that many other events have as well is nobody's mark. Addresses are defanged here; indicators.csv and stix.json have them as they are.",
    ));
    for kind in IndicatorKind::ALL {
        let of: Vec<&Indicator> = report.indicators.iter().filter(|i| i.kind == kind).collect();
        if of.is_empty() {
            continue;
        }
        let row = |i: &&Indicator| {
            vec![value(&i.value), number(i.in_findings), number(i.events), time(i.first), time(i.last)]
        };
        let columns =
            [("Value", 48), ("In findings", 9), ("Events", 9), ("First (UTC)", 16), ("Last (UTC)", 16)];
        let title = match kind {
            IndicatorKind::Address => "Addresses",
            IndicatorKind::AccessKey => "Access keys",
            IndicatorKind::Arn => "ARNs of actors",
            IndicatorKind::UserAgent => "User agents",
            IndicatorKind::SessionName => "Names of role sessions",
            IndicatorKind::Account => "Accounts of actors",
            IndicatorKind::Bucket => "Buckets",
        };
        blocks.push(heading(title));
        let rows = of.iter().take(INDICATORS).map(row).collect();
        blocks.push(table("", &columns, &[1, 2], rows, of.len() as u64, "indicators.csv"));
    }
    section("indicators", "Indicators", blocks)
}

/// The users.
pub(super) fn users(report: &Report) -> Section {
    let users = &report.overview.users;
    if users.is_empty() {
        return section("users", "Users", vec![says("There are no users.")]);
    }
    let row = |u: &User| {
        let share = |n: u64| if u.total == 0 { 0.0 } else { n as f64 * 100.0 / u.total as f64 };
        let services: Vec<String> =
            u.services.iter().map(|s| format!("{} {:.0} %", s.name, share(s.count))).collect();
        let hours = QUARTERS.iter().zip(u.quarters).filter(|(_, n)| *n > 0);
        let hours: Vec<String> = hours.map(|(name, n)| format!("{name} {:.0} %", share(n))).collect();
        vec![
            value(&u.name),
            sentence(&services.join(", ")),
            Text::plain(hours.join(", ")),
            Text::plain(u.last.clone().unwrap_or_default()),
            number(u.risky),
            number(u.total),
        ]
    };
    let columns = [
        ("User", 26),
        ("Main services", 26),
        ("Active hours (UTC)", 24),
        ("Last event (UTC)", 15),
        ("Risky", 7),
        ("Total", 8),
    ];
    let rows = users.iter().take(USERS).map(row).collect();
    section(
        "users",
        "Users",
        vec![table("", &columns, &[4, 5], rows, users.len() as u64, "user_summary.json")],
    )
}

/// Rules and statistics.
pub(super) fn detections(report: &Report) -> Section {
    let d = &report.detections;
    let mut blocks = vec![heading("Rules")];
    if d.rules.is_empty() {
        blocks.push(says(format!("None of {} hit.", plural(d.in_force, "rule"))));
    } else {
        let row = |r: &RuleHits| {
            let level = Text::new().and(Look::Level(r.level), r.level.name());
            vec![sentence(&r.title), level, number(r.hits), time(r.first), time(r.last), value(&r.id)]
        };
        let columns =
            [("Rule", 36), ("Level", 8), ("Hits", 7), ("First (UTC)", 15), ("Last (UTC)", 15), ("Id", 26)];
        let rows = d.rules.iter().take(RULES).map(row).collect();
        let caption = format!("{} of {} in force hit", count(d.rules.len() as u64), count(d.in_force));
        blocks.push(table(&caption, &columns, &[2], rows, d.rules.len() as u64, "report.json"));
    }
    let a = &d.anomalies;
    blocks.extend(outliers("Users with far more events than others", "user", &a.actors, "anomalies.csv"));
    blocks.extend(outliers(
        "Actions far more frequent than others",
        "action",
        &a.actions,
        "event_anomalies.csv",
    ));
    blocks.extend(bursts(report));
    blocks.extend(odd(report));
    section("detections", "Detections and anomalies", blocks)
}

fn outliers(title: &str, name: &str, found: &Outliers, file: &str) -> Vec<Block> {
    let said = if found.too_few() {
        format!("There are fewer than two {name}s: there is nothing to compare.")
    } else {
        format!(
            "{} compared by z-score with the standard deviation of the whole population: mean {:.1}, deviation {:.1}; told is z > {}.",
            plural(found.compared as u64, name),
            found.mean,
            found.deviation,
            outlier::THRESHOLD
        )
    };
    let mut blocks = vec![heading(title), says(said)];
    if !found.rows.is_empty() {
        let row = |o: &outlier::Outlier| {
            vec![value(&o.name), number(o.count), Text::plain(format!("{:.2}", o.zscore))]
        };
        let rows = found.rows.iter().take(ANOMALIES).map(row).collect();
        let columns = [("Name", 60), ("Events", 15), ("z", 10)];
        blocks.push(table("", &columns, &[1, 2], rows, found.rows.len() as u64, file));
    }
    blocks
}

fn bursts(report: &Report) -> Vec<Block> {
    let found = &report.detections.anomalies.activity;
    let from = crate::event::time::Time::from_millis(0);
    let width = stretch(from, crate::event::time::Time::from_millis(found.bucket_ms));
    let said = format!(
        "Stretches of {width}, each actor compared with its own; a score above {} counts. Of {} of {} nothing can be said, as they were active in fewer than {} stretches. {} found.",
        found.threshold,
        count(found.silent as u64),
        plural(found.actors as u64, "actor"),
        series::LEAST_BUCKETS,
        count(found.found as u64)
    );
    let mut blocks = vec![heading("Actors that did far more than they usually do"), says(said)];
    if !found.rows.is_empty() {
        let row = |b: &Burst| {
            let calls: Vec<String> =
                b.calls.iter().map(|c| format!("{} ×{}", c.event, count(c.count))).collect();
            vec![
                time(b.start),
                value(&b.actor),
                number(b.events),
                Text::plain(format!("{:.0}", b.usual)),
                Text::plain(format!("{:.1}", b.score)),
                sentence(&calls.join(", ")),
            ]
        };
        let columns =
            [("From (UTC)", 16), ("Actor", 26), ("Events", 8), ("Usual", 8), ("Score", 8), ("Mostly", 36)];
        let rows = found.rows.iter().take(ANOMALIES).map(row).collect();
        blocks.push(table("", &columns, &[2, 3, 4], rows, found.found as u64, "trailhound anomalies"));
    }
    blocks
}

fn odd(report: &Report) -> Vec<Block> {
    let found = &report.detections.anomalies.events;
    let said = format!(
        "An isolation forest over how usual an event is for its actor: {}, {} trees, seed {}, {} % taken for unusual, threshold {:.3}. {} found. results/ has the same over transferred bytes.",
        plural(found.events as u64, "event"),
        found.trees,
        found.seed,
        found.contamination * 100.0,
        found.threshold,
        count(found.found as u64)
    );
    let mut blocks = vec![heading("Events unlike the others"), says(said)];
    if !found.rows.is_empty() {
        let row = |o: &Odd| {
            let causes: Vec<String> =
                o.causes.iter().take(3).map(|c| format!("{}: {}", c.feature.name(), c.words)).collect();
            vec![
                time(o.event.time),
                Text::plain(format!("{:.3}", o.score)),
                value(&o.event.event),
                value(&o.actor),
                value(&o.address),
                sentence(&causes.join("; ")),
            ]
        };
        let columns =
            [("Time (UTC)", 14), ("Score", 7), ("Event", 16), ("Actor", 20), ("From", 14), ("Because", 34)];
        let rows = found.rows.iter().take(ANOMALIES).map(row).collect();
        blocks.push(table("", &columns, &[1], rows, found.found as u64, "trailhound anomalies"));
    }
    blocks
}
