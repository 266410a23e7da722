//! Files that appear whole or not at all, and replace nothing unasked.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::console::app::casework::{Export, Target};
use crate::console::app::overlay::frequency::Counted;
use crate::query::order;
use crate::report::csv::{self, Style, Writer};
use crate::report::event_line::{self, EventLine};
use crate::report::markdown::escaped;
use crate::report::shown::Shown;

/// The largest file that is read in one piece, in bytes.
const LARGEST: u64 = 64 << 20;

/// What came of writing.
pub(super) enum Written {
    /// It is there: its path, and the SHA-256 of its bytes in hexadecimal digits.
    Done(String, String),
    /// There is a file already, and nobody said that it may be replaced.
    Exists,
}

/// What files are written with. Once it is put down nothing half written lies anywhere, and nothing is begun any more.
#[derive(Clone, Default, Debug)]
pub(super) struct Pen {
    is_down: Arc<AtomicBool>,
    /// Held as long as there is a temporary file.
    writing: Arc<Mutex<()>>,
}

impl Pen {
    /// Breaks off what is being written; waits until its temporary file is gone.
    pub(super) fn put_down(&self) {
        self.is_down.store(true, Ordering::SeqCst);
        drop(self.writing.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn check(&self) -> io::Result<()> {
        match self.is_down.load(Ordering::SeqCst) {
            true => Err(io::Error::other("the console has ended")),
            false => Ok(()),
        }
    }
}

/// Whether there is such a file, which may not be replaced.
pub(super) fn is_taken(target: &Target) -> bool {
    !target.replace && full(&target.path).exists()
}

/// Writes a file through a temporary one beside it.
///
/// # Errors
/// Those of `write` and of the disk, and a pen that is down.
pub(super) fn write(
    target: &Target,
    pen: &Pen,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<Written> {
    if is_taken(target) {
        return Ok(Written::Exists);
    }
    let path = full(&target.path);
    let _writing = pen.writing.lock().unwrap_or_else(PoisonError::into_inner);
    pen.check()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::Builder::new().prefix(".trailhound-").tempfile_in(folder)?;
    let mut out = Hashing { out: BufWriter::with_capacity(1 << 16, file), hash: Sha256::new(), pen };
    write(&mut out)?;
    let Hashing { out, hash, pen: _ } = out;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    let kept = if target.replace { file.persist(&path) } else { file.persist_noclobber(&path) };
    match kept {
        Ok(_) => {}
        Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => return Ok(Written::Exists),
        Err(e) => return Err(e.error),
    }
    let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Written::Done(std::fs::canonicalize(&path).unwrap_or(path).display().to_string(), hash))
}

/// A path as a shell would read it, as far as the home folder goes.
pub(super) fn full(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(below), Some(home)) => Path::new(&home).join(below),
        _ => PathBuf::from(path),
    }
}

/// The bytes of a file that somebody named, in one piece. A pipe may never end: nothing but a file is begun.
///
/// # Errors
/// It cannot be read, is no file, or is larger than [`LARGEST`].
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file; save what it holds to one first"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 {
        0..=LARGEST => Ok(bytes),
        _ => Err(io::Error::other(format!("it is larger than {} MiB; part it", LARGEST >> 20))),
    }
}

struct Hashing<'p, W> {
    out: W,
    hash: Sha256,
    pen: &'p Pen,
}

impl<W: Write> Write for Hashing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pen.check()?;
        let n = self.out.write(bytes)?;
        self.hash.update(bytes.get(..n).unwrap_or(bytes));
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes an export in the form that the ending of a path says.
///
/// # Errors
/// Those of the writer.
pub(super) fn export(out: &mut dyn Write, export: &Export, path: &str) -> io::Result<()> {
    let form = path.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    match export {
        Export::Rows(heads, rows) => rows_as(out, heads, rows.iter().cloned(), &form),
        Export::Values(counted) => rows_as(out, &Counted::HEADS.map(str::to_owned), counted.rows(), &form),
        Export::Events(inv, selection, sort) => {
            let shown = Shown::singly(order::sorted(&inv.table, selection, *sort, None));
            match form.as_str() {
                "csv" => csv::write_events(out, inv, &shown, Style { raw: false }),
                "jsonl" => event_line::write(out, inv, &shown),
                "json" => {
                    let lines =
                        shown.lines(inv).map(|line| serde_json::to_string(&EventLine::new(inv, &line)));
                    json_lines(out, lines)
                }
                _ => {
                    let heads = ["risk", "time", "event", "actor", "address", "outcome"].map(str::to_owned);
                    markdown(out, &heads, shown.lines(inv).map(|line| event_row(&line.row)))
                }
            }
        }
    }
}

