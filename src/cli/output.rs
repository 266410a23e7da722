//! Where results go, and how wide and colorful they may be.

use std::io::{self, BufWriter, IsTerminal as _, Write};

use crate::cli::args::PrintArgs;
use crate::report::{csv, table};

/// How wide a table is that goes into a file.
const FILE_WIDTH: usize = 200;

/// How a table is drawn on what stdout is.
pub(crate) fn table_style() -> table::Style {
    let terminal = io::stdout().is_terminal();
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let width =
        if terminal { crossterm::terminal::size().map_or(80, |(w, _)| usize::from(w)) } else { FILE_WIDTH };
    table::Style { color: terminal && !no_color, width: width.max(40) }
}

/// How CSV is written.
pub(crate) fn csv_style(args: &PrintArgs) -> csv::Style {
    csv::Style { raw: args.csv_raw }
}

/// Gives stdout to `write` and sees that everything arrives.
pub(crate) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    write(&mut out)?;
    out.flush()
}

/// How many rows to print: what was asked for, else as many as fit the form.
pub(crate) fn most(top: Option<usize>, usual: usize) -> usize {
    match top {
        None => usual,
        Some(0) => usize::MAX,
        Some(n) => n,
    }
}
