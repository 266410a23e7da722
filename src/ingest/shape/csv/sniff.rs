//! Telling by its header whether text is a table with columns of CloudTrail.

use super::Layout;
use super::split::{self, Dialect, End};
use crate::ingest::shape::table::Columns;

/// The most columns that are believed to be a header.
const MAX_COLUMNS: usize = 1024;
/// How many lines may stand before the header: blanks, rules, comments, `sep=;`.
const MAX_PREAMBLE: usize = 8;

/// The layout of the table that `first` begins with.
pub(super) fn layout(first: &[u8]) -> Option<Layout> {
    let mut at = if first.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    for _ in 0..MAX_PREAMBLE {
        let rest = first.get(at..)?;
        let line = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        if !is_preamble(rest.get(..line)?) {
            return header(first, at);
        }
        at += line;
    }
    None
}

fn is_preamble(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.is_empty() || line.starts_with(b"#") || line.starts_with(b"sep=") || split::is_rule(line)
}

fn header(first: &[u8], at: usize) -> Option<Layout> {
    let text = first
        .get(at..)
        .filter(|text| !matches!(text.trim_ascii_start().first(), None | Some(b'{' | b'[' | b'<')))?;
    let layouts =
        [b',', b'\t', b';', b'|'].into_iter().filter_map(|delimiter| with_delimiter(text, at, delimiter));
    layouts.max_by_key(|layout| layout.columns.len())
}

fn with_delimiter(text: &[u8], at: usize, delimiter: u8) -> Option<Layout> {
    let dialect = Dialect { delimiter, drawn: delimiter == b'|' && is_drawn(text) };
    let end = match split::row_end(text, dialect) {
        End::At(len) => len,
        End::Later => text.len(),
        End::InQuotes => return None,
    };
    let (head, rows) = text.split_at_checked(end)?;
    let cells = split::cells(split::trimmed(head), dialect, MAX_COLUMNS + 1);
    let names: Option<Vec<String>> = cells.iter().map(|cell| name(cell)).collect();
    let columns = Columns::of(names.filter(|names| names.len() <= MAX_COLUMNS)?);
    let layout = Layout { dialect, columns, start: (at + end) as u64 };
    let is_table = layout.columns.are_known() || (layout.columns.may_have_raw() && has_json(&layout, rows));
    is_table.then_some(layout)
}

/// A name of a column, unless it is too long or too odd to be one.
fn name(cell: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(cell).ok()?.trim();
    (name.len() <= 256 && !name.contains(['{', '}', '\n'])).then(|| name.to_owned())
}

/// Whether the table is drawn with borders, or has a rule under its header.
fn is_drawn(text: &[u8]) -> bool {
    let mut lines = text.split(|b| *b == b'\n');
    lines.next().is_some_and(|line| line.trim_ascii().starts_with(b"|"))
        || lines.next().is_some_and(split::is_rule)
}

/// Whether the first row has JSON where perhaps the record is: the name `message` alone proves nothing.
fn has_json(layout: &Layout, rows: &[u8]) -> bool {
    let row = match split::row_end(rows, layout.dialect) {
        End::At(len) => rows.get(..len).unwrap_or_default(),
        End::Later | End::InQuotes => rows,
    };
    let cells = split::cells(split::trimmed(row), layout.dialect, layout.columns.len());
    cells.iter().any(|cell| cell.trim_ascii().starts_with(b"{") || cell.starts_with(b"\"{"))
}
