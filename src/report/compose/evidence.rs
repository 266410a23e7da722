//! What the report rests on: files with hashes, queries, records, words.

use super::findings::{anchor, record_anchor};
use super::{heading, number, says, section, table};
use crate::report::model::{Evidence, Report, Used};
use crate::report::paper::{Block, Look, Section, Text};

/// How many files are listed.
const FILES: usize = 500;

/// The files that were read.
pub(super) fn inventory(report: &Report) -> Section {
    if report.evidence.is_empty() {
        return section("evidence", "Evidence inventory", vec![says("No files were read.")]);
    }
    let row = |e: &Evidence| {
        let hash = match (&e.sha256, &e.note) {
            (Some(hash), None) => Text::value(hash),
            (Some(hash), Some(note)) => Text::value(hash).and(Look::Strong, format!(" ({note})")),
            (None, note) => Text::new().and(Look::Strong, note.clone().unwrap_or_default()),
        };
        vec![Text::plain(&e.id), Text::value(&e.name), number(e.size), hash]
    };
    let columns = [("Id", 8), ("File", 44), ("Bytes", 12), ("SHA-256, as acquired", 46)];
    let rows = report.evidence.iter().take(FILES).map(row).collect();
    let blocks = vec![
        says(
            "The hash of the data set on the cover is that of the sorted hashes below, each on a line of its own.",
        ),
        table("", &columns, &[2], rows, report.evidence.len() as u64, "report.json"),
    ];
    section("evidence", "Evidence inventory", blocks)
}

/// The queries behind the parts of the report.
pub(super) fn queries(report: &Report) -> Section {
    let row = |used: &Used| {
        let query = if used.query.is_empty() { Text::plain("every event") } else { Text::value(&used.query) };
        vec![query, number(used.found)]
    };
    let rows: Vec<Vec<Text>> = report.queries.iter().map(row).collect();
    let total = rows.len() as u64;
    let columns = [("Query", 80), ("Found", 12)];
    section("queries", "Queries", vec![table("", &columns, &[1], rows, total, "report.json")])
}

/// Records and words.
pub(super) fn appendix(report: &Report) -> Section {
    let mut blocks = Vec::new();
    if !report.records.is_empty() {
        blocks.push(heading("Records of cited events"));
        blocks.push(says(
            "As they stand in the files, but for indents and values that let somebody in. Not defanged.",
        ));
    }
    for record in &report.records {
        blocks.push(Block::Text(
            Text::plain("Of ")
                .link(Look::Plain, format!("finding {}", record.finding), anchor(record.finding))
                .and(Look::Plain, ", in ")
                .and(Look::Value, &record.file)
                .and(Look::Plain, format!(" at byte {}:", record.offset)),
        ));
        blocks.push(Block::Code {
            caption: format!("Event {}", record.id),
            text: record.text.clone(),
            anchor: record_anchor(record.finding),
        });
    }
    blocks.push(heading("Words"));
    let term = |t: &crate::report::model::Term| (t.term.to_owned(), Text::plain(t.meaning));
    blocks.push(Block::Facts(report.glossary.iter().map(term).collect()));
    section("appendix", "Appendix", blocks)
}
