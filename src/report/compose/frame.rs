//! Cover, summary, overview, scope and limitations.

use super::{heading, number, says, section, sentence, table, time, value};
use crate::report::model::{Counted, PlainEvent, Report};
use crate::report::paper::{Bar, Block, Chart, Look, Marks, Section, Text};
use crate::text::{count, plural};

/// The file with the events of a report.
pub(super) const EVENTS: &str = "events.csv";

/// One sentence below the title.
pub(super) fn subtitle(report: &Report) -> String {
    match (&report.scope.covered_from, &report.scope.covered_to) {
        (Some(from), Some(to)) => format!("{}, {from} to {to}", plural(report.scope.events, "event")),
        _ => "no events".to_owned(),
    }
}

/// What the cover states.
pub(super) fn facts(report: &Report) -> Vec<(String, Text)> {
    let c = &report.cover;
    let rules = format!("{}, {}", c.ruleset.name, plural(c.ruleset.rules, "rule"));
    let all = [
        ("Case", c.case.as_str(), Look::Plain),
        ("Organization", &c.organization, Look::Plain),
        ("Analyst", &c.analyst, Look::Plain),
        ("Made (UTC)", c.made.as_deref().unwrap_or_default(), Look::Plain),
        ("Report id", &c.report_id, Look::Value),
        ("Tool", &format!("{} {}", c.tool, c.version), Look::Plain),
        ("Rules", &rules, Look::Plain),
        ("SHA-256 of the rules", &c.ruleset.sha256, Look::Value),
        ("Points", &c.scoring, Look::Plain),
        ("ATT&CK", &c.attack_version, Look::Plain),
        ("SHA-256 of the data set", &c.dataset_sha256, Look::Value),
    ];
    let said = all.into_iter().filter(|(_, text, _)| !text.is_empty());
    said.map(|(name, text, look)| (name.to_owned(), Text::new().and(look, text))).collect()
}

/// The summary.
pub(super) fn summary(report: &Report) -> Section {
    let sentences = report.summary.iter().map(|text| Block::Text(sentence(text))).collect();
    section("summary", "Executive summary", sentences)
}

