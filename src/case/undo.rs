//! Taking back the last change of a console, and telling what was done.
//!
//! Undo is a change like any other: the history keeps both. A change is taken back whole or not
//! at all; where somebody else went on from it, it stays, and the fault says who that was.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::change::{Change, Said};
use super::error::{CaseError, Result};
use super::model::{By, Entry, Subject};
use super::rows::{self, Image, Table};
use super::{Case, read};

impl Case {
    /// Takes back the last change of the same console that can be and is not yet; the entry that tells of it.
    ///
    /// # Errors
    /// [`CaseError::NothingToUndo`]; [`CaseError::Changed`] where somebody has changed the same thing since.
    pub fn undo(&mut self, by: &By) -> Result<Entry> {
        let path = self.path.clone();
        let mut change = Change::begin(&mut self.conn, &path, by)?;
        let last = last_of(change.conn(), &by.console).map_err(|e| change.fault(e))?;
        let (seq, text, rows) = last.ok_or(CaseError::NothingToUndo)?;
        let images: Vec<Image> = serde_json::from_str(&rows).map_err(|e| CaseError::Damaged {
            path: path.clone(),
            what: format!("entry {seq} of the history: {e}"),
        })?;
        for image in images.iter().rev() {
            take_back(&mut change, &path, seq, image)?;
        }
        for subject in subjects_of(change.conn(), seq).map_err(|e| change.fault(e))? {
            left_alone(&change, &subject)?;
            change.about(subject);
        }
        let said =
            Said { what: "undo", text: format!("took back: {text}"), undoable: false, undoes: Some(seq) };
        let done = change.finish(&said)?.ok_or(CaseError::NothingToUndo)?;
        let entries = self.history_where("h.seq = ?1", &[&done], 1)?;
        entries.into_iter().next().ok_or(CaseError::NothingToUndo)
    }

    /// The history, the newest entry first: at most `most` entries, all or those about one thing.
    ///
    /// # Errors
    /// Those of reading.
    pub fn history(&self, about: Option<&Subject>, most: usize) -> Result<Vec<Entry>> {
        match about {
            None => self.history_where("1", &[], most),
            Some(subject) => self.history_where(
                "h.seq IN (SELECT seq FROM history_subject WHERE subject = ?1)",
                &[&subject.to_string()],
                most,
            ),
        }
    }

    fn history_where(
        &self,
        wanted: &str,
        values: &[&dyn rusqlite::ToSql],
        most: usize,
    ) -> Result<Vec<Entry>> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let sql = format!(
            "SELECT h.seq, h.at, h.who, h.console, h.what, h.text, h.undoes, u.seq
             FROM history h LEFT JOIN history u ON u.undoes = h.seq
             WHERE {wanted} ORDER BY h.seq DESC LIMIT {most}"
        );
        let entry = |row: &rusqlite::Row<'_>| {
            Ok(Entry {
                seq: row.get(0)?,
                at: read::time(row.get(1)?),
                who: row.get(2)?,
                console: row.get(3)?,
                what: row.get(4)?,
                text: row.get(5)?,
                undoes: row.get(6)?,
                undone_by: row.get(7)?,
            })
        };
        let read = || -> rusqlite::Result<Vec<Entry>> {
            self.conn.prepare_cached(&sql)?.query_map(values, entry)?.collect()
        };
        read().map_err(|e| CaseError::of(&self.path, e))
    }
}

/// The last change of a console that can be taken back: number, sentence, rows.
fn last_of(conn: &Connection, console: &str) -> rusqlite::Result<Option<(i64, String, String)>> {
    let sql = "SELECT seq, text, rows FROM history h WHERE console = ?1 AND undoable = 1
               AND NOT EXISTS (SELECT 1 FROM history u WHERE u.undoes = h.seq) ORDER BY seq DESC LIMIT 1";
    conn.query_row(sql, [console], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()
}

fn take_back(change: &mut Change<'_>, path: &std::path::Path, seq: i64, image: &Image) -> Result<()> {
    let table = Table::named(&image.table).ok_or_else(|| CaseError::Damaged {
        path: path.to_owned(),
        what: format!("entry {seq} of the history names a table {}", image.table),
    })?;
    if !rows::is_as_left(change.conn(), table, image).map_err(|e| change.fault(e))? {
        return Err(later_change(change, seq)?);
    }
    change.put_back(table, image)?;
    Ok(())
}

/// Who changed a thing after that entry: the last one that did.
fn later_change(change: &Change<'_>, seq: i64) -> Result<CaseError> {
    let sql = "SELECT s.subject, s.seq FROM history_subject s WHERE s.seq > ?1 AND s.subject IN
               (SELECT subject FROM history_subject WHERE seq = ?1) ORDER BY s.seq DESC LIMIT 1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
    let later = change.conn().query_row(sql, [seq], read).optional().map_err(|e| change.fault(e))?;
    let (subject, by) = later.unwrap_or_else(|| ("what it changed".to_owned(), seq));
    change.changed(&subject, by)
}

fn subjects_of(conn: &Connection, seq: i64) -> rusqlite::Result<Vec<Subject>> {
    let mut select = conn.prepare_cached("SELECT subject FROM history_subject WHERE seq = ?1")?;
    let texts: Vec<String> = select.query_map([seq], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(texts.iter().filter_map(|text| text.parse().ok()).collect())
}

/// Fails when a thing is gone now of which notes, tags or an incident still speak.
fn left_alone(change: &Change<'_>, subject: &Subject) -> Result<()> {
    let (table, id) = match subject {
        Subject::Finding(id) => ("finding", *id),
        Subject::Incident(id) => ("incident", *id),
        Subject::Indicator(id) => ("indicator", *id),
        Subject::Case | Subject::Event(_) => return Ok(()),
    };
    let sql = format!(
        "SELECT NOT EXISTS (SELECT 1 FROM {table} WHERE id = ?2) AND
         (EXISTS (SELECT 1 FROM note WHERE subject = ?1) OR EXISTS (SELECT 1 FROM tag WHERE subject = ?1)
          OR EXISTS (SELECT 1 FROM incident_finding WHERE {} = ?2))",
        // An indicator is in no incident, and there is no incident of number 0 or below.
        match table {
            "finding" => "finding",
            "incident" => "incident",
            _ => "-incident",
        }
    );
    let name = subject.to_string();
    let orphaned = change.conn().query_row(&sql, params![name, id], |row| row.get(0));
    if orphaned.map_err(|e| change.fault(e))? {
        let sql = "SELECT max(seq) FROM history_subject WHERE subject = ?1";
        let seq = change.conn().query_row(sql, [&name], |row| row.get(0)).map_err(|e| change.fault(e))?;
        return Err(change.changed(&name, seq)?);
    }
    Ok(())
}
