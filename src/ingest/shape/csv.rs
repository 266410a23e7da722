//! Tables of text: CSV and its kin, as Athena, Lake, Splunk, Logs Insights, Kibana and the console export them.
//!
//! A header decides whether text is such a table at all ([`Layout::sniff`]);
//! text without a known column is not guessed at. Rows are read one at a time and
//! in bounded memory, each is opened on its own, and a faulty row costs nothing
//! but itself. A row can be read again from its offset ([`reopen`]).

mod sniff;
pub(crate) mod split;

use std::borrow::Cow;
use std::io::{self, Read};

use super::Found;
use super::reason;
use super::row::Cell;
use super::table::Columns;
use super::walk::Walker;
use split::{Dialect, End};

/// The longest row that is read, in bytes: a record at its limit with every quote doubled.
pub const MAX_ROW: usize = 16 << 20;
/// The longest row after several have turned out not to end, so that bad input stays cheap.
const SHORT_ROW: usize = 64 << 10;
/// How many rows may turn out not to end before the patience is gone.
const PATIENCE: usize = 16;
const CHUNK: usize = 256 << 10;

/// How a table is written and what its columns hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    dialect: Dialect,
    columns: Columns,
    start: u64,
}

impl Layout {
    /// Reads the header of a table at the beginning of a text; `None` when it is no table with columns of CloudTrail.
    ///
    /// `first` are the first bytes of the text, some ten thousand of them or all there are.
    pub fn sniff(first: &[u8]) -> Option<Self> {
        sniff::layout(first)
    }

    /// Where the first row begins, in bytes from the beginning of the text.
    pub const fn rows_start(&self) -> u64 {
        self.start
    }

    /// The names of the columns, as written.
    pub fn column_names(&self) -> &[String] {
        self.columns.names()
    }
}

/// Reads a table from the beginning of its text, header included.
///
/// The sink gets everything found, with the offset of its row in bytes from where the reader stood.
///
/// # Errors
/// Those of the reader; faults of the table go to the sink.
pub fn read<R: Read>(layout: &Layout, reader: R, sink: &mut dyn FnMut(u64, Found<'_>)) -> io::Result<()> {
    let mut rows = Rows { reader, buffer: Vec::new(), from: 0, offset: 0, ended: false };
    rows.discard(layout.start)?;
    let mut endless = 0;
    loop {
        let longest = if endless < PATIENCE { MAX_ROW } else { SHORT_ROW };
        let text = rows.pending();
        let end = split::row_end(text, layout.dialect);
        let len = match end {
            End::At(len) if len <= longest => len,
            End::Later if rows.ended && text.len() <= longest => text.len(),
            _ if !rows.ended && text.len() <= longest => {
                rows.fill()?;
                continue;
            }
            _ => {
                endless += 1;
                sink(rows.offset, Found::Reject(endless_reason(end)));
                rows.skip_line()?;
                continue;
            }
        };
        if len == 0 {
            return Ok(());
        }
        let offset = rows.offset;
        open_row(layout, &text[..len], &mut |found| sink(offset, found));
        rows.advance(len);
    }
}

fn endless_reason(end: End) -> String {
    if end == End::InQuotes {
        return "a quote is opened in this row and never closed; the row was left out".to_owned();
    }
    format!("the row is longer than {} MB; it was left out", MAX_ROW >> 20)
}

/// Opens one row; blank lines, rules and repeated headers give nothing or say so.
pub fn open_row(layout: &Layout, row: &[u8], sink: &mut dyn FnMut(Found<'_>)) {
    let row = split::trimmed(row);
    if row.trim_ascii().is_empty() || (layout.dialect.drawn && is_decoration(row)) {
        return;
    }
    let columns = layout.columns.len();
    let cells = match fitting_cells(layout, row) {
        Ok(cells) => cells,
        Err(found) => {
            let header = crate::text::plural(columns as u64, "column");
            sink(Found::Reject(format!(
                "the row has {found} cells and the header {header}; is it quoted correctly?"
            )));
            return;
        }
    };
    let texts: Vec<Cow<'_, str>> = cells.iter().map(|cell| String::from_utf8_lossy(cell)).collect();
    if texts.iter().zip(layout.columns.names()).all(|(cell, name)| cell.trim() == name) {
        sink(Found::Nothing("a repeated header"));
        return;
    }
    let cells = texts.into_iter().take(columns).map(|text| Some(Cell::Text(text))).collect();
    let mut walker = Walker::new(sink);
    if let Err(why) = layout.columns.open(&mut walker, cells) {
        walker.reject(reason::row(why, row));
    }
}

/// Reads one row again: `text` begins at its offset and may reach beyond it. What was found first.
pub fn reopen(layout: &Layout, text: &[u8]) -> Option<Found<'static>> {
    let row = match split::row_end(text, layout.dialect) {
        End::At(len) => text.get(..len)?,
        End::Later | End::InQuotes => text,
    };
    let mut first = None;
    open_row(layout, row, &mut |found| {
        first.get_or_insert_with(|| found.into_owned());
    });
    first
}

/// As many cells as there are columns, or how many there are instead.
fn fitting_cells<'a>(layout: &Layout, row: &'a [u8]) -> Result<Vec<Cow<'a, [u8]>>, usize> {
    let columns = layout.columns.len();
    let mut cells = split::cells(row, layout.dialect, usize::MAX);
    if cells.len() > columns && cells.iter().skip(columns).all(|cell| cell.trim_ascii().is_empty()) {
        cells.truncate(columns);
    }
    if cells.len() == columns {
        return Ok(cells);
    }
    // JSON in the last column is now and then written without quotes, commas and all.
    let joined = split::cells(row, layout.dialect, columns);
    let ends_in_json = joined.last().is_some_and(|last| last.trim_ascii().starts_with(b"{\""));
    if joined.len() == columns && ends_in_json && layout.columns.ends_raw() {
        Ok(joined)
    } else {
        Err(cells.len())
    }
}

/// Rules, and the line of `psql` that counts the rows.
fn is_decoration(row: &[u8]) -> bool {
    let row = row.trim_ascii();
    split::is_rule(row) || (row.starts_with(b"(") && (row.ends_with(b"rows)") || row.ends_with(b"row)")))
}

/// The text of a table, of which some is in memory.
struct Rows<R> {
    reader: R,
    buffer: Vec<u8>,
    from: usize,
    offset: u64,
    ended: bool,
}

impl<R: Read> Rows<R> {
    fn pending(&self) -> &[u8] {
        self.buffer.get(self.from..).unwrap_or_default()
    }

    fn advance(&mut self, len: usize) {
        self.from += len;
        self.offset += len as u64;
    }

    /// Reads as much again as is pending, so that a long row is not walked too often.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.from);
        self.from = 0;
        let want = self.buffer.len().max(CHUNK) as u64;
        let got = (&mut self.reader).take(want).read_to_end(&mut self.buffer)?;
        self.ended = (got as u64) < want;
        Ok(())
    }

    fn discard(&mut self, mut len: u64) -> io::Result<()> {
        while len > 0 && !(self.ended && self.pending().is_empty()) {
            if self.pending().is_empty() {
                self.fill()?;
            }
            let here = usize::try_from(len).unwrap_or(usize::MAX).min(self.pending().len());
            self.advance(here);
            len -= here as u64;
        }
        Ok(())
    }

    /// Goes behind the next line end.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let newline = memchr::memchr(b'\n', self.pending());
            let len = newline.map_or(self.pending().len(), |at| at + 1);
            self.advance(len);
            if newline.is_some() || self.ended {
                return Ok(());
            }
            self.fill()?;
        }
    }
}
