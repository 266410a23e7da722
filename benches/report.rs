//! What a report on paper costs: `cargo bench --bench report`.
//!
//! A timeline of 10,000 rows is the largest table that a report has in full.

use trailhound::event::time::Time;
use trailhound::report::paper::{Block, Column, Look, Paper, Section, Table, Text};
use trailhound::report::pdf::{PdfOptions, render};
use trailhound::score::Level;

fn main() {
    divan::main();
}

/// A report with a timeline of that many rows, each with a link.
fn timeline(rows: u32) -> Paper {
    let columns = vec![
        Column::new("Time (UTC)", 13),
        Column::new("Actor", 22),
        Column::new("Source", 11),
        Column::new("Action", 17),
        Column::new("Target", 28),
        Column::new("Outcome", 9),
        Column::new("Points", 6).right(),
        Column::new("Evidence", 8),
    ];
    let table = Table { columns, rows: (0..rows).map(row).collect(), ..Table::default() };
    let section =
        Section { anchor: "timeline".into(), title: "Timeline".into(), blocks: vec![Block::Table(table)] };
    Paper {
        title: "Bench".into(),
        classification: "TLP:AMBER".into(),
        sections: vec![section],
        ..Paper::default()
    }
}

fn row(i: u32) -> Vec<Text> {
    let time = Time::from_civil(2026, 1, 9, 6, 0, 0).plus_millis(i64::from(i) * 61_000);
    let level = Level::of((i % 100) as u8);
    vec![
        time.to_string().into(),
        Text::value(format!("arn:aws:sts::111122223333:assumed-role/deploy/session-{}", i % 977)),
        Text::value(format!("203.0.113.{}", i % 250)),
        "s3:GetObject".into(),
        Text::value(format!("arn:aws:s3:::example-bucket/backups/2026/01/{i:05}/customers.parquet")),
        Text::plain(if i.is_multiple_of(4) { "denied" } else { "allowed" }),
        Text::new().and(Look::Level(level), (i % 100).to_string()),
        Text::new().link(Look::Plain, format!("EVID-{i}"), "timeline"),
    ]
}

#[divan::bench(args = [0, 100, 1000, 10_000], sample_count = 5, sample_size = 1)]
fn pdf(bencher: divan::Bencher<'_, '_>, rows: u32) {
    let paper = timeline(rows);
    bencher.bench_local(|| render(&paper, &PdfOptions::default()).map_or(0, |bytes| bytes.len()));
}
