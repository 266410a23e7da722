//! Tables: names of columns, and rows of cells under them.
//!
//! CSV files, answers of Athena, and Splunk's rows come this way. A table of
//! Kibana has the names of ECS and is read as those.

use super::ecs;
use super::names::{plain, top};
use super::object::Object;
use super::reason::Unknown;
use super::row::{self, Cell, Column};
use super::tree::Tree;
use super::walk::{Step, Walker};
use crate::json;

/// The columns of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Columns {
    names: Vec<String>,
    columns: Vec<Column>,
    is_ecs: bool,
}

impl Columns {
    pub(crate) fn of(names: Vec<String>) -> Self {
        let columns = names.iter().map(|name| Column::of(name)).collect();
        let has = |wanted: &str| names.iter().any(|name| name == wanted);
        let is_ecs = names.iter().any(|name| name.starts_with("aws.cloudtrail."))
            || (has("event.action") && has("event.provider"));
        Self { names, columns, is_ecs }
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether a record can come out of such a table.
    pub(crate) fn are_known(&self) -> bool {
        let about = ["eventName", "eventSource", "eventTime", "eventID", "eventVersion", "userIdentity"];
        let named = about.iter().filter(|name| self.columns.iter().any(|c| c.top() == Some(name))).count();
        self.is_ecs || self.has_raw() || (named >= 2 && self.columns.iter().any(is_key))
    }

    /// Whether a column certainly holds the raw record.
    pub(crate) fn has_raw(&self) -> bool {
        self.columns.contains(&Column::Raw)
    }

    /// Whether a column perhaps holds the raw record.
    pub(crate) fn may_have_raw(&self) -> bool {
        self.has_raw() || self.columns.contains(&Column::MaybeRaw)
    }

    /// Whether the last column is one that may hold the raw record.
    pub(crate) fn ends_raw(&self) -> bool {
        matches!(self.columns.last(), Some(Column::Raw | Column::MaybeRaw))
    }

    /// Opens a row; cells without a column, and columns without a cell, are left out.
    pub(crate) fn open(&self, w: &mut Walker<'_>, cells: Vec<Option<Cell<'_>>>) -> Step {
        if self.is_ecs {
            return self.open_ecs(w, cells);
        }
        let pairs: Vec<(&Column, Cell<'_>)> =
            self.columns.iter().zip(cells).filter_map(|(column, cell)| Some((column, cell?))).collect();
        row::open(w, &pairs)
    }

    fn open_ecs(&self, w: &mut Walker<'_>, cells: Vec<Option<Cell<'_>>>) -> Step {
        let members = self.names.iter().zip(cells).filter_map(|(name, cell)| {
            let value = match cell? {
                // Kibana writes `-` where there is nothing.
                Cell::Text(text) if matches!(text.trim(), "" | "-") => return None,
                Cell::Text(text) => Tree::text(text),
                Cell::Json(value) => Tree::raw(value),
            };
            Some((name.clone(), value))
        });
        let json = Tree::Map(members.collect()).to_json();
        ecs::open(w, &Object::of(&json)).unwrap_or(Err(Unknown::NotRecord))
    }
}

fn is_key(column: &Column) -> bool {
    matches!(column.top(), Some("eventName" | "eventSource" | "userIdentity"))
}

/// An object whose names are a record's in another spelling (`eventname`, `event_name`), or flattened.
pub(crate) fn open_renamed(w: &mut Walker<'_>, object: &Object<'_>) -> Option<Step> {
    let hits = |m: &&json::Member<'_>| std::str::from_utf8(m.key).is_ok_and(is_record_name);
    if object.members().iter().filter(hits).take(2).count() < 2 {
        return None;
    }
    let names = object.members().iter().map(|m| json::decode(m.key).0.into_owned()).collect();
    let columns = Columns::of(names);
    if !columns.are_known() {
        return None;
    }
    Some(columns.open(w, object.members().iter().map(|m| Cell::of_json(m.value)).collect()))
}

fn is_record_name(key: &str) -> bool {
    let first = key.split('.').next().unwrap_or_default();
    matches!(plain(first).as_str(), "event" | "detail") || top(first).is_some()
}

/// Opens rows under a list of names: every row a list of cells.
pub(crate) fn open_rows(w: &mut Walker<'_>, names: Vec<String>, rows: &[u8], label: &str) -> Step {
    let columns = Columns::of(names);
    let mut batch = super::walk::Batch::new(true);
    for row in json::elements(rows) {
        let cells = json::elements(row).map(Cell::of_json).collect();
        let told = columns.open(w, cells);
        w.note(told, row, &mut batch, label);
    }
    batch.finish()
}
