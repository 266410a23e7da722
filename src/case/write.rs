//! What can be done with a case, and the entries that tell of it.

mod finding;
mod indicator;
mod note;

use super::Case;
use super::change::{Change, Said};
use super::error::{CaseError, Result};
use super::model::By;
use super::rows::Row;

/// The longest text that anybody writes into a case, in bytes.
pub(super) const LONGEST_NOTE: usize = 1 << 20;
/// The longest value that comes from elsewhere, in bytes.
pub(super) const LONGEST_VALUE: usize = 8 << 10;

impl Case {
    /// Makes one change: what `work` does and the entry it asks for, or nothing of both.
    fn change<T>(&mut self, by: &By, work: impl FnOnce(&mut Change<'_>) -> Result<(T, Said)>) -> Result<T> {
        let mut change = Change::begin(&mut self.conn, &self.path, by)?;
        let (value, said) = work(&mut change)?;
        change.finish(&said)?;
        Ok(value)
    }
}

/// A row from names and values.
pub(super) fn row<const N: usize>(values: [(&str, serde_json::Value); N]) -> Row {
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A text as it can be kept: without NUL, at which other programs would end it.
fn kept(text: &str) -> String {
    text.replace('\0', "")
}

/// A text that somebody wrote, if there is something in it and not too much.
fn written(what: &str, text: &str, longest: usize) -> Result<String> {
    let text = kept(text);
    let reason = if text.trim().is_empty() {
        "it is empty; write something".to_owned()
    } else if text.len() > longest {
        format!("it has {} bytes, and {longest} is the most; part it", text.len())
    } else {
        return Ok(text);
    };
    Err(CaseError::Invalid { what: what.to_owned(), reason })
}

/// A text from a log, shown in a sentence of the history.
fn shown(text: &str) -> String {
    let text = crate::text::visible(text);
    crate::text::clip(&text, 80).into_owned()
}
