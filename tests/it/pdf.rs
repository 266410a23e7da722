//! A report as PDF, read back by programs of others: poppler's `pdftotext`, `pdffonts` and `pdftoppm`.

use std::path::{Path, PathBuf};
use std::process::Command;

use trailhound::event::time::Time;
use trailhound::report::paper::{Bar, Block, Chart, Column, Look, Marks, Paper, Section, Table, Text};
use trailhound::report::pdf::{Font, PdfOptions, render};
use trailhound::score::Level;

const START: Time = Time::from_civil(2026, 1, 9, 6, 0, 0);

/// A report with everything in it.
fn full() -> Paper {
    Paper {
        title: "Keys of a build server used from abroad".into(),
        subtitle: "How an access key of ci-runner came to read 4,120 objects, and what was left behind"
            .into(),
        classification: "TLP:AMBER+STRICT".into(),
        facts: facts(),
        footer: "Example Ltd · case 2026-017".into(),
        made: Some(Time::from_civil(2026, 1, 12, 8, 30, 0)),
        sections: vec![summary(), charts(), timeline(60), records()],
    }
}

fn facts() -> Vec<(String, Text)> {
    let row = |name: &str, value: Text| (name.to_owned(), value);
    vec![
        row("Case", "2026-017".into()),
        row("Analyst", "Çağlar Işık".into()),
        row("Organization", "Ünïcödé GmbH, Ελλάδα, Россия, İığş".into()),
        row("Made", "2026-01-12T08:30:00Z".into()),
        row("Tool", "trailhound 0.1.0".into()),
        row(
            "Data set",
            Text::value("sha256:3f786850e387550fdab836ed7e6dc881de23001b3f786850e387550fdab836ed"),
        ),
        row(
            "Confidence",
            Text::new().and(Look::Level(Level::High), "high").and(Look::Muted, ", by two sources"),
        ),
    ]
}

fn summary() -> Section {
    let text = Text::plain("An access key of ")
        .and(Look::Value, "arn:aws:iam::111122223333:user/ci-runner")
        .and(Look::Plain, " was used from an address that no one of the organization knows. It took ")
        .and(Look::Strong, "37 minutes")
        .and(Look::Plain, " from the first call to a new administrator. Risk: ")
        .and(Look::Level(Level::Critical), "critical")
        .and(Look::Plain, ". The calls are listed in ")
        .link(Look::Plain, "the timeline", "timeline")
        .and(Look::Plain, ", the record of the first one is ")
        .link(Look::Value, "EVID-1", "evid-1")
        .and(Look::Plain, ".");
    let odd = "Names as they came: zero\u{200b}width, \u{202e}txt.exe, \u{1b}[31mred, 🙂, tab\there, שלום, e\u{301}.";
    Section {
        anchor: "summary".into(),
        title: "Summary".into(),
        blocks: vec![
            Block::Text(text),
            Block::Text(odd.into()),
            Block::Heading { title: "What is known".into(), anchor: "known".into() },
            Block::List(vec![
                "The key was made on 2025-03-01 and never changed.".into(),
                Text::plain("Its first use from ").and(Look::Value, "203.0.113.7").and(Look::Plain, " was on 2026-01-09."),
                "A sentence that goes on and on, so that it can be seen how the second line of a point stands below the first one and not below its mark, which is what everybody expects of a list of points.".into(),
                "김민수, 張偉, すずき and 東京都 are names of people and places.".into(),
            ]),
            Block::Facts(facts()),
        ],
    }
}

