//! From what a report states to how it is read: the sections of a [`Paper`], in reading order.
//!
//! A list that is too long for a page is cut, and says how much more there is and in which file. Addresses and links
//! are written so that no form makes them something to click on. No form adds or leaves out anything.

mod evidence;
mod findings;
mod frame;
mod seen;
mod trails;

pub(crate) use frame::services;

use crate::event::time::Time;
use crate::report::defang;
use crate::report::model::Report;
use crate::report::paper::{Block, Column, Look, Paper, Section, Table, Text};
use crate::text::count;

/// A report as sections and blocks.
pub fn paper(report: &Report) -> Paper {
    let cover = &report.cover;
    let sections = vec![
        frame::summary(report),
        frame::overview(report),
        frame::scope(report),
        findings::findings(report),
        findings::timeline(report),
        trails::trails(report),
        seen::attack(report),
        trails::blast(report),
        seen::indicators(report),
        seen::users(report),
        seen::detections(report),
        findings::recommendations(report),
        frame::limitations(report),
        evidence::inventory(report),
        evidence::queries(report),
        evidence::appendix(report),
    ];
    let footer = [cover.case.as_str(), cover.title.as_str(), cover.report_id.as_str()];
    let footer: Vec<&str> = footer.into_iter().filter(|part| !part.is_empty()).collect();
    Paper {
        title: cover.title.clone(),
        subtitle: frame::subtitle(report),
        classification: cover.tlp.map(|tlp| tlp.label().to_owned()).unwrap_or_default(),
        facts: frame::facts(report),
        footer: footer.join(" · "),
        made: cover.made.as_deref().map(|made| Time::parse(made.as_bytes())),
        sections,
    }
}

fn section(anchor: &str, title: &str, blocks: Vec<Block>) -> Section {
    Section { anchor: anchor.to_owned(), title: title.to_owned(), blocks }
}

fn heading(title: &str) -> Block {
    Block::Heading { title: title.to_owned(), anchor: String::new() }
}

fn says(text: impl Into<String>) -> Block {
    Block::Text(Text::plain(text))
}

/// A table of at most `most` of the rows; where the rest is stands below it.
fn table(
    caption: &str,
    columns: &[(&str, u16)],
    numbers: &[usize],
    rows: Vec<Vec<Text>>,
    total: u64,
    place: &str,
) -> Block {
    let column = |(n, &(title, share)): (usize, &(&str, u16))| {
        let column = Column::new(title, share);
        if numbers.contains(&n) { column.right() } else { column }
    };
    let more = total.saturating_sub(rows.len() as u64);
    Block::Table(Table {
        caption: caption.to_owned(),
        columns: columns.iter().enumerate().map(column).collect(),
        rows,
        more: (more > 0).then(|| (more, place.to_owned())),
    })
}

/// A value out of the log; an address is defanged.
fn value(text: &str) -> Text {
    if text.is_empty() { Text::new() } else { Text::value(defang::value(text)) }
}

/// Several values, a comma between them.
fn values(texts: &[String]) -> Text {
    let mut out = Text::new();
    for (n, text) in texts.iter().enumerate() {
        if n > 0 {
            out = out.and(Look::Plain, ", ");
        }
        out = out.and(Look::Value, defang::value(text));
    }
    out
}

fn number(n: u64) -> Text {
    Text::plain(count(n))
}

fn time(time: Time) -> Text {
    Text::plain(if time.is_known() { time.to_string() } else { "unknown".to_owned() })
}

/// A sentence with text of the log in it.
fn sentence(text: &str) -> Text {
    Text::plain(defang::sentence(text))
}
