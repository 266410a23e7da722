//! Indicators: added one by one or by the thousand, and taken out.

use rusqlite::{OptionalExtension as _, params};

use super::finding::wider;
use super::{LONGEST_NOTE, LONGEST_VALUE, kept, row, shown, written};
use crate::case::Case;
use crate::case::change::{Change, Said, time};
use crate::case::error::{CaseError, Result};
use crate::case::model::{By, NewIndicator, Subject};
use crate::case::rows::INDICATOR;
use crate::text::plural;

impl Case {
    /// Adds indicators, from `origin` as the history calls it; how many were not there before.
    ///
    /// One that is there has its first and last sight widened, and keeps where it is from.
    ///
    /// # Errors
    /// When a value is empty or too long: nothing is added then.
    pub fn add_indicators(&mut self, by: &By, origin: &str, indicators: &[NewIndicator]) -> Result<usize> {
        for indicator in indicators {
            written(&format!("an indicator from {}", shown(origin)), &indicator.value, LONGEST_VALUE)?;
        }
        self.change(by, |change| {
            let new = put_all(change, indicators, None)?;
            change.about(Subject::Case);
            let text = format!("added {} from {}", plural(new as u64, "indicator"), shown(origin));
            Ok((new, Said::new("indicators", text)))
        })
    }

    /// Takes an indicator out of the case.
    ///
    /// # Errors
    /// [`CaseError::NoSuch`].
    pub fn remove_indicator(&mut self, by: &By, id: i64) -> Result<()> {
        let subject = Subject::Indicator(id);
        self.change(by, |change| {
            let known = change.read(&INDICATOR, &[id.into()])?;
            let known = known.ok_or_else(|| CaseError::NoSuch { what: subject.to_string() })?;
            change.remove(&INDICATOR, &[id.into()])?;
            change.about(subject.clone());
            let value = known.get("value").and_then(serde_json::Value::as_str).unwrap_or_default();
            Ok(((), Said::new("indicators", format!("took {subject} out: {}", shown(value)))))
        })
    }

    /// Writes what somebody says of an indicator.
    ///
    /// # Errors
    /// [`CaseError::NoSuch`]; [`CaseError::Changed`] where somebody else was faster.
    pub fn note_indicator(&mut self, by: &By, id: i64, text: &str, seen: Option<i64>) -> Result<()> {
        let subject = Subject::Indicator(id);
        let text =
            if text.trim().is_empty() { String::new() } else { written("the note", text, LONGEST_NOTE)? };
        self.change(by, |change| {
            change.unchanged_since(&INDICATOR, id, &subject.to_string(), seen)?;
            change.put(&INDICATOR, &row([("id", id.into()), ("note", text.clone().into())]))?;
            change.about(subject.clone());
            Ok(((), Said::new("indicators", format!("of {subject}: {}", shown(&text)))))
        })
    }
}

/// Writes indicators; how many are new. Those of a finding are from it unless they were known.
pub(super) fn put_all(
    change: &mut Change<'_>,
    indicators: &[NewIndicator],
    finding: Option<i64>,
) -> Result<usize> {
    let mut new = 0;
    for indicator in indicators {
        new += usize::from(put(change, indicator, finding)?);
    }
    Ok(new)
}

fn put(change: &mut Change<'_>, new: &NewIndicator, finding: Option<i64>) -> Result<bool> {
    let value = kept(&new.value);
    let known = {
        let sql = "SELECT id, first, last, note FROM indicator WHERE kind = ?1 AND value = ?2";
        let read = |row: &rusqlite::Row<'_>| {
            let span: (Option<i64>, Option<i64>) = (row.get(1)?, row.get(2)?);
            Ok((row.get::<_, i64>(0)?, span, row.get::<_, String>(3)?))
        };
        let mut select = change.conn().prepare_cached(sql).map_err(|e| change.fault(e))?;
        select.query_row(params![new.kind.name(), value], read).optional().map_err(|e| change.fault(e))?
    };
    if let Some((id, span, note)) = known {
        let (first, last) = wider(span, (new.first, new.last));
        let note = if note.is_empty() { kept(&new.note) } else { note };
        let changed = [("id", id.into()), ("first", first), ("last", last), ("note", note.into())];
        if change.put(&INDICATOR, &row(changed))? {
            change.about(Subject::Indicator(id));
        }
        return Ok(false);
    }
    let id = change.next_id(&INDICATOR)?;
    let source = finding.map_or_else(|| kept(&new.source), |id| Subject::Finding(id).to_string());
    let values = row([
        ("id", id.into()),
        ("kind", new.kind.name().into()),
        ("value", value.into()),
        ("private", i64::from(new.private).into()),
        ("first", time(new.first)),
        ("last", time(new.last)),
        ("source", source.into()),
        ("note", kept(&new.note).into()),
        ("added", change.now()),
        ("added_by", change.by.who.clone().into()),
    ]);
    change.put(&INDICATOR, &values)?;
    change.about(Subject::Indicator(id));
    Ok(true)
}
