//! Where a row ends, and where its cells do.
//!
//! The rules are those of the `csv` crate (the tests compare the two), but a row
//! that never ends is noticed before it is the size of the file: one stray quote
//! must not take the rows behind it away.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// How a table is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Dialect {
    /// What stands between cells.
    pub delimiter: u8,
    /// A table drawn for the eye: borders, rules, blanks around cells, and no quotes.
    pub drawn: bool,
}

/// Where a row ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// Behind this many bytes, its line end included.
    At(usize),
    /// Not in this text.
    Later,
    /// Not in this text, which ends inside of quotes.
    InQuotes,
}

/// Where the row at the start of `text` ends.
pub(crate) fn row_end(text: &[u8], dialect: Dialect) -> End {
    let mut at = 0;
    loop {
        if !dialect.drawn && text.get(at) == Some(&b'"') {
            match quoted_end(text, at + 1) {
                Some(end) => at = end,
                None => return End::InQuotes,
            }
        }
        let rest = text.get(at..).unwrap_or_default();
        match memchr2(dialect.delimiter, b'\n', rest) {
            Some(stop) if rest[stop] == b'\n' => return End::At(at + stop + 1),
            Some(stop) => at += stop + 1,
            None => return End::Later,
        }
    }
}

/// The index behind the quote that closes the cell whose content starts at `at`.
fn quoted_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let quote = at + memchr(b'"', text.get(at..)?)?;
        if text.get(quote + 1) != Some(&b'"') {
            return Some(quote + 1);
        }
        at = quote + 2;
    }
}

/// The row without its line end.
pub(crate) fn trimmed(row: &[u8]) -> &[u8] {
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    row.strip_suffix(b"\r").unwrap_or(row)
}

/// The cells of a row without its line end; the last of `most` takes all that is left.
pub(crate) fn cells(row: &[u8], dialect: Dialect, most: usize) -> Vec<Cow<'_, [u8]>> {
    if dialect.drawn {
        return drawn_cells(row, dialect, most);
    }
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        if cells.len() + 1 >= most {
            cells.push(Cow::Borrowed(row.get(at..).unwrap_or_default()));
            return cells;
        }
        let (cell, end) = cell_at(row, at, dialect.delimiter);
        cells.push(cell);
        if end >= row.len() {
            return cells;
        }
        at = end + 1;
    }
}

/// The cell at `at`, and where the delimiter behind it is.
fn cell_at(row: &[u8], at: usize, delimiter: u8) -> (Cow<'_, [u8]>, usize) {
    let mut from = at;
    let mut quoted = Cow::Borrowed(&[][..]);
    if row.get(at) == Some(&b'"') {
        from = quoted_end(row, at + 1).unwrap_or(row.len());
        let inner = row.get(at + 1..from).unwrap_or_default();
        quoted = unescape(inner.strip_suffix(b"\"").unwrap_or(inner));
    }
    let rest = row.get(from..).unwrap_or_default();
    let len = memchr(delimiter, rest).unwrap_or(rest.len());
    let plain = &rest[..len];
    let cell = match (from > at, plain.is_empty()) {
        (true, true) => quoted,
        (true, false) => Cow::Owned([&quoted, plain].concat()),
        (false, _) => Cow::Borrowed(plain),
    };
    (cell, from + len)
}

fn unescape(inner: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memmem::find(inner, b"\"\"").is_none() {
        return Cow::Borrowed(inner);
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(quote) = memchr(b'"', rest) {
        out.extend_from_slice(&rest[..=quote]);
        let doubled = rest.get(quote + 1) == Some(&b'"');
        rest = &rest[quote + 1 + usize::from(doubled)..];
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

fn drawn_cells(row: &[u8], dialect: Dialect, most: usize) -> Vec<Cow<'_, [u8]>> {
    let border = [dialect.delimiter];
    let row = row.trim_ascii();
    let row = row.strip_prefix(&border).unwrap_or(row);
    let row = row.strip_suffix(&border).unwrap_or(row);
    row.splitn(most, |b| *b == dialect.delimiter).map(|cell| Cow::Borrowed(cell.trim_ascii())).collect()
}

/// Whether a line of a drawn table only separates: `+-----+`, `-----+----`, `|:---|`.
pub(crate) fn is_rule(row: &[u8]) -> bool {
    let row = row.trim_ascii();
    row.len() >= 3
        && row.iter().filter(|b| matches!(b, b'-' | b'=')).count() >= 3
        && row.iter().all(|b| matches!(b, b'-' | b'=' | b'+' | b'|' | b':' | b' '))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', drawn: false };

    /// `None` when a quote is never closed, which is where the crate and this file differ on purpose.
    fn all_rows(mut text: &[u8]) -> Option<Vec<Vec<Vec<u8>>>> {
        let mut rows = Vec::new();
        while !text.is_empty() {
            let len = match row_end(text, COMMA) {
                End::At(len) => len,
                End::Later => text.len(),
                End::InQuotes => return None,
            };
            let row = trimmed(&text[..len]);
            if !row.is_empty() {
                rows.push(cells(row, COMMA, usize::MAX).into_iter().map(Cow::into_owned).collect());
            }
            text = &text[len..];
        }
        Some(rows)
    }

    fn by_the_crate(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        let record = |r: Result<csv::ByteRecord, csv::Error>| r.unwrap().iter().map(<[u8]>::to_vec).collect();
        reader.byte_records().map(record).collect()
    }

    #[test]
    fn drawn_tables_lose_their_borders() {
        let dialect = Dialect { delimiter: b'|', drawn: true };
        for row in ["| a b | \"c\" |", " a b | \"c\"", "|a b|\"c\"|"] {
            assert_eq!(cells(row.as_bytes(), dialect, 9), [&b"a b"[..], b"\"c\""], "{row}");
        }
        assert!(
            is_rule(b"+----+---+")
                && is_rule(b" ----+---- ")
                && is_rule(b"|:---|---:|")
                && !is_rule(b"- a -")
        );
    }

    #[test]
    fn the_last_cell_may_take_the_rest() {
        assert_eq!(cells(br#"t,{"a":1,"b":2}"#, COMMA, 2), [&b"t"[..], br#"{"a":1,"b":2}"#]);
    }

    proptest! {
        #[test]
        fn rows_and_cells_are_those_of_the_csv_crate(text in "([ab,\"]{0,6}(\n|\r\n|,|\"\")){0,12}\n") {
            if let Some(rows) = all_rows(text.as_bytes()) {
                prop_assert_eq!(rows, by_the_crate(text.as_bytes()));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(text: Vec<u8>, most in 0usize..4, drawn: bool) {
            let dialect = Dialect { delimiter: b',', drawn };
            let _ = (row_end(&text, dialect), cells(&text, dialect, most), is_rule(&text));
        }
    }
}
