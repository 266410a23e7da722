//! Findings, timeline and recommendations.

use super::{says, section, sentence, table, time, value, values};
use crate::event::time::Time;
use crate::report::model::{Advice, Finding, Moment, Report};
use crate::report::paper::{Block, Chart, Look, Marks, Section, Text};
use crate::text::{count, plural};

/// How many findings are told in full, and how many more in a table.
const IN_FULL: usize = 20;
const IN_TABLE: usize = 60;

/// The anchor of a finding.
pub(super) fn anchor(finding: u32) -> String {
    format!("finding-{finding}")
}

/// The anchor of a cited record.
pub(super) fn record_anchor(finding: u32) -> String {
    format!("record-{finding}")
}

/// The findings.
pub(super) fn findings(report: &Report) -> Section {
    let mut blocks = Vec::new();
    if report.findings.is_empty() {
        blocks.push(says(
            "Nothing was found at medium level or above. That is no proof that nothing happened; see the limitations.",
        ));
    } else {
        blocks.push(overview(report));
        for finding in report.findings.iter().take(IN_FULL) {
            blocks.extend(in_full(report, finding));
        }
    }
    section("findings", "Key findings", blocks)
}

fn overview(report: &Report) -> Block {
    let row = |f: &Finding| {
        let number = f.number.to_string();
        let number = if f.number as usize <= IN_FULL {
            Text::new().link(Look::Plain, number, anchor(f.number))
        } else {
            Text::plain(number)
        };
        vec![
            number,
            Text::new().and(Look::Level(f.level), f.level.name()),
            sentence(&f.title),
            value(&f.actor),
            time(f.first),
            super::number(f.events),
            techniques(f),
        ]
    };
    let columns = [
        ("#", 4),
        ("Level", 8),
        ("Finding", 30),
        ("Actor", 22),
        ("First (UTC)", 15),
        ("Events", 7),
        ("Techniques", 14),
    ];
    let rows = report.findings.iter().take(IN_TABLE).map(row).collect();
    table(
        "All findings, the gravest first",
        &columns,
        &[0, 5],
        rows,
        report.findings.len() as u64,
        "findings.csv",
    )
}

fn techniques(f: &Finding) -> Text {
    let ids: Vec<&str> = f.techniques.iter().map(|t| t.id.as_str()).collect();
    Text::plain(ids.join(", "))
}

fn in_full(report: &Report, f: &Finding) -> Vec<Block> {
    let title = format!("{}. {}", f.number, crate::report::defang::sentence(&f.title));
    let outcome = format!(
        "{}: {} done, {} denied, {} else",
        plural(f.events, "event"),
        count(f.done),
        count(f.denied),
        count(f.events.saturating_sub(f.done).saturating_sub(f.denied))
    );
    let level = Text::new().and(Look::Level(f.level), f.level.name());
    let level = level.and(Look::Plain, format!(" ({} points)", f.event.risk));
    let names: Vec<String> = f.techniques.iter().map(|t| format!("{} {}", t.id, t.name)).collect();
    let what = Text::value(&f.actor)
        .and(Look::Plain, " ")
        .and(Look::Plain, crate::report::defang::sentence(&f.what));
    let mut facts = vec![
        ("Level".to_owned(), level),
        ("What".to_owned(), what),
        ("When (UTC)".to_owned(), span(f.first, f.last)),
        ("Events".to_owned(), Text::plain(outcome)),
        ("From".to_owned(), values(&f.addresses)),
        ("On".to_owned(), values(&f.targets)),
        ("ATT&CK".to_owned(), Text::plain(names.join(", "))),
        ("Rule".to_owned(), f.rule.as_deref().map(value).unwrap_or_default()),
        ("Why".to_owned(), sentence(&f.why.join("; "))),
        ("Evidence".to_owned(), evidence(report, f)),
    ];
    facts.retain(|(_, text)| !text.words().is_empty());
    vec![Block::Heading { title, anchor: anchor(f.number) }, Block::Facts(facts)]
}