fn event_row(row: &crate::store::Row<'_>) -> Vec<String> {
    let time = if row.time().is_known() { row.time().to_string() } else { String::new() };
    let address = row.text(crate::store::Column::Ip).to_owned();
    let words = [row.event(), row.actor()].map(str::to_owned);
    let [event, actor] = words;
    vec![row.risk().to_string(), time, event, actor, address, row.outcome().name().to_owned()]
}

fn rows_as(
    out: &mut dyn Write,
    heads: &[String],
    mut rows: impl Iterator<Item = Vec<String>>,
    form: &str,
) -> io::Result<()> {
    let object = |row: Vec<String>| {
        let cells = heads.iter().cloned().zip(row.into_iter().map(serde_json::Value::from));
        serde_json::to_string(&cells.collect::<serde_json::Map<_, _>>())
    };
    match form {
        "csv" => {
            let mut csv = Writer::new(out, Style { raw: false });
            for row in std::iter::once(heads.to_vec()).chain(rows) {
                csv.row(&row.iter().map(String::as_str).collect::<Vec<_>>())?;
            }
            Ok(())
        }
        "jsonl" => rows.try_for_each(|row| writeln!(out, "{}", object(row)?)),
        "json" => json_lines(out, rows.map(object)),
        _ => markdown(out, heads, rows),
    }
}

/// A list with an object on each line.
fn json_lines(
    out: &mut dyn Write,
    objects: impl Iterator<Item = serde_json::Result<String>>,
) -> io::Result<()> {
    out.write_all(b"[")?;
    for (n, object) in objects.enumerate() {
        write!(out, "{}\n{}", if n > 0 { "," } else { "" }, object?)?;
    }
    out.write_all(b"\n]\n")
}

fn markdown(
    out: &mut dyn Write,
    heads: &[String],
    rows: impl Iterator<Item = Vec<String>>,
) -> io::Result<()> {
    writeln!(out, "| {} |", heads.join(" | "))?;
    writeln!(out, "|{}", "---|".repeat(heads.len()))?;
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_file_is_replaced_only_when_that_was_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv").display().to_string();
        let put = |replace, text: &'static [u8]| {
            write(&Target { path: path.clone(), replace }, &Pen::default(), |out| out.write_all(text))
                .unwrap()
        };
        assert!(matches!(put(false, b"one"), Written::Done(_, hash) if hash.len() == 64));
        assert!(matches!(put(false, b"two"), Written::Exists));
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert!(matches!(put(true, b"two"), Written::Done(..)));
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_pen_that_is_put_down_leaves_nothing_half_written_and_begins_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target { path: folder.path().join("a.csv").display().to_string(), replace: false };
        let pen = Pen::default();
        let ending = thread::scope(|scope| {
            let mut ends = None;
            let written = write(&target, &pen, |out| {
                out.write_all(b"one")?;
                ends = Some(scope.spawn(|| {
                    pen.put_down();
                    std::fs::read_dir(folder.path()).unwrap().count()
                }));
                while pen.check().is_ok() {
                    thread::yield_now();
                }
                out.write_all(b"two")
            });
            assert!(written.is_err());
            ends.unwrap().join().unwrap()
        });
        assert_eq!(ending, 0, "a temporary file is left");
        assert!(write(&target, &pen, |out| out.write_all(b"one")).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn rows_of_a_panel_have_four_forms_and_none_runs_anything() {
        let rows = Export::Rows(vec!["a".into(), "b".into()], vec![vec!["=1+1".into(), "x|y".into()]]);
        let text = |path: &str| {
            let mut out = Vec::new();
            export(&mut out, &rows, path).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(!text("a.csv").contains("\n=1"), "{}", text("a.csv"));
        assert_eq!(text("a.jsonl"), "{\"a\":\"=1+1\",\"b\":\"x|y\"}\n");
        assert!(serde_json::from_str::<Vec<serde_json::Value>>(&text("a.json")).is_ok());
        assert!(text("a.md").lines().all(|line| line.replace("\\|", "").matches('|').count() == 3));
    }
}
