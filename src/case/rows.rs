//! Rows of a case as they are before and after a change.
//!
//! Every change is made of rows that appear, disappear or get other values. What each was before
//! and is afterwards stands in the history, which is all that undo needs: it puts back what was,
//! as long as what is there is still what the change left behind.

use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, params_from_iter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The values of a row by the names of their columns.
pub(super) type Row = Map<String, Value>;

/// A table of things that change.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The columns by which a row is known.
    pub(super) key: &'static [&'static str],
    /// All others but the revision.
    pub(super) rest: &'static [&'static str],
    /// Whether rows say by which entry of the history they were changed last.
    pub(super) revised: bool,
}

pub(super) const FINDING: Table = Table {
    name: "finding",
    key: &["id"],
    rest: &[
        "event",
        "rule",
        "title",
        "level",
        "score",
        "state",
        "resolution",
        "first",
        "last",
        "actor",
        "account",
        "region",
        "address",
        "techniques",
        "rules",
        "reasons",
        "events",
        "opened",
        "opened_by",
    ],
    revised: true,
};
pub(super) const INCIDENT: Table = Table {
    name: "incident",
    key: &["id"],
    rest: &["title", "rule", "level", "state", "resolution", "opened", "opened_by"],
    revised: true,
};
pub(super) const INCIDENT_FINDING: Table =
    Table { name: "incident_finding", key: &["incident", "finding"], rest: &[], revised: false };
pub(super) const NOTE: Table =
    Table { name: "note", key: &["id"], rest: &["subject", "text", "written", "written_by"], revised: true };
pub(super) const TAG: Table = Table { name: "tag", key: &["subject", "name"], rest: &[], revised: false };
pub(super) const MARK: Table =
    Table { name: "mark", key: &["event"], rest: &["marked", "marked_by"], revised: false };
pub(super) const INDICATOR: Table = Table {
    name: "indicator",
    key: &["id"],
    rest: &["kind", "value", "private", "first", "last", "source", "note", "added", "added_by"],
    revised: true,
};
pub(super) const HUNT: Table =
    Table { name: "hunt", key: &["name"], rest: &["query", "view", "saved", "saved_by"], revised: false };
pub(super) const POSITION: Table = Table {
    name: "position",
    key: &["who"],
    rest: &["view", "query", "sort", "event", "sources", "at"],
    revised: false,
};
pub(super) const SENT: Table = Table {
    name: "sent",
    key: &["id"],
    rest: &["what", "target", "subject", "sha256", "at", "by"],
    revised: false,
};

/// All of them.
const TABLES: [&Table; 10] =
    [&FINDING, &INCIDENT, &INCIDENT_FINDING, &NOTE, &TAG, &MARK, &INDICATOR, &HUNT, &POSITION, &SENT];

impl Table {
    /// The table of that name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        TABLES.into_iter().find(|table| table.name == name)
    }

    fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.key.iter().chain(self.rest).copied()
    }

    /// `id = ? AND ...`
    fn by_key(&self) -> String {
        self.key.iter().map(|column| format!("{column} = ?")).collect::<Vec<_>>().join(" AND ")
    }
}

/// What became of a row. Of a row that stays only the values that changed are kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Image {
    /// The table.
    #[serde(rename = "t")]
    pub(super) table: String,
    /// The values of its key.
    #[serde(rename = "k")]
    pub(super) key: Vec<Value>,
    /// What was there before.
    #[serde(rename = "b")]
    pub(super) before: Option<Row>,
    /// What is there now.
    #[serde(rename = "a")]
    pub(super) after: Option<Row>,
}

/// A value for SQLite.
fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Bool(yes) => Cell::Integer(i64::from(*yes)),
        Value::Number(n) => n.as_i64().map_or(Cell::Null, Cell::Integer),
        Value::String(text) => Cell::Text(text.clone()),
        other => Cell::Text(other.to_string()),
    }
}

/// A value as SQLite has it.
fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Integer(n) => n.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        // There are no other columns.
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Value::Null,
    }
}

