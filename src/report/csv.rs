//! Comma-separated values that spreadsheets open without running anything.
//!
//! RFC 4180 with CRLF. A text cell that a spreadsheet would take for a formula gets
//! an apostrophe in front; numbers of ours are exempt because they are numbers,
//! not because they look like some. What a terminal would act on is written as in
//! tables, but line breaks stay; a cell longer than a spreadsheet holds is cut with
//! a mark. `raw` leaves all of that away.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::investigation::Investigation;
use crate::query::group::Group;
use crate::query::series::Series;
use crate::report::event_line::time_text;
use crate::report::shown::Shown;
use crate::score::Level;
use crate::store::{Column, Row};
use crate::text::visible_lines;

/// How cells are written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Style {
    /// For programs: no apostrophes, no escapes, no cuts.
    pub raw: bool,
}

/// The longest cell a spreadsheet holds, in characters.
const LONGEST_CELL: usize = 32_767;

/// Writes rows of cells.
pub struct Writer<'a> {
    out: &'a mut dyn Write,
    style: Style,
    first: bool,
}

impl<'a> Writer<'a> {
    /// Writes to `out`.
    pub fn new(out: &'a mut dyn Write, style: Style) -> Self {
        Self { out, style, first: true }
    }

    /// Writes a cell of text.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.separate()?;
        let text = if self.style.raw { Cow::Borrowed(text) } else { tame(text) };
        if text.contains([',', '"', '\r', '\n', '\'']) {
            write!(self.out, "\"{}\"", text.replace('"', "\"\""))
        } else {
            self.out.write_all(text.as_bytes())
        }
    }

    /// Writes a cell with a number of ours.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn number(&mut self, n: impl Into<i64>) -> io::Result<()> {
        self.separate()?;
        write!(self.out, "{}", n.into())
    }

    /// Writes a cell with a number of ours that need not be whole, with as many digits as tell it from its neighbors.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn real(&mut self, n: f64) -> io::Result<()> {
        self.separate()?;
        write!(self.out, "{n:?}")
    }

    fn separate(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.first) { Ok(()) } else { self.out.write_all(b",") }
    }

    /// Ends the row.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(&mut self) -> io::Result<()> {
        self.first = true;
        self.out.write_all(b"\r\n")
    }

    /// Writes a whole row of texts.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn row(&mut self, cells: &[&str]) -> io::Result<()> {
        cells.iter().try_for_each(|cell| self.text(cell))?;
        self.end()
    }
}

/// Takes from a text what a spreadsheet or a terminal would act on.
fn tame(text: &str) -> Cow<'_, str> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '"' || c == '\0');
    let formula = start.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r', '\n']);
    let shown = visible_lines(text);
    let long = shown.len() > LONGEST_CELL;
    if !formula && !long {
        return shown;
    }
    let mut tamed = if formula { "'".to_owned() } else { String::new() };
    tamed.push_str(&shown);
    if long && tamed.chars().count() > LONGEST_CELL {
        const MARK: &str = "...[cut]";
        tamed = tamed.chars().take(LONGEST_CELL - MARK.len()).collect();
        tamed.push_str(MARK);
    }
    tamed.into()
}

/// The columns of other analyzers, in their order, then ours.
pub const EVENT_COLUMNS: [&str; 21] = [
    "Timestamp",
    "EventName",
    "EventSource",
    "UserARN",
    "UserType",
    "SourceIP",
    "Region",
    "RiskScore",
    "ErrorCode",
    "CriticalityReasons",
    "Actor",
    "Outcome",
    "Account",
    "AccessKeyId",
    "UserAgent",
    "Target",
    "Session",
    "Techniques",
    "EventID",
    "File",
    "Offset",
];

/// What stands behind them where bursts are folded.
const BURST_COLUMNS: [&str; 3] = ["Times", "FirstTime", "LastTime"];

/// Writes events.
///
/// # Errors
/// Those of the writer.
pub fn write_events(out: &mut dyn Write, inv: &Investigation, shown: &Shown, style: Style) -> io::Result<()> {
    let mut csv = Writer::new(out, style);
    let more = if shown.is_in_bursts() { &BURST_COLUMNS[..] } else { &[] };
    csv.row(&[&EVENT_COLUMNS[..], more].concat())?;
    for line in shown.lines(inv) {
        write_event(&mut csv, inv, &line.row)?;
        if shown.is_in_bursts() {
            let (first, last) = line.span(inv);
            csv.number(i64::try_from(line.times()).unwrap_or(i64::MAX))?;
            csv.text(&time_text(first).unwrap_or_default())?;
            csv.text(&time_text(last).unwrap_or_default())?;
        }
        csv.end()?;
    }
    Ok(())
}