fn charts() -> Section {
    let bar = |name: &str, value: f64, level| Bar { name: name.into(), value, level };
    let services = ["s3", "iam", "ec2", "sts", "kms", "logs", "cloudtrail", "lambda"];
    let bars = services.iter().enumerate().map(|(i, name)| bar(name, 4120.0 / (i * i + 1) as f64, None));
    let actors = vec![
        bar("arn:aws:iam::111122223333:user/ci-runner", 96.0, Some(Level::Critical)),
        bar(
            "arn:aws:sts::111122223333:assumed-role/OrganizationAccountAccessRole/a-very-long-session-name-of-somebody",
            71.0,
            Some(Level::High),
        ),
        bar("deploy", 38.5, Some(Level::Low)),
    ];
    let buckets = (0..72u64).map(|i| {
        let wave = (i % 24) * (24 - i % 24);
        [wave * 3, wave / 2, u64::from(i > 40) * 30, u64::from(i == 50) * 60, u64::from(i == 51) * 25]
    });
    let normal = (0..400).map(|i| (f64::from(i * 37 % 1000) * 40.0, f64::from(i * 91 % 700) + 10.0));
    let hours: Vec<String> = (0..24).map(|h| format!("{h:02}")).collect();
    let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let cells =
        (0..7u64).map(|d| (0..24u64).map(|h| if d > 4 { 0 } else { (h * (24 - h) * (d + 1)) / 3 }).collect());
    let regions = ["us-east-1", "eu-central-1", "ap-northeast-2", "sa-east-1", "af-south-1"];
    let chart = |title: &str, marks| Block::Chart(Chart { title: title.into(), marks });
    Section {
        anchor: "charts".into(),
        title: "In pictures".into(),
        blocks: vec![
            chart("Events by service", Marks::Bars { unit: "events".into(), bars: bars.collect() }),
            chart("Risk by actor", Marks::Bars { unit: "points".into(), bars: actors }),
            chart("Activity", Marks::Activity { start: START, step: 3600, buckets: buckets.collect() }),
            chart(
                "Transfers",
                Marks::Scatter {
                    x: "bytes out".into(),
                    y: "bytes in".into(),
                    normal: normal.collect(),
                    odd: vec![(900_000.0, 12.0), (41_000.0, 690.0)],
                },
            ),
            chart(
                "Hours of the week",
                Marks::Field {
                    rows: days.map(String::from).to_vec(),
                    columns: hours,
                    cells: cells.collect(),
                },
            ),
            chart(
                "Services by region",
                Marks::Field {
                    rows: services.map(String::from).to_vec(),
                    columns: regions.map(String::from).to_vec(),
                    cells: vec![vec![1, 20, 300, 0, 5]; 8],
                },
            ),
        ],
    }
}

fn timeline(rows: u64) -> Section {
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
    let row = |i: u64| -> Vec<Text> {
        let level = Level::ALL[(i % 5) as usize];
        vec![
            START.plus_millis(i as i64 * 61_000).to_string().into(),
            Text::value(format!("arn:aws:iam::111122223333:user/ci-runner-{}", i % 7)),
            Text::value(format!("203.0.113.{}", i % 250)),
            Text::plain(["iam:CreateAccessKey", "s3:GetObject", "sts:AssumeRole"][(i % 3) as usize]),
            Text::value(format!(
                "arn:aws:s3:::example-bucket-with-a-long-name/backups/2026/01/{i:05}/customers.parquet"
            )),
            Text::plain(if i % 4 == 0 { "denied" } else { "allowed" }),
            Text::new().and(Look::Level(level), format!("{}", (i * 7) % 100)),
            Text::new().link(Look::Plain, format!("EVID-{i}"), "evid-1"),
        ]
    };
    let table = Table {
        caption: "Calls in order of time".into(),
        columns,
        rows: (1..=rows).map(row).collect(),
        more: Some((1234, "timeline.csv".into())),
    };
    Section {
        anchor: "timeline".into(),
        title: "Timeline".into(),
        blocks: vec![Block::Text("All times are UTC.".into()), Block::Table(table)],
    }
}

fn records() -> Section {
    let record = "{\n  \"eventVersion\": \"1.09\",\n\t\"userIdentity\": {\"type\": \"IAMUser\", \"arn\": \"arn:aws:iam::111122223333:user/ci-runner\", \"accountId\": \"111122223333\", \"accessKeyId\": \"AKIAIOSFODNN7EXAMPLE\", \"userName\": \"ci-runner\", \"note\": \"東京 🙂\"},\n  \"eventTime\": \"2026-01-09T06:01:01Z\"\n}";
    Section {
        anchor: "records".into(),
        title: "Records".into(),
        blocks: vec![
            Block::Heading { title: "Cited events".into(), anchor: String::new() },
            Block::Code { caption: "EVID-1".into(), text: record.into(), anchor: "evid-1".into() },
            Block::Code {
                caption: String::new(),
                text: "actor:ci-runner AND action:Create*".into(),
                anchor: String::new(),
            },
        ],
    }
}

#[test]
fn look() {
    let fonts = std::env::var("FONTS").unwrap_or_default();
    let fonts = fonts
        .split(':')
        .filter(|f| !f.is_empty())
        .map(|f| Font { name: f.into(), bytes: std::fs::read(f).unwrap() })
        .collect();
    let t = std::time::Instant::now();
    let bytes = render(&full(), &PdfOptions { fonts, author: String::new() }).unwrap();
    eprintln!("{:?} {} bytes", t.elapsed(), bytes.len());
    std::fs::write("/tmp/th/pdf-look.pdf", bytes).unwrap();
}
