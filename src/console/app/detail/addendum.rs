//! What a record says of another one: that it came late, or corrects an event that was delivered before.

use super::{Detail, Fact, Record, Tone};
use crate::event::field::{Field, FieldRef};
use crate::investigation::Investigation;
use crate::json;
use crate::query;

/// The line that names the event before.
const ORIGINAL: &str = "original";
/// The line below it, which says what can be done with it.
const WAY: &str = "";
const LABELS: [&str; 4] = ["addendum", ORIGINAL, WAY, "request"];

/// The lines about the addendum of a record, where it has one.
fn facts(inv: &Investigation, record: &[u8], own: &str) -> Vec<Fact> {
    let Some(addendum) = json::member(record, "addendum").filter(|value| value.starts_with(b"{")) else {
        return Vec::new();
    };
    let text = |key: &str| {
        let value = json::member(addendum, key).filter(|value| !json::is_null(value))?;
        Some(json::scalar(value).unwrap_or_else(|| String::from_utf8_lossy(value)).into_owned())
    };
    let reason = text("reason").unwrap_or_else(|| "no reason is given".to_owned());
    let said = match text("updatedFields") {
        Some(fields) => format!("{reason}: {fields}"),
        None => reason.clone(),
    };
    let field = query::field_of_path(&["addendum", "reason"]).map(|field| (field, reason));
    let mut facts = vec![Fact::Value { label: "addendum", text: said, field, tone: Tone::Warning }];
    if let Some(id) = text("originalEventID").filter(|id| id != own) {
        let loaded = inv.table.find_id(&id).is_some();
        let way = if loaded { "enter on the id goes there" } else { "which is not loaded" };
        let field = Some((FieldRef::Column(Field::Id), id.clone()));
        facts.push(Fact::Value { label: ORIGINAL, text: id, field, tone: Tone::Plain });
        facts.push(Fact::Value { label: WAY, text: way.to_owned(), field: None, tone: Tone::Plain });
    }
    if let Some(id) = text("originalRequestID") {
        let field = query::field_of_path(&["requestID"]).map(|field| (field, id.clone()));
        facts.push(Fact::Value { label: "request", text: id, field, tone: Tone::Plain });
    }
    facts
}

impl Detail {
    /// Says below the points what the record adds to another one, once it is there.
    pub fn tell_addendum(&mut self, inv: &Investigation) {
        let Record::Here(_, record) = &self.record else { return };
        let told = facts(inv, record, &self.id);
        self.facts.retain(|fact| !matches!(fact, Fact::Value { label, .. } if LABELS.contains(label)));
        let at = self.facts.len().min(1);
        self.facts.splice(at..at, told);
    }

    /// The event before this one, when the cursor is on it.
    pub fn original(&self) -> Option<String> {
        match self.fact()? {
            Fact::Value { label: ORIGINAL, field: Some((_, id)), .. } => Some(id.clone()),
            _ => None,
        }
    }
}