fn write_event(csv: &mut Writer<'_>, inv: &Investigation, row: &Row<'_>) -> io::Result<()> {
    let identity = row.identity();
    for text in [
        time_text(row.time()).unwrap_or_default().as_str(),
        row.event(),
        row.text(Column::Source),
        row.word(identity.arn),
        row.word(identity.kind),
        row.text(Column::Ip),
        row.text(Column::Region),
    ] {
        csv.text(text)?;
    }
    csv.number(row.risk())?;
    csv.text(row.text(Column::Error))?;
    csv.text(&reasons(inv, row))?;
    for text in [
        row.actor(),
        row.outcome().name(),
        row.account(),
        row.word(identity.access_key),
        row.text(Column::Agent),
        row.text(Column::Target),
        row.session(),
        inv.techniques(row).join(" ").as_str(),
        row.id().as_str(),
        inv.files.name(row.locator().file).as_str(),
    ] {
        csv.text(text)?;
    }
    let at = row.locator();
    csv.number(i64::try_from(inv.files.offset(at.file, at.offset)).unwrap_or(i64::MAX))
}

/// The factors in words: `critical action StopLogging (+50); public address 203.0.113.7 (+20)`.
pub fn reasons(inv: &Investigation, row: &Row<'_>) -> String {
    let words: Vec<String> =
        inv.factors(row).iter().map(|f| format!("{} ({:+})", f.reason, f.points)).collect();
    words.join("; ")
}

/// Writes counts by value.
///
/// # Errors
/// Those of the writer.
pub fn write_groups(out: &mut dyn Write, field: &str, groups: &[Group], style: Style) -> io::Result<()> {
    let mut csv = Writer::new(out, style);
    csv.row(&[field, "events", "denied", "writes", "risk", "first", "last"])?;
    for group in groups {
        csv.text(&group.value)?;
        for n in [group.events, group.denied, group.writes, u64::from(group.risk)] {
            csv.number(i64::try_from(n).unwrap_or(i64::MAX))?;
        }
        csv.text(&time_text(group.first).unwrap_or_default())?;
        csv.text(&time_text(group.last).unwrap_or_default())?;
        csv.end()?;
    }
    Ok(())
}

/// Writes a histogram, a row for each stretch of time.
///
/// # Errors
/// Those of the writer.
pub fn write_series(out: &mut dyn Write, series: &Series, style: Style) -> io::Result<()> {
    let mut csv = Writer::new(out, style);
    let levels = Level::ALL.map(Level::name);
    csv.row(&[&["from", "to", "events"][..], &levels].concat())?;
    for (n, bucket) in series.buckets.iter().enumerate() {
        csv.text(&series.start_of(n).to_string())?;
        csv.text(&series.start_of(n + 1).to_string())?;
        for count in std::iter::once(bucket.iter().sum()).chain(bucket.iter().copied()) {
            csv.number(i64::try_from(count).unwrap_or(i64::MAX))?;
        }
        csv.end()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, raw: bool) -> String {
        let mut out = Vec::new();
        Writer::new(&mut out, Style { raw }).text(text).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formulas_are_disarmed() {
        for (text, tamed) in [
            ("plain", "plain"),
            ("=1+1", "\"'=1+1\""),
            ("+49", "\"'+49\""),
            ("-x", "\"'-x\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            (" \"=cmd|' /C calc'!A0", "\"' \"\"=cmd|' /C calc'!A0\""),
            ("\t=1", "\"'␉=1\""),
            ("＝1", "\"'＝1\""),
            ("a=b", "a=b"),
            ("nul\0byte", "nul␀byte"),
            ("\0=1", "\"'␀=1\""),
        ] {
            assert_eq!(cell(text, false), tamed, "{text:?}");
        }
        assert_eq!(cell("=1+1", true), "=1+1");
    }

    #[test]
    fn what_a_terminal_would_act_on_is_seen() {
        for (text, tamed) in [
            ("\u{1b}]0;pwn\u{7}CreateUser", "␛]0;pwn␇CreateUser"),
            ("a\u{202e}b\u{200b}", "a\\u{202e}b\\u{200b}"),
            ("one\r\ntwo\nthree\rfour", "\"one\r\ntwo\nthree␍four\""),
            ("\u{9b}31m", "\\u{9b}31m"),
        ] {
            assert_eq!(cell(text, false), tamed, "{text:?}");
        }
        assert_eq!(cell("\u{1b}[31m\u{202e}", true), "\u{1b}[31m\u{202e}");
    }

    #[test]
    fn quotes_and_line_breaks_survive_any_reader() {
        let mut out = Vec::new();
        let mut csv = Writer::new(&mut out, Style::default());
        csv.row(&["a,b", "say \"hi\"", "two\nlines", "it's"]).unwrap();
        csv.number(-5).unwrap();
        csv.text("x").unwrap();
        csv.end().unwrap();
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(out.as_slice());
        let rows: Vec<Vec<String>> =
            reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
        assert_eq!(rows, [vec!["a,b", "say \"hi\"", "two\nlines", "it's"], vec!["-5", "x"]]);
    }

    #[test]
    fn a_cell_fits_a_spreadsheet() {
        let long = "é".repeat(40_000);
        assert_eq!(cell(&long, false).chars().count(), LONGEST_CELL);
        assert!(cell(&long, false).ends_with("[cut]"));
        assert_eq!(cell(&long, true), long);
    }
}