/// Counts, services and events as older analyzers report them.
pub(super) fn overview(report: &Report) -> Section {
    let o = &report.overview;
    let names = |rows: &[crate::anomaly::outlier::Outlier]| match rows {
        [] => Text::plain("none"),
        rows => {
            let told: Vec<String> =
                rows.iter().take(5).map(|r| format!("{} ({})", r.name, count(r.count))).collect();
            let more = rows.len().saturating_sub(told.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            Text::plain(format!("{}{more}", told.join(", ")))
        }
    };
    let mut blocks = vec![
        Block::Facts(vec![
            ("Events".to_owned(), number(o.total_events)),
            ("Average risk score".to_owned(), Text::plain(format!("{:.1}", o.average_risk))),
            ("Average points".to_owned(), Text::plain(format!("{:.1}", o.average_points))),
            ("Users with far more events than others".to_owned(), names(&o.anomalous_users.rows)),
            ("Actions far more frequent than others".to_owned(), names(&o.anomalous_actions.rows)),
        ]),
        says(
            "The risk score is that of the table of sensitive calls, as in alerts.csv; points are trailhound's own.",
        ),
    ];
    if !o.services.is_empty() {
        blocks.push(Block::Chart(services(report)));
    }
    for (title, events) in [("The 5 riskiest events", &o.riskiest), ("The 5 most recent events", &o.latest)] {
        if !events.is_empty() {
            blocks.push(heading(title));
            blocks.push(plain_events(events));
        }
    }
    section("overview", "Overview", blocks)
}

/// The chart of the services with most events.
pub(crate) fn services(report: &Report) -> Chart {
    let bar = |c: &Counted| Bar { name: c.name.clone(), value: c.count as f64, level: None };
    Chart {
        title: "Events by service".to_owned(),
        marks: Marks::Bars {
            unit: "events".to_owned(),
            bars: report.overview.services.iter().map(bar).collect(),
        },
    }
}

fn plain_events(events: &[PlainEvent]) -> Block {
    let row = |e: &PlainEvent| {
        vec![
            Text::plain(e.time.clone().unwrap_or_default()),
            value(&e.actor),
            value(&e.service),
            value(&e.action),
            value(&e.result),
            number(e.risk_score.into()),
            number(e.points.into()),
            sentence(&e.reason),
        ]
    };
    let columns = [
        ("Time (UTC)", 16),
        ("User", 18),
        ("Service", 11),
        ("Action", 16),
        ("Result", 12),
        ("Risk", 5),
        ("Points", 6),
        ("Reason", 18),
    ];
    table("", &columns, &[5, 6], events.iter().map(row).collect(), events.len() as u64, EVENTS)
}

/// How many accounts and regions are told.
const PLACES: usize = 20;

/// Scope and visibility.
pub(super) fn scope(report: &Report) -> Section {
    let s = &report.scope;
    let range = |from: &Option<String>, to: &Option<String>, none: &str| match (from, to) {
        (None, None) => Text::plain(none),
        (from, to) => Text::plain(format!(
            "{} to {}",
            from.as_deref().unwrap_or("the first event"),
            to.as_deref().unwrap_or("the last event")
        )),
    };
    let query = if s.query.is_empty() { Text::plain("every event") } else { Text::value(&s.query) };
    let loaded = format!(
        "{} from {}; {} repeated and folded, {} sharing an id with another of other content, {} unreadable, {} digest files left out",
        plural(s.records, "record"),
        plural(s.files, "file"),
        count(s.duplicates),
        count(s.conflicts),
        count(s.rejected),
        count(s.digests)
    );
    let mut facts = vec![
        ("Sources".to_owned(), super::values(&s.sources)),
        ("Query".to_owned(), query),
        ("Requested".to_owned(), range(&s.requested_from, &s.requested_to, "all that was loaded")),
        ("Covered".to_owned(), range(&s.covered_from, &s.covered_to, "nothing")),
        ("Loaded".to_owned(), Text::plain(loaded)),
        ("In this report".to_owned(), Text::plain(plural(s.events, "event"))),
    ];
    for (name, counts) in
        [("Classes of events", &s.classes), ("Accounts", &s.accounts), ("Regions", &s.regions)]
    {
        facts.push((name.to_owned(), counted(counts)));
    }
    let passed = s.passed_over.iter().map(|(what, n)| format!("{what} (×{})", count(*n)));
    let passed: Vec<String> = passed.collect();
    if !passed.is_empty() {
        facts.push(("Passed over".to_owned(), sentence(&passed.join(", "))));
    }
    let mut blocks = vec![Block::Facts(facts)];
    logging(report, &mut blocks);
    gaps(report, &mut blocks);
    section("scope", "Scope and visibility", blocks)
}

fn counted(counts: &[Counted]) -> Text {
    let mut out = Text::new();
    for (n, c) in counts.iter().take(PLACES).enumerate() {
        let comma = if n > 0 { ", " } else { "" };
        out = out.and(Look::Plain, comma).and(Look::Value, &c.name);
        out = out.and(Look::Muted, format!(" ({})", count(c.count)));
    }
    match counts.len().saturating_sub(PLACES) {
        0 if counts.is_empty() => Text::plain("none"),
        0 => out,
        more => out.and(Look::Plain, format!(" and {more} more")),
    }
}

fn logging(report: &Report, blocks: &mut Vec<Block>) {
    let s = &report.scope;
    blocks.push(heading("Changes of what is logged, or who watches"));
    if s.logging_changes.is_empty() {
        blocks.push(says("None were seen."));
        return;
    }
    let row = |c: &crate::report::model::LoggingChange| {
        vec![
            time(c.event.time),
            value(&c.event.event),
            value(&c.target),
            value(&c.actor),
            value(&c.account),
            Text::plain(c.event.outcome),
            value(&c.event.id),
        ]
    };
    let columns = [
        ("Time (UTC)", 16),
        ("Call", 16),
        ("On", 20),
        ("Actor", 18),
        ("Account", 10),
        ("Outcome", 8),
        ("Event", 18),
    ];
    let rows = s.logging_changes.iter().map(row).collect();
    blocks.push(table("", &columns, &[], rows, s.logging_changes_total, EVENTS));
}

fn gaps(report: &Report, blocks: &mut Vec<Block>) {
    let s = &report.scope;
    blocks.push(heading("Hours without events"));
    if s.gaps.is_empty() {
        blocks.push(says(
            "No account that has events in most hours is without any for three hours or more in a row.",
        ));
        return;
    }
    let row = |g: &crate::report::model::Gap| {
        vec![value(&g.account), time(g.from), time(g.to), number(u64::try_from(g.hours).unwrap_or(0))]
    };
    let columns = [("Account", 20), ("From (UTC)", 20), ("To (UTC)", 20), ("Hours", 10)];
    blocks.push(table("", &columns, &[3], s.gaps.iter().map(row).collect(), s.gaps_total, "report.json"));
}

/// What the report cannot say.
pub(super) fn limitations(report: &Report) -> Section {
    let points = report.limitations.iter().map(|text| sentence(text)).collect();
    section("limitations", "Limitations", vec![Block::List(points)])
}
