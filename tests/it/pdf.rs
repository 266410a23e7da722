//! A report as PDF, read back by programs of others: poppler's `pdftotext`, `pdffonts` and `pdftoppm`.

use std::path::{Path, PathBuf};
use std::process::Command;

use trailhound::event::time::Time;
use trailhound::report::paper::{Bar, Block, Chart, Column, Look, Marks, Paper, Section, Table, Text};
use trailhound::report::pdf::{Font, PdfOptions, missing, render};
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
            Text::plain(if i.is_multiple_of(4) { "denied" } else { "allowed" }),
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

/// A file of the document in a folder of its own.
struct OnDisk {
    folder: tempfile::TempDir,
}

impl OnDisk {
    fn of(paper: &Paper, fonts: Vec<Font>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bytes = render(paper, &PdfOptions { fonts, ..PdfOptions::default() }).unwrap();
        std::fs::write(folder.path().join("a.pdf"), &bytes).unwrap();
        // To look at: a folder for the documents that the tests make.
        if let Some(kept) = std::env::var_os("TRAILHOUND_KEEP_PDF") {
            let name = paper.title.split(' ').next().unwrap_or("report");
            std::fs::write(Path::new(&kept).join(format!("{name}.pdf")), &bytes).unwrap();
        }
        Self { folder }
    }

    /// What a program of poppler says of the file; `None` where it is not installed.
    fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let asked = Command::new(program).args(arguments).current_dir(self.folder.path()).output();
        let Ok(output) = asked else {
            eprintln!("skipped: {program} is not installed");
            return None;
        };
        let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && complaints.is_empty(), "{program}: {complaints}");
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// How many dark dots each page has.
    fn dark(&self) -> Option<Vec<usize>> {
        self.ask("pdftoppm", &["-r", "40", "-gray", "a.pdf", "page"])?;
        let mut pages: Vec<PathBuf> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "pgm"))
            .collect();
        pages.sort();
        let dark =
            |path: &PathBuf| std::fs::read(path).unwrap().iter().skip(20).filter(|dot| **dot < 160).count();
        Some(pages.iter().map(dark).collect())
    }
}

#[test]
fn another_program_finds_the_text() {
    let file = OnDisk::of(&full(), Vec::new());
    let Some(text) = file.ask("pdftotext", &["-layout", "a.pdf", "-"]) else { return };
    for words in [
        "Keys of a build server used from abroad",
        "Ünïcödé GmbH, Ελλάδα, Россия, İığş",
        "zero\\u{200b}width, \\u{202e}txt.exe, \\u{1b}[31mred, \\u{1f642}",
        "Contents",
        "1,234 more rows: timeline.csv",
        "EVID-60",
        "Hours of the week",
        "\"accessKeyId\": \"AKIAIOSFODNN7EXAMPLE\"",
    ] {
        assert!(text.contains(words), "{words} is not in:\n{text}");
    }
    let pages = text.matches('\u{c}').count();
    for number in 1..=pages {
        assert!(text.contains(&format!("{number}/{pages}")), "{number}/{pages}");
    }
}

#[test]
fn another_program_draws_every_page() {
    let file = OnDisk::of(&full(), Vec::new());
    let Some(dark) = file.dark() else { return };
    assert!(dark.len() > 8);
    assert!(dark.iter().all(|dots| *dots > 400), "{dark:?}");
}

#[test]
fn all_fonts_are_embedded_in_part_and_say_their_text() {
    let file = OnDisk::of(&full(), Vec::new());
    let Some(fonts) = file.ask("pdffonts", &["a.pdf"]) else { return };
    let lines: Vec<&str> = fonts.lines().skip(2).collect();
    assert!(lines.len() >= 3);
    assert!(lines.iter().all(|line| line.contains("yes yes yes") && line.contains("Identity-H")), "{fonts}");
}

/// Fonts of systems: a collection with CFF outlines, a collection with TrueType outlines, single files.
const SYSTEM: [(&str, &str); 4] = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "김민수 張偉 すずき 東京都"),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "김민수 張偉 すずき 東京都"),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", "張偉 すずき 東京都"),
    ("/usr/share/fonts/truetype/nanum/NanumGothic.ttf", "김민수"),
];

#[test]
fn fonts_of_the_system_give_letters_to_asia() {
    let mut tried = 0;
    for (path, names) in SYSTEM {
        let Ok(bytes) = std::fs::read(path) else { continue };
        let font = || vec![Font { name: path.to_owned(), bytes: bytes.clone() }];
        let text = |words: &str| Paper {
            title: "Asia".into(),
            sections: vec![Section {
                title: "Names".into(),
                blocks: vec![Block::Text(words.repeat(20).into())],
                ..Section::default()
            }],
            ..Paper::default()
        };
        assert!(missing(&text(names), &font()).unwrap().is_empty(), "{path}");
        let file = OnDisk::of(&text(names), font());
        let size = std::fs::metadata(file.folder.path().join("a.pdf")).unwrap().len();
        assert!(size < 60_000, "{path}: only what is used is embedded, not {size} bytes");
        let Some(found) = file.ask("pdftotext", &["-layout", "a.pdf", "-"]) else { return };
        assert!(found.contains(names), "{path}: {found}");
        let nothing = OnDisk::of(&text(""), font()).dark().unwrap();
        let drawn = file.dark().unwrap();
        let (drawn, nothing) = (drawn.last().unwrap(), nothing.last().unwrap());
        assert!(*drawn > nothing + 500, "{path}: the letters must be seen, not only be found");
        tried += 1;
    }
    if tried == 0 {
        eprintln!("skipped: no font for Chinese, Japanese or Korean is installed");
    }
}