/// From when to when; one time where both are the same.
fn span(first: Time, last: Time) -> Text {
    if first == last { time(first) } else { Text::plain(format!("{first} to {last}")) }
}

/// The ids of the first events, the one whose record is in the appendix with a link to it.
fn evidence(report: &Report, f: &Finding) -> Text {
    const IDS: usize = 5;
    let cited = report.records.iter().any(|r| r.finding == f.number);
    let mut out = if cited {
        Text::new().link(Look::Value, &f.event.id, record_anchor(f.number))
    } else {
        Text::value(&f.event.id)
    };
    let others = f.ids.iter().filter(|id| **id != f.event.id).take(IDS - 1);
    let mut told = 1;
    for id in others {
        out = out.and(Look::Plain, ", ").and(Look::Value, id);
        told += 1;
    }
    match f.events.saturating_sub(told) {
        0 => out,
        more => out.and(Look::Muted, format!(" and {} more", count(more))),
    }
}

/// The timeline.
pub(super) fn timeline(report: &Report) -> Section {
    let t = &report.timeline;
    let mut blocks = Vec::new();
    if !t.activity.buckets.is_empty() {
        blocks.push(Block::Chart(Chart {
            title: "All events over time, by level".to_owned(),
            marks: Marks::Activity {
                start: t.activity.from,
                step: t.activity.step_seconds,
                buckets: t.activity.buckets.clone(),
            },
        }));
    }
    if t.lines.is_empty() {
        blocks.push(says("No event ranks at medium level or above."));
        return section("timeline", "Timeline", blocks);
    }
    let columns = [
        ("Time (UTC)", 14),
        ("Level", 7),
        ("Actor", 18),
        ("From", 13),
        ("Action", 17),
        ("On", 18),
        ("Outcome", 8),
        ("Event", 14),
    ];
    let rows = t.lines.iter().map(moment).collect();
    blocks.push(says(
        "Events at medium level and above; what one session repeats is one line, with how often.",
    ));
    blocks.push(table("", &columns, &[], rows, t.total, "timeline.csv"));
    section("timeline", "Timeline", blocks)
}

fn moment(m: &Moment) -> Vec<Text> {
    let mut action = Text::plain(format!("{} ", m.service)).and(Look::Value, &m.action);
    if m.times > 1 {
        action = action.and(Look::Strong, format!(" ×{}", count(m.times)));
    }
    vec![
        time(m.first),
        Text::new().and(Look::Level(m.level), m.level.name()),
        value(&m.actor),
        value(&m.address),
        action,
        value(&m.target),
        Text::plain(m.outcome),
        value(&m.id),
    ]
}

/// What to do next.
pub(super) fn recommendations(report: &Report) -> Section {
    let mut blocks = Vec::new();
    if report.recommendations.is_empty() {
        blocks.push(says("Nothing follows from what was found."));
    } else {
        blocks.push(says(
            "A checklist that follows from what was found; what is right for the account is for people to decide.",
        ));
    }
    let row =
        |a: &Advice| vec![Text::plain("☐"), Text::plain(a.kind), sentence(&a.text), sentence(&a.because)];
    let rows: Vec<Vec<Text>> = report.recommendations.iter().map(row).collect();
    let total = rows.len() as u64;
    if total > 0 {
        let columns = [("", 3), ("Kind", 10), ("What", 55), ("Because", 32)];
        blocks.push(table("", &columns, &[], rows, total, "report.json"));
    }
    let policies = report.recommendations.iter().filter_map(|a| Some((a, a.policy.as_deref()?)));
    for (advice, policy) in policies.take(3) {
        blocks.push(Block::Code {
            caption: format!("Policy for: {}", crate::report::defang::sentence(&advice.text)),
            text: policy.to_owned(),
            anchor: String::new(),
        });
    }
    section("recommendations", "Recommendations", blocks)
}
