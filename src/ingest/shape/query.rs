//! Rows of query results whose cells are objects: CloudWatch Logs Insights and CloudTrail Lake.
//!
//! A row comes in the page it was answered in, or alone: the walk through a file
//! hands out the elements of a long list one by one, and `jq` writes them so.

use super::object::Object;
use super::reason;
use super::row::Cell;
use super::table::Columns;
use super::walk::{Batch, Step, Walker};
use crate::json;

/// A page of CloudTrail Lake.
pub(crate) fn lake_page(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    let rows = o.list("QueryResultRows")?;
    let mut batch = Batch::new(true);
    for row in json::elements(rows) {
        let told = lake_row(w, row);
        w.note(told, row, &mut batch, "QueryResultRows");
    }
    Some(if json::elements(rows).next().is_none() {
        w.nothing("an empty page of CloudTrail Lake")
    } else {
        Ok(())
    })
}

/// A page of Logs Insights (rows are lists of `field` and `value`), or of Splunk (rows are objects).
pub(crate) fn results(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    let rows = o.list("results")?;
    let is_query = ["statistics", "status", "preview", "init_offset", "queryLanguage"]
        .iter()
        .any(|key| o.raw(key).is_some());
    let mut batch = Batch::new(is_query);
    if is_query && json::elements(rows).next().is_none() {
        return Some(w.nothing("an empty page of query results"));
    }
    let told = w.deeper(|w| {
        for row in json::elements(rows) {
            let told = if row.starts_with(b"[") { insights_row(w, row) } else { w.value(row) };
            w.note(told, row, &mut batch, "results");
        }
        batch.finish()
    });
    told.is_ok().then_some(told)
}

/// A row that stands alone; `None` when the list is none.
pub(crate) fn lone_row(w: &mut Walker<'_>, list: &[u8]) -> Option<Step> {
    let told = if is_insights_row(list) {
        insights_row(w, list)
    } else if is_lake_row(list) {
        lake_row(w, list)
    } else {
        return None;
    };
    if let Err(why) = told {
        w.reject(reason::row(why, list));
    }
    Some(Ok(()))
}

/// Whether every cell names its field.
fn is_insights_row(list: &[u8]) -> bool {
    let mut cells = json::elements(list).peekable();
    cells.peek().is_some() && cells.all(|cell| json::member(cell, "field").is_some_and(is_text))
}

/// Whether each of several cells is an object of one member, each of another name. Lists of wrappers, which
/// repeat their key, are none.
fn is_lake_row(list: &[u8]) -> bool {
    let mut names = Vec::new();
    for cell in json::elements(list) {
        let mut members = json::members(cell);
        match (members.next(), members.next()) {
            (Some(only), None) if is_scalar(only.value) && !names.contains(&only.key) => names.push(only.key),
            _ => return false,
        }
    }
    names.len() > 1
}

fn is_text(value: &[u8]) -> bool {
    value.starts_with(b"\"")
}

fn is_scalar(value: &[u8]) -> bool {
    !value.starts_with(b"{") && !value.starts_with(b"[")
}

fn insights_row(w: &mut Walker<'_>, row: &[u8]) -> Step {
    let part = |cell, key| json::member(cell, key);
    let names = json::elements(row)
        .map(|cell| part(cell, "field").and_then(json::scalar).unwrap_or_default().into_owned())
        .collect();
    let cells = json::elements(row).map(|cell| part(cell, "value").and_then(Cell::of_json)).collect();
    Columns::of(names).open(w, cells)
}

/// A row of Lake is a list of maps with one key each, or one map.
fn lake_row(w: &mut Walker<'_>, row: &[u8]) -> Step {
    let cells: Vec<json::Member<'_>> = match row.first() {
        Some(b'{') => json::members(row).collect(),
        _ => json::elements(row).flat_map(json::members).collect(),
    };
    let names = cells.iter().map(|m| json::decode(m.key).0.into_owned()).collect();
    Columns::of(names).open(w, cells.iter().map(|m| Cell::of_json(m.value)).collect())
}
