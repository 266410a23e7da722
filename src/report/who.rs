//! Who is behind it, what is normal, what is not: sessions, profiles and anomalies, as tables and as JSON.

pub mod anomalies;
pub mod profile;
pub mod session;

use std::io::{self, Write};

use serde::Serialize;

use crate::profile::theft::Sign;
use crate::report::table::{Style, fit_widths, line};
use crate::text::{clip, visible};

/// Writes a document as JSON for people and programs.
///
/// # Errors
/// Those of the writer.
pub fn write_json(out: &mut dyn Write, document: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}

/// Writes a part of a page: a title and rows of cells, at most `most` of them.
fn write_part<const N: usize>(
    out: &mut dyn Write,
    head: [&str; N],
    rows: &[[String; N]],
    bounds: [usize; N],
    most: usize,
    style: Style,
) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let shown = rows.get(..most).unwrap_or(rows);
    let inner = Style { width: style.width.saturating_sub(2), ..style };
    let widths = fit_widths(&head, shown, bounds, inner.width);
    // The title stands out to the left of what is below it.
    let mut over = widths;
    if let Some(first) = over.first_mut() {
        *first += 2;
    }
    writeln!(out, "\n{}", style.bold(&line(&head.map(str::to_owned), &over)))?;
    for row in shown {
        writeln!(out, "  {}", line(row, &widths).trim_end())?;
    }
    let rest = rows.len() - shown.len();
    if rest > 0 {
        writeln!(out, "  {}", style.dim(&format!("and {rest} more; see all with --top 0")))?;
    }
    Ok(())
}

/// Writes a text over as many lines as it needs, each after the first indented by `hang` more columns.
fn write_wrapped(
    out: &mut dyn Write,
    text: &str,
    indent: usize,
    hang: usize,
    style: Style,
) -> io::Result<()> {
    let text = visible(text);
    let mut at = indent;
    let mut open = String::new();
    for word in text.split(' ') {
        let room = style.width.saturating_sub(at).max(20);
        let longer = crate::text::width(&open) + 1 + crate::text::width(word);
        if !open.is_empty() && longer > room {
            writeln!(out, "{}{open}", " ".repeat(at))?;
            at = indent + hang;
            open.clear();
        }
        if !open.is_empty() {
            open.push(' ');
        }
        open += &clip(word, style.width.saturating_sub(at).max(20));
    }
    writeln!(out, "{}{open}", " ".repeat(at))
}

/// Writes signs that somebody else uses credentials.
fn write_signs(out: &mut dyn Write, signs: &[Sign], most: usize, style: Style) -> io::Result<()> {
    let cells = |s: &Sign| -> [String; 5] {
        let (time, event) = (s.event.time.to_string(), s.event.event.clone());
        [time, s.kind.words().to_owned(), s.credentials.clone(), event, s.text.clone()]
    };
    let rows: Vec<[String; 5]> = signs.iter().map(cells).collect();
    let head = ["signs of theft (UTC)", "", "credentials", "event", "what"];
    write_part(out, head, &rows, [0, 0, 44, 32, 100], most, style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_go_on_in_the_next_line() {
        let mut out = Vec::new();
        let style = Style { color: false, width: 24 };
        write_wrapped(&mut out, "a sentence that is longer than the line \u{1b}[31m", 2, 2, style).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "  a sentence that is\n    longer than the line\n    ␛[31m\n");
        assert!(text.lines().all(|l| crate::text::width(l) <= 24));
    }

    #[test]
    fn no_more_rows_are_shown_than_asked_for() {
        let mut out = Vec::new();
        let style = Style { color: false, width: 40 };
        let rows: Vec<[String; 1]> = (0..5).map(|n| [format!("row {n}")]).collect();
        write_part(&mut out, ["head"], &rows, [10], 2, style).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\nhead\n  row 0\n  row 1\n  and 3 more; see all with --top 0\n"
        );
    }
}