/// The row with that key.
pub(super) fn read(conn: &Connection, table: &Table, key: &[Value]) -> rusqlite::Result<Option<Row>> {
    let columns: Vec<&str> = table.columns().collect();
    let sql = format!("SELECT {} FROM {} WHERE {}", columns.join(", "), table.name, table.by_key());
    let read = |row: &rusqlite::Row<'_>| {
        let cells = columns.iter().enumerate();
        cells.map(|(n, name)| Ok(((*name).to_owned(), value(row.get_ref(n)?)))).collect()
    };
    conn.prepare_cached(&sql)?.query_row(params_from_iter(key.iter().map(cell)), read).optional()
}

/// The part of a row that says which one it is.
pub(super) fn key_of(table: &Table, row: &Row) -> Vec<Value> {
    table.key.iter().map(|column| row.get(*column).cloned().unwrap_or_default()).collect()
}

/// Writes a row: a new one needs all values, one that is there those that may be others. What became of it.
pub(super) fn put(conn: &Connection, table: &Table, row: &Row, seq: i64) -> rusqlite::Result<Option<Image>> {
    let key = key_of(table, row);
    let Some(known) = read(conn, table, &key)? else {
        insert(conn, table, row, seq)?;
        return Ok(Some(Image { table: table.name.to_owned(), key, before: None, after: Some(row.clone()) }));
    };
    let changed: Vec<&str> = table
        .rest
        .iter()
        .copied()
        .filter(|column| row.get(*column).is_some_and(|new| known.get(*column) != Some(new)))
        .collect();
    if changed.is_empty() {
        return Ok(None);
    }
    let part = |of: &Row| -> Row {
        changed
            .iter()
            .map(|column| ((*column).to_owned(), of.get(*column).cloned().unwrap_or_default()))
            .collect()
    };
    let (before, after) = (part(&known), part(row));
    let mut sets: Vec<String> = changed.iter().map(|column| format!("{column} = ?")).collect();
    let mut cells: Vec<Cell> = after.values().map(cell).collect();
    if table.revised {
        sets.push("revision = ?".to_owned());
        cells.push(Cell::Integer(seq));
    }
    cells.extend(key.iter().map(cell));
    let sql = format!("UPDATE {} SET {} WHERE {}", table.name, sets.join(", "), table.by_key());
    conn.prepare_cached(&sql)?.execute(params_from_iter(cells))?;
    Ok(Some(Image { table: table.name.to_owned(), key, before: Some(before), after: Some(after) }))
}

fn insert(conn: &Connection, table: &Table, row: &Row, seq: i64) -> rusqlite::Result<()> {
    let mut columns: Vec<&str> = table.columns().collect();
    let mut cells: Vec<Cell> = columns.iter().map(|c| row.get(*c).map_or(Cell::Null, cell)).collect();
    if table.revised {
        columns.push("revision");
        cells.push(Cell::Integer(seq));
    }
    let marks = vec!["?"; columns.len()].join(", ");
    let sql = format!("INSERT INTO {} ({}) VALUES ({marks})", table.name, columns.join(", "));
    conn.prepare_cached(&sql)?.execute(params_from_iter(cells)).map(|_| ())
}

/// Takes a row away. What became of it; `None` when there was none.
pub(super) fn remove(conn: &Connection, table: &Table, key: &[Value]) -> rusqlite::Result<Option<Image>> {
    let Some(known) = read(conn, table, key)? else { return Ok(None) };
    let sql = format!("DELETE FROM {} WHERE {}", table.name, table.by_key());
    conn.prepare_cached(&sql)?.execute(params_from_iter(key.iter().map(cell)))?;
    Ok(Some(Image { table: table.name.to_owned(), key: key.to_vec(), before: Some(known), after: None }))
}

/// Whether the row is still as the change left it.
pub(super) fn is_as_left(conn: &Connection, table: &Table, image: &Image) -> rusqlite::Result<bool> {
    let now = read(conn, table, &image.key)?;
    Ok(match (&now, &image.after) {
        (None, None) => true,
        (Some(now), Some(after)) => after.iter().all(|(column, value)| now.get(column) == Some(value)),
        _ => false,
    })
}

/// Puts back what was before.
pub(super) fn put_back(
    conn: &Connection,
    table: &Table,
    image: &Image,
    seq: i64,
) -> rusqlite::Result<Option<Image>> {
    match &image.before {
        None => remove(conn, table, &image.key),
        Some(before) => {
            let mut row = before.clone();
            for (column, value) in table.key.iter().zip(&image.key) {
                row.insert((*column).to_owned(), value.clone());
            }
            put(conn, table, &row, seq)
        }
    }
}
