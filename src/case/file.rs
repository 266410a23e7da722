//! The file of a case: made, opened, brought up to date, told from other files.
//!
//! The first thing asked of a file is whether it is ours: an SQLite file that something else made
//! is never written to. Opening may meet others who open, write or recover at the same moment;
//! that is waited for, so that nobody reads that a database is locked.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::error::{CaseError, Result};

/// What tells a case from any other SQLite file: "TrHd".
const APPLICATION: i64 = 0x5472_4864;
/// What brings a case from each version to the next.
const STEPS: [&str; 2] = [include_str!("schema.sql"), include_str!("schema_2.sql")];
/// The version that is written now.
pub(super) const VERSION: i64 = STEPS.len() as i64;
/// How long SQLite waits for another writer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often is tried what SQLite does not wait for, and how long in between.
const TRIES: u32 = 400;
const PAUSE: Duration = Duration::from_millis(25);

/// Opens the file; makes it where it is not there and `create` says so.
pub(super) fn open(path: &Path, create: bool) -> Result<Connection> {
    if create {
        make(path)?;
    } else if !path.exists() {
        return Err(CaseError::Missing { path: path.to_owned() });
    }
    let fault = |e| CaseError::of(path, e);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags).map_err(fault)?;
    conn.busy_timeout(PATIENCE).map_err(fault)?;
    patiently(|| prepare(path, &mut conn))?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(conn)
}

/// Makes an empty file that nobody else may read, and the folder it is in.
fn make(path: &Path) -> Result<()> {
    let fault = |source| CaseError::Io { path: path.to_owned(), source };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(fault)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => Err(fault(e)),
        _ => Ok(()),
    }
}

/// Tries again while others are in the way at a moment at which SQLite does not wait by itself.
fn patiently<T>(mut work: impl FnMut() -> Result<T>) -> Result<T> {
    for _ in 1..TRIES {
        match work() {
            Err(CaseError::Busy { .. }) => std::thread::sleep(PAUSE),
            done => return done,
        }
    }
    work()
}

fn prepare(path: &Path, conn: &mut Connection) -> Result<()> {
    let fault = |e| CaseError::of(path, e);
    check(path, conn)?;
    // Asking for a mode that is set already needs no lock.
    let mode: String = conn.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(fault)?;
    if !mode.eq_ignore_ascii_case("wal") {
        conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).map_err(fault)?;
    }
    conn.pragma_update(None, "synchronous", "full").map_err(fault)?;
    conn.pragma_update(None, "foreign_keys", true).map_err(fault)?;
    if version(conn).map_err(fault)? < VERSION {
        migrate(path, conn)?;
    }
    Ok(())
}

fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Whether the file is a case that we know, or an empty one that may become one.
fn check(path: &Path, conn: &Connection) -> Result<()> {
    let fault = |e| CaseError::of(path, e);
    // One statement, so that what is read is of one moment.
    let sql = "SELECT (SELECT application_id FROM pragma_application_id),
                      (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)";
    let read = conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let (application, found, tables): (i64, i64, i64) = read.map_err(fault)?;
    if application != APPLICATION && (tables > 0 || found != 0 || application != 0) {
        let reason = "it is an SQLite file of another program".to_owned();
        return Err(CaseError::NotACase { path: path.to_owned(), reason });
    }
    if found > VERSION {
        return Err(CaseError::TooNew { path: path.to_owned(), found, known: VERSION });
    }
    Ok(())
}

/// Brings the tables up to date, all steps or none.
fn migrate(path: &Path, conn: &mut Connection) -> Result<()> {
    let fault = |e| CaseError::of(path, e);
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault)?;
    // Somebody else may have done it while this one waited.
    let from = usize::try_from(version(&tx).map_err(fault)?).unwrap_or(0);
    for step in STEPS.iter().skip(from) {
        tx.execute_batch(step).map_err(fault)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION).map_err(fault)?;
    tx.pragma_update(None, "user_version", VERSION).map_err(fault)?;
    tx.commit().map_err(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_new_case_is_nobody_elses_to_read_and_keeps_a_log_of_its_own() {
        let folder = folder();
        let path = folder.path().join("deep/er/case.sqlite");
        let conn = open(&path, true).unwrap();
        let mode: String = conn.pragma_query_value(None, "journal_mode", |r| r.get(0)).unwrap();
        assert_eq!((mode.as_str(), version(&conn).unwrap()), ("wal", VERSION));
        #[cfg(unix)]
        for name in ["case.sqlite", "case.sqlite-wal", "case.sqlite-shm"] {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(path.with_file_name(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn what_is_no_case_is_named_and_left_as_it_is() {
        let folder = folder();
        let text = folder.path().join("notes.txt");
        std::fs::write(
            &text,
            "These are notes and no database, and they are long enough to be looked at. ".repeat(20),
        )
        .unwrap();
        let other = folder.path().join("other.sqlite");
        Connection::open(&other)
            .unwrap()
            .execute_batch("CREATE TABLE t (a); PRAGMA user_version = 1;")
            .unwrap();
        for path in [text, other] {
            let before = std::fs::read(&path).unwrap();
            for create in [false, true] {
                let fault = open(&path, create).unwrap_err().to_string();
                assert!(
                    fault.contains("not a case file") && fault.contains(&*path.to_string_lossy()),
                    "{fault}"
                );
            }
            assert_eq!(std::fs::read(&path).unwrap(), before);
        }
        assert!(matches!(open(&folder.path().join("none"), false), Err(CaseError::Missing { .. })));
        assert!(!folder.path().join("none").exists(), "looking makes no file");
        assert!(matches!(open(folder.path(), true), Err(CaseError::Io { .. } | CaseError::NotACase { .. })));
    }

    #[test]
    fn a_case_of_a_later_program_is_not_touched() {
        let folder = folder();
        let path = folder.path().join("case.sqlite");
        open(&path, true).unwrap().pragma_update(None, "user_version", VERSION + 1).unwrap();
        let fault = open(&path, true).unwrap_err().to_string();
        assert!(fault.contains(&format!("version {}", VERSION + 1)) && fault.contains("newer"), "{fault}");
    }

    #[test]
    fn a_case_of_an_earlier_program_is_brought_up_to_date_and_keeps_what_is_in_it() {
        let folder = folder();
        let path = folder.path().join("case.sqlite");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(STEPS[0]).unwrap();
        old.execute_batch("INSERT INTO hunt VALUES ('denied', 'outcome:denied', 0, 'dana')").unwrap();
        old.pragma_update(None, "application_id", APPLICATION).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        drop(old);
        let mut case = crate::case::Case::open(&path, false).unwrap();
        let hunts = case.contents().unwrap().hunts;
        assert_eq!((hunts[0].query.as_str(), hunts[0].view.as_str()), ("outcome:denied", ""));
        let at = crate::event::time::Time::from_millis(1);
        let by = crate::case::By { who: "dana".into(), console: "c".into(), at };
        case.save_hunt(&by, "denied", None, Some(&hunts[0])).unwrap();
        case.undo(&by).unwrap();
        assert_eq!(case.contents().unwrap().hunts, hunts);
    }

    #[test]
    fn many_can_begin_the_same_case_at_once() {
        let folder = folder();
        let path = folder.path().join("case.sqlite");
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|_| scope.spawn(|| open(&path, true).map(|_| ()))).collect();
            for one in all {
                one.join().unwrap().unwrap();
            }
        });
    }
}
