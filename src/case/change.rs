//! One change: rows and the entry that tells of them, together or not at all.
//!
//! A change takes the right to write before it looks at anything, so what it decides on is what
//! it changes; nobody's work is written over unseen. A kill in the middle leaves nothing of it.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use serde_json::Value;

use super::error::{CaseError, Result};
use super::model::{By, Subject};
use super::rows::{self, Image, Row, Table};
use crate::event::time::Time;

/// A change that is being made; dropped before [`Change::finish`], nothing has happened.
pub(super) struct Change<'c> {
    tx: Transaction<'c>,
    path: &'c Path,
    pub(super) by: &'c By,
    /// The number that its entry will have.
    seq: i64,
    images: Vec<Image>,
    subjects: BTreeSet<Subject>,
}

/// What an entry of the history says.
pub(super) struct Said {
    /// A word.
    pub(super) what: &'static str,
    /// A sentence.
    pub(super) text: String,
    /// Whether it can be taken back.
    pub(super) undoable: bool,
    /// The entry that it takes back.
    pub(super) undoes: Option<i64>,
}

impl Said {
    pub(super) fn new(what: &'static str, text: String) -> Self {
        Self { what, text, undoable: true, undoes: None }
    }
}

impl<'c> Change<'c> {
    pub(super) fn begin(conn: &'c mut Connection, path: &'c Path, by: &'c By) -> Result<Self> {
        let fault = |e| CaseError::of(path, e);
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault)?;
        // References may point at rows that come later in the same change.
        tx.pragma_update(None, "defer_foreign_keys", true).map_err(fault)?;
        let seq = tx
            .query_row("SELECT coalesce(max(seq), 0) + 1 FROM history", [], |row| row.get(0))
            .map_err(fault)?;
        Ok(Self { tx, path, by, seq, images: Vec::new(), subjects: BTreeSet::new() })
    }

    pub(super) fn fault(&self, e: rusqlite::Error) -> CaseError {
        CaseError::of(self.path, e)
    }

    pub(super) fn conn(&self) -> &Connection {
        &self.tx
    }

    /// The time of the change as a column has it.
    pub(super) fn now(&self) -> Value {
        time(self.by.at)
    }

    /// The number for the next row of a table; none is given twice, whatever is undone.
    pub(super) fn next_id(&self, table: &Table) -> Result<i64> {
        let sql = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?1), 0) + 1";
        self.tx.query_row(sql, [table.name], |row| row.get(0)).map_err(|e| self.fault(e))
    }

    /// Names what the entry is about.
    pub(super) fn about(&mut self, subject: Subject) {
        self.subjects.insert(subject);
    }

    /// Writes a row; whether that changed anything.
    pub(super) fn put(&mut self, table: &Table, row: &Row) -> Result<bool> {
        let image = rows::put(&self.tx, table, row, self.seq).map_err(|e| self.fault(e))?;
        Ok(self.note(image))
    }

    /// Takes a row away; whether there was one.
    pub(super) fn remove(&mut self, table: &Table, key: &[Value]) -> Result<bool> {
        let image = rows::remove(&self.tx, table, key).map_err(|e| self.fault(e))?;
        Ok(self.note(image))
    }

    /// Puts a row back as it was before another change.
    pub(super) fn put_back(&mut self, table: &Table, image: &Image) -> Result<bool> {
        let image = rows::put_back(&self.tx, table, image, self.seq).map_err(|e| self.fault(e))?;
        Ok(self.note(image))
    }

    fn note(&mut self, image: Option<Image>) -> bool {
        let Some(image) = image else { return false };
        self.images.push(image);
        true
    }

    /// The row with that key.
    pub(super) fn read(&self, table: &Table, key: &[Value]) -> Result<Option<Row>> {
        rows::read(&self.tx, table, key).map_err(|e| self.fault(e))
    }

    /// Fails when a row was changed since that entry, if one is given, or is not there.
    pub(super) fn unchanged_since(
        &self,
        table: &Table,
        id: i64,
        subject: &str,
        seen: Option<i64>,
    ) -> Result<()> {
        let sql = format!("SELECT revision FROM {} WHERE id = ?1", table.name);
        let found: Option<i64> =
            self.tx.query_row(&sql, [id], |row| row.get(0)).optional().map_err(|e| self.fault(e))?;
        match (found, seen) {
            (None, _) => Err(CaseError::NoSuch { what: subject.to_owned() }),
            (Some(now), Some(seen)) if now != seen => Err(self.changed(subject, now)?),
            _ => Ok(()),
        }
    }

    /// The fault that says who changed a thing in that entry.
    pub(super) fn changed(&self, subject: &str, seq: i64) -> Result<CaseError> {
        let sql = "SELECT who, at FROM history WHERE seq = ?1";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?));
        let entry = self.tx.query_row(sql, [seq], read).optional().map_err(|e| self.fault(e))?;
        let (who, at) = entry.unwrap_or_else(|| ("somebody".to_owned(), None));
        Ok(CaseError::Changed { what: subject.to_owned(), who, at: at.map_or(Time::UNKNOWN, Time::from_raw) })
    }

    /// Writes the entry and makes the change last; its number, `None` where nothing changed.
    pub(super) fn finish(self, said: &Said) -> Result<Option<i64>> {
        if self.images.is_empty() {
            return Ok(None);
        }
        let Self { tx, path, by, seq, images, subjects } = self;
        let fault = |e| CaseError::of(path, e);
        let damaged =
            |e: serde_json::Error| CaseError::Damaged { path: path.to_owned(), what: e.to_string() };
        let rows = serde_json::to_string(&images).map_err(damaged)?;
        tx.execute(
            "INSERT INTO history (seq, at, who, console, what, text, rows, undoable, undoes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                seq,
                by.at.millis(),
                by.who,
                by.console,
                said.what,
                said.text,
                rows,
                said.undoable,
                said.undoes
            ],
        )
        .map_err(fault)?;
        for subject in &subjects {
            tx.prepare_cached("INSERT INTO history_subject (subject, seq) VALUES (?1, ?2)")
                .and_then(|mut insert| insert.execute(params![subject.to_string(), seq]))
                .map_err(fault)?;
        }
        tx.commit().map_err(fault)?;
        Ok(Some(seq))
    }
}

/// A time as a column has it.
pub(super) fn time(time: Time) -> Value {
    time.millis().map_or(Value::Null, Value::from)
}
